"""A consultant-day as arrays: its stops, what they cost, and what leads from each to each.

A *key* is a whole number that stands for a set of visits: a field of bits a request, which holds
the number of the option taken, and above them one for the engagements passed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduler.model import Problem
from scheduler.schedule import INFEASIBLE, DayModel, Link, StopOption
from scheduler.solver.rounds import DayRounds

Keys = NDArray[np.int64]
Points = NDArray[np.float64]

#: Priced points of what cannot be.
FAR = float(INFEASIBLE)
#: Bits of a key; one is the sign.
_KEY_BITS = 63


class TooManyRoundsError(Exception):
    """A day allows so many visits or rounds that they cannot all be looked at."""


class Moves(NamedTuple):
    """Links of one sort, waiting or not, from every stop to every stop.

    The indices are padded, (from, to, starts of to). The points of a link are those of the pair,
    (from, to), and, where the move waits, those of the start, (to, starts of to); lunch on the way
    takes `lunch_gain` off.
    """

    plain_index: NDArray[np.int16]
    lunch_index: NDArray[np.int16]
    pair_points: Points
    start_points: Points
    lunch_gain: float


@dataclass(frozen=True, eq=False)
class DayGraph:
    """A consultant-day ready for growing labels.

    Stops are numbered: the visit options, request by request, then the engagements, then base at
    the beginning and at the end of the shift. `requests` are positions in the problem's requests.
    """

    problem: Problem
    model: DayModel

    @cached_property
    def offers(self) -> tuple[tuple[int, tuple[StopOption, ...]], ...]:
        """The requests that this day can meet, with their options."""
        found = ((i, self.model.options(request)) for i, request in enumerate(self.problem.requests))
        return tuple((i, options) for i, options in found if options)

    def __post_init__(self) -> None:
        bits = int(self.shifts[-1]) + len(self.model.engagements).bit_length()
        if bits > _KEY_BITS:
            raise TooManyRoundsError

    @cached_property
    def stops(self) -> tuple[StopOption, ...]:
        """All stops by number."""
        visits = (option for _, options in self.offers for option in options)
        return (*visits, *self.model.engagements, self.model.start, self.model.end)

    @cached_property
    def first_engagement(self) -> int:
        """The number of the first engagement, which is the count of visit options."""
        return sum(len(options) for _, options in self.offers)

    @cached_property
    def local(self) -> NDArray[np.int64]:
        """The request of each visit option, as a position in `offers`."""
        return np.repeat(np.arange(len(self.offers)), [len(options) for _, options in self.offers])

    @cached_property
    def shifts(self) -> NDArray[np.int64]:
        """Where the bits of each request begin in a key; the last entry is where engagements do."""
        return np.cumsum([0, *(len(options).bit_length() for _, options in self.offers)])

    @cached_property
    def fields(self) -> NDArray[np.int64]:
        """The bits of each request in a key."""
        widths = np.diff(self.shifts)
        return ((1 << widths) - 1) << self.shifts[:-1]

    @cached_property
    def added(self) -> NDArray[np.int64]:
        """What each visit option or engagement adds to a key."""
        numbers = [number for _, options in self.offers for number in range(1, len(options) + 1)]
        visits = np.array(numbers, dtype=np.int64) << self.shifts[self.local]
        engagements = np.full(len(self.model.engagements), 1 << int(self.shifts[-1]), dtype=np.int64)
        return np.concatenate([visits, engagements])

    @cached_property
    def ends_s(self) -> NDArray[np.int64]:
        """When each stop ends, by start, padded with the last: (stops, starts)."""
        width = max(len(stop.starts_s) for stop in self.stops)
        ends = [np.pad(s.starts_s + s.duration_s, (0, width - len(s.starts_s)), "edge") for s in self.stops]
        return np.stack(ends)

    @cached_property
    def own_points(self) -> Points:
        """What each stop costs by itself, by start, padded with what cannot be."""
        width = self.ends_s.shape[1]
        padded = [
            np.pad(s.points.astype(float), (0, width - len(s.points)), constant_values=FAR)
            for s in self.stops
        ]
        return np.stack(padded)

    @cached_property
    def moves(self) -> tuple[Moves, Moves]:
        """The moves that wait away from base, and those that do not."""
        size, width = self.ends_s.shape
        wait_weight = self.problem.weights["waiting_second"]
        starts = [np.pad(s.starts_s, (0, width - len(s.starts_s)), "edge") for s in self.stops]
        moves = tuple(
            Moves(
                plain_index=np.zeros((size, size, width), dtype=np.int16),
                lunch_index=np.zeros((size, size, width), dtype=np.int16),
                pair_points=np.zeros((size, size)),
                start_points=np.stack(starts).astype(np.float64) * (wait_weight if waits else 0),
                lunch_gain=float(wait_weight * self.model.day.lunch_s if waits else 0),
            )
            for waits in (True, False)
        )
        for a, first in enumerate(self.stops):
            for b, second in enumerate(self.stops):
                link = self._link(a, b, first, second)
                if link is None:
                    continue
                for waits, plain_index, plain_points, lunch_index, _lunch_points in link.arrays:
                    move = moves[0 if waits else 1]
                    to = slice(0, len(second.starts_s))
                    move.plain_index[a, b, to] = plain_index
                    move.lunch_index[a, b, to] = lunch_index
                    move.pair_points[a, b] = plain_points[0] - move.start_points[b, 0]
        return moves[0], moves[1]

    def _link(self, a: int, b: int, first: StopOption, second: StopOption) -> Link | None:
        begin, end = len(self.stops) - 2, len(self.stops) - 1
        same = a < self.first_engagement and b < self.first_engagement and self.local[a] == self.local[b]
        if same or a == end or b == begin:
            return None
        return self.model.link(first, second)

    @cached_property
    def reach(self) -> NDArray[np.int32]:
        """How many starts of a stop can be followed by another stop at all: (from, to)."""
        waits, others = self.moves
        reach: NDArray[np.int32] = np.maximum(waits.plain_index.max(axis=2), others.plain_index.max(axis=2))
        return reach

    @cached_property
    def least_ride_points(self) -> Points:
        """The least points of riding to each visit option from anywhere else."""
        weight = self.problem.weights["cycling_second"]
        places = list(dict.fromkeys(stop.place_id for stop in self.stops))
        rides_s = self.model.rides_between_s(places)
        np.fill_diagonal(rides_s, np.iinfo(np.int64).max // (weight + 1))
        # After an engagement at the same place there is no ride.
        for engagement in self.model.engagements:
            rides_s[:, places.index(engagement.place_id)] = 0
        least_s = rides_s.min(axis=0)
        visited = [places.index(stop.place_id) for stop in self.stops[: self.first_engagement]]
        least_points: Points = weight * least_s[visited].astype(float)
        return least_points

    def key(self, visits: Iterable[StopOption]) -> int:
        """Return the key of a set of visits."""
        numbers = {stop: number for number, stop in enumerate(self.stops)}
        return sum(int(self.added[numbers[visit]]) for visit in visits)

    def rounds(self, keys: Keys, points: NDArray[np.int64]) -> DayRounds:
        """Return the rounds that some keys stand for."""
        held = ((keys[:, np.newaxis] & self.fields) >> self.shifts[:-1]).astype(np.int8)
        requests, options = tuple(i for i, _ in self.offers), tuple(options for _, options in self.offers)
        return DayRounds(self.model, requests, options, held, points)

    def total(self, keys: Keys, of_visit: NDArray[np.generic]) -> NDArray[np.float64]:
        """Sum a value of each visit option (by number) up over the visits of each key."""
        total = np.zeros(len(keys))
        start = 0
        for request, (_, options) in enumerate(self.offers):
            values = np.array([0.0, *of_visit[start : start + len(options)]])
            total += values[(keys & self.fields[request]) >> self.shifts[request]]
            start += len(options)
        return total
