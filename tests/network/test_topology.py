from pathlib import Path

import numpy as np
import pytest
from osmfiles import Xy, network_of, osm_xml

from scheduler.network import Network
from scheduler.network.topology import Turn

# A crossing m with four arms: west, south, east and north.
CROSS: dict[str, Xy] = {"w": (-200, 0), "s": (0, -200), "e": (200, 0), "n": (0, 200), "m": (0, 0)}
ARMS = {"Vest": "wm", "Syd": "sm", "Øst": "em", "Nord": "nm"}
STREETS = {name: f"{way} highway=residential" for name, way in ARMS.items()}


def _turns(network: Network) -> dict[tuple[str, str], Turn]:
    """Return the turns at the crossing by the names of the streets before and after."""
    topology = network.topology
    turns = {}
    for before, after, turn in zip(topology.arc_from, topology.arc_to, topology.arc_turn, strict=True):
        # Every arm is drawn towards the crossing; whoever leaves it there is not turning at it.
        if np.allclose(network.shape(before)[-1], (55.665, 12.55), atol=1e-6):
            names = network.names[topology.name[before]], network.names[topology.name[after]]
            turns[names] = Turn(turn)
    return turns


def test_right_left_straight_and_round(tmp_path: Path) -> None:
    turns = _turns(network_of(tmp_path, osm_xml(CROSS, STREETS)))
    assert len(turns) == 16
    assert turns["Syd", "Nord"] is turns["Vest", "Øst"] is Turn.STRAIGHT
    assert turns["Syd", "Øst"] is turns["Øst", "Nord"] is turns["Vest", "Syd"] is Turn.RIGHT
    assert turns["Syd", "Vest"] is turns["Vest", "Nord"] is turns["Nord", "Øst"] is Turn.LEFT
    assert turns["Syd", "Syd"] is Turn.WALKED


def test_a_bend_with_another_name_is_no_turn(tmp_path: Path) -> None:
    two = {name: STREETS[name] for name in ("Syd", "Øst")}
    turns = _turns(network_of(tmp_path, osm_xml(CROSS, two)))
    assert turns["Syd", "Øst"] is Turn.STRAIGHT
    assert turns["Syd", "Syd"] is Turn.WALKED


def test_the_bearing_is_that_of_the_street_not_of_its_kerb(tmp_path: Path) -> None:
    # The southern arm begins with 5 m to the west before it goes south.
    nodes = {**CROSS, "k": (-5.0, -1.0), "s": (-5.0, -200.0)}
    turns = _turns(network_of(tmp_path, osm_xml(nodes, {**STREETS, "Syd": "skm highway=residential"})))
    assert turns["Syd", "Nord"] is Turn.STRAIGHT
    assert turns["Syd", "Øst"] is Turn.RIGHT


RESTRICTION = (
    "<relation id='1'><member type='way' ref='102' role='from'/><member type='node' ref='{via}' role='via'/>"
    "<member type='way' ref='{to}' role='to'/><tag k='type' v='restriction'/>"
    "<tag k='restriction' v='{rule}'/>{other}</relation>"
)


def test_a_forbidden_turn_is_walked(tmp_path: Path) -> None:
    relation = RESTRICTION.format(via=ord("m"), to=101, rule="no_left_turn", other="")
    turns = _turns(network_of(tmp_path, osm_xml(CROSS, STREETS, relations=relation)))
    assert turns["Syd", "Vest"] is Turn.WALKED
    assert turns["Syd", "Øst"] is Turn.RIGHT
    assert turns["Nord", "Øst"] is Turn.LEFT


def test_the_only_turn_that_is_allowed(tmp_path: Path) -> None:
    relation = RESTRICTION.format(via=ord("m"), to=103, rule="only_right_turn", other="")
    turns = _turns(network_of(tmp_path, osm_xml(CROSS, STREETS, relations=relation)))
    assert turns["Syd", "Øst"] is Turn.RIGHT
    assert turns["Syd", "Nord"] is turns["Syd", "Vest"] is Turn.WALKED
    assert turns["Nord", "Syd"] is Turn.STRAIGHT


def test_a_restriction_that_excepts_bicycles(tmp_path: Path) -> None:
    relation = RESTRICTION.format(
        via=ord("m"), to=101, rule="no_left_turn", other="<tag k='except' v='bicycle'/>"
    )
    turns = _turns(network_of(tmp_path, osm_xml(CROSS, STREETS, relations=relation)))
    assert turns["Syd", "Vest"] is Turn.LEFT


@pytest.mark.parametrize(("gap_m", "met"), [(20, 1), (80, 2)])
def test_the_signals_of_one_junction_are_met_once(tmp_path: Path, gap_m: int, met: int) -> None:
    nodes: dict[str, Xy] = {"a": (-300, 0), "b": (0, 0), "c": (gap_m, 0), "d": (300, 0)}
    signals = {"b": "highway=traffic_signals", "c": "highway=traffic_signals"}
    network = network_of(tmp_path, osm_xml(nodes, {"Vej": "abcd highway=residential"}, signals))
    topology = network.topology
    onward = [
        bool(signal)
        for before, after, signal in zip(topology.arc_from, topology.arc_to, topology.arc_signal, strict=True)
        if network.shape(before)[0][1] < network.shape(before)[-1][1] < network.shape(after)[-1][1]
    ]
    assert len(onward) == 2
    assert sum(onward) == met


def test_both_directions_of_a_stretch_are_twins(tmp_path: Path) -> None:
    network = network_of(
        tmp_path, osm_xml(CROSS, {**STREETS, "Ring": "wsenw highway=residential oneway=yes foot=no"})
    )
    topology = network.topology
    assert (topology.twin >= 0).sum() == 8
    assert (topology.twin < 0).sum() == 4
    for edge, twin in enumerate(topology.twin):
        if twin >= 0:
            assert topology.twin[twin] == edge
            assert network.shape(edge).tolist() == network.shape(int(twin))[::-1].tolist()
