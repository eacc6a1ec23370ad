"""From OSM data to the bicycle graph, through OSMnx: the one place that sets its settings.

OSMnx reads OSM XML but applies no rule of the road to it. So each way that a bicycle may use is
written out with our own rule on it, in a file that OSMnx understands without gaps: directions are
settled, nodes that are in no way (addresses, shops) and closed gates are gone, and what differs by
direction stands on both.
"""

import gc
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

import numpy as np

from scheduler.config import Cycling
from scheduler.errors import InputError, InputProblem
from scheduler.i18n import _
from scheduler.network.area import distance_m
from scheduler.network.osm import OsmData, Tags, read_osm
from scheduler.network.rules import (
    Dropped,
    Riding,
    WayRule,
    ferry_kph,
    is_blocked,
    is_route,
    is_signal,
    turn_rule,
    way_rule,
)
from scheduler.network.speeds import speed_kph

if TYPE_CHECKING:
    import networkx as nx

    Graph = nx.MultiDiGraph[int]

CRS = "EPSG:25832"

_WAY_TAGS = (
    *("way", "name", "highway", "oneway", "forward", "backward", "rough", "contraflow"),
    *("ferry_kph", "profile"),
)
_NODE_TAGS = ("signal",)


@dataclass(frozen=True, slots=True)
class RiddenWay:
    """A way, or a piece of one, that a bicycle may use."""

    osm_id: int
    refs: list[int]
    tags: Tags
    rule: WayRule
    ferry_kph: float = 0.0


def ridden_ways(data: OsmData) -> tuple[list[RiddenWay], Counter[str]]:
    """Apply the rules to every street; return what may be ridden, and how many ways were dropped and why."""
    ways: list[RiddenWay] = []
    dropped: Counter[str] = Counter()
    blocked = {osm_id for osm_id, tags in data.node_tags.items() if is_blocked(tags)}
    for way in data.ways:
        if not is_route(way.tags):
            continue
        rule = way_rule(way.tags)
        if isinstance(rule, Dropped):
            dropped[rule.value] += 1
            continue
        if "highway" not in way.tags:
            # How long a clipped ferry takes nobody knows.
            whole = len(way.refs) > 1 and all(ref in data.points for ref in way.refs)
            pieces = [way.refs] if whole else []
            kph = ferry_kph(way.tags, _length_m(way.refs, data)) if whole else 0.0
        else:
            pieces, kph = list(_pieces(way.refs, data, blocked)), 0.0
        ways += [RiddenWay(way.osm_id, piece, way.tags, rule, kph) for piece in pieces]
        if not pieces:
            dropped[Dropped.CLIPPED.value] += 1
    return ways, dropped


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
    """Go through the turn restrictions that bind bicycles and hold at a single node."""
    for relation in data.relations:
        rule = turn_rule(relation.tags)
        members: dict[tuple[str, str], list[int]] = defaultdict(list)
        for kind, ref, role in relation.members:
            members[kind, role].append(ref)
        for via in members["node", "via"] if rule else ():
            for from_way in members["way", "from"]:
                for to_way in members["way", "to"]:
                    yield TurnRestriction(from_way, via, to_way, only=rule == "only")


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
        `rough`, `contraflow` (booleans), `name`, `highway`, `osmid` (where ways were merged, a list
        in the order of the ride) and, where they bend, `geometry`. Nodes have `signal` where there is one.

    Raises
    ------
    InputError
        The file is no OSM XML, or there is no way in it that a bicycle may ride.
    ServiceError
        The file is not there.
    """
    data = read_osm(file)
    ways, _dropped = ridden_ways(data)
    graph = build_graph(data, ways, file)
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
    with _without_collector(), tempfile.TemporaryDirectory(prefix="hjul-") as folder:
        return _through_osmnx(Path(folder) / "bicycle.osm", data, ways, file)


def _through_osmnx(settled: Path, data: OsmData, ways: list[RiddenWay], file: Path) -> "Graph":
    import networkx as nx
    import osmnx as ox

    with _osmnx_settings():
        _write_settled(settled, data, ways)
        graph = ox.graph_from_xml(settled, simplify=False, retain_all=True)
    # A matrix of travel times needs a way there and a way back between any two nodes. OSMnx would copy
    # the graph for that.
    largest = max(nx.strongly_connected_components(graph), key=len)
    graph.remove_nodes_from(set(graph) - largest)
    if graph.number_of_edges() == 0:
        raise InputError(
            InputProblem(_("no two points of this map can be ridden to and fro"), file=str(file)),
            hint=_("Export a larger area: its streets are one-way and cut off at the edge."),
        )
    for _u, _v, edge in graph.edges(data=True):
        back = edge.pop("reversed")
        edge["riding"] = int(edge["backward" if back else "forward"])
        edge["contraflow"] = edge.pop("contraflow", "") == ("backward" if back else "forward")
        edge["rough"] = edge["rough"] == "yes"
        edge["ferry_kph"] = float(edge.get("ferry_kph", 0.0))
        edge["osmid"] = int(edge.pop("way"))
        del edge["forward"], edge["backward"], edge["oneway"]
    graph = ox.simplify_graph(
        graph,
        node_attrs_include=_NODE_TAGS,
        edge_attrs_differ=("name", "profile"),
        remove_rings=False,
        edge_attr_aggs={"length": sum, "osmid": lambda ids: list(dict.fromkeys(ids))},
    )
    return ox.project_graph(graph, to_crs=CRS)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Pause the garbage collector, which takes a fifth of the time to find that all of a graph is in use."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def _osmnx_settings() -> Iterator[None]:
    from osmnx import settings

    ours = {
        "useful_tags_way": list(_WAY_TAGS),
        "useful_tags_node": list(_NODE_TAGS),
        "all_oneway": False,
        "cache_only_mode": False,
        "log_file": False,
    }
    before = {name: getattr(settings, name) for name in ours}
    try:
        for name, value in ours.items():
            setattr(settings, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(settings, name, value)


def _write_settled(file: Path, data: OsmData, ways: list[RiddenWay]) -> None:
    """Write the ways with their rules as tags; a way that is ridden only backward is turned round."""
    used = {ref for way in ways for ref in way.refs}
    with file.open("w", encoding="utf-8") as out:
        out.write("<?xml version='1.0' encoding='UTF-8'?>\n<osm version='0.6' generator='hjul'>\n")
        for osm_id in sorted(used):
            lat, lon = data.points[osm_id]
            out.write(f"<node id='{osm_id}' lat='{lat!r}' lon='{lon!r}'>")
            if is_signal(data.node_tags.get(osm_id, {})):
                out.write("<tag k='signal' v='yes'/>")
            out.write("</node>\n")
        # OSMnx keeps one way an id, so the pieces of a cut way are numbered here.
        for number, way in enumerate(ways):
            out.write(f"<way id='{number}'>")
            refs = way.refs if way.rule.forward is not None else reversed(way.refs)
            out.writelines(f"<nd ref='{ref}'/>" for ref in refs)
            out.writelines(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in _settled_tags(way))
            out.write("</way>\n")
        out.write("</osm>\n")


def _settled_tags(way: RiddenWay) -> Iterator[tuple[str, str]]:
    rule = way.rule
    one_way = rule.forward is None or rule.backward is None
    forward = rule.forward if rule.forward is not None else rule.backward
    backward = rule.backward if rule.backward is not None else rule.forward
    assert forward is not None  # noqa: S101 - a rule allows at least one direction
    assert backward is not None  # noqa: S101
    turned = rule.forward is None
    contraflow = rule.contraflow
    if turned and contraflow:
        contraflow = "forward"
    yield "way", str(way.osm_id)
    yield "highway", way.tags.get("highway", "ferry")
    if "name" in way.tags:
        yield "name", way.tags["name"]
    yield "oneway", "yes" if one_way else "no"
    yield "forward", str(forward.value)
    yield "backward", str(backward.value)
    yield "rough", "yes" if rule.rough else "no"
    if contraflow:
        yield "contraflow", contraflow
    if way.ferry_kph:
        yield "ferry_kph", repr(way.ferry_kph)
    # Ways merge where they are ridden alike. Where the two directions differ that depends on which
    # way round each is drawn, so these merge with no other.
    alike = forward == backward and not contraflow
    own = "" if alike else f" {way.osm_id}"
    yield "profile", f"{forward.name} {rule.rough} {way.ferry_kph}{own}"
