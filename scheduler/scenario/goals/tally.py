"""How many of the booked conversations are held: the whole distribution, exactly.

On a day, a consultant who is at work holds each booked conversation if the citizen comes and there is
time. Whether a consultant is at work is a Markov chain over their working days, as in `draws`; consultants
fall ill independently. So the number held is found by convolution: for each consultant by dynamic
programming over the days, with whether they are ill for state, and then over consultants. Nothing is
drawn, and the chance of a goal has no error of its own.

A distribution is an array of chances: of 0, 1, 2, ... conversations.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import comb

import numpy as np
from numpy.typing import NDArray

from scheduler.model.config import SimulationSettings
from scheduler.scenario.chance.draws import illness_rates
from scheduler.scenario.goals.outlook import WorkingDay

Distribution = NDArray[np.float64]


def held_by_week(weeks: Iterable[Sequence[WorkingDay]], settings: SimulationSettings) -> list[Distribution]:
    """Return how many conversations have been held by the end of each week.

    Parameters
    ----------
    weeks
        The working days of each week, the weeks in order.
    settings
        How many citizens do not come, and how often and how long consultants are ill.
    """
    chains: defaultdict[str, _Chain] = defaultdict(lambda: _Chain(settings))
    totals = []
    for days in weeks:
        for day in sorted(days, key=lambda day: day.date):
            chains[day.consultant_id].work(day)
        total = np.ones(1)
        for chain in chains.values():
            total = np.convolve(total, chain.held)
        totals.append(total)
    return totals


def binomial(count: int, chance: float) -> Distribution:
    """Return how many of independent events happen."""
    return np.array([comb(count, k) * chance**k * (1 - chance) ** (count - k) for k in range(count + 1)])


def chance_of(distribution: Distribution, least: int) -> float:
    """Return the chance of at least so many."""
    return float(min(distribution[max(least, 0) :].sum(), 1.0))


def quantile(distribution: Distribution, share: float) -> int:
    """Return the least number that is not exceeded with at least this chance."""
    return int(np.searchsorted(np.cumsum(distribution), share - 1e-12))


def mean(distribution: Distribution) -> float:
    """Return the expected number."""
    return float(distribution @ np.arange(len(distribution)))


def repeated(distribution: Distribution, times: int) -> Distribution:
    """Return the total of so many independent numbers that are distributed alike."""
    total = np.ones(1)
    while times:
        if times % 2:
            total = np.convolve(total, distribution)
        times //= 2
        if times:
            distribution = np.convolve(distribution, distribution)
    return total


class _Chain:
    """A consultant's conversations held so far, apart for being well and ill on the last working day."""

    def __init__(self, settings: SimulationSettings) -> None:
        self._settings = settings
        self._begins, self._stays = illness_rates(settings)
        self._well: Distribution = np.array([1 - settings.illness_share])
        self._ill: Distribution = np.array([settings.illness_share])
        self._first = True

    @property
    def held(self) -> Distribution:
        return self._well + self._ill

    def work(self, day: WorkingDay) -> None:
        """Go on by a working day."""
        well, ill = self._well, self._ill
        if not self._first:  # the first day is one of the long run
            well, ill = (
                (1 - self._begins) * well + (1 - self._stays) * ill,
                self._begins * well + self._stays * ill,
            )
        self._first = False
        chance = (1 - self._settings.no_show_share) * day.seen_share
        self._well = np.convolve(well, binomial(day.conversations, chance))
        self._ill = np.pad(ill, (0, day.conversations))
