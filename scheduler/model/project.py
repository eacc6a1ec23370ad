"""What a project holds: the tables of a project folder, parsed and checked, for any week."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Any, Self, TypeVar

from scheduler.base.errors import InputProblem
from scheduler.model.clock import Week, WeekPattern
from scheduler.model.config import Config
from scheduler.model.geo import Point

_Row = TypeVar("_Row")

BASE = "base"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something was written.

    Attributes
    ----------
    file
        The file or sheet, or the call.
    row
        The row as the user's editor counts, 1 is the heading; or which call of its kind, from 1.
    headings
        What the columns are called there, by their names, where they are called otherwise.
    """

    file: str
    row: int
    headings: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def called(self, column: str) -> str:
        """Name a column as it is called where this was written."""
        return self.headings.get(column, column)

    def problem(self, reason: str, column: str = "") -> InputProblem:
        """Return a problem of what was written here, in a column or in the row as a whole."""
        return InputProblem(reason, self.file, self.row, self.called(column))


def problem_at(origin: Origin | None, reason: str, column: str = "") -> InputProblem:
    """Return the problem of what was written somewhere; a program's own comes from nowhere."""
    return origin.problem(reason, column) if origin else InputProblem(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What people wrote as a row of a table, or in a call.

    Attributes
    ----------
    origin
        Where it was written, for messages; None for what no table has.
    """

    origin: Origin | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Written):
    """A point where somebody stops: a base, a practice, a home visit's address or another place.

    Attributes
    ----------
    place_id
        Its id, which no other place has.
    name
        What people see.
    address, postcode, city
        The address; may be empty where coordinates are known.
    district
        The part of the city.
    lat, lon
        WGS84 degrees; None until the address has been found.
    """

    place_id: str
    name: str
    address: str = ""
    postcode: str = ""
    city: str = ""
    district: str = ""
    lat: float | None = None
    lon: float | None = None

    @property
    def full_address(self) -> str:
        """The address with postcode and city, as a stop of a roster shows it."""
        return ", ".join(filter(None, (self.address, f"{self.postcode} {self.city}".strip())))

    @property
    def point(self) -> Point:
        """Where it is; a `ValueError` before its address has been geocoded."""
        if self.lat is None or self.lon is None:
            raise ValueError(f"{self.place_id} has no coordinates: locate the project first")
        return self.lat, self.lon


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice(Written):
    """A GP practice with an agreement to be visited; its place has the same id.

    Attributes
    ----------
    practice_id
        Its id, and that of its place.
    every_weeks
        Weeks from visit to visit.
    first_week
        The first week with a visit; None for the period's first.
    conversations
        How many are asked for at a visit.
    max_conversations
        The most that one visit may hold; None for all.
    visits_a_week
        How many visits share them; so far 1.
    priority
        What a visit that is not made counts, as a multiple.
    consultant_id
        Its own consultant, if it has one.
    base_id
        From which base it is visited.
    same_as
        The practice that it follows, as where one moves; the two are asked once. None for none.
    email, phone
        Where it is told of its visits; may be empty.
    active_from, active_to
        The first and the last day on which it takes part; None for no end.
    note
        For the planners, and for the consultant who comes.
    """

    practice_id: str
    every_weeks: int = 1
    first_week: Week | None = None
    conversations: int = 1
    max_conversations: int | None = None
    visits_a_week: int = 1
    priority: int = 1
    consultant_id: str | None = None
    base_id: str = BASE
    same_as: str | None = None
    email: str = ""
    phone: str = ""
    active_from: dt.date | None = None
    active_to: dt.date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recurring(Written):
    """What recurs on a weekday: in which weeks, and from when until when, both days included.

    Attributes
    ----------
    weeks
        Whether this holds in all, odd or even ISO weeks.
    valid_from, valid_to
        The first and the last day on which it holds; None for no end.
    """

    weeks: WeekPattern = "all"
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None

    def holds_on(self, day: dt.date) -> bool:
        """Tell whether it holds in the week of a day, and is valid on it."""
        return (
            Week.of(day).matches(self.weeks)
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRule(_Recurring):
    """When a practice lends a room: on a weekday or on one date.

    Attributes
    ----------
    practice_id
        Whose room.
    weekday, date
        The weekday (0 is Monday) or the date; the other is None.
    start_s, end_s
        Seconds after midnight between which the whole visit lies.
    room
        Which room; may be empty.
    """

    practice_id: str
    weekday: int | None
    date: dt.date | None
    start_s: int
    end_s: int
    room: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementRule(Written):
    """The weekday and hour at which a practice is used to the visit.

    Attributes
    ----------
    practice_id
        Which practice.
    weekday
        0 is Monday.
    start_s
        Seconds after midnight.
    weeks
        Whether this holds in all, odd or even ISO weeks.
    """

    practice_id: str
    weekday: int
    start_s: int
    weeks: WeekPattern = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultant(Written):
    """An adviser on a bicycle.

    Attributes
    ----------
    consultant_id
        The id.
    name
        What people see.
    base_id
        Where days begin and end.
    speed_kph
        Own riding speed in km per hour; None for the project's.
    max_conversations_per_day
        The most conversations in a day; None for no limit.
    email, phone
        Where the consultant is reached; practices are told the telephone. May be empty.
    note
        For the planners.
    """

    consultant_id: str
    name: str
    base_id: str = BASE
    speed_kph: float | None = None
    max_conversations_per_day: int | None = None
    email: str = ""
    phone: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRule(_Recurring):
    """A consultant's working hours on a weekday, or on one date in place of its weekday's.

    Attributes
    ----------
    consultant_id
        Who works.
    weekday, date
        The weekday (0 is Monday) or the date; the other is None.
    start_s, end_s
        Seconds after midnight; None where there is no shift on that date.
    lunch_s
        Seconds of lunch.
    """

    consultant_id: str
    weekday: int | None
    date: dt.date | None = None
    start_s: int | None
    end_s: int | None
    lunch_s: int = 1800


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementRule(_Recurring):
    """A fixed appointment of a consultant, or of all.

    Attributes
    ----------
    engagement_id, title, kind
        Its id, what people see, and the kind in a word.
    consultant_id
        Who takes part; "all" for everybody.
    weekday, date
        The weekday (0 is Monday) or the date; the other is None.
    start_s, end_s
        Seconds after midnight.
    place_id
        Where it is; "base" is each one's own.
    """

    engagement_id: str
    title: str
    kind: str
    consultant_id: str
    weekday: int | None
    date: dt.date | None
    start_s: int
    end_s: int
    place_id: str = BASE


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeVisit(Written):
    """A single stay at an address on a given date; its place has the same id.

    Attributes
    ----------
    visit_id
        Its id, and that of its place.
    date
        The date.
    start_s, end_s
        Seconds after midnight between which the stay lies.
    duration_s
        Seconds of the stay.
    consultant_id
        The only one who may make it; None for anybody.
    priority
        What a visit that is not made counts, as a multiple.
    """

    visit_id: str
    date: dt.date
    start_s: int
    end_s: int
    duration_s: int
    consultant_id: str | None = None
    priority: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Written):
    """A stay of given length that needs no room and has no fixed hour: an introduction, teaching, a talk.

    Attributes
    ----------
    task_id, title, kind
        Its id, what people see, and the kind in a word.
    place_id
        Where it is; "base" is its consultant's own.
    earliest, latest
        The first and the last day on which it may be done.
    duration_s
        Seconds of the stay.
    start_s, end_s
        Seconds after midnight between which the stay lies on any of the days; None for no end.
    weekday
        The only weekday (0 is Monday); None for all.
    consultant_id
        The only one who may do it; None for anybody.
    priority
        What a task that is not done counts, as a multiple.
    done
        The day on which it was done; it is not asked for after that. None as long as it is not.
    """

    task_id: str
    title: str
    kind: str
    place_id: str
    earliest: dt.date
    latest: dt.date
    duration_s: int
    start_s: int | None = None
    end_s: int | None = None
    weekday: int | None = None
    consultant_id: str | None = None
    priority: int = 1
    done: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin(Written):
    """A visit whose date and hour are settled.

    Attributes
    ----------
    id
        The practice's, home visit's or task's id.
    date
        The date.
    start_s
        Seconds after midnight.
    consultant_id
        Who makes the visit; None for anybody.
    conversations
        How many it holds; None for what suits the week.
    """

    id: str
    date: dt.date
    start_s: int
    consultant_id: str | None = None
    conversations: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure(Written):
    """Days on which everybody, a practice or a consultant is away, or an engagement falls away.

    Attributes
    ----------
    who
        "all", or the id of a practice, a consultant or an engagement.
    first_day, last_day
        The days, both included.
    start_s, end_s
        Seconds after midnight from which, and until which, each of the days is closed; None for no end.
    reason
        Why, as people see it.
    """

    who: str
    first_day: dt.date
    last_day: dt.date
    start_s: int | None = None
    end_s: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand(Written):
    """How many conversations a practice asks for in one week, instead of its usual number.

    Attributes
    ----------
    practice_id
        Which practice.
    week
        The ISO week.
    conversations
        How many are asked for.
    visits
        In how many visits at most; None is one, and more are refused as yet.
    """

    practice_id: str
    week: Week
    conversations: int
    visits: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Written):
    """What a quarter came to by one of the criteria by which the service is judged; totals, typed in.

    Attributes
    ----------
    criterion
        What is counted.
    quarter
        Of which quarter, like ``2009-Q2``.
    number
        How many; None where nothing is known.
    of
        Out of how many; None where that is not known, or means nothing.
    source
        Where it was counted; may be empty.
    """

    criterion: str
    quarter: str
    number: int | None = None
    of: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine(Written):
    """A line of a year's budget.

    Attributes
    ----------
    line
        What the money is for.
    year
        Of which year.
    budget_dkk, used_dkk
        Kroner that may be used, and that have been; the latter is None where it is not known.
    """

    line: str
    year: int
    budget_dkk: int
    used_dkk: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone(Written):
    """A day that the service is to be reminded of.

    Attributes
    ----------
    date
        The day.
    title, kind
        What it is, as people see it, and the kind in a word; the latter may be empty.
    """

    date: dt.date
    title: str
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project folder, read and checked; or what a program has built.

    Attributes
    ----------
    config
        The settings.
    bases
        Where rounds begin and end.
    places
        Of practices, home visits and others.
    practices, rooms, consultants, shifts, agreements
        A row of the table of this name each, in its order.
    engagements, home_visits, tasks, pins, closures, demand
        A row of the table of this name each, in its order.
    results, budget, milestones
        A row of the table of this name each, in its order.
    sha256
        Hash of the bytes that were read.
    notes
        What was passed over in the files, and how it was read what may be read otherwise.
    """

    config: Config
    bases: tuple[Place, ...]
    places: tuple[Place, ...]
    practices: tuple[Practice, ...]
    rooms: tuple[RoomRule, ...]
    consultants: tuple[Consultant, ...]
    shifts: tuple[ShiftRule, ...]
    agreements: tuple[AgreementRule, ...] = ()
    engagements: tuple[EngagementRule, ...] = ()
    home_visits: tuple[HomeVisit, ...] = ()
    tasks: tuple[Task, ...] = ()
    pins: tuple[Pin, ...] = ()
    closures: tuple[Closure, ...] = ()
    demand: tuple[Demand, ...] = ()
    results: tuple[Result, ...] = ()
    budget: tuple[BudgetLine, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    sha256: str = ""
    notes: tuple[InputProblem, ...] = field(default=(), compare=False, repr=False)

    @property
    def all_places(self) -> tuple[Place, ...]:
        """The bases, and then the places."""
        return (*self.bases, *self.places)

    def with_places(self, places: Sequence[Place]) -> Self:
        """Return the project with others in place of `all_places`, in the same order."""
        bases = len(self.bases)
        return self.replace(bases=tuple(places[:bases]), places=tuple(places[bases:]))

    @property
    def homes(self) -> frozenset[str]:
        """The ids of the places where people live: of these, only the district is told to others."""
        return frozenset(visit.visit_id for visit in self.home_visits)

    def replace(self, **fields: Any) -> Self:
        """Return a copy in which some fields differ."""
        return dataclasses.replace(self, **fields)

    @cached_property
    def rooms_of(self) -> Mapping[str, tuple[RoomRule, ...]]:
        """The rooms of each practice that has some, by its id; equal rows are one."""
        return _by(attrgetter("practice_id"), dict.fromkeys(self.rooms))

    @cached_property
    def lines_of(self) -> Mapping[str, tuple[Practice, ...]]:
        """The practices that follow each other, first to last, by the id of each."""
        following = {practice.same_as: practice for practice in self.practices if practice.same_as}
        lines: dict[str, tuple[Practice, ...]] = {}
        for first in self.practices:
            if first.same_as is None and first.practice_id in following:
                line = [first]
                while line[-1].practice_id in following:
                    line.append(following[line[-1].practice_id])
                lines.update(dict.fromkeys((practice.practice_id for practice in line), tuple(line)))
        return lines

    @cached_property
    def shifts_of(self) -> Mapping[str, tuple[ShiftRule, ...]]:
        """The rows of shifts of each consultant who has some, by their id."""
        return _by(attrgetter("consultant_id"), self.shifts)

    @cached_property
    def demand_of(self) -> Mapping[tuple[str, Week], int]:
        """The conversations that the table demand asks for, by practice and week; the first row counts."""
        return {(row.practice_id, row.week): row.conversations for row in reversed(self.demand)}


def _by(owner: Callable[[_Row], str], rows: Iterable[_Row]) -> Mapping[str, tuple[_Row, ...]]:
    """Return rows by whose they are, each one's in their order."""
    found: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        found[owner(row)].append(row)
    return {owner_id: tuple(own) for owner_id, own in found.items()}
