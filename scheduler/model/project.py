"""What a project holds: the tables of a project folder, parsed and checked, for any week."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from scheduler.base.errors import InputProblem
from scheduler.model.clock import Week, WeekPattern
from scheduler.model.config import Config
from scheduler.model.geo import Point

BASE = "base"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where in the tables something was written; `row` as the user's editor counts, 1 is the heading."""

    file: str
    row: int


def problem_at(origin: Origin | None, reason: str, column: str = "") -> InputProblem:
    """Return the problem of what was written somewhere; a program's own comes from nowhere."""
    return InputProblem(reason, origin.file, origin.row, column) if origin else InputProblem(reason)


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

    @property
    def point(self) -> Point:
        """Where it is; a `ValueError` before its address has been geocoded."""
        if self.lat is None or self.lon is None:
            raise ValueError(f"{self.place_id} has no coordinates: locate the project first")
        return self.lat, self.lon


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """A GP practice with an agreement to be visited; its place has the same id.

    `same_as` is the practice that it follows, as where one moves: the two are asked once.
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
    active_from: dt.date | None = None
    active_to: dt.date | None = None
    note: str = ""
    origin: Origin | None = dataclasses.field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recurring:
    """What recurs on a weekday: in which weeks, and from when until when, both days included."""

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
    """When a practice lends a room: on a weekday (0 is Monday) or on one date."""

    practice_id: str
    weekday: int | None
    date: dt.date | None
    start_s: int
    end_s: int
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
class ShiftRule(_Recurring):
    """A consultant's working hours on a weekday (0 is Monday), or on one date in place of its weekday's.

    Where `start_s` is None there is no shift on that date.
    """

    consultant_id: str
    weekday: int | None
    date: dt.date | None = None
    start_s: int | None
    end_s: int | None
    lunch_s: int = 1800
    origin: Origin | None = dataclasses.field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementRule(_Recurring):
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
    """Days, both ends included, on which `who` ("all", a practice or a consultant) is away, or an engagement falls away.

    With `start_s` or `end_s` they are closed from then on, or until then, each of the days.
    """

    who: str
    first_day: dt.date
    last_day: dt.date
    start_s: int | None = None
    end_s: int | None = None
    reason: str = ""
    origin: Origin | None = dataclasses.field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """How many conversations a practice asks for in one week, instead of its usual number."""

    practice_id: str
    week: Week
    conversations: int
    visits: int | None = None
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
        shifts: dict[str, list[ShiftRule]] = defaultdict(list)
        for rule in self.shifts:
            shifts[rule.consultant_id].append(rule)
        return {consultant_id: tuple(own) for consultant_id, own in shifts.items()}

    @cached_property
    def demand_of(self) -> Mapping[tuple[str, Week], int]:
        """The conversations that the table demand asks for, by practice and week; the first row counts."""
        return {(row.practice_id, row.week): row.conversations for row in reversed(self.demand)}
