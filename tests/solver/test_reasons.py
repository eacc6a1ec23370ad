import dataclasses
from random import Random
from typing import Any

import brute_force
import pytest
from random_problems import small_week, tiny_problem

from scheduler.model.config import DEFAULT_WEIGHTS
from scheduler.model.problem import ClosedSlot, Engagement, Problem, Request, RoomSlot
from scheduler.model.roster import Roster, Unassigned
from scheduler.model.text import Text
from scheduler.model.texts import word
from scheduler.outputs import words
from scheduler.solver.engine import solve


def _entry(problem: Problem, request_id: str) -> Unassigned:
    return next(entry for entry in solve(problem).roster.unassigned if entry.id == request_id)


def _with_first(problem: Problem, **changes: Any) -> Problem:
    first: Request = dataclasses.replace(problem.requests[0], **changes)
    return problem.replace(requests=(first, *problem.requests[1:]))


@pytest.fixture
def week() -> Problem:
    return small_week(0)


def test_no_room_that_week(week: Problem) -> None:
    entry = _entry(_with_first(week, slots=()), "p00")
    assert entry.reason.code == "no_room"
    assert entry.held == 0


def test_closed_days_are_named_with_their_reason(week: Problem) -> None:
    slot = week.requests[0].slots[0]
    closed = ClosedSlot(slot=slot, reason=Text("closure", {"reason": "Summer closure"}))
    roster = solve(_with_first(week, slots=(), closed_slots=(closed,))).roster
    entry = next(entry for entry in roster.unassigned if entry.id == "p00")
    assert entry.reason.code == "closed"
    assert "Summer closure" in words.why(entry, roster)


def test_nobody_works_then(week: Problem) -> None:
    slot = RoomSlot(date=week.week.days[5], start_s=9 * 3600, end_s=12 * 3600)
    roster = solve(_with_first(week, slots=(slot,), agreement=None)).roster
    entry = next(entry for entry in roster.unassigned if entry.id == "p00")
    assert entry.reason.code == "no_consultant"
    assert "9:00–12:00" in words.why(entry, roster)


def test_the_home_visits_own_consultant_is_away(week: Problem) -> None:
    number, home = next((i, r) for i, r in enumerate(week.requests) if r.kind == "home_visit")
    named = dataclasses.replace(home, consultant_id="c0")
    requests = (*week.requests[:number], named, *week.requests[number + 1 :])
    away = tuple(
        day for day in week.days if not (day.consultant_id == "c0" and day.date == home.slots[0].date)
    )
    roster = solve(week.replace(requests=requests, days=away)).roster
    entry = next(entry for entry in roster.unassigned if entry.id == home.request_id)
    assert entry.reason.code == "consultant_away"
    assert "Consultant 0" in words.why(entry, roster)


def test_no_time_to_ride_there(week: Problem) -> None:
    day = week.days[0]
    slot = RoomSlot(date=day.date, start_s=day.start_s, end_s=day.start_s + 3000)
    entry = _entry(_with_first(week, slots=(slot,), agreement=None, max_conversations=1), "p00")
    assert entry.reason.code == "ride_does_not_fit"


@pytest.mark.parametrize(
    ("room", "meeting"),
    [
        # The room is free before the meeting and after it, too short a time for the ride and the visit.
        ((13 * 60, 15 * 60 + 30), (13 * 60 + 30, 14 * 60 + 45)),
        # The meeting takes all of the room's hours.
        ((13 * 60, 14 * 60 + 30), (12 * 60 + 45, 14 * 60 + 30)),
    ],
)
def test_a_meeting_is_in_the_way(week: Problem, room: tuple[int, int], meeting: tuple[int, int]) -> None:
    date = week.days[0].date
    slot = RoomSlot(date=date, start_s=room[0] * 60, end_s=room[1] * 60)
    held = Engagement(
        engagement_id="team", title="Teammøde", kind="meeting", start_s=meeting[0] * 60, end_s=meeting[1] * 60,
        place_id="base",
    )  # fmt: skip
    hours: dict[str, Any] = {"start_s": 9 * 3600, "end_s": room[1] * 60 + 1800, "lunch_s": 0, "gaps": ()}
    days = tuple(
        dataclasses.replace(day, **hours, engagements=(held,)) for day in week.days if day.date == date
    )
    changed = _with_first(
        week.replace(days=days),
        slots=(slot,),
        agreement=None,
        conversations=1,
        max_conversations=1,
        priority=50,
    )
    entry = _entry(changed, "p00")
    assert entry.reason.code == "engagement_in_the_way"
    assert "Teammøde" in word(entry.detail or entry.reason)
    # It is the planner's own reason: without the meeting the visit is made.
    free = changed.replace(days=tuple(dataclasses.replace(day, engagements=()) for day in days))
    assert all(other.id != "p00" for other in solve(free).roster.unassigned)


def test_only_part_fits_into_the_room(week: Problem) -> None:
    slot = RoomSlot(date=week.days[0].date, start_s=10 * 3600, end_s=10 * 3600 + 3000)
    changed = _with_first(
        week, slots=(slot,), agreement=None, conversations=3, max_conversations=3, priority=50
    )
    entry = _entry(changed, "p00")
    assert (entry.reason.code, entry.held) == ("room_too_short", 1)


@pytest.mark.parametrize(("lunch_s", "reason"), [(1800, "lunch_in_the_way"), (0, "room_too_short")])
def test_lunch_stops_the_third_conversation(week: Problem, lunch_s: int, reason: str) -> None:
    # Three last 2 h 20 min, two 1 h 35 min. With lunch two end at 12:25; without, a room until 13:05 holds two.
    date = week.days[0].date
    slot = RoomSlot(date=date, start_s=10 * 3600 + 3000, end_s=(13 * 60 + (10 if lunch_s else 5)) * 60)
    days = tuple(dataclasses.replace(day, lunch_s=lunch_s) for day in week.days if day.date == date)
    changed = _with_first(
        week.replace(days=days),
        slots=(slot,), agreement=None, conversations=3, max_conversations=3, priority=50,
    )  # fmt: skip
    entry = _entry(changed, "p00")
    assert (entry.reason.code, entry.held) == (reason, 2)
    assert "Lunch leaves time for only 2 conversations" in word(entry.detail or entry.reason) or not lunch_s
    free = changed.replace(days=tuple(dataclasses.replace(day, lunch_s=0) for day in days))
    assert any(entry.id == "p00" for entry in solve(free).roster.unassigned) == (not lunch_s)


def test_lunch_stops_the_only_conversation(week: Problem) -> None:
    date = week.days[0].date
    slot = RoomSlot(date=date, start_s=11 * 3600 + 1500, end_s=13 * 3600)
    days = tuple(
        dataclasses.replace(
            day, start_s=11 * 3600 + 600, end_s=13 * 3600 + 1800, lunch_s=4000, engagements=()
        )
        for day in week.days
        if day.date == date
    )
    changed = _with_first(
        week.replace(days=days),
        slots=(slot,),
        agreement=None,
        conversations=1,
        max_conversations=1,
        priority=50,
    )
    entry = _entry(changed, "p00")
    assert (entry.reason.code, entry.held) == ("lunch_in_the_way", 0)
    assert "no time for the ride there and the stay of 50 min" in word(entry.detail or entry.reason)


def test_the_practice_takes_no_more(week: Problem) -> None:
    slot = RoomSlot(date=week.days[0].date, start_s=9 * 3600, end_s=12 * 3600)
    changed = _with_first(
        week, slots=(slot,), agreement=None, conversations=3, max_conversations=1, priority=50
    )
    entry = _entry(changed, "p00")
    assert (entry.reason.code, entry.held) == ("practice_maximum", 1)


def test_the_price_of_forcing_a_request_is_the_difference_of_two_solves() -> None:
    # One consultant-day for four practices whose rooms are all free at the same hours.
    week = small_week(0)
    day = week.days[2]
    slot = RoomSlot(date=day.date, start_s=9 * 3600, end_s=11 * 3600)
    requests = tuple(
        dataclasses.replace(r, slots=(slot,), agreement=None, conversations=1, max_conversations=1)
        for r in week.requests[:4]
    )
    problem = week.replace(days=(day,), requests=requests)
    roster = solve(problem).roster
    dear = [entry for entry in roster.unassigned if entry.reason.code == "dearer"]
    assert dear
    for entry in dear:
        # With a priority above all others the best roster is the best one that meets the request.
        forced = tuple(
            dataclasses.replace(r, priority=1000) if r.request_id == entry.id else r for r in requests
        )
        with_it = solve(problem.replace(requests=forced)).roster
        assert entry.id not in {other.id for other in with_it.unassigned}
        assert entry.cost_to_force == with_it.score - roster.score
        assert "at the cost of: Name of " in words.why(entry, roster)


#: A priority above all others, in addition to the request's own.
_DEAR = 10_000


@pytest.mark.parametrize("first", range(0, 160, 40))
def test_reasons_hold_against_trying_everything(first: int) -> None:
    checked = {"impossible": 0, "priced": 0}
    for seed in range(first, first + 40):
        problem = tiny_problem(Random(seed))
        weights = {**DEFAULT_WEIGHTS, **{name: weight for name, weight in problem.weights.items() if weight}}
        requests = tuple(dataclasses.replace(request, pin=None) for request in problem.requests)
        problem = problem.replace(requests=requests, weights=weights)
        roster = solve(problem).roster
        for entry in roster.unassigned:
            dear = tuple(
                dataclasses.replace(r, priority=r.priority + _DEAR) if r.request_id == entry.id else r
                for r in requests
            )
            forced = brute_force.best_roster(problem.replace(requests=dear))
            assert forced is not None
            held = [s.conversations for plan in forced.plans for s in plan.stops if s.id == entry.id]
            if entry.reason.code not in ("dearer", "not_placed"):
                # However dear it is, no more of it can be held.
                assert sum(held) == entry.held
                assert bool(held) == _meets(roster, entry.id)
                checked["impossible"] += 1
            elif entry.cost_to_force is not None:
                assert sum(held) > entry.held or not _meets(roster, entry.id)
                # Counted at its own priority again.
                missed = _DEAR * (entry.requested - sum(held)) * weights["unserved_conversation"]
                assert entry.cost_to_force == forced.score - missed - roster.score
                checked["priced"] += 1
    assert min(checked.values()) > 0


def _meets(roster: Roster, request_id: str) -> bool:
    return any(stop.id == request_id for round_ in roster.rounds for stop in round_.stops)
