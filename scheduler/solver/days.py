"""Growing the rounds of many days: which of them are grown together, and by which thread.

For small arrays NumPy takes as long to be asked as to answer, so small days are grown together; large ones
only with days of the same shape, which share their arcs.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from scheduler.solver.ahead import Ahead, Onward
from scheduler.solver.block import THREADS, Block
from scheduler.solver.graph import DayGraph, Points
from scheduler.solver.labels import Found, Grower

#: Up to this width days are grown together, so many at a time: more only fill the processor's caches.
NARROW = 100
TOGETHER = 10
#: So many nodes at a time at most: more take up memory and are no faster.
_NODES_TOGETHER = 2_000
#: Shapes of so many nodes at most are grown together; larger ones alone, whose arcs are kept only once so.
_SMALL = 150

#: Days of a shape, by place in a list.
_Part = tuple[int, list[int]]


class Days:
    """The consultant-days of a week, ready for growing."""

    def __init__(self, graphs: Sequence[DayGraph]) -> None:
        self.block = Block(graphs)
        self._threads = ThreadPoolExecutor(THREADS)
        self._onwards: dict[int, Onward] = {}
        self._aheads: dict[tuple[int, ...], Ahead] = {}

    def rest(self) -> None:
        """Give back the memory of what is only kept for speed; it is made again when it is needed."""
        self.regroup()
        self._onwards = {}

    def regroup(self) -> None:
        """Give back the memory that days grown together take up: from now on others will be."""
        self._aheads = {}

    def grow(
        self,
        days: Sequence[int],
        extra: Sequence[Points],
        limit: Points,
        width: int,
        stop: Callable[[], bool] = lambda: False,
    ) -> list[Found]:
        """Grow the rounds of some days, by number; the arguments are those of `Grower`, for each day."""
        pieces = self._pieces(days, TOGETHER if width <= NARROW else 1)

        def grown(piece: tuple[tuple[int, ...], list[int]]) -> list[Found]:
            shapes, places = piece
            its = np.array([days[place] for place in places], dtype=np.int64)
            of_days = [extra[place] for place in places]
            return Grower(
                self.block,
                self._ahead(shapes),
                its,
                extra=of_days,
                limit=limit[places],
                width=width,
                stop=stop,
            ).run()

        parts = self._threads.map(grown, pieces) if len(pieces) > 1 else map(grown, pieces)
        by_place = {
            place: found
            for (_shapes, places), part in zip(pieces, parts, strict=True)
            for place, found in zip(places, part, strict=True)
        }
        return [by_place[place] for place in range(len(days))]

    def _pieces(self, days: Sequence[int], together: int) -> list[tuple[tuple[int, ...], list[int]]]:
        """Divide days into pieces that are grown together: shapes, and as many days of each, by place."""
        nodes = self.block.count.shape[1]
        together = min(together, max(1, _NODES_TOGETHER // nodes))
        by_shape: dict[int, list[int]] = {}
        for place, day in enumerate(days):
            by_shape.setdefault(int(self.block.shape[day]), []).append(place)
        by_size: dict[int, list[_Part]] = {}
        for shape, places in sorted(by_shape.items()):
            for first in range(0, len(places), together):
                part = places[first : first + together]
                by_size.setdefault(len(part), []).append((shape, part))
        return [
            (
                tuple(shape for shape, _places in group),
                [place for _shape, places in group for place in places],
            )
            for size, parts in by_size.items()
            for group in _apart(parts, together // size if nodes <= _SMALL else 1)
        ]

    def _ahead(self, shapes: tuple[int, ...]) -> Ahead:
        """Return what leads on in days of some shapes."""
        found = self._aheads.get(shapes)
        if found is None:
            found = self._aheads[shapes] = Ahead(self.block, shapes, [self._onward(n) for n in shapes])
        return found

    def _onward(self, shape: int) -> Onward:
        """Return what leads on in days of a shape; small ones are kept, since they are put together in many ways."""
        found = self._onwards.get(shape)
        if found is None:
            found = Onward(self.block.graphs[shape])
            if self.block.count.shape[1] <= _SMALL:
                self._onwards[shape] = found
        return found


def _apart(parts: list[_Part], count: int) -> Iterator[list[_Part]]:
    """Yield groups of at most so many parts, none with a shape twice; parts of a shape follow each other."""
    while parts:
        group: list[_Part] = []
        left: list[_Part] = []
        for part in parts:
            full = len(group) == count or bool(group and group[-1][0] == part[0])
            (left if full else group).append(part)
        yield group
        parts = left
