"""The best choice among rounds: branch and bound.

HiGHS solves the relaxation over the rounds that are left and proposes prices; what these prove is
reckoned in whole units, so that no rounding inside HiGHS can make a proof (safe bounds: Neumaier and
Shcherbina 2004). Rounds that no better choice can hold at these prices are dropped. What is
still open then is split in two: a day meets a request and no other day does, or it does not. That is
done where it has raised the bound most before (pseudo-costs: Benichou et al. 1971).
"""

import math
import time
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from scheduler.checks.bound.choice import Choice, Rows
from scheduler.checks.bound.pricing import UNIT, Pricing
from scheduler.checks.bound.relaxation import Numbers, Relaxation
from scheduler.checks.bound.timetable import UnfinishedError

#: Less than this of a round is nothing, in an answer of HiGHS.
_NOTHING = 1e-6
#: Choices are not told apart by less, in units: prices are rounded to units.
_SAME = 1_000


class _Node(NamedTuple):
    """Rounds that a better choice could hold, the share of each, and the units that are proven of them."""

    rows: Rows
    share: Numbers
    units: int


class Branching:
    """Looks for the best choice of rounds below some units, until `deadline`, a moment of `time.monotonic()`.

    `units` is what is proven when this has ended: no choice is below.
    """

    def __init__(self, choice: Choice, units: int, deadline: float) -> None:
        self.units = units
        self._choice = choice
        self._deadline = deadline
        self._relaxation = Relaxation(choice)
        # By splitting at each request, without and with the visit: what was gained, how often.
        self._gained = np.zeros((2, choice.meets.shape[1]))
        self._times = np.zeros((2, choice.meets.shape[1]))

    def least(self) -> Fraction | None:
        """Return the points of the best choice, or None where none is below the units.

        Raises
        ------
        UnfinishedError
            When the deadline has passed.
        """
        best: Fraction | None = None
        whole = self._node(np.arange(len(self._choice.points)))
        left = [] if whole is None else [whole]
        while left:
            node = left.pop()
            if node.units >= self.units:
                continue
            likely = self._choice.likeliest(node.rows, node.share)
            points = self._choice.exact(likely)
            if points is not None and points * UNIT < self.units:
                best, self.units = points, math.ceil(points * UNIT) - _SAME
            if len(node.rows) > len(likely):
                # The part of which less is proven is likelier to hold the best choice: it comes first.
                left += sorted(self._parts(node, likely), key=lambda part: -part.units)
        return best

    def _node(self, rows: Rows) -> _Node | None:
        """Drop rounds that no choice below the units holds; None where there is no such choice."""
        choice = self._choice
        if len(np.unique(choice.day[rows])) < len(choice.consultants):
            return None
        relaxed = self._relaxation.solve(rows, self._deadline - time.monotonic())
        if relaxed is None or time.monotonic() > self._deadline:
            raise UnfinishedError
        pricing = Pricing.of(choice.requests, choice.balance, relaxed.prices)
        units, excess = choice.reckoned(rows, pricing)
        if units >= self.units:
            return None
        near = units + excess < self.units
        return _Node(rows[near], relaxed.share[near], units)

    def _parts(self, node: _Node, likely: Rows) -> list[_Node]:
        """Split a node in two, where much is gained by it; return the parts that are left."""
        day, meets = self._choice.day[node.rows], self._choice.meets[node.rows]
        share = np.maximum(node.share, _NOTHING / len(node.rows))
        share /= np.bincount(day, share)[day]
        met = np.zeros((len(likely), meets.shape[1]))
        np.add.at(met, day, share[:, np.newaxis] * meets)
        hope = np.maximum(self._expected[0] * met, 1.0) * np.maximum(self._expected[1] * (1 - met), 1.0)
        hope[np.minimum(met, 1 - met) <= 2 * _NOTHING] = 0.0
        where, request = divmod(int(hope.argmax()), meets.shape[1])
        if not hope[where, request]:
            # Only rounds of a day that meet the same requests are open: take the likeliest, or not.
            open_day = int(np.flatnonzero(np.bincount(day) > 1)[0])
            taken = node.rows == likely[open_day]
            parts = [self._node(node.rows[~taken]), self._node(node.rows[taken | (day != open_day)])]
            return [part for part in parts if part is not None]
        here, meeting = day == where, meets[:, request] > 0
        parts = [self._node(node.rows[~(here & meeting)]), self._node(node.rows[here == meeting])]
        fixed = met[where, request], 1 - met[where, request]
        for side, part in enumerate(parts):
            units = self.units if part is None else part.units
            self._gained[side, request] += (units - node.units) / fixed[side]
            self._times[side, request] += 1
        return [part for part in parts if part is not None]

    @property
    def _expected(self) -> Numbers:
        """What to gain by splitting at each request: (2, requests); the average where it is not known."""
        average = self._gained.sum(axis=1) / np.maximum(self._times.sum(axis=1), 1.0)
        known = self._gained / np.maximum(self._times, 1.0)
        expected: Numbers = np.where(self._times > 0, known, np.maximum(average, 1.0)[:, np.newaxis])
        return expected
