"""Streets that can be ridden, but not from the rest of the network: across water without a bridge, say."""

import math
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from scheduler.model.geo import Line
from scheduler.network.area import distance_m, distance_to_line_m
from scheduler.network.graph import RiddenWay
from scheduler.network.osm import OsmData

#: A place beside so many metres of connected streets belongs to them, a courtyard is less.
_LEAST_M = 1000.0
#: A place so near to the network belongs to it, whatever else is near.
_BESIDE_M = 50.0


@dataclass(frozen=True, slots=True)
class Island:
    """Streets that hang together, `metres` of them in all."""

    metres: float
    lines: tuple[Line, ...]

    @property
    def name(self) -> str:
        """The name of its longest street that has one, else an empty string."""
        lengths: dict[str, float] = defaultdict(float)
        for line in self.lines:
            lengths[line.name] += _length_m(line)
        lengths.pop("", None)
        return max(lengths, key=lengths.__getitem__, default="")


def find_islands(data: OsmData, ways: Iterable[RiddenWay], connected: AbstractSet[int]) -> list[Island]:
    """Gather the ways that are not `connected` (by id) into islands, the largest first."""
    from networkx.utils import UnionFind

    left = [way for way in ways if way.osm_id not in connected]
    joined: UnionFind[int] = UnionFind()
    for way in left:
        joined.union(*way.refs)
    lines: dict[int, list[Line]] = defaultdict(list)
    for way in left:
        points = tuple(data.points[ref] for ref in way.refs)
        lines[joined[way.refs[0]]].append(
            Line(way.tags.get("highway", "ferry"), way.tags.get("name", ""), points)
        )
    islands = [Island(sum(map(_length_m, parts)), tuple(parts)) for parts in lines.values()]
    return sorted(islands, key=lambda island: -island.metres)


def _length_m(line: Line) -> float:
    points = np.array(line.points)
    return float(distance_m(points[:-1], points[1:]).sum())


def island_beside(islands: Iterable[Island], lat: float, lon: float, network_m: float) -> Island | None:
    """Return the island that a place lies on which is `network_m` metres from the network, if any."""
    if network_m <= _BESIDE_M:
        return None
    nearest, found = network_m, None
    for island in islands:
        if island.metres < _LEAST_M:
            continue
        away_m = min(
            (distance_to_line_m(lat, lon, np.array(line.points)) for line in island.lines), default=math.inf
        )
        if away_m < nearest:
            nearest, found = away_m, island
    return found
