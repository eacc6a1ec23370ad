"""Living with a published roster: the front of a week that has changed."""

import dataclasses
import datetime as dt

import pytest
from random_problems import small_week

from scheduler.checks import check
from scheduler.model.clock import Week
from scheduler.model.problem import Problem
from scheduler.model.roster import Roster
from scheduler.services import planner
from scheduler.services.replanning import FrontPoint, front, recommended
from scheduler.solver.engine import solve

WEEK = Week(2009, 20)
TUESDAY = WEEK.days[1]


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
