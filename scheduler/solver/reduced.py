"""The choice among rounds as HiGHS does it best: counted from the relaxation's bound.

At prices of the relaxation every choice costs the bound, and above it the excess of its rounds, the price
of each request that it leaves out, and what the balance could do better: sums of small numbers none of
which is negative. What costs more than the gap is not there at all. So what HiGHS may err by its
tolerances stays far below a point, where in the score's own numbers it is some twenty.
"""

from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from scheduler.base.highs import SilentHighs
from scheduler.solver.program import DualPrices, Numbers
from scheduler.solver.table import RoundTable
from scheduler.solver.weeks import Limits

#: Points in a unit of load: HiGHS wants numbers near each other.
_UNIT = 10_000.0
#: How exactly HiGHS keeps rows and bounds.
_TOLERANCE = 1e-10
#: By how many units float arithmetic may get a load wrong.
_EXACTLY = 1e-9


class ReducedProgram:
    """A choice of one round a day, in points above the bound that some prices give.

    Parameters
    ----------
    table, rounds
        The rounds to choose from, as rows of a table.
    excess
        For each of them, how far above the bound every choice with it is at least.
    prices
        The prices that the bound is by.
    gap
        Only choices less than so far above the bound are wanted.
    force
        A request, by position, that must be met.

    Attributes
    ----------
    error
        Points by which what HiGHS says of its bound may be too high.
    """

    def __init__(
        self,
        table: RoundTable,
        rounds: Numbers,
        excess: NDArray[np.float64],
        *,
        prices: DualPrices,
        gap: float,
        force: int | None = None,
    ) -> None:
        self._day = table.day[rounds]
        # A tolerance of each row at its price in this program: those add up to about the gap.
        self.error = 1.0 if np.isinf(gap) else 10 * _TOLERANCE * (gap + _UNIT)
        price, must = prices.request, prices.request > gap
        if force is not None:
            must[force] = True
        # A request without a price may be left out for nothing, and one whose price is above the gap not at all.
        priced = np.flatnonzero((price > 0) & ~must)
        compared = self._compared = [group for group in table.balance.groups if len(group) > 1]
        people = np.array([i for group in compared for i in group], dtype=np.int64)
        base = np.repeat(np.arange(len(compared)), [len(group) for group in compared])
        self._people = people
        self._load = load = _loads(table, rounds, people)
        of_base = _ones(np.arange(len(people)), base, len(compared))
        spare = -sparse.eye_array(len(people))
        kept, change = _kept(table, rounds, prices.change, gap)
        left_out = _ones(priced, np.arange(len(priced)), len(priced), rows=table.meets.shape[1])
        matrix = sparse.block_array(
            [
                [_ones(self._day, np.arange(len(rounds)), len(rounds), rows=len(table.days)), *[None] * 6],
                [table.meets[rounds].T, left_out, None, None, None, None, None],
                [-load, None, of_base, None, spare, None, None],
                [load, None, None, -of_base, None, spare, None],
                [kept, *[None] * 5, change],
            ],
            format="csc",
        )
        self._gap = gap
        self._costs = costs = np.concatenate(
            [
                np.asarray(excess, dtype=float),
                price[priced],
                np.zeros(2 * len(compared)),
                _UNIT * prices.high[people],
                _UNIT * prices.low[people],
                np.full(change.shape[1], prices.change),
            ]
        )
        # The largest and the smallest load of each base are what they are.
        least = np.zeros(matrix.shape[1])
        self._levels = levels = len(rounds) + len(priced)
        least[levels : levels + 2 * len(compared)] = -np.inf
        least_kept = np.full(kept.shape[0], float(table.least_kept))
        done = table.done_points[people] / _UNIT
        need = [np.ones(len(table.days)), ((price > 0) | must).astype(float), done, -done, least_kept]
        most = [np.ones(len(table.days) + table.meets.shape[1]), done, -done, least_kept]
        self._highs: highspy.Highs = SilentHighs()  # type: ignore[no-untyped-call]  # HiGHS has no types
        for option, value in (
            ("threads", 1),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", 0.0),
            # Where it branches, HiGHS keeps to this one in rows and prices too.
            ("mip_feasibility_tolerance", _TOLERANCE),
            ("primal_feasibility_tolerance", _TOLERANCE),
            ("dual_feasibility_tolerance", _TOLERANCE),
        ):
            self._highs.setOptionValue(option, value)
        self._highs.passModel(
            _model(
                matrix,
                costs,
                least,
                [np.concatenate(need), np.concatenate(most)],
                len(rounds),
            )
        )

    def limit_same(self, same: NDArray[np.float64], most: int) -> None:
        """Allow choices only whose rounds have at most so much of something in all."""
        rounds = np.flatnonzero(same)
        self._highs.addRow(-np.inf, float(most), len(rounds), rounds.astype(np.int32), same[rounds])

    def limit_loads(self, limits: Limits) -> None:
        """Allow only choices with loads within limits; for one base whose loads are compared."""
        window = np.array(limits.window) / _UNIT
        for row, person in enumerate(self._people.tolist()):
            least, most = window[:, person]
            self._add_row(least - _EXACTLY, most + _EXACTLY, self._load[[row]])
        for column, (least, most) in enumerate((limits.high, limits.low) if len(self._people) else ()):
            self._highs.changeColBounds(self._levels + column, least / _UNIT, most / _UNIT)

    def limit_excess(self, most: float) -> None:
        """Allow only choices at most so far above the bound."""
        self._add_row(-np.inf, most, sparse.csr_array(self._costs[np.newaxis]))

    def keep_cuts(self, matrix: Any) -> None:
        """Tell what any choice keeps: the rounds of each column of a (rounds, cuts) matrix add up to 1 at most."""
        for row in sparse.csr_array(matrix.T):
            self._add_row(-np.inf, 1.0, sparse.csr_array(row.reshape(1, -1)))

    def _add_row(self, least: float, most: float, row: Any) -> None:
        self._highs.addRow(least, most, row.nnz, row.indices.astype(np.int32), row.data)

    def choose(self, time_limit_s: float, *, start: Numbers | None = None) -> tuple[Numbers | None, float]:
        """Choose a round a day; `start` is a choice to begin with.

        Returns the best choice up to float arithmetic, if any, and how far above the prices' bound any choice
        is at least. `stop` ends it early.
        """
        highs = self._highs
        if start is not None:
            ones = np.ones(len(start))
            highs.setSolution(len(start), start.astype(np.int32), ones)
        highs.setOptionValue("time_limit", max(0.01, time_limit_s))
        highs.HandleUserInterrupt = True
        highs.run()
        info = highs.getInfo()
        infeasible = highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible
        bound = np.inf if infeasible else info.mip_dual_bound if np.isfinite(info.mip_dual_bound) else 0.0
        bound = max(0.0, bound - self.error)
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None, bound
        chosen = np.flatnonzero(np.array(highs.getSolution().col_value)[: len(self._day)] > 0.5)
        return chosen[np.argsort(self._day[chosen])], bound

    def stop(self) -> None:
        """End `choose`, which runs in another thread."""
        self._highs.cancelSolve()


def _ones(row: Numbers, column: Numbers, columns: int, *, rows: int | None = None) -> Any:
    shape = (len(row) if rows is None else rows, columns)
    return sparse.csr_array((np.ones(len(row)), (row, column)), shape=shape)


def _kept(table: RoundTable, rounds: Numbers, price: float, gap: float) -> tuple[Any, Any]:
    """Return how many published visits each round keeps, as a row, and what of that is more than must be kept.

    There is no row where the changes are not limited, and nothing more where its price is above the gap.
    """
    limits = int(table.problem.max_changes is not None)
    kept = sparse.csr_array(table.kept[rounds].astype(float)[np.newaxis][:limits])
    return kept, -sparse.csr_array(np.ones((limits, limits * int(price <= gap))))


def _loads(table: RoundTable, rounds: Numbers, people: Numbers) -> Any:
    """Return the units of load of each round for each of some consultants: (consultants, rounds)."""
    here = np.full(1 + int(table.consultant.max(initial=0)), -1)
    here[people] = np.arange(len(people))
    row = here[table.consultant[rounds]]
    mine = np.flatnonzero(row >= 0)
    units = table.balance_points[rounds][mine] / _UNIT
    return sparse.csr_array((units, (row[mine], mine)), shape=(len(people), len(rounds)))


def _model(
    matrix: Any,
    cost: NDArray[np.float64],
    least: NDArray[np.float64],
    rows: list[NDArray[np.float64]],
    whole: int,
) -> highspy.HighsLp:
    """Return a model whose first columns are 0 or 1, the others from their least on; `rows` are their bounds."""
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.shape
    model.col_cost_, model.col_lower_ = cost, least
    model.col_upper_ = np.concatenate([np.ones(whole), np.full(len(cost) - whole, np.inf)])
    model.row_lower_, model.row_upper_ = rows
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
    model.a_matrix_.value_ = matrix.data
    kinds = highspy.HighsVarType
    model.integrality_ = [kinds.kInteger] * whole + [kinds.kContinuous] * (len(cost) - whole)
    return model
