"""What is certain of a week before any round is looked at: what has happened, and what limited changes keep."""

import dataclasses
import datetime as dt
import math
from fractions import Fraction
from random import Random

import pytest
from brute_force import best_roster
from random_problems import small_week, tiny_problem
from rosters import build_roster, clock_s
from worked_week import MONDAY, TUESDAY, the_problem, the_roster

from scheduler.checks.bound.pricing import UNIT, Balance, Pricing, least_kept, unmet_points
from scheduler.model.clock import at
from scheduler.model.problem import Agreement, Problem, PublishedVisit
from scheduler.model.roster import Roster
from scheduler.week.happened import since


def over(problem: Problem, roster: Roster) -> Problem:
    """Return the week when it is over, as the roster has it."""
    return since(problem, roster, at(problem.week.days[-1] + dt.timedelta(days=1), 0))


def certain(problem: Problem) -> int:
    """Return the score of a week in which nothing more happens."""
    nothing = dict.fromkeys((consultant.consultant_id for consultant in problem.consultants), 0)
    return unmet_points(problem) + math.floor(Balance.of(problem).points(nothing))


# --- what has happened -------------------------------------------------------------------------------


def test_the_worked_week_scores_the_same_when_it_is_over() -> None:
    """With a visit by another consultant at another hour, a home visit, waiting, and what was not met."""
    roster = the_roster()
    assert certain(over(the_problem(), roster)) == roster.score
    assert all(
        roster.terms[name].points
        for name in (
            "continuity",
            "moved_from_agreement",
            "change",
            "unserved_conversation",
            "imbalance_minute",
        )
    )


def test_weeks_score_the_same_when_they_are_over() -> None:
    stops: set[str] = set()
    for seed in range(20):
        problem = tiny_problem(Random(seed))
        requests = tuple(dataclasses.replace(r, pin=None, published=None) for r in problem.requests)
        problem = problem.replace(requests=requests)
        best = best_roster(problem)
        assert best
        roster = build_roster(problem, best.plans)
        assert certain(over(problem, roster)) == roster.score
        stops |= {stop.kind for round_ in roster.rounds for stop in round_.stops}
    assert stops >= {"visit", "home_visit", "task", "engagement", "lunch"}


@pytest.mark.parametrize(
    ("usual", "moved"),
    [
        (Agreement(date=MONDAY, start_s=clock_s("9:15")), False),
        (Agreement(date=MONDAY, start_s=clock_s("9:45")), False),
        (Agreement(date=MONDAY, start_s=clock_s("9:14")), True),
        (Agreement(date=MONDAY, start_s=clock_s("9:46")), True),
        (Agreement(date=TUESDAY, start_s=clock_s("9:30")), True),
    ],
)
def test_a_visit_that_was_made_is_moved_where_it_began_over_15_minutes_from_the_hour_agreed(
    usual: Agreement, *, moved: bool
) -> None:
    """The first visit begins at 9:30 on Monday."""
    week = over(the_problem(), the_roster())
    first, *others = week.requests
    never = unmet_points(week.replace(requests=(dataclasses.replace(first, agreement=None), *others)))
    agreed = unmet_points(week.replace(requests=(dataclasses.replace(first, agreement=usual), *others)))
    assert agreed - never == moved * week.weights["moved_from_agreement"]


def test_loads_that_have_happened_are_charged_once_a_consultant() -> None:
    """However many days of the consultant are still to come; a task is no load."""
    week = over(the_problem(), the_roster())
    balance = Balance.of(week)
    # Anna: visits of 50 and 95 minutes; Bo: an hour at home and a visit of 50 minutes.
    assert balance.done_s == {"anna": 145 * 60, "bo": 110 * 60}
    pricing = Pricing((), {"anna": Fraction(1, 2), "bo": Fraction(-1)})
    assert pricing.done_units(balance, ["anna", "bo", "anna"]) == (145 * 30 - 110 * 60) * UNIT
    assert pricing.done_units(balance, ["bo"]) == -110 * 60 * UNIT
    assert pricing.done_units(balance, ["nobody"]) == 0


# --- who is compared ---------------------------------------------------------------------------------


def test_consultants_of_each_base_are_compared_among_themselves() -> None:
    week = small_week(0, 2, 4)
    elsewhere = {"c2", "c3"}
    consultants = tuple(
        dataclasses.replace(c, base_id="second") if c.consultant_id in elsewhere else c
        for c in week.consultants
    )
    # c3 works on Monday and Tuesday alone: 14 hours without lunch, 33 of c2 without phone hours and meeting.
    days = tuple(day for day in week.days if day.consultant_id != "c3" or day.date in week.week.days[:2])
    balance = Balance.of(week.replace(consultants=consultants, days=days))
    a_second = Fraction(week.weights["imbalance_minute"], 60)
    assert balance.groups == (("c0", "c1"), ("c2", "c3"))
    assert balance.rate == {
        "c0": a_second,
        "c1": a_second,
        "c2": a_second,
        "c3": a_second * Fraction(33, 14),
    }
    visit_s = {"c0": 600, "c1": 900, "c2": 33, "c3": 28}
    assert balance.points(visit_s) == a_second * (300 + (66 - 33))


# --- limited changes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("most", "kept"), [(None, 0), (0, 2), (1, 1), (2, 0), (3, 0)])
def test_all_published_visits_but_the_changes_are_kept(most: int | None, kept: int) -> None:
    """Two of the five requests were published."""
    problem = the_problem().replace(max_changes=most)
    assert sum(isinstance(r.published, PublishedVisit) for r in problem.requests) == 2
    assert least_kept(problem) == kept
