"""A project folder with a store, for tests: made, filled and looked into."""

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from folders import write_folder

from scheduler.inputs.stored import Tables
from scheduler.model.clock import NOW_VARIABLE
from scheduler.services import storing
from scheduler.services.workspace import store_of
from scheduler.store.address import address_of

#: The clock of the tests: the Monday of the week that the example folders plan.
NOW = "2009-05-11T07:40"
STREET = "Hemmelig Gade 7"
HOMES = (
    "visit_id,address,postcode,city,district,date,start,end,minutes,lat,lon\n"
    f"H1,{STREET},1665,København V,Vesterbro,2009-05-13,09:00,12:00,30,55.66735,12.54901\n"
    f"H2,{STREET}1,1665,København V,Vesterbro,2009-05-20,09:00,12:00,30,55.66735,12.54901\n"
)
PINS = "id,date,start\nH1,2009-05-13,09:30\nP1,2009-05-11,09:00\n"


def with_store(folder: Path, **tables: str | bytes | None) -> Path:
    """Write the small project, and take its tables into a new store."""
    write_folder(folder, **tables)
    storing.make_store(folder)
    take_in(folder)
    return folder


def take_in(folder: Path, source: Path | None = None, **changed: str) -> storing.Import:
    """Take a source in, by default the folder's own tables, once these tables are written anew."""
    for name, content in changed.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    found = storing.differences(folder, source)
    storing.take_in(folder, found)
    return found


def kept(folder: Path) -> Tables:
    """Return the tables of a store."""
    with store_of(folder):
        from scheduler.store import tables

        return tables.read().tables


def events(folder: Path) -> list[str]:
    """Return what was done in a store, as it is worded."""
    with store_of(folder):
        from scheduler.store.events import told
        from scheduler.store.models import Event

        return [told(event) for event in Event.objects.order_by("id")]


def everything(folder: Path) -> str:
    """Return all that is in a store, row by row, whatever it is kept in; what is packed, unpacked."""
    import zlib

    from django.db import connection

    found = []
    with store_of(folder), connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names()):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            for row in cursor.fetchall():
                for cell in row:
                    if isinstance(cell, bytes | memoryview):
                        packed = bytes(cell)
                        cell = zlib.decompress(packed) if packed[:1] == b"\x78" else packed  # noqa: PLW2901
                    found.append(f"{table}: {cell!r}")
    return "\n".join(found)


def bytes_on_disk(folder: Path) -> bytes:
    """Return the bytes of a store's files."""
    return b"".join(file.read_bytes() for file in address_of(folder).files if file.exists())


def set_clock(patch: pytest.MonkeyPatch, moment: str | dt.date = NOW) -> None:
    patch.setenv(NOW_VARIABLE, str(moment))


@contextmanager
def held(file: Path, how: str = "IMMEDIATE") -> Iterator[None]:
    """Have another program write in a SQLite file and not come to an end."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute(f"BEGIN {how}")
        other.execute("CREATE TABLE IF NOT EXISTS mine (x)") if how == "IMMEDIATE" else None
        yield
        other.execute("ROLLBACK")
