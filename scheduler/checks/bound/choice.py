"""Rounds of some days, from which one a day is chosen; what prices prove of them, exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scheduler.checks.bound.cheapest import Rounds
from scheduler.checks.bound.pricing import UNIT, Balance, Pricing, least_kept
from scheduler.checks.bound.timetable import Ints, Offer
from scheduler.model.problem import Problem, Request

Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Choice:
    """Rounds to choose from, in the order of the days, and the requests that they meet.

    `consultants` are those of the days. Of each round, `day` is the position of its day among them,
    `points` are the units of its score without balance, `load_s` the seconds of its visits, `kept` how many
    published visits it keeps, of which a choice keeps at least `least_kept`; `meets` is (rounds, requests), 1
    where a round meets a request.
    """

    balance: Balance
    consultants: tuple[str, ...]
    requests: tuple[Request, ...]
    day: Ints
    points: Ints
    load_s: Ints
    meets: Ints
    kept: Ints
    least_kept: int

    @classmethod
    def of(
        cls,
        found: Sequence[tuple[Sequence[Offer], Rounds]],
        *,
        problem: Problem,
        days: Sequence[int],
        requests: Sequence[int],
        balance: Balance,
        pricing: Pricing,
    ) -> "Choice":
        """Put the rounds of some days together.

        `days` and `requests` are positions in the problem's, and the requests are all that the days can
        meet; `pricing` is what the costs of the rounds were reckoned with.
        """
        column = {request: i for i, request in enumerate(requests)}
        consultants = tuple(problem.days[i].consultant_id for i in days)
        points, loads, meets, kept = [], [], [], []
        for consultant_id, (offers, rounds) in zip(consultants, found, strict=True):
            taken = rounds.taken.astype(np.int64)
            prices = [pricing.visit_units(consultant_id, offer) for offer in offers]
            request = np.zeros((len(offers), len(requests)), dtype=np.int64)
            request[np.arange(len(offers)), [column[offer.request] for offer in offers]] = 1
            points.append(rounds.cost - taken @ np.array(prices, dtype=np.int64))
            loads.append(taken @ np.array([offer.load_s for offer in offers], dtype=np.int64))
            meets.append(taken @ request)
            kept.append(taken @ np.array([bool(offer.kept) for offer in offers], dtype=np.int64))
        return cls(
            balance=balance.among(consultants),
            consultants=consultants,
            requests=tuple(problem.requests[i] for i in requests),
            day=np.repeat(np.arange(len(points)), [len(part) for part in points]),
            points=np.concatenate(points),
            load_s=np.concatenate(loads),
            meets=np.concatenate(meets),
            kept=np.concatenate(kept),
            least_kept=least_kept(problem),
        )

    def reckoned(self, rows: Rows, pricing: Pricing) -> tuple[int, Ints]:
        """Return what no choice among some rounds can be below, in units, and each round's excess.

        A choice with a round is at least its excess above. There must be a round of every day.
        """
        pairs, number = self._loads
        charge = [pricing.load_units(self.consultants[day], load_s) for day, load_s in pairs]
        cost = self.points[rows] + self.meets[rows] @ np.array(pricing.requests, dtype=np.int64)
        cost += np.array(charge, dtype=np.int64)[number[rows]] - pricing.change * self.kept[rows]
        least = np.minimum.reduceat(cost, self._firsts(self.day[rows]))
        units = int(least.sum()) - sum(pricing.requests) + pricing.change * self.least_kept
        units += pricing.done_units(self.balance, self.consultants)
        return units, cost - least[self.day[rows]]

    @cached_property
    def _loads(self) -> tuple[list[tuple[int, int]], NDArray[np.intp]]:
        """The different loads of each day, and which of them each round has."""
        pairs, number = np.unique(np.stack([self.day, self.load_s]), axis=1, return_inverse=True)
        return [(int(day), int(load_s)) for day, load_s in pairs.T], number.reshape(-1)

    @staticmethod
    def _firsts(day: Ints) -> Rows:
        """Return where each day begins."""
        return np.flatnonzero(np.diff(day, prepend=-1))

    def likeliest(self, rows: Rows, share: NDArray[np.float64]) -> Rows:
        """Return the round of each day of which there is the largest share."""
        order = np.lexsort((-share, self.day[rows]))
        return rows[order][self._firsts(self.day[rows][order])]

    def exact(self, rows: Rows) -> Fraction | None:
        """Return the exact points of one round a day, or None where they do not go together."""
        met = self.meets[rows].sum(axis=0)
        if any(n > 1 or (n < 1 and r.settled) for n, r in zip(met.tolist(), self.requests, strict=True)):
            return None
        if int(self.kept[rows].sum()) < self.least_kept:
            return None
        visit_s = dict.fromkeys(self.consultants, 0)
        for row in rows:
            visit_s[self.consultants[self.day[row]]] += int(self.load_s[row])
        return Fraction(int(self.points[rows].sum()), UNIT) + self.balance.points(visit_s)
