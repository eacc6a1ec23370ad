"""A centre for people on foot: a street without bicycles, streets at hours, a square, steps and a passage.

::

    d-----g-----j-----k-----e   y = 100  Bredgade, round the centre from a to b
    |     |     |     x     |   Købmagergade, Frederiksgade and (closed) Skolegade lead up to it
    a-----s-----u-----t-----b   y = 0    Strøget
               / \\    r     |   Torvet, a three-cornered square, and Smøgen, a passage to a yard
              y---x         |
                  z---------n   y = -120 Nedergade, down the steps
"""

import math
from collections.abc import Mapping

import pytest
from doors import BY_HAND, door, joined, ride
from osmfiles import Xy, network_of, osm_xml

from scheduler.model.project import Place
from scheduler.network import Network

NODES: dict[str, Xy] = {
    "d": (0, 100),
    "g": (100, 100),
    "j": (200, 100),
    "k": (300, 100),
    "e": (400, 100),
    "a": (0, 0),
    "s": (100, 0),
    "v": (150, 0),
    "u": (200, 0),
    "w": (250, 0),
    "t": (300, 0),
    "b": (400, 0),
    "y": (150, -80),
    "x": (250, -80),
    "r": (300, -60),
    "z": (250, -120),
    "n": (400, -120),
    "1": (190, -40),
    "2": (210, -40),
    "3": (200, -50),
}
WAYS = {
    "Bredgade": "adgjkeb highway=residential",
    "Strøget": "asutb highway=pedestrian bicycle=no",
    "Købmagergade": "sg highway=pedestrian bicycle:conditional=yes+@+(18:00-10:00)",
    "Frederiksgade": "uj highway=pedestrian bicycle:conditional=yes+@+(Mo-Fr+07:00-17:00)",
    "Skolegade": "tk highway=residential access:conditional=no+@+(Mo-Fr+07:30-08:30)",
    "Smøgen": "tr highway=footway tunnel=building_passage layer=-1",
    "Kirketrappen": "xz highway=steps",
    "Nedergade": "znb highway=residential",
    "": "uxyu source=survey",
    "Springvand": "1231 amenity=fountain",
}
SQUARE = (
    "<relation id='1'><member type='way' ref='109' role='outer'/><member type='way' ref='110' role='inner'/>"
    "<tag k='type' v='multipolygon'/><tag k='highway' v='pedestrian'/><tag k='name' v='Torvet'/></relation>"
)


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return network_of(tmp_path_factory.mktemp("centre"), osm_xml(NODES, WAYS, relations=SQUARE), BY_HAND)


NORTH, WEST, EAST = door(180, 110), door(-10, 50), door(410, 50)


def test_past_the_street_for_walking_one_rides_round_it(centre: Network) -> None:
    # Straight through it is 400 m, but they would be pushed in 160 s; round it 500 m are ridden in 100 s.
    assert ride(centre, WEST, EAST) == (4 + 100 + 4, 520, [("Bredgade", 520)])


@pytest.mark.parametrize(
    ("here", "there", "seconds", "streets"),
    [
        # The bicycle is pushed to a door of the street.
        (WEST, door(50, 8), 4 + 10 + 20 + 3.2, {"Bredgade": 60, "Strøget": 58}),
        (door(50, 8), WEST, 4 + 10 + 20 + 3.2, {"Strøget": 58, "Bredgade": 60}),
        # Bicycles may ride from 18 to 10, which is not all the day; and all the day.
        (door(80, 110), door(108, 50), 4 + 4 + 20 + 3.2, {"Bredgade": 30, "Købmagergade": 58}),
        (NORTH, door(208, 50), 4 + 4 + 10 + 3.2, {"Bredgade": 30, "Frederiksgade": 58}),
        # Across the square one walks along its edge, of which a side is 94.34 m long.
        (
            NORTH,
            door(200, -90),
            4 + 4 + 20 + 57.74 + 4,
            {"Bredgade": 30, "Frederiksgade": 100, "Torvet": 154},
        ),
        # Down the steps the bicycle is carried.
        (
            door(200, -90),
            door(262, -130),
            4 + 20 + 32 + 2.4 + 4,
            {"Torvet": 60, "Kirketrappen": 40, "Nedergade": 22},
        ),
        # To the passage past Skolegade, through which nobody may go at eight.
        (
            NORTH,
            door(303, -40),
            4 + 4 + 20 + 40 + 16 + 1.2,
            {"Bredgade": 30, "Frederiksgade": 100, "Strøget": 100, "Smøgen": 43},
        ),
    ],
)
def test_what_is_ridden_and_what_is_pushed(
    centre: Network, here: Place, there: Place, seconds: float, streets: Mapping[str, int]
) -> None:
    assert ride(centre, here, there) == (math.ceil(seconds), sum(streets.values()), list(streets.items()))


@pytest.mark.parametrize(
    ("x", "y", "street", "name", "metres"),
    [
        (303, -40, "", "Smøgen", 3),
        (303, -40, "Strøget", "Strøget", 40),
        (200, -90, "", "Torvet", 10),
        (200, -30, "", "Torvet", 15.9),
        (200, -30, "Strøget", "Strøget", 30),
        (290, 40, "Skolegade", "Strøget", 40),
    ],
)
def test_where_a_door_belongs(  # noqa: PLR0917 - the columns of a table
    centre: Network, x: float, y: float, street: str, name: str, metres: float
) -> None:
    assert joined(centre, door(x, y), street) == (name, metres)


def test_what_is_told_of_it(centre: Network) -> None:
    info = centre.info()
    assert info.dropped == {"no bicycles": 1, "cut off": 1}  # Skolegade, and the fountain's edge
    assert info.km_by_riding["steps"] == pytest.approx(0.04, rel=1e-3)
    assert info.km_by_riding["calm"] == pytest.approx(0.6 + 0.1 + 0.27, rel=1e-3)
