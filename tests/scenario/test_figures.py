"""The figures of a week, against what the roster's own terms, reasons and rounds say."""

import json
from itertools import pairwise
from random import Random

import pytest
from random_problems import small_week, tiny_problem, without_pins

from scheduler.base.errors import InvalidRosterError
from scheduler.checks import Violation
from scheduler.model.problem import Problem
from scheduler.model.roster import Roster
from scheduler.outputs.totals import consultant_totals
from scheduler.scenario.chance.outlook import read
from scheduler.scenario.model import BASE_COLUMNS, Task
from scheduler.scenario.runs.figures import figures, solved
from scheduler.services import decide
from scheduler.solver.engine import solve

PROBLEMS = [
    *(small_week(seed) for seed in range(3)),
    *(without_pins(tiny_problem(Random(seed))) for seed in range(12)),
]


@pytest.mark.parametrize("problem", PROBLEMS)
def test_figures_agree_with_the_roster(problem: Problem) -> None:
    request = problem.requests[0]
    task = Task(scenario="s", week="2009-W20#7", problem=problem, watched=request.request_id)
    roster = solve(problem, explain=False).roster
    found = figures(task, problem, roster)
    unmet = roster.unassigned
    totals = consultant_totals(roster)
    assert (found.scenario, found.week, found.status) == ("s", "2009-W20#7", roster.status)
    assert (found.score, found.bound) == (roster.score, roster.bound)
    asked = [each for each in problem.requests if each.kind != "task"]
    assert found.requests == len(asked)
    assert found.visits == sum(total.visits for total in totals)
    assert found.planned == sum(total.conversations for total in totals)
    assert found.requested - found.planned == sum(u.requested - u.held for u in unmet if u.kind == "visit")
    assert found.missed_visits == len(asked) - found.visits
    assert found.partial_visits == sum(u.held > 0 for u in unmet)
    assert found.cycling_s == sum(total.ride_s for total in totals)
    assert found.cycling_s == roster.terms["cycling_second"].count
    assert found.cycling_m == sum(total.ride_m for total in totals)
    assert found.waiting_s == roster.terms["waiting_second"].count
    assert found.visit_s == sum(consultant.visit_seconds for consultant in roster.consultants)
    visits = [s for r in roster.rounds for s in r.stops if s.kind in ("visit", "home_visit")]
    assert found.room_s == sum((s.end - s.start).total_seconds() for s in visits if s.kind == "visit")
    assert found.adviser_s == found.visit_s + found.cycling_s + found.waiting_s + _parked_s(problem, roster)
    assert found.working_s == sum(max(0, c.availability_seconds) for c in roster.consultants)
    by_base = json.loads(found.by_base)
    for column in BASE_COLUMNS:
        assert sum(counts.get(column, 0) for counts in by_base.values()) == pytest.approx(
            getattr(found, column)
        )
    assert by_base.keys() - {""} <= {c.base_id for c in problem.consultants} | {
        r.base_id for r in problem.requests
    }
    assert found.owned_visits - found.own_visits == roster.terms["continuity"].count
    assert found.moved_visits == roster.terms["moved_from_agreement"].count
    assert found.imbalance_minutes == pytest.approx(float(roster.terms["imbalance_minute"].count))
    assert 0 <= found.consultants <= len(problem.consultants)
    planned_by = json.loads(found.planned_by)
    practices = [r for r in problem.requests if r.kind == "visit"]
    assert {id_: asked for id_, (asked, _planned) in planned_by.items()} == {
        r.request_id: r.conversations for r in practices
    }
    assert sum(planned for _asked, planned in planned_by.values()) == found.planned
    days = read(found.days)
    assert [(day.consultant_id, day.date) for day in days] == [
        (d.consultant_id, d.date) for d in problem.days
    ]
    assert sum(day.conversations for day in days) == found.planned
    assert found.expected_held == pytest.approx(
        sum(day.conversations * day.seen_share for day in days) * 0.8 * 0.95
    )
    watched = [stop for round_ in roster.rounds for stop in round_.stops if stop.id == request.request_id
               and stop.kind in ("visit", "home_visit")]  # fmt: skip
    assert found.watched_visits == len(watched)
    assert found.watched_planned == sum(stop.conversations for stop in watched)


def _parked_s(problem: Problem, roster: Roster) -> int:
    """Count the rides by what lies between two places that are not in one house."""
    base_of = {consultant.consultant_id: consultant.base_id for consultant in problem.consultants}
    rides = 0
    for round_ in roster.rounds:
        base = base_of[round_.consultant_id]
        places = [base, *(stop.place_id for stop in round_.stops if stop.kind != "lunch"), base]
        houses = problem.travel.one_house
        rides += sum(a != b and (a, b) not in houses for a, b in pairwise(places))
    return rides * problem.defaults.parking_s


def test_a_task_is_planned_and_counted() -> None:
    task = Task(scenario="s", week="w", problem=small_week(1))
    found = solved(task)
    assert found.status == "optimal"
    assert found.visits > 0
    assert (found.watched_visits, found.watched_planned) == (0, 0)


def test_a_roster_that_breaks_a_rule_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "check", lambda _problem, _roster: (Violation("ride", "here", "made up"),))
    with pytest.raises(InvalidRosterError, match="made up"):
        solved(Task(scenario="s", week="w", problem=small_week(1)))
