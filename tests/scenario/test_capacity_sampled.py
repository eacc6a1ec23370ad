"""What some weeks say of all, in worlds whose truth is known: errors as large as they say, and the sets' spread."""

import numpy as np
import pytest

from scheduler.model.clock import Week
from scheduler.scenario.goals.sampled import Counted, Difference, Sample, Sets

ALL_WEEKS, SAMPLED, SETS = 78, 26, 5
CHOSEN = {Week(2009, 1).shift(3 * number): ALL_WEEKS // SAMPLED for number in range(SAMPLED)}
TURNS = tuple(number // 2 % SETS for number in range(SAMPLED))
ASKED, MORE, OF_EACH = 15.0, 4.0, 0.6


def _counted(asked: float, expected: float) -> Counted:
    return Counted(asked=asked, planned=expected, expected=expected, room_s=0, days=())


def world(
    seed: int, *, apart: float, noise: float
) -> tuple[Difference, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Return what is found of a world, and what all weeks come to with each of its sets.

    A set asks for about four more a week, of which 0.6 are held, and more or fewer by who they are (`apart`).
    """
    rng = np.random.default_rng(seed)
    more = MORE + rng.normal(0, 1, SETS)
    by_who = rng.normal(0, apart, SETS)
    before, after = {}, {}
    for week, turn in zip(CHOSEN, TURNS, strict=True):
        today = float(rng.poisson(ASKED))
        further = more[turn] + rng.normal(0, 2)
        held = 0.7 * today + rng.normal(0, 0.5)
        before[week] = _counted(today, held)
        brings = OF_EACH * further - 0.1 * (today - ASKED) + by_who[turn] + rng.normal(0, noise)
        after[week] = _counted(today + further, held + brings)
    sample = Sample(CHOSEN, asked=ASKED, is_drawn=True)
    found = sample.difference(after, before, Sets(turns=TURNS, more=tuple(more.tolist())))
    assert found is not None
    return found, ALL_WEEKS * (OF_EACH * more + by_who)


@pytest.mark.parametrize(("apart", "noise"), [(0.8, 0.5), (0.0, 1.0), (1.5, 1.5)])
def test_the_error_of_drawn_sets_is_as_large_as_it_says(apart: float, noise: float) -> None:
    truth = ALL_WEEKS * OF_EACH * MORE
    found = [world(seed, apart=apart, noise=noise)[0] for seed in range(300)]
    off = np.array([each.expected - truth for each in found])
    errors = np.array([each.standard_error for each in found])
    assert np.sqrt((off**2).mean() / (errors**2).mean()) == pytest.approx(1, abs=0.15)
    assert abs(off.mean()) < 3 * off.std() / np.sqrt(300)


@pytest.mark.parametrize(("apart", "noise"), [(0.8, 0.5), (0.0, 1.0), (1.5, 1.5)])
def test_sets_lie_as_far_apart_as_they_are(apart: float, noise: float) -> None:
    """What their few weeks leave open is no part of their spread; on average, as a square."""
    spread, there, off, plain_off = [], [], [], []
    for seed in range(300):
        found, truth = world(seed, apart=apart, noise=noise)
        by_set = np.array(found.by_set)
        assert by_set.mean() == pytest.approx(found.expected)
        spread.append(by_set.var(ddof=1))
        there.append(truth.var(ddof=1))
        off.append(((by_set - truth) ** 2).mean())
        plain_off.append(truth.var())
    assert np.sqrt(np.mean(spread) / np.mean(there)) == pytest.approx(1, abs=0.1)
    assert np.mean(off) < np.mean(plain_off)  # better than to say the mean of each


def test_what_is_asked_for_is_made_use_of() -> None:
    """With it a week more or less is right to the noise; without sets, what is known of today alone is used."""
    found = [world(seed, apart=0.0, noise=0.01)[0] for seed in range(20)]
    truths = [world(seed, apart=0.0, noise=0.01)[1] for seed in range(20)]
    for each, truth in zip(found, truths, strict=True):
        assert each.by_set == pytest.approx(truth.tolist(), abs=1.5)


def test_weeks_that_are_not_there_leave_all_open() -> None:
    today = {week: _counted(5, 4) for week in CHOSEN}
    sample = Sample(CHOSEN, asked=5, is_drawn=False)
    some = dict(list(today.items())[1:])
    assert sample.difference(some, today) is None
    same = sample.difference(today, today)
    assert same is not None
    assert (same.planned, same.expected, same.standard_error, same.by_set) == (0, 0, 0, (0,))
