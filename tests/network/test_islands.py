from pathlib import Path

import numpy as np
import pytest
from osmfiles import Xy, at, network_of, osm_xml

from scheduler.network.area import distance_to_line_m

# Two banks of a harbour 300 m apart, and a courtyard that nobody can leave.
NODES: dict[str, Xy] = {"a": (0, 0), "b": (1000, 0), "c": (1000, -900), "d": (0, -900)}
NODES |= {"p": (0, 300), "q": (850, 300), "r": (850, 500), "x": (100, 40), "y": (150, 40)}
WAYS = {"Nord": "abcda highway=residential", "Syd": "pq highway=residential", "Kaj": "qr highway=residential"}
COURTYARD = {"Gård": "xy highway=service"}


def test_the_banks_of_a_harbour_without_a_bridge(tmp_path: Path) -> None:
    network = network_of(tmp_path, osm_xml(NODES, WAYS | COURTYARD))
    assert [(island.name, round(island.metres, -1)) for island in network.islands] == [
        ("Syd", 1050),
        ("Gård", 50),
    ]
    assert network.info().dropped == {"cut off": 3}
    island = network.island_at(*at(400, 280))
    assert island is not None
    assert island.name == "Syd"
    assert network.island_at(*at(400, 100)) is None  # nearer to the network
    assert network.island_at(*at(120, 60)) is None  # a courtyard does not count
    assert network.island_at(*at(400, -930)) is None


def test_beside_the_network_nothing_else_counts(tmp_path: Path) -> None:
    # A street that runs above another without meeting it.
    nodes: dict[str, Xy] = NODES | {"u": (0, 20), "v": (1500, 20)}
    ways = {"Nord": WAYS["Nord"], "Bro": "uv highway=cycleway"}
    network = network_of(tmp_path, osm_xml(nodes, ways))
    assert network.island_at(*at(500, 22)) is None
    assert network.island_at(*at(1300, 30)) is not None


def test_what_is_reached_by_ferry_is_no_island(tmp_path: Path) -> None:
    ways = WAYS | {"Færgen": "ap route=ferry bicycle=yes"}
    network = network_of(tmp_path, osm_xml(NODES, ways))
    assert network.islands == ()
    assert network_of(tmp_path, osm_xml(NODES, WAYS)).islands != ()


@pytest.mark.parametrize(("x", "y", "metres"), [(50, 30, 30), (-30, -40, 50), (130, 60, 30), (100, 200, 100)])
def test_the_distance_to_a_line(x: float, y: float, metres: float) -> None:
    line = np.array([at(0, 0), at(100, 0), at(100, 100)])
    assert distance_to_line_m(*at(x, y), line) == pytest.approx(metres, abs=0.1)
