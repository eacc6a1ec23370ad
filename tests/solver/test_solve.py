import dataclasses
import signal
from random import Random

import brute_force
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_problems import small_week, tiny_problem, tiny_problems

from scheduler.base.errors import InputError
from scheduler.checks import check
from scheduler.model.problem import Problem, Request, RoomSlot
from scheduler.model.project import Origin, Pin
from scheduler.solver import generate, keys, labels
from scheduler.solver.engine import better, solve

_UNHURRIED = settings(deadline=None, max_examples=30)


@given(tiny_problems())
@_UNHURRIED
def test_a_tiny_week_is_solved_to_the_score_that_trying_everything_finds(problem: Problem) -> None:
    best = brute_force.best_score(problem)
    if best is None:
        with pytest.raises(InputError, match="pin"):
            solve(problem)
        return
    roster = solve(problem).roster
    assert check(problem, roster) == ()
    assert roster.score == best
    assert roster.status == "optimal"


@pytest.mark.parametrize("seed", range(6))
def test_better_finds_what_scores_less_and_nothing_else(seed: int) -> None:
    problem = small_week(seed)
    best = solve(problem).roster
    assert best.prices is not None
    for near in (best.prices, None):
        assert better(problem, best.score, near=near) is None
        found = better(problem, best.score + 1, near=near)
        assert found is not None
        assert found.score == best.score
        assert check(problem, found) == ()
    assert better(problem, best.score + 1, near=best.prices, time_limit_s=0) is None


def _with_another_slot(problem: Problem, rng: Random) -> Problem:
    practices = [i for i, request in enumerate(problem.requests) if request.kind == "visit"]
    chosen = rng.choice(practices)
    request, day = problem.requests[chosen], rng.choice(problem.days)
    start_s = rng.randrange(day.start_s, day.end_s - 1800, 900)
    slot = RoomSlot(date=day.date, start_s=start_s, end_s=rng.randrange(start_s + 1800, day.end_s + 1))
    slots = tuple(sorted((*request.slots, slot), key=lambda s: (s.date, s.start_s)))
    requests = list(problem.requests)
    requests[chosen] = dataclasses.replace(request, slots=slots)
    return problem.replace(requests=tuple(requests))


@given(st.integers(0, 10**9))
@_UNHURRIED
def test_another_room_slot_never_makes_the_score_worse(seed: int) -> None:
    rng = Random(seed)
    problem = tiny_problem(rng)
    try:
        before = solve(problem).roster.score
    except InputError:
        return  # pins that cannot be kept
    if problem.days and any(request.kind == "visit" for request in problem.requests):
        assert solve(_with_another_slot(problem, rng)).roster.score <= before


@pytest.mark.parametrize("seed", range(4))
def test_a_week_like_the_services_own_is_proven(seed: int) -> None:
    problem = small_week(seed, practices=14)
    solution = solve(problem)
    assert solution.is_optimal
    assert not solution.interrupted
    assert solution.roster.gap == 0
    assert check(problem, solution.roster) == ()


def test_the_same_problem_gives_the_same_roster() -> None:
    problem = small_week(1)
    first, second = (solve(problem, seed=7).roster for _ in range(2))
    assert first.replace(solve_seconds=0.0) == second.replace(solve_seconds=0.0)
    assert first.seed == 7


def test_the_routing_model_alone_gives_a_valid_roster_without_proof() -> None:
    problem = small_week(2)
    roster = solve(problem, method="routing", time_limit_s=0.5).roster
    assert check(problem, roster) == ()
    assert roster.bound == 0
    assert roster.score >= solve(problem).roster.score
    assert sum(round_.conversations for round_ in roster.rounds) > 0


@pytest.mark.parametrize("bits", [2, 5, 11])
def test_keys_of_many_words_serve_as_well_as_those_of_one(monkeypatch: pytest.MonkeyPatch, bits: int) -> None:
    problem = small_week(2)
    best = solve(problem).roster
    monkeypatch.setattr(keys, "_WORD_BITS", bits)
    roster = solve(problem).roster
    assert (roster.score, roster.bound, roster.rounds) == (best.score, best.bound, best.rounds)


@pytest.mark.parametrize("most", [1, 2, 3, 8, 20])
def test_with_few_labels_kept_the_bound_still_holds(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    best = solve(small_week(2)).roster
    monkeypatch.setattr(labels, "MOST_LABELS", most)
    monkeypatch.setattr(generate, "MOST_LABELS", most)
    roster = solve(small_week(2), time_limit_s=3).roster
    assert roster.bound <= best.score <= roster.score
    assert check(small_week(2), roster) == ()


@pytest.mark.parametrize("most", [0, 3, 20, 60])
def test_with_few_rounds_in_reach_the_bound_still_holds(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    for seed in (2, 3, 7):
        problem = small_week(seed, practices=14)
        best = solve(problem).roster
        with monkeypatch.context() as patch:
            patch.setattr(generate, "_MOST_ROUNDS", most)
            roster = solve(problem, time_limit_s=3).roster
        assert roster.bound <= best.score <= roster.score
        assert check(problem, roster) == ()


@pytest.mark.parametrize("asks_before_stop", [0, 3, 40])
def test_stopping_early_gives_the_best_roster_so_far(asks_before_stop: int) -> None:
    problem = small_week(0, practices=14)
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > asks_before_stop

    solution = solve(problem, stop=stop)
    assert check(problem, solution.roster) == ()
    assert solution.roster.bound <= solution.roster.score


def test_a_time_limit_of_nothing_still_gives_a_valid_roster() -> None:
    problem = small_week(0, practices=14)
    solution = solve(problem, time_limit_s=0)
    assert solution.interrupted
    assert solution.roster.status == "feasible"
    assert 0 < solution.roster.gap <= 1
    assert check(problem, solution.roster) == ()


def test_a_week_in_which_nobody_works_leaves_everything_out() -> None:
    problem = small_week(0).replace(days=())
    roster = solve(problem).roster
    assert roster.rounds == ()
    assert roster.status == "optimal"
    assert {entry.reason.code for entry in roster.unassigned} == {"no_consultant", "consultant_away"}
    assert check(problem, roster) == ()


def test_a_week_without_requests_has_the_engagements_alone() -> None:
    problem = small_week(0).replace(requests=())
    roster = solve(problem).roster
    assert roster.score == 0
    assert roster.gap == 0
    assert {stop.kind for round_ in roster.rounds for stop in round_.stops} == {"engagement", "lunch"}
    assert check(problem, roster) == ()


class _Recorder:
    def __init__(self) -> None:
        self.steps: list[str] = []
        self.pairs: list[tuple[int, int]] = []

    def step(self, text: str) -> None:
        self.steps.append(text)

    def bounds(self, score: int, bound: int) -> None:
        self.pairs.append((score, bound))


def test_progress_tells_falling_scores_and_ends_with_the_proof() -> None:
    seen = _Recorder()
    roster = solve(small_week(1), progress=seen).roster
    assert seen.steps[0] == "First roster"
    scores = [score for score, _bound in seen.pairs]
    assert scores == sorted(scores, reverse=True)
    assert all(bound <= roster.score for _score, bound in seen.pairs)
    assert seen.pairs[-1] == (roster.score, roster.score)


def _pinned(problem: Problem, number: int, start_s: int, row: int) -> Request:
    request = problem.requests[number]
    slot = request.slots[0]
    pin = Pin(id=request.request_id, date=slot.date, start_s=start_s, origin=Origin("pins.csv", row))
    return dataclasses.replace(request, pin=pin)


def test_pins_that_exclude_each_other_are_named_with_their_row() -> None:
    problem = small_week(0)
    one = problem.days[:1]
    slot = RoomSlot(date=one[0].date, start_s=10 * 3600, end_s=13 * 3600)
    both = [
        dataclasses.replace(request, slots=(slot,), consultant_id=None) for request in problem.requests[:2]
    ]
    problem = problem.replace(days=one, requests=tuple(both))
    pinned = tuple(_pinned(problem, i, 11 * 3600, row=i + 2) for i in range(2))
    with pytest.raises(InputError) as refused:
        solve(problem.replace(requests=pinned))
    (left_out,) = refused.value.problems
    assert left_out.file == "pins.csv"
    assert left_out.row in {2, 3}
    assert "together" in left_out.reason


def test_a_pin_that_fits_nowhere_says_so() -> None:
    problem = small_week(0)
    day = problem.days[0]
    # Somebody would have to be there before they can have ridden there.
    slot = RoomSlot(date=day.date, start_s=day.start_s, end_s=12 * 3600)
    request = dataclasses.replace(problem.requests[0], slots=(slot,))
    problem = problem.replace(requests=(request,))
    pinned = (_pinned(problem, 0, day.start_s, row=2),)
    with pytest.raises(InputError, match="no consultant's day"):
        solve(problem.replace(requests=pinned))


def test_ctrl_c_is_heard_after_a_proof() -> None:
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - the proof comes first
        solve(small_week(1))
        signal.raise_signal(signal.SIGINT)
