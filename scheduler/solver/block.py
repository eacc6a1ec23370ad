"""Several consultant-days side by side in arrays, so that they are grown together.

For small arrays NumPy takes as long to be asked as to answer, so days share the asking. All days get
the same number of nodes, by nodes that cannot be reached; the first two are base at the beginning
and at the end of the shift.
"""

import copy
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from scheduler.schedule import INFEASIBLE
from scheduler.solver.graph import FAR, DayGraph

Ints = NDArray[np.int64]


class BlockMoves:
    """Moves of one sort, as in `graph.Moves`, for all days.

    `plain` and `lunch` have the shape (days, from, to, starts of to). `first_plain` and `first_lunch`
    tell the first start of each node that can follow, (days, from, starts of from, to); the count of
    them all where none can. `points` is (days, from, to), `lunch_gain` (days).
    """

    def __init__(self, count: int, size: int, width: int) -> None:
        self.plain, self.lunch = (np.zeros((count, size, size, width), dtype=np.int8) for _ in range(2))
        self.first_plain, self.first_lunch = (
            np.zeros((count, size, width, size), dtype=np.int8) for _ in range(2)
        )
        self.points = np.full((count, size, size), FAR)
        self.lunch_gain = np.zeros(count)
        self.wait_points = 0.0

    def put(self, day: int, graph: DayGraph, sort: int) -> None:
        """Write a day's moves down."""
        move = graph.moves[sort]
        nodes, starts = (slice(0, size) for size in graph.starts_s.shape)
        self.plain[day, nodes, nodes, starts] = move.plain
        self.lunch[day, nodes, nodes, starts] = move.lunch
        self.first_plain[day, nodes, starts, nodes] = _first(move.plain, graph.count)
        self.first_lunch[day, nodes, starts, nodes] = _first(move.lunch, graph.count)
        self.points[day, nodes, nodes] = move.points
        self.lunch_gain[day] = move.lunch_gain
        self.wait_points = move.wait_points

    def take(self, days: Ints | slice) -> Self:
        """Return the moves of some days."""
        taken = copy.copy(self)
        for name in ("plain", "lunch", "first_plain", "first_lunch", "points", "lunch_gain"):
            setattr(taken, name, getattr(self, name)[days])
        return taken


class Block:
    """Some consultant-days.

    Attributes
    ----------
    starts_s, ends_s, engaged, engaged_after, own_points
        As in `DayGraph`: (days, nodes, starts).
    count
        How many starts each node has: (days, nodes).
    moves
        The moves that wait away from base, and those that do not.
    reach, least_points
        As in `DayGraph`: (days, from, to).
    option
        The number of the stop of each node that is a visit, else -1: (days, nodes).
    added, field, held
        What each node adds to a key, the bits of its request there, and its conversations.
    first_part
        Whether a node is a visit's first, where it is split into several.
    engagement
        The number of the engagement that a node is, else -1.
    shift, engagements, most_held
        Of each day: where a key's bits of engagements begin, how many engagements there are, and
        the most conversations.
    lunch_had
        1 where no lunch is owed when the day begins, else 0.
    shortest_s
        No visit and no engagement is shorter.
    """

    def __init__(self, graphs: Sequence[DayGraph]) -> None:
        days = len(graphs)
        size = max((len(graph.stop_of) for graph in graphs), default=2)
        width = max((graph.starts_s.shape[1] for graph in graphs), default=1)
        self.starts_s, self.ends_s, self.engaged, self.engaged_after = (
            np.zeros((days, size, width), dtype=np.int64) for _ in range(4)
        )
        self.own_points = np.full((days, size, width), FAR)
        self.moves = BlockMoves(days, size, width), BlockMoves(days, size, width)
        self.reach = np.zeros((days, size, size), dtype=np.int8)
        self.least_points = np.full((days, size, size), FAR)
        self.count, self.added, self.field, self.held = (
            np.zeros((days, size), dtype=np.int64) for _ in range(4)
        )
        self.first_part = np.zeros((days, size), dtype=bool)
        self.option, self.engagement = (np.full((days, size), -1) for _ in range(2))
        self.shift, self.engagements, self.lunch_had = (np.zeros(days, dtype=np.int64) for _ in range(3))
        self.most_held = np.full(days, np.iinfo(np.int64).max)
        self.shortest_s = min((s.duration_s for graph in graphs for s in graph.stops[:-2]), default=1)
        for day, graph in enumerate(graphs):
            self._put(day, graph)

    def _put(self, day: int, graph: DayGraph) -> None:
        nodes, starts = (slice(0, size) for size in graph.starts_s.shape)
        for name in ("starts_s", "ends_s", "engaged", "engaged_after", "own_points"):
            getattr(self, name)[day, nodes, starts] = getattr(graph, name)
        self.reach[day, nodes, nodes] = graph.reach
        self.least_points[day, nodes, nodes] = graph.least_points
        for sort, moves in enumerate(self.moves):
            moves.put(day, graph, sort)
        self.count[day, nodes] = graph.count
        visits, stops = graph.visits, graph.stop_of[graph.visits]
        self.option[day, visits] = stops
        self.first_part[day, visits] = np.diff(stops, prepend=-1) > 0
        self.field[day, visits] = graph.fields[graph.local[stops]]
        self.held[day, visits] = np.array([stop.conversations for stop in graph.stops])[stops]
        self.added[day, 2 : nodes.stop] = graph.added[graph.stop_of[2:]]
        engagements = len(graph.model.engagements)
        self.engagement[day, visits.stop : visits.stop + engagements] = np.arange(engagements)
        self.shift[day], self.engagements[day] = graph.shifts[-1], engagements
        self.lunch_had[day] = graph.model.initial()[0, 0] >= INFEASIBLE
        if graph.model.consultant.max_conversations_per_day is not None:
            self.most_held[day] = graph.model.consultant.max_conversations_per_day

    def __len__(self) -> int:
        return len(self.count)

    def take(self, days: Ints | slice) -> Self:
        """Return some of the days."""
        taken = copy.copy(self)
        for name, value in vars(self).items():
            if isinstance(value, np.ndarray):
                setattr(taken, name, value[days])
        waiting, others = self.moves
        taken.moves = waiting.take(days), others.take(days)
        return taken

    def waves(self) -> list[tuple[Ints, Ints, Ints]]:
        """Return all days, nodes and starts but the days' ends, the latest first, in waves.

        None can follow another one of its wave.
        """
        real = np.arange(self.starts_s.shape[2]) < self.count[..., np.newaxis]
        real[:, 1] = False
        days, nodes, starts = np.nonzero(real)
        at_s = self.starts_s[days, nodes, starts]
        order = np.argsort(-at_s, kind="stable")
        days, nodes, starts, at_s = days[order], nodes[order], starts[order], at_s[order]
        waves = []
        done = 0
        while done < len(days):
            end = int(np.searchsorted(-at_s, max(1, self.shortest_s) - at_s[done]))
            waves.append((days[done:end], nodes[done:end], starts[done:end]))
            done = end
        return waves


def _first(early: NDArray[np.int8], count: Ints) -> NDArray[np.int8]:
    """Turn around how many starts of a node are early enough for each start of another, as both grow.

    (from, to, starts of to) to (from, starts of from, to).
    """
    size, _size, width = early.shape
    padded = np.arange(width) >= count[:, np.newaxis]
    wide = np.where(padded, width, early).astype(np.int64)
    cells = (np.arange(size * size)[:, np.newaxis] * (width + 1) + wide.reshape(-1, width)).ravel()
    found = np.bincount(cells, minlength=size * size * (width + 1)).astype(np.int8)
    found = found.reshape(size, size, width + 1)[:, :, :width]
    return found.cumsum(axis=2, dtype=np.int8).transpose(0, 2, 1)
