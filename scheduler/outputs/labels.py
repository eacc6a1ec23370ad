"""The names on a map, chosen so that none touch.

A street's name is written where the street runs straight for long enough, at the first scale at
which it fits and nothing is in its way. The same choice serves the live map (by zoom level) and
the static one (at its own scale).
"""

import dataclasses
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from scheduler.outputs.geometry import XY
from scheduler.outputs.streets import STREET_CLASSES

_LETTER = 0.56  # average letter width, in font sizes
_LIFT_PX = 13.0
_REPEAT_PX = 420.0
_CELL_PX = 32.0
_RIDDEN_M = 18.0
_SLACK = 1.4


@dataclass(frozen=True, slots=True)
class Name:
    """A name that may be written: where, at what angle (degrees clockwise), in how many metres.

    `kind` is a street class, an area's or a label's kind. Lower `rank` is written first. `lift` is
    by how much it stands above its line, in pixels, where a ride would hide it.
    """

    text: str
    kind: str
    at: XY
    angle: float
    room_m: float
    size_px: float
    rank: float
    lift: float = 0.0


class Placing:
    """Chooses names so that none touch, from the smallest scale to the largest.

    Parameters
    ----------
    names
        What may be written.
    marks
        Points that names keep clear of, with the radius in pixels that each takes.
    rides
        Lines that names keep clear of; the names of the streets they follow are lifted above them.
    """

    def __init__(
        self,
        names: Sequence[Name],
        marks: Sequence[tuple[XY, float]],
        rides: Sequence[Sequence[XY]],
    ) -> None:
        self._marks = marks
        self._rides = [shapely.LineString(ride) for ride in rides if len(set(ride)) > 1]
        rides_at = shapely.union_all(self._rides) if self._rides else None
        offered = (offer for name in names for offer in _beside(name, rides_at))
        self._names = sorted(offered, key=lambda name: name.rank)

    def at_scales(self, metres_per_px: Sequence[float]) -> list[tuple[Name, int]]:
        """Return names with the index of the first scale at which each is written.

        Scales run from the most metres a pixel to the fewest. A name written at one scale stays:
        on a larger one everything else is further away.
        """
        chosen: list[tuple[Name, int]] = []
        for level, scale in enumerate(metres_per_px):
            grid = _Grid()
            for centre, radius in self._marks:
                grid.add(centre[0] / scale, centre[1] / scale, radius)
            for ride in self._rides:
                for d in range(0, int(ride.length / scale), 6):
                    point = ride.interpolate(d * scale)
                    grid.add(point.x / scale, point.y / scale, 4.0)
            written: dict[str, list[XY]] = defaultdict(list)
            for name, _level in chosen:
                written[name.text].append(name.at)
                grid.add_all(_discs(name, scale))
            taken = {id(name) for name, _level in chosen}
            for name in self._names:
                if id(name) in taken or not _fits(name, scale):
                    continue
                near = _REPEAT_PX * scale
                if any(math.dist(name.at, other) < near for other in written[name.text]):
                    continue
                discs = list(_discs(name, scale))
                if grid.free(discs):
                    grid.add_all(discs)
                    written[name.text].append(name.at)
                    chosen.append((name, level))
        return chosen


def _beside(name: Name, rides: BaseGeometry | None) -> Iterator[Name]:
    """Offer the name of a street that is ridden above and below the ride, and before other names."""
    ridden = (
        rides is not None
        and name.kind in STREET_CLASSES
        and rides.distance(shapely.Point(name.at)) < _RIDDEN_M
    )
    if not ridden:
        yield name
        return
    for lift in (_LIFT_PX, -_LIFT_PX):
        yield dataclasses.replace(name, size_px=12.0, rank=name.rank - 2.5, lift=lift)


def _width_px(name: Name) -> float:
    spaced = 1.5 if name.kind == "district" else 1.0
    return len(name.text) * name.size_px * _LETTER * spaced


def _fits(name: Name, scale: float) -> bool:
    if name.kind == "station" and scale > 14:
        return False
    if name.kind in ("minor", "cycle", "path") and not name.lift and scale > 7:
        return False
    # Larger streets mostly run on beyond the bend: their names may be a little longer.
    slack = _SLACK if name.kind in ("major", "middle") or name.lift else 1.0
    return _width_px(name) + 6 <= slack * name.room_m / scale


def _discs(name: Name, scale: float) -> Iterator[tuple[float, float, float]]:
    """Cover a name with discs, in pixels of the scale (y up)."""
    angle, radius, width = math.radians(-name.angle), name.size_px * 0.7, _width_px(name)
    ux, uy = math.cos(angle), math.sin(angle)
    cx = name.at[0] / scale - uy * name.lift
    cy = name.at[1] / scale + ux * name.lift
    count = max(1, math.ceil(width / (1.4 * radius)))
    for i in range(count):
        d = (i + 0.5) * width / count - width / 2
        yield cx + d * ux, cy + d * uy, radius


class _Grid:
    """Discs by cell, to see quickly whether a new one is free."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[tuple[float, float, float]]] = defaultdict(list)

    def add(self, x: float, y: float, radius: float) -> None:
        self._cells[int(x // _CELL_PX), int(y // _CELL_PX)].append((x, y, radius))

    def add_all(self, discs: Iterable[tuple[float, float, float]]) -> None:
        for disc in discs:
            self.add(*disc)

    def free(self, discs: Iterable[tuple[float, float, float]]) -> bool:
        for x, y, radius in discs:
            column, row = int(x // _CELL_PX), int(y // _CELL_PX)
            for i in (column - 1, column, column + 1):
                for j in (row - 1, row, row + 1):
                    for ox, oy, other in self._cells.get((i, j), ()):
                        if (x - ox) ** 2 + (y - oy) ** 2 < (radius + other) ** 2:
                            return False
        return True
