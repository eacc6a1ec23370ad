"""Rides that share streets: cut into runs, so that a street that many ride is drawn once, with their number.

A run is a stretch that the same riders have from end to end. Where one or two ride, each has a lane of its
own; where more do, a ribbon stands for all.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import shapely

from scheduler.outputs.geometry import BEND_M, XY, Network, Strand, strand

#: From how many riders on a street a ribbon is drawn.
MANY = 3

_Edge = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch in metres, and who rides it: numbers, in order, with whether each first rides it as its points go."""

    points: tuple[XY, ...]
    riders: tuple[tuple[int, bool], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A run as part of a ride, ridden as its points go (`along`) or back."""

    run: int
    along: bool


@dataclass(frozen=True, slots=True)
class Shared:
    """All runs, and the rides of each rider as steps over them."""

    runs: tuple[Run, ...]
    rides: tuple[tuple[tuple[Step, ...], ...], ...]

    def ribbons(self) -> Iterator[tuple[Run, int]]:
        """Return the runs that many ride, with how many they are."""
        return ((run, len(run.riders)) for run in self.runs if len(run.riders) >= MANY)

    def lanes(self, rider: int) -> tuple[Strand, ...]:
        """Return what of a rider's rides has a lane: strands between the ribbons."""
        return tuple(self._lanes(rider))

    def _lanes(self, rider: int) -> Iterator[Strand]:
        for ride in self.rides[rider]:
            points: list[XY] = []
            offsets: list[float] = []
            for step in ride:
                run = self.runs[step.run]
                if len(run.riders) >= MANY:
                    if offsets:
                        yield strand(points, offsets)
                    points, offsets = [], []
                    continue
                line = run.points if step.along else run.points[::-1]
                points += line[1:] if points else line
                offsets += [_lane(run, rider, along=step.along)] * (len(line) - 1)
            if offsets:
                yield strand(points, offsets)


def _lane(run: Run, rider: int, *, along: bool) -> float:
    """Return how many lanes right of the middle a rider is drawn, seen as ridden.

    All see the street as the first of them rides it, so that no lanes cross on the way.
    """
    riders = [each for each, _along in run.riders]
    place = riders.index(rider) - (len(riders) - 1) / 2
    return place if run.riders[0][1] == along else -place


def shared(rides: Sequence[Sequence[Sequence[XY]]]) -> Shared:
    """Cut rides into runs.

    Parameters
    ----------
    rides
        The rides of each rider as lines in metres; those on the same street share its vertices.
    """
    network = Network([ride for own in rides for ride in own])
    paths = iter(network.paths)
    ridden = [[next(paths) for _ride in own] for own in rides]
    riders: dict[_Edge, dict[int, bool]] = defaultdict(dict)
    for rider, own in enumerate(ridden):
        for path in own:
            for a, b in pairwise(path):
                riders[min(a, b), max(a, b)].setdefault(rider, a < b)
    ends = _ends(ridden, riders)
    numbers: dict[tuple[int, ...], int] = {}

    def steps(path: list[int]) -> Iterator[Step]:
        start = 0
        for i in range(1, len(path)):
            if path[i] in ends or i == len(path) - 1:
                run = tuple(path[start : i + 1])
                known = min(run, run[::-1])
                yield Step(numbers.setdefault(known, len(numbers)), run == known)
                start = i

    cut = tuple(tuple(tuple(steps(path)) for path in own if len(path) > 1) for own in ridden)
    return Shared(tuple(_run(ids, network, riders) for ids in numbers), cut)


def _ends(ridden: Sequence[Sequence[Sequence[int]]], riders: dict[_Edge, dict[int, bool]]) -> set[int]:
    """Return where runs end: at the ends of rides, where one turns, and where streets or riders part."""
    around: dict[int, set[_Edge]] = defaultdict(set)
    for edge in riders:
        for vertex in edge:
            around[vertex].add(edge)
    found = {
        vertex
        for vertex, edges in around.items()
        if len(edges) != 2 or len({frozenset(riders[edge]) for edge in edges}) > 1
    }
    for own in ridden:
        for path in own:
            found |= {path[0], path[-1]} if path else set()
            found |= {b for a, b, c in zip(path, path[1:], path[2:], strict=False) if a == c}
    return found


def _run(ids: tuple[int, ...], network: Network, riders: dict[_Edge, dict[int, bool]]) -> Run:
    whole = [network.points[i] for i in ids]
    line = list(shapely.LineString(whole).simplify(BEND_M).coords)
    if len(set(line)) < 2:  # a turn around a block smaller than the bends that are left out
        line = whole
    a, b = ids[0], ids[1]
    forward = a < b
    own = riders[min(a, b), max(a, b)]
    return Run(
        tuple((float(x), float(y)) for x, y in line),
        tuple((rider, own[rider] == forward) for rider in sorted(own)),
    )


def middle(points: Sequence[XY]) -> tuple[XY, float]:
    """Return the point halfway along a line, and the line's length."""
    length = math.fsum(math.dist(a, b) for a, b in pairwise(points))
    left = length / 2
    for a, b in pairwise(points):
        step = math.dist(a, b)
        if 0 < step >= left:
            t = left / step
            return (a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])), length
        left -= step
    return points[-1], length
