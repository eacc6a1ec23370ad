import time

import numpy as np
import pytest
from random_problems import small_week

from scheduler.schedule import DayModel
from scheduler.solver.exchange import Exchange
from scheduler.solver.generate import Generator
from scheduler.solver.master import Deadline


def _generator(seed: int) -> Generator:
    problem = small_week(seed, practices=14)
    return Generator(problem, [DayModel(problem, day) for day in problem.days], pin_points=0)


def _deadline() -> Deadline:
    return Deadline(time.monotonic() + 60)


def _greedy(generator: Generator) -> tuple[int, ...]:
    """Every day takes its own best round, whatever the others do."""
    pool = generator.pool
    extra = [np.zeros(graph.first_engagement) for graph in pool.graphs]
    days = range(len(pool.graphs))
    found, _new = generator._grow(days, extra, np.full(len(extra), 1e15), 40, 10)
    return tuple(int(rounds.keys[0]) for rounds in found)


@pytest.mark.parametrize("seed", range(4))
def test_a_sweep_never_makes_a_choice_worse(seed: int) -> None:
    generator = _generator(seed)
    exchange = Exchange(generator.pool, generator._settled(_greedy(generator)))
    scores = [generator.pool.score(exchange.keys)]
    while exchange.sweep(generator._sweep_rounds, _deadline()):
        scores.append(generator.pool.score(exchange.keys))
    assert scores == sorted(set(scores), reverse=True)


@pytest.mark.parametrize("seed", range(4))
def test_settling_leaves_every_visit_made_once(seed: int) -> None:
    generator = _generator(seed)
    pool = generator.pool
    greedy = _greedy(generator)
    settled = generator._settled(greedy)
    met = [
        graph.offers[local][0]
        for graph, key in zip(pool.graphs, settled, strict=True)
        for local, field in enumerate(graph.fields.tolist())
        if key & field
    ]
    assert met
    assert len(met) == len(set(met))
    assert len(settled) == len(greedy)


@pytest.mark.parametrize("seed", range(4))
def test_the_score_of_a_choice_is_that_of_its_table(seed: int) -> None:
    generator = _generator(seed)
    keys = generator._settled(_greedy(generator))
    table = generator.pool.table()
    assert generator.pool.score(keys) == table.score(generator.pool.rows(table, keys))
