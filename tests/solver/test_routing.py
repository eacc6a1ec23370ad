from random import Random

import pytest
from random_problems import small_week, tiny_problem

from scheduler.checks import check
from scheduler.model.problem import Problem
from scheduler.model.roster import Roster
from scheduler.solver.deadline import Deadline
from scheduler.solver.engine import solve
from scheduler.solver.reasons import Reasoner
from scheduler.solver.routing import route
from scheduler.week.assemble import assemble
from scheduler.week.schedule import DayModel


def _roster(problem: Problem, *, improve: bool, time_limit_s: float = 2.0) -> Roster:
    models = [DayModel(problem, day) for day in problem.days]
    schedules = route(problem, models, time_limit_s=time_limit_s, improve=improve)
    reasons = Reasoner(problem, models, Deadline(0.0), None).explain(schedules)
    return assemble(problem, schedules, bound=0, unassigned=reasons, solve_seconds=0.0, seed=0)


@pytest.mark.parametrize("seed", range(40))
def test_its_rosters_are_valid_whatever_the_rules(seed: int) -> None:
    problem = tiny_problem(Random(seed))
    # Only the exact search promises to keep pins.
    broken = {violation.code for violation in check(problem, _roster(problem, improve=False))}
    assert broken <= {"pin"}


def test_it_is_near_the_best_roster_of_a_usual_week() -> None:
    problem = small_week(4)
    best = solve(problem).roster.score
    assert best <= _roster(problem, improve=False).score <= 1.6 * best


def test_the_first_roster_is_the_same_every_time() -> None:
    problem = small_week(4)
    assert _roster(problem, improve=False) == _roster(problem, improve=False)


def test_no_time_gives_the_engagements_alone() -> None:
    problem = small_week(4)
    roster = _roster(problem, improve=False, time_limit_s=0)
    assert check(problem, roster) == ()
