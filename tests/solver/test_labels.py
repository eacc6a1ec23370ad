"""Growing that is stopped, or has little room, says truly what it has left out."""

import itertools
from random import Random

import numpy as np
import pytest
from random_problems import small_week

from scheduler.solver import labels
from scheduler.solver.ahead import Ahead, Onward
from scheduler.solver.block import Block
from scheduler.solver.graph import DayGraph, Points
from scheduler.solver.labels import Found, Grower
from scheduler.week.schedule import DayModel


def _grown(graph: DayGraph, extra: Points, limit: float, asked_before_stop: int = 10**6) -> Found:
    block, asked = Block([graph]), itertools.count()
    (found,) = Grower(
        block,
        Ahead(block, [0], [Onward(graph)]),
        np.zeros(1, dtype=np.int64),
        extra=[extra],
        limit=np.array([limit]),
        width=10**6,
        stop=lambda: next(asked) >= asked_before_stop,
    ).run()
    return found


@pytest.mark.parametrize("asked_before_stop", [0, 1, 2, 3])
def test_what_stopped_growing_leaves_out_is_not_below_its_bound(asked_before_stop: int) -> None:
    rng = Random(asked_before_stop)
    stopped = 0
    for seed in range(4):
        problem = small_week(seed)
        for day in problem.days:
            graph = DayGraph(problem, DayModel(problem, day))
            points = [-float(stop.points.min()) for stop in graph.stops[: graph.first_engagement]]
            extra = np.array([value * rng.uniform(0.3, 1.0) for value in points])
            everything = _grown(graph, extra, 1e15)
            least = float(everything.points.min())
            for limit in (least + 20_000.0, -5_000.0, least - 500.0):
                found = _grown(graph, extra, limit, asked_before_stop)
                assert found.least <= max(min(limit, least), least) + 0.01
                assert found.least <= limit
                wanted = int((everything.points <= limit - 0.01).sum())
                assert not found.complete or len(found.keys) >= wanted
                stopped += not found.complete
    assert stopped


@pytest.mark.parametrize("pairs", [1, 40, 300])
def test_looking_at_few_pairs_at_a_time_finds_the_same(monkeypatch: pytest.MonkeyPatch, pairs: int) -> None:
    problem = small_week(1)
    for day in problem.days[:4]:
        graph = DayGraph(problem, DayModel(problem, day))
        extra = np.zeros(graph.first_engagement)
        whole = _grown(graph, extra, 1e15)
        with monkeypatch.context() as patch:
            patch.setattr(labels, "_MOST_PAIRS", pairs)
            found = _grown(graph, extra, 1e15)
        assert graph.keys.whole(found.keys) == graph.keys.whole(whole.keys)
        assert found.points.tolist() == whole.points.tolist()
