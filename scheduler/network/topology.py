"""From the bicycle graph to compact arrays: edges, their shapes, and the turns between them.

Rides are searched on the edge-based graph: its nodes are the directed edges, its arcs the turns from
one edge into the next, so that a turn can cost time (Caldwell, "On finding minimum
routes in a network with turn penalties", CACM 4(2), 1961).
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from scheduler.network.graph import CRS, TurnRestriction

if TYPE_CHECKING:
    from scheduler.network.graph import Graph

_BEARING_AT_M = 15.0  # where a street's bearing at a junction is taken: past its kerbs and corners
_STRAIGHT_DEGREES = 45.0
_SIGNALS_OF_ONE_JUNCTION_M = 40.0


class Turn(IntEnum):
    """What a rider does at a junction."""

    STRAIGHT = 0
    RIGHT = 1
    LEFT = 2
    WALKED = 3  # turning round, or a turn that is forbidden: get off, and walk across


@dataclass(frozen=True, slots=True, eq=False)
class Topology:
    """The arrays of a network with E directed edges, A arcs (turns) and P shape points.

    Attributes
    ----------
    length_m, riding, rough, contraflow, raised, name, twin, ferry_kph
        Of shape (E,): metres; a `Riding`; three booleans, the last for bridges, tunnels and decks; the
        index of the name; the edge that is the same stretch the other way, or -1; a ferry's speed, 0
        for streets.
    start, points
        Edge e has the shape ``points[start[e]:start[e + 1]]``, as (lat, lon) in its direction.
        Shapes (E + 1,) and (P, 2).
    arc_from, arc_to, arc_turn, arc_signal
        Of shape (A,), sorted by `arc_from`: the edges before and after; a `Turn`; whether the rider
        meets the signals of a junction here.
    """

    length_m: NDArray[np.float64]
    riding: NDArray[np.uint8]
    rough: NDArray[np.bool_]
    contraflow: NDArray[np.bool_]
    raised: NDArray[np.bool_]
    name: NDArray[np.int32]
    twin: NDArray[np.int32]
    ferry_kph: NDArray[np.float64]
    start: NDArray[np.int64]
    points: NDArray[np.float64]
    arc_from: NDArray[np.int32]
    arc_to: NDArray[np.int32]
    arc_turn: NDArray[np.uint8]
    arc_signal: NDArray[np.bool_]

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[np.generic]]) -> Self:
        """Take the arrays by name; others are left alone."""
        return cls(**{field.name: arrays[field.name] for field in fields(cls)})  # type: ignore[arg-type]  # each is its own array


def compile_topology(
    graph: "Graph", restrictions: Iterable[TurnRestriction] = ()
) -> tuple[Topology, tuple[str, ...]]:
    """Compile the projected graph; return it with the street names that `Topology.name` counts."""
    import shapely
    from pyproj import Transformer

    rows = {node: row for row, node in enumerate(graph)}
    xy = np.array([(data["x"], data["y"]) for _node, data in graph.nodes(data=True)])
    signal = np.array(["signal" in data for _node, data in graph.nodes(data=True)])
    edges = list(graph.edges(data=True))
    tail = np.array([rows[u] for u, _v, _edge in edges], dtype=np.int32)
    head = np.array([rows[v] for _u, v, _edge in edges], dtype=np.int32)
    lines = np.array(
        [
            edge["geometry"] if "geometry" in edge else shapely.LineString(xy[[a, b]])
            for (_u, _v, edge), a, b in zip(edges, tail, head, strict=True)
        ]
    )
    counts = shapely.get_num_coordinates(lines)
    shape_xy = shapely.get_coordinates(lines)
    lon, lat = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(*shape_xy.T)

    names: dict[str, int] = {}
    name = [names.setdefault(edge.get("name", ""), len(names)) for _u, _v, edge in edges]
    start = np.concatenate(([0], np.cumsum(counts)))
    twin = _twins(shape_xy, start)
    arc_from, arc_to, arc_turn = _turns(lines, tail, head, twin)
    first_way, last_way = np.array([_outer_ways(edge["osmid"]) for _u, _v, edge in edges]).T
    by_node = np.argsort(head[arc_from], kind="stable")
    node_of = head[arc_from][by_node]
    for turn in restrictions:
        if turn.via_node in rows:
            at = rows[turn.via_node]
            arcs = by_node[slice(*np.searchsorted(node_of, (at, at + 1)))]
            arcs = arcs[last_way[arc_from[arcs]] == turn.from_way]
            arc_turn[arcs[(first_way[arc_to[arcs]] == turn.to_way) != turn.only]] = Turn.WALKED
    return (
        Topology(
            # Two nodes at one point give an edge of no length, which a shortest path does not need.
            length_m=np.maximum([edge["length"] for _u, _v, edge in edges], 1e-3),
            riding=np.array([edge["riding"] for _u, _v, edge in edges], dtype=np.uint8),
            rough=np.array([edge["rough"] for _u, _v, edge in edges], dtype=np.bool_),
            contraflow=np.array([edge["contraflow"] for _u, _v, edge in edges], dtype=np.bool_),
            raised=np.array([edge.get("raised", False) for _u, _v, edge in edges], dtype=np.bool_),
            name=np.array(name, dtype=np.int32),
            twin=twin,
            ferry_kph=np.array([edge.get("ferry_kph", 0.0) for _u, _v, edge in edges]),
            start=start,
            points=np.column_stack((lat, lon)),
            arc_from=arc_from,
            arc_to=arc_to,
            arc_turn=arc_turn,
            arc_signal=_meets_signals(xy, signal, tail, head)[arc_from],
        ),
        tuple(names),
    )


def _outer_ways(osmid: int | list[int]) -> tuple[int, int]:
    """Return the first and the last way of an edge."""
    return (osmid, osmid) if isinstance(osmid, int) else (osmid[0], osmid[-1])


def _twins(shape_xy: NDArray[np.float64], start: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return for every edge the one with the reversed shape, or -1."""
    shapes = [shape_xy[a:b] for a, b in pairwise(start)]
    edge_of = {shape.tobytes(): edge for edge, shape in enumerate(shapes)}
    return np.array([edge_of.get(shape[::-1].tobytes(), -1) for shape in shapes], dtype=np.int32)


def _turns(
    lines: NDArray[np.object_], tail: NDArray[np.int32], head: NDArray[np.int32], twin: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]:
    """Return the arcs of the edge-based graph: the edge before, the edge after, the turn."""
    edges = np.arange(len(tail), dtype=np.int32)
    # Every edge meets the edges that leave the node where it ends: a join on the node.
    leaving = np.argsort(tail, kind="stable").astype(np.int32)
    first = np.searchsorted(tail[leaving], head, side="left")
    count = np.searchsorted(tail[leaving], head, side="right") - first
    arc_from = np.repeat(edges, count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    arc_to = leaving[np.repeat(first, count) + within]

    begins, ends = _bearings(lines)
    change = (begins[arc_to] - ends[arc_from] + 180.0) % 360.0 - 180.0
    turn = np.full(len(arc_to), Turn.STRAIGHT, dtype=np.uint8)
    turn[change > _STRAIGHT_DEGREES] = Turn.RIGHT
    turn[change < -_STRAIGHT_DEGREES] = Turn.LEFT
    # Where only one stretch leads on, the street bends: nobody turns.
    stretches = np.bincount(
        np.concatenate((tail, head[twin < 0])), minlength=int(max(tail.max(), head.max())) + 1
    )
    turn[stretches[head[arc_from]] < 3] = Turn.STRAIGHT
    turn[arc_to == twin[arc_from]] = Turn.WALKED
    return arc_from, arc_to, turn


def _bearings(lines: NDArray[np.object_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the bearings of edges where they begin and where they end, in degrees from north."""
    import shapely

    length = shapely.length(lines)
    reach = np.minimum(_BEARING_AT_M, length)

    def bearing(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
        east, north = (b - a).T
        return np.asarray(np.degrees(np.arctan2(east, north)), dtype=np.float64)

    def at(distance: NDArray[np.float64]) -> NDArray[np.float64]:
        points: NDArray[np.float64] = shapely.get_coordinates(shapely.line_interpolate_point(lines, distance))
        return points

    return bearing(at(np.zeros_like(length)), at(reach)), bearing(at(length - reach), at(length))


def _meets_signals(
    xy: NDArray[np.float64], signal: NDArray[np.bool_], tail: NDArray[np.int32], head: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Tell which edges lead up to signals that the rider has not just passed.

    A junction may have a signal at each of its corners and stop lines; it costs time once. So a
    signal does not count for an edge that begins beside another one of the same junction.
    """
    from scipy.spatial import cKDTree

    meets = signal[head]
    if not meets.any():
        return meets
    signals = np.flatnonzero(signal)
    tree = cKDTree(xy[signals])
    for edge in np.flatnonzero(meets):
        beside = (tree.query_ball_point(xy[end[edge]], _SIGNALS_OF_ONE_JUNCTION_M) for end in (tail, head))
        others = signals[list(set.intersection(*map(set, beside)))]
        meets[edge] = not np.any(others != head[edge])
    return meets
