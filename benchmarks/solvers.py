"""hjul and its peers, each as a function from a comparable week, a time limit and a seed to an answer.

hjul's time includes building its model; the peers' is for their search alone. VROOM may use every
core, the others use one for most of the time.
"""

import datetime as dt
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.comparison import PeerWeek, approve, judged
from scheduler.model.problem import Problem
from scheduler.solver.engine import solve

#: The solver that the others are compared with.
OURS = "hjul"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a solver found: `bound` is 0 where it has none, `dropped` counts visits that broke a rule."""

    score: int
    unmet: int
    bound: int = 0
    dropped: int = 0


Solver = Callable[[Problem, float, int], Answer]


def pyvrp_visits(week: PeerWeek, limit_s: float, seed: int) -> list[list[str]]:
    """Return PyVRP's visits of each shift.

    A request is a mutually exclusive group with one optional client for each of its windows, whose
    prize is what leaving it out costs. Each consultant has a profile; rides to where the consultant
    may not go are longer there than any prize is worth.
    """
    import pyvrp
    import pyvrp.stop

    problem = week.problem
    weight = problem.weights["cycling_second"]
    too_far = 1 + max((request.priority for request in problem.requests), default=0) // max(1, weight)
    clients: list[pyvrp.Client] = []
    groups: list[pyvrp.ClientGroup] = []
    ids: list[str] = []
    for location, request in enumerate(problem.requests, start=len(week.bases)):
        windows_s = week.windows_s[request.request_id]
        if not windows_s:
            continue
        groups.append(pyvrp.ClientGroup(range(len(clients), len(clients) + len(windows_s)), required=False))
        for first_s, last_s in windows_s:
            clients.append(
                pyvrp.Client(
                    location,
                    service_duration=request.duration_s,
                    tw_early=first_s,
                    tw_late=last_s,
                    prize=request.priority,
                    required=False,
                    group=len(groups) - 1,
                )
            )
            ids.append(request.request_id)
    profiles = {consultant_id: number for number, consultant_id in enumerate(week.ride_s)}
    distances = []
    for consultant_id, ride_s in week.ride_s.items():
        allowed = week.may_serve(consultant_id)
        distance = np.where(allowed[:, np.newaxis] & allowed, ride_s, too_far)
        np.fill_diagonal(distance, 0)
        distances.append(distance)
    vehicles = []
    for shift in week.shifts:
        base = week.bases.index(shift.base_id)
        vehicles.append(
            pyvrp.VehicleType(
                start_depot=base,
                end_depot=base,
                tw_early=shift.start_s,
                tw_late=shift.end_s,
                unit_distance_cost=weight,
                profile=profiles[shift.consultant_id],
            )
        )
    data = pyvrp.ProblemData(
        [pyvrp.Location(0, 0) for _ in week.places],
        clients,
        [pyvrp.Depot(location) for location in range(len(week.bases))],
        vehicles,
        distances,
        list(week.moving_s.values()),
        groups,
    )
    result = pyvrp.solve(data, pyvrp.stop.MaxRuntime(limit_s), seed=seed, collect_stats=False)
    visits: list[list[str]] = [[] for _ in week.shifts]
    for route in result.best.routes():
        visits[route.vehicle_type()] = [ids[activity.idx] for activity in route if activity.is_client()]
    return visits


def vroom_visits(week: PeerWeek, limit_s: float) -> list[list[str]]:
    """Return VROOM's visits of each shift.

    A request is a job with several time windows; bases and named consultants are skills. VROOM has
    no prizes: it first serves what has the highest priorities together (0 to 100), then rides least.
    """
    import vroom

    problem = week.problem
    most = max((request.priority for request in problem.requests), default=1)
    skills = {name: number for number, name in enumerate([*week.bases, *week.ride_s])}
    instance = vroom.Input()
    for consultant_id, ride_s in week.ride_s.items():
        instance.set_durations_matrix(consultant_id, week.moving_s[consultant_id])
        instance.set_costs_matrix(consultant_id, ride_s)
    for number, shift in enumerate(week.shifts):
        base = week.bases.index(shift.base_id)
        instance.add_vehicle(
            vroom.Vehicle(
                number,
                start=base,
                end=base,
                profile=shift.consultant_id,
                skills={skills[shift.base_id], skills[shift.consultant_id]},
                time_window=vroom.TimeWindow(shift.start_s, shift.end_s),
            )
        )
    for number, request in enumerate(problem.requests):
        windows_s = week.windows_s[request.request_id]
        if windows_s:
            needed = filter(None, [request.base_id, request.consultant_id])
            instance.add_job(
                vroom.Job(
                    number,
                    location=len(week.bases) + number,
                    default_service=request.duration_s,
                    skills={skills[name] for name in needed},
                    priority=max(1, round(100 * request.priority / most)),
                    time_windows=[vroom.TimeWindow(*window_s) for window_s in windows_s],
                )
            )
    solution = instance.solve(
        exploration_level=5, nb_threads=os.cpu_count() or 1, timeout=dt.timedelta(seconds=limit_s)
    )
    routes = solution.routes
    jobs = routes[routes["type"] == "job"]
    visits: list[list[str]] = [[] for _ in week.shifts]
    for vehicle, job in zip(jobs["vehicle_id"], jobs["id"], strict=True):
        visits[int(vehicle)].append(problem.requests[int(job)].request_id)
    return visits


def _hjul(problem: Problem, limit_s: float, seed: int) -> Answer:
    roster = solve(problem, time_limit_s=limit_s, seed=seed).roster
    approve(problem, roster)
    return Answer(roster.score, len(roster.unassigned), roster.bound)


def _routing(problem: Problem, limit_s: float, seed: int) -> Answer:
    roster = solve(problem, method="routing", time_limit_s=limit_s, seed=seed).roster
    approve(problem, roster)
    return Answer(roster.score, len(roster.unassigned))


def _pyvrp(problem: Problem, limit_s: float, seed: int) -> Answer:
    week = PeerWeek(problem)
    return _judged(week, pyvrp_visits(week, limit_s, seed))


def _vroom(problem: Problem, limit_s: float, _seed: int) -> Answer:
    week = PeerWeek(problem)
    return _judged(week, vroom_visits(week, limit_s))


def _judged(week: PeerWeek, visits: Sequence[Sequence[str]]) -> Answer:
    roster, dropped = judged(week, visits)
    return Answer(roster.score, len(roster.unassigned), dropped=dropped)


SOLVERS: Mapping[str, Solver] = {OURS: _hjul, "PyVRP": _pyvrp, "VROOM": _vroom, "OR-Tools routing": _routing}
