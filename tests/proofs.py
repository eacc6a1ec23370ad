"""Prices to prove bounds with, good ones and bad ones, made without the engine."""

import math
from random import Random

import numpy as np

from scheduler.checks.bound.cheapest import CheapestRounds
from scheduler.checks.bound.choice import Choice
from scheduler.checks.bound.pricing import Balance, Pricing
from scheduler.checks.bound.relaxation import Relaxation
from scheduler.checks.bound.timetable import FAR, timetable
from scheduler.checks.bound.ways import ways
from scheduler.model.problem import ConsultantDay, Problem
from scheduler.model.roster import Prices


def cheapest_rounds(
    problem: Problem, day: ConsultantDay, pricing: Pricing, deadline: float = math.inf
) -> CheapestRounds:
    """Return the cheapest rounds of a day at some prices."""
    table = timetable(problem, day, pricing)
    return CheapestRounds(table, ways(problem, day, table), deadline)


def even_prices(problem: Problem) -> Prices:
    """Return prices of nothing, all consultants alike."""
    shares = {key: 1 / len(group) for group in Balance.of(problem).groups for key in group}
    return Prices(requests={}, high=shares, low=dict(shares))


def random_prices(problem: Problem, rng: Random) -> Prices:
    """Return prices that are valid and know nothing."""

    def shares() -> dict[str, float]:
        drawn = {key: rng.random() ** 3 for group in Balance.of(problem).groups for key in group}
        sums = {key: math.fsum(drawn[k] for k in g) for g in Balance.of(problem).groups for key in g}
        return {key: drawn[key] / sums[key] for key in drawn}

    requests = {r.request_id: rng.choice([0.0, 1_000.0, 100_000.0]) * rng.random() for r in problem.requests}
    signs = {r.request_id: rng.choice([1, -1]) if r.pin else 1 for r in problem.requests}
    return Prices(
        requests={key: signs[key] * price for key, price in requests.items()}, high=shares(), low=shares()
    )


def best_prices(problem: Problem) -> Prices:
    """Return the prices of the relaxation over every round of a small problem with at least one day."""
    balance = Balance.of(problem)
    pricing = Pricing.of(problem.requests, balance, even_prices(problem))
    cheapest = [cheapest_rounds(problem, day, pricing) for day in problem.days]
    choice = Choice.of(
        [(its.day.offers, its.within(FAR // 4)) for its in cheapest],
        problem=problem,
        days=range(len(problem.days)),
        requests=range(len(problem.requests)),
        balance=balance,
        pricing=pricing,
    )
    relaxed = Relaxation(choice).solve(np.arange(len(choice.points)), 60.0)
    assert relaxed is not None
    return relaxed.prices
