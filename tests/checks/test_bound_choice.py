"""The best choice among rounds, against trying all choices; and prices in whole numbers."""

import math
import time
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from random import Random

import numpy as np
import pytest
from random_problems import small_week, tiny_problem

from scheduler.checks.bound.branching import Branching
from scheduler.checks.bound.choice import Choice
from scheduler.checks.bound.pricing import UNIT, Balance, Pricing
from scheduler.checks.bound.timetable import UnfinishedError
from scheduler.model.problem import Problem, Request
from scheduler.model.project import Pin
from scheduler.model.roster import Prices

#: Units by which the best choice may be missed: a thousandth of a point.
SAME = UNIT // 1000
#: Units above those of every choice.
FAR = 500_000 * UNIT


def request(name: str, *, pinned: bool = False) -> Request:
    pin = Pin(id=name, date=small_week(0).days[0].date, start_s=0) if pinned else None
    return Request(
        request_id=name, kind="visit", place_id=name, conversations=1, max_conversations=1, pin=pin
    )


def random_choice(rng: Random) -> Choice:
    """Make some rounds for a few days, with balance or without, pinned requests and ties."""
    consultants = tuple(rng.choice(["c0", "c1", "c2"]) for _ in range(rng.randint(1, 5)))
    compared = tuple(sorted(set(consultants)))
    day = sorted(d for d in range(len(consultants)) for _ in range(rng.randint(1, 6)))
    requests = tuple(request(f"p{i}", pinned=rng.random() < 0.1) for i in range(rng.randint(1, 5)))
    meets = [[int(rng.random() < 0.45) for _ in requests] for _ in day]
    points = [rng.choice([0, 10, -rng.randint(1, 90)]) * 1_000 - 20_000 * sum(row) for row in meets]
    return Choice(
        balance=Balance(
            (compared,) if len(compared) > 1 and rng.random() < 0.8 else (),
            {key: Fraction(rng.choice([1, 7, 60]), rng.choice([1, 3, 59])) for key in compared},
        ),
        consultants=consultants,
        requests=requests,
        day=np.array(day),
        points=np.array(points) * UNIT,
        load_s=np.array([sum(row) * rng.choice([0, 300, 3_000]) for row in meets]),
        meets=np.array(meets),
        kept=np.array([rng.randint(0, sum(row)) for row in meets], dtype=np.int64),
        least_kept=rng.choice([0, 0, 1, 2]),
    )


def choices(choice: Choice) -> Iterator[Fraction]:
    """Yield the points of every choice that can be made."""
    rows = [np.flatnonzero(choice.day == d) for d in range(len(choice.consultants))]
    for chosen in product(*rows):
        points = choice.exact(np.array(chosen))
        if points is not None:
            yield points


def test_the_best_choice_is_found_and_proven() -> None:
    possible = 0
    for seed in range(120):
        choice = random_choice(Random(seed))
        best = min(choices(choice), default=None)
        branching = Branching(choice, FAR, time.monotonic() + 60)
        least = branching.least()
        if best is None:
            assert least is None
            continue
        possible += 1
        assert least is not None
        assert 0 <= (least - best) * UNIT <= SAME
        assert 0 <= least * UNIT - branching.units <= SAME + 1
        nothing_below = Branching(choice, math.floor(best * UNIT), time.monotonic() + 60)
        assert nothing_below.least() is None
        assert nothing_below.units == math.floor(best * UNIT)
    assert possible > 70


def test_rounds_in_a_circle_cannot_be_halved() -> None:
    """Three requests that any two days share: the relaxation takes half of each round."""
    meets = np.array([[0, 0, 0], [1, 1, 0], [0, 0, 0], [0, 1, 1], [0, 0, 0], [1, 0, 1]])
    choice = Choice(
        balance=Balance((), {}),
        consultants=("c0", "c0", "c0"),
        requests=tuple(request(f"p{i}") for i in range(3)),
        day=np.array([0, 0, 1, 1, 2, 2]),
        points=-10 * UNIT * meets.sum(axis=1),
        load_s=np.zeros(6, dtype=np.int64),
        meets=meets,
        kept=np.zeros(len(meets), dtype=np.int64),
        least_kept=0,
    )
    assert Branching(choice, 0, time.monotonic() + 60).least() == -20


def test_rounds_that_differ_only_in_their_loads_are_told_apart() -> None:
    """The relaxation mixes short and long visits until the loads are equal."""
    for seed in range(40):
        rng = Random(seed)
        days, rounds = rng.randint(2, 4), rng.randint(2, 4)
        consultants = tuple(f"c{i % 2}" for i in range(days))
        day = np.repeat(np.arange(days), rounds)
        choice = Choice(
            balance=Balance((("c0", "c1"),), {"c0": Fraction(1), "c1": Fraction(7, 5)}),
            consultants=consultants,
            requests=tuple(request(f"p{i}") for i in range(days)),
            day=day,
            points=np.array([-rng.randint(0, 900) for _ in day]) * UNIT,
            load_s=np.array([rng.randint(1, 9) * 300 for _ in day]),
            meets=np.eye(days, dtype=np.int64)[day],
            kept=np.zeros(days * rounds, dtype=np.int64),
            least_kept=0,
        )
        best = min(choices(choice))
        least = Branching(choice, FAR, time.monotonic() + 60).least()
        assert least is not None
        assert 0 <= (least - best) * UNIT <= SAME


def test_time_that_is_up_ends_the_search() -> None:
    with pytest.raises(UnfinishedError):
        Branching(random_choice(Random(3)), FAR, time.monotonic() - 1).least()


# --- prices ------------------------------------------------------------------------------------------


def test_any_prices_bound_every_choice() -> None:
    for seed in range(60):
        rng = Random(seed)
        choice = random_choice(rng)
        if any(request.pin for request in choice.requests):
            continue
        shares = [rng.random() for _ in set(choice.consultants)]
        high = dict(zip(sorted(set(choice.consultants)), (s / sum(shares) for s in shares), strict=True))
        low = dict(zip(high, reversed(high.values()), strict=True))
        prices = {request.request_id: rng.random() * 30_000 for request in choice.requests}
        pricing = Pricing.of(choice.requests, choice.balance, Prices(requests=prices, high=high, low=low))
        units, excess = choice.reckoned(np.arange(len(choice.points)), pricing)
        assert (excess >= 0).all()
        assert all(points * UNIT >= units for points in choices(choice))


@pytest.mark.parametrize(
    ("rates", "bound", "enough"),
    [
        # Whole points: whatever is more than one less is enough.
        ({}, 7, 6 * UNIT + 1),
        ({"c0": Fraction(3)}, 7, 6 * UNIT + 1),
        # Halves: 6.5 rounds down to 6.
        ({"c0": Fraction(1, 2), "c1": Fraction(3)}, 7, 6 * UNIT + UNIT // 2 + 1),
        # Fractions finer than units: all of it.
        ({"c0": Fraction(1, 10**9)}, 7, 7 * UNIT),
    ],
)
def test_how_much_is_enough_for_a_bound(rates: dict[str, Fraction], bound: int, enough: int) -> None:
    assert Balance((), rates).enough_units(bound) == enough


def test_loads_are_charged_exactly_and_rounded_down() -> None:
    balance = Balance((("c0", "c1"),), {"c0": Fraction(1), "c1": Fraction(1, 3)})
    prices = Prices(requests={}, high={"c0": 0.5, "c1": 0.5}, low={"c1": 1.0})
    pricing = Pricing.of((), balance, prices)
    assert pricing.second_points == {"c0": Fraction(1, 2), "c1": Fraction(-1, 6)}
    assert pricing.load_units("c0", 3) == 3 * UNIT // 2
    assert pricing.load_units("c1", 1) == -166_667
    assert pricing.load_units("elsewhere", 100) == 0


def test_shares_are_scaled_to_be_one_exactly() -> None:
    group = tuple(f"c{i}" for i in range(10))
    balance = Balance((group,), dict.fromkeys(group, Fraction(1)))
    tenths = dict.fromkeys(group, 0.1)
    found = balance.second_points(tenths, {"c0": 1.0})
    assert sum(found.values()) == 0
    assert found["c1"] == Fraction(1, 10)


def test_balance_is_that_of_the_score() -> None:
    problem: Problem = tiny_problem(Random(0))
    assert Balance.of(problem.replace(weights={**problem.weights, "imbalance_minute": 0})).groups == ()
    week = small_week(0)
    balance = Balance.of(week)
    assert balance.groups == (("c0", "c1"),)
    assert balance.points({"c0": 3600, "c1": 0}) == 3600 * balance.rate["c0"]
