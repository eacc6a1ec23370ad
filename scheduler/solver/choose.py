"""Choosing the best rounds of a week, and proving that no choice is better.

The relaxation gives prices and a bound, and dives from it give choices. Only rounds that are within the
distance of the best choice from the bound can be part of a better one: all of those are grown, and the
choice among them is the choice among all.
"""

import math
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scheduler.model.problem import Problem
from scheduler.solver.balancing import FEW_ROUNDS, Balancing
from scheduler.solver.deadline import Deadline
from scheduler.solver.exchange import Exchange
from scheduler.solver.generate import Forced, Generator
from scheduler.solver.master import Choice, Report, RestrictedMaster, cover
from scheduler.solver.program import DualPrices, Relaxed
from scheduler.solver.start import first_choice
from scheduler.solver.table import RoundTable
from scheduler.week.schedule import DayModel

#: After which of the first turns a choice near the relaxation is looked for.
_DIVES = (1, 2, 4, 8)
#: How many days at a time dives settle: each way leads to another choice, and none is the best for all weeks.
_SHARES = (0.2, 0.5, 0.3, 0.1)
#: Share of the time that is kept for choosing among the rounds found.
_CHOOSING_SHARE = 0.3
#: Share of that which is kept for bringing the roster to its end.
_ENDING_SHARE = 0.25
#: Share of the time left that one try for a better roster may take, before the relaxation is solved.
_TRY_SHARE = 0.15
#: How far above the relaxation, as a share, a choice is that a try may better more cheaply than its proof.
_WORTH_A_TRY = 0.01
#: How much longer than the last such try to wait for the next one.
_PATIENCE = 4.0
#: How many sweeps the first choice and each try make at most.
_FIRST_SWEEPS = 2
_SWEEPS = 3


class Chooser:
    """The choice of a week's rounds."""

    def __init__(self, problem: Problem, models: Sequence[DayModel], *, pin_points: int) -> None:
        self.generator = Generator(problem, models, pin_points=pin_points)
        self.pool = self.generator.pool
        #: The prices that prove the bound of the last choice.
        self.prices: DualPrices | None = None
        #: Up to so many rounds CP-SAT chooses among, and not HiGHS before it.
        self.few = 0

    def solve(
        self,
        deadline: Deadline,
        start: tuple[int, ...] | None = None,
        forced: Forced | None = None,
        report: Report = lambda _score, _bound: None,
        *,
        fine: bool = False,
    ) -> tuple[RoundTable, Choice] | None:
        """Find the best choice of rounds of the week, or the best until the deadline.

        `start` is a choice to begin with, by key; not with `forced`. `fine` is that of `RestrictedMaster`.
        Returns None where there is no choice, or none was found in time.
        """
        early = Deadline(deadline.at - _CHOOSING_SHARE * deadline.left_s, deadline.asked)
        keys = None
        if forced:
            self.generator.force_in(forced)
            relaxed = self.generator.relax(early, forced)
        else:
            keys = start or (0,) * len(self.pool.graphs)
            if self.generator.prices is None:
                keys = self._first(keys, early, report)
            relaxed, keys = self._relax_and_try(keys, early, deadline, report)
            self.prices = relaxed.prices if relaxed else self.prices
        if relaxed is None:
            return None if keys is None else self._unproven(keys)
        master = self._master(relaxed, deadline, forced, report, fine=fine)
        if keys is not None:
            master.accept(self.pool.rows(master.table, keys))
        if deadline.left_s > 0:
            master.glance()
        best = master.known
        if best is None:
            return None
        if best.bound < best.score or fine:
            return self._proven(master, best, forced)
        return master.table, best

    def _first(self, keys: tuple[int, ...], deadline: Deadline, report: Report) -> tuple[int, ...]:
        """Find a first choice, and the prices of its visits."""
        keys = self._better(keys, first_choice(self.generator, deadline))
        report(self.pool.score(keys), 0)
        # The days of one consultant were grown together until now, and then those of all.
        self.generator.days.regroup()
        exchange = Exchange(self.pool, keys)
        for _ in range(_FIRST_SWEEPS):
            if not exchange.sweep(self.generator.best_rounds, deadline):
                break
            report(self.pool.score(exchange.keys), 0)
        self.generator.begin_with(exchange.values())
        return tuple(exchange.keys)

    def _unproven(self, keys: tuple[int, ...]) -> tuple[RoundTable, Choice]:
        """Return a choice of which nothing is known but that it can be made."""
        table = self.pool.table()
        rows = self.pool.rows(table, keys)
        return table, Choice(rows, table.score(rows), 0)

    def _proven(
        self, master: RestrictedMaster, best: Choice, forced: Forced | None
    ) -> tuple[RoundTable, Choice] | None:
        """Go on from a choice among all rounds that can be part of a better one."""
        relaxed, deadline = master.relaxed, master.deadline
        keys = self.pool.keys(master.table, best.rounds)
        if forced is None and best.score - relaxed.bound > _WORTH_A_TRY * best.score:
            brief = Deadline(time.monotonic() + _TRY_SHARE * deadline.left_s, deadline.asked)
            keys = self._tried(keys, brief, master.report, relaxed)
        early = Deadline(deadline.at - _CHOOSING_SHARE * deadline.left_s, deadline.asked)
        complete = self.generator.within(relaxed, self.pool.score(keys) + 1 - relaxed.bound, early, forced)
        if not complete and forced is None:
            keys = self._tried(keys, deadline, master.report, relaxed)
        master = self._master(relaxed, deadline, forced, master.report, fine=master.fine, complete=complete)
        master.accept(self.pool.rows(master.table, keys))
        if complete and not master.fine and forced is None and len(master.keep) > FEW_ROUNDS:
            master.glance()
            balancing = Balancing(master)
            if balancing.is_possible:
                balancing.prove()
        proven = master.known is not None and master.known.bound == master.known.score
        if (not proven or master.fine) and not (complete and len(master.keep) <= self.few):
            master.find()
        choice = master.prove() if complete else master.known
        return None if choice is None else (master.table, choice)

    def below(self, than: int, near: DualPrices, deadline: Deadline) -> tuple[RoundTable, Choice] | None:
        """Find the best choice that scores less than a number; None where there is none, or time ran out.

        `near` are prices of a week much like this one, from which that is known sooner.
        """
        self.generator.rounds_near(near)
        relaxed: Relaxed | None = None
        for relaxed in self.generator.relaxing(deadline):
            if relaxed.bound >= than:
                return None
        if relaxed is None or not self.generator.within(relaxed, than - relaxed.bound, deadline, None):
            return None
        self.prices = relaxed.prices
        master = self._master(
            relaxed, deadline, None, lambda _score, _bound: None, fine=False, complete=True, below=than
        )
        master.find()
        choice = master.prove()
        return None if choice is None else (master.table, choice)

    def _relax_and_try(
        self, keys: tuple[int, ...], early: Deadline, deadline: Deadline, report: Report
    ) -> tuple[Relaxed | None, tuple[int, ...]]:
        """Solve the relaxation until a first deadline, and look for better choices on the way."""
        relaxed: Relaxed | None = None
        since, took_s = time.monotonic(), 0.0
        for turn, relaxed in enumerate(self.generator.relaxing(early)):
            if turn in _DIVES:
                keys = self._better(keys, self._dived(_SHARES[0], early))
            elif not relaxed.solved and time.monotonic() - since > _PATIENCE * max(took_s, 1.0):
                began = time.monotonic()
                brief = Deadline(began + _TRY_SHARE * early.left_s, early.asked)
                keys = self._tried(keys, brief, report, relaxed)
                since, took_s = time.monotonic(), time.monotonic() - began
            report(self.pool.score(keys), max(0, math.floor(relaxed.bound)))
        if relaxed is None or not relaxed.solved:
            almost = Deadline(deadline.at - _ENDING_SHARE * deadline.left_s, deadline.asked)
            keys = self._tried(keys, almost, report, relaxed)
        else:
            keys = self._base_by_base(keys, relaxed, deadline, report)
        return relaxed, keys

    def _base_by_base(
        self, keys: tuple[int, ...], relaxed: Relaxed, deadline: Deadline, report: Report
    ) -> tuple[int, ...]:
        """Better one base after the other, where there are several: all together they are too much for HiGHS."""
        bases = np.array([graph.model.base_id for graph in self.pool.graphs])
        names = np.unique(bases)
        for number, base in enumerate(names if len(names) > 1 else ()):
            share = _TRY_SHARE * deadline.left_s / (len(names) - number)
            brief = Deadline(time.monotonic() + share, deadline.asked)
            keys = self._covered(keys, brief, bases == base)
            report(self.pool.score(keys), max(0, math.floor(relaxed.bound)))
        return keys

    def _better(self, first: tuple[int, ...], second: tuple[int, ...] | None) -> tuple[int, ...]:
        """Return the better of two choices."""
        return first if second is None else min(first, second, key=self.pool.score)

    def _dived(self, share: float, deadline: Deadline) -> tuple[int, ...] | None:
        """Return a choice near the relaxation."""
        keys = self.generator.dived(share, deadline)
        return None if keys is None else self._settled(keys)

    def _settled(self, keys: tuple[int, ...]) -> tuple[int, ...]:
        """Return a choice without the visits that it makes twice."""
        exchange = Exchange(self.pool, keys)
        exchange.settle()
        return tuple(exchange.keys)

    def _tried(
        self, keys: tuple[int, ...], deadline: Deadline, report: Report, relaxed: Relaxed | None
    ) -> tuple[int, ...]:
        """Look for a better choice: by dives and sweeps, and among the rounds that the last prices favour."""
        bound = max(0, math.floor(relaxed.bound)) if relaxed else 0
        for share in _SHARES:
            dived = self._dived(share, deadline)
            keys = self._better(keys, None if dived is None else self._swept(dived, deadline))
            report(self.pool.score(keys), bound)
            if deadline.left_s <= 0:
                return keys
        keys = self._covered(self._swept(keys, deadline), deadline)
        report(self.pool.score(keys), bound)
        return keys

    def _swept(self, keys: tuple[int, ...], deadline: Deadline) -> tuple[int, ...]:
        """Return what becomes of a choice when every day betters itself."""
        exchange = Exchange(self.pool, keys)
        for _ in range(_SWEEPS):
            if deadline.left_s <= 0 or not exchange.sweep(self.generator.best_rounds, deadline):
                break
        return tuple(exchange.keys)

    def _covered(
        self, keys: tuple[int, ...], deadline: Deadline, days: NDArray[np.bool_] | None = None
    ) -> tuple[int, ...]:
        """Return the best choice that `cover` finds, on some days or on all."""
        prices = self.generator.prices
        if prices is None or deadline.left_s <= 0:
            return keys
        table = self.pool.table()
        excess = prices.reduced(table) - prices.day[table.day]
        rows = cover(table, excess, self.pool.rows(table, keys), deadline, days)
        return self._better(keys, self._settled(self.pool.keys(table, rows)))

    def alternatives(
        self, best: tuple[int, ...], table: RoundTable, deadline: Deadline, *, most: int, distance: int
    ) -> list[tuple[RoundTable, Choice]]:
        """Return further choices within a distance of the best, best first, each unlike all before.

        `best` is a choice of `table` that `solve` has proven.
        """
        relaxed = self.generator.relax(deadline)
        if relaxed is None:
            return []
        keys = self.pool.keys(table, best)
        limit = table.score(best) + distance
        # Whatever of this was not grown in time only leaves alternatives out.
        self.generator.within(relaxed, limit - relaxed.bound, deadline, None)
        table = self.pool.table()
        rows = self.pool.rows(table, keys)
        found = [Choice(rows, table.score(rows), 0)]
        near = np.flatnonzero(relaxed.bound + relaxed.excess(table) <= limit)
        while len(found) <= most and deadline.left_s > 0:
            master = RestrictedMaster(table, near, relaxed, deadline=deadline, unlike=found)
            master.find()
            if master.best is None or master.score > limit:
                break
            found.append(Choice(master.best, master.score, 0))
        return [(table, choice) for choice in found[1:]]

    def _master(
        self,
        relaxed: Relaxed,
        deadline: Deadline,
        forced: Forced | None,
        report: Report,
        *,
        fine: bool,
        complete: bool = False,
        below: int | None = None,
    ) -> RestrictedMaster:
        table = self.pool.table()
        usable = self.generator.usable(table, forced)
        force = forced.request if forced else None
        return RestrictedMaster(
            table,
            usable,
            relaxed,
            deadline=deadline,
            force=force,
            report=report,
            fine=fine,
            complete=complete,
            below=below,
        )
