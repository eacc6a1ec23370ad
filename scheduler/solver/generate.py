"""Generating the rounds that matter, and the bound that holds for all that do not.

Column generation (Dantzig and Wolfe 1960; for routing with time windows Desrochers, Desrosiers and
Solomon 1992): the master problem's relaxation over the rounds known so far gives prices; every
consultant-day grows the rounds that pay at these prices; when no day has any, the relaxation over
*all* rounds is solved, and its bound is that of the week. Then only the rounds within the distance
of the best roster from the bound can be part of a better one: each day grows all of those, and
the choice among them is the choice among all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scheduler.model import Problem
from scheduler.schedule import DayModel, DaySchedule
from scheduler.solver.graph import FAR, DayGraph, Keys, Points, TooManyRoundsError
from scheduler.solver.labels import Found, Grower
from scheduler.solver.master import Choice, Deadline, Report, Search
from scheduler.solver.program import Prices, prices
from scheduler.solver.rounds import best_order
from scheduler.solver.table import RoundTable

#: How many labels of each length the first rounds, and the search for paying rounds, may keep.
_FIRST_WIDTH = 40
_WIDTHS = (60, None)
#: How many rounds a day are taken into the pool at a time.
_FIRST_ROUNDS = 60
_ROUNDS_A_TURN = 12
#: Points by which a round must pay, so that float arithmetic alone never makes one.
_LEAST_GAIN = 0.01
#: Points so many that a round without a forced request cannot make up for them.
_MUST = 1e12
#: Share of the time that is kept for choosing among the rounds found.
_CHOOSING_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Forced:
    """A request, by position, that must be met with a number of conversations."""

    request: int
    conversations: int


@dataclass(frozen=True, slots=True, eq=False)
class _Relaxed:
    """The prices at which no day has a paying round, and each day's least reduced points."""

    prices: Prices
    least: NDArray[np.float64]
    bound: float


class Generator:
    """The rounds of a week known so far; `solve` adds those that matter and chooses among them.

    Raises
    ------
    TooManyRoundsError
        When a day has too many visits to choose from.
    """

    def __init__(self, problem: Problem, models: Sequence[DayModel], *, pin_points: int) -> None:
        self.problem = problem
        self.pin_points = pin_points
        self.graphs = [DayGraph(problem, model) for model in models]
        self._last_prices: Prices | None = None
        self._keys: list[Keys] = []
        self._points: list[NDArray[np.int64]] = []
        numbers = {c.consultant_id: i for i, c in enumerate(problem.consultants)}
        self._consultants = [numbers[model.day.consultant_id] for model in models]
        self._loads = [
            np.array([stop.load_s for stop in graph.stops[: graph.first_engagement]], dtype=float)
            for graph in self.graphs
        ]
        for graph in self.graphs:
            nothing = best_order(graph.model, [])
            # Input checks see to it that the engagements of a day can be kept.
            assert nothing is not None  # noqa: S101
            # A day without stops is no round and owes no lunch.
            self._keys.append(np.zeros(1, dtype=np.int64))
            self._points.append(np.array([nothing.points], dtype=np.int64))

    def add(self, schedules: Sequence[DaySchedule]) -> None:
        """Add the rounds of some schedules, one a consultant-day."""
        for number, schedule in enumerate(schedules):
            key = np.array([self.graphs[number].key(schedule.visits)], dtype=np.int64)
            self._take(number, key, np.array([schedule.points], dtype=np.int64))

    def _take(self, number: int, keys: Keys, points: NDArray[np.int64]) -> int:
        """Add rounds to a day, and return how many are new or better than known."""
        known = dict(zip(self._keys[number].tolist(), self._points[number].tolist(), strict=True))
        better = [
            (key, value)
            for key, value in zip(keys.tolist(), points.tolist(), strict=True)
            if key not in known or value < known[key]
        ]
        known.update(better)
        self._keys[number] = np.array(list(known), dtype=np.int64)
        self._points[number] = np.array(list(known.values()), dtype=np.int64)
        return len(better)

    def table(self) -> RoundTable:
        """Return the rounds known so far as a table."""
        days = zip(self.graphs, self._keys, self._points, strict=True)
        return RoundTable(self.problem, tuple(g.rounds(keys, p) for g, keys, p in days), self.pin_points)

    # --- growing ------------------------------------------------------------------------------------

    def first_rounds(self, deadline: Deadline) -> None:
        """Add some promising rounds of every day, so that the first prices are not wild."""
        for number, graph in enumerate(self.graphs):
            if deadline.left_s <= 0:
                return
            nothing = np.zeros(graph.first_engagement)
            self._take_found(number, Grower(graph, nothing, FAR, _FIRST_WIDTH).run(), nothing, _FIRST_ROUNDS)

    def _take_found(self, number: int, found: Found, extra: Points, most: int | None) -> int:
        keys, priced = found.keys[:most], found.points[:most]
        points = np.rint(priced - self.graphs[number].total(keys, extra)).astype(np.int64)
        return self._take(number, keys, points)

    def charges(self, number: int, found: Prices, table: RoundTable, forced: Forced | None = None) -> Points:
        """Return what the prices add to each visit option of a day."""
        graph, consultant = self.graphs[number], self._consultants[number]
        weight = self.problem.weights["imbalance_minute"]
        rate = float(table.balance.rate[consultant] * weight / 60)
        requests = np.array([i for i, _ in graph.offers], dtype=np.int64)[graph.local]
        extra: Points = found.request[requests] + found.share[consultant] * rate * self._loads[number]
        if forced:
            held = [stop.conversations for stop in graph.stops[: graph.first_engagement]]
            extra[(requests == forced.request) & (np.array(held) != forced.conversations)] = FAR
        return extra

    def relax(self, deadline: Deadline, forced: Forced | None = None) -> _Relaxed | None:
        """Add paying rounds until no day has any.

        Returns the prices then, or the best ones for which every day was looked through before the
        deadline; None where there are none, or no choice keeps the constraints.
        """
        best: _Relaxed | None = None
        widths = list(_WIDTHS)
        while widths and deadline.left_s > 0:
            table = self.table()
            force = forced.request if forced else None
            found = prices(table, self.usable(table, forced), force)
            if found is None:
                return None
            self._last_prices = found
            width = widths[0]
            least = np.zeros(len(self.graphs))
            new = 0
            for number, graph in enumerate(self.graphs):
                if deadline.left_s <= 0:
                    return best
                extra = self.charges(number, found, table, forced)
                # Without a width the day's own best round comes back too, which gives the bound.
                limit = found.day[number] + (_LEAST_GAIN if width is None else -_LEAST_GAIN)
                try:
                    rounds = Grower(graph, extra, limit, width).run()
                except TooManyRoundsError:
                    return best
                new += self._take_found(number, rounds, extra, _ROUNDS_A_TURN)
                # What is not found is above the limit.
                least[number] = min(limit, rounds.points.min(initial=FAR))
            if width is None:
                bound = found.bound(table, least)
                if best is None or bound > best.bound:
                    best = _Relaxed(found, least, bound)
            if new < (1 if width is None else len(self.graphs)):
                widths.pop(0)
        return best

    def usable(self, table: RoundTable, forced: Forced | None) -> NDArray[np.intp]:
        """Return the rounds of a table that a forced request allows."""
        if forced is None:
            return np.arange(len(table))
        return table.without_part(forced.request, forced.conversations)

    def _within(self, relaxed: _Relaxed, gap: float, deadline: Deadline, forced: Forced | None) -> bool:
        """Add every round that is within the gap from the bound; False where that cannot be done."""
        table = self.table()
        for number, graph in enumerate(self.graphs):
            if deadline.left_s <= 0:
                return False
            extra = self.charges(number, relaxed.prices, table, forced)
            try:
                found = Grower(graph, extra, float(relaxed.least[number]) + gap).run()
            except TooManyRoundsError:
                return False
            self._take_found(number, found, extra, None)
        return True

    # --- the choice ---------------------------------------------------------------------------------

    def solve(
        self,
        deadline: Deadline,
        start: Sequence[DaySchedule] | None = None,
        forced: Forced | None = None,
        report: Report = lambda _score, _bound: None,
    ) -> tuple[RoundTable, Choice] | None:
        """Find the best choice of rounds of the week, or the best until the deadline.

        `start` is a choice to begin with; not with `forced`. Returns None where there is no
        choice, or none was found in time.
        """
        if start:
            self.add(start)
        if forced:
            self._force_in(forced)
        else:
            self.first_rounds(deadline)
        early = Deadline(deadline.at - _CHOOSING_SHARE * deadline.left_s, deadline.asked)
        relaxed = self.relax(early, forced)
        search = self._search(relaxed, deadline, forced, report)
        if start:
            search.accept(search.table.rows(start))
        search.find()
        if search.best is None:
            return None
        if relaxed is None:
            return search.table, Choice(search.best, search.score, 0)
        gap = search.score - relaxed.bound
        if search.bound < search.score:
            chosen = self._chosen(search)
            if not self._within(relaxed, gap, deadline, forced):
                return search.table, Choice(search.best, search.score, min(search.bound, search.score))
            search = self._search(relaxed, deadline, forced, report)
            search.accept(self._rows(chosen, search.table))
            search.find()
        choice = search.prove()
        return None if choice is None else (search.table, choice)

    def alternatives(
        self, best: tuple[int, ...], table: RoundTable, deadline: Deadline, *, most: int, distance: int
    ) -> list[tuple[RoundTable, Choice]]:
        """Return further choices within a distance of the best, best first, each unlike all before.

        `best` is a choice of `table` that `solve` has proven.
        """
        relaxed = self.relax(deadline)
        if relaxed is None:
            return []
        keys = [int(self._keys[d][row - table.starts[d]]) for d, row in enumerate(sorted(best))]
        limit = table.score(best) + distance
        # Whatever of this was not grown in time only leaves alternatives out.
        self._within(relaxed, limit - relaxed.bound, deadline, None)
        table = self.table()
        rows = self._rows(keys, table)
        found = [Choice(rows, table.score(rows), 0)]
        excess = relaxed.prices.reduced(table) - relaxed.least[table.day]
        near = np.flatnonzero(relaxed.bound + excess <= limit)
        while len(found) <= most and deadline.left_s > 0:
            search = Search(table, near, relaxed.bound, excess[near], deadline=deadline, unlike=found)
            search.find()
            if search.best is None or search.score > limit:
                break
            found.append(Choice(search.best, search.score, 0))
        return [(table, choice) for choice in found[1:]]

    def _search(
        self, relaxed: _Relaxed | None, deadline: Deadline, forced: Forced | None, report: Report
    ) -> Search:
        table = self.table()
        usable = self.usable(table, forced)
        force = forced.request if forced else None
        bound, excess = 0.0, table.points.astype(float)
        if relaxed is not None:
            bound = relaxed.bound
            excess = relaxed.prices.reduced(table) - relaxed.least[table.day]
        elif self._last_prices is not None:
            # Only an order in which to try the rounds: nothing is proven with it.
            excess = self._last_prices.reduced(table) - self._last_prices.day[table.day]
        return Search(table, usable, bound, excess[usable], deadline=deadline, force=force, report=report)

    def _chosen(self, search: Search) -> list[int]:
        """Return the key of each day's round in the best choice."""
        rows = sorted(search.best or ())
        starts = search.table.starts
        return [int(self._keys[d][row - starts[d]]) for d, row in enumerate(rows)]

    def _rows(self, chosen: Sequence[int], table: RoundTable) -> tuple[int, ...]:
        """Return the rows of a table that hold the rounds of some keys."""
        pairs = zip(chosen, self._keys, pairwise(table.starts.tolist()), strict=True)
        return tuple(start + int(np.flatnonzero(keys == key)[0]) for key, keys, (start, _end) in pairs)

    def _force_in(self, forced: Forced) -> None:
        """Add some rounds that meet a forced request, so that the relaxation has a choice at all."""
        for number, graph in enumerate(self.graphs):
            extra = np.zeros(graph.first_engagement)
            for visit, local in enumerate(graph.local):
                if graph.offers[local][0] == forced.request:
                    wanted = graph.stops[visit].conversations == forced.conversations
                    extra[visit] = -_MUST if wanted else FAR
            if (extra < 0).any():
                found = Grower(graph, extra, -_MUST / 2, _FIRST_WIDTH).run()
                self._take_found(number, found, extra, _ROUNDS_A_TURN)
