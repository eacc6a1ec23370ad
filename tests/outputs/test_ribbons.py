from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.outputs.geometry import XY
from scheduler.outputs.ribbons import MANY, Shared, middle, shared

STREET = ((0.0, 0.0), (500.0, 0.0))
ONWARD = ((500.0, 0.0), (500.0, 400.0))


def _ridden(streets: Shared, rider: int) -> list[list[XY]]:
    """The rides of a rider as lines again."""
    lines = []
    for ride in streets.rides[rider]:
        line: list[XY] = []
        for step in ride:
            points = streets.runs[step.run].points
            line += points if step.along else points[::-1]
        lines.append([xy for i, xy in enumerate(line) if not i or xy != line[i - 1]])
    return lines


def test_a_street_that_many_ride_is_one_run_with_all_of_them() -> None:
    riders: list[list[tuple[XY, ...]]] = [[STREET], [STREET[::-1]], [(*STREET, ONWARD[1])]]
    streets = shared(riders)
    (ribbon,) = streets.ribbons()
    assert ribbon == (streets.runs[0], 3)
    assert set(ribbon[0].points) == set(STREET)
    assert [_ridden(streets, i)[0] for i in range(3)] == [list(ride) for (ride,) in riders]


def test_only_what_has_no_ribbon_has_lanes() -> None:
    streets = shared([[STREET], [STREET], [(*STREET, ONWARD[1])]])
    assert streets.lanes(0) == streets.lanes(1) == ()
    (onward,) = streets.lanes(2)
    assert onward.points == ONWARD
    assert onward.shifts == ((0.0, 0.0),) * 2


def test_two_have_a_lane_each_that_does_not_cross_where_one_rides_back() -> None:
    there, back = (strand for i in (0, 1) for strand in shared([[STREET], [STREET[::-1]]]).lanes(i))
    # Seen on the map, the one is always north of the street and the other south.
    assert [north for _east, north in there.shifts] == pytest.approx([0.5, 0.5])
    assert [north for _east, north in back.shifts] == pytest.approx([-0.5, -0.5])


def test_a_rider_who_rides_back_counts_once() -> None:
    streets = shared([[STREET, STREET[::-1]], [STREET]])
    assert list(streets.ribbons()) == []
    assert [rider for rider, _along in streets.runs[0].riders] == [0, 1]


def test_a_stop_in_mid_street_ends_runs_for_all() -> None:
    half = (STREET[0], (250.0, 0.0))
    streets = shared([[half, half[::-1]], [STREET], [STREET]])
    assert sorted(len(run.riders) for run in streets.runs) == [2, 3]
    assert [_ridden(streets, i) for i in (1, 2)] == [[[*half, STREET[1]]]] * 2


def test_riders_without_rides_and_places_without_ways() -> None:
    assert shared([]).runs == ()
    streets = shared([[], [[(3.0, 4.0), (3.0, 4.0)], []]])
    assert streets.runs == ()
    assert [list(streets.lanes(i)) for i in (0, 1)] == [[], []]


def test_the_middle_of_a_line_is_halfway_along_it() -> None:
    assert middle([(0.0, 0.0), (100.0, 0.0), (100.0, 50.0)]) == ((75.0, 0.0), 150.0)


_PATHS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=10)


@given(st.lists(st.lists(_PATHS, max_size=3), max_size=6))
def test_any_rides_are_told_whole_and_each_street_once(rides: list[list[list[tuple[int, int]]]]) -> None:
    metres = [[[(100.0 * x, 100.0 * y) for x, y in path] for path in own] for own in rides]
    streets = shared(metres)
    pieces = [frozenset(piece) for run in streets.runs for piece in pairwise(run.points)]
    assert len(pieces) == len(set(pieces))
    for i, own in enumerate(metres):
        moving = [ride for ride in own if len(set(ride)) > 1]
        for ride, told in zip(moving, _ridden(streets, i), strict=True):
            assert (told[0], told[-1]) == (ride[0], ride[-1])
        for number in {step.run for ride in streets.rides[i] for step in ride}:
            assert i in [rider for rider, _along in streets.runs[number].riders]
        lanes = sum(len(streets.runs[s.run].riders) < MANY for ride in streets.rides[i] for s in ride)
        assert bool(streets.lanes(i)) == bool(lanes)
