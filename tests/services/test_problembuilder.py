"""Problems built by calls: those that files make, rides of every kind, and rosters that come of them."""

import csv
import dataclasses
import datetime as dt
import io
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest
from folders import ON_THE_MAP, SETTINGS, write_folder
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler import (
    ProblemBuilder,
    Week,
    check,
    load_roster,
    plan_week,
    prepare,
    read_project,
    solve,
    week_problem,
)
from scheduler.base.errors import InputError
from scheduler.inputs.builder import CALLS
from scheduler.inputs.matrix import travel_times
from scheduler.model.problem import Problem
from scheduler.model.project import BASE
from scheduler.scenario import Runs, capacity, rank_candidates, read_scenarios, simulate, simulate_week

WEEK = Week(2009, 20)
DAYS = ("mon", "tue", "wed", "thu", "fri")
ADDRESS = {"address": "Vej 1", "postcode": "2450", "city": "København SV"}
_RENAMED = {"from": "first_day", "to": "last_day"}


# --- The same as files --------------------------------------------------------------------------------


def clock(rng: Random, first: int, last: int) -> str:
    return f"{rng.randint(first, last):02d}:{rng.choice([0, 5, 15, 30, 45]):02d}"


def random_tables(rng: Random) -> dict[str, list[dict[str, Any]]]:
    """Rows of every table, mostly such as go together."""
    people = [f"c{number}" for number in range(rng.randint(1, 2))]
    ids = [f"p{number}" for number in range(rng.randint(1, 4))]
    own = [None, None, *people]
    dates = [day.isoformat() for day in WEEK.days[:5]]
    tables: dict[str, list[dict[str, Any]]] = {table: [] for table in CALLS}
    for id_ in ids:
        tables["practices"].append(
            {
                "practice_id": id_, "name": f"Praksis {id_}", **ADDRESS, "district": "Valby",
                "conversations": rng.randint(0, 3), "max_conversations": rng.choice([None, 1, 2]),
                "priority": rng.choice([1, 1, 2, 0]), "consultant_id": rng.choice(own),
                "every_weeks": rng.choice([1, 1, 2]), "first_week": rng.choice([None, "2009-W20", "2009-W19"]),
                "active_from": rng.choice([None, "2009-05-13"]),
            }
        )  # fmt: skip
        for _ in range(rng.randint(1, 3)):
            when = rng.choice([{"weekday": rng.choice(DAYS)}, {"date": rng.choice(dates)}])
            tables["rooms"].append(
                {
                    "practice_id": id_,
                    **when,
                    "start": clock(rng, 8, 10),
                    "end": clock(rng, 12, 15),
                    "room": "2",
                }
            )
        if rng.random() < 0.5:
            tables["agreements"].append(
                {
                    "practice_id": id_,
                    "weekday": rng.choice(DAYS),
                    "start": "09:00",
                    "weeks": rng.choice(["all", "even"]),
                }
            )
    for who in people:
        tables["consultants"].append(
            {
                "consultant_id": who, "name": who, "speed_kph": rng.choice([None, 12, 17.5]),
                "max_conversations_per_day": rng.choice([None, 3]),
            }
        )  # fmt: skip
        tables["shifts"] += [
            {
                "consultant_id": who,
                "weekday": day,
                "start": "08:00",
                "end": clock(rng, 13, 16),
                "lunch_minutes": 30,
            }
            for day in rng.sample(DAYS, 2)
        ]
    if rng.random() < 0.5:
        tables["places"].append({"place_id": "course", "name": "Kursus", **ADDRESS})
        tables["engagements"].append(
            {
                "engagement_id": "e1", "title": "Kursus", "kind": "course", "consultant_id": rng.choice(["all", *people]),
                "weekday": rng.choice(DAYS), "start": "10:00", "end": "11:30", "place": rng.choice(["course", "base"]),
            }
        )  # fmt: skip
    if rng.random() < 0.5:
        tables["home_visits"].append(
            {
                "visit_id": "h1", **ADDRESS, "district": "Valby", "date": rng.choice(dates), "start": "09:00",
                "end": "13:00", "minutes": rng.choice([30, 60]), "consultant_id": rng.choice(own),
            }
        )  # fmt: skip
    if rng.random() < 0.3:
        tables["closures"].append(
            {"who": rng.choice(["all", *ids]), "from": dates[0], "to": dates[1], "reason": "Ferie"}
        )
    if rng.random() < 0.3:
        tables["demand"].append(
            {"practice_id": rng.choice(ids), "week": "2009-W20", "conversations": rng.randint(0, 3)}
        )
    if rng.random() < 0.3:
        tables["pins"].append({"id": rng.choice(ids), "date": rng.choice(dates), "start": "10:00"})
    return tables


def written(folder: Path, tables: dict[str, list[dict[str, Any]]], weights: dict[str, int]) -> Path:
    """Write tables as the files of a project."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{name} = {weight}\n" for name, weight in weights.items())
    (folder / "project.toml").write_text(f"{SETTINGS}\n[weights]\n{lines}", encoding="utf-8")
    for name, rows in tables.items():
        if rows:
            text = io.StringIO()
            writer = csv.DictWriter(text, list(dict.fromkeys(column for row in rows for column in row)))
            writer.writeheader()
            writer.writerows(rows)
            (folder / f"{name}.csv").write_text(text.getvalue(), encoding="utf-8")
    return folder


def as_called(rng: Random, name: str, value: Any) -> Any:
    """The value of a cell, now and then as Python has it rather than as text."""
    if value is None or rng.random() < 0.5:
        return value
    if name in ("date", "from", "to"):
        return dt.date.fromisoformat(value)
    if name in ("start", "end"):
        return dt.time.fromisoformat(value)
    if name in ("week", "first_week"):
        return Week.parse(value)
    return np.int64(value) if isinstance(value, int) else value


def built(rng: Random, tables: dict[str, list[dict[str, Any]]], weights: dict[str, int]) -> ProblemBuilder:
    """Add the rows of tables to a builder, table after table or not."""
    period = {"start": "2009-01-01", "end": dt.date(2010, 12, 31)}
    builder = ProblemBuilder(weights=weights, period=period)
    builder.add_base(name="Jobcenter", address="Skelbækgade 1", postcode="1717", city="København V")
    names = list(tables)
    rng.shuffle(names)
    for name in names:
        for row in tables[name]:
            arguments = {_RENAMED.get(key, key): as_called(rng, key, value) for key, value in row.items()}
            getattr(builder, CALLS[name])(**arguments)
    return builder


def same(one: Problem, other: Problem) -> None:
    for field in dataclasses.fields(Problem):
        if field.name not in ("travel", "inputs_sha256"):
            assert getattr(one, field.name) == getattr(other, field.name), field.name
    assert one.travel.place_ids == other.travel.place_ids
    assert np.array_equal(one.travel.seconds, other.travel.seconds)
    assert np.array_equal(one.travel.metres, other.travel.metres)


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_problem_is_the_same_whether_built_or_written_as_files(rng: Random) -> None:
    tables = random_tables(rng)
    weights = {"cycling_second": rng.choice([0, 10]), "change": 5} if rng.random() < 0.5 else {}
    ids = [
        BASE,
        *(row[next(iter(row))] for name in ("practices", "places", "home_visits") for row in tables[name]),
    ]
    seconds = {a: {b: rng.randint(60, 900) for b in ids if b != a} for a in ids}
    builder = built(rng, tables, weights).set_travel_times(seconds)
    with TemporaryDirectory() as folder:
        try:
            project = read_project(written(Path(folder) / "data", tables, weights))
            times = travel_times(
                seconds,
                None,
                ids=None,
                place_ids=[place.place_id for place in (*project.bases, *project.places)],
                speed_kph=15.0,
                caller="",
                problems=[],
            )
            assert times is not None
            from_files = week_problem(project, times, "2009-W20")
        except InputError as error:
            with pytest.raises(InputError) as refused:
                builder.problem("2009-W20")
            expected_problems, problems = len(error.problems), len(refused.value.problems)
        else:
            expected_problems = problems = 0
    assert problems == expected_problems
    if problems:
        return
    from_calls = builder.problem("2009-W20")
    same(from_calls, from_files)
    found, expected = (solve(each, time_limit_s=30) for each in (from_calls, from_files))
    assert found.is_optimal
    assert found.roster.score == expected.roster.score
    assert not list(check(from_calls, found.roster))


# --- Rides --------------------------------------------------------------------------------------------


def on_the_map(**base: Any) -> ProblemBuilder:
    return (
        ProblemBuilder()
        .add_base(lat=55.66760, lon=12.55604, **base)
        .add_practice("vej", lat=55.66506, lon=12.54932)
        .add_room("vej", weekday="mon", start="09:00", end="12:00")
        .add_consultant("anna")
        .add_shift("anna", weekday="mon", start="08:30", end="15:30")
    )


def test_without_rides_there_is_no_problem() -> None:
    with pytest.raises(InputError, match="ProblemBuilder: say how long rides take, with set_travel_times"):
        on_the_map().problem("2009-W20")


def test_rides_of_a_matrix_are_told_of_with_all_else_that_is_wrong() -> None:
    builder = (
        on_the_map().add_practice("gade", conversations=-1).add_place("course").set_travel_times({"base": {}})
    )
    with pytest.raises(InputError) as caught:
        builder.problem("2009-W20")
    assert [str(problem) for problem in caught.value.problems] == [
        'add_practice("gade"):2 [conversations]: "-1" is not a number from 0 to 100',
        "set_travel_times [seconds]: no rides to base are given",
        "set_travel_times [seconds]: the place vej is missing",
        "set_travel_times [seconds]: the place course is missing",
    ]


def test_of_a_practice_that_is_there_twice_no_rides_are_missing() -> None:
    builder = ProblemBuilder().add_base().add_practice("valby").add_practice("valby")
    builder.set_travel_times({BASE: {"valby": 600}, "valby": {BASE: 600}})
    with pytest.raises(InputError) as caught:
        builder.problem("2009-W20")
    assert {problem.column for problem in caught.value.problems} == {"", "practice_id"}
    assert not any(problem.file == "set_travel_times" for problem in caught.value.problems)


def test_straight_rides_are_as_long_as_the_earth_is_round() -> None:
    problem = on_the_map().set_straight_travel(detour=1.5).problem("2009-W20")
    travel = problem.travel
    # One degree of latitude is 111,346 m here (WGS84), one of longitude 62,900 m.
    expected_m = 1.5 * np.hypot(0.00254 * 111_346, 0.00672 * 62_900)
    assert travel.metres[0, 1] == pytest.approx(expected_m, abs=3)
    assert travel.seconds[0, 1] == np.ceil(travel.metres[0, 1] * 3.6 / 15)
    assert travel.seconds.tolist() == travel.seconds.T.tolist()
    assert np.diagonal(travel.seconds).tolist() == [0, 0]
    slow = on_the_map()
    slow._sections["cycling"] = {"speed_kph": 7.5}
    assert slow.set_straight_travel(1.5).problem(WEEK).travel.seconds[0, 1] == np.ceil(expected_m * 3.6 / 7.5)


@pytest.mark.parametrize("detour", [0.9, 6, True, float("nan"), "1.3", None])
def test_a_detour_that_is_none(detour: Any) -> None:
    with pytest.raises(InputError, match=r"set_straight_travel \[detour\]: .* is not a number from 1 to 5"):
        on_the_map().set_straight_travel(detour).problem("2009-W20")


def test_straight_rides_need_coordinates() -> None:
    with pytest.raises(InputError) as caught:
        on_the_map().add_place("course").add_place("half", lat=55.6).set_straight_travel().problem("2009-W20")
    assert [str(problem) for problem in caught.value.problems] == [
        'add_place("half"):2 [lon]: lat and lon belong together; give both or neither',
        'add_place("course"):1 [lat]: this needs lat and lon, as rides go straight between places',
    ]


def test_rides_on_the_map_are_those_of_a_folder_with_the_same_tables(tmp_path: Path) -> None:
    builder = on_the_map().add_place(
        "jobcenter", address="Skelbækgade 1", postcode="1717", city="København V"
    )
    builder.set_network_travel()
    problem = builder.problem("2009-W20")
    prepared = builder.prepare()
    assert prepared.project.places[-1].lat is not None
    from_files = prepare(write_folder(tmp_path / "data", **ON_THE_MAP)).travel.times
    assert np.array_equal(problem.travel.seconds[:2, :2], from_files.seconds)
    assert np.array_equal(problem.travel.metres[:2, :2], from_files.metres)
    assert problem.travel.seconds.tolist() == prepared.travel.times.seconds.tolist()
    assert (
        problem.travel.seconds[0, 1] > on_the_map().set_straight_travel(1).problem(WEEK).travel.seconds[0, 1]
    )
    with pytest.raises(InputError, match="there is no map to ride on"):
        on_the_map().prepare()
    with pytest.raises(InputError, match="no-such"):
        builder.add_practice("no-such", address="Ingen Vej 1", postcode="2450", city="København SV").add_room(
            "no-such", weekday="mon", start="09:00", end="12:00"
        ).problem("2009-W20")
    with pytest.raises(OSError, match="missing"):
        on_the_map().set_network_travel(str(tmp_path / "missing.osm")).problem("2009-W20")


def test_the_hash_tells_problems_apart() -> None:
    builder = on_the_map().set_straight_travel()
    one = builder.problem("2009-W20").inputs_sha256
    assert one == on_the_map().set_straight_travel().problem("2009-W20").inputs_sha256
    assert one != builder.set_straight_travel(1.4).problem("2009-W20").inputs_sha256
    assert (
        one
        != on_the_map().add_place("a", lat=55.66, lon=12.55).set_straight_travel().problem(WEEK).inputs_sha256
    )


def test_moving_away_from_a_published_roster_is_a_change() -> None:
    builder = on_the_map().set_straight_travel()
    roster = solve(builder.problem(WEEK)).roster
    again = builder.problem(WEEK, published=roster)
    (request,) = again.requests
    assert request.published is not None
    assert request.published.consultant_id == "anna"


# --- Folders and weeks as text ------------------------------------------------------------------------


@pytest.mark.parametrize("week", ["2009-20", "next", "2009-W54", 5, None, ""])
def test_what_is_no_week_is_told_in_words(week: Any) -> None:
    with pytest.raises(InputError, match="is not a week; write it like 2009-W20"):
        on_the_map().set_straight_travel().problem(week)


def test_folders_and_weeks_may_be_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path / "data", **ON_THE_MAP)
    monkeypatch.chdir(tmp_path)
    assert read_project("data") == read_project(Path("data"))
    prepared = prepare("data")
    assert str(week_problem(prepared.project, prepared.travel.times, "2009-W20").week) == "2009-W20"
    planned = plan_week("data", "2009-W20")
    assert planned.folder == Path("out/2009-W20")
    assert load_roster("out/2009-W20/roster.json") == planned.roster
    assert planned.summary() == planned.roster.summary()
    assert planned._repr_html_() == planned.roster._repr_html_()
    with pytest.raises(InputError, match="is not a week"):
        plan_week("data", "soon")
    (tmp_path / "scenarios.toml").write_text(
        '[[scenario]]\nname = "faster"\ntitle = "F"\nquestion = "?"\n'
        'change = [{ set = "consultants", consultant_id = "c1", speed_kph = 16 }]\n',
        encoding="utf-8",
    )
    assert [scenario.name for scenario in read_scenarios("scenarios.toml", prepared.project)] == ["faster"]
    assert simulate("data", "scenarios.toml", ["2009-W20"], runs=Runs(workers=0)).weeks == (WEEK,)
    assert simulate_week("data", "2009-W20", draws=5).draws == 5
    with pytest.raises(InputError, match="is not a week"):
        simulate_week("data", "soon")
    with pytest.raises(InputError, match="does not lie in the project's period"):
        capacity("data", held=1, since="2020-W01", sampled_weeks=0, runs=Runs(workers=0))
    with pytest.raises(OSError, match="candidates"):
        rank_candidates("data", "candidates.csv", "2009-W20", runs=Runs(workers=0))


def test_a_solution_speaks_for_its_roster() -> None:
    found = solve(on_the_map().set_straight_travel().problem("2009-W20"))
    assert found.summary() == found.roster.summary()
    assert found._repr_html_() == found.roster._repr_html_()


def test_a_frame_is_a_matrix() -> None:
    frame = pd.DataFrame({"base": {"vej": 100}, "vej": {"base": 90}})
    assert on_the_map().set_travel_times(frame).problem(WEEK).travel.seconds.tolist() == [[0, 90], [100, 0]]
