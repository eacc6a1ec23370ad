"""Tasks in a week worked out by hand: their rules, what they count, and what counts without them."""

import dataclasses
from fractions import Fraction
from typing import Any

import pytest
from rosters import DayPlan, Lunch, build_roster, clock_s, plan_visit
from worked_week import MONDAY, TUESDAY, a_slot, codes, the_plans, the_problem, the_roster

from scheduler.checks import check, recount
from scheduler.model.problem import Problem, PublishedVisit, Request
from scheduler.model.project import BASE
from scheduler.model.roster import Roster

TASK = Request(
    request_id="t1",
    place_id=BASE,
    kind="task",
    title="Letters",
    conversations=0,
    max_conversations=0,
    duration_s=45 * 60,
    consultant_id="anna",
    priority=2,
    weeks_left=7,
    slots=(a_slot(TUESDAY, "10:00", "10:45"),),
)


def week_with(*tasks: Request) -> Problem:
    problem = the_problem()
    return problem.replace(requests=(*problem.requests, *tasks))


def done(problem: Problem) -> Roster:
    """Return the roster in which Anna does the task at base after her meeting on Tuesday."""
    monday, meeting, bo = the_plans(problem)
    stops = (*meeting.stops, plan_visit(problem, "t1", TUESDAY, "10:00"))
    return build_roster(problem, [monday, DayPlan(meeting.day, stops, meeting.lunch), bo])


def lying(roster: Roster, **changes: Any) -> Roster:
    """Return the roster with another field of the task's stop."""
    monday, tuesday, bo = roster.rounds
    stops = tuple(dataclasses.replace(s, **changes) if s.id == "t1" else s for s in tuesday.stops)
    return roster.replace(rounds=(monday, dataclasses.replace(tuesday, stops=stops), bo))


def test_a_task_done_in_its_hours_by_who_may_do_it() -> None:
    problem = week_with(TASK)
    assert check(problem, done(problem)) == ()


def test_a_task_that_is_done_adds_nothing_to_visits_loads_and_continuity() -> None:
    problem = week_with(dataclasses.replace(TASK, consultant_id="bo"))
    assert {name: term.points for name, term in recount(problem, done(problem)).items()} == {
        name: term.points for name, term in the_roster().terms.items()
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"consultant_id": "bo"}, "task_consultant"),
        ({"duration_s": 44 * 60}, "duration"),
        ({"slots": (a_slot(TUESDAY, "10:01", "11:00"),)}, "slot"),
        ({"slots": (a_slot(TUESDAY, "9:00", "10:44"),)}, "slot"),
        ({"slots": (a_slot(MONDAY, "9:00", "11:00"),)}, "slot"),
        ({"base_id": "course"}, "base"),
        ({"title": "Parcels"}, "place"),
    ],
)
def test_a_task_that_a_problem_does_not_allow(changes: dict[str, Any], code: str) -> None:
    roster = done(week_with(TASK))
    assert codes(week_with(dataclasses.replace(TASK, **changes)), roster) == {code}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": "Parcels"}, "place"),
        ({"conversations": 1}, "conversations conversation_starts round_sum"),
        ({"kind": "home_visit"}, "unknown_stop"),
        ({"id": "t2"}, "unknown_stop"),
    ],
)
def test_a_field_of_a_task_that_is_wrong(changes: dict[str, Any], expected: str) -> None:
    problem = week_with(TASK)
    assert codes(problem, lying(done(problem), **changes)) == set(expected.split())


def test_what_is_said_of_a_task() -> None:
    problem = week_with(TASK)
    assert [str(violation) for violation in check(problem, lying(done(problem), name="Parcels"))] == [
        "Anna, Tuesday 12 May, t1: name is Parcels, but should be Letters"
    ]
    of_bo = week_with(dataclasses.replace(TASK, consultant_id="bo"))
    assert [str(violation) for violation in check(of_bo, done(problem))] == [
        "Anna, Tuesday 12 May, t1: only bo may make it"
    ]


def test_a_round_may_hold_nothing_but_a_task() -> None:
    task = dataclasses.replace(TASK, slots=(a_slot(MONDAY, "9:00", "12:00"),), consultant_id=None)
    problem = week_with(task)
    days = (dataclasses.replace(problem.days[0], engagements=()), *problem.days[1:])
    problem = problem.replace(days=days)
    _monday, meeting, bo = the_plans(the_problem())
    alone = DayPlan(days[0], (plan_visit(problem, "t1", MONDAY, "9:00"),), Lunch(clock_s("11:00"), BASE))
    assert check(problem, build_roster(problem, [alone, meeting, bo])) == ()


def missed(*tasks: Request, weight: int = 72_000) -> tuple[float, float]:
    """Return what missed visits count, and their points, in the week in which all these tasks stay undone."""
    problem = week_with(*tasks)
    problem = problem.replace(weights={**problem.weights, "missed_visit": weight})
    roster = the_roster(problem)
    assert check(problem, roster) == ()
    term = recount(problem, roster)["missed_visit"]
    return term.count, term.points


def test_a_task_left_undone_counts_its_share_rounded_down_by_itself() -> None:
    p4 = 72_000
    assert missed(TASK) == ((p4 + 20_571) / 72_000, p4 + 20_571)  # 144,000 ÷ 7 = 20,571.4
    other = dataclasses.replace(TASK, request_id="t2", priority=3, weeks_left=5)
    assert missed(TASK, other)[1] == p4 + 20_571 + 43_200
    again = dataclasses.replace(TASK, request_id="t2")
    third = dataclasses.replace(TASK, request_id="t3")
    assert missed(TASK, again, third)[1] == p4 + 3 * 20_571  # and not 61,714
    last = dataclasses.replace(TASK, weeks_left=1, priority=1)
    assert missed(last) == (2.0, 2 * p4)


def test_a_task_left_undone_counts_also_where_it_has_no_weight() -> None:
    assert missed(TASK, weight=0) == (float(1 + Fraction(2, 7)), 0)
    assert missed(TASK, weight=1) == (1.0, 1)  # its two sevenths of a point are none


@pytest.mark.parametrize(
    ("told", "changed"),
    [
        (PublishedVisit(date=TUESDAY, start_s=clock_s("10:15"), consultant_id="anna"), 0),
        (PublishedVisit(date=TUESDAY, start_s=clock_s("10:15:01"), consultant_id="anna"), 1),
        (PublishedVisit(date=TUESDAY, start_s=clock_s("9:45"), consultant_id="anna"), 0),
        (PublishedVisit(date=TUESDAY, start_s=clock_s("9:44:59"), consultant_id="anna"), 1),
        (PublishedVisit(date=TUESDAY, start_s=clock_s("10:00"), consultant_id="bo"), 1),
        (PublishedVisit(date=MONDAY, start_s=clock_s("10:00"), consultant_id="anna"), 1),
    ],
)
def test_a_published_task_is_changed_like_a_visit(told: PublishedVisit, changed: int) -> None:
    before = the_roster().terms["change"].count
    problem = week_with(dataclasses.replace(TASK, published=told))
    assert recount(problem, done(problem))["change"].count == before + changed
    assert check(problem, done(problem)) == ()


def test_a_task_is_listed_where_it_is_left_and_not_where_it_is_done() -> None:
    problem = week_with(TASK)
    kept, left = done(problem), the_roster(problem)
    (listed,) = set(left.unassigned) - set(kept.unassigned)
    assert (listed.id, listed.kind, listed.requested, listed.held) == ("t1", "task", 0, 0)
    missing = left.replace(unassigned=kept.unassigned)
    assert [str(violation) for violation in check(problem, missing)] == [
        "t1: not fully met, but not listed as unassigned"
    ]
    too_many = kept.replace(unassigned=left.unassigned)
    assert [str(violation) for violation in check(problem, too_many)] == [
        "t1: listed as unassigned without reason"
    ]
