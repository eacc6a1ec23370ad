"""From scenarios and weeks to tasks: which weeks, which draws, which places, and what is refused before."""

import dataclasses
from itertools import pairwise
from pathlib import Path

import pytest
from scenario.joiners import PROJECT, write_project

from scheduler.base.errors import InputError
from scheduler.inputs import read_project
from scheduler.inputs.settings import OPEN_PERIOD
from scheduler.model.clock import Week
from scheduler.model.project import Project
from scheduler.scenario import Add, Drop, Move, Scenario, Set, apply, scenarios_of
from scheduler.scenario.model import TODAY
from scheduler.scenario.weeks import default_weeks, study, weeks_of
from scheduler.services.planner import Prepared, prepare, prepare_again, problem

W20, W21 = Week(2009, 20), Week(2009, 21)
SAXO = Add("practices", {"practice_id": "saxo", "name": "Saxogade", "address": "Saxogade 94", "postcode": 1662,
                         "city": "København V", "district": "Vesterbro", "conversations": 2})  # fmt: skip
SAXO_ROOM = Add("rooms", {"practice_id": "saxo", "weekday": "tir", "start": "8.30", "end": "12.00"})
JOINS = Scenario("joins", changes=(SAXO, SAXO_ROOM))
FASTER = Scenario("faster", changes=(Set("consultants", {"consultant_id": "c1", "speed_kph": 20}),))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepare(write_project(tmp_path_factory.mktemp("weeks") / "data"))


# --- Tasks ---------------------------------------------------------------------------------------------------


def test_every_week_of_every_scenario_is_posed(prepared: Prepared) -> None:
    asked = study(prepared, [JOINS, FASTER], [W20, W21, W20])
    assert [scenario.name for scenario in asked.scenarios] == [TODAY, "joins", "faster"]
    assert asked.weeks == (W20, W21)
    assert [(task.week, task.scenario) for task in asked.tasks] == [
        (week, name) for week in ("2009-W20", "2009-W21") for name in (TODAY, "joins", "faster")
    ]
    today, joins, faster = asked.tasks[:3]
    assert today.problem.requests == problem(prepared, W20).requests
    assert {r.request_id for r in joins.problem.requests} == {
        r.request_id for r in today.problem.requests
    } | {"saxo"}
    assert joins.problem.places["saxo"].lat is not None
    assert faster.problem.consultants[0].speed_kph == 20


def test_draws_have_their_number_and_are_shared(prepared: Prepared) -> None:
    asked = study(prepared, [JOINS], [W20], draws=30, seed=3)
    assert [task.week for task in asked.tasks[:3]] == ["2009-W20#1", "2009-W20#1", "2009-W20#2"]
    pairs = list(zip(asked.tasks[::2], asked.tasks[1::2], strict=True))
    numbers = [
        [{r.request_id: r.conversations for r in task.problem.requests} for task in pair] for pair in pairs
    ]
    assert all({**joins, **today} == joins for today, joins in numbers)
    assert len({str(today) for today, _joins in numbers}) > 5
    assert all(task.problem.week == W20 for task in asked.tasks)


def test_one_draw_has_the_demand_of_the_tables(prepared: Prepared) -> None:
    asked = study(prepared, [JOINS], [W20], seed=9)
    numbers = {r.request_id: r.conversations for r in asked.tasks[0].problem.requests}
    assert set(numbers.values()) == {1}


# --- Places ----------------------------------------------------------------------------------------------------


def test_travel_times_are_found_anew_only_where_places_change(prepared: Prepared) -> None:
    project = prepared.project
    faster = prepare_again(prepared, apply(project, FASTER))
    assert faster.travel is prepared.travel
    fewer = prepare_again(
        prepared, apply(project, Scenario("fewer", changes=(Drop("practices", {"practice_id": "P1"}),)))
    )
    assert fewer.travel is prepared.travel
    assert {found.place_id for found in fewer.located} == {"base", "P2", "P3"}
    joins = prepare_again(prepared, apply(project, JOINS))
    times = joins.travel.times
    rows = [times.index()[id_] for id_ in prepared.travel.times.place_ids]
    assert (times.seconds[rows][:, rows] == prepared.travel.times.seconds).all()
    assert [found.place_id for found in joins.located] == ["base", "P1", "P2", "P3", "saxo"]


def test_a_moved_practice_is_found_where_its_new_address_is(prepared: Prepared) -> None:
    move = Move("practices", {"practice_id": "P1", "address": "Saxogade 94", "postcode": "1662"})
    moved = prepare_again(prepared, apply(prepared.project, Scenario("moves", changes=(move,))))
    joins = prepare_again(prepared, apply(prepared.project, JOINS))
    there = {place.place_id: (place.lat, place.lon) for place in joins.project.places}
    here = {place.place_id: (place.lat, place.lon) for place in moved.project.places}
    assert here["P1"] == there["saxo"]
    assert here["P2"] == there["P2"]


def test_another_speed_for_all_makes_other_travel_times(prepared: Prepared) -> None:
    changed = apply(prepared.project, Scenario("ebikes", changes=(Set("cycling", {"speed_kph": 22}),)))
    faster = prepare_again(prepared, changed)
    before = prepared.travel.times.seconds
    assert (faster.travel.times.seconds < before)[before > 0].all()


# --- What is refused ---------------------------------------------------------------------------------------------


def refused(prepared: Prepared, *scenarios: Scenario, weeks: tuple[Week, ...] = (W20, W21)) -> list[str]:
    with pytest.raises(InputError) as caught:
        study(prepared, scenarios, weeks)
    return [str(problem) for problem in caught.value.problems]


def test_places_that_are_not_found_name_their_scenario(prepared: Prepared) -> None:
    said = refused(
        prepared,
        Scenario("nowhere", changes=(dataclasses.replace(SAXO, row={**SAXO.row, "address": "Ukendt Gade 1"}), SAXO_ROOM)),
        Scenario("far", changes=(Move("practices", {"practice_id": "P1", "lat": 56.15, "lon": 10.2}),)),
    )  # fmt: skip
    assert [line.split(":")[0] for line in said] == ["nowhere", "far"]
    assert "Ukendt Gade" in said[0]
    assert "from the nearest street" in said[1]


def test_places_that_are_not_found_name_their_line(prepared: Prepared) -> None:
    text = (
        '[[scenario]]\nname = "moves"\n[[scenario.change]]\nmove = "practices"\n'
        'practice_id = "P1"\naddress = "Ukendt Gade 1"\n'
    )
    (line,) = refused(prepared, *scenarios_of(text, prepared.project))
    assert line.startswith("scenarios.toml:4 [moves: address]: ")


def test_weeks_that_cannot_be_posed_name_their_scenario(tmp_path: Path) -> None:
    data = write_project(
        tmp_path / "data",
        engagements="engagement_id,title,kind,consultant_id,weekday,start,end,place\n"
        "e1,Kursus,course,c1,man,8.40,9.30,P2\n",
        pins="id,date,start\nP1,2009-05-11,09:30\n",
    )
    slow = Scenario("slow", changes=(Set("consultants", {"consultant_id": "c1", "speed_kph": 5}),))
    (line,) = refused(prepare(data), slow, weeks=(W20,))
    assert line.startswith(
        "slow: engagements.csv:2 [start]: c1 cannot ride from the start of the shift to Kursus in time"
    )
    none = Scenario("none", changes=(Set("practices", {"practice_id": "P1", "conversations": 0}),))
    assert refused(prepare(data), none)[0].startswith("none: pins.csv:2")


def test_what_is_wrong_in_the_project_itself_is_not_a_scenarios_fault(tmp_path: Path) -> None:
    data = write_project(tmp_path / "data", pins="id,date,start\nP1,2009-05-12,09:30\n")
    assert [line.split(" ")[0] for line in refused(prepare(data), FASTER)] == ["pins.csv:2"]


def test_draws_are_at_least_one(prepared: Prepared) -> None:
    with pytest.raises(InputError, match="at least 1"):
        study(prepared, [FASTER], [W20], draws=0)


# --- Weeks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "first", "count"),
    [
        ("2009-W20..2009-W32", W20, 13),
        ("2009-W20", W20, 1),
        ("2009-W52..2010-W02", Week(2009, 52), 4),  # 2009 has 53 weeks
        (" uge 20 2009 .. uge 21 2009 ", W20, 2),
    ],
)
def test_weeks_of_a_text(text: str, first: Week, count: int) -> None:
    weeks = weeks_of(text)
    assert (weeks[0], len(weeks)) == (first, count)
    assert all(later == earlier.shift(1) for earlier, later in pairwise(weeks))


@pytest.mark.parametrize("text", ["", "..", "2009-W20..", "2009-W20-W30", "2009-W54", "2009-W20...2009-W22"])
def test_texts_that_are_no_weeks(text: str) -> None:
    with pytest.raises(InputError) as caught:
        weeks_of(text)
    assert "2009-W20..2009-W32" in caught.value.hint


def test_weeks_run_forward() -> None:
    with pytest.raises(InputError, match="2009-W21 to 2009-W20 are no weeks"):
        weeks_of("2009-W21..2009-W20")


def project_of(folder: Path, settings: str) -> Project:
    return read_project(write_project(folder, settings=settings))


def test_the_default_is_the_periods_first_quarter(tmp_path: Path) -> None:
    settings = PROJECT["settings"]
    weeks = default_weeks(project_of(tmp_path / "a", settings))
    assert (weeks[0], len(weeks)) == (Week(2009, 1), 13)
    short = settings.replace("2010-12-31", "2009-01-12")
    assert default_weeks(project_of(tmp_path / "b", short)) == (Week(2009, 1), Week(2009, 2), Week(2009, 3))


def test_without_a_period_it_is_the_quarter_from_next_week_on(tmp_path: Path) -> None:
    project = project_of(tmp_path, PROJECT["settings"].partition("[period]")[0])
    assert project.config.period == OPEN_PERIOD
    weeks = default_weeks(project)
    assert len(weeks) == 13
    assert weeks[0] > Week(2024, 1)
