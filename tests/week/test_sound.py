"""Problems that make no sense are refused in words, whoever made them."""

import dataclasses
import math
from random import Random
from typing import Any

import numpy as np
import pytest
from random_problems import small_week, tiny_problem

from scheduler.base.errors import InputError
from scheduler.model.config import DEFAULT_WEIGHTS
from scheduler.model.problem import Engagement, Problem, RoomSlot, TravelTimes
from scheduler.model.project import Pin
from scheduler.solver.engine import solve
from scheduler.week.sound import require_sound

WEEK = small_week(1, practices=3, consultants=1)
DATE = WEEK.week.days[0]


def reasons(problem: Problem) -> list[str]:
    with pytest.raises(InputError) as caught:
        require_sound(problem)
    return [str(each) for each in caught.value.problems]


def with_request(**changes: Any) -> Problem:
    first, *rest = WEEK.requests
    return WEEK.replace(requests=(dataclasses.replace(first, **changes), *rest))


def with_day(**changes: Any) -> Problem:
    first, *rest = WEEK.days
    return WEEK.replace(days=(dataclasses.replace(first, **changes), *rest))


def with_travel(**changes: Any) -> Problem:
    return WEEK.replace(travel=dataclasses.replace(WEEK.travel, **changes))


def with_second(row: int, column: int, value: int) -> Problem:
    seconds = WEEK.travel.seconds.copy()
    seconds[row, column] = value
    return with_travel(seconds=seconds)


@pytest.mark.parametrize("seed", range(40))
def test_random_problems_are_sound(seed: int) -> None:
    require_sound(tiny_problem(Random(seed)))
    require_sound(small_week(seed))


def test_solve_refuses_before_it_searches() -> None:
    with pytest.raises(
        InputError, match="p00: conversations must be a whole number from 1 to 1000000000, not -2"
    ):
        solve(with_request(conversations=-2))
    with pytest.raises(InputError, match="there is no weight cycling"):
        solve(WEEK.replace(weights={**DEFAULT_WEIGHTS, "cycling": 1}))


def test_everything_is_told_at_once() -> None:
    weights = {**DEFAULT_WEIGHTS, "cycling": 1, "change": -1}
    del weights["continuity"]
    assert reasons(with_request(conversations=0, priority=-1).replace(weights=weights, speed_kph=0)) == [
        f"there is no weight cycling; the weights are: {', '.join(DEFAULT_WEIGHTS)}",
        "the weight continuity is missing",
        "weights: change must be a whole number from 0 to 1000000000, not -1",
        "problem: speed_kph cannot be 0",
        "p00: conversations must be a whole number from 1 to 1000000000, not 0",
        "p00: priority must be a whole number from 0 to 1000000000, not -1",
    ]


@pytest.mark.parametrize("value", [-1, True, 1.5, math.nan, math.inf, None, "3", 10**400, 10**9 + 1])
def test_numbers_that_are_none(value: Any) -> None:
    for problem in (
        WEEK.replace(weights={**DEFAULT_WEIGHTS, "change": value}),
        with_request(conversations=value),
        with_request(max_conversations=value),
        with_request(duration_s=value),
        with_day(start_s=value),
        with_day(lunch_s=value),
        WEEK.replace(defaults=dataclasses.replace(WEEK.defaults, setup_s=value)),
    ):
        (reason,) = reasons(problem)
        assert "must be a whole number from" in reason


@pytest.mark.parametrize("value", [0, -1.0, math.nan, math.inf, "16", None])
def test_speeds_that_are_none(value: Any) -> None:
    assert reasons(WEEK.replace(speed_kph=value)) == [f"problem: speed_kph cannot be {value}"]
    own = dataclasses.replace(WEEK.consultants[0], speed_kph=value)
    if value is not None:
        assert reasons(WEEK.replace(consultants=(own,))) == [f"c0: speed_kph cannot be {value}"]


def test_gaps_that_are_none() -> None:
    who = f"c0, {WEEK.days[0].date}"
    require_sound(with_day(gaps=((30_000, 31_000), (32_000, 33_000))))
    assert reasons(with_day(gaps=((31_000, 31_000),))) == [
        f"{who}, gap: this ends before it begins",
        f"{who}: gaps cannot be ((31000, 31000),)",
    ]
    for gaps in (
        ((30_000, 31_000), (31_000, 32_000)),
        ((20_000, 30_000),),
        ((28_800, 30_000),),
        ((50_000, 60_000),),
    ):
        assert reasons(with_day(gaps=gaps)) == [f"{who}: gaps cannot be {gaps}"]
    (reason,) = reasons(with_day(gaps=((30_000, 1.5),)))
    assert "gap: end_s must be a whole number" in reason


def test_houses_that_are_none() -> None:
    require_sound(with_travel(one_house=frozenset({("p00", "p01"), ("p01", "p00")})))
    assert reasons(with_travel(one_house=frozenset({("p00", "p01")}))) == [
        "travel: one_house cannot be ('p00', 'p01')"
    ]
    assert len(reasons(with_travel(one_house=frozenset({("p00", "x"), ("x", "p00")})))) == 2


_HOME = WEEK.requests[-1]
_ENGAGEMENT = Engagement(
    engagement_id="e", title="t", kind="k", start_s=40_000, end_s=41_000, place_id="base"
)


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (with_request(consultant_id="bo"), "p00: consultant_id bo is unknown"),
        (with_request(base_id="nord"), "p00: base_id nord is unknown"),
        (with_request(slots=(RoomSlot(date=DATE, start_s=500, end_s=500),)), f"p00, {DATE}: this ends before it begins"),
        (with_request(slots=(RoomSlot(date=WEEK.week.shift(1).monday, start_s=5, end_s=9),)), "p00: date cannot be 2009-05-18"),
        (with_request(pin=Pin(id="p00", date=DATE, start_s=5, consultant_id="bo")), "p00: consultant_id bo is unknown"),
        (with_request(pin=Pin(id="p00", date=DATE, start_s=5, conversations=0)), "p00: conversations must be a whole number from 1 to 1000000000, not 0"),
        (with_request(pin=Pin(id="p00", date=DATE, start_s=-5)), "p00: start_s must be a whole number from 0 to 86400, not -5"),
        (with_request(place_id="p77"), "p00: place_id p77 is unknown"),
        (with_request(weeks_left=0), "p00: weeks_left must be a whole number from 1 to 1000000000, not 0"),
        (WEEK.replace(requests=(*WEEK.requests, WEEK.requests[0])), "p00 is there twice; keep one"),
        (WEEK.replace(requests=(dataclasses.replace(_HOME, duration_s=0),)), "h0: duration_s must be a whole number from 1 to 86400, not 0"),
        (WEEK.replace(requests=(dataclasses.replace(_HOME, conversations=1),)), "h0: conversations must be a whole number from 0 to 0, not 1"),
        (with_day(consultant_id="bo"), f"bo, {DATE}: consultant_id bo is unknown"),
        (with_day(date=WEEK.week.shift(1).monday), "c0, 2009-05-18: date cannot be 2009-05-18"),
        (with_day(end_s=8 * 3600), f"c0, {DATE}: this ends before it begins"),
        (with_day(end_s=86_401), f"c0, {DATE}: end_s must be a whole number from 0 to 86400, not 86401"),
        (with_day(engagements=(dataclasses.replace(_ENGAGEMENT, end_s=40_000),)), f"c0, {DATE}, e: this ends before it begins"),
        (with_day(engagements=(dataclasses.replace(_ENGAGEMENT, place_id="x"),)), f"c0, {DATE}, e: place_id x is unknown"),
        (WEEK.replace(days=(*WEEK.days, WEEK.days[0])), f"c0 has two shifts on {DATE}; keep one"),
        (WEEK.replace(consultants=WEEK.consultants * 2), "c0 is there twice; keep one"),
        (WEEK.replace(consultants=(dataclasses.replace(WEEK.consultants[0], base_id="nord"),)), "c0: base_id nord is unknown"),
        (WEEK.replace(consultants=(dataclasses.replace(WEEK.consultants[0], max_conversations_per_day=0),)), "c0: max_conversations_per_day must be a whole number from 1 to 1000000000, not 0"),
        (with_second(0, 1, -1), "travel: seconds base → p00 cannot be -1"),
        (with_second(2, 2, 5), "travel: seconds p01 cannot be 5"),
        (with_travel(place_ids=("base", "p00", "p01", "p02", "h1")), "no travel times for h0; every place of the week needs them"),
        (with_travel(place_ids=("base", "p00", "p01", "p02", "h0", "h0")[1:]), None),
        (with_travel(seconds=WEEK.travel.seconds[:3]), "the seconds of the travel times must be whole numbers, 5 times 5"),
        (with_travel(metres=WEEK.travel.metres / 2), "the metres of the travel times must be whole numbers, 5 times 5"),
        (WEEK.replace(defaults=dataclasses.replace(WEEK.defaults, start_grid_s=0)), "defaults: start_grid_s must be a whole number from 1 to 86400, not 0"),
        (WEEK.replace(defaults=dataclasses.replace(WEEK.defaults, lunch_to_s=3600)), "lunch ends before it begins"),
    ],
)  # fmt: skip
def test_what_makes_no_sense(problem: Problem, reason: str | None) -> None:
    found = reasons(problem)
    assert found == [reason] if reason else len(found) == 2


def test_numbers_of_numpy_are_numbers() -> None:
    require_sound(with_request(conversations=np.int64(1), max_conversations=np.int32(1)))
    require_sound(
        WEEK.replace(
            travel=TravelTimes(
                WEEK.travel.place_ids, WEEK.travel.seconds.astype(np.int32), WEEK.travel.metres
            )
        )
    )
