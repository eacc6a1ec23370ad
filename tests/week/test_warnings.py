"""What is said of tables that are right and yet have no effect."""

from pathlib import Path

import pytest
from folders import PLACE, SETTINGS, TABLES, write_folder

from scheduler.inputs import read_project
from scheduler.week.warnings import never_met, without_effect

PERIOD = "1 January 2009 to 31 December 2010"
ENGAGEMENTS = "engagement_id,title,kind,consultant_id,weekday,date,start,end,weeks\n"


PRACTICES = "practice_id,name,address,postcode,city,district,every_weeks,first_week,active_from,active_to,conversations\n"


def warnings_of(folder: Path) -> list[str]:
    return [str(warning) for warning in without_effect(read_project(folder))]


def never(folder: Path) -> list[str]:
    return [str(warning) for warning in never_met(read_project(folder))]


def test_nothing_is_said_of_what_has_an_effect(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path,
        rooms=TABLES["rooms"].replace("start,end\n", "start,end,date,valid_from,valid_to\n")
        + "P1,,09:00,12:00,2010-12-31,,\nP1,mon,09:00,12:00,,2010-12-27,2030-01-01\nP1,mon,13:00,15:00,,1990-01-01,2009-01-05\n",
        agreements="practice_id,weekday,start,weeks\nP1,mon,11:10,even\nP2,tue,09:00,all\n",
        engagements=ENGAGEMENTS
        + "e1,Møde,møde,all,mon,,09:00,10:00,even\ne2,Møde,møde,c1,,2009-05-12,09:00,10:00,\n",
        closures="who,from,to\nP1,2008-12-01,2009-01-01\nall,2010-12-31,2011-05-01\n",
        demand="practice_id,week,conversations\nP1,2009-W01,2\nP1,2010-W52,0\n",
    )
    assert warnings_of(folder) == []


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("P1,mon,,09:00,12:00,2099-01-01,", "valid_from"),
        ("P1,mon,,09:00,12:00,,1990-12-31", "valid_to"),
        ("P1,,2011-01-01,09:00,12:00,,", "date"),
        ("P1,,2008-12-31,09:00,12:00,,", "date"),
    ],
)
def test_room_outside_the_period(tmp_path: Path, row: str, column: str) -> None:
    rooms = f"practice_id,weekday,date,start,end,valid_from,valid_to\nP1,mon,,09:00,12:00,,\nP2,tue,,09:00,12:00,,\n{row}\n"
    assert warnings_of(write_folder(tmp_path, rooms=rooms)) == [
        f"rooms.csv:4 [{column}]: it holds on no day of the period, {PERIOD}; nobody will be sent to this room of P1"
    ]


def test_agreement_in_two_hours_of_one_room(tmp_path: Path) -> None:
    rooms = "practice_id,weekday,start,end,room\nP1,mon,09:00,10:00,1\nP1,mon,10:00,11:00,{}\nP2,tue,09:00,12:00,\n"
    agreements = "practice_id,weekday,start\nP1,mon,09:30\n"
    for room, count in (("1", 0), ("2", 1)):
        folder = write_folder(tmp_path, rooms=rooms.format(room), agreements=agreements)
        assert len(warnings_of(folder)) == count


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("mon,,,2010-12-27,", ""),
        ("mon,,,2010-12-28,", "[weekday]: there is no Monday from 28 December 2010 to 31 December 2010"),
        ("mon,,,2011-02-01,", f"[valid_from]: it holds on no day of the period, {PERIOD}"),
        ("mon,,,,2008-12-31", f"[valid_to]: it holds on no day of the period, {PERIOD}"),
        ("mon,,odd,2010-12-27,", "[weeks]: there is no Monday of an odd week from 27 December 2010 to 31 December 2010"),
        ("mon,,odd,2009-05-05,2009-05-17", "[weeks]: there is no Monday of an odd week from 5 May 2009 to 17 May 2009"),
        # Weeks 53 and 1 are both odd.
        ("mon,,even,2009-12-28,2010-01-10", "[weeks]: there is no Monday of an even week from 28 December 2009 to 10 January 2010"),
        ("mon,,even,2009-12-28,2010-01-11", ""),
        (",2011-01-03,,,", f"[date]: it holds on no day of the period, {PERIOD}"),
        ("fri,,,,", "[weekday]: c1 is never at work on its day"),
        (",2009-05-15,,,", "[date]: c1 is never at work on its day"),
    ],
)  # fmt: skip
def test_engagement_that_is_held_on_no_day(tmp_path: Path, row: str, said: str) -> None:
    heading = "engagement_id,title,kind,consultant_id,start,end,weekday,date,weeks,valid_from,valid_to\n"
    folder = write_folder(tmp_path, engagements=f"{heading}e1,x,y,c1,09:00,10:00,{row}\n")
    expected = [f"engagements.csv:2 {said}; e1 will be in no roster"] if said else []
    assert warnings_of(folder) == expected


def test_shift_outside_the_period(tmp_path: Path) -> None:
    shifts = TABLES["shifts"].replace("end\n", "end,valid_to\n") + "c1,fri,08:30,15:30,2008-05-01\n"
    assert warnings_of(write_folder(tmp_path, shifts=shifts)) == [
        f"shifts.csv:10 [valid_to]: it holds on no day of the period, {PERIOD}; this shift of c1 will be in no roster"
    ]


def test_warnings_speak_the_words_of_the_file(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path,
        closures="Hvem;Fra;Til\nP1;1.5.2019;2.5.2019\n",
        agreements="Praksis;Ugedag;Start\nP1;man;15.00\nP2;man;9.00\n",
        engagements="Aftale-id;Titel;Slags;Rådgiver;Dato;Start;Slut\ne1;x;y;c1;15.5.2009;9.00;10.00\n",
    )
    assert [line.partition(":")[2].split(":")[0] for line in warnings_of(folder)] == [
        "2 [Start]", "3 [Ugedag]", "2 [Dato]", "2 [Fra]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "row",
    ["P1,mon,11:15,all", "P1,mon,08:55,all", "P1,tue,09:00,all", "P2,tue,09:00,odd", "P2,mon,09:00,all"],
)
def test_agreement_outside_every_room(tmp_path: Path, row: str) -> None:
    rooms = "practice_id,weekday,date,start,end,weeks\nP1,mon,,09:00,12:00,\nP2,tue,,09:00,12:00,even\nP2,,2009-05-13,09:00,12:00,\n"
    folder = write_folder(tmp_path, rooms=rooms, agreements=f"practice_id,weekday,start,weeks\n{row}\n")
    practice_id, _weekday, start, _weeks = row.split(",")
    (warning,) = warnings_of(folder)
    column = "start" if row.startswith("P1,mon") else "weekday"
    assert warning.startswith(f"agreements.csv:2 [{column}]: {practice_id}: the agreement, ")
    assert (
        f" {start.lstrip('0')}, lies in none of its rooms; every visit will count as moved from it" in warning
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("e1,Møde,møde,c1,fri,,09:00,10:00,", "[weekday]: c1 is never at work on its day"),
        ("e1,Møde,møde,all,sun,,09:00,10:00,odd", "[weekday]: nobody is ever at work on its day"),
        ("e1,Møde,møde,c1,,2009-05-15,09:00,10:00,", "[date]: c1 is never at work on its day"),
        ("e1,Møde,møde,c1,,2009-05-21,09:00,10:00,", "[date]: c1 is never at work on its day"),
    ],
)
def test_engagement_on_a_day_without_a_shift(tmp_path: Path, row: str, said: str) -> None:
    folder = write_folder(tmp_path, engagements=f"{ENGAGEMENTS}{row}\n")
    assert warnings_of(folder) == [f"engagements.csv:2 {said}; e1 will be in no roster"]


def test_closures_and_demand_outside_the_period(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path,
        closures="who,from,to\nP1,2019-05-01,2019-05-02\nall,2008-12-24,2008-12-31\nc1,2009-05-01,2009-05-01\n",
        demand="practice_id,week,conversations\nP1,2011-W01,2\nP2,2008-W52,2\n",
    )
    assert warnings_of(folder) == [
        f"closures.csv:2 [from]: P1: the closure closes no day of the period, {PERIOD}",
        f"closures.csv:3 [to]: all: the closure closes no day of the period, {PERIOD}",
        f"demand.csv:2 [week]: P1: the demand for 2011-W01 is for no week of the period, {PERIOD}; none of them will have it",
        f"demand.csv:3 [week]: P2: the demand for 2008-W52 is for no week of the period, {PERIOD}; none of them will have it",
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
        "project.toml [weights.missed_visit]: missed_visit and unserved_conversation are 0: a visit that is not made costs nothing, and few will be made",
        "practices.csv:2 [priority]: the priority of every practice is 0: a visit that is not made costs nothing, and few will be made",
    ]


def test_no_window_for_lunch(tmp_path: Path) -> None:
    settings = f'{SETTINGS}[defaults]\nlunch_from = "12:00"\nlunch_to = "12:00"\n'
    assert warnings_of(write_folder(tmp_path / "owed", settings=settings)) == [
        "project.toml [defaults.lunch_to]: lunch_from and lunch_to are both 12:00: nobody will have lunch"
    ]
    shifts = "consultant_id,weekday,start,end,lunch_minutes\nc1,mon,08:30,15:30,0\n"
    assert warnings_of(write_folder(tmp_path / "none", settings=settings, shifts=shifts)) == []


def test_tiles_without_a_word_of_whose_they_are(tmp_path: Path) -> None:
    settings = f'{SETTINGS}[map]\ntile_url = "https://tiles.example/{{z}}/{{x}}/{{y}}.png"\n'
    (warning,) = warnings_of(write_folder(tmp_path / "unnamed", settings=settings))
    assert warning.startswith("project.toml [map.tile_url]: there is no tile_attribution beside it")
    named = f'{settings}tile_attribution = "Tiles Ltd."\n'
    assert warnings_of(write_folder(tmp_path / "named", settings=named)) == []


def test_never_met(tmp_path: Path) -> None:
    folder = write_folder(
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
        demand="practice_id,week,conversations\nmeeting,2009-W02,2\nparting,2010-W02,2\n",
    )
    assert never(folder) == [
        "practices.csv:2: parting: the practice has no room in any of the 27 weeks in which it is due",
        "practices.csv:4: friday: no consultant works when the practice has a room",
        "practices.csv:5: late: the practice is due in no week of the period",
        "home_visits.csv:2 [date]: H1: the home visit is on a closed day (Ascension Day)",
        "home_visits.csv:3 [start]: H2: nobody who may make the home visit works then",
        "demand.csv:3 [week]: parting: the demand for 2010-W02 has no effect, as the practice is not active in that week",
    ]


def test_never_met_of_an_open_period(tmp_path: Path) -> None:
    settings = SETTINGS[: SETTINGS.index("[period]")]
    rooms = TABLES["rooms"].replace("P2,tue", "P2,sun")
    folder = write_folder(tmp_path, settings=settings, rooms=rooms)
    assert never(folder) == ["practices.csv:3: P2: no consultant works when the practice has a room"]
