"""The free times that a day's engagements leave, and whether lunch is owed in them."""

import dataclasses

import pytest
from rosters import clock_s
from worked_week import TUESDAY, a_day, an_engagement, the_problem

from scheduler.checks.tracing import Ways, owes_lunch
from scheduler.model.problem import ConsultantDay, Problem
from scheduler.model.project import BASE, Consultant

TO_COURSE = an_engagement("talk", "course", "10:45", "13:20")


def free(day: ConsultantDay, problem: Problem | None = None, *, who: int = 1) -> list[tuple[int, int]]:
    problem = problem or the_problem()
    return list(Ways(problem, problem.consultants[who]).free_times(day))


def hours(*texts: str) -> list[tuple[int, int]]:
    times = [clock_s(text) for text in texts]
    return list(zip(times[::2], times[1::2], strict=True))


def with_desk(problem: Problem, desk_s: int) -> Problem:
    return problem.replace(defaults=dataclasses.replace(problem.defaults, desk_s=desk_s))


def test_free_time_is_at_base_before_a_ride_out_and_after_the_ride_back() -> None:
    # Bo rides 600 s in 800, and parks for 120.
    day = a_day("bo", TUESDAY, "9:00", "15:05", TO_COURSE)
    assert free(day) == hours("9:00", "10:29:40", "13:35:20", "15:05")
    assert free(a_day("bo", TUESDAY, "9:00", "15:05")) == hours("9:00", "15:05")


def test_free_time_around_what_is_at_base_and_around_a_gap() -> None:
    call = an_engagement("call", BASE, "10:00", "10:30")
    day = dataclasses.replace(
        a_day("bo", TUESDAY, "9:00", "15:05", call), gaps=tuple(hours("9:10", "9:20", "12:00", "13:00"))
    )
    assert free(day) == hours("9:00", "9:10", "9:20", "10:00", "10:30", "12:00", "13:00", "15:05")


def test_free_time_between_what_is_elsewhere_and_a_gap_after_it() -> None:
    talk = an_engagement("talk", "course", "10:45", "11:20")
    day = dataclasses.replace(
        a_day("bo", TUESDAY, "9:00", "15:05", talk), gaps=tuple(hours("12:00", "13:00"))
    )
    assert free(day) == hours("9:00", "10:29:40", "11:35:20", "12:00", "13:00", "15:05")


@pytest.mark.parametrize(("desk_s", "by_base"), [(5760, True), (5761, False)])
def test_free_time_between_two_places_is_at_the_second_or_long_enough_at_base(
    desk_s: int, by_base: bool
) -> None:
    one, two = an_engagement("one", "p1", "9:30", "11:00"), an_engagement("two", "p2", "13:00", "14:00")
    day = a_day("anna", TUESDAY, "8:00", "16:00", one, two)
    at_base = hours("11:12", "12:48") if by_base else []
    assert free(day, with_desk(the_problem(), desk_s), who=0) == [
        *hours("8:00", "9:18", "11:07", "13:00"),
        *at_base,
        *hours("14:12", "16:00"),
    ]


@pytest.mark.parametrize(
    ("start", "end", "at_work", "owed"),
    [
        ("11:45:20", "13:20", ("9:00", "15:05"), True),  # from 11:00 to 11:30, leaving just then
        ("11:45:19", "13:20", ("9:00", "15:05"), False),
        ("10:45", "12:44:40", ("9:00", "15:05"), True),  # back at 13:00
        ("10:45", "12:44:41", ("9:00", "15:05"), False),
        ("10:45", "12:30", ("9:00", "13:15:20"), True),  # back at 12:45:20, until the shift ends
        ("10:45", "12:30", ("9:00", "13:15:19"), False),
    ],
)
def test_lunch_is_owed_where_it_just_fits(start: str, end: str, at_work: tuple[str, str], owed: bool) -> None:
    problem = the_problem()
    day = a_day("bo", TUESDAY, *at_work, an_engagement("talk", "course", start, end))
    assert owes_lunch(problem, problem.consultants[1], day) == owed
    assert not owes_lunch(problem, problem.consultants[1], dataclasses.replace(day, lunch_s=0))


@pytest.mark.parametrize(
    ("start", "end", "owed"),
    [
        ("13:00", "16:00", True),
        ("13:00:01", "16:00", False),
        ("8:00", "11:30", True),
        ("8:00", "11:29:59", False),
    ],
)
def test_lunch_is_owed_where_shift_and_window_meet_for_long_enough(start: str, end: str, owed: bool) -> None:
    problem = the_problem()
    anna = problem.consultants[0]
    assert owes_lunch(problem, anna, a_day("anna", TUESDAY, start, end)) == owed
    shorter = a_day("anna", TUESDAY, start, end, lunch_s=1799)
    assert owes_lunch(problem, anna, shorter)


def test_lunch_of_a_second_is_owed() -> None:
    problem = the_problem()
    day = a_day("anna", TUESDAY, "8:00", "16:00", lunch_s=1)
    assert owes_lunch(problem, problem.consultants[0], day)


def in_the_house_of_base(problem: Problem, place_id: str) -> Problem:
    travel, rows = problem.travel, problem.travel.index()
    seconds = travel.seconds.copy()
    pair = (BASE, place_id)
    seconds[rows[BASE], rows[place_id]] = seconds[rows[place_id], rows[BASE]] = 0
    house = frozenset({pair, pair[::-1]})
    return problem.replace(
        travel=dataclasses.replace(travel, seconds=seconds, metres=seconds * 4, one_house=house)
    )


def test_a_place_in_the_house_of_base_counts_as_base() -> None:
    problem = in_the_house_of_base(the_problem(), "course")
    bo: Consultant = problem.consultants[1]
    ways = Ways(problem, bo)
    assert [ways.is_base(place_id) for place_id in (BASE, "course", "p1")] == [True, True, False]
    leg = ways.leg("course", clock_s("9:00"), "p1", clock_s("10:00"))
    assert (leg.free_place_id, leg.departs_s, leg.wait_s) == (BASE, clock_s("9:44:40"), 0)
    assert (leg.free_from_s, leg.free_to_s) == (clock_s("9:00"), clock_s("9:44:40"))
    back = ways.leg("p1", clock_s("10:00"), "course", clock_s("12:00"))
    assert (back.free_place_id, back.arrives_s, back.wait_s) == (BASE, clock_s("10:15:20"), 0)
    inside = ways.leg("course", clock_s("9:00"), BASE, clock_s("9:00"))
    assert (inside.is_ride, inside.ride_s, inside.ride_m, inside.free_s) == (False, 0, 0, 0)


def test_a_ride_between_two_places_waits_at_the_second() -> None:
    problem = the_problem()
    leg = Ways(problem, problem.consultants[0]).leg("p1", clock_s("9:00"), "p2", clock_s("9:30"))
    assert (leg.ride_s, leg.ride_m, leg.is_ride) == (300, 1200, True)
    assert (leg.departs_s, leg.arrives_s, leg.wait_s) == (clock_s("9:00"), clock_s("9:07"), 23 * 60)
    assert (leg.free_from_s, leg.free_to_s, leg.free_place_id) == (clock_s("9:07"), clock_s("9:30"), "p2")
    late = Ways(problem, problem.consultants[0]).leg("p1", clock_s("9:00"), "p2", clock_s("9:06"))
    assert (late.free_s, late.wait_s) == (-60, 0)
