"""A roster carried out in many draws at once agrees with living through each draw, and keeps its rules."""

import dataclasses
import datetime as dt
from functools import cache
from random import Random

import numpy as np
import pytest
from random_problems import small_week, tiny_problem
from scenario.slow_clock import Day, name, seconds

from scheduler.base.errors import InputError
from scheduler.model.config import SimulationSettings
from scheduler.model.problem import Problem
from scheduler.model.roster import Roster, Stop
from scheduler.scenario.chance.clockwork import PlayedRound, play
from scheduler.scenario.chance.draws import Draws, Seconds
from scheduler.solver.engine import solve

STILL = SimulationSettings(
    no_show_share=0, illness_share=0, ride_spread=0, weather_spread=0, conversation_spread_minutes=0
)
WILD = SimulationSettings(
    no_show_share=0.3,
    illness_share=0.2,
    ride_spread=0.8,
    weather_spread=0.5,
    conversation_spread_minutes=25,
    shortest_conversation_minutes=20,
)


@cache
def weeks() -> tuple[tuple[Problem, Roster], ...]:
    """Return weeks of all kinds with their rosters, on tables that leave no rule out."""
    problems = [tiny_problem(Random(seed)) for seed in range(30)]
    problems += [small_week(seed, practices=6) for seed in range(2)]
    found = []
    for problem in problems:
        try:
            found.append((problem, solve(problem, explain=False, time_limit_s=5).roster))
        except InputError:  # pins that cannot all be kept
            continue
    return tuple(found)


def test_the_weeks_leave_nothing_out() -> None:
    kinds = {stop.kind for _problem, roster in weeks() for round_ in roster.rounds for stop in round_.stops}
    assert kinds == {"visit", "home_visit", "task", "engagement", "lunch", "desk"}
    assert any(
        stop.conversations > 1 for _, roster in weeks() for round_ in roster.rounds for stop in round_.stops
    )


def test_without_variation_everything_is_as_booked() -> None:
    for problem, roster in weeks():
        draws = Draws(STILL, problem.week, count=2)
        for played in play(problem, roster, draws):
            assert played.works.all()
            for stop in played.stops:
                assert stop.made.all()
                assert not stop.late_s.any()
                for talk in stop.conversations:
                    assert talk.held.all()
                    assert not talk.late_s.any()
            if played.round.ride_seconds:
                assert set(played.back_s) == {seconds(played.round.returns_base)}


@pytest.mark.parametrize("settings", [SimulationSettings(), WILD])
def test_every_draw_is_lived_through_in_the_same_way(settings: SimulationSettings) -> None:
    compared = late = missed = 0
    for problem, roster in weeks():
        draws = Draws(settings, problem.week, count=8, seed=3)
        for played in play(problem, roster, draws):
            for draw in range(draws.count):
                day = Day(problem, played.round, draws, draw)
                assert played.back_s[draw] == day.back_s
                for stop in played.stops:
                    key = name(stop.stop)
                    assert seconds(stop.stop.start) + stop.late_s[draw] == day.starts[key]
                    assert stop.made[draw] == (key not in day.missed)
                    for number, talk in enumerate(stop.conversations):
                        assert talk.held[draw] == ((stop.stop.id, number) in day.held)
                        if stop.made[draw]:
                            expected = day.talks[stop.stop.id, number] - seconds(talk.booked)
                            assert talk.late_s[draw] == expected
                    compared += 1
                    late += int(stop.late_s[draw] > 0)
                    missed += int(not stop.made[draw])
    assert compared > 1000
    assert late > 100
    assert settings is not WILD or missed > 10


class SlowRides(Draws):
    """Draws in which every ride takes longer still."""

    more_s = 0

    def ride_s(self, date: dt.date, from_id: str, to_id: str, planned_s: int) -> Seconds:
        """Return the seconds of a ride."""
        return super().ride_s(date, from_id, to_id, planned_s) + self.more_s


def _without_end(roster: Roster) -> Roster:
    """Return a roster whose rooms need never be left."""

    def freed(stop: Stop) -> Stop:
        if stop.slot is None:
            return stop
        return dataclasses.replace(
            stop, slot=dataclasses.replace(stop.slot, end=stop.slot.end.replace(hour=23))
        )

    rounds = (dataclasses.replace(round_, stops=tuple(map(freed, round_.stops))) for round_ in roster.rounds)
    return roster.replace(rounds=tuple(rounds))


def test_longer_rides_make_nothing_earlier() -> None:
    # Only where rooms need not be left: a conversation that is lost lets the consultant go on sooner.
    for problem, roster in weeks():
        endless = _without_end(roster)
        before: tuple[PlayedRound, ...] | None = None
        for more_s in (0, 60, 600):
            draws = SlowRides(SimulationSettings(), problem.week, count=20)
            draws.more_s = more_s
            now = play(problem, endless, draws)
            for earlier, later in zip(before or now, now, strict=True):
                assert (later.back_s >= earlier.back_s).all()
                for one, other in zip(earlier.stops, later.stops, strict=True):
                    assert (other.late_s >= one.late_s).all()
                    assert other.made.all() or other.stop.kind == "engagement"
            before = now


def test_later_arrivals_hold_no_more_in_a_visit() -> None:
    for problem, roster in weeks():
        draws = SlowRides(SimulationSettings(), problem.week, count=20)
        on_time = play(problem, roster, draws)
        draws.more_s = 1500
        delayed = play(problem, roster, draws)
        for first, second in zip(on_time, delayed, strict=True):
            visits = [pair for pair in zip(first.stops, second.stops, strict=True) if pair[0].conversations]
            for one, other in visits[:1]:  # what was lost before lets the consultant be earlier after that
                held, less = (
                    np.sum([talk.held for talk in stop.conversations], axis=0) for stop in (one, other)
                )
                assert (less <= held).all()


def test_a_conversation_needs_its_least_time_before_the_room_is_left() -> None:
    problem, roster = next(
        (problem, roster)
        for problem, roster in weeks()
        if any(
            stop.kind == "visit" and stop.ride_seconds for round_ in roster.rounds for stop in round_.stops
        )
    )
    for late_min in range(0, 60, 5):
        draws = SlowRides(dataclasses.replace(STILL, shortest_conversation_minutes=15), problem.week, count=1)
        draws.more_s = late_min * 60
        for played in play(problem, roster, draws):
            for stop in played.stops:
                if not stop.conversations:
                    continue
                assert stop.stop.slot is not None
                for talk in stop.conversations:
                    begins_s = seconds(talk.booked) + int(talk.late_s[0])
                    if stop.made[0]:
                        assert talk.held[0] == (seconds(stop.stop.slot.end) - begins_s >= 15 * 60)
                    else:
                        assert not talk.held[0]


def test_slack_comes_before_every_stop_that_is_ridden_to() -> None:
    problem = small_week(1, practices=6)
    slack_s = 600
    longer = dataclasses.replace(problem.defaults, parking_s=problem.defaults.parking_s + slack_s)
    roster = solve(problem.replace(defaults=longer), explain=False).roster
    draws = SlowRides(STILL, problem.week, count=1)
    draws.more_s = slack_s
    for played in play(problem, roster, draws, slack_s=slack_s):
        assert not any(stop.late_s.any() for stop in played.stops)
        for draw in range(draws.count):
            day = Day(problem, played.round, draws, draw, slack_s=slack_s)
            assert played.back_s[draw] == day.back_s
    draws.more_s = slack_s + 1
    late = [
        int(stop.late_s[0])
        for played in play(problem, roster, draws, slack_s=slack_s)
        for stop in played.stops
    ]
    assert 0 < max(late) < 60


def test_a_late_consultant_skips_an_engagement_that_is_over() -> None:
    problem, roster = next(
        (problem, roster)
        for problem, roster in weeks()
        if any(s.kind == "engagement" and s.ride_seconds for r in roster.rounds for s in r.stops)
    )
    draws = SlowRides(STILL, problem.week, count=1)
    draws.more_s = 12 * 3600
    stops = [stop for played in play(problem, roster, draws) for stop in played.stops]
    assert any(stop.stop.kind == "engagement" and not stop.made[0] for stop in stops)
