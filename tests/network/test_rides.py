"""The search against NetworkX, on the graph that a naive reading of its rules gives."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from osmfiles import Xy, at, network_of, osm_xml, without_turns

from scheduler.model.config import Cycling
from scheduler.network import Network
from scheduler.network.rides import fastest_rides

# A grid of 4 × 4 streets, every 100 m, some of them one-way.
GRID: dict[str, Xy] = {chr(ord("A") + 4 * y + x): (100.0 * x, 100.0 * y) for y in range(4) for x in range(4)}
ROWS = [
    "ABCD highway=residential oneway=yes foot=no",
    "EFGH highway=tertiary cycleway:right=track",
    "IJKL highway=residential oneway=-1 foot=no",
    "MNOP highway=cycleway",
]
COLUMNS = [
    "AEIM highway=primary",
    "BFJN highway=residential oneway=yes",
    "CGKO highway=footway",
    "DHLP highway=residential surface=sett",
]
CYCLING = Cycling(right_turn_s=3, left_turn_s=9, signal_s=7)


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Network:
    ways = {f"Gade {number}": sketch for number, sketch in enumerate(ROWS + COLUMNS)}
    signals = {"F": "highway=traffic_signals", "K": "highway=traffic_signals"}
    return network_of(tmp_path_factory.mktemp("grid"), osm_xml(GRID, ways, signals), CYCLING)


def _naive(network: Network, places: list[Xy]) -> "nx.DiGraph[object]":
    """Build the edge-based graph with half edges for every place, one node and one arc at a time."""
    topology = network.topology
    graph: nx.DiGraph[object] = nx.DiGraph()
    turns = zip(topology.arc_from, topology.arc_to, network.turn_time_s, strict=True)
    arcs = [(int(before), int(after), float(cost)) for before, after, cost in turns]
    for before, after, cost in arcs:
        graph.add_edge(before, after, s=cost + network.travel_time_s[after])
    ends = []
    for place, xy in enumerate(places):
        snap = network.snap(*at(*xy))
        walk = snap.distance_m / CYCLING.push_kph * 3.6
        if min(snap.position, 1 - snap.position) * topology.length_m[snap.edge] < 0.5:
            junction = network.shape(snap.edge)[-1 if snap.position > 0.5 else 0].tolist()
            for edge in range(len(topology.twin)):
                ends += [(place, edge, 1.0, walk)] * (network.shape(edge)[-1].tolist() == junction)
                ends += [(place, edge, 0.0, walk)] * (network.shape(edge)[0].tolist() == junction)
        else:
            twin = int(topology.twin[snap.edge])
            ends.append((place, snap.edge, snap.position, walk))
            ends += [(place, twin, 1 - snap.position, walk)] * (twin >= 0)
    for place, edge, share, walk in ends:
        ride = network.travel_time_s[edge]
        graph.add_edge(("from", place), edge, s=walk + (1 - share) * ride)
        for before, after, cost in arcs:
            if after == edge:
                graph.add_edge(before, ("on", place, edge), s=cost + share * ride)
        graph.add_edge(("on", place, edge), ("to", place), s=walk)
        for other, its_edge, its_share, _walk in ends:
            if its_edge == edge and its_share >= share:
                graph.add_edge(("from", place), ("on", other, edge), s=walk + (its_share - share) * ride)
    return graph


spots = st.lists(st.tuples(st.floats(-20, 320), st.floats(-20, 320)), min_size=2, max_size=5)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(places=spots)
def test_rides_are_as_fast_as_those_of_networkx(grid: Network, places: list[Xy]) -> None:
    rides = fastest_rides(grid, [grid.snap(*at(*xy)) for xy in places])
    graph = _naive(grid, places)
    for source in range(len(places)):
        expected = nx.single_source_dijkstra_path_length(graph, ("from", source), weight="s")
        for target in range(len(places)):
            assert rides.seconds[source, target] == pytest.approx(expected["to", target], abs=1e-5)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(places=spots)
def test_seconds_and_metres_are_those_of_the_stretches(grid: Network, places: list[Xy]) -> None:
    snaps = [grid.snap(*at(*xy)) for xy in places]
    rides = fastest_rides(grid, snaps)
    for source, start in enumerate(snaps):
        for target, end in enumerate(snaps):
            stretches = list(rides.stretches(source, target))
            seconds = grid.approach_s(start) + grid.approach_s(end)
            metres = start.distance_m + end.distance_m
            for before, stretch in zip([None, *stretches], stretches, strict=False):
                assert 0 <= stretch.begin <= stretch.end <= 1
                seconds += (stretch.end - stretch.begin) * grid.travel_time_s[stretch.edge]
                metres += (stretch.end - stretch.begin) * grid.topology.length_m[stretch.edge]
                if before is not None:
                    assert (before.end, stretch.begin) == (1, 0)
                    assert grid.shape(before.edge)[-1].tolist() == grid.shape(stretch.edge)[0].tolist()
                    seconds += grid.turn_s(before.edge, stretch.edge)
            assert rides.seconds[source, target] == pytest.approx(seconds, abs=1e-5)
            assert rides.metres[source, target] == pytest.approx(metres, abs=1e-5)


def test_sources_in_many_portions_give_the_same(grid: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    snaps = [grid.snap(*at(x, 37)) for x in range(0, 300, 40)]
    at_once = fastest_rides(grid, snaps)
    monkeypatch.setattr("scheduler.network.rides._SOURCES_AT_ONCE", 3)
    in_portions = fastest_rides(grid, snaps)
    assert np.array_equal(at_once.seconds, in_portions.seconds)
    assert np.array_equal(at_once.metres, in_portions.metres)


def test_where_no_arc_leads_there_is_no_way(grid: Network) -> None:
    cut = without_turns(grid)
    rides = fastest_rides(cut, [cut.snap(*at(10, 0)), cut.snap(*at(300, 290))])
    assert np.isinf(rides.seconds[0, 1])
    assert np.isinf(rides.metres[0, 1])


def test_no_places(grid: Network) -> None:
    assert fastest_rides(grid, []).seconds.shape == (0, 0)
