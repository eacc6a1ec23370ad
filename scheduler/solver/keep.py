"""Choosing the best rounds of a week of which so many keep published visits.

A visit option of the published date and consultant is split in two, what keeps it and what moves it
(`week.stops`); so the key of a round says what it keeps. One row of the master problem asks for so many
in all, and its price is a charge on the options that keep. From one number to the next only the right side of that
row changes: rounds, relaxation and the last choice serve again.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduler.solver.choose import Chooser
from scheduler.solver.deadline import Deadline
from scheduler.solver.graph import FAR, Points
from scheduler.solver.labels import MOST_LABELS
from scheduler.solver.master import Choice, RestrictedMaster
from scheduler.solver.program import DualPrices, Program, Relaxed
from scheduler.solver.table import RoundTable

#: Points so many that no round that keeps less can make up for them, and for those that none that misses what it
#: must meet can.
_WANTED = 1e9
_MUST = 1e11
#: How many times farther from the relaxation than the last choice the next one may be to begin with.
_FARTHER = 1.5
#: Among fewer rounds HiGHS chooses at once, and among more sooner than CP-SAT, which else nearly always is sooner;
#: and what that may take, in its own measure of time.
_FEW = 200
_MANY = 1_500
_EFFORT = 1.0
#: How many labels of each length are kept where a round that keeps visits is looked for, until there is one.
_WIDTHS = (100, MOST_LABELS)


class Kept(NamedTuple):
    """A choice of a table's rounds that keeps enough published visits, its keys, and the prices that prove its bound."""

    table: RoundTable
    choice: Choice
    prices: DualPrices | None
    keys: tuple[int, ...]


class Keeper:
    """Choices of a week's rounds by how many published visits they keep.

    Parameters
    ----------
    chooser
        Of a week whose changes are limited: its rounds serve, and what it finds is found here.
    """

    def __init__(self, chooser: Chooser) -> None:
        self.chooser = chooser
        self.generator = chooser.generator
        self.pool = chooser.pool
        self._program: Program | None = None
        #: How far the last choice was from the relaxation.
        self._gap = 0.0

    def is_possible(self, request: int) -> bool:
        """Tell whether any valid day keeps the published visit of a request, whatever else it does."""
        return any(
            mine.any() and self._most(day, mine, others=True) is not None
            for day, keeps in enumerate(self.generator.keeps)
            for mine in (keeps & (self.generator.requests_of(day) == request),)
        )

    def most_kept(self, *, others: bool) -> tuple[int, ...]:
        """Return a round of each day, by key, that keeps as many published visits as can be.

        Without `others` they meet nothing else but what must be met there, and so are a choice.
        """
        return tuple(
            self._most(day, keeps, others=others) or 0 for day, keeps in enumerate(self.generator.keeps)
        )

    def _most(self, day: int, wanted: NDArray[np.bool_], *, others: bool) -> int | None:
        """Return the key of a round of a day with as many of some visit options as can be; None where with none.

        It meets what can be met on that day alone and must be.
        """
        must = self.settled_on(day)
        if not must and not wanted.any():
            return None
        extra = np.where(wanted, -_WANTED, 0.0 if others else FAR)
        limit = -_WANTED / 2
        if must:
            meeting = np.isin(self.generator.requests_of(day), must)
            extra = np.where(meeting, np.where(wanted, -_WANTED, 0.0) - _MUST, extra)
            limit -= _MUST * len(must)
        number = len(np.unique(self.generator.requests_of(day)[wanted]))
        return self._any(day, extra, limit if number else limit + _WANTED, limit - (number - 1) * _WANTED)

    def can_meet(self, day: int, requests: Sequence[int]) -> bool:
        """Tell whether any valid day meets all of some requests, whatever else it does."""
        extra = np.where(np.isin(self.generator.requests_of(day), requests), -_MUST, 0.0)
        limit = -_MUST * (len(requests) - 0.5)
        return self._any(day, extra, limit, limit) is not None

    def settled_on(self, day: int) -> list[int]:
        """Return the requests that must be met and can be on one day alone, this one."""
        offered = [np.unique(self.generator.requests_of(other)) for other in range(len(self.pool.graphs))]
        often = np.bincount(np.concatenate(offered), minlength=len(self.pool.problem.requests))
        return [
            request
            for request in offered[day].tolist()
            if often[request] == 1 and self.pool.problem.requests[request].settled
        ]

    def _any(self, day: int, extra: Points, limit: float, enough: float) -> int | None:
        """Return the key of the best round of a day within a limit, or of one of few enough points, if any."""
        for width in _WIDTHS:
            found = self.generator.grow_one(day, extra, limit, width, 1)
            best = float(found.points[0]) if len(found.keys) else FAR
            if found.complete or best <= max(enough, found.least):
                break
        return self.pool.graphs[day].keys.whole(found.keys[:1])[0] if len(found.keys) else None

    def choose(self, least_kept: int, start: Sequence[int], deadline: Deadline) -> Kept:
        """Return the best choice that keeps at least so many published visits, or the best until the deadline.

        `start` is one that does, by key.
        """
        self.pool.least_kept = least_kept
        keys = tuple(start)
        relaxed = self._relaxed(deadline)
        if relaxed is None:
            table = self.pool.table()
            rows = self.pool.rows(table, keys)
            return Kept(table, Choice(rows, table.score(rows), 0), None, keys)
        gap = self.pool.score(keys) - relaxed.bound
        if gap > _FARTHER * self._gap:
            master = self._master(relaxed, keys, deadline, complete=False)
            master.glance()
            keys = self._best(master, keys)
            gap = self.pool.score(keys) - relaxed.bound
        complete = relaxed.solved and self.generator.within(relaxed, gap, deadline, None)
        master = self._master(relaxed, keys, deadline, complete=complete)
        choice = self._chosen(master) or Choice(
            self.pool.rows(master.table, keys), self.pool.score(keys), master.bound
        )
        self._gap = choice.score - relaxed.bound
        return Kept(master.table, choice, relaxed.prices, self.pool.keys(master.table, choice.rounds))

    def _chosen(self, master: RestrictedMaster) -> Choice | None:
        """Choose among the rounds of a master problem, as CP-SAT or HiGHS does it sooner."""
        if not master.complete:
            master.find()
            return master.known
        if len(master.keep) > _MANY:
            master.glance()
        if _FEW < len(master.keep) <= _MANY:
            master.effort = _EFFORT
            choice = master.prove()
            if choice is not None and choice.bound == choice.score:
                return choice
            master.effort = None
        master.find()
        return master.prove()

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
