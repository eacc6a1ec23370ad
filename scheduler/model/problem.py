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
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from scheduler.model.clock import Week
from scheduler.model.config import Defaults
from scheduler.model.project import BASE, Consultant, Pin, Place, Written
from scheduler.model.text import Text

if TYPE_CHECKING:
    from scheduler.model.roster import Round, Stop

#: What a week may ask for.
RequestKind = Literal["visit", "home_visit", "task"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSlot:
    """A date and an interval in which the whole visit lies; for a home visit, its interval.

    Attributes
    ----------
    date
        The date.
    start_s, end_s
        Seconds after midnight.
    room
        Which room; may be empty.
    """

    date: dt.date
    start_s: int
    end_s: int
    room: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedSlot:
    """A room slot that this week does not have, and why, where that is known.

    Attributes
    ----------
    slot
        The slot.
    reason
        Why it falls away: a holiday, a closure, or a practice that is not active.
    """

    slot: RoomSlot
    reason: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The date and hour at which a practice is used to the visit in this week.

    Attributes
    ----------
    date
        The date.
    start_s
        Seconds after midnight.
    """

    date: dt.date
    start_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedVisit:
    """Where a published roster has this request; moving away from it counts as a change.

    Attributes
    ----------
    date
        The date.
    start_s
        Seconds after midnight.
    consultant_id
        Who makes the visit.
    conversations
        How many are held; None for any number.
    """

    date: dt.date
    start_s: int
    consultant_id: str
    conversations: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What is settled of the visit of a request, which must be made; what is open is None.

    Attributes
    ----------
    date
        The date.
    start_s
        Seconds after midnight.
    consultant_id
        Who makes the visit.
    conversations
        How many are held.
    """

    date: dt.date | None = None
    start_s: int | None = None
    consultant_id: str | None = None
    conversations: int | None = None

    def allows(
        self, date: dt.date, start_s: int | None, consultant_id: str, conversations: int | None
    ) -> bool:
        """Tell whether a visit is as is settled; of what is None, only that it may be."""
        return (
            self.date in (None, date)
            and self.consultant_id in (None, consultant_id)
            and (start_s is None or self.start_s in (None, start_s))
            and (conversations is None or self.conversations in (None, conversations))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One stay that the week asks for: a visit to a practice, a home visit, or a task.

    Attributes
    ----------
    request_id
        The practice's, home visit's or task's id.
    kind
        "visit" of a practice, "home_visit" or "task".
    place_id
        Where it is: the practice or home visit itself, or the task's place.
    title
        What people see of a task; empty for others, which are called by their place.
    conversations
        Requested number; 0 for all but visits of practices.
    max_conversations
        The most that one visit may hold: at most `conversations`.
    duration_s
        Seconds of a home visit or task. 0 for practices, whose visits last `setup_s` + n × `conversation_s`.
    consultant_id
        A practice's own consultant (continuity), or the only one who may make a home visit or do a task.
    slots
        The room slots of this week, or the hours of a home visit or task, in order. None may be left.
    closed_slots
        Room slots that closures and holidays took away, to explain an empty `slots`.
    priority
        What a visit that is not made counts, as a multiple; 0 and more.
    weeks_left
        In how many weeks it may still be made, this one included: a task that is not done counts so much less.
    base_id
        From which base the visit is made; None for any.
    agreement
        When the practice is used to the visit, if so.
    pin
        Where the visit is settled, if it is.
    published
        Where a published roster has it, if one does.
    change_counts
        As how many changes it counts to move the published visit: more than 1 where it is booked.
    lock
        What locks of a published roster keep of it; nothing else than its pin.
    has_happened
        Whether its visit is among the stops that have happened (`ConsultantDay.happened`).
    """

    request_id: str
    kind: RequestKind
    place_id: str
    title: str = ""
    conversations: int
    max_conversations: int
    duration_s: int = 0
    priority: int = 1
    weeks_left: int = 1
    consultant_id: str | None = None
    base_id: str | None = BASE
    slots: tuple[RoomSlot, ...] = ()
    closed_slots: tuple[ClosedSlot, ...] = ()
    agreement: Agreement | None = None
    pin: Pin | None = None
    published: PublishedVisit | None = None
    change_counts: int = 1
    lock: Settled | None = None
    has_happened: bool = False

    @property
    def settled(self) -> Settled | None:
        """What its pin and its lock say together; None without either."""
        if self.pin is None:
            return self.lock
        pin, lock = self.pin, self.lock or Settled()
        return Settled(
            date=pin.date,
            start_s=pin.start_s,
            consultant_id=pin.consultant_id or lock.consultant_id,
            conversations=lock.conversations if pin.conversations is None else pin.conversations,
        )

    @property
    def only_by(self) -> str | None:
        """The only consultant who may make it: of a home visit or task, where one is named."""
        return None if self.kind == "visit" else self.consultant_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement(Written):
    """A fixed appointment of one consultant on one date.

    Attributes
    ----------
    engagement_id, title, kind
        Its id, what people see, and the kind in a word.
    start_s, end_s
        Seconds after midnight.
    place_id
        Where it is.
    """

    engagement_id: str
    title: str
    kind: str
    start_s: int
    end_s: int
    place_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """A way back to base that has been ridden, or is being ridden, after the last stop.

    Attributes
    ----------
    ride_s, ride_m
        The ride's own seconds and metres.
    arrival_s
        When the bicycle is parked at base, in seconds after midnight.
    """

    ride_s: int
    ride_m: int
    arrival_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What has happened of a consultant-day, as it was published, and from where and when it goes on.

    Attributes
    ----------
    stops
        The stops that have begun, are waited for or are being ridden to, in order; a lunch that has been had is one.
    round
        The whole round, where the day is over.
    is_over
        Whether the day is over, with a round or without.
    back
        The way back to base after the last of the stops, where it has begun.
    place_id
        Where the consultant is then.
    free_s
        From when the consultant goes on, in seconds after midnight.
    end_s
        By when the consultant is back at base, in seconds after midnight: the end of the shift, or later where the way
        back takes longer.
    gaps
        Seconds after midnight between which there is no shift, as far as they are to come, once back at base.
    """

    stops: "tuple[Stop, ...]" = ()
    round: "Round | None" = None
    is_over: bool = False
    back: Back | None = None
    place_id: str
    free_s: int
    end_s: int
    gaps: tuple[tuple[int, int], ...] = ()

    @property
    def has_lunch(self) -> bool:
        """Whether lunch has been had."""
        return any(stop.kind == "lunch" for stop in self.stops)

    @property
    def held(self) -> int:
        """How many conversations have been held."""
        return sum(stop.conversations for stop in self.stops)

    @property
    def engaged_s(self) -> int:
        """Seconds of the engagements that have begun."""
        return sum(self._seconds("engagement"))

    @property
    def load_s(self) -> int:
        """Seconds of the visits and home visits that have been made."""
        return sum(self._seconds("visit", "home_visit"))

    def _seconds(self, *kinds: str) -> list[int]:
        return [int((stop.end - stop.start).total_seconds()) for stop in self.stops if stop.kind in kinds]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultantDay:
    """One consultant's shift on one date, with its engagements in the order of the clock.

    Attributes
    ----------
    consultant_id
        Who works.
    date
        The date.
    start_s, end_s
        The shift, in seconds after midnight; the consultant is back at base by its end.
    lunch_s
        Seconds of lunch; 0 where none is due, as where it is had in a gap.
    gaps
        Seconds after midnight between which there is no shift, in order; the consultant is at base then.
    engagements
        Fixed appointments, in the order of the clock; those to come, where something has happened.
    happened
        What has happened of the day; None before it begins.
    """

    consultant_id: str
    date: dt.date
    start_s: int
    end_s: int
    lunch_s: int = 1800
    gaps: tuple[tuple[int, int], ...] = ()
    engagements: tuple[Engagement, ...] = ()
    happened: Happened | None = None

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """From when until when the consultant works, in order."""
        edges = (self.start_s, *(edge for gap in self.gaps for edge in gap), self.end_s)
        return tuple(zip(edges[::2], edges[1::2], strict=True))

    @property
    def shift_s(self) -> int:
        """Seconds of the shift, without its gaps."""
        return sum(end_s - start_s for start_s, end_s in self.spans)

    @property
    def engaged_s(self) -> int:
        """Seconds of its engagements, those that have happened among them."""
        engaged_s = sum(engagement.end_s - engagement.start_s for engagement in self.engagements)
        return engaged_s + (self.happened.engaged_s if self.happened else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDay:
    """A date on which nobody works, and why, where that is known.

    Attributes
    ----------
    date
        The date.
    reason
        Why.
    """

    date: dt.date
    reason: Text | None = None


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

    Both are int64 arrays of shape (n, n), row from, column to; not symmetric, zero on the diagonal.

    Attributes
    ----------
    place_ids
        The places, in the order of rows and columns.
    seconds
        Seconds of the ride from row to column, without parking.
    metres
        Its metres.
    one_house
        The pairs of different places in one house, each both ways round: between them nobody rides or parks,
        and both arrays have zero.
    """

    place_ids: tuple[str, ...]
    seconds: NDArray[np.int64]
    metres: NDArray[np.int64]
    one_house: frozenset[tuple[str, str]] = frozenset()

    def index(self) -> dict[str, int]:
        """Return each place's row."""
        return {place_id: row for row, place_id in enumerate(self.place_ids)}

    def between(self, place_ids: Collection[str]) -> Self:
        """Return the travel times between some of the places, in the order of their ids."""
        index, wanted = self.index(), frozenset(place_ids)
        ordered = tuple(sorted(wanted & index.keys()))
        rows = [index[place_id] for place_id in ordered]
        cells = np.ix_(rows, rows)
        return dataclasses.replace(
            self,
            place_ids=ordered,
            seconds=self.seconds[cells],
            metres=self.metres[cells],
            one_house=frozenset(pair for pair in self.one_house if wanted.issuperset(pair)),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """One week to plan: all that the engine and the checks need.

    `days` are sorted by date and consultant. `places` has every place that the week needs, with
    coordinates. `notes` are remarks for the coordinator (a week outside the period).

    Attributes
    ----------
    week
        The ISO week.
    consultants
        Everybody, at work in this week or not.
    days
        Shifts, sorted by date and consultant; at most one a consultant and date.
    requests
        What is asked for: visits and home visits.
    places
        Every place that the week needs, by id.
    travel
        Seconds and metres between at least these places.
    defaults
        Durations and the rules of the day, in seconds.
    weights
        Points that one more of each term of the score costs: whole numbers from 0, for all of
        `DEFAULT_WEIGHTS`.
    speed_kph
        Speed of `travel`, in km per hour.
    closed_days
        Dates on which nobody works.
    notes
        Remarks for the coordinator.
    inputs_sha256
        Hash of what the problem was made of; empty where that is not known.
    max_changes
        How many of the requests with `published` may be met otherwise than there, or not at all: any difference of
        date, consultant, start and number counts. None for any number.
    kept_points
        Points beside the score of each of them that is otherwise: for finding out how many can stay at most.
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
    notes: tuple[Text, ...] = ()
    inputs_sha256: str = ""
    max_changes: int | None = None
    kept_points: int = 0

    @property
    def least_kept(self) -> int:
        """How many published visits must stay just as they are."""
        if self.max_changes is None:
            return 0
        return max(0, sum(request.published is not None for request in self.requests) - self.max_changes)

    def replace(self, **fields: Any) -> Self:
        """Return a copy in which some fields differ."""
        return dataclasses.replace(self, **fields)
