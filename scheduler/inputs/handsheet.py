"""A roster that somebody has made in a workbook or a CSV file -> the visits in it.

A row a visit: its date or weekday, the consultant, the practice, the hour. The sheets of a roster.xlsx are read
too: there the consultant is the sheet's title, and what is no visit is passed over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scheduler.base import limits
from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _, day
from scheduler.inputs import cells, dates, sheets
from scheduler.inputs.cells import Cell
from scheduler.inputs.headings import FIRST_ROWS, heading_row
from scheduler.inputs.raw import RawRow
from scheduler.inputs.rows import Row, interpret
from scheduler.inputs.schema import Column, Table, key
from scheduler.inputs.tables import read_csv
from scheduler.model.clock import Week
from scheduler.model.problem import Problem
from scheduler.model.project import Project
from scheduler.week.byhand import HandVisit

HAND = Table(
    "plan",
    "Ugeplan",
    (
        Column("date", "Dato", "date", dates.date, required=False),
        Column("weekday", "Ugedag", "weekday", cells.weekday, required=False, also=("Dag", "day")),
        Column("consultant_id", "Rådgiver", "text", cells.text, required=False, default="", also=("Rådgiver-id", "consultant")),
        Column("id", "Praksis", "text", cells.text, required=False, default="", also=("Praksis-id", "practice", "practice_id", "Besøg", "visit", "Navn", "name")),
        Column("start", "Start", "time", cells.time, required=False, also=("Kl", "Klokken", "Tid", "Tidspunkt", "time")),
        Column("conversations", "Samtaler", "number", cells.whole(1, 100), required=False),
        Column("what", "Hvad", "text", cells.text, required=False, default=""),
    ),
)  # fmt: skip

#: What a roster.xlsx calls what was asked for.
_VISITS = frozenset(map(key, ("Visit", "Besøg", "Task", "Opgave")))
_HOMES = frozenset(map(key, ("Home visit", "Hjemmebesøg")))
#: What says the same twice in a roster.xlsx; only practices have ids there.
_IDS = frozenset(map(key, ("Praksis-id", "practice_id")))
_NAMES = frozenset(map(key, ("Navn", "name")))


@dataclass(frozen=True, slots=True)
class HandSheet:
    """The rows of a roster made by hand, each with who it is of, and the week that its dates are in."""

    file: str
    rows: tuple[tuple[Row, str], ...]
    week: Week | None


def read_hand(file: Path) -> HandSheet:
    """Read the rows of a roster made by hand.

    Raises
    ------
    InputError
        With everything that is wrong with its cells; or when dates of several weeks are in it.
    ServiceError
        When the file cannot be read.
    """
    problems: list[InputProblem] = []
    raw = limits.read(file, limits.TABLE_BYTES)
    if raw.startswith(sheets.BEGINNINGS):
        rows = tuple(_of_workbook(raw, file.name, problems))
    else:
        rows = tuple(
            (row, row.values.get("consultant_id", ""))
            for row in read_csv(HAND, file.name, raw, problems).rows
        )
        rows = tuple((row, who) for row, who in rows if row.given)
    if not rows and not problems:
        reason = _(
            "there is no visit in it; it needs the columns date or weekday, consultant, practice and start"
        )
        problems.append(InputProblem(reason, file.name))
    weeks: dict[Week, Row] = {}
    for row, _who in rows:
        if row.has("date"):
            weeks.setdefault(Week.of(row["date"]), row)
    if len(weeks) > 1:
        (first, _row), (other, row) = list(weeks.items())[:2]
        reason = _("this is in {other}, and other rows are in {week}: a roster is of one week")
        problems.append(row.problem(reason.format(other=other, week=first), "date"))
    if problems:
        raise InputError(problems)
    return HandSheet(file.name, rows, next(iter(weeks), None))


def _of_workbook(raw: bytes, file: str, problems: list[InputProblem]) -> Iterator[tuple[Row, str]]:
    book = sheets.read_sheets(raw, file, problems)
    for title, raw_rows in book.titled if book else ():
        at = _headings(raw_rows)
        if at is None:
            continue
        with dates.counted_from_1904(when=book is not None and book.since_1904):
            read = interpret(HAND, f"{file}!{title}", _asked_for(_named_once(raw_rows, at), at), problems)
        for row in read.rows:
            yield row, row.values.get("consultant_id", "") if "consultant_id" in read.headings else title


def _headings(raw_rows: Sequence[RawRow]) -> int | None:
    """Return which row of a sheet has its headings; None where it has no visits with their hours: it is not read."""
    first = raw_rows[:FIRST_ROWS]
    at = heading_row(HAND, first) if first else None
    names = {_column(cell) for cell in first[at][1]} if at is not None else set()
    return at if {"start", "id"} <= names and names & {"consultant_id", "what"} else None


def _column(cell: Cell | None) -> str:
    column = HAND.by_heading.get(key(cell)) if isinstance(cell, str) else None
    return column.name if column else ""


def _named_once(raw_rows: Sequence[RawRow], at: int) -> Sequence[RawRow]:
    """Return the rows of a sheet; where it has ids beside names, with the id alone, or the name where there is none."""
    heads = raw_rows[at][1]
    ids = [n for n, cell in enumerate(heads) if isinstance(cell, str) and key(cell) in _IDS]
    named = [n for n, cell in enumerate(heads) if isinstance(cell, str) and key(cell) in _NAMES]
    if len(ids) != 1 or len(named) != 1:
        return raw_rows
    own, name = ids[0], named[0]
    found: list[RawRow] = list(raw_rows[:at])
    for row, row_cells in raw_rows[at:]:
        wide = [*row_cells, *[None] * (max(own, name) + 1 - len(row_cells))]
        wide[own] = wide[name] if wide[own] in (None, "") else wide[own]
        wide[name] = None
        found.append((row, wide))
    return found


def _asked_for(raw_rows: Sequence[RawRow], at: int) -> Iterator[RawRow]:
    """Yield the headings and the rows of a sheet; where it says what each row is, of what was asked for alone."""
    positions = [n for n, cell in enumerate(raw_rows[at][1]) if _column(cell) == "what"]
    for number, (row, row_cells) in enumerate(raw_rows):
        said = next((row_cells[n] for n in positions if n < len(row_cells)), None)
        if number <= at or not positions or (isinstance(said, str) and key(said) in _VISITS | _HOMES):
            yield row, row_cells


def hand_visits(sheet: HandSheet, problem: Problem, project: Project) -> tuple[HandVisit, ...]:
    """Return the visits of a roster made by hand, of the week that a problem of the project asks for.

    Raises
    ------
    InputError
        With every row that is of nothing that the week asks for, of nobody who works then, or that is there twice.
    """
    problems: list[InputProblem] = []
    reader = _Reader(problem, project)
    found: dict[str, Row] = {}
    visits = []
    for row, who in sheet.rows:
        visit = reader.visit(row, who, found)
        if isinstance(visit, InputProblem):
            problems.append(visit)
        elif found.setdefault(visit.id, row) is not row:
            reason = _("this visit stands in row {row} already; keep one")
            problems.append(row.problem(reason.format(row=row.number_of(found[visit.id])), "id"))
        else:
            visits.append(visit)
    if problems:
        raise InputError(problems)
    return tuple(visits)


class _Reader:
    def __init__(self, problem: Problem, project: Project) -> None:
        self._problem = problem
        self._days = {(each.consultant_id, each.date) for each in problem.days}
        self._requests = {request.request_id: request for request in problem.requests}
        names = {
            request.request_id: request.title or problem.places[request.place_id].name
            for request in problem.requests
            if request.kind != "home_visit"
        }
        practices = {practice.practice_id for practice in project.practices}
        others = {place.place_id: place.name for place in project.places if place.place_id in practices}
        self._ids = _ids({**dict.fromkeys(self._requests, ""), **others, **names})
        self._people = _ids({each.consultant_id: each.name for each in problem.consultants})

    def visit(self, row: Row, who: str, found: dict[str, Row]) -> HandVisit | InputProblem:
        """Return the visit of a row, or what is wrong with it; `found` are those of the rows before."""
        if not row.has("start"):
            return row.problem(_("this must be filled in"), "start")
        if row.has("date") == row.has("weekday"):
            both = row.has("date")
            reason = _("give a weekday or a date, not both") if both else _("give a weekday or a date")
            return row.problem(reason, "date")
        date = row["date"] if row.has("date") else self._problem.week.days[row["weekday"]]
        consultant_id = self._people.get(_same(who)) or self._titled(who)
        if consultant_id is None:
            reason = _("there is no consultant {name}; there are: {known}")
            known = ", ".join(each.consultant_id for each in self._problem.consultants)
            return row.problem(reason.format(name=cells.shown(who), known=known), "consultant_id")
        id_ = self._id(row, found)
        if id_ not in self._requests:
            reason = _("{id} is no practice, home visit or task of {week}")
            if id_ in self._ids.values():
                reason = _("{id} asks for no visit in {week}; a row in the table demand makes it")
            return row.problem(reason.format(id=cells.shown(row["id"]), week=self._problem.week), "id")
        if (consultant_id, date) not in self._days:
            reason = _("{consultant} does not work on {date}")
            return row.problem(reason.format(consultant=consultant_id, date=day(date)), "consultant_id")
        return HandVisit(
            id=id_,
            date=date,
            start_s=row["start"],
            consultant_id=consultant_id,
            conversations=row["conversations"] if self._requests[id_].kind == "visit" else None,
        )

    def _titled(self, title: str) -> str | None:
        """Return the only consultant after whom a sheet may have been named."""
        found = [c.consultant_id for c in self._problem.consultants if sheets.is_sheet_of(title, c.name)]
        return found[0] if len(found) == 1 else None

    def _id(self, row: Row, found: dict[str, Row]) -> str:
        """Return the id that a row names; of a home visit, which has no name, the first of that day that is left."""
        if row["id"] or key(row["what"]) not in _HOMES:
            return self._ids.get(_same(row["id"]), str(row["id"]))
        return next(
            (
                request.request_id
                for request in self._problem.requests
                if request.kind == "home_visit"
                and request.request_id not in found
                and any(slot.date == row["date"] for slot in request.slots)
            ),
            "",
        )


def _same(name: str) -> str:
    return " ".join(name.split()).casefold()


def _ids(names: dict[str, str]) -> dict[str, str]:
    """Return ids by themselves, and by names that only one has."""
    found: dict[str, str] = {}
    for id_, name in names.items():
        found[_same(name)] = "" if _same(name) in found else id_
    return {name: id_ for name, id_ in found.items() if id_ and name} | {_same(id_): id_ for id_ in names}
