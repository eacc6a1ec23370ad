"""The score of a roster: how often each term occurs, at what weight, and the points."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from scheduler.model.clock import at
from scheduler.model.problem import Agreement, Problem, PublishedVisit, Request
from scheduler.model.roster import REQUESTED, Round, Term

#: So far a visit may start from the hour agreed or published.
AGREEMENT_TOLERANCE_S = 15 * 60


class _Begins(Protocol):
    """What begins at some moment: a stop, or where one may be."""

    @property
    def start(self) -> dt.datetime:
        """When."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What the balance of the load needs to know: every consultant's availability.

    `availability_s` is shifts less lunch and engagements; `rate` turns a consultant's seconds of
    visits into load, as an exact fraction; `groups` are the consultants (as positions) who are
    compared with each other: those of one base with availability. `done_s` are the seconds of the
    visits of each that have happened.
    """

    availability_s: tuple[int, ...]
    rate: tuple[Fraction, ...]
    groups: tuple[tuple[int, ...], ...]
    done_s: tuple[int, ...]

    @classmethod
    def of(cls, problem: Problem) -> "Balance":
        """Work out the availabilities of a week."""
        available = {consultant.consultant_id: 0 for consultant in problem.consultants}
        done = dict(available)
        for day in problem.days:
            available[day.consultant_id] += day.shift_s - day.lunch_s - day.engaged_s
            done[day.consultant_id] += day.happened.load_s if day.happened else 0
        availability_s = tuple(available[c.consultant_id] for c in problem.consultants)
        bases: dict[str, list[int]] = {}
        for i, consultant in enumerate(problem.consultants):
            if availability_s[i] > 0:
                bases.setdefault(consultant.base_id, []).append(i)
        rate = [Fraction(0)] * len(availability_s)
        for group in bases.values():
            most = max(availability_s[i] for i in group)
            for i in group:
                rate[i] = Fraction(most, availability_s[i])
        return cls(availability_s, tuple(rate), tuple(map(tuple, bases.values())), tuple(done.values()))

    def minutes(self, visit_s: Sequence[int]) -> Fraction:
        """Return the imbalance in minutes for each consultant's seconds of visits."""
        total = Fraction(0)
        for group in self.groups:
            loads = [visit_s[i] * self.rate[i] for i in group]
            total += (max(loads) - min(loads)) / 60
        return total

    def points(self, visit_s: Sequence[int], weight: int) -> int:
        """Return the points of the imbalance, rounded down."""
        return math.floor(weight * self.minutes(visit_s))


def request_points(problem: Problem, request: Request, conversations: int) -> int:
    """Return the points that meeting a request with so many conversations saves."""
    unserved = problem.weights["unserved_conversation"]
    return missed_points(problem, request) + request.priority * unserved * conversations


def missed_points(problem: Problem, request: Request) -> int:
    """Return the points of not making a visit at all: less for a task that has further weeks to be done in."""
    return problem.weights["missed_visit"] * request.priority // request.weeks_left


def unmet_points(problem: Problem, *, pin_points: int = 0) -> int:
    """Return the points of a week in which nobody is met and nobody rides but for what has happened.

    `pin_points` are those of each pin that is not kept.
    """
    change = problem.weights["change"]
    return sum(
        request_points(problem, request, request.conversations)
        + (change * request.change_counts + problem.kept_points if request.published else 0)
        + (pin_points if request.settled else 0)
        for request in problem.requests
    ) + happened_points(problem)


def happened_points(problem: Problem) -> int:
    """Return the points of what has happened, less what leaving its visits out would cost."""
    weights, points = problem.weights, 0
    requests = {request.request_id: request for request in problem.requests}
    for day in problem.days:
        if day.happened is None:
            continue
        points += weights["cycling_second"] * (day.happened.back.ride_s if day.happened.back else 0)
        for stop in day.happened.stops:
            points += weights["cycling_second"] * stop.ride_seconds
            points += weights["waiting_second"] * stop.waiting_seconds
            if stop.kind in REQUESTED:
                request = requests[stop.id]
                own = request.consultant_id if request.kind == "visit" else None
                points += weights["continuity"] if own not in (None, day.consultant_id) else 0
                if request.agreement and is_moved(stop, request.agreement):
                    points += weights["moved_from_agreement"]
                points -= request_points(problem, request, stop.conversations)
    return points


def visit_seconds(problem: Problem, rounds: Sequence[Round]) -> tuple[int, ...]:
    """Return each consultant's seconds of visits and home visits."""
    seconds = {consultant.consultant_id: 0 for consultant in problem.consultants}
    for round_ in rounds:
        seconds[round_.consultant_id] += sum(
            int((stop.end - stop.start).total_seconds())
            for stop in round_.stops
            if stop.kind in ("visit", "home_visit")
        )
    return tuple(seconds[c.consultant_id] for c in problem.consultants)


def terms(problem: Problem, rounds: Sequence[Round]) -> dict[str, Term]:
    """Count the terms of a roster's rounds; every term of the weights is there, also with 0."""
    counts = dict.fromkeys(problem.weights, Fraction(0))
    visits = {stop.id: (round_, stop) for round_ in rounds for stop in round_.stops if stop.kind in REQUESTED}
    for request in problem.requests:
        round_, stop = visits.get(request.request_id, (None, None))
        held = 0 if stop is None else stop.conversations
        counts["unserved_conversation"] += request.priority * (request.conversations - held)
        if round_ is None or stop is None:
            counts["missed_visit"] += _missed(problem, request)
            counts["change"] += request.change_counts if request.published else 0
            continue
        own = request.consultant_id if request.kind == "visit" else None
        counts["continuity"] += own not in (None, round_.consultant_id)
        if request.agreement:
            counts["moved_from_agreement"] += is_moved(stop, request.agreement)
        if request.published:
            other = request.published.consultant_id != round_.consultant_id
            if other or is_moved(stop, request.published):
                counts["change"] += request.change_counts
    counts["cycling_second"] += sum(round_.ride_seconds for round_ in rounds)
    counts["waiting_second"] += sum(round_.waiting_seconds for round_ in rounds)
    visit_s = visit_seconds(problem, rounds)
    counts["imbalance_minute"] += Balance.of(problem).minutes(visit_s)
    return {
        name: Term(
            count=int(count) if count.denominator == 1 else float(count),
            weight=problem.weights[name],
            points=math.floor(count * problem.weights[name]),
        )
        for name, count in counts.items()
    }


def _missed(problem: Problem, request: Request) -> Fraction:
    """Return how many visits not making one counts as, such that its points are whole."""
    weight = problem.weights["missed_visit"]
    if not weight:
        return Fraction(request.priority, request.weeks_left)
    return Fraction(missed_points(problem, request), weight)


def is_moved(stop: _Begins, planned: Agreement | PublishedVisit) -> bool:
    """Tell whether a visit is on another day than planned, or more than 15 minutes from it."""
    away_s = abs((stop.start - at(planned.date, planned.start_s)).total_seconds())
    return away_s > AGREEMENT_TOLERANCE_S
