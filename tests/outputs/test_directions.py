import math

import pytest

from scheduler.base import i18n
from scheduler.model.geo import Point, RidePath, StreetLeg
from scheduler.outputs.directions import main_streets, numbered, steps

# About 100 m a step, north and east.
NORTH, EAST = 0.0009, 0.0016
CORNER: tuple[Point, ...] = (
    (55.66, 12.54),
    (55.66 + 3 * NORTH, 12.54),
    (55.66 + 3 * NORTH, 12.54 + 2 * EAST),
    (55.66 + 5 * NORTH, 12.54 + 2 * EAST),
)


def _path(*legs: tuple[str, int], points: tuple[Point, ...] = CORNER) -> RidePath:
    streets = tuple(StreetLeg(name, metres, metres // 4) for name, metres in legs)
    return RidePath(points, streets, 0, sum(leg.metres for leg in streets))


def _words(path: RidePath) -> tuple[str, ...]:
    return tuple(step.words.replace("\N{NO-BREAK SPACE}", " ") for step in steps(path))


def _bend(degrees: float) -> tuple[Point, ...]:
    """A line of 200 m north, then 200 m that turn right by so many degrees."""
    north, east = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    corner = CORNER[0][0] + 2 * NORTH
    return CORNER[0], (corner, 12.54), (corner + 2 * NORTH * north, 12.54 + 2 * EAST * east)


def test_turns_are_those_of_the_line() -> None:
    path = _path(("Enghavevej", 300), ("Istedgade", 200), ("Gasværksvej", 200))
    assert _words(path) == (
        "Head north along Enghavevej, 300 m",
        "Turn right into Istedgade, 200 m",
        "Turn left into Gasværksvej, 200 m",
    )


def test_directions_in_danish() -> None:
    path = _path(("Vesterbrogade", 150), ("Roskildevej", 150), ("Enghavevej", 200), ("", 200))
    with i18n.using("da"):
        texts = _words(path)
    assert texts == (
        "Kør mod nord ad Vesterbrogade, 150 m",
        "Fortsæt ligeud ad Roskildevej, 150 m",
        "Drej til højre ad Enghavevej, 200 m",
        "Drej til venstre ad en sti uden navn, 200 m",
    )


@pytest.mark.parametrize(
    ("degrees", "text"),
    [
        (0, "Continue straight on along B"),
        (20, "Continue straight on along B"),
        (-20, "Continue straight on along B"),
        (40, "Bear right into B"),
        (-40, "Bear left into B"),
        (90, "Turn right into B"),
        (-90, "Turn left into B"),
        (140, "Turn sharp right into B"),
        (-140, "Turn sharp left into B"),
        (179, "Turn round and follow B"),
        (-179, "Turn round and follow B"),
    ],
)
def test_how_sharp_a_turn_is(degrees: float, text: str) -> None:
    step = _words(_path(("A", 200), ("B", 200), points=_bend(degrees)))[1]
    assert step == f"{text}, 200 m"


@pytest.mark.parametrize(
    ("north", "east", "direction"),
    [
        (1, 0, "north"),
        (1, 1, "north-east"),
        (0, 1, "east"),
        (-1, 1, "south-east"),
        (-1, 0, "south"),
        (-1, -1, "south-west"),
        (0, -1, "west"),
        (1, -1, "north-west"),
    ],
)
def test_the_first_step_says_where_to(north: int, east: int, direction: str) -> None:
    points = (CORNER[0], (CORNER[0][0] + north * NORTH, CORNER[0][1] + east * EAST))
    (step,) = _words(_path(("A", 1500), points=points))
    assert step == f"Head {direction} along A, 1.5 km"


def test_braces_in_a_name_are_only_text() -> None:
    assert "{turn}{0}" in _words(_path(("{turn}{0}", 400)))[0]


def test_crossings_without_a_name_are_left_out() -> None:
    path = _path(("Enghavevej", 200), ("", 20), ("Enghavevej", 80), ("", 200), ("Gasværksvej", 200))
    assert [step.rpartition(" along ")[2].rpartition(" into ")[2] for step in _words(path)] == [
        "Enghavevej, 300 m",
        "a path without a name, 200 m",
        "Gasværksvej, 200 m",
    ]


def test_a_ride_with_no_streets_has_no_steps() -> None:
    path = RidePath(((55.66, 12.54), (55.66, 12.54)), (), 0, 0)
    assert steps(path) == ()
    assert main_streets(path) == ""


@pytest.mark.parametrize(
    ("legs", "named"),
    [
        ((("A", 900), ("B", 30), ("C", 800), ("D", 300)), "A, C, D"),
        ((("A", 100), ("B", 100), ("C", 100), ("A", 700)), "A, B"),
        (tuple((name, 100) for name in "ABCDEFGHIJ"), "A, B"),
        ((("", 900), ("A", 100)), "A"),
    ],
)
def test_main_streets_in_the_order_they_are_ridden(legs: tuple[tuple[str, int], ...], named: str) -> None:
    assert main_streets(_path(*legs)) == named


def test_turns_are_numbered_through_the_day() -> None:
    there = _path(("Enghavevej", 300), ("Istedgade", 200), ("Gasværksvej", 200))
    on = _path(("Gasværksvej", 200), ("Istedgade", 500))
    numbers = [[step.number for step in ride] for ride in numbered([there, None, on])]
    # How a ride begins is no turn.
    assert numbers == [["", "1", "2"], [], ["", "3"]]


def test_a_turn_is_where_its_street_begins() -> None:
    path = _path(("Enghavevej", 300), ("Istedgade", 200), ("Gasværksvej", 200))
    _first, right, left = steps(path)
    assert right.point == pytest.approx(CORNER[1], abs=3e-5)
    assert left.point == pytest.approx(CORNER[2], abs=3e-5)
    # From north to east, and back to north: between the two is about north-east.
    assert 30 < right.bearing < 60
    assert 30 < left.bearing < 60
    assert "300\N{NO-BREAK SPACE}m" in steps(path)[0].words
