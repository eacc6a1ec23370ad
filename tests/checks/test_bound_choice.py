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
from scheduler.checks.bound.choice import Choice, Rows
from scheduler.checks.bound.pricing import UNIT, Balance, Pricing
from scheduler.checks.bound.relaxation import Relaxation
from scheduler.checks.bound.timetable import Offer, UnfinishedError
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


# --- what prices prove of some rounds, and the relaxation that proposes them -------------------------------


def some_rows(choice: Choice, rng: Random) -> Rows:
    """Return some rounds, in order: at least one of every day."""
    kept = {int(rng.choice(np.flatnonzero(choice.day == d))) for d in range(len(choice.consultants))}
    return np.array(sorted(kept | {i for i in range(len(choice.day)) if rng.random() < 0.7}))


def any_prices(choice: Choice, rng: Random) -> Prices:
    """Return prices of the form that gives a bound."""
    compared = [key for group in choice.balance.groups for key in group]
    high, low = ([rng.random() for _ in compared] for _ in range(2))
    return Prices(
        requests={
            r.request_id: rng.choice([-1, 1] if r.settled else [1]) * rng.random() * 30_000
            for r in choice.requests
            if rng.random() < 0.8
        },
        high={key: share / sum(high) for key, share in zip(compared, high, strict=True)},
        low={key: share / sum(low) for key, share in zip(compared, low, strict=True)},
        change=rng.choice([0.0, 9_000.0]) * rng.random(),
    )


def test_no_choice_is_below_what_prices_prove_of_its_rounds() -> None:
    tried = 0
    for seed in range(120):
        rng = Random(seed)
        choice = random_choice(rng)
        rows = some_rows(choice, rng)
        pricing = Pricing.of(choice.requests, choice.balance, any_prices(choice, rng))
        units, excess = choice.reckoned(rows, pricing)
        place = {int(row): i for i, row in enumerate(rows)}
        for chosen in product(*(rows[choice.day[rows] == d] for d in range(len(choice.consultants)))):
            points = choice.exact(np.array(chosen))
            if points is not None:
                assert all(units + int(excess[place[int(row)]]) <= points * UNIT for row in chosen)
                tried += 1
    assert tried > 300


def test_what_prices_prove_is_the_cheapest_round_of_each_day_less_the_prices() -> None:
    """The rounds of a day that cost the most by themselves are the cheapest at these prices."""
    choice = Choice(
        balance=Balance((("c0", "c1"),), {"c0": Fraction(1), "c1": Fraction(2)}),
        consultants=("c0", "c1"),
        requests=(request("p0"), request("p1", pinned=True)),
        day=np.array([0, 0, 1, 1]),
        points=np.array([-50, 0, 7, 5]) * UNIT,
        load_s=np.array([30, 0, 10, 20]),
        meets=np.array([[1, 0], [0, 0], [0, 1], [1, 1]]),
        kept=np.array([1, 0, 0, 1]),
        least_kept=1,
    )
    prices = Prices(requests={"p0": 40.0, "p1": -9.0}, high={"c0": 1.0}, low={"c1": 1.0}, change=5.0)
    pricing = Pricing.of(choice.requests, choice.balance, prices)
    # c0: -50 + 40 + 30 - 5 = 15 and 0; c1: 7 - 9 - 20 = -22 and 5 + 40 - 9 - 40 - 5 = -9; less 31 of prices, and
    # 5 for the visit that is kept at least.
    units, excess = choice.reckoned(np.arange(4), pricing)
    assert (units, excess.tolist()) == (-48 * UNIT, [15 * UNIT, 0, 0, 13 * UNIT])
    units, excess = choice.reckoned(np.array([0, 3]), pricing)
    assert (units, excess.tolist()) == (-20 * UNIT, [0, 0])


def test_the_likeliest_round_of_each_day() -> None:
    choice = random_choice(Random(3))
    for seed in range(20):
        rng = Random(seed)
        rows = some_rows(choice, rng)
        share = np.array([rng.random() for _ in rows])
        assert choice.likeliest(rows, share).tolist() == [
            max(zip(share, rows, strict=True), key=lambda pair: (choice.day[pair[1]] == d, pair[0]))[1]
            for d in range(len(choice.consultants))
        ]


def test_the_prices_of_the_relaxation_prove_what_its_shares_cost() -> None:
    """Strong duality: no prices prove more of some rounds."""
    settled = compared = limited = 0
    for seed in range(60):
        rng = Random(seed)
        choice = random_choice(rng)
        rows = some_rows(choice, rng)
        relaxed = Relaxation(choice).solve(rows, 60.0)
        assert relaxed
        share, balance = relaxed.share, choice.balance
        assert np.bincount(choice.day[rows], share) == pytest.approx(1.0)
        met = share @ choice.meets[rows]
        pinned = np.array([r.settled is not None for r in choice.requests])
        kept = float(share @ choice.kept[rows])
        if (met[pinned] < 1 - 1e-6).any() or (met > 1 + 1e-6).any() or kept < choice.least_kept - 1e-6:
            continue  # no shares keep the rules: it costs what breaking them does
        who = np.array(choice.consultants)[choice.day[rows]]
        points = float(share @ choice.points[rows]) / UNIT
        for group in balance.groups:
            loads = [
                float(balance.rate[key] * share[who == key] @ choice.load_s[rows][who == key])
                for key in group
            ]
            points += max(loads) - min(loads)
            compared += max(loads) > 0
        pricing = Pricing.of(choice.requests, balance, relaxed.prices)
        assert choice.reckoned(rows, pricing)[0] / UNIT == pytest.approx(points, rel=1e-6, abs=0.1)
        settled += bool(pinned.any())
        limited += relaxed.prices.change > 0
    assert min(settled, compared, limited) > 1


def test_the_relaxation_has_an_answer_where_no_choice_keeps_the_rules() -> None:
    """The pinned request is met by no round; what is against a rule costs far more than any round."""
    choice = Choice(
        balance=Balance((), {}),
        consultants=("c0", "c0"),
        requests=(request("p0", pinned=True), request("p1")),
        day=np.array([0, 0, 1]),
        points=np.array([900, 0, 0]) * UNIT,
        load_s=np.zeros(3, dtype=np.int64),
        meets=np.array([[0, 0], [0, 1], [0, 1]]),
        kept=np.zeros(3, dtype=np.int64),
        least_kept=0,
    )
    relaxed = Relaxation(choice).solve(np.arange(3), 60.0)
    assert relaxed
    # The dear round is taken, as p1 may not be met twice.
    assert relaxed.share.tolist() == pytest.approx([1.0, 0.0, 1.0])
    assert relaxed.prices.requests["p0"] < -900
    assert Branching(choice, FAR, time.monotonic() + 60).least() is None


def test_prices_are_read_in_units_and_those_not_named_are_none() -> None:
    asked = (request("p0"), request("p1", pinned=True), request("p2"))
    prices = Prices(requests={"p1": -2.5, "p0": 1.0000004}, high={"c0": 1.0}, low={"c1": 1.0}, change=0.25)
    balance = Balance((("c0", "c1"),), {"c0": Fraction(1, 3), "c1": Fraction(1)})
    pricing = Pricing.of(asked, balance, prices)
    assert pricing.requests == (1_000_000, -2_500_000, 0)
    one, two, three = (Offer(request=i, conversations=1, duration_s=60, load_s=2) for i in range(3))
    assert pricing.visit_units("c0", one) == 1_000_000 + 666_666
    assert pricing.visit_units("c1", two) == -2_500_000 - 2_000_000
    assert pricing.visit_units("c9", three) == 0
    assert pricing.visit_units("c9", three._replace(kept=True)) == -250_000
    assert pricing.visit_units("c9", three._replace(kept=False)) == 0
