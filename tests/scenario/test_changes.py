"""Changes made of a small project: what comes of them, and what is refused and how it is said."""

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from folders import PLACE, write_folder

from scheduler.base import i18n
from scheduler.base.errors import InputError
from scheduler.inputs import read_project
from scheduler.inputs.cells import Cell
from scheduler.inputs.schema import TABLES
from scheduler.inputs.settings import CHANGEABLE, known_settings
from scheduler.model.config import Costs
from scheduler.model.project import Project
from scheduler.scenario import Add, Drop, Move, Scenario, Set, apply
from scheduler.scenario.changes import Change, same

NEW: dict[str, Cell] = {
    "practice_id": "P3",
    "name": "Ny",
    "address": "Vej 3",
    "postcode": "2450",
    "city": "København SV",
    "district": "Valby",
}
ROOM = Add("rooms", {"practice_id": "P3", "weekday": "ons", "start": "9.00", "end": "12.00"})


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return read_project(
        write_folder(
            tmp_path,
            practices="practice_id,name,address,postcode,city,district,consultant_id,lat,lon\n"
            f"P1,Vej,{PLACE},Kgs. Enghave,c1,55.65,12.54\nP2,Gade,{PLACE},Valby,c2,,\n",
            agreements="practice_id,weekday,start\nP1,mon,09:30\n",
            engagements="engagement_id,title,kind,consultant_id,weekday,date,start,end,place\n"
            "meeting,Møde,meeting,all,mon,,13:00,14:00,\nteaching,Kursus,teaching,c1,,2009-05-12,10:00,11:00,P1\n",
            home_visits="visit_id,address,postcode,city,date,start,end,minutes,consultant_id\n"
            "h1,Vej 9,2450,København SV,2009-05-12,9.00,12.00,50,c2\n",
            pins="id,date,start,consultant_id\nP1,2009-05-11,09:30,c2\nh1,2009-05-12,10:00,\n",
            closures="who,from,to\nP1,2009-07-01,2009-07-09\nc2,2009-08-01,2009-08-09\n",
            demand="practice_id,week,conversations\nP1,2009-W20,4\n",
        )
    )


def made(project: Project, *changes: Change) -> Project:
    return apply(project, Scenario("what-if", changes=changes))


def refused(project: Project, *changes: Change) -> str:
    with pytest.raises(InputError) as caught:
        made(project, *changes)
    return "\n".join(str(problem) for problem in caught.value.problems)


# --- What comes of a change --------------------------------------------------------------------------------


def test_a_practice_joins_with_its_room(project: Project) -> None:
    changed = made(project, Add("practices", {**NEW, "every_weeks": 2}), ROOM)
    practice = changed.practices[-1]
    assert (practice.practice_id, practice.every_weeks, practice.conversations) == ("P3", 2, 1)
    place = next(place for place in changed.places if place.place_id == "P3")
    assert (place.address, place.lat) == ("Vej 3", None)
    room = changed.rooms[-1]
    assert (room.weekday, room.start_s, room.end_s) == (2, 9 * 3600, 12 * 3600)
    assert changed.practices[:-1] == project.practices
    assert changed.sha256 != project.sha256


def test_tables_and_columns_may_have_their_danish_names(project: Project) -> None:
    english = made(
        project, Add("rooms", {"practice_id": "P1", "weekday": "tue", "start": "09:00", "end": "10:00"})
    )
    danish = made(
        project, Add("Lokaletider", {"Praksis": "P1", "Ugedag": "tirsdag", "Fra": "9.00", "Til": "10.00"})
    )
    assert same(english, danish)


def test_a_practice_goes_with_all_that_is_about_it(project: Project) -> None:
    changed = made(project, Drop("practices", {"practice_id": "P1"}))
    assert [practice.practice_id for practice in changed.practices] == ["P2"]
    assert {place.place_id for place in changed.places} == {"P2", "h1"}
    assert {room.practice_id for room in changed.rooms} == {"P2"}
    assert (changed.agreements, changed.demand) == ((), ())
    assert [pin.id for pin in changed.pins] == ["h1"]
    assert [closure.who for closure in changed.closures] == ["c2"]
    assert [engagement.engagement_id for engagement in changed.engagements] == ["meeting"]


def test_a_consultant_goes_and_whose_they_were_remain(project: Project) -> None:
    changed = made(project, Drop("consultants", {"consultant_id": "c2"}))
    assert [consultant.consultant_id for consultant in changed.consultants] == ["c1"]
    assert {shift.consultant_id for shift in changed.shifts} == {"c1"}
    assert {practice.practice_id: practice.consultant_id for practice in changed.practices} == {
        "P1": "c1",
        "P2": None,
    }
    assert [visit.consultant_id for visit in changed.home_visits] == [None]
    assert [pin.id for pin in changed.pins] == ["h1"]
    assert [closure.who for closure in changed.closures] == ["P1"]


def test_rows_are_dropped_by_any_of_their_columns(project: Project) -> None:
    changed = made(project, Drop("shifts", {"weekday": "torsdag"}))
    assert len(changed.shifts) == len(project.shifts) - 2
    assert 3 not in {shift.weekday for shift in changed.shifts}


def test_a_consultant_rides_faster_and_a_blank_cell_takes_it_back(project: Project) -> None:
    faster = made(project, Set("consultants", {"consultant_id": "c1", "speed_kph": "18,5"}))
    assert [consultant.speed_kph for consultant in faster.consultants] == [18.5, None]
    assert same(made(faster, Set("consultants", {"consultant_id": "c1", "speed_kph": ""})), project)


def test_a_shift_is_changed_or_added(project: Project) -> None:
    friday = Set("shifts", {"consultant_id": "c1", "weekday": "fre", "start": "8.00", "end": "12.00"})
    longer = Set("shifts", {"consultant_id": "c1", "weekday": "man", "end": "17.00"})
    changed = made(project, friday, longer)
    shifts = {(shift.consultant_id, shift.weekday): shift for shift in changed.shifts}
    assert len(changed.shifts) == len(project.shifts) + 1
    assert (shifts["c1", 4].start_s, shifts["c1", 4].lunch_s) == (8 * 3600, 1800)
    assert (shifts["c1", 0].start_s, shifts["c1", 0].end_s) == (8 * 3600 + 1800, 17 * 3600)


def test_a_row_of_a_split_shift_is_not_named_by_its_weekday(project: Project) -> None:
    afternoon = Add("shifts", {"consultant_id": "c1", "weekday": "fre", "start": "13.00", "end": "15.00"})
    morning = Add("shifts", {"consultant_id": "c1", "weekday": "fre", "start": "8.00", "end": "12.00"})
    split = made(project, morning, afternoon)
    assert [shift.start_s for shift in split.shifts if shift.weekday == 4] == [8 * 3600, 13 * 3600]
    later = Set("shifts", {"consultant_id": "c1", "weekday": "fre", "end": "16.00"})
    assert "2 rows of shifts are named so; drop them and add others instead" in refused(split, later)
    off = Add("shifts", {"consultant_id": "c1", "date": "2009-05-11", "start": "fri"})
    assert made(project, off).shifts[-1].start_s is None


def test_a_practice_moves_and_is_looked_for_anew(project: Project) -> None:
    changed = made(project, Move("practices", {"practice_id": "P1", "address": "Gade 7"}))
    place = changed.places[0]
    assert (place.place_id, place.address, place.postcode, place.lat) == ("P1", "Gade 7", "2450", None)
    there = made(project, Move("practices", {"practice_id": "P1", "lat": 55.66, "lon": 12.55}))
    assert (there.places[0].lat, there.places[0].lon) == (55.66, 12.55)


def test_the_base_moves_and_another_is_added(project: Project) -> None:
    moved = made(project, Move("bases", {"base_id": "basen", "address": "Torvet 1"}))
    assert [(base.place_id, base.address) for base in moved.bases] == [("base", "Torvet 1")]
    base = Add(
        "bases", {"base_id": "south", "name": "Syd", "address": "Vej 5", "postcode": 2450, "city": "SV"}
    )
    to_south = (
        Set("consultants", {"consultant_id": "c2", "base_id": "south"}),
        Set("practices", {"practice_id": "P2", "base_id": "south"}),
    )
    changed = made(project, base, *to_south)
    assert [base.place_id for base in changed.bases] == ["base", "south"]
    assert [practice.base_id for practice in changed.practices] == ["base", "south"]


def test_settings_change_and_others_stay(project: Project) -> None:
    changed = made(
        project,
        Set("defaults", {"conversation_minutes": 30}),
        Set("weights", {"continuity": 0}),
        Set("cycling", {"speed_kph": 20}),
        Set("costs", {"practice_dkk_a_year": 1000}),
    )
    assert changed.config.defaults.conversation_s == 1800
    assert changed.config.defaults.setup_s == project.config.defaults.setup_s
    assert changed.config.weights == {**project.config.weights, "continuity": 0}
    assert changed.config.cycling.speed_kph == 20
    assert changed.config.costs == Costs(practice_dkk_a_year=1000)
    assert changed.config.period == project.config.period


def test_the_order_of_changes_makes_no_difference(project: Project) -> None:
    changes = (Add("practices", NEW), ROOM, Drop("rooms", {"practice_id": "P2"}))
    assert same(made(project, *changes), made(project, *changes[::-1]))


def test_a_change_is_told_in_words() -> None:
    room = Add("rooms", {"practice_id": "P1", "weekday": "ons", "Gyldig fra": "x"})
    assert room.words() == ("new in rooms", "practice id: P1; weekday: ons; Gyldig fra: x")
    visit = Drop("home_visits", {"visit_id": "H1"})
    assert visit.words() == ("gone from home visits", "visit id: H1")
    times = Set("defaults", {"conversation_minutes": 30, "lunch_from": "11:30"})
    assert times.words() == (
        "changed in how long things take",
        "A conversation: 30 min; When lunch may begin at the earliest: 11:30",
    )
    assert Set("weights", {"continuity": 7}).words()[1].endswith(": 7 points")
    assert Set("costs", {"base_dkk_a_year": 8}).words()[1].endswith(": 8 kr.")
    with i18n.using("da"):
        owned = Set("practices", {"practice_id": "P1", "Rådgiver": ""})
        assert owned.words() == ("ændret i Lægepraksisser", "Praksis-id: P1; Rådgiver: tom")
        assert room.words()[1].startswith("Praksis: P1; Ugedag: ons; ")


def test_every_setting_and_column_that_may_change_has_words() -> None:
    with i18n.using("da"):
        for section in CHANGEABLE:
            keys = known_settings()[section]
            done, told = Set(section, dict.fromkeys(keys, 1)).words()
            assert section not in done
            assert not [name for name in keys if name in told]
        for table in TABLES:
            names = [column.name for column in table.columns if "_" in column.name]
            told = Add(table.name, dict.fromkeys(names, 1)).words()[1]
            assert not [name for name in names if name in told]


# --- What is refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Drop("practices", {"practice_id": "P9"}), "what-if:1 [practice_id]: there is no P9 in practices"),
        (Drop("rooms", {"practice_id": "P1", "weekday": "fre"}), "no row with practice_id P1, weekday fre in rooms"),
        (Drop("rooms", {}), "say which row"),
        (Set("consultants", {"consultant_id": "Rådgivr 1", "speed_kph": 15}), 'there is no "Rådgivr 1" in consultants; did you mean c1?'),
        (Set("consultants", {"consultant_id": "c1"}), "say what is to be different"),
        (Set("consultants", {"speed_kph": 15}), "[consultant_id]: this must be filled in"),
        (Set("consultants", {"consultant_id": "c1", "name": ""}), "[name]: this must be filled in"),
        (Set("rooms", {"practice_id": "P1", "end": "13.00"}), "rows of rooms have no id; drop the row and add another"),
        (Set("practices", {"practice_id": "P1", "address": "Vej 2"}), "another address is a move"),
        (Move("practices", {"practice_id": "P9", "address": "Vej 2"}), "there is no P9 in practices"),
        (Move("practices", {"practice_id": "P1"}), "give an address, or lat and lon"),
        (Move("practices", {"practice_id": "P1", "district": "Valby"}), "give an address, or lat and lon"),
        (Move("practices", {"practice_id": "P1", "conversations": 2}), "a move changes only the address"),
        (Move("practices", {"practice_id": "P1", "lat": 55.6}), "lat and lon belong together"),
        (Move("consultants", {"consultant_id": "c1"}), "only practices, places and bases can be moved"),
        (Add("patients", {"name": "x"}), 'there is no table "patients"; choose one of: practices, rooms'),
        (Add("defaults", {"setup_minutes": 4}), 'there is no table "defaults"'),
        (Set("period", {"start": "2009-01-01"}), "costs"),
        (Add("home_visits", {"visit_id": "h2"}), "home visits cannot be added in a scenario"),
        (Drop("bases", {"base_id": "base"}), "the base of project.toml can be moved, but not dropped"),
        (Set("defaults", {"talk_minutes": 4}), "[talk_minutes]: there is no such setting"),
        (Set("defaults", {"conversation_minutes": "30"}), '[conversation_minutes]: "30" is not a number'),
        (Set("cycling", {"speed_kph": 99}), "[speed_kph]: this is out of range"),
        (Set("costs", {"other_dkk_a_year": -1}), "from 0 to 999999999999 kroner"),
        # Without effect.
        (Set("defaults", {"conversation_minutes": 45}), "no effect"),
        (Set("consultants", {"consultant_id": "c1", "name": "Rådgiver 1"}), "no effect"),
        (Set("shifts", {"consultant_id": "c1", "weekday": "man", "end": "15.30"}), "no effect"),
        (Move("practices", {"practice_id": "P2", "address": "Vej 1"}), "no effect"),
        (Add("rooms", {"practice_id": "P1", "weekday": "man", "start": "9.00", "end": "12.00"}), "there already"),
        # As in the tables.
        (Add("rooms", {"practice_id": "P1", "weekday": "onsd", "start": "9.00", "end": "25.00"}), "not a weekday"),
        (Add("rooms", {"practice_id": "P1", "weekday": "ons", "begin": "9.00", "end": "12.00"}), "the column start is missing"),
        (Add("rooms", {"practice_id": "P1", "weekday": "ons", "start": "9.00", "end": "9.30"}), "too short for one conversation"),
        (Add("rooms", {"practice_id": "P9", "weekday": "ons", "start": "9.00", "end": "12.00"}), "there is no P9 in practices"),
        (Add("agreements", {"practice_id": "P1", "weekday": "tir", "start": "9.00"}), "in row agreements.csv:2; keep one"),
        (Add("shifts", {"consultant_id": "c1", "weekday": "man", "start": "9.00", "end": "12.00"}), "c1 has other hours then, in row shifts.csv:2; keep one"),
        (Add("practices", {**NEW, "practice_id": "p1"}), "the id p1 is already taken in practices.csv:2"),
        (Set("practices", {"practice_id": "P1", "consultant_id": "c9"}), "there is no c9 in consultants"),
        (Set("shifts", {"consultant_id": "c1", "weekday": "man", "end": "13.30"}), "engagements.csv:2 [end]: this lies outside the shift of c1"),
        (Set("defaults", {"conversation_minutes": 200}), "rooms.csv:2 [end]: the room is too short"),
        # Too little.
        (Drop("practices", {"city": "København SV"}), "no row is left in practices"),
        (Add("practices", NEW), "P3 is new and has no row in rooms"),
        (Add("consultants", {"consultant_id": "c3", "name": "Ny"}), "c3 is new and has no row in shifts"),
    ],
)  # fmt: skip
def test_a_change_that_cannot_be_made(project: Project, change: Change, said: str) -> None:
    assert said in refused(project, change)


def test_a_scenario_needs_a_change(project: Project) -> None:
    assert refused(project) == "what-if: the scenario has no change; give at least one"


def test_a_base_goes_only_when_nobody_belongs_to_it(project: Project) -> None:
    base = Add(
        "bases", {"base_id": "south", "name": "Syd", "address": "Vej 5", "postcode": 2450, "city": "SV"}
    )
    two = made(project, base, Set("consultants", {"consultant_id": "c2", "base_id": "south"}),
               Set("practices", {"practice_id": "P2", "base_id": "south"}))  # fmt: skip
    gone = Drop("bases", {"base_id": "south"})
    assert refused(two, gone).count("there is no south in bases, base") == 2
    back = (
        Set("consultants", {"consultant_id": "c2", "base_id": "basen"}),
        Set("practices", {"practice_id": "P2", "base_id": ""}),
    )
    assert same(made(two, *back, gone), project)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ((ROOM, Add("practices", NEW), Drop("practices", {"practice_id": "P3"})), "change 1 is about"),
        ((Set("consultants", {"consultant_id": "c1", "speed_kph": 15}), Drop("consultants", {"consultant_id": "c1"})), "change 1 is about"),
        ((Set("consultants", {"consultant_id": "c1", "speed_kph": 15}), Set("consultants", {"consultant_id": "c1", "speed_kph": 16})), "change 1 says this already"),
        ((Set("defaults", {"setup_minutes": 4}), Set("defaults", {"setup_minutes": 3})), "change 1 says this already"),
        ((Add("practices", NEW), ROOM, Set("practices", {"practice_id": "P3", "conversations": 2})), "change 1 says this already"),
        ((Drop("practices", {"practice_id": "P1"}), Drop("practices", {"practice_id": "P1"})), "what-if:2 [practice_id]: there is no P1 in practices"),
        ((Drop("practices", {"practice_id": "P1"}), Add("rooms", {"practice_id": "P1", "weekday": "ons", "start": "9.00", "end": "12.00"})), "there is no P1 in practices"),
        ((Add("practices", NEW), Add("practices", {**NEW, "name": "B"}), ROOM), "what-if:2 [practice_id]: the id P3 is already taken in what-if:1"),
    ],
)  # fmt: skip
def test_a_scenario_that_contradicts_itself(project: Project, changes: tuple[Change, ...], said: str) -> None:
    assert said in refused(project, *changes)


def test_everything_that_is_wrong_is_told_at_once(project: Project) -> None:
    said = refused(
        project,
        Add("practices", {**NEW, "postcode": "24"}),
        Add("rooms", {"practice_id": "P3", "weekday": "x", "start": "9.00", "end": "12.00"}),
        Drop("practices", {"practice_id": "P9"}),
        Set("weights", {"continuity": -1}),
    ).splitlines()
    assert [line.split(":")[:2] for line in said] == [["what-if", f"{n} [{key}]"] for n, key in
        ((1, "postcode"), (2, "weekday"), (3, "practice_id"), (4, "continuity"))]  # fmt: skip


def test_a_cpr_number_is_refused_and_not_repeated(project: Project) -> None:
    said = refused(project, Set("practices", {"practice_id": "P1", "note": "010203-1234"}))
    assert "CPR" in said
    assert "1234" not in said


def test_an_unreadable_id_raises_no_false_alarm(project: Project) -> None:
    said = refused(project, Add("practices", {**NEW, "practice_id": "P 3"}), ROOM)
    assert "is not an id" in said
    assert "there is no" not in said


def test_a_misspelt_column_does_not_choose_every_row(project: Project) -> None:
    said = refused(project, Drop("practices", {"distrikt": "Valby"}))
    assert "did you mean district?" in said
    assert "no row is left" not in said


def test_the_project_itself_stays_as_it_was(project: Project, tmp_path: Path) -> None:
    before = read_project(tmp_path)
    made(project, Drop("consultants", {"consultant_id": "c2"}), Set("weights", {"continuity": 1}))
    assert project == before


# --- As people write it ------------------------------------------------------------------------------------


def test_names_and_any_case_of_letters_serve_for_ids(project: Project) -> None:
    written = made(
        project,
        Drop("Lokaletider", {"Praksis": "gade"}),
        Add("rooms", {"Praksis": "GADE", "Ugedag": "ons.", "Fra": "kl. 9", "Til": "12.00"}),
        Set("Rådgivere", {"Rådgiver-id": "rådgiver 1", "Fart": "18,5"}),
        Set("practices", {"practice_id": "vej", "Rådgiver": "RÅDGIVER 2"}),
        Set("Vagter", {"Rådgiver": "Rådgiver 2", "Ugedag": "mandag", "Slut": "14.30"}),
        Move("Praksisser", {"Praksis-id": "p2", "Breddegrad": "55,65", "Længdegrad": "12,54"}),
    )
    assert written == made(
        project,
        Drop("rooms", {"practice_id": "P2"}),
        Add("rooms", {"practice_id": "P2", "weekday": "wed", "start": "09:00", "end": "12:00"}),
        Set("consultants", {"consultant_id": "c1", "speed_kph": 18.5}),
        Set("practices", {"practice_id": "P1", "consultant_id": "c2"}),
        Set("shifts", {"consultant_id": "c2", "weekday": "mon", "end": "14:30"}),
        Move("practices", {"practice_id": "P2", "lat": 55.65, "lon": 12.54}),
    ).replace(sha256=written.sha256)


def test_dates_are_read_as_the_project_writes_them(project: Project) -> None:
    closure = Add("closures", {"who": "P1", "from": "6/12/2009", "to": "7. dec. 2009"})
    read = made(project, closure).closures[-1]
    assert (read.first_day, read.last_day) == (dt.date(2009, 12, 6), dt.date(2009, 12, 7))
    calendar = dataclasses.replace(project.config.calendar, country="US")
    american = project.replace(config=dataclasses.replace(project.config, calendar=calendar))
    read = made(american, Add("closures", {"who": "P1", "from": "6/12/2009", "to": "2009-06-13"})).closures[
        -1
    ]
    assert read.first_day == dt.date(2009, 6, 12)


def test_problems_speak_the_words_of_the_change(project: Project) -> None:
    said = refused(
        project,
        Set("Praksis", {"Praksis-id": "P2", "Rådgiver": "r9"}),
        Move("practices", {"Praksis-id": "P1", "Breddegrad": 55.6}),
        Drop("Lokaletider", {"Praksis": "P1", "Ugedag": "fre"}),
        Set("Behov", {"Praksis": "P1", "Uge": "uge 20 2009", "Samtaler": 3, "Besøg": 2}),
    )
    assert said.splitlines() == [
        "what-if:3 [drop]: there is no row with Praksis P1, Ugedag fre in rooms",
        "what-if:1 [Rådgiver]: there is no r9 in consultants",
        "what-if:2 [Længdegrad]: Breddegrad and Længdegrad belong together; give both or neither",
        "what-if:4 [Besøg]: more than one visit a week cannot be planned yet; write 1, or leave this blank",
    ]
