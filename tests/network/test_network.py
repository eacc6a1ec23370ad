from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from osmfiles import Xy, at, network_of, osm_xml

from scheduler.model.config import Cycling
from scheduler.network import Network, distance_m

# A street of 400 m to the east, with a bend of 300 m to the north at its end.
NODES: dict[str, Xy] = {"a": (0, 0), "b": (400, 0), "c": (400, 300)}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return network_of(tmp_path_factory.mktemp("bend"), osm_xml(NODES, {"Vej": "abc highway=residential"}))


@pytest.mark.parametrize(
    ("x", "y", "distance", "along"),
    [
        (100, 30, 30, 100),  # beside the middle of a piece
        (100, 0, 0, 100),  # on it
        (-30, 40, 50, 0),  # before its beginning: 30-40-50
        (430, 340, 50, 700),  # past its end
        (430, -40, 50, 400),  # outside the bend
        (380, 60, 20, 460),  # inside the bend, nearer to the second piece
    ],
)
def test_a_place_lies_beside_the_nearest_point_of_a_street(
    network: Network, x: float, y: float, distance: float, along: float
) -> None:
    snap = network.snap(*at(x, y))
    assert snap.distance_m == pytest.approx(distance, abs=0.1)
    forward = network.shape(snap.edge)[0].tolist() == pytest.approx(at(0, 0), abs=1e-6)
    position = snap.position if forward else 1 - snap.position
    assert position * 700 == pytest.approx(along, abs=1)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(x=st.floats(-200, 600), y=st.floats(-200, 600))
def test_no_point_of_the_street_is_nearer(network: Network, x: float, y: float) -> None:
    place = np.array(at(x, y))
    snap = network.snap(*place)
    assert distance_m(place, np.array(snap.point)) == pytest.approx(snap.distance_m, abs=0.5)
    along = np.linspace(0, 1, 200)
    points = np.vstack([network.shape(snap.edge, 0.0, share)[-1] for share in along])
    assert snap.distance_m <= distance_m(place, points).min() + 0.05


def test_parts_of_a_street(network: Network) -> None:
    edge = network.snap(*at(0, 0)).edge
    whole = network.shape(edge)
    assert len(whole) == 3
    part = network.shape(edge, 0.25, 0.75)
    assert len(part) == 3  # the bend lies within it
    assert part[1].tolist() == whole[1].tolist()
    lengths = distance_m(part[:-1], part[1:])
    assert lengths.sum() == pytest.approx(350, abs=0.5)
    assert len(network.shape(edge, 0.1, 0.2)) == 2


def test_speeds_are_those_of_the_settings(tmp_path: Path) -> None:
    nodes: dict[str, Xy] = {letter: (100.0 * i, 0) for i, letter in enumerate("abcdef")}
    ways = {
        "Sti": "ab highway=cycleway",
        "Gade": "bc highway=tertiary",
        "Vej": "cd highway=residential surface=sett",
        "Gang": "de highway=footway",
        "Trappe": "ef highway=steps",
    }
    cycling = Cycling(
        speed_kph=20,
        mixed_traffic_factor=0.5,
        calm_street_factor=0.8,
        rough_surface_factor=0.5,
        push_kph=4,
        steps_kph=1,
    )
    network = network_of(tmp_path, osm_xml(nodes, ways), cycling)
    speeds = {
        network.names[name]: kph for name, kph in zip(network.topology.name, network.speed_kph, strict=True)
    }
    assert speeds == {"Sti": 20, "Gade": 10, "Vej": 8, "Gang": 4, "Trappe": 1}
    assert network.travel_time_s == pytest.approx(network.topology.length_m / network.speed_kph * 3.6)
    assert network.riding_at(Cycling(steps_kph=2)).speed_kph.min() == 2


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("speed_kph", 0),
        ("speed_kph", -1),
        ("speed_kph", 61),
        ("speed_kph", float("nan")),
        ("push_kph", float("inf")),
        ("mixed_traffic_factor", 0),
        ("rough_surface_factor", 2.5),
        ("signal_s", -1),
        ("left_turn_s", 601),
    ],
)
def test_settings_that_nobody_can_ride_by(setting: str, value: float) -> None:
    with pytest.raises(ValueError, match=setting):
        Cycling(**{setting: value})
