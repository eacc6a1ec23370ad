"""Junctions of the bicycle network, spread evenly over the area of a project."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduler.model.geo import Area
from scheduler.model.project import Place
from scheduler.network import Network, distance_m
from scheduler.network.area import Surroundings

#: So far around the places of a project others are looked for.
MARGIN_M = 500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A junction of the network where a practice could be, and the streets that meet there.

    Where these have no names, `near` is the nearest one that has; else it is empty.
    """

    spot_id: str
    lat: float
    lon: float
    streets: tuple[str, ...]
    near: str = ""


def spread_spots(network: Network, around: Sequence[Place], count: int) -> tuple[Spot, ...]:
    """Return junctions of the network, spread evenly over the area around some places.

    Each is the junction farthest from those before it (Gonzalez, Theoretical Computer Science 38,
    1985), so none lies further from the nearest one than twice what the best spread would allow.
    Junctions over water, on bridges, are left out.
    """
    places, streets = usable_junctions(network, around)
    first = next(place.point for place in around if place.lat is not None)
    found: list[int] = []
    away_m = np.full(len(places), np.inf)
    nearest = np.argmin(distance_m(places, np.array(first))) if len(places) else 0
    while len(found) < min(count, len(places)):
        found.append(int(np.argmax(away_m)) if found else int(nearest))
        away_m = np.minimum(away_m, distance_m(places, places[found[-1]]))
    digits = len(str(len(found)))
    nearest_street = _NearestStreet(network)
    return tuple(
        Spot(
            spot_id=f"spot.{number:0{digits}}",  # no id of a table has a dot
            lat=float(places[row, 0]),
            lon=float(places[row, 1]),
            streets=streets[row],
            near="" if streets[row] else nearest_street.to(places[row]),
        )
        for number, row in enumerate(found, start=1)
    )


class _NearestStreet:
    """Finds the street with a name that comes nearest to a point, by the points that streets are drawn with."""

    def __init__(self, network: Network) -> None:
        topology = network.topology
        counts = np.diff(topology.start)
        names = np.repeat(topology.name, counts)
        named = np.array([bool(name) for name in network.names], dtype=np.bool_)[names]
        self._points, self._names = topology.points[named], names[named]
        self._called = network.names

    def to(self, point: NDArray[np.float64]) -> str:
        """Return the name; empty where no street has one."""
        if not len(self._points):
            return ""
        return self._called[int(self._names[np.argmin(distance_m(self._points, point))])]


def usable_junctions(
    network: Network, around: Sequence[Place]
) -> tuple[NDArray[np.float64], list[tuple[str, ...]]]:
    """Return the junctions in the area around some places, shape (n, 2), and the streets of each; none over water."""
    places, streets = _junctions(network)
    known = [(place.lat, place.lon) for place in around if place.lat is not None and place.lon is not None]
    area = Surroundings(known, MARGIN_M)
    inside = np.array([area.holds(lat, lon) for lat, lon in places.tolist()], dtype=np.bool_)
    usable = np.flatnonzero(inside & ~_over_water(places, network.background().areas))
    return places[usable], [streets[row] for row in usable.tolist()]


def _junctions(network: Network) -> tuple[NDArray[np.float64], list[tuple[str, ...]]]:
    """Return where edges end, shape (n, 2), and the names of those that meet there."""
    topology = network.topology
    ends = np.concatenate([topology.points[topology.start[:-1]], topology.points[topology.start[1:] - 1]])
    places, inverse = np.unique(ends, axis=0, return_inverse=True)
    names: list[set[str]] = [set() for _place in places]
    for place, name in zip(inverse.ravel().tolist(), np.tile(topology.name, 2).tolist(), strict=True):
        if network.names[name]:
            names[place].add(network.names[name])
    return places, [tuple(sorted(streets)) for streets in names]


def _over_water(places: NDArray[np.float64], areas: Iterable[Area]) -> NDArray[np.bool_]:
    import shapely

    water = shapely.union_all(
        [
            shapely.make_valid(shapely.Polygon(area.rings[0], area.rings[1:]))
            for area in areas
            if area.kind == "water"
        ]
    )
    return np.asarray(shapely.contains_xy(water, places), dtype=np.bool_)
