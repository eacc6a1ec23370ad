"""Flat geometry for drawing: a metric frame, and rides side by side where they share a street.

Points are (x, y) in metres east and north of the frame's centre.
"""

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from scheduler.model.geo import Point

XY = tuple[float, float]
_SAME_M = 0.5
#: Bends smaller than this are left out of rides.
BEND_M = 4.0
_LONGEST_MITRE = 2.0
_CARRIAGEWAY_M = 40.0
_PARALLEL = 0.9  # the cosine of 25 degrees


@dataclass(frozen=True, slots=True)
class Frame:
    """An equirectangular frame around a centre: true to a part in a thousand over a town."""

    lat: float
    lon: float

    @property
    def _east(self) -> float:
        return 111_320.0 * math.cos(math.radians(self.lat))

    def metres(self, point: Point) -> XY:
        """Return a (lat, lon) point in metres."""
        return (point[1] - self.lon) * self._east, (point[0] - self.lat) * 111_260.0

    def degrees(self, xy: XY) -> Point:
        """Return a point in metres as (lat, lon)."""
        return self.lat + xy[1] / 111_260.0, self.lon + xy[0] / self._east


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in metres."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def around(cls, points: Iterable[XY]) -> "Box":
        """Return the smallest box that holds all points."""
        xs, ys = zip(*points, strict=True)
        return cls(min(xs), min(ys), max(xs), max(ys))

    @property
    def width(self) -> float:
        """Metres from west to east."""
        return self.east - self.west

    @property
    def height(self) -> float:
        """Metres from south to north."""
        return self.north - self.south

    @property
    def centre(self) -> XY:
        """The middle."""
        return (self.west + self.east) / 2, (self.south + self.north) / 2

    def grown(self, metres: float) -> "Box":
        """Return the box with so many metres more on each side."""
        return Box(self.west - metres, self.south - metres, self.east + metres, self.north + metres)

    def shaped(self, narrowest: float, widest: float) -> "Box":
        """Return the box grown on two sides until width ÷ height lies between the two."""
        ratio = self.width / self.height
        wider = max(0.0, self.height * narrowest - self.width) / 2 if ratio < narrowest else 0.0
        higher = max(0.0, self.width / widest - self.height) / 2 if ratio > widest else 0.0
        return Box(self.west - wider, self.south - higher, self.east + wider, self.north + higher)


@dataclass(frozen=True, slots=True)
class Strand:
    """A ride's line, to be drawn beside others.

    Where lanes are w wide, vertex i is drawn at `points[i]` + w × `shifts[i]`. So one strand serves
    every scale: the lanes keep their width on the screen, whatever a pixel means in metres.
    """

    points: tuple[XY, ...]
    shifts: tuple[XY, ...]


def side_by_side(paths: Sequence[Sequence[XY]], lanes: Sequence[Hashable]) -> list[Strand]:
    """Return the paths as strands that lie beside each other on the stretches they share.

    Riding back along a street takes a lane of its own: each direction keeps to its right, as on the road.

    Parameters
    ----------
    paths
        Lines in metres; paths on the same street share its vertices.
    lanes
        One key a path: paths with the same key share a lane.
    """
    network = Network(paths)
    users: dict[tuple[int, int], set[tuple[int, int]]] = {}
    order = {lane: rank for rank, lane in enumerate(dict.fromkeys(lanes))}
    for path, lane in zip(network.paths, lanes, strict=True):
        for a, b in pairwise(path):
            forward = 1 if a < b else -1
            users.setdefault((min(a, b), max(a, b)), set()).add((order[lane], forward))
    opposed = network.opposed()

    def offset(a: int, b: int, lane: Hashable) -> float:
        """How many lane widths right of the street's middle, seen in the direction of riding."""
        forward = 1 if a < b else -1
        sharing = users[min(a, b), max(a, b)]
        ahead = sorted(rank for rank, way in sharing if way == forward)
        against = sum(way != forward for _rank, way in sharing)
        if not against and (a, b) in opposed:
            return ahead.index(order[lane]) + 0.5
        position = against + ahead.index(order[lane])
        return position - (len(sharing) - 1) / 2

    return [
        strand(*network.simplified(path, [offset(a, b, lane) for a, b in pairwise(path)], users))
        for path, lane in zip(network.paths, lanes, strict=True)
    ]


class Network:
    """Paths as sequences of shared vertices: `points` in metres, `paths` as their numbers."""

    def __init__(self, paths: Sequence[Sequence[XY]]) -> None:
        index: dict[tuple[int, int], int] = {}
        self.points: list[XY] = []
        rough: list[list[int]] = []
        for path in paths:
            ids: list[int] = []
            for x, y in path:
                key = (round(x / _SAME_M), round(y / _SAME_M))
                if key not in index:
                    index[key] = len(self.points)
                    self.points.append((x, y))
                if not ids or ids[-1] != index[key]:
                    ids.append(index[key])
            rough.append(ids)
        self._array = np.array(self.points, dtype=np.float64).reshape(-1, 2)
        self._between: dict[tuple[int, int], list[int]] = {}
        self.paths = [self._split(ids) for ids in rough]

    def _split(self, ids: list[int]) -> list[int]:
        """Insert the vertices of other paths that lie on this one's segments."""
        result = ids[:1]
        for a, b in pairwise(ids):
            key = (min(a, b), max(a, b))
            if key not in self._between:
                self._between[key] = self._on_segment(*key)
            inner = self._between[key]
            result += [*(inner if a < b else reversed(inner)), b]
        return result

    def _on_segment(self, a: int, b: int) -> list[int]:
        start, along = self._array[a], self._array[b] - self._array[a]
        length = float(np.hypot(*along))
        rest = self._array - start
        t = rest @ along / length**2
        aside = np.abs(rest[:, 0] * along[1] - rest[:, 1] * along[0]) / length
        margin = _SAME_M / length
        inside = np.flatnonzero((aside < _SAME_M) & (t > margin) & (t < 1 - margin))
        return [int(i) for i in inside[np.argsort(t[inside])] if i not in (a, b)]

    def opposed(self) -> set[tuple[int, int]]:
        """Return the ridden segments to whose left the ride back has a carriageway of its own.

        On a small scale the two lie on one another, so each keeps to the right of its own.
        """
        ridden = sorted({segment for path in self.paths for segment in pairwise(path)})
        if not ridden:
            return set()
        start = self._array[[a for a, _b in ridden]]
        along = self._array[[b for _a, b in ridden]] - start
        length = np.hypot(along[:, 0], along[:, 1])
        ahead = along / length[:, None]
        # Rows are segments, seen at their middle; columns are the others, at the point nearest to that.
        apart = (start + along / 2)[:, None] - start[None]
        t = np.clip((apart * ahead[None]).sum(axis=2), 0, length)
        nearest = t[:, :, None] * ahead[None] - apart
        left = ahead[:, None, 0] * nearest[:, :, 1] - ahead[:, None, 1] * nearest[:, :, 0]
        distance = np.hypot(nearest[:, :, 0], nearest[:, :, 1])
        back = (ahead @ ahead.T < -_PARALLEL) & (left > 2 * _SAME_M) & (distance < _CARRIAGEWAY_M)
        return {ridden[i] for i in np.flatnonzero(back.any(axis=1))}

    def simplified(
        self,
        path: list[int],
        offsets: list[float],
        users: dict[tuple[int, int], set[tuple[int, int]]],
    ) -> tuple[list[XY], list[float]]:
        """Leave out small bends, alike for all who share a stretch."""
        if not offsets:
            return [self.points[i] for i in path], []
        points, kept = [self.points[path[0]]], []
        start = 0
        segments = [(min(a, b), max(a, b)) for a, b in pairwise(path)]
        for end in range(1, len(path)):
            last = end == len(path) - 1
            if last or users[segments[end]] != users[segments[start]] or (offsets[end] != offsets[start]):
                run = path[start : end + 1]
                turned = run[0] > run[-1]
                line = shapely.LineString([self.points[i] for i in (run[::-1] if turned else run)])
                simple = [(float(x), float(y)) for x, y in line.simplify(BEND_M).coords]
                if turned:
                    simple.reverse()
                for point in simple[1:]:
                    if point != points[-1]:
                        points.append(point)
                        kept.append(offsets[start])
                start = end
        return points, kept


def strand(points: Sequence[XY], offsets: Sequence[float]) -> Strand:
    """Return the line with its mitred shifts; two vertices stand where a mitre would be too long."""
    if not offsets:
        return Strand(tuple(points), tuple((0.0, 0.0) for _point in points))
    right = []
    for (x1, y1), (x2, y2) in pairwise(points):
        length = math.hypot(x2 - x1, y2 - y1)
        right.append(((y2 - y1) / length, (x1 - x2) / length))
    out = [points[0]]
    shifts = [(offsets[0] * right[0][0], offsets[0] * right[0][1])]
    for i, point in enumerate(points[1:-1]):
        (ax, ay), (bx, by) = right[i], right[i + 1]
        before, after = offsets[i], offsets[i + 1]
        cross = ax * by - ay * bx
        mitre = None
        if abs(cross) > 0.05:
            mitre = ((before * by - after * ay) / cross, (after * ax - before * bx) / cross)
        elif before == after and ax * bx + ay * by > 0:
            mitre = (before * (ax + bx) / 2, before * (ay + by) / 2)
        if mitre and math.hypot(*mitre) <= _LONGEST_MITRE * max(abs(before), abs(after), 0.25):
            out.append(point)
            shifts.append(mitre)
        else:
            out += [point, point]
            shifts += [(before * ax, before * ay), (after * bx, after * by)]
    out.append(points[-1])
    shifts.append((offsets[-1] * right[-1][0], offsets[-1] * right[-1][1]))
    return Strand(tuple(out), tuple(shifts))
