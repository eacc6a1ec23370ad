"""Ways from place to place worked out by hand: Bo rides at 12 km/h where the project has 16; two houses hold two places each."""

import numpy as np
import pytest
from rosters import clock_s
from worked_week import PLACES, the_problem

from scheduler.model.problem import Problem, TravelTimes
from scheduler.model.project import BASE
from scheduler.week.schedule import DayModel
from scheduler.week.ways import DayWays, Ways

PARKING_S, DESK_S, LUNCH_S = 120, 2700, 1800
HOUSES = (("course", BASE), ("p1", "p2"))


def the_rides_s() -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Return other seconds for every two places and each way round, all whole at 12 km/h too."""
    row = np.arange(len(PLACES), dtype=np.int64)
    seconds = 300 + 210 * row[:, np.newaxis] + 30 * row
    np.fill_diagonal(seconds, 0)
    for one, other in HOUSES:
        seconds[PLACES.index(one), PLACES.index(other)] = seconds[PLACES.index(other), PLACES.index(one)] = 0
    return seconds


def own_s(from_id: str, to_id: str) -> int:
    return int(the_rides_s()[PLACES.index(from_id), PLACES.index(to_id)]) * 4 // 3


@pytest.fixture
def problem() -> Problem:
    seconds = the_rides_s()
    both = frozenset((*HOUSES, *((other, one) for one, other in HOUSES)))
    return the_problem().replace(travel=TravelTimes(PLACES, seconds, seconds * 4, both))


@pytest.fixture
def ways(problem: Problem) -> DayWays:
    return DayModel(problem, problem.days[2]).ways


def test_rides_are_at_the_own_speed_and_none_within_a_house(problem: Problem, ways: DayWays) -> None:
    assert own_s("p3", "p4") == (300 + 3 * 210 + 4 * 30) * 4 // 3
    assert ways.ride_s("p3", "p4") == own_s("p3", "p4")
    assert ways.ride_s("p4", "p3") == own_s("p4", "p3")
    assert (ways.ride_s("p1", "p2"), ways.ride_s("p3", "p3"), ways.ride_s(BASE, "course")) == (0, 0, 0)
    ids = ["p3", "p1", "course", "p2"]
    expected = [[own_s(one, other) for other in ids] for one in ids]
    assert ways.rides_between_s(ids).tolist() == expected
    anna = DayModel(problem, problem.days[0]).ways
    assert anna.ride_s("p3", "p4") == own_s("p3", "p4") * 3 // 4


def test_nothing_is_ridden_within_a_house_whatever_the_table_says(problem: Problem) -> None:
    far = problem.travel.seconds + 600
    other = problem.replace(travel=TravelTimes(PLACES, far, far, problem.travel.one_house))
    ways = DayModel(other, other.days[2]).ways
    assert ways.ride_s("p1", "p2") == 0
    assert ways.rides_between_s(["p1", "p3", "p2"])[[0, 0, 2], [0, 2, 0]].tolist() == [0, 0, 0]
    direct, _at_base, _desk = ways.between(["p1"], ["p2"])
    assert (direct.ride_s.item(), direct.before_s.item()) == (0, 0)


def test_places_in_one_house_are_told(ways: DayWays) -> None:
    assert ways.one_house("p1", "p2")
    assert ways.one_house("p3", "p3")
    assert not ways.one_house("p1", "p3")
    assert [ways.at_base(id_) for id_ in (BASE, "course", "p1")] == [True, True, False]
    assert ways.in_one_house(["p2", "p3", "p1"]).tolist() == [
        [True, False, True],
        [False, True, False],
        [True, False, True],
    ]


def test_one_rides_on_or_by_base_between_stops_away_and_else_begins_or_ends_there(ways: DayWays) -> None:
    direct, at_base, desk = ways.between(["p3", "course", "p1"], ["p4", "p2", BASE])
    assert [(way.waits, way.via_base) for way in (direct, at_base, desk)] == [
        (True, False),
        (False, False),
        (False, True),
    ]
    away = [[True, True, False], [False, False, False], [True, True, False]]
    assert (direct.may.tolist(), desk.may.tolist()) == (away, away)
    assert at_base.may.tolist() == (~direct.may).tolist()


def times_s(way: Ways, row: int, column: int) -> tuple[int, ...]:
    """Return the ride of one way, and the seconds before, in and after its free time."""
    one = way.take((row, column, ...))
    return tuple(int(part) for part in (one.ride_s, one.before_s, one.least_s, one.after_s))


def test_how_long_the_ways_take(ways: DayWays) -> None:
    direct, at_base, desk = ways.between(["p3", "course", "p1"], ["p4", "p2", BASE])
    on_s = own_s("p3", "p4")
    assert times_s(direct, 0, 0) == (on_s, on_s + PARKING_S, 0, 0)
    assert times_s(direct, 2, 1) == (0, 0, 0, 0)
    home_s, out_s = own_s("p3", BASE), own_s("course", "p4")
    assert times_s(at_base, 0, 2) == (home_s, home_s + PARKING_S, 0, 0)
    assert times_s(at_base, 1, 0) == (out_s, 0, 0, out_s + PARKING_S)
    assert times_s(at_base, 1, 2) == (0, 0, 0, 0)
    for row, from_id in ((0, "p3"), (2, "p1")):
        for column, to_id in ((0, "p4"), (1, "p2")):
            back_s, out_s = own_s(from_id, BASE), own_s(BASE, to_id)
            by_base = (back_s + out_s, back_s + PARKING_S, DESK_S, out_s + PARKING_S)
            assert times_s(desk, row, column) == by_base


#: When the next stop starts; when the one before must end, without lunch and with it.
LATEST = {
    "direct": [
        ("16:00", "16:00", "13:00"),  # lunch ends at 13:30, with its window
        ("13:00", "13:00", "12:30"),
        ("11:30", "11:30", "11:00"),
        ("11:29:59", "11:29:59", None),
    ],
    "desk": [
        ("16:00", "15:15", "13:00"),
        ("12:00", "11:15", "11:15"),  # lunch is part of the time at base
        ("11:30", "10:45", "10:45"),
        ("11:29:59", "10:44:59", None),
    ],
}


@pytest.mark.parametrize("kind", LATEST)
def test_when_a_stop_must_end_for_the_next_to_start_in_time(ways: DayWays, kind: str) -> None:
    """The ways before the free time and after it come on top."""
    direct, _at_base, desk = ways.between(["p3"], ["p4"])
    way = (direct if kind == "direct" else desk).take((0, 0, ...))
    for start, plain, lunch in LATEST[kind]:
        starts_s = np.array([clock_s(start) + int(way.after_s)], dtype=np.int64)
        plain_s, lunch_s = ways.latest_ends_s(way, starts_s)
        assert plain_s.tolist() == [clock_s(plain) - int(way.before_s)]
        if lunch:
            assert lunch_s.tolist() == [clock_s(lunch) - int(way.before_s)]
        else:
            assert (lunch_s < 0).all()


#: When a stop ends; when the next can start, without lunch and with it, and whether lunch can be.
EARLIEST = {
    "direct": [
        ("9:00", "9:00", "11:30", True),  # the window begins at 11:00
        ("12:00", "12:00", "12:30", True),
        ("13:00", "13:00", "13:30", True),
        ("13:00:01", "13:00:01", None, False),
    ],
    "desk": [
        ("9:00", "9:45", "11:30", True),
        ("12:00", "12:45", "12:45", True),
        ("13:00", "13:45", "13:45", True),
        ("13:00:01", "13:45:01", None, False),
    ],
}


@pytest.mark.parametrize("kind", EARLIEST)
def test_when_the_next_stop_can_start_at_the_earliest(ways: DayWays, kind: str) -> None:
    direct, _at_base, desk = ways.between(["p3"], ["p4"])
    way = (direct if kind == "direct" else desk).take((0, 0, ...))
    for end, plain, lunch, can in EARLIEST[kind]:
        ends_s = np.array([clock_s(end) - int(way.before_s)], dtype=np.int64)
        plain_s, lunch_s, may_lunch = ways.earliest_starts_s(way, ends_s)
        assert plain_s.tolist() == [clock_s(plain) + int(way.after_s)]
        assert may_lunch.tolist() == [can]
        if lunch:
            assert lunch_s.tolist() == [clock_s(lunch) + int(way.after_s)]
