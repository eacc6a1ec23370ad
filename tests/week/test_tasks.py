"""Tasks: which weeks ask for them, when they may be done, and what leaving one undone costs."""

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from folders import PLACE, TABLES, errors_of, problem_of, write_folder

from scheduler.checks import check
from scheduler.checks.bound import check_bound
from scheduler.inputs import read_project
from scheduler.model.clock import Week
from scheduler.model.problem import Problem, Request
from scheduler.model.texts import word
from scheduler.services.decide import decide
from scheduler.week.warnings import never_met, without_effect

TASKS = "task_id,title,kind,place,earliest,latest,minutes,start,end,weekday,consultant_id,priority,done\n"
PLACES = f"place_id,name,address,postcode,city\nhus,Huset,{PLACE}\n"
W19, W20, W22, W23 = (Week(2009, number) for number in (19, 20, 22, 23))


def tasks_of(folder: Path, week: Week, rows: str, **tables: str) -> list[Request]:
    problem = problem_of(folder, week, tasks=TASKS + rows, places=PLACES, **tables)
    return [request for request in problem.requests if request.kind == "task"]


@pytest.mark.parametrize(
    ("week", "weeks_left", "days"),
    [(W19, None, 0), (W20, 3, 3), (Week(2009, 21), 2, 7), (W22, 1, 5), (W23, None, 0)],
)
def test_a_task_is_asked_for_in_every_week_that_its_dates_touch(
    tmp_path: Path, week: Week, weeks_left: int | None, days: int
) -> None:
    tasks = tasks_of(tmp_path, week, "t1,Intro,intro,P1,2009-05-15,2009-05-29,45,,,,,2,\n")
    assert [task.weeks_left for task in tasks] == ([] if weeks_left is None else [weeks_left])
    # 21 and 31 May are no working days in 2009, but may be asked for where somebody works.
    open_days = {slot.date for task in tasks for slot in task.slots}
    closed_days = {slot.slot.date for task in tasks for slot in task.closed_slots}
    assert len(open_days | closed_days) == days
    for task in tasks:
        assert (task.place_id, task.title, task.duration_s, task.priority) == ("P1", "Intro", 2700, 2)
        assert (task.conversations, task.max_conversations) == (0, 0)


def test_a_task_that_is_over_hides_none_that_follows(tmp_path: Path) -> None:
    rows = "t1,a,x,P1,2009-04-01,2009-04-30,45,,,,,,\nt2,b,x,P1,2009-05-01,2009-05-31,45,,,,,,\n"
    assert [task.request_id for task in tasks_of(tmp_path, W20, rows)] == ["t2"]


@pytest.mark.parametrize(
    ("dates", "weeks_left", "days"),
    [
        ("2009-05-17,2009-05-29", 3, [17]),
        ("2009-05-18,2009-05-29", None, []),
        ("2009-05-01,2009-05-11", 1, [11]),
        ("2009-05-01,2009-05-10", None, []),
        ("2009-05-13,2009-05-13", 1, [13]),
        ("2009-05-01,2009-05-17", 1, [11, 12, 13, 14, 15, 16, 17]),
        ("2009-05-01,2009-05-18", 2, [11, 12, 13, 14, 15, 16, 17]),
    ],
)
def test_the_first_and_the_last_day_of_a_task_count(
    tmp_path: Path, dates: str, weeks_left: int | None, days: list[int]
) -> None:
    tasks = tasks_of(tmp_path, W20, f"t1,Intro,intro,P1,{dates},45,,,,,,\n")
    assert [task.weeks_left for task in tasks] == ([] if weeks_left is None else [weeks_left])
    assert [slot.date.day for task in tasks for slot in task.slots] == days


@pytest.mark.parametrize(
    ("hours", "from_h", "to_h"), [("9:00,", 9, 24), (",12:00", 0, 12), (",", 0, 24), ("9:00,12:00", 9, 12)]
)
def test_a_task_may_have_a_begin_or_an_end_or_neither(
    tmp_path: Path, hours: str, from_h: int, to_h: int
) -> None:
    (task,) = tasks_of(tmp_path, W20, f"t1,Intro,intro,P1,2009-05-13,2009-05-13,45,{hours},,,,\n")
    assert [(slot.start_s, slot.end_s) for slot in task.slots] == [(from_h * 3600, to_h * 3600)]


def test_hours_weekday_and_closures_say_when(tmp_path: Path) -> None:
    closures = "who,from,to,start,end,reason\nP1,2009-05-13,2009-05-13,10:00,11:00,\n"
    (task,) = tasks_of(
        tmp_path, W20, "t1,Intro,intro,P1,2009-05-01,2009-05-31,45,9.00,12:00,ons,,,\n", closures=closures
    )
    wednesday, hour_s = dt.date(2009, 5, 13), 3600
    assert [(slot.date, slot.start_s, slot.end_s) for slot in task.slots] == [
        (wednesday, 9 * hour_s, 10 * hour_s),
        (wednesday, 11 * hour_s, 12 * hour_s),
    ]


@pytest.mark.parametrize(
    ("done", "asked"), [("2009-05-10", 0), ("2009-05-11", 1), ("2009-06-30", 1), ("", 1)]
)
def test_what_is_done_is_not_asked_for_any_more(tmp_path: Path, done: str, asked: int) -> None:
    rows = f"t1,Intro,intro,P1,2009-05-01,2009-05-31,45,,,,,,{done}\n"
    assert len(tasks_of(tmp_path, W20, rows)) == asked
    if done == "2009-05-11":
        (task,) = tasks_of(tmp_path, W20, rows)
        assert {slot.date for slot in task.slots} == {dt.date(2009, 5, 11)}


def test_where_a_task_is(tmp_path: Path) -> None:
    rows = (
        "t1,a,x,base,2009-05-01,2009-05-31,45,,,,,,\nt2,b,x,hus,2009-05-01,2009-05-31,45,,,,c1,,\n"
        "t3,c,x,p1,2009-05-01,2009-05-31,45,,,,,,\n"
    )
    tasks = tasks_of(tmp_path, W20, rows)
    assert [(t.place_id, t.base_id, t.only_by) for t in tasks] == [
        ("base", "base", None),
        ("hus", "base", "c1"),
        ("P1", "base", None),
    ]


def test_a_pin_of_a_task_is_for_who_may_do_it(tmp_path: Path) -> None:
    row = TASKS + "t1,a,x,P1,2009-05-01,2009-05-31,45,,,,c1,,\n"
    pins = "id,date,start,consultant_id\nt1,2009-05-13,09:30,"
    (task,) = tasks_of(tmp_path / "1", W20, row.removeprefix(TASKS), pins=f"{pins}c1\n")
    assert task.pin
    assert errors_of(tmp_path / "2", W20, tasks=row, pins=f"{pins}c2\n") == [
        "pins.csv:2 [consultant_id]: t1: only c1 may make it, not c2"
    ]
    only_c2 = TABLES["shifts"].replace("c1,wed,08:30,15:30\n", "")
    assert errors_of(tmp_path / "3", W20, tasks=row, pins=f"{pins}\n", shifts=only_c2) == [
        "pins.csv:2 [start]: t1: nobody can be there on 2009-05-13 at 9:30"
    ]


def test_a_task_at_base_says_which_of_several(tmp_path: Path) -> None:
    tables = {
        "bases": f"base_id,name,address,postcode,city\nnord,Nord,{PLACE}\n",
        "consultants": "consultant_id,name,base_id\nc1,A,\nc2,B,nord\n",
    }
    rows = "t1,a,x,base,2009-05-01,2009-05-31,45,,,,,,\n"
    (problem,) = errors_of(tmp_path / "1", W20, tasks=TASKS + rows, **tables)
    assert problem == (
        "tasks.csv:2 [place]: there are several bases; write the id of one of them,"
        " or the consultant who is to do it"
    )
    named = tasks_of(tmp_path / "2", W20, rows.replace("45,,,,", "45,,,,c2"), **tables)
    at_nord = tasks_of(tmp_path / "3", W20, rows.replace("base", "nord"), **tables)
    assert [(task.place_id, task.base_id) for task in (*named, *at_nord)] == [
        ("nord", "nord"),
        ("nord", None),
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("t1,a,x,nowhere,2009-05-01,2009-05-31,45,,,,,,", "[place]: there is no nowhere in"),
        ("t1,a,x,,2009-05-01,2009-05-31,45,,,,,,", "[place]: this must be filled in"),
        ("t1,a,x,P1,2009-05-31,2009-05-01,45,,,,,,", "[latest]: this ends before it begins"),
        ("t1,a,x,P1,2009-05-12,2009-05-14,45,,,mon,,,", "[weekday]: there is no such weekday from"),
        ("t1,a,x,P1,2009-05-01,2009-05-31,45,09:02,09:49,,,,", "[minutes]: 45 minutes do not fit between 9:02 and 9:49"),
        ("t1,a,x,P1,2009-05-01,2009-05-31,45,23:30,,,,,", "[minutes]: 45 minutes do not fit between 23:30 and"),
        ("P1,a,x,P1,2009-05-01,2009-05-31,45,,,,,,", "[task_id]: the id P1 is already taken"),
        ("t1,a,x,P1,2009-05-01,2009-05-31,45,,,,,,ja", "[done]:"),
    ],
)  # fmt: skip
def test_rows_that_make_no_sense(tmp_path: Path, row: str, expected: str) -> None:
    (problem,) = errors_of(tmp_path, W20, tasks=TASKS + row + "\n")
    assert problem.startswith(f"tasks.csv:2 {expected}")


def test_a_weekday_that_comes_on_the_last_day(tmp_path: Path) -> None:
    (task,) = tasks_of(tmp_path, W20, "t1,a,x,P1,2009-05-12,2009-05-15,45,,,fri,,,\n")
    assert [slot.date for slot in task.slots] == [dt.date(2009, 5, 15)]


def test_a_pin_of_a_task(tmp_path: Path) -> None:
    pins = "id,date,start,conversations\nt1,2009-05-13,09:30,"
    row = "t1,a,x,P1,2009-05-01,2009-05-31,45,,,,,,\n"
    (task,) = tasks_of(tmp_path / "1", W20, row, pins=pins + "\n")
    assert task.pin
    (problem,) = errors_of(tmp_path / "2", W20, tasks=TASKS + row, pins=pins + "1\n")
    assert "home visits and tasks have no conversations" in problem


def with_task(problem: Problem, weeks_left: int) -> Problem:
    """Return a week that asks for one task alone."""
    (task,) = (request for request in problem.requests if request.kind == "task")
    return problem.replace(requests=(dataclasses.replace(task, weeks_left=weeks_left),))


def test_the_further_off_its_end_the_less_a_task_counts(tmp_path: Path) -> None:
    """It is done where its share is more than the way, and its points are rounded down."""
    rows = "t1,Intro,intro,P1,2009-05-01,2009-05-31,45,,,,,,\n"
    problem = problem_of(tmp_path, W20, tasks=TASKS + rows)
    weights = {**problem.weights, "missed_visit": 72_000}
    ride_points = 2 * 600 * weights["cycling_second"]
    for weeks_left in (1, 5, 7):
        week = with_task(problem.replace(weights=weights), weeks_left)
        (plan,) = decide(week)
        missed = 72_000 // weeks_left
        assert plan.roster.score == min(missed, ride_points)
        assert bool(plan.roster.unassigned) == (missed < ride_points)
        term = plan.roster.terms["missed_visit"]
        assert term.points == (missed if missed < ride_points else 0)
        assert term.points == round(term.count * term.weight)
        assert check(week, plan.roster) == ()
        assert check_bound(week, plan.roster).verified


def test_what_a_task_that_is_not_done_is_told(tmp_path: Path) -> None:
    rows = "t1,Intro,intro,P1,2009-05-01,2009-05-31,45,,,sun,,,\nt2,Talk,talk,P1,2009-05-14,2009-06-30,45,,,tue,,,\n"
    problem = problem_of(tmp_path, W20, tasks=TASKS + rows)
    (plan,) = decide(problem)
    said = {item.id: (item.kind, item.name, word(item.reason)) for item in plan.roster.unassigned}
    assert said["t1"] == ("task", "Intro", "No consultant is at work in its hours.")
    assert said["t2"] == ("task", "Talk", "None of its days is in this week.")


def test_warnings_of_tasks_that_can_never_be_done(tmp_path: Path) -> None:
    rows = (
        "t1,Intro,intro,P1,2009-05-01,2009-05-31,45,,,sun,,,\nt2,Talk,talk,P1,2019-05-01,2019-05-31,45,,,,,,\n"
        "t3,Fine,talk,P1,2009-05-01,2009-05-31,45,,,,,,\n"
    )
    project = read_project(write_folder(tmp_path, tasks=TASKS + rows, **TABLES))
    assert [str(warning) for warning in never_met(project) if "tasks.csv" in warning.file] == [
        "tasks.csv:2 [earliest]: t1: nobody who may do the task works on any of its days for long enough"
    ]
    (warning,) = (str(found) for found in without_effect(project) if "t2" in str(found))
    assert warning.startswith("tasks.csv:3 [earliest]: t2: the task may be done on no day of the period")
