"""Distances, and the area that a project's places take up."""

import math
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scheduler.model.geo import Point

if TYPE_CHECKING:
    from shapely import Polygon

#: Of the sphere that OSMnx measures lengths on.
EARTH_RADIUS_M = 6_371_009.0
METRES_PER_DEGREE = EARTH_RADIUS_M * math.pi / 180

#: So far around the places a ride between them may lead.
DEFAULT_MARGIN_KM = 1.5


class Surroundings:
    """All points within `margin_m` metres of the convex hull of some points (lat, lon)."""

    def __init__(self, points: Sequence[Point], margin_m: float) -> None:
        if not points:
            raise ValueError("an area needs a point")
        self.points = tuple(points)
        self.margin_m = margin_m
        lats, lons = zip(*points, strict=True)
        self._east = METRES_PER_DEGREE * math.cos(math.radians((min(lats) + max(lats)) / 2))
        # A box first: most nodes of a large file are far from it.
        north_degrees, east_degrees = margin_m / METRES_PER_DEGREE, margin_m / self._east
        self._south, self._north = min(lats) - north_degrees, max(lats) + north_degrees
        self._west, self._last = min(lons) - east_degrees, max(lons) + east_degrees

    @cached_property
    def _metres(self) -> "Polygon":
        import shapely

        flat = shapely.MultiPoint([(lon * self._east, lat * METRES_PER_DEGREE) for lat, lon in self.points])
        around = flat.convex_hull.buffer(max(self.margin_m, 1.0))
        shapely.prepare(around)
        return around

    @property
    def polygon(self) -> "Polygon":
        """The area as (lon, lat), as OSMnx and Overpass take it."""
        import shapely

        return shapely.transform(self._metres, lambda xy: xy / (self._east, METRES_PER_DEGREE))

    @property
    def area_km2(self) -> float:
        """The size of the area in square kilometres."""
        return float(self._metres.area) / 1e6

    def holds(self, lat: float, lon: float) -> bool:
        """Tell whether a point lies in the area."""
        if not (self._south <= lat <= self._north and self._west <= lon <= self._last):
            return False
        import shapely

        return bool(shapely.contains_xy(self._metres, lon * self._east, lat * METRES_PER_DEGREE))


def distance_m(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the metres between near points (lat, lon), of shape (..., 2)."""
    middle = np.radians((a[..., 0] + b[..., 0]) / 2)
    north, east = (b - a)[..., 0], (b - a)[..., 1] * np.cos(middle)
    return np.hypot(north, east) * METRES_PER_DEGREE


def distance_to_line_m(lat: float, lon: float, line: NDArray[np.float64]) -> float:
    """Return the metres from a point to the nearest of a line, whose points are (lat, lon) rows."""
    import shapely

    scale = np.array([METRES_PER_DEGREE, METRES_PER_DEGREE * np.cos(np.radians(lat))])
    return float(shapely.LineString((line - (lat, lon)) * scale).distance(shapely.Point(0, 0)))
