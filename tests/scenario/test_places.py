import dataclasses
import datetime as dt
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scenario.joiners import PROJECT, Plans, write_project

from scheduler.base.errors import InputError, InputProblem, SchedulerError
from scheduler.inputs.need import Need, read_need
from scheduler.model.clock import Week
from scheduler.model.project import Closure, Place, Project, RoomRule
from scheduler.network import distance_m
from scheduler.scenario.practices.needs import by_need
from scheduler.scenario.practices.newcomers import practice_places
from scheduler.scenario.practices.places import NextPlaces, next_places, sample_weeks, usual_weeks
from scheduler.scenario.practices.spots import MARGIN_M, Spot, spread_spots, usable_junctions
from scheduler.scenario.practices.spotvalues import SpotValue, TypicalPractice, typical_practice, value_spots
from scheduler.scenario.runs.running import Runs
from scheduler.services import planner
from scheduler.services.planner import Prepared

WEEKS = (Week(2009, 20), Week(2009, 21))
TYPICAL = TypicalPractice(conversations=1, start_s=9 * 3600, end_s=12 * 3600)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return planner.prepare(write_project(tmp_path_factory.mktemp("project")))


@pytest.fixture(scope="module")
def spots(prepared: Prepared) -> tuple[Spot, ...]:
    project = prepared.project
    return spread_spots(prepared.network, (*project.bases, *practice_places(project)), 3)


@pytest.fixture(scope="module")
def values(prepared: Prepared, spots: tuple[Spot, ...]) -> tuple[SpotValue, ...]:
    found, failures = value_spots(prepared, TYPICAL, spots, WEEKS, runs=Plans())
    assert failures == ()
    return found


def test_spots_are_spread_over_the_area(prepared: Prepared) -> None:
    project = prepared.project
    around = (*project.bases, *practice_places(project))
    many = spread_spots(prepared.network, around, 30)
    few = spread_spots(prepared.network, around, 10)
    assert [(spot.lat, spot.lon) for spot in few] == [(spot.lat, spot.lon) for spot in many[:10]]
    points = np.array([(spot.lat, spot.lon) for spot in many])
    assert len(np.unique(points, axis=0)) == 30
    known = np.array([(place.lat, place.lon) for place in around], dtype=np.float64)
    for point in points:
        # The area is the hull of the places with a margin, so no spot is further off than that and the hull.
        assert distance_m(known, point).min() < MARGIN_M + 800
    gaps = [np.sort(distance_m(points, point))[1] for point in points]
    assert min(gaps) > 60
    base = project.bases[0]
    assert base.lat is not None
    assert base.lon is not None
    assert float(distance_m(points[:1], np.array((base.lat, base.lon)))[0]) < 100
    assert any(spot.streets for spot in many)


def test_where_streets_have_no_name_the_nearest_that_has_is_told(prepared: Prepared) -> None:
    topology, names = prepared.network.topology, prepared.network.names
    park = Place(place_id="park", name="Park", lat=55.6574, lon=12.5077)
    spots = spread_spots(prepared.network, (park,), 5000)
    assert all(bool(spot.streets) != bool(spot.near) for spot in spots)
    unnamed = [spot for spot in spots if not spot.streets]
    assert unnamed
    for spot in unnamed[:3]:
        apart: dict[str, float] = {}
        for edge, name in enumerate(topology.name.tolist()):
            shape = topology.points[topology.start[edge] : topology.start[edge + 1]]
            metres = float(distance_m(shape, np.array((spot.lat, spot.lon))).min())
            apart[names[name]] = min(apart.get(names[name], math.inf), metres)
        apart.pop("", None)
        assert apart[spot.near] == min(apart.values())


def test_there_are_no_more_spots_than_junctions(prepared: Prepared) -> None:
    project = prepared.project
    every = spread_spots(prepared.network, (*project.bases, *practice_places(project)), 5000)
    assert 30 < len(every) < 700


QUARTER = tuple(Week(2009, 14).shift(i) for i in range(13))
#: c1 works on Mondays and Tuesdays: Easter Monday and Whit Monday are closed, and Constitution Day is a Friday.
USUAL = tuple(week for week in QUARTER if week.number not in (16, 23))


def test_usual_weeks_have_no_closed_day_and_nobody_away(prepared: Prepared) -> None:
    project = prepared.project
    assert usual_weeks(project, QUARTER) == USUAL
    away = Closure(who="c1", first_day=dt.date(2009, 5, 12), last_day=dt.date(2009, 5, 12))
    half = Closure(who="c1", first_day=dt.date(2009, 5, 4), last_day=dt.date(2009, 5, 4), start_s=43_200)
    practice = Closure(who="P1", first_day=dt.date(2009, 5, 18), last_day=dt.date(2009, 5, 18))
    wednesday = Closure(who="all", first_day=dt.date(2009, 5, 27), last_day=dt.date(2009, 5, 27))
    changed = project.replace(closures=(away, half, practice, wednesday))
    assert set(USUAL) - set(usual_weeks(changed, QUARTER)) == {Week(2009, 19), Week(2009, 20)}


@pytest.mark.parametrize(
    ("count", "chosen"),
    [(1, [20]), (2, [18, 25]), (3, [18, 21, 24]), (4, [14, 19, 22, 25]), (11, None), (99, None)],
)
def test_weeks_are_of_equal_parts_odd_and_even_in_turn(
    prepared: Prepared, count: int, chosen: list[int] | None
) -> None:
    found = sample_weeks(prepared.project, QUARTER, count)
    if chosen is None:
        assert found == USUAL
    else:
        assert [week.number for week in found] == chosen
        parts = np.array_split([week.number for week in USUAL], count)
        assert all(week.number in part for week, part in zip(found, parts, strict=True))


def test_where_no_week_is_usual_all_serve_and_that_is_said(
    prepared: Prepared, values: tuple[SpotValue, ...]
) -> None:
    holidays = (Week(2009, 16), Week(2009, 23))
    assert sample_weeks(prepared.project, holidays, 2) == holidays
    assert sample_weeks(prepared.project, holidays, 1) == holidays[:1]
    found = NextPlaces(prepared=prepared, weeks=holidays, over=holidays, typical=TYPICAL, values=values)
    assert (
        found.remarks[0] == "Every week has closed days or somebody away; the values are those of such weeks."
    )


def test_it_says_how_weeks_were_chosen(prepared: Prepared, values: tuple[SpotValue, ...]) -> None:
    weeks = sample_weeks(prepared.project, QUARTER, 3)
    found = NextPlaces(prepared=prepared, weeks=weeks, over=QUARTER, typical=TYPICAL, values=values)
    assert found.remarks[:2] == [
        "Of 13 weeks 3 were tried, one of each part of them, with odd and even numbers in turn.",
        "Weeks with closed days or somebody away were left out: 2009-W16, 2009-W23.",
    ]
    assert "Nothing is said of where citizens live" in found.remarks[2]
    assert len(found.remarks) == 3


# --- Need -------------------------------------------------------------------------------------------------------


def test_need_may_be_a_sheet_of_a_workbook(prepared: Prepared, tmp_path: Path) -> None:
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.worksheets[0].title = "Borgere"
    for row in (["bydel", "antal"], ["Vesterbro", 1500]):
        workbook.worksheets[0].append(row)
    workbook.save(tmp_path / "need.xlsx")
    problems: list[InputProblem] = []
    assert read_need(tmp_path / "need.xlsx", prepared.project, problems) == (Need(1500, "Vesterbro"),)
    assert problems == []
    workbook.worksheets[0].append(["Valby", 10])
    workbook.save(tmp_path / "need.xlsx")
    read_need(tmp_path / "need.xlsx", prepared.project, problems)
    assert [str(problem) for problem in problems] == [
        "need.xlsx!Borgere:3 [bydel]: no practice lies in the district Valby; there are Vesterbro"
    ]


def _need(folder: Path, text: str) -> Path:
    file = folder / "need.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_place_is_worth_what_those_ask_who_are_nearer_to_it_than_to_any_practice(
    prepared: Prepared, values: tuple[SpotValue, ...], tmp_path: Path
) -> None:
    project = prepared.project
    last = values[-1].spot
    practice = practice_places(project)[0]
    problems: list[InputProblem] = []
    text = f"lat;lon;borgere\n{last.lat:.6f};{last.lon:.6f};300\n{practice.lat:.6f};{practice.lon:.6f};100\n"
    needs = read_need(_need(tmp_path, text), project, problems)
    assert not problems
    found = by_need(prepared, TYPICAL, values, needs)
    assert found[0].spot == last
    # The practices ask for 1, 1/2 and 1 a week, from 400 citizens; 300 of these are nearer to the spot.
    assert found[0].citizens == 300
    assert found[0].share == pytest.approx(2.5 * 300 / 400)
    assert found[0].points_a_week == pytest.approx(values[-1].points_a_week * 2.5 * 300 / 400)
    assert found[0].points_on(0) == pytest.approx(found[0].share * found[0].gains[0].value_points / 2)
    assert [value.citizens for value in found[1:]] == [0] * (len(values) - 1)
    assert [value.points_a_week for value in found[1:]] == [0] * (len(values) - 1)


def test_the_citizens_of_a_district_live_where_its_practices_are_nearest(
    prepared: Prepared, values: tuple[SpotValue, ...], tmp_path: Path
) -> None:
    needs = read_need(_need(tmp_path, "district,citizens\nVESTERBRO,1000\n"), prepared.project, [])
    found = by_need(prepared, TYPICAL, values, needs)
    around = (*prepared.project.bases, *practice_places(prepared.project))
    junctions, _streets = usable_junctions(prepared.network, around)
    practices = [place.point for place in practice_places(prepared.project)]
    for value in found:
        spot = np.array([(value.spot.lat, value.spot.lon)])
        nearer = sum(
            float(distance_m(spot, point)[0]) < float(distance_m(np.array(practices), point).min())
            for point in junctions
        )
        assert value.citizens == pytest.approx(1000 * nearer / len(junctions))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("district,citizens\nValby,10\n", "need.csv:2 [district]: no practice lies in the district Valby; there are Vesterbro"),
        ("district,citizens\nVesterbro,10\nvesterbro,20\n", "need.csv:3 [district]: this district stands in row 2 already; keep one"),
        ("bydel,borgere\nVesterbro,-1\n", "need.csv:2 [borgere]: "),
        ("district,citizens\nVesterbro,0\n", "need.csv: there are no citizens in any row"),
        ("district,lat,lon,citizens\n,,,10\n", "need.csv:2 [district]: give a district, or lat and lon"),
        ("district,lat,lon,citizens\nVesterbro,55.6,12.5,10\n", "need.csv:2 [district]: give either a district, or lat and lon"),
        ("lat,lon,citizens\n55.6,,10\n", "need.csv:2 [lon]: lat and lon belong together"),
        ("lat,lon,citizens\n12.5,55.6,10\n", "need.csv:2 [lat]: lat and lon are swapped"),
        ("district\nVesterbro\n", "need.csv:1: the column citizens is missing"),
        ("district,citizens\n", "need.csv: the table has no rows"),
        ("district,citizens\nVesterbro,many\n", "need.csv:2 [citizens]: "),
        ("district,citizens,income\nVesterbro,1,2\n", "need.csv:1 [income]"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_need_is_told_before_anything_is_planned(
    tmp_path: Path, text: str, said: str
) -> None:
    runs = Plans()
    with pytest.raises(InputError) as raised:
        next_places(write_project(tmp_path / "project"), need=_need(tmp_path, text), runs=runs)
    told = [str(problem) for problem in raised.value.problems]
    assert told[0].startswith(said), told
    assert all(line.startswith("need.csv") for line in told)
    assert not runs.tasks


def _with_rooms(project: Project, *hours: tuple[int, int]) -> Project:
    rooms = (
        RoomRule(practice_id="P1", weekday=0, date=None, start_s=start_s, end_s=end_s)
        for start_s, end_s in hours
    )
    return project.replace(rooms=tuple(rooms))


def test_typical_is_what_is_most_usual(prepared: Prepared) -> None:
    project = _with_rooms(prepared.project, (30_600, 43_200), (28_800, 36_000), (30_600, 43_200))
    assert typical_practice(project) == TypicalPractice(conversations=1, start_s=30_600, end_s=43_200)
    # Of hours that are equally usual, the earliest.
    project = _with_rooms(prepared.project, (30_600, 43_200), (28_800, 36_000))
    assert typical_practice(project).start_s == 28_800


def test_nothing_is_typical_of_no_rooms(prepared: Prepared) -> None:
    with pytest.raises(InputError, match="no practice asks"):
        typical_practice(prepared.project.replace(rooms=()))


def test_every_weekday_on_which_somebody_works_is_tried(values: tuple[SpotValue, ...]) -> None:
    for value in values:
        assert set(value.gains) == {0, 1}
        assert all(gain.due_weeks == 2 for gain in value.gains.values())
        assert value.points_a_week == sum(gain.value_points for gain in value.gains.values()) / 4
        assert value.best_weekday == (0 if value.gains[0].value_points >= value.gains[1].value_points else 1)
    assert list(values) == sorted(values, key=lambda value: -value.points_a_week)


def test_near_the_base_a_practice_is_worth_more(
    spots: tuple[Spot, ...], values: tuple[SpotValue, ...]
) -> None:
    assert values[0].spot == spots[0]  # the spot nearest to the base comes first
    assert values[0].cycling_s_a_week < values[-1].cycling_s_a_week


def test_spots_do_not_depend_on_each_other(
    prepared: Prepared, spots: tuple[Spot, ...], values: tuple[SpotValue, ...]
) -> None:
    (alone,), _failures = value_spots(prepared, TYPICAL, spots[1:2], WEEKS, runs=Plans())
    together = next(value for value in values if value.spot == spots[1])
    assert alone.gains == together.gains


def test_a_spot_whose_week_fails_is_left_out(prepared: Prepared, spots: tuple[Spot, ...]) -> None:
    plans = Plans(("+spot.1.tue", "2009-W21"))
    found, failures = value_spots(prepared, TYPICAL, spots[:2], WEEKS, runs=plans)
    assert [value.spot.spot_id for value in found] == ["spot.2"]
    assert [failure.scenario for failure in failures] == ["+spot.1.tue"]


def test_it_says_where_values_are_not_proven(prepared: Prepared, values: tuple[SpotValue, ...]) -> None:
    found = NextPlaces(prepared=prepared, weeks=WEEKS, over=WEEKS, typical=TYPICAL, values=values)
    assert len(found.remarks) == 1
    gains = {day: dataclasses.replace(gain, proven=False) for day, gain in values[0].gains.items()}
    unproven = dataclasses.replace(values[0], gains=gains)
    found = dataclasses.replace(found, values=(unproven, *values[1:]))
    assert found.remarks[1:] == [
        "At 1 place the time was too short to prove every week: its value may be a little off."
    ]
    assert found.table()["proven"].tolist() == [False, True, True]


def test_nothing_is_known_where_today_fails(prepared: Prepared, spots: tuple[Spot, ...]) -> None:
    with pytest.raises(SchedulerError, match="out of order"):
        value_spots(prepared, TYPICAL, spots[:1], WEEKS, runs=Plans(("today", "2009-W20")))


def test_from_folder_to_page(tmp_path: Path) -> None:
    data, out = write_project(tmp_path / "project"), tmp_path / "out"
    found = next_places(data, "2009-W20", places=2, sample=1, runs=Runs(workers=0, folder=out))
    assert isinstance(found, NextPlaces)
    assert found.typical == TypicalPractice(conversations=1, start_s=32_400, end_s=43_200)
    table = found.table()
    assert list(table.columns) == [
        "spot_id",
        "lat",
        "lon",
        "streets",
        "near",
        "points_a_week",
        "conversations_a_week",
        "cycling_minutes_a_week",
        "best_weekday",
        "points_mon",
        "points_tue",
        "proven",
    ]
    lines = (out / "places.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == ",".join(table.columns)
    assert len(lines) == 3
    assert "The next best place" in found.page()


@pytest.mark.parametrize("wrong", [{"places": 0}, {"sample": 0}])
def test_nothing_to_try(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="at least 1"):
        next_places(write_project(tmp_path / "project"), **wrong)


def test_a_practice_belongs_to_the_base_of_its_neighbours(tmp_path: Path) -> None:
    heading = "base_id,name,address,postcode,city\n"
    practices = PROJECT["practices"].replace("district,every", "district,base_id,every")
    practices = practices.replace("Vesterbro,1,1\nP2", "Vesterbro,north,1,1\nP2").replace(
        "Vesterbro,2,1", "Vesterbro,base,2,1"
    )
    practices = practices.replace("Vesterbro,1,2", "Vesterbro,base,1,2")
    consultants = "consultant_id,name,base_id\nc1,Rådgiver 1,base\nc2,Rådgiver 2,north\n"
    prepared = planner.prepare(
        write_project(
            tmp_path / "project",
            bases=heading + "north,Nord,Saxogade 94,1662,København V\n",
            practices=practices,
            consultants=consultants,
            shifts=PROJECT["shifts"] + "c2,mon,08:30,12:30,0\n",
        )
    )
    places = {place.place_id: place for place in prepared.project.places}
    plans = Plans()
    spots = []
    for id_ in ("P1", "P3"):
        lat, lon = places[id_].lat, places[id_].lon
        assert lat is not None
        assert lon is not None
        spots.append(Spot(spot_id=f"spot.{id_}", lat=lat, lon=lon, streets=()))
    value_spots(prepared, TYPICAL, spots, WEEKS[:1], runs=plans)
    bases = {
        request.request_id.split(".")[1]: request.base_id
        for task in plans.tasks
        for request in task.problem.requests
        if request.request_id.startswith("spot.")
    }
    assert bases == {"P1": "north", "P3": "base"}
