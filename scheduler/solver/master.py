"""Choosing one round a consultant-day, and the bound that proves the choice.

The master problem is set packing with a cost of imbalance:

    minimise    sum points · x  +  sum over bases (high - low)
    subject to  every consultant-day takes one of its rounds (the empty one is one of them),
                every request is met at most once,
                high >= each consultant's load >= low, in points of balance, base by base,
                at least so many published visits are kept, where the changes are limited.

Its linear relaxation is nearly integral. Any dual prices give a valid bound (Lagrangian
relaxation; Geoffrion 1974): what the prices are worth and, a day, the round of least reduced
points. So that is soon done: let HiGHS choose among the rounds of small reduced points, keep
only the rounds that a better choice could still use (reduced-cost fixing), and let CP-SAT, which
calculates in integers, prove that the few left hold nothing better.
"""

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from scheduler.solver.deadline import Deadline
from scheduler.solver.program import MARGIN, Program, Relaxed
from scheduler.solver.reduced import ReducedProgram
from scheduler.solver.table import RoundTable
from scheduler.solver.weeks import Limits

#: One point of balance in the units of the integer model.
_SCALE = 1_000_000
#: How many rounds a day are tried first for a good choice, and how many times more then.
_FEW_ROUNDS = 8
_MORE = 6
#: How many rounds a day at most are looked at where visits may be made twice, and how exactly.
_COVER_ROUNDS = 16
_COVER_GAP = 0.0005
#: By how many visits an alternative differs at least.
_DIFFERENT = 2
_POLL_S = 0.02
#: How long a solver that keeps its own time limit may take to end after it.
_GRACE_S = 0.5

Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Choice:
    """A round a day (rows of the table), its score, and a proven bound on the least score.

    `fine` tells that it is proven best with points of balance that are not rounded down, too.
    """

    rounds: tuple[int, ...]
    score: int
    bound: int
    fine: bool = False


class RestrictedMaster:
    """The master problem over some rounds of the table, with the best choice that is known.

    Parameters
    ----------
    table
        The rounds.
    usable
        Rows of the rounds to choose from.
    relaxed
        What no choice can be below, and the prices that show it.
    deadline
        When to stop.
    force
        A request that must be met.
    report
        Is told of each better score and of the bound.
    fine
        Whether points of balance are not to be rounded down: of choices with the same score the
        best one is wanted.
    complete
        Whether all rounds that can be part of a better choice than the one accepted first are there.
    below
        Only choices that score less than this are wanted.
    unlike
        Choices from which at least `_DIFFERENT` visits must be on another consultant-day or left out.
    """

    def __init__(
        self,
        table: RoundTable,
        usable: NDArray[np.intp],
        relaxed: Relaxed,
        *,
        deadline: Deadline,
        force: int | None = None,
        report: Report = lambda _score, _bound: None,
        fine: bool = False,
        complete: bool = False,
        below: int | None = None,
        unlike: Sequence[Choice] = (),
    ) -> None:
        self.table = table
        self.usable = usable
        self.relaxed = relaxed
        self.excess = relaxed.excess(table)[usable]
        self.deadline = deadline
        self.force = force
        self.report = report
        self.fine = fine
        self.complete = complete
        self.unlike = [self._same(choice) for choice in unlike]
        #: What CP-SAT may take each time, in its own measure of time; None for as long as there is.
        self.effort: float | None = None
        self.bound = max(0, math.floor(relaxed.bound))
        self.best: tuple[int, ...] | None = None
        self.score = 0
        #: What the next choice must be below, once there is one.
        self.target: Fraction | None = None if below is None else Fraction(below)
        self.keep = np.argsort(self.excess, kind="stable")
        self._drop()

    def _same(self, choice: Choice) -> tuple[NDArray[np.float64], int]:
        """Return how many visits each round of the table shares with a choice, and how many it may share."""
        table = self.table
        rows = np.array(choice.rounds, dtype=np.int64)
        visited = table.meets[rows].toarray() > 0
        by_day = np.zeros((len(table.days), visited.shape[1]), dtype=bool)
        by_day[table.day[rows]] = visited
        same: NDArray[np.float64] = np.asarray(table.meets.multiply(by_day[table.day]).sum(axis=1)).ravel()
        return same, int(visited.sum()) - _DIFFERENT

    @property
    def known(self) -> Choice | None:
        """The best choice so far, if any."""
        if self.best is None:
            return None
        return Choice(self.best, self.score, min(self.bound, self.score))

    def accept(self, choice: tuple[int, ...]) -> None:
        """Take a choice if it is better than the best one, and drop the rounds that cannot beat it."""
        unrounded = self.table.unrounded(choice)
        if self.target is not None and unrounded >= self.target:
            return
        self.best, self.score = choice, math.floor(unrounded)
        self.target = unrounded if self.fine else Fraction(self.score)
        self._drop()
        self.report(self.score, min(self.bound, self.score))

    def _drop(self) -> None:
        """Drop the rounds with which no choice is below the target."""
        if self.target is not None:
            near = self.relaxed.bound + self.excess[self.keep] < float(self.target) + MARGIN
            self.keep = self.keep[near]

    def glance(self) -> None:
        """Look for a good choice among the few rounds that nearly always hold one."""
        self._look(_FEW_ROUNDS * len(self.table.days))

    def find(self) -> None:
        """Look for the best choice, among few rounds first."""
        size = _FEW_ROUNDS * len(self.table.days)
        while self.deadline.left_s > 0:
            tried = self._look(size)
            if len(self.keep) <= tried:
                return
            size *= _MORE

    def _look(self, size: int) -> int:
        """Choose among the rounds of least excess, and return how many were looked at."""
        tried = self.keep if len(self.keep) <= 2 * size else self.keep[:size]
        everything = len(tried) == len(self.keep)
        choice, bound = self._highs(tried)
        if choice is not None:
            self.accept(choice)
        if self.complete and everything:
            # What was dropped cannot be below the target.
            self.raise_bound(bound)
        return len(tried)

    def choose(
        self, rounds: NDArray[np.intp], limits: Limits, cuts: Any, deadline: Deadline | None = None
    ) -> float:
        """Choose among some rows of usable rounds, with loads within limits, and take the choice if it is better.

        `cuts` are kept by all choices: (rounds, cuts), as in `cuts.Cuts`. Returns what no choice among them can
        be below; infinite where there is none below the target.
        """
        place = np.searchsorted(self.usable, rounds)
        program = self._program(place)
        program.limit_loads(limits)
        program.keep_cuts(cuts)
        if self.target is not None:
            # Between the target and the next score below it there is room for what HiGHS errs.
            below = float(self.target - self.table.step / 2) + MARGIN
            program.limit_excess(below - self.relaxed.bound)
        chosen, above = self._chosen(program, None, deadline or self.deadline)
        if chosen is not None:
            self.accept(tuple(rounds[chosen].tolist()))
        return self.relaxed.bound + above

    def raise_bound(self, bound: float) -> None:
        """Take what no choice below the target can be below."""
        if self.target is None:
            return
        known, self.bound = self.bound, max(self.bound, self._rounded(min(bound, float(self.target))))
        if self.best is not None and self.bound > known:
            self.report(self.score, min(self.bound, self.score))

    def _rounded(self, bound: float) -> int:
        """Round a bound on what is not rounded down: up where no score lies between."""
        above = math.ceil(bound)
        return above if bound > above - self.table.step else above - 1

    def prove(self) -> Choice | None:
        """Settle the rounds that are left in integers, and return the best choice with its bound."""
        if self.target is None:
            return None
        proven = not len(self.keep) or (self.bound >= self.target and not self.fine)
        while not proven:
            better, proven = self._cp_sat(self.usable[self.keep])
            if better is None and not proven:
                return self.known
            if better is not None:
                before = self.target
                self.accept(better)
                # Within the rounding of the integer model nothing is better.
                proven = proven or self.target == before
        return None if self.best is None else Choice(self.best, self.score, self.score, fine=self.fine)

    def _highs(self, tried: NDArray[np.intp]) -> tuple[tuple[int, ...] | None, float]:
        """Choose among some of the usable rounds with HiGHS.

        Returns the best choice up to float arithmetic, if any, and what none of them can be below.
        """
        rounds = self.usable[tried]
        program = self._program(tried)
        for same, most in self.unlike:
            program.limit_same(same[rounds], most)
        start = None
        if self.best is not None and np.isin(self.best, rounds).all():
            start = np.flatnonzero(np.isin(rounds, self.best))
        chosen, above = self._chosen(program, start, self.deadline)
        bound = self.relaxed.bound + above
        return None if chosen is None else tuple(rounds[chosen].tolist()), bound

    def _program(self, tried: NDArray[np.intp]) -> ReducedProgram:
        """Return the choice among some of the usable rounds."""
        gap = math.inf if self.target is None else float(self.target) + MARGIN - self.relaxed.bound
        return ReducedProgram(
            self.table,
            self.usable[tried],
            self.excess[tried],
            prices=self.relaxed.prices,
            gap=gap,
            force=self.force,
        )

    def _chosen(
        self, program: ReducedProgram, start: NDArray[np.intp] | None, deadline: Deadline
    ) -> tuple[NDArray[np.intp] | None, float]:
        """Let HiGHS choose; what it says of the bound is 0 where time ran out."""
        answer = _beside(lambda: program.choose(deadline.left_s, start=start), deadline, program.stop)
        return (None, 0.0) if answer is None else answer

    def _cp_sat(self, rounds: NDArray[np.intp]) -> tuple[tuple[int, ...] | None, bool]:
        """Look for the best choice below the score: the choice, if any, and whether that is proven."""
        table = self.table
        model = cp_model.CpModel()
        take = [model.new_bool_var("") for _ in rounds]
        for number in range(len(table.days)):
            model.add_exactly_one([take[j] for j in np.flatnonzero(table.day[rounds] == number)])
        meets = table.meets[rounds].tocsc()
        for request in range(meets.shape[1]):
            literals = [take[j] for j in meets.indices[meets.indptr[request] : meets.indptr[request + 1]]]
            if request == self.force:
                model.add_exactly_one(literals)
            elif len(literals) > 1:
                model.add_at_most_one(literals)
        if table.least_kept:
            model.add(cp_model.LinearExpr.weighted_sum(take, table.kept[rounds].tolist()) >= table.least_kept)
        points = cp_model.LinearExpr.weighted_sum(take, (table.points[rounds] * _SCALE).tolist())
        points += _balance_units(table, model, rounds, take)
        model.add(points <= math.ceil(((self.target or 0) - table.constant) * _SCALE) - 1)
        model.minimize(points)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        # It would leave the process with no handler of Ctrl-C at all.
        solver.parameters.catch_sigint_signal = False
        solver.parameters.max_time_in_seconds = max(0.01, self.deadline.left_s)
        if self.effort is not None:
            solver.parameters.max_deterministic_time = self.effort
            # All of the program relaxed: among few rounds that is sooner.
            solver.parameters.linearization_level = 2
        status = _beside(lambda: solver.solve(model), self.deadline, solver.stop_search)
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            taken = [r for literal, r in zip(take, rounds.tolist(), strict=True) if solver.value(literal)]
            return tuple(taken), status == cp_model.OPTIMAL
        return None, status == cp_model.INFEASIBLE


def cover(
    table: RoundTable,
    excess: NDArray[np.float64],
    start: tuple[int, ...],
    deadline: Deadline,
    days: NDArray[np.bool_] | None = None,
) -> tuple[int, ...]:
    """Better a choice among the rounds of least excess, where visits may be made twice, as far as time allows.

    Far fewer rounds hold a good choice of this kind than one without doubles, which a round can
    nearly always leave out. Every day can stay empty. With `days`, the others stay as they are.
    """
    free = np.ones(len(table.days), dtype=bool) if days is None else days
    order = np.argsort(excess, kind="stable")
    few = order[free[table.day[order]]][: _COVER_ROUNDS * int(free.sum())]
    rounds = np.union1d(np.union1d(few, table.starts[:-1][free]), start)
    program = Program(table, spare=True)
    program.add(table, rounds)
    gap = _COVER_GAP * table.score(start)
    begin = np.searchsorted(rounds, np.array(start))
    answer = _beside(lambda: program.choose(deadline.left_s, gap=gap, start=begin), deadline, program.stop)
    chosen = None if answer is None else answer[0]
    return start if chosen is None else tuple(rounds[chosen].tolist())


def _balance_units(
    table: RoundTable, model: cp_model.CpModel, rounds: NDArray[np.intp], take: list[cp_model.IntVar]
) -> Any:
    """Return the points of balance in millionths, rounded so that they are never above the truth."""
    weight = table.problem.weights["imbalance_minute"]
    differences = []
    for group in table.balance.groups:
        if len(group) < 2 or not weight:
            continue
        high, low = (model.new_int_var(0, 1 << 55, "") for _ in range(2))
        for i in group:
            mine = np.flatnonzero(table.consultant[rounds] == i)
            rate = table.balance.rate[i] * weight * _SCALE / 60
            exact = [rate * int(table.load_s[rounds[j]]) for j in mine]
            literals = [take[j] for j in mine]
            done = rate * table.balance.done_s[i]
            least = cp_model.LinearExpr.weighted_sum(literals, list(map(math.floor, exact)))
            most = cp_model.LinearExpr.weighted_sum(literals, list(map(math.ceil, exact)))
            model.add(high >= least + math.floor(done))
            model.add(low <= most + math.ceil(done))
        differences.append(high - low)
    return cp_model.LinearExpr.sum(differences)


def _beside(work: Callable[[], Any], deadline: Deadline, stop: Callable[[], None] | None = None) -> Any:
    """Run a solver beside this thread, so that Ctrl-C is heard at once; None when time ran out.

    A solver that cannot be stopped is left to its own time limit.
    """
    answer: list[Any] = []
    worker = threading.Thread(target=lambda: answer.append(work()), daemon=True)
    worker.start()
    while worker.is_alive():
        worker.join(_POLL_S)
        if worker.is_alive() and deadline.left_s <= 0:
            if stop is None:
                worker.join(_GRACE_S)
                break
            stop()
    return answer[0] if answer else None
