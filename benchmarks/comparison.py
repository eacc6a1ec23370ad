"""The part of a week that every solver of a comparison can express, and what their answers are worth.

`comparable` leaves out of a week what one of the peers cannot say. `PeerWeek` says what is left in
the words of vehicle routing, and `judged` turns a peer's answer into a roster that the project's
own rules have scheduled, its own score has priced and its independent checks have approved.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scheduler import checks
from scheduler.base.errors import InvalidRosterError
from scheduler.model.problem import ConsultantDay, Problem, Request, RoomSlot
from scheduler.model.roster import Roster, Unassigned
from scheduler.model.text import Text
from scheduler.week.assemble import assemble
from scheduler.week.schedule import DayModel, DaySchedule
from scheduler.week.score import request_points

if TYPE_CHECKING:
    from scheduler.week.stops import StopOption

_DAY_S = 86_400

#: What `comparable` leaves out, for the caption of a table.
LEFT_OUT = (
    "lunch, desk work at base, waiting cost, agreements, continuity, balance, the most conversations of a day,"
    " engagements away from base, and the choice of how many conversations a visit holds"
)

Matrix = NDArray[np.int64]


def comparable(problem: Problem) -> Problem:
    """Return the week without what a peer cannot express.

    Every request becomes a stay of fixed length with as many conversations as it may hold, worth
    the points that leaving it out would cost. Riding costs what it did; every other term costs
    nothing. Who may make a home visit, the bases, own speeds, parking, shifts, engagements at base
    and the start grid stay. A pinned request keeps its day, hour and consultant, but may be left out.
    """
    unpriced = dict.fromkeys(problem.weights, 0)
    base_of = {c.consultant_id: c.base_id for c in problem.consultants}
    return problem.replace(
        consultants=tuple(
            dataclasses.replace(c, max_conversations_per_day=None) for c in problem.consultants
        ),
        days=tuple(
            dataclasses.replace(
                day,
                lunch_s=0,
                engagements=tuple(e for e in day.engagements if e.place_id == base_of[day.consultant_id]),
            )
            for day in problem.days
        ),
        requests=tuple(_stay(problem, request) for request in problem.requests),
        defaults=dataclasses.replace(problem.defaults, desk_s=_DAY_S),
        weights={**unpriced, "cycling_second": problem.weights["cycling_second"], "missed_visit": 1},
    )


def _stay(problem: Problem, request: Request) -> Request:
    pin, defaults = request.pin, problem.defaults
    conversations, duration_s = request.max_conversations, request.duration_s
    consultant_id = request.consultant_id
    if request.kind == "visit":
        if pin and pin.conversations is not None:
            conversations = pin.conversations
        duration_s = defaults.setup_s + conversations * defaults.conversation_s
        consultant_id = None
    slots = request.slots
    if pin:
        slots = (RoomSlot(date=pin.date, start_s=pin.start_s, end_s=pin.start_s + duration_s),)
        consultant_id = pin.consultant_id or consultant_id
    return Request(
        request_id=request.request_id,
        place_id=request.place_id,
        kind="home_visit",
        conversations=0,
        max_conversations=0,
        duration_s=duration_s,
        priority=request_points(problem, request, conversations),
        consultant_id=consultant_id,
        base_id=request.base_id,
        slots=slots,
    )


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch of a consultant-day without engagements, which is one vehicle of a peer.

    `day` is a position in the problem's days, `start_s` and `end_s` count from the week's first
    midnight. An engagement at base ends one stretch and begins the next.
    """

    day: int
    consultant_id: str
    base_id: str
    start_s: int
    end_s: int


class PeerWeek:
    """A comparable week in the words of vehicle routing.

    Attributes
    ----------
    places
        The ids of all bases and requests; the order of the matrices.
    shifts
        The vehicles.
    windows_s
        A request's intervals in which it may start, both ends included, in seconds from the week's
        first midnight: in order and apart from each other.
    ride_s, moving_s
        A matrix for each consultant: the rides in the score, and what a move takes with parking,
        rounded up to the start grid. As all hours of a week lie on the grid, this is just what the
        rule of the grid makes of it.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.bases = list(dict.fromkeys(c.base_id for c in problem.consultants))
        self.places = [*self.bases, *(request.request_id for request in problem.requests)]
        self.shifts = [shift for number in range(len(problem.days)) for shift in self._shifts(number)]
        self.windows_s = {request.request_id: self._windows(request) for request in problem.requests}
        self.ride_s: dict[str, Matrix] = {}
        self.moving_s: dict[str, Matrix] = {}
        by_speed: dict[float | None, tuple[Matrix, Matrix]] = {}
        models = {day.consultant_id: DayModel(problem, day) for day in problem.days}
        for consultant_id, model in models.items():
            kph = model.consultant.speed_kph
            if kph not in by_speed:
                by_speed[kph] = self._matrices(model)
            self.ride_s[consultant_id], self.moving_s[consultant_id] = by_speed[kph]

    def _midnight_s(self, date: dt.date) -> int:
        return (date - self.problem.week.monday).days * _DAY_S

    def _shifts(self, number: int) -> Iterator[Shift]:
        day = self.problem.days[number]
        base_id = next(c.base_id for c in self.problem.consultants if c.consultant_id == day.consultant_id)
        midnight_s = self._midnight_s(day.date)
        starts_s = [day.start_s, *(e.end_s for e in day.engagements)]
        ends_s = [*(e.start_s for e in day.engagements), day.end_s]
        for start_s, end_s in zip(starts_s, ends_s, strict=True):
            yield Shift(number, day.consultant_id, base_id, midnight_s + start_s, midnight_s + end_s)

    def _windows(self, request: Request) -> tuple[tuple[int, int], ...]:
        windows: list[tuple[int, int]] = []
        for slot in sorted(request.slots, key=lambda slot: (slot.date, slot.start_s)):
            midnight_s = self._midnight_s(slot.date)
            first_s, last_s = midnight_s + slot.start_s, midnight_s + slot.end_s - request.duration_s
            if windows and first_s <= windows[-1][1]:
                first_s, last_s = windows[-1][0], max(windows.pop()[1], last_s)
            if first_s <= last_s:
                windows.append((first_s, last_s))
        return tuple(windows)

    def _matrices(self, model: DayModel) -> tuple[Matrix, Matrix]:
        ride_s = np.array(
            [[model.ways.ride_s(a, b) for b in self.places] for a in self.places], dtype=np.int64
        )
        grid_s = self.problem.defaults.start_grid_s
        moving_s = -(-(ride_s + self.problem.defaults.parking_s) // grid_s) * grid_s
        np.fill_diagonal(moving_s, 0)
        return ride_s, moving_s

    def may_serve(self, consultant_id: str) -> NDArray[np.bool_]:
        """Tell for each place whether a consultant may go there: their base, and their requests."""
        base_id = next(c.base_id for c in self.problem.consultants if c.consultant_id == consultant_id)
        allowed = [id_ == base_id for id_ in self.bases]
        allowed += [
            request.base_id in (None, base_id) and request.consultant_id in (None, consultant_id)
            for request in self.problem.requests
        ]
        return np.array(allowed)


def judged(week: PeerWeek, visits: Sequence[Sequence[str]]) -> tuple[Roster, int]:
    """Return the roster of a peer's visits, and how many visits it loses because they break a rule.

    `visits` are the request ids of each shift, in order.

    Raises
    ------
    InvalidRosterError
        When the independent checks find something wrong with it.
    """
    problem = week.problem
    sequences: list[list[str]] = [[] for _ in problem.days]
    engagements = [iter(e.engagement_id for e in day.engagements) for day in problem.days]
    for shift, ids in zip(week.shifts, visits, strict=True):
        sequences[shift.day] += [*ids, *filter(None, [next(engagements[shift.day], None)])]
    schedules = [_scheduled(problem, day, ids) for day, ids in zip(problem.days, sequences, strict=True)]
    met = {visit.id for schedule in schedules for visit in schedule.visits}
    roster = assemble(
        problem,
        schedules,
        bound=0,
        unassigned=[_unmet(request) for request in problem.requests if request.request_id not in met],
        solve_seconds=0.0,
        seed=0,
    )
    approve(problem, roster)
    return roster, sum(map(len, visits)) - len(met)


def approve(problem: Problem, roster: Roster) -> None:
    """Raise `InvalidRosterError` when the independent checks find something wrong with a roster."""
    violations = checks.check(problem, roster)
    if violations:
        raise InvalidRosterError("; ".join(str(violation) for violation in violations))


def _scheduled(problem: Problem, day: ConsultantDay, ids: Sequence[str]) -> DaySchedule:
    """Schedule a day's stops; while they do not fit, the one that is worth least is left out."""
    model = DayModel(problem, day)
    by_id: Mapping[str, tuple[StopOption, ...]] = {
        **{
            request.request_id: model.options(request)
            for request in problem.requests
            if request.request_id in ids
        },
        **{engagement.id: (engagement,) for engagement in model.engagements},
    }
    stops = [option for id_ in ids for option in by_id[id_]]
    while (schedule := model.best_schedule(stops)) is None:
        visits = [stop for stop in stops if stop.kind != "engagement"]
        stops.remove(max(visits, key=lambda visit: int(visit.points.min())))
    return schedule


def _unmet(request: Request) -> Unassigned:
    return Unassigned(
        id=request.request_id,
        kind=request.kind,
        name=request.request_id,
        requested=request.conversations,
        held=0,
        reason=Text("not_placed"),
    )
