import datetime as dt
from pathlib import Path

import pytest
from folders import PLACE, SETTINGS, write_folder
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.base import i18n
from scheduler.inputs import read_project
from scheduler.model.clock import Week
from scheduler.model.config import Config, Period
from scheduler.model.project import Practice, Project
from scheduler.model.text import Text
from scheduler.model.texts import word
from scheduler.week.calendar import (
    ALL,
    closed,
    is_active,
    is_due,
    is_holiday,
    requested_conversations,
    room_slots,
    shifts_on,
    weeks_of_period,
)

PRACTICES = "practice_id,name,address,postcode,city,district,every_weeks,first_week,active_from,active_to,conversations\n"


steady = settings(deadline=None, derandomize=True)
EMPTY = Project(
    config=Config(period=Period(start=dt.date(2009, 1, 1), end=dt.date(2010, 12, 31))),
    bases=(),
    places=(),
    practices=(),
    rooms=(),
    consultants=(),
    shifts=(),
)


def project_of(folder: Path, **tables: str) -> Project:
    return read_project(write_folder(folder, **tables))


def why(project: Project, day: dt.date, who: str = ALL) -> str | None:
    """Why a day is closed, in words."""
    reason = closed(project, day, who)
    return word(reason) if reason else None


def test_holidays_speak_the_language(tmp_path: Path) -> None:
    project = project_of(tmp_path)
    assert why(project, dt.date(2009, 5, 21)) == "Ascension Day"
    assert why(project, dt.date(2009, 5, 20)) is None
    with i18n.using("da"):
        assert why(project, dt.date(2009, 5, 21)) == "Kristi himmelfartsdag"
        assert why(project, dt.date(2009, 6, 5)) == "Grundlovsdag"
        assert why(project, dt.date(2009, 5, 8)) == "Store bededag"
        assert why(project, dt.date(2024, 4, 26)) is None


def test_a_holiday_is_its_date_whatever_the_language(tmp_path: Path) -> None:
    project, day = project_of(tmp_path), dt.date(2009, 5, 21)
    found = Text("holiday", {"country": "DK", "date": "2009-05-21"})
    for language in i18n.LANGUAGES:
        with i18n.using(language):
            assert closed(project, day) == found
            assert is_holiday(project.config.calendar, day)
    assert not is_holiday(project.config.calendar, dt.date(2009, 5, 20))


def test_also_closed_and_other_countries(tmp_path: Path) -> None:
    project = project_of(
        tmp_path, settings=SETTINGS + '[calendar]\ncountry = "SE"\nalso_closed = ["03-04"]\n'
    )
    assert why(project, dt.date(2009, 6, 6)) is not None  # Sweden's national day
    assert why(project, dt.date(2009, 12, 31)) is None
    assert why(project, dt.date(2009, 3, 4)) == "closed every year"


def test_closures_include_both_days(tmp_path: Path) -> None:
    project = project_of(
        tmp_path, closures="who,from,to,reason\nall,2009-06-15,2009-06-16,move\nP1,2009-06-17,2009-06-17,\n"
    )
    reasons = [why(project, dt.date(2009, 6, day), "P1") for day in (14, 15, 16, 17, 18)]
    assert reasons == [None, "move", "move", "closed", None]
    assert closed(project, dt.date(2009, 6, 17)) is None


def test_weeks_of_period(tmp_path: Path) -> None:
    weeks = weeks_of_period(project_of(tmp_path))
    assert (str(weeks[0]), str(weeks[-1]), len(weeks)) == ("2009-W01", "2010-W52", 105)


@steady
@given(every=st.integers(1, 6), first=st.integers(0, 60), week=st.integers(0, 110))
def test_due_weeks_are_multiples_from_the_first(every: int, first: int, week: int) -> None:
    start = Week(2009, 1)
    practice = Practice(practice_id="P", every_weeks=every, first_week=start.shift(first))
    assert is_due(EMPTY, practice, start.shift(week)) == (week >= first and (week - first) % every == 0)


def test_due_needs_an_active_day(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        practices=PRACTICES
        + f"P1,x,{PLACE},x,2,2009-W19,2009-05-24,2009-06-10,\n"
        + f"P2,x,{PLACE},x,1,,,,0\n",
        demand="practice_id,week,conversations\nP1,2009-W23,4\nP1,2009-W22,4\nP2,2009-W23,2\n",
    )
    practice = project.practices[0]
    due = [week.number for week in weeks_of_period(project)[:30] if is_due(project, practice, week)]
    assert due == [21, 22, 23]  # active from the Sunday of week 21; in week 22 for its row of demand
    assert is_active(practice, dt.date(2009, 6, 10))
    assert not is_active(practice, dt.date(2009, 6, 11))
    assert [is_due(project, practice, Week(2009, 22)) for practice in project.practices] == [True, True]
    asked = {week: requested_conversations(project, practice, Week(2009, week)) for week in (21, 22, 23)}
    assert asked == {21: 1, 22: 4, 23: 4}
    assert requested_conversations(project, project.practices[1], Week(2009, 22)) == 0
    assert requested_conversations(project, project.practices[1], Week(2009, 23)) == 2


def test_weeks_before_the_period_ask_for_nothing(tmp_path: Path) -> None:
    project = project_of(tmp_path)
    assert len(project.practices) == 2
    assert not any(is_due(project, practice, Week(2008, 52)) for practice in project.practices)
    assert all(is_due(project, practice, Week(2026, 20)) for practice in project.practices)


def test_room_slots_of_a_week(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        practices=PRACTICES + f"P1,x,{PLACE},x,,,,2009-05-22,\nP2,x,{PLACE},x,,,,,\n",
        rooms="practice_id,weekday,date,start,end,weeks,valid_from,valid_to,room\n"
        "P1,tue,,10:00,12:00,,,,B\n"
        "P1,mon,,09:00,12:00,odd,2009-05-18,2009-05-18,A\n"
        "P1,mon,,09:00,12:00,even,,,\n"
        "P1,mon,,09:00,12:00,all,2009-05-19,,\n"
        "P1,,2009-05-18,08:00,09:00,,,,\n"
        "P1,thu,,09:00,12:00,,,,\n"
        "P1,sat,,09:00,12:00,,,,\n"
        "P2,mon,,09:00,12:00,,,,\n",
        closures="who,from,to,reason\nP1,2009-05-19,2009-05-19,kursus\n",
    )
    slots, closed_slots = room_slots(project, project.practices[0], Week(2009, 21))
    assert [(slot.date.day, slot.start_s // 3600, slot.room) for slot in slots] == [(18, 8, ""), (18, 9, "A")]
    assert [(item.slot.date.day, item.reason) for item in closed_slots] == [
        (19, Text("closure", {"reason": "kursus"})),
        (21, Text("holiday", {"country": "DK", "date": "2009-05-21"})),
        (23, Text("inactive")),
    ]


W20 = Week(2009, 20)
ROOMS = "practice_id,weekday,start,end,room\n"
P2_ROOM = "P2,tue,09:00,12:00,\n"


def slots_of(project: Project, practice: int = 0, week: Week = W20) -> list[tuple[str, str, str]]:
    slots, _closed = room_slots(project, project.practices[practice], week)
    return [(i18n.clock(slot.start_s), i18n.clock(slot.end_s), slot.room) for slot in slots]


def test_hours_of_one_room_that_touch_are_one_slot(tmp_path: Path) -> None:
    rooms = (
        "P1,mon,08:30,10:00,1\nP1,mon,10:00,11:30,1\n"  # touch
        "P1,mon,12:00,13:30,A\nP1,mon,13:00,14:00,a\n"  # overlap, in any case of letters
        "P1,mon,11:30,13:00,\nP1,mon,13:00,14:00,\n"  # unnamed ones join each other alone
        "P1,mon,14:00,15:00,2\n"
    )
    assert slots_of(project_of(tmp_path, rooms=ROOMS + rooms + P2_ROOM)) == [
        ("8:30", "11:30", "1"),
        ("11:30", "14:00", ""),
        ("12:00", "14:00", "A"),
        ("14:00", "15:00", "2"),
    ]


def test_slots_are_joined_and_then_cut_by_closed_hours(tmp_path: Path) -> None:
    rooms = "P1,mon,08:30,10:00,1\nP1,mon,10:00,11:30,1\n"
    closures = "who,from,to,start,end,reason\nP1,2009-05-11,2009-05-15,09:30,10:00,tea\nall,2009-05-11,2009-05-11,11:00,,\n"
    project = project_of(tmp_path, rooms=ROOMS + rooms + P2_ROOM, closures=closures)
    assert slots_of(project) == [("8:30", "9:30", "1"), ("10:00", "11:00", "1")]
    gone = room_slots(project, project.practices[0], W20)[1]
    assert [
        (i18n.clock(g.slot.start_s), i18n.clock(g.slot.end_s), g.reason and word(g.reason)) for g in gone
    ] == [
        ("9:30", "10:00", "tea"),
        ("11:00", "11:30", "closed"),
    ]
    assert slots_of(project, week=Week(2009, 21)) == [("8:30", "11:30", "1")]


def test_what_closed_hours_leave_of_a_room_holds_a_conversation_or_is_none(tmp_path: Path) -> None:
    closures = "who,from,to,start,end\nP1,2009-05-11,2009-05-11,{},\n"
    for start, left in (("9:50", [("9:00", "9:50", "")]), ("9:49", [])):
        assert slots_of(project_of(tmp_path, closures=closures.format(start))) == left


def test_a_conversation_begins_on_the_grid_of_what_is_left(tmp_path: Path) -> None:
    """After 9:02 at 9:05, and it takes 50 minutes."""
    closures = "who,from,to,start,end\nP1,2009-05-11,2009-05-11,,09:02\nP1,2009-05-11,2009-05-11,{},\n"
    for start, left in (("9:55", [("9:02", "9:55", "")]), ("9:54", [])):
        assert slots_of(project_of(tmp_path, closures=closures.format(start))) == left


def test_closed_hours(tmp_path: Path) -> None:
    closures = (
        "who,from,to,start,end,reason\nc1,2009-05-11,2009-05-12,12:00,,from\nc1,2009-05-13,2009-05-13,,10:00,until\n"
        "c1,2009-05-14,2009-05-14,10:00,11:00,between\n"
    )
    project = project_of(tmp_path, closures=closures)
    spans = {
        day.day: [(i18n.clock(a), i18n.clock(b)) for a, b in shift.spans]
        for day in W20.days
        for consultant, shift in shifts_on(project, day)
        if consultant.consultant_id == "c1"
    }
    assert spans == {
        11: [("8:30", "12:00")],
        12: [("8:30", "12:00")],
        13: [("10:00", "15:30")],
        14: [("8:30", "10:00"), ("11:00", "15:30")],
    }
    assert not any(closed(project, day, "c1") for day in W20.days)


SHIFTS = "consultant_id,weekday,date,start,end,lunch_minutes,weeks,valid_from,valid_to\n"


def shifts_of(folder: Path, rows: str, day: str) -> list[tuple[str, list[tuple[str, str]], int]]:
    project = project_of(folder, shifts=SHIFTS + rows)
    return [
        (
            consultant.consultant_id,
            [(i18n.clock(a), i18n.clock(b)) for a, b in shift.spans],
            shift.lunch_s // 60,
        )
        for consultant, shift in shifts_on(project, dt.date.fromisoformat(day))
    ]


def test_a_shift_by_date_replaces_those_of_its_weekday(tmp_path: Path) -> None:
    rows = "c1,mon,,8:00,15:00,,,,\nc1,,2009-05-11,10:00,12:00,20,,,\nc1,,2009-05-18,off,,,,,\nc2,mon,,9:00,15:00,,,,\n"
    c2 = ("c2", [("9:00", "15:00")], 30)
    assert shifts_of(tmp_path, rows, "2009-05-04") == [("c1", [("8:00", "15:00")], 30), c2]
    assert shifts_of(tmp_path, rows, "2009-05-11") == [("c1", [("10:00", "12:00")], 20), c2]
    assert shifts_of(tmp_path, rows, "2009-05-18") == [c2]


def test_shifts_of_odd_weeks_and_with_validity(tmp_path: Path) -> None:
    rows = "c1,mon,,8:00,15:00,,odd,,\nc1,mon,,9:00,15:00,,lige,2009-05-11,2009-05-25\n"
    found = [shifts_of(tmp_path, rows, f"2009-05-{day:02d}") for day in (4, 11, 18, 25)]
    late, early = [("c1", [("9:00", "15:00")], 30)], [("c1", [("8:00", "15:00")], 30)]
    assert found == [early if W20.shift(n).matches("odd") else late for n in (-1, 0, 1, 2)]
    assert shifts_of(tmp_path, rows, "2009-06-08") == []


@pytest.mark.parametrize(
    ("gap", "spans", "lunch"),
    [
        (("12:00", "12:00"), [("8:00", "16:00")], 45),  # touching rows are one; the longest lunch is owed
        (("11:00", "11:44"), [("8:00", "11:00"), ("11:44", "16:00")], 45),
        (("11:00", "11:45"), [("8:00", "11:00"), ("11:45", "16:00")], 0),  # lunch is had in it
        (("10:00", "11:44"), [("8:00", "10:00"), ("11:44", "16:00")], 45),  # no lunch before 11
        (("13:00", "15:00"), [("8:00", "13:00"), ("15:00", "16:00")], 45),
    ],
)
def test_a_split_shift_has_its_lunch_in_a_gap_that_holds_it(
    tmp_path: Path, gap: tuple[str, str], spans: list[tuple[str, str]], lunch: int
) -> None:
    rows = f"c1,mon,,8:00,{gap[0]},30,,,\nc1,mon,,{gap[1]},16:00,45,,,\n"
    assert shifts_of(tmp_path, rows, "2009-05-11") == [("c1", spans, lunch)]


def test_nothing_is_planned_in_the_hour_in_which_the_clocks_change(tmp_path: Path) -> None:
    rooms = "P1,sun,01:00,05:00,\n"
    project = project_of(tmp_path, rooms=ROOMS + rooms + P2_ROOM, shifts=SHIFTS + "c1,sun,,00:30,06:00,,,,\n")
    changing = dt.date(2009, 3, 29)
    assert slots_of(project, week=Week.of(changing)) == [("1:00", "2:00", ""), ("3:00", "5:00", "")]
    assert slots_of(project, week=W20) == [("1:00", "5:00", "")]
    (shift,) = (shift for _consultant, shift in shifts_on(project, changing))
    assert shift.spans == ((1800, 7200), (10_800, 21_600))


MOVED = "practice_id,name,address,postcode,city,district,conversations,active_from,active_to,same_as\n"


@pytest.mark.parametrize(
    ("same_as", "rooms", "asked"),
    [
        ("", "old,tue,09:00,12:00,\nnew,thu,09:00,12:00,\n", {19: [2, 0], 20: [2, 3], 21: [0, 3]}),
        ("old", "old,tue,09:00,12:00,\nnew,thu,09:00,12:00,\n", {19: [2, 0], 20: [2, 0], 21: [0, 3]}),
        # In its last week the old practice lends no room while it is there.
        ("old", "old,thu,09:00,12:00,\nnew,thu,09:00,12:00,\n", {19: [2, 0], 20: [0, 3], 21: [0, 3]}),
        # Nobody lends one: it is asked all the same.
        ("old", "old,thu,09:00,12:00,\nnew,tue,09:00,12:00,\n", {19: [2, 0], 20: [0, 3], 21: [0, 3]}),
    ],
)
def test_a_practice_that_moves_is_asked_once(
    tmp_path: Path, same_as: str, rooms: str, asked: dict[int, list[int]]
) -> None:
    practices = f"old,x,{PLACE},x,2,,2009-05-13,\nnew,x,{PLACE},x,3,2009-05-14,,{same_as}\n"
    project = project_of(tmp_path, practices=MOVED + practices, rooms=ROOMS + rooms)
    for week, numbers in asked.items():
        found = [requested_conversations(project, p, Week(2009, week)) for p in project.practices]
        assert found == numbers


def test_of_three_practices_in_a_line_one_is_asked(tmp_path: Path) -> None:
    practices = f"c,x,{PLACE},x,3,,,b\na,x,{PLACE},x,1,,,\nb,x,{PLACE},x,2,,,a\n"
    for rooms, asked in (("a b c", [0, 1, 0]), ("b c", [0, 0, 2]), ("c", [3, 0, 0]), ("", [3, 0, 0])):
        rows = "".join(f"{id_},mon,09:00,12:00,\n" for id_ in rooms.split()) or "a,sat,9.00,12.00,\n"
        project = project_of(
            tmp_path,
            practices=MOVED + practices,
            rooms=ROOMS + rows,
            closures="who,from,to\nall,2009-05-16,2009-05-16\n",
        )
        found = [requested_conversations(project, practice, W20) for practice in project.practices]
        assert found == asked
