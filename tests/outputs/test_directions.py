import pytest

from scheduler.mapdata import Point, RidePath, StreetLeg
from scheduler.outputs.directions import Step, main_streets, steps

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


def test_turns_are_those_of_the_line() -> None:
    path = _path(("Enghavevej", 300), ("Istedgade", 200), ("Gasværksvej", 200))
    assert steps(path) == (
        Step("", "Enghavevej", "300 m"),
        Step("right", "Istedgade", "200 m"),
        Step("left", "Gasværksvej", "200 m"),
    )


def test_a_new_name_without_a_turn_is_straight_on() -> None:
    path = _path(("Vesterbrogade", 150), ("Roskildevej", 150), ("Pile Allé", 400))
    assert [step.turn for step in steps(path)] == ["", "straight on", "right"]


def test_turning_back() -> None:
    points = (CORNER[0], CORNER[1], CORNER[0])
    assert steps(_path(("Sidegade", 300), ("Hovedgade", 300), points=points))[1].turn == "turn back"


def test_crossings_without_a_name_are_left_out() -> None:
    path = _path(("Enghavevej", 200), ("", 20), ("Enghavevej", 80), ("", 200), ("Gasværksvej", 200))
    assert [(step.street, step.distance) for step in steps(path)] == [
        ("Enghavevej", "300 m"),
        ("path without a name", "200 m"),
        ("Gasværksvej", "200 m"),
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
