"""One consultant-day: the stops it may have, and the cheapest valid schedule of a sequence of them.

A day is a chain of stops: base at the beginning of the shift, visits and engagements, base at its
end. What a stop costs depends on when it starts, and when the next may start depends on when this
one ended; so a stop carries a *cost profile*: for every possible start, the least points with
which the day can have come so far, apart for lunch not yet had and lunch had. A `Link` carries a
profile from one stop to the next. All rules between two stops (riding, parking, waiting, working
at base, lunch) stand in `DayModel.ways` and `Link`, once.

Profiles are int64 arrays of shape (..., 2, g): lunch not had and had, by start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from scheduler.model.problem import ConsultantDay, Problem, Request, RoomSlot, own_rides_s

Profile = NDArray[np.int64]
_Int = TypeVar("_Int", np.int32, np.int64)

#: Points of what cannot be. Far above any score, and far enough below the int64 limit to add to.
INFEASIBLE = 1 << 60
_HALF = INFEASIBLE // 2
AGREEMENT_TOLERANCE_S = 15 * 60


@dataclass(frozen=True, slots=True, eq=False)
class StopOption:
    """A stop that a day may have: a request with its number of conversations, or an engagement.

    `starts_s` are its possible starts in ascending order; `points` says what each costs by itself:
    agreement, change and own consultant, less what leaving the request out would cost. Of starts
    that cost the same, people like the one nearest to `preferred_s` best, else the earliest.
    """

    kind: Literal["visit", "home_visit", "engagement", "base"]
    id: str
    place_id: str
    conversations: int
    duration_s: int
    starts_s: NDArray[np.int64]
    points: NDArray[np.int64]
    preferred_s: int = 0

    @property
    def load_s(self) -> int:
        """Seconds that count as load."""
        return self.duration_s if self.kind in ("visit", "home_visit") else 0


@dataclass(frozen=True, slots=True)
class Move:
    """One way to get from stop to stop.

    After the first stop `before_s` seconds go by, then comes free time of at least `least_s`, and
    `after_s` before the next stop's start it ends. Where the free time is a wait away from base it
    costs points.
    """

    before_s: int
    least_s: int
    after_s: int
    ride_s: int
    waits: bool
    via_base: bool


class Ways(NamedTuple):
    """Ways of one sort from places to others, each a `Move`: arrays of shape (from, to).

    `may` tells between which places there is such a way.
    """

    may: NDArray[np.bool_]
    before_s: NDArray[np.int64]
    least_s: NDArray[np.int64]
    after_s: NDArray[np.int64]
    ride_s: NDArray[np.int64]
    waits: bool
    via_base: bool

    def take(self, rows: NDArray[np.int64] | slice) -> "Ways":
        """Return the ways from some of the places."""
        names = ("may", "before_s", "least_s", "after_s", "ride_s")
        return self._replace(**{name: getattr(self, name)[rows] for name in names})


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """All moves between two stops, made ready for whole profiles.

    For every move and every start of the second stop: how many starts of the first one are early
    enough (an index into running minima), and the points to add; apart for passing without and
    with lunch.
    """

    moves: tuple[Move, ...]
    arrays: tuple[tuple[bool, NDArray[np.intp], Profile, NDArray[np.intp], Profile], ...]
    wait_points: Profile
    points: Profile

    def __call__(self, profile: Profile) -> Profile:
        """Carry profiles of the first stop, shape (..., 2, g), to the second, shape (..., 2, h)."""
        shape = (*profile.shape[:-1], len(self.points))
        result = np.full(shape, INFEASIBLE, dtype=np.int64)
        for waits, plain_index, plain_points, lunch_index, lunch_points in self.arrays:
            least = np.full((*profile.shape[:-1], profile.shape[-1] + 1), INFEASIBLE, dtype=np.int64)
            source = profile - self.wait_points if waits else profile
            np.minimum.accumulate(source, axis=-1, out=least[..., 1:])
            np.minimum(result, least[..., plain_index] + plain_points, out=result)
            with_lunch = least[..., 0, :][..., lunch_index] + lunch_points
            np.minimum(result[..., 1, :], with_lunch, out=result[..., 1, :])
        result += self.points
        result[result > _HALF] = INFEASIBLE
        return result


@dataclass(frozen=True, slots=True)
class ScheduledStop:
    """A stop with its start. `via_base` and `lunch` tell of the way that leads to it."""

    option: StopOption
    start_s: int
    via_base: bool
    lunch: bool


@dataclass(frozen=True, slots=True)
class DaySchedule:
    """The cheapest schedule of one day's stops; the last "stop" is the end of the shift at base.

    `points` are those of the score that this day causes, but for balance, less what leaving its
    visits out would cost.
    """

    day: ConsultantDay
    stops: tuple[ScheduledStop, ...]
    points: int

    @property
    def visits(self) -> tuple[StopOption, ...]:
        """The visits and home visits, without engagements and base."""
        return tuple(s.option for s in self.stops if s.option.kind in ("visit", "home_visit"))


class DayModel:
    """The rules and prices of one consultant-day of a problem.

    `pin_points` are taken off for keeping a pin; the caller chooses them so high that no roster
    without a pin can be better than one with it.
    """

    def __init__(self, problem: Problem, day: ConsultantDay, *, pin_points: int = 0) -> None:
        self.problem = problem
        self.day = day
        self.consultant = next(c for c in problem.consultants if c.consultant_id == day.consultant_id)
        self.base_id = self.consultant.base_id
        self._pin_points = pin_points
        self.place_rows = problem.travel.index()
        self._options: dict[str, tuple[StopOption, ...]] = {}
        self._links: dict[tuple[StopOption, StopOption], Link | None] = {}
        self.start = self._fixed("base", "start", self.base_id, day.start_s, 0)
        self.end = self._fixed("base", "end", self.base_id, day.end_s, 0)
        self.engagements = tuple(
            self._fixed("engagement", e.engagement_id, e.place_id, e.start_s, e.end_s - e.start_s)
            for e in day.engagements
        )

    def _fixed(
        self, kind: Literal["engagement", "base"], id_: str, place_id: str, start_s: int, duration_s: int
    ) -> StopOption:
        starts = np.array([start_s], dtype=np.int64)
        return StopOption(kind, id_, place_id, 0, duration_s, starts, np.zeros(1, dtype=np.int64))

    def ride_s(self, from_id: str, to_id: str) -> int:
        """Return the consultant's own ride seconds between two places, parking not counted."""
        if from_id == to_id:
            return 0
        return int(self._rides_s([self.place_rows[from_id]], [self.place_rows[to_id]])[0, 0])

    def rides_between_s(self, place_ids: Sequence[str]) -> NDArray[np.int64]:
        """Return the consultant's own ride seconds between places, in their order; 0 at the same place."""
        rows = [self.place_rows[place_id] for place_id in place_ids]
        rides_s = self._rides_s(rows, rows)
        rides_s[np.equal.outer(rows, rows)] = 0
        return rides_s

    def _rides_s(self, rows: Sequence[int], columns: Sequence[int]) -> NDArray[np.int64]:
        """Return own ride seconds of some rows and columns of the travel times; all would be much for many days."""
        seconds = self.problem.travel.seconds[np.ix_(rows, columns)]
        return own_rides_s(seconds, self.problem.speed_kph, self.consultant.speed_kph)

    # --- lunch -----------------------------------------------------------------------------------

    @property
    def _lunch_in_shift(self) -> bool:
        defaults = self.problem.defaults
        overlap = min(self.day.end_s, defaults.lunch_to_s) - max(self.day.start_s, defaults.lunch_from_s)
        return 0 < self.day.lunch_s <= overlap

    @cached_property
    def lunch_waived(self) -> bool:
        """Whether the engagements alone leave no room for a lunch that would be owed (rule 5)."""
        if not self._lunch_in_shift:
            return False
        return int(self._run(self.engagements, lunch_owed=True)[-1].min()) >= INFEASIBLE

    @cached_property
    def lunch_owed(self) -> bool:
        """Whether a round of this day must have its lunch."""
        return self._lunch_in_shift and not self.lunch_waived

    # --- what the day may hold ---------------------------------------------------------------------

    def options(self, request: Request) -> tuple[StopOption, ...]:
        """Return the ways in which this day can meet a request: one for each number of conversations."""
        if request.request_id not in self._options:
            self._options[request.request_id] = self._make_options(request)
        return self._options[request.request_id]

    def _make_options(self, request: Request) -> tuple[StopOption, ...]:
        if not self._may_serve(request) or all(slot.date != self.day.date for slot in request.slots):
            return ()
        pin = request.pin
        if request.kind == "home_visit":
            numbers = range(1)
        else:
            numbers = range(1, request.max_conversations + 1)
            if pin and pin.conversations is not None:
                numbers = range(pin.conversations, pin.conversations + 1)
        found = (self._option(request, n) for n in numbers)
        return tuple(option for option in found if len(option.starts_s))

    def _may_serve(self, request: Request) -> bool:
        consultant_id = self.day.consultant_id
        if request.base_id is not None and request.base_id != self.base_id:
            return False
        if request.kind == "home_visit" and request.consultant_id not in (None, consultant_id):
            return False
        pin = request.pin
        return pin is None or (pin.date == self.day.date and pin.consultant_id in (None, consultant_id))

    def _option(self, request: Request, conversations: int) -> StopOption:
        defaults = self.problem.defaults
        duration_s = request.duration_s
        if request.kind == "visit":
            duration_s = defaults.setup_s + conversations * defaults.conversation_s
        grid_s = defaults.start_grid_s
        starts: set[int] = set()
        for slot in request.slots:
            if slot.date == self.day.date:
                earliest = -(-max(slot.start_s, self.day.start_s) // grid_s) * grid_s
                latest = min(slot.end_s, self.day.end_s) - duration_s
                starts.update(range(earliest, latest + 1, grid_s))
        if request.pin:
            starts &= {request.pin.start_s}
        starts_s = np.array(sorted(starts), dtype=np.int64)
        planned = [p for p in (request.published, request.agreement) if p and p.date == self.day.date]
        return StopOption(
            kind=request.kind,
            id=request.request_id,
            place_id=request.request_id,
            conversations=conversations,
            duration_s=duration_s,
            starts_s=starts_s,
            points=self._points(request, conversations, starts_s),
            preferred_s=planned[0].start_s if planned else 0,
        )

    def _points(self, request: Request, conversations: int, starts_s: NDArray[np.int64]) -> Profile:
        weights = self.problem.weights
        points = np.full(len(starts_s), -request_points(self.problem, request, conversations), dtype=np.int64)
        own = request.consultant_id
        if request.kind == "visit" and own is not None and own != self.day.consultant_id:
            points += weights["continuity"]
        if request.agreement:
            near = np.abs(starts_s - request.agreement.start_s) <= AGREEMENT_TOLERANCE_S
            kept = near & (request.agreement.date == self.day.date)
            points[~kept] += weights["moved_from_agreement"]
        if request.published:
            near = np.abs(starts_s - request.published.start_s) <= AGREEMENT_TOLERANCE_S
            same = (request.published.date, request.published.consultant_id) == (
                self.day.date,
                self.day.consultant_id,
            )
            points[near & same] -= weights["change"]
        if request.pin:
            points -= self._pin_points
        return points

    # --- from stop to stop -------------------------------------------------------------------------

    def ways(self, from_ids: Sequence[str], to_ids: Sequence[str]) -> tuple[Ways, Ways, Ways]:
        """Return the ways to get from places to others: rules 2 and 3 of a valid roster.

        The first are those between stops away from base, the second those that begin or end at
        base, the third those that go by base in between.
        """
        parking_s, desk_s = self.problem.defaults.parking_s, self.problem.defaults.desk_s
        rows, columns = ([self.place_rows[id_] for id_ in ids] for ids in (from_ids, to_ids))
        base = self.place_rows[self.base_id]
        a, b = np.array(rows)[:, np.newaxis], np.array(columns)
        ride_s = self._rides_s(rows, columns)
        same, from_base, to_base = a == b, a == base, b == base
        nothing = np.zeros_like(ride_s)
        ride_s = np.where(same, 0, ride_s)
        way_s = np.where(same, 0, ride_s + parking_s)
        away = ~from_base & ~to_base
        # From base one leaves just in time; at base nobody waits.
        direct = Ways(away, way_s, nothing, nothing, ride_s, waits=True, via_base=False)
        base_s = np.where(from_base, 0, way_s), np.where(from_base, way_s, 0)
        at_base = Ways(~away, base_s[0], nothing, base_s[1], ride_s, waits=False, via_base=False)
        back_s, out_s = self._rides_s(rows, [base]), self._rides_s([base], columns)[0]
        desk = Ways(
            away,
            back_s + parking_s + nothing,
            desk_s + nothing,
            out_s + parking_s + nothing,
            back_s + out_s,
            waits=False,
            via_base=True,
        )
        return direct, at_base, desk

    def _moves(self, first: StopOption, second: StopOption) -> tuple[Move, ...]:
        """Return the ways to get from one stop to the next."""
        return tuple(
            Move(
                int(way.before_s[0, 0]),
                int(way.least_s[0, 0]),
                int(way.after_s[0, 0]),
                int(way.ride_s[0, 0]),
                waits=way.waits,
                via_base=way.via_base,
            )
            for way in self.ways([first.place_id], [second.place_id])
            if way.may[0, 0]
        )

    def link(self, first: StopOption, second: StopOption) -> Link | None:
        """Return the link between two stops, or None where the second is over before the first."""
        key = (first, second)
        if key not in self._links:
            self._links[key] = self._make_link(first, second)
        return self._links[key]

    def _make_link(self, first: StopOption, second: StopOption) -> Link | None:
        ends_s = first.starts_s + first.duration_s
        starts_s = second.starts_s
        moves = tuple(
            move
            for move in self._moves(first, second)
            if ends_s[0] + move.before_s + move.least_s + move.after_s <= starts_s[-1]
        )
        if not moves:
            return None
        weights = self.problem.weights
        wait_weight = weights["waiting_second"]
        arrays = []
        for move in moves:
            free_s = starts_s - move.after_s - move.before_s
            plain = np.full(len(starts_s), move.ride_s * weights["cycling_second"], dtype=np.int64)
            if move.waits:
                plain += wait_weight * free_s
            with_lunch = plain - wait_weight * self.day.lunch_s if move.waits else plain
            latest_s = self.latest_ends_s(move, starts_s)
            plain_index, lunch_index = (np.searchsorted(ends_s, late_s, side="right") for late_s in latest_s)
            arrays.append((move.waits, plain_index, plain, lunch_index, with_lunch))
        return Link(moves, tuple(arrays), wait_weight * ends_s, second.points)

    def latest_ends_s(self, way: Move | Ways, starts_s: NDArray[_Int]) -> tuple[NDArray[_Int], NDArray[_Int]]:
        """Return when a stop must end for the next to start at given seconds, without and with lunch.

        With a `Ways`, the starts have the shape (from or 1, to, starts), and so have the answers.
        Lunch on the way that cannot be is told by a negative number.
        """
        times_s = way.before_s, way.least_s, way.after_s
        before_s, least_s, after_s = (np.expand_dims(s, -1).astype(starts_s.dtype) for s in times_s)
        defaults, lunch_s = self.problem.defaults, self.day.lunch_s
        free_to_s = starts_s - after_s
        latest_s = free_to_s - before_s - least_s
        lunch_end_s = np.minimum(free_to_s, defaults.lunch_to_s)
        with_lunch_s = np.minimum(lunch_end_s - lunch_s - before_s, latest_s)
        return latest_s, np.where(lunch_end_s - lunch_s < defaults.lunch_from_s, -1, with_lunch_s)

    def earliest_starts_s(
        self, way: Ways, ends_s: NDArray[_Int]
    ) -> tuple[NDArray[_Int], NDArray[_Int], NDArray[np.bool_]]:
        """Return when stops can start at the earliest after others that end at given seconds: `latest_ends_s` turned round.

        The ends have the shape of the ways, or (from, 1). The answers are without lunch, with lunch, and whether
        lunch on the way can be at all.
        """
        defaults, lunch_s = self.problem.defaults, self.day.lunch_s
        free_from_s = ends_s + way.before_s
        plain_s = free_from_s + way.least_s + way.after_s
        lunch_from_s = np.maximum(free_from_s, defaults.lunch_from_s)
        with_lunch_s = np.maximum(lunch_from_s + lunch_s + way.after_s, plain_s)
        return plain_s, with_lunch_s, lunch_from_s + lunch_s <= defaults.lunch_to_s

    def initial(self) -> Profile:
        """Return the profile of base at the beginning of the shift, shape (2, 1)."""
        return self._initial(lunch_owed=self.lunch_owed)

    def _initial(self, *, lunch_owed: bool) -> Profile:
        had = [[0], [INFEASIBLE]] if lunch_owed else [[INFEASIBLE], [0]]
        return np.array(had, dtype=np.int64)

    def _run(self, stops: Sequence[StopOption], *, lunch_owed: bool) -> list[Profile]:
        """Return the profiles along a sequence, shift's end included; the last holds had-lunch only."""
        profiles = [self._initial(lunch_owed=lunch_owed)]
        chain = (self.start, *stops, self.end)
        for first, second in pairwise(chain):
            link = self.link(first, second)
            shape = (2, len(second.starts_s))
            profiles.append(link(profiles[-1]) if link else np.full(shape, INFEASIBLE, dtype=np.int64))
        profiles[-1] = profiles[-1][1]
        return profiles

    def best_schedule(self, stops: Sequence[StopOption]) -> DaySchedule | None:
        """Return the cheapest valid schedule of these stops in this order, or None.

        The engagements of the day must be among the stops. The schedule is found by carrying cost
        profiles forward (dynamic programming over start times) and walking back.
        """
        profiles = self._run(stops, lunch_owed=self.lunch_owed)
        points = int(profiles[-1].min())
        if points >= INFEASIBLE:
            return None
        chain = (self.start, *stops, self.end)
        scheduled: list[ScheduledStop] = []
        at, lunch = 0, 1
        for position in range(len(chain) - 1, 0, -1):
            first, second = chain[position - 1], chain[position]
            target = profiles[position][0] if position == len(chain) - 1 else profiles[position][lunch, at]
            step = self._step_back(first, second, profiles[position - 1], (at, lunch), int(target))
            before_at, before_lunch, via_base = step
            scheduled.append(
                ScheduledStop(second, int(second.starts_s[at]), via_base, lunch=before_lunch != lunch)
            )
            at, lunch = before_at, before_lunch
        return DaySchedule(self.day, tuple(reversed(scheduled)), points)

    def _step_back(
        self, first: StopOption, second: StopOption, profile: Profile, state: tuple[int, int], target: int
    ) -> tuple[int, int, bool]:
        """Find whence a profile's value came: the first stop's start and lunch, and whether via base.

        Of several starts that come to the same the one that people like best is taken.
        """
        at, lunch = state
        link = self.link(first, second)
        assert link is not None  # noqa: S101 - the profile is feasible, so there is a link
        for move, (waits, plain_index, plain, lunch_index, with_lunch) in zip(
            link.moves, link.arrays, strict=True
        ):
            ways = [(lunch, int(plain_index[at]), int(plain[at]))]
            if lunch == 1:
                ways.append((0, int(lunch_index[at]), int(with_lunch[at])))
            for before, count, points in ways:
                source = profile[before] - link.wait_points if waits else profile[before]
                hits = np.flatnonzero(source[:count] + points + link.points[at] == target)
                if len(hits):
                    away_s = np.abs(first.starts_s[hits] - first.preferred_s)
                    return int(hits[np.argmin(away_s)]), before, move.via_base
        raise AssertionError("a profile's value came from nowhere")


def request_points(problem: Problem, request: Request, conversations: int) -> int:
    """Return the points that meeting a request with so many conversations saves."""
    missed, unserved = problem.weights["missed_visit"], problem.weights["unserved_conversation"]
    return request.priority * (missed + unserved * conversations)


def unmet_points(problem: Problem) -> int:
    """Return the points of a week in which no request is met and nobody rides."""
    change = problem.weights["change"]
    return sum(
        request_points(problem, request, request.conversations) + (change if request.published else 0)
        for request in problem.requests
    )


def slot_of(request: Request, day: ConsultantDay, start_s: int, end_s: int) -> RoomSlot:
    """Return the room slot in which a visit lies."""
    return next(
        slot
        for slot in request.slots
        if slot.date == day.date and slot.start_s <= start_s and end_s <= slot.end_s
    )
