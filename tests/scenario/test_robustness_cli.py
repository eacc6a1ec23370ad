"""The command `hjul simulate week`, and how chances are written."""

import csv
import dataclasses
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scenario.joiners import write_project

from scheduler import cli
from scheduler.base.i18n import percent
from scheduler.model.clock import Week
from scheduler.model.rosterfile import dump
from scheduler.outputs.names import ROSTER
from scheduler.services import planner
from scheduler.solver.engine import solve

Hjul = Callable[..., tuple[int, str, str]]
WEEK = "2009-W20"
MARKUP = "=1+1 [bold red]x"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_project(
        tmp_path / "data",
        engagements=f"engagement_id,title,kind,consultant_id,weekday,start,end\ne1,{MARKUP},meeting,all,mon,12:00,12:30\n",
    )


@pytest.fixture
def hjul(capfd: pytest.CaptureFixture[str], folder: Path, tmp_path: Path) -> Hjul:
    def run(*arguments: str) -> tuple[int, str, str]:
        common = ["--lang", "en", "--data", str(folder), "--out", str(tmp_path / "out"), "simulate", "week"]
        code = cli.run([*common, *arguments])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return run


def _write(folder: Path, out: Path, **changes: Any) -> None:
    roster = solve(planner.problem(planner.prepare(folder), Week.parse(WEEK))).roster
    (out / WEEK).mkdir(parents=True)
    (out / WEEK / ROSTER).write_bytes(dump(dataclasses.replace(roster, **changes)))


def test_the_written_roster_is_carried_out_and_compared_with_slack(
    hjul: Hjul, folder: Path, tmp_path: Path
) -> None:
    _write(folder, tmp_path / "out")
    code, out, err = hjul(WEEK, "--draws", "200", "--slack", "5")
    assert code == 0
    assert "no roster" not in err
    assert "Week 20, carried out 200 times" in out
    assert "back by the end of the shift" in out
    assert "The price of calm" in out
    assert MARKUP in out
    tables = tmp_path / "out" / "simulate" / f"week-{WEEK}"
    assert {file.name for file in tables.iterdir()} == {
        "index.html",
        *(f"{name}.csv" for name in ("stops", "conversations", "rounds", "distribution", "slack")),
    }
    with (tables / "stops.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert f"'{MARKUP}" in {row["name"] for row in rows}
    assert all(0 <= float(row["chance_within_0_min"]) <= 1 for row in rows)


def test_a_week_in_which_nobody_works_keeps_all_its_times(hjul: Hjul, folder: Path) -> None:
    closed = "who,from,to,reason\nall,2009-05-11,2009-05-17,Strike\n"
    (folder / "closures.csv").write_text(closed, encoding="utf-8")
    code, out, err = hjul(WEEK, "--draws", "10")
    assert code == 0
    assert "Of 0 planned conversations 0.0 are expected to be held" in out
    assert "There is no roster in" in err


def test_a_roster_that_does_not_fit_is_refused(hjul: Hjul, folder: Path, tmp_path: Path) -> None:
    _write(folder, tmp_path / "out", score=1)
    code, _out, err = hjul(WEEK)
    assert code == 2
    assert "plan the week again with hjul plan 2009-W20" in err


def test_wrong_slack_is_told(hjul: Hjul) -> None:
    for slack in ("5,x", "61", "-1", "2,,5"):
        code, _out, err = hjul(WEEK, "--slack", slack)
        assert code == 2
        assert "--slack" in err


def test_what_is_not_certain_never_looks_so() -> None:
    chances = (0, 1e-9, 0.001, 0.123, 0.999, 0.99999, 1, math.nan)
    assert [percent(chance) for chance in chances] == [
        "0.0 %", "under 0.1 %", "0.1 %", "12.3 %", "99.9 %", "over 99.9 %", "100.0 %", "",
    ]  # fmt: skip
