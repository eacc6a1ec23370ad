"""Choices proven by dividing what loads may be: the same as HiGHS' among all rounds, whatever is divided."""

import itertools
import math
import time
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from random_problems import small_week

from scheduler.solver import balancing
from scheduler.solver.balancing import Balancing
from scheduler.solver.cuts import Cuts
from scheduler.solver.deadline import Deadline
from scheduler.solver.generate import Generator
from scheduler.solver.master import RestrictedMaster
from scheduler.solver.program import Program, Relaxed
from scheduler.solver.table import RoundTable
from scheduler.solver.weekmaster import WeekMaster
from scheduler.solver.weeks import Limits, WeekPrices, Weeks
from scheduler.week.schedule import DayModel


def _later() -> Deadline:
    return Deadline(time.monotonic() + 60.0)


def _relaxed(seed: int, most: int = 12) -> tuple[RoundTable, Relaxed]:
    """Return some rounds of a week whose balance weighs much, and what the relaxation over them says."""
    problem = small_week(seed, practices=8 + seed % 5)
    problem = problem.replace(weights={**problem.weights, "imbalance_minute": (60, 600)[seed % 2]})
    generator = Generator(problem, [DayModel(problem, day) for day in problem.days], pin_points=0)
    extra = [np.zeros(graph.first_engagement) for graph in generator.graphs]
    generator.grow(range(len(extra)), extra, np.full(len(extra), 1e15), most, most)
    table = generator.pool.table()
    program = Program(table)
    program.add(table, np.arange(len(table)))
    prices = program.prices()
    assert prices is not None
    least = np.minimum.reduceat(prices.reduced(table), table.starts[:-1])
    return table, Relaxed(prices, least, prices.bound(table, least), solved=True)


def _best(table: RoundTable) -> Fraction:
    program = Program(table)
    program.add(table, np.arange(len(table)))
    chosen, _bound = program.choose(60.0)
    assert chosen is not None
    return table.unrounded(chosen.tolist())


def _master(table: RoundTable, relaxed: Relaxed) -> RestrictedMaster:
    """Return a master that knows how to do nothing."""
    usable = np.arange(len(table))
    master = RestrictedMaster(table, usable, relaxed, deadline=_later(), complete=True)
    master.accept(tuple(table.starts[:-1].tolist()))
    return master


def _prices(relaxed: Relaxed) -> WeekPrices:
    prices = relaxed.prices
    return WeekPrices(np.maximum(prices.request, 0.0), np.zeros(0), prices.high, prices.low)


@pytest.mark.parametrize("few", [0, 5, 40])
@pytest.mark.parametrize("seed", range(8))
def test_the_choice_is_the_best_and_its_bound_is_proven(
    seed: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(balancing, "FEW_ROUNDS", few)
    monkeypatch.setattr(balancing, "_GLANCES", ())
    monkeypatch.setattr(balancing, "_GLANCE_EVERY", 1_000_000)
    table, relaxed = _relaxed(seed)
    best = _best(table)
    master = _master(table, relaxed)
    proof = Balancing(master)
    assert proof.is_possible
    proof.prove()
    assert master.known is not None
    assert master.known.score == math.floor(best)
    assert master.known.bound == master.known.score


def test_it_ends_with_time_and_what_it_says_of_the_bound_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(balancing, "FEW_ROUNDS", 0)
    table, relaxed = _relaxed(1)
    best = _best(table)
    master = _master(table, relaxed)
    turns = itertools.count()
    master.deadline = Deadline(master.deadline.at, lambda: next(turns) > 60)
    Balancing(master).prove()
    assert master.known is not None
    assert master.known.bound <= best
    assert master.known.bound < master.known.score


@pytest.mark.parametrize("seed", range(6))
def test_no_choice_within_limits_is_below_their_bound(seed: int) -> None:
    table, relaxed = _relaxed(seed)
    weeks = Weeks(table, np.arange(len(table)))
    cuts = Cuts(weeks.meets)
    master = WeekMaster(weeks, cuts)
    alive, everything = np.ones(len(table), dtype=bool), Limits.none(weeks.compared, weeks.most_load)
    whole = master.solve(alive, everything, _prices(relaxed), np.inf, _later())
    # As much as the relaxation over rounds, but for what it stops at.
    assert whole.bound > relaxed.bound - 1e-3
    program = Program(table)
    program.add(table, np.arange(len(table)))
    chosen, _bound = program.choose(60.0)
    assert chosen is not None
    score = float(table.unrounded(chosen.tolist()))
    load = np.bincount(weeks.consultant[chosen], weeks.load[chosen], len(weeks.compared))[weeks.compared]
    low, high = float(load.min()), float(load.max())
    gained = []
    for wide in (0.0, 500.0, 5_000.0):
        limits = Limits(everything.least, everything.most, (low - wide, low), (high, high + wide))
        of_one = limits.of_one(int(np.flatnonzero(weeks.compared)[0]), float(load[0]), float(load[0]))
        for its in (limits, of_one):
            prices = whole.prices
            for _ in range(4):
                missing = len(cuts.triples) - len(prices.cut)
                prices = WeekPrices(
                    prices.request, np.append(prices.cut, np.zeros(missing)), prices.high, prices.low
                )
                found = master.solve(alive, its, prices, np.inf, _later())
                assert found.bound <= score + 1e-3
                reduced = weeks.reduced(found.prices, cuts.matrix)
                excess = weeks.excess(reduced, alive, its)[1]
                # The best choice's own rounds are never dropped.
                assert (found.bound + excess[chosen] <= score + 1e-3).all()
                prices = found.prices
                if not cuts.add(found.share):
                    break
            gained.append(found.bound - whole.bound)
    assert max(gained) >= 0


def test_a_part_that_the_relaxation_is_in_is_as_the_whole() -> None:
    table, relaxed = _relaxed(1)
    proof = Balancing(_master(table, relaxed))
    limits = Limits.none(proof._weeks.compared, proof._weeks.most_load)
    alive = np.ones(len(table), dtype=bool)
    node = proof._node(limits, _prices(relaxed), alive, 0)
    assert node is not None
    low, high, most = node.relaxed.low, node.relaxed.high, limits.high[1]
    # No week is lost where only the largest load must be larger, or the smallest one smaller.
    for part in (replace(limits, high=(high, most)), replace(limits, low=(0.0, low))):
        again = proof._child(node, part, alive)
        assert again is not None
        assert again.limits is part
        assert again.relaxed is node.relaxed
        solved = proof._node(part, node.relaxed.prices, alive, 0)
        assert solved is not None
        assert solved.relaxed.bound == pytest.approx(node.relaxed.bound, abs=20.0)
    for part in (
        replace(limits, high=(high + 1.0, most)),
        replace(limits, low=(0.0, low - 1.0)),
        replace(limits, high=(0.0, high)),
        limits.of_one(0, 0.0, high),
    ):
        other = proof._child(node, part, alive)
        assert other is None or other.relaxed is not node.relaxed


@pytest.mark.parametrize("seed", range(4))
def test_cuts_are_broken_by_shares_and_kept_by_choices(seed: int) -> None:
    table = _relaxed(seed, most=40)[0]
    rng = np.random.default_rng(seed)
    meets = table.meets.toarray()
    # Halves of three rounds that meet two of three requests each, where there are such.
    pairs = {
        tuple(np.flatnonzero(row).tolist()): number for number, row in enumerate(meets) if row.sum() == 2
    }
    triples = [
        triple
        for triple in itertools.combinations(range(meets.shape[1]), 3)
        if all(pair in pairs for pair in itertools.combinations(triple, 2))
    ]
    assert triples
    for triple in rng.permutation(triples)[:5].tolist():
        share = np.zeros(len(table))
        share[[pairs[pair] for pair in itertools.combinations(triple, 2)]] = 0.5
        cuts = Cuts(table.meets)
        assert cuts.add(share) == 1
        assert cuts.triples == [tuple(triple)]
        assert cuts.matrix.toarray()[:, 0].tolist() == (meets[:, triple].sum(axis=1) >= 2).tolist()
        assert not cuts.add(share)
    whole = np.zeros(len(table))
    whole[table.starts[:-1]] = 1.0
    assert not Cuts(table.meets).add(whole)


@pytest.mark.parametrize("seed", range(3))
def test_weeks_are_the_cheapest_of_all_that_rounds_make(seed: int) -> None:
    table, relaxed = _relaxed(seed, most=3)
    days_of = [
        np.flatnonzero(table.consultant[table.starts[:-1]] == i)
        for i in range(len(table.problem.consultants))
    ]
    rng = np.random.default_rng(seed)
    weeks = Weeks(table, np.arange(len(table)))
    prices = WeekPrices(
        relaxed.prices.request * rng.random(len(relaxed.prices.request)),
        np.zeros(0),
        rng.random(len(weeks.compared)),
        rng.random(len(weeks.compared)),
    )
    reduced = weeks.reduced(prices, Cuts(weeks.meets).matrix)
    alive = rng.random(len(table)) < 0.8
    alive[table.starts[:-1]] = True
    middle = float(weeks.load.max()) * 2
    limits = Limits.none(weeks.compared, weeks.most_load)
    limits = Limits(limits.least, limits.most, (middle / 2, middle), (middle, middle * 1.5))
    least, consultant, found = weeks.cheapest(reduced, alive, limits, 3)
    again, excess = weeks.excess(reduced, alive, limits)
    assert least == pytest.approx(again)
    bottom, top = limits.window
    for i, days in enumerate(days_of):
        rounds = [[r for r in np.flatnonzero(table.day == day) if alive[r]] for day in days]
        allowed = [
            (sum(reduced[r] for r in week), week)
            for week in itertools.product(*rounds)
            if bottom[i] - 1e-6 <= sum(weeks.load[r] for r in week) <= top[i] + 1e-6
        ]
        assert least[i] == pytest.approx(min((cost for cost, _week in allowed), default=np.inf))
        for r in itertools.chain(*rounds):
            mine = min((cost for cost, week in allowed if r in week), default=np.inf)
            assert excess[r] == pytest.approx(mine - least[i], abs=1e-6)
        for week in found[consultant == i]:
            assert tuple(r for r in week if r >= 0) in [other for _cost, other in allowed]
    assert np.isinf(excess[~alive]).all()
