"""A consultant-day as arrays: its stops, what they cost, and what leads from each to each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduler.model.problem import Problem
from scheduler.solver.keys import KeyForm, Keys
from scheduler.solver.rounds import DayRounds, best_order
from scheduler.week.schedule import INFEASIBLE, DayModel
from scheduler.week.stops import StopOption
from scheduler.week.ways import Ways

Points = NDArray[np.float64]

#: Priced points of what cannot be.
FAR = float(INFEASIBLE)
#: A stop with more starts is split into several nodes.
_MOST_STARTS = 30
_DAY_S = 86_400
#: So many nodes at a time are looked at, so that what is only needed on the way takes up little memory.
_ROWS = 64


class Arcs(NamedTuple):
    """Arcs of one sort, waiting or not, from every node to every node.

    `plain` and `lunch` say how many starts of a node are early enough for each start of another,
    (from, to, starts of to); lunch is had on the way. The points of an arc are those of the pair,
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

    @cached_property
    def shape(self) -> tuple[Any, ...]:
        """What nodes and arcs depend on: days of the same shape differ in points and in who works alone."""
        model = self.model
        speed_kph = model.consultant.speed_kph or self.problem.speed_kph
        stops = (
            (s.kind, s.id, s.place_id, s.conversations, s.duration_s, s.starts_s.tobytes())
            for s in self.stops
        )
        return model.base_id, speed_kph, model.day.lunch_s, model.lunch_owed, tuple(stops)

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
    def keys(self) -> KeyForm:
        """The form of the keys that stand for sets of visits."""
        return KeyForm([len(options) for _, options in self.offers])

    @cached_property
    def idle_points(self) -> int:
        """The points of the day without visits: of the ride home, where something has happened."""
        nothing = best_order(self.model, [])
        assert nothing is not None  # noqa: S101 - input checks see that a day's engagements can be kept
        return nothing.points

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
        fixed_s = np.array([*(e.starts_s[0] for e in self.model.engagements), self.model.end.starts_s[0]])
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

    def sorts(self, from_ids: Sequence[str], to_ids: Sequence[str]) -> tuple[Ways, Ways]:
        """Return the ways from places to others: those that wait away from base, and those that do not."""
        direct, at_base, desk = (
            way._replace(
                before_s=way.before_s.astype(np.int32),
                least_s=way.least_s.astype(np.int32),
                after_s=way.after_s.astype(np.int32),
            )
            for way in self.model.ways.between(from_ids, to_ids)
        )
        return direct, at_base._replace(
            may=at_base.may | desk.may,
            **{
                name: np.where(desk.may, getattr(desk, name), getattr(at_base, name))
                for name in ("before_s", "least_s", "after_s", "ride_s")
            },
        )

    def arcs(self) -> tuple[Arcs, Arcs, Points]:
        """Return the arcs that wait away from base, and those that do not.

        The third are the least points of riding from a node to another, (from, to).
        """
        places = [self.stops[number].place_id for number in self.stop_of]
        waiting, others = self.sorts(places, places)
        weight = self.problem.weights["cycling_second"]
        rides = [np.where(way.may, weight * way.ride_s, FAR) for way in (waiting, others)]
        return self._arcs(waiting), self._arcs(others), np.minimum(*rides)

    def ride_points(self, way: Ways) -> Points:
        """Return the points of a way but for those of when its stops are."""
        weights = self.problem.weights
        points = weights["cycling_second"] * way.ride_s
        return (points - self.wait_points(way) * (way.before_s + way.after_s)).astype(float)

    def wait_points(self, way: Ways) -> float:
        """Return the points of a second of free time on a way."""
        return float(self.problem.weights["waiting_second"] if way.waits else 0)

    def _arcs(self, way: Ways) -> Arcs:
        wait_points = self.wait_points(way)
        plain = np.zeros((len(self.count), *self.starts_s.shape), dtype=np.int8)
        lunch = np.zeros_like(plain)
        for first in range(0, len(plain), _ROWS):
            rows = slice(first, first + _ROWS)
            part = way.take(rows)
            may = (part.may & self._apart[rows])[..., np.newaxis]
            plain_s, lunch_s = self.model.ways.latest_ends_s(part, self.starts_s)
            plain[rows] = self._early_enough(plain_s, rows) * may
            # Where no lunch is owed, it counts as had from the beginning.
            if self.model.lunch_owed:
                lunch[rows] = self._early_enough(lunch_s, rows) * may
        return Arcs(plain, lunch, self.ride_points(way), wait_points, wait_points * self.model.day.lunch_s)

    def _early_enough(self, latest_s: NDArray[np.int32], rows: slice) -> NDArray[np.int8]:
        """Count the starts of some nodes that end by given seconds, (from, to, starts) to the same shape."""
        latest_s = latest_s - self.durations_s[rows, np.newaxis, np.newaxis]
        # Visits start on the grid, so a table by its steps does for them; other stops have one start.
        nodes = np.arange(len(self.count))[rows]
        visits = np.flatnonzero((nodes >= self.visits.start) & (nodes < self.visits.stop))
        steps = latest_s[visits] // self._grid_s
        np.clip(steps, -1, self._started.shape[1] - 2, out=steps)
        of_visit = (nodes[visits] - self.visits.start).astype(np.int32)
        steps += 1 + of_visit[:, np.newaxis, np.newaxis] * np.int32(self._started.shape[1])
        early = (latest_s >= self.starts_s[rows, :1, np.newaxis]).astype(np.int8)
        early[visits] = self._started.take(steps)
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

    # --- rounds ------------------------------------------------------------------------------------

    def key(self, visits: Iterable[StopOption]) -> int:
        """Return the key of a set of visits."""
        numbers = {stop: number for number, stop in enumerate(self.stops)}
        first = np.searchsorted(self.local, self.local)
        options = [numbers[visit] for visit in visits]
        return self.keys.key((int(self.local[option]), 1 + option - int(first[option])) for option in options)

    def rounds(self, keys: Sequence[int], points: NDArray[np.int64]) -> DayRounds:
        """Return the rounds that some whole keys stand for."""
        requests, options = tuple(i for i, _ in self.offers), tuple(options for _, options in self.offers)
        held = self.keys.held(self.keys.in_words(keys))
        whole = np.array(keys, dtype=object)
        return DayRounds(self.model, whole, requests, options, held, points, self._sum(held, self._loads_s))

    def total(self, keys: Keys, of_visit: NDArray[np.generic]) -> NDArray[np.float64]:
        """Sum a value of each visit option (by number) up over the visits of each key."""
        return self._sum(self.keys.held(keys), self._by_option(of_visit)).astype(float)

    def load_s(self, key: int) -> int:
        """Return the seconds of the visits of one key."""
        loads_s = self._loads_s
        return sum(int(loads_s[local, number]) for local, number in self.keys.met(key))

    def visits_of(self, key: int) -> list[StopOption]:
        """Return the visits that a key stands for, in no order."""
        return [self.offers[local][1][number - 1] for local, number in self.keys.met(key)]

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
