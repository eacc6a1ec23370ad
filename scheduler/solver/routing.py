"""The OR-Tools routing model of the week: a good roster fast, at any size, without a bound.

One vehicle a consultant-day, one node for every way to use a room slot (request, slot, number of
conversations, at the agreed hour or not), one disjunction a request. The model is simpler than the
rules: nobody goes by base for desk work, starts are not on the grid, and balance is a soft ceiling
on each day's visits. So only the order of the stops is taken from it; `DayModel.best_schedule`
gives each day its exact times, a day whose stops do not fit the rules loses the cheapest of them
until they do, and what is left out then goes wherever it fits.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from scheduler.model.problem import Problem, RoomSlot
from scheduler.solver.rounds import best_order
from scheduler.week.schedule import DayModel, DaySchedule
from scheduler.week.score import Balance, request_points
from scheduler.week.stops import StopOption

_DAY_S = 86_400
#: Arcs of all consultants' matrices together; each takes up about a hundred bytes.
_MOST_ARCS = 5_000_000
_QUICK_ARCS = 15_000


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """Starts of an option in one slot that cost the same: the cheapest ones, or those before or after."""

    option: StopOption
    earliest_s: int
    latest_s: int
    points: int
    cheapest: bool
    late: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """One way to use a room slot, or an engagement; its stop and its points by consultant-day."""

    place_id: str
    duration_s: int
    earliest_s: int
    latest_s: int
    request: int | None
    options: dict[int, StopOption]
    points: dict[int, int]


class _Model:
    def __init__(self, problem: Problem, models: Sequence[DayModel]) -> None:
        self.problem = problem
        self.models = models
        self.bases = list(dict.fromkeys(model.base_id for model in models))
        self.nodes = [*self._engagement_nodes(), *self._visit_nodes()]
        starts = [self.bases.index(model.base_id) for model in models]
        count = len(self.bases) + len(self.nodes)
        self.manager = pywrapcp.RoutingIndexManager(count, len(models), starts, starts)
        self.routing = pywrapcp.RoutingModel(self.manager)
        self._matrices = self._make_matrices()
        self._add_costs()
        self._add_time()
        self._add_loads()
        self._add_choices()

    def _engagement_nodes(self) -> list[_Node]:
        return [
            _Node(e.place_id, e.duration_s, int(e.starts_s[0]), int(e.starts_s[0]), None, {vehicle: e}, {})
            for vehicle, model in enumerate(self.models)
            for e in model.engagements
        ]

    def _visit_nodes(self) -> list[_Node]:
        nodes: list[_Node] = []
        for number, request in enumerate(self.problem.requests):
            found: dict[tuple[RoomSlot, int, bool, bool], list[tuple[int, _Run]]] = {}
            for slot in request.slots:
                for vehicle, model in enumerate(self.models):
                    if model.day.date == slot.date:
                        for option in model.options(request):
                            for run in _runs(option, slot):
                                key = (slot, option.conversations, run.cheapest, run.late)
                                found.setdefault(key, []).append((vehicle, run))
            nodes += [
                _Node(
                    place_id=request.place_id,
                    duration_s=runs[0][1].option.duration_s,
                    earliest_s=min(run.earliest_s for _, run in runs),
                    latest_s=max(run.latest_s for _, run in runs),
                    request=number,
                    options={vehicle: run.option for vehicle, run in runs},
                    points={vehicle: run.points for vehicle, run in runs},
                )
                for runs in found.values()
            ]
        return nodes

    def _index(self, node: int) -> int:
        return int(self.manager.NodeToIndex(len(self.bases) + node))

    def _make_matrices(self) -> dict[str, tuple[list[list[int]], list[list[int]]]]:
        """Return ride and parking seconds, and points, node by node, for each consultant."""
        places = [*self.bases, *(node.place_id for node in self.nodes)]
        matrices = {}
        for model in self.models:
            if model.day.consultant_id in matrices:
                continue
            weight, parking_s = self.problem.weights["cycling_second"], self.problem.defaults.parking_s
            extra = [0] * len(self.bases) + [
                self._extra(model.day.consultant_id, node) for node in self.nodes
            ]
            rides_s = model.ways.rides_between_s(places)
            duration_s = np.array([0] * len(self.bases) + [node.duration_s for node in self.nodes])
            same = model.ways.in_one_house(places)
            points = (weight * rides_s + np.array(extra)).tolist()
            seconds = (duration_s[:, np.newaxis] + rides_s + np.where(same, 0, parking_s)).tolist()
            matrices[model.day.consultant_id] = (seconds, points)
        return matrices

    def _extra(self, consultant_id: str, node: _Node) -> int:
        """Return what a node costs beyond riding: continuity, agreement, conversations not held."""
        if node.request is None:
            return 0
        request = self.problem.requests[node.request]
        mine = [
            points
            for vehicle, points in node.points.items()
            if self.models[vehicle].day.consultant_id == consultant_id
        ]
        if not mine or request.settled:
            return 0
        return max(0, request_points(self.problem, request, request.conversations) + mine[0])

    def _add_costs(self) -> None:
        for vehicle, model in enumerate(self.models):
            points = self._matrices[model.day.consultant_id][1]
            evaluator = self.routing.RegisterTransitMatrix(points)
            self.routing.SetArcCostEvaluatorOfVehicle(evaluator, vehicle)

    def _add_time(self) -> None:
        callbacks = {
            name: self.routing.RegisterTransitMatrix(seconds) for name, (seconds, _) in self._matrices.items()
        }
        evaluators = [callbacks[model.day.consultant_id] for model in self.models]
        self.routing.AddDimensionWithVehicleTransits(
            evaluators, _DAY_S, 2 * _DAY_S, fix_start_cumul_to_zero=False, name="time"
        )
        time = self.routing.GetDimensionOrDie("time")
        solver, defaults = self.routing.solver(), self.problem.defaults
        visit_transits = [0] * self.routing.Size()
        for number, node in enumerate(self.nodes):
            index = self._index(number)
            visit_transits[index] = node.duration_s
            time.CumulVar(index).SetRange(node.earliest_s, node.latest_s)
        for vehicle, model in enumerate(self.models):
            for index in (self.routing.Start(vehicle), self.routing.End(vehicle)):
                time.CumulVar(index).SetRange(model.day.start_s, model.day.end_s)
            time.SetSlackCostCoefficientForVehicle(self.problem.weights["waiting_second"], vehicle)
            if model.lunch_owed:
                earliest = max(defaults.lunch_from_s, model.day.start_s)
                latest = min(defaults.lunch_to_s, model.day.end_s) - model.day.lunch_s
                lunch = solver.FixedDurationIntervalVar(
                    earliest,
                    latest,
                    model.day.lunch_s,
                    False,  # noqa: FBT003 - it must be had; the call has no names
                    f"lunch {vehicle}",
                )
                time.SetBreakIntervalsOfVehicle([lunch], vehicle, visit_transits)

    def _add_loads(self) -> None:
        """Make visits beyond a day's fair share as dear as the imbalance that they may cause."""
        seconds = [0] * len(self.bases) + [0 if n.request is None else n.duration_s for n in self.nodes]
        held = [0] * len(self.bases) + [next(iter(n.options.values())).conversations for n in self.nodes]
        load = self.routing.RegisterUnaryTransitVector(seconds)
        self.routing.AddDimension(load, 0, _DAY_S, fix_start_cumul_to_zero=True, name="load")
        talks = self.routing.RegisterUnaryTransitVector(held)
        most = [model.consultant.max_conversations_per_day for model in self.models]
        limits = [sum(held) if m is None else m for m in most]
        self.routing.AddDimensionWithVehicleCapacity(
            talks, 0, limits, fix_start_cumul_to_zero=True, name="conversations"
        )
        available_s = sum(Balance.of(self.problem).availability_s)
        wanted_s = sum(
            max(o.duration_s for n in self.nodes if n.request == r for o in n.options.values())
            for r in {node.request for node in self.nodes} - {None}
        )
        weight = math.ceil(self.problem.weights["imbalance_minute"] / 60)
        dimension = self.routing.GetDimensionOrDie("load")
        for vehicle, model in enumerate(self.models):
            fair = model.day.shift_s * wanted_s // max(1, available_s)
            dimension.SetCumulVarSoftUpperBound(self.routing.End(vehicle), fair, weight)

    def _add_choices(self) -> None:
        groups: dict[int, list[int]] = {}
        for number, node in enumerate(self.nodes):
            index = self._index(number)
            self.routing.VehicleVar(index).SetValues([-1, *node.options])
            if node.request is None:
                self.routing.VehicleVar(index).RemoveValue(-1)
            else:
                groups.setdefault(node.request, []).append(index)
        for number, indices in groups.items():
            request = self.problem.requests[number]
            most = request_points(self.problem, request, request.conversations)
            self.routing.AddDisjunction(indices, most if request.settled is None else 100 * (most + 10**7))

    def sequences(self, time_limit_s: float, *, improve: bool) -> list[list[StopOption]] | None:
        """Return each day's stops in the order found, or None where nothing was found.

        Without `improve` the local search ends at its first local optimum and is the same every time.
        """
        parameters = pywrapcp.DefaultRoutingSearchParameters()
        strategy = routing_enums_pb2.FirstSolutionStrategy
        parameters.first_solution_strategy = strategy.PARALLEL_CHEAPEST_INSERTION
        if improve:
            metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic
            parameters.local_search_metaheuristic = metaheuristic.GUIDED_LOCAL_SEARCH
        parameters.time_limit.FromMilliseconds(max(1, int(time_limit_s * 1000)))
        answer = self.routing.SolveWithParameters(parameters)
        return None if answer is None else [self._walk(answer, v) for v in range(len(self.models))]

    def _walk(self, answer: pywrapcp.Assignment, vehicle: int) -> list[StopOption]:
        stops = []
        index = answer.Value(self.routing.NextVar(self.routing.Start(vehicle)))
        while not self.routing.IsEnd(index):
            node = self.nodes[self.manager.IndexToNode(index) - len(self.bases)]
            stops.append(node.options[vehicle])
            index = answer.Value(self.routing.NextVar(index))
        return stops


def _runs(option: StopOption, slot: RoomSlot) -> list[_Run]:
    """Split the starts of an option in a slot where an agreement or a published hour makes them dearer."""
    last_s = slot.end_s - option.duration_s
    inside = np.flatnonzero((option.starts_s >= slot.start_s) & (option.starts_s <= last_s))
    least = option.points.min()
    parts = np.split(inside, np.flatnonzero(np.diff(option.points[inside])) + 1)
    return [
        _Run(
            option=option,
            earliest_s=int(option.starts_s[part[0]]),
            latest_s=int(option.starts_s[part[-1]]),
            points=int(option.points[part[0]]),
            cheapest=bool(option.points[part[0]] == least),
            late=bool(option.starts_s[part[0]] > option.preferred_s),
        )
        for part in parts
        if len(part)
    ]


def _fit(model: DayModel, stops: list[StopOption]) -> DaySchedule:
    """Return the best schedule of the stops, leaving out visits one by one while they do not fit."""
    while True:
        schedule = model.best_schedule(stops)
        if schedule is not None:
            return schedule
        visits = [stop for stop in stops if stop.kind not in ("engagement", "gap")]
        shorter = ([s for s in stops if s is not visit] for visit in visits)
        fitting = [schedule for s in shorter if (schedule := model.best_schedule(s)) is not None]
        if fitting:
            return min(fitting, key=lambda schedule: schedule.points)
        dearest = max(visits, key=lambda visit: int(visit.points.min()))
        stops = [stop for stop in stops if stop is not dearest]


def _place_the_rest(problem: Problem, models: Sequence[DayModel], schedules: list[DaySchedule]) -> None:
    """Put each request that is left out where it lowers the points most, if anywhere."""
    met = {visit.id for schedule in schedules for visit in schedule.visits}
    for request in problem.requests:
        if request.request_id in met:
            continue
        ways = [
            (longer.points - schedules[number].points, number, longer)
            for number, model in enumerate(models)
            for option in model.options(request)
            if (longer := best_order(model, [*schedules[number].visits, option])) is not None
        ]
        gain, number, longer = min(ways, default=(0, 0, None), key=lambda way: way[:2])
        if gain < 0 and longer is not None:
            schedules[number] = longer


def _arcs(problem: Problem) -> int:
    """Return about how many arcs the model's matrices have, one matrix a consultant."""
    ways = sum(len(request.slots) * max(1, request.max_conversations) for request in problem.requests)
    return ways**2 * len(problem.consultants)


def is_quick(problem: Problem) -> bool:
    """Tell whether the model finds its first roster in about a tenth of a second."""
    return _arcs(problem) <= _QUICK_ARCS


def route(
    problem: Problem, models: Sequence[DayModel], *, time_limit_s: float, improve: bool
) -> tuple[DaySchedule, ...]:
    """Return a valid schedule for every consultant-day of the week.

    With `improve`, guided local search goes on until the time limit; without, it ends at
    the first local optimum. Where nothing is found, or the week is too large for the model, the days
    hold their engagements alone.
    """
    alone = [list(model.engagements) for model in models]
    if not models or _arcs(problem) > _MOST_ARCS:
        return tuple(_fit(model, stops) for model, stops in zip(models, alone, strict=True))
    sequences = _Model(problem, models).sequences(time_limit_s, improve=improve) or alone
    schedules = [_fit(model, stops) for model, stops in zip(models, sequences, strict=True)]
    _place_the_rest(problem, models, schedules)
    return tuple(schedules)
