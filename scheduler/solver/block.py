"""Consultant-days side by side in arrays, so that they are grown together.

For small arrays NumPy takes as long to be asked as to answer, so days share the asking. Days of the same
*shape* (`DayGraph.shape`) share their nodes and arcs, which are by far the most there is to know
of a day. All shapes get the same number of nodes, by nodes that cannot be reached; the first two are
base at the beginning and at the end of the shift.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from scheduler.solver.graph import FAR, Arcs, DayGraph
from scheduler.week.schedule import INFEASIBLE

Ints = NDArray[np.int64]
#: So many days or shapes of days are worked on side by side.
THREADS = min(4, os.cpu_count() or 1)


class BlockArcs:
    """Arcs of one sort, as in `graph.Arcs`, for all shapes.

    `plain` and `lunch` have the shape (shapes, from, to, starts of to), `points` is (shapes, from, to),
    `lunch_gain` (shapes).
    """

    def __init__(self, count: int, size: int, width: int) -> None:
        self.plain, self.lunch = (np.zeros((count, size, size, width), dtype=np.int8) for _ in range(2))
        self.points = np.full((count, size, size), FAR)
        self.lunch_gain = np.zeros(count)
        self.wait_points = 0.0

    def put(self, shape: int, graph: DayGraph, its: Arcs) -> None:
        """Write a shape's arcs down."""
        nodes, starts = (slice(0, size) for size in graph.starts_s.shape)
        self.plain[shape, nodes, nodes, starts] = its.plain
        self.lunch[shape, nodes, nodes, starts] = its.lunch
        self.points[shape, nodes, nodes] = its.points
        self.lunch_gain[shape] = its.lunch_gain
        self.wait_points = its.wait_points


class Block:
    """Some consultant-days, and the shapes that they have.

    Attributes
    ----------
    shape
        The shape of each day.
    own_points
        As in `DayGraph`: (days, nodes, starts).
    most_held
        The most conversations of each day.
    idle_points
        The points of each day without visits; nobody need ask where there are engagements.
    graphs
        A day of each shape.
    starts_s, ends_s, engaged
        As in `DayGraph`: (shapes, nodes, starts).
    count
        How many starts each node has: (shapes, nodes).
    arcs
        The arcs that wait away from base, and those that do not.
    reach, least_points
        How many starts of a node can be followed by another node at all, and the least points of riding
        there: (shapes, from, to).
    option
        The number of the stop of each node that is a visit, else -1: (shapes, nodes).
    word, added, field, held
        The word of a key that each node belongs to, what it adds there, the bits of its request there,
        and its conversations.
    first_part
        Whether a node is a visit's first, where it is split into several.
    engagement
        The number of the engagement that a node is, else -1.
    engagements
        How many engagements each shape has.
    lunch_had
        Of each shape: 1 where no lunch is owed when the day begins, else 0.
    words
        How many words the keys have.
    shortest_s
        No visit and no engagement is shorter.
    """

    def __init__(self, graphs: Sequence[DayGraph]) -> None:
        numbers: dict[tuple[object, ...], int] = {}
        self.shape = np.array([numbers.setdefault(g.shape, len(numbers)) for g in graphs], dtype=np.int64)
        firsts = np.unique(self.shape, return_index=True)[1]
        self.graphs = [graphs[day] for day in firsts]
        shapes = len(self.graphs)
        size = max((len(graph.stop_of) for graph in self.graphs), default=2)
        width = max((graph.starts_s.shape[1] for graph in self.graphs), default=1)
        self.words = max((graph.keys.words for graph in self.graphs), default=1)
        self.starts_s, self.ends_s, self.engaged = (
            np.zeros((shapes, size, width), dtype=np.int64) for _ in range(3)
        )
        self.arcs = BlockArcs(shapes, size, width), BlockArcs(shapes, size, width)
        self.reach = np.zeros((shapes, size, size), dtype=np.int8)
        self.least_points = np.full((shapes, size, size), FAR)
        self.count, self.word, self.added, self.field, self.held = (
            np.zeros((shapes, size), dtype=np.int64) for _ in range(5)
        )
        self.first_part = np.zeros((shapes, size), dtype=bool)
        self.option, self.engagement = (np.full((shapes, size), -1) for _ in range(2))
        self.engagements, self.lunch_had = (np.zeros(shapes, dtype=np.int64) for _ in range(2))
        self.shortest_s = min((s.duration_s for graph in self.graphs for s in graph.stops[:-2]), default=1)
        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(self._put, range(shapes), self.graphs))
        self.own_points = np.full((len(graphs), size, width), FAR)
        self.most_held = np.full(len(graphs), np.iinfo(np.int64).max)
        for day, graph in enumerate(graphs):
            nodes, starts = (slice(0, size) for size in graph.starts_s.shape)
            self.own_points[day, nodes, starts] = graph.own_points
            if graph.model.most_held is not None:
                self.most_held[day] = graph.model.most_held
        self.idle_points = np.array([graph.idle_points for graph in graphs], dtype=float)

    def _put(self, shape: int, graph: DayGraph) -> None:
        nodes, starts = (slice(0, size) for size in graph.starts_s.shape)
        for name in ("starts_s", "ends_s", "engaged"):
            getattr(self, name)[shape, nodes, starts] = getattr(graph, name)
        waiting, others, self.least_points[shape, nodes, nodes] = graph.arcs()
        self.reach[shape, nodes, nodes] = np.maximum(waiting.plain.max(axis=2), others.plain.max(axis=2))
        for arcs, its in zip(self.arcs, (waiting, others), strict=True):
            arcs.put(shape, graph, its)
        self.count[shape, nodes] = graph.count
        visits, stops = graph.visits, graph.stop_of[graph.visits]
        self.option[shape, visits] = stops
        self.first_part[shape, visits] = np.diff(stops, prepend=-1) > 0
        self.word[shape, visits] = graph.keys.word[graph.local[stops]]
        self.field[shape, visits] = graph.keys.fields[graph.local[stops]]
        self.added[shape, visits] = graph.keys.added[stops]
        self.held[shape, visits] = np.array([stop.conversations for stop in graph.stops])[stops]
        engagements = len(graph.model.engagements)
        self.engagement[shape, visits.stop : visits.stop + engagements] = np.arange(engagements)
        self.engagements[shape] = engagements
        self.lunch_had[shape] = graph.model.initial()[0, 0] >= INFEASIBLE

    def __len__(self) -> int:
        return len(self.shape)
