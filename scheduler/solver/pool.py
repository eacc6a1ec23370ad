"""The rounds of a week that are known so far, day by day, by their keys."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scheduler.model.problem import Problem
from scheduler.solver.graph import DayGraph
from scheduler.solver.keys import Keys
from scheduler.solver.rounds import best_order
from scheduler.solver.table import RoundTable
from scheduler.week.schedule import INFEASIBLE, DayModel, DaySchedule
from scheduler.week.score import Balance, unmet_points


class Pool:
    """Known rounds: each has a key and, without balance, its points."""

    def __init__(self, problem: Problem, models: Sequence[DayModel], *, pin_points: int) -> None:
        self.problem = problem
        self.pin_points = pin_points
        self.graphs = [DayGraph(problem, model) for model in models]
        numbers = {c.consultant_id: i for i, c in enumerate(problem.consultants)}
        #: The consultant of each day, as a position in the problem's consultants.
        self.consultants = [numbers[model.day.consultant_id] for model in models]
        self.balance = Balance.of(problem)
        #: How many published visits a choice keeps at least.
        self.least_kept = problem.least_kept
        #: The points of a week in which no request is met.
        self.constant = unmet_points(problem, pin_points=pin_points)
        self._known: list[dict[int, int]] = []
        #: The keys of each day in the order in which they became known, or cheaper than known.
        self._log: list[list[int]] = []
        for graph in self.graphs:
            # A day without stops is no round and owes no lunch.
            self._known.append({0: graph.idle_points})
            self._log.append([0])

    def add(self, schedules: Sequence[DaySchedule]) -> tuple[int, ...]:
        """Add the rounds of some schedules, one a consultant-day, and return their keys."""
        keys = tuple(g.key(schedule.visits) for g, schedule in zip(self.graphs, schedules, strict=True))
        for day, (key, schedule) in enumerate(zip(keys, schedules, strict=True)):
            self._learn(day, key, min(schedule.points, self._known[day].get(key, INFEASIBLE)))
        return keys

    def _learn(self, day: int, key: int, points: int) -> None:
        self._known[day][key] = points
        self._log[day].append(key)

    def take(self, day: int, keys: Keys, points: NDArray[np.int64]) -> int:
        """Add rounds to a day, and return how many are new or cheaper than known."""
        known = self._known[day]
        better = [
            (key, value)
            for key, value in zip(self.graphs[day].keys.whole(keys), points.tolist(), strict=True)
            if value < known.get(key, INFEASIBLE)
        ]
        known.update(better)
        self._log[day].extend(key for key, _value in better)
        return len(better)

    def points(self, day: int, key: int) -> int:
        """Return the points of a round; what cannot be is `INFEASIBLE`."""
        known = self._known[day]
        if key not in known:
            graph = self.graphs[day]
            schedule = best_order(graph.model, graph.visits_of(key))
            if schedule is None:
                return INFEASIBLE
            self._learn(day, key, schedule.points)
        return known[key]

    def table(self, since: Sequence[int] | None = None) -> RoundTable:
        """Return the rounds known so far as a table, or only those learnt since `marks` were these."""
        days = []
        for day, (graph, known) in enumerate(zip(self.graphs, self._known, strict=True)):
            learnt = list(known) if since is None else self._log[day][since[day] :]
            points = np.array([known[key] for key in learnt], dtype=np.int64)
            days.append(graph.rounds(learnt, points))
        return RoundTable(self.problem, tuple(days), self.pin_points, self.least_kept)

    def marks(self) -> list[int]:
        """Return how much has been learnt of each day."""
        return [len(log) for log in self._log]

    def keys(self, table: RoundTable, rows: Sequence[int]) -> tuple[int, ...]:
        """Return the keys of a choice's rows, one a day."""
        return tuple(
            table.days[day].keys[row - int(table.starts[day])] for day, row in enumerate(sorted(rows))
        )

    def rows(self, table: RoundTable, keys: Sequence[int]) -> tuple[int, ...]:
        """Return the rows of a table that hold the rounds of some keys, one a day."""
        pairs = zip(keys, table.days, table.starts.tolist(), strict=False)
        return tuple(start + int(np.flatnonzero(day.keys == key)[0]) for key, day, start in pairs)

    def kept(self, keys: Sequence[int]) -> int:
        """Return how many published visits a choice of rounds keeps."""
        return sum(
            visit.kept for graph, key in zip(self.graphs, keys, strict=True) for visit in graph.visits_of(key)
        )

    def score(self, keys: Sequence[int]) -> int:
        """Return the exact score of a choice of rounds."""
        visit_s = list(self.balance.done_s)
        for graph, consultant, key in zip(self.graphs, self.consultants, keys, strict=True):
            visit_s[consultant] += graph.load_s(key)
        points = sum(self.points(day, key) for day, key in enumerate(keys))
        balance = self.balance.points(visit_s, self.problem.weights["imbalance_minute"])
        return self.constant + points + balance
