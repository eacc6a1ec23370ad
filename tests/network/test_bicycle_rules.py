"""The rules of the road, each on a small map of its own: how long it takes from A to B, and which way.

The map is the same square for all: A and B at the ends of a street of 200 m, whose tags are what a
case is about, and a way round of 600 m that is good to ride.
"""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from doors import BY_HAND
from osmfiles import Xy, at, network_of, osm_xml

from scheduler.model.config import Cycling
from scheduler.model.project import Place
from scheduler.network import Network
from scheduler.places.travel import travel_times

NODES: dict[str, Xy] = {"a": (0, 0), "m": (100, 0), "b": (200, 0), "c": (200, 200), "d": (0, 200)}
#: Stubs, so that places lie on something that is there whatever the street is.
NODES |= {"s": (-50, 0), "t": (250, 0)}
AROUND = {"Udenom": "bcda highway=cycleway", "Vest": "sa highway=cycleway", "Øst": "bt highway=cycleway"}
PLAIN = dataclasses.replace(BY_HAND, ferry_wait_s=0)
#: Seconds of the stubs, and of 200 m: at 18 km/h a second takes 5 m.
STUBS, RIDE, PUSH, CARRY, ROUND = 20, 40, 80, 160, 120


def _seconds(network: Network) -> tuple[int, int]:
    """Return the seconds of the street (or of the way round) from A to B, and from B to A."""
    ends = [
        Place(place_id=name, name=name, lat=point[0], lon=point[1])
        for name, point in (("A", at(-50, 0)), ("B", at(250, 0)))
    ]
    seconds = travel_times(network, ends).times.seconds
    return round(int(seconds[0, 1]) - STUBS, -1), round(int(seconds[1, 0]) - STUBS, -1)


def _street(folder: Path, tags: str, node: str = "", relations: str = "") -> tuple[int, int]:
    xml = osm_xml(NODES, {"Gade": f"amb {tags}", **AROUND}, {"m": node} if node else None, relations)
    return _seconds(network_of(folder, xml, PLAIN))


@pytest.mark.parametrize(
    ("tags", "along", "against"),
    [
        # Who may ride at all.
        ("highway=residential", RIDE, RIDE),
        ("highway=motorway", ROUND, ROUND),
        ("highway=motorway_link bicycle=yes", ROUND, ROUND),
        ("highway=trunk motorroad=yes", ROUND, ROUND),
        ("highway=trunk", RIDE, RIDE),
        ("highway=tertiary bicycle=no", PUSH, PUSH),
        ("highway=tertiary bicycle=use_sidepath", ROUND, ROUND),
        ("highway=service access=private", ROUND, ROUND),
        ("highway=service access=no", ROUND, ROUND),
        ("highway=service access=no bicycle=yes", RIDE, RIDE),
        ("highway=service access=private bicycle=permissive", RIDE, RIDE),
        ("highway=service motor_vehicle=private", RIDE, RIDE),
        ("highway=construction construction=residential", ROUND, ROUND),
        ("highway=proposed proposed=cycleway", ROUND, ROUND),
        # One way, and the other.
        ("highway=residential oneway=yes foot=no", RIDE, ROUND),
        ("highway=residential oneway=-1 foot=no", ROUND, RIDE),
        ("highway=residential oneway=yes", RIDE, PUSH),
        ("highway=residential oneway=yes oneway:bicycle=no", RIDE, RIDE),
        ("highway=residential oneway=-1 oneway:bicycle=no", RIDE, RIDE),
        ("highway=residential oneway:bicycle=yes foot=no", RIDE, ROUND),
        ("highway=residential oneway=yes cycleway=opposite", RIDE, RIDE),
        ("highway=residential oneway=yes cycleway=opposite_lane", RIDE, RIDE),
        ("highway=residential oneway=yes cycleway=opposite_track", RIDE, RIDE),
        ("highway=residential oneway=yes cycleway:left=opposite_lane", RIDE, RIDE),
        ("highway=tertiary oneway=yes cycleway:left=track cycleway:left:oneway=no", RIDE, RIDE),
        ("highway=tertiary oneway=yes cycleway:left=track cycleway:left:oneway=-1", RIDE, RIDE),
        ("highway=tertiary oneway=yes cycleway:right=track cycleway:right:oneway=no", RIDE, RIDE),
        ("highway=tertiary oneway=yes cycleway:left=track foot=no", RIDE, ROUND),
        ("highway=tertiary junction=roundabout", RIDE, ROUND),
        ("highway=tertiary junction=roundabout oneway=-1", ROUND, RIDE),
        ("highway=cycleway oneway=yes foot=no", RIDE, ROUND),
        # Where the bicycle is pushed.
        ("highway=footway", PUSH, PUSH),
        ("highway=pedestrian", PUSH, PUSH),
        ("highway=pedestrian bicycle=yes", RIDE, RIDE),
        ("highway=residential bicycle=dismount", PUSH, PUSH),
        ("highway=living_street vehicle=no", PUSH, PUSH),
        ("highway=footway foot=private", ROUND, ROUND),
        ("highway=steps", ROUND, ROUND),  # carrying it takes longer than the way round
        # Where riding is forbidden, in one direction or at some hours, one walks.
        ("highway=residential bicycle=no", PUSH, PUSH),
        ("highway=pedestrian bicycle=no", PUSH, PUSH),
        ("highway=residential bicycle=no foot=no", ROUND, ROUND),
        ("highway=trunk bicycle=no", ROUND, ROUND),
        ("highway=trunk bicycle=no sidewalk=both", PUSH, PUSH),
        ("highway=trunk bicycle=no foot=yes", PUSH, PUSH),
        ("highway=path access=no foot=yes", PUSH, PUSH),
        ("highway=service access=private foot=permissive", PUSH, PUSH),
        ("highway=service access=private foot=private", ROUND, ROUND),
        ("highway=path bicycle=private", ROUND, ROUND),
        ("highway=path bicycle=private foot=yes", PUSH, PUSH),
        ("highway=residential bicycle:backward=no", RIDE, PUSH),
        ("highway=residential bicycle:forward=no", PUSH, RIDE),
        ("highway=residential bicycle:backward=no foot=no", RIDE, ROUND),
        ("highway=residential bicycle:backward=dismount", RIDE, PUSH),
        ("highway=residential vehicle:backward=no", RIDE, PUSH),
        ("highway=residential vehicle:backward=no bicycle=yes", RIDE, RIDE),
        ("highway=residential access:forward=no foot=yes", PUSH, RIDE),
        ("highway=residential access:forward=private", ROUND, RIDE),
        ("highway=residential access=no bicycle:forward=yes", RIDE, ROUND),
        ("highway=residential oneway=yes bicycle:backward=yes", RIDE, RIDE),
        ("highway=residential oneway=-1 bicycle:forward=yes", RIDE, RIDE),
        ("highway=residential oneway=yes bicycle:backward=yes foot=no", RIDE, RIDE),
        ("highway=residential oneway=yes bicycle:forward=yes foot=no", RIDE, ROUND),
        ("highway=pedestrian bicycle:forward=yes", RIDE, PUSH),
        # Streets of bicycles.
        ("highway=residential bicycle_road=yes", RIDE, RIDE),
        ("highway=residential cyclestreet=yes", RIDE, RIDE),
    ],
)
def test_a_street_or_the_way_round(tmp_path: Path, tags: str, along: int, against: int) -> None:
    assert _street(tmp_path, tags) == (along, against)


def test_steps_are_taken_where_they_are_faster(tmp_path: Path) -> None:
    far = NODES | {"c": (200, 600), "d": (0, 600)}
    network = network_of(tmp_path, osm_xml(far, {"Trappe": "amb highway=steps", **AROUND}), PLAIN)
    assert _seconds(network) == (CARRY, CARRY)


@pytest.mark.parametrize(
    ("key", "value", "along", "against"),
    [
        # A restriction counts if it holds at any time on workdays from 8 to 16.
        ("access", "no @ (Mo-Fr 07:00-17:00)", ROUND, ROUND),
        ("bicycle", "no @ (Mo-Fr 08:00-18:00)", PUSH, PUSH),
        ("bicycle", "no @ (Mo-Fr 15:59-16:30)", PUSH, PUSH),
        ("bicycle", "no @ (Mo-Fr 16:00-18:00)", RIDE, RIDE),
        ("bicycle", "no @ (Mo-Fr 06:00-08:00)", RIDE, RIDE),
        ("bicycle", "no @ (Sa,Su)", RIDE, RIDE),
        ("bicycle", "no @ We", PUSH, PUSH),
        ("bicycle", "no @ (Nov-Mar)", PUSH, PUSH),
        ("bicycle", "dismount @ (10:00-18:00)", PUSH, PUSH),
        ("vehicle", "no @ (Mo-Sa 11:00-23:00)", PUSH, PUSH),
        ("bicycle", "no @ (Sa); dismount @ (Mo-Fr 10:00-12:00)", PUSH, PUSH),
        ("bicycle:backward", "no @ (Mo-Fr 10:00-12:00)", RIDE, PUSH),
        ("oneway", "yes @ (Mo-Fr 07:00-09:00)", RIDE, PUSH),
        ("oneway", "-1 @ (Mo-Fr 07:00-09:00)", PUSH, RIDE),
        ("oneway", "yes @ (Sa 07:00-09:00)", RIDE, RIDE),
        # What is about other things than hours, or is no more, or cannot be read, says nothing.
        ("access", "no @ (weight>3.5)", RIDE, RIDE),
        ("access", "no @ (Mo-Fr 07:00-17:00 AND weight>3.5)", RIDE, RIDE),
        ("bicycle", "no @ snow", RIDE, RIDE),
        ("bicycle", "no @ (2019 Mar 01-2019 Jun 01)", RIDE, RIDE),
        ("bicycle", "no @ (Mo-Fr 07:00", RIDE, RIDE),
        ("bicycle", "no", RIDE, RIDE),
        ("bicycle", "", RIDE, RIDE),
        ("maxspeed", "30 @ (Mo-Fr 07:00-17:00)", RIDE, RIDE),
    ],
)
def test_conditions_of_a_street(tmp_path: Path, key: str, value: str, along: int, against: int) -> None:
    assert _conditional(tmp_path, "highway=residential", key, value) == (along, against)


@pytest.mark.parametrize(
    ("tags", "condition", "along", "against"),
    [
        # A permission counts only if it holds throughout.
        ("highway=pedestrian", "bicycle=yes @ (Mo-Fr 07:00-17:00)", RIDE, RIDE),
        ("highway=pedestrian", "bicycle=yes @ (08:00-16:00)", RIDE, RIDE),
        ("highway=pedestrian", "bicycle=yes @ (Mo-Fr 08:00-15:59)", PUSH, PUSH),
        ("highway=pedestrian", "bicycle=yes @ (Mo-Th 00:00-24:00)", PUSH, PUSH),
        ("highway=pedestrian", "bicycle=yes @ (18:00-10:00)", PUSH, PUSH),
        ("highway=residential bicycle=no", "bicycle=yes @ (24/7)", RIDE, RIDE),
        ("highway=residential bicycle=no", "bicycle=dismount @ (24/7)", PUSH, PUSH),
        ("highway=residential oneway=yes", "oneway:bicycle=no @ (Mo-Fr)", RIDE, RIDE),
        ("highway=residential oneway=yes", "oneway:bicycle=no @ (Mo-Fr 10:00-16:00)", RIDE, PUSH),
        ("highway=residential oneway=yes", "oneway:bicycle=no @ (18:00-06:00)", RIDE, PUSH),
        ("highway=residential oneway=yes", "oneway=no @ (Mo-Fr)", RIDE, RIDE),
        ("highway=residential oneway=yes", "oneway=no @ (Mo-Fr 09:00-16:00)", RIDE, PUSH),
    ],
)
def test_permissions_of_a_street(tmp_path: Path, tags: str, condition: str, along: int, against: int) -> None:
    key, value = condition.split("=", 1)
    assert _conditional(tmp_path, tags, key, value) == (along, against)


def _conditional(folder: Path, tags: str, key: str, value: str) -> tuple[int, int]:
    sketch = f"amb {tags} {key}:conditional={value.replace(' ', '+')}"
    return _seconds(network_of(folder, osm_xml(NODES, {"Gade": sketch, **AROUND}), PLAIN))


def test_a_gate_on_a_junction_closes_nothing_and_is_counted(tmp_path: Path) -> None:
    gate = {"m": "barrier=gate access=private"}
    drive = {"Gade": "amb highway=residential", "Indkørsel": "mx highway=service access=private"}
    nodes = NODES | {"x": (100, -60)}
    network = network_of(tmp_path, osm_xml(nodes, {**drive, **AROUND}, gate), PLAIN)
    assert _seconds(network) == (RIDE, RIDE)
    assert network.info().open_gates == 1
    # Where a street only goes on there is no junction.
    halves = {"Gade": "am highway=residential", "Videre": "mb highway=residential"}
    network = network_of(tmp_path, osm_xml(NODES, {**halves, **AROUND}, gate), PLAIN)
    assert _seconds(network) == (ROUND, ROUND)
    assert network.info().open_gates == 0


@pytest.mark.parametrize(
    ("node", "passes"),
    [
        ("barrier=bollard", True),
        ("barrier=gate", True),
        ("barrier=cycle_barrier", True),
        ("barrier=gate access=private foot=yes", True),
        ("barrier=gate locked=yes bicycle=yes", True),
        ("barrier=lift_gate access=no bicycle=yes", True),
        ("barrier=gate access=private", False),
        ("barrier=gate locked=yes", False),
        ("barrier=bollard bicycle=no", False),
        ("barrier=wall", False),
        ("barrier=turnstile", False),
        ("barrier=stile", False),
    ],
)
def test_barriers(tmp_path: Path, node: str, passes: bool) -> None:
    expected = RIDE if passes else ROUND
    assert _street(tmp_path, "highway=residential", node) == (expected, expected)


@pytest.mark.parametrize(
    ("tags", "turns"),
    [
        ("restriction=no_left_turn", False),
        ("restriction=no_left_turn except=bicycle", True),
        ("restriction=no_left_turn except=bus;bicycle", True),
        ("restriction=no_left_turn except=bus", False),
        ("restriction:hgv=no_left_turn", True),
        ("restriction:bicycle=no_left_turn", False),
        ("restriction=only_straight_on except=bicycle", True),
    ],
)
def test_turn_restrictions(tmp_path: Path, tags: str, turns: bool) -> None:
    pairs = "".join("<tag k='{}' v='{}'/>".format(*pair.split("=")) for pair in tags.split())
    relation = (
        "<relation id='1'><member type='way' ref='103' role='from'/><member type='node' ref='97' role='via'/>"
        f"<member type='way' ref='101' role='to'/><tag k='type' v='restriction'/>{pairs}</relation>"
    )
    xml = osm_xml(NODES, {"Gade": "amb highway=residential", **AROUND}, None, relation)
    walked = dataclasses.replace(PLAIN, left_turn_s=30)
    there, back = _seconds(network_of(tmp_path, xml, walked))
    assert there == (RIDE if turns else RIDE + 60)  # a forbidden turn is walked, which takes twice a left one
    assert back == RIDE


@pytest.mark.parametrize(
    ("tags", "along", "against"),
    [
        ("route=ferry", ROUND, ROUND),
        ("route=ferry bicycle=no", ROUND, ROUND),
        ("route=ferry motor_vehicle=yes foot=yes", ROUND, ROUND),
        ("route=ferry bicycle=yes duration=00:01", 60, 60),
        ("route=ferry bicycle=yes duration=PT1M", 60, 60),
        ("route=ferry bicycle=yes duration=00:00:50", 50, 50),
        ("route=ferry bicycle=yes duration=1 interval=00:01", 60, 60),
        ("route=ferry bicycle=dismount maxspeed=18", RIDE, RIDE),
        ("route=ferry bicycle=yes", 70, 70),  # 10 km/h
        ("route=ferry bicycle=yes duration=00:01 oneway=yes", 60, ROUND),
        ("route=ferry bicycle=yes duration=01:00", ROUND, ROUND),
        ("route=ferry bicycle=yes duration=soon", 70, 70),
        ("route=ferry bicycle=yes maxspeed=0", 70, 70),
    ],
)
def test_ferries(tmp_path: Path, tags: str, along: int, against: int) -> None:
    assert _street(tmp_path, tags) == (along, against)


@pytest.mark.parametrize(("wait_s", "seconds"), [(0, 60), (40, 100), (70, ROUND), (float("inf"), ROUND)])
def test_a_ferry_is_waited_for_once_and_taken_where_that_is_faster(
    tmp_path: Path, wait_s: float, seconds: int
) -> None:
    xml = osm_xml(NODES, {"Færge": "amb route=ferry bicycle=yes duration=00:01", **AROUND})
    network = network_of(tmp_path, xml, dataclasses.replace(PLAIN, ferry_wait_s=wait_s))
    assert network.cycling.ferry_wait_s == wait_s
    there, back = _seconds(network)
    assert there == back == seconds


def test_no_ferry_is_taken_unless_the_settings_say_how_long_it_is_waited_for() -> None:
    assert Cycling().ferry_wait_s == float("inf")


def test_a_ferry_is_left_where_it_lands_and_nowhere_else(tmp_path: Path) -> None:
    # A bridge across the water shares a node with the ferry, as careless maps have it.
    nodes = NODES | {"u": (100, 300), "v": (100, -300)}
    ways = {"Færge": "amb route=ferry bicycle=yes duration=00:01", "Bro": "umv highway=cycleway bridge=yes"}
    xml = osm_xml(nodes, {**ways, **AROUND, "Kaj": "ucd highway=cycleway"})
    network = network_of(tmp_path, xml, PLAIN)
    ends = {tuple(network.shape(edge)[-1].round(6)) for edge in np.flatnonzero(network.is_ferry).tolist()}
    assert ends == {tuple(np.round(at(*NODES[name]), 6)) for name in "ab"}
    assert _seconds(network) == (60, 60)


def test_a_place_on_the_water_belongs_to_the_shore(tmp_path: Path) -> None:
    xml = osm_xml(NODES, {"Færge": "amb route=ferry bicycle=yes duration=00:01", **AROUND})
    network = network_of(tmp_path, xml, PLAIN)
    snap = network.snap(*at(80, 3))
    assert not network.is_ferry[snap.edge]
    assert snap.distance_m == pytest.approx(np.hypot(80, 3), rel=1e-3)


@pytest.mark.parametrize(
    "tags", ["bridge=yes", "tunnel=yes", "layer=1", "layer=-1", "level=2", "bridge=viaduct layer=1"]
)
def test_a_door_belongs_to_a_street_of_its_own_level(tmp_path: Path, tags: str) -> None:
    xml = osm_xml(NODES, {"Gade": f"amb highway=residential {tags}", **AROUND})
    network = network_of(tmp_path, xml, PLAIN)
    assert network.names[network.topology.name[network.snap(*at(100, 10)).edge]] in {"Vest", "Øst", "Udenom"}
    # Where no other is near it serves all the same.
    far = osm_xml(
        {**NODES, "s": (-400, 0), "t": (600, 0), "a": (-390, 0), "b": (590, 0)},
        {
            "Gade": f"amb highway=residential {tags}",
            "Vest": "sa highway=cycleway",
            "Øst": "bt highway=cycleway",
        },
    )
    network = network_of(tmp_path, far, PLAIN)
    assert network.names[network.topology.name[network.snap(*at(100, 10)).edge]] == "Gade"


@pytest.mark.parametrize("tags", ["bridge=no", "tunnel=no", "layer=0", "covered=yes"])
def test_what_is_on_the_ground_is_no_bridge(tmp_path: Path, tags: str) -> None:
    network = network_of(
        tmp_path, osm_xml(NODES, {"Gade": f"amb highway=residential {tags}", **AROUND}), PLAIN
    )
    assert network.names[network.topology.name[network.snap(*at(100, 10)).edge]] == "Gade"


def test_a_ferry_has_its_own_speed_whoever_rides(tmp_path: Path) -> None:
    xml = osm_xml(NODES, {"Færge": "amb route=ferry bicycle=yes duration=00:01", **AROUND})
    network = network_of(tmp_path, xml, PLAIN)
    ferry = network.topology.ferry_kph > 0
    assert network.speed_kph[ferry] == pytest.approx([12, 12], rel=1e-3)
    assert network.riding_at(Cycling(speed_kph=36)).speed_kph[ferry] == pytest.approx([12, 12], rel=1e-3)
    assert network.info().km_by_riding["ferry"] == pytest.approx(0.2, rel=1e-3)


def test_a_clipped_ferry_is_left_out(tmp_path: Path) -> None:
    nodes = {letter: xy for letter, xy in NODES.items() if letter != "m"}
    xml = osm_xml(nodes, {"Færge": "amb route=ferry bicycle=yes duration=00:01", **AROUND})
    network = network_of(tmp_path, xml, PLAIN)
    assert network.info().dropped == {"without nodes": 1}
    assert _seconds(network) == (ROUND, ROUND)


def test_a_cycle_track_drawn_as_a_way_of_its_own(tmp_path: Path) -> None:
    # The road sends bicycles to the track beside it, which is ridden one way.
    nodes = NODES | {"u": (0, 6), "v": (200, 6)}
    ways = {
        "Gade": "amb highway=primary bicycle=use_sidepath",
        "Sti": "auvb highway=cycleway oneway=yes foot=no",
    }
    assert _seconds(network_of(tmp_path, osm_xml(nodes, ways | AROUND), PLAIN)) == (RIDE, ROUND)


def test_a_square_drawn_as_a_relation_is_walked_along_its_edge(tmp_path: Path) -> None:
    nodes = NODES | {"u": (0, -30), "v": (200, -30)}
    ways = {"Torvets kant": "ambvua source=survey", "Hus": "cdbc building=yes"}
    relation = (
        "<relation id='7'><member type='way' ref='101' role='outer'/><tag k='type' v='multipolygon'/>"
        "<tag k='highway' v='pedestrian'/></relation>"
    )
    xml = osm_xml(nodes, ways | AROUND, None, relation)
    assert _seconds(network_of(tmp_path, xml, PLAIN)) == (PUSH, PUSH)


def test_a_square_is_walked_along_its_edge(tmp_path: Path) -> None:
    nodes = NODES | {"u": (0, -30), "v": (200, -30)}
    ways = {"Torv": "ambvua highway=pedestrian area=yes"}
    assert _seconds(network_of(tmp_path, osm_xml(nodes, ways | AROUND), PLAIN)) == (PUSH, PUSH)
