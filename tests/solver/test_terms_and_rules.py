"""Exact against trying everything, with each term of the score alone and left out, and rules switched off."""

import dataclasses
from collections.abc import Callable
from random import Random

import brute_force
import pytest
from random_problems import tiny_problem

from scheduler.base.errors import InputError
from scheduler.checks import check
from scheduler.model.config import DEFAULT_WEIGHTS
from scheduler.model.problem import Problem
from scheduler.solver.engine import solve


def _alone(term: str) -> Callable[[Problem], Problem]:
    return lambda problem: problem.replace(weights=dict.fromkeys(DEFAULT_WEIGHTS, 0) | {term: 17})


def _left_out(term: str) -> Callable[[Problem], Problem]:
    return lambda problem: problem.replace(weights={**DEFAULT_WEIGHTS, term: 0})


def _without_lunch(problem: Problem) -> Problem:
    return problem.replace(days=tuple(dataclasses.replace(day, lunch_s=0) for day in problem.days))


def _without_desk(problem: Problem) -> Problem:
    return problem.replace(defaults=dataclasses.replace(problem.defaults, desk_s=86_400))


def _without_engagements(problem: Problem) -> Problem:
    return problem.replace(days=tuple(dataclasses.replace(day, engagements=()) for day in problem.days))


def _without_gaps(problem: Problem) -> Problem:
    return problem.replace(days=tuple(dataclasses.replace(day, gaps=()) for day in problem.days))


def _without_houses(problem: Problem) -> Problem:
    return problem.replace(travel=dataclasses.replace(problem.travel, one_house=frozenset()))


def _without_pins(problem: Problem) -> Problem:
    return problem.replace(requests=tuple(dataclasses.replace(r, pin=None) for r in problem.requests))


def _without_own_speeds(problem: Problem) -> Problem:
    people = tuple(dataclasses.replace(c, speed_kph=None) for c in problem.consultants)
    return problem.replace(consultants=people)


def _without_daily_maximum(problem: Problem) -> Problem:
    people = tuple(dataclasses.replace(c, max_conversations_per_day=None) for c in problem.consultants)
    return problem.replace(consultants=people)


def _without_parking_and_setup(problem: Problem) -> Problem:
    return problem.replace(defaults=dataclasses.replace(problem.defaults, parking_s=0, setup_s=0))


SWITCHES = {
    **{f"only {term}": _alone(term) for term in DEFAULT_WEIGHTS},
    **{f"no {term}": _left_out(term) for term in DEFAULT_WEIGHTS},
    "no lunch": _without_lunch,
    "no desk": _without_desk,
    "no engagements": _without_engagements,
    "no gaps": _without_gaps,
    "no houses": _without_houses,
    "no pins": _without_pins,
    "no own speeds": _without_own_speeds,
    "no daily maximum": _without_daily_maximum,
    "no parking and setup": _without_parking_and_setup,
}


@pytest.mark.parametrize("switch", SWITCHES.values(), ids=SWITCHES)
def test_solved_to_the_score_that_trying_everything_finds(switch: Callable[[Problem], Problem]) -> None:
    solved = 0
    for seed in range(12):
        problem = switch(tiny_problem(Random(9_000 + seed)))
        best = brute_force.best_score(problem)
        if best is None:
            with pytest.raises(InputError, match="pin"):
                solve(problem)
            continue
        roster = solve(problem, explain=False).roster
        assert check(problem, roster) == ()
        assert (roster.score, roster.bound, roster.status) == (best, best, "optimal")
        solved += 1
    assert solved >= 8
