"""The log: what became of a week's planned conversations, from the sheet that was sent or one by one; counts only."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _, day, number
from scheduler.inputs.logsheet import read_log
from scheduler.inputs.stored import Cells, Edit
from scheduler.model.clock import Week, now, seconds_of
from scheduler.model.outcomes import OUTCOMES, ApartLog, Outcomes, VisitLog
from scheduler.model.roster import Roster, Round, Stop
from scheduler.model.text import Text
from scheduler.model.texts import word
from scheduler.services.books import Books, books
from scheduler.services.editing import Proposal, Tabled, tabled

#: Outcomes that nothing can have before the visit.
_AFTERWARDS = ("held", "no_show")


@dataclass(frozen=True, slots=True)
class Log:
    """What is told of a week.

    Attributes
    ----------
    books
        Its books, visit by visit.
    names
        What practices and consultants are called, by id.
    number
        Which edition of the week it goes by.
    """

    books: Books
    names: Mapping[str, str]
    number: int


def look(data_dir: Path, week: Week) -> Log:
    """Return what is told of a week so far.

    Raises
    ------
    InputError
        When there is no store with tables, or nothing was published of the week.
    ServiceError
        When the store cannot be had.
    """
    with tabled(data_dir) as tables:
        roster, edition = _published(week)
        names = {stop.id: word(stop.name) for _round, stop in _visits(roster).values()}
        names |= {one.id: word(one.name) for one in roster.unassigned if one.kind == "visit"}
        return Log(books([roster], tables.rows), {**names, **roster.consultant_names}, edition)


def from_sheet(data_dir: Path, week: Week, file: Path) -> Proposal:
    """Put forward what a sheet that was sent and filled in tells of a week; what it says nothing of stays as it is.

    Raises
    ------
    InputError
        With everything that is wrong with it, when there is no store with tables, or nothing was published of the week.
    ServiceError
        When the file or the store cannot be had.
    """
    with tabled(data_dir) as tables:
        roster, _edition = _published(week)
        problems: list[InputProblem] = []
        notes: list[InputProblem] = []
        told = read_log(file, roster, problems, notes)
        if not problems:
            problems += _too_early(told.visits, roster, file.name)
        if problems:
            raise InputError(problems)
        what = Text("did_log_sheet", {"week": str(week), "source": file.name})
        edits = [*_visit_edits(tables, week, roster, told.visits), *_apart_edits(tables, told.apart)]
        return tables.proposal(what, edits, map(str, notes))


def of_visit(
    data_dir: Path, week: Week, practice: str, outcomes: Mapping[str, int], *, booked: int | None = None
) -> Proposal:
    """Put forward what became of one visit.

    Parameters
    ----------
    data_dir
        The project folder.
    week, practice
        Which visit; the practice by id or name.
    outcomes
        How many conversations ended how, by `OUTCOMES`; those that are not there are 0. Empty where only `booked` is told.
    booked
        How many were booked; None to leave that as it is.

    Raises
    ------
    InputError
        When it is not clear which visit, none was planned, or they are not in all as many as were planned.
    ServiceError
        When the store cannot be had.
    """
    with tabled(data_dir) as tables:
        roster, edition = _published(week)
        practice_id = tables.id_of(_("PRACTICE"), practice, "practices")
        found = _visits(roster).get(practice_id)
        if found is None:
            reason = _("edition {edition} of {week} has no visit to {practice}")
            raise InputError(reason.format(edition=edition, week=week, practice=practice_id))
        round_, stop = found
        planned = stop.conversations
        if booked is not None and booked > planned:
            reason = _("{booked} are told as booked, but only {planned} were planned")
            raise InputError(reason.format(booked=number(booked), planned=number(planned)))
        ends = {name: outcomes.get(name, 0) for name in OUTCOMES}
        if any(outcomes.values()) and sum(ends.values()) != planned:
            reason = _("the six outcomes are {told} in all, but {planned} were planned")
            raise InputError(reason.format(told=number(sum(ends.values())), planned=number(planned)))
        told = VisitLog(
            practice_id=practice_id,
            date=round_.date,
            consultant_id=round_.consultant_id,
            booked=booked,
            outcomes=Outcomes(planned=planned, **ends) if any(ends.values()) else None,
        )
        if early := list(_too_early([told], roster, "")):
            raise InputError(early)
        what = Text("did_log", {"week": str(week), "practice_id": practice_id})
        return tables.proposal(what, _visit_edits(tables, week, roster, [told]))


def taken_back(data_dir: Path, week: Week, practice_id: str) -> Proposal:
    """Put forward that it is not told what became of a visit; what was booked stays. Errors as for `of_visit`."""
    with tabled(data_dir) as tables:
        edits: list[Edit] = []
        for position, row in enumerate(tables.tables.get("log", ())):
            if (row.get("week"), row.get("practice_id")) == (str(week), practice_id):
                if "booked" in row:
                    after = {**row, **dict.fromkeys(OUTCOMES, "0")}
                    edits += _put("log", row, Edit("log", row, after, position), position)
                else:
                    edits.append(tables.gone("log", position))
        what = Text("did_log_back", {"week": str(week), "practice_id": practice_id})
        return tables.proposal(what, edits)


def of_day(
    data_dir: Path,
    week: Week,
    who: str,
    said: str,
    *,
    by_phone: int | None = None,
    at_home: int | None = None,
) -> Proposal:
    """Put forward how many conversations a consultant held in a day by telephone, and at home.

    Parameters
    ----------
    data_dir
        The project folder.
    week, who, said
        The week, the consultant by id or name, and which day of the week.
    by_phone, at_home
        How many; None to leave that as it is.

    Raises
    ------
    InputError
        When it is not clear who or which day, or the day is not in the week or not over.
    ServiceError
        When the store cannot be had.
    """
    with tabled(data_dir) as tables:
        consultant_id = tables.id_of(_("WHO"), who, "consultants")
        monday = dt.datetime.combine(week.monday, dt.time(), now().tzinfo)
        when = tables.when("--on", said.split(), since=monday)
        if when.first != when.last or Week.of(when.first) != week:
            raise InputError(InputProblem(_("write one day of {week}").format(week=week), "--on"))
        if when.first > now().date():
            raise InputError(InputProblem(_("{date} is still to come").format(date=day(when.first)), "--on"))
        told = ApartLog(consultant_id=consultant_id, date=when.first, by_phone=by_phone, at_home=at_home)
        what = Text("did_log_apart", {"consultant_id": consultant_id, "date": str(when.first)})
        return tables.proposal(what, _apart_edits(tables, [told]))


def _published(week: Week) -> tuple[Roster, int]:
    """Return what holds for a week, of the store that is open."""
    from scheduler.store import editions

    found = editions.published(str(week))
    if found is None:
        raise InputError(
            _("nothing of {week} has been published; only what was published can have been held").format(
                week=week
            )
        )
    return found.roster, found.number


def _visits(roster: Roster) -> Mapping[str, tuple[Round, Stop]]:
    return {
        stop.id: (round_, stop) for round_ in roster.rounds for stop in round_.stops if stop.kind == "visit"
    }


def _too_early(told: Iterable[VisitLog], roster: Roster, file: str) -> Iterator[InputProblem]:
    """Report what was held, or waited for in vain, before it began."""
    visits, moment = _visits(roster), now()
    for one in told:
        early = one.outcomes and any(getattr(one.outcomes, name) for name in _AFTERWARDS)
        if early and visits[one.practice_id][1].start > moment:
            reason = _("the visit to {practice} on {date} is still to come; nothing of it can have been held")
            yield InputProblem(reason.format(practice=one.practice_id, date=day(one.date)), file)


def _visit_edits(tables: Tabled, week: Week, roster: Roster, told: Iterable[VisitLog]) -> Iterator[Edit]:
    visits = _visits(roster)
    at = {
        (row.get("week"), row.get("practice_id")): position
        for position, row in enumerate(tables.tables.get("log", ()))
    }
    for one in told:
        stop = visits[one.practice_id][1]
        position = at.get((str(week), one.practice_id))
        before = None if position is None else tables.tables["log"][position]
        same = before is not None and before.get("planned") == str(stop.conversations)
        booked = one.booked
        if booked is None and before and same and "booked" in before:
            booked = int(before["booked"])
        ends = dict.fromkeys(OUTCOMES, 0)
        if one.outcomes:
            ends = dict(zip(OUTCOMES, one.outcomes.ends, strict=True))
        elif before and same:
            ends = {name: int(before.get(name, 0)) for name in OUTCOMES}
        new = tables.new(
            "log",
            week=week,
            practice_id=one.practice_id,
            date=one.date,
            start=seconds_of(stop.start, one.date),
            consultant_id=one.consultant_id,
            planned=stop.conversations,
            booked=booked,
            **ends,
        )
        yield from _put("log", before, new, position)


def _apart_edits(tables: Tabled, told: Iterable[ApartLog]) -> Iterator[Edit]:
    rows = tables.tables.get("log_apart", ())
    at = {(row.get("consultant_id"), row.get("date")): position for position, row in enumerate(rows)}
    for one in told:
        position = at.get((one.consultant_id, str(one.date)))
        before = None if position is None else rows[position]
        counts = {"by_phone": one.by_phone, "at_home": one.at_home}
        kept = {name: int(before[name]) for name in counts if before and name in before}
        given = {name: count for name, count in counts.items() if count is not None}
        new = tables.new("log_apart", consultant_id=one.consultant_id, date=one.date, **{**kept, **given})
        yield from _put("log_apart", before, new, position)


def _put(table: str, before: Cells | None, new: Edit, position: int | None) -> Iterator[Edit]:
    """Yield a new row, or what a row that is there becomes, unless it says so already."""
    if before is None or position is None:
        yield new
    elif dict(before) != dict(new.after or {}):
        yield Edit(table, before, new.after, position)
