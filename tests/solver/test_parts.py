import dataclasses
import time
from fractions import Fraction

import pytest

from benchmarks.weeks import random_week
from scheduler.checks import check
from scheduler.model.problem import Problem
from scheduler.solver import parts
from scheduler.solver.deadline import Deadline
from scheduler.solver.engine import solve
from scheduler.solver.master import Report
from scheduler.solver.parts import split
from scheduler.week.schedule import DayModel
from scheduler.week.score import Balance


def _split(problem: Problem) -> list[Problem]:
    return split(problem, [DayModel(problem, day) for day in problem.days])


def test_a_service_of_two_bases_falls_apart_into_two_weeks() -> None:
    problem = random_week(1, 10, 4, 2)
    first, second = _split(problem)
    for name in ("consultants", "days", "requests"):
        apart = [*getattr(first, name), *getattr(second, name)]
        assert sorted(map(repr, apart)) == sorted(map(repr, getattr(problem, name)))
    assert len({consultant.base_id for consultant in first.consultants}) == 1
    assert len(first.travel.place_ids) < len(problem.travel.place_ids)
    rows, whole = first.travel.index(), problem.travel.index()
    for a in first.travel.place_ids:
        for b in first.travel.place_ids:
            assert first.travel.seconds[rows[a], rows[b]] == problem.travel.seconds[whole[a], whole[b]]


def test_a_home_visit_that_anybody_may_make_ties_bases_together() -> None:
    problem = random_week(1, 10, 4, 2)
    requests = tuple(
        dataclasses.replace(r, base_id=None, consultant_id=None) if r.kind == "home_visit" else r
        for r in problem.requests
    )
    assert len(_split(problem)) == 2
    assert len(_split(problem.replace(requests=requests))) == 1


@pytest.mark.parametrize("seed", range(4))
def test_parts_planned_apart_are_as_good_as_the_week_as_a_whole(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = random_week(seed, 12, 4, 2)
    apart = solve(problem).roster
    assert check(problem, apart) == ()
    assert apart.status == "optimal"
    assert apart.prices is not None
    assert set(apart.prices.requests) == {request.request_id for request in problem.requests}
    monkeypatch.setattr("scheduler.solver.engine.split", lambda problem, _models: [problem])
    whole = solve(problem).roster
    assert (apart.score, whole.status) == (whole.score, "optimal")
    reasons = [(entry.id, entry.reason, entry.cost_to_force) for entry in apart.unassigned]
    assert reasons == [(entry.id, entry.reason, entry.cost_to_force) for entry in whole.unassigned]


def test_points_of_balance_are_added_up_before_they_are_rounded() -> None:
    problem = random_week(3, 12, 4, 2)
    halves = [Fraction(0), Fraction(0)]
    for number, part in enumerate(_split(problem)):
        found = parts.Part(part, fine=True)
        assert found.unrounded == found.score + (found.unrounded % 1)
        halves[number] = found.unrounded
    whole = parts.Part(problem, fine=False)
    assert whole.unrounded == sum(halves)
    assert any(rate.denominator > 1 for rate in Balance.of(problem).rate)


def test_time_that_one_part_leaves_goes_to_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first part makes nothing of its first two turns; the second is proven in its first."""
    generate, turns = parts.Part.generate, []
    problem = random_week(1, 10, 4, 2)
    slow = _split(problem)[0].consultants[0].base_id

    def generated(part: parts.Part, deadline: Deadline, report: Report) -> None:
        if part.problem.consultants[0].base_id == slow:
            turns.append(deadline.left_s)
            if len(turns) < 3:
                time.sleep(0.3)  # longer than the little that ends the turns
                return
        generate(part, deadline, report)

    monkeypatch.setattr(parts.Part, "generate", generated)
    assert solve(problem, time_limit_s=10.0).roster.status == "optimal"
    # At first a share of a tenth, then half of the rest, then what is left again.
    assert len(turns) == 3
    assert turns[0] < turns[1]


def test_a_request_nobody_can_meet_is_where_its_consultant_is() -> None:
    problem = random_week(1, 10, 4, 2)
    person = problem.consultants[1]
    lost = dataclasses.replace(
        problem.requests[-1], slots=(), consultant_id=person.consultant_id, base_id=None
    )
    problem = problem.replace(requests=(*problem.requests[:-1], lost))
    home = next(part for part in _split(problem) if person in part.consultants)
    assert lost in home.requests
    roster = solve(problem).roster
    assert {entry.id for entry in roster.unassigned} >= {lost.request_id}
