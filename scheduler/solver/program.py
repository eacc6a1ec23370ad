"""The master problem as a linear program over some rounds, and the prices of its relaxation."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from scheduler.schedule import request_points
from scheduler.solver.table import RoundTable

#: What float arithmetic may lose in a bound, in points; bounds are lowered by it.
MARGIN = 1e-3
#: Points in a unit of the high and low variables: HiGHS wants numbers near those of the rounds.
_UNIT = 10_000.0


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


def program(
    table: RoundTable, rounds: NDArray[np.intp], force: int | None, *, spare: bool = False
) -> Program:
    """Write the master problem over some rounds down; `force` is a request that must be met.

    With `spare`, last come variables that let a request be met once too often, for the points that
    meeting it saves: nearly always a round can leave a visit out for less.
    """
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
    cost = np.concatenate([table.points[rounds], np.full(len(groups), _UNIT), np.full(len(groups), -_UNIT)])
    lowest = np.concatenate([np.zeros(len(rounds)), np.full(2 * len(groups), -np.inf)])
    if spare:
        problem = table.problem
        saved = [request_points(problem, request, request.max_conversations) for request in problem.requests]
        cost, lowest = np.concatenate([cost, saved]), np.concatenate([lowest, np.zeros(requests)])
        once_more = sparse.csr_array(
            (-np.ones(requests), (np.arange(requests), np.arange(requests))), shape=(upper.shape[0], requests)
        )
        upper = sparse.hstack([upper, once_more], format="csr")
        equal.resize((equal.shape[0], upper.shape[1]))
    return Program(
        cost=cost,
        lowest=lowest,
        upper=upper,
        limits=np.concatenate([np.ones(requests), np.zeros(2 * count)]),
        equal=equal,
        equals=equals,
        compared=compared,
        member=member,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Dual prices of the relaxation. Any prices give a valid bound.

    Attributes
    ----------
    day
        Points of the round that each consultant-day takes.
    request
        What meeting each request takes up, in points.
    high, low
        For each consultant, how much a point of their load raises the largest and the smallest load
        of their base: each sums to 1 over those of a base who are compared.
    """

    day: NDArray[np.float64]
    request: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]

    @property
    def share(self) -> NDArray[np.float64]:
        """For each consultant, how much a point of their load changes the balance."""
        return self.high - self.low

    def reduced(self, table: RoundTable) -> NDArray[np.float64]:
        """Return the points of rounds with what they take up, the day's own price not taken off."""
        taken: NDArray[np.float64] = table.meets @ self.request
        return table.points + taken + self.share[table.consultant] * table.balance_points

    def bound(self, table: RoundTable, least: NDArray[np.float64]) -> float:
        """Return a lower bound on every score, from the least reduced points of any round of each day."""
        return float(table.constant + least.sum() - self.request.sum()) - MARGIN


def prices(
    table: RoundTable, usable: NDArray[np.intp], force: int | None = None, *, spare: bool = False
) -> Prices | None:
    """Solve the relaxation over some rounds with HiGHS; None where no choice keeps the constraints."""
    p = program(table, usable, force, spare=spare)
    bounds = np.column_stack([p.lowest, np.full(len(p.cost), np.inf)])
    answer = linprog(p.cost, p.upper, p.limits, p.equal, p.equals, bounds, method="highs")
    if answer.status != 0:
        return None
    requests, count, days = len(table.problem.requests), len(p.compared), len(table.days)
    # What float arithmetic left may be cleaned away, since any prices give a valid bound.
    price = np.maximum(0.0, -answer.ineqlin.marginals)
    request = price[:requests].copy()
    if force is not None:
        request[force] -= answer.eqlin.marginals[-1]
    # Alone at a base one has the largest load and the smallest.
    high, low = np.zeros((2, len(table.problem.consultants)))
    for group in table.balance.groups:
        high[list(group)] = low[list(group)] = 1.0 / len(group)
    high[p.compared] = _shares(price[requests : requests + count], p.member)
    low[p.compared] = _shares(price[requests + count : requests + 2 * count], p.member)
    return Prices(answer.eqlin.marginals[:days], request, high, low)


def _indicator(group: NDArray[np.int64], groups: int, values: NDArray[np.float64] | None = None) -> Any:
    """Return the sparse (groups, members) matrix with each member's value, or 1, in its group's row."""
    data = np.ones(len(group)) if values is None else values
    return sparse.csr_array((data, (group, np.arange(len(group)))), shape=(groups, len(group)))


def _shares(price: NDArray[np.float64], member: Any) -> NDArray[np.float64]:
    """Scale non-negative prices so that they sum to one in each group, as the dual demands."""
    total = member @ (member.T @ price)
    even = 1.0 / (member @ member.sum(axis=0))
    return np.where(total > 0, price / np.where(total > 0, total, 1.0), even)
