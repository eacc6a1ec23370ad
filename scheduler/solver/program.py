"""The master problem over some rounds in HiGHS: its relaxation, whose prices guide the growing, and its choice.

`master` has the problem written out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from scheduler.base.highs import SilentHighs
from scheduler.solver.table import RoundTable
from scheduler.week.score import request_points

Numbers = NDArray[np.int64]

#: What float arithmetic may lose in a bound, in points; bounds are lowered by it.
MARGIN = 1e-5
#: Points in a unit of the high and low variables: HiGHS wants numbers near those of the rounds.
_UNIT = 10_000.0
#: HiGHS' names for its ways: the simplex for columns that come, and for other bounds.
_DUAL, _PRIMAL = 1, 4
#: A dive takes all rounds of which so much is taken.
_WHOLE = 0.99


@dataclass(frozen=True, slots=True, eq=False)
class DualPrices:
    """Prices of the relaxation, in arrays. Any prices give a valid bound.

    Attributes
    ----------
    day
        Points of the round that each consultant-day takes.
    request
        What meeting each request takes up, in points.
    high, low
        For each consultant, how much a point of their load raises the largest and the smallest load
        of their base: each sums to 1 over those of a base who are compared.
    change
        What one change of a published visit more would bring, where they are limited.
    """

    day: NDArray[np.float64]
    request: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    change: float = 0.0

    @property
    def share(self) -> NDArray[np.float64]:
        """For each consultant, how much a point of their load adds to the balance."""
        return self.high - self.low

    def reduced(self, table: RoundTable) -> NDArray[np.float64]:
        """Return the points of rounds with what they take up, the day's own price not taken off."""
        taken: NDArray[np.float64] = table.meets @ self.request
        reduced: NDArray[np.float64] = (
            table.points + taken + self.share[table.consultant] * table.balance_points
        )
        return reduced - self.change * table.kept if self.change else reduced

    def bound(self, table: RoundTable, least: NDArray[np.float64]) -> float:
        """Return a lower bound on every score, from the least reduced points of any round of each day."""
        kept = self.change * table.least_kept
        done = float(self.share @ table.done_points)
        return float(table.constant + least.sum() - self.request.sum() + kept + done) - MARGIN


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """Prices, each day's least reduced points under them, and the bound that they give.

    `solved` tells that no round pays under the prices, so that no better bound can come.
    """

    prices: DualPrices
    least: NDArray[np.float64]
    bound: float
    solved: bool = False

    def excess(self, table: RoundTable) -> NDArray[np.float64]:
        """Return how far above the bound every choice with each round of a table is at least."""
        return self.prices.reduced(table) - self.least[table.day]


class Program:
    """The master problem over the rounds that were added; they are numbered in that order.

    The relaxation begins where the last one ended, so that rounds can be added at little cost.

    Parameters
    ----------
    table
        Any rounds of the week: they are not added.
    force
        A request, by position, that must be met.
    spare
        Lets a request be met once too often, for the points that meeting it saves: nearly always a
        round can leave a visit out for less.

    Attributes
    ----------
    day, key
        The consultant-day of each round added, and its key.
    score
        The least score of the relaxation, or of the choice, that was made last.
    marks
        How much of the pool has been added, where somebody keeps count.
    """

    def __init__(self, table: RoundTable, force: int | None = None, *, spare: bool = False) -> None:
        problem = table.problem
        self._constant = table.constant
        self._requests, self._days = len(problem.requests), len(table.days)
        self._consultants = len(problem.consultants)
        self._groups = table.balance.groups
        compared = [group for group in self._groups if len(group) > 1]
        self._compared = np.array([i for group in compared for i in group], dtype=np.int64)
        self._group = np.repeat(np.arange(len(compared)), [len(group) for group in compared])
        self._force = force
        self.marks: list[int] | None = None
        self._limits_changes = problem.max_changes is not None
        self.day, self.key = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=object)
        self.score = 0.0
        self._highs: highspy.Highs = SilentHighs()  # type: ignore[no-untyped-call]  # HiGHS has no types
        for option, value in (("threads", 1), ("solver", "simplex"), ("simplex_strategy", _PRIMAL)):
            self._highs.setOptionValue(option, value)
        self._add_rows(table.done_points[self._compared] / _UNIT)
        if self._limits_changes:
            self._highs.addRow(float(table.least_kept), np.inf, 0, np.zeros(0, dtype=np.int32), np.zeros(0))
        self._spare = np.zeros(0, dtype=np.int32)
        self._most_spare = np.inf
        saved = [request_points(problem, request, request.max_conversations) for request in problem.requests]
        self._add_balance(len(compared))
        if spare:
            first = self._highs.getNumCol()
            self._add_columns(np.array(saved, dtype=float), -sparse.eye_array(self._requests))
            self._spare = np.arange(first, first + self._requests, dtype=np.int32)
        self._first = self._highs.getNumCol()

    def _add_rows(self, done: NDArray[np.float64]) -> None:
        """Add the rows: the requests, two for each of those compared, whose load has been so much, the days."""
        count = len(done)
        most = np.concatenate([np.ones(self._requests), -done, done, np.ones(self._days)])
        least = np.concatenate([np.full(self._requests + 2 * count, -np.inf), np.ones(self._days)])
        if self._force is not None:
            least[self._force] = 1.0
        none = np.zeros(0)
        nowhere = none.astype(np.int32)
        self._highs.addRows(len(most), least, most, 0, np.zeros(len(most), dtype=np.int32), nowhere, none)

    def _add_balance(self, bases: int) -> None:
        """Add the largest and the smallest load of each base."""
        count = len(self._compared)
        rows = self._requests + np.arange(count)
        ones = np.ones(count)
        high = _sparse(-ones, rows, self._group, (self._requests + count, bases))
        low = _sparse(ones, rows + count, self._group, (self._requests + 2 * count, bases))
        self._add_columns(np.full(bases, _UNIT), high, least=-np.inf)
        self._add_columns(np.full(bases, -_UNIT), low, least=-np.inf)

    def _add_columns(self, cost: NDArray[np.float64], matrix: Any, least: float = 0.0) -> None:
        matrix = sparse.csc_array(matrix)
        count = len(cost)
        self._highs.addCols(
            count,
            cost,
            np.full(count, least),
            np.full(count, np.inf),
            matrix.nnz,
            matrix.indptr[:-1].astype(np.int32),
            matrix.indices.astype(np.int32),
            matrix.data,
        )

    def add(self, table: RoundTable, rounds: NDArray[np.intp]) -> None:
        """Add some rounds of a table."""
        consultant, day = table.consultant[rounds], table.day[rounds]
        load = table.balance_points[rounds] / _UNIT
        here = np.full(self._consultants, -1)
        here[self._compared] = np.arange(len(self._compared))
        loaded = np.flatnonzero((here[consultant] >= 0) & (load != 0))
        row, value = self._requests + here[consultant[loaded]], load[loaded]
        meets = table.meets[rounds].tocoo()
        numbers = np.arange(len(rounds))
        count = len(self._compared)
        kept = np.flatnonzero(table.kept[rounds])
        matrix = _sparse(
            np.concatenate([meets.data, value, -value, np.ones(len(rounds)), table.kept[rounds][kept]]),
            np.concatenate(
                [
                    meets.col,
                    row,
                    row + count,
                    self._requests + 2 * count + day,
                    np.full(len(kept), self._kept_row),
                ]
            ),
            np.concatenate([meets.row, loaded, loaded, numbers, kept]),
            (self._kept_row + self._limits_changes, len(rounds)),
        )
        self._add_columns(table.points[rounds].astype(float), matrix)
        self.day = np.concatenate([self.day, day])
        self.key = np.concatenate([self.key, table.keys[rounds]])

    @property
    def _kept_row(self) -> int:
        """Return the row of the published visits that are kept, the last."""
        return self._requests + 2 * len(self._compared) + self._days

    def keep(self, least: int) -> None:
        """Have at least so many published visits kept from now on."""
        self._highs.changeRowBounds(self._kept_row, float(least), np.inf)

    def forbid_spare(self) -> None:
        """Let the relaxation meet no request too often from now on."""
        self._most_spare = 0.0
        self._limit_spare(0.0)

    def _limit_spare(self, most: float) -> None:
        count = len(self._spare)
        self._highs.changeColsBounds(count, self._spare, np.zeros(count), np.full(count, most))

    # --- the relaxation -----------------------------------------------------------------------------

    def prices(self) -> DualPrices | None:
        """Solve the relaxation and return its prices; None where no choice keeps the constraints."""
        if not self._solved():
            return None
        # What float arithmetic left may be cleaned away, since any prices give a valid bound.
        dual = np.array(self._highs.getSolution().row_dual)
        price = np.maximum(0.0, -dual)
        requests, count = self._requests, len(self._compared)
        request = price[:requests].copy()
        if self._force is not None:
            request[self._force] = -dual[self._force]
        # Alone at a base one has the largest load and the smallest.
        high, low = np.zeros((2, self._consultants))
        for group in self._groups:
            high[list(group)] = low[list(group)] = 1.0 / len(group)
        high[self._compared] = self._shares(price[requests : requests + count])
        low[self._compared] = self._shares(price[requests + count : requests + 2 * count])
        change = max(0.0, float(dual[self._kept_row])) if self._limits_changes else 0.0
        return DualPrices(dual[requests + 2 * count : self._kept_row], request, high, low, change)

    def _shares(self, price: NDArray[np.float64]) -> NDArray[np.float64]:
        """Scale non-negative prices so that they sum to one in each group, as the dual demands."""
        total = np.bincount(self._group, price)[self._group]
        even = 1.0 / np.bincount(self._group)[self._group]
        return np.where(total > 0, price / np.where(total > 0, total, 1.0), even)

    def _solved(self) -> bool:
        self._highs.run()
        self.score = self._constant + float(self._highs.getInfo().objective_function_value)
        return bool(self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal)

    def dive(self, share: float, stop: Callable[[], bool] = lambda: False) -> Numbers | None:
        """Return a choice near the relaxation: take what it takes nearly whole, solve it again, and so on.

        `share` is how many of the days that are left are settled at a time at least, and `stop` is asked
        before each time whether to give up. Returns a round a day, or None. A request may be met by several
        days where there are spares.
        """
        if not self._solved():
            return None
        basis = self._highs.getBasis()
        self._highs.setOptionValue("simplex_strategy", _DUAL)
        self._limit_spare(np.inf)
        taken = np.full(self._days, -1)
        while (taken < 0).any():
            whole = self._taken()
            whole[taken[self.day] >= 0] = 0.0
            # The round of each day that is taken most comes last.
            order = np.lexsort((whole, self.day))
            most = order[np.flatnonzero(np.diff(self.day[order], append=self._days))]
            most = most[taken[self.day[most]] < 0]
            most = most[np.argsort(-whole[most], kind="stable")]
            count = max(int((whole[most] > _WHOLE).sum()), 1 + int(share * len(most)))
            taken[self.day[most[:count]]] = most[:count]
            self._fix(most[:count], 1.0, 1.0)
            if stop() or not self._solved():
                break
        self._fix(taken[taken >= 0], 0.0, np.inf)
        self._limit_spare(self._most_spare)
        self._highs.setBasis(basis)
        self._highs.setOptionValue("simplex_strategy", _PRIMAL)
        return None if (taken < 0).any() else taken

    def _taken(self) -> NDArray[np.float64]:
        """Return how much of each round the last answer takes."""
        return np.array(self._highs.getSolution().col_value)[self._first :]

    def _fix(self, rounds: Numbers, least: float, most: float) -> None:
        columns = (self._first + rounds).astype(np.int32)
        self._highs.changeColsBounds(
            len(columns), columns, np.full(len(columns), least), np.full(len(columns), most)
        )

    # --- the choice ---------------------------------------------------------------------------------

    def choose(
        self, time_limit_s: float, *, gap: float = 0.0, start: Numbers | None = None
    ) -> tuple[Numbers | None, float]:
        """Choose a round a day.

        Parameters
        ----------
        time_limit_s
            Seconds until the best choice so far is returned. `stop` ends it earlier.
        gap
            By how many points the best choice may be missed.
        start
            A choice to begin with.

        Returns
        -------
        The best choice up to float arithmetic, if any, and what no choice can be below.
        """
        highs = self._highs
        if start is not None:
            self._begin_with(start)
        rounds = np.arange(self._first, self._first + len(self.day), dtype=np.int32)
        whole = np.full(len(rounds), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        highs.changeColsIntegrality(len(rounds), rounds, whole)
        for option, value in (
            ("solver", "choose"),
            ("time_limit", max(0.01, time_limit_s)),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", gap),
        ):
            highs.setOptionValue(option, value)
        highs.HandleUserInterrupt = True
        highs.run()
        info = highs.getInfo()
        bound = self._constant + info.mip_dual_bound if np.isfinite(info.mip_dual_bound) else 0.0
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None, bound
        self.score = self._constant + info.objective_function_value
        chosen = np.flatnonzero(self._taken() > 0.5)
        return chosen[np.argsort(self.day[chosen])], bound

    def _begin_with(self, rounds: Numbers) -> None:
        """Tell HiGHS a choice, and what else follows from it."""
        self._fix(rounds, 1.0, 1.0)
        solution = highspy.HighsSolution()
        known = self._solved()
        solution.col_value = self._highs.getSolution().col_value
        # HiGHS forgets a solution when bounds are set, so these come first.
        self._fix(rounds, 0.0, np.inf)
        if known:
            self._highs.setSolution(solution)

    def stop(self) -> None:
        """End `choose`, which runs in another thread."""
        self._highs.cancelSolve()


def _sparse(values: NDArray[np.float64], rows: Numbers, columns: Numbers, shape: tuple[int, int]) -> Any:
    return sparse.csc_array((values, (rows, columns)), shape=shape)
