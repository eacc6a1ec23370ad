"""One consultant-day: the cheapest valid schedule of a sequence of stops.

A day is a chain of stops: base at the beginning of the shift, visits and engagements, base at its
end. What a stop costs depends on when it starts, and when the next may start depends on when this
one ended; so a stop carries a *cost profile*: for every possible start, the least points with
which the day can have come so far, apart for lunch not yet had and lunch had. A `Link` carries a
profile from one stop to the next; the rules between the two (riding, parking, waiting, working at
base, lunch) stand in `DayWays`, once.

Profiles are int64 arrays of shape (..., 2, g): lunch not had and had, by start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduler.model.problem import ConsultantDay, Problem, Request
from scheduler.model.roster import REQUESTED
from scheduler.week.stops import StopOption, fixed_stop, visit_options
from scheduler.week.ways import DayWays

Profile = NDArray[np.int64]

#: Points of what cannot be. Far above any score, and far enough below the int64 limit to add to.
INFEASIBLE = 1 << 60
_HALF = INFEASIBLE // 2


class Passage(NamedTuple):
    """One way between two stops, made ready for whole profiles.

    For every start of the second stop: how many starts of the first one are early enough (an index
    into running minima), and the points to add; apart for passing without and with lunch.
    """

    waits: bool
    via_base: bool
    plain_index: NDArray[np.intp]
    plain_points: Profile
    lunch_index: NDArray[np.intp]
    lunch_points: Profile


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """All ways between two stops; the points of waiting by start of the first, its own by start of the second."""

    passages: tuple[Passage, ...]
    wait_points: Profile
    points: Profile

    def __call__(self, profile: Profile) -> Profile:
        """Carry profiles of the first stop, shape (..., 2, g), to the second, shape (..., 2, h)."""
        shape = (*profile.shape[:-1], len(self.points))
        result = np.full(shape, INFEASIBLE, dtype=np.int64)
        for waits, _via_base, plain_index, plain_points, lunch_index, lunch_points in self.passages:
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
        """What requests asked for: visits, home visits and tasks, without engagements and base."""
        return tuple(s.option for s in self.stops if s.option.kind in REQUESTED)


class DayModel:
    """The rules of one consultant-day of a problem, and what it costs to keep them.

    `pin_points` are taken off for keeping a pin; the caller chooses them so high that no roster
    without a pin can be better than one with it. The request `apart`, by id, has an option for each start.
    """

    def __init__(self, problem: Problem, day: ConsultantDay, *, pin_points: int = 0, apart: str = "") -> None:
        self.problem = problem
        self.day = day
        self.consultant = next(c for c in problem.consultants if c.consultant_id == day.consultant_id)
        self.base_id = self.consultant.base_id
        self._pin_points = pin_points
        self._apart = apart
        self.ways = DayWays(problem, day, self.consultant)
        self._options: dict[str, tuple[StopOption, ...]] = {}
        self._links: dict[tuple[StopOption, StopOption], Link | None] = {}
        happened = day.happened
        place_id, free_s = (happened.place_id, happened.free_s) if happened else (self.base_id, day.start_s)
        #: Where and when the day begins, or goes on.
        self.start = fixed_stop("base", "start", place_id, free_s, 0)
        self.end = fixed_stop("base", "end", self.base_id, happened.end_s if happened else day.end_s, 0)
        #: What the day has in any case: its engagements, and the gaps of its shift, which are spent at base.
        self.engagements = tuple(
            sorted(
                (
                    *(
                        fixed_stop("engagement", e.engagement_id, e.place_id, e.start_s, e.end_s - e.start_s)
                        for e in day.engagements
                    ),
                    *(
                        fixed_stop("gap", "gap", self.base_id, start_s, end_s - start_s)
                        for start_s, end_s in (happened.gaps if happened else day.gaps)
                    ),
                ),
                key=lambda stop: int(stop.starts_s[0]),
            )
        )

    @property
    def most_held(self) -> int | None:
        """How many conversations the day may still hold; None where there is no limit."""
        most = self.consultant.max_conversations_per_day
        return most if most is None or not self.day.happened else max(0, most - self.day.happened.held)

    # --- lunch -----------------------------------------------------------------------------------

    @property
    def _lunch_in_shift(self) -> bool:
        defaults = self.problem.defaults
        happened = self.day.happened
        if happened and (happened.is_over or happened.has_lunch):
            return False
        overlap = min(self.day.end_s, defaults.lunch_to_s) - max(self.day.start_s, defaults.lunch_from_s)
        return 0 < self.day.lunch_s <= overlap

    @cached_property
    def lunch_waived(self) -> bool:
        """Whether what the day has in any case leaves no room for a lunch that would be owed (rule 5)."""
        return self._lunch_in_shift and not self._holds_lunch(self.engagements)

    def _holds_lunch(self, stops: Sequence[StopOption]) -> bool:
        return int(self._run(stops, lunch_owed=True)[-1].min()) < INFEASIBLE

    @property
    def waives_lunch(self) -> Literal["", "gaps", "engagements", "both"]:
        """What leaves no room for lunch: gaps of the shift or engagements alone, else both; "" where nothing does."""
        if not self.lunch_waived:
            return ""
        gaps = [stop for stop in self.engagements if stop.kind == "gap"]
        if not self._holds_lunch(gaps):
            return "gaps"
        others = [stop for stop in self.engagements if stop.kind != "gap"]
        return "both" if self._holds_lunch(others) else "engagements"

    @cached_property
    def lunch_owed(self) -> bool:
        """Whether a round of this day must have its lunch."""
        return self._lunch_in_shift and not self.lunch_waived

    # --- what the day may hold ---------------------------------------------------------------------

    def options(self, request: Request) -> tuple[StopOption, ...]:
        """Return the ways in which this day can meet a request: one for each number of conversations."""
        id_ = request.request_id
        if id_ not in self._options:
            found = visit_options(self.problem, self.day, self.base_id, request, pin_points=self._pin_points)
            if id_ == self._apart:
                found = tuple(option.only(i) for option in found for i in range(len(option.starts_s)))
            self._options[id_] = found
        return self._options[id_]

    # --- from stop to stop -------------------------------------------------------------------------

    def link(self, first: StopOption, second: StopOption) -> Link | None:
        """Return the link between two stops, or None where the second is over before the first."""
        key = (first, second)
        if key not in self._links:
            self._links[key] = self._make_link(first, second)
        return self._links[key]

    def _make_link(self, first: StopOption, second: StopOption) -> Link | None:
        ends_s = first.starts_s + first.duration_s
        starts_s = second.starts_s
        weights = self.problem.weights
        wait_weight = weights["waiting_second"]
        passages = []
        for ways in self.ways.between([first.place_id], [second.place_id]):
            way = ways.take((0, 0, ...))
            if not way.may or ends_s[0] + way.before_s + way.least_s + way.after_s > starts_s[-1]:
                continue
            plain = np.full(len(starts_s), way.ride_s * weights["cycling_second"], dtype=np.int64)
            if way.waits:
                plain += wait_weight * (starts_s - way.after_s - way.before_s)
            with_lunch = plain - wait_weight * self.day.lunch_s if way.waits else plain
            latest_s = self.ways.latest_ends_s(way, starts_s)
            plain_index, lunch_index = (np.searchsorted(ends_s, late_s, side="right") for late_s in latest_s)
            passages.append(Passage(way.waits, way.via_base, plain_index, plain, lunch_index, with_lunch))
        return Link(tuple(passages), wait_weight * ends_s, second.points) if passages else None

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

    def best_schedule(
        self, stops: Sequence[StopOption], *, without_lunch: bool = False
    ) -> DaySchedule | None:
        """Return the cheapest valid schedule of these stops in this order, or None; lunch can be left out.

        The engagements of the day must be among the stops. The schedule is found by carrying cost
        profiles forward (dynamic programming over start times) and walking back.
        """
        profiles = self._run(stops, lunch_owed=self.lunch_owed and not without_lunch)
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
        for passage in link.passages:
            sources = [(lunch, int(passage.plain_index[at]), int(passage.plain_points[at]))]
            if lunch == 1:
                sources.append((0, int(passage.lunch_index[at]), int(passage.lunch_points[at])))
            for before, count, points in sources:
                source = profile[before] - link.wait_points if passage.waits else profile[before]
                hits = np.flatnonzero(source[:count] + points + link.points[at] == target)
                if len(hits):
                    away_s = np.abs(first.starts_s[hits] - first.preferred_s)
                    return int(hits[np.argmin(away_s)]), before, passage.via_base
        raise AssertionError("a profile's value came from nowhere")
