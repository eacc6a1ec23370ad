import itertools

import pytest
from random_problems import small_week

from scheduler.model.problem import Problem
from scheduler.model.texts import word
from scheduler.services import advice
from scheduler.services.advice import Advice, advise, variants
from scheduler.solver.engine import solve
from scheduler.solver.limits import Limits


@pytest.fixture(scope="module")
def week() -> Problem:
    week = small_week(0, practices=4)
    dates = {day.date for day in week.days}
    busy = {min(dates), max(dates)}
    return week.replace(days=tuple(day for day in week.days if day.date in busy))


@pytest.fixture(scope="module")
def advised(week: Problem) -> Advice:
    return advise(week)


def test_no_variant_gains_more_than_its_limit_says(week: Problem) -> None:
    limits = Limits(week)
    for variant in itertools.islice(variants(week), 0, None, 4):
        assert limits.bound(variant.problem) <= solve(variant.problem, explain=False).roster.score


def test_the_ranking_is_that_of_trying_every_variant(week: Problem, advised: Advice) -> None:
    assert advised.complete
    best: dict[tuple[str, str, object], int] = {}
    for variant in variants(week):
        gain = advised.roster.score - solve(variant.problem, explain=False).roster.score
        key = (variant.kind, variant.subject, variant.date)
        best[key] = max(gain, best.get(key, 0))
    expected = sorted((gain for gain in best.values() if gain > 0), reverse=True)[: advice.MOST]
    assert [suggestion.points for suggestion in advised.suggestions] == expected
    assert expected


def test_suggestions_say_what_changes(advised: Advice) -> None:
    for suggestion in advised.suggestions:
        assert word(suggestion.text, advised.roster.names) != suggestion.text.code
        assert suggestion.points > 0
    assert {suggestion.kind for suggestion in advised.suggestions} <= {"room", "shift", "engagement"}


def test_every_kind_of_variant_is_looked_at(week: Problem) -> None:
    found = list(variants(week))
    assert {variant.kind for variant in found} == {"room", "shift", "engagement"}
    assert all(variant.problem.requests or variant.problem.days for variant in found)
    # A team meeting is moved for everybody at once.
    meetings = [variant for variant in found if variant.subject == "team"]
    assert meetings
    for variant in meetings:
        starts = {e.start_s for d in variant.problem.days for e in d.engagements if e.engagement_id == "team"}
        assert len(starts) == 1


def test_stopping_early_is_said(week: Problem) -> None:
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > 60

    assert not advise(week, stop=stop).complete
