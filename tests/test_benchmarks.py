"""The part of the benchmarks that needs no other solver: what is compared, and how an answer is judged."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from benchmarks.comparison import PeerWeek, comparable, judged
from benchmarks.weeks import WEEK, other_week, random_week
from scheduler.model.problem import Engagement, Problem, Request, RoomSlot
from scheduler.model.project import Pin
from scheduler.solver.engine import solve
from scheduler.week.schedule import DayModel
from scheduler.week.score import request_points

HOUR_S = 3600


@pytest.fixture(scope="module")
def problem() -> Problem:
    return random_week(0, 12, 2)


@pytest.fixture(scope="module")
def week(problem: Problem) -> PeerWeek:
    return PeerWeek(comparable(problem))


def with_request(problem: Problem, number: int, **changes: Any) -> Problem:
    requests = list(problem.requests)
    requests[number] = dataclasses.replace(requests[number], **changes)
    return problem.replace(requests=tuple(requests))


def stays_of(week: PeerWeek, visits: dict[int, list[str]]) -> list[list[str]]:
    return [visits.get(number, []) for number in range(len(week.shifts))]


def servable(week: PeerWeek) -> tuple[int, Request]:
    """Return a shift and a request that fits into it alone."""
    for number, shift in enumerate(week.shifts):
        for request in week.problem.requests:
            visits = stays_of(week, {number: [request.request_id]})
            if shift.end_s - shift.start_s > 5 * HOUR_S and judged(week, visits)[1] == 0:
                return number, request
    raise AssertionError("no request fits anywhere")


def test_every_stay_is_worth_what_its_full_visit_is(problem: Problem, week: PeerWeek) -> None:
    defaults = problem.defaults
    for request, stay in zip(problem.requests, week.problem.requests, strict=True):
        assert stay.priority == request_points(problem, request, request.max_conversations)
        assert request_points(week.problem, stay, 0) == stay.priority
        if request.kind == "visit":
            assert stay.duration_s == defaults.setup_s + request.max_conversations * defaults.conversation_s
            assert stay.consultant_id is None
        else:
            assert (stay.duration_s, stay.consultant_id) == (request.duration_s, request.consultant_id)
        for day in week.problem.days:
            assert len(DayModel(week.problem, day).options(stay)) <= 1


def test_only_riding_and_what_is_left_out_cost(week: PeerWeek) -> None:
    roster = solve(week.problem, time_limit_s=10).roster
    priced = {name for name, term in roster.terms.items() if term.points}
    assert priced <= {"cycling_second", "missed_visit"}
    missed = {item.id for item in roster.unassigned}
    lost = sum(request.priority for request in week.problem.requests if request.request_id in missed)
    ridden_s = sum(round_.ride_seconds for round_ in roster.rounds)
    assert roster.score == lost + week.problem.weights["cycling_second"] * ridden_s


def test_a_pin_is_the_only_time_of_its_stay(problem: Problem) -> None:
    day = problem.days[0]
    pin = Pin(id="p", date=day.date, start_s=10 * HOUR_S, consultant_id=day.consultant_id, conversations=1)
    number = next(i for i, request in enumerate(problem.requests) if request.kind == "visit")
    stay = comparable(with_request(problem, number, pin=pin)).requests[number]
    assert stay.slots == (RoomSlot(date=day.date, start_s=10 * HOUR_S, end_s=10 * HOUR_S + 3000),)
    assert (stay.pin, stay.consultant_id, stay.duration_s) == (None, day.consultant_id, 3000)


def test_engagements_at_base_divide_a_day_and_others_are_left_out(problem: Problem) -> None:
    meeting = Engagement(
        engagement_id="m", title="m", kind="m", start_s=10 * HOUR_S, end_s=11 * HOUR_S, place_id="base"
    )
    elsewhere = dataclasses.replace(meeting, engagement_id="e", place_id=problem.requests[0].request_id)
    first = dataclasses.replace(problem.days[0], date=WEEK.days[1], engagements=(meeting,))
    second = dataclasses.replace(first, date=WEEK.days[2], engagements=(elsewhere,))
    week = PeerWeek(comparable(problem.replace(days=(first, second))))
    midnight_s = 24 * HOUR_S
    assert [(shift.day, shift.start_s, shift.end_s) for shift in week.shifts] == [
        (0, midnight_s + first.start_s, midnight_s + 10 * HOUR_S),
        (0, midnight_s + 11 * HOUR_S, midnight_s + first.end_s),
        (1, 2 * midnight_s + first.start_s, 2 * midnight_s + first.end_s),
    ]


def test_windows_are_of_starts_and_apart(problem: Problem) -> None:
    date, duration_s = WEEK.days[1], 50 * 60
    slots = tuple(
        RoomSlot(date=date, start_s=start_s * HOUR_S, end_s=end_s * HOUR_S)
        for start_s, end_s in ((13, 15), (9, 11), (10, 12), (15, 15))
    )
    changed = with_request(problem, 0, slots=slots, conversations=1, max_conversations=1)
    windows_s = PeerWeek(comparable(changed)).windows_s[changed.requests[0].request_id]
    midnight_s = 24 * HOUR_S
    assert windows_s == (
        (midnight_s + 9 * HOUR_S, midnight_s + 12 * HOUR_S - duration_s),
        (midnight_s + 13 * HOUR_S, midnight_s + 15 * HOUR_S - duration_s),
    )


def test_moves_take_riding_and_parking_on_the_grid(week: PeerWeek) -> None:
    grid_s, parking_s = week.problem.defaults.start_grid_s, week.problem.defaults.parking_s
    for consultant_id, ride_s in week.ride_s.items():
        moving_s = week.moving_s[consultant_id]
        assert (moving_s % grid_s == 0).all()
        apart = ~(ride_s == 0)
        assert (moving_s[apart] >= ride_s[apart] + parking_s).all()
        assert (moving_s[apart] < ride_s[apart] + parking_s + grid_s).all()
        assert (moving_s.diagonal() == 0).all()


def test_consultants_may_go_to_their_base_and_their_requests() -> None:
    week = PeerWeek(comparable(random_week(0, 16, 4, bases=2)))
    for consultant in week.problem.consultants:
        allowed = dict(zip(week.places, week.may_serve(consultant.consultant_id), strict=True))
        assert [id_ for id_ in week.bases if allowed[id_]] == [consultant.base_id]
        for request in week.problem.requests:
            mine = request.consultant_id in (None, consultant.consultant_id)
            assert allowed[request.request_id] == (request.base_id == consultant.base_id and mine)


def test_the_best_roster_judged_as_an_answer_keeps_its_score(week: PeerWeek) -> None:
    best = solve(week.problem, time_limit_s=10).roster
    visits: list[list[str]] = [[] for _ in week.shifts]
    for round_ in best.rounds:
        for stop in round_.stops:
            if stop.kind == "home_visit":
                start_s = _week_seconds(stop.start)
                number = next(
                    i
                    for i, shift in enumerate(week.shifts)
                    if shift.consultant_id == round_.consultant_id and shift.start_s <= start_s < shift.end_s
                )
                visits[number].append(stop.id)
    roster, dropped = judged(week, visits)
    assert (roster.score, dropped) == (best.score, 0)


def _week_seconds(moment: dt.datetime) -> int:
    return int((moment.replace(tzinfo=None) - dt.datetime.combine(WEEK.monday, dt.time())).total_seconds())


def test_a_visit_that_breaks_a_rule_is_dropped_and_counted(week: PeerWeek) -> None:
    number, request = servable(week)
    date = week.problem.days[week.shifts[number].day].date
    other = next(
        other
        for other in week.problem.requests
        if all(slot.date != date for slot in other.slots) and other is not request
    )
    roster, dropped = judged(week, stays_of(week, {number: [other.request_id, request.request_id]}))
    assert dropped == 1
    assert request.request_id not in {item.id for item in roster.unassigned}
    assert other.request_id in {item.id for item in roster.unassigned}


def test_of_visits_that_do_not_fit_together_the_one_worth_least_goes(week: PeerWeek) -> None:
    number, request = servable(week)
    shift = week.shifts[number]
    date = week.problem.days[shift.day].date
    slot = next(slot for slot in request.slots if slot.date == date)
    tight = RoomSlot(date=date, start_s=slot.start_s, end_s=slot.start_s + request.duration_s + 300)
    place = next(i for i, other in enumerate(week.problem.requests) if other is not request)
    dearer = {"slots": (tight,), "duration_s": request.duration_s, "consultant_id": None, "base_id": None}
    problem = with_request(week.problem, place, priority=request.priority + 1, **dearer)
    both = PeerWeek(with_request(problem, problem.requests.index(request), slots=(tight,)))
    rival = problem.requests[place]
    roster, dropped = judged(both, stays_of(both, {number: [request.request_id, rival.request_id]}))
    missed = {item.id for item in roster.unassigned}
    assert dropped == 1
    assert request.request_id in missed
    assert rival.request_id not in missed


def test_the_other_kind_of_week_is_open_for_long_and_differs_by_seed() -> None:
    week = other_week(1, 60, 10, 2)
    visits = [request for request in week.requests if request.kind == "visit"]
    assert [request.request_id for request in visits] == [f"p{number:03d}" for number in range(60)]
    assert {request.max_conversations for request in visits} == {1, 2, 3, 4}
    rooms_s = {slot.end_s - slot.start_s for request in visits for slot in request.slots}
    assert (min(rooms_s), max(rooms_s)) == (90 * 60, 210 * 60)
    assert {len(request.slots) for request in visits} == {1, 2, 3}
    assert {(day.start_s, day.end_s) for day in week.days} == {(8 * HOUR_S, 16 * HOUR_S)}
    assert 0.05 < sum(request.agreement is not None for request in visits) / len(visits) < 0.3
    assert sum(len(day.engagements) for day in week.days) == 2
    assert len(week.requests) - len(visits) == 2
    assert {request.base_id for request in week.requests} == {"base0", "base1"}
    assert other_week(1, 60, 10, 2).requests == week.requests != other_week(2, 60, 10, 2).requests
