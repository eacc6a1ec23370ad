"""The books: what became of the conversations that each practice asked for in each published week.

In the week that asked, by practice: the six outcomes, and what is not told yet, and what was not planned, are together
what was asked for; what was caught up on from earlier weeks, `extra`, stands apart. Only what is published counts, and
what is told of visits as the week's last edition has them.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scheduler.inputs.rows import Row
from scheduler.model.clock import Week, at
from scheduler.model.config import Period
from scheduler.model.outcomes import OUTCOMES, Outcomes
from scheduler.model.roster import Roster

#: The rows of all tables of a store.
Rows = Mapping[str, Sequence[Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A practice in a week.

    Attributes
    ----------
    week, practice_id
        Which.
    asked
        How many conversations fell due.
    extra
        How many more were asked for, to catch up on earlier weeks.
    planned
        How many its visit was to hold; 0 without a visit. What was asked for, extra ones too, and is not planned, was
        not planned.
    consultant_id, start
        Who was to come, and when; None without a visit.
    booked
        How many were booked, as the practice told; None where it is not told.
    outcomes
        What became of those that were planned; None where it is not told.
    """

    week: Week
    practice_id: str
    asked: int
    extra: int
    planned: int
    consultant_id: str | None = None
    start: dt.datetime | None = None
    booked: int | None = None
    outcomes: Outcomes | None = None

    def is_within(self, period: Period) -> bool:
        """Tell whether its visit is in the project's period."""
        return self.start is not None and period.start <= self.start.date() <= period.end

    @property
    def not_planned(self) -> int:
        """How many found no place."""
        return self.asked + self.extra - self.planned

    @property
    def not_told(self) -> int:
        """Of how many that were planned it is not told what became of them."""
        return 0 if self.outcomes else self.planned

    @property
    def held(self) -> int:
        """How many were held, as far as it is told."""
        return self.outcomes.held if self.outcomes else 0

    @property
    def lost(self) -> int:
        """How many are owed: not planned, or cancelled by the practice or by us."""
        cancelled = self.outcomes.by_practice + self.outcomes.by_us if self.outcomes else 0
        return self.not_planned + cancelled


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """What is told of a visit, as the store has it: of which week, practice and hour, and how many were planned then."""

    week: Week
    practice_id: str
    start: dt.datetime
    consultant_id: str
    planned: int
    booked: int | None
    outcomes: Outcomes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Conversations that are no longer owed: of which week, and into which they were planned; None for withdrawn."""

    week: Week
    practice_id: str
    conversations: int
    into: Week | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """What a consultant held in a day but for visits to practices: by telephone, and at citizens' homes."""

    consultant_id: str
    date: dt.date
    by_phone: int
    at_home: int


@dataclass(frozen=True, kw_only=True)
class Books:
    """The books of some weeks.

    Attributes
    ----------
    entries
        A practice and week each, in the order of weeks, and of visits in each.
    settled
        What is no longer owed.
    apart
        Conversations that count towards no goal.
    unfit
        What was told of visits that the week's last edition does not have, or has with another number of conversations:
        it counts for nothing until it is told again.
    """

    entries: tuple[Entry, ...]
    settled: tuple[Settled, ...] = ()
    apart: tuple[Apart, ...] = ()
    unfit: tuple[Logged, ...] = ()


def books(rosters: Iterable[Roster], rows: Rows) -> Books:
    """Return the books of published rosters, one a week, by what the rows of a store tell of them."""
    logged = {(one.week, one.practice_id): one for one in log_of(rows)}
    settled = settled_of(rows)
    extra = Counter[tuple[Week, str]]()
    for one in settled:
        if one.into:
            extra[one.into, one.practice_id] += one.conversations
    weeks: set[Week] = set()
    entries: list[Entry] = []
    for roster in rosters:
        week = Week.parse(roster.week)
        weeks.add(week)
        entries += _entries(week, roster, logged, extra)
    used = {
        (entry.week, entry.practice_id) for entry in entries if entry.outcomes or entry.booked is not None
    }
    return Books(
        entries=tuple(entries),
        settled=tuple(one for one in settled if one.week in weeks),
        apart=tuple(one for one in apart_of(rows) if Week.of(one.date) in weeks),
        unfit=tuple(one for key, one in logged.items() if one.week in weeks and key not in used),
    )


def _entries(
    week: Week,
    roster: Roster,
    logged: Mapping[tuple[Week, str], Logged],
    extra: Mapping[tuple[Week, str], int],
) -> Iterable[Entry]:
    missing = {one.id: one.requested - one.held for one in roster.unassigned if one.kind == "visit"}
    visits = {
        stop.id: (round_.consultant_id, stop)
        for round_ in roster.rounds
        for stop in round_.stops
        if stop.kind == "visit"
    }
    for practice_id in (*visits, *(id_ for id_ in missing if id_ not in visits)):
        who, stop = visits.get(practice_id, (None, None))
        planned = stop.conversations if stop else 0
        asked = planned + missing.get(practice_id, 0)
        more = min(extra.get((week, practice_id), 0), asked)
        told = logged.get((week, practice_id))
        fits = told is not None and told.planned == planned
        yield Entry(
            week=week,
            practice_id=practice_id,
            asked=asked - more,
            extra=more,
            planned=planned,
            consultant_id=who,
            start=stop.start if stop else None,
            booked=told.booked if told and fits else None,
            outcomes=told.outcomes if told and fits else None,
        )


def log_of(rows: Rows) -> tuple[Logged, ...]:
    """Return what the rows of a store tell of visits."""
    return tuple(
        Logged(
            week=row["week"],
            practice_id=row["practice_id"],
            start=at(row["date"], row["start"]),
            consultant_id=row["consultant_id"],
            planned=row["planned"],
            booked=row["booked"],
            outcomes=_outcomes(row),
        )
        for row in rows["log"]
    )


def _outcomes(row: Row) -> Outcomes | None:
    ends = {name: row[name] for name in OUTCOMES}
    return Outcomes(planned=row["planned"], **ends) if any(ends.values()) else None


def settled_of(rows: Rows) -> tuple[Settled, ...]:
    """Return what the rows of a store say is no longer owed."""
    return tuple(
        Settled(
            week=row["week"],
            practice_id=row["practice_id"],
            conversations=row["conversations"],
            into=row["into"],
        )
        for row in rows["settled"]
    )


def apart_of(rows: Rows) -> tuple[Apart, ...]:
    """Return the conversations by telephone and at home that the rows of a store have."""
    return tuple(
        Apart(
            consultant_id=row["consultant_id"],
            date=row["date"],
            by_phone=row["by_phone"] or 0,
            at_home=row["at_home"] or 0,
        )
        for row in rows["log_apart"]
    )
