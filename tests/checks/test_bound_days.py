"""The cheapest rounds of one consultant-day, against brute force."""

import dataclasses
import math
from collections.abc import Mapping
from random import Random
from types import ModuleType

import numpy as np
import pytest
from brute_force import Held, Holding, cheapest_plans
from proofs import cheapest_rounds as at_prices
from proofs import random_prices
from random_problems import WEEK, begun_problem, small_week, tiny_problem
from rosters import clock_s

from benchmarks.weeks import other_week, random_week
from scheduler.checks.bound import cheapest, rest, trails
from scheduler.checks.bound.cheapest import CheapestRounds, Least
from scheduler.checks.bound.pricing import UNIT, Balance, Pricing
from scheduler.checks.bound.rest import HAD, OWED, Rest
from scheduler.checks.bound.timetable import FAR, UnfinishedError, timetable
from scheduler.checks.bound.ways import ways
from scheduler.model.problem import (
    ConsultantDay,
    Engagement,
    Problem,
    PublishedVisit,
    Request,
    RoomSlot,
    Settled,
)


def cheapest_rounds(problem: Problem, day: ConsultantDay, deadline: float = math.inf) -> CheapestRounds:
    """Return the cheapest rounds of a day without any prices."""
    return at_prices(problem, day, Pricing((0,) * len(problem.requests), {}), deadline)


def found(problem: Problem, day: ConsultantDay, limit: int = FAR) -> Mapping[Holding, int]:
    """Return the points of every round within a limit, without those of what it leaves out."""
    near = cheapest_rounds(problem, day)
    rounds = near.within(limit)
    points = {
        frozenset(
            Held(
                problem.requests[offer.request].request_id,
                offer.conversations,
                day.consultant_id,
                bool(offer.kept),
            )
            for offer, is_taken in zip(near.day.offers, taken, strict=True)
            if is_taken
        ): int(cost) // UNIT
        for taken, cost in zip(rounds.taken, rounds.cost, strict=True)
    }
    assert len(points) == len(rounds.cost)
    return points


def expected(problem: Problem, day: ConsultantDay) -> Mapping[Holding, int]:
    """Return the same by brute force."""
    requests, weights = {r.request_id: r for r in problem.requests}, problem.weights
    points = {}
    for held, (of_day, _plan) in cheapest_plans(problem, day).items():
        saved = 0
        for request_id, n, _who, _kept in held:
            request = requests[request_id]
            saved += request.priority * weights["missed_visit"] // request.weeks_left
            saved += request.priority * weights["unserved_conversation"] * n
            saved += weights["change"] if request.published else 0
        points[held] = of_day - saved
    return points


def test_every_set_of_visits_is_found_at_its_least_points() -> None:
    rounds = 0
    for seed in range(60):
        problem = tiny_problem(Random(seed))
        for day in problem.days:
            assert found(problem, day) == expected(problem, day)
            rounds += len(expected(problem, day))
    assert rounds > 400


def test_every_set_of_visits_is_found_from_a_moment_on_and_where_changes_are_limited() -> None:
    begun = kept = rounds = 0
    for seed in range(80):
        problem = begun_problem(Random(seed))
        if problem is None:
            continue
        for week in (problem, problem.replace(max_changes=0)):
            for day in week.days:
                points = expected(week, day)
                assert found(week, day) == points
                begun += day.happened is not None and not day.happened.is_over and len(points) > 1
                kept += any(visit.kept for held in points for visit in held)
                rounds += len(points)
    assert min(begun, kept) > 15
    assert rounds > 400


def test_nobody_rides_within_a_house_whatever_the_travel_times_say() -> None:
    rounds = 0
    for seed in range(60):
        problem = tiny_problem(Random(seed))
        travel, row = problem.travel, problem.travel.index()
        if not travel.one_house:
            continue
        seconds = travel.seconds.copy()
        for from_id, to_id in travel.one_house:
            seconds[row[from_id], row[to_id]] = 400
        week = problem.replace(travel=dataclasses.replace(travel, seconds=seconds))
        for day in week.days:
            assert found(week, day) == found(problem, day) == expected(week, day)
            rounds += len(found(week, day))
    assert rounds > 50


@pytest.mark.parametrize(("least_desk_s", "points"), [(2700, 3 * 4800 + 4800), (2701, 3 * 4800 + 5 * 3300)])
def test_base_is_worth_the_way_from_just_enough_time_on(least_desk_s: int, points: int) -> None:
    """From 9:50 to 10:55, with rides of 8 and parking of 2 minutes, 45 minutes are left at base."""
    week = small_week(0, 2, 1)
    date = week.days[0].date
    slots = {"p00": ("9:00", "9:50"), "p01": ("10:55", "11:45")}
    requests = tuple(
        Request(
            request_id=key,
            place_id=key,
            kind="visit",
            conversations=1,
            max_conversations=1,
            slots=(RoomSlot(date=date, start_s=clock_s(start), end_s=clock_s(end)),),
        )
        for key, (start, end) in slots.items()
    )
    seconds = np.full_like(week.travel.seconds, 480)
    day = dataclasses.replace(week.days[0], engagements=(), lunch_s=0)
    problem = week.replace(
        days=(day,),
        requests=requests,
        travel=dataclasses.replace(week.travel, seconds=seconds),
        defaults=dataclasses.replace(week.defaults, desk_s=least_desk_s),
    )
    both = frozenset({Held("p00", 1, "c0", kept=False), Held("p01", 1, "c0", kept=False)})
    assert found(problem, day)[both] == points - 2 * 108_000
    assert found(problem, day) == expected(problem, day)


@pytest.mark.parametrize(
    ("start", "end", "possible"),
    [("9:10", "10:00", True), ("9:10", "9:59", False), ("11:00", "11:50", True), ("10:55", "11:45", False)],
)
def test_a_visit_may_touch_an_engagement_at_its_place(start: str, end: str, possible: bool) -> None:
    """Of 10:00 to 11:00, where nobody has to ride in between."""
    week = small_week(0, 2, 1)
    teaching = Engagement(
        engagement_id="e",
        title="",
        kind="course",
        start_s=clock_s("10:00"),
        end_s=clock_s("11:00"),
        place_id="p00",
    )
    day = dataclasses.replace(week.days[0], engagements=(teaching,))
    request = Request(
        request_id="p00",
        place_id="p00",
        kind="visit",
        conversations=1,
        max_conversations=1,
        slots=(RoomSlot(date=day.date, start_s=clock_s(start), end_s=clock_s(end)),),
    )
    problem = week.replace(days=(day,), requests=(request,))
    assert found(problem, day) == expected(problem, day)
    assert (frozenset({Held("p00", 1, "c0", kept=False)}) in found(problem, day)) is possible


@pytest.mark.parametrize(("told", "kept"), [("8:55", True), ("8:50", False), ("9:25", True), ("9:30", False)])
def test_a_visit_is_where_it_was_published_up_to_a_quarter_of_an_hour(told: str, kept: bool) -> None:
    """It can begin at 9:10 alone."""
    week = small_week(0, 2, 1)
    day = dataclasses.replace(week.days[0], engagements=())
    request = Request(
        request_id="p00",
        place_id="p00",
        kind="visit",
        conversations=1,
        max_conversations=1,
        slots=(RoomSlot(date=day.date, start_s=clock_s("9:10"), end_s=clock_s("10:00")),),
    )
    published = PublishedVisit(date=day.date, consultant_id=day.consultant_id, start_s=clock_s(told))
    new = week.replace(days=(day,), requests=(request,))
    again = new.replace(requests=(dataclasses.replace(request, published=published),))
    visit = frozenset({Held("p00", 1, "c0", kept=False)})
    assert found(new, day)[visit] - found(again, day)[visit] == (9_000 if kept else 0)
    assert found(again, day) == expected(again, day)


@pytest.mark.parametrize(
    ("lock", "visits"),
    [
        (Settled(), {("c0", 0, 1), ("c0", 0, 2), ("c1", 0, 1), ("c1", 0, 2), ("c0", 1, 1), ("c1", 1, 1)}),
        (Settled(consultant_id="c1"), {("c1", 0, 1), ("c1", 0, 2), ("c1", 1, 1)}),
        (Settled(date=WEEK.days[1]), {("c0", 1, 1), ("c1", 1, 1)}),
        (Settled(conversations=2), {("c0", 0, 2), ("c1", 0, 2)}),
        (Settled(start_s=clock_s("10:30")), {("c0", 0, 1), ("c1", 0, 1)}),
        (Settled(date=WEEK.days[0], consultant_id="c0", conversations=1), {("c0", 0, 1)}),
        (Settled(date=WEEK.days[2]), set()),
    ],
)
def test_a_lock_leaves_what_it_says(lock: Settled, visits: set[tuple[str, int, int]]) -> None:
    """Of one or two conversations from 9:30 to 11:30 on Monday, and of one from 9:30 to 10:20 on Tuesday."""
    week = small_week(0, 2, 2)
    ends = {week.week.days[0]: "11:30", week.week.days[1]: "10:20"}
    request = Request(
        request_id="p00",
        place_id="p00",
        kind="visit",
        conversations=2,
        max_conversations=2,
        slots=tuple(
            RoomSlot(date=date, start_s=clock_s("9:30"), end_s=clock_s(end)) for date, end in ends.items()
        ),
        lock=lock,
    )
    days = tuple(dataclasses.replace(day, engagements=()) for day in week.days if day.date in ends)
    problem = week.replace(days=days, requests=(request,))
    made = {
        (visit.consultant_id, problem.week.days.index(day.date), visit.conversations)
        for day in days
        for held in found(problem, day)
        for visit in held
    }
    assert made == visits


def test_the_least_and_what_is_within_a_limit() -> None:
    for seed in range(30):
        problem = tiny_problem(Random(seed))
        for day in problem.days:
            points = expected(problem, day)
            least = min(points.values(), default=FAR // UNIT)
            assert cheapest_rounds(problem, day).least().units // UNIT == least
            limit = least + Random(seed).randint(0, 40_000)
            near = {held: value for held, value in points.items() if value <= limit}
            assert found(problem, day, limit * UNIT) == near


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_a_round_is_told_from_none_by_a_single_unit(more: int) -> None:
    """The price of the only visit makes it worth so many units less than no round, or more."""
    problem = small_week(0, 1, 0).replace(consultants=small_week(0, 1, 1).consultants)
    day = dataclasses.replace(
        small_week(0, 1, 1).days[2], date=problem.requests[0].slots[0].date, engagements=()
    )
    worth = -cheapest_rounds(problem, day).least().units
    assert worth > 0
    assert at_prices(problem, day, Pricing((worth + more,), {})).least() == Least(min(0, more), reached=True)


def test_offers_fill_more_than_one_word(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = random_week(1, 24, 1)
    whole = [found(problem, day) for day in problem.days]
    monkeypatch.setattr(trails, "_WORD", 3)
    assert [found(problem, day) for day in problem.days] == whole
    assert max(map(len, whole)) > 50


@pytest.mark.parametrize(
    ("module", "name", "size"),
    [
        (trails, "_PAIRS_AT_ONCE", 1),
        (trails, "_MADE_AT_ONCE", 7),
        (rest, "_AT_ONCE", 100),
    ],
)
def test_what_is_looked_at_in_pieces_is_the_same(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, size: int
) -> None:
    problem = random_week(1, 24, 1)
    whole = [found(problem, day) for day in problem.days]
    monkeypatch.setattr(module, name, size)
    assert [found(problem, day) for day in problem.days] == whole


@pytest.mark.parametrize("moments", [1, 50])
def test_moments_told_apart_or_not_give_the_same(monkeypatch: pytest.MonkeyPatch, moments: int) -> None:
    problem = random_week(1, 24, 1)
    whole = [found(problem, day, -200_000 * UNIT) for day in problem.days]
    for module in (rest, trails):
        monkeypatch.setattr(module, "MOMENTS", moments)
    assert [found(problem, day, -200_000 * UNIT) for day in problem.days] == whole
    assert sum(map(len, whole)) > 50


def test_too_many_rounds_and_too_little_time_end_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = random_week(1, 24, 1)
    with pytest.raises(UnfinishedError):
        cheapest_rounds(problem, problem.days[0], deadline=0.0).least()
    monkeypatch.setattr(cheapest, "_MOST_TRAILS", 3)
    with pytest.raises(UnfinishedError):
        found(problem, problem.days[0])


# --- few trails kept ---------------------------------------------------------------------------------


def narrow(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    """Keep so few trails, at first and where one looks thoroughly."""
    monkeypatch.setattr(cheapest, "_WIDTHS", (width,))
    monkeypatch.setattr(cheapest, "_WIDEST", width)
    monkeypatch.setattr(trails, "_SPARE", 0)


def leasts(problem: Problem, rng: Random) -> list[Least]:
    """Return what no round of each day is below at some prices."""
    pricing = Pricing.of(problem.requests, Balance.of(problem), random_prices(problem, rng))
    return [at_prices(problem, day, pricing).least() for day in problem.days]


def test_what_is_dropped_counts_with_its_hope(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few trails are kept, no round is below, whatever the prices."""
    problems = [other_week(1, 30, 1), *(tiny_problem(Random(seed)) for seed in range(60))]
    true = [least for n, problem in enumerate(problems) for least in leasts(problem, Random(n))]
    assert all(least.reached for least in true)
    for width in (1, 2, 5):
        narrow(monkeypatch, width)
        found = [least for n, problem in enumerate(problems) for least in leasts(problem, Random(n))]
        assert all(least.units <= best.units for least, best in zip(found, true, strict=True))
        assert all(least == best for least, best in zip(found, true, strict=True) if least.reached)
        reached = sum(least.reached for least in found)
        assert 0.9 * len(found) < reached < len(found)


def test_few_trails_more_than_are_kept_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five are kept; seven are made at a time, each with a stop of up to three conversations."""
    held: list[int] = []
    joined = trails._Trails.joined

    def watched(parts: list[trails._Trails]) -> trails._Trails:
        held.append(sum(map(len, parts)))
        return joined(parts)

    narrow(monkeypatch, 5)
    monkeypatch.setattr(trails, "_MADE_AT_ONCE", 7)
    monkeypatch.setattr(trails._Trails, "joined", watched)
    problem = random_week(1, 24, 1)
    for day in problem.days:
        cheapest_rounds(problem, day).least()
    assert 5 < max(held) <= 5 + 7 * 3


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0]])
def test_trails_that_are_alike_become_one_with_the_least_of_each(order: list[int]) -> None:
    """Also the least hope: no round that one of them comes to is below it."""
    four = trails._Trails(
        taken=np.array([[3], [3], [3], [5]], dtype=np.uint64),
        held=np.array([2, 2, 1, 2]),
        last=np.array([7, 7, 7, 7]),
        cost=np.array([[[1, 9], [4, 4]], [[5, 2], [3, 8]], [[0, 0], [0, 0]], [[0, 0], [0, 0]]]),
        hope=np.array([20, 10, 5, 6]),
    )
    merged = four.take(np.array(order)).merged()
    found = {
        (int(taken), int(held)): (cost.tolist(), int(hope))
        for (taken,), held, cost, hope in zip(
            merged.taken, merged.held, merged.cost, merged.hope, strict=True
        )
    }
    nothing = [[0, 0], [0, 0]]
    assert found == {(3, 2): ([[1, 2], [3, 4]], 10), (3, 1): (nothing, 5), (5, 2): (nothing, 6)}
    assert merged.last.tolist() == [7, 7, 7]


def test_a_thorough_search_gets_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cheapest, "_WIDTHS", (1,))
    monkeypatch.setattr(trails, "_SPARE", 0)
    problem = random_week(1, 24, 1)
    quick = [cheapest_rounds(problem, day).least() for day in problem.days]
    thorough = [cheapest_rounds(problem, day).least(thorough=True) for day in problem.days]
    assert not all(least.reached for least in quick)
    assert all(least.reached for least in thorough)
    assert [least.units for least in thorough] == [
        min(found(problem, day).values()) * UNIT for day in problem.days
    ]


def test_hope_visits_no_request_twice_in_a_row() -> None:
    """With one request there is nothing to hope for beyond the best visit to it."""
    hoped = 0
    for seed in range(200):
        whole = tiny_problem(Random(seed))
        tireless = tuple(dataclasses.replace(c, max_conversations_per_day=None) for c in whole.consultants)
        problem = whole.replace(requests=whole.requests[:1], consultants=tireless)
        for day in problem.days:
            points = [value for held, value in expected(problem, day).items() if held]
            if not day.engagements and not day.gaps:
                table = timetable(problem, day, Pricing((0,), {}))
                begin = OWED if table.lunch_owed else HAD, -1, 0
                hope = int(Rest(table, ways(problem, day, table)).least[begin])
                assert hope // UNIT == min(points, default=FAR // UNIT)
                hoped += len(points)
    assert hoped > 50


def test_hope_by_way_of_each_arrival_is_no_more_and_no_less_than_hope() -> None:
    """The best of all arrivals, from one of some moments on, is the best that follows at these moments or later."""
    compared = 0
    for problem in (random_week(1, 24, 1), *(tiny_problem(Random(seed)) for seed in range(20))):
        for day in problem.days:
            table = timetable(problem, day, Pricing((0,) * len(problem.requests), {}))
            hope = Rest(table, ways(problem, day, table))
            for block in range(hope.by_later.shape[2]):
                later = hope.least[:, :, block * rest.MOMENTS :].min(axis=2)
                assert (
                    np.minimum(hope.by_later[:, :, block].min(axis=2), FAR // 2).tolist()
                    == np.minimum(later, FAR // 2).tolist()
                )
                compared += int((later < FAR // 2).sum())
    assert compared > 500
