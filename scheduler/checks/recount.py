"""The score, counted again from the clock times."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scheduler.checks.reading import SeenRound, SeenStop
from scheduler.checks.tracing import trace
from scheduler.model.config import DEFAULT_WEIGHTS
from scheduler.model.problem import Problem, PublishedVisit, Request
from scheduler.model.project import Consultant
from scheduler.model.roster import Term

#: So far a visit may start from the hour that people are used to, or were told.
NEAR_S = 15 * 60


@dataclass(frozen=True, slots=True)
class Load:
    """A consultant's week in seconds; `load_s` is what the balance compares.

    Where a consultant has no availability, `load_s` is 0 and the balance leaves them out.
    """

    availability_s: int
    visit_s: int
    load_s: Fraction


Visits = Mapping[str, tuple[SeenRound, SeenStop]]


def recount_terms(problem: Problem, rounds: Sequence[SeenRound]) -> dict[str, Term]:
    """Count every term of the score. `imbalance_minute` has a float count, from an exact fraction."""
    visits = {request.request_id: (seen, visit) for seen in rounds for request, visit in seen.visits}
    traces = [trace(problem, seen) for seen in rounds]
    counts: dict[str, int | Fraction] = {
        "unserved_conversation": sum(_unserved(request, visits) for request in problem.requests),
        "missed_visit": sum(
            (_missed(problem, r) for r in problem.requests if r.request_id not in visits), Fraction(0)
        ),
        "continuity": sum(_by_someone_else(request, visits) for request in problem.requests),
        "moved_from_agreement": sum(_moved_from_agreement(request, visits) for request in problem.requests),
        "change": sum(request.change_counts * _changed(request, visits) for request in problem.requests),
        "cycling_second": sum(found.ride_s for found in traces),
        "waiting_second": sum(sum(found.stop_waits_s) for found in traces),
        "imbalance_minute": _imbalance_minutes(problem.consultants, recount_loads(problem, rounds)),
    }
    terms = {}
    for name in DEFAULT_WEIGHTS:
        count, weight = counts[name], problem.weights[name]
        shown = float(count) if isinstance(count, Fraction) else count
        terms[name] = Term(count=shown, weight=weight, points=math.floor(weight * count))
    return terms


def _missed(problem: Problem, request: Request) -> Fraction:
    """Count a request that is not met: a task by the weeks that are left, its points rounded down."""
    weight, counts = problem.weights["missed_visit"], Fraction(request.priority, request.weeks_left)
    return Fraction(math.floor(weight * counts), weight) if weight else counts


def _unserved(request: Request, visits: Visits) -> int:
    if request.kind != "visit":
        return 0
    held = visits[request.request_id][1].stop.conversations if request.request_id in visits else 0
    return request.priority * (request.conversations - held)


def _by_someone_else(request: Request, visits: Visits) -> bool:
    if request.kind != "visit" or request.consultant_id is None or request.request_id not in visits:
        return False
    return visits[request.request_id][0].consultant.consultant_id != request.consultant_id


def _moved_from_agreement(request: Request, visits: Visits) -> bool:
    if request.agreement is None or request.request_id not in visits:
        return False
    seen, visit = visits[request.request_id]
    same_day = seen.round.date == request.agreement.date
    return not same_day or abs(visit.start_s - request.agreement.start_s) > NEAR_S


def _changed(request: Request, visits: Visits) -> bool:
    published: PublishedVisit | None = request.published
    if published is None:
        return False
    if request.request_id not in visits:
        return True
    seen, visit = visits[request.request_id]
    same = (seen.round.date, seen.consultant.consultant_id) == (published.date, published.consultant_id)
    return not same or abs(visit.start_s - published.start_s) > NEAR_S


def recount_loads(problem: Problem, rounds: Sequence[SeenRound]) -> dict[str, Load]:
    """Count every consultant's availability, seconds of visits, and load, by consultant id."""
    available = {consultant.consultant_id: 0 for consultant in problem.consultants}
    for day in problem.days:
        engaged_s = sum(engagement.end_s - engagement.start_s for engagement in day.engagements)
        engaged_s += sum(
            int((stop.end - stop.start).total_seconds())
            for stop in (day.happened.stops if day.happened else ())
            if stop.kind == "engagement"
        )
        away_s = day.lunch_s + engaged_s + sum(to_s - from_s for from_s, to_s in day.gaps)
        available[day.consultant_id] += day.end_s - day.start_s - away_s
    visiting = dict.fromkeys(available, 0)
    for seen in rounds:
        for request, visit in seen.visits:
            if request.kind != "task":
                visiting[seen.consultant.consultant_id] += visit.end_s - visit.start_s
    loads = {}
    for consultant in problem.consultants:
        key = consultant.consultant_id
        largest = max(available[c.consultant_id] for c in _colleagues(problem, consultant))
        load = Fraction(visiting[key] * largest, available[key]) if available[key] > 0 else Fraction(0)
        loads[key] = Load(available[key], visiting[key], load)
    return loads


def _colleagues(problem: Problem, consultant: Consultant) -> list[Consultant]:
    return [c for c in problem.consultants if c.base_id == consultant.base_id]


def _imbalance_minutes(consultants: Sequence[Consultant], loads: Mapping[str, Load]) -> Fraction:
    """Sum over bases: the largest less the smallest load of those with any availability."""
    seconds = Fraction(0)
    for base_id in {consultant.base_id for consultant in consultants}:
        at_base = [loads[c.consultant_id] for c in consultants if c.base_id == base_id]
        compared = [load.load_s for load in at_base if load.availability_s > 0]
        if compared:
            seconds += max(compared) - min(compared)
    return seconds / 60
