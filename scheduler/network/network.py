"""The bicycle network that the rest of the product uses: what it costs to ride it, and where places lie."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from scheduler.model.config import Cycling
from scheduler.model.geo import Area, Background, Label, Line, Point, Stretches
from scheduler.network.area import METRES_PER_DEGREE, distance_m
from scheduler.network.background import AddressPoint
from scheduler.network.islands import Island, island_beside
from scheduler.network.riding import Riding
from scheduler.network.speeds import speed_kph
from scheduler.network.topology import Topology, Turn

#: Within so many metres a door belongs to a street of its own level, however near a bridge is.
_NEAR_M = 250.0
#: So much farther than the nearest street its own may be: past a back yard, or round a corner.
_OWN_STREET_M = 50.0


@dataclass(frozen=True, slots=True)
class Snap:
    """The point of the network at which a place is left and reached.

    It lies on `edge` (and on its twin, where both directions may be ridden), after the share
    `position` (0 to 1) of its length; `distance_m` is the straight way there.
    """

    edge: int
    position: float
    distance_m: float
    point: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkInfo:
    """What is in a network. Kilometres count each stretch once, whether it is ridden one way or both.

    `source` is the file that the map was taken from, `date` when its data were. `km_by_riding` is by
    the kinds of `Riding` in lower case, `dropped` counts the ways that were left out by reason,
    `unclassed_ways` those whose class is unknown (highway=road), `open_gates` the gates on junctions, of
    which nobody can tell what they close.
    """

    source: str
    generator: str
    date: str
    simplified: bool
    ways: int
    unclassed_ways: int
    nodes: int
    edges: int
    addresses: int
    open_gates: int
    km_by_riding: Mapping[str, float]
    oneway_km: float
    contraflow_km: float
    rough_km: float
    dropped: Mapping[str, int]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Network:
    """A strongly connected bicycle network, with what it costs to ride it.

    `texts` holds what is only needed at times, as JSON: background, addresses, islands, counts.
    """

    file: Path
    sha256: str
    cycling: Cycling
    topology: Topology
    names: tuple[str, ...]
    texts: Mapping[str, NDArray[np.generic]]
    simplified: bool

    def riding_at(self, cycling: Cycling) -> Self:
        """Return the same network ridden with other settings."""
        return dataclasses.replace(self, cycling=cycling)

    @cached_property
    def speed_kph(self) -> NDArray[np.float64]:
        """Riding speed on every edge in km per hour, shape (E,)."""
        smooth, rough = (
            np.array([speed_kph(riding, self.cycling, rough=is_rough) for riding in Riding])
            for is_rough in (False, True)
        )
        riding = self.topology.riding
        by_kind = np.where(self.topology.rough, rough[riding], smooth[riding])
        return np.where(self.topology.ferry_kph > 0, self.topology.ferry_kph, by_kind)

    @cached_property
    def travel_time_s(self) -> NDArray[np.float64]:
        """Seconds along every edge, without turns and signals, shape (E,)."""
        return self.topology.length_m / self.speed_kph * 3.6

    @cached_property
    def turn_time_s(self) -> NDArray[np.float64]:
        """Seconds that the turn and the signals of every arc cost, shape (A,)."""
        cost = np.zeros(len(Turn))
        cost[Turn.RIGHT] = self.cycling.right_turn_s
        cost[Turn.LEFT] = self.cycling.left_turn_s
        cost[Turn.WALKED] = 2 * self.cycling.left_turn_s
        seconds = cost[self.topology.arc_turn] + self.topology.arc_signal * self.cycling.signal_s
        boards = self.is_ferry[self.topology.arc_to] & ~self.is_ferry[self.topology.arc_from]
        seconds[boards] += self.cycling.ferry_wait_s
        return seconds

    @cached_property
    def is_ferry(self) -> NDArray[np.bool_]:
        """Which edges are ferries, shape (E,)."""
        return np.equal(self.topology.riding, Riding.FERRY)

    @cached_property
    def _shares(self) -> NDArray[np.float64]:
        """The share of its edge's length before each shape point, shape (P,)."""
        points, start = self.topology.points, self.topology.start
        edge_of = self._edge_of_point
        step = np.zeros(len(points))
        step[1:] = distance_m(points[:-1], points[1:])
        step[start[:-1]] = 0.0
        along = np.cumsum(step)
        along -= along[start[:-1]][edge_of]
        return along / np.maximum(along[start[1:] - 1], 1e-9)[edge_of]

    @cached_property
    def _edge_of_point(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(len(self.topology.twin)), np.diff(self.topology.start))

    @cached_property
    def _pieces(self) -> NDArray[np.int64]:
        """The first point of every straight piece of a street; one with two directions is listed once."""
        twin, start = self.topology.twin, self.topology.start
        once = ((twin < 0) | (np.arange(len(twin)) <= twin)) & ~self.is_ferry
        leads_on = np.ones(len(self.topology.points), dtype=np.bool_)
        leads_on[start[1:] - 1] = False
        return np.flatnonzero(leads_on & once[self._edge_of_point])

    def approach_s(self, snap: Snap) -> float:
        """Return the seconds between a place and its point of the network, which are walked."""
        return snap.distance_m / self.cycling.push_kph * 3.6

    def turn_s(self, before: int, after: int) -> float:
        """Return the seconds that it costs to turn from one edge into the next."""
        first, end = np.searchsorted(self.topology.arc_from, (before, before + 1))
        arc = first + int(np.flatnonzero(self.topology.arc_to[first:end] == after)[0])
        return float(self.turn_time_s[arc])

    def shape(self, edge: int, begin: float = 0.0, end: float = 1.0) -> NDArray[np.float64]:
        """Return the points (lat, lon) of an edge between two shares of its length, shape (n, 2)."""
        rows = slice(self.topology.start[edge], self.topology.start[edge + 1])
        points, shares = self.topology.points[rows], self._shares[rows]
        if (begin, end) == (0.0, 1.0):
            return points
        inside = shares[(shares > begin) & (shares < end)]
        wanted = np.concatenate(([begin], inside, [end]))
        return np.column_stack([np.interp(wanted, shares, column) for column in points.T])

    def snap(self, lat: float, lon: float, street: str = "") -> Snap:
        """Find the point of the network at which a place given in WGS84 degrees is left and reached.

        It lies on the nearest street, but on no ferry; on a bridge, in a tunnel or on another level only
        where no street of the place's own level is near; and on the place's own `street`, as `names` has
        it, where that is hardly farther.
        """
        first, shares = self._pieces, self._shares
        scale = np.array([METRES_PER_DEGREE, METRES_PER_DEGREE * np.cos(np.radians(lat))])
        a = (self.topology.points[first] - (lat, lon)) * scale
        b = (self.topology.points[first + 1] - (lat, lon)) * scale
        ab = b - a
        square = np.einsum("ij,ij->i", ab, ab)
        part = np.clip(-np.einsum("ij,ij->i", a, ab) / np.maximum(square, 1e-12), 0.0, 1.0)
        off = a + part[:, None] * ab
        away_m = np.hypot(*off.T)
        edge = self._edge_of_point[first]
        level_m = np.where(self.topology.raised[edge], np.inf, away_m)
        if level_m.min() > _NEAR_M:
            level_m = away_m
        nearest = int(np.argmin(level_m))
        if street and street in self.names:
            own_m = np.where(self.topology.name[edge] == self.names.index(street), level_m, np.inf)
            if own_m.min() <= level_m[nearest] + _OWN_STREET_M:
                nearest = int(np.argmin(own_m))
        row, t = first[nearest], part[nearest]
        here = self.topology.points[row] + t * (self.topology.points[row + 1] - self.topology.points[row])
        return Snap(
            edge=int(self._edge_of_point[row]),
            position=float(shares[row] + t * (shares[row + 1] - shares[row])),
            distance_m=float(away_m[nearest]),
            point=(float(here[0]), float(here[1])),
        )

    def _text(self, name: str) -> Any:
        return json.loads(self.texts[name].tobytes())

    def background(self) -> Background:
        """Return what a map draws behind the rides; always the same, so that it is made ready once."""
        return self._background

    @cached_property
    def _background(self) -> Background:
        text = self._text("background")
        return Background(
            streets=tuple(Line(kind, name, _points(line)) for kind, name, line in text["streets"]),
            railways=tuple(Line(kind, name, _points(line)) for kind, name, line in text["railways"]),
            areas=tuple(
                Area(kind, name, tuple(_points(ring) for ring in rings))
                for kind, name, rings in text["areas"]
            ),
            labels=tuple(Label(kind, name, (lat, lon)) for kind, name, (lat, lon) in text["labels"]),
            simplified=self.simplified,
        )

    @cached_property
    def addresses(self) -> tuple[AddressPoint, ...]:
        """The address points of the map."""
        return tuple(AddressPoint(*row) for row in self._text("addresses"))

    @cached_property
    def islands(self) -> tuple[Island, ...]:
        """Streets that were left out because they cannot be ridden to and fro, the largest first."""
        return tuple(
            Island(metres, tuple(Line(kind, name, _points(line)) for kind, name, line in lines))
            for metres, lines in self._text("islands")
        )

    def island_at(self, lat: float, lon: float) -> Island | None:
        """Return the island that a place lies on, or None where it belongs to the network."""
        return island_beside(self.islands, lat, lon, self.snap(lat, lon).distance_m)

    def stretches(self) -> tuple[Stretches, ...]:
        """Return the stretches of each kind that a rider should know of."""
        topology, islands = self.topology, self.islands

        def chosen(kind: Literal["oneway", "contraflow", "pushed"], edges: NDArray[np.bool_]) -> Stretches:
            lines = tuple(_points(self.shape(edge).tolist()) for edge in np.flatnonzero(edges).tolist())
            return Stretches(kind, float(topology.length_m[edges].sum() / 1000), lines)

        once, pushed, one_way = self._kinds()
        return (
            chosen("oneway", one_way & ~self._is_pushed),
            chosen("contraflow", topology.contraflow),
            chosen("pushed", pushed & once),
            Stretches(
                "cut_off",
                sum(island.metres for island in islands) / 1000,
                tuple(line.points for island in islands for line in island.lines),
            ),
        )

    @property
    def _is_pushed(self) -> NDArray[np.bool_]:
        return np.isin(self.topology.riding, (Riding.PUSH, Riding.STEPS))

    def _kinds(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
        """Tell of every edge whether it stands for its stretch, is pushed both ways, is ridden one way only."""
        edges = np.arange(len(self.topology.twin))
        back = np.where(self.topology.twin < 0, edges, self.topology.twin)
        pushed = self._is_pushed
        # A one-way street is ridden one way and, at most, walked the other.
        return edges <= back, pushed & pushed[back], (back == edges) | (pushed != pushed[back])

    def info(self) -> NetworkInfo:
        """Count what is in the network."""
        topology = self.topology
        back = np.where(topology.twin < 0, np.arange(len(topology.twin)), topology.twin)
        once, _pushed, one_way = self._kinds()
        riding = np.minimum(topology.riding, topology.riding[back])

        def km(chosen: NDArray[np.bool_]) -> float:
            return float(topology.length_m[once & chosen].sum() / 1000)

        counts = self._text("counts")
        return NetworkInfo(
            simplified=self.simplified,
            edges=len(topology.length_m),
            km_by_riding={kind.name.lower(): km(riding == kind) for kind in Riding},
            oneway_km=km(one_way),
            contraflow_km=km(topology.contraflow | topology.contraflow[back]),
            rough_km=km(topology.rough),
            **{**counts, "source": counts["source"] or self.file.name},
        )


def _points(pairs: list[list[float]]) -> tuple[Point, ...]:
    return tuple((lat, lon) for lat, lon in pairs)
