"""What a roster is: the answer, field by field what roster.json holds."""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from scheduler.base import glance
from scheduler.base.i18n import _, clock, day, hours, km, minutes, number
from scheduler.model.clock import Moment
from scheduler.model.problem import ClosedDay, RequestKind
from scheduler.model.text import Text
from scheduler.model.texts import Names, word

StopKind = Literal["visit", "home_visit", "task", "engagement", "lunch", "desk"]
#: The stops that a request asked for; the others a day has of itself.
REQUESTED: tuple[StopKind, ...] = ("visit", "home_visit", "task")


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSlot:
    """The room slot in which a visit lies.

    Attributes
    ----------
    start, end
        Aware local times.
    room
        Which room; may be empty.
    """

    start: Moment
    end: Moment
    room: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One stop of a round, in the order of the clock.

    Attributes
    ----------
    kind
        What happens there.
    id
        Of the practice, home visit or engagement; the kind of stop for lunch and desk work.
    place_id
        Where it is.
    name
        The practice's name or the engagement's title, as people wrote it, and a text at all other stops.
    address, district
        Where it is, as people write it.
    lat, lon
        WGS84 degrees; None where nobody knows.
    arrival
        When the bicycle is parked; an aware local time, as all that follow.
    start, end
        When the stay begins and ends; desk work begins when it is reached.
    ride_seconds, ride_metres
        The ride that leads here: seconds without parking, metres; 0 for a lunch.
    waiting_seconds
        The seconds of waiting that the score counts.
    conversations
        How many are held.
    conversation_starts
        When each begins.
    slot
        The room slot, for a visit.
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
    """One consultant's day: base, stops, base. Rides include the way back.

    Attributes
    ----------
    consultant_id
        Who rides.
    date
        The date.
    leaves_base, returns_base
        Aware local times; on a day at base, when its engagements begin and end.
    ride_seconds, ride_metres
        Seconds and metres of all rides, the way back among them.
    waiting_seconds
        Seconds of waiting that the score counts.
    conversations
        How many are held.
    stops
        The stops, in the order of the clock.
    """

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
    """A request that is not met, or met in part, and why.

    Attributes
    ----------
    id, kind, name, district
        The request, what it is called (a text for a home visit) and its place's district.
    requested, held
        How many conversations are asked for, and held; 0 for home visits and tasks.
    reason
        The kind of obstacle.
    detail
        All that is to be said of it, where there is more.
    cost_to_force
        Points more that a roster would cost which meets it; None where that is not known.
    """

    id: str
    kind: RequestKind
    name: str | Text
    district: str = ""
    requested: int
    held: int
    reason: Text
    detail: Text | None = None
    cost_to_force: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term of the score.

    Attributes
    ----------
    count
        How many: conversations, visits, seconds or minutes.
    weight
        Points of one.
    points
        Points in all.
    """

    count: int | float
    weight: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftHours:
    """A consultant's working hours on one date.

    Attributes
    ----------
    date
        The date.
    start, end
        Aware local times.
    """

    date: dt.date
    start: Moment
    end: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultantWeek:
    """A consultant's week: shifts, and the load that the balance compares.

    Attributes
    ----------
    consultant_id, name
        Who it is.
    base_id
        Where days begin and end.
    availability_seconds
        Seconds of shifts less lunch and engagements.
    visit_seconds
        Seconds of visits.
    load_seconds
        Seconds of visits, as they would be at the largest availability.
    shifts
        The working hours of the week.
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
    """A base of the roster's rounds.

    Attributes
    ----------
    place_id, name, address
        Which it is.
    lat, lon
        WGS84 degrees; None where nobody knows.
    """

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
    change
        What one change more would bring where the changes are limited (`Roster.max_changes`): at least 0.
    """

    requests: Mapping[str, float]
    high: Mapping[str, float]
    low: Mapping[str, float]
    change: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """A week's roster; the fields are those of roster.json as `roster.schema.json` beside this has them.

    Attributes
    ----------
    schema
        The version of roster.json.
    edition, issued_at
        Its number in the store, and when it got it; None without a store.
    week
        The ISO week, ``2009-W20``.
    status
        "optimal" where no better roster exists, else "feasible".
    score
        Points; fewer are better.
    bound
        Points below which no roster can be.
    gap
        How far the bound is from the score, as a share of the score.
    weights
        Points of one of each term.
    terms
        What the score is the sum of.
    solve_seconds
        Seconds that the search took.
    seed
        The seed that was asked for.
    inputs_sha256
        Hash of what the problem was made of.
    rounds
        Consultants' days, by date and consultant.
    unassigned
        Requests that are not met in full.
    bases
        Where the rounds begin and end.
    consultants
        Everybody's week.
    closed_days
        Dates on which nobody works.
    notes
        Remarks for the coordinator.
    map_note
        What is to be known of the map; None where nothing is.
    prices
        What proves the bound; None where nothing does.
    max_changes
        How many published visits it was allowed to change, those that could not stay among them; None where that
        was not limited.
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
    max_changes: int | None = None

    def replace(self, **fields: Any) -> Self:
        """Return a copy in which some fields differ."""
        return dataclasses.replace(self, **fields)

    @property
    def consultant_names(self) -> Mapping[str, str]:
        """What people call each consultant, by id."""
        return {consultant.consultant_id: consultant.name for consultant in self.consultants}

    @property
    def names(self) -> Names:
        """What people call what a text has the id of; all home visits are called by the same word."""
        stops = [stop for round_ in self.rounds for stop in round_.stops]
        asked: list[Stop | Unassigned] = [*stops, *self.unassigned]
        requests = {each.id: each.name for each in asked if each.kind in ("visit", "task")}
        requests |= {each.id: Text("home_visit") for each in asked if each.kind == "home_visit"}
        return {
            "consultant_id": self.consultant_names,
            "practice_id": requests,
            "request_id": requests,
            "task_id": requests,
            "engagement_id": {stop.id: stop.name for stop in stops if stop.kind == "engagement"},
        }

    def summary(self) -> str:
        """Return score, bound, gap, visits, conversations, the way, and what is not met and why, as lines of text.

        It is worded in the language in force, and does not say where home visits are.
        """
        visits = [stop for round_ in self.rounds for stop in round_.stops if stop.is_visit]
        asked = len(visits) + sum(request.held == 0 for request in self.unassigned if request.kind != "task")
        held = sum(stop.conversations for stop in visits)
        short = sum(request.requested - request.held for request in self.unassigned)
        ridden_s, ridden_m = sum(r.ride_seconds for r in self.rounds), sum(r.ride_metres for r in self.rounds)
        figures = {
            _("status"): _("optimal") if self.status == "optimal" else _("feasible"),
            _("score"): number(self.score),
            _("bound"): number(self.bound),
            _("gap"): self._gap(),
            _("visits"): _("{made} of {asked}").format(made=number(len(visits)), asked=number(asked)),
            _("conversations"): _("{made} of {asked}").format(made=number(held), asked=number(held + short)),
            _("cycling"): f"{hours(ridden_s)}, {km(ridden_m)}",
            _("waiting"): hours(sum(round_.waiting_seconds for round_ in self.rounds)),
        }
        return glance.text(self.week, figures, _("Not placed:"), self._unmet())

    def _repr_html_(self) -> str:
        caption = f"{self.week}: {_('score')} {number(self.score)}, {_('bound')} {number(self.bound)}, {_('gap')} {self._gap()}"
        headings = (_("Day"), _("Consultant"), _("Time"), _("Stop"), _("Conversations"), _("Ride"))
        names = self.consultant_names
        rows = (
            (
                day(round_.date),
                names.get(round_.consultant_id, round_.consultant_id),
                f"{clock(stop.start)}–{clock(stop.end)}",
                _public_name(stop),
                number(stop.conversations) if stop.conversations else "",
                f"{minutes(stop.ride_seconds)}, {km(stop.ride_metres)}" if stop.ride_seconds else "",
            )
            for round_ in self.rounds
            for stop in round_.stops
        )
        return glance.table(caption, headings, rows, _("Not placed:"), self._unmet())

    def _gap(self) -> str:
        return _("{percent} %").format(percent=number(100 * self.gap, 2))

    def _unmet(self) -> Iterator[str]:
        """Say what is not met, how much of it is, and why."""
        names = self.names
        for request in self.unassigned:
            what = f"{request.id} ({_public_name(request)})"
            if request.kind == "visit":
                held = _("{made} of {asked}").format(
                    made=number(request.held), asked=number(request.requested)
                )
                what = f"{what}, {held}"
            yield f"{what}: {word(request.detail or request.reason, names)}"


def _public_name(named: Stop | Unassigned) -> str:
    """Name a stop or a request; of a home visit it is said no more than in which district it is."""
    if named.kind == "home_visit":
        return ", ".join(filter(None, (_("Home visit"), named.district)))
    return word(named.name)
