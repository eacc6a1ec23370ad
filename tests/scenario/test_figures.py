"""The figures of a week, against what the roster's own terms, reasons and rounds say."""

import dataclasses
import json
from random import Random

import pytest
from random_problems import small_week, tiny_problem

from scheduler.base.errors import InvalidRosterError
from scheduler.checks import Violation
from scheduler.model.problem import Problem
from scheduler.outputs.totals import consultant_totals
from scheduler.scenario.chance.outlook import read
from scheduler.scenario.model import Task
from scheduler.scenario.runs.figures import figures, solved
from scheduler.services import decide
from scheduler.solver.engine import solve


def without_pins(problem: Problem) -> Problem:
    """Pins of random weeks cannot always be kept together."""
    return problem.replace(requests=tuple(dataclasses.replace(r, pin=None) for r in problem.requests))


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
    assert found.requests == len(problem.requests)
    assert found.visits == sum(total.visits for total in totals)
    assert found.planned == sum(total.conversations for total in totals)
    assert found.requested - found.planned == sum(u.requested - u.held for u in unmet if u.kind == "visit")
    assert found.missed_visits == len(problem.requests) - found.visits
    assert found.partial_visits == sum(u.held > 0 for u in unmet)
    assert found.cycling_s == sum(total.ride_s for total in totals)
    assert found.cycling_s == roster.terms["cycling_second"].count
    assert found.cycling_m == sum(total.ride_m for total in totals)
    assert found.waiting_s == roster.terms["waiting_second"].count
    assert found.visit_s == sum(consultant.visit_seconds for consultant in roster.consultants)
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
