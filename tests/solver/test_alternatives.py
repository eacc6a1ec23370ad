import pytest
from random_problems import small_week

from scheduler.checks import check
from scheduler.model.roster import Roster
from scheduler.solver.engine import Solution, solve

_WEEK = small_week(1)


@pytest.fixture(scope="module")
def solution() -> Solution:
    return solve(_WEEK, alternatives=3, within=0.1)


def _visits(roster: Roster) -> set[tuple[str, str, str]]:
    return {
        (stop.id, round_.consultant_id, round_.date.isoformat())
        for round_ in roster.rounds
        for stop in round_.stops
        if stop.kind in ("visit", "home_visit")
    }


def test_alternatives_are_valid_and_near_the_best(solution: Solution) -> None:
    assert solution.is_optimal
    assert solution.alternatives
    best = solution.roster.score
    for roster in solution.alternatives:
        assert check(_WEEK, roster) == ()
        assert best <= roster.score <= best + int(best * 0.1)
        assert roster.bound <= best
    scores = [roster.score for roster in solution.alternatives]
    assert scores == sorted(scores)


def test_each_differs_from_all_before_in_two_visits(solution: Solution) -> None:
    rosters = [solution.roster, *solution.alternatives]
    for number, roster in enumerate(rosters):
        for before in rosters[:number]:
            assert len(_visits(before) - _visits(roster)) >= 2


def test_none_are_looked_for_unless_asked() -> None:
    assert solve(_WEEK).alternatives == ()
