"""Rosters made by hand: what can be kept is as good as the engine's, what cannot is laid down as it was meant."""

import dataclasses
from random import Random

import pytest
from random_problems import small_week, tiny_problem
from worked_week import the_problem

from scheduler.base.errors import InputError
from scheduler.checks import check
from scheduler.model.clock import seconds_of
from scheduler.model.problem import Problem
from scheduler.model.roster import REQUESTED, Roster
from scheduler.solver.engine import solve
from scheduler.week.byhand import HandVisit, roster_by_hand

WEEK = small_week(0)


@pytest.fixture(scope="module")
def best() -> Roster:
    return solve(WEEK).roster


def _by_hand(roster: Roster) -> list[HandVisit]:
    """The visits of a roster as somebody writes them down, in no order."""
    return [
        HandVisit(
            id=stop.id,
            date=round_.date,
            start_s=seconds_of(stop.start, round_.date),
            consultant_id=round_.consultant_id,
            conversations=stop.conversations or None,
        )
        for round_ in reversed(roster.rounds)
        for stop in reversed(round_.stops)
        if stop.kind in REQUESTED
    ]


def _problems() -> list[Problem]:
    return [the_problem(), WEEK, small_week(1), *(tiny_problem(Random(seed)) for seed in range(20))]


@pytest.mark.parametrize("number", range(23))
def test_the_engines_roster_written_down_by_hand_is_as_good(number: int) -> None:
    problem = _problems()[number]
    try:
        best = solve(problem).roster
    except InputError:  # pins that cannot all be kept
        return
    found = roster_by_hand(problem, _by_hand(best))
    assert check(problem, found) == ()
    assert found.score == best.score
    assert _by_hand(found) == _by_hand(best)
    assert {each.id: each.held for each in found.unassigned} == {
        each.id: each.held for each in best.unassigned
    }


def test_what_is_not_in_it_is_told(best: Roster) -> None:
    first, *rest = _by_hand(best)
    found = roster_by_hand(WEEK, rest)
    (left,) = (each for each in found.unassigned if each.id == first.id)
    assert (left.held, left.reason.code) == (0, "left_out")
    assert check(WEEK, found) == ()
    assert (found.status, found.bound, found.prices) == ("feasible", 0, None)
    assert found.score > best.score


def test_without_a_number_it_is_as_many_as_one_visit_may_hold(best: Roster) -> None:
    visits = [dataclasses.replace(visit, conversations=None) for visit in _by_hand(best)]
    numbers = {request.request_id: request.max_conversations for request in WEEK.requests}
    found = roster_by_hand(WEEK, visits)
    held = {stop.id: stop.conversations for r in found.rounds for stop in r.stops if stop.kind == "visit"}
    assert held == {id_: numbers[id_] for id_ in held}


def _broken(visits: list[HandVisit]) -> set[str]:
    found = roster_by_hand(WEEK, visits)
    assert {(s.id, s.start.hour * 3600 + s.start.minute * 60) for r in found.rounds for s in r.stops if s.kind in REQUESTED} == {
        (visit.id, visit.start_s) for visit in visits
    }  # fmt: skip
    return {violation.code for violation in check(WEEK, found)}


def test_rules_that_are_broken_are_told_and_the_hours_stay_as_they_were_meant(best: Roster) -> None:
    visits = _by_hand(best)
    first, second = (v for v in visits if (v.date, v.consultant_id) == _busiest(visits)[0])
    others = [visit for visit in visits if visit not in (first, second)]
    assert "slot" in _broken([*others, first, dataclasses.replace(second, start_s=6 * 3600)])
    assert "late" in _broken([*others, first, dataclasses.replace(second, start_s=first.start_s + 300)])


def _busiest(visits: list[HandVisit]) -> list[tuple[object, str]]:
    """Days with exactly two visits."""
    days = [(visit.date, visit.consultant_id) for visit in visits]
    return [day for day in days if days.count(day) == 2]


def test_a_lunch_that_does_not_fit_is_left_out(best: Roster) -> None:
    """One visit after another from 10:30 to 13:40, as somebody may plan it."""
    visits = _by_hand(best)
    date, who = _busiest(visits)[0]
    first, second = (v for v in visits if (v.date, v.consultant_id) == (date, who))
    day = next(day for day in WEEK.days if (day.date, day.consultant_id) == (date, who))
    others = [visit for visit in visits if visit not in (first, second)]
    tight = WEEK.replace(
        days=tuple(dataclasses.replace(each, lunch_s=150 * 60) if each is day else each for each in WEEK.days)
    )
    codes = {v.code for v in check(tight, roster_by_hand(tight, [*others, first, second]))}
    assert codes == {"lunch"}
