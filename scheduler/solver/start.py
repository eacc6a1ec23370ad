"""A first roster in little time."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from scheduler.solver.deadline import Deadline
from scheduler.solver.generate import Generator
from scheduler.solver.graph import FAR, DayGraph, Points

#: How many labels of each length are kept, and how many rounds of each day are tried.
_WIDTH = 10
_ROUNDS = 30
_TRIED = 4
#: How much of a visit's worth it may lose to days to come.
_SCARCITY = 0.9


def first_choice(generator: Generator, deadline: Deadline) -> tuple[int, ...]:
    """Return a choice, by key, in which consultant after consultant takes the best rounds that are left.

    The less a visit counts, the more days to come could make it.
    """
    graphs, pool = generator.graphs, generator.pool
    keys = [0] * len(graphs)
    left = np.bincount([i for graph in graphs for i, _ in graph.offers], minlength=len(pool.problem.requests))
    met: set[int] = set()
    for days in _in_turn(pool.consultants):
        for day in days:
            left[[i for i, _ in graphs[day].offers]] -= 1
        open_days = days
        # However little time there is, somebody has something to do.
        while open_days and (deadline.left_s > 0 or not any(keys)):
            extra = [_extra(graphs[day], met, left) for day in open_days]
            limit = np.array([pool.points(day, 0) - 1.0 for day in open_days])
            grown, _new = generator.grow(open_days, extra, limit, _WIDTH, _ROUNDS)
            taken = {}
            for day, found in zip(open_days, grown, strict=True):
                key = _free(graphs[day], graphs[day].keys.whole(found.keys[:_TRIED]), met)
                if key is not None:
                    taken[day] = key
                    met.update(_requests(graphs[day], key))
            for day, key in taken.items():
                keys[day] = key
            # The others look again at what is left now.
            open_days = [day for day in open_days if day not in taken] if taken else []
    return tuple(keys)


def _in_turn(consultants: Sequence[int]) -> Iterator[list[int]]:
    """Yield the days of each consultant: they are of different dates, so that few want the same visits."""
    for consultant in dict.fromkeys(consultants):
        yield [day for day, its in enumerate(consultants) if its == consultant]


def _requests(graph: DayGraph, key: int) -> set[int]:
    return {graph.offers[local][0] for local, _number in graph.keys.met(key)}


def _free(graph: DayGraph, keys: Sequence[int], met: set[int]) -> int | None:
    """Return the first of some rounds that meets nothing again; None where each does."""
    return next((key for key in keys if not _requests(graph, key) & met), None)


def _extra(graph: DayGraph, met: set[int], left: NDArray[np.int64]) -> Points:
    requests = np.array([i for i, _ in graph.offers], dtype=np.int64)[graph.local]
    gains = np.array([-float(stop.points.min()) for stop in graph.stops[: graph.first_engagement]])
    extra = _SCARCITY * gains * left[requests] / (1 + left[requests])
    # What a visit leaves unserved counts as if nobody else could serve it either: once made, it is not made again.
    most = np.zeros(len(left))
    np.maximum.at(most, requests, gains)
    extra += most[requests] - gains
    extra[np.isin(requests, list(met))] = FAR
    return extra
