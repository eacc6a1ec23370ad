import dataclasses
import itertools
from random import Random

import brute_force
import numpy as np
import pytest
from random_problems import small_week, tiny_problem

from scheduler.model.problem import Engagement, Problem
from scheduler.solver.ahead import Ahead, Onward
from scheduler.solver.block import Block
from scheduler.solver.generate import Generator
from scheduler.solver.graph import DayGraph, Points
from scheduler.solver.labels import Found, Grower
from scheduler.solver.rounds import DayRounds, best_order
from scheduler.week.schedule import DayModel
from scheduler.week.score import request_points


def grow(graph: DayGraph, extra: Points, limit: float, width: int = 10**6) -> Found:
    block, days = Block([graph]), np.zeros(1, dtype=np.int64)
    (found,) = Grower(
        block, Ahead(block, [0], [Onward(graph)]), days, extra=[extra], limit=np.array([limit]), width=width
    ).run()
    return found


def list_rounds(problem: Problem, model: DayModel) -> DayRounds:
    graph = DayGraph(problem, model)
    found = grow(graph, np.zeros(graph.first_engagement), 1e15)
    return graph.rounds(graph.keys.whole(found.keys), np.rint(found.points).astype(np.int64))


def _as_points_of_the_day(problem: Problem, held: brute_force.Holding, points: int) -> int:
    """Take off what leaving the visits out would cost, as listed rounds do."""
    requests = {request.request_id: request for request in problem.requests}
    for request_id, n, _who, _kept in held:
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
            frozenset(
                brute_force.Held(s.id, s.conversations, day.consultant_id, s.kept) for s in listed.stops(row)
            ): int(points)
            for row, points in enumerate(listed.points)
        }
        assert found == expected


def test_every_listed_round_has_a_schedule_of_its_points() -> None:
    problem = small_week(3)
    for day in problem.days[:4]:
        model = DayModel(problem, day)
        listed = list_rounds(problem, model)
        assert len(listed.points) > 1
        assert len({frozenset(listed.stops(row)) for row in range(len(listed.points))}) == len(listed.points)
        for row, points in enumerate(listed.points):
            schedule = best_order(model, listed.stops(row))
            assert schedule is not None
            assert schedule.points == points
            assert {*schedule.visits} == {*listed.stops(row)}


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


@pytest.mark.parametrize("width", [1, 2, 5, 15, 100_000])
def test_what_narrow_growing_leaves_out_is_not_below_its_bound(width: int) -> None:
    rng = Random(width)
    incomplete = 0
    for seed in range(6):
        problem = small_week(seed)
        for day in problem.days:
            graph = DayGraph(problem, DayModel(problem, day))
            visits = graph.first_engagement
            extra = np.array([-float(s.points.min()) * rng.uniform(0.5, 1.0) for s in graph.stops[:visits]])
            everything = grow(graph, extra, 1e15)
            limit = float(everything.points.min()) + rng.choice([-500.0, 0.5, 20_000.0])
            found = grow(graph, extra, limit, width)
            assert found.least <= max(limit, everything.points.min()) + 0.01
            assert found.least <= min(limit, everything.points.min()) + 0.01
            if found.complete:
                assert found.least == pytest.approx(min(limit, everything.points.min()), abs=0.01)
                assert (everything.points <= limit - 0.01).sum() <= len(found.keys)
            incomplete += not found.complete
    assert (incomplete > 0) == (width < 15) or width == 15


def test_days_grown_together_come_out_as_alone() -> None:
    problem = small_week(4)
    generator = Generator(problem, [DayModel(problem, day) for day in problem.days], pin_points=0)
    graphs = generator.graphs
    assert 1 < len(generator.days.block.graphs) < len(graphs)
    extra = [np.linspace(0, 60_000, graph.first_engagement) for graph in graphs]
    limit = np.linspace(-80_000, 20_000, len(graphs))
    together, _new = generator.grow(range(len(graphs)), extra, limit, 100, None)
    for graph, its_extra, its_limit, found in zip(graphs, extra, limit, together, strict=True):
        alone = grow(graph, its_extra, float(its_limit), 100)
        assert graph.keys.whole(found.keys) == graph.keys.whole(alone.keys)
        assert found.points.tolist() == alone.points.tolist()


@pytest.mark.parametrize("seed", range(80))
def test_growing_under_prices_finds_every_round_within_the_limit(seed: int) -> None:
    rng = Random(seed)
    problem = tiny_problem(rng)
    for day in problem.days:
        graph = DayGraph(problem, DayModel(problem, day))
        visits = graph.first_engagement
        everything = grow(graph, np.zeros(visits), 1e15)
        # Prices near what meeting a request saves, as the relaxation's are, so that the hope is cut close.
        extra = np.array([-float(stop.points.min()) * rng.uniform(0.8, 1.1) for stop in graph.stops[:visits]])
        priced = everything.points + graph.total(everything.keys, extra)
        for limit in (-1000.0, 0.0, 2500.0, float(np.median(priced))):
            found = grow(graph, extra, limit)
            # What lies on the limit itself may come or not, by float arithmetic.
            sure = set(graph.keys.whole(everything.keys[priced < limit - 0.01]))
            assert sure <= set(graph.keys.whole(found.keys))
            assert (found.points <= limit).all()
            exact = dict(zip(graph.keys.whole(everything.keys), priced.tolist(), strict=True))
            assert found.points == pytest.approx(
                [exact[key] for key in graph.keys.whole(found.keys)], abs=0.01
            )


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
    model = DayModel(problem, dataclasses.replace(day, engagements=(teaching,)))
    listed = list_rounds(problem, model)
    visited = [row for row in range(len(listed.points)) if listed.stops(row)]
    without_ride = 0
    for row in visited:
        schedule = best_order(model, listed.stops(row))
        assert schedule is not None
        assert schedule.points == listed.points[row]
        stops = [stop.option for stop in schedule.stops]
        without_ride += any(
            a.kind == "engagement" and b.place_id == request.request_id for a, b in itertools.pairwise(stops)
        )
    assert without_ride
