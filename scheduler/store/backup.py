"""Copies of a whole store: always one SQLite file, whatever the store is kept in, so that each can become the other."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path

from django.core.management.color import no_style
from django.db import connections, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import QuerySet

from scheduler.base import limits
from scheduler.base.errors import InputError, InputProblem, told
from scheduler.base.i18n import _
from scheduler.store import opening
from scheduler.store.address import Address
from scheduler.store.events import writing
from scheduler.store.opening import connected, last_step, made_beside, make_at, opened, put, refusals, upgrade

_DEFAULT, _OTHER = "default", "other"
_LABEL = "hjul_store"
_BATCH = 500
#: The app's tables of sessions, of links that sign in, and of tokens.
_SIGNED_IN = ("django_session", "hjul_web_signinlink", "hjul_web_keptanswer", "hjul_web_token")
_MAGIC = b"SQLite format 3\x00"


def back_up(address: Address, target: Path) -> None:
    """Write a copy of the store that is connected to a file, as it is at one moment.

    The store may be older than this program. On a server, others wait with writing until it is done.

    Raises
    ------
    InputError
        When the file is the store itself.
    ServiceError
        When it cannot be written.
    """
    if address.is_at(target):
        raise InputError(_("{file} is the store itself; name another file").format(file=target))
    with made_beside(target) as new, refusals(address):
        if address.file is not None:
            _copy_file(address.file, new)
        else:
            _copy_server(Address(file=new, called=str(target)))
        with closing(sqlite3.connect(new)) as copy:
            _sign_out(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # so that it can be read where nobody may write
        put(new, target)


@contextmanager
def prepared(backup: Path, beside: Path) -> Iterator[Address]:
    """Have a copy of a backup, brought up to date, beside a file; the backup itself stays as it is.

    Raises
    ------
    InputError
        When the file is no whole backup, or of a newer program.
    ServiceError
        When it cannot be read, or nothing can be written.
    """
    with told(limits.unreadable, backup), limits.opened(backup) as stream:
        is_database = stream.read(len(_MAGIC)) == _MAGIC
    if not is_database:
        raise InputError(InputProblem(_("this is no backup of a store"), str(backup)))
    with made_beside(beside) as new:
        copy = Address(file=new, called=str(backup))
        with refusals(copy):
            _copy_file(backup, new)
            with closing(sqlite3.connect(new)) as database:
                if database.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                    raise InputError(InputProblem(_("this backup is damaged; take another"), str(backup)))
                _sign_out(database)
        upgrade(copy)
        yield copy


def _sign_out(database: sqlite3.Connection) -> None:
    """Delete what signs people in to the app, where the store has its tables: that is of the moment, and secret.

    Who they are and what they may do stays.
    """
    found = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    database.execute("PRAGMA secure_delete=ON")
    for table in _SIGNED_IN:
        if table in found:
            database.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of ours
    database.commit()


def take_back(address: Address, copy: Address) -> None:
    """Make a store what a copy of it is, in one transaction; whatever is open there goes on with it.

    The copy is one that was `prepared`, and nobody has it open.
    """
    assert copy.file is not None  # noqa: S101 - copies are files
    if address.file is None:
        with connected(copy, _OTHER), opened(address), writing():
            _empty()
            _copy_rows(_OTHER, _DEFAULT)
    elif _can_be_written_over(address):
        with refusals(address):
            _copy_file(copy.file, address.file)
    else:
        put(copy.file, address.file)


def _can_be_written_over(address: Address) -> bool:
    """Tell whether a file is a database; one that is damaged, or none, is replaced as a file."""
    if not address.may_be_there:
        return False
    try:
        with closing(sqlite3.connect(address.file or "")) as database:
            return bool(database.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except sqlite3.OperationalError:
        return True  # somebody else has it; then who writes is told
    except sqlite3.DatabaseError:
        return False


def _copy_file(source: Path, target: Path) -> None:
    """Make a SQLite file what another one is, in one transaction."""
    until = time.monotonic() + opening.WAIT_S

    def wait(status: int, _left: int, _pages: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > until:
            raise sqlite3.OperationalError("database is locked")

    read_only = f"{source.absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(read_only, uri=True, timeout=opening.WAIT_S)) as here,
        closing(sqlite3.connect(target, timeout=0)) as there,
    ):
        here.backup(there, progress=wait)


# --- Servers ------------------------------------------------------------------------------------------


def _copy_server(copy: Address) -> None:
    """Copy the server's store that is connected to a new file, by the tables that it has."""
    step = last_step()
    make_at(copy, _OTHER, step)
    with connected(copy, _OTHER), writing(), transaction.atomic(_OTHER):
        _copy_rows(_DEFAULT, _OTHER, step)


def _models(step: str | None = None) -> Sequence[type[models.Model]]:
    """Return the store's tables as they were at a step of its history, in an order in which others refer back."""
    loader = MigrationLoader(connections[_DEFAULT])
    apps = loader.project_state((_LABEL, step or max(name for _app, name in loader.disk_migrations))).apps
    waiting = list(apps.get_app_config(_LABEL).get_models())
    found: list[type[models.Model]] = []
    while waiting:
        ready = [model for model in waiting if _referred(model) <= {*found, model}]
        found += ready
        waiting = [model for model in waiting if model not in ready]
    return found


def _referred(model: type[models.Model]) -> set[type[models.Model]]:
    fields = model._meta.concrete_fields  # noqa: SLF001 - Django's own name for it
    return {field.related_model for field in fields if isinstance(field, models.ForeignKey)}


def _empty() -> None:
    """Delete all rows of the store that is open, as part of a transaction."""
    with connections[_DEFAULT].cursor() as cursor:
        tables = [model._meta.db_table for model in _models()]  # noqa: SLF001
        cursor.execute(f"TRUNCATE {', '.join(map(connections[_DEFAULT].ops.quote_name, tables))}")


def _copy_rows(source: str, target: str, step: str | None = None) -> None:
    """Copy all rows from one connection to another, as part of a transaction of each."""
    tables = _models(step)
    for model in tables:
        own = [field for field in model._meta.concrete_fields if field.related_model is model]  # noqa: SLF001
        later: list[tuple[int, dict[str, int]]] = []
        rows = iter(_rows(model, source).order_by("pk").iterator(chunk_size=_BATCH))
        while some := list(islice(rows, _BATCH)):
            for row in some:
                # Rows may refer to later ones of the same table.
                if refers := {
                    field.attname: value for field in own if (value := getattr(row, field.attname))
                }:
                    later.append((row.pk, refers))
                for name in refers:
                    setattr(row, name, None)
            _rows(model, target).bulk_create(some)
        for pk, refers in later:
            _rows(model, target).filter(pk=pk).update(**refers)
    other = connections[target]
    with other.cursor() as cursor:
        for statement in other.ops.sequence_reset_sql(no_style(), list(tables)):
            cursor.execute(statement)


def _rows(model: type[models.Model], alias: str) -> QuerySet[models.Model]:
    return model._default_manager.using(alias)  # noqa: SLF001
