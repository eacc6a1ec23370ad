"""The master problem as a linear program over some rounds, and the prices of its relaxation."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from scheduler.solver.table import RoundTable

#: What float arithmetic may lose in a bound, in points; bounds are lowered by it.
MARGIN = 1e-3
#: Points in a unit of the high and low variables: HiGHS wants numbers near those of the rounds.
_UNIT = 10_000.0
#: How many more rounds a day enter the linear program at a time.
_ROUNDS_A_TURN = 60


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """The matrices. The first variables are the rounds, the last are high and low, base by base.

    `upper` has a row a request, then two a compared consultant; `equal` has one a consultant-day,
    and a last one for a request that is forced in. `member` is the (compared, bases) matrix of
    ones.
    """

    cost: NDArray[np.float64]
    lowest: NDArray[np.float64]
    upper: Any
    limits: NDArray[np.float64]
    equal: Any
    equals: NDArray[np.float64]
    compared: NDArray[np.int64]
    member: Any


def program(table: RoundTable, rounds: NDArray[np.intp], force: int | None) -> Program:
    """Write the master problem over some rounds down; `force` is a request that must be met."""
    groups = [group for group in table.balance.groups if len(group) > 1]
    compared = np.array([i for group in groups for i in group], dtype=np.int64)
    count, requests, days = len(compared), len(table.problem.requests), len(table.days)
    of_group = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    member = _indicator(of_group, len(groups)).T.tocsr()
    consultants = len(table.problem.consultants)
    load = _indicator(table.consultant[rounds], consultants, table.balance_points[rounds] / _UNIT)[compared]
    meets = table.meets[rounds].T
    blocks = [[meets, None, None], [load, -member, None], [-load, None, member]] if count else [[meets]]
    upper = sparse.block_array(blocks, format="csr")
    equal = _indicator(table.day[rounds], days)
    equal.resize((days, upper.shape[1]))
    equals = np.ones(days)
    if force is not None:
        equal, equals = sparse.vstack([equal, upper[[force]]], format="csr"), np.ones(days + 1)
    return Program(
        cost=np.concatenate(
            [table.points[rounds], np.full(len(groups), _UNIT), np.full(len(groups), -_UNIT)]
        ),
        lowest=np.concatenate([np.zeros(len(rounds)), np.full(2 * len(groups), -np.inf)]),
        upper=upper,
        limits=np.concatenate([np.ones(requests), np.zeros(2 * count)]),
        equal=equal,
        equals=equals,
        compared=compared,
        member=member,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """What the relaxation says of all usable rounds: a bound, and how far above it each one leads.

    A choice with round j scores at least `bound` + `excess[j]`.
    """

    bound: float
    excess: NDArray[np.float64]


def prices(table: RoundTable, usable: NDArray[np.intp], force: int | None = None) -> Prices | None:
    """Solve the relaxation over some rounds; None where no choice keeps the constraints.

    Only rounds that the prices so far call for enter the linear program (delayed column
    generation over the listed rounds).
    """
    day = table.day[usable]
    by_points = np.argsort(table.points[usable], kind="stable")
    inside = np.zeros(len(usable), dtype=bool)
    inside[_first_of_each(day[by_points], by_points)] = True
    if force is not None:
        inside |= table.meets[usable][:, [force]].toarray()[:, 0] > 0
    while True:
        relaxation = _Relaxation(table, usable[inside], force)
        if not relaxation.feasible:
            if inside.all():
                return None
            inside[:] = True
            continue
        reduced = relaxation.reduced(usable)
        cheapest = np.full(len(table.days), np.inf)
        np.minimum.at(cheapest, day, reduced)
        excess = reduced - cheapest[day]
        wanted = np.flatnonzero((reduced < relaxation.day_price[day] - MARGIN / 10) & ~inside)
        if not len(wanted):
            bound = table.constant + cheapest.sum() - relaxation.request_price.sum()
            return Prices(float(bound) - MARGIN, excess)
        wanted = wanted[np.argsort(excess[wanted], kind="stable")]
        inside[_first_of_each(day[wanted], wanted)] = True


class _Relaxation:
    """The linear relaxation over some rounds, solved by HiGHS.

    Attributes
    ----------
    feasible
        Whether there is a solution; without one there are no prices.
    day_price, request_price
        Points of each consultant-day's round, and what meeting a request takes up.
    share
        For each consultant, how much a point of their load changes the balance.
    """

    def __init__(self, table: RoundTable, rounds: NDArray[np.intp], force: int | None) -> None:
        self._table = table
        p = program(table, rounds, force)
        bounds = np.column_stack([p.lowest, np.full(len(p.cost), np.inf)])
        answer = linprog(p.cost, p.upper, p.limits, p.equal, p.equals, bounds, method="highs")
        self.feasible = answer.status == 0
        if not self.feasible:
            return
        requests, count, days = len(table.problem.requests), len(p.compared), len(table.days)
        # Any prices give a valid bound, so these may be cleaned of what float arithmetic left.
        price = np.maximum(0.0, -answer.ineqlin.marginals)
        self.day_price = answer.eqlin.marginals[:days]
        self.request_price = price[:requests]
        if force is not None:
            self.request_price[force] -= answer.eqlin.marginals[-1]
        self.share = np.zeros(len(table.problem.consultants))
        high, low = price[requests : requests + count], price[requests + count :]
        self.share[p.compared] = _shares(high, p.member) - _shares(low, p.member)

    def reduced(self, rounds: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the points of rounds with what they take up, the day's own price not taken off."""
        table = self._table
        taken: NDArray[np.float64] = table.meets[rounds] @ self.request_price
        balance: NDArray[np.float64] = self.share[table.consultant[rounds]] * table.balance_points[rounds]
        return table.points[rounds] + taken + balance


def _indicator(group: NDArray[np.int64], groups: int, values: NDArray[np.float64] | None = None) -> Any:
    """Return the sparse (groups, members) matrix with each member's value, or 1, in its group's row."""
    data = np.ones(len(group)) if values is None else values
    return sparse.csr_array((data, (group, np.arange(len(group)))), shape=(groups, len(group)))


def _shares(price: NDArray[np.float64], member: Any) -> NDArray[np.float64]:
    """Scale non-negative prices so that they sum to one in each group, as the dual demands."""
    total = member @ (member.T @ price)
    even = 1.0 / (member @ member.sum(axis=0))
    return np.where(total > 0, price / np.where(total > 0, total, 1.0), even)


def _first_of_each(group: NDArray[np.int64], items: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the first items of each group, in a list whose order means preference."""
    order = np.argsort(group, kind="stable")
    grouped = group[order]
    starts = np.flatnonzero(np.concatenate([[True], grouped[1:] != grouped[:-1]]))
    rank = np.arange(len(group)) - np.repeat(starts, np.diff([*starts, len(group)]))
    return items[order[rank < _ROUNDS_A_TURN]]
