"""Schedules worked out by hand; all corners of the rules are tried in solver/ against brute force."""

import dataclasses
from random import Random
from typing import Any

import numpy as np
import pytest
from random_problems import small_week
from rosters import clock_s
from worked_week import MONDAY, an_engagement, the_problem

from scheduler.checks.tracing import owes_lunch
from scheduler.model.problem import Agreement, ConsultantDay, Problem, PublishedVisit
from scheduler.model.project import BASE
from scheduler.week.schedule import DayModel, DaySchedule
from scheduler.week.score import unmet_points
from scheduler.week.stops import StopOption, fixed_stop


def _model(problem: Problem, number: int, **changes: Any) -> DayModel:
    day: ConsultantDay = dataclasses.replace(problem.days[number], **changes)
    return DayModel(problem, day)


def _option(model: DayModel, request_id: str, conversations: int) -> StopOption:
    request = next(r for r in model.problem.requests if r.request_id == request_id)
    return next(o for o in model.options(request) if o.conversations == conversations)


def _starts(schedule: DaySchedule | None) -> list[tuple[str, int]]:
    assert schedule is not None
    return [(stop.option.id, stop.start_s) for stop in schedule.stops[:-1]]


def test_leaves_late_waits_little_and_has_lunch_in_the_wait() -> None:
    # Bo rides 800 s each way. The home visit as late as its interval allows, then 12:15:20 at p3.
    # Its published 13:10 holds from 12:55 on: a wait of 2380 s, 1800 of them lunch.
    model = _model(the_problem(), 2)
    schedule = model.best_schedule([_option(model, "h1", 0), _option(model, "p3", 1)])
    assert _starts(schedule) == [("h1", clock_s("11:00")), ("p3", clock_s("12:55"))]
    assert schedule is not None
    assert [stop.lunch for stop in schedule.stops] == [False, True, False]
    rides, waiting = 3 * 800 * 10, 580 * 5
    saved = 72_000 + (72_000 + 36_000) + 9_000
    assert schedule.points == rides + waiting - saved


def test_goes_by_base_where_waiting_is_dearer() -> None:
    problem = the_problem()
    dear = problem.replace(weights={**problem.weights, "waiting_second": 100})
    model = _model(dear, 2)
    schedule = model.best_schedule([_option(model, "h1", 0), _option(model, "p3", 1)])
    assert schedule is not None
    assert [stop.via_base for stop in schedule.stops] == [False, True, False]
    # Every start within 15 minutes of the published one costs the same: people like that one best.
    assert _starts(schedule) == [("h1", clock_s("9:30")), ("p3", clock_s("13:10"))]


def test_engagements_stand_where_they_are() -> None:
    model = _model(the_problem(), 0)
    phone, talk = model.engagements
    schedule = model.best_schedule([phone, _option(model, "p2", 2), talk])
    assert schedule is not None
    starts = dict(_starts(schedule))
    assert (starts["phone"], starts["talk"]) == (clock_s("8:30"), clock_s("13:30"))
    # Two conversations last 95 minutes; the room is free from 10:00 to 12:30.
    assert clock_s("10:00") <= starts["p2"] <= clock_s("10:55")


def test_an_order_that_cannot_be_kept_has_no_schedule() -> None:
    model = _model(the_problem(), 0)
    phone, talk = model.engagements
    assert model.best_schedule([phone, talk, _option(model, "p2", 1)]) is None


@pytest.mark.parametrize(
    ("start", "via_base"),
    [
        # 800 s to ride and 120 s to park; by base twice that, and 45 minutes there.
        ("9:15:19", []),
        ("9:15:20", [False]),
        ("10:15:39", [False]),
        ("10:15:40", [False, True]),
    ],
)
def test_two_stops_are_linked_by_every_way_for_which_there_is_time(start: str, via_base: list[bool]) -> None:
    model = _model(the_problem(), 2)
    first = fixed_stop("engagement", "a", "p3", clock_s("8:00"), 3600)
    second = fixed_stop("engagement", "b", "p4", clock_s(start), 60)
    link = model.link(first, second)
    assert [passage.via_base for passage in link.passages] == via_base if link else not via_base
    assert model.link(second, first) is None


def test_lunch_is_owed_waived_or_not_owed() -> None:
    problem = the_problem()
    assert _model(problem, 0).lunch_owed
    # Tuesday's shift ends at noon: an hour of it lies in the window.
    assert _model(problem, 1).lunch_owed
    assert not _model(problem, 1, end_s=clock_s("11:20")).lunch_owed
    assert not _model(problem, 1, lunch_s=0).lunch_owed
    course = dataclasses.replace(
        problem.days[0].engagements[1], start_s=clock_s("11:20"), end_s=clock_s("13:10")
    )
    busy = _model(problem, 0, engagements=(problem.days[0].engagements[0], course))
    assert busy.lunch_waived
    assert not busy.lunch_owed
    assert busy.waives_lunch == "engagements"


def test_an_option_for_each_number_that_a_visit_may_hold() -> None:
    model = _model(the_problem(), 0)
    request = next(r for r in model.problem.requests if r.request_id == "p2")
    assert [(o.conversations, o.duration_s) for o in model.options(request)] == [(1, 3000), (2, 5700)]
    # Half an hour holds no conversation, so only the second slot counts.
    assert int(model.options(request)[0].starts_s[0]) == clock_s("10:00")


def test_a_week_in_which_nothing_is_met() -> None:
    # p1: 108, p2 twice as dear: 2 × (72 + 3 × 36), p3 and p4: 108 and a change of 9 each, h1: 72.
    assert unmet_points(the_problem()) == (108 + 360 + 117 + 117 + 72) * 1000


@pytest.mark.parametrize("seed", range(8))
def test_the_earliest_start_and_the_latest_end_are_each_other_reversed(seed: int) -> None:
    rng = Random(seed)
    problem = small_week(seed, practices=6)
    model = DayModel(problem, problem.days[rng.randrange(len(problem.days))])
    place_ids = [BASE, *(request.request_id for request in problem.requests[:5])]
    starts_s = np.arange(7 * 3600, 17 * 3600, 300, dtype=np.int64)
    for ways in model.ways.between(place_ids, place_ids):
        ends_s = np.array([[rng.randrange(7 * 3600, 16 * 3600, 60)] for _ in place_ids], dtype=np.int64)
        latest = model.ways.latest_ends_s(ways, starts_s[np.newaxis, np.newaxis])
        *earliest, may_lunch = model.ways.earliest_starts_s(ways, ends_s)
        for lunch, (late_s, early_s) in enumerate(zip(latest, earliest, strict=True)):
            can = late_s >= ends_s[..., np.newaxis]
            assert (
                (starts_s >= early_s[..., np.newaxis]) & (may_lunch[..., np.newaxis] | (not lunch)) == can
            ).all()
            assert can.any()
            assert not can.all()


@pytest.mark.parametrize(
    ("gaps", "busy", "cause"),
    [
        ((("11:20", "11:40"), ("12:00", "12:20"), ("12:40", "13:10")), ("9:00", "10:00"), "gaps"),
        ((("11:20", "11:40"), ("12:00", "12:20"), ("12:40", "13:10")), ("11:40", "12:00"), "gaps"),
        ((("11:20", "11:40"),), ("11:40", "13:10"), "both"),
        ((("9:20", "9:40"),), ("11:20", "13:10"), "engagements"),
        ((("11:20", "11:40"),), ("9:00", "10:00"), ""),
    ],
)
def test_what_leaves_no_room_for_lunch_is_named(
    gaps: tuple[tuple[str, str], ...], busy: tuple[str, str], cause: str
) -> None:
    hours = tuple((clock_s(start), clock_s(end)) for start, end in gaps)
    model = _model(the_problem(), 2, gaps=hours, engagements=(an_engagement("e", BASE, *busy),))
    assert model.waives_lunch == cause
    assert (model.lunch_owed, owes_lunch(model.problem, model.consultant, model.day)) == (
        not cause,
        not cause,
    )


# --- exactly as much as there must be ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "is_owed"),
    [
        # The window is from 11:00 to 13:30, and lunch is half an hour.
        ("8:00", "11:30", True),
        ("8:00", "11:29:59", False),
        ("13:00", "16:00", True),
        ("13:00:01", "16:00", False),
    ],
)
def test_lunch_is_owed_where_the_shift_has_exactly_its_length_of_the_window(
    start: str, end: str, *, is_owed: bool
) -> None:
    model = _model(the_problem(), 2, start_s=clock_s(start), end_s=clock_s(end))
    assert (model.lunch_owed, model.lunch_waived) == (is_owed, False)
    assert owes_lunch(model.problem, model.consultant, model.day) is is_owed


@pytest.mark.parametrize(("begins", "is_owed"), [("11:30", True), ("11:29:59", False)])
def test_lunch_is_owed_where_the_engagements_leave_exactly_its_length(begins: str, *, is_owed: bool) -> None:
    busy = tuple(an_engagement(id_, BASE, *hours) for id_, hours in {"one": ("9:00", "11:00"), "two": (begins, "14:00")}.items())  # fmt: skip
    model = _model(the_problem(), 2, engagements=busy)
    assert (model.lunch_owed, model.lunch_waived) == (is_owed, not is_owed)
    assert owes_lunch(model.problem, model.consultant, model.day) is is_owed


@pytest.mark.parametrize(("window_to", "fits"), [("11:30", True), ("11:29:59", False)])
def test_a_lunch_may_fill_its_window_exactly(window_to: str, *, fits: bool) -> None:
    problem = the_problem()
    problem = problem.replace(
        defaults=dataclasses.replace(problem.defaults, lunch_to_s=clock_s(window_to)),
        days=tuple(dataclasses.replace(day, lunch_s=1800) for day in problem.days),
    )
    model = _model(problem, 2)
    direct, at_base, desk = model.ways.between(["h1", BASE], ["p3", BASE])
    for ways in (direct, at_base, desk):
        ends_s = np.full((2, 1), clock_s("9:00"), dtype=np.int64)
        assert model.ways.earliest_starts_s(ways, ends_s)[2].all() == fits
        late_s = model.ways.latest_ends_s(ways, np.array([[[clock_s("16:00")]]], dtype=np.int64))[1]
        assert (late_s >= ends_s[..., np.newaxis]).all() == fits
    # In the wait at p3, or in none.
    schedule = model.best_schedule([_option(model, "h1", 0), _option(model, "p3", 1)])
    assert schedule is not None
    assert [stop.lunch for stop in schedule.stops].count(True) == fits


@pytest.mark.parametrize("kind", ["agreement", "published"])
def test_a_start_within_fifteen_minutes_is_the_hour_that_people_know(kind: str) -> None:
    problem = the_problem()
    model = _model(problem, 0)
    request = dataclasses.replace(
        next(request for request in problem.requests if request.request_id == "p1"),
        consultant_id=None,
        agreement=Agreement(date=MONDAY, start_s=clock_s("9:00")) if kind == "agreement" else None,
        published=PublishedVisit(date=MONDAY, start_s=clock_s("9:00"), consultant_id="anna")
        if kind == "published"
        else None,
    )
    (option,) = model.options(request)
    near = option.starts_s[option.points == option.points.min()]
    assert [int(near[0]), int(near[-1])] == [clock_s("8:45"), clock_s("9:15")]
    assert len(near) == 7
    assert int(option.points.max() - option.points.min()) == 9000
