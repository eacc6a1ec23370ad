"""The rules of the road, each on a small map of its own: how long it takes from A to B, and which way.

The map is the same square for all: A and B at the ends of a street of 200 m, whose tags are what a
case is about, and a way round of 600 m that is good to ride.
"""

from pathlib import Path

import pytest
from osmfiles import Xy, at, network_of, osm_xml

from scheduler.model.config import Cycling
from scheduler.model.project import Place
from scheduler.network import Network
from scheduler.places.travel import travel_times

NODES: dict[str, Xy] = {"a": (0, 0), "m": (100, 0), "b": (200, 0), "c": (200, 200), "d": (0, 200)}
#: Stubs, so that places lie on something that is there whatever the street is.
NODES |= {"s": (-50, 0), "t": (250, 0)}
AROUND = {"Udenom": "bcda highway=cycleway", "Vest": "sa highway=cycleway", "Øst": "bt highway=cycleway"}
PLAIN = Cycling(
    speed_kph=18,
    mixed_traffic_factor=1,
    calm_street_factor=1,
    rough_surface_factor=1,
    walking_kph=9,
    steps_kph=4.5,
    right_turn_s=0,
    left_turn_s=0,
    signal_s=0,
)
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
        ("highway=tertiary bicycle=no", ROUND, ROUND),
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
def test_barriers(tmp_path: Path, node: str, passes: bool) -> None:  # noqa: FBT001
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
def test_turn_restrictions(tmp_path: Path, tags: str, turns: bool) -> None:  # noqa: FBT001
    pairs = "".join("<tag k='{}' v='{}'/>".format(*pair.split("=")) for pair in tags.split())
    relation = (
        "<relation id='1'><member type='way' ref='103' role='from'/><member type='node' ref='97' role='via'/>"
        f"<member type='way' ref='101' role='to'/><tag k='type' v='restriction'/>{pairs}</relation>"
    )
    xml = osm_xml(NODES, {"Gade": "amb highway=residential", **AROUND}, None, relation)
    walked = Cycling(**{**_settings(PLAIN), "left_turn_s": 30})
    there, back = _seconds(network_of(tmp_path, xml, walked))
    assert there == (RIDE if turns else RIDE + 60)  # a forbidden turn is walked, which takes twice a left one
    assert back == RIDE


def _settings(cycling: Cycling) -> dict[str, float]:
    return {name: getattr(cycling, name) for name in cycling.__slots__}


@pytest.mark.parametrize(
    ("tags", "along", "against"),
    [
        ("route=ferry", ROUND, ROUND),
        ("route=ferry bicycle=no", ROUND, ROUND),
        ("route=ferry motor_vehicle=yes foot=yes", ROUND, ROUND),
        ("route=ferry bicycle=yes duration=00:01", 60, 60),
        ("route=ferry bicycle=yes duration=PT1M", 60, 60),
        ("route=ferry bicycle=yes duration=00:00:50", 50, 50),
        ("route=ferry bicycle=yes duration=1 interval=00:01", 90, 90),
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


def test_a_square_is_walked_along_its_edge(tmp_path: Path) -> None:
    nodes = NODES | {"u": (0, -30), "v": (200, -30)}
    ways = {"Torv": "ambvua highway=pedestrian area=yes"}
    assert _seconds(network_of(tmp_path, osm_xml(nodes, ways | AROUND), PLAIN)) == (PUSH, PUSH)
