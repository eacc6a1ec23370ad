"""The relaxed choice among rounds, solved by HiGHS: shares of rounds, and prices.

Nothing that is proven depends on the answer. It only says which prices to try and where to branch.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduler.checks.bound.choice import Choice, Rows
from scheduler.checks.bound.pricing import UNIT
from scheduler.model.roster import Prices

Numbers = NDArray[np.float64]

#: HiGHS may break a rule for so many times the points of the dearest round: so it always has an answer.
_BREAKING = 10.0


class Relaxed(NamedTuple):
    """How much of each round is taken, and the prices."""

    share: Numbers
    prices: Prices


class Relaxation:
    """Takes parts of rounds, one in all on every day, as cheaply as can be.

    Each time HiGHS begins where it ended the last time.
    """

    def __init__(self, choice: Choice) -> None:
        from scipy.sparse import coo_array, csc_array, vstack

        from scheduler.base.highs import SilentHighs

        balance, points, meets = choice.balance, choice.points / UNIT, choice.meets
        rounds, requests = meets.shape
        self._ids = [request.request_id for request in choice.requests]
        self._pinned = [i for i, request in enumerate(choice.requests) if request.settled]
        self._compared = [key for group in balance.groups for key in group]
        compared, groups = len(self._compared), len(balance.groups)
        who = np.array(choice.consultants)[choice.day]
        rates = [np.where(who == key, float(balance.rate[key]), 0.0) for key in self._compared]
        load = np.array(rates).reshape(compared, rounds) * choice.load_s
        member = np.array([key in group for key in self._compared for group in balance.groups], dtype=float)
        member = member.reshape(compared, groups)
        none, breaking = np.zeros, np.eye(requests, requests + 1)
        # After the rounds come: the largest, then the smallest load of each group; what is against a rule.
        upper: Any = csc_array(
            np.block(
                [
                    [meets.T, none((requests, 2 * groups)), -breaking],  # no request twice
                    [-meets.T[self._pinned], none((len(self._pinned), 2 * groups)), -breaking[self._pinned]],
                    [load, -member, none((compared, groups + requests + 1))],
                    [-load, none((compared, groups)), member, none((compared, requests + 1))],
                    [-choice.kept[np.newaxis], none((1, 2 * groups + requests)), -np.ones((1, 1))],
                ]
            )
        )
        done = np.array([float(balance.rate[key]) * balance.done_s.get(key, 0) for key in self._compared])
        limits = np.concatenate(
            [np.ones(requests), -np.ones(len(self._pinned)), -done, done, [-float(choice.least_kept)]]
        )
        one = np.ones(rounds), (choice.day, np.arange(rounds))
        equal: Any = coo_array(one, shape=(len(choice.consultants), upper.shape[1]))
        fine = _BREAKING * (1.0 + np.abs(points).max())
        others = np.concatenate([np.ones(groups), -np.ones(groups), np.full(requests + 1, fine)])
        self._rounds, self._rows = rounds, len(limits)
        self._highs: Any = SilentHighs()  # type: ignore[no-untyped-call]  # HiGHS has no types
        self._highs.setOptionValue("threads", 1)
        self._highs.passModel(
            _model(
                vstack([upper, equal], format="csc"),
                cost=np.concatenate([points, others]),
                lowest=np.repeat([0.0, -np.inf, 0.0], [rounds, 2 * groups, requests + 1]),
                limits=limits,
            )
        )

    def solve(self, rows: Rows, time_limit_s: float) -> Relaxed | None:
        """Take parts of some rounds; None where HiGHS does not get there."""
        highs = self._highs
        most = np.zeros(self._rounds)
        most[rows] = np.inf
        every = np.arange(self._rounds, dtype=np.int32)
        highs.changeColsBounds(self._rounds, every, np.zeros(self._rounds), most)
        # HiGHS counts the time of all runs together.
        highs.setOptionValue("time_limit", highs.getRunTime() + max(0.0, time_limit_s))
        if not self._run():
            # Perhaps only from where it began.
            highs.clearSolver()
            if not self._run():
                return None
        answer = highs.getSolution()
        dual = np.maximum(0.0, -np.array(answer.row_dual[: self._rows]))
        kinds = np.cumsum([len(self._ids), len(self._pinned), len(self._compared), len(self._compared)])
        met, pinned, high, low, change = np.split(dual, kinds)
        met[self._pinned] -= pinned
        prices = Prices(
            requests=dict(zip(self._ids, met.tolist(), strict=True)),
            high=dict(zip(self._compared, high.tolist(), strict=True)),
            low=dict(zip(self._compared, low.tolist(), strict=True)),
            change=float(change[0]),
        )
        return Relaxed(np.maximum(0.0, np.array(answer.col_value)[rows]), prices)

    def _run(self) -> bool:
        self._highs.run()
        return bool(self._highs.modelStatusToString(self._highs.getModelStatus()) == "Optimal")


def _model(matrix: Any, *, cost: Numbers, lowest: Numbers, limits: Numbers) -> Any:
    """Return a program in which the first rows are at most their limits, and the others 1."""
    from highspy import HighsLp, MatrixFormat

    model = HighsLp()
    model.num_row_, model.num_col_ = matrix.shape
    model.col_cost_, model.col_lower_, model.col_upper_ = cost, lowest, np.full(len(cost), np.inf)
    ones = np.ones(matrix.shape[0] - len(limits))
    model.row_lower_ = np.concatenate([np.full(len(limits), -np.inf), ones])
    model.row_upper_ = np.concatenate([limits, ones])
    model.a_matrix_.format_ = MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
    model.a_matrix_.value_ = matrix.data
    return model
