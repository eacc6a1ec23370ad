"""What has happened of a roster at a moment, and that the week goes on from there."""

import dataclasses
import datetime as dt
from random import Random

import brute_force
import pytest
from random_problems import small_week, tiny_problem
from rosters import clock_s
from worked_week import MONDAY, a_day, a_slot, an_engagement, the_problem

from scheduler.base.errors import InputError
from scheduler.checks import check
from scheduler.checks.bound import check_bound
from scheduler.model.clock import at, seconds_of
from scheduler.model.locks import Delay
from scheduler.model.problem import Back, ConsultantDay, Engagement, Happened, Problem
from scheduler.model.roster import Roster, Stop
from scheduler.solver.engine import solve
from scheduler.solver.front import front
from scheduler.week.happened import since
from scheduler.week.replanning import with_published

MINUTE = dt.timedelta(minutes=1)


def _published(seed: int) -> tuple[Problem, Roster]:
    problem = small_week(seed, practices=9)
    return problem, solve(problem, explain=False).roster


PROBLEM, ROSTER = _published(1)
#: A round with at least two visits away from base, one after the other.
ROUND = next(r for r in ROSTER.rounds if sum(s.slot is not None for s in r.stops) > 1)
VISITS = [s for s in ROUND.stops if s.slot]


def day_at(moment: dt.datetime, problem: Problem = PROBLEM, delays: tuple[Delay, ...] = ()) -> ConsultantDay:
    week = since(problem, ROSTER, moment, delays)
    key = (ROUND.consultant_id, ROUND.date)
    return next(day for day in week.days if (day.consultant_id, day.date) == key)


def happened_at(moment: dt.datetime, problem: Problem = PROBLEM) -> Happened:
    day = day_at(moment, problem)
    assert day.happened is not None
    return day.happened


def _leaves(stop: Stop) -> dt.datetime:
    """When the ride to a stop begins."""
    return stop.arrival - dt.timedelta(seconds=stop.ride_seconds) - 2 * MINUTE


def test_what_is_being_ridden_to_stays_and_what_is_not_does_not() -> None:
    first = VISITS[0]
    assert first.ride_seconds
    assert first not in happened_at(_leaves(first)).stops
    riding = happened_at(_leaves(first) + dt.timedelta(seconds=1))
    assert riding.stops[-1] == first
    assert (riding.place_id, riding.free_s) == (first.place_id, seconds_of(first.end, ROUND.date))
    there = happened_at(first.start + MINUTE)
    assert there == riding


def test_at_base_one_goes_on_from_the_moment() -> None:
    moment = _leaves(VISITS[0]) - MINUTE
    found = happened_at(moment)
    assert found.place_id == "base"
    assert found.free_s == seconds_of(moment, ROUND.date)


def test_before_the_shift_nothing_has_happened() -> None:
    day = next(d for d in PROBLEM.days if (d.consultant_id, d.date) == (ROUND.consultant_id, ROUND.date))
    assert day_at(at(day.date, day.start_s)) == day
    assert day_at(at(day.date, day.start_s - 60)) == day


def test_days_before_are_over_and_stay_as_they_were() -> None:
    week = since(PROBLEM, ROSTER, at(ROUND.date + dt.timedelta(days=1), 0))
    point = list(front(with_published(week, ROSTER)))[-1]
    before = [r for r in ROSTER.rounds if r.date <= ROUND.date]
    assert [r for r in point.roster.rounds if r.date <= ROUND.date] == before


def test_on_the_way_home_one_is_at_base_from_then_on() -> None:
    last = [s for s in ROUND.stops if s.kind != "lunch"][-1]
    if last.place_id == "base":
        pytest.skip("the round ends at base")  # pragma: no cover - it does not
    found = happened_at(ROUND.returns_base - MINUTE)
    assert found.back is not None
    assert found.back.ride_s == ROUND.back_seconds
    assert (found.place_id, found.free_s) == ("base", seconds_of(ROUND.returns_base, ROUND.date))


@pytest.mark.parametrize("meeting", [(), (an_engagement("e", "base", "13:00", "14:00"),)])
def test_lunch_at_base_is_had_after_the_way_back(meeting: tuple[Engagement, ...]) -> None:
    """A visit until 10:20, ten minutes' ride and two to park; lunch from 12:00 to 12:30."""
    visit = dataclasses.replace(the_problem().requests[0], slots=(a_slot(MONDAY, "9:30", "10:20"),))
    problem = the_problem().replace(
        days=(a_day("anna", MONDAY, "8:00", "15:00", *meeting),), requests=(visit,)
    )
    roster = solve(problem, explain=False).roster
    assert [stop.kind for stop in roster.rounds[0].stops] == [
        "visit",
        "lunch",
        *["engagement"] * len(meeting),
    ]
    (day,) = since(problem, roster, at(MONDAY, clock_s("12:10"))).days
    found = day.happened
    assert found is not None
    assert found.back == Back(ride_s=600, ride_m=2400, arrival_s=clock_s("10:32"))
    assert (found.place_id, found.free_s) == ("base", clock_s("12:30"))
    assert [stop.kind for stop in found.stops] == ["visit", "lunch"]


def test_an_absence_takes_effect_once_back_at_base() -> None:
    """The shift ends in the middle of a visit: it is brought to its end, and nothing follows."""
    first = VISITS[0]
    middle = first.start + 10 * MINUTE
    shorter = PROBLEM.replace(
        days=tuple(
            dataclasses.replace(d, end_s=seconds_of(middle, d.date), engagements=())
            if (d.consultant_id, d.date) == (ROUND.consultant_id, ROUND.date)
            else d
            for d in PROBLEM.days
        )
    )
    found = happened_at(middle, shorter)
    assert found.end_s > seconds_of(first.end, ROUND.date)
    week = with_published(since(shorter, ROSTER, middle), ROSTER)
    for point in front(week):
        assert check(point.problem, point.roster) == ()
        (made,) = (
            r for r in point.roster.rounds if (r.consultant_id, r.date) == (ROUND.consultant_id, ROUND.date)
        )
        assert [s for s in made.stops if s.slot][-1] == first
        assert seconds_of(made.returns_base, made.date) == found.end_s


def test_who_is_away_all_day_since_the_morning_has_worked_until_then() -> None:
    first = VISITS[0]
    gone = PROBLEM.replace(
        days=tuple(d for d in PROBLEM.days if (d.consultant_id, d.date) != (ROUND.consultant_id, ROUND.date))
    )
    day = day_at(first.start, gone)
    assert day.happened is not None
    assert first in day.happened.stops
    assert day.end_s >= seconds_of(ROUND.leaves_base, ROUND.date)
    found = list(front(with_published(since(gone, ROSTER, first.start), ROSTER)))
    assert all(check(point.problem, point.roster) == () for point in found)


def test_who_is_late_goes_on_later() -> None:
    first = VISITS[0]
    free = first.end + 40 * MINUTE
    delay = Delay(consultant_id=ROUND.consultant_id, free=free)
    day = day_at(first.start, delays=(delay,))
    assert day.happened is not None
    assert (day.happened.place_id, day.happened.free_s) == (first.place_id, seconds_of(free, ROUND.date))
    week = with_published(since(PROBLEM, ROSTER, first.start, [delay]), ROSTER)
    for point in front(week):
        assert check(point.problem, point.roster) == ()
        for round_ in point.roster.rounds:
            if (round_.consultant_id, round_.date) == (ROUND.consultant_id, ROUND.date):
                after = [s for s in round_.stops if s.start > first.start and s.ride_seconds]
                assert all(_leaves(stop) >= free for stop in after)


def test_late_on_a_day_off_is_an_error() -> None:
    delay = Delay(consultant_id="c0", free=at(PROBLEM.week.days[6], 8 * 3600))
    with pytest.raises(InputError, match="c0 is late, but does not work"):
        since(PROBLEM, ROSTER, None, [delay])


def test_an_engagement_that_can_no_longer_be_reached_is_left_out_and_told() -> None:
    day = next(d for d in PROBLEM.days if d.engagements)
    meeting = day.engagements[0]
    delay = Delay(consultant_id=day.consultant_id, free=at(day.date, meeting.start_s + 60))
    week = since(PROBLEM, ROSTER, None, [delay])
    there = next(d for d in week.days if (d.consultant_id, d.date) == (day.consultant_id, day.date))
    assert meeting not in there.engagements
    (note,) = week.notes
    assert (note.code, note.params["title"]) == ("engagement_missed", meeting.title)


def test_visits_that_nobody_asks_for_any_more_have_been_made() -> None:
    first = VISITS[0]
    less = PROBLEM.replace(
        requests=tuple(r for r in PROBLEM.requests if r.request_id != first.id),
        places={id_: p for id_, p in PROBLEM.places.items() if id_ != first.place_id},
    )
    week = with_published(since(less, ROSTER, first.end, ()), ROSTER)
    (request,) = (r for r in week.requests if r.request_id == first.id)
    assert request.has_happened
    assert all(check(point.problem, point.roster) == () for point in front(week))


@pytest.mark.parametrize("seed", range(12))
def test_nothing_is_moved_into_the_past_and_nothing_out_of_it(seed: int) -> None:
    rng = Random(seed)
    problem, roster = _published(2 + seed % 3)
    round_ = rng.choice(roster.rounds)
    moment = rng.choice(round_.stops).start + rng.choice([-60, -10, 0, 1, 30]) * MINUTE
    gone = rng.choice([d for d in problem.days if at(d.date, d.start_s) > moment] or [None])
    problem = problem.replace(days=tuple(d for d in problem.days if d is not gone))
    week = with_published(since(problem, roster, moment), roster)
    begun = {
        (r.consultant_id, s.id, s.start)
        for r in roster.rounds
        for s in r.stops
        if s.slot and (s.start <= moment or (s.ride_seconds and _leaves(s) < moment))
    }
    for point in front(week):
        made = {(r.consultant_id, s.id, s.start) for r in point.roster.rounds for s in r.stops if s.slot}
        assert begun <= made
        for r in point.roster.rounds:
            for s in r.stops:
                if s.slot and (r.consultant_id, s.id, s.start) not in begun:
                    assert s.start > moment
                    assert not s.ride_seconds or _leaves(s) >= moment
        assert check(point.problem, point.roster) == ()
        assert check_bound(point.problem, point.roster).verified is True


@pytest.mark.parametrize("seed", range(40))
def test_every_point_from_a_moment_on_is_what_trying_everything_finds(seed: int) -> None:
    rng = Random(seed)
    problem = tiny_problem(rng)
    problem = problem.replace(
        requests=tuple(dataclasses.replace(r, pin=None, published=None) for r in problem.requests)
    )
    roster = solve(problem, explain=False).roster
    if not roster.rounds:
        return
    round_ = rng.choice(roster.rounds)
    stop = rng.choice(round_.stops)
    moment = rng.choice([stop.start, stop.arrival, stop.end, round_.leaves_base, round_.returns_base])
    moment += dt.timedelta(seconds=rng.choice([0, 60, -60, 600, -600, 3600]))
    late = Delay(consultant_id=round_.consultant_id, free=moment + rng.choice([5, 30, 90]) * MINUTE)
    if len(problem.days) > 1 and rng.random() < 0.4:
        gone = rng.choice(problem.days)
        problem = problem.replace(days=tuple(d for d in problem.days if d is not gone))
    week = with_published(problem, roster)
    week = since(week, roster, moment, [late] if rng.random() < 0.3 else [])
    week = week.replace(weights={**week.weights, "change": 0})
    found = list(front(week))
    assert {p.problem.max_changes: p.roster.score for p in found} == brute_force.front(week)
    for point in found:
        assert check(point.problem, point.roster) == ()
        assert check_bound(point.problem, point.roster).verified is True
        claims_more = point.roster.replace(score=point.roster.score + 1, bound=point.roster.score + 1)
        assert check_bound(point.problem, claims_more).verified is False
