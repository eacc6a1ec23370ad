import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.outputs.geometry import Box, Frame, Strand, side_by_side

STREET = ((0.0, 0.0), (500.0, 0.0), (500.0, 400.0))


def _offsets(strand: Strand) -> list[float]:
    """How far right of the street, in lanes, each segment is drawn."""
    found = []
    for ((x1, y1), (x2, y2)), (shift, _next) in zip(
        pairwise(strand.points), pairwise(strand.shifts), strict=True
    ):
        length = math.hypot(x2 - x1, y2 - y1)
        if length:
            found.append((shift[0] * (y2 - y1) - shift[1] * (x2 - x1)) / length)
    return found


def test_a_frame_turns_degrees_into_metres_and_back() -> None:
    frame = Frame(55.6668, 12.5604)
    assert frame.metres((55.6668, 12.5604)) == (0.0, 0.0)
    # Skelbækgade to Toftegårds Plads: 3.0 km on the globe.
    x, y = frame.metres((55.6572, 12.5150))
    assert math.hypot(x, y) == pytest.approx(3045, rel=0.002)
    assert frame.degrees((x, y)) == pytest.approx((55.6572, 12.5150))


def test_a_box_is_shaped_by_growing() -> None:
    tall = Box(0, 0, 100, 400).shaped(1.0, 1.5)
    assert (tall.width, tall.height, tall.centre) == (400, 400, (50, 200))
    wide = Box(0, 0, 900, 300).shaped(1.0, 1.5)
    assert (wide.width, wide.height, wide.centre) == (900, 600, (450, 150))
    fits = Box(0, 0, 120, 100)
    assert fits.shaped(1.0, 1.5) == fits


def test_alone_a_ride_keeps_to_the_middle() -> None:
    (strand,) = side_by_side([STREET], ["a"])
    assert strand.points == STREET
    assert _offsets(strand) == pytest.approx([0, 0])


def test_there_and_back_each_keeps_right() -> None:
    there, back = side_by_side([STREET, STREET[::-1]], ["there", "back"])
    assert _offsets(there) == pytest.approx([0.5, 0.5])
    assert _offsets(back) == pytest.approx([0.5, 0.5])


def test_the_same_way_twice_lies_side_by_side() -> None:
    first, second = side_by_side([STREET, STREET], ["first", "second"])
    assert _offsets(first) == pytest.approx([-0.5, -0.5])
    assert _offsets(second) == pytest.approx([0.5, 0.5])


def test_only_the_shared_stretch_is_split() -> None:
    onward = ((500.0, 0.0), (500.0, 400.0), (900.0, 400.0))
    one, two = side_by_side([STREET, onward], ["one", "two"])
    assert _offsets(one) == pytest.approx([0, -0.5])
    assert _offsets(two) == pytest.approx([0.5, 0])


def test_a_ride_that_begins_in_mid_street_shares_it() -> None:
    half = ((250.0, 0.3), (500.0, 0.0))
    whole, part = side_by_side([STREET, half], ["whole", "part"])
    assert _offsets(whole) == pytest.approx([0, -0.5, 0], abs=0.01)
    assert _offsets(part) == pytest.approx([0.5], abs=0.01)


def test_carriageways_of_their_own_are_drawn_apart() -> None:
    there, back = ((0.0, 0.0), (500.0, 0.0)), ((500.0, 15.0), (0.0, 15.0))
    for strand in side_by_side([there, back], ["there", "back"]):
        assert _offsets(strand) == pytest.approx([0.5])
    far = ((500.0, 90.0), (0.0, 90.0))
    assert _offsets(side_by_side([there, far], ["there", "far"])[0]) == pytest.approx([0])


def test_places_without_a_way_between_them() -> None:
    stay = ((3.0, 4.0), (3.0, 4.0))
    assert side_by_side([stay, []], ["a", "b"]) == [Strand(((3.0, 4.0),), ((0.0, 0.0),)), Strand((), ())]


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=12),
        min_size=1,
        max_size=5,
    ),
)
def test_any_paths_are_drawn_within_their_lanes(paths: list[list[tuple[int, int]]]) -> None:
    metres = [[(100.0 * x, 100.0 * y) for x, y in path] for path in paths]
    strands = side_by_side(metres, range(len(metres)))
    for path, strand in zip(metres, strands, strict=True):
        assert strand.points[0] == path[0]
        assert strand.points[-1] == path[-1]
        assert len(strand.points) == len(strand.shifts)
        # Two lanes a path at most; a mitre is at most twice as far out as its lane.
        assert all(math.hypot(*shift) <= 2 * len(paths) for shift in strand.shifts)
