"""What is said of tables that are right and yet have no effect."""

from pathlib import Path

import pytest
from folders import SETTINGS, TABLES, write_folder

from scheduler.inputs import read_project
from scheduler.week.warnings import without_effect

PERIOD = "1 January 2009 to 31 December 2010"
ENGAGEMENTS = "engagement_id,title,kind,consultant_id,weekday,date,start,end,weeks\n"


def warnings_of(folder: Path) -> list[str]:
    return [str(warning) for warning in without_effect(read_project(folder))]


def test_nothing_is_said_of_what_has_an_effect(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path,
        rooms=TABLES["rooms"].replace("start,end\n", "start,end,date,valid_from,valid_to\n")
        + "P1,,09:00,12:00,2010-12-31,,\nP1,mon,09:00,12:00,,2010-12-31,2030-01-01\nP1,mon,13:00,15:00,,1990-01-01,2009-01-01\n",
        agreements="practice_id,weekday,start,weeks\nP1,mon,11:10,even\nP2,tue,09:00,all\n",
        engagements=ENGAGEMENTS
        + "e1,Møde,møde,all,mon,,09:00,10:00,even\ne2,Møde,møde,c1,,2009-05-12,09:00,10:00,\n",
        closures="who,from,to\nP1,2008-12-01,2009-01-01\nall,2010-12-31,2011-05-01\n",
        demand="practice_id,week,conversations\nP1,2009-W01,2\nP1,2010-W52,0\n",
    )
    assert warnings_of(folder) == []


@pytest.mark.parametrize(
    ("row", "row_number"),
    [
        ("P1,mon,,09:00,12:00,2099-01-01,", 4),
        ("P1,mon,,09:00,12:00,,1990-12-31", 4),
        ("P1,,2011-01-01,09:00,12:00,,", 4),
        ("P1,,2008-12-31,09:00,12:00,,", 4),
    ],
)
def test_room_outside_the_period(tmp_path: Path, row: str, row_number: int) -> None:
    rooms = f"practice_id,weekday,date,start,end,valid_from,valid_to\nP1,mon,,09:00,12:00,,\nP2,tue,,09:00,12:00,,\n{row}\n"
    assert warnings_of(write_folder(tmp_path, rooms=rooms)) == [
        f"rooms.csv:{row_number}: P1: the room is there on no day of the period, {PERIOD}; nobody will be sent to it"
    ]


def test_agreement_in_two_hours_of_one_room(tmp_path: Path) -> None:
    rooms = "practice_id,weekday,start,end,room\nP1,mon,09:00,10:00,1\nP1,mon,10:00,11:00,{}\nP2,tue,09:00,12:00,\n"
    agreements = "practice_id,weekday,start\nP1,mon,09:30\n"
    for room, count in (("1", 0), ("2", 1)):
        folder = write_folder(tmp_path, rooms=rooms.format(room), agreements=agreements)
        assert len(warnings_of(folder)) == count


def test_engagement_that_is_valid_on_no_day_of_the_period(tmp_path: Path) -> None:
    heading = "engagement_id,title,kind,consultant_id,weekday,start,end,valid_from\n"
    for valid_from, count in (("2010-12-01", 0), ("2011-02-01", 1)):
        engagements = f"{heading}e1,x,y,c1,mon,09:00,10:00,{valid_from}\n"
        assert len(warnings_of(write_folder(tmp_path, engagements=engagements))) == count


@pytest.mark.parametrize(
    "row",
    ["P1,mon,11:15,all", "P1,mon,08:55,all", "P1,tue,09:00,all", "P2,tue,09:00,odd", "P2,mon,09:00,all"],
)
def test_agreement_outside_every_room(tmp_path: Path, row: str) -> None:
    rooms = "practice_id,weekday,date,start,end,weeks\nP1,mon,,09:00,12:00,\nP2,tue,,09:00,12:00,even\nP2,,2009-05-13,09:00,12:00,\n"
    folder = write_folder(tmp_path, rooms=rooms, agreements=f"practice_id,weekday,start,weeks\n{row}\n")
    practice_id, _weekday, start, _weeks = row.split(",")
    (warning,) = warnings_of(folder)
    assert warning.startswith(f"agreements.csv:2: {practice_id}: the agreement, ")
    assert (
        f" {start.lstrip('0')}, lies in none of its rooms; every visit will count as moved from it" in warning
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("e1,Møde,møde,c1,fri,,09:00,10:00,", "c1 is never at work on its day; it will be in no roster"),
        (
            "e1,Møde,møde,all,sun,,09:00,10:00,odd",
            "nobody is ever at work on its day; it will be in no roster",
        ),
        (
            "e1,Møde,møde,c1,,2009-05-15,09:00,10:00,",
            "c1 is never at work on its day; it will be in no roster",
        ),
        (
            "e1,Møde,møde,c1,,2009-05-21,09:00,10:00,",
            "c1 is never at work on its day; it will be in no roster",
        ),
    ],
)
def test_engagement_on_a_day_without_a_shift(tmp_path: Path, row: str, said: str) -> None:
    folder = write_folder(tmp_path, engagements=f"{ENGAGEMENTS}{row}\n")
    assert warnings_of(folder) == [f"engagements.csv:2: e1: {said}"]


def test_closures_and_demand_outside_the_period(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path,
        closures="who,from,to\nP1,2019-05-01,2019-05-02\nall,2008-12-24,2008-12-31\nc1,2009-05-01,2009-05-01\n",
        demand="practice_id,week,conversations\nP1,2011-W01,2\nP2,2008-W52,2\n",
    )
    assert warnings_of(folder) == [
        f"closures.csv:2: P1: the closure closes no day of the period, {PERIOD}",
        f"closures.csv:3: all: the closure closes no day of the period, {PERIOD}",
        f"demand.csv:2: P1: the demand for 2011-W01 is for no week of the period, {PERIOD}; none of them will have it",
        f"demand.csv:3: P2: the demand for 2008-W52 is for no week of the period, {PERIOD}; none of them will have it",
    ]


def test_visits_that_cost_nothing_where_they_are_not_made(tmp_path: Path) -> None:
    practices = (
        TABLES["practices"].replace("district\n", "district,priority\n").replace("Enghave\n", "Enghave,0\n")
    )
    settings = f"{SETTINGS}[weights]\nmissed_visit = 0\n"
    one = write_folder(
        tmp_path / "one", practices=practices.replace("Valby\n", "Valby,1\n"), settings=settings
    )
    assert warnings_of(one) == []
    settings += "unserved_conversation = 0\n"
    none = write_folder(
        tmp_path / "none", practices=practices.replace("Valby\n", "Valby,0\n"), settings=settings
    )
    assert warnings_of(none) == [
        "weights.missed_visit and weights.unserved_conversation are 0: a visit that is not made costs nothing, and few will be made",
        "practices.csv:2: the priority of every practice is 0: a visit that is not made costs nothing, and few will be made",
    ]


def test_no_window_for_lunch(tmp_path: Path) -> None:
    settings = f'{SETTINGS}[defaults]\nlunch_from = "12:00"\nlunch_to = "12:00"\n'
    assert warnings_of(write_folder(tmp_path / "owed", settings=settings)) == [
        "defaults.lunch_from and lunch_to are both 12:00: nobody will have lunch"
    ]
    shifts = "consultant_id,weekday,start,end,lunch_minutes\nc1,mon,08:30,15:30,0\n"
    assert warnings_of(write_folder(tmp_path / "none", settings=settings, shifts=shifts)) == []


def test_tiles_without_a_word_of_whose_they_are(tmp_path: Path) -> None:
    settings = f'{SETTINGS}[map]\ntile_url = "https://tiles.example/{{z}}/{{x}}/{{y}}.png"\n'
    (warning,) = warnings_of(write_folder(tmp_path / "unnamed", settings=settings))
    assert warning.startswith("map.tile_url has no tile_attribution beside it")
    named = f'{settings}tile_attribution = "Tiles Ltd."\n'
    assert warnings_of(write_folder(tmp_path / "named", settings=named)) == []
