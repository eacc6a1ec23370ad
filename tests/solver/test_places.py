"""What a visit costs at every place: as trying everything finds it, all others in place and free."""

import dataclasses
from random import Random

import brute_force
import pytest
from random_problems import small_week, tiny_problem

from scheduler.base.errors import InputError
from scheduler.checks import check
from scheduler.model.problem import Problem, PublishedVisit, Request
from scheduler.model.project import Pin
from scheduler.solver.engine import solve
from scheduler.solver.places import At, Places
from scheduler.week.replanning import published_visits, with_published


def _pinned(request: Request, visit: PublishedVisit) -> Request:
    pin = Pin(
        id=request.request_id,
        date=visit.date,
        start_s=visit.start_s,
        consultant_id=visit.consultant_id,
        conversations=visit.conversations or None,
    )
    return dataclasses.replace(request, pin=pin)


def _visit(problem: Problem, place: At) -> PublishedVisit:
    day = problem.days[place.day]
    return PublishedVisit(
        date=day.date,
        start_s=place.start_s,
        consultant_id=day.consultant_id,
        conversations=place.conversations,
    )


def _only(problem: Problem, told: dict[str, PublishedVisit], mine: Request) -> Problem:
    """Return a week in which all but one request are where they are, or not asked for."""
    return problem.replace(
        requests=tuple(
            mine if request.request_id == mine.request_id else _pinned(request, told[request.request_id])
            for request in problem.requests
            if request.request_id in told or request.request_id == mine.request_id
        )
    )


def _score_without(problem: Problem, told: dict[str, PublishedVisit], request: Request) -> int:
    """Return the score of what is there, without a request being asked for, but with what all others miss."""
    score = brute_force.best_score(
        problem.replace(
            requests=tuple(
                _pinned(other, told[other.request_id])
                for other in problem.requests
                if other is not request and other.request_id in told
            )
        )
    )
    assert score is not None
    return score


@pytest.mark.parametrize("seed", range(30))
def test_every_place_costs_what_trying_everything_finds(seed: int) -> None:
    rng = Random(seed)
    problem = tiny_problem(rng)
    problem = problem.replace(
        requests=tuple(dataclasses.replace(r, pin=None, published=None) for r in problem.requests)
    )
    roster = solve(problem, explain=False).roster
    told = published_visits(roster)
    request = rng.choice(problem.requests)
    if request.request_id in told:
        now = brute_force.best_score(_only(problem, told, _pinned(request, told[request.request_id])))
    else:
        now = _score_without(problem, told, request)
    assert now is not None
    found = Places(problem, roster, request.request_id)
    in_place = found.in_place()
    for place in rng.sample(sorted(in_place, key=repr), min(len(in_place), 8)):
        mine = _pinned(request, _visit(problem, place))
        best = brute_force.best_score(_only(problem, told, mine))
        points = in_place[place]
        assert (None if best is None else best - now) == points
        free = found.free([place], time_limit_s=20)
        published = with_published(problem, roster)
        week = published.replace(
            requests=tuple(
                dataclasses.replace(mine, published=None) if r.request_id == mine.request_id else r
                for r in published.requests
            )
        )
        least = brute_force.best_score(week)
        assert least is not None
        assert free[place].points == least - _score(problem, now, told, request)
        assert free[place].proven
        if points is not None:
            assert free[place].points <= points
            with_it, made = found.roster(place)
            assert check(with_it, made) == ()
            assert made.score == points + found.now


def _score(problem: Problem, now: int, told: dict[str, PublishedVisit], mine: Request) -> int:
    """Return a score without what the others miss, with that."""
    weights = problem.weights
    return now + sum(
        weights["missed_visit"] * request.priority // request.weeks_left
        + weights["unserved_conversation"] * request.priority * request.conversations
        for request in problem.requests
        if request.request_id not in told and request is not mine
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_best_of_a_day_is_the_best_of_its_places(seed: int) -> None:
    problem = small_week(seed, practices=8)
    roster = solve(problem, explain=False).roster
    found = Places(problem, roster, "p03")
    best = found.best_of_days(time_limit_s=20)
    every = found.free(list(found.in_place()), time_limit_s=60)
    for place, price in best.items():
        its = [other.points for at, other in every.items() if at.day == place.day]
        assert price.points == min(its)
        assert price.points == every[place].points
    assert {place.day for place in best} == {place.day for place in every}


def test_a_visit_that_stays_costs_nothing_and_moves_nobody() -> None:
    problem = small_week(2)
    roster = solve(problem, explain=False).roster
    told = published_visits(roster)["p01"]
    found = Places(problem, roster, "p01")
    (place,) = (p for p in found.in_place() if _visit(problem, p) == told)
    assert found.in_place()[place] == 0
    free = found.free([place], time_limit_s=20)[place]
    assert (free.points, free.moved) == (0, ())


def test_places_that_another_pin_rules_out_have_no_price() -> None:
    problem = small_week(2)
    roster = solve(problem, explain=False).roster
    told = published_visits(roster)
    first, second = list(told)[:2]
    pinned = problem.replace(
        requests=tuple(_pinned(r, told[first]) if r.request_id == first else r for r in problem.requests)
    )
    found = Places(pinned, roster, second)
    taken = [
        place
        for place in found.in_place()
        for day in (pinned.days[place.day],)
        if (day.date, day.consultant_id) == (told[first].date, told[first].consultant_id)
        and abs(place.start_s - told[first].start_s) < 1800
    ]
    assert all(found.in_place()[place] is None for place in taken)
    assert found.free(taken, time_limit_s=20) == {}
    with pytest.raises(InputError):
        solve(problem.replace(requests=(_pinned(problem.requests[0], told[first]),), days=()))
