"""What a roster is: the answer, field by field what roster.json holds."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self

from scheduler.model.clock import Moment
from scheduler.model.problem import ClosedDay
from scheduler.model.text import Text

StopKind = Literal["visit", "home_visit", "engagement", "lunch", "desk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSlot:
    """The room slot in which a visit lies."""

    start: Moment
    end: Moment
    room: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One stop of a round, in the order of the clock.

    `arrival` is when the bicycle is parked; `ride_*` is the ride that leads here;
    `waiting_seconds` is what the score counts. For a desk stop `start` is when it is reached. A
    lunch stop has no ride of its own. `name` is the practice's name or the engagement's title, as
    people wrote it, and a text at all other stops.
    """

    kind: StopKind
    id: str
    place_id: str
    name: str | Text
    address: str = ""
    district: str = ""
    lat: float | None
    lon: float | None
    arrival: Moment
    start: Moment
    end: Moment
    ride_seconds: int = 0
    ride_metres: int = 0
    waiting_seconds: int = 0
    conversations: int = 0
    conversation_starts: tuple[Moment, ...] = ()
    slot: StopSlot | None = None

    @property
    def is_visit(self) -> bool:
        """Whether conversations are held here: at a practice or at home."""
        return self.kind in ("visit", "home_visit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One consultant's day: base, stops, base. Rides include the way back."""

    consultant_id: str
    date: dt.date
    leaves_base: Moment
    returns_base: Moment
    ride_seconds: int
    ride_metres: int
    waiting_seconds: int
    conversations: int
    stops: tuple[Stop, ...]

    @property
    def visits(self) -> int:
        """The number of visits, home visits included."""
        return sum(stop.is_visit for stop in self.stops)

    @property
    def back_seconds(self) -> int:
        """How long the ride back to base is: what the rides to the stops leave of all."""
        return self.ride_seconds - sum(stop.ride_seconds for stop in self.stops)

    @property
    def back_metres(self) -> int:
        """How far the ride back to base is."""
        return self.ride_metres - sum(stop.ride_metres for stop in self.stops)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    """A request that is not met, or met in part (`held` > 0), and why.

    `reason` tells the kind of obstacle, without parameters; `detail` says all of it, where there is more
    to say. `name` is the practice's, or a text.
    """

    id: str
    kind: Literal["visit", "home_visit"]
    name: str | Text
    district: str = ""
    requested: int
    held: int
    reason: Text
    detail: Text | None = None
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
    start: Moment
    end: Moment


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
    """A week's roster; the fields are those of roster.json, as `roster.schema.json` beside this has them.

    `edition` is its number in the store and `issued_at` when it got it; both are None without a store.
    """

    schema: Literal[2] = 2
    week: str
    edition: int | None = None
    issued_at: dt.datetime | None = None
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
    notes: tuple[Text, ...] = ()
    map_note: Text | None = None
    prices: Prices | None = None

    def replace(self, **changes: object) -> Self:
        """Return a copy in which some fields differ."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]
