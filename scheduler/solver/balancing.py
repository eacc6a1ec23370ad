"""Proving a choice where it is the balance that the relaxation makes too light of.

The relaxation evens out loads by fractions of rounds, which whole rounds cannot. So what the largest load,
the smallest and each consultant's may be is divided, again and again (branch and bound). Within narrow
limits whole weeks give a far better bound (`weekmaster`), cuts raise it further, and with it more rounds can
be no part of a better choice. Where few are left, HiGHS chooses among them.
"""

import heapq
import itertools
import math
import time
from dataclasses import dataclass, replace

import numpy as np

from scheduler.solver.cuts import Cuts
from scheduler.solver.deadline import Deadline
from scheduler.solver.master import RestrictedMaster
from scheduler.solver.program import MARGIN
from scheduler.solver.weekmaster import WeekMaster, WeekRelaxed
from scheduler.solver.weeks import Flags, Floats, Limits, WeekPrices, Weeks

#: Among how many rounds a better choice is looked for first, and for which share of the time at most.
_GLANCES = (500, 1_500)
_GLANCE_SHARE = 0.1
#: After how many divisions that is done again.
_GLANCE_EVERY = 12
#: So many rounds are few enough for HiGHS to choose among.
FEW_ROUNDS = 1_500
#: How often cuts are looked for before anything is divided, and then each time.
_FIRST_CUTS = 5
_CUTS = 1
#: Into which share of what is left of the gap the largest and the smallest load are divided.
_NARROW = 0.25
#: Consultants whose loads are nearer to each other than so many points are not told apart.
_SAME = 1.0
#: By how many points what HiGHS says of its bound may miss the score that it has proven.
_SETTLED = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """Choices within some limits: what is proven of them, and how far above it those with each round are."""

    limits: Limits
    relaxed: WeekRelaxed
    excess: Floats

    def alive(self, target: float) -> Flags:
        """Return the rounds that a choice below a score may have."""
        alive: Flags = self.relaxed.bound + self.excess < target + MARGIN
        return alive


class Balancing:
    """Looks for the best choice among rounds of which all that matter are known, and proves its bound."""

    def __init__(self, master: RestrictedMaster) -> None:
        self._master = master
        self._rounds = np.sort(master.usable[master.keep])
        self._weeks = Weeks(master.table, self._rounds)
        self._cuts = Cuts(self._weeks.meets)
        self._relaxation = WeekMaster(self._weeks, self._cuts)
        self._left: list[tuple[float, int, _Node]] = []
        self._numbers = itertools.count()
        #: The least score proven of what HiGHS has chosen among.
        self._closed = math.inf

    @property
    def is_possible(self) -> bool:
        """Whether the rounds are of the kind that this can divide."""
        table = self._master.table
        plain = not table.least_kept and not any(table.balance.done_s)
        return plain and self._weeks.is_countable and len(table.balance.groups) == 1

    @property
    def _target(self) -> float:
        return math.inf if self._master.target is None else float(self._master.target)

    def prove(self) -> None:
        """Better the choice of the master and its bound, until it is proven or time is over."""
        prices = self._master.relaxed.prices
        first = WeekPrices(np.maximum(prices.request, 0.0), np.zeros(0), prices.high, prices.low)
        limits = Limits.none(self._weeks.compared, self._weeks.most_load)
        root = self._node(limits, first, np.ones(len(self._rounds), dtype=bool), _FIRST_CUTS)
        if root is not None:
            self._glance(root, _GLANCES)
            self._push(root, -math.inf)
        turn = 0
        while self._left and self._left[0][0] < self._target + MARGIN:
            bound, _number, node = heapq.heappop(self._left)
            self._master.raise_bound(min(bound, self._closed))
            turn += 1
            if turn % _GLANCE_EVERY == 0:
                self._glance(node, _GLANCES[:1])
            if self._master.deadline.left_s <= 0 or not self._settle(node):
                return
        self._master.raise_bound(self._closed)

    def _push(self, node: _Node, least: float) -> None:
        """Remember choices to look at, those first of which the least is proven."""
        heapq.heappush(self._left, (max(least, node.relaxed.bound), next(self._numbers), node))

    def _settle(self, node: _Node) -> bool:
        """Choose among a node's rounds where they are few, else divide it; False where time ran out."""
        alive = node.alive(self._target)
        parts = self._parts(node, int(alive.sum()))
        if parts is None:
            found = self._master.choose(self._rounds[alive], node.limits, self._cuts.matrix[alive])
            if found < self._target - _SETTLED:
                return False
            self._closed = min(self._closed, found)
        for part in parts or ():
            child = self._child(node, part, alive)
            if child is not None:
                self._push(child, node.relaxed.bound)
        return True

    def _child(self, node: _Node, limits: Limits, alive: Flags) -> _Node | None:
        """Return what is proven of a part of a node."""
        if limits.keeps_weeks(node.limits) and limits.allows(node.relaxed.high, node.relaxed.low):
            # What the relaxation takes is within the limits, too: it would say the same again.
            return replace(node, limits=limits)
        return self._node(limits, node.relaxed.prices, alive, _CUTS)

    def _glance(self, node: _Node, sizes: tuple[int, ...]) -> None:
        """Look for a better choice among the rounds that the relaxation favours."""
        deadline = self._master.deadline
        order = np.argsort(node.excess, kind="stable")
        for size in sizes:
            alive = node.alive(self._target)
            if alive.sum() <= FEW_ROUNDS:
                return
            few = np.sort(order[:size])
            few = few[alive[few]]
            brief = Deadline(time.monotonic() + _GLANCE_SHARE * deadline.left_s, deadline.asked)
            self._master.choose(self._rounds[few], node.limits, self._cuts.matrix[few], brief)

    def _node(self, limits: Limits, prices: WeekPrices, alive: Flags, cuts: int) -> _Node | None:
        """Return what is proven of the choices within some limits; None where none is below the target."""
        for again in range(cuts, -1, -1):
            missing = len(self._cuts.triples) - len(prices.cut)
            prices = replace(prices, cut=np.append(prices.cut, np.zeros(missing)))
            target = self._target + MARGIN
            relaxed = self._relaxation.solve(alive, limits, prices, target, self._master.deadline)
            if relaxed.bound >= target:
                return None
            prices = relaxed.prices
            reduced = self._weeks.reduced(prices, self._cuts.matrix)
            excess = self._weeks.excess(reduced, alive, limits)[1]
            node = _Node(limits, relaxed, excess)
            alive = node.alive(target)
            if self._master.deadline.left_s <= 0 or not again or not self._cuts.add(relaxed.share):
                break
        return node

    def _parts(self, node: _Node, count: int) -> list[Limits] | None:
        """Divide the limits in two; None where that is not needed or cannot be done."""
        relaxed, limits = node.relaxed, node.limits
        if count <= FEW_ROUNDS or not self._weeks.compared.any() or not self._weeks.unit.any():
            return None
        reach = self._target - relaxed.bound
        widths = [
            (min(most, value + reach) - max(least, value - reach), name, value)
            for name, (least, most), value in (
                ("high", limits.high, relaxed.high),
                ("low", limits.low, relaxed.low),
            )
        ]
        width, name, value = max(widths)
        if width > _NARROW * reach:
            least, most = getattr(limits, name)
            middle = min(max((least + most) / 2, value - reach / 2), value + reach / 2)
            halves = (least, middle), (middle, most)
            if name == "high":
                return [replace(limits, high=half) for half in halves]
            return [replace(limits, low=half) for half in halves]
        consultant = int(relaxed.spread.argmax())
        if relaxed.spread[consultant] < _SAME:
            return None
        unit = float(self._weeks.unit[consultant])
        below = math.floor(relaxed.load[consultant] / unit)
        return [
            limits.of_one(consultant, -math.inf, below * unit),
            limits.of_one(consultant, (below + 1) * unit, math.inf),
        ]
