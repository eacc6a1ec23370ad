import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scenario.joiners import PROJECT, Plans, write_project

from scheduler.base.errors import InputError, SchedulerError
from scheduler.model.clock import Week
from scheduler.model.project import Project, RoomRule
from scheduler.network import distance_m
from scheduler.scenario.practices.newcomers import practice_places
from scheduler.scenario.practices.places import NextPlaces, next_places, spread_weeks
from scheduler.scenario.practices.spots import MARGIN_M, Spot, spread_spots
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


def test_there_are_no_more_spots_than_junctions(prepared: Prepared) -> None:
    project = prepared.project
    every = spread_spots(prepared.network, (*project.bases, *practice_places(project)), 5000)
    assert 30 < len(every) < 700


@pytest.mark.parametrize(
    ("count", "chosen"),
    [(1, [6]), (2, [3, 9]), (3, [2, 6, 10]), (13, list(range(13))), (99, list(range(13)))],
)
def test_weeks_are_spread(count: int, chosen: list[int]) -> None:
    weeks = [Week(2009, 14).shift(i) for i in range(13)]
    assert spread_weeks(weeks, count) == tuple(weeks[i] for i in chosen)


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
    found = NextPlaces(prepared=prepared, weeks=WEEKS, typical=TYPICAL, values=values)
    assert found.remarks == []
    gains = {day: dataclasses.replace(gain, proven=False) for day, gain in values[0].gains.items()}
    unproven = dataclasses.replace(values[0], gains=gains)
    found = dataclasses.replace(found, values=(unproven, *values[1:]))
    assert found.remarks == [
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
