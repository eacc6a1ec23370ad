import time
from itertools import combinations

import numpy as np
import pytest
from random_problems import small_week

from scheduler.solver.choose import Chooser
from scheduler.solver.deadline import Deadline
from scheduler.solver.exchange import Exchange
from scheduler.week.schedule import DayModel


def _chooser(seed: int) -> Chooser:
    problem = small_week(seed, practices=14)
    return Chooser(problem, [DayModel(problem, day) for day in problem.days], pin_points=0)


def _deadline() -> Deadline:
    return Deadline(time.monotonic() + 60)


def _greedy(chooser: Chooser) -> tuple[int, ...]:
    """Every day takes its own best round, whatever the others do."""
    pool = chooser.pool
    extra = [np.zeros(graph.first_engagement) for graph in pool.graphs]
    days = range(len(pool.graphs))
    found, _new = chooser.generator.grow(days, extra, np.full(len(extra), 1e15), 40, 10)
    pairs = zip(pool.graphs, found, strict=True)
    return tuple(graph.keys.whole(rounds.keys[:1])[0] for graph, rounds in pairs)


@pytest.mark.parametrize("seed", range(4))
def test_a_sweep_never_makes_a_choice_worse(seed: int) -> None:
    chooser = _chooser(seed)
    exchange = Exchange(chooser.pool, chooser._settled(_greedy(chooser)))
    scores = [chooser.pool.score(exchange.keys)]
    while exchange.sweep(chooser.generator.best_rounds, _deadline()):
        scores.append(chooser.pool.score(exchange.keys))
    assert scores == sorted(set(scores), reverse=True)


@pytest.mark.parametrize("seed", range(4))
def test_settling_leaves_every_visit_made_once(seed: int) -> None:
    chooser = _chooser(seed)
    pool = chooser.pool
    greedy = _greedy(chooser)
    settled = chooser._settled(greedy)
    met = [
        graph.offers[local][0]
        for graph, key in zip(pool.graphs, settled, strict=True)
        for local, _number in graph.keys.met(key)
    ]
    assert met
    assert len(met) == len(set(met))
    assert len(settled) == len(greedy)


@pytest.mark.parametrize("seed", range(4))
def test_the_score_of_a_choice_is_that_of_its_table(seed: int) -> None:
    chooser = _chooser(seed)
    keys = chooser._settled(_greedy(chooser))
    table = chooser.pool.table()
    assert chooser.pool.score(keys) == table.score(chooser.pool.rows(table, keys))


@pytest.mark.parametrize("seed", range(4))
def test_settling_drops_the_visit_whose_dropping_costs_least(seed: int) -> None:
    chooser = _chooser(seed)
    pool = chooser.pool
    offers = [[request for request, _options in graph.offers] for graph in pool.graphs]
    kept_first: set[bool] = set()
    for one, other in combinations(range(len(offers)), 2):
        for request in sorted(set(offers[one]).intersection(offers[other])):
            alone = []
            for day in (one, other):
                keys = [0] * len(offers)
                keys[day] = pool.graphs[day].keys.key([(offers[day].index(request), 1)])
                alone.append(tuple(keys))
            if pool.score(alone[0]) != pool.score(alone[1]):
                settled = chooser._settled(tuple(map(sum, zip(*alone, strict=True))))
                assert settled == min(alone, key=pool.score)
                kept_first.add(settled == alone[0])
    assert kept_first == {True, False}
