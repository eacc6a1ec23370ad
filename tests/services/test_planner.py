import json
import shutil
from pathlib import Path

import pytest

from scheduler.base import resources
from scheduler.base.errors import InputError, InvalidRosterError, ServiceError
from scheduler.checks import Violation, check
from scheduler.checks.bound import BoundCheck
from scheduler.inputs import read_project
from scheduler.model import rosterfile
from scheduler.model.clock import Week
from scheduler.model.text import Text
from scheduler.services import building, decide, planner
from scheduler.services.planner import Planned, Prepared
from scheduler.solver.engine import solve

WEEK = Week(2009, 20)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example project in a folder of its own, without the map: the built-in one serves."""
    folder = tmp_path_factory.mktemp("example") / "data"
    shutil.copytree(resources.example_folder(), folder, ignore=shutil.ignore_patterns("map"))
    return folder


@pytest.fixture(scope="module")
def prepared(data: Path) -> Prepared:
    return planner.prepare(data)


@pytest.fixture(scope="module")
def planned(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Planned:
    return planner.plan_week(data, WEEK, tmp_path_factory.mktemp("out"))


def test_the_examples_week_is_proven_and_written_whole(planned: Planned) -> None:
    assert planned.roster.status == "optimal"
    assert planned.proof.verified is True
    assert planned.folder.name == "2009-W20"
    names = {file.relative_to(planned.folder).as_posix() for file in planned.files}
    assert {"roster.json", "index.html", "roster.xlsx", "maps/week.html", "r1.ics", "r2.ics"} <= names
    maps = {name for name in names if name.startswith("maps/2009")}
    assert len(maps) == len(planned.roster.rounds)
    assert all(file.stat().st_size > 0 for file in planned.files)
    assert rosterfile.load(planned.folder / "roster.json") == planned.roster


@pytest.mark.parametrize("week", ["2009-W21", "2009-W30", "2009-W52", "2009-W53", "2010-W01", "2026-W48"])
def test_other_weeks_are_proven_too(prepared: Prepared, week: str) -> None:
    asked = planner.problem(prepared, Week.parse(week))
    solution = solve(asked)
    assert check(asked, solution.roster) == ()
    assert solution.is_optimal


def test_every_ride_of_the_roster_has_its_path(planned: Planned, prepared: Prepared) -> None:
    paths = planner.rides(planned.roster, prepared.travel)
    for round_ in planned.roster.rounds:
        ridden = sum(stop.ride_metres for stop in round_.stops)
        assert ridden <= round_.ride_metres
    assert paths
    for (from_id, to_id), path in paths.items():
        assert from_id != to_id
        assert path.metres == prepared.travel.path(from_id, to_id).metres > 0


def test_the_rosters_inputs_name_tables_and_map(data: Path, prepared: Prepared, tmp_path: Path) -> None:
    before = planner.problem(prepared, WEEK).inputs_sha256
    changed = tmp_path / "data"
    shutil.copytree(data, changed)
    (changed / "demand.csv").unlink()
    assert planner.problem(planner.prepare(changed), WEEK).inputs_sha256 != before
    assert planner.problem(planner.prepare(data), WEEK).inputs_sha256 == before


def test_a_violation_is_an_error_and_no_file(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Violation("ride", "somewhere", "wrong on purpose")
    monkeypatch.setattr(decide, "check", lambda _problem, _roster: (broken,))
    with pytest.raises(InvalidRosterError, match="wrong on purpose"):
        planner.plan_week(data, WEEK, tmp_path / "out")
    assert not (tmp_path / "out" / "2009-W20").exists()


def test_a_bound_that_does_not_hold_is_an_error_and_no_file(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_problem: object, _roster: object, *, time_limit_s: float) -> BoundCheck:
        assert time_limit_s >= 10
        return BoundCheck(verified=False, bound=1, detail=Text("a better one exists"))

    monkeypatch.setattr(decide, "check_bound", refuse)
    with pytest.raises(InvalidRosterError, match="a better one exists"):
        planner.plan_week(data, WEEK, tmp_path / "out")
    assert not (tmp_path / "out" / "2009-W20").exists()


def test_a_roster_is_checked_against_its_project(planned: Planned, data: Path, tmp_path: Path) -> None:
    checked = planner.check_roster(data, planned.folder / "roster.json")
    assert (checked.roster.week, checked.violations) == ("2009-W20", ())
    assert checked.proof.verified is True
    fields = json.loads((planned.folder / "roster.json").read_text(encoding="utf-8"))
    fields["score"] -= 1
    forged = tmp_path / "roster.json"
    forged.write_text(json.dumps(fields), encoding="utf-8")
    checked = planner.check_roster(data, forged)
    assert {v.code for v in checked.violations} >= {"score"}
    assert checked.proof.verified is False
    fields["week"] = "2009-W54"
    forged.write_text(json.dumps(fields), encoding="utf-8")
    with pytest.raises(InputError, match="week"):
        planner.check_roster(data, forged)


def test_the_network_is_the_settings_or_the_folders_own_or_the_built_in_one(
    data: Path, tmp_path: Path
) -> None:
    own = tmp_path / "data"
    shutil.copytree(data, own)
    config = read_project(own).config
    assert planner.network_file(own, config) == resources.builtin_map()
    built = building.build_network(own, resources.builtin_map()).network
    assert built.file == own / "network.osm" == planner.network_file(own, config)
    assert planner.project_network(own).sha256 == built.sha256
    (own / "network.osm").rename(own / "streets.osm")
    settings = own / "project.toml"
    text = settings.read_text(encoding="utf-8")
    assert 'network = ""' in text
    settings.write_text(text.replace('network = ""', 'network = "streets.osm"'), encoding="utf-8")
    assert planner.project_network(own).file == own / "streets.osm"


def test_a_bad_map_leaves_the_old_network_in_force(data: Path, tmp_path: Path) -> None:
    own = tmp_path / "data"
    shutil.copytree(data, own)
    building.build_network(own, resources.builtin_map())
    before = (own / "network.osm").read_bytes()
    bad = tmp_path / "bad.osm"
    bad.write_bytes(before[: len(before) // 2])
    with pytest.raises(InputError):
        building.build_network(own, bad)
    assert (own / "network.osm").read_bytes() == before
    assert [file.name for file in own.glob(".network-*")] == []


def test_building_a_network_needs_a_project_folder(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="nowhere"):
        building.build_network(tmp_path / "nowhere", resources.builtin_map())
