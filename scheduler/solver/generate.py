"""Generating the rounds that matter, and the bound that holds for all that do not.

Column generation (Dantzig and Wolfe 1960; for routing with time windows Desrochers, Desrosiers and
Solomon 1992): the master problem's relaxation over the rounds known so far gives prices; every
consultant-day grows the rounds that pay at these prices; when no day has any, the relaxation over
*all* rounds is solved, and its bound is that of the week. Prices on the way there have a bound too.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scheduler.model.problem import Problem
from scheduler.solver.block import THREADS, Ints
from scheduler.solver.days import NARROW, TOGETHER, Days
from scheduler.solver.deadline import Deadline
from scheduler.solver.graph import FAR, Points
from scheduler.solver.labels import MOST_LABELS, Found
from scheduler.solver.pool import Pool
from scheduler.solver.program import DualPrices, Program, Relaxed
from scheduler.solver.table import RoundTable
from scheduler.week.schedule import DayModel
from scheduler.week.stops import StopOption

#: How many labels of each length are kept where first and paying rounds are grown.
_FIRST_WIDTH = 16
#: By how much the width grows where no paying round is found with it.
_WIDER = 16
#: How many labels are kept where any round with a certain visit will do.
_WIDE = 2_000
#: How many rounds a day are taken into the pool at a time.
_ROUNDS_A_TURN = 30
#: More rounds than this in reach of a better choice are too many to choose among.
_MOST_ROUNDS = 100_000
#: Points by which a round must pay, so that float arithmetic alone never makes one.
_LEAST_GAIN = 0.01
#: Points so many that a round without a forced request cannot make up for them.
_MUST = 1e12


@dataclass(frozen=True, slots=True)
class Forced:
    """A request, by position, that must be met with a number of conversations, if one is given.

    With a `day`, by number, and `start_s` it must be there; its options then have one start each.
    """

    request: int
    conversations: int | None
    day: int | None = None
    start_s: int | None = None

    def wants(self, day: int, option: StopOption) -> bool:
        """Tell whether an option of a day meets the request as it must be met."""
        return (
            self.conversations in (None, option.conversations)
            and self.day in (None, day)
            and self.start_s in (None, int(option.starts_s[0]))
        )


class Generator:
    """The rounds of a week known so far, and how those that matter are added."""

    def __init__(self, problem: Problem, models: Sequence[DayModel], *, pin_points: int) -> None:
        self.problem = problem
        self.pool = Pool(problem, models, pin_points=pin_points)
        self.graphs = self.pool.graphs
        self.days = Days(self.graphs)
        #: The relaxation that was solved last, and its prices.
        self._program: Program | None = None
        self.prices: DualPrices | None = None
        self._loads = [
            np.array([stop.load_s for stop in graph.stops[: graph.first_engagement]], dtype=float)
            for graph in self.graphs
        ]
        self._offers = [np.array([i for i, _ in graph.offers], dtype=np.int64) for graph in self.graphs]
        #: Which visit options of each day keep a published visit.
        self.keeps = [
            np.array([stop.kept for stop in graph.stops[: graph.first_engagement]], dtype=bool)
            for graph in self.graphs
        ]

    # --- growing ------------------------------------------------------------------------------------

    def begin_with(self, values: Points) -> None:
        """Let the relaxation begin with prices: what each request is worth to the day that meets it."""
        consultants = len(self.problem.consultants)
        share = np.zeros(consultants)
        for group in self.pool.balance.groups:
            share[list(group)] = 1.0 / len(group)
        self.prices = DualPrices(np.zeros(len(self.graphs)), values, share, share.copy())

    def rounds_near(self, near: DualPrices) -> None:
        """Add the rounds of every day that the prices of a week much like this one favour."""
        table = self.pool.table()
        days = range(len(self.graphs))
        extra = [self.charges(day, near, table) for day in days]
        self.grow(days, extra, np.full(len(days), FAR / 2), _FIRST_WIDTH, 2 * _ROUNDS_A_TURN)

    def grow(
        self,
        days: Sequence[int],
        extra: Sequence[Points],
        limit: Points,
        width: int,
        most: int | None,
        *,
        stop: Callable[[], bool] = lambda: False,
    ) -> tuple[list[Found], int]:
        """Grow the rounds of some days, and add the best of each day to the pool; count the new ones."""
        grown = self.days.grow(days, extra, limit, width, stop)
        new = 0
        for day, its_extra, found in zip(days, extra, grown, strict=True):
            keys, priced = found.keys[:most], found.points[:most]
            points = np.rint(priced - self.graphs[day].total(keys, its_extra)).astype(np.int64)
            new += self.pool.take(day, keys, points)
        return grown, new

    def grow_one(self, day: int, extra: Points, limit: float, width: int, most: int | None) -> Found:
        """Grow the rounds of one day."""
        (found,), _new = self.grow([day], [extra], np.array([limit]), width, most)
        return found

    def charges(
        self, number: int, found: DualPrices, table: RoundTable, forced: Forced | None = None
    ) -> Points:
        """Return what the prices add to each visit option of a day."""
        consultant = self.pool.consultants[number]
        weight = self.problem.weights["imbalance_minute"]
        rate = float(table.balance.rate[consultant] * weight / 60)
        requests = self.requests_of(number)
        extra: Points = found.request[requests] + found.share[consultant] * rate * self._loads[number]
        if found.change:
            extra[self.keeps[number]] -= found.change
        if forced:
            meets, wanted = self._meeting(number, forced)
            extra[meets & ~wanted] = FAR
        return extra

    def _meeting(self, number: int, forced: Forced) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which visit options of a day meet a forced request at all, and which as it must be met."""
        graph = self.graphs[number]
        stops = graph.stops[: graph.first_engagement]
        meets = self.requests_of(number) == forced.request
        return meets, meets & np.array([forced.wants(number, stop) for stop in stops], dtype=bool)

    def requests_of(self, number: int) -> Ints:
        """Return the request of each visit option of a day, as a position in the problem's."""
        requests: Ints = self._offers[number][self.graphs[number].local]
        return requests

    def relax(self, deadline: Deadline, forced: Forced | None = None) -> Relaxed | None:
        """Add paying rounds until no day has any, or until the deadline, and return the best bound.

        None where there is none, or no choice keeps the constraints.
        """
        best = None
        for relaxed in self.relaxing(deadline, forced):
            best = relaxed
        return best

    def relaxing(
        self, deadline: Deadline, forced: Forced | None = None, program: Program | None = None
    ) -> Iterator[Relaxed]:
        """Yield the best bound so far after each turn of pricing; with a `program` it goes on with that."""
        widths = np.full(len(self.graphs), _FIRST_WIDTH)
        # At first visits may be made twice, for points, which keeps the prices from going wild.
        spare = forced is None and program is None
        best = None
        if program is None:
            program, best = self._begun(widths, forced, deadline)
        if best is not None:
            yield best
        while True:
            table, program.marks = self.pool.table(program.marks), self.pool.marks()
            program.add(table, self.usable(table, forced))
            found = program.prices()
            if found is None:
                return
            self.prices = found
            turn = self._turn(found, table, widths, forced, deadline)
            if turn is None:
                return
            least, complete, new = turn
            bound = found.bound(table, least)
            solved = not new and bool(complete.all())
            best = _better(best, Relaxed(found, least, bound, solved and not spare))
            if not new:
                if solved and not spare:
                    best = replace(best, solved=True)
                widest = not solved and bool((widths[~complete] >= MOST_LABELS).all())
                if widest or (solved and not spare):
                    yield best
                    return
                if solved:
                    spare = False
                    program.forbid_spare()
                widths[~complete] *= _WIDER
            yield best

    def _begun(
        self, widths: Ints, forced: Forced | None, deadline: Deadline
    ) -> tuple[Program, Relaxed | None]:
        """Begin a relaxation; what is known of prices brings good rounds and a bound before it is solved."""
        table = self.pool.table()
        if forced is not None:
            self._program = Program(table, forced.request)
            return self._program, None
        self._program = Program(table, spare=True)
        return self._program, self._priced(table, widths, deadline)

    def _priced(self, table: RoundTable, widths: Ints, deadline: Deadline) -> Relaxed | None:
        """Add the best rounds at the prices known, and return the bound that they give."""
        found = self.prices
        if found is None:
            return None
        reduced = found.reduced(table)
        least = np.minimum.reduceat(reduced, table.starts[:-1])
        turn = self._turn(replace(found, day=least), table, widths, None, deadline)
        return None if turn is None else Relaxed(found, turn[0], found.bound(table, turn[0]))

    def _turn(
        self, found: DualPrices, table: RoundTable, widths: Ints, forced: Forced | None, deadline: Deadline
    ) -> tuple[Points, NDArray[np.bool_], int] | None:
        """Add the rounds that pay at some prices.

        Returns each day's least reduced points, whether all its rounds that pay were found, and how many
        rounds are new; None where time ran out.
        """
        least = np.zeros(len(self.graphs))
        complete = np.zeros(len(self.graphs), dtype=bool)
        new = 0
        extra = [self.charges(day, found, table, forced) for day in range(len(self.graphs))]
        # The day's own best round comes back too, which gives the bound.
        limit = found.day + _LEAST_GAIN
        for days in _together(widths):
            if deadline.left_s <= 0:
                return None
            of_days = [extra[day] for day in days]
            width = int(widths[days[0]])
            # A narrow turn is short, and its bound is wanted whole.
            stop = (lambda: False) if width <= NARROW else (lambda: deadline.left_s <= 0)
            grown, more = self.grow(days, of_days, limit[days], width, _ROUNDS_A_TURN, stop=stop)
            new += more
            for day, rounds in zip(days, grown, strict=True):
                least[day], complete[day] = rounds.least, rounds.complete
        return least, complete, new

    def usable(self, table: RoundTable, forced: Forced | None) -> NDArray[np.intp]:
        """Return the rounds of a table that a forced request allows."""
        if forced is None:
            return np.arange(len(table))
        return table.allowed(forced.request, forced.wants)

    def within(self, relaxed: Relaxed, gap: float, deadline: Deadline, forced: Forced | None) -> bool:
        """Add every round that is within the gap from the bound; False where that cannot be done."""
        table = self.pool.table()
        extra = [self.charges(day, relaxed.prices, table, forced) for day in range(len(self.graphs))]
        limit = relaxed.least + gap
        left: Sequence[int] = range(len(self.graphs))
        count = 0
        for width in (NARROW, MOST_LABELS):
            # Not all days at once, so that the deadline is heard and the labels of few are in memory.
            together = THREADS * (TOGETHER if width == NARROW else 1)
            incomplete: list[int] = []
            for first in range(0, len(left), together):
                if deadline.left_s <= 0 or count > _MOST_ROUNDS:
                    return False
                days = left[first : first + together]
                of_days = [extra[day] for day in days]
                grown, new = self.grow(
                    days, of_days, limit[list(days)], width, None, stop=lambda: deadline.left_s <= 0
                )
                count += new
                incomplete += [day for day, found in zip(days, grown, strict=True) if not found.complete]
            left = incomplete
        return not left and count <= _MOST_ROUNDS

    def force_in(self, forced: Forced) -> None:
        """Add some rounds that meet a forced request, so that the relaxation has a choice at all."""
        for number in range(len(self.graphs)):
            meets, wanted = self._meeting(number, forced)
            if wanted.any():
                extra = np.where(wanted, -_MUST, np.where(meets, FAR, 0.0))
                self.grow_one(number, extra, -_MUST / 2, _FIRST_WIDTH, _ROUNDS_A_TURN)

    def is_possible(self, forced: Forced) -> bool:
        """Tell whether any round meets a request with a number of conversations, other visits or not."""
        for number in range(len(self.graphs)):
            _meets, wanted = self._meeting(number, forced)
            extra = np.where(wanted, -_MUST, 0.0)
            if wanted.any() and len(self.grow_one(number, extra, -_MUST / 2, _WIDE, 1).keys):
                return True
        return False

    def dived(self, share: float, deadline: Deadline) -> tuple[int, ...] | None:
        """Return a choice near the relaxation, by key, as `Program.dive` does; visits may be made twice."""
        program = self._program
        rounds = None if program is None else program.dive(share, lambda: deadline.left_s <= 0)
        return None if program is None or rounds is None else tuple(program.key[rounds].tolist())

    def best_rounds(self, costs: Sequence[Points], limit: Points) -> list[list[int]]:
        """Return the keys of every day's best rounds, where meeting each request that it offers costs so much."""
        extra = [its[graph.local] for its, graph in zip(costs, self.graphs, strict=True)]
        grown, _new = self.grow(range(len(self.graphs)), extra, limit, _FIRST_WIDTH, _ROUNDS_A_TURN)
        return [graph.keys.whole(found.keys) for graph, found in zip(self.graphs, grown, strict=True)]


def _better(best: Relaxed | None, relaxed: Relaxed) -> Relaxed:
    """Return which of two bounds says more."""
    return relaxed if best is None or relaxed.bound > best.bound else best


def _together(widths: Ints) -> list[list[int]]:
    """Say which days are grown together: all narrow ones, and wide ones by so many as there are threads."""
    narrow = np.flatnonzero(widths <= NARROW).tolist()
    groups = [narrow] if narrow else []
    for width in np.unique(widths[widths > NARROW]):
        wide = np.flatnonzero(widths == width).tolist()
        groups += [wide[i : i + THREADS] for i in range(0, len(wide), THREADS)]
    return groups
