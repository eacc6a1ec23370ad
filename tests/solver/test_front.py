"""The front of changes against score: what trying everything finds, point by point, and that it is proven."""

import dataclasses
import itertools
import math
from random import Random
from typing import Any

import brute_force
import pytest
from random_problems import small_week, tiny_problem

from scheduler.base.errors import InputError
from scheduler.checks import check
from scheduler.checks.bound import check_bound
from scheduler.checks.bound.proof import Proof
from scheduler.model.changes import changes
from scheduler.model.problem import Problem
from scheduler.model.roster import Roster
from scheduler.solver.engine import solve
from scheduler.solver.front import FrontRoster, front
from scheduler.solver.keep import Keeper, Kept
from scheduler.week.replanning import with_published


def published_otherwise(problem: Problem, rng: Random) -> tuple[Problem, Roster]:
    """Publish the best roster of a week somewhat unlike a problem, and return the problem with it."""
    requests = tuple(
        dataclasses.replace(
            request,
            agreement=None,
            pin=None,
            published=None,
            consultant_id=None if request.kind == "visit" and rng.random() < 0.5 else request.consultant_id,
        )
        for request in problem.requests
    )
    weights = {**problem.weights, "cycling_second": rng.choice([0, 50])}
    roster = solve(problem.replace(requests=requests, weights=weights), explain=False).roster
    return with_published(problem, roster), roster


@pytest.mark.parametrize("seed", range(40))
def test_every_point_is_what_trying_everything_finds(seed: int) -> None:
    rng = Random(seed)
    problem, _roster = published_otherwise(tiny_problem(rng), rng)
    expected = brute_force.front(problem)
    if not expected:
        with pytest.raises(InputError, match="pin"):
            list(front(problem))
        return
    found = list(front(problem))
    assert {point.problem.max_changes: point.roster.score for point in found} == expected
    for point in found:
        assert point.roster.status == "optimal"
        assert point.roster.max_changes == len(point.forced) + point.unforced
        assert check(point.problem, point.roster) == ()
        assert check_bound(point.problem, point.roster).verified is True
        claims_more = point.roster.replace(score=point.roster.score + 1, bound=point.roster.score + 1)
        assert check_bound(point.problem, claims_more).verified is False


@pytest.mark.parametrize("seed", range(3))
def test_the_least_of_score_and_dearer_and_dearer_changes_is_the_engines_own(seed: int) -> None:
    """Where starts are half an hour apart and visits hold one conversation, every change is one of the score's."""
    problem = small_week(seed, practices=7)
    requests = tuple(
        dataclasses.replace(
            request,
            conversations=min(request.conversations, 1),
            max_conversations=min(request.max_conversations, 1),
        )
        for request in problem.requests
    )
    problem = problem.replace(
        requests=requests, defaults=dataclasses.replace(problem.defaults, start_grid_s=1800)
    )
    problem, roster = published_otherwise(problem, Random(seed))
    gone = roster.rounds[seed]
    days = tuple(d for d in problem.days if (d.consultant_id, d.date) != (gone.consultant_id, gone.date))
    problem = problem.replace(days=days)
    points = list(front(problem.replace(weights={**problem.weights, "change": 0}), time_limit_s=120))
    assert len(points) > 1
    for weight in (0, 40, 1_000, 6_000, 20_000, 500_000):
        best = solve(problem.replace(weights={**problem.weights, "change": weight}), explain=False).roster
        assert best.score == min(p.roster.score + weight * (len(p.forced) + p.unforced) for p in points)


@pytest.mark.parametrize("seed", range(4))
def test_points_change_ever_more_and_score_ever_less(seed: int) -> None:
    problem = small_week(seed, practices=14)
    roster = solve(problem, explain=False).roster
    gone = roster.rounds[seed]
    days = tuple(d for d in problem.days if (d.consultant_id, d.date) != (gone.consultant_id, gone.date))
    problem = with_published(problem.replace(days=days), roster)
    problem = problem.replace(weights={**problem.weights, "change": 0})
    points = list(front(problem))
    lost = {stop.id for stop in gone.stops if stop.kind in ("visit", "home_visit")}
    for point in points:
        assert set(point.forced) == lost
        told = [c for c in changes(roster, point.roster) if c.was is not None]
        assert len(told) == point.problem.max_changes
        assert check(point.problem, point.roster) == ()
    for one, other in itertools.pairwise(points):
        assert (one.unforced, other.roster.score) < (other.unforced, one.roster.score)
    free = solve(problem, explain=False).roster
    assert points[-1].roster.score == free.score


def test_nothing_has_changed_and_nothing_need_change() -> None:
    problem = small_week(3)
    roster = solve(problem, explain=False).roster
    (only,) = front(with_published(problem, roster))
    assert (only.forced, only.unforced) == ((), 0)
    assert only.roster.score == roster.score
    assert changes(roster, only.roster) == ()


def test_it_ends_where_little_can_be_gained() -> None:
    rng = Random(5)
    problem, _roster = published_otherwise(small_week(5, practices=12), rng)
    points = list(front(problem))
    assert len(points) > 2
    gains = [one.roster.score - points[-1].roster.score for one in points]
    few = list(front(problem, enough=gains[1]))
    assert [p.roster.score for p in few] == [p.roster.score for p in points[:2]]
    assert [p.unforced for p in front(problem, most=points[1].unforced)] == [p.unforced for p in points[:2]]


def test_without_time_it_is_valid_and_says_that_it_is_not_proven() -> None:
    rng = Random(5)
    problem, _roster = published_otherwise(small_week(5, practices=12), rng)
    proven = list(front(problem))
    found: list[FrontRoster] = list(front(problem, time_limit_s=0))
    assert len(found) == 1
    assert found[0].roster.bound <= proven[-1].roster.score
    assert found[0].roster.bound < found[0].roster.score
    assert check(found[0].problem, found[0].roster) == ()


def test_in_a_week_in_which_nobody_works_all_is_forced() -> None:
    problem = small_week(3)
    roster = solve(problem, explain=False).roster
    (only,) = front(with_published(problem.replace(days=()), roster))
    assert sorted(only.forced) == sorted({c.id for c in changes(roster, only.roster)})
    assert check(only.problem, only.roster) == ()


def test_what_a_change_would_bring_is_among_the_prices() -> None:
    """Without that price the others prove less of a roster of which much must be kept."""
    rng = Random(5)
    problem, _roster = published_otherwise(small_week(5, practices=12), rng)
    first, *_others = front(problem)
    prices = first.roster.prices
    assert prices is not None
    assert prices.change > 0
    alone, without = (
        Proof(first.problem, given, math.inf) for given in (prices, dataclasses.replace(prices, change=0.0))
    )
    for proof in (alone, without):
        assert proof.score_below(1) is None
    assert without.bound < alone.bound <= first.roster.score


def test_the_best_roster_of_all_is_not_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = Random(5)
    problem, _roster = published_otherwise(small_week(5, practices=12), rng)
    asked: list[int] = []
    choose = Keeper.choose

    def listening(keeper: Keeper, least_kept: int, *rest: Any) -> Kept:
        asked.append(least_kept)
        return choose(keeper, least_kept, *rest)

    monkeypatch.setattr(Keeper, "choose", listening)
    points = list(front(problem))
    assert len(asked) == points[-1].unforced - points[0].unforced
    assert points[-1].roster.score == solve(problem, explain=False).roster.score
    assert check_bound(points[-1].problem, points[-1].roster).verified is True
