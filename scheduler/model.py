"""The core types: what a project holds, what a week asks for, and what a roster is.

Three groups, in the order of the data flow:

- `Project`: the tables of a project folder, parsed and checked, for any week.
- `Problem`: one ISO week, immutable and complete. No clock, no file and no network is read while
  solving; scenarios and replanning vary it with `replace`.
- `Roster`: the answer, field by field what roster.json holds.

All timings are whole seconds and all distances whole metres. In `Project` and `Problem` a time of
day is seconds after midnight, local to Europe/Copenhagen (`start_s`); in `Roster` it is an aware
`datetime`.
"""

import dataclasses
import datetime as dt
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from typing import Literal, Self
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from scheduler.config import Config, Defaults

BASE = "base"
TIMEZONE = ZoneInfo("Europe/Copenhagen")

WeekPattern = Literal["all", "odd", "even"]


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """An ISO week, written ``2009-W20``."""

    year: int
    number: int

    def __post_init__(self) -> None:
        dt.date.fromisocalendar(self.year, self.number, 1)  # a ValueError for week 54

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``2009-W20``; anything else is a `ValueError`."""
        match = re.fullmatch(r"(\d{4})-W(\d{1,2})", text.strip(), re.IGNORECASE | re.ASCII)
        if not match:
            raise ValueError(f"{text!r} is not a week like 2009-W20")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: dt.date) -> Self:
        """Return the week of a date."""
        year, number, _weekday = day.isocalendar()
        return cls(year, number)

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"

    @property
    def monday(self) -> dt.date:
        """The week's first day."""
        return dt.date.fromisocalendar(self.year, self.number, 1)

    @property
    def days(self) -> tuple[dt.date, ...]:
        """The seven dates, Monday first."""
        return tuple(self.monday + dt.timedelta(days=i) for i in range(7))

    def shift(self, weeks: int) -> Self:
        """Return the week so many weeks later."""
        return type(self).of(self.monday + dt.timedelta(weeks=weeks))

    def weeks_since(self, other: "Week") -> int:
        """Count the weeks from `other` to this one; negative when this one is earlier."""
        return (self.monday - other.monday).days // 7

    def matches(self, pattern: WeekPattern) -> bool:
        """Tell whether this is one of all, the odd or the even ISO week numbers."""
        return pattern == "all" or (self.number % 2 == 1) == (pattern == "odd")


def at(day: dt.date, time_s: int) -> dt.datetime:
    """Return the aware local datetime of a date and seconds after midnight."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=TIMEZONE).replace(
        hour=time_s // 3600, minute=time_s % 3600 // 60, second=time_s % 60
    )


@dataclass(frozen=True, slots=True)
class Origin:
    """Where in the tables something was written; `row` as the user's editor counts, 1 is the heading."""

    file: str
    row: int


# --- The project: tables ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point where somebody stops: a base, a practice, a home visit's address or another place.

    `lat` and `lon` are WGS84 degrees; both are None until the address has been geocoded.
    """

    place_id: str
    name: str
    address: str = ""
    postcode: str = ""
    city: str = ""
    district: str = ""
    lat: float | None = None
    lon: float | None = None
    origin: Origin | None = dataclasses.field(default=None, compare=False)

    @property
    def full_address(self) -> str:
        """The address with postcode and city, as a stop of a roster shows it."""
        return ", ".join(filter(None, (self.address, f"{self.postcode} {self.city}".strip())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """A GP practice with an agreement to be visited; its place has the same id."""

    practice_id: str
    every_weeks: int = 1
    first_week: Week | None = None
    conversations: int = 1
    max_conversations: int | None = None
    priority: int = 1
    consultant_id: str | None = None
    base_id: str = BASE
    email: str = ""
    active_from: dt.date | None = None
    active_to: dt.date | None = None
    note: str = ""
    origin: Origin | None = dataclasses.field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRule:
    """When a practice lends a room: on a weekday (0 is Monday) or on one date."""

    practice_id: str
    weekday: int | None
    date: dt.date | None
    start_s: int
    end_s: int
    weeks: WeekPattern = "all"
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    room: str = ""
    origin: Origin | None = dataclasses.field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementRule:
    """The weekday and hour at which a practice is used to the visit."""

    practice_id: str
    weekday: int
    start_s: int
    weeks: WeekPattern = "all"
    origin: Origin | None = dataclasses.field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultant:
    """An adviser on a bicycle. `speed_kph` is their own speed, where it differs from the project's."""

    consultant_id: str
    name: str
    base_id: str = BASE
    speed_kph: float | None = None
    max_conversations_per_day: int | None = None
    note: str = ""
    origin: Origin | None = dataclasses.field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRule:
    """A consultant's working hours on one weekday (0 is Monday)."""

    consultant_id: str
    weekday: int
    start_s: int
    end_s: int
    lunch_s: int = 1800
    origin: Origin | None = dataclasses.field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementRule:
    """A fixed appointment of a consultant, or of all (`consultant_id` "all")."""

    engagement_id: str
    title: str
    kind: str
    consultant_id: str
    weekday: int | None
    date: dt.date | None
    start_s: int
    end_s: int
    place_id: str = BASE
    weeks: WeekPattern = "all"
    origin: Origin | None = dataclasses.field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeVisit:
    """A single stay at an address on a given date; its place has the same id."""

    visit_id: str
    date: dt.date
    start_s: int
    end_s: int
    duration_s: int
    consultant_id: str | None = None
    priority: int = 1
    origin: Origin | None = dataclasses.field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A visit whose date and hour are settled; `id` is a practice's or a home visit's."""

    id: str
    date: dt.date
    start_s: int
    consultant_id: str | None = None
    conversations: int | None = None
    origin: Origin | None = dataclasses.field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Days, both ends included, on which `who` ("all", a practice or a consultant) is away."""

    who: str
    first_day: dt.date
    last_day: dt.date
    reason: str = ""
    origin: Origin | None = dataclasses.field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """How many conversations a practice asks for in one week, instead of its usual number."""

    practice_id: str
    week: Week
    conversations: int
    origin: Origin | None = dataclasses.field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project folder, read and checked. `sha256` is of the bytes that were read."""

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
    pins: tuple[Pin, ...] = ()
    closures: tuple[Closure, ...] = ()
    demand: tuple[Demand, ...] = ()
    sha256: str = ""

    @property
    def homes(self) -> frozenset[str]:
        """The ids of the places where people live: of these, only the district is told to others."""
        return frozenset(visit.visit_id for visit in self.home_visits)

    def replace(self, **changes: object) -> Self:
        """Return a copy in which some fields differ."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]

    @cached_property
    def rooms_of(self) -> Mapping[str, tuple[RoomRule, ...]]:
        """The rooms of each practice that has some, by its id; equal rows are one."""
        rooms: dict[str, list[RoomRule]] = defaultdict(list)
        for room in dict.fromkeys(self.rooms):
            rooms[room.practice_id].append(room)
        return {practice_id: tuple(own) for practice_id, own in rooms.items()}

    @cached_property
    def demand_of(self) -> Mapping[tuple[str, Week], int]:
        """The conversations that the table demand asks for, by practice and week; the first row counts."""
        return {(row.practice_id, row.week): row.conversations for row in reversed(self.demand)}


# --- The problem: one week ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSlot:
    """A date and an interval in which the whole visit lies; for a home visit, its interval."""

    date: dt.date
    start_s: int
    end_s: int
    room: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedSlot:
    """A room slot that this week does not have, and why: "holiday", "closure" or "inactive"."""

    slot: RoomSlot
    code: Literal["holiday", "closure", "inactive"]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The date and hour at which a practice is used to the visit in this week."""

    date: dt.date
    start_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedVisit:
    """Where a published roster has this request; moving away from it counts as a change."""

    date: dt.date
    start_s: int
    consultant_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the week asks for one practice or one home visit. `request_id` is also its place's id.

    Attributes
    ----------
    conversations
        Requested number; 0 for a home visit.
    max_conversations
        The most that one visit may hold: at most `conversations`.
    duration_s
        How long a home visit lasts. 0 for practices, whose visits last
        `setup_s` + n × `conversation_s`.
    consultant_id
        A practice's own consultant (continuity), or the only one who may make a home visit.
    slots
        The room slots of this week, in order. None may be left.
    closed_slots
        Room slots that closures and holidays took away, to explain an empty `slots`.
    """

    request_id: str
    kind: Literal["visit", "home_visit"]
    conversations: int
    max_conversations: int
    duration_s: int = 0
    priority: int = 1
    consultant_id: str | None = None
    base_id: str | None = BASE
    slots: tuple[RoomSlot, ...] = ()
    closed_slots: tuple[ClosedSlot, ...] = ()
    agreement: Agreement | None = None
    pin: Pin | None = None
    published: PublishedVisit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """A fixed appointment of one consultant on one date."""

    engagement_id: str
    title: str
    kind: str
    start_s: int
    end_s: int
    place_id: str
    origin: Origin | None = dataclasses.field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultantDay:
    """One consultant's shift on one date, with its engagements in the order of the clock."""

    consultant_id: str
    date: dt.date
    start_s: int
    end_s: int
    lunch_s: int = 1800
    engagements: tuple[Engagement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDay:
    """A date on which nobody works, and why."""

    date: dt.date
    reason: str


def own_ride_s(seconds: int, project_kph: float, own_kph: float | None) -> int:
    """Return a ride's seconds at a consultant's own speed, rounded up exactly.

    Speeds are taken as the decimal numbers that people wrote, so that no binary fraction turns a
    whole second into the next one.
    """
    if own_kph is None or own_kph == project_kph:
        return seconds
    ratio = _ratio(project_kph, own_kph)
    return -(-seconds * ratio.numerator // ratio.denominator)


def own_rides_s(seconds: NDArray[np.int64], project_kph: float, own_kph: float | None) -> NDArray[np.int64]:
    """Return whole arrays of ride seconds at a consultant's own speed, as `own_ride_s` does."""
    if own_kph is None or own_kph == project_kph:
        return seconds
    ratio = _ratio(project_kph, own_kph)
    return -(-seconds * ratio.numerator // ratio.denominator)


@cache
def _ratio(project_kph: float, own_kph: float) -> Fraction:
    return Fraction(str(project_kph)) / Fraction(str(own_kph))


@dataclass(frozen=True, slots=True, eq=False)
class TravelTimes:
    """Ride seconds (rounded up, at the project's speed) and metres between all places.

    `seconds` and `metres` are int64 arrays of shape (n, n), row from, column to, in the order of
    `place_ids`; not symmetric, zero on the diagonal.
    """

    place_ids: tuple[str, ...]
    seconds: NDArray[np.int64]
    metres: NDArray[np.int64]

    def index(self) -> dict[str, int]:
        """Return each place's row."""
        return {place_id: row for row, place_id in enumerate(self.place_ids)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """One week to plan: all that the engine and the checks need.

    `days` are sorted by date and consultant. `places` has every place that the week needs, with
    coordinates. `notes` are remarks for the coordinator (a week outside the period, a lunch
    waived), already in words.
    """

    week: Week
    consultants: tuple[Consultant, ...]
    days: tuple[ConsultantDay, ...]
    requests: tuple[Request, ...]
    places: Mapping[str, Place]
    travel: TravelTimes
    defaults: Defaults
    weights: Mapping[str, int]
    speed_kph: float
    closed_days: tuple[ClosedDay, ...] = ()
    notes: tuple[str, ...] = ()
    inputs_sha256: str = ""

    def replace(self, **changes: object) -> Self:
        """Return a copy in which some fields differ."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]


# --- The roster: what roster.json holds -----------------------------------------------------------

StopKind = Literal["visit", "home_visit", "engagement", "lunch", "desk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSlot:
    """The room slot in which a visit lies."""

    start: dt.datetime
    end: dt.datetime
    room: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One stop of a round, in the order of the clock.

    `arrival` is when the bicycle is parked; `ride_*` is the ride that leads here;
    `waiting_seconds` is what the score counts. For a desk stop `start` is when it is reached. A
    lunch stop has no ride of its own. `name` is the place's name, or an engagement's title.
    """

    kind: StopKind
    id: str
    place_id: str
    name: str
    address: str = ""
    district: str = ""
    lat: float | None
    lon: float | None
    arrival: dt.datetime
    start: dt.datetime
    end: dt.datetime
    ride_seconds: int = 0
    ride_metres: int = 0
    waiting_seconds: int = 0
    conversations: int = 0
    conversation_starts: tuple[dt.datetime, ...] = ()
    slot: StopSlot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One consultant's day: base, stops, base. Rides include the way back."""

    consultant_id: str
    date: dt.date
    leaves_base: dt.datetime
    returns_base: dt.datetime
    ride_seconds: int
    ride_metres: int
    waiting_seconds: int
    conversations: int
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    """A request that is not met, or met in part (`held` > 0), and why."""

    id: str
    kind: Literal["visit", "home_visit"]
    name: str
    district: str = ""
    requested: int
    held: int
    reason: str
    detail: str = ""
    cost_to_force: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term of the score: how often, at what weight, and the points."""

    count: int | float
    weight: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftHours:
    """A consultant's working hours on one date."""

    date: dt.date
    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultantWeek:
    """A consultant's week: shifts, and the load that the balance compares.

    `availability_seconds` is shifts less lunch and engagements; `load_seconds` is the seconds of
    visits, as they would be at the largest availability.
    """

    consultant_id: str
    name: str
    base_id: str
    availability_seconds: int
    visit_seconds: int
    load_seconds: float
    shifts: tuple[ShiftHours, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BasePlace:
    """A base of the roster's rounds."""

    place_id: str
    name: str
    address: str
    lat: float | None
    lon: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What proves a roster's bound: prices of the week's relaxation, in points. Ids left out have 0.

    Any prices of this form give a bound (Lagrangian relaxation), so nobody need trust their maker.

    Attributes
    ----------
    requests
        What meeting each request takes up: at least 0. For a pinned request, which must be met,
        any number.
    high, low
        Each consultant's share in the largest and in the smallest load of their base: at least 0, and
        1 in all over the consultants of a base who are compared (those with any availability).
    """

    requests: Mapping[str, float]
    high: Mapping[str, float]
    low: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """A week's roster; the fields are those of roster.json (see docs of the file's JSON Schema)."""

    schema: Literal[1] = 1
    week: str
    status: Literal["optimal", "feasible"]
    score: int
    bound: int
    gap: float
    weights: Mapping[str, int]
    terms: Mapping[str, Term]
    solve_seconds: float
    seed: int
    inputs_sha256: str
    rounds: tuple[Round, ...]
    unassigned: tuple[Unassigned, ...] = ()
    bases: tuple[BasePlace, ...] = ()
    consultants: tuple[ConsultantWeek, ...] = ()
    closed_days: tuple[ClosedDay, ...] = ()
    notes: tuple[str, ...] = ()
    map_note: str = ""
    prices: Prices | None = None

    def replace(self, **changes: object) -> Self:
        """Return a copy in which some fields differ."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]
