"""The relaxation over whole weeks of consultants, by column generation.

    minimise    sum points · x  +  high - low
    subject to  every consultant takes one of their weeks,
                every request is met at most once, and every cut is kept,
                high >= each compared consultant's load >= low, all of them within limits.

Without limits it is worth no more than the relaxation over rounds, from which loads are evened out by
fractions. With narrow ones it is: weeks too light or too heavy for them are not there at all.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from scheduler.base.highs import SilentHighs
from scheduler.solver.cuts import Cuts
from scheduler.solver.deadline import Deadline
from scheduler.solver.program import MARGIN, Numbers
from scheduler.solver.weeks import Flags, Floats, Limits, WeekPrices, Weeks

#: Points in a unit of load: HiGHS wants numbers near each other.
_UNIT = 10_000.0
#: What a consultant without a week costs, in points.
_NO_WEEK = 1e7
#: How many weeks of each consultant are added at a time, and how many known ones a relaxation begins with.
_WEEKS_A_TURN = 4
_MOST_KNOWN = 600
#: How many turns are made at most, and at how many points between bound and relaxation it is solved.
_TURNS = 150
_NEAR = 20.0
#: How far prices follow the relaxation from the best ones so far (Wentges 1997), which calms them.
_FOLLOW = 0.35


@dataclass(frozen=True, slots=True, eq=False)
class WeekRelaxed:
    """What the relaxation over weeks says.

    Attributes
    ----------
    bound
        What no choice within the limits is below; infinite where there is none.
    prices
        The prices that prove it.
    share
        How much of each round the relaxation takes.
    load, spread
        The load of each consultant there, and how far its weeks are from that on average, in points.
    low, high
        The smallest and the largest load there.
    """

    bound: float
    prices: WeekPrices
    share: Floats
    load: Floats
    spread: Floats
    low: float
    high: float


class WeekMaster:
    """The relaxation over weeks, with the weeks found so far.

    Parameters
    ----------
    weeks
        The weeks that there are.
    cuts
        Cuts that are kept; may become more.
    """

    def __init__(self, weeks: Weeks, cuts: Cuts) -> None:
        self.weeks, self.cuts = weeks, cuts
        self._numbers: dict[bytes, int] = {}
        self._consultant = np.zeros(0, dtype=np.int64)
        self._rounds = np.zeros((0, weeks.slots), dtype=np.int64)

    def solve(
        self, alive: Flags, limits: Limits, prices: WeekPrices, target: float, deadline: Deadline
    ) -> WeekRelaxed:
        """Solve it over the rounds that are alive, beginning with some prices.

        Ends early where the bound comes to the target, or at the deadline.
        """
        program = _Program(self.weeks, self.cuts, limits)
        known = self._known(alive, limits, prices)
        program.add(self._consultant[known], self._rounds[known])
        best, tried, above = -np.inf, prices, np.inf
        for _ in range(_TURNS):
            reduced = self.weeks.reduced(tried, self.cuts.matrix)
            least, consultant, found = self.weeks.cheapest(reduced, alive, limits, _WEEKS_A_TURN)
            bound = self.weeks.fixed(tried, limits) + float(least.sum()) - MARGIN
            if bound > best:
                best, prices = bound, tried
            if best >= target or above - best < _NEAR or deadline.left_s <= 0:
                break
            new = np.setdiff1d(self._learn(consultant, found), known)
            known = np.append(known, new)
            program.add(self._consultant[new], self._rounds[new])
            above, suggested = program.solved()
            # Where nothing is new at prices in between, the relaxation's own are looked at.
            tried = prices.mixed(suggested, _FOLLOW if len(new) else 1.0)
        return program.relaxed(best, prices)

    def _learn(self, consultant: Numbers, rounds: Numbers) -> Numbers:
        """Remember weeks, and return their numbers."""
        names = [row.tobytes() for row in np.column_stack([consultant, rounds])]
        new = np.array([name not in self._numbers for name in names], dtype=bool)
        for name in names:
            self._numbers.setdefault(name, len(self._numbers))
        self._consultant = np.concatenate([self._consultant, consultant[new]])
        self._rounds = np.concatenate([self._rounds, rounds[new]])
        return np.array([self._numbers[name] for name in names], dtype=np.int64)

    def _known(self, alive: Flags, limits: Limits, prices: WeekPrices) -> Numbers:
        """Return the weeks known that the limits allow, the best of them at some prices."""
        reduced = np.append(self.weeks.reduced(prices, self.cuts.matrix), 0.0)
        load = np.append(self.weeks.load, 0.0)[self._rounds].sum(axis=1)
        least, most = limits.window
        may = np.append(alive, True)[self._rounds].all(axis=1)
        may &= (least[self._consultant] <= load) & (load <= most[self._consultant])
        known = np.flatnonzero(may)
        cost = reduced[self._rounds[known]].sum(axis=1)
        lowest = np.full(len(self.weeks.compared), np.inf)
        np.minimum.at(lowest, self._consultant[known], cost)
        order = np.argsort(cost - lowest[self._consultant[known]], kind="stable")
        return known[order[:_MOST_KNOWN]]


class _Program:
    """The relaxation in HiGHS."""

    def __init__(self, weeks: Weeks, cuts: Cuts, limits: Limits) -> None:
        self._weeks, self._cuts = weeks, cuts
        people, requests, count = len(weeks.compared), weeks.meets.shape[1], len(cuts.triples)
        self._ends = np.cumsum([people, requests, people, people, count])
        self._consultant = np.zeros(0, dtype=np.int64)
        self._rounds = np.zeros((0, weeks.slots), dtype=np.int64)
        self._highs = SilentHighs()  # type: ignore[no-untyped-call]  # HiGHS has no types
        for option, value in (("threads", 1), ("solver", "simplex"), ("simplex_strategy", 4)):
            self._highs.setOptionValue(option, value)
        loads = np.where(weeks.compared, 0.0, np.inf)
        most = np.concatenate([np.ones(people + requests), loads, loads, np.ones(count)])
        least = np.concatenate([np.ones(people), np.full(len(most) - people, -np.inf)])
        nowhere = np.zeros(0, dtype=np.int32)
        starts = np.zeros(len(most), dtype=np.int32)
        self._highs.addRows(len(most), least, most, 0, starts, nowhere, np.zeros(0))
        compared = np.flatnonzero(weeks.compared)
        ones = np.ones(len(compared)).astype(float)
        for sign, first, (lower, upper) in (
            (1.0, self._ends[1], limits.high),
            (-1.0, self._ends[2], limits.low),
        ):
            rows = (first + compared).astype(np.int32)
            self._highs.addCol(sign * _UNIT, lower / _UNIT, upper / _UNIT, len(rows), rows, -sign * ones)
        # Without a week a consultant has a load that is none too many and none too few.
        bottom, top = limits.window
        middle = np.zeros(people)
        middle[compared] = (bottom[compared] + top[compared]) / 2 / _UNIT
        columns = np.arange(people)
        self._add(
            np.full(people, _NO_WEEK),
            sparse.csc_array(
                (
                    np.concatenate([np.ones(people), middle, -middle]),
                    (
                        np.concatenate([columns, self._ends[1] + columns, self._ends[2] + columns]),
                        np.tile(columns, 3),
                    ),
                ),
                shape=(self._ends[-1], people),
            ),
        )
        self._first = self._highs.getNumCol()

    def _add(self, cost: Floats, matrix: Any) -> None:
        count = len(cost)
        self._highs.addCols(
            count,
            cost,
            np.zeros(count),
            np.full(count, np.inf),
            matrix.nnz,
            matrix.indptr[:-1].astype(np.int32),
            matrix.indices.astype(np.int32),
            matrix.data,
        )

    def add(self, consultant: Numbers, rounds: Numbers) -> None:
        """Add some weeks."""
        if not len(consultant):
            return
        weeks, count = self._weeks, len(consultant)
        week, slot = np.nonzero(rounds >= 0)
        parts = sparse.csr_array(
            (np.ones(len(week)), (week, rounds[week, slot])), shape=(count, len(weeks.rounds))
        )
        load = self._loads(rounds) / _UNIT
        own = sparse.csr_array(
            (np.ones(count), (np.arange(count), consultant)), shape=(count, len(weeks.compared))
        )
        loads = own * load[:, np.newaxis]
        matrix = sparse.hstack([own, parts @ weeks.meets, loads, -loads, parts @ self._cuts.matrix])
        self._add(parts @ weeks.points, sparse.csc_array(matrix.T))
        self._consultant = np.concatenate([self._consultant, consultant])
        self._rounds = np.concatenate([self._rounds, rounds])

    def _loads(self, rounds: Numbers) -> Floats:
        loads: Floats = np.append(self._weeks.load, 0.0)[rounds].sum(axis=1)
        return loads

    def solved(self) -> tuple[float, WeekPrices]:
        """Solve the relaxation over the weeks added, and return its score and prices."""
        self._highs.run()
        score = self._weeks.table.constant + float(self._highs.getInfo().objective_function_value)
        price = np.maximum(0.0, -np.array(self._highs.getSolution().row_dual))
        _own, request, high, low, cut = np.split(price, self._ends[:-1])
        return score, WeekPrices(request, cut, high / _UNIT, low / _UNIT)

    def relaxed(self, bound: float, prices: WeekPrices) -> WeekRelaxed:
        """Return what the last answer takes, with a bound and the prices that prove it."""
        weeks = self._weeks
        people = len(weeks.compared)
        share, values = np.zeros(len(weeks.rounds)), np.zeros(self._first + len(self._rounds))
        answer = self._highs.getSolution().col_value
        values[: len(answer)] = answer
        high, low = values[:2] * _UNIT
        values = values[self._first :]
        taken = self._rounds.ravel() >= 0
        np.add.at(share, self._rounds.ravel()[taken], np.repeat(values, weeks.slots)[taken])
        loads = self._loads(self._rounds)
        load: Floats = np.bincount(self._consultant, values * loads, people).astype(float)
        apart = values * np.abs(loads - load[self._consultant])
        spread: Floats = np.bincount(self._consultant, apart, people).astype(float)
        return WeekRelaxed(bound, prices, share, load, spread, float(low), float(high))
