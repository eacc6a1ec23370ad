"""The ways in which a day can meet a request: when each may start, and what it costs by itself."""

import dataclasses
from typing import Any

import pytest
from rosters import clock_s
from worked_week import MONDAY, TUESDAY, a_day, a_slot, the_problem

from scheduler.model.problem import Agreement, ConsultantDay, PublishedVisit, Request
from scheduler.model.project import BASE, Pin
from scheduler.week.stops import StopOption, fixed_stop, slot_of, visit_options

DAY = a_day("anna", TUESDAY, "8:00", "12:00")
TASK = Request(
    request_id="t1",
    place_id="course",
    kind="task",
    title="Letters",
    conversations=0,
    max_conversations=0,
    duration_s=45 * 60,
    consultant_id="anna",
    priority=2,
    weeks_left=7,
    slots=(a_slot(TUESDAY, "9:58", "11:02"),),
)
VISIT = dataclasses.replace(
    TASK, request_id="p9", kind="visit", duration_s=0, conversations=3, max_conversations=2, weeks_left=1
)
MISSED = 144_000 // 7


def options(request: Request, *, day: ConsultantDay = DAY, base_id: str = BASE) -> tuple[StopOption, ...]:
    return visit_options(the_problem(), day, base_id, request, pin_points=1_000_000)


def starts(request: Request, *, day: ConsultantDay = DAY) -> list[int]:
    (option,) = options(request, day=day)
    return [int(start_s) for start_s in option.starts_s]


def every_five_minutes(first: str, last: str) -> list[int]:
    return list(range(clock_s(first), clock_s(last) + 1, 300))


def test_a_task_is_one_stop_of_its_length_that_is_no_load() -> None:
    (option,) = options(TASK)
    assert (option.kind, option.id, option.place_id) == ("task", "t1", "course")
    assert (option.conversations, option.duration_s, option.load_s, option.preferred_s) == (0, 2700, 0, 0)
    assert [int(points) for points in option.points] == [-MISSED] * 4


def test_visits_and_home_visits_are_load() -> None:
    assert [(o.conversations, o.load_s) for o in options(VISIT)] == [(1, 3000)]
    longer = dataclasses.replace(VISIT, slots=(a_slot(TUESDAY, "9:00", "12:00"),))
    assert [(o.conversations, o.duration_s, o.load_s) for o in options(longer)] == [
        (1, 3000, 3000),
        (2, 5700, 5700),
    ]
    (home,) = options(dataclasses.replace(TASK, kind="home_visit"))
    assert (home.duration_s, home.load_s) == (2700, 2700)
    assert fixed_stop("engagement", "e", BASE, 0, 600).load_s == 0


@pytest.mark.parametrize(
    ("hours", "first", "last"),
    [
        (("9:58", "11:02"), "10:00", "10:15"),
        (("10:00", "11:00"), "10:00", "10:15"),
        (("10:00", "10:45"), "10:00", "10:00"),
        (("7:00", "9:00"), "8:00", "8:15"),  # from the begin of the shift
        (("11:00", "14:00"), "11:00", "11:15"),  # to its end
    ],
)
def test_starts_are_on_the_grid_inside_slot_and_shift(hours: tuple[str, str], first: str, last: str) -> None:
    request = dataclasses.replace(TASK, slots=(a_slot(MONDAY, "8:00", "12:00"), a_slot(TUESDAY, *hours)))
    assert starts(request) == every_five_minutes(first, last)


def test_slots_that_overlap_give_each_start_once_and_in_order() -> None:
    slots = (a_slot(TUESDAY, "10:10", "11:00"), a_slot(TUESDAY, "10:00", "11:00"))
    assert starts(dataclasses.replace(TASK, slots=slots)) == every_five_minutes("10:00", "10:15")


@pytest.mark.parametrize(
    "changes",
    [
        {"slots": (a_slot(TUESDAY, "10:00", "10:44:59"),)},
        {"slots": (a_slot(MONDAY, "10:00", "12:00"),)},
        {"slots": ()},
        {"consultant_id": "bo"},
        {"base_id": "other"},
        {"pin": Pin(id="t1", date=MONDAY, start_s=clock_s("10:00"))},
        {"pin": Pin(id="t1", date=TUESDAY, start_s=clock_s("10:00"), consultant_id="bo")},
        {"pin": Pin(id="t1", date=TUESDAY, start_s=clock_s("10:20"))},
    ],
)
def test_a_day_that_cannot_meet_a_task(changes: dict[str, Any]) -> None:
    assert options(dataclasses.replace(TASK, **changes)) == ()


@pytest.mark.parametrize("changes", [{"consultant_id": None}, {"base_id": None}])
def test_a_task_of_anybody_and_of_any_base(changes: dict[str, Any]) -> None:
    assert starts(dataclasses.replace(TASK, **changes)) == every_five_minutes("10:00", "10:15")


def test_a_pin_leaves_one_start_and_is_worth_its_points() -> None:
    for who in ("anna", None):
        pin = Pin(id="t1", date=TUESDAY, start_s=clock_s("10:05"), consultant_id=who)
        (option,) = options(dataclasses.replace(TASK, pin=pin))
        assert [int(start_s) for start_s in option.starts_s] == [clock_s("10:05")]
        assert [int(points) for points in option.points] == [-MISSED - 1_000_000]


@pytest.mark.parametrize(("pinned", "numbers"), [(None, [1, 2]), (2, [2]), (1, [1])])
def test_a_pin_may_say_how_many_conversations(pinned: int | None, numbers: list[int]) -> None:
    pin = Pin(id="p9", date=TUESDAY, start_s=clock_s("10:00"), conversations=pinned)
    request = dataclasses.replace(VISIT, slots=(a_slot(TUESDAY, "9:00", "12:00"),), pin=pin)
    assert [option.conversations for option in options(request)] == numbers


def cost(request: Request) -> dict[int, int]:
    option = options(request)[0]
    return dict(zip((int(s) for s in option.starts_s), (int(p) for p in option.points), strict=True))


def test_another_s_practice_costs_continuity_and_another_s_task_cannot_be() -> None:
    met = 2 * (72_000 + 36_000)
    assert set(cost(VISIT).values()) == {-met}
    assert set(cost(dataclasses.replace(VISIT, consultant_id=None)).values()) == {-met}
    assert set(cost(dataclasses.replace(VISIT, consultant_id="bo")).values()) == {6_000 - met}


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (("anna", TUESDAY, "10:00"), ("10:00", "10:15")),
        (("anna", TUESDAY, "9:50"), ("10:00", "10:05")),
        (("anna", TUESDAY, "10:25"), ("10:10", "10:15")),
        (("bo", TUESDAY, "10:00"), None),
        (("anna", MONDAY, "10:00"), None),
    ],
)
def test_a_published_task_costs_a_change_wherever_it_is_not(told: Any, kept: tuple[str, str] | None) -> None:
    who, date, start = told
    published = PublishedVisit(consultant_id=who, date=date, start_s=clock_s(start))
    points = cost(dataclasses.replace(TASK, published=published))
    assert [start_s for start_s, cost_ in points.items() if cost_ == -MISSED - 9_000] == (
        every_five_minutes(*kept) if kept else []
    )
    assert set(points.values()) <= {-MISSED, -MISSED - 9_000}


@pytest.mark.parametrize(
    ("date", "start", "kept"),
    [(TUESDAY, "9:50", ("10:00", "10:05")), (TUESDAY, "10:25", ("10:10", "10:15")), (MONDAY, "10:00", None)],
)
def test_away_from_the_agreement_a_visit_costs_a_move(
    date: Any, start: str, kept: tuple[str, str] | None
) -> None:
    agreement = Agreement(date=date, start_s=clock_s(start))
    points = cost(dataclasses.replace(TASK, agreement=agreement))
    assert [start_s for start_s, cost_ in points.items() if cost_ == -MISSED] == (
        every_five_minutes(*kept) if kept else []
    )
    assert set(points.values()) <= {-MISSED, 9_000 - MISSED}


def test_people_like_best_what_is_published_then_what_is_agreed() -> None:
    published = PublishedVisit(consultant_id="bo", date=TUESDAY, start_s=clock_s("10:05"))
    agreement = Agreement(date=TUESDAY, start_s=clock_s("10:10"))
    both = dataclasses.replace(TASK, published=published, agreement=agreement)
    on_monday = dataclasses.replace(both, published=dataclasses.replace(published, date=MONDAY))
    neither = dataclasses.replace(on_monday, agreement=Agreement(date=MONDAY, start_s=clock_s("10:10")))
    assert [options(request)[0].preferred_s for request in (both, on_monday, neither)] == [
        clock_s("10:05"),
        clock_s("10:10"),
        0,
    ]


def test_the_room_slot_of_a_visit_holds_it_whole() -> None:
    slots = (
        a_slot(MONDAY, "9:00", "12:00"),
        a_slot(TUESDAY, "9:30", "9:59"),
        a_slot(TUESDAY, "9:01", "12:00"),
        a_slot(TUESDAY, "9:00", "10:00"),
    )
    request = dataclasses.replace(TASK, slots=slots)
    assert slot_of(request, DAY, clock_s("9:00"), clock_s("10:00")) is slots[3]
    assert slot_of(request, DAY, clock_s("9:30"), clock_s("10:00")) is slots[2]
    assert slot_of(request, DAY, clock_s("9:30"), clock_s("9:59")) is slots[1]


def test_a_fixed_stop_has_its_start_and_costs_nothing() -> None:
    stop = fixed_stop("gap", "gap", BASE, clock_s("12:00"), 1800)
    assert (stop.kind, stop.id, stop.place_id, stop.conversations, stop.duration_s) == (
        "gap",
        "gap",
        BASE,
        0,
        1800,
    )
    assert (stop.starts_s.tolist(), stop.points.tolist()) == ([clock_s("12:00")], [0])
    assert {str(stop.starts_s.dtype), str(stop.points.dtype)} == {"int64"}
