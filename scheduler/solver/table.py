"""All rounds of all consultant-days in one table, as the master problem reads them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from scheduler.model.problem import Problem
from scheduler.solver.rounds import DayRounds
from scheduler.week.score import Balance, unmet_points
from scheduler.week.stops import StopOption


@dataclass(frozen=True, eq=False)
class RoundTable:
    """The rounds of a week, one row a round; a choice is a row for each consultant-day.

    `pin_points` are what each kept pin takes off; the score adds them again. A choice keeps at least
    `least_kept` published visits.
    """

    problem: Problem
    days: tuple[DayRounds, ...]
    pin_points: int = 0
    least_kept: int = 0

    def __len__(self) -> int:
        return len(self.points)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """The first row of each consultant-day, and the number of rows."""
        return np.cumsum([0, *(len(day.points) for day in self.days)])

    @cached_property
    def day(self) -> NDArray[np.int64]:
        """The consultant-day of each round."""
        return np.repeat(np.arange(len(self.days)), np.diff(self.starts))

    @cached_property
    def keys(self) -> NDArray[np.object_]:
        """The key of each round."""
        return np.concatenate([day.keys for day in self.days])

    @cached_property
    def points(self) -> NDArray[np.int64]:
        """The points of each round without balance, less what leaving its visits out would cost."""
        return np.concatenate([day.points for day in self.days])

    @cached_property
    def load_s(self) -> NDArray[np.int64]:
        """The seconds of visits of each round."""
        return np.concatenate([day.load_s for day in self.days])

    @cached_property
    def consultant(self) -> NDArray[np.int64]:
        """The consultant of each round, as a position in the problem's consultants."""
        numbers = {c.consultant_id: i for i, c in enumerate(self.problem.consultants)}
        return np.array([numbers[day.model.day.consultant_id] for day in self.days])[self.day]

    @cached_property
    def meets(self) -> Any:
        """Sparse (rounds, requests) matrix of ones: which requests a round meets."""
        width = len(self.problem.requests)
        parts = []
        for day in self.days:
            row, local = np.nonzero(day.held)
            request = np.array(day.requests, dtype=np.int64)[local]
            ones = np.ones(len(row))
            parts.append(sparse.csr_array((ones, (row, request)), shape=(len(day.points), width)))
        return sparse.csr_array(sparse.vstack(parts))

    @cached_property
    def kept(self) -> NDArray[np.int64]:
        """How many published visits each round keeps."""
        if self.problem.max_changes is None:
            return np.zeros(len(self), dtype=np.int64)
        return np.concatenate([day.kept for day in self.days])

    @cached_property
    def balance(self) -> Balance:
        """Who is compared with whom, and how seconds of visits become load."""
        return Balance.of(self.problem)

    @cached_property
    def balance_points(self) -> NDArray[np.float64]:
        """Each round's load, in points of balance."""
        weight = self.problem.weights["imbalance_minute"]
        rates = np.array([float(rate * weight / 60) for rate in self.balance.rate])
        return rates[self.consultant] * self.load_s

    @cached_property
    def done_points(self) -> NDArray[np.float64]:
        """Each consultant's load that has happened, in points of balance."""
        weight = self.problem.weights["imbalance_minute"]
        pairs = zip(self.balance.rate, self.balance.done_s, strict=True)
        return np.array([float(rate * weight * done_s / 60) for rate, done_s in pairs])

    @cached_property
    def constant(self) -> int:
        """The points of a week in which no request is met."""
        return unmet_points(self.problem, pin_points=self.pin_points)

    @cached_property
    def step(self) -> Fraction:
        """How far below a whole number any score that is not rounded down is at least, if it is below.

        Points are whole but for those of balance: the loads of two consultants, each a multiple of what
        all visits' seconds are multiples of.
        """
        seconds = int(np.gcd.reduce([*self.load_s, *self.balance.done_s], initial=0))
        weight = self.problem.weights["imbalance_minute"]
        loads = [rate * weight * seconds / 60 for rate in self.balance.rate]
        compared = [[loads[i] for i in group] for group in self.balance.groups if len(group) > 1]
        if len(compared) > 1:
            # Any two of each base may be the ones, and their points add up.
            return _common(Fraction(1), *(load for group in compared for load in group))
        pairs = (pair for group in compared for pair in combinations(group, 2))
        return min((_common(Fraction(1), *pair) for pair in pairs), default=Fraction(1))

    def score(self, rounds: Sequence[int]) -> int:
        """Return the score of a choice."""
        return math.floor(self.unrounded(rounds))

    def unrounded(self, rounds: Sequence[int]) -> Fraction:
        """Return the score of a choice, its points of balance not rounded down."""
        visit_s = list(self.balance.done_s)
        for row in rounds:
            visit_s[self.consultant[row]] += int(self.load_s[row])
        balance = self.problem.weights["imbalance_minute"] * self.balance.minutes(visit_s)
        return self.constant + sum(int(self.points[row]) for row in rounds) + balance

    def held(self, rounds: Sequence[int]) -> dict[str, int]:
        """Return the number of conversations of each request that a choice meets."""
        return {
            stop.id: stop.conversations
            for row in rounds
            for stop in self.days[self.day[row]].stops(int(row - self.starts[self.day[row]]))
        }

    def allowed(self, request: int, wants: Callable[[int, StopOption], bool]) -> NDArray[np.intp]:
        """Return the rounds that leave a request out or meet it by a day's option that is wanted."""
        fits = np.ones(len(self), dtype=bool)
        for number, (start, day) in enumerate(zip(self.starts.tolist(), self.days, strict=False)):
            if request in day.requests:
                local = day.requests.index(request)
                full = [True, *(wants(number, option) for option in day.options[local])]
                fits[start : start + len(day.points)] = np.array(full)[day.held[:, local]]
        return np.flatnonzero(fits)


def _common(*values: Fraction) -> Fraction:
    """Return the largest number of which all values are multiples."""
    return Fraction(math.gcd(*(v.numerator for v in values)), math.lcm(*(v.denominator for v in values)))
