"""Brute force against scores worked out by hand, and against the checks."""

import dataclasses
from collections.abc import Mapping, Sequence
from random import Random

import numpy as np
import pytest
from brute_force import best_roster, best_score
from hypothesis import given, settings
from random_problems import small_week, tiny_problem, tiny_problems
from rosters import build_roster, clock_s

from scheduler.checks import check, recount
from scheduler.checks.bound import check_bound
from scheduler.model.clock import Week
from scheduler.model.config import DEFAULT_WEIGHTS, Defaults
from scheduler.model.problem import (
    Agreement,
    ConsultantDay,
    Engagement,
    Problem,
    PublishedVisit,
    Request,
    RoomSlot,
    TravelTimes,
)
from scheduler.model.project import BASE, Consultant, Pin, Place
from scheduler.solver.engine import solve

WEEK = Week(2009, 20)
MONDAY = WEEK.monday
PLACES = (BASE, "p1", "p2", "course")


def a_request(
    request_id: str, *slots: tuple[str, str], conversations: int = 1, most: int | None = None
) -> Request:
    """Ask for a visit on Monday."""
    return Request(
        request_id=request_id,
        place_id=request_id,
        kind="visit",
        conversations=conversations,
        max_conversations=most or conversations,
        slots=tuple(RoomSlot(date=MONDAY, start_s=clock_s(a), end_s=clock_s(b)) for a, b in slots),
    )


def an_engagement(place_id: str, start: str, end: str) -> Engagement:
    return Engagement(
        engagement_id=f"at-{start}",
        title="Meeting",
        kind="meeting",
        start_s=clock_s(start),
        end_s=clock_s(end),
        place_id=place_id,
    )


def a_monday(
    *requests: Request,
    shift: tuple[str, str] = ("8:00", "15:00"),
    lunch_s: int = 0,
    engagements: Sequence[Engagement] = (),
    gaps: Sequence[tuple[str, str]] = (),
    houses: Sequence[tuple[str, str]] = (),
    rides_s: Mapping[tuple[str, str], int] | None = None,
    consultant: Consultant | None = None,
    defaults: Defaults | None = None,
    weights: Mapping[str, int] | None = None,
) -> Problem:
    """Make a problem of one consultant and one day; every ride takes 600 s but those given."""
    seconds = np.full((len(PLACES), len(PLACES)), 600, dtype=np.int64)
    for (from_id, to_id), ride_s in (rides_s or {}).items():
        seconds[PLACES.index(from_id), PLACES.index(to_id)] = ride_s
    np.fill_diagonal(seconds, 0)
    one_house = frozenset((a, b) for one, other in houses for a, b in ((one, other), (other, one)))
    for one, other in one_house:
        seconds[PLACES.index(one), PLACES.index(other)] = 0
    return Problem(
        week=WEEK,
        consultants=(consultant or Consultant(consultant_id="anna", name="Anna"),),
        days=(
            ConsultantDay(
                consultant_id="anna",
                date=MONDAY,
                start_s=clock_s(shift[0]),
                end_s=clock_s(shift[1]),
                lunch_s=lunch_s,
                gaps=tuple((clock_s(start), clock_s(end)) for start, end in gaps),
                engagements=tuple(engagements),
            ),
        ),
        requests=requests,
        places={place_id: Place(place_id=place_id, name=place_id, lat=55.6, lon=12.5) for place_id in PLACES},
        travel=TravelTimes(PLACES, seconds, seconds * 4, one_house),
        defaults=defaults or Defaults(),
        weights={**DEFAULT_WEIGHTS, **(weights or {})},
        speed_kph=16.0,
    )


def test_one_visit_costs_its_rides() -> None:
    assert best_score(a_monday(a_request("p1", ("9:00", "10:00")))) == 2 * 600 * 10


def test_nothing_asked_costs_nothing() -> None:
    best = best_roster(a_monday())
    assert best is not None
    assert (best.score, best.plans) == (0, ())


def test_waiting_counts_where_there_is_no_time_to_go_by_base() -> None:
    problem = a_monday(a_request("p1", ("9:00", "9:50")), a_request("p2", ("10:30", "11:20")))
    # 9:50 and 12 minutes on the way: there at 10:02, 28 minutes early.
    assert best_score(problem) == 3 * 600 * 10 + 28 * 60 * 5


def test_going_by_base_is_cheaper_than_a_long_wait() -> None:
    problem = a_monday(a_request("p1", ("9:00", "9:50")), a_request("p2", ("12:00", "12:50")))
    assert best_score(problem) == 4 * 600 * 10


def test_going_by_base_needs_the_desk_minimum() -> None:
    problem = a_monday(a_request("p1", ("9:00", "9:50")), a_request("p2", ("11:00", "11:50")))
    # At base from 10:02 to 10:48, 46 minutes; on the way 12 minutes longer than riding on.
    assert best_score(problem) == 4 * 600 * 10
    waits = problem.replace(defaults=Defaults(desk_s=46 * 60 + 1))
    assert best_score(waits) == 3 * 600 * 10 + 58 * 60 * 5


def test_from_base_a_consultant_leaves_just_in_time_but_not_before_the_shift() -> None:
    in_time = a_monday(a_request("p1", ("8:10", "9:05")))
    assert best_score(in_time) == 2 * 600 * 10  # starts at 8:15; 8:10 would mean leaving at 7:58
    too_early = a_monday(a_request("p1", ("8:10", "9:00")))
    assert best_score(too_early) == 36_000 + 72_000


def test_rides_are_not_symmetric_and_a_detour_may_be_shorter() -> None:
    rides_s = {("p1", BASE): 601, ("p1", "p2"): 5000, (BASE, "p2"): 100, ("p2", BASE): 200}
    requests = a_request("p1", ("9:00", "9:50")), a_request("p2", ("12:00", "12:50"))
    assert best_score(a_monday(*requests, rides_s=rides_s)) == (600 + 601 + 100 + 200) * 10


def test_lunch_in_a_wait_takes_its_length_off() -> None:
    problem = a_monday(
        a_request("p1", ("10:00", "10:50")),
        a_request("p2", ("12:00", "12:50")),
        lunch_s=1800,
        defaults=Defaults(desk_s=3600),
    )
    # There at 11:02, 58 minutes early, half an hour of it is lunch: back at 13:02 is too late for it.
    assert best_score(problem) == 3 * 600 * 10 + 28 * 60 * 5


def test_only_lunch_inside_the_window_takes_time_off_a_wait() -> None:
    problem = a_monday(
        a_request("p1", ("9:00", "9:50")),
        a_request("p2", ("11:20", "12:10")),
        lunch_s=1800,
        defaults=Defaults(desk_s=2 * 3600),
    )
    # The wait from 10:02 to 11:20 has 20 minutes of the lunch window: lunch is had at base, from 12:22.
    assert best_score(problem) == 3 * 600 * 10 + 78 * 60 * 5


def test_lunch_may_leave_no_room_for_all_conversations() -> None:
    problem = a_monday(a_request("p1", ("10:50", "13:10"), conversations=3), lunch_s=1800)
    # Three would end at 13:10; two end at 12:25, and lunch at base is possible from 12:37.
    assert best_score(problem) == 36_000 + 2 * 600 * 10


def test_lunch_is_waived_where_engagements_leave_no_room() -> None:
    problem = a_monday(
        a_request("p1", ("13:35", "14:25")),
        lunch_s=1800,
        engagements=[an_engagement("course", "10:45", "13:20")],
    )
    # There at 13:32, three minutes early.
    assert best_score(problem) == 3 * 600 * 10 + 3 * 60 * 5


def test_at_base_nobody_waits_and_an_engagement_there_needs_no_desk_minimum() -> None:
    problem = a_monday(a_request("p1", ("8:50", "9:40")), engagements=[an_engagement(BASE, "10:00", "11:00")])
    assert best_score(problem) == 2 * 600 * 10


def test_staying_at_the_same_place_takes_nothing_but_a_wait_counts() -> None:
    teaching = [an_engagement("p1", "9:00", "10:00")]
    at_once = a_monday(a_request("p1", ("10:00", "11:00")), engagements=teaching)
    assert best_score(at_once) == 2 * 600 * 10
    later = a_monday(a_request("p1", ("10:20", "11:10")), engagements=teaching)
    assert best_score(later) == 2 * 600 * 10 + 20 * 60 * 5


def solved(problem: Problem) -> int:
    """Return the best score, having seen to it that engine, checks and proof of the bound agree with it."""
    best = best_roster(problem)
    assert best is not None
    roster = solve(problem).roster
    for found in (roster, build_roster(problem, best.plans)):
        assert check(problem, found) == ()
        assert found.score == best.score
    assert check_bound(problem, roster).verified
    assert roster.bound == best.score
    return best.score


MISSED = 36_000 + 72_000


def test_a_gap_of_the_shift_is_spent_at_base() -> None:
    requests = a_request("p1", ("8:50", "9:40")), a_request("p2", ("10:05", "10:55"))
    # Back at 9:52, off again at 9:53: at base no desk minimum is needed for the gap, but 13 minutes' wait on the way.
    assert solved(a_monday(*requests, gaps=[("9:52", "9:53")])) == 4 * 600 * 10
    assert solved(a_monday(*requests)) == 3 * 600 * 10 + 13 * 60 * 5
    for start, end in (("9:51:59", "9:53"), ("9:52", "9:53:01"), ("9:00", "9:10")):
        assert solved(a_monday(*requests, gaps=[(start, end)])) == 2 * 600 * 10 + MISSED


def test_lunch_lies_in_one_of_the_shifts() -> None:
    request = a_request("p1", ("11:20", "12:10"))
    # At base until 11:08 and from 12:22, and at work there until 12:50 and from 13:10.
    gap = [("12:50", "13:10")]
    assert solved(a_monday(request, lunch_s=1800, gaps=gap)) == MISSED
    assert solved(a_monday(request, lunch_s=28 * 60, gaps=gap)) == 2 * 600 * 10
    assert solved(a_monday(request, lunch_s=1800)) == 2 * 600 * 10


def test_a_day_with_nothing_but_a_gap_is_no_round() -> None:
    gap = [("9:00", "13:15")]
    assert solve(a_monday(gaps=gap, lunch_s=1800)).roster.rounds == ()
    # Gap and meeting leave no room for lunch: it is waived.
    meeting = [an_engagement(BASE, "14:00", "14:30")]
    (round_,) = solve(a_monday(gaps=gap, lunch_s=1800, engagements=meeting)).roster.rounds
    assert [stop.kind for stop in round_.stops] == ["engagement"]


def test_a_gap_is_no_availability() -> None:
    problem = a_monday(
        gaps=[("9:00", "13:00")], lunch_s=1800, engagements=[an_engagement(BASE, "14:00", "14:30")]
    )
    (anna,) = solve(problem).roster.consultants
    assert anna.availability_seconds == 7 * 3600 - 4 * 3600 - 2 * 1800
    assert [(f"{s.start:%H:%M}", f"{s.end:%H:%M}") for s in anna.shifts] == [
        ("08:00", "09:00"),
        ("13:00", "15:00"),
    ]


def test_within_a_house_nobody_rides_or_parks() -> None:
    requests = a_request("p1", ("9:00", "9:50")), a_request("p2", ("9:50", "10:40"))
    assert solved(a_monday(*requests, houses=[("p1", "p2")])) == 2 * 600 * 10
    assert solved(a_monday(*requests)) == 2 * 600 * 10 + MISSED
    # One waits there as anywhere.
    later = a_request("p1", ("9:00", "9:50")), a_request("p2", ("10:00", "10:50"))
    assert solved(a_monday(*later, houses=[("p1", "p2")])) == 2 * 600 * 10 + 600 * 5


def test_a_practice_in_the_house_of_the_base_is_at_base() -> None:
    at_once = a_request("p1", ("8:00", "8:50"))
    assert solved(a_monday(at_once, houses=[(BASE, "p1")])) == 0
    assert solved(a_monday(at_once)) == MISSED
    # One leaves just in time for the next stop, and does not wait before one.
    requests = a_request("p1", ("8:00", "8:50")), a_request("p2", ("9:20", "10:10"))
    assert solved(a_monday(*requests, houses=[(BASE, "p1")])) == 2 * 600 * 10
    requests = a_request("p1", ("9:30", "10:20")), a_request("p2", ("8:15", "9:05"))
    assert solved(a_monday(*requests, houses=[(BASE, "p1")])) == 2 * 600 * 10


def test_lunch_and_gaps_are_at_base_in_its_house() -> None:
    requests = a_request("p2", ("10:00", "10:50")), a_request("p1", ("11:32", "13:30"))
    problem = a_monday(*requests, houses=[(BASE, "p1")], lunch_s=1800, gaps=[("11:02", "11:05")])
    assert solved(problem) == 2 * 600 * 10
    (round_,) = solve(problem).roster.rounds
    (lunch_stop,) = (stop for stop in round_.stops if stop.kind == "lunch")
    assert lunch_stop.place_id == BASE
    # Back from the ride to it, the bicycle is parked at base.
    assert (f"{round_.leaves_base:%H:%M}", f"{round_.returns_base:%H:%M}") == ("09:48", "11:02")


def test_one_house_is_not_passed_on() -> None:
    requests = a_request("p1", ("8:00", "8:50")), a_request("p2", ("8:50", "9:40"))
    # From base into its neighbour, from there into the next, and from that one rides back.
    assert solved(a_monday(*requests, houses=[(BASE, "p1"), ("p1", "p2")])) == 600 * 10


def test_own_speed_is_rounded_up_for_each_ride() -> None:
    slow = Consultant(consultant_id="anna", name="Anna", speed_kph=12.0)
    rides_s = {(BASE, "p1"): 601, ("p1", BASE): 600}
    problem = a_monday(a_request("p1", ("9:00", "10:00")), consultant=slow, rides_s=rides_s)
    assert best_score(problem) == (802 + 800) * 10  # 601 × 16 ÷ 12 = 801.33


def test_an_exact_quotient_of_decimal_speeds_is_not_rounded_up() -> None:
    slow = Consultant(consultant_id="anna", name="Anna", speed_kph=14.4)
    rides_s = {(BASE, "p1"): 9, ("p1", BASE): 9}
    problem = a_monday(a_request("p1", ("9:00", "10:00")), consultant=slow, rides_s=rides_s)
    assert best_score(problem) == (10 + 10) * 10  # 9 × 16 ÷ 14.4 is 10 exactly


def test_day_maximum_limits_conversations() -> None:
    most_two = Consultant(consultant_id="anna", name="Anna", max_conversations_per_day=2)
    problem = a_monday(a_request("p1", ("9:00", "13:00"), conversations=4), consultant=most_two)
    assert best_score(problem) == 2 * 36_000 + 2 * 600 * 10


def test_agreement_is_kept_within_a_quarter() -> None:
    def with_agreement(start: str) -> Problem:
        agreement = Agreement(date=MONDAY, start_s=clock_s(start))
        return a_monday(dataclasses.replace(a_request("p1", ("9:00", "9:50")), agreement=agreement))

    assert best_score(with_agreement("9:15")) == 12_000
    assert best_score(with_agreement("9:16")) == 12_000 + 9_000


def test_dropping_a_published_visit_is_a_change() -> None:
    published = PublishedVisit(date=MONDAY, start_s=clock_s("9:00"), consultant_id="anna")
    dropped = a_monday(dataclasses.replace(a_request("p1"), published=published))
    assert best_score(dropped) == 36_000 + 72_000 + 9_000
    other = dataclasses.replace(published, consultant_id="bo")
    changed = a_monday(dataclasses.replace(a_request("p1", ("9:00", "9:50")), published=other))
    assert best_score(changed) == 12_000 + 9_000


def test_pin_is_kept_at_any_price() -> None:
    pin = Pin(id="p1", date=MONDAY, start_s=clock_s("10:00"), conversations=1)
    request = dataclasses.replace(
        a_request("p1", ("8:30", "12:00"), conversations=2),
        pin=pin,
        agreement=Agreement(date=MONDAY, start_s=clock_s("8:30")),
    )
    assert best_score(a_monday(request)) == 12_000 + 36_000 + 9_000


def test_pins_that_contradict_leave_no_roster() -> None:
    requests = [
        dataclasses.replace(
            a_request(request_id, ("9:00", "10:00")),
            pin=Pin(id=request_id, date=MONDAY, start_s=clock_s("9:00")),
        )
        for request_id in ("p1", "p2")
    ]
    assert best_score(a_monday(*requests)) is None


@pytest.mark.parametrize(
    ("weight", "own", "points"),
    [
        (60, None, 3000),  # Anna's load is 3000 s, 50 minutes
        (60, "bo", 3500),  # Bo works 6 hours where Anna works 7: 3000 s count as 3500 s
        (7, "bo", 408),  # 58 1/3 minutes × 7 = 408 1/3
        (0, "bo", 0),
    ],
)
def test_imbalance_is_exact_and_rounded_down(weight: int, own: str | None, points: int) -> None:
    visit = Request(
        request_id="p1",
        place_id="p1",
        kind="home_visit",
        conversations=0,
        max_conversations=0,
        duration_s=3000,
        consultant_id=own,
        slots=(RoomSlot(date=MONDAY, start_s=clock_s("9:00"), end_s=clock_s("10:00")),),
    )
    anna = a_monday(visit, weights={"imbalance_minute": weight})
    bo = dataclasses.replace(anna.days[0], consultant_id="bo", end_s=clock_s("14:00"))
    both = anna.replace(
        consultants=(*anna.consultants, Consultant(consultant_id="bo", name="Bo")), days=(*anna.days, bo)
    )
    assert best_score(both) == 12_000 + points


def test_missed_home_visit_counts_by_priority() -> None:
    visit = Request(
        request_id="p1",
        place_id="p1",
        kind="home_visit",
        conversations=0,
        max_conversations=0,
        duration_s=600,
        priority=3,
    )
    assert best_score(a_monday(visit)) == 3 * 72_000


@settings(max_examples=60, deadline=None, derandomize=True)
@given(tiny_problems())
def test_best_roster_of_a_random_problem_passes_the_checks(problem: Problem) -> None:
    best = best_roster(problem)
    if best is None:
        assert any(request.pin for request in problem.requests)
        return
    roster = build_roster(problem, best.plans)
    assert check(problem, roster) == ()
    assert sum(term.points for term in recount(problem, roster).values()) == best.score


def test_random_problems_leave_no_corner_out() -> None:
    problems = [tiny_problem(Random(seed)) for seed in range(60)]
    requests = [request for problem in problems for request in problem.requests]
    days = [day for problem in problems for day in problem.days]
    assert {len(problem.consultants) for problem in problems} == {1, 2, 3}
    assert {len(problem.requests) for problem in problems} == {1, 2, 3, 4, 5}
    assert {request.kind for request in requests} == {"visit", "home_visit", "task"}
    assert {request.priority for request in requests} == {0, 1, 2, 3}
    assert any(request.pin for request in requests)
    assert any(request.agreement for request in requests)
    assert any(request.published for request in requests)
    assert any(not request.slots for request in requests)
    assert any(day.lunch_s == 0 for day in days)
    assert {len(day.gaps) for day in days} == {0, 1, 2}
    assert any(day.gaps and day.engagements for day in days)
    pairs = {pair for problem in problems for pair in problem.travel.one_house}
    assert any(BASE in pair for pair in pairs)
    assert any(BASE not in pair for pair in pairs)
    places = {engagement.place_id for day in days for engagement in day.engagements}
    assert {BASE, "course", "p0"} <= places


def test_small_week_is_the_same_for_a_seed_and_metric() -> None:
    first, again, other = small_week(1), small_week(1), small_week(2)
    assert first.requests == again.requests != other.requests
    seconds = first.travel.seconds
    assert (seconds == again.travel.seconds).all()
    assert (seconds != seconds.T).any()
    by_way_of = (seconds[:, :, None] + seconds[None, :, :]).min(axis=1)
    assert (seconds <= by_way_of + 1).all()  # rounding up may cost a second
    dates = {slot.date for request in first.requests for slot in request.slots}
    assert dates <= set(WEEK.days[:5])
