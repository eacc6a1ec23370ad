"""One consultant-day on the clock: everything that may begin on it, and what leads from each to each.

An *event* is a stop at one of its possible starts. Events stand in the order of the clock; the first
is the beginning of the shift at base, the last its end. All points are in units (see `pricing`).
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduler.checks.bound.pricing import UNIT, Pricing
from scheduler.checks.recount import NEAR_S
from scheduler.checks.tracing import owes_lunch
from scheduler.model import Consultant, ConsultantDay, Problem, Request, own_rides_s

Ints = NDArray[np.int64]

#: Units of what cannot be: far above any score, and four of them can be added.
FAR = 1 << 60
#: The most events of a day: what it costs to go from each to each then takes up some 250 megabytes.
_MOST_EVENTS = 2_500
#: From how many events ways are worked out at a time.
_AT_ONCE = 256


class UnfinishedError(Exception):
    """The time is up, or there is more to look at than fits into memory, or into whole numbers."""


class Offer(NamedTuple):
    """A request, by position, that the day can meet with some number of conversations."""

    request: int
    conversations: int
    load_s: int


class Event(NamedTuple):
    """A stop at one of its starts: its place, as a row of the travel times, and its own points.

    `offer` is -1 for engagements and base. `before` and `after` count the day's engagements that
    are over when it begins and ends.
    """

    start_s: int
    end_s: int
    place: int
    points: int
    offer: int
    before: int
    after: int


@dataclass(frozen=True, slots=True, eq=False)
class Timetable:
    """The events of a consultant-day, and what it costs to go from each to each.

    Attributes
    ----------
    offers
        What may be visited.
    most_held
        The most conversations that the day may hold.
    events
        In the order of the clock; base at the beginning and at the end of the shift are the outermost.
    points
        What each event costs by itself, prices included.
    plain, eating
        (events, events): what it costs to go from one event to the next, and to have lunch on the
        way too; `FAR` where that cannot be.
    lunch_owed
        Whether a round of the day must have its lunch.
    """

    offers: tuple[Offer, ...]
    most_held: int
    events: tuple[Event, ...]
    points: Ints
    plain: Ints
    eating: Ints
    lunch_owed: bool

    @property
    def may_be_idle(self) -> bool:
        """Whether the day may have no round at all."""
        return self.events[-1].before == 0


def timetable(problem: Problem, day: ConsultantDay, pricing: Pricing) -> Timetable:
    """Write down what may begin on a day, and what it costs at some prices.

    Raises
    ------
    UnfinishedError
        When too much may begin, or points are so large that they could be taken for `FAR`.
    """
    consultant = _consultant(problem, day)
    row = problem.travel.index()
    base = row[consultant.base_id]
    engaged = len(day.engagements)
    events = [
        Event(e.start_s, e.end_s, row[e.place_id], 0, -1, k, k + 1) for k, e in enumerate(day.engagements)
    ]
    offers = tuple(offers_of(problem, day))
    for number, offer in enumerate(offers):
        request = problem.requests[offer.request]
        price = pricing.visit_units(day.consultant_id, offer.request, offer.load_s)
        for start_s in _starts(problem, request, day, offer.load_s):
            over = bisect_right(day.engagements, start_s, key=lambda e: e.end_s)
            next_s = day.engagements[over].start_s if over < engaged else day.end_s
            if start_s + offer.load_s <= next_s:
                points = price + UNIT * _points(problem, request, day, start_s, offer.conversations)
                end_s = start_s + offer.load_s
                events.append(Event(start_s, end_s, row[request.request_id], points, number, over, over))
    begin = Event(day.start_s, day.start_s, base, 0, -1, -1, 0)
    end = Event(day.end_s, day.end_s, base, 0, -1, engaged, -2)
    events = [begin, *sorted(events), end]
    if len(events) > _MOST_EVENTS or _largest_units(problem, offers, events) > FAR // 64:
        raise UnfinishedError
    links = _Links(problem, consultant, day, np.array(events, dtype=np.int64))
    plain, eating = links.costs()
    if not day.engagements:
        plain[0, -1] = eating[0, -1] = FAR  # a day without stops is no round
    most = consultant.max_conversations_per_day
    return Timetable(
        offers=offers,
        most_held=sum(offer.conversations for offer in offers) if most is None else most,
        events=tuple(events),
        points=np.array([event.points for event in events], dtype=np.int64),
        plain=plain,
        eating=eating,
        lunch_owed=owes_lunch(problem, consultant, day),
    )


def _largest_units(problem: Problem, offers: Sequence[Offer], events: Sequence[Event]) -> int:
    """Return units that no round of a day can have more of, above or below 0."""
    weights, dearest = problem.weights, dict.fromkeys((offer.request for offer in offers), 0)
    for event in events:
        if event.offer >= 0:
            request = offers[event.offer].request
            dearest[request] = max(dearest[request], abs(event.points))
    slowest = max([1.0, *(problem.speed_kph / c.speed_kph for c in problem.consultants if c.speed_kph)])
    ride_s = math.ceil(int(problem.travel.seconds.max()) * slowest)
    leg = UNIT * (2 * ride_s * weights["cycling_second"] + 86_400 * weights["waiting_second"])
    stops = len(dearest) + events[-1].before + 1
    return sum(dearest.values()) + stops * leg


def _consultant(problem: Problem, day: ConsultantDay) -> Consultant:
    return next(c for c in problem.consultants if c.consultant_id == day.consultant_id)


def offers_of(problem: Problem, day: ConsultantDay) -> Iterator[Offer]:
    """Yield what may be visited on a day, with every number of conversations."""
    base_id = _consultant(problem, day).base_id
    defaults = problem.defaults
    for position, request in enumerate(problem.requests):
        pin = request.pin
        elsewhere = request.base_id not in (None, base_id)
        others = request.kind == "home_visit" and request.consultant_id not in (None, day.consultant_id)
        pinned_away = pin and (pin.date != day.date or pin.consultant_id not in (None, day.consultant_id))
        if elsewhere or others or pinned_away or all(slot.date != day.date for slot in request.slots):
            continue
        if request.kind == "home_visit":
            yield Offer(position, 0, request.duration_s)
            continue
        for n in range(1, min(request.conversations, request.max_conversations) + 1):
            if pin is None or pin.conversations in (None, n):
                yield Offer(position, n, defaults.setup_s + n * defaults.conversation_s)


def _starts(problem: Problem, request: Request, day: ConsultantDay, duration_s: int) -> list[int]:
    """Return when a visit may start: on the grid, in a room slot and in the shift, or where it is pinned."""
    grid_s = problem.defaults.start_grid_s
    starts: set[int] = set()
    for slot in request.slots:
        if slot.date == day.date:
            from_s = max(slot.start_s, day.start_s)
            to_s = min(slot.end_s, day.end_s) - duration_s
            starts.update(range(from_s + -from_s % grid_s, to_s + 1, grid_s))
    return sorted(s for s in starts if request.pin is None or s == request.pin.start_s)


def _points(problem: Problem, request: Request, day: ConsultantDay, start_s: int, held: int) -> int:
    """Return what a visit changes in the score of a week without it; riding and waiting come apart."""
    weights = problem.weights
    points = -request.priority * (weights["missed_visit"] + weights["unserved_conversation"] * held)
    if request.kind == "visit" and request.consultant_id not in (None, day.consultant_id):
        points += weights["continuity"]
    usual, told = request.agreement, request.published
    if usual and (usual.date != day.date or abs(usual.start_s - start_s) > NEAR_S):
        points += weights["moved_from_agreement"]
    if told:
        same = (told.date, told.consultant_id) == (day.date, day.consultant_id)
        if same and abs(told.start_s - start_s) <= NEAR_S:
            points -= weights["change"]
    return points


class _Links:
    """What leads from each event of a day to each: rules 2 to 5. `events` is (events, fields)."""

    def __init__(self, problem: Problem, consultant: Consultant, day: ConsultantDay, events: Ints) -> None:
        self.problem = problem
        self.day = day
        self.base = problem.travel.index()[consultant.base_id]
        self.rides_s = own_rides_s(problem.travel.seconds, problem.speed_kph, consultant.speed_kph)
        self.events = events

    def costs(self) -> tuple[Ints, Ints]:
        """Return what it costs to go from each event to each, and to have lunch on the way."""
        pieces = [
            self._costs_from(self.events[i : i + _AT_ONCE]) for i in range(0, len(self.events), _AT_ONCE)
        ]
        plain, eating = (np.concatenate(costs) for costs in zip(*pieces, strict=True))
        return plain, eating

    def _costs_from(self, origins: Ints) -> tuple[Ints, Ints]:
        defaults, weights = self.problem.defaults, self.problem.weights
        riding, waiting = weights["cycling_second"] * UNIT, weights["waiting_second"] * UNIT
        _start, ends_s, here, _points, _offer, _before, after = (c[:, np.newaxis] for c in origins.T)
        starts_s, _ends_s, there, _points, _offer, before, _after = self.events.T
        ride_s = np.where(here == there, 0, self.rides_s[here, there])
        way_s = np.where(here == there, 0, ride_s + defaults.parking_s)
        # From base one leaves just in time, and is free before; else one rides at once, and is free after.
        from_base, away = here == self.base, (here != self.base) & (there != self.base)
        direct = _Free(
            np.where(from_base, ends_s, ends_s + way_s), np.where(from_base, starts_s - way_s, starts_s)
        )
        may = (after == before) & (direct.time_s >= 0)
        waits = np.where(away, waiting, 0)
        on = np.where(may, riding * ride_s + waits * direct.time_s, FAR)
        lunch_on = np.where(direct.holds_lunch(self.problem, self.day), on - waits * self.day.lunch_s, FAR)
        back_s, out_s = self.rides_s[here, self.base], self.rides_s[self.base, there]
        desk = _Free(ends_s + back_s + defaults.parking_s, starts_s - defaults.parking_s - out_s)
        may = (after == before) & away & (desk.time_s >= defaults.desk_s)
        by = np.where(may, riding * (back_s + out_s), FAR)
        lunch_by = np.where(desk.holds_lunch(self.problem, self.day), by, FAR)
        return np.minimum(on, by), np.minimum(np.minimum(lunch_on, lunch_by), FAR)


class _Free(NamedTuple):
    """When one is free on the way from each event to each."""

    from_s: Ints
    to_s: Ints

    @property
    def time_s(self) -> Ints:
        return self.to_s - self.from_s

    def holds_lunch(self, problem: Problem, day: ConsultantDay) -> NDArray[np.bool_]:
        """Tell where lunch fits into the free time and its window."""
        begins_s = np.maximum(self.from_s, problem.defaults.lunch_from_s)
        ends_s = np.minimum(self.to_s, problem.defaults.lunch_to_s)
        return np.asarray(ends_s - begins_s >= day.lunch_s)
