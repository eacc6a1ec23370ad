"""Solve, check, prove, refuse: what comes of it, and that a plan is made nowhere else."""

import dataclasses
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from random_problems import small_week

import scheduler
from scheduler.base.errors import InvalidRosterError
from scheduler.base.progress import Silent
from scheduler.checks import Violation, check
from scheduler.checks.bound import BoundCheck, check_bound
from scheduler.model.problem import Problem
from scheduler.model.roster import Roster
from scheduler.model.text import Text
from scheduler.scenario.model import Task
from scheduler.scenario.runs.figures import solved
from scheduler.services import decide as module
from scheduler.services.decide import decide
from scheduler.solver.isolation import SolverProcess, best_rosters

WEEK = small_week(1)
Search = Callable[..., tuple[Roster, ...]]


def changed(number: int = 0, **changes: object) -> Search:
    """Return a search whose n-th roster differs from what was found."""

    def search(problem: Problem, **options: Any) -> tuple[Roster, ...]:
        rosters = list(best_rosters(problem, **options))
        rosters[number] = rosters[number].replace(**changes)
        return tuple(rosters)

    return search


class Steps(Silent):
    def __init__(self) -> None:
        self.seen: list[str] = []

    def step(self, text: str) -> None:
        self.seen.append(text)


def test_a_plan_is_checked_and_proven() -> None:
    steps = Steps()
    (plan,) = decide(WEEK, progress=steps)
    assert plan.problem is WEEK
    assert check(WEEK, plan.roster) == ()
    assert plan.proof == check_bound(WEEK, plan.roster)
    assert plan.proof.verified is True
    assert steps.seen[-2:] == ["Checking the roster", "Checking the proof"]


def test_a_process_of_its_own_decides_the_same() -> None:
    (here,) = decide(WEEK, seed=7)
    with SolverProcess() as solver:
        (there,) = decide(WEEK, search=partial(solver.best_rosters, memory_mb=2000), seed=7)
        assert solver._child._process.returncode is not None  # nothing is kept while the proof is checked
    alike = {"solve_seconds": 0.0, "prices": None}
    assert there.roster.replace(**alike) == here.roster.replace(**alike)
    assert there.roster.seed == 7
    assert there.proof == here.proof


def test_options_reach_the_search() -> None:
    asked: dict[str, object] = {}

    def search(problem: Problem, **options: Any) -> tuple[Roster, ...]:
        asked.update(options)
        return best_rosters(problem, **options)

    progress = Silent()

    def stop() -> bool:
        return False

    wanted: dict[str, Any] = {"time_limit_s": 9.0, "seed": 3, "alternatives": 2, "explain": False}
    decide(WEEK, search=search, progress=progress, stop=stop, **wanted)
    assert asked == {**wanted, "progress": progress, "stop": stop}


def test_alternatives_are_checked_and_have_the_same_proof() -> None:
    best, *others = decide(WEEK, alternatives=2)
    assert others
    assert all(other.proof is best.proof for other in others)
    assert all(check(WEEK, other.roster) == () for other in others)
    with pytest.raises(InvalidRosterError, match="score"):
        decide(WEEK, search=changed(1, score=1), alternatives=2)


def test_what_breaks_a_rule_is_refused() -> None:
    with pytest.raises(InvalidRosterError, match="score"):
        decide(WEEK, search=changed(score=1))
    with pytest.raises(InvalidRosterError) as caught:
        decide(WEEK, search=changed(rounds=()))
    assert len(caught.value.problems) > 1


def test_a_roster_without_prices_is_no_proof() -> None:
    (plan,) = decide(WEEK, search=changed(prices=None))
    assert plan.proof.verified is None


def test_prices_that_are_none_are_refused() -> None:
    (plan,) = decide(WEEK)
    assert plan.roster.prices is not None
    below = {request.request_id: -1.0 for request in WEEK.requests}
    prices = dataclasses.replace(plan.roster.prices, requests=below)
    with pytest.raises(InvalidRosterError):
        decide(WEEK, search=changed(prices=prices))


def test_a_roster_that_only_claims_to_be_the_best_is_refused() -> None:
    best, *others = (plan.roster for plan in decide(WEEK, alternatives=2))
    worse = others[-1]
    assert worse.score > best.score
    claimed = worse.replace(status="optimal", bound=worse.score, gap=0.0, prices=best.prices)
    assert check(WEEK, claimed) == ()
    with pytest.raises(InvalidRosterError, match="exists, below the bound"):
        decide(WEEK, search=lambda _problem, **_options: (claimed,))


def test_workers_refuse_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    task = Task(scenario="s", week="w", problem=WEEK)
    wrong = BoundCheck(verified=False, bound=1, detail=Text("a better one exists"))
    monkeypatch.setattr(module, "check_bound", lambda *_arguments, **_options: wrong)
    with pytest.raises(InvalidRosterError, match="a better one exists"):
        solved(task)
    monkeypatch.setattr(module, "check", lambda *_arguments: (Violation("ride", "here", "made up"),))
    with pytest.raises(InvalidRosterError, match="made up"):
        solved(task)


def test_a_plan_is_made_in_one_place() -> None:
    root = Path(scheduler.__file__).parent
    makes = re.compile(r"\bPlan\(")
    assert [file.name for file in root.rglob("*.py") if makes.search(file.read_text(encoding="utf-8"))] == [
        "decide.py"
    ]
