"""Scenarios from the command line and from a program, end to end on a small project."""

import csv
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from scenario.joiners import write_project

from scheduler import cli
from scheduler.base.errors import SchedulerError, ServiceError
from scheduler.base.resources import example_folder
from scheduler.inputs.workbook import init_folder
from scheduler.model.clock import Week
from scheduler.scenario import Scenario, Set, read_scenarios, reporting, simulate
from scheduler.scenario.inout import write_tables
from scheduler.scenario.model import COLUMNS, TODAY, Failure, Task
from scheduler.scenario.runs.running import Ran, Runs
from scheduler.scenario.weeks import study
from scheduler.services.planner import Prepared, prepare

Hjul = Callable[..., tuple[int, str, str]]
FILE = """
[[scenario]]
name = "joins"
title = "=SUM(1) Saxogade joins"
change = [
  { add = "practices", practice_id = "saxo", name = "=Saxo", address = "Saxogade 94", postcode = "1662", city = "København V", district = "Vesterbro" },
  { add = "rooms", practice_id = "saxo", weekday = "tir", start = "8.30", end = "12.00" },
]

[[scenario]]
name = "shorter"
change = [{ set = "defaults", conversation_minutes = 30 }]
"""
WEEKS = "2009-W20..2009-W21"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small project in the folder `data`, which is the default, and a scenario file beside it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "what-if.toml").write_text(FILE, encoding="utf-8")
    return write_project(tmp_path / "data")


@pytest.fixture
def no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the time that its plots take."""
    monkeypatch.setattr(reporting, "scenario_report", lambda _comparison: "")


@pytest.fixture
def hjul(capfd: pytest.CaptureFixture[str]) -> Hjul:
    def run(*arguments: object) -> tuple[int, str, str]:
        code = cli.run(["--lang", "en", *map(str, arguments)])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture(scope="module")
def example() -> Prepared:
    return prepare(example_folder())


# --- The command ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_report")
def test_the_command_compares_and_writes_and_plans_nothing_twice(
    project: Path, hjul: Hjul, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("simulate", "what-if.toml", "--weeks", WEEKS, "--workers", 0)
    code, out, err = hjul(*arguments)
    assert code == 0, err
    assert out.startswith("2 weeks, 2009-W20 to 2009-W21")
    assert "Conversations planned" in out
    assert "\n=SUM(1) Saxogade joins\n" in out
    assert "joins:" not in out
    assert "At new practices: +2 (=Saxo +2)." in out
    assert "Planned is what rosters have room for" in err
    folder = project.parent / "out" / "simulate" / "what-if"
    assert f"The tables are in {folder.relative_to(project.parent)}" in out
    results = pd.read_parquet(folder / "results.parquet")
    assert list(results.columns) == list(COLUMNS)
    assert list(zip(results["scenario"], results["week"], strict=True)) == [
        (scenario, week) for scenario in (TODAY, "joins", "shorter") for week in ("2009-W20", "2009-W21")
    ]
    with (folder / "comparison.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["scenario"] for row in rows] == [TODAY, "joins", "shorter"]
    assert rows[1]["title"] == "'=SUM(1) Saxogade joins"
    assert float(rows[1]["planned_conversations"]) == float(rows[0]["planned_conversations"]) + 2
    differences = (folder / "differences.csv").read_text(encoding="utf-8")
    assert "nan" not in differences
    assert "saxo,'=Saxo,new" in (folder / "causes.csv").read_text(encoding="utf-8")

    def planned(*_arguments: object, **_options: object) -> None:
        raise AssertionError("a week was planned again")

    monkeypatch.setattr("scheduler.solver.engine.solve", planned)
    assert hjul(*arguments)[:2] == (0, out)


@pytest.mark.usefixtures("no_report")
def test_draws_come_with_their_error(hjul: Hjul) -> None:
    code, out, err = hjul("simulate", "what-if.toml", "--weeks", "2009-W20", "--draws", 4, "--workers", 0)
    assert code == 0, err
    assert "±" in out
    assert "4 draws" in err


@pytest.fixture
def no_planning(monkeypatch: pytest.MonkeyPatch) -> None:
    def planned(*_arguments: object, **_options: object) -> None:
        raise AssertionError("it was planned")

    monkeypatch.setattr(Runs, "run", planned)


@pytest.mark.usefixtures("no_planning")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ("nowhere.toml", 3, "nowhere.toml cannot be read"),
        ("what-if.toml --weeks 2009-W22..2009-W20", 2, "2009-W22 to 2009-W20 are no weeks"),
        ("what-if.toml --weeks soon", 2, "Write the weeks like 2009-W20..2009-W32."),
        ("what-if.toml --draws 0", 2, "--draws"),
        ("bad.toml", 2, "bad.toml:4 [a: practice_id]: there is no P9 in practices"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_planned(
    hjul: Hjul, project: Path, arguments: str, code: int, said: str
) -> None:
    bad = "[[scenario]]\nname = 'a'\nchange = [\n{ drop = 'practices', practice_id = 'P9' }]\n"
    (project.parent / "bad.toml").write_text(bad, encoding="utf-8")
    found, out, err = hjul("simulate", *arguments.split())
    assert (found, out) == (code, "")
    assert said in err
    assert not (project.parent / "out").exists()


def test_the_report_can_be_sent_on(project: Path, hjul: Hjul) -> None:
    write_project(
        project,
        home_visits="visit_id,address,postcode,city,date,start,end,minutes,lat,lon\n"
        "h1,Hemmelig Gade 7,1665,København V,2009-05-11,9.00,12.00,30,55.6671123,12.5487745\n",
    )
    file = project.parent / "what-if.toml"
    text = FILE.replace("=SUM(1) Saxogade joins", "<img src=x> joins").replace('name = "shorter"', (
        'name = "shorter"\nquestion = "Shorter & more?"'
    ))  # fmt: skip
    file.write_text(text, encoding="utf-8")
    code, out, err = hjul("simulate", file, "--weeks", WEEKS, "--workers", 0, "--to", "sent.html")
    assert code == 0, err
    assert "Open sent.html" in out
    page = Path("sent.html").read_text(encoding="utf-8")
    assert "Shorter &amp; more?" in page
    assert "&lt;img src=x&gt; joins" in page
    assert "<img src=x>" not in page
    assert "2 weeks, 2009-W20 to 2009-W21" in page
    assert "Conversations planned" in page
    assert "A conversation: 30 min" in page
    assert "On the map" in page
    assert "new: =SUM(1)" in page or "new: &lt;img" in page
    # Where home visits are made stands nowhere.
    written = [path.read_bytes() for path in Path("out").rglob("*") if path.is_file()]
    assert not any(b"Hemmelig" in content or b"6671123" in content for content in [*written, page.encode()])


# --- From a program ----------------------------------------------------------------------------------------------


def test_scenarios_of_a_program_need_no_folder(project: Path) -> None:
    faster = Scenario("faster", changes=(Set("consultants", {"consultant_id": "c1", "speed_kph": 25}),))
    comparison = simulate(project, [faster], WEEKS, runs=Runs(workers=0))
    cycling = comparison.table().set_index("scenario")["cycling_minutes"]
    assert cycling["faster"] < cycling[TODAY]
    assert sorted(path.name for path in project.parent.iterdir()) == ["data", "what-if.toml"]


def test_no_week_that_could_be_planned_is_an_error_with_the_reasons(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_runs: Runs, tasks: tuple[Task, ...], *_arguments: object, **_options: object) -> Ran:
        failures = tuple(Failure(scenario=t.scenario, week=t.week, reason="no memory") for t in tasks)
        return Ran(pd.DataFrame(columns=list(COLUMNS)), failures, interrupted=False)

    monkeypatch.setattr(Runs, "run", broken)
    with pytest.raises(SchedulerError, match="Today 2009-W20: no memory"):
        simulate(project, Path("what-if.toml"), WEEKS)


def test_a_run_that_was_stopped_compares_what_all_have(project: Path) -> None:
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) >= 4

    comparison = simulate(project, Path("what-if.toml"), WEEKS, runs=Runs(workers=0, stop=stop))
    assert comparison.interrupted
    assert [str(week) for week in comparison.weeks] == ["2009-W20"]


def test_tables_that_cannot_be_written(project: Path) -> None:
    (project / "file").write_text("", encoding="utf-8")
    with pytest.raises(ServiceError, match="cannot be written"):
        write_tables(project / "file" / "below", {"a": pd.DataFrame({"b": [1]})})


# --- The example -------------------------------------------------------------------------------------------------


def test_the_examples_scenarios_can_be_made(example: Prepared) -> None:
    scenarios = read_scenarios(example_folder() / "scenarios.toml", example.project)
    assert 4 <= len(scenarios) <= 6
    assert all(scenario.title != scenario.name and scenario.question.endswith("?") for scenario in scenarios)
    assert study(example, scenarios).weeks[0] == Week(2009, 14)
    chosen = [s for s in scenarios if s.name in ("kun-en-raadgiver", "tre-praksisser-mere")]
    comparison = simulate(example, chosen, "2009-W20", runs=Runs(workers=0))
    held = comparison.table().set_index("scenario")["planned_conversations"]
    assert held["kun-en-raadgiver"] < held[TODAY] < held["tre-praksisser-mere"]
    assert (comparison.results["status"] == "optimal").all()


def test_a_new_project_comes_with_them(tmp_path: Path) -> None:
    init_folder(tmp_path / "new")
    for name in ("scenarios.toml", "candidates.csv"):
        assert (tmp_path / "new" / name).read_bytes() == (example_folder() / name).read_bytes()
    workbook = prepare(tmp_path / "new" / "excel")
    assert read_scenarios(tmp_path / "new" / "scenarios.toml", workbook.project)
