"""Moving a visit that is booked counts as more than one change: in the score, the search, the checks and the proof."""

import dataclasses
from random import Random

import pytest
from brute_force import best_score
from random_problems import tiny_problem

from scheduler.base import i18n
from scheduler.model.problem import Problem
from scheduler.model.texts import word
from scheduler.services.decide import approved
from scheduler.solver.engine import solve
from scheduler.week.fingerprint import fingerprint
from scheduler.week.replanning import bookings_of, with_bookings


def published_weeks(count: int) -> list[Problem]:
    """Return tiny weeks with published visits and without pins, in which a change costs something."""
    found = (tiny_problem(Random(seed)) for seed in range(400))
    some = (
        problem.replace(weights={**problem.weights, "change": 1_500})
        for problem in found
        if any(r.published for r in problem.requests) and not any(r.pin for r in problem.requests)
    )
    return [problem for problem, _number in zip(some, range(count), strict=False)]


@pytest.mark.parametrize("number", range(12))
def test_the_search_finds_what_trying_everything_does(number: int) -> None:
    problem = published_weeks(12)[number]
    booked = [r.request_id for r in problem.requests if r.published]
    week = with_bookings(problem, booked, 3)
    roster = solve(week, explain=False).roster
    assert roster.score == best_score(week)
    (plan,) = approved(week, (roster,))
    assert plan.proof.verified is True
    assert bookings_of(roster) == (tuple(booked), 3)
    assert roster.terms["change"].count % 3 == 0


def test_it_costs_more_somewhere() -> None:
    dearer = [
        (best_score(with_bookings(week, [r.request_id for r in week.requests], 3)) or 0)
        - (best_score(week) or 0)
        for week in published_weeks(12)
    ]
    assert all(points >= 0 for points in dearer)
    assert any(points > 0 for points in dearer)


def test_a_note_says_what_is_booked_and_the_week_asks_for_the_same() -> None:
    (problem,) = published_weeks(1)
    id_ = problem.requests[0].request_id
    week = with_bookings(problem, [id_, "somebody else"], 2)
    with i18n.using("en"):
        assert word(week.notes[-1]) == f"Booked, so that moving one of them counts as 2 changes: {id_}."
    assert fingerprint(week) == fingerprint(problem)
    assert with_bookings(problem, [id_], 1) is problem
    assert with_bookings(problem, ["somebody else"], 2) is problem
    changed = dataclasses.replace(week.requests[0], change_counts=1)
    assert changed == problem.requests[0]
