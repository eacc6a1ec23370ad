"""The names on a map, chosen so that none touch.

A street's name is written where the street runs straight for long enough, at the first scale at
which it fits and nothing is in its way. The same choice serves the live map (by zoom level) and
the static one (at its own scale).
"""

import dataclasses
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from scheduler.outputs.geometry import XY
from scheduler.outputs.streets import STREET_CLASSES

_LETTER = 0.56  # average letter width, in font sizes
_LIFT_PX = 13.0
_REPEAT_PX = 420.0
_CELL_PX = 32.0
_RIDE_PX = 4.0
_RIDDEN_M = 18.0
_SLACK = 1.4

#: The kind of a turn's number, which stands upright on a disc beside its ride.
TURN = "turn"
TURN_RADIUS_PX = 8.5

Disc = tuple[float, float, float]


@dataclass(frozen=True)
class Name:
    """A name that may be written: where, at what angle (degrees clockwise), in how many metres.

    `kind` is a street class, an area's or a label's kind, or `TURN`. Lower `rank` is written first. `lift` is
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

    @property
    def _width_px(self) -> float:
        spaced = 1.5 if self.kind == "district" else 1.0
        return len(self.text) * self.size_px * _LETTER * spaced

    @cached_property
    def coarsest(self) -> float:
        """The most metres a pixel at which it is written."""
        # Larger streets mostly run on beyond the bend: their names may be a little longer.
        slack = _SLACK if self.kind in ("major", "middle") or self.lift else 1.0
        fits = slack * self.room_m / (self._width_px + 6)
        if self.kind == "station":
            return min(fits, 14.0)
        if self.kind == TURN:
            return 12.0
        return min(fits, 7.0) if self.kind in ("minor", "cycle", "path") and not self.lift else fits

    @cached_property
    def cover(self) -> tuple[Disc, ...]:
        """Discs that cover it, in pixels from where it is on the map (y up)."""
        angle, radius, width = math.radians(-self.angle), self.size_px * 0.7, self._width_px
        ux, uy = math.cos(angle), math.sin(angle)
        if self.kind == TURN:
            return ((-uy * self.lift, ux * self.lift, TURN_RADIUS_PX),)
        count = max(1, math.ceil(width / (1.4 * radius)))
        along = [(i + 0.5) * width / count - width / 2 for i in range(count)]
        return tuple((d * ux - uy * self.lift, d * uy + ux * self.lift, radius) for d in along)

    @cached_property
    def reach_px(self) -> float:
        """How far from where it is on the map its discs reach."""
        return max(math.hypot(dx, dy) + radius for dx, dy, radius in self.cover)

    def discs(self, scale: float) -> list[Disc]:
        """Return the discs in pixels of a scale."""
        x, y = self.at[0] / scale, self.at[1] / scale
        return [(x + dx, y + dy, radius) for dx, dy, radius in self.cover]


class Placing:
    """Chooses names so that none touch, from the smallest scale to the largest.

    Parameters
    ----------
    names
        What may be written.
    marks
        Discs in pixels that names keep clear of, by the metres a pixel.
    rides
        Lines that names keep clear of; the names of the streets they follow are lifted above them.
    """

    def __init__(
        self,
        names: Sequence[Name],
        marks: Callable[[float], Iterable[Disc]],
        rides: Sequence[Sequence[XY]],
    ) -> None:
        self._marks = marks
        self._rides = shapely.union_all([shapely.LineString(ride) for ride in rides if len(set(ride)) > 1])
        shapely.prepare(self._rides)
        spots = shapely.points(np.array([name.at for name in names]).reshape(-1, 2))
        away_m = np.nan_to_num(shapely.distance(self._rides, spots), nan=math.inf)  # of nothing ridden
        offered: list[Name] = []
        #: How far each name, by its `id`, is from the rides.
        self._away_m: dict[int, float] = {}
        for name, its_m in zip(names, away_m.tolist(), strict=True):
            offers = _beside(name) if its_m < _RIDDEN_M and name.kind in STREET_CLASSES else (name,)
            self._away_m |= dict.fromkeys(map(id, offers), its_m)
            offered += offers
        self._names = sorted(offered, key=lambda name: name.rank)

    def at_scales(self, metres_per_px: Sequence[float]) -> list[tuple[Name, int]]:
        """Return names with the index of the first scale at which each is written.

        Scales run from the most metres a pixel to the fewest. A name written at one scale stays:
        on a larger one everything else is further away.
        """
        chosen: list[tuple[Name, int]] = []
        for level, scale in enumerate(metres_per_px):
            grid = _Grid()
            grid.add_all(self._marks(scale))
            written: dict[str, list[XY]] = defaultdict(list)
            for name, _level in chosen:
                written[name.text].append(name.at)
                grid.add_all(name.discs(scale))
            taken = {id(name) for name, _level in chosen}
            fitting = [name for name in self._names if scale <= name.coarsest and id(name) not in taken]
            near_m = _REPEAT_PX * scale
            for name in fitting:
                if any(math.dist(name.at, other) < near_m for other in written[name.text]):
                    continue
                discs = name.discs(scale)
                ridden = name.kind != TURN and self._is_ridden(name, discs, scale)
                if not ridden and grid.free(discs):
                    grid.add_all(discs)
                    written[name.text].append(name.at)
                    chosen.append((name, level))
        return chosen

    def _is_ridden(self, name: Name, discs: Sequence[Disc], scale: float) -> bool:
        """Tell whether a ride comes too near to a name, with its discs in pixels of a scale."""
        if self._away_m[id(name)] > (name.reach_px + _RIDE_PX) * scale:
            return False
        where = np.array(discs) * scale
        near_m = where[:, 2] + _RIDE_PX * scale
        return bool(shapely.dwithin(self._rides, shapely.points(where[:, :2]), near_m).any())


def _beside(name: Name) -> tuple[Name, ...]:
    """Offer the name of a street that is ridden above and below the ride, and before other names."""
    return tuple(
        dataclasses.replace(name, size_px=12.0, rank=name.rank - 2.5, lift=lift)
        for lift in (_LIFT_PX, -_LIFT_PX)
    )


class _Grid:
    """Discs by cell, to see quickly whether a new one is free."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[Disc]] = defaultdict(list)

    def add_all(self, discs: Iterable[Disc]) -> None:
        cells = self._cells
        for disc in discs:
            cells[int(disc[0] // _CELL_PX), int(disc[1] // _CELL_PX)].append(disc)

    def free(self, discs: Iterable[Disc]) -> bool:
        for x, y, radius in discs:
            column, row = int(x // _CELL_PX), int(y // _CELL_PX)
            for i in (column - 1, column, column + 1):
                for j in (row - 1, row, row + 1):
                    for ox, oy, other in self._cells.get((i, j), ()):
                        if math.hypot(x - ox, y - oy) < radius + other:
                            return False
        return True
