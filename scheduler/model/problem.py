"""What a week asks for: one ISO week, immutable and complete.

No clock, no file and no network is read while solving; scenarios and replanning vary a `Problem` with
`replace`.
"""

import dataclasses
import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from scheduler.model.clock import Week
from scheduler.model.config import Defaults
from scheduler.model.project import BASE, Consultant, Origin, Pin, Place


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
    """One consultant's shift on one date, with its engagements in the order of the clock.

    Attributes
    ----------
    start_s, end_s
        When the shift begins and when it ends.
    gaps
        From when until when there is no shift between the two, in order. The consultant is at base then.
    lunch_s
        How long lunch is; 0 where none is due, as where it is had in a gap.
    """

    consultant_id: str
    date: dt.date
    start_s: int
    end_s: int
    lunch_s: int = 1800
    gaps: tuple[tuple[int, int], ...] = ()
    engagements: tuple[Engagement, ...] = ()

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """From when until when the consultant works, in order."""
        edges = (self.start_s, *(edge for gap in self.gaps for edge in gap), self.end_s)
        return tuple(zip(edges[::2], edges[1::2], strict=True))

    @property
    def shift_s(self) -> int:
        """Seconds of the shift, without its gaps."""
        return sum(end_s - start_s for start_s, end_s in self.spans)


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
    `place_ids`; not symmetric, zero on the diagonal. `one_house` are the pairs of different places in one
    house, each both ways round: between them nobody rides or parks, and both arrays have zero.
    """

    place_ids: tuple[str, ...]
    seconds: NDArray[np.int64]
    metres: NDArray[np.int64]
    one_house: frozenset[tuple[str, str]] = frozenset()

    def index(self) -> dict[str, int]:
        """Return each place's row."""
        return {place_id: row for row, place_id in enumerate(self.place_ids)}

    def between(self, place_ids: Collection[str]) -> Self:
        """Return the travel times between some of the places."""
        rows = [row for row, place_id in enumerate(self.place_ids) if place_id in place_ids]
        cells = np.ix_(rows, rows)
        return dataclasses.replace(
            self,
            place_ids=tuple(self.place_ids[row] for row in rows),
            seconds=self.seconds[cells],
            metres=self.metres[cells],
            one_house=frozenset(pair for pair in self.one_house if set(pair) <= set(place_ids)),
        )


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
