"""The cheapest rounds of one consultant-day, searched through exactly.

First backward over the clock: what the rest of the day costs at least from every event on, forgetting
what was visited before (the state space relaxation of Christofides, Mingozzi and Toth 1981). Then
forward, stop by stop: a *trail* is a set of offers taken, the event that it ends with, and its cost.
A trail that is above a limit, with the least that can follow, is dropped; of those that have taken the
same offers and end with the same event only the cheapest matters.
"""

import time
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scheduler.checks.bound.pricing import UNIT
from scheduler.checks.bound.timetable import FAR, Ints, Timetable, UnfinishedError

#: How far above what can be hoped for the cheapest round is looked for at first, in units.
_FIRST_REACH = 2_000 * UNIT
_FARTHER = 2
#: How many pairs of a trail and an event are looked at together.
_AT_ONCE = 1_000_000
#: The most trails with equally many stops: they take up some hundred megabytes.
_MOST_TRAILS = 1_500_000
#: How many offers are marked in a word of bits.
_WORD = 62
#: Lunch still to be had; and had, or not owed.
_OWED, _HAD = 0, 1


@dataclass(frozen=True, slots=True, eq=False)
class Rounds:
    """Rounds of a day, each set of offers once: `taken` is (rounds, offers), `cost` is in units."""

    taken: NDArray[np.bool_]
    cost: Ints


@dataclass(frozen=True, slots=True, eq=False)
class _Trails:
    """Trails with equally many stops. `taken` has the offers as bits: (trails, words)."""

    taken: Ints
    held: Ints
    event: Ints
    lunch: Ints
    cost: Ints

    def __len__(self) -> int:
        return len(self.cost)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "_Trails":
        return _Trails(*(getattr(self, field.name)[rows] for field in fields(self)))

    @classmethod
    def joined(cls, parts: "list[_Trails]") -> "_Trails":
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))

    def cheapest(self) -> "_Trails":
        """Keep the cheapest of the trails that have taken the same and are at the same event."""
        same = (self.lunch, self.event, *self.taken.T)
        order = np.lexsort((self.cost, *same))
        new = np.ones(len(order), dtype=bool)
        new[1:] = np.any([key[order[1:]] != key[order[:-1]] for key in same], axis=0)
        return self.take(order[new])


class DaySearch:
    """Searches the rounds of a day.

    `deadline` is a moment of `time.monotonic()`. When it has passed, or where there is too much to
    look at, the methods raise `UnfinishedError`.
    """

    def __init__(self, day: Timetable, deadline: float) -> None:
        self.day = day
        self._deadline = deadline

    def least(self) -> int:
        """Return the cost of the cheapest round of the day, in units; `FAR` where none is possible."""
        hope, reach = self._hope, _FIRST_REACH
        while hope < FAR // 2:
            found = self.within(hope + reach)
            if len(found.cost):
                return int(found.cost.min())
            reach *= _FARTHER
        return FAR

    def within(self, limit: int) -> Rounds:
        """Return all rounds that cost no more than a limit, in units."""
        start = np.zeros(1, dtype=np.int64)
        lunch = start + (_OWED if self.day.lunch_owed else _HAD)
        trails = _Trails(np.zeros((1, self._marks.shape[1]), dtype=np.int64), start, start, lunch, start)
        done = [trails.take(np.array([self.day.may_be_idle and limit >= 0]))]
        while len(trails):
            trails = self._longer(trails, limit)
            home = trails.event == len(self.day.events) - 1
            done.append(trails.take(home))
            trails = trails.take(~home)
        rounds = _Trails.joined(done)
        marked: Ints = rounds.taken[:, np.newaxis] & self._marks[:-1]
        return Rounds(np.any(marked != 0, axis=2), rounds.cost)

    # --- forward -----------------------------------------------------------------------------------

    def _longer(self, trails: _Trails, limit: int) -> _Trails:
        """Return the trails with one more stop that can still end within the limit."""
        parts = [trails.take(np.zeros(0, dtype=np.intp))]
        size, at_once = 0, max(1, _AT_ONCE // len(self.day.events))
        for before, after in self._whole:
            rows = np.flatnonzero(trails.lunch == before)
            for first in range(0, len(rows), at_once):
                parts.append(self._extended(trails.take(rows[first : first + at_once]), after, limit))
                size += len(parts[-1])
                if size > _MOST_TRAILS or time.monotonic() > self._deadline:
                    raise UnfinishedError
        return _Trails.joined(parts).cheapest()

    def _extended(self, trails: _Trails, after: int, limit: int) -> _Trails:
        """Return trails with one more stop; `after` says of lunch, before it is the same for all of them."""
        day, before = self.day, int(trails.lunch[0])
        whole = self._whole[before, after][trails.event]
        row, event = np.nonzero(whole <= (limit - trails.cost)[:, np.newaxis])
        offer = self._offer[event]
        held = trails.held[row] + self._conversations[offer]
        other_requests = ((trails.taken[row] & self._same_request[offer]) == 0).all(axis=1)
        kept = other_requests & (held <= day.most_held)
        row, event, offer, held = row[kept], event[kept], offer[kept], held[kept]
        step = self._steps(before, after)[trails.event[row], event]
        return _Trails(
            taken=trails.taken[row] | self._marks[offer],
            held=held,
            event=event,
            lunch=np.full(len(row), after),
            cost=trails.cost[row] + step + day.points[event],
        )

    def _steps(self, before: int, after: int) -> Ints:
        return self.day.plain if before == after else self.day.eating

    @cached_property
    def _whole(self) -> dict[tuple[int, int], Ints]:
        """What the rest of a day costs at least by way of each next event, by lunch before and after."""
        day = self.day
        return {
            (before, after): self._steps(before, after) + day.points + self._ahead[after]
            for before, after in ((_OWED, _OWED), (_OWED, _HAD), (_HAD, _HAD))
        }

    # --- backward ----------------------------------------------------------------------------------

    @cached_property
    def _ahead(self) -> Ints:
        """What follows each event at least, itself not counted: (lunch owed and had, events)."""
        day, size = self.day, len(self.day.events)
        starts_s = np.array([event.start_s for event in day.events])
        ends_s = np.array([event.end_s for event in day.events])
        ahead = np.full((2, size), FAR)
        ahead[_HAD, -1] = 0
        last = size - 1
        while last > 0:
            # None of these events can follow another one of them.
            earlier = np.flatnonzero(ends_s[: last - 1] <= starts_s[last - 1])
            first = int(earlier[-1]) + 1 if len(earlier) else 0
            plain, eating = (ways[first:last] for ways in (day.plain, day.eating))
            owed, had = day.points + ahead
            ahead[_HAD, first:last] = (plain + had).min(axis=1)
            ahead[_OWED, first:last] = np.minimum((plain + owed).min(axis=1), (eating + had).min(axis=1))
            np.minimum(ahead, FAR, out=ahead)
            last = first
        return ahead

    @property
    def _hope(self) -> int:
        """What no round of the day can be below."""
        hope = int(self._ahead[_OWED if self.day.lunch_owed else _HAD, 0])
        return min(hope, 0) if self.day.may_be_idle else hope

    # --- offers as bits; the last row of each array stands for no offer ----------------------------------

    @cached_property
    def _offer(self) -> Ints:
        return np.array([event.offer for event in self.day.events], dtype=np.int64)

    @cached_property
    def _conversations(self) -> Ints:
        return np.array([*(offer.conversations for offer in self.day.offers), 0], dtype=np.int64)

    @cached_property
    def _marks(self) -> Ints:
        """The bit of each offer: (offers and none, words)."""
        size = len(self.day.offers)
        marks = np.zeros((size + 1, size // _WORD + 1), dtype=np.int64)
        number = np.arange(size)
        marks[number, number // _WORD] = 1 << (number % _WORD)
        return marks

    @cached_property
    def _same_request(self) -> Ints:
        """The bits of all offers of the same request: (offers and none, words)."""
        request = np.array([*(offer.request for offer in self.day.offers), -1])
        same = request[:, np.newaxis] == request
        bits = np.zeros_like(self._marks)
        for number in range(len(self.day.offers)):
            bits[same[:, number]] |= self._marks[number]
        return bits
