"""From OSM data to the bicycle graph, which OSMnx simplifies and projects.

OSMnx reads OSM data itself, but applies no rule of the road to them, and asks for its settings, which are
those of the whole process. So the edges are drawn here, by our own rules: directions are settled, nodes
that are in no way (addresses, shops) and closed gates are no nodes, and what differs by direction stands
on both.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.model.config import Cycling
from scheduler.network.area import distance_m
from scheduler.network.ferries import ferry_kph, is_landing
from scheduler.network.junctions import is_blocked, is_signal, turn_rule
from scheduler.network.osm import OsmData, Tags, Way, read_osm
from scheduler.network.riding import Riding
from scheduler.network.rules import Dropped, WayRule, is_raised, is_route, way_rule
from scheduler.network.speeds import speed_kph

if TYPE_CHECKING:
    import networkx as nx

    Graph = nx.MultiDiGraph[int]

CRS = "EPSG:25832"


@dataclass(frozen=True, slots=True)
class RiddenWay:
    """A way, or a piece of one, that a bicycle may use."""

    osm_id: int
    refs: list[int]
    tags: Tags
    rule: WayRule
    ferry_kph: float = 0.0


@dataclass(frozen=True, slots=True)
class Streets:
    """What may be ridden of a map, how many ways were `dropped` and why, and gates that are none.

    `open_gates` are the ids of gates that stand on a junction: nobody can tell which of its streets
    they close, so they close none.
    """

    ways: list[RiddenWay]
    dropped: Counter[str]
    open_gates: tuple[int, ...]


def ridden_ways(data: OsmData) -> Streets:
    """Apply the rules to every street."""
    ways: list[RiddenWay] = []
    dropped: Counter[str] = Counter()
    routes = [way for way in (*data.ways, *_squares(data)) if is_route(way.tags)]
    gates = {osm_id for osm_id, tags in data.node_tags.items() if is_blocked(tags)}
    open_gates = _on_junctions(gates, routes)
    blocked = gates.difference(open_gates)
    landings = {osm_id for osm_id, tags in data.node_tags.items() if is_landing(tags)}
    on_streets = {ref for way in routes if "highway" in way.tags for ref in way.refs}
    for way in routes:
        rule = way_rule(way.tags)
        if isinstance(rule, Dropped):
            dropped[rule.value] += 1
            continue
        if "highway" not in way.tags:
            # How long a clipped ferry takes nobody knows.
            whole = len(way.refs) > 1 and all(ref in data.points for ref in way.refs)
            # Nobody gets on or off but where it lands.
            between = [ref for ref in way.refs[1:-1] if ref not in on_streets or ref in landings]
            pieces = [[way.refs[0], *between, way.refs[-1]]] if whole else []
            kph = ferry_kph(way.tags, _length_m(way.refs, data)) if whole else 0.0
        else:
            pieces, kph = list(_pieces(way.refs, data, blocked)), 0.0
        ways += [RiddenWay(way.osm_id, piece, way.tags, rule, kph) for piece in pieces]
        if not pieces:
            dropped[Dropped.CLIPPED.value] += 1
    return Streets(ways, dropped, open_gates)


def _squares(data: OsmData) -> Iterator[Way]:
    """Yield the outlines of squares that are drawn as relations: their edges are walked along, as other squares'."""
    ways = {way.osm_id: way for way in data.ways}
    drawn: set[tuple[int, WayRule | Dropped]] = set()
    for relation in data.relations:
        if relation.tags.get("type") != "multipolygon" or "highway" not in relation.tags:
            continue
        rule = way_rule(relation.tags)
        for kind, ref, _role in relation.members:
            # Squares side by side share an edge.
            if kind == "way" and ref in ways and not is_route(ways[ref].tags) and (ref, rule) not in drawn:
                drawn.add((ref, rule))
                yield Way(ref, ways[ref].refs, relation.tags)


def _on_junctions(gates: set[int], routes: Iterable[Way]) -> tuple[int, ...]:
    """Return the gates at which three streets or more meet."""
    arms: Counter[int] = Counter()
    for way in routes:
        for place, ref in enumerate(way.refs):
            if ref in gates:
                arms[ref] += 1 if place in (0, len(way.refs) - 1) else 2
    return tuple(sorted(ref for ref, count in arms.items() if count > 2))


def _length_m(refs: list[int], data: OsmData) -> float:
    points = np.array([data.points[ref] for ref in refs])
    return float(distance_m(points[:-1], points[1:]).sum())


@dataclass(frozen=True, slots=True)
class TurnRestriction:
    """A turn from one way into another at a node: forbidden, or (`only`) the one that is not."""

    from_way: int
    via_node: int
    to_way: int
    only: bool


def turn_restrictions(data: OsmData) -> Iterator[TurnRestriction]:
    """Go through the turn restrictions that bind bicycles and hold at a single node.

    Several streets may not be entered from one, or one not from several; all else is no restriction.
    """
    for relation in data.relations:
        rule = turn_rule(relation.tags)
        members: dict[tuple[str, str], list[int]] = defaultdict(list)
        for kind, ref, role in relation.members if rule else ():
            members[kind, role].append(ref)
        via, from_ways, to_ways = members["node", "via"], members["way", "from"], members["way", "to"]
        if len(via) == 1 and 1 in (len(from_ways), len(to_ways)):
            for from_way, to_way in product(from_ways, to_ways):
                yield TurnRestriction(from_way, via[0], to_way, only=rule == "only")


def _pieces(refs: list[int], data: OsmData, blocked: set[int]) -> Iterator[list[int]]:
    """Cut a way where a node is not in the file (a clipped extract) or is a closed gate."""
    piece: list[int] = []
    for ref in refs:
        if ref in data.points and ref not in blocked:
            piece.append(ref)
            continue
        if len(piece) > 1:
            yield piece
        piece = []
    if len(piece) > 1:
        yield piece


def bicycle_graph(file: Path, cycling: Cycling) -> "Graph":
    """Build the bicycle graph of an OSM XML file.

    Returns
    -------
    networkx.MultiDiGraph
        Strongly connected, simplified, projected to EPSG:25832. Edges have `length` (metres),
        `speed_kph` and `travel_time` (seconds, without turns and signals), `riding` (a `Riding`),
        `rough`, `contraflow`, `raised` (booleans), `name`, `highway`, `osmid` (where ways were merged, a list
        in the order of the ride) and, where they bend, `geometry`. Nodes have `signal` where there is one.

    Raises
    ------
    InputError
        The file is no OSM XML, or there is no way in it that a bicycle may ride.
    ServiceError
        The file is not there.
    """
    data = read_osm(file)
    graph = build_graph(data, ridden_ways(data).ways, file)
    for _u, _v, edge in graph.edges(data=True):
        by_kind = speed_kph(Riding(edge["riding"]), cycling, rough=edge["rough"])
        edge["speed_kph"] = edge["ferry_kph"] or by_kind
        edge["travel_time"] = edge["length"] / edge["speed_kph"] * 3.6
    return graph


def build_graph(data: OsmData, ways: list[RiddenWay], file: Path) -> "Graph":
    """Build the graph of the ways that may be ridden; `file` is named in errors."""
    if not ways:
        raise InputError(
            InputProblem(_("there is no way in this map that a bicycle may ride"), file=str(file)),
            hint=_("Export an area with its streets (ways tagged highway=...) and all of their nodes."),
        )
    import networkx as nx
    import osmnx as ox

    graph = _drawn(data, ways)
    # A matrix of travel times needs a way there and a way back between any two nodes. OSMnx would copy
    # the graph for that.
    largest = max(nx.strongly_connected_components(graph), key=len)
    graph.remove_nodes_from(set(graph) - largest)
    if graph.number_of_edges() == 0:
        raise InputError(
            InputProblem(_("no two points of this map can be ridden to and fro"), file=str(file)),
            hint=_("Export a larger area: its streets are one-way and cut off at the edge."),
        )
    graph = ox.simplify_graph(
        ox.distance.add_edge_lengths(graph),
        node_attrs_include=("signal",),
        edge_attrs_differ=("name", "profile"),
        remove_rings=False,
        edge_attr_aggs={"length": sum, "osmid": lambda ids: list(dict.fromkeys(ids))},
    )
    return ox.project_graph(graph, to_crs=CRS)


def _drawn(data: OsmData, ways: list[RiddenWay]) -> "Graph":
    """Draw every stretch between two nodes as an edge, once for each direction in which it may be ridden."""
    import networkx as nx

    graph: Graph = nx.MultiDiGraph(crs="EPSG:4326")
    for osm_id in sorted({ref for way in ways for ref in way.refs}):
        lat, lon = data.points[osm_id]
        signal = {"signal": "yes"} if is_signal(data.node_tags.get(osm_id, {})) else {}
        graph.add_node(osm_id, y=lat, x=lon, **signal)
    for way in ways:
        rule = way.rule
        there = [(one, other) for one, other in pairwise(way.refs) if one != other]
        back = [(other, one) for one, other in there]
        for name, riding, stretches in (("forward", rule.forward, there), ("backward", rule.backward, back)):
            if riding is not None:
                contraflow = rule.contraflow == name
                graph.add_edges_from(stretches, riding=riding.value, contraflow=contraflow, **_alike(way))
    return graph


def _alike(way: RiddenWay) -> dict[str, object]:
    """Return what is the same of a way in both directions."""
    rule, raised = way.rule, is_raised(way.tags)
    ridings = [riding for riding in (rule.forward, rule.backward) if riding is not None]
    # Ways merge where they are ridden alike. Where the two directions differ that depends on which
    # way round each is drawn, so these merge with no other.
    own = "" if ridings[0] == ridings[-1] and not rule.contraflow else f" {way.osm_id}"
    alike: dict[str, object] = {
        "osmid": way.osm_id,
        "highway": way.tags.get("highway", "ferry"),
        "rough": rule.rough,
        "ferry_kph": way.ferry_kph,
        "raised": raised,
        "profile": f"{ridings[0].name} {rule.rough} {raised} {way.ferry_kph}{own}",
    }
    return alike | ({"name": way.tags["name"]} if "name" in way.tags else {})
