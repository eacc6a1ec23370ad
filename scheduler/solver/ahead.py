"""What the rest of a day costs at least, from every stop and start on: the hope by which labels are kept.

Backward over the starts of a day, forgetting which visits were made before, so that a visit may be
made twice: the state space relaxation of Christofides, Mingozzi and Toth (1981). No round can be cheaper.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduler.solver.block import Block, BlockMoves, Ints
from scheduler.solver.graph import FAR, Points

Places = NDArray[np.int32]


class _Wave(NamedTuple):
    """Starts of nodes none of which can follow another, with every move that leads on from them.

    Attributes
    ----------
    cells
        Where the starts are in the points ahead, lunch not had.
    begins
        The first move of each start.
    plain, lunch
        Where the least points after each move are, lunch not had before, and had on the way.
    points, lunch_points
        What each move itself costs, without and with lunch.
    """

    cells: Ints
    begins: Ints
    plain: Places
    lunch: Places
    points: Points
    lunch_points: Points


class Ahead:
    """The moves of some days in the order in which the points ahead are found, which no price changes."""

    def __init__(self, block: Block) -> None:
        self.block = block
        days, size, width = block.starts_s.shape
        # By engagements over, as only starts with as many over as there are now can come next.
        self._engaged = np.arange(int(block.engagements.max(initial=0)) + 1)
        #: The shape of the least points: by sort of move, lunch, first start, engagements over, day and node.
        self._shape = (2, 2, width + 1, len(self._engaged), days * size)
        engaged = _by_start(block.engaged)
        self._here = engaged[:, np.newaxis] == self._engaged[:, np.newaxis]
        self._wait = [move.wait_points * _by_start(block.starts_s)[:, np.newaxis] for move in block.moves]
        self._owed = not bool(block.lunch_had.all())
        self._waves = [self._wave(*wave) for wave in block.waves()]

    def _wave(self, day: Ints, node: Ints, start: Ints) -> _Wave:
        parts = [self._moves(sort, move, day, node, start) for sort, move in enumerate(self.block.moves)]
        cell, *columns = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(cell, kind="stable")
        cell = cell[order]
        begins = np.flatnonzero(np.diff(cell, prepend=-1))
        _days, size, _width = self.block.starts_s.shape
        cells = start * self._shape[-1] + day * size + node
        return _Wave(cells[cell[begins]], begins, *(column[order] for column in columns))

    def _moves(
        self, sort: int, move: BlockMoves, day: Ints, node: Ints, start: Ints
    ) -> tuple[Ints, Places, Places, Points, Points]:
        """Return the possible moves of a sort: the position of the start, and as in `_Wave`."""
        block = self.block
        first = move.first_plain[day, node, start].astype(np.int64)
        at, to = np.nonzero((first < block.count[day]) & (move.points[day, node] < FAR / 2))
        day, node, start = day[at], node[at], start[at]
        lunch = move.first_lunch[day, node, start, to].astype(np.int64)
        _days, size, _width = block.starts_s.shape
        to_node = block.engaged_after[day, node, start] * self._shape[-1] + day * size + to
        points = move.points[day, node, to] - move.wait_points * block.ends_s[day, node, start]
        _sorts, _lunches, starts, engaged, nodes = self._shape
        # Lunch not had.
        plain = (sort * 2 * starts + first[at, to]) * engaged * nodes + to_node
        lunch = (sort * 2 * starts + starts + lunch) * engaged * nodes + to_node
        return (
            at,
            plain.astype(np.int32),
            lunch.astype(np.int32),
            points,
            points - move.lunch_gain[day],
        )

    def least(self, own: Points) -> Points:
        """Return the least points that follow each node and start, lunch not yet had and had.

        Parameters
        ----------
        own
            What each node costs by itself, prices included: (days, nodes, starts).

        Returns
        -------
        Points of shape (days, nodes, 2, starts), what the node itself costs not counted; `FAR` where the
        day cannot be brought to its end.
        """
        days, size, width = own.shape
        ahead = np.full((2, width, days * size), FAR)
        ahead[1, 0, 1::size] = 0.0
        cells = ahead.reshape(2, -1)
        itself = np.where(self._here, _by_start(own)[:, np.newaxis], FAR)
        waits = [itself + wait for wait in self._wait]
        least = np.full(self._shape, FAR)
        flat = least.reshape(-1)
        had = least[0, 0].size
        for wave in self._waves:
            for sort in (0, 1):
                for lunch in (0, 1) if self._owed else (1,):
                    rest = waits[sort] + ahead[lunch, :, np.newaxis]
                    np.minimum.accumulate(rest[::-1], axis=0, out=least[sort, lunch, -2::-1])
            if self._owed:
                onward = flat.take(wave.plain) + wave.points
                np.minimum(onward, flat.take(wave.lunch) + wave.lunch_points, out=onward)
                cells[0, wave.cells] = np.minimum.reduceat(onward, wave.begins)
            onward = flat.take(wave.plain + had) + wave.points
            cells[1, wave.cells] = np.minimum.reduceat(onward, wave.begins)
        np.minimum(ahead, FAR, out=ahead)
        return np.ascontiguousarray(ahead.reshape(2, width, days, size).transpose(2, 3, 0, 1))


def _by_start(values: NDArray[Any]) -> NDArray[Any]:
    """Turn (days, nodes, starts) to (starts, days and nodes): the least of many starts is found faster so."""
    return np.ascontiguousarray(values.transpose(2, 0, 1).reshape(values.shape[2], -1))
