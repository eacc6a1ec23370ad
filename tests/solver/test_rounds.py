import dataclasses
import itertools
from random import Random

import brute_force
import numpy as np
import pytest
from random_problems import small_week, tiny_problem

from scheduler.model import Engagement, Problem
from scheduler.schedule import DayModel, request_points
from scheduler.solver import labels
from scheduler.solver.graph import DayGraph, TooManyRoundsError
from scheduler.solver.labels import Grower
from scheduler.solver.rounds import DayRounds, best_order


def list_rounds(problem: Problem, model: DayModel) -> DayRounds:
    graph = DayGraph(problem, model)
    found = Grower(graph, np.zeros(graph.first_engagement), 1e15).run()
    return graph.rounds(found.keys, np.rint(found.points).astype(np.int64))


def _as_points_of_the_day(problem: Problem, held: brute_force.Holding, points: int) -> int:
    """Take off what leaving the visits out would cost, as listed rounds do."""
    requests = {request.request_id: request for request in problem.requests}
    for request_id, n, _who in held:
        request = requests[request_id]
        points -= request_points(problem, request, n)
        points -= problem.weights["change"] if request.published else 0
    return points


@pytest.mark.parametrize("seed", range(60))
def test_lists_just_the_rounds_that_trying_everything_finds(seed: int) -> None:
    problem = tiny_problem(Random(seed))
    for day in problem.days:
        listed = list_rounds(problem, DayModel(problem, day))
        expected = {
            held: _as_points_of_the_day(problem, held, points)
            for held, (points, _plan) in brute_force.cheapest_plans(problem, day).items()
        }
        found = {
            frozenset((s.id, s.conversations, day.consultant_id) for s in listed.stops(row)): int(points)
            for row, points in enumerate(listed.points)
        }
        assert found == expected


def test_every_listed_round_has_a_schedule_of_its_points() -> None:
    problem = small_week(3)
    for day in problem.days[:4]:
        model = DayModel(problem, day)
        listed = list_rounds(problem, model)
        assert len(listed.points) > 1
        for row, points in enumerate(listed.points):
            schedule = best_order(model, listed.stops(row))
            assert schedule is not None
            assert schedule.points == points
            assert listed.row(schedule.visits) == row


def test_best_order_is_the_best_of_all_orders() -> None:
    problem = small_week(5)
    model = DayModel(problem, problem.days[1])
    listed = list_rounds(problem, model)
    largest = max(range(len(listed.points)), key=lambda row: len(listed.stops(row)))
    visits = listed.stops(largest)
    assert len(visits) >= 2
    orders = itertools.permutations((*visits, *model.engagements))
    points = [s.points for order in orders if (s := model.best_schedule(order)) is not None]
    best = best_order(model, visits)
    assert best is not None
    assert best.points == min(points)


def test_gives_up_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = small_week(3)
    monkeypatch.setattr(labels, "MOST_LABELS", 5)
    model = DayModel(problem, problem.days[2])
    with pytest.raises(TooManyRoundsError):
        list_rounds(problem, model)


@pytest.mark.parametrize("seed", range(80))
def test_growing_under_prices_finds_every_round_within_the_limit(seed: int) -> None:
    rng = Random(seed)
    problem = tiny_problem(rng)
    for day in problem.days:
        graph = DayGraph(problem, DayModel(problem, day))
        visits = graph.first_engagement
        everything = Grower(graph, np.zeros(visits), 1e15).run()
        # Prices near what meeting a request saves, as the relaxation's are, so that the hope is cut close.
        extra = np.array([-float(stop.points.min()) * rng.uniform(0.8, 1.1) for stop in graph.stops[:visits]])
        priced = everything.points + graph.total(everything.keys, extra)
        for limit in (-1000.0, 0.0, 2500.0, float(np.median(priced))):
            found = Grower(graph, extra, limit).run()
            # What lies on the limit itself may come or not, by float arithmetic.
            sure = set(everything.keys[priced < limit - 0.01].tolist())
            assert sure <= set(found.keys.tolist())
            assert (found.points <= limit).all()
            exact = dict(zip(everything.keys.tolist(), priced.tolist(), strict=True))
            assert found.points == pytest.approx([exact[key] for key in found.keys.tolist()], abs=0.01)


def test_a_practice_where_one_teaches_may_be_visited_without_a_ride() -> None:
    problem = small_week(3)
    day = problem.days[2]
    request = next(r for r in problem.requests if any(s.date == day.date for s in r.slots))
    slot = next(s for s in request.slots if s.date == day.date)
    teaching = Engagement(
        engagement_id="teach",
        title="Teaching",
        kind="teaching",
        start_s=slot.start_s - 1800,
        end_s=slot.start_s,
        place_id=request.request_id,
    )
    graph = DayGraph(problem, DayModel(problem, dataclasses.replace(day, engagements=(teaching,))))
    same = [stop.place_id == request.request_id for stop in graph.stops[: graph.first_engagement]]
    assert any(same)
    assert (graph.least_ride_points[same] == 0).all()
