"""The distribution of conversations held: what enumerating and drawing say, and what arithmetic knows."""

import dataclasses
import datetime as dt
import itertools
import math
from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray

from scheduler.model.config import SimulationSettings
from scheduler.scenario.chance.draws import illness_rates
from scheduler.scenario.chance.outlook import WorkingDay
from scheduler.scenario.goals.tally import (
    binomial,
    chance_of,
    held_at_shares,
    held_by_week,
    mean,
    quantile,
    repeated,
)

MONDAY = dt.date(2009, 5, 11)
SETTINGS = SimulationSettings(no_show_share=0.2, illness_share=0.15, illness_days=3)


def day(consultant_id: str, number: int, conversations: int, seen_share: float = 1.0) -> WorkingDay:
    return WorkingDay(
        consultant_id=consultant_id,
        date=MONDAY + dt.timedelta(days=number),
        conversations=conversations,
        seen_share=seen_share,
    )


def tallied(weeks: list[list[WorkingDay]], settings: SimulationSettings) -> list[NDArray[np.float64]]:
    """Return the distributions of weeks with one plan each."""
    return held_by_week([[week] for week in weeks], settings)


def enumerated(days: list[WorkingDay], settings: SimulationSettings) -> NDArray[np.float64]:
    """Return the distribution for one consultant by going through all that may happen."""
    begins, stays = illness_rates(settings)
    total = np.zeros(sum(each.conversations for each in days) + 1)
    for ill in itertools.product((False, True), repeat=len(days)):
        chance = settings.illness_share if ill[0] else 1 - settings.illness_share
        for before, after in itertools.pairwise(ill):
            falls = stays if before else begins
            chance *= falls if after else 1 - falls
        counts = [range(1 if away else each.conversations + 1) for away, each in zip(ill, days, strict=True)]
        for held in itertools.product(*counts):
            likely = chance
            for away, each, count in zip(ill, days, held, strict=True):
                if not away:
                    one = (1 - settings.no_show_share) * each.seen_share
                    rest = each.conversations - count
                    likely *= math.comb(each.conversations, count) * one**count * (1 - one) ** rest
            total[sum(held)] += likely
    return total


def test_one_consultant_is_as_enumerated() -> None:
    days = [day("a", 0, 2), day("a", 1, 0), day("a", 3, 3, 0.9), day("a", 4, 1, 0.5)]
    first, second = tallied([days[:2], days[2:]], SETTINGS)
    assert np.allclose(first, enumerated(days[:2], SETTINGS))
    assert np.allclose(second, enumerated(days, SETTINGS))
    shuffled = tallied([Random(1).sample(days, len(days))], SETTINGS)
    assert np.allclose(shuffled[0], second)


def test_consultants_are_independent() -> None:
    days = {who: [day(who, n, n % 3) for n in range(4)] for who in "ab"}
    (both,) = tallied([[*days["a"], *days["b"]]], SETTINGS)
    first, second = (enumerated(days[who], SETTINGS) for who in "ab")
    assert np.allclose(both, np.convolve(first, second))


def test_as_many_are_expected_as_come_on_days_of_work() -> None:
    weeks = [
        [day(who, 7 * week + n, (week + n) % 4, 0.98) for who in ("a", "b") for n in range(5)]
        for week in range(20)
    ]
    booked = np.cumsum([sum(each.conversations for each in week) for week in weeks])
    totals = tallied(weeks, SETTINGS)
    assert np.allclose([total.sum() for total in totals], 1)
    assert np.allclose([mean(total) for total in totals], booked * 0.98 * 0.8 * 0.85)
    assert all(len(total) == count + 1 for total, count in zip(totals, booked, strict=True))


def drawn(weeks: list[list[WorkingDay]], settings: SimulationSettings, draws: int) -> NDArray[np.int64]:
    """Return the conversations held by the end of each week in many draws: shape (weeks, draws)."""
    rng = np.random.default_rng(0)
    begins, stays = illness_rates(settings)
    ill: dict[str, NDArray[np.bool_]] = {}
    held = np.zeros((len(weeks), draws), dtype=np.int64)
    for number, week in enumerate(weeks):
        for each in sorted(week, key=lambda each: each.date):
            before = ill.get(each.consultant_id)
            rate = settings.illness_share if before is None else np.where(before, stays, begins)
            ill[each.consultant_id] = rng.random(draws) < rate
            come = rng.binomial(each.conversations, (1 - settings.no_show_share) * each.seen_share, draws)
            held[number] += np.where(ill[each.consultant_id], 0, come)
    return np.cumsum(held, axis=0)


def test_drawing_says_the_same() -> None:
    rng = Random(2)
    weeks = [
        [
            day(who, 7 * week + n, rng.randint(0, 4), rng.uniform(0.9, 1))
            for who in ("a", "b")
            for n in range(5)
        ]
        for week in range(12)
    ]
    draws = 40_000
    totals = tallied(weeks, SETTINGS)
    for total, held in zip(totals, drawn(weeks, SETTINGS, draws), strict=True):
        shares = np.cumsum(np.bincount(held, minlength=len(total)) / draws)
        # The largest distance of two distribution functions (Kolmogorov); exceeded once in 100,000 seeds.
        assert np.abs(shares - np.cumsum(total)).max() < 2.5 / math.sqrt(draws)
        assert mean(total) == pytest.approx(held.mean(), rel=0.01)
        assert quantile(total, 0.05) == pytest.approx(np.quantile(held, 0.05), abs=1)


def test_many_days_are_nearly_normal() -> None:
    healthy = SimulationSettings(no_show_share=0.2, illness_share=0)
    (total,) = tallied([[day("a", n, 3) for n in range(400)]], healthy)
    spread = math.sqrt(1200 * 0.2 * 0.8)
    for least in (930, 960, 990):
        normal = 0.5 * math.erfc((least - 0.5 - 960) / spread / math.sqrt(2))
        assert chance_of(total, least) == pytest.approx(normal, abs=0.003)


def test_longer_illness_makes_the_total_less_certain() -> None:
    weeks = [[day("a", n, 3) for n in range(100)]]
    spreads = []
    for days in (1.0, 3.0, 10.0):
        settings = SimulationSettings(no_show_share=0, illness_share=0.1, illness_days=days)
        (total,) = tallied(weeks, settings)
        assert mean(total) == pytest.approx(270)
        spreads.append(float(total @ (np.arange(len(total)) - 270.0) ** 2))
    assert spreads == sorted(spreads)


def test_nothing_planned_is_nothing_held() -> None:
    assert tallied([], SETTINGS) == []
    for total in tallied([[], [day("a", 0, 0)]], SETTINGS):
        assert np.allclose(total, [1])


def test_chances_and_quantiles() -> None:
    two = binomial(2, 0.25)
    assert np.allclose(two, [0.5625, 0.375, 0.0625])
    assert [chance_of(two, least) for least in (-5, 0, 1, 2, 3)] == pytest.approx([1, 1, 0.4375, 0.0625, 0])
    assert [quantile(two, share) for share in (0, 0.5625, 0.57, 0.95, 1)] == [0, 0, 1, 2, 2]
    for times in (0, 1, 5, 6):
        assert np.allclose(repeated(two, times), binomial(2 * times, 0.25))


def test_where_the_share_is_not_known_it_is_the_mean_over_the_shares() -> None:
    weeks = [
        [
            day(who, 7 * week + number, 2 + (number + week) % 3, seen)
            for number in (0, 2, 3)
            for who, seen in (("a", 1.0), ("b", 0.75))
        ]
        for week in range(4)
    ]
    weeks.insert(2, [])
    shares = (0.05, 0.1, 0.4)
    each = [tallied(weeks, dataclasses.replace(SETTINGS, no_show_share=share)) for share in shares]
    found = held_at_shares(weeks, SETTINGS, shares)
    assert len(found) == len(weeks)
    for number, distribution in enumerate(found):
        wanted = sum(one[number] for one in each) / len(shares)
        assert distribution == pytest.approx(wanted, abs=1e-12)
    assert held_at_shares([], SETTINGS, shares) == []
    assert held_at_shares([[]], SETTINGS, shares)[0].tolist() == [1.0]
