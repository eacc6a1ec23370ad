"""Growing the rounds of a day, stop by stop.

A *trail* is a set of what was visited and a departure that it ends with; it carries what it costs at least, for
every moment of that departure, lunch still owed and had. Trails that have visited the same and end with the
same departure are one. A trail above a limit, with the least that can follow, is dropped. Where too many
are left, those with the least hope are dropped too, and their hope is remembered.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from scheduler.checks.bound.rest import HAD, MOMENTS, OWED, Rest
from scheduler.checks.bound.timetable import FAR, Ints, Timetable, UnfinishedError
from scheduler.checks.bound.ways import Way

#: How many pairs of a trail and an arrival are looked at together, and how many of them are made trails.
_PAIRS_AT_ONCE = 200_000
_MADE_AT_ONCE = 4_096
#: So many more trails than are kept are held before the less promising ones are dropped.
_SPARE = 20_000
#: How many kinds are marked in a word of bits.
_WORD = 64

Words = NDArray[np.uint64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class _Trails:
    """Trails with equally many stops.

    `taken` is (trails, words); `cost` is (trails, lunch owed and had, moments). No round that a trail comes to is
    below its `hope`.
    """

    taken: Words
    held: Ints
    last: Ints
    cost: Ints
    hope: Ints

    def __len__(self) -> int:
        return len(self.last)

    def take(self, rows: Rows | slice) -> "_Trails":
        return _Trails(*(getattr(self, field.name)[rows] for field in fields(self)))

    @classmethod
    def joined(cls, parts: "list[_Trails]") -> "_Trails":
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))

    def merged(self) -> "_Trails":
        """Make one of the trails that have visited the same and end with the same departure."""
        order, firsts = alike(self.last, self.held, *self.taken.T)
        if len(firsts) == len(order):
            return self
        cost = np.minimum.reduceat(self.cost[order], firsts, axis=0)
        hope = np.minimum.reduceat(self.hope[order], firsts)
        kept = order[firsts]
        return _Trails(self.taken[kept], self.held[kept], self.last[kept], cost, hope)


def alike(*columns: NDArray[np.generic]) -> tuple[Rows, Rows]:
    """Return an order in which rows that are the same stand together, and where in it each kind begins."""
    order = np.lexsort(columns)
    new = np.ones(len(order), dtype=bool)
    new[1:] = np.any([column[order[1:]] != column[order[:-1]] for column in columns], axis=0)
    return order, np.flatnonzero(new)


class Growth:
    """The rounds of a day up to a limit, in units.

    Parameters
    ----------
    day, ways, rest
        The day.
    kinds
        A number for each offer. Rounds are told apart by the kinds of what they visit: the same for all offers of a
        request, or another for each.
    limit
        What rounds may cost.
    width
        How many trails with equally many stops are kept.
    deadline
        A moment of `time.monotonic()`.

    Attributes
    ----------
    taken, cost
        The rounds that were found, each set of kinds once: the marks of the kinds, and units.
    dropped
        The least hope of the trails that were dropped although they are within the limit; `FAR` for none.

    Raises
    ------
    UnfinishedError
        When the deadline has passed.
    """

    def __init__(
        self,
        day: Timetable,
        ways: tuple[Way, Way],
        rest: Rest,
        *,
        kinds: Ints,
        limit: int,
        width: int,
        deadline: float,
    ) -> None:
        self._day, self._ways, self._rest = day, ways, rest
        self._limit, self._width, self._deadline = min(limit, FAR // 2), width, deadline
        self.dropped = FAR
        # The last row stands for no offer.
        self._conversations = np.array([*(offer.conversations for offer in day.offers), 0], dtype=np.int64)
        self._marks = marks(kinds)
        self._same_request = np.zeros((len(day.arrivals), self._marks.shape[1]), dtype=np.uint64)
        for offer, mark in zip(day.offers, self._marks, strict=False):
            self._same_request[day.arrivals.request == offer.request] |= mark
        self._stops = np.bincount(day.arrival, minlength=len(day.arrivals))
        self._first_stop = np.cumsum(self._stops) - self._stops
        self.taken, self.cost = self._grown()

    def _grown(self) -> tuple[Words, Ints]:
        day = self._day
        cost = np.full((1, 2, day.points.shape[1]), FAR)
        cost[0, OWED if day.lunch_owed else HAD, 0] = 0
        zero, none = np.zeros(1, dtype=np.int64), np.zeros((1, self._marks.shape[1]), dtype=np.uint64)
        trails = _Trails(none, zero, zero + len(day.departures) - 1, cost, zero)
        idle = int(day.may_be_idle and self._limit >= 0)
        taken, costs = [none[:idle]], [zero[:idle]]
        if day.has_begun:
            cost = self._arriving(trails, np.full(1, len(day.arrivals) - 1))[:, HAD, 0]
            taken.append(none[cost <= self._limit])
            costs.append(cost[cost <= self._limit])
        while len(trails):
            trails = self._longer(trails)
            cost = self._arriving(trails, np.full(len(trails), len(day.arrivals) - 1))[:, HAD, 0]
            taken.append(trails.taken[cost <= self._limit])
            costs.append(cost[cost <= self._limit])
        sets, found = np.concatenate(taken), np.concatenate(costs)
        order, firsts = alike(*sets.T)
        return sets[order[firsts]], np.minimum.reduceat(found[order], firsts) if len(found) else found

    def _longer(self, trails: _Trails) -> _Trails:
        """Return the trails with one more stop."""
        parts, size = [trails.take(slice(0))], 0
        for row, to in self._pairs(trails):
            for first in range(0, len(row), _MADE_AT_ONCE):
                piece = slice(first, first + _MADE_AT_ONCE)
                parts.append(self._extended(trails.take(row[piece]), to[piece]))
                size += len(parts[-1])
                if size > self._width + _SPARE:
                    parts, size = [self._promising(parts)], 0
                if time.monotonic() > self._deadline:
                    raise UnfinishedError
        return self._promising(parts)

    def _promising(self, parts: list[_Trails]) -> _Trails:
        """Merge trails, and drop those beyond the width."""
        trails = _Trails.joined(parts).merged()
        if len(trails) <= self._width:
            return trails
        order = np.argsort(trails.hope, kind="stable")
        self.dropped = min(self.dropped, int(trails.hope[order[self._width]]))
        return trails.take(order[: self._width])

    def _pairs(self, trails: _Trails) -> Iterator[tuple[Rows, Rows]]:
        """Yield which trails may be followed by which arrivals, roughly: rows of the trails, and arrivals."""
        rest = self._rest.by_later
        size = max(1, _PAIRS_AT_ONCE // len(self._day.arrivals))
        for first in range(0, len(trails), size):
            piece = trails.take(slice(first, first + size))
            may = np.zeros((len(piece), len(self._day.arrivals)), dtype=bool)
            for lunch in (OWED, HAD):
                cost = piece.cost[:, lunch]
                earliest = (cost < FAR // 2).argmax(axis=1)
                hope = cost.min(axis=1)[:, np.newaxis] + rest[lunch, piece.last, earliest // MOMENTS]
                may |= hope <= self._limit
            may[:, -1] = False
            row, to = np.nonzero(may)
            new = ((piece.taken[row] & self._same_request[to]) == 0).all(axis=1)
            yield first + row[new], to[new]

    def _arriving(self, trails: _Trails, to: Rows) -> Ints:
        """Return what each trail costs at least at an arrival, by its moments: (trails, lunch owed and had, moments)."""
        day = self._day
        most = day.points.shape[1]
        row, moments = np.arange(len(trails))[:, np.newaxis], np.arange(most)
        arriving = np.full((len(trails), 2, most), FAR)
        for way in self._ways:
            # The least cost at a moment or earlier; the first column stands for none.
            before = np.full((len(trails), 2, most + 1), FAR)
            seconds = day.departures.seconds[trails.last][:, np.newaxis]
            np.minimum.accumulate(trails.cost - way.second_units * seconds, axis=2, out=before[:, :, 1:])
            pair = trails.last, to
            points = way.points[pair][:, np.newaxis] + way.second_units * day.arrivals.seconds[to]
            until = np.clip(moments - way.lag[pair][:, np.newaxis], -1, most - 1) + 1
            np.minimum(arriving[:, HAD], before[row, HAD, until] + points, out=arriving[:, HAD])
            if day.lunch_owed:
                np.minimum(arriving[:, OWED], before[row, OWED, until] + points, out=arriving[:, OWED])
                until = moments - way.lunch_lag[pair][:, np.newaxis]
                np.minimum(until, way.lunch_until[pair][:, np.newaxis], out=until)
                until[moments < way.lunch_from[pair][:, np.newaxis]] = -1
                eating = before[row, OWED, np.clip(until, -1, most - 1) + 1] + points - way.lunch_units
                np.minimum(arriving[:, HAD], eating, out=arriving[:, HAD])
        return arriving

    def _extended(self, trails: _Trails, to: Rows) -> _Trails:
        """Return trails with every stop at an arrival each that is within the limit."""
        day = self._day
        arriving = self._arriving(trails, to)
        # Each trail is followed by all stops at its arrival.
        stops = self._stops[to]
        row = np.repeat(np.arange(len(to)), stops)
        stop = self._first_stop[to][row] + np.arange(len(row)) - (np.cumsum(stops) - stops)[row]
        offer = day.offer[stop]
        held = trails.held[row]
        if day.most_held is not None:
            held = held + self._conversations[offer]
            allowed = held <= day.most_held
            row, stop, offer, held = row[allowed], stop[allowed], offer[allowed], held[allowed]
        cost = np.minimum(arriving[row] + day.points[stop][:, np.newaxis], FAR)
        hope = (cost + self._rest.least[:, stop].transpose(1, 0, 2)).min(axis=(1, 2))
        kept = hope <= self._limit
        row, stop, offer = row[kept], stop[kept], offer[kept]
        return _Trails(trails.taken[row] | self._marks[offer], held[kept], stop, cost[kept], hope[kept])


def marks(kinds: Ints) -> Words:
    """Return the bit of each kind as words; and a further row without any."""
    found = np.zeros((len(kinds) + 1, int(kinds.max(initial=0)) // _WORD + 1), dtype=np.uint64)
    bits = np.left_shift(np.uint64(1), (kinds % _WORD).astype(np.uint64))
    found[np.arange(len(kinds)), kinds // _WORD] = bits
    return found
