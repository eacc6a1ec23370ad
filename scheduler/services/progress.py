"""Progress: what was held, planned and lost in the weeks of a time, and what that took."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.inputs import dates
from scheduler.inputs.cells import CellError
from scheduler.inputs.when import When, when
from scheduler.model.clock import Week, now, seconds_of
from scheduler.model.outcomes import OUTCOMES
from scheduler.model.project import Project
from scheduler.model.roster import Roster
from scheduler.services.books import Books, Entry, books
from scheduler.services.editing import tabled
from scheduler.services.owing import Owed, owed_by
from scheduler.week.calendar import requested_conversations, room_slots, shifts_on

if TYPE_CHECKING:
    import pandas as pd

#: The counts of an entry, in the order in which people see them.
COUNTS = ("asked", "extra", "planned", "not_planned", *OUTCOMES, "not_told")


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Where the time of some weeks goes, of all consultants together.

    Attributes
    ----------
    conversations_s, setup_s, riding_s, waiting_s
        Seconds planned for conversations, for setting up, on the bicycle, and waiting.
    at_work_s
        Seconds of shifts, as the tables have them.
    rooms_s, rooms_unused_s
        Seconds for which practices that were due lent rooms, and those of them without a visit.
    """

    conversations_s: int = 0
    setup_s: int = 0
    riding_s: int = 0
    waiting_s: int = 0
    at_work_s: int = 0
    rooms_s: int = 0
    rooms_unused_s: int = 0


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """A week of which it is not known yet what was held: who is to hold how many on which day.

    Attributes
    ----------
    week
        The week.
    asked
        How many conversations are asked for.
    days
        How many are planned for each consultant and day, as published; None of a week that is not.
    at_work
        The consultants and days at work, by the tables.
    """

    week: Week
    asked: int
    days: Mapping[tuple[str, dt.date], int] | None
    at_work: tuple[tuple[str, dt.date], ...]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What was held and lost in some weeks, and towards the goal of the period.

    Attributes
    ----------
    project
        The project.
    period
        The days that were asked for.
    books
        The books of its weeks.
    all_books
        Those of all published weeks of the project's period.
    times
        Where the time of its weeks goes.
    own, by_others
        How many visits to practices with a consultant of their own were made by them, and by others.
    ahead
        The weeks of the project's period in which something is to come or not told yet, from the first such on.
    moment
        When it was asked.
    owed
        What is owed to practices then.
    """

    project: Project
    period: When
    books: Books
    all_books: Books
    times: Times
    own: int
    by_others: int
    ahead: tuple[Ahead, ...]
    moment: dt.datetime
    owed: tuple[Owed, ...]

    @property
    def goal(self) -> int:
        """How many conversations are to be held in the project's period."""
        return self.project.config.period.goal_conversations

    @property
    def held(self) -> int:
        """How many have been held in the project's period."""
        return sum(
            entry.held for entry in self.all_books.entries if entry.is_within(self.project.config.period)
        )

    @property
    def told(self) -> tuple[int, int]:
        """Of how many planned conversations it is told what became of them but for what we cancelled, and how many were held."""
        ends = [entry.outcomes for entry in self.all_books.entries if entry.outcomes]
        return sum(end.planned - end.by_us for end in ends), sum(end.held for end in ends)

    @cached_property
    def frame(self) -> "pd.DataFrame":
        """The books of the period: a row a practice and week.

        Columns: week, practice_id, practice, district, consultant_id, consultant (those blank without a visit), and
        `COUNTS`.
        """
        import pandas as pd

        places = {place.place_id: place for place in self.project.places}
        names = {one.consultant_id: one.name for one in self.project.consultants}
        rows = []
        for entry in self.books.entries:
            place = places.get(entry.practice_id)
            who = entry.consultant_id or ""
            rows.append(
                {
                    "week": str(entry.week),
                    "practice_id": entry.practice_id,
                    "practice": place.name if place else entry.practice_id,
                    "district": place.district if place else "",
                    "consultant_id": who,
                    "consultant": names.get(who, who),
                    **counts(entry),
                }
            )
        return pd.DataFrame(rows, columns=[*_KEYS, *COUNTS])

    def by(self, key: str) -> "pd.DataFrame":
        """Return the sums of `frame` by one of its columns, in order of that column; blank ones are left out."""
        frame = self.frame
        return frame[frame[key] != ""].groupby(key, as_index=False)[list(COUNTS)].sum()


_KEYS = ("week", "practice_id", "practice", "district", "consultant_id", "consultant")


def counts(entry: Entry) -> dict[str, int]:
    """Return the counts of an entry by `COUNTS`."""
    ends = {name: getattr(entry.outcomes, name) if entry.outcomes else 0 for name in OUTCOMES}
    own = {name: getattr(entry, name) for name in COUNTS if name not in ends}
    return {name: {**own, **ends}[name] for name in COUNTS}


def progress(data_dir: Path, said: str = "") -> Progress:
    """Return what was held and lost.

    Parameters
    ----------
    data_dir
        The project folder.
    said
        Of which time: a quarter like ``2009-Q2``, or what `scheduler.inputs.when` reads; empty for the project's period.

    Raises
    ------
    InputError
        When there is no store with tables, or the time cannot be read.
    ServiceError
        When the store cannot be had.
    """
    with tabled(data_dir) as tables:
        from scheduler.store import editions

        project, moment = tables.project, now()
        period = _period(project, said, moment)
        whole = project.config.period
        first, last = min(period.first, whole.start), max(period.last, whole.end)
        kept = editions.published_between(str(Week.of(first)), str(Week.of(last)))
        rosters = {Week.parse(edition.week): edition.roster for edition in kept}
        weeks = [week for week in rosters if _touches(week, period.first, period.last)]
        of_goal = [week for week in rosters if _touches(week, whole.start, whole.end)]
        all_books = books((rosters[week] for week in of_goal), tables.rows)
        of_period = all_books if weeks == of_goal else books((rosters[week] for week in weeks), tables.rows)
        own = {one.practice_id: one.consultant_id for one in project.practices if one.consultant_id}
        visits = [
            round_.consultant_id == own[stop.id]
            for week in weeks
            for round_ in rosters[week].rounds
            for stop in round_.stops
            if stop.kind == "visit" and stop.id in own
        ]
        return Progress(
            project=project,
            period=period,
            books=of_period,
            all_books=all_books,
            times=_times(project, [rosters[week] for week in weeks]),
            own=sum(visits),
            by_others=len(visits) - sum(visits),
            ahead=tuple(_ahead(project, rosters, all_books, moment.date())),
            moment=moment,
            owed=owed_by(tables),
        )


def _touches(week: Week, first: dt.date, last: dt.date) -> bool:
    return first <= week.days[-1] and week.monday <= last


def _period(project: Project, said: str, moment: dt.datetime) -> When:
    if not said:
        return When(project.config.period.start, project.config.period.end)
    try:
        quarter = dates.quarter(said)
    except CellError:
        try:
            with dates.dates_of(project.config.calendar.country):
                return when(said, moment)
        except CellError as error:
            reason = _("{error}; a quarter is written like {quarter}")
            raise InputError(
                InputProblem(reason.format(error=error, quarter="2009-Q2"), _("PERIOD"))
            ) from error
    year, number = int(quarter[:4]), int(quarter[-1])
    after = dt.date(year + number // 4, number % 4 * 3 + 1, 1)
    return When(dt.date(year, number * 3 - 2, 1), after - dt.timedelta(days=1))


def _times(project: Project, rosters: Sequence[Roster]) -> Times:
    defaults = project.config.defaults
    practices = {practice.practice_id: practice for practice in project.practices}
    talks = visits = riding = waiting = rooms = used = work = 0
    for roster in rosters:
        week = Week.parse(roster.week)
        taken: dict[str, int] = {}
        for round_ in roster.rounds:
            riding += round_.ride_seconds
            waiting += round_.waiting_seconds
            for stop in round_.stops:
                if stop.kind == "visit":
                    visits += 1
                    talks += stop.conversations
                    taken[stop.id] = seconds_of(stop.end, round_.date) - seconds_of(stop.start, round_.date)
        work += sum(
            end_s - start_s
            for day in week.days
            for _one, shift in shifts_on(project, day)
            for start_s, end_s in shift.spans
        )
        asking = {*taken, *(one.id for one in roster.unassigned if one.kind == "visit")}
        for practice_id in asking & practices.keys():
            slots, _closed = room_slots(project, practices[practice_id], week)
            rooms += sum(slot.end_s - slot.start_s for slot in slots)
            used += taken.get(practice_id, 0) if slots else 0
    return Times(
        conversations_s=talks * defaults.conversation_s,
        setup_s=visits * defaults.setup_s,
        riding_s=riding,
        waiting_s=waiting,
        at_work_s=work,
        rooms_s=rooms,
        rooms_unused_s=max(0, rooms - used),
    )


def _ahead(project: Project, rosters: Mapping[Week, Roster], found: Books, today: dt.date) -> Iterator[Ahead]:
    """Yield the weeks of the period in which something is still open: from the first that has begun and is not told whole."""
    told = {(entry.week, entry.practice_id) for entry in found.entries if entry.outcomes}
    first, last = Week.of(project.config.period.start), Week.of(project.config.period.end)
    for number in range(last.weeks_since(first) + 1):
        week = first.shift(number)
        roster = rosters.get(week)
        if roster is None:
            if week >= Week.of(today):
                yield Ahead(
                    week=week, asked=_asked(project, week), days=None, at_work=_at_work(project, week, today)
                )
            continue
        days = {
            (round_.consultant_id, round_.date): sum(
                stop.conversations
                for stop in round_.stops
                if stop.kind == "visit" and (week, stop.id) not in told
            )
            for round_ in roster.rounds
        }
        if any(days.values()):
            yield Ahead(week=week, asked=sum(days.values()), days=days, at_work=tuple(days))


def _asked(project: Project, week: Week) -> int:
    return sum(requested_conversations(project, practice, week) for practice in project.practices)


def _at_work(project: Project, week: Week, today: dt.date) -> tuple[tuple[str, dt.date], ...]:
    period = project.config.period
    return tuple(
        (consultant.consultant_id, day)
        for day in week.days
        if max(today, period.start) <= day <= period.end
        for consultant, _shift in shifts_on(project, day)
    )
