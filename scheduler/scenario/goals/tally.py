"""How many of the planned conversations are held: the whole distribution.

On a day, a consultant who is at work holds each planned conversation if the citizen comes and there is
time. Whether a consultant is at work is a Markov chain over their working days, as in `draws`; consultants
fall ill independently. So the number held is found by convolution: for each consultant by dynamic
programming over the days, with whether they are ill for state, and then over consultants.

Where demand varies, a week has several plans, each as likely, and weeks are independent of each other. Their
plans go together in very many ways, of which `_PATHS` at least are taken, in which each plan of
a week stands as often as any other, so that the mean is that of all ways (Latin hypercube sampling; McKay,
Beckman & Conover, Technometrics 21, 1979). Each is found exactly, and they are mixed. With one plan a
week nothing is drawn at all.

A distribution is an array of chances: of 0, 1, 2, ... conversations.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from math import comb

import numpy as np
from numpy.typing import NDArray

from scheduler.model.config import SimulationSettings
from scheduler.scenario.chance.draws import illness_rates
from scheduler.scenario.chance.outlook import WorkingDay

Distribution = NDArray[np.float64]
#: The working days of a week in each of its plans.
Plans = Sequence[Sequence[WorkingDay]]

#: In so many ways at least plans of weeks are taken together, where weeks have several.
_PATHS = 60


def held_by_week(weeks: Sequence[Plans], settings: SimulationSettings) -> list[Distribution]:
    """Return how many conversations have been held by the end of each week.

    Parameters
    ----------
    weeks
        The plans of each week, the weeks in order.
    settings
        How many citizens do not come, and how often and how long consultants are ill.
    """
    return [_mixed(chains) for chains in _carried(weeks, settings)]


def held_at_shares(
    weeks: Sequence[Sequence[WorkingDay]], settings: SimulationSettings, shares: Sequence[float]
) -> list[Distribution]:
    """Return how many conversations have been held by the end of each week, where it is not known how many citizens come.

    Parameters
    ----------
    weeks
        The working days of each week, the weeks in order.
    settings
        How often and how long consultants are ill.
    shares
        The share of citizens who do not come, in all weeks alike: each of these is as likely.
    """
    known: dict[tuple[int, float], NDArray[np.float64]] = {}

    def chances(day: WorkingDay) -> NDArray[np.float64]:
        """Return how likely each number is held on a day: a row a share."""
        key = (day.conversations, day.seen_share)
        if key not in known:
            known[key] = np.array(
                [binomial(day.conversations, (1 - share) * day.seen_share) for share in shares]
            )
        return known[key]

    chains: dict[str, _Chain] = {}
    held = []
    for days in weeks:
        for day in sorted(days, key=lambda day: day.date):
            chains.setdefault(day.consultant_id, _Chain(settings, len(shares))).work(chances(day))
        held.append(_mixed(list(chains.values())))
    return held


def held_in_all(weeks: Sequence[Plans], settings: SimulationSettings) -> Distribution:
    """Return how many conversations have been held by the end of the last week, as `held_by_week` does."""
    chains: list[_Chain] = []
    for chains in _carried(weeks, settings):  # noqa: B007 - the last are wanted
        pass
    return _mixed(chains)


def _carried(weeks: Sequence[Plans], settings: SimulationSettings) -> Iterator["list[_Chain]"]:
    """Yield the consultants' chains after each week."""
    most = max((len(plans) for plans in weeks), default=1)
    paths = 1 if most <= 1 else most * -(-_PATHS // most)
    rng = np.random.default_rng(0)
    chains: dict[str, _Chain] = {}
    for plans in weeks:
        chosen = rng.permutation(np.arange(paths) % len(plans)) if plans else np.zeros(paths, dtype=np.intp)
        for (consultant_id, _date), days in sorted(_by_day(plans).items(), key=lambda item: item[0][1]):
            chain = chains.setdefault(consultant_id, _Chain(settings, paths))
            chain.work(_chances(days, settings)[chosen])
        yield list(chains.values())


def _by_day(plans: Plans) -> dict[tuple[str, date], list[WorkingDay | None]]:
    """Return what each plan has for a consultant's day."""
    found: dict[tuple[str, date], list[WorkingDay | None]] = {}
    for number, days in enumerate(plans):
        for day in days:
            found.setdefault((day.consultant_id, day.date), [None] * len(plans))[number] = day
    return found


def _chances(days: Sequence[WorkingDay | None], settings: SimulationSettings) -> NDArray[np.float64]:
    """Return how likely each number of conversations is held on a day of work: a row a plan."""
    most = max(day.conversations if day else 0 for day in days)
    rows = np.zeros((len(days), most + 1))
    for row, day in zip(rows, days, strict=True):
        count = day.conversations if day else 0
        row[: count + 1] = binomial(count, (1 - settings.no_show_share) * (day.seen_share if day else 1))
    return rows


def _mixed(chains: Sequence["_Chain"]) -> Distribution:
    """Return the distribution of what all consultants hold, as the mean over the paths."""
    size = sum(chain.held.shape[1] - 1 for chain in chains) + 1
    if len(chains) <= 1:
        return chains[0].held.mean(axis=0) if chains else np.ones(1)
    product = np.ones(1, dtype=np.complex128)
    for chain in chains:
        product = product * np.fft.rfft(chain.held, size, axis=1)
    total = np.fft.irfft(product.mean(axis=0), size)
    held: Distribution = np.maximum(total, 0)  # the rounding of the transform leaves tiny negative chances
    return held


def binomial(count: int, chance: float) -> Distribution:
    """Return how many of independent events happen."""
    return np.array([comb(count, k) * chance**k * (1 - chance) ** (count - k) for k in range(count + 1)])


def chance_of(distribution: Distribution, least: float) -> float:
    """Return the chance of at least so many; between two whole numbers it is interpolated."""
    return float(chances_of(distribution, np.array([least]))[0])


def chances_of(distribution: Distribution, least: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the chance of at least each of some numbers."""
    tail = np.concatenate([np.cumsum(distribution[::-1])[::-1], np.zeros(1)])
    tail[0] = 1.0
    chances: NDArray[np.float64] = np.minimum(np.interp(least, np.arange(len(tail)), tail), 1.0)
    return chances


def quantile(distribution: Distribution, share: float) -> int:
    """Return the least number that is not exceeded with at least this chance."""
    return min(int(np.searchsorted(np.cumsum(distribution), share - 1e-12)), len(distribution) - 1)


def mean(distribution: Distribution) -> float:
    """Return the expected number."""
    return float(distribution @ np.arange(len(distribution)))


def variance(distribution: Distribution) -> float:
    """Return the variance of the number."""
    return float(distribution @ (np.arange(len(distribution)) - mean(distribution)) ** 2)


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
    """A consultant's conversations held so far on each path, apart for being well and ill on the last working day.

    Arrays have a row a path, and a column a number of conversations.
    """

    def __init__(self, settings: SimulationSettings, paths: int) -> None:
        self._begins, self._stays = illness_rates(settings)
        self._well = np.full((paths, 1), 1 - settings.illness_share)
        self._ill = np.full((paths, 1), settings.illness_share)
        self._first = True

    @property
    def held(self) -> NDArray[np.float64]:
        held: NDArray[np.float64] = self._well + self._ill
        return held

    def work(self, chances: NDArray[np.float64]) -> None:
        """Go on by a working day, on which each number is held with these chances if the consultant is well."""
        well, ill = self._well, self._ill
        if not self._first:  # the first day is one of the long run
            well, ill = (
                (1 - self._begins) * well + (1 - self._stays) * ill,
                self._begins * well + self._stays * ill,
            )
        self._first = False
        more, size = chances.shape[1] - 1, well.shape[1]
        self._well = np.zeros((len(well), size + more))
        for count in range(more + 1):
            self._well[:, count : count + size] += chances[:, count : count + 1] * well
        self._ill = np.pad(ill, ((0, 0), (0, more)))
