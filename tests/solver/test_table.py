import dataclasses
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from random_problems import small_week

from scheduler.model.problem import Problem
from scheduler.solver.generate import Generator
from scheduler.solver.table import RoundTable
from scheduler.week.schedule import DayModel
from scheduler.week.score import Balance


def _two_bases(problem: Problem) -> Problem:
    """Give every other consultant another base, and shifts that make no two availabilities the same."""
    people = tuple(
        dataclasses.replace(person, base_id=person.base_id if number % 2 else "p00")
        for number, person in enumerate(problem.consultants)
    )
    return problem.replace(consultants=people)


def _uneven(problem: Problem) -> Problem:
    days = [
        dataclasses.replace(day, end_s=day.end_s - 300 * (int(day.consultant_id[1:]) * (number % 3)))
        for number, day in enumerate(problem.days)
    ]
    return problem.replace(days=tuple(days))


def _table(problem: Problem) -> RoundTable:
    generator = Generator(problem, [DayModel(problem, day) for day in problem.days], pin_points=0)
    extra = [np.zeros(graph.first_engagement) for graph in generator.graphs]
    generator.grow(range(len(extra)), extra, np.full(len(extra), 1e15), 20, 20)
    return generator.pool.table()


@pytest.mark.parametrize("bases", [1, 2])
@pytest.mark.parametrize("seed", range(3))
def test_no_score_is_nearer_below_a_whole_number_than_a_step(seed: int, bases: int) -> None:
    problem = _uneven(small_week(seed, practices=8, consultants=4))
    problem = _two_bases(problem) if bases == 2 else problem
    table = _table(problem)
    assert len([group for group in table.balance.groups if len(group) > 1]) == bases
    assert 0 < table.step < 1
    rng = Random(seed)
    ranges = list(zip(table.starts.tolist(), table.starts.tolist()[1:], strict=False))
    fractions = set()
    for _ in range(400):
        unrounded = table.unrounded([rng.randrange(first, end) for first, end in ranges])
        fractions.add(unrounded - unrounded.numerator // unrounded.denominator)
    assert len(fractions) > 10
    assert all(1 - fraction >= table.step for fraction in fractions)


def test_balance_of_two_bases_adds_up() -> None:
    table = _table(small_week(0, practices=6))
    rates = Fraction(1), Fraction(3, 2), Fraction(1), Fraction(4, 3)
    for groups, step in (
        (((0, 1), (2, 3)), Fraction(1, 6)),
        (((0, 1),), Fraction(1, 2)),
        (((2, 3),), Fraction(1, 3)),
        (((0, 1), (2,)), Fraction(1, 2)),
    ):
        problem = table.problem.replace(weights={**table.problem.weights, "imbalance_minute": 60})
        other = RoundTable(problem, table.days)
        # Cached properties stand where they would be kept.
        vars(other).update(
            balance=Balance((1, 1, 1, 1), rates, groups, (0, 0, 0, 0)), load_s=np.array([0, 1, 2])
        )
        assert other.step == step


def test_without_a_weight_on_balance_scores_are_whole() -> None:
    problem = small_week(0, practices=6)
    table = _table(problem.replace(weights={**problem.weights, "imbalance_minute": 0}))
    assert table.step == 1
