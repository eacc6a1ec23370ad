"""The sheet on which is written what became of a week's conversations -> a `WeekLog`.

It holds ids, dates and counts, and nothing else is taken in: what people write besides is passed over, and said.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from scheduler.base import limits
from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _, day, number
from scheduler.inputs import cells, dates, sheets
from scheduler.inputs.cells import Cell
from scheduler.inputs.rows import Row, interpret
from scheduler.inputs.schema import Column, Table, key
from scheduler.inputs.sheets import is_sheet_of
from scheduler.inputs.tables import read_csv
from scheduler.model.clock import Week
from scheduler.model.outcomes import OUTCOMES, ApartLog, Outcomes, VisitLog, WeekLog
from scheduler.model.roster import Roster

_MOST = 100
_NONE = ("-", "–", "—")
_WHOLE = cells.whole(0, _MOST)


def _count(cell: Cell) -> int:
    """Return how many there are; a dash is none."""
    if isinstance(cell, str) and cell.strip() in _NONE:
        return 0
    found: int = _WHOLE(cell)
    return found


def _counted(name: str, danish: str, *also: str, required: bool = False) -> Column:
    return Column(name, danish, "number", _count, required, also=also)


_DATE = Column("date", "Dato", "date", dates.date)

#: A row a visit. Its name and who makes it are there for people.
HELD = Table(
    "held",
    "Afholdt",
    (
        Column("consultant_id", "Rådgiver", "text", cells.text, required=False, default="", also=("Rådgiver-id", "consultant")),
        Column("practice_id", "Praksis-id", "text", cells.text),
        Column("practice", "Praksis", "text", cells.text, required=False, default="", also=("name", "Navn")),
        _DATE,
        _counted("planned", "Planlagt", required=True),
        _counted("booked", "Booket"),
        _counted("held", "Afholdt"),
        _counted("cancelled", "Afbud"),
        _counted("no_show", "Udeblevet", "Udeblevne"),
        _counted("not_booked", "Ikke booket"),
        _counted("by_practice", "Aflyst af praksis", "Cancelled by practice"),
        _counted("by_us", "Aflyst af os", "Cancelled by us"),
    ),
    also=("Log",),
)  # fmt: skip

#: A row a consultant and day.
APART = Table(
    "phone_and_home",
    "Telefon og hjemme",
    (
        Column("consultant_id", "Rådgiver", "text", cells.text, also=("Rådgiver-id", "consultant")),
        _DATE,
        _counted("by_phone", "Telefon", "phone"),
        _counted("at_home", "Hjemme", "home"),
    ),
)


def read_log(file: Path, roster: Roster, problems: list[InputProblem], notes: list[InputProblem]) -> WeekLog:
    """Read what a workbook, or a CSV file with the table of visits, tells of a week as it was published.

    Rows in which nothing is told are passed over. What is wrong is added to `problems`: among it a visit that was
    not planned or stands there twice, and outcomes that are not in all what was planned. What is not taken in is
    added to `notes`.

    Raises
    ------
    InputError
        When the file is far too large, or its name holds a CPR number.
    ServiceError
        When the file cannot be read.
    """
    found = _read(file, roster, problems, notes)
    if HELD.name not in found and APART.name not in found:
        if not problems:
            reason = _("there is no sheet {held} or {apart} in it")
            problems.append(InputProblem(reason.format(held=HELD.danish, apart=APART.danish), file.name))
        return WeekLog()
    people = _Known(roster)
    visits = list(_visits(found.get(HELD.name, ()), people, problems))
    return WeekLog(
        visits=tuple(visit for visit in visits if visit.booked is not None or visit.outcomes),
        apart=tuple(_apart(found.get(APART.name, ()), people, problems)),
    )


def _read(
    file: Path, roster: Roster, problems: list[InputProblem], notes: list[InputProblem]
) -> dict[str, list[Row]]:
    raw = limits.read(file, limits.TABLE_BYTES)
    if not raw.startswith(sheets.BEGINNINGS):
        read = read_csv(HELD, file.name, raw, problems)
        notes += read.notes
        return {HELD.name: read.rows}
    book = sheets.read_sheets(raw, file.name, problems)
    found: dict[str, list[Row]] = {}
    for title, raw_rows in book.titled if book else ():
        table = next((table for table in (HELD, APART) if key(title) in table.keys), None)
        called = f"{file.name}!{title}"
        if table is None:
            notes += _stray(called, title, roster)
        elif table.name in found:
            problems.append(InputProblem(_("this sheet is there twice; keep one"), called))
        else:
            with dates.counted_from_1904(when=book is not None and book.since_1904):
                interpreted = interpret(table, called, raw_rows, problems)
            notes += interpreted.notes
            found[table.name] = interpreted.rows
    return found


def _stray(called: str, title: str, roster: Roster) -> Iterator[InputProblem]:
    """Say that a sheet is not read, where it is none of the roster's own."""
    week = Week.parse(roster.week).number
    own = {key(f"uge {week}"), key(f"week {week}")}
    if key(title) not in own and not any(
        is_sheet_of(title, name) for name in roster.consultant_names.values()
    ):
        yield InputProblem(_("this sheet is not read"), called)


class _Known:
    """Whom and what a sheet may name: the consultants and visits of a roster, by id or by a name of their own."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self.visits = {
            (stop.id, round_.date): (round_.consultant_id, stop.conversations)
            for round_ in roster.rounds
            for stop in round_.stops
            if stop.kind == "visit"
        }
        self.consultants = _by_name(roster.consultant_names)
        names = {
            stop.id: str(stop.name)
            for round_ in roster.rounds
            for stop in round_.stops
            if stop.kind == "visit"
        }
        self.practices = _by_name(names)

    def consultant(self, row: Row) -> str | InputProblem:
        """Return the id of who is named in a row."""
        name = row["consultant_id"]
        known = ", ".join(self.roster.consultant_names)
        reason = _("there is no consultant {name}; there are: {known}")
        return self.consultants.get(_same(name)) or row.problem(
            reason.format(name=cells.shown(name), known=known), "consultant_id"
        )

    def in_week(self, row: Row) -> InputProblem | None:
        """Return what is wrong with a row's date, if it is not in the week."""
        week = Week.parse(self.roster.week)
        if Week.of(row["date"]) == week:
            return None
        reason = _("{date} is not in {week}")
        return row.problem(reason.format(date=day(row["date"], "year"), week=week), "date")


def _same(name: str) -> str:
    return " ".join(name.split()).casefold()


def _by_name(names: Mapping[str, str]) -> dict[str, str]:
    """Return ids by themselves, and by names that only one has."""
    found: dict[str, str] = {}
    for id_, name in names.items():
        found[_same(name)] = "" if _same(name) in found else id_
    return {name: id_ for name, id_ in found.items() if id_} | {_same(id_): id_ for id_ in names}


def _visits(rows: Iterable[Row], known: _Known, problems: list[InputProblem]) -> Iterator[VisitLog]:
    seen: dict[tuple[str, dt.date], Row] = {}
    for row in rows:
        if not row.complete:
            continue
        if wrong := known.in_week(row):
            problems.append(wrong)
            continue
        practice_id = known.practices.get(_same(row["practice_id"]), row["practice_id"])
        visit = practice_id, row["date"]
        if visit not in known.visits:
            reason = _("no visit to {practice} on {date} was planned")
            what = reason.format(practice=cells.shown(row["practice_id"]), date=day(row["date"]))
            problems.append(row.problem(what, "practice_id"))
            continue
        if seen.setdefault(visit, row) is not row:
            reason = _("this visit stands in row {row} already; keep one")
            problems.append(row.problem(reason.format(row=row.number_of(seen[visit])), "practice_id"))
            continue
        found = _visit(row, visit, known)
        if isinstance(found, VisitLog):
            yield found
        else:
            problems.append(found)


def _visit(row: Row, visit: tuple[str, dt.date], known: _Known) -> VisitLog | InputProblem:
    own, planned = known.visits[visit]
    who = known.consultant(row) if row["consultant_id"] else own
    if isinstance(who, InputProblem):
        return who
    if row["planned"] != planned:
        reason = _("{told} are told as planned, but {planned} were published")
        return row.problem(reason.format(told=number(row["planned"]), planned=number(planned)), "planned")
    if row["booked"] is not None and row["booked"] > planned:
        reason = _("{booked} are told as booked, but only {planned} were planned")
        return row.problem(reason.format(booked=number(row["booked"]), planned=number(planned)), "booked")
    outcomes = None
    if row.given.intersection(OUTCOMES):
        ends = {name: row[name] or 0 for name in OUTCOMES}
        if sum(ends.values()) != planned:
            reason = _("the six outcomes are {told} in all, but {planned} were planned")
            what = reason.format(told=number(sum(ends.values())), planned=number(planned))
            return row.problem(what, "held")
        outcomes = Outcomes(planned=planned, **ends)
    return VisitLog(
        practice_id=visit[0], date=visit[1], consultant_id=who, booked=row["booked"], outcomes=outcomes
    )


def _apart(rows: Iterable[Row], known: _Known, problems: list[InputProblem]) -> Iterator[ApartLog]:
    seen: dict[tuple[str, dt.date], Row] = {}
    for row in rows:
        if not row.complete or not row.given.intersection(("by_phone", "at_home")):
            continue
        who, wrong = known.consultant(row), known.in_week(row)
        if wrong or isinstance(who, InputProblem):
            problems += filter(None, (wrong, who if isinstance(who, InputProblem) else None))
            continue
        if seen.setdefault((who, row["date"]), row) is not row:
            reason = _("this day of the consultant stands in row {row} already; keep one")
            first = seen[who, row["date"]]
            problems.append(row.problem(reason.format(row=row.number_of(first)), "consultant_id"))
            continue
        yield ApartLog(consultant_id=who, date=row["date"], by_phone=row["by_phone"], at_home=row["at_home"])
