"""Weeks as coordinators write them, from their tables to rosters that are proven and checked."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from folders import SETTINGS, write_folder

from scheduler.checks import check
from scheduler.checks.bound import check_bound
from scheduler.inputs import read_project
from scheduler.model import rosterfile
from scheduler.model.clock import Week, local
from scheduler.model.problem import TravelTimes
from scheduler.model.roster import Roster
from scheduler.places.houses import pairs_of_one_house
from scheduler.solver.engine import solve
from scheduler.week.problem import week_problem

W20 = Week(2026, 20)
PRACTICES = "practice_id,name,address,postcode,city,district,conversations,active_from,active_to,same_as\n"
ONE = PRACTICES + "a,A,Istedgade 128,1650,København V,V,{},,,\n"
TWO_HOUSES = ONE.format(1) + "b,B,Valdemarsgade 42,1665,København V,V,1,,,\n"
ONE_HOUSE = ONE.format(1) + 'b,B,"Istedgade 128, 1. tv",1650,København V,V,1,,,\n'
ROOMS = "practice_id,weekday,start,end,room\n"
CONSULTANTS = "consultant_id,name\nr1,R1\n"
SHIFTS = "consultant_id,weekday,date,start,end\n"
TUESDAY = SHIFTS + "r1,tue,,08:00,12:00\n"


def planned(folder: Path, week: Week = W20, **tables: str) -> Roster:
    """Plan a week of a small project in which every ride takes ten minutes, and have it checked and proven."""
    settings = SETTINGS.replace("2009-01-01", "2026-01-01").replace("2010-12-31", "2027-12-31")
    written = write_folder(folder, settings=settings, **({"consultants": CONSULTANTS} | tables))
    project = read_project(written)
    places = (*project.bases, *project.places)
    houses, ids = pairs_of_one_house(places, exact=()), tuple(place.place_id for place in places)
    together = np.array([[a == b or (a, b) in houses for b in ids] for a in ids])
    seconds = np.where(together, 0, 600)
    problem = week_problem(project, TravelTimes(ids, seconds, seconds * 4, houses), week)
    roster = solve(problem).roster
    assert check(problem, roster) == ()
    assert check_bound(problem, roster).verified
    return roster


def visits(roster: Roster) -> list[tuple[str, str, str, str, int]]:
    return [
        (stop.id, f"{stop.start:%a}", f"{stop.start:%H:%M}", f"{stop.end:%H:%M}", stop.conversations)
        for round_ in roster.rounds
        for stop in round_.stops
        if stop.is_visit
    ]


@pytest.mark.parametrize(
    ("rooms", "expected"),
    [
        ("a,tue,08:30,10:00,1\na,tue,10:00,11:30,1\n", ("08:30", "10:05", 2)),
        ("a,tue,08:30,10:00,1\na,tue,10:00,11:30,2\n", ("08:30", "09:20", 1)),
    ],
)
def test_two_hours_of_one_room_hold_a_long_visit(
    tmp_path: Path, rooms: str, expected: tuple[str, str, int]
) -> None:
    roster = planned(tmp_path, practices=ONE.format(2), rooms=ROOMS + rooms, shifts=TUESDAY)
    assert visits(roster) == [("a", "Tue", *expected)]


def test_a_shift_on_one_date(tmp_path: Path) -> None:
    shifts = SHIFTS + "r1,,2026-05-12,08:00,16:00\n"
    tables = {"practices": ONE.format(1), "rooms": ROOMS + "a,tue,09:00,12:00,\n", "shifts": shifts}
    assert visits(planned(tmp_path, W20, **tables)) == [("a", "Tue", "09:00", "09:50", 1)]
    roster = planned(tmp_path, W20.shift(1), **tables)
    assert (visits(roster), [entry.reason.code for entry in roster.unassigned]) == ([], ["no_consultant"])


def test_a_split_shift(tmp_path: Path) -> None:
    shifts = SHIFTS + "r1,tue,,08:00,10:05\nr1,tue,,13:00,16:00\n"
    practices = TWO_HOUSES.replace("V,1", "V,2")
    rooms = ROOMS + "a,tue,09:00,12:00,\nb,tue,09:00,16:00,\n"
    roster = planned(tmp_path, practices=practices, rooms=rooms, shifts=shifts)
    # One visit in each of the shifts: of the first there is time for one conversation.
    assert visits(roster) == [("a", "Tue", "09:00", "09:50", 1), ("b", "Tue", "13:15", "14:50", 2)]
    (round_,) = roster.rounds
    kinds = [(stop.kind, f"{stop.start:%H:%M}", f"{stop.end:%H:%M}") for stop in round_.stops]
    assert kinds[1] == (
        "desk",
        "10:02",
        "13:03",
    )  # back from the first, off to the second; lunch is had there
    assert len(kinds) == 3
    assert [(f"{s.start:%H:%M}", f"{s.end:%H:%M}") for s in roster.consultants[0].shifts] == [
        ("08:00", "10:05"),
        ("13:00", "16:00"),
    ]
    assert roster.consultants[0].availability_seconds == 125 * 60 + 3 * 3600


@pytest.mark.parametrize(
    ("practices", "both"), [(ONE_HOUSE, True), (TWO_HOUSES, False)], ids=["one house", "two houses"]
)
def test_two_practices_in_one_house(tmp_path: Path, practices: str, both: bool) -> None:
    rooms = ROOMS + "a,tue,09:00,09:50,\nb,tue,09:50,10:40,\n"
    roster = planned(tmp_path, practices=practices, rooms=rooms, shifts=TUESDAY)
    assert [visit[0] for visit in visits(roster)] == (["a", "b"] if both else ["a"])
    assert roster.terms["cycling_second"].count == 1200


def test_a_practice_that_moves_in_midweek_is_visited_once(tmp_path: Path) -> None:
    practices = (
        PRACTICES + "old,A,Istedgade 128,1650,København V,V,1,,2026-05-20,\n"
        "new,A,Valdemarsgade 42,1665,København V,V,1,2026-05-21,,{}\n"
    )
    tables = {
        "rooms": ROOMS + "old,tue,09:00,12:00,\nnew,thu,09:00,12:00,\n",
        "shifts": SHIFTS + "r1,tue,,08:00,16:00\nr1,thu,,08:00,16:00\n",
    }
    moved = [
        [
            visit[0]
            for visit in visits(planned(tmp_path, W20.shift(n), practices=practices.format("old"), **tables))
        ]
        for n in (0, 1, 2)
    ]
    assert moved == [["old"], ["old"], ["new"]]
    two = planned(tmp_path, W20.shift(1), practices=practices.format(""), **tables)
    assert [visit[0] for visit in visits(two)] == ["old", "new"]


def test_all_times_shown_on_the_sunday_when_the_clocks_change_exist(tmp_path: Path) -> None:
    roster = planned(
        tmp_path,
        Week.of(dt.date(2026, 3, 29)),
        practices=ONE.format(2),
        rooms=ROOMS + "a,sun,01:00,05:00,\n",
        shifts=SHIFTS + "r1,sun,,00:30,06:00\n",
    )
    (visit,) = visits(roster)
    assert visit[1:] == ("Sun", "03:15", "04:50", 2)
    for round_ in roster.rounds:
        for stop in round_.stops:
            for moment in (stop.arrival, stop.start, stop.end, *stop.conversation_starts):
                assert local(moment.astimezone(dt.UTC)).replace(tzinfo=None) == moment.replace(tzinfo=None)
            assert stop.end.timestamp() - stop.start.timestamp() == 95 * 60
    assert rosterfile.parse(rosterfile.dump(roster), "roster.json").rounds == roster.rounds
