"""Copies of a whole store: always one SQLite file, whatever the store is kept in, so that each can become the other."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from django.core.management.color import no_style
from django.db import connections, models, transaction
from django.db.models import QuerySet

from scheduler.base import files
from scheduler.base.errors import InputError, told
from scheduler.base.i18n import _
from scheduler.store.address import Address
from scheduler.store.models import Edition, Event, Home, Message, Row, RowChange, Snapshot
from scheduler.store.opening import connected, make_at, opened, refusals, upgrade

#: In an order in which what others refer to comes first.
_MODELS: Sequence[type[models.Model]] = (Event, Row, Home, RowChange, Snapshot, Edition, Message)
_OTHER = "other"
_BATCH = 500


def back_up(address: Address, target: Path) -> None:
    """Write a copy of the store that is open to a file, as it is at one moment; others go on writing meanwhile.

    Raises
    ------
    ServiceError
        When it cannot be written.
    """
    with files.claimed(target, parents=True) as claim, told(files.unwritable, target), refusals(address):
        if address.file is not None:
            with (
                closing(sqlite3.connect(address.file)) as source,
                closing(sqlite3.connect(claim.new)) as copy,
            ):
                source.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")
        else:
            make_at(Address(file=claim.new), _OTHER)
            with connected(Address(file=claim.new), _OTHER), transaction.atomic():
                with connections["default"].cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                _copy("default", _OTHER)
        claim.put()


def check_backup(file: Path) -> None:
    """Refuse a file that is no store: an `InputError`, or a `ServiceError` where it cannot be read."""
    with told(files.unwritable, file):
        if not file.read_bytes()[:16].startswith(b"SQLite format 3"):
            raise InputError(_("{file} is no backup of a store").format(file=file))


def take_back(address: Address, copy: Path) -> None:
    """Make a store what a copy of it is, in one transaction; whatever is open there goes on with it.

    The copy is of this program's version, see `prepared`.
    """
    with refusals(address):
        if address.file is not None:
            with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(address.file)) as target:
                source.backup(target)
            return
        with connected(Address(file=copy), _OTHER), opened(address), transaction.atomic():
            for model in reversed(_MODELS):
                if model is Event:
                    Event.objects.update(undone_by=None)
                _rows(model, "default").all().delete()
            _copy(_OTHER, "default")


def prepared(backup: Path, copy: Path) -> None:
    """Copy a backup, and bring the copy up to date; the backup itself stays as it is."""
    with told(files.unwritable, backup):
        copy.write_bytes(backup.read_bytes())
    upgrade(Address(file=copy))


def _copy(source: str, target: str) -> None:
    """Copy all rows from one connection to another."""
    undone: list[tuple[int, int]] = []
    for model in _MODELS:
        rows = list(_rows(model, source).order_by("pk"))
        for row in rows:
            if isinstance(row, Event) and row.undone_by_id is not None:
                undone.append((row.id, row.undone_by_id))  # it comes later
                row.undone_by_id = None
        _rows(model, target).bulk_create(rows, batch_size=_BATCH)
    for event, by in undone:
        Event.objects.using(target).filter(id=event).update(undone_by=by)
    other = connections[target]
    with other.cursor() as cursor:
        for statement in other.ops.sequence_reset_sql(no_style(), list(_MODELS)):
            cursor.execute(statement)


def _rows(model: type[models.Model], alias: str) -> QuerySet[models.Model]:
    return model._default_manager.using(alias)  # noqa: SLF001 - Django's own name for it
