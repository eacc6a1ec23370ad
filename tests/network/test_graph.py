from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from osmfiles import Xy, osm_xml

from scheduler.base.errors import InputError
from scheduler.model.config import Cycling
from scheduler.network import Riding, bicycle_graph

if TYPE_CHECKING:
    from scheduler.network.graph import Graph

# A square of 100 m with a tail to the east: a-b-c-d round, b-e out.
NODES: dict[str, Xy] = {"a": (0, 0), "b": (100, 0), "c": (100, 100), "d": (0, 100), "e": (300, 0)}
SQUARE = "abcda highway=residential"


def _graph(folder: Path, xml: str, cycling: Cycling | None = None) -> "Graph":
    file = folder / "map.osm"
    file.write_text(xml, encoding="utf-8")
    return bicycle_graph(file, cycling or Cycling())


def _edge(graph: "Graph", way: str) -> dict[str, object]:
    return graph.edges[ord(way[0]), ord(way[-1]), 0]


def test_lengths_speeds_and_times(tmp_path: Path) -> None:
    xml = osm_xml(NODES, {"Ring": SQUARE, "Ud": "be highway=cycleway"})
    graph = _graph(tmp_path, xml, Cycling(speed_kph=16))
    edge = _edge(graph, "be")
    assert edge["length"] == pytest.approx(200, rel=1e-3)
    assert edge["speed_kph"] == 16.0
    assert edge["travel_time"] == pytest.approx(200 / 16 * 3.6, rel=1e-3)
    assert edge["name"] == "Ud"
    assert edge["riding"] == Riding.TRACK
    assert edge["osmid"] == 102


def test_the_graph_is_projected(tmp_path: Path) -> None:
    graph = _graph(tmp_path, osm_xml(NODES, {"Ring": SQUARE}))
    assert graph.graph["crs"] == "EPSG:25832"
    for _node, data in graph.nodes(data=True):
        assert 720_000 < data["x"] < 730_000  # UTM zone 32 at Copenhagen
        assert 6_170_000 < data["y"] < 6_180_000


def test_bends_are_merged_and_names_and_signals_are_not(tmp_path: Path) -> None:
    nodes: dict[str, Xy] = {letter: (100.0 * i, 20.0 * (i % 2)) for i, letter in enumerate("abcdef")}
    ways = {"Vest": "abcd highway=residential", "Øst": "def highway=residential"}
    graph = _graph(tmp_path, osm_xml(nodes, ways))
    assert set(graph) == {ord(letter) for letter in "adf"}
    assert len(_edge(graph, "ad")["geometry"].coords) == 4  # type: ignore[attr-defined]  # a line
    graph = _graph(tmp_path, osm_xml(nodes, ways, node_tags={"b": "highway=traffic_signals"}))
    assert set(graph) == {ord(letter) for letter in "abdf"}


def test_ways_drawn_toward_each_other_keep_each_direction_s_track(tmp_path: Path) -> None:
    nodes: dict[str, Xy] = {"a": (0, 0), "b": (100, 0), "c": (200, 0)}
    ways = {"": "ab highway=tertiary cycleway:right=track", " ": "cb highway=tertiary cycleway:right=track"}
    graph = _graph(tmp_path, osm_xml(nodes, ways))
    ridden = {way: _edge(graph, way)["riding"] for way in ("ab", "ba", "bc", "cb")}
    assert ridden == {"ab": Riding.TRACK, "ba": Riding.STREET, "bc": Riding.STREET, "cb": Riding.TRACK}


@pytest.mark.parametrize(
    ("tags", "along", "against", "contraflow"),
    [
        ("oneway=yes", Riding.CALM, Riding.PUSH, ""),
        ("oneway=-1", Riding.PUSH, Riding.CALM, ""),
        ("oneway=yes foot=no", Riding.CALM, None, ""),
        ("oneway=-1 foot=no", None, Riding.CALM, ""),
        ("oneway=yes oneway:bicycle=no", Riding.CALM, Riding.CALM, "against"),
        ("oneway=-1 oneway:bicycle=no", Riding.CALM, Riding.CALM, "along"),
        ("oneway=yes cycleway=opposite_track", Riding.CALM, Riding.TRACK, "against"),
    ],
)
def test_directions_in_the_graph(
    tmp_path: Path, tags: str, along: Riding | None, against: Riding | None, contraflow: str
) -> None:
    ways = {"Gade": f"ab highway=residential {tags}", "Rund": "bcda highway=residential"}
    graph = _graph(tmp_path, osm_xml(NODES, ways))
    for way, riding, is_contraflow in (("ab", along, "along"), ("ba", against, "against")):
        ends = ord(way[0]), ord(way[1])
        edges = [edge for *uv, edge in graph.edges(data=True) if (*uv,) == ends and edge["name"] == "Gade"]
        assert [edge["riding"] for edge in edges] == ([] if riding is None else [riding])
        assert all(edge["contraflow"] == (contraflow == is_contraflow) for edge in edges)


def test_a_roundabout_is_ridden_one_way(tmp_path: Path) -> None:
    ways = {"Plads": "abcda highway=tertiary junction=roundabout"}
    ways |= {"Ud": "be highway=tertiary", "Af": "df highway=tertiary"}
    nodes: dict[str, Xy] = {**NODES, "f": (0.0, 300.0)}
    graph = _graph(tmp_path, osm_xml(nodes, ways))
    assert graph.has_edge(ord("b"), ord("d"))
    assert graph.number_of_edges(ord("b"), ord("d")) == graph.number_of_edges(ord("d"), ord("b")) == 1
    assert _edge(graph, "bd")["length"] == pytest.approx(200, rel=1e-3)


def test_motorways_and_addresses_are_no_part_of_it(tmp_path: Path) -> None:
    nodes: dict[str, Xy] = {**NODES, "x": (50, 20), "m": (500, 0)}
    ways = {"Ring": SQUARE, "Ud": "be highway=residential", "E20": "em highway=motorway"}
    address = {"x": "addr:street=Ring addr:housenumber=1"}
    graph = _graph(tmp_path, osm_xml(nodes, ways, address))
    assert set(graph) == {ord("b"), ord("e")}


def test_only_what_can_be_ridden_to_and_fro_is_left(tmp_path: Path) -> None:
    # The tail leads out and nobody comes back; weakly connected it is one component.
    ways = {"Ring": SQUARE, "Ud": "be highway=residential oneway=yes foot=no"}
    assert ord("e") not in _graph(tmp_path, osm_xml(NODES, ways))


def test_of_two_islands_the_larger_is_left(tmp_path: Path) -> None:
    nodes: dict[str, Xy] = {**NODES, "x": (900, 0), "y": (950, 0)}
    graph = _graph(tmp_path, osm_xml(nodes, {"Ring": SQUARE, "Ø": "xy highway=residential"}))
    assert ord("x") not in graph


def test_clipped_ways_and_closed_gates_are_cut(tmp_path: Path) -> None:
    nodes: dict[str, Xy] = {letter: (100.0 * i, 0.0) for i, letter in enumerate("abcdefg")}
    xml = osm_xml({k: v for k, v in nodes.items() if k != "c"}, {"Vej": "abcdefg highway=residential"})
    assert set(_graph(tmp_path, xml)) == {ord("d"), ord("g")}
    gate = {"c": "barrier=gate access=private"}
    xml = osm_xml(nodes, {"Vej": "abcdefg highway=residential"}, node_tags=gate)
    assert set(_graph(tmp_path, xml)) == {ord("d"), ord("g")}


def test_names_with_markup_come_through(tmp_path: Path) -> None:
    name = """H. C. "Ørsteds" & <b>Vej</b>'s"""
    graph = _graph(tmp_path, osm_xml(NODES, {name: SQUARE, "Ud": "be highway=residential"}))
    assert name in {edge["name"] for _u, _v, edge in graph.edges(data=True)}


@pytest.mark.parametrize(
    "ways",
    [
        {},
        {"E20": "abcda highway=motorway"},
        {"Hus": "abcda building=yes"},
        {"Klippet": "zy highway=residential"},
    ],
)
def test_no_way_that_a_bicycle_may_ride(tmp_path: Path, ways: dict[str, str]) -> None:
    with pytest.raises(InputError, match="no way in this map that a bicycle may ride"):
        _graph(tmp_path, osm_xml(NODES, ways))


def test_nothing_to_ride_to_and_fro(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="to and fro"):
        _graph(tmp_path, osm_xml(NODES, {"Ud": "be highway=residential oneway=yes foot=no"}))


def test_the_settings_of_osmnx_are_somebody_elses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from osmnx import settings

    xml = osm_xml(NODES, {"Ring": SQUARE, "Ud": "be highway=cycleway"}, {"b": "highway=traffic_signals"})
    usual = _graph(tmp_path, xml)
    for name, value in {"useful_tags_way": [], "useful_tags_node": [], "all_oneway": True}.items():
        monkeypatch.setattr(settings, name, value)
    graph = _graph(tmp_path, xml)
    assert list(graph.nodes(data=True)) == list(usual.nodes(data=True))
    assert list(graph.edges(data=True)) == list(usual.edges(data=True))
