"""The master problem in HiGHS: relaxation, dive and choice, over rounds that come little by little."""

import functools
import itertools
import time
from collections.abc import Iterator

import numpy as np
import pytest
from random_problems import small_week

from scheduler.solver.deadline import Deadline
from scheduler.solver.generate import Generator
from scheduler.solver.program import MARGIN, Program
from scheduler.solver.table import RoundTable
from scheduler.week.schedule import DayModel


def _tables(seed: int, practices: int = 6) -> Iterator[RoundTable]:
    """Yield the rounds of a week as they become known: first few, then those that have come."""
    problem = small_week(seed, practices=practices)
    generator = Generator(problem, [DayModel(problem, day) for day in problem.days], pin_points=0)
    pool = generator.pool
    marks = pool.marks()
    yield pool.table()
    for width in (2, 20):
        for day, graph in enumerate(pool.graphs):
            generator.grow([day], [np.zeros(graph.first_engagement)], np.array([1e15]), width, width)
        table = pool.table(marks)
        marks = pool.marks()
        yield table


def _all(table: RoundTable) -> np.ndarray:
    return np.arange(len(table))


@pytest.mark.parametrize("seed", range(6))
def test_rounds_that_come_later_count_as_if_they_had_come_at_once(seed: int) -> None:
    slowly: Program | None = None
    seen: list[tuple[int, int]] = []
    for table in _tables(seed):
        slowly = slowly or Program(table)
        slowly.add(table, _all(table))
        seen += zip(table.day.tolist(), table.keys.tolist(), strict=True)
        assert slowly.prices() is not None
    assert slowly is not None
    *_, last = _tables(seed)
    everything = list(_tables(seed))
    at_once = Program(last)
    for table in everything:
        at_once.add(table, _all(table))
    assert at_once.prices() is not None
    assert at_once.score == pytest.approx(slowly.score)
    assert list(zip(slowly.day.tolist(), slowly.key.tolist(), strict=True)) == seen


@pytest.mark.parametrize("seed", range(6))
def test_prices_bound_every_choice_of_the_rounds(seed: int) -> None:
    table = _whole(seed)
    program = Program(table)
    program.add(table, _all(table))
    prices = program.prices()
    assert prices is not None
    least = np.array([prices.reduced(table)[table.day == day].min() for day in range(len(table.days))])
    bound = prices.bound(table, least)
    assert bound == pytest.approx(program.score - MARGIN, abs=0.1)
    assert bound <= table.score(_best(table))


@pytest.mark.parametrize("spare", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_a_dive_takes_a_round_a_day_and_leaves_the_relaxation_as_it_was(seed: int, spare: bool) -> None:
    table = _whole(seed)
    program = Program(table, spare=spare)
    program.add(table, _all(table))
    before = program.prices()
    score = program.score
    chosen = program.dive(0.2)
    assert before is not None
    if chosen is not None:
        assert program.day[chosen].tolist() == list(range(len(table.days)))
        if not spare:
            assert table.meets[chosen].sum(axis=0).max() <= 1
            assert table.score(chosen.tolist()) >= score - 1
    else:
        assert not spare
    after = program.prices()
    assert after is not None
    assert program.score == pytest.approx(score)


def test_a_dive_that_is_stopped_leaves_the_relaxation_as_it_was() -> None:
    table = _whole(1)
    program = Program(table, spare=True)
    program.add(table, _all(table))
    before = program.prices()
    score = program.score
    assert before is not None
    assert program.dive(0.1, lambda: True) is None
    after = program.prices()
    assert after is not None
    assert program.score == pytest.approx(score)
    assert program.dive(0.1, lambda: False) is not None


@pytest.mark.parametrize("seed", range(6))
def test_the_choice_is_the_best_there_is(seed: int) -> None:
    table = _whole(seed)
    best = table.score(_best(table))
    for start in (None, np.flatnonzero(table.keys == 0)):
        program = Program(table)
        program.add(table, _all(table))
        chosen, bound = program.choose(30.0, start=start)
        assert chosen is not None
        assert table.score(chosen.tolist()) == best
        assert bound <= best + 1


def test_a_choice_to_begin_with_is_never_lost() -> None:
    problem = small_week(3, practices=30, consultants=4)
    generator = Generator(problem, [DayModel(problem, day) for day in problem.days], pin_points=0)
    for day, graph in enumerate(generator.graphs):
        generator.grow([day], [np.zeros(graph.first_engagement)], np.array([1e15]), 40, 40)
    table = generator.pool.table()
    program = Program(table, spare=True)
    program.add(table, _all(table))
    assert program.prices() is not None
    start = program.dive(0.2)
    assert start is not None
    # A gap so wide that HiGHS has nothing to look for, and no time to find a choice of its own.
    chosen, _bound = program.choose(0.01, gap=1e12, start=start)
    assert chosen is not None
    assert chosen.tolist() == start.tolist()


def test_a_request_that_is_forced_in_is_met_by_every_choice() -> None:
    table = _whole(1)
    met = set(np.flatnonzero(table.meets[_best(table)].sum(axis=0) > 0).tolist())
    possible = set(np.flatnonzero(table.meets.sum(axis=0) > 0).tolist())
    assert met <= possible
    for request in sorted(possible)[:3]:
        program = Program(table, request)
        program.add(table, _all(table))
        assert program.prices() is not None
        chosen, _bound = program.choose(30.0)
        assert chosen is not None
        assert table.meets[chosen].sum(axis=0)[request] == 1


def test_a_request_that_no_round_meets_cannot_be_forced_in() -> None:
    table = _whole(1)
    empty = np.flatnonzero(table.keys == 0)
    program = Program(table, 0)
    program.add(table, empty)
    assert program.prices() is None
    assert program.choose(5.0)[0] is None


def test_a_choice_can_be_stopped_before_it_is_made() -> None:
    from scheduler.solver.master import _beside

    table = _whole(2)
    program = Program(table)
    program.add(table, _all(table))
    began = time.monotonic()
    _beside(lambda: program.choose(60.0), Deadline(began + 3600, lambda: True), program.stop)
    assert time.monotonic() - began < 30


def test_highs_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    table = _whole(0)
    program = Program(table, spare=True)
    program.add(table, _all(table))
    program.prices()
    program.dive(0.2)
    program.choose(5.0)
    assert capfd.readouterr() == ("", "")


@functools.cache
def _whole(seed: int) -> RoundTable:
    problem = small_week(seed, practices=5)
    generator = Generator(problem, [DayModel(problem, day) for day in problem.days], pin_points=0)
    for day, graph in enumerate(generator.graphs):
        generator.grow([day], [np.zeros(graph.first_engagement)], np.array([1e15]), 10_000, 2)
    return generator.pool.table()


def _best(table: RoundTable) -> list[int]:
    """Try every choice."""
    rows = [np.flatnonzero(table.day == day).tolist() for day in range(len(table.days))]
    meets = table.meets.toarray()
    choices = (list(choice) for choice in itertools.product(*rows))
    return min((choice for choice in choices if meets[choice].sum(axis=0).max() <= 1), key=table.score)
