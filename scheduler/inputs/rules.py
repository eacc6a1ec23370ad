"""What must be true of ids, references and each single row."""

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from scheduler.base import limits
from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _, clock, number
from scheduler.inputs.cells import CellError, shown, text
from scheduler.inputs.rows import Row, TableRows
from scheduler.inputs.schema import BY_NAME, TABLES, Table
from scheduler.model.config import Defaults
from scheduler.model.project import Origin
from scheduler.week.hours import DAY

#: The corners of Denmark, Bornholm included, in degrees.
_SOUTH, _NORTH, _WEST, _EAST = 54.5, 57.8, 8.0, 15.3

_INTERVALS = (
    ("start", "end"),
    ("valid_from", "valid_to"),
    ("active_from", "active_to"),
    ("from", "to"),
    ("earliest", "latest"),
)

#: The tables of places, and those whose ids share one room: an id alone must say what is meant.
_PLACE_TABLES = ("bases", "practices", "places", "home_visits")
_SHARED_IDS = (*_PLACE_TABLES, "tasks")

#: The columns whose texts serve for an id, where they are unique.
_NAMES = ("name", "title")
_PLAIN_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
_MOST_IDS = 6
#: Of so many references to nobody in a column it is said who may be meant.
_MOST_STRANGERS = 20

_PRIVATE_TABLES = frozenset(table.name for table in TABLES if table.private)

Tables = Mapping[str, Sequence[Row]]


def check_size(tables: Tables) -> Iterator[InputProblem]:
    """Report more places than rides can be measured between."""
    largest = max((tables[name] for name in _PLACE_TABLES), key=len)
    count = sum(len(tables[name]) for name in _PLACE_TABLES)
    if count > limits.PLACES:
        reason = _(
            "there are {count} practices, home visits and other places, and at most {most} can be planned for; "
            "delete old ones, or make a project for each base"
        )
        yield InputProblem(
            reason.format(count=number(count), most=number(limits.PLACES)), largest[0].origin.file
        )


def check_ids(tables: Tables) -> Iterator[InputProblem]:
    """Report ids that are given twice, also such as differ only in upper and lower case."""
    seen: dict[tuple[str, str], Row] = {}
    for table in TABLES:
        column = table.id_column
        if column is None:
            continue
        room = "places" if table.name in _SHARED_IDS else table.name
        for row in tables[table.name]:
            if not row.has(column.name):
                continue
            # File names are made of ids, and Windows takes a.html and A.html for one file.
            first = seen.setdefault((room, row[column.name].casefold()), row)
            if first is not row:
                yield row.problem(
                    _("the id {id} is already taken in {file}:{row}; choose another").format(
                        id=row[column.name], file=first.origin.file, row=first.origin.row
                    ),
                    column.name,
                )


def check_unique(tables: Tables) -> Iterator[InputProblem]:
    """Report rows that repeat what may be there only once: a weekday of shifts, a week of demand."""
    for table in TABLES:
        seen: dict[tuple[Any, ...], Row] = {}
        for row in tables[table.name]:
            if table.unique and row.has(*table.unique):
                first = seen.setdefault(tuple(row[column] for column in table.unique), row)
                if first is not row:
                    yield row.problem(
                        _("the same {columns} stand in row {row} already; keep one").format(
                            columns=_(" and ").join(map(row.called, table.unique)),
                            row=row.number_of(first),
                        ),
                        table.unique[-1],
                    )


def resolve_references(tables: Iterable[TableRows], found: Mapping[str, TableRows]) -> Iterator[InputProblem]:
    """Put ids of the tables `found` in the place of references in some, and report those to nobody.

    A reference is an id in any case of letters, or the name of a row where no other row has it. Danish
    words for everybody and the base become English ones.
    """
    known = {
        table.name: _Known(table, found[table.name].rows if table.name in found else ())
        for table in TABLES
        if table.id_column
    }
    for read in tables:
        for column in read.table.columns:
            if column.kind != "reference":
                continue
            those = [known[name] for name in column.refers]
            readable = all(_all_ids_known(name, found) for name in column.refers)
            besides = column.besides[-1:] if read.danish else column.besides[:1]
            called = ", ".join((*(_called(name, found, read) for name in column.refers), *besides))
            resolve = _Resolver(those, column.besides, called, private=read.table.private)
            for row in read.rows:
                if not row.has(column.name):
                    continue
                id_, reason = resolve(row[column.name])
                if not reason:
                    row.values[column.name] = id_
                elif readable:
                    yield row.problem(reason, column.name)


def id_of(said: str, tables: Tables, *names: str, besides: Sequence[str] = ()) -> str:
    """Return whom somebody means who says it on a command line: an id, a name, or how only one of them begins.

    Parameters
    ----------
    said
        What was said.
    tables
        The rows of all tables.
    names
        In which of them the id is.
    besides
        Words that are right without being in any; all mean the first.

    Raises
    ------
    CellError
        When nobody is meant, or several are.
    """
    said = text(said)
    known = [_Known(BY_NAME[name], tables[name]) for name in names]
    id_, reason = _Resolver(known, besides, ", ".join(names), private=False)(said)
    if not reason:
        return id_
    begun = sorted(set().union(*(one.begun_by(said) for one in known)))
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise CellError(
            _("several begin with {name}; write the id, one of {ids}").format(
                name=shown(said), ids=", ".join(begun[:_MOST_IDS])
            )
        )
    raise CellError(reason)


class _Known:
    """The ids of a table, and the names that serve for them."""

    def __init__(self, table: Table, rows: Sequence[Row]) -> None:
        assert table.id_column is not None  # noqa: S101 - asked of such tables only
        own = table.id_column.name
        self.ids = {row[own] for row in rows if row.has(own)}
        self.names: dict[str, set[str]] = defaultdict(set)
        self._by_case: dict[str, set[str]] = defaultdict(set)
        for id_ in self.ids:
            self._by_case[id_.casefold()].add(id_)
        for row in rows:
            for name in _NAMES:
                if row.has(own, name) and row[name]:
                    self.names[row[name].casefold()].add(row[own])

    def meant(self, written: str) -> set[str]:
        """Return the ids that somebody may mean who wrote no id as it is."""
        return self._by_case.get(written.casefold()) or self.names.get(written.casefold(), set())

    def begun_by(self, said: str) -> set[str]:
        """Return the ids that begin with something, or a word of whose name does."""
        said = said.casefold()
        by_name = (ids for name, ids in self.names.items() if f" {name}".find(f" {said}") >= 0)
        begun = {id_ for id_ in self.ids if id_.casefold().startswith(said)}
        return begun.union(*by_name) if said else set()


class _Resolver:
    """Finds whom the references of a column mean; equal ones are looked for once."""

    def __init__(
        self, known: Sequence[_Known], besides: Sequence[str], called: str, *, private: bool
    ) -> None:
        self._known = known
        self._besides = besides
        self._called = called
        self._private = private
        self._found: dict[str, tuple[str, str]] = {}
        self._strangers = 0

    def __call__(self, written: str) -> tuple[str, str]:
        """Return an id, or why there is none."""
        if written not in self._found:
            self._found[written] = self._find(written)
        return self._found[written]

    def _find(self, written: str) -> tuple[str, str]:
        if any(written in known.ids for known in self._known):
            return written, ""
        if written.casefold() in self._besides:
            return self._besides[0], ""
        meant = sorted(set().union(*(known.meant(written) for known in self._known)))
        if len(meant) == 1:
            return meant[0], ""
        if self._private:
            return "", _("this is no id in {tables}").format(tables=self._called)
        if meant:
            return "", _("several are called {name}; write the id, one of {ids}").format(
                name=shown(written), ids=", ".join(meant[:_MOST_IDS])
            )
        return "", self._stranger(written)

    def _stranger(self, written: str) -> str:
        """Say that nobody has this id or name, and who may be meant."""
        named = written if _PLAIN_ID.fullmatch(written) else shown(written)
        self._strangers += 1
        near = self._near(written) if self._strangers <= _MOST_STRANGERS else ""
        reason = _("there is no {id} in {tables}")
        if near:
            reason = _("there is no {id} in {tables}; did you mean {near}?")
        return reason.format(id=named, tables=self._called, near=near)

    def _near(self, written: str) -> str:
        spellings = {
            spelling.casefold(): id_
            for known in self._known
            for spelling, id_ in (
                *((name, min(ids)) for name, ids in known.names.items()),
                *((id_, id_) for id_ in sorted(known.ids)),
            )
        }
        near = difflib.get_close_matches(written.casefold()[:64], spellings, n=1, cutoff=0.7)
        return spellings[near[0]] if near else ""


def _called(name: str, found: Mapping[str, TableRows], read: TableRows) -> str:
    """Name a table as the workbook does in which it is a sheet, or could be one beside another."""
    if name in found:
        return found[name].file.partition("!")[2] or name
    return BY_NAME[name].danish if read.danish and "!" in read.file else name


def _all_ids_known(name: str, found: Mapping[str, TableRows]) -> bool:
    """Tell whether a table was read in full; else every reference into it would be a false alarm."""
    if name not in found:
        return not BY_NAME[name].required
    return found[name].readable and bool(found[name].rows or not BY_NAME[name].required)


def check_rows(tables: Tables, defaults: Defaults, country: str) -> Iterator[InputProblem]:
    """Report rows that contradict themselves."""
    for name, rows in tables.items():
        for row in rows:
            yield from _coordinates(row, country, private=name in _PRIVATE_TABLES)
            yield from _interval(row)
            yield from _weekday_or_date(row, name)
            for check in _ROW_CHECKS.get(name, ()):
                yield from check(row, defaults)


def _coordinates(row: Row, country: str, *, private: bool) -> Iterator[InputProblem]:
    if "lat" not in row.values or "lon" not in row.values:
        return
    yield from coordinate_problems(row["lat"], row["lon"], country, row.origin, private=private)


def coordinate_problems(
    lat: float | None, lon: float | None, country: str, origin: Origin, *, private: bool = False
) -> Iterator[InputProblem]:
    """Report coordinates of which one is missing, or that lie outside Denmark; not which, if they are private."""
    if lat is None and lon is None:
        return
    called = {"lat": origin.called("lat"), "lon": origin.called("lon")}
    if lat is None or lon is None:
        reason = _("{lat} and {lon} belong together; give both or neither").format(**called)
        yield origin.problem(reason, "lat" if lat is None else "lon")
    elif country == "DK" and not (_SOUTH <= lat <= _NORTH and _WEST <= lon <= _EAST):
        if _SOUTH <= lon <= _NORTH and _WEST <= lat <= _EAST:
            reason = _("{lat} and {lon} are swapped: {lat} is about 55, {lon} about 12").format(**called)
        elif private:
            reason = _("the point is not in Denmark")
        else:
            reason = _("the point {lat}, {lon} is not in Denmark").format(lat=lat, lon=lon)
        yield origin.problem(reason, "lat")


def _interval(row: Row) -> Iterator[InputProblem]:
    for start, end in _INTERVALS:
        if row.has(start, end) and row[end] < row[start]:
            yield row.problem(_("this ends before it begins"), end)
    if row.has("start", "end") and row["start"] == row["end"]:
        yield row.problem(_("this ends when it begins"), "end")


def _weekday_or_date(row: Row, table: str) -> Iterator[InputProblem]:
    if table not in ("rooms", "shifts", "engagements") or not {"weekday", "date"} <= row.values.keys():
        return
    if row.has("weekday", "date"):
        yield row.problem(_("give a weekday or a date, not both"), "date")
    elif not row.has("weekday") and not row.has("date"):
        yield row.problem(_("give a weekday or a date"), "weekday")
    elif row.has("date"):
        for column in ("weeks", "valid_from", "valid_to"):
            if row.values.get(column) not in (None, "all"):
                yield row.problem(_("this goes with a weekday, not with a date"), column)
    if table == "shifts" and "start" in row.values:
        yield from _hours_or_off(row)


def _hours_or_off(row: Row) -> Iterator[InputProblem]:
    if row.has("start"):
        if "end" in row.values and not row.has("end"):
            yield row.problem(_("this must be filled in"), "end")
    elif row.has("weekday"):
        yield row.problem(_("off goes with a date; a weekday without a shift has no row"), "start")
    elif row.has("end"):
        yield row.problem(_("a day off has no hours; leave this blank"), "end")


def first_start_s(start_s: int, defaults: Defaults) -> int:
    """Return the first time on the start grid from a time on."""
    return -(-start_s // defaults.start_grid_s) * defaults.start_grid_s


def _minutes_fit(row: Row, defaults: Defaults) -> Iterator[InputProblem]:
    if not row.has("minutes"):
        return
    start_s, end_s = (
        row[name] if row.has(name) else edge for name, edge in zip(("start", "end"), DAY, strict=True)
    )
    if start_s < end_s < first_start_s(start_s, defaults) + row["minutes"] * 60:
        yield row.problem(
            _("{minutes} minutes do not fit between {start} and {end}").format(
                minutes=row["minutes"], start=clock(start_s), end=clock(end_s)
            ),
            "minutes",
        )


def _weekday_comes(row: Row, _defaults: Defaults) -> Iterator[InputProblem]:
    if not row.has("earliest", "latest", "weekday"):
        return
    days = (row["latest"] - row["earliest"]).days
    if 0 <= days < (row["weekday"] - row["earliest"].weekday()) % 7:
        yield row.problem(
            _("there is no such weekday from {start} to {end}").format(
                start=row["earliest"], end=row["latest"]
            ),
            "weekday",
        )


def _shift_holds_lunch(row: Row, defaults: Defaults) -> Iterator[InputProblem]:
    if not row.has("lunch_minutes"):
        return
    lunch_s, window_s = row["lunch_minutes"] * 60, defaults.lunch_to_s - defaults.lunch_from_s
    if row.has("start", "end") and lunch_s > row["end"] - row["start"] > 0:
        yield row.problem(_("lunch is longer than the shift"), "lunch_minutes")
    elif lunch_s > window_s > 0:  # where there is no window, nobody has lunch
        reason = _(
            "a lunch of {minutes} minutes does not fit between lunch_from and lunch_to, {start} to {end}"
        )
        yield row.problem(
            reason.format(
                minutes=row["lunch_minutes"],
                start=clock(defaults.lunch_from_s),
                end=clock(defaults.lunch_to_s),
            ),
            "lunch_minutes",
        )


def one_visit_a_week(row: Row, _defaults: Defaults) -> Iterator[InputProblem]:
    """Report that a row asks for more visits a week than can be planned."""
    for column in ("visits_a_week", "visits"):
        if row.values.get(column) not in (None, 1):
            yield row.problem(
                _("more than one visit a week cannot be planned yet; write 1, or leave this blank"), column
            )


_ROW_CHECKS: Mapping[str, tuple[Callable[[Row, Defaults], Iterator[InputProblem]], ...]] = {
    "practices": (one_visit_a_week,),
    "demand": (one_visit_a_week,),
    "home_visits": (_minutes_fit,),
    "tasks": (_minutes_fit, _weekday_comes),
    "shifts": (_shift_holds_lunch,),
}
