"""A week's roster -> its figures; and a task planned, checked and counted, as workers do it."""

import json
from collections import Counter
from collections.abc import Iterator

from scheduler.model.problem import Problem
from scheduler.model.roster import Roster, Round, Stop
from scheduler.scenario.chance.outlook import expected_held, working_days, written
from scheduler.scenario.model import Task, WeekFigures
from scheduler.services.decide import decide

_MET = ("visit", "home_visit")


def solved(task: Task) -> WeekFigures:
    """Plan a task's week, and return the figures of its roster. Errors as for `decide`."""
    (plan,) = decide(task.problem, time_limit_s=task.time_limit_s, explain=False)
    return figures(task, task.problem, plan.roster)


def figures(task: Task, problem: Problem, roster: Roster) -> WeekFigures:
    """Return what a roster of a problem comes to, under the names of a task."""
    visits = list(_visits(roster))
    planned = Counter({stop.id: stop.conversations for _round, stop in visits})
    by = {stop.id: round_.consultant_id for round_, stop in visits}
    practices = [request for request in problem.requests if request.kind == "visit"]
    owned = [r for r in practices if r.consultant_id is not None and r.request_id in by]
    days = working_days(problem, roster, task.simulation)
    available_s = [consultant.availability_seconds for consultant in roster.consultants]
    return WeekFigures(
        scenario=task.scenario,
        week=task.week,
        status=roster.status,
        score=roster.score,
        bound=roster.bound,
        requests=len(problem.requests),
        visits=len(visits),
        requested=sum(request.conversations for request in practices),
        planned=planned.total(),
        expected_held=expected_held(days, task.simulation),
        missed_visits=sum(request.request_id not in by for request in problem.requests),
        partial_visits=sum(0 < planned[r.request_id] < r.conversations for r in practices),
        cycling_s=sum(round_.ride_seconds for round_ in roster.rounds),
        cycling_m=sum(round_.ride_metres for round_ in roster.rounds),
        waiting_s=sum(round_.waiting_seconds for round_ in roster.rounds),
        visit_s=sum(round((stop.end - stop.start).total_seconds()) for _round, stop in visits),
        own_visits=sum(by[request.request_id] == request.consultant_id for request in owned),
        owned_visits=len(owned),
        moved_visits=int(roster.terms["moved_from_agreement"].count),
        imbalance_minutes=float(roster.terms["imbalance_minute"].count),
        consultants=sum(seconds > 0 for seconds in available_s),
        working_s=sum(seconds for seconds in available_s if seconds > 0),
        solve_s=roster.solve_seconds,
        watched_visits=int(task.watched in by),
        watched_planned=planned[task.watched],
        planned_by=json.dumps({r.request_id: [r.conversations, planned[r.request_id]] for r in practices}),
        days=written(days),
    )


def _visits(roster: Roster) -> Iterator[tuple[Round, Stop]]:
    """Yield every visit and home visit with its round."""
    for round_ in roster.rounds:
        yield from ((round_, stop) for stop in round_.stops if stop.kind in _MET)
