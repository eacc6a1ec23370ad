"""Choosing the best rounds of a week of which so many keep published visits.

A visit option of the published date and consultant is split in two, what keeps it and what moves it
(`week.stops`); so the key of a round says what it keeps. One row of the master problem asks for so many
in all, and its price is a charge on the options that keep. From one number to the next only the right side of that
row changes: rounds, relaxation and the last choice serve again.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scheduler.solver.choose import Chooser
from scheduler.solver.deadline import Deadline
from scheduler.solver.graph import FAR
from scheduler.solver.labels import MOST_LABELS
from scheduler.solver.master import Choice, RestrictedMaster
from scheduler.solver.program import DualPrices, Program, Relaxed
from scheduler.solver.table import RoundTable

#: Points so many that no round that keeps less can make up for them.
_MUST = 1e9
#: How many labels of each length are kept where a round that keeps visits is looked for, until there is one.
_WIDTHS = (100, MOST_LABELS)


class Keeper:
    """Choices of a week's rounds by how many published visits they keep.

    Parameters
    ----------
    chooser
        Of a week whose changes are limited: its rounds serve, and what it finds is found here.

    Attributes
    ----------
    prices
        Those that prove the bound of the last choice.
    """

    def __init__(self, chooser: Chooser) -> None:
        self.chooser = chooser
        self.generator = chooser.generator
        self.pool = chooser.pool
        self.prices: DualPrices | None = None
        self._program: Program | None = None

    def is_possible(self, day: int, request: int) -> bool:
        """Tell whether any round of a day keeps the published visit of a request, whatever else it does."""
        mine = self.generator.keeps[day] & (self.generator.requests_of(day) == request)
        return self._most(day, mine, others=True) != 0

    def most_kept(self, *, others: bool) -> tuple[int, ...]:
        """Return a round of each day, by key, that keeps as many published visits as can be.

        Without `others` they meet nothing else, and so are a choice.
        """
        return tuple(self._most(day, keeps, others=others) for day, keeps in enumerate(self.generator.keeps))

    def _most(self, day: int, wanted: NDArray[np.bool_], *, others: bool) -> int:
        """Return the key of a round of a day with as many of some visit options as can be; 0 where with none."""
        if not wanted.any():
            return 0
        extra = np.where(wanted, -_MUST, 0.0 if others else FAR)
        for width in _WIDTHS:
            found = self.generator.grow_one(day, extra, -_MUST / 2, width, 1)
            if found.complete:
                break
        return self.pool.graphs[day].keys.whole(found.keys[:1])[0] if len(found.keys) else 0

    def choose(self, least_kept: int, start: Sequence[int], deadline: Deadline) -> tuple[RoundTable, Choice]:
        """Return the best choice that keeps at least so many published visits, or the best until the deadline.

        `start` is one that does, by key.
        """
        self.pool.least_kept = least_kept
        keys = tuple(start)
        relaxed = self._relaxed(deadline)
        if relaxed is None:
            table = self.pool.table()
            rows = self.pool.rows(table, keys)
            return table, Choice(rows, table.score(rows), 0)
        self.prices = relaxed.prices
        master = self._master(relaxed, keys, deadline, complete=False)
        master.glance()
        keys = self._best(master, keys)
        gap = self.pool.score(keys) - relaxed.bound
        complete = relaxed.solved and self.generator.within(relaxed, gap, deadline, None)
        master = self._master(relaxed, keys, deadline, complete=complete)
        master.find()
        choice = master.prove() if complete else master.known
        return master.table, choice or Choice(
            self.pool.rows(master.table, keys), self.pool.score(keys), master.bound
        )

    def _relaxed(self, deadline: Deadline) -> Relaxed | None:
        """Return the relaxation, or the best bound until the deadline."""
        if self._program is None:
            self._program = Program(self.pool.table())
        self._program.keep(self.pool.least_kept)
        best = None
        for relaxed in self.generator.relaxing(deadline, program=self._program):
            best = relaxed
        return best

    def _master(
        self, relaxed: Relaxed, keys: tuple[int, ...], deadline: Deadline, *, complete: bool
    ) -> RestrictedMaster:
        table = self.pool.table()
        master = RestrictedMaster(table, np.arange(len(table)), relaxed, deadline=deadline, complete=complete)
        master.accept(self.pool.rows(table, keys))
        return master

    def _best(self, master: RestrictedMaster, keys: tuple[int, ...]) -> tuple[int, ...]:
        return keys if master.best is None else self.pool.keys(master.table, master.best)
