import time

import pytest
from random_problems import small_week

from scheduler.base.errors import InvalidRosterError
from scheduler.solver import generate
from scheduler.solver.deadline import Deadline
from scheduler.solver.engine import solve
from scheduler.solver.exchange import Exchange
from scheduler.solver.generate import Generator
from scheduler.solver.parts import Part
from scheduler.solver.start import first_choice
from scheduler.week.schedule import DayModel


def _generator(seed: int) -> Generator:
    problem = small_week(seed, practices=14, consultants=3)
    return Generator(problem, [DayModel(problem, day) for day in problem.days], pin_points=0)


@pytest.mark.parametrize("seconds", [0.0, 60.0])
@pytest.mark.parametrize("seed", range(4))
def test_the_first_choice_meets_nothing_twice_and_something(seed: int, seconds: float) -> None:
    generator = _generator(seed)
    keys = first_choice(generator, Deadline(time.monotonic() + seconds))
    pairs = zip(generator.graphs, keys, strict=True)
    met = [graph.offers[local][0] for graph, key in pairs for local, _number in graph.keys.met(key)]
    assert met
    assert len(met) == len(set(met))
    assert generator.pool.score(keys) < generator.pool.score([0] * len(keys))


@pytest.mark.parametrize("seed", range(4))
def test_what_each_day_would_lose_are_prices_that_bound_the_best(seed: int) -> None:
    generator = _generator(seed)
    exchange = Exchange(generator.pool, first_choice(generator, Deadline(time.monotonic() + 60)))
    values = exchange.values()
    assert (values > 0).any()
    generator.begin_with(values)
    first = next(generator.relaxing(Deadline(time.monotonic() + 60)))
    assert first.prices.request is values
    best = solve(generator.problem).roster
    assert best.status == "optimal"
    assert first.bound <= best.score
    # It is far above that of a week in which every visit is free.
    assert first.bound > -best.score


def test_a_roster_in_which_nothing_is_planned_for_no_reason_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Part, "generate", lambda *_arguments: None)
    monkeypatch.setattr(Part, "route", lambda *_arguments, **_options: None)
    with pytest.raises(InvalidRosterError, match="nothing was planned, although"):
        solve(small_week(0), time_limit_s=1)


def test_a_week_without_anything_to_gain_may_be_empty() -> None:
    problem = small_week(0)
    weights = {**dict.fromkeys(problem.weights, 0), "cycling_second": 10}
    roster = solve(problem.replace(weights=weights)).roster
    assert all(not round_.conversations for round_ in roster.rounds)


def test_too_many_rounds_in_reach_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = _generator(1)
    never = Deadline(time.monotonic() + 600)
    first_choice(generator, never)
    relaxed = generator.relax(never)
    assert relaxed is not None
    assert relaxed.solved
    assert generator.within(relaxed, 3_000.0, never, None)
    monkeypatch.setattr(generate, "_MOST_ROUNDS", 1)
    assert not generator.within(relaxed, 40_000.0, never, None)
