"""The rounds of a week that are known so far, day by day, by their keys."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scheduler.model import Problem
from scheduler.schedule import INFEASIBLE, DayModel, DaySchedule
from scheduler.solver.graph import DayGraph, Keys
from scheduler.solver.rounds import best_order
from scheduler.solver.table import RoundTable


class Pool:
    """Known rounds: each has a key and, without balance, its points.

    Raises
    ------
    TooManyRoundsError
        When a day has too many visits to choose from.
    """

    def __init__(self, problem: Problem, models: Sequence[DayModel], *, pin_points: int) -> None:
        self.problem = problem
        self.pin_points = pin_points
        self.graphs = [DayGraph(problem, model) for model in models]
        self._known: list[dict[int, int]] = []
        for graph in self.graphs:
            nothing = best_order(graph.model, [])
            # Input checks see to it that the engagements of a day can be kept.
            assert nothing is not None  # noqa: S101
            # A day without stops is no round and owes no lunch.
            self._known.append({0: nothing.points})

    def add(self, schedules: Sequence[DaySchedule]) -> tuple[int, ...]:
        """Add the rounds of some schedules, one a consultant-day, and return their keys."""
        keys = tuple(g.key(schedule.visits) for g, schedule in zip(self.graphs, schedules, strict=True))
        for day, (key, schedule) in enumerate(zip(keys, schedules, strict=True)):
            known = self._known[day]
            known[key] = min(schedule.points, known.get(key, INFEASIBLE))
        return keys

    def take(self, day: int, keys: Keys, points: NDArray[np.int64]) -> int:
        """Add rounds to a day, and return how many are new or cheaper than known."""
        known = self._known[day]
        better = [
            (key, value)
            for key, value in zip(keys.tolist(), points.tolist(), strict=True)
            if value < known.get(key, INFEASIBLE)
        ]
        known.update(better)
        return len(better)

    def points(self, day: int, key: int) -> int:
        """Return the points of a round; what cannot be is `INFEASIBLE`."""
        known = self._known[day]
        if key not in known:
            graph = self.graphs[day]
            visits = graph.rounds(np.array([key]), np.zeros(1, dtype=np.int64)).stops(0)
            schedule = best_order(graph.model, visits)
            if schedule is None:
                return INFEASIBLE
            known[key] = schedule.points
        return known[key]

    def table(self) -> RoundTable:
        """Return the rounds known so far as a table."""
        days = []
        for graph, known in zip(self.graphs, self._known, strict=True):
            keys = np.fromiter(known, dtype=np.int64, count=len(known))
            points = np.fromiter(known.values(), dtype=np.int64, count=len(known))
            days.append(graph.rounds(keys, points))
        return RoundTable(self.problem, tuple(days), self.pin_points)

    def keys(self, table: RoundTable, rows: Sequence[int]) -> tuple[int, ...]:
        """Return the keys of a choice's rows, one a day."""
        return tuple(
            int(table.days[day].keys[row - int(table.starts[day])]) for day, row in enumerate(sorted(rows))
        )

    def rows(self, table: RoundTable, keys: Sequence[int]) -> tuple[int, ...]:
        """Return the rows of a table that hold the rounds of some keys, one a day."""
        pairs = zip(keys, table.days, table.starts.tolist(), strict=False)
        return tuple(start + int(np.flatnonzero(day.keys == key)[0]) for key, day, start in pairs)

    def score(self, keys: Sequence[int]) -> int:
        """Return the exact score of a choice of rounds."""
        rounds = [
            graph.rounds(np.array([key]), np.array([self.points(day, key)]))
            for day, (graph, key) in enumerate(zip(self.graphs, keys, strict=True))
        ]
        return RoundTable(self.problem, tuple(rounds), self.pin_points).score(range(len(rounds)))
