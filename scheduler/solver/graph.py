"""A consultant-day as arrays: its stops, what they cost, and what leads from each to each.

A *key* is a whole number that stands for a set of visits: a field of bits a request, which holds
the number of the option taken, and above them one for the engagements passed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduler.model import Problem
from scheduler.schedule import INFEASIBLE, DayModel, StopOption, Ways
from scheduler.solver.rounds import DayRounds

Keys = NDArray[np.int64]
Points = NDArray[np.float64]

#: Priced points of what cannot be.
FAR = float(INFEASIBLE)
#: A stop with more starts is split into several nodes.
_MOST_STARTS = 30
_DAY_S = 86_400
#: Bits of a key; one is the sign.
_KEY_BITS = 63


class TooManyRoundsError(Exception):
    """A day allows so many visits or rounds that they cannot all be looked at."""


class Moves(NamedTuple):
    """Moves of one sort, waiting or not, from every node to every node.

    `plain` and `lunch` say how many starts of a node are early enough for each start of another,
    (from, to, starts of to); lunch is had on the way. The points of a move are those of the pair,
    (from, to), and, where it waits, `wait_points` for each second that the next stop starts later;
    lunch on the way takes `lunch_gain` off.
    """

    plain: NDArray[np.int8]
    lunch: NDArray[np.int8]
    points: Points
    wait_points: float
    lunch_gain: float


@dataclass(frozen=True, eq=False)
class DayGraph:
    """A consultant-day ready for growing labels.

    Stops are numbered: the visit options, request by request, then the engagements, then base at
    the beginning and at the end of the shift. A *node* is a stop, or a part of the starts of a stop
    that has many; base comes first there. Arrays by node and start are padded to the longest. `requests` are positions in
    the problem's requests.
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

    # --- stops and keys ----------------------------------------------------------------------------

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

    # --- nodes -------------------------------------------------------------------------------------

    @cached_property
    def _parts(self) -> list[tuple[int, NDArray[np.int64], NDArray[np.int64]]]:
        """The nodes: the number of the stop, its starts there and their points."""
        parts = []
        count = len(self.stops)
        for number in (count - 2, count - 1, *range(count - 2)):
            starts_s, points = self.stops[number].starts_s, self.stops[number].points
            pieces = -(-len(starts_s) // _MOST_STARTS)
            edges = [len(starts_s) * piece // pieces for piece in range(pieces + 1)]
            parts += [(number, starts_s[i:j], points[i:j]) for i, j in pairwise(edges)]
        return parts

    @cached_property
    def stop_of(self) -> NDArray[np.int64]:
        """The number of the stop of each node."""
        return np.array([number for number, _starts_s, _points in self._parts])

    @cached_property
    def visits(self) -> slice:
        """The nodes that are visits."""
        return slice(2, 2 + int((self.stop_of < self.first_engagement).sum()))

    @cached_property
    def count(self) -> NDArray[np.int64]:
        """How many starts each node has."""
        return np.array([len(starts_s) for _number, starts_s, _points in self._parts])

    @cached_property
    def starts_s(self) -> NDArray[np.int32]:
        """The starts of each node, padded with the last: (nodes, starts)."""
        starts_s = np.zeros((len(self.count), int(self.count.max())), dtype=np.int32)
        for node, (_number, its_s, _points) in enumerate(self._parts):
            starts_s[node, : len(its_s)] = its_s
            starts_s[node, len(its_s) :] = its_s[-1]
        return starts_s

    @cached_property
    def durations_s(self) -> NDArray[np.int32]:
        """The duration of each node."""
        return np.array([stop.duration_s for stop in self.stops], dtype=np.int32)[self.stop_of]

    @cached_property
    def ends_s(self) -> NDArray[np.int32]:
        """When each node ends, by start: (nodes, starts)."""
        return self.starts_s + self.durations_s[:, np.newaxis]

    @cached_property
    def engaged(self) -> NDArray[np.int64]:
        """How many engagements are over when each node starts: (nodes, starts)."""
        begins_s = np.array([int(e.starts_s[0]) for e in self.model.engagements], dtype=np.int64)
        passed = np.searchsorted(begins_s, self.starts_s, side="right")
        passed[0], passed[1] = 0, len(begins_s)
        passed[self.visits.stop :] = np.arange(len(begins_s))[:, np.newaxis]
        return passed

    @cached_property
    def engaged_after(self) -> NDArray[np.int64]:
        """How many engagements are over after each node, by its start: (nodes, starts)."""
        after = self.engaged.copy()
        after[self.visits.stop :] += 1
        return after

    @cached_property
    def own_points(self) -> Points:
        """What each node costs by itself, by start; padded, and where an engagement is in the way, `FAR`."""
        own = np.full(self.starts_s.shape, FAR)
        for node, (_number, _starts_s, points) in enumerate(self._parts):
            own[node, : len(points)] = points
        # The next engagement, or the end of the shift, must still be ahead when a visit ends.
        fixed_s = np.array([*(e.starts_s[0] for e in self.model.engagements), self.model.day.end_s])
        own[self.visits][self.ends_s[self.visits] > fixed_s[self.engaged[self.visits]]] = FAR
        return own

    # --- from node to node -------------------------------------------------------------------------

    @cached_property
    def _apart(self) -> NDArray[np.bool_]:
        """Between which nodes one may go at all: not within a request, from the end, to the beginning."""
        requests = np.arange(-len(self.count), 0)
        requests[self.visits] = self.local[self.stop_of[self.visits]]
        apart = requests[:, np.newaxis] != requests
        apart[1, :] = apart[:, 0] = False
        return np.asarray(apart)

    @cached_property
    def _ways(self) -> tuple[Ways, ...]:
        places = [self.stops[number].place_id for number in self.stop_of]
        ways = self.model.ways(places, places)
        return tuple(
            way._replace(
                before_s=way.before_s.astype(np.int32),
                least_s=way.least_s.astype(np.int32),
                after_s=way.after_s.astype(np.int32),
            )
            for way in ways
        )

    @cached_property
    def moves(self) -> tuple[Moves, Moves]:
        """The moves that wait away from base, and those that do not."""
        direct, at_base, desk = self._ways
        at_base = at_base._replace(
            may=at_base.may | desk.may,
            **{
                name: np.where(desk.may, getattr(desk, name), getattr(at_base, name))
                for name in ("before_s", "least_s", "after_s", "ride_s")
            },
        )
        return self._moves(direct), self._moves(at_base)

    def _moves(self, way: Ways) -> Moves:
        weights = self.problem.weights
        wait_points = float(weights["waiting_second"] if way.waits else 0)
        points = weights["cycling_second"] * way.ride_s - wait_points * (way.before_s + way.after_s)
        may = (way.may & self._apart)[..., np.newaxis]
        plain, lunch = (
            self._early_enough(latest_s) * may for latest_s in self.model.latest_ends_s(way, self.starts_s)
        )
        return Moves(plain, lunch, points.astype(float), wait_points, wait_points * self.model.day.lunch_s)

    def _early_enough(self, latest_s: NDArray[np.int32]) -> NDArray[np.int8]:
        """Count the starts of each node that end by given seconds, (from, to, starts) to the same shape."""
        latest_s = latest_s - self.durations_s[:, np.newaxis, np.newaxis]
        # Visits start on the grid, so a table by its steps does for them; other stops have one start.
        steps = latest_s[self.visits] // self._grid_s
        np.clip(steps, -1, self._started.shape[1] - 2, out=steps)
        steps += 1 + np.arange(len(steps), dtype=np.int32)[:, np.newaxis, np.newaxis] * self._started.shape[1]
        early = (latest_s >= self.starts_s[:, :1, np.newaxis]).astype(np.int8)
        early[self.visits] = self._started.take(steps)
        return early

    @property
    def _grid_s(self) -> np.int32:
        return np.int32(self.problem.defaults.start_grid_s)

    @cached_property
    def _started(self) -> NDArray[np.int8]:
        """How many starts of each visit there are up to each step of the start grid; the first step is -1."""
        steps = self.starts_s[self.visits] // self._grid_s
        counts = self.count[self.visits]
        table = np.zeros((len(counts), _DAY_S // int(self._grid_s) + 3), dtype=np.int8)
        real = np.arange(steps.shape[1]) < counts[:, np.newaxis]
        table[np.nonzero(real)[0], steps[real] + 1] = 1
        return table.cumsum(axis=1, dtype=np.int8)

    @cached_property
    def reach(self) -> NDArray[np.int8]:
        """How many starts of a node can be followed by another node at all: (from, to)."""
        waiting, others = self.moves
        reach: NDArray[np.int8] = np.maximum(waiting.plain.max(axis=2), others.plain.max(axis=2))
        return reach

    @cached_property
    def least_points(self) -> Points:
        """The least points of riding from a node to another, (from, to)."""
        weight = self.problem.weights["cycling_second"]
        rides = [np.where(way.may, weight * way.ride_s, FAR) for way in self._ways]
        least: Points = np.minimum.reduce(rides)
        return least

    # --- rounds ------------------------------------------------------------------------------------

    def key(self, visits: Iterable[StopOption]) -> int:
        """Return the key of a set of visits."""
        numbers = {stop: number for number, stop in enumerate(self.stops)}
        return sum(int(self.added[numbers[visit]]) for visit in visits)

    def held(self, keys: Keys) -> NDArray[np.int8]:
        """Return the number of each request's option in each key, 0 where there is none: (keys, offers)."""
        return ((keys[:, np.newaxis] & self.fields) >> self.shifts[:-1]).astype(np.int8)

    def rounds(self, keys: Keys, points: NDArray[np.int64]) -> DayRounds:
        """Return the rounds that some keys stand for."""
        requests, options = tuple(i for i, _ in self.offers), tuple(options for _, options in self.offers)
        held = self.held(keys)
        return DayRounds(self.model, keys, requests, options, held, points, self._sum(held, self._loads_s))

    def total(self, keys: Keys, of_visit: NDArray[np.generic]) -> NDArray[np.float64]:
        """Sum a value of each visit option (by number) up over the visits of each key."""
        return self._sum(self.held(keys), self._by_option(of_visit)).astype(float)

    def load_s(self, key: int) -> int:
        """Return the seconds of the visits of one key."""
        return sum(of_option[(key & field) >> shift] for field, shift, of_option in self._fields_and_loads)

    @cached_property
    def _fields_and_loads(self) -> list[tuple[int, int, list[int]]]:
        columns = self.fields.tolist(), self.shifts[:-1].tolist(), self._loads_s.tolist()
        return list(zip(*columns, strict=True))

    @cached_property
    def _loads_s(self) -> NDArray[np.int64]:
        """The seconds of each option, as in `_by_option`."""
        visits = self.stops[: self.first_engagement]
        return self._by_option(np.array([visit.load_s for visit in visits], dtype=np.int64))

    def _by_option(self, of_visit: NDArray[Any]) -> NDArray[Any]:
        """Turn a value of each visit option into (offers, options and none), none first and 0."""
        numbers = 1 + np.arange(len(of_visit)) - np.searchsorted(self.local, self.local)
        table = np.zeros((len(self.offers), 1 + int(numbers.max(initial=0))), dtype=of_visit.dtype)
        table[self.local, numbers] = of_visit
        return table

    def _sum(self, held: NDArray[np.int8], table: NDArray[Any]) -> NDArray[Any]:
        total: NDArray[Any] = table[np.arange(len(table)), held].sum(axis=1)
        return total
