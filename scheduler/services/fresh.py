"""A first project to look at: the example, moved to the present quarter, in a store of its own."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from dateutil.relativedelta import relativedelta

from scheduler.base import files
from scheduler.base.errors import InputError, told
from scheduler.base.i18n import _, language
from scheduler.base.resources import example_folder
from scheduler.inputs.project import read_source
from scheduler.inputs.schema import BY_NAME
from scheduler.inputs.stored import SETTINGS, Cells, Edit, Tables, literal, read_stored, stored_tables
from scheduler.model.clock import Week, now
from scheduler.model.config import SETTINGS_FILE, RetentionSettings
from scheduler.model.text import Text
from scheduler.services.storing import make_store
from scheduler.services.workspace import store_of
from scheduler.store.who import me

#: Tables whose days are of the calendar, not of the example's weeks: Christmas stays at Christmas.
_OF_THE_YEAR = frozenset({"closures", "milestones"})


def make_example(data_dir: Path) -> None:
    """Make a new project folder with a store that holds the example, as if it had begun with this quarter.

    Raises
    ------
    InputError
        When the folder is there and not empty.
    ServiceError
        When it cannot be written.
    """
    require_nothing(data_dir)
    today = now().date()
    tables = example_since(dt.date(today.year, today.month - (today.month - 1) % 3, 1))
    _make(data_dir)
    with store_of(data_dir):
        from scheduler.store import tables as stored
        from scheduler.store.events import act
        from scheduler.store.retention import first_kept

        kept = stored.read()
        # What would be deleted at once, as its time is over, is not taken in.
        oldest = first_kept(RetentionSettings(), now()).isoformat()
        edits = (
            Edit(name, None, cells, number)
            for name, rows in tables.items()
            for number, cells in enumerate(
                row for row in rows if name != stored.HOMES or row["date"] >= oldest
            )
        )
        with act(Text("did_import", {"source": _("the example")}), me(), now(), changes_tables=True) as event:
            stored.change(event, kept, edits)


def make_empty(data_dir: Path) -> None:
    """Make a new project folder with a store in which nothing is but the language. Errors as for `make_example`."""
    require_nothing(data_dir)
    _make(data_dir)
    with store_of(data_dir):
        from scheduler.store import tables as stored
        from scheduler.store.events import act

        cells = {"section": "project", "key": "language", "value": literal(language())}
        with act(Text("did_begin"), me(), now(), changes_tables=True) as event:
            stored.change(event, stored.read(), [Edit(SETTINGS, None, cells, 0)])


def is_nothing(data_dir: Path) -> bool:
    """Tell whether a folder is not there, or has nothing in it."""
    return not data_dir.exists() or (data_dir.is_dir() and not any(data_dir.iterdir()))


def require_nothing(data_dir: Path) -> None:
    """Refuse to make a project in a folder that has something in it."""
    if not is_nothing(data_dir):
        reason = _("{folder} is there already and not empty; name a folder that is not there yet")
        raise InputError(reason.format(folder=data_dir))


def _make(data_dir: Path) -> None:
    with told(files.unwritable, data_dir):
        data_dir.mkdir(parents=True, exist_ok=True)
    make_store(data_dir)


def example_since(start: dt.date) -> Tables:
    """Return the example's tables as a store has them, with its period beginning on `start`.

    Days move by whole weeks, odd weeks to odd ones, so that weekdays and rhythms stay.
    """
    folder = example_folder()
    raw, rows, _notes = read_source(folder, (folder / SETTINGS_FILE).read_bytes())
    tables = stored_tables(rows, raw)
    period = {row["key"]: row["value"] for row in tables[SETTINGS] if row["section"] == "period"}
    was = dt.date.fromisoformat(period["start"])
    weeks = (Week.of(start).monday - Week.of(was).monday).days // 7
    while (Week.of(was).shift(weeks).number - Week.of(was).number) % 2:
        weeks += 1  # two where a year of 53 weeks ends in an odd one, and the next begins with one
    years = start.year - was.year
    moved = {name: [_moved(name, cells, weeks, years) for cells in table] for name, table in tables.items()}
    months = relativedelta(dt.date.fromisoformat(period["end"]) + dt.timedelta(days=1), was)
    ends = {"start": start, "end": start + months - dt.timedelta(days=1)}
    moved[SETTINGS] = [
        {**row, "value": ends[row["key"]].isoformat()}
        if row["section"] == "period" and row["key"] in ends
        else row
        for row in tables[SETTINGS]
    ]
    read_stored(moved)
    return moved


def _moved(table: str, cells: Cells, weeks: int, years: int) -> Cells:
    return dict(_cells(table, cells, weeks, years)) if table in BY_NAME else cells


def _cells(table: str, cells: Cells, weeks: int, years: int) -> Iterator[tuple[str, str]]:
    kinds = {column.name: column.kind for column in BY_NAME[table].columns}
    for name, value in cells.items():
        if kinds[name] == "week":
            yield name, str(Week.parse(value).shift(weeks))
        elif kinds[name] == "date" and table in _OF_THE_YEAR:
            yield name, (dt.date.fromisoformat(value) + relativedelta(years=years)).isoformat()
        elif kinds[name] == "date":
            yield name, (dt.date.fromisoformat(value) + dt.timedelta(weeks=weeks)).isoformat()
        elif name == "year":
            yield name, str(int(value) + years)
        elif name == "quarter":
            yield name, f"{int(value[:4]) + years}{value[4:]}"
        else:
            yield name, value
