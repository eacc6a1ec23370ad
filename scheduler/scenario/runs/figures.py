"""A week's roster -> its figures; and a task planned, checked and counted, as workers do it."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from scheduler.model.config import SimulationSettings
from scheduler.model.problem import Problem
from scheduler.model.roster import Roster, Round
from scheduler.scenario.chance.outlook import WorkingDay, expected_held, working_days, written
from scheduler.scenario.model import BASE_COLUMNS, Task, WeekFigures
from scheduler.services.decide import decide

_MET = ("visit", "home_visit")


def solved(task: Task) -> WeekFigures:
    """Plan a task's week, and return the figures of its roster. Errors as for `decide`."""
    (plan,) = decide(task.problem, time_limit_s=task.time_limit_s, explain=False)
    return figures(task, task.problem, plan.roster)


def figures(task: Task, problem: Problem, roster: Roster) -> WeekFigures:
    """Return what a roster of a problem comes to, under the names of a task."""
    planned = Counter(
        {stop.id: stop.conversations for r in roster.rounds for stop in r.stops if stop.kind in _MET}
    )
    days = working_days(problem, roster, task.simulation)
    bases = _by_base(problem, roster, planned, days, task.simulation)
    whole = sum(bases.values(), Counter[str]())
    return WeekFigures(
        scenario=task.scenario,
        week=task.week,
        status=roster.status,
        score=roster.score,
        bound=roster.bound,
        **{name: whole[name] for name in BASE_COLUMNS},
        moved_visits=int(roster.terms["moved_from_agreement"].count),
        imbalance_minutes=float(roster.terms["imbalance_minute"].count),
        solve_s=roster.solve_seconds,
        watched_visits=int(task.watched in planned),
        watched_planned=planned[task.watched],
        planned_by=json.dumps(
            {
                r.request_id: [r.conversations, planned[r.request_id]]
                for r in problem.requests
                if r.kind == "visit"
            }
        ),
        by_base=json.dumps({base_id: dict(counts) for base_id, counts in sorted(bases.items())}),
        days=written(days),
    )


def _by_base(
    problem: Problem,
    roster: Roster,
    planned: Mapping[str, int],
    days: Iterable[WorkingDay],
    simulation: SimulationSettings,
) -> dict[str, Counter[str]]:
    """Return what is counted of each base: of its consultants' rounds, and of its practices' requests.

    A home visit counts where its consultant is based; one that nobody makes and that is nobody's, under "".
    """
    base_of = {consultant.consultant_id: consultant.base_id for consultant in problem.consultants}
    bases = defaultdict[str, Counter[str]](Counter)
    for consultant in roster.consultants:
        if consultant.availability_seconds > 0:
            own = bases[base_of[consultant.consultant_id]]
            own.update(working_s=consultant.availability_seconds, consultants=1)
    for day in days:
        if day.conversations:
            expected = expected_held([day], simulation)
            bases[base_of[day.consultant_id]].update(expected_held=expected)  # type: ignore[call-overload]  # no int
    by: dict[str, str] = {}
    for round_ in roster.rounds:
        by |= {stop.id: round_.consultant_id for stop in round_.stops if stop.kind in _MET}
        bases[base_of[round_.consultant_id]].update(_of_round(problem, round_))
    for request in problem.requests:
        if request.kind not in _MET:
            continue  # tasks are counted nowhere
        id_, visited = request.request_id, request.request_id in by
        who = by.get(id_) or request.consultant_id
        is_practice = request.kind == "visit"
        owned = is_practice and visited and request.consultant_id is not None
        bases[request.base_id or base_of.get(who or "", "")].update(
            requests=1,
            requested=request.conversations if is_practice else 0,
            missed_visits=not visited,
            partial_visits=is_practice and 0 < planned[id_] < request.conversations,
            owned_visits=owned,
            own_visits=owned and by[id_] == request.consultant_id,
        )
    return bases


def _of_round(problem: Problem, round_: Round) -> Counter[str]:
    """Return what is counted of a consultant's day."""
    found = Counter[str](
        cycling_s=round_.ride_seconds, cycling_m=round_.ride_metres, waiting_s=round_.waiting_seconds
    )
    back_s = round_.ride_seconds - sum(stop.ride_seconds for stop in round_.stops)
    rides = sum(stop.ride_seconds > 0 for stop in round_.stops) + (back_s > 0)
    for stop in round_.stops:
        if stop.kind in _MET:
            seconds = round((stop.end - stop.start).total_seconds())
            in_room_s = seconds if stop.kind == "visit" else 0
            found.update(visits=1, planned=stop.conversations, visit_s=seconds, room_s=in_room_s)
    found["adviser_s"] = (
        found["visit_s"] + found["cycling_s"] + found["waiting_s"] + rides * problem.defaults.parking_s
    )
    return found
