"""Rosters from plans written by hand or found by brute force, valid or not.

A plan says who is where and when; `build_roster` works out all other fields and the score, naively
and by itself, so that tests of the checks and of the engine have something to compare with.
"""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Literal, NamedTuple

from scheduler.model.clock import at
from scheduler.model.problem import ConsultantDay, Problem, Request, RoomSlot
from scheduler.model.roster import (
    REQUESTED,
    BasePlace,
    ConsultantWeek,
    Roster,
    Round,
    ShiftHours,
    Stop,
    StopKind,
    StopSlot,
    Term,
    Unassigned,
)
from scheduler.model.text import Text


class PlannedStop(NamedTuple):
    """A visit, home visit, engagement or gap; `via_base` where the way to it leads over a desk stop."""

    kind: StopKind | Literal["gap"]
    id: str
    place_id: str
    start_s: int
    end_s: int
    conversations: int = 0
    slot: RoomSlot | None = None
    via_base: bool = False


class Lunch(NamedTuple):
    start_s: int
    place_id: str


class DayPlan(NamedTuple):
    day: ConsultantDay
    stops: tuple[PlannedStop, ...]
    lunch: Lunch | None = None


def clock_s(text: str) -> int:
    """Read ``9:30`` or ``9:30:15``."""
    hours, minutes, *seconds = (int(part) for part in text.split(":"))
    return hours * 3600 + minutes * 60 + (seconds[0] if seconds else 0)


def in_one_house(problem: Problem, from_id: str, to_id: str) -> bool:
    return from_id == to_id or (from_id, to_id) in problem.travel.one_house


@lru_cache(maxsize=10_000)
def ride(problem: Problem, consultant_id: str, from_id: str, to_id: str) -> tuple[int, int]:
    """Return own seconds and metres from place to place; nothing within a house."""
    if in_one_house(problem, from_id, to_id):
        return 0, 0
    row, column = (problem.travel.place_ids.index(place_id) for place_id in (from_id, to_id))
    own_kph = next(c.speed_kph for c in problem.consultants if c.consultant_id == consultant_id)
    seconds = int(problem.travel.seconds[row, column])
    if own_kph is not None:
        seconds = math.ceil(seconds * Fraction(str(problem.speed_kph)) / Fraction(str(own_kph)))
    return seconds, int(problem.travel.metres[row, column])


@lru_cache(maxsize=100)
def base_of(problem: Problem, consultant_id: str) -> str:
    return next(c.base_id for c in problem.consultants if c.consultant_id == consultant_id)


def plan_visit(
    problem: Problem, request_id: str, day: dt.date, start: str, n: int = 1, *, via_base: bool = False
) -> PlannedStop:
    """Plan a visit, home visit or task in the first room slot of the day that holds it, or in the first."""
    request = next(r for r in problem.requests if r.request_id == request_id)
    start_s = clock_s(start)
    if request.kind != "visit":
        n, end_s = 0, start_s + request.duration_s
    else:
        end_s = start_s + problem.defaults.setup_s + n * problem.defaults.conversation_s
    slots = [slot for slot in request.slots if slot.date == day]
    holding = [slot for slot in slots if slot.start_s <= start_s and end_s <= slot.end_s]
    slot = next(iter(holding + slots), None)
    return PlannedStop(request.kind, request_id, request.place_id, start_s, end_s, n, slot, via_base)


def plan_engagements(day: ConsultantDay) -> tuple[PlannedStop, ...]:
    return tuple(
        PlannedStop("engagement", e.engagement_id, e.place_id, e.start_s, e.end_s) for e in day.engagements
    )


def plan_gaps(day: ConsultantDay, base: str) -> tuple[PlannedStop, ...]:
    return tuple(PlannedStop("gap", "gap", base, start_s, end_s) for start_s, end_s in day.gaps)


def is_round(stops: Sequence[PlannedStop]) -> bool:
    """Tell whether stops make a round: a day with nothing but time between shifts has none."""
    return any(stop.kind != "gap" for stop in stops)


def _listed(problem: Problem, plan: DayPlan, base: str) -> Iterator[PlannedStop]:
    """Yield the stops without the gaps, which are spent at base: away from it on both sides, at a desk."""
    place, in_gap = base, False
    for planned in plan.stops:
        if planned.kind == "gap":
            in_gap = True
            continue
        away = [not in_one_house(problem, base, at_place) for at_place in (place, planned.place_id)]
        back = in_gap and all(away)
        yield planned._replace(via_base=True) if back else planned
        place, in_gap = planned.place_id, False


def build_roster(problem: Problem, plans: Sequence[DayPlan], *, bound: int | None = None) -> Roster:
    """Return the roster of these plans. Without a `bound` it is called optimal."""
    rounds = tuple(_round(problem, plan) for plan in plans)
    terms = _terms(problem, rounds)
    score = sum(term.points for term in terms.values())
    bound = score if bound is None else bound
    visits = {stop.id: stop for item in rounds for stop in item.stops if stop.kind in REQUESTED}
    return Roster(
        week=str(problem.week),
        status="optimal" if bound == score else "feasible",
        score=score,
        bound=bound,
        gap=(score - bound) / score if score else 0.0,
        weights=dict(problem.weights),
        terms=terms,
        solve_seconds=0.0,
        seed=0,
        inputs_sha256=problem.inputs_sha256,
        rounds=rounds,
        unassigned=tuple(_unassigned(problem, visits)),
        bases=tuple(_bases(problem)),
        consultants=tuple(_weeks(problem, rounds)),
        closed_days=problem.closed_days,
    )


def _round(problem: Problem, plan: DayPlan) -> Round:
    """Walk through the day; leaves the times as planned, possible or not."""
    who, date = plan.day.consultant_id, plan.day.date
    base, parking_s = base_of(problem, who), problem.defaults.parking_s
    place, free_s = base, plan.day.start_s
    leaves_s: int | None = None
    returns_s: int | None = None
    stops: list[Stop] = []
    listed = list(_listed(problem, plan, base))
    for planned in listed:
        if planned.via_base:
            seconds, metres = ride(problem, who, place, base)
            reached_s = free_s + seconds + parking_s
            out_s = planned.start_s - parking_s - ride(problem, who, base, planned.place_id)[0]
            desk = PlannedStop("desk", "desk", base, reached_s, out_s)
            stops.append(_stop(problem, plan, desk, arrival_s=reached_s, ride=(seconds, metres), wait_s=0))
            leaves_s = free_s if leaves_s is None else leaves_s
            place, free_s = base, out_s
        over_gap = any(free_s <= from_s and to_s <= planned.start_s for from_s, to_s in plan.day.gaps)
        if over_gap and in_one_house(problem, base, place):
            place = base
        at_base = over_gap and in_one_house(problem, base, planned.place_id)
        seconds, metres = ride(problem, who, place, base if at_base else planned.place_id)
        rides = not in_one_house(problem, place, planned.place_id)
        moving_s = seconds + parking_s if rides else 0
        from_base = in_one_house(problem, place, base)
        to_base = in_one_house(problem, base, planned.place_id)
        arrival_s = planned.start_s if from_base else free_s + moving_s
        wait_s = 0 if from_base or to_base else max(planned.start_s - arrival_s, 0)
        lunch = plan.lunch
        if lunch and wait_s and arrival_s <= lunch.start_s < planned.start_s:
            wait_s -= plan.day.lunch_s
        if rides:
            leaves_s = arrival_s - moving_s if leaves_s is None else leaves_s
            returns_s = arrival_s
        stops.append(
            _stop(problem, plan, planned, arrival_s=arrival_s, ride=(seconds, metres), wait_s=wait_s)
        )
        place, free_s = planned.place_id, planned.end_s
    back_s, back_m = ride(problem, who, place, base)
    if not in_one_house(problem, place, base):
        returns_s = free_s + back_s + parking_s
        leaves_s = free_s if leaves_s is None else leaves_s
    if plan.lunch:
        end_s = plan.lunch.start_s + plan.day.lunch_s
        lunch_stop = PlannedStop("lunch", "lunch", plan.lunch.place_id, plan.lunch.start_s, end_s)
        stops.append(_stop(problem, plan, lunch_stop, arrival_s=plan.lunch.start_s, ride=(0, 0), wait_s=0))
    return Round(
        consultant_id=who,
        date=date,
        leaves_base=at(date, listed[0].start_s if leaves_s is None else leaves_s),
        returns_base=at(date, listed[-1].end_s if returns_s is None else returns_s),
        ride_seconds=sum(stop.ride_seconds for stop in stops) + back_s,
        ride_metres=sum(stop.ride_metres for stop in stops) + back_m,
        waiting_seconds=sum(stop.waiting_seconds for stop in stops),
        conversations=sum(stop.conversations for stop in stops),
        stops=tuple(sorted(stops, key=lambda stop: (stop.start, stop.kind == "lunch"))),
    )


def _stop(
    problem: Problem,
    plan: DayPlan,
    planned: PlannedStop,
    *,
    arrival_s: int,
    ride: tuple[int, int],
    wait_s: int,
) -> Stop:
    date, place = plan.day.date, problem.places[planned.place_id]
    titles = {e.engagement_id: e.title for e in plan.day.engagements}
    titles |= {request.request_id: request.title for request in problem.requests}
    setup_s, talk_s = problem.defaults.setup_s, problem.defaults.conversation_s
    slot = planned.slot
    assert planned.kind != "gap", "gaps are not listed"
    return Stop(
        kind=planned.kind,
        id=planned.id,
        place_id=planned.place_id,
        name=place.name
        if planned.kind == "visit"
        else titles[planned.id]
        if planned.kind in ("engagement", "task")
        else Text(planned.kind),
        address=place.full_address,
        district=place.district,
        lat=place.lat,
        lon=place.lon,
        arrival=at(date, arrival_s),
        start=at(date, planned.start_s),
        end=at(date, planned.end_s),
        ride_seconds=ride[0],
        ride_metres=ride[1],
        waiting_seconds=wait_s,
        conversations=planned.conversations,
        conversation_starts=tuple(
            at(date, planned.start_s + setup_s + i * talk_s) for i in range(planned.conversations)
        ),
        slot=StopSlot(start=at(date, slot.start_s), end=at(date, slot.end_s), room=slot.room)
        if slot
        else None,
    )


def moved(request: Request, date: dt.date, start_s: int) -> bool:
    """Tell whether a visit is away from the practice's agreement."""
    usual = request.agreement
    return usual is not None and (usual.date != date or abs(usual.start_s - start_s) > 900)


def changed(request: Request, consultant_id: str, date: dt.date, start_s: int) -> bool:
    """Tell whether a visit is away from where it was published."""
    told = request.published
    return told is not None and (
        (told.consultant_id, told.date) != (consultant_id, date) or abs(told.start_s - start_s) > 900
    )


def _terms(problem: Problem, rounds: Sequence[Round]) -> dict[str, Term]:
    visits = {s.id: (r, s) for r in rounds for s in r.stops if s.kind in REQUESTED}
    counts: dict[str, int | Fraction] = dict.fromkeys(problem.weights, 0)
    for request in problem.requests:
        if request.request_id not in visits:
            counts["unserved_conversation"] += request.priority * request.conversations
            counts["missed_visit"] += _missed(problem, request)
            counts["change"] += request.published is not None
            continue
        item, stop = visits[request.request_id]
        start_s = clock_s(stop.start.strftime("%H:%M:%S"))
        counts["unserved_conversation"] += request.priority * (request.conversations - stop.conversations)
        own = request.consultant_id
        counts["continuity"] += request.kind == "visit" and own not in (None, item.consultant_id)
        counts["moved_from_agreement"] += moved(request, item.date, start_s)
        counts["change"] += changed(request, item.consultant_id, item.date, start_s)
    counts["cycling_second"] = sum(item.ride_seconds for item in rounds)
    counts["waiting_second"] = sum(item.waiting_seconds for item in rounds)
    visit_s = {week.consultant_id: week.visit_seconds for week in _weeks(problem, rounds)}
    counts["imbalance_minute"] = imbalance_minutes(problem, visit_s)
    return {
        name: Term(
            count=float(count) if isinstance(count, Fraction) else count,
            weight=problem.weights[name],
            points=math.floor(problem.weights[name] * count),
        )
        for name, count in counts.items()
    }


def _missed(problem: Problem, request: Request) -> int | Fraction:
    """Count a request without a visit; a task so that its points are whole, rounded down."""
    weight = problem.weights["missed_visit"]
    if request.weeks_left == 1 or not weight:
        return Fraction(request.priority, request.weeks_left)
    return Fraction(weight * request.priority // request.weeks_left, weight)


def availability_s(problem: Problem, consultant_id: str) -> int:
    total = 0
    for day in problem.days:
        if day.consultant_id == consultant_id:
            total += day.end_s - day.start_s - day.lunch_s
            total -= sum(end_s - start_s for start_s, end_s in day.gaps)
            total -= sum(e.end_s - e.start_s for e in day.engagements)
            total -= sum(
                int((stop.end - stop.start).total_seconds())
                for stop in (day.happened.stops if day.happened else ())
                if stop.kind == "engagement"
            )
    return total


def _largest_s(problem: Problem, base_id: str) -> int:
    at_base = [c.consultant_id for c in problem.consultants if c.base_id == base_id]
    return max(availability_s(problem, consultant_id) for consultant_id in at_base)


def imbalance_minutes(problem: Problem, visit_s: dict[str, int]) -> Fraction:
    """Return the exact count of the imbalance, given each consultant's seconds of visits."""
    loads: dict[str, list[Fraction]] = {}
    for consultant in problem.consultants:
        own_s = availability_s(problem, consultant.consultant_id)
        if own_s > 0:
            largest_s = _largest_s(problem, consultant.base_id)
            load = visit_s[consultant.consultant_id] * Fraction(largest_s, own_s)
            loads.setdefault(consultant.base_id, []).append(load)
    return sum((max(at_base) - min(at_base) for at_base in loads.values()), Fraction(0)) / 60


def _weeks(problem: Problem, rounds: Sequence[Round]) -> Iterator[ConsultantWeek]:
    for consultant in problem.consultants:
        own = [item for item in rounds if item.consultant_id == consultant.consultant_id]
        stops = [stop for item in own for stop in item.stops if stop.kind in ("visit", "home_visit")]
        visit_s = sum(round((stop.end - stop.start).total_seconds()) for stop in stops)
        own_s = availability_s(problem, consultant.consultant_id)
        largest_s = _largest_s(problem, consultant.base_id)
        days = [day for day in problem.days if day.consultant_id == consultant.consultant_id]
        yield ConsultantWeek(
            consultant_id=consultant.consultant_id,
            name=consultant.name,
            base_id=consultant.base_id,
            availability_seconds=own_s,
            visit_seconds=visit_s,
            load_seconds=visit_s * largest_s / own_s if own_s > 0 else 0.0,
            shifts=tuple(
                ShiftHours(date=d.date, start=at(d.date, start_s), end=at(d.date, end_s))
                for d in days
                for start_s, end_s in d.spans
            ),
        )


def _bases(problem: Problem) -> Iterator[BasePlace]:
    for base_id in sorted({consultant.base_id for consultant in problem.consultants}):
        place = problem.places[base_id]
        yield BasePlace(
            place_id=base_id, name=place.name, address=place.full_address, lat=place.lat, lon=place.lon
        )


def _unassigned(problem: Problem, visits: dict[str, Stop]) -> Iterator[Unassigned]:
    for request in problem.requests:
        stop = visits.get(request.request_id)
        held = stop.conversations if stop else 0
        if stop is None or held < request.conversations:
            yield Unassigned(
                id=request.request_id,
                kind=request.kind,
                name=request.title if request.kind == "task" else problem.places[request.place_id].name,
                requested=request.conversations,
                held=held,
                reason=Text("not_placed"),
            )
