"""One consultant-day on the clock: where one may arrive when, what may be done there, when one is free then.

Visits start on a grid. So what may be begun at a place is written as *arrivals*: a place, a first start and how
many more follow on the grid. A *stop* is begun at any start of an arrival and lasts for so long, which makes its
*departure*. All points are in units (see `pricing`).
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduler.checks.bound.pricing import UNIT, Pricing, missed_points
from scheduler.checks.recount import NEAR_S
from scheduler.checks.tracing import beginning, end_of, gaps_of, owes_lunch
from scheduler.model.problem import ConsultantDay, Problem, Request
from scheduler.model.project import Consultant

Ints = NDArray[np.int64]

#: Units of what cannot be: far above any score, and four of them can be added.
FAR = 1 << 60


class UnfinishedError(Exception):
    """The time is up, or there is more to look at than fits into memory, or into whole numbers."""


class Stay(NamedTuple):
    """Where somebody has to be when: at an engagement, or at base between the spans of a shift."""

    place_id: str
    start_s: int
    end_s: int


class Offer(NamedTuple):
    """A request, by position, that the day can meet with some number of conversations.

    It takes `duration_s`, of which `load_s` count where loads are compared: none of a task's. Where the changes
    are limited, what is `kept` of a published visit is an offer of its own; None where they are not.
    """

    request: int
    conversations: int
    duration_s: int
    load_s: int
    kept: bool | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Arrivals or departures, in rows: a place, as a row of the travel times, and moments on the grid.

    `request` is the position of a request, -1 for engagements and base. `over` counts the day's engagements that
    are over by then. `seconds` is (rows, moments), filled up to the same length.
    """

    place: Ints
    request: Ints
    over: Ints
    seconds: Ints

    def __len__(self) -> int:
        return len(self.place)


@dataclass(frozen=True, slots=True, eq=False)
class Timetable:
    """A consultant-day.

    Attributes
    ----------
    offers
        What may be visited.
    most_held
        The most conversations that the day may hold; None where there is no limit.
    arrivals
        The last is the end of the shift at base.
    departures
        One of each stop; and last the beginning of the shift at base.
    arrival, offer
        Of each stop, its arrival and its offer, by number; the offer is -1 for engagements. Stops stand in the
        order of their arrivals, of which each but the last has some.
    points
        What each stop costs by itself, prices included: (stops, moments); `FAR` where it cannot begin.
    shortest_s
        How long a visit lasts at least.
    lunch_owed
        Whether a round of the day must have its lunch.
    has_begun
        Whether something of it has happened, so that it is brought to its end in any case.
    """

    offers: tuple[Offer, ...]
    most_held: int | None
    arrivals: Moments
    departures: Moments
    arrival: Ints
    offer: Ints
    points: Ints
    shortest_s: int
    lunch_owed: bool
    has_begun: bool = False

    @property
    def may_be_idle(self) -> bool:
        """Whether the day may have no round at all."""
        return not self.has_begun and int(self.arrivals.over[-1]) == 0


class _Stop(NamedTuple):
    """A stop, with its points by start. `over` counts the engagements that are over after it."""

    offer: int
    duration_s: int
    over: int
    points: Mapping[int, int]


class _Arrival(NamedTuple):
    """Starts that follow each other on the grid, and the stops that begin at some of them."""

    place: int
    request: int
    over: int
    first_s: int
    starts: int
    stops: Sequence[_Stop]


def timetable(problem: Problem, day: ConsultantDay, pricing: Pricing) -> Timetable:
    """Write down what may begin on a day, and what it costs at some prices.

    Raises
    ------
    UnfinishedError
        When points are so large that they could be taken for `FAR`.
    """
    consultant, row = consultant_of(problem, day), problem.travel.index()
    base, grid_s = row[consultant.base_id], problem.defaults.start_grid_s
    offers = tuple(offers_of(problem, day))
    arrivals = list(_visits(problem, day, offers, pricing))
    if _largest_units(problem, day, arrivals) > FAR // 64:
        raise UnfinishedError
    stays = stays_of(problem, day)
    for k, stay in enumerate(stays):
        stop = _Stop(-1, stay.end_s - stay.start_s, k + 1, {stay.start_s: 0})
        arrivals.append(_Arrival(row[stay.place_id], -1, k, stay.start_s, 1, [stop]))
    arrivals.append(_Arrival(base, -1, len(stays), end_of(day), 1, []))
    begins_id, begin_s = beginning(day, consultant.base_id)
    most_held = consultant.max_conversations_per_day
    if most_held is not None and day.happened:
        most_held = max(0, most_held - sum(stop.conversations for stop in day.happened.stops))
    stops = [(number, stop) for number, arrival in enumerate(arrivals) for stop in arrival.stops]
    left = [
        (arrivals[i].place, arrivals[i].request, stop.over, arrivals[i].first_s + stop.duration_s)
        for i, stop in stops
    ]
    most = max(arrival.starts for arrival in arrivals)
    points = np.full((len(stops), most), FAR)
    for its_points, (i, stop) in zip(points, stops, strict=True):
        starts = (np.array(list(stop.points)) - arrivals[i].first_s) // grid_s
        its_points[starts] = list(stop.points.values())
    return Timetable(
        offers=offers,
        most_held=most_held,
        arrivals=_moments([arrival[:4] for arrival in arrivals], grid_s, most),
        departures=_moments([*left, (row[begins_id], -1, 0, begin_s)], grid_s, most),
        arrival=np.array([number for number, _stop in stops], dtype=np.int64),
        offer=np.array([stop.offer for _number, stop in stops], dtype=np.int64),
        points=points,
        shortest_s=min((offer.duration_s for offer in offers), default=1),
        lunch_owed=owes_lunch(problem, consultant, day),
        has_begun=day.happened is not None,
    )


def _moments(rows: Sequence[tuple[int, int, int, int]], grid_s: int, most: int) -> Moments:
    """Write places, requests, engagements over and first moments as arrays."""
    place, request, over, first_s = np.array(rows, dtype=np.int64).T
    return Moments(place, request, over, first_s[:, np.newaxis] + grid_s * np.arange(most))


def _visits(
    problem: Problem, day: ConsultantDay, offers: Sequence[Offer], pricing: Pricing
) -> Iterator[_Arrival]:
    """Yield all arrivals at requests."""
    row, grid_s = problem.travel.index(), problem.defaults.start_grid_s
    stays = stays_of(problem, day)
    for position, group in groupby(enumerate(offers), key=lambda numbered: numbered[1].request):
        points = {number: _starts(problem, day, offer, pricing) for number, offer in group}
        starts_s = sorted(set().union(*points.values()))
        over = [bisect_right(stays, start_s, key=lambda stay: stay.end_s) for start_s in starts_s]
        # Starts that follow each other on the grid, with no engagement between, are one arrival.
        kinds = [(start_s - grid_s * i, over[i]) for i, start_s in enumerate(starts_s)]
        for (_first_s, passed), stretch in groupby(zip(kinds, starts_s, strict=True), key=itemgetter(0)):
            together = [start_s for _kind, start_s in stretch]
            stops = [
                _Stop(number, offers[number].duration_s, passed, {s: its[s] for s in together if s in its})
                for number, its in points.items()
                if not its.keys().isdisjoint(together)
            ]
            place = row[problem.requests[position].place_id]
            yield _Arrival(place, position, passed, together[0], len(together), stops)


def _starts(problem: Problem, day: ConsultantDay, offer: Offer, pricing: Pricing) -> dict[int, int]:
    """Return when a visit may start, and what it costs then.

    On the grid, in a room slot and in the shift, clear of engagements; and as it is settled.
    """
    request, grid_s = problem.requests[offer.request], problem.defaults.start_grid_s
    starts: set[int] = set()
    for slot in request.slots:
        if slot.date == day.date:
            from_s = max(slot.start_s, day.start_s)
            to_s = min(slot.end_s, day.end_s) - offer.duration_s
            starts.update(range(from_s + -from_s % grid_s, to_s + 1, grid_s))
    if offer.kept is not None and request.published is not None:
        starts = {start_s for start_s in starts if (start_s == request.published.start_s) == offer.kept}
    stays, settled = stays_of(problem, day), request.settled
    price = pricing.visit_units(day.consultant_id, offer)
    return {
        start_s: price + UNIT * _points(problem, request, day, start_s, offer.conversations)
        for start_s in starts
        if (settled is None or settled.start_s in (None, start_s))
        and all(s.end_s <= start_s or start_s + offer.duration_s <= s.start_s for s in stays)
    }


def _largest_units(problem: Problem, day: ConsultantDay, visits: Sequence[_Arrival]) -> int:
    """Return units that no round of a day can have more of, above or below 0."""
    weights, dearest = problem.weights, dict[int, int]()
    for arrival in visits:
        points = [abs(units) for stop in arrival.stops for units in stop.points.values()]
        dearest[arrival.request] = max(dearest.get(arrival.request, 0), *points)
    slowest = max([1.0, *(problem.speed_kph / c.speed_kph for c in problem.consultants if c.speed_kph)])
    ride_s = math.ceil(int(problem.travel.seconds.max()) * slowest)
    leg = UNIT * (2 * ride_s * weights["cycling_second"] + 86_400 * weights["waiting_second"])
    return sum(dearest.values()) + (len(dearest) + len(day.engagements) + len(day.gaps) + 1) * leg


def consultant_of(problem: Problem, day: ConsultantDay) -> Consultant:
    """Return whose day it is."""
    return next(c for c in problem.consultants if c.consultant_id == day.consultant_id)


def stays_of(problem: Problem, day: ConsultantDay) -> list[Stay]:
    """Return what a day has in any case, in order."""
    base_id = consultant_of(problem, day).base_id
    stays = [Stay(e.place_id, e.start_s, e.end_s) for e in day.engagements]
    stays += [Stay(base_id, from_s, to_s) for from_s, to_s in gaps_of(day)]
    return sorted(stays, key=lambda stay: (stay.start_s, stay.end_s))


def offers_of(problem: Problem, day: ConsultantDay) -> Iterator[Offer]:
    """Yield what may be visited on a day, with every number of conversations."""
    base_id = consultant_of(problem, day).base_id
    defaults = problem.defaults
    for position, request in enumerate(problem.requests):
        settled = request.settled
        elsewhere = request.base_id not in (None, base_id)
        others = request.kind != "visit" and request.consultant_id not in (None, day.consultant_id)
        settled_away = settled and (
            settled.date not in (None, day.date) or settled.consultant_id not in (None, day.consultant_id)
        )
        over = request.has_happened or (day.happened and day.happened.is_over)
        if (
            over
            or elsewhere
            or others
            or settled_away
            or all(slot.date != day.date for slot in request.slots)
        ):
            continue
        if request.kind != "visit":
            load_s = 0 if request.kind == "task" else request.duration_s
            yield from _kept_apart(problem, day, Offer(position, 0, request.duration_s, load_s))
            continue
        for n in range(1, min(request.conversations, request.max_conversations) + 1):
            if settled is None or settled.conversations in (None, n):
                duration_s = defaults.setup_s + n * defaults.conversation_s
                yield from _kept_apart(problem, day, Offer(position, n, duration_s, duration_s))


def _kept_apart(problem: Problem, day: ConsultantDay, offer: Offer) -> Iterator[Offer]:
    """Yield what keeps a published visit, and what does not, where the changes are limited."""
    told = problem.requests[offer.request].published
    if (
        problem.max_changes is not None
        and told is not None
        and (told.date, told.consultant_id) == (day.date, day.consultant_id)
        and told.conversations in (None, offer.conversations)
    ):
        yield offer._replace(kept=True)
        yield offer._replace(kept=False)
    else:
        yield offer


def _points(problem: Problem, request: Request, day: ConsultantDay, start_s: int, held: int) -> int:
    """Return what a visit adds to the score of a week without it; riding and waiting come apart."""
    weights = problem.weights
    points = -missed_points(problem, request) - request.priority * weights["unserved_conversation"] * held
    if request.kind == "visit" and request.consultant_id not in (None, day.consultant_id):
        points += weights["continuity"]
    usual, told = request.agreement, request.published
    if usual and (usual.date != day.date or abs(usual.start_s - start_s) > NEAR_S):
        points += weights["moved_from_agreement"]
    if told:
        same = (told.date, told.consultant_id) == (day.date, day.consultant_id)
        if same and abs(told.start_s - start_s) <= NEAR_S:
            points -= weights["change"] * request.change_counts
    return points
