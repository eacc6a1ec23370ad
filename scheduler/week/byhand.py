"""A roster made by hand -> the roster that it is, rule breaks and all: somebody else judges them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from scheduler.model.problem import ConsultantDay, Problem, Request
from scheduler.model.roster import Roster, Unassigned
from scheduler.model.text import Text
from scheduler.week.assemble import assemble, named
from scheduler.week.schedule import DayModel, DaySchedule, ScheduledStop
from scheduler.week.stops import StopOption


@dataclass(frozen=True, slots=True, kw_only=True)
class HandVisit:
    """A visit, home visit or task as somebody has planned it.

    Attributes
    ----------
    id
        The practice's, home visit's or task's id.
    date
        The date.
    start_s
        Seconds after midnight.
    consultant_id
        Who makes it.
    conversations
        How many it holds; None for as many as one visit may.
    """

    id: str
    date: dt.date
    start_s: int
    consultant_id: str
    conversations: int | None = None


def roster_by_hand(problem: Problem, visits: Sequence[HandVisit]) -> Roster:
    """Return the roster in which consultants make these visits at these hours.

    Each day goes the cheapest valid way between its stops. Where there is none, lunch is left out, and where that does
    not help either, they are ridden to one after another, too late or not. Nothing proves the roster's bound, which is 0.

    Every visit must be of a request of the week, and on a day on which its consultant works.
    """
    requests = {request.request_id: request for request in problem.requests}
    by_day: dict[tuple[str, dt.date], list[StopOption]] = defaultdict(list)
    for visit in visits:
        by_day[visit.consultant_id, visit.date].append(_option(problem, requests[visit.id], visit))
    schedules = [_schedule(problem, day, by_day[day.consultant_id, day.date]) for day in problem.days]
    held = {visit.id: 0 for visit in visits}
    for option in (option for options in by_day.values() for option in options):
        held[option.id] += option.conversations
    return assemble(
        problem,
        schedules,
        bound=0,
        unassigned=tuple(_left_out(problem, held)),
        solve_seconds=0.0,
        seed=0,
    )


def _option(problem: Problem, request: Request, visit: HandVisit) -> StopOption:
    conversations, duration_s = 0, request.duration_s
    if request.kind == "visit":
        conversations = visit.conversations or request.max_conversations
        duration_s = problem.defaults.setup_s + conversations * problem.defaults.conversation_s
    return StopOption(
        kind=request.kind,
        id=request.request_id,
        place_id=request.place_id,
        conversations=conversations,
        duration_s=duration_s,
        starts_s=np.array([visit.start_s], dtype=np.int64),
        points=np.zeros(1, dtype=np.int64),
    )


def _schedule(problem: Problem, day: ConsultantDay, visits: Sequence[StopOption]) -> DaySchedule:
    model = DayModel(problem, day)
    stops = sorted((*model.engagements, *visits), key=lambda stop: int(stop.starts_s[0]))
    return (
        model.best_schedule(stops)
        or model.best_schedule(stops, without_lunch=True)
        or DaySchedule(
            day,
            tuple(
                ScheduledStop(stop, int(stop.starts_s[0]), via_base=False, lunch=False)
                for stop in (*stops, model.end)
            ),
            points=0,
        )
    )


def _left_out(problem: Problem, held: Mapping[str, int]) -> Iterator[Unassigned]:
    """Yield the requests that no visit meets, or none in full."""
    for request in sorted(problem.requests, key=attrgetter("request_id")):
        count = held.get(request.request_id)
        if count is None or count < request.conversations:
            yield Unassigned(
                id=request.request_id,
                kind=request.kind,
                name=named(problem, request),
                district=problem.places[request.place_id].district,
                requested=request.conversations,
                held=count or 0,
                reason=Text("left_out"),
            )
