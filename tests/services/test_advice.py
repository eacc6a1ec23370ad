import itertools

import pytest
from random_problems import small_week

from scheduler.model.problem import Problem
from scheduler.outputs.texts import word
from scheduler.services import advice
from scheduler.services.advice import Advice, advise, changes
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


def test_no_change_gains_more_than_its_limit_says(week: Problem) -> None:
    limits = Limits(week)
    for change in itertools.islice(changes(week), 0, None, 4):
        assert limits.bound(change.problem) <= solve(change.problem, explain=False).roster.score


def test_the_ranking_is_that_of_trying_every_change(week: Problem, advised: Advice) -> None:
    assert advised.complete
    best: dict[tuple[str, str, object], int] = {}
    for change in changes(week):
        gain = advised.roster.score - solve(change.problem, explain=False).roster.score
        key = (change.kind, change.subject, change.date)
        best[key] = max(gain, best.get(key, 0))
    expected = sorted((gain for gain in best.values() if gain > 0), reverse=True)[: advice.MOST]
    assert [suggestion.points for suggestion in advised.suggestions] == expected
    assert expected


def test_suggestions_say_what_changes(advised: Advice) -> None:
    for suggestion in advised.suggestions:
        assert word(suggestion.text, advised.roster) != suggestion.text.code
        assert suggestion.points > 0
    assert {suggestion.kind for suggestion in advised.suggestions} <= {"room", "shift", "engagement"}


def test_every_kind_of_change_is_looked_at(week: Problem) -> None:
    found = list(changes(week))
    assert {change.kind for change in found} == {"room", "shift", "engagement"}
    assert all(change.problem.requests or change.problem.days for change in found)
    # A team meeting is moved for everybody at once.
    meetings = [change for change in found if change.subject == "team"]
    assert meetings
    for change in meetings:
        starts = {e.start_s for d in change.problem.days for e in d.engagements if e.engagement_id == "team"}
        assert len(starts) == 1


def test_stopping_early_is_said(week: Problem) -> None:
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > 60

    assert not advise(week, stop=stop).complete
