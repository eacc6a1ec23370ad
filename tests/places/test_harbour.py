"""A harbour: two quays, a bridge at one end, a ferry that calls at a holm, and a tunnel under a warehouse.

The water lies between x = 0 and x = 300. By the bridge the way across is 300 m long, but far; the ferry
takes two minutes, and lands at piers of 20 m that one walks along.
"""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from doors import BY_HAND, door, joined, ride
from osmfiles import Xy, network_of, osm_xml

from scheduler.base.errors import InputError
from scheduler.network import Network
from scheduler.places.travel import travel_times

NODES: dict[str, Xy] = {
    "a": (0, 0),
    "b": (0, 50),
    "c": (0, 200),
    "d": (0, 400),
    "e": (300, 0),
    "f": (300, 50),
    "g": (300, 400),
    "p": (20, 50),
    "h": (150, 50),
    "q": (280, 50),
    "i": (150, 150),
    "k": (-100, 0),
    "l": (-100, 200),
    "m": (-100, 400),
}
WAYS = {
    "Vestkaj": "abcd highway=cycleway",
    "Østkaj": "efg highway=cycleway",
    "Havnebroen": "dg highway=cycleway bridge=movable layer=1",
    "Vestpier": "bp highway=footway man_made=pier",
    "Østpier": "fq highway=footway man_made=pier",
    "Havnebussen": "phq route=ferry bicycle=yes duration=00:02",
    "Holmvej": "hi highway=residential",
    "Havnegade": "klm highway=residential",
    "Syd": "ka highway=residential",
    "Nord": "md highway=residential",
    "Pakhustunnelen": "lc highway=cycleway tunnel=yes layer=-1",
}
LANDING = {"h": "amenity=ferry_terminal"}
WEST, EAST, HOLM = door(-10, 100), door(310, 100), door(160, 100)


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return network_of(tmp_path_factory.mktemp("harbour"), osm_xml(NODES, WAYS, LANDING), BY_HAND)


def _waiting(network: Network, wait_s: float) -> Network:
    return network.riding_at(dataclasses.replace(BY_HAND, ferry_wait_s=wait_s))


def test_without_a_timetable_one_rides_across_the_bridge(harbour: Network) -> None:
    # 900 m are ridden, 10 m are walked to the quay at each door.
    streets = [("Vestkaj", 310), ("Havnebroen", 300), ("Østkaj", 310)]
    assert ride(harbour, WEST, EAST) == (180 + 4 + 4, 920, streets)
    assert ride(harbour, EAST, WEST)[:2] == (188, 920)


def test_a_ferry_is_waited_for_once_though_it_calls_on_its_way(harbour: Network) -> None:
    streets = [("Vestkaj", 60), ("Vestpier", 20), ("Havnebussen", 260), ("Østpier", 20), ("Østkaj", 60)]
    quays_and_doors_s, piers_s, crossing_s = 10 + 10 + 4 + 4, 8 + 8, 120
    for here, there in ((WEST, EAST), (EAST, WEST)):
        seconds, metres, along = ride(_waiting(harbour, 20), here, there)
        assert (seconds, metres) == (quays_and_doors_s + piers_s + 20 + crossing_s, 420)
        assert along == (streets if here is WEST else streets[::-1])
    # With ten seconds more the bridge is faster.
    assert ride(_waiting(harbour, 30), WEST, EAST)[:2] == (188, 920)


def test_one_gets_off_where_the_ferry_calls(harbour: Network) -> None:
    streets = [("Vestkaj", 60), ("Vestpier", 20), ("Havnebussen", 130), ("Holmvej", 60)]
    seconds = 4 + 10 + 8 + 20 + 60 + 10 + 4
    assert ride(_waiting(harbour, 20), WEST, HOLM) == (seconds, 270, streets)
    assert ride(_waiting(harbour, 20), HOLM, WEST)[:2] == (seconds, 270)


def test_a_holm_that_only_a_ferry_reaches_is_told_with_the_setting(harbour: Network) -> None:
    with pytest.raises(InputError, match=r"there is no way to ride from -10 100 to 160 100") as caught:
        travel_times(harbour, [WEST, HOLM])
    assert "set ferry_wait_s under [cycling]" in caught.value.hint


def test_where_the_map_has_no_landing_nobody_gets_off(tmp_path: Path) -> None:
    network = network_of(tmp_path, osm_xml(NODES, WAYS), BY_HAND)
    ends = {tuple(network.shape(edge)[0].round(6)) for edge in np.flatnonzero(network.is_ferry).tolist()}
    assert len(ends) == 2
    assert network.info().dropped == {"cut off": 1}
    assert "Holmvej" not in network.names


@pytest.mark.parametrize(
    ("x", "y", "street", "name", "metres"),
    [
        # Over the tunnel, 5 m from it, but 40 m from the quay and 60 m from the street of its address.
        (-40, 205, "", "Vestkaj", 40),
        (-40, 205, "Havnegade", "Havnegade", 60),
        (-40, 205, "Pakhustunnelen", "Vestkaj", 40),
        # In the bridge keeper's house, between the piers of the bridge.
        (160, 410, "", "Østkaj", 140.4),
        (160, 410, "Havnebroen", "Østkaj", 140.4),
        # On a ship: the pier is nearer than the quay, and the ferry passes by.
        (30, 50, "", "Vestpier", 10),
        (90, 60, "Havnebussen", "Holmvej", 60),
    ],
)
def test_where_a_door_belongs(  # noqa: PLR0917 - the columns of a table
    harbour: Network, x: float, y: float, street: str, name: str, metres: float
) -> None:
    joined_to, walked_m = joined(harbour, door(x, y), street)
    assert joined_to == name
    assert walked_m == pytest.approx(metres, abs=0.1)  # degrees make no round metres


def test_the_tunnel_is_ridden_through_though_no_door_is_in_it(harbour: Network) -> None:
    here, there = door(-110, 200), door(10, 210, "Vestkaj 2")
    streets = [("Havnegade", 10), ("Pakhustunnelen", 100), ("Vestkaj", 20)]
    assert ride(harbour, here, there)[:2] == (4 + 20 + 2 + 4, 130)
    assert [name for name, _metres in ride(harbour, here, there)[2]][-2:] == [
        name for name, _m in streets[1:]
    ]


def test_to_the_ship_one_walks(harbour: Network) -> None:
    assert ride(harbour, WEST, door(30, 50)) == (4 + 10 + 8 + 4, 90, [("Vestkaj", 60), ("Vestpier", 30)])
