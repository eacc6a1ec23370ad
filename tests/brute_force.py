"""The least score of a tiny problem, by trying everything.

Written from the rules of a valid roster and as plainly as possible: every start on the grid, every
order, riding on or going by base, every place for lunch. Nothing is shared with the engine or with
the checks.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from math import floor
from typing import NamedTuple

from rosters import (
    DayPlan,
    Lunch,
    PlannedStop,
    base_of,
    changed,
    imbalance_minutes,
    in_one_house,
    is_round,
    moved,
    plan_engagements,
    plan_gaps,
    ride,
)

from scheduler.model.clock import seconds_of
from scheduler.model.problem import ConsultantDay, Problem, Request


class Held(NamedTuple):
    """A visit that is made; `kept` tells that it is a published one just as it is, where changes are limited."""

    request_id: str
    conversations: int
    consultant_id: str
    kept: bool


#: What a consultant-day, or a week, holds.
Holding = frozenset[Held]


class Gap(NamedTuple):
    """Free time before a stop, or at the end of the day."""

    from_s: int
    to_s: int
    place_id: str
    waits: bool


class Chain(NamedTuple):
    """A day's stops in order, with all free time between them, and the seconds ridden."""

    stops: tuple[PlannedStop, ...]
    gaps: tuple[Gap, ...]
    ride_s: int


class Best(NamedTuple):
    score: int
    plans: tuple[DayPlan, ...]


def best_score(problem: Problem) -> int | None:
    """Return the least score of all valid rosters, or None if pins leave no valid roster."""
    best = best_roster(problem)
    return best.score if best else None


def best_roster(problem: Problem) -> Best | None:
    """Return the least score with the plans that have it: of every day that has a round."""
    return min(_rosters(problem), key=lambda best: best.score, default=None)


def front(problem: Problem) -> dict[int, int]:
    """Return the least score for every number of published visits that change: where more changes bring something."""
    published = sum(request.published is not None for request in problem.requests)
    found: dict[int, int] = {}
    for changes in range(published + 1):
        best = best_score(problem.replace(max_changes=changes))
        if best is not None and best < min(found.values(), default=best + 1):
            found[changes] = best
    return found


def _rosters(problem: Problem) -> list[Best]:
    """Return the best roster for everything that a week can hold."""
    weeks: dict[Holding, tuple[int, tuple[DayPlan, ...]]] = {frozenset(): (0, ())}
    for day in problem.days:
        of_day = cheapest_plans(problem, day)
        longer: dict[Holding, tuple[int, tuple[DayPlan, ...]]] = {}
        for held, (points, plans) in weeks.items():
            served = {visit.request_id for visit in held}
            for held_here, (points_here, plan) in of_day.items():
                if any(visit.request_id in served for visit in held_here):
                    continue
                both, total = held | held_here, points + points_here
                if both not in longer or total < longer[both][0]:
                    longer[both] = total, (*plans, plan) if is_round(plan.stops) else plans
        weeks = longer
    pinned = {request.request_id for request in problem.requests if request.pin}
    published = sum(request.published is not None for request in problem.requests)
    least_kept = 0 if problem.max_changes is None else published - problem.max_changes
    return [
        Best(points + _week_points(problem, held), plans)
        for held, (points, plans) in weeks.items()
        if pinned <= {visit.request_id for visit in held} and sum(visit.kept for visit in held) >= least_kept
    ]


def _week_points(problem: Problem, held: Holding) -> int:
    """Return the points that do not depend on the hours: what is left out, what has happened, and the balance."""
    weights, points = problem.weights, 0
    conversations = {visit.request_id: visit.conversations for visit in held}
    visit_s = {consultant.consultant_id: 0 for consultant in problem.consultants}
    for day in problem.days:
        if day.happened is None:
            continue
        points += weights["cycling_second"] * (day.happened.back.ride_s if day.happened.back else 0)
        for stop in day.happened.stops:
            points += weights["cycling_second"] * stop.ride_seconds
            points += weights["waiting_second"] * stop.waiting_seconds
            if stop.kind in ("visit", "home_visit", "task"):
                conversations[stop.id] = stop.conversations
                (request,) = (r for r in problem.requests if r.request_id == stop.id)
                points += _told_points(request, day, seconds_of(stop.start, day.date), weights)
            if stop.kind in ("visit", "home_visit"):
                visit_s[day.consultant_id] += int((stop.end - stop.start).total_seconds())
    requests = {request.request_id: request for request in problem.requests}
    for request in problem.requests:
        if request.request_id not in conversations:
            points += weights["missed_visit"] * request.priority // request.weeks_left
            points += weights["change"] * request.change_counts if request.published else 0
        missing = request.conversations - conversations.get(request.request_id, 0)
        points += weights["unserved_conversation"] * request.priority * missing
    for request_id, n, who, _kept in held:
        if requests[request_id].kind != "task":
            visit_s[who] += _duration_s(problem, requests[request_id], n)
    return points + floor(weights["imbalance_minute"] * imbalance_minutes(problem, visit_s))


def cheapest_plans(problem: Problem, day: ConsultantDay) -> Mapping[Holding, tuple[int, DayPlan]]:
    """Return what a day can hold, each with its least points and a plan that has them."""
    owed = owes_lunch(problem, day)
    cheapest: dict[Holding, tuple[int, DayPlan]] = {}
    for chain in chains(problem, day, tuple(possible_visits(problem, day))):
        held = frozenset(
            Held(s.id, s.conversations, day.consultant_id, _is_kept(problem, day, s))
            for s in chain.stops
            if s.slot
        )
        # A day without stops is no round, so nobody has to see to its lunch.
        begun = day.happened is not None and len(day.happened.stops) > 0
        lunches = lunch_places(problem, day, chain) if owed and (begun or is_round(chain.stops)) else [None]
        for gap in lunches:
            points = _day_points(problem, day, chain, gap)
            if held not in cheapest or points < cheapest[held][0]:
                start_s = max(gap.from_s, problem.defaults.lunch_from_s) if gap else 0
                lunch = Lunch(start_s, gap.place_id) if gap else None
                cheapest[held] = points, DayPlan(day, chain.stops, lunch)
    return cheapest


def _is_kept(problem: Problem, day: ConsultantDay, stop: PlannedStop) -> bool:
    told = next(request.published for request in problem.requests if request.request_id == stop.id)
    return (
        problem.max_changes is not None
        and told is not None
        and (told.date, told.consultant_id, told.start_s) == (day.date, day.consultant_id, stop.start_s)
        and told.conversations in (None, stop.conversations)
    )


def _day_points(problem: Problem, day: ConsultantDay, chain: Chain, lunch: Gap | None) -> int:
    weights = problem.weights
    waiting_s = sum(gap.to_s - gap.from_s for gap in chain.gaps if gap.waits)
    if lunch and lunch.waits:
        waiting_s -= day.lunch_s
    points = weights["cycling_second"] * chain.ride_s + weights["waiting_second"] * waiting_s
    requests = {request.request_id: request for request in problem.requests}
    for stop in chain.stops:
        if stop.slot:
            points += _told_points(requests[stop.id], day, stop.start_s, weights)
    return points


def _told_points(request: Request, day: ConsultantDay, start_s: int, weights: Mapping[str, int]) -> int:
    """Return the points of who makes a visit, and of when."""
    points = 0
    if request.kind == "visit" and request.consultant_id not in (None, day.consultant_id):
        points += weights["continuity"]
    if moved(request, day.date, start_s):
        points += weights["moved_from_agreement"]
    if changed(request, day.consultant_id, day.date, start_s):
        points += weights["change"] * request.change_counts
    return points


def owes_lunch(problem: Problem, day: ConsultantDay) -> bool:
    """Tell whether a round of the day needs lunch: the engagements alone must leave room for it."""
    window = min(day.end_s, problem.defaults.lunch_to_s) - max(day.start_s, problem.defaults.lunch_from_s)
    if day.lunch_s == 0 or window < day.lunch_s:
        return False
    if day.happened and (day.happened.is_over or any(s.kind == "lunch" for s in day.happened.stops)):
        return False
    return any(lunch_places(problem, day, chain) for chain in chains(problem, day, ()))


def lunch_places(problem: Problem, day: ConsultantDay, chain: Chain) -> list[Gap]:
    """Return the free times of a day in which lunch can be had."""
    defaults = problem.defaults
    return [
        gap
        for gap in chain.gaps
        if min(gap.to_s, defaults.lunch_to_s) - max(gap.from_s, defaults.lunch_from_s) >= day.lunch_s
    ]


def possible_visits(problem: Problem, day: ConsultantDay) -> Iterator[PlannedStop]:
    """Yield every visit that this consultant could make on this day, hour by hour."""
    grid_s = problem.defaults.start_grid_s
    for request in problem.requests:
        numbers = range(1, request.max_conversations + 1) if request.kind == "visit" else [0]
        if not _may_visit(problem, day, request):
            continue
        for n in numbers:
            duration_s = _duration_s(problem, request, n)
            # Two room slots may overlap; the same visit in either is the same visit.
            starts: dict[int, PlannedStop] = {}
            for slot in (slot for slot in request.slots if slot.date == day.date):
                for start_s in range(0, 24 * 3600, grid_s):
                    end_s = start_s + duration_s
                    if slot.start_s <= start_s and end_s <= slot.end_s and _keeps_pin(request, start_s, n):
                        starts[start_s] = PlannedStop(
                            request.kind, request.request_id, request.place_id, start_s, end_s, n, slot
                        )
            yield from starts.values()


def _duration_s(problem: Problem, request: Request, n: int) -> int:
    if request.kind != "visit":
        return request.duration_s
    return problem.defaults.setup_s + n * problem.defaults.conversation_s


def _may_visit(problem: Problem, day: ConsultantDay, request: Request) -> bool:
    who = day.consultant_id
    if request.base_id not in (None, base_of(problem, who)):
        return False
    if request.has_happened or (day.happened and day.happened.is_over):
        return False
    if request.kind != "visit" and request.consultant_id not in (None, who):
        return False
    pin = request.pin
    return pin is None or (pin.date == day.date and pin.consultant_id in (None, who))


def _keeps_pin(request: Request, start_s: int, n: int) -> bool:
    pin = request.pin
    return pin is None or (pin.start_s == start_s and pin.conversations in (None, n))


def chains(problem: Problem, day: ConsultantDay, visits: tuple[PlannedStop, ...]) -> Iterator[Chain]:
    """Yield every way to spend a day with all its engagements and any of the visits."""
    base = base_of(problem, day.consultant_id)
    gaps = plan_gaps(dataclasses.replace(day, gaps=day.happened.gaps) if day.happened else day, base)
    fixed = sorted((*plan_engagements(day), *gaps), key=lambda stop: stop.start_s)
    yield from _extend(problem, day, visits, tuple(fixed), Chain((), (), 0))


def _extend(
    problem: Problem,
    day: ConsultantDay,
    visits: tuple[PlannedStop, ...],
    engagements: tuple[PlannedStop, ...],
    chain: Chain,
) -> Iterator[Chain]:
    base = base_of(problem, day.consultant_id)
    if not engagements:
        end_s = day.happened.end_s if day.happened else day.end_s
        end = PlannedStop("desk", "end", base, end_s, end_s)
        for longer in _go_on(problem, day, chain, end):
            yield Chain(chain.stops, longer.gaps, longer.ride_s)
    for visit in visits:
        if engagements and visit.start_s >= engagements[0].start_s:
            continue
        held = chain.stops and visit.start_s < chain.stops[-1].end_s
        if held or any(stop.slot and stop.id == visit.id for stop in chain.stops):
            continue
        for longer in _go_on(problem, day, chain, visit):
            yield from _extend(problem, day, visits, engagements, longer)
    if engagements:
        for longer in _go_on(problem, day, chain, engagements[0]):
            yield from _extend(problem, day, visits, engagements[1:], longer)


def _go_on(problem: Problem, day: ConsultantDay, chain: Chain, stop: PlannedStop) -> Iterator[Chain]:
    """Yield the ways to get from the end of a chain to a next stop in time."""
    who, defaults = day.consultant_id, problem.defaults
    base = base_of(problem, who)
    most = next(c.max_conversations_per_day for c in problem.consultants if c.consultant_id == who)
    held = sum(planned.conversations for planned in (*chain.stops, stop))
    if day.happened and held:
        held += sum(done.conversations for done in day.happened.stops)
    if most is not None and held > most:
        return
    begins = (day.happened.place_id, day.happened.free_s) if day.happened else (base, day.start_s)
    here, free_s = (chain.stops[-1].place_id, chain.stops[-1].end_s) if chain.stops else begins
    there = stop.place_id
    ride_s, _metres = ride(problem, who, here, there)
    moving_s = 0 if in_one_house(problem, here, there) else ride_s + defaults.parking_s
    from_base, to_base = in_one_house(problem, here, base), in_one_house(problem, base, there)
    if from_base:
        gap = Gap(free_s, stop.start_s - moving_s, base, waits=False)
    else:
        gap = Gap(free_s + moving_s, stop.start_s, base if to_base else there, waits=not to_base)
    if gap.from_s <= gap.to_s:
        yield Chain((*chain.stops, stop), (*chain.gaps, gap), chain.ride_s + ride_s)
    if not from_base and not to_base:
        back_s, out_s = ride(problem, who, here, base)[0], ride(problem, who, base, there)[0]
        reached_s = free_s + back_s + defaults.parking_s
        left_s = stop.start_s - defaults.parking_s - out_s
        if left_s - reached_s >= defaults.desk_s:
            desk = Gap(reached_s, left_s, base, waits=False)
            by_base = stop._replace(via_base=True)
            yield Chain((*chain.stops, by_base), (*chain.gaps, desk), chain.ride_s + back_s + out_s)
