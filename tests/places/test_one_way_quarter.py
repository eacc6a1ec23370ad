"""A quarter of one-way streets: six of 400 m, 100 m apart, between two avenues; all run to the east.

Against its traffic a street is ridden where the map says so, in its many ways to say it; else the bicycle is
pushed along the pavement, and where there is none one rides round.
"""

from pathlib import Path

import pytest
from doors import BY_HAND, door, joined, ride
from osmfiles import Xy, network_of, osm_xml

from scheduler.network import Network

STREETS = {
    "Nygade": "oneway:bicycle=no",
    "Mellemgade": "",
    "Gammelgade": "cycleway:left=lane cycleway:left:oneway=-1 cycleway:right=no",
    "Torvegade": "bicycle:backward=yes",
    "Kirkegade": "oneway:bicycle:conditional=no+@+(Mo-Fr+07:00-17:00)",
    "Skolegade": "oneway:bicycle:conditional=no+@+(18:00-06:00)",
    "Rampen": "foot=no",
}
WEST_ENDS, EAST_ENDS = "abcdefg", "ABCDEFG"
NODES: dict[str, Xy] = {
    **{letter: (0, 100 * row) for row, letter in enumerate(WEST_ENDS)},
    **{letter: (400, 100 * row) for row, letter in enumerate(EAST_ENDS)},
    # The way into a yard on Mellemgade, with a gate.
    "m": (200, 100),
    "n": (200, 110),
    "o": (200, 120),
    "p": (200, 150),
}
WAYS = {
    "Vestre Allé": f"{WEST_ENDS} highway=residential",
    "Østre Allé": f"{EAST_ENDS} highway=residential",
    "Gården": "mnop highway=service",
    **{
        name: f"{one}{'m' if name == 'Mellemgade' else ''}{other} highway=residential oneway=yes {tags}"
        for (name, tags), one, other in zip(STREETS.items(), WEST_ENDS, EAST_ENDS, strict=True)
    },
}
RIDDEN_S, PUSHED_S, DOORS_S = 20, 40, 4


def _quarter(folder: Path, gate: str) -> Network:
    return network_of(folder, osm_xml(NODES, WAYS, {"o": gate}), BY_HAND)


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return _quarter(tmp_path_factory.mktemp("quarter"), "barrier=gate access=private")


@pytest.mark.parametrize(
    ("name", "against_s"),
    [
        ("Nygade", RIDDEN_S),
        ("Mellemgade", PUSHED_S),
        ("Gammelgade", RIDDEN_S),
        ("Torvegade", RIDDEN_S),
        ("Kirkegade", RIDDEN_S),
        ("Skolegade", PUSHED_S),
    ],
)
def test_with_the_traffic_and_against_it(quarter: Network, name: str, against_s: int) -> None:
    row = list(STREETS).index(name)
    # Two doors 5 m above the street, 100 m apart.
    here, there = door(250, 100 * row + 5), door(350, 100 * row + 5)
    assert ride(quarter, here, there) == (RIDDEN_S + DOORS_S, 110, [(name, 110)])
    assert ride(quarter, there, here) == (against_s + DOORS_S, 110, [(name, 110)])


def test_where_nobody_walks_one_rides_round(quarter: Network) -> None:
    here, there = door(350, 605), door(250, 605)
    # 50 m on, down to Kirkegade past Skolegade, which by day would be pushed; and up again.
    streets = [("Rampen", 55), ("Østre Allé", 200), ("Kirkegade", 400), ("Vestre Allé", 200), ("Rampen", 255)]
    assert ride(quarter, here, there) == (1100 // 5 + DOORS_S, 1110, streets)
    assert ride(quarter, there, here)[:2] == (RIDDEN_S + DOORS_S, 110)


def test_a_long_way_against_the_traffic_is_ridden_in_the_next_street(quarter: Network) -> None:
    # From one avenue to the other past Mellemgade, which would be pushed.
    streets = [("Østre Allé", 95), ("Nygade", 400), ("Vestre Allé", 95)]
    assert ride(quarter, door(405, 90), door(-5, 90)) == (580 // 5 + DOORS_S, 590, streets)


def test_behind_a_private_gate_one_walks_from_the_street_that_is_nearest(
    quarter: Network, tmp_path: Path
) -> None:
    yard = door(205, 150)
    assert joined(quarter, yard) == ("Gården", 40.3)
    assert joined(quarter, yard, "Gammelgade") == ("Gammelgade", 50)
    # Who may walk through it pushes the bicycle, or rides: a gate is opened.
    assert joined(_quarter(tmp_path, "barrier=gate access=private foot=permissive"), yard) == ("Gården", 5)


def test_a_door_between_two_streets_belongs_to_that_of_its_address(quarter: Network) -> None:
    here, from_nygade = door(200, 45, "Mellemgade 9, 2. tv"), door(100, -5)
    assert joined(quarter, here) == ("Nygade", 45)
    streets = ride(quarter, from_nygade, here)[2]
    assert [name for name, _metres in streets] == ["Nygade", "Vestre Allé", "Mellemgade"]
    # Nygade is ridden against its traffic: 100 m, then 100 m up and 200 m along; 5 and 55 m are walked.
    assert ride(quarter, from_nygade, here)[:2] == (400 // 5 + 2 + 22, 460)


def test_what_is_told_of_it(quarter: Network) -> None:
    info = quarter.info()
    assert info.contraflow_km == pytest.approx(4 * 0.4, rel=1e-3)
    assert info.oneway_km == pytest.approx(3 * 0.4, rel=1e-3)
    assert (info.open_gates, info.dropped) == (0, {})
