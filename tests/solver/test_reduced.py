"""The choice counted from the relaxation's bound: the same as among the score's own numbers."""

import numpy as np
import pytest
from random_problems import small_week

from scheduler.solver.generate import Generator
from scheduler.solver.program import Numbers, Program, Relaxed
from scheduler.solver.reduced import ReducedProgram
from scheduler.solver.table import RoundTable
from scheduler.week.schedule import DayModel


def _relaxed(seed: int, practices: int = 8) -> tuple[RoundTable, Relaxed, np.ndarray]:
    """Return some rounds of a week, prices of the relaxation over them, and their excess."""
    problem = small_week(seed, practices=practices)
    generator = Generator(problem, [DayModel(problem, day) for day in problem.days], pin_points=0)
    extra = [np.zeros(graph.first_engagement) for graph in generator.graphs]
    generator.grow(range(len(extra)), extra, np.full(len(extra), 1e15), 20, 20)
    table = generator.pool.table()
    program = Program(table)
    program.add(table, np.arange(len(table)))
    prices = program.prices()
    assert prices is not None
    reduced = prices.reduced(table)
    least = np.minimum.reduceat(reduced, table.starts[:-1])
    relaxed = Relaxed(prices, least, prices.bound(table, least), solved=True)
    return table, relaxed, reduced - least[table.day]


def _choice(table: RoundTable, force: int | None = None) -> tuple[Numbers, int]:
    program = Program(table, force)
    program.add(table, np.arange(len(table)))
    chosen, _bound = program.choose(20.0)
    assert chosen is not None
    return chosen, table.score(chosen.tolist())


@pytest.mark.parametrize("seed", range(8))
def test_the_best_choice_is_that_of_the_scores_own_numbers(seed: int) -> None:
    table, relaxed, excess = _relaxed(seed)
    _chosen, score = _choice(table)
    gap = float(score) + 1 - relaxed.bound
    near = np.flatnonzero(excess < gap)
    program = ReducedProgram(table, near, excess[near], prices=relaxed.prices, gap=gap)
    chosen, above = program.choose(20.0)
    assert chosen is not None
    rows = near[chosen].tolist()
    assert table.score(rows) == score
    # What is counted above the bound is the score that is not rounded down.
    assert relaxed.bound + above <= table.unrounded(rows)
    assert relaxed.bound + above == pytest.approx(float(table.unrounded(rows)), abs=1e-3)
    assert program.error < 1e-3


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_found_below_the_best(seed: int) -> None:
    table, relaxed, excess = _relaxed(seed)
    chosen, _score = _choice(table)
    gap = float(table.unrounded(chosen.tolist())) - 1.0 - relaxed.bound
    if gap <= 0:
        return
    near = np.flatnonzero(excess < gap)
    program = ReducedProgram(table, near, excess[near], prices=relaxed.prices, gap=gap)
    _chosen, above = program.choose(20.0)
    assert above >= gap


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("gap", [np.inf, 1e7])
def test_a_request_that_must_be_met_is_met(seed: int, gap: float) -> None:
    table, relaxed, excess = _relaxed(seed, practices=20)
    free, _score = _choice(table)
    possible = table.meets.sum(axis=0) > 0
    left_out = np.flatnonzero(possible & (table.meets[free].sum(axis=0) == 0))
    assert len(left_out)
    for request in left_out[:3].tolist():
        _chosen, score = _choice(table, request)
        program = ReducedProgram(
            table, np.arange(len(table)), excess, prices=relaxed.prices, gap=gap, force=request
        )
        chosen, _above = program.choose(20.0)
        assert chosen is not None
        assert table.meets[chosen].sum(axis=0)[request] == 1
        assert table.score(chosen.tolist()) == score


def test_a_choice_to_begin_with_is_never_lost() -> None:
    table, relaxed, excess = _relaxed(1)
    start, score = _choice(table)
    program = ReducedProgram(table, np.arange(len(table)), excess, prices=relaxed.prices, gap=1e7)
    chosen, _above = program.choose(0.0, start=start)
    assert chosen is not None
    assert table.score(chosen.tolist()) == score
