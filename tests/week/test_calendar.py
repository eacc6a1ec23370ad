import datetime as dt
from pathlib import Path

from folders import PLACE, SETTINGS, TABLES, write_folder
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.base import i18n
from scheduler.inputs import read_project
from scheduler.model.clock import Week
from scheduler.model.config import Config, Period
from scheduler.model.project import Practice, Project
from scheduler.model.text import Text
from scheduler.outputs.texts import word
from scheduler.week.calendar import (
    ALL,
    closed,
    is_active,
    is_due,
    is_holiday,
    never_met,
    requested_conversations,
    room_slots,
    weeks_of_period,
    why_closed,
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
    return why_closed(reason) if reason else None


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
    assert due == [21, 23]  # active from the Sunday of week 21
    assert is_active(practice, dt.date(2009, 6, 10))
    assert not is_active(practice, dt.date(2009, 6, 11))
    assert [is_due(project, practice, Week(2009, 22)) for practice in project.practices] == [False, True]
    asked = {week: requested_conversations(project, practice, Week(2009, week)) for week in (21, 22, 23)}
    assert asked == {21: 1, 22: 0, 23: 4}
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


def test_never_met(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        # Due in the odd weeks of 2009 and in the even weeks of 2010, as 2009 has 53 weeks.
        practices=PRACTICES
        + f"parting,x,{PLACE},x,2,2009-W01,,2009-12-31,\n"
        + f"meeting,x,{PLACE},x,2,2009-W01,,,\n"
        + f"friday,x,{PLACE},x,,,,,\n"
        + f"late,x,{PLACE},x,,,2011-05-05,,\n"
        + f"silent,x,{PLACE},x,,,,,0\n",
        rooms="practice_id,weekday,start,end,weeks\nparting,mon,9.00,12.00,even\nmeeting,mon,9.00,12.00,even\n"
        "friday,fri,9.00,12.00,\nfriday,mon,15.00,16.15,\n",
        home_visits="visit_id,address,postcode,city,date,start,end,minutes,consultant_id\n"
        f"H1,{PLACE},2009-05-21,09:00,12:00,60,\nH2,{PLACE},2009-05-12,15:00,16:00,60,\n"
        f"H3,{PLACE},2009-05-12,09:00,16:00,60,c1\n",
        demand="practice_id,week,conversations\nmeeting,2009-W02,2\n",
    )
    assert tuple(map(word, never_met(project))) == (
        "parting: the practice has no room in any of the 27 weeks in which it is due",
        "friday: no consultant works when the practice has a room",
        "late: the practice is due in no week of the period",
        "H1: the home visit is on a closed day (Ascension Day)",
        "H2: nobody who may make the home visit works then",
        "meeting: the demand for 2009-W02 has no effect, as the practice is not due in that week",
    )


def test_never_met_of_an_open_period(tmp_path: Path) -> None:
    settings = SETTINGS[: SETTINGS.index("[period]")]
    rooms = TABLES["rooms"].replace("P2,tue", "P2,sun")
    project = project_of(tmp_path, settings=settings, rooms=rooms)
    assert tuple(map(word, never_met(project))) == ("P2: no consultant works when the practice has a room",)
