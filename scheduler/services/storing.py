"""The tables into the store and out of it again, and taking back what was done."""

import csv
import io
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.base import files
from scheduler.base.errors import InputError, InputProblem, SchedulerError, ServiceError, told
from scheduler.base.i18n import _
from scheduler.inputs.project import read_source
from scheduler.inputs.schema import BY_NAME
from scheduler.inputs.stored import (
    SETTINGS,
    Cells,
    Edit,
    Tables,
    edits_between,
    read_stored,
    settings_toml,
    stored_tables,
    with_edits,
)
from scheduler.inputs.workbook import workbook_of
from scheduler.model.clock import now
from scheduler.model.config import SETTINGS_FILE
from scheduler.model.text import Text
from scheduler.services.workspace import kept_tables, own_settings, retention_settings, store_of
from scheduler.store.address import address_of
from scheduler.store.who import me

if TYPE_CHECKING:
    from scheduler.store.models import Event
    from scheduler.store.retention import Removed
    from scheduler.store.tables import Kept


@dataclass(frozen=True, slots=True)
class Import:
    """What taking tables into a store changes.

    Attributes
    ----------
    source
        The folder or workbook.
    edits
        The rows that are new, changed or gone.
    notes
        What is not taken in.
    """

    source: Path
    edits: tuple[Edit, ...]
    notes: tuple[InputProblem, ...]
    _kept: "Kept" = field(compare=False, repr=False)


def make_store(data_dir: Path) -> str:
    """Make an empty store for a project folder, and return where it is.

    Raises
    ------
    InputError
        When there is one already.
    ServiceError
        When the folder is not there, or the store cannot be made.
    """
    from scheduler.store.opening import make

    if not data_dir.is_dir():
        raise ServiceError(
            _("There is no project folder {folder}.").format(folder=data_dir),
            hint=_("Make one with `hjul init`."),
        )
    address = address_of(data_dir)
    make(address)
    return str(address)


def differences(data_dir: Path, source: Path | None = None) -> Import:
    """Compare a folder or a workbook, by default the project folder's own tables, with the store's.

    Tables that the source does not have stay as they are. A store without a project's settings takes those of the
    project folder.

    Raises
    ------
    InputError
        When the source is not in order, or there is no store.
    ServiceError
        When a file or the store cannot be had.
    """
    source = source or data_dir
    with store_of(data_dir):
        from scheduler.store import tables

        kept = tables.read()
        own = own_settings(data_dir)
        settings = settings_toml(kept.tables[SETTINGS], own) if SETTINGS in kept.tables else own
        raw, rows, notes = read_source(source, settings)
        wanted: Tables = {**kept.tables, **stored_tables(rows, raw)}
        read_stored(wanted, own)
        return Import(source, edits_between(kept.tables, wanted), notes, kept)


def take_in(data_dir: Path, found: Import) -> None:
    """Make the differences that were found, in one act; the source is not read again.

    Raises
    ------
    ChangedSinceError
        When somebody has changed the tables since.
    ServiceError
        When the store cannot be had.
    """
    if not found.edits:
        return
    with store_of(data_dir):
        from scheduler.store import tables
        from scheduler.store.events import act

        what = Text("did_import", {"source": _written(found.source.name or found.source)})
        with act(what, me(), now(), since=found._kept.seen, changes_tables=True) as event:  # noqa: SLF001
            tables.change(event, found._kept, found.edits)  # noqa: SLF001


def _written(file: str | Path) -> str:
    """Return a file's name as text: some have bytes in them that are no letters."""
    return str(file).encode("utf-8", "replace").decode()


def export(data_dir: Path, target: Path) -> Path:
    """Write the tables of the store as a project folder, or as a workbook where `target` ends in .xlsx.

    Raises
    ------
    InputError
        When there is no store with tables, or the folder is there and not empty.
    ServiceError
        When it cannot be written.
    """
    with store_of(data_dir):
        from scheduler.store.events import act

        kept = kept_tables(data_dir).tables
        # Remembered before it is there: what must be forgotten is in it, too.
        with act(Text("did_export", {"source": _written(target.absolute())}), me(), now()):
            if target.suffix.lower() == ".xlsx":
                _project, rows = read_stored(kept, own_settings(data_dir))
                files.replace(target, workbook_of(rows))
            else:
                _export_folder(kept, target)
    return target


def _export_folder(kept: Tables, target: Path) -> None:
    with files.claimed(target, parents=True) as claim:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise InputError(
                _("{folder} is there already and not empty; name a folder that is not there yet").format(
                    folder=target
                )
            )
        with told(files.unwritable, target):
            claim.new.mkdir()
            for name, rows_ in kept.items():
                if name == SETTINGS:
                    (claim.new / SETTINGS_FILE).write_bytes(settings_toml(rows_))
                elif name in BY_NAME:
                    (claim.new / f"{name}.csv").write_bytes(_csv(name, rows_))
            claim.put()


def _csv(table: str, rows: Sequence[Cells]) -> bytes:
    columns = [column.name for column in BY_NAME[table].columns]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return text.getvalue().encode()


@dataclass(frozen=True, slots=True)
class Undoable:
    """What the last act on the tables did: in words, and what its rows become when it is taken back.

    `leaves_homes` tells that home visits were changed or removed, which is not taken back.
    """

    event: int
    told: str
    edits: tuple[Edit, ...]
    leaves_homes: bool


def undoable(data_dir: Path) -> Undoable:
    """Return the last act on the tables that can be taken back and is not.

    Raises
    ------
    InputError
        When there is none, its rows have been changed since, or the tables would be wrong without it.
    ServiceError
        When the store cannot be had.
    """
    with store_of(data_dir):
        return _undoable(data_dir)[0]


def undo(data_dir: Path, expected: Undoable | None = None) -> None:
    """Take back the last act on the tables, where it is still the one `expected`. Errors as for `undoable`."""
    with store_of(data_dir):
        from scheduler.store import undo as undoing
        from scheduler.store.events import act, what

        found, event, kept = _undoable(data_dir)
        if expected is not None and found != expected:
            raise InputError(_("meanwhile: {event}").format(event=found.told))
        text = Text("did_undo", {"event": what(event)})
        with act(text, me(), now(), since=kept.seen, changes_tables=True) as done:
            undoing.undo(event, done, kept, found.edits)


def _undoable(data_dir: Path) -> "tuple[Undoable, Event, Kept]":
    from scheduler.store import undo as undoing
    from scheduler.store import whose
    from scheduler.store.events import told as worded

    kept = kept_tables(data_dir)
    event = undoing.last()
    if event is None:
        raise InputError(_("there is nothing to undo"))
    edits = undoing.edits_of(event, kept)
    whose.require_rows(kept.tables, edits)
    _check(kept.tables, edits, own_settings(data_dir))
    return Undoable(event.id, worded(event), edits, undoing.leaves_homes(event)), event, kept


def _check(before: Tables, changes: Sequence[Edit], own: bytes) -> None:
    """Refuse changes after which the project would be wrong; without any tables it is not there yet."""
    after = with_edits(before, changes)
    if any(after.values()):
        read_stored(after, own)


def back_up(data_dir: Path, target: Path) -> None:
    """Write a copy of the whole store to a file; it has home addresses in it.

    Raises
    ------
    InputError
        When there is no store.
    ServiceError
        When the copy cannot be written.
    """
    with store_of(data_dir):
        from scheduler.store import backup
        from scheduler.store.events import act

        # Remembered before it is there: what must be forgotten is in it, too.
        with act(Text("did_backup", {"source": _written(target.absolute())}), me(), now()):
            backup.back_up(address_of(data_dir), target)


def restore(data_dir: Path, source: Path) -> "Removed":
    """Make the store what it was when a backup was made, less what must not be kept any more; return what that was.

    What the store knows of exports and backups it goes on knowing, and what has been forgotten since stays forgotten.
    Jobs that were to be done then are not begun again.

    Raises
    ------
    InputError
        When the file is no whole backup, of a newer program, or the store itself.
    ServiceError
        When something cannot be read or written.
    """
    address = address_of(data_dir)
    if address.is_at(source):
        raise InputError(_("{file} is the store itself; name a backup").format(file=source))
    from scheduler.store.opening import opened, set_up

    set_up()
    from scheduler.store import backup, copies, jobs, replies, retention, traces
    from scheduler.store.events import act, seen

    with backup.prepared(source, data_dir / "restore") as copy:
        remembered: tuple[Event, ...] = ()
        number = 0
        # What is damaged, or of another version, tells nothing.
        with suppress(SchedulerError), opened(address):
            remembered, number = copies.remembered(), seen().event
        with opened(copy):
            what = Text("did_restore", {"source": _written(source.name)})
            # It comes after all that others may have seen.
            number = max(number, seen().event) + 1
            with act(what, me(), now(), changes_tables=True, number=number):
                jobs.drop_open()
                replies.drop_links()
                forgotten = copies.remember(remembered)
                homes = sum(retention.forget_homes(before)[0] for before in forgotten)
                removed = retention.clean(retention_settings(data_dir), now())
            traces.wipe()
        backup.take_back(address, copy)
        return replace(removed, homes=removed.homes + homes)


def upgrade(data_dir: Path, copy: Path) -> bool:
    """Bring an older store up to date, after a backup to `copy`; return whether it was older.

    Raises
    ------
    InputError
        When there is no store, or it is newer than this program.
    ServiceError
        When something cannot be read or written.
    """
    from scheduler.store import opening

    address = address_of(data_dir)
    if not address.may_be_there:
        raise InputError(_("{folder} has no store").format(folder=data_dir))
    opening.set_up()
    from scheduler.store import backup

    with opening.connected(address):
        if not opening.is_older(address):
            return False
        backup.back_up(address, copy)
    return opening.upgrade(address)
