"""Living with a published roster: the front of a week that has changed."""

import dataclasses
import datetime as dt
from functools import partial

import numpy as np
import pytest
from random_problems import small_week

from scheduler.base.errors import InputError
from scheduler.checks import check
from scheduler.model.changes import changes, stays
from scheduler.model.clock import Week, at, seconds_of
from scheduler.model.locks import Delay, Kept, Lock
from scheduler.model.problem import Problem, RoomSlot
from scheduler.model.project import Pin
from scheduler.model.roster import Roster
from scheduler.model.texts import word
from scheduler.services import planner
from scheduler.services.replanning import (
    BrokenLock,
    FrontPoint,
    Move,
    front,
    move,
    offer,
    places,
    recommended,
)
from scheduler.solver import isolation
from scheduler.solver.engine import solve
from scheduler.solver.isolation import SolverProcess

WEEK = Week(2009, 20)
TUESDAY, WEDNESDAY = WEEK.days[1:3]


@pytest.fixture(scope="module")
def example() -> tuple[Problem, Roster]:
    problem = planner.problem(planner.prepare("data"), WEEK)
    return problem, solve(problem, explain=False).roster


def untouched(point: FrontPoint, roster: Roster) -> set[str]:
    told = {stop.id for round_ in roster.rounds for stop in round_.stops if stop.slot}
    return told - {change.id for change in point.changes}


def test_one_closed_room_moves_as_few_as_can_be(example: tuple[Problem, Roster]) -> None:
    problem, roster = example
    stop = next(s for r in roster.rounds for s in r.stops if s.kind == "visit" and r.date == TUESDAY)
    closed = problem.replace(
        requests=tuple(
            dataclasses.replace(request, slots=tuple(s for s in request.slots if s.date != TUESDAY))
            if request.request_id == stop.id
            else request
            for request in problem.requests
        )
    )
    points = list(front(closed, roster))
    assert points[0].forced == (stop.id,)
    assert points[0].unforced == 0
    assert {change.id for change in points[0].changes if change.was} == {stop.id}
    for point in points:
        assert point.plan.proof.verified is True
        assert point.plan.roster.status == "optimal"
        assert len([change for change in point.changes if change.was]) == 1 + point.unforced
    assert recommended(points) in points


def test_nobody_else_moves_when_one_is_absent_on_tuesday(example: tuple[Problem, Roster]) -> None:
    problem, roster = example
    who = next(r.consultant_id for r in roster.rounds if r.date == TUESDAY)
    absent = problem.replace(
        days=tuple(d for d in problem.days if (d.consultant_id, d.date) != (who, TUESDAY))
    )
    lost = {
        stop.id
        for r in roster.rounds
        for stop in r.stops
        if (r.consultant_id, r.date) == (who, TUESDAY) and stop.slot
    }
    points = list(front(absent, roster))
    assert set(points[0].forced) == lost
    assert lost
    scores = [point.plan.roster.score for point in points]
    assert scores == sorted(set(scores), reverse=True)
    assert points[0].unforced == 0
    assert (
        untouched(points[0], roster)
        == {stop.id for r in roster.rounds for stop in r.stops if stop.slot} - lost
    )
    best = solve(absent, explain=False).roster
    assert scores[-1] == best.score


def test_what_the_week_no_longer_asks_for_is_forced() -> None:
    problem = small_week(3)
    roster = solve(problem, explain=False).roster
    gone = next(s.id for r in roster.rounds for s in r.stops if s.kind == "visit")
    less = problem.replace(requests=tuple(r for r in problem.requests if r.request_id != gone))
    points = list(front(less, roster))
    assert points[0].forced == (gone,)
    assert {(c.id, c.what) for c in points[0].changes} == {(gone, "cancelled")}
    assert check(points[0].plan.problem, points[0].plan.roster) == ()


def test_the_recommended_point_counts_changes_as_the_week_does() -> None:
    problem = small_week(0, practices=14)
    roster = solve(problem, explain=False).roster
    days = tuple(d for d in problem.days if (d.consultant_id, d.date) != ("c0", dt.date(2009, 5, 13)))
    absent = problem.replace(days=days)
    points = list(front(absent, roster))
    assert len(points) > 1
    dear = list(front(absent.replace(weights={**problem.weights, "change": 10**6}), roster))
    assert recommended(dear).unforced == 0
    free = list(front(absent.replace(weights={**problem.weights, "change": 0}), roster))
    assert recommended(free).unforced == points[-1].unforced


# --- Locks --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def absent() -> tuple[Problem, Roster]:
    """A week whose front moves several visits: one consultant is away on Wednesday."""
    problem = small_week(0, practices=14)
    roster = solve(problem, explain=False).roster
    days = tuple(d for d in problem.days if (d.consultant_id, d.date) != ("c0", WEDNESDAY))
    return problem.replace(days=days), roster


def moved(points: list[FrontPoint], roster: Roster) -> list[str]:
    """Return what the last point moves although nothing forces it."""
    told = stays(roster)
    return [c.id for c in points[-1].changes if c.id in told and c.id not in points[-1].forced]


@pytest.mark.parametrize("keeps", ["whole", "day", "consultant", "hour"])
def test_a_lock_keeps_what_it_says_at_every_point(absent: tuple[Problem, Roster], keeps: Kept) -> None:
    problem, roster = absent
    id_ = moved(list(front(problem, roster)), roster)[0]
    before = stays(roster)[id_]
    for point in front(problem, roster, locks=[Lock(id=id_, keeps=keeps)]):
        now = stays(point.plan.roster)[id_]
        assert point.broken == ()
        assert now == before or keeps != "whole"
        assert now.date == before.date or keeps != "day"
        assert now.consultant_id == before.consultant_id or keeps != "consultant"
        assert now.start.time() == before.start.time() or keeps != "hour"
        assert point.plan.proof.verified is True


def test_a_locked_week_changes_only_what_is_forced(absent: tuple[Problem, Roster]) -> None:
    problem, roster = absent
    locks = [
        Lock(date=date) for date in sorted({r.date for r in roster.rounds if any(s.slot for s in r.stops)})
    ]
    (only,) = front(problem, roster, locks=locks)
    assert only.unforced == 0
    assert {broken.id for broken in only.broken} == set(only.forced)
    assert {c.id for c in only.changes if c.was} == set(only.forced)


def test_a_lock_of_a_round_and_of_a_consultant(absent: tuple[Problem, Roster]) -> None:
    problem, roster = absent
    before = stays(roster)
    for lock in (Lock(consultant_id="c1"), Lock(consultant_id="c1", date=WEEK.days[0])):
        mine = {
            id_
            for id_, stay in before.items()
            if stay.consultant_id == "c1" and lock.date in (None, stay.date)
        }
        assert mine
        for point in front(problem, roster, locks=[lock]):
            after = stays(point.plan.roster)
            assert {id_: after[id_] for id_ in mine} == {id_: before[id_] for id_ in mine}


def test_a_lock_of_what_was_never_published_is_an_error(absent: tuple[Problem, Roster]) -> None:
    problem, roster = absent
    with pytest.raises(InputError, match="nothing of nowhere is published in 2009-W20"):
        front(problem, roster, locks=[Lock(id="nowhere")])
    with pytest.raises(InputError, match="cannot be locked"):
        front(problem, roster, locks=[Lock()])


def test_a_lock_that_the_tables_no_longer_allow_is_told(absent: tuple[Problem, Roster]) -> None:
    problem, roster = absent
    gone = next(id_ for id_, s in stays(roster).items() if (s.consultant_id, s.date) == ("c0", WEDNESDAY))
    lock = Lock(id=gone)
    for point in front(problem, roster, locks=[lock]):
        assert point.broken == (BrokenLock(lock=lock, id=gone),)
        assert gone in point.forced
    less = problem.replace(requests=tuple(r for r in problem.requests if r.request_id != gone))
    assert next(front(less, roster, locks=[lock])).broken == (BrokenLock(lock=lock, id=gone),)


def test_a_pin_breaks_a_lock(absent: tuple[Problem, Roster]) -> None:
    problem, roster = absent
    id_, stay = next((i, s) for i, s in stays(roster).items() if s.date != WEDNESDAY and s.kind == "visit")
    start_s = seconds_of(stay.start, stay.date)
    request = next(r for r in problem.requests if r.request_id == id_)
    slot = next(s for s in request.slots if s.date == stay.date)
    other_s = next(s for s in range(slot.start_s, slot.end_s, 300) if s != start_s)
    pinned = problem.replace(
        requests=tuple(
            dataclasses.replace(r, pin=Pin(id=id_, date=stay.date, start_s=other_s)) if r is request else r
            for r in problem.requests
        )
    )
    lock = Lock(id=id_, keeps="hour")
    assert [b.lock for b in next(front(pinned, roster, locks=[lock])).broken] == [lock]
    assert next(front(pinned, roster, locks=[Lock(id=id_, keeps="day")])).broken == ()


def test_two_locks_that_cannot_both_be_kept_are_named(absent: tuple[Problem, Roster]) -> None:
    problem, roster = absent
    pair = next(
        (r, [s for s in r.stops if s.slot][:2])
        for r in roster.rounds
        if r.date != WEDNESDAY and sum(s.slot is not None for s in r.stops) > 1
    )
    _round, (first, second) = pair
    row = problem.travel.index()[first.place_id]
    seconds = problem.travel.seconds.copy()
    # From the first one nobody comes to the second one in time, but home.
    seconds[row] = np.maximum(seconds[row], int((second.start - first.end).total_seconds()))
    seconds[row, row] = 0
    slow = problem.replace(travel=dataclasses.replace(problem.travel, seconds=seconds))
    locks = [Lock(id=first.id), Lock(id=second.id)]
    with pytest.raises(InputError, match="cannot both be kept") as caught:
        list(front(slow, roster, locks=locks))
    assert all(f" {id_} " in str(caught.value) for id_ in (first.id, second.id))
    for lock in locks:
        assert next(front(slow, roster, locks=[lock])).broken == ()


# --- Moves and offers ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def calm() -> tuple[Problem, Roster]:
    problem = small_week(2, practices=7)
    return problem, solve(problem, explain=False).roster


def test_a_move_is_priced_both_ways_and_shown_as_a_week(calm: tuple[Problem, Roster]) -> None:
    problem, roster = calm
    id_ = "p01"
    before = stays(roster)[id_]
    table = places(problem, roster, id_, free=True)
    here = before.start, before.consultant_id
    assert [p.points_others_in_place for p in table if (p.start, p.consultant_id) == here] == [0]
    there = max(
        (p for p in table if p.points_others_in_place is not None),
        key=lambda p: p.points_others_in_place or 0,
    )
    found = move(
        problem,
        roster,
        id_,
        date=there.date,
        start_s=seconds_of(there.start, there.date),
        consultant_id=there.consultant_id,
    )
    assert found.broken == ()
    assert found.place is not None
    assert None not in (there.more_ride_s, there.more_waiting_s)
    told = dataclasses.replace(there, moved=(), more_ride_s=None, more_waiting_s=None)
    assert dataclasses.replace(found.place, moved=()) == told
    assert found.plan_in_place is not None
    assert found.plan_free is not None
    assert found.plan_in_place.roster.score - roster.score == there.points_others_in_place
    for plan in (found.plan_in_place, found.plan_free):
        stay = stays(plan.roster)[id_]
        assert (stay.date, stay.start, stay.consultant_id) == (there.date, there.start, there.consultant_id)
    assert {c.id for c in changes(roster, found.plan_in_place.roster)} == {id_}
    assert {c.id for c in found.changes} == {id_, *found.place.moved}
    assert found.plan_free.proof.verified is True


def _codes(found: Move) -> set[str]:
    assert (found.place, found.plan_free, found.plan_in_place) == (None, None, None)
    assert all(word(text) != text.code for text in found.broken)
    return {text.code for text in found.broken}


def test_a_move_that_is_not_legal_names_the_rule(calm: tuple[Problem, Roster]) -> None:
    problem, roster = calm
    request = next(r for r in problem.requests if r.request_id == "p01")
    slot = request.slots[0]
    free = next(d for d in WEEK.days[:5] if all(s.date != d for s in request.slots))
    to = partial(move, problem, roster, "p01")
    assert _codes(to(date=free, start_s=slot.start_s)) == {"rule_no_hours"}
    assert _codes(to(date=slot.date, start_s=slot.end_s)) >= {"rule_hours"}
    assert _codes(to(date=slot.date, start_s=slot.start_s + 60)) >= {"rule_grid"}
    assert _codes(to(date=WEEK.days[6], start_s=slot.start_s)) == {"rule_no_hours", "rule_no_shift"}
    home = next(r for r in problem.requests if r.kind == "home_visit")
    named = dataclasses.replace(home, consultant_id="c1")
    week = problem.replace(requests=tuple(named if r is home else r for r in problem.requests))
    its = home.slots[0]
    found = move(week, roster, home.request_id, date=its.date, start_s=its.start_s, consultant_id="c0")
    assert "rule_named" in _codes(found)
    with pytest.raises(InputError, match="nowhere asks for no visit in 2009-W20"):
        move(problem, roster, "nowhere", date=free, start_s=0)
    with pytest.raises(InputError, match="nobody is no consultant"):
        to(date=slot.date, start_s=slot.start_s, consultant_id="nobody")


def test_whose_shift_or_engagement_is_in_the_way_is_said(calm: tuple[Problem, Roster]) -> None:
    problem, roster = calm
    date = WEEK.days[0]
    slot = RoomSlot(date=date, start_s=7 * 3600, end_s=16 * 3600)
    week = problem.replace(
        requests=tuple(
            dataclasses.replace(r, slots=(slot,)) if r.request_id == "p01" else r for r in problem.requests
        )
    )
    to = partial(move, week, roster, "p01", date=date, consultant_id="c0")
    assert _codes(to(start_s=7 * 3600)) == {"rule_shift"}
    assert _codes(to(start_s=9 * 3600)) == {"rule_engagement"}
    assert _codes(to(start_s=8 * 3600)) <= {"rule_no_time", "rule_engagement"}


def test_offers_are_the_best_places_for_one_more_visit(calm: tuple[Problem, Roster]) -> None:
    problem, roster = calm
    told = stays(roster)
    id_ = next(
        r.request_id
        for r in problem.requests
        if r.kind == "visit" and len({s.date for s in r.slots}) > 1 and r.request_id in told
    )
    offers = offer(problem, roster, id_)
    assert 0 < len(offers) <= 5
    assert all(o.date != told[id_].date for o in offers)
    assert len({(o.date, o.consultant_id) for o in offers}) == len(offers)
    least = [
        min(p for p in (o.points_others_in_place, o.points_others_free) if p is not None) for o in offers
    ]
    assert least == sorted(least)
    # The prices are those of every place of a request like it.
    less = roster.replace(
        rounds=tuple(
            dataclasses.replace(r, stops=tuple(s for s in r.stops if s.id != id_)) for r in roster.rounds
        )
    )
    again = offer(problem, less, id_)
    table = places(problem, less, id_, free=True)
    best = min(p.points_others_free for p in table if p.points_others_free is not None)
    assert min(o.points_others_free for o in again if o.points_others_free is not None) == best
    with pytest.raises(InputError, match="asks for no visit"):
        offer(problem, roster, "nowhere")


# --- From a moment on, and in a process of its own ----------------------------------------------------


def test_from_a_moment_on_what_has_begun_is_no_change_and_locks_of_it_are_kept(
    absent: tuple[Problem, Roster],
) -> None:
    problem, roster = absent
    first = min((s for r in roster.rounds for s in r.stops if s.slot), key=lambda s: s.start)
    moment = at(WEDNESDAY, 9 * 3600)
    begun = {id_ for id_, stay in stays(roster).items() if stay.start <= moment}
    assert first.id in begun
    for point in front(problem, roster, locks=[Lock(id=first.id)], since=moment):
        assert not begun & {change.id for change in point.changes}
        assert not begun & set(point.forced)
        assert point.broken == ()
        assert point.plan.proof.verified is True


def test_who_is_late_is_planned_around(absent: tuple[Problem, Roster]) -> None:
    problem, roster = absent
    moment = at(WEEK.days[0], 8 * 3600)
    late = Delay(consultant_id="c1", free=at(WEEK.days[0], 11 * 3600))
    for point in front(problem, roster, since=moment, delays=[late]):
        mine = [r for r in point.plan.roster.rounds if (r.consultant_id, r.date) == ("c1", WEEK.days[0])]
        assert all(r.leaves_base >= late.free or not any(s.ride_seconds for s in r.stops) for r in mine)


def test_a_process_of_its_own_finds_the_same_front(absent: tuple[Problem, Roster]) -> None:
    problem, roster = absent
    here = [(p.unforced, p.plan.roster.score) for p in front(problem, roster)]
    with SolverProcess(("scheduler.solver.front",)) as solver:
        search = partial(solver.stream, isolation.front, memory_mb=2000)
        there = [(p.unforced, p.plan.roster.score) for p in front(problem, roster, search=search)]
    assert here == there


def test_an_error_in_a_process_of_its_own_is_raised_here(absent: tuple[Problem, Roster]) -> None:
    problem, roster = absent
    broken = problem.replace(speed_kph=0.0)
    with SolverProcess(("scheduler.solver.front",)) as solver:
        search = partial(solver.stream, isolation.front, memory_mb=2000)
        with pytest.raises(InputError, match="speed_kph"):
            list(front(broken, roster, search=search))
