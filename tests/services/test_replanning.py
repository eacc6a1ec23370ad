"""Living with a published roster: the front of a week that has changed."""

import dataclasses
import datetime as dt

import numpy as np
import pytest
from random_problems import small_week

from scheduler.base.errors import InputError
from scheduler.checks import check
from scheduler.model.changes import stays
from scheduler.model.clock import Week, seconds_of
from scheduler.model.locks import Kept, Lock
from scheduler.model.problem import Problem
from scheduler.model.project import Pin
from scheduler.model.roster import Roster
from scheduler.services import planner
from scheduler.services.replanning import BrokenLock, FrontPoint, front, recommended
from scheduler.solver.engine import solve

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
