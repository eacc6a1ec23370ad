"""Whole weeks of consultants: the cheapest at some prices, where their loads must lie within limits.

A consultant's week is a round for each of their days. Its load is whole: a number of minutes that their
visits add up to. So the cheapest weeks of each load are found day after day, by adding up loads. That a
week meets a request twice is allowed here, which only makes it cheaper.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scheduler.solver.program import Numbers
from scheduler.solver.table import RoundTable

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Points by which float arithmetic may get a load wrong.
_EXACTLY = 1e-6
#: Weeks of more different loads than these are not reckoned with.
_MOST_LOADS = 4_000


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """Between what loads must lie, in points of balance.

    Attributes
    ----------
    least, most
        Each consultant's load; infinite where they are not compared with anybody.
    low, high
        The least and the most that the smallest and the largest load may be.
    """

    least: Floats
    most: Floats
    low: tuple[float, float]
    high: tuple[float, float]

    @classmethod
    def none(cls, compared: Flags, most: float) -> "Limits":
        """Allow all loads up to so many points."""
        least = np.where(compared, 0.0, -np.inf)
        return cls(least, np.where(compared, most, np.inf), (0.0, most), (0.0, most))

    @property
    def window(self) -> tuple[Floats, Floats]:
        """The least and the most of each consultant's load, with all that is known."""
        compared = np.isfinite(self.least)
        least = np.where(compared, np.maximum(self.least, self.low[0]), -np.inf)
        return least, np.where(compared, np.minimum(self.most, self.high[1]), np.inf)

    def keeps_weeks(self, wider: "Limits") -> bool:
        """Tell whether no week is outside that is within wider limits."""
        pairs = zip(self.window, wider.window, strict=True)
        return all(np.array_equal(mine, its) for mine, its in pairs)

    def allows(self, high: float, low: float) -> bool:
        """Tell whether the largest and the smallest load may be so many points."""
        return self.high[0] <= high <= self.high[1] and self.low[0] <= low <= self.low[1]

    def of_one(self, consultant: int, least: float, most: float) -> "Limits":
        """Return the limits with narrower ones for one consultant."""
        lower, upper = self.least.copy(), self.most.copy()
        lower[consultant], upper[consultant] = max(lower[consultant], least), min(upper[consultant], most)
        return replace(self, least=lower, most=upper)


@dataclass(frozen=True, slots=True, eq=False)
class WeekPrices:
    """Prices of the relaxation over weeks, all of them at least 0. Any prices give a valid bound.

    Attributes
    ----------
    request
        What meeting each request takes up, in points.
    cut
        The same of each cut.
    high, low
        For each consultant, how much a point of their load raises the largest and lowers the smallest load.
    """

    request: Floats
    cut: Floats
    high: Floats
    low: Floats

    def mixed(self, other: "WeekPrices", share: float) -> "WeekPrices":
        """Return prices between these and others, of which they have a share."""
        return WeekPrices(
            *((1 - share) * getattr(self, name) + share * getattr(other, name) for name in self.__slots__)
        )


class Weeks:
    """The weeks that some rounds of a table make.

    Attributes
    ----------
    rounds
        Rows of the table. Everywhere else here rounds are numbered in this order.
    load
        The load of each round, in points of balance.
    compared
        Which consultants are compared with others.
    unit
        The points of balance of which each consultant's loads are multiples.
    """

    def __init__(self, table: RoundTable, rounds: Numbers) -> None:
        self.table, self.rounds = table, rounds
        self.consultant = table.consultant[rounds]
        self.points = table.points[rounds].astype(float)
        self.meets = table.meets[rounds]
        self.load = table.balance_points[rounds]
        self.compared = np.zeros(len(table.problem.consultants), dtype=bool)
        for group in table.balance.groups:
            self.compared[list(group)] = len(group) > 1
        seconds = max(1, int(np.gcd.reduce(table.load_s[rounds], initial=0)))
        weight = table.problem.weights["imbalance_minute"]
        self.unit = np.array([float(rate * weight * seconds / 60) for rate in table.balance.rate])
        # The levels are the loads that a round may have, in units; a day without one has the first.
        units = table.load_s[rounds] // seconds
        self._levels = np.unique(np.append(units, 0))
        owner = table.consultant[table.starts[:-1]]
        order = np.argsort(owner, kind="stable")
        self._count = np.bincount(owner, minlength=len(self.compared))
        slot = np.zeros(len(owner), dtype=np.int64)
        slot[order] = np.arange(len(owner)) - np.repeat(np.cumsum(self._count) - self._count, self._count)
        #: How many days a week has, and where the rounds of each consultant, day and level are.
        self.slots = int(self._count.max(initial=1))
        self._shape = len(self.compared), self.slots, len(self._levels)
        level = np.searchsorted(self._levels, units)
        self._cell = np.ravel_multi_index((self.consultant, slot[table.day[rounds]], level), self._shape)

    @property
    def is_countable(self) -> bool:
        """Whether weeks have few enough different loads to be told apart."""
        return self.slots * int(self._levels[-1]) < _MOST_LOADS

    @cached_property
    def most_load(self) -> float:
        """More than any week's load, in points."""
        return float(self.slots * self._levels[-1] * self.unit.max() + 1)

    def reduced(self, prices: WeekPrices, cuts: NDArray[np.float64]) -> Floats:
        """Return the points of each round with what it takes up; `cuts` are as in `cuts.Cuts`."""
        share = (prices.high - prices.low)[self.consultant]
        found: Floats = self.points + self.meets @ prices.request + cuts @ prices.cut + share * self.load
        return found

    def fixed(self, prices: WeekPrices, limits: Limits) -> float:
        """Return what prices are worth but for the weeks: with the least of them, that is a bound."""
        (low, lowest), (high, highest) = (limits.low[::-1], limits.high)
        largest, smallest = 1 - prices.high.sum(), prices.low.sum() - 1
        worth = min(largest * high, largest * highest) + min(smallest * low, smallest * lowest)
        return float(self.table.constant - prices.request.sum() - prices.cut.sum() + worth)

    def cheapest(
        self, reduced: Floats, alive: Flags, limits: Limits, most: int
    ) -> tuple[Floats, Numbers, Numbers]:
        """Return the least of any week of each consultant, and some of their best weeks of different loads.

        Returns
        -------
        The least points: infinite where no week is within the limits. The consultant of each of the
        weeks, and their rounds: (weeks, slots), where -1 stands for no day.
        """
        grid, best = self._grid(reduced, alive)
        size = self._size(limits)
        cost = np.full((len(grid), size), np.inf)
        cost[:, 0] = 0.0
        backs = []
        for slot in range(self.slots):
            ways = self._before(cost) + grid[:, slot, :, np.newaxis]
            backs.append(ways.argmin(axis=1))
            cost = np.take_along_axis(ways, backs[-1][:, np.newaxis], axis=1)[:, 0]
        cost = np.where(self._within(limits, size), cost, np.inf)
        load = np.argsort(cost, axis=1, kind="stable")[:, :most]
        consultant = np.repeat(np.arange(len(grid)), load.shape[1])
        load = load.ravel()
        possible = np.isfinite(cost[consultant, load])
        consultant, load = consultant[possible], load[possible]
        found = np.full((len(load), self.slots), -1)
        for slot in reversed(range(self.slots)):
            level = backs[slot][consultant, load]
            found[:, slot] = best[consultant, slot, level]
            load = load - self._levels[level]
        return cost.min(axis=1), consultant, found

    def excess(self, reduced: Floats, alive: Flags, limits: Limits) -> tuple[Floats, Floats]:
        """Return the least of any week of each consultant, and how far above it weeks with each round are."""
        grid, _best = self._grid(reduced, alive)
        size = self._size(limits)
        cost = np.full((len(grid), size), np.inf)
        cost[:, 0] = 0.0
        until = [cost]
        for slot in range(self.slots - 1):
            until.append((self._before(until[-1]) + grid[:, slot, :, np.newaxis]).min(axis=1))
        rest = np.where(self._within(limits, size), 0.0, np.inf)
        others = np.empty(self._shape)
        for slot in reversed(range(self.slots)):
            ways = self._after(rest)
            others[:, slot] = (until[slot][:, np.newaxis] + ways).min(axis=2)
            rest = (ways + grid[:, slot, :, np.newaxis]).min(axis=1)
        least = rest[:, 0]
        excess = np.full(len(reduced), np.inf)
        mine = self.consultant[alive]
        excess[alive] = reduced[alive] + others.ravel()[self._cell[alive]] - least[mine]
        return least, excess

    def _grid(self, reduced: Floats, alive: Flags) -> tuple[Floats, Numbers]:
        """Return the least reduced points by consultant, slot and level, and the rounds that have them."""
        cost, best = np.full(np.prod(self._shape), np.inf), np.full(np.prod(self._shape), -1)
        rounds = np.flatnonzero(alive)
        # Of rounds in the same place the last one stays, which is the cheapest.
        rounds = rounds[np.argsort(-reduced[rounds], kind="stable")]
        cost[self._cell[rounds]], best[self._cell[rounds]] = reduced[rounds], rounds
        cost, best = cost.reshape(self._shape), best.reshape(self._shape)
        # Who has fewer days than others does nothing on those.
        consultant, slot = np.nonzero(np.arange(self.slots) >= self._count[:, np.newaxis])
        cost[consultant, slot, 0] = 0.0
        return cost, best

    def _size(self, limits: Limits) -> int:
        """Return how many loads are looked at: up to the most that anybody may have."""
        most = limits.window[1]
        units = self.slots * int(self._levels[-1])
        if np.isfinite(most).all() and self.unit.min() > 0:
            units = min(units, max(0, int((most / self.unit).max() + _EXACTLY)))
        return units + 1

    def _within(self, limits: Limits, size: int) -> Flags:
        """Return which loads are within the limits: (consultants, loads)."""
        least, most = limits.window
        load = np.arange(size) * self.unit[:, np.newaxis]
        within: Flags = (load >= least[:, np.newaxis] - _EXACTLY) & (load <= most[:, np.newaxis] + _EXACTLY)
        return within

    def _before(self, cost: Floats) -> Floats:
        """Return the cost of each load less a level: (consultants, levels, loads)."""
        top = int(self._levels[-1])
        padded = np.pad(cost, ((0, 0), (top, 0)), constant_values=np.inf)
        return np.lib.stride_tricks.sliding_window_view(padded, cost.shape[1], axis=1)[:, top - self._levels]

    def _after(self, cost: Floats) -> Floats:
        """Return the cost of each load and a level: (consultants, levels, loads)."""
        top = int(self._levels[-1])
        padded = np.pad(cost, ((0, 0), (0, top)), constant_values=np.inf)
        return np.lib.stride_tricks.sliding_window_view(padded, cost.shape[1], axis=1)[:, self._levels]
