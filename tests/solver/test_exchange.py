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


@pytest.mark.parametrize("seed", range(4))
def test_a_sweep_never_makes_a_choice_worse(seed: int) -> None:
    generator = _generator(seed)
    exchange = Exchange(generator.pool, generator.first_rounds(_deadline()))
    scores = [generator.pool.score(exchange.keys)]
    while exchange.sweep(generator._sweep_rounds, _deadline()):
        scores.append(generator.pool.score(exchange.keys))
    assert scores == sorted(set(scores), reverse=True)


@pytest.mark.parametrize("seed", range(4))
def test_settling_leaves_every_visit_made_once(seed: int) -> None:
    generator = _generator(seed)
    pool = generator.pool
    first = generator.first_rounds(_deadline())
    # Every day takes its own best round, whatever the others do.
    extra = [np.zeros(graph.first_engagement) for graph in pool.graphs]
    days = range(len(pool.graphs))
    found, _new = generator._grow(days, extra, np.full(len(extra), 1e15), 40, 10)
    greedy = tuple(int(rounds.keys[0]) for rounds in found)
    exchange = Exchange(pool, greedy)
    exchange.settle()
    met = [
        graph.offers[local][0]
        for graph, key in zip(pool.graphs, exchange.keys, strict=True)
        for local, field in enumerate(graph.fields.tolist())
        if key & field
    ]
    assert met
    assert len(met) == len(set(met))
    assert len(first) == len(greedy)
