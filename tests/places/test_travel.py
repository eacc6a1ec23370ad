import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
from osmfiles import Xy, at, network_of, osm_xml, without_turns

from scheduler.base.errors import InputError
from scheduler.model.config import Cycling
from scheduler.model.project import Origin, Place
from scheduler.network import Network
from scheduler.places.travel import Travel, travel_times

#: 16 km/h on everything, also on foot, and nothing costs time but riding.
PLAIN = Cycling(
    speed_kph=16,
    mixed_traffic_factor=1,
    calm_street_factor=1,
    push_kph=16,
    right_turn_s=0,
    left_turn_s=0,
    signal_s=0,
)

# Two blocks: a ladder of streets of 400 m, 200 m apart.
NODES: dict[str, Xy] = {
    "a": (0, 0),
    "b": (400, 0),
    "c": (800, 0),
    "d": (0, 200),
    "e": (400, 200),
    "f": (800, 200),
}
WAYS = {
    "Søndergade": "abc highway=residential",
    "Nørregade": "def highway=residential oneway=yes foot=no",
    "Vestergade": "ad highway=residential",
    "Midtergade": "be highway=residential",
    "Østergade": "cf highway=residential",
}


def _place(place_id: str, x: float, y: float) -> Place:
    lat, lon = at(x, y)
    return Place(place_id=place_id, name=place_id, lat=lat, lon=lon, origin=Origin("practices.csv", 7))


PLACES = (
    _place("vest", 100, -10),
    _place("nord", 300, 210),
    _place("east", 700, 5),
    _place("stue", 300, 210),
)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return network_of(tmp_path_factory.mktemp("ladder"), osm_xml(NODES, WAYS), PLAIN)


@pytest.fixture(scope="module")
def travel(network: Network) -> Travel:
    return travel_times(network, PLACES)


def _between(travel: Travel, from_id: str, to_id: str) -> tuple[int, int]:
    index = travel.times.index()
    row, column = index[from_id], index[to_id]
    return int(travel.times.seconds[row, column]), int(travel.times.metres[row, column])


def test_distances_and_times_by_hand(travel: Travel) -> None:
    # 10 m to Søndergade, 600 m along it, 5 m from it; 615 m at 16 km/h, rounded up.
    assert _between(travel, "vest", "east") == (139, 615)
    # 10 m, back to Vestergade 100 m, up 200 m, 300 m along the one-way street, 10 m.
    assert _between(travel, "vest", "nord") == (140, 620)


def test_the_last_stretch_is_walked(network: Network, travel: Travel) -> None:
    # 10 m and 5 m at 4 km/h are 13.5 s, 600 m at 16 km/h are 135 s.
    walked = travel_times(network, PLACES, dataclasses.replace(PLAIN, push_kph=4))
    assert _between(walked, "vest", "east") == (149, 615)
    assert _between(travel, "vest", "east") == (139, 615)


def test_the_street_of_its_address_is_where_a_place_is_left(network: Network) -> None:
    # In the corner of Søndergade and Midtergade, nearer to the latter, or in a yard behind the former.
    def ride(address: str, x: float, y: float) -> tuple[str, ...]:
        corner = dataclasses.replace(_place("corner", x, y), address=address)
        legs = travel_times(network, (corner, PLACES[2])).path("corner", "east").streets
        return tuple(leg.name for leg in legs)

    assert ride("Sdr.gade 1", 420, 12) == ("Søndergade",)
    assert ride("", 405, 12) == ("Midtergade", "Søndergade")
    assert ride("Søndergade 12, 2. tv", 405, 12) == ("Søndergade",)
    assert ride("c/o Hansen, S. Gade 12", 405, 12) == ("Søndergade",)
    assert ride("SOENDERGADE 12", 405, 54) == ("Søndergade",)
    assert ride("Søndergade 12", 405, 56) == ("Midtergade", "Søndergade")
    assert ride("Adelgade 12", 405, 12) == ("Midtergade", "Søndergade")


def test_a_one_way_street_makes_the_way_back_longer(travel: Travel) -> None:
    # On along Nørregade 100 m, down 200 m, back 300 m: not the way that led there.
    assert _between(travel, "nord", "vest") == (140, 620)
    # From nord on to Midtergade and along Søndergade; from east back only round Vestergade.
    assert _between(travel, "east", "nord")[1] == 5 + 700 + 200 + 300 + 10
    assert _between(travel, "nord", "east")[1] == 10 + 100 + 200 + 300 + 5


def test_the_matrix_is_whole_numbers_with_an_empty_diagonal(travel: Travel) -> None:
    times = travel.times
    assert times.place_ids == ("vest", "nord", "east", "stue")
    assert times.seconds.dtype == times.metres.dtype == np.int64
    assert times.seconds.shape == times.metres.shape == (4, 4)
    assert not times.seconds.diagonal().any()
    assert (times.seconds[times.metres > 0] > 0).all()


def test_two_places_at_one_point_are_not_ridden_between(travel: Travel) -> None:
    assert _between(travel, "nord", "stue") == (0, 0)
    ride = travel.path("nord", "stue")
    assert (ride.streets, ride.seconds, ride.metres, len(ride.points)) == ((), 0, 0, 2)
    assert _between(travel, "vest", "stue") == _between(travel, "vest", "nord")


def test_a_path_is_what_the_matrix_says(travel: Travel) -> None:
    for start in PLACES:
        for end in PLACES:
            ride = travel.path(start.place_id, end.place_id)
            assert (ride.seconds, ride.metres) == _between(travel, start.place_id, end.place_id)
            assert sum(leg.seconds for leg in ride.streets) == ride.seconds
            assert sum(leg.metres for leg in ride.streets) == ride.metres
            assert ride.points[0] == (start.lat, start.lon)
            assert ride.points[-1] == (end.lat, end.lon)
            drawn = sum(
                math.hypot((b[0] - a[0]) * 111_195, (b[1] - a[1]) * 111_195 * math.cos(math.radians(a[0])))
                for a, b in zip(ride.points, ride.points[1:], strict=False)
            )
            assert drawn == pytest.approx(ride.metres, abs=2)


def test_the_streets_of_a_path_in_their_order(travel: Travel) -> None:
    legs = [(leg.name, leg.metres) for leg in travel.path("vest", "nord").streets]
    assert legs == [("Søndergade", 110), ("Vestergade", 200), ("Nørregade", 310)]
    assert [leg.name for leg in travel.path("east", "nord").streets] == [
        "Søndergade",
        "Vestergade",
        "Nørregade",
    ]
    # Two stretches of one street are one.
    assert [leg.name for leg in travel.path("vest", "east").streets] == ["Søndergade"]


def test_within_a_house_nobody_rides(network: Network) -> None:
    def places(address: str, other: str) -> list[Place]:
        own = (dataclasses.replace(_place("vest", 100, -10), address=address, postcode="1650"),)
        return [
            *own,
            dataclasses.replace(_place("door", 160, -10), address=other, postcode="1650"),
            PLACES[2],
        ]

    travel = travel_times(network, places("Vej 1", "Vej 1, 2. tv"))
    assert travel.times.one_house == {("vest", "door"), ("door", "vest")}
    assert _between(travel, "vest", "door") == _between(travel, "door", "vest") == (0, 0)
    path = travel.path("vest", "door")
    assert (path.points, path.streets, path.metres) == ((at(100, -10), at(160, -10)), (), 0)
    other = travel_times(network, places("Vej 1", "Vej 2"))
    assert other.times.one_house == frozenset()
    assert _between(other, "vest", "door")[1] > 0
    assert _between(travel, "door", "east") == _between(other, "door", "east")
    near = (_place("x", 450, 0), _place("y", 460, 0))
    assert _between(travel_times(network, near), "x", "y")[1] == 10
    assert _between(travel_times(network, near, exact=("x", "y")), "x", "y") == (0, 0)


def test_a_ride_along_one_street_needs_no_junction(network: Network) -> None:
    places = (_place("x", 450, -3), _place("y", 550, 4))
    travel = travel_times(network, places)
    assert _between(travel, "x", "y")[1] == _between(travel, "y", "x")[1] == 107
    # In a one-way street the way back goes round the block.
    places = (_place("x", 450, 203), _place("y", 550, 203))
    travel = travel_times(network, places)
    assert _between(travel, "x", "y")[1] == 106
    assert _between(travel, "y", "x")[1] == 3 + 250 + 200 + 400 + 200 + 50 + 3


def test_at_a_junction_any_street_may_be_taken(network: Network) -> None:
    # At the corner of Midtergade and the one-way Nørregade, which leads there and away.
    places = (
        _place("corner", 400, 200),
        _place("south", 400, 100),
        _place("w", 300, 200),
        _place("e", 500, 200),
    )
    travel = travel_times(network, places)
    assert _between(travel, "corner", "south")[1] == _between(travel, "south", "corner")[1] == 100
    assert _between(travel, "w", "corner")[1] == _between(travel, "corner", "e")[1] == 100
    assert _between(travel, "corner", "w")[1] == 200 + 400 + 200 + 300


def test_a_straight_ride_uses_no_turn_and_no_signal(network: Network) -> None:
    # From vest to east two junctions are crossed straight on.
    slow = dataclasses.replace(PLAIN, right_turn_s=60, left_turn_s=60, signal_s=60)
    assert _between(travel_times(network, PLACES, slow), "vest", "east") == (139, 615)


def test_turns_cost_what_the_settings_say(network: Network) -> None:
    # vest -> nord turns right at Vestergade and right again at Nørregade, where both only bend:
    # there is no other way on, so nobody turns.
    turning = dataclasses.replace(PLAIN, right_turn_s=11, left_turn_s=100)
    assert _between(travel_times(network, PLACES, turning), "vest", "nord")[0] == 140
    # nord -> east turns right into Midtergade and left into Søndergade: 200 m less than straight on.
    seconds = _between(travel_times(network, PLACES, PLAIN), "nord", "east")[0]
    for right_s, left_s in ((5, 0), (0, 30), (5, 30)):
        turning = dataclasses.replace(PLAIN, right_turn_s=right_s, left_turn_s=left_s)
        ridden = _between(travel_times(network, PLACES, turning), "nord", "east")
        assert ridden == (seconds + right_s + left_s, 615)
    straight_on = dataclasses.replace(PLAIN, left_turn_s=50)
    assert _between(travel_times(network, PLACES, straight_on), "nord", "east")[1] == 815


def test_signals_cost_what_the_settings_say(tmp_path: Path) -> None:
    signals = {"b": "highway=traffic_signals"}
    network = network_of(tmp_path, osm_xml(NODES, WAYS, signals), PLAIN)
    waiting = dataclasses.replace(PLAIN, signal_s=13)
    assert _between(travel_times(network, PLACES, PLAIN), "vest", "east") == (139, 615)
    assert _between(travel_times(network, PLACES, waiting), "vest", "east") == (139 + 13, 615)


def test_pushing_is_chosen_where_it_is_faster(tmp_path: Path) -> None:
    short = {**WAYS, "Smøgen": "be highway=footway"}
    del short["Midtergade"]
    places = (_place("south", 400, -5), _place("north", 400, 205))
    network = network_of(tmp_path, osm_xml(NODES, short), PLAIN)
    assert _between(travel_times(network, places, Cycling(push_kph=5)), "south", "north")[1] == 210
    ride = travel_times(network, places, dataclasses.replace(PLAIN, push_kph=2)).path("south", "north")
    assert "Smøgen" not in [leg.name for leg in ride.streets]
    assert ride.metres == 5 + 400 + 200 + 400 + 5


def test_twice_the_speed_halves_the_time(network: Network) -> None:
    slow = travel_times(network, PLACES, PLAIN).times
    fast = travel_times(network, PLACES, dataclasses.replace(PLAIN, speed_kph=32, push_kph=32)).times
    assert (np.abs(slow.seconds - 2 * fast.seconds) <= 2).all()


def test_places_that_cannot_reach_each_other_are_named(network: Network) -> None:
    cut = without_turns(network)
    with pytest.raises(InputError) as caught:
        travel_times(cut, PLACES[:2])
    (first, second) = caught.value.problems
    assert first.reason == "there is no way to ride from vest to nord in the map map.osm"
    assert (second.file, second.row) == ("practices.csv", 7)


def test_a_place_must_have_been_located(network: Network) -> None:
    with pytest.raises(ValueError, match="stray has no coordinates"):
        travel_times(network, [Place(place_id="stray", name="")])


def test_unknown_places_and_none(network: Network, travel: Travel) -> None:
    with pytest.raises(KeyError):
        travel.path("vest", "nowhere")
    assert travel_times(network, []).times.seconds.shape == (0, 0)
