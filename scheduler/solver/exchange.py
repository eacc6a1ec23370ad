"""Bettering a choice of rounds by local search, whose neighbours are the rounds that a day grows.

Every consultant-day grows its best rounds again, and may take visits away from other days, for the points
that they lose by it. It gets another round only where the exact score falls.
"""

from collections.abc import Callable, Sequence

import numpy as np

from scheduler.solver.deadline import Deadline
from scheduler.solver.graph import Points
from scheduler.solver.pool import Pool
from scheduler.week.schedule import INFEASIBLE

#: Grows all days: for each, what meeting each request that it offers costs others, and a limit on the points
#: of rounds with that; returns the keys of each day's best rounds.
Grow = Callable[[Sequence[Points], Points], list[list[int]]]

#: How many of the rounds that a day has grown are tried.
_TRIED = 4


class Exchange:
    """A choice of rounds, by key, that is to become better.

    Parameters
    ----------
    pool
        The rounds known so far; what is found on the way is added.
    keys
        The choice. A visit may be made by several days: `settle` first.
    """

    def __init__(self, pool: Pool, keys: tuple[int, ...]) -> None:
        self.pool = pool
        self.keys = list(keys)
        self._balance, self._consultant = pool.balance, pool.consultants
        self._weight = pool.problem.weights["imbalance_minute"]
        self._offers = [tuple(request for request, _options in graph.offers) for graph in pool.graphs]
        self._load_s = list(pool.balance.done_s)
        for day, key in enumerate(keys):
            self._load_s[self._consultant[day]] += self._seconds(day, key)

    def _seconds(self, day: int, key: int) -> int:
        return self.pool.graphs[day].load_s(key)

    def _met(self, day: int, key: int) -> list[int]:
        """Return the requests that a round meets, as positions in what its day offers."""
        return [local for local, _number in self.pool.graphs[day].keys.met(key)]

    def _without(self, day: int, key: int, request: int) -> int:
        return self.pool.graphs[day].keys.without(key, self._offers[day].index(request))

    def _difference(self, new: dict[int, int]) -> int:
        """Return by how much the score is higher with new keys for some days."""
        load_s = list(self._load_s)
        points = 0
        for day, key in new.items():
            other = self.pool.points(day, key)
            if other >= INFEASIBLE:
                return INFEASIBLE
            points += other - self.pool.points(day, self.keys[day])
            load_s[self._consultant[day]] += self._seconds(day, key) - self._seconds(day, self.keys[day])
        before = self._balance.points(self._load_s, self._weight)
        return points + self._balance.points(load_s, self._weight) - before

    def _make(self, new: dict[int, int]) -> None:
        for day, key in new.items():
            seconds = self._seconds(day, key) - self._seconds(day, self.keys[day])
            self._load_s[self._consultant[day]] += seconds
            self.keys[day] = key

    def settle(self) -> None:
        """Of visits that several days make, drop those whose dropping costs least."""
        made: dict[int, list[int]] = {}
        for day, key in enumerate(self.keys):
            for local in self._met(day, key):
                made.setdefault(self._offers[day][local], []).append(day)
        for request, days in made.items():
            while len(days) > 1:
                ways = [(day, {day: self._without(day, self.keys[day], request)}) for day in days]
                day, way = min(ways, key=lambda way: self._difference(way[1]))
                self._make(way)
                days.remove(day)

    def losses(self, day: int) -> dict[int, int]:
        """Return what each request that a day meets is worth to it, in points."""
        key = self.keys[day]
        points = self.pool.points(day, key)
        return {
            self._offers[day][local]: self.pool.points(day, self.pool.graphs[day].keys.without(key, local))
            - points
            for local in self._met(day, key)
        }

    def values(self) -> Points:
        """Return what each request is worth to the day that meets it, in points; 0 where none does."""
        values = np.zeros(len(self.pool.problem.requests))
        for day in range(len(self.keys)):
            for request, points in self.losses(day).items():
                values[request] = max(0, points)
        return values

    def sweep(self, grow: Grow, deadline: Deadline) -> bool:
        """Let every day better itself, and tell whether the score has fallen."""
        owner = {
            self._offers[day][local]: day
            for day, key in enumerate(self.keys)
            for local in self._met(day, key)
        }
        lost = [self.losses(day) for day in range(len(self.keys))]
        costs = [
            np.array(
                [0 if owner.get(r, day) == day else max(0, lost[owner[r]][r]) for r in offers], dtype=float
            )
            for day, offers in enumerate(self._offers)
        ]
        now = np.array([self.pool.points(day, key) for day, key in enumerate(self.keys)], dtype=float)
        better = False
        for day, keys in enumerate(grow(costs, now - 1.0)):
            if deadline.left_s <= 0:
                break
            # What others lose may be different since days before this one; the exact score tells.
            better |= any(self._exchange(day, key, owner) for key in keys[:_TRIED])
        return better

    def _exchange(self, day: int, key: int, owner: dict[int, int]) -> bool:
        """Give a day another round, if that makes the score fall, and tell whether it does."""
        offers = self._offers[day]
        new = {day: key}
        for local in self._met(day, key):
            other = owner.get(offers[local], day)
            if other != day:
                new[other] = self._without(other, new.get(other, self.keys[other]), offers[local])
        if self._difference(new) >= 0:
            return False
        for local in self._met(day, self.keys[day]):
            del owner[offers[local]]
        self._make(new)
        owner.update((offers[local], day) for local in self._met(day, key))
        return True
