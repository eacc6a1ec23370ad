"""Where a project's tables are: in files, or in the store; whoever reads a project asks here."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.base import limits
from scheduler.base.errors import InputError, InputProblem, ServiceError
from scheduler.base.i18n import _, ngettext, number
from scheduler.base.notices import notice
from scheduler.inputs import read_project
from scheduler.inputs.schema import TABLES
from scheduler.inputs.settings import read_settings
from scheduler.inputs.stored import SETTINGS, read_stored, settings_toml
from scheduler.inputs.tables import WORKBOOK_FILE
from scheduler.model.clock import now
from scheduler.model.config import SETTINGS_FILE, RetentionSettings
from scheduler.model.project import Project
from scheduler.model.text import Text
from scheduler.store.address import address_of
from scheduler.store.who import me

if TYPE_CHECKING:
    from scheduler.store.tables import Kept

#: So many exports and backups are named at once.
_MOST_COPIES = 5


def project_in(data_dir: Path) -> Project:
    """Read and check a project: the tables of its store, where it has one with tables in it, else those of its folder.

    Files that lie beside a store are not read; a note says so.

    Raises
    ------
    InputError
        With everything that is wrong.
    ServiceError
        When a file or the store cannot be had.
    """
    if not data_dir.is_dir() or not has_store(data_dir):
        return read_project(data_dir)
    with store_of(data_dir):
        from scheduler.store import tables

        kept = tables.read()
    if not kept:
        return read_project(data_dir)
    project, _rows = read_stored(kept.tables, own_settings(data_dir))
    return project.replace(notes=(*project.notes, *_not_read(data_dir)))


def has_store(data_dir: Path) -> bool:
    """Tell whether a project has a store to look into; one on a server is there if its address is."""
    return address_of(data_dir).may_be_there


def has_tables(data_dir: Path) -> bool:
    """Tell whether the tables of a project are in its store. Errors as for `store_of`."""
    if not data_dir.is_dir() or not has_store(data_dir):
        return False
    with store_of(data_dir):
        from scheduler.store import tables

        return tables.are_there()


@contextmanager
def store_of(data_dir: Path) -> Iterator[None]:
    """Have the store of a project open for the block.

    Raises
    ------
    InputError
        When there is none, or of another version.
    ServiceError
        When it cannot be had.
    """
    address = address_of(data_dir)
    if not address.may_be_there:
        raise InputError(
            _("{folder} has no store, which this needs; make one with: hjul store init").format(
                folder=data_dir
            )
        )
    from scheduler.store.opening import is_open, opened

    if is_open(address):
        yield
        return
    with opened(address), cleaning(data_dir):
        yield


@contextmanager
def cleaning(data_dir: Path) -> Iterator[None]:
    """Delete what need not be kept any longer once the block has written into the store that is open."""
    from scheduler.store import events

    before = events.acts()
    yield
    if events.acts() > before:
        _clean_up(data_dir)


def _clean_up(data_dir: Path) -> None:
    """Delete what need not be kept any longer, and tell of it."""
    from scheduler.store import copies, events, retention, traces

    settings = retention_settings(data_dir)
    with events.writing():
        removed = retention.clean(settings, now())
        if removed:
            events.record(Text("did_clean"), me(), now(), changes_tables=removed.homes > 0)
    if removed or traces.are_left():
        try:
            traces.wipe()
        except ServiceError as error:  # what was asked for is done; the next command tries again
            notice(error)
    if removed:
        notice(removed)
    if removed.homes:
        for told in copies_named(copies.still_there(retention.first_kept(settings, now()))):
            notice(told)


def copies_named(files: Sequence[str]) -> Iterator[str]:
    """Name exports and backups that may still say where homes are."""
    for file in files[:_MOST_COPIES]:
        yield _("{file} may still say where these home visits were made; delete it.").format(file=file)
    if (more := len(files) - _MOST_COPIES) > 0:
        yield (
            ngettext(
                "So may {n} more export or backup.", "So may {n} more exports and backups.", more
            ).format(n=number(more))
        )


def retention_settings(data_dir: Path) -> RetentionSettings:
    """Return for how long things are kept, as the store that is open has it, whatever else is in it."""
    from scheduler.store import tables

    try:
        toml = settings_toml(tables.read_table(SETTINGS), own_settings(data_dir))
    except InputError:
        return RetentionSettings()
    return read_settings(toml, []).config.retention


def kept_tables(data_dir: Path) -> "Kept":
    """Return the tables of the store that is open; an `InputError` where there are none in it."""
    from scheduler.store import tables

    kept = tables.read()
    if not kept:
        raise InputError(
            _("the store of {folder} has no tables yet; take them in with: hjul store import").format(
                folder=data_dir
            )
        )
    return kept


def own_settings(data_dir: Path) -> bytes:
    """Return the project.toml beside a store, of which the settings of the machine hold; empty where there is none."""
    file = data_dir / SETTINGS_FILE
    return limits.read(file, limits.TOML_BYTES) if os.path.lexists(file) else b""


def _not_read(data_dir: Path) -> Iterator[InputProblem]:
    names = (*(f"{table.name}.csv" for table in TABLES), WORKBOOK_FILE)
    if there := [name for name in names if os.path.lexists(data_dir / name)]:
        reason = _("not read, as the tables are in the store; hjul store import takes them in: {files}")
        yield InputProblem(reason.format(files=", ".join(there)), str(data_dir))
