import dataclasses
from fractions import Fraction
from typing import Any

import pytest
from random_problems import small_week
from rosters import clock_s
from worked_week import MONDAY, the_problem, the_roster

from scheduler import checks
from scheduler.model.problem import Agreement, Problem, PublishedVisit
from scheduler.model.project import Consultant
from scheduler.solver.engine import solve
from scheduler.week import score


def test_the_worked_weeks_terms_are_those_of_the_independent_recount() -> None:
    problem, roster = the_problem(), the_roster()
    assert score.terms(problem, roster.rounds) == checks.recount(problem, roster)


def test_every_term_is_there_also_where_nothing_counts() -> None:
    problem = small_week(0).replace(requests=())
    terms = score.terms(problem, solve(problem).roster.rounds)
    assert list(terms) == list(problem.weights)
    assert all(term.points == 0 for term in terms.values())


def test_availability_is_shifts_less_lunch_and_engagements() -> None:
    problem = the_problem()
    # Anna: 7 h and 4 h, two lunches, and 30 + 60 + 60 minutes of engagements. Bo: 6 h 5 min, a lunch.
    assert score.Balance.of(problem).availability_s == (
        11 * 3600 - 3600 - 150 * 60,
        365 * 60 - 1800,
    )


def test_imbalance_is_exact_and_rounded_down_once() -> None:
    problem = the_problem()
    balance = score.Balance.of(problem)
    anna_s, bo_s = balance.availability_s
    expected = (
        abs(Fraction(3000) * max(anna_s, bo_s) / anna_s - Fraction(5000) * max(anna_s, bo_s) / bo_s) / 60
    )
    assert balance.minutes((3000, 5000)) == expected
    assert balance.points((3000, 5000), 7) == int(7 * expected)


def _with_third(problem: Problem, base_id: str) -> Problem:
    third = Consultant(consultant_id="cy", name="Cy", base_id=base_id)
    return problem.replace(consultants=(*problem.consultants, third))


def test_who_is_never_available_or_alone_at_a_base_is_not_compared() -> None:
    problem = the_problem()
    idle = score.Balance.of(_with_third(problem, "base"))
    assert idle.minutes((3000, 3000, 0)) == score.Balance.of(problem).minutes((3000, 3000))


@pytest.mark.parametrize(
    ("away_s", "is_moved"), [(-901, True), (-900, False), (0, False), (900, False), (901, True)]
)
def test_a_visit_within_fifteen_minutes_is_where_it_was(away_s: int, *, is_moved: bool) -> None:
    # p1 begins at 9:30 on Monday by Anna.
    problem, roster = the_problem(), the_roster()
    start_s = clock_s("9:30") + away_s
    changes: dict[str, dict[str, Any]] = {
        "moved_from_agreement": {"agreement": Agreement(date=MONDAY, start_s=start_s), "published": None},
        "change": {
            "agreement": None,
            "published": PublishedVisit(date=MONDAY, start_s=start_s, consultant_id="anna"),
        },
    }
    for term, fields in changes.items():
        p1, *others = problem.requests
        others = [dataclasses.replace(request, published=None) for request in others]
        p1 = dataclasses.replace(p1, **fields)
        changed = problem.replace(requests=(p1, *others))
        counted = score.terms(changed, roster.rounds)
        assert counted[term].count == is_moved
        assert checks.recount(changed, roster)[term].count == is_moved
        assert sum(counted[name].count for name in changes) == is_moved


def test_requests_count_one_by_one_whatever_became_of_those_before() -> None:
    # p1, at priority 3, is dropped from the roster and p4 never was in it; p2 lacks one of three at priority 2.
    problem, roster = the_problem(), the_roster()
    p1, *others, h1 = problem.requests
    anna, *rounds = roster.rounds
    without_p1 = dataclasses.replace(anna, stops=tuple(stop for stop in anna.stops if stop.id != "p1"))
    terms = score.terms(
        # Whose home visit it is, is a rule and has no price.
        problem.replace(
            requests=(
                dataclasses.replace(p1, priority=3),
                *others,
                dataclasses.replace(h1, consultant_id="anna"),
            )
        ),
        (without_p1, *rounds),
    )
    counts = {
        name: terms[name].count for name in ("missed_visit", "unserved_conversation", "change", "continuity")
    }
    assert counts == {"missed_visit": 3 + 1, "unserved_conversation": 3 + 2 + 1, "change": 1, "continuity": 0}


def test_seconds_of_visits_are_those_of_the_clock() -> None:
    # Anna: 50 and 95 minutes at practices. Bo: an hour at a home, 50 minutes at a practice.
    assert score.visit_seconds(the_problem(), the_roster().rounds) == (145 * 60, 110 * 60)
