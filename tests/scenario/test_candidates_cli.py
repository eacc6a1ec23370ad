"""The commands `hjul simulate candidates` and `hjul simulate place`, from file to page."""

from pathlib import Path

import pandas as pd
import pytest
from scenario.joiners import write_candidates, write_project

from scheduler.base.errors import InputError
from scheduler.cli import run
from scheduler.inputs import read_project
from scheduler.scenario import Runs, rank_candidates, read_scenarios

SAXO = "saxo,=Lægerne Saxogade,Saxogade 94,1662,København V,,,,tue,08:30,12:00\n"
LATE = "late,Lægerne Istedgade,Istedgade 89,1650,København V,,,,mon,13:00,16:00\n"


def _simulate(folder: Path, *arguments: str) -> int:
    return run(
        [
            "--lang",
            "en",
            "--data",
            str(folder / "project"),
            "--out",
            str(folder / "out"),
            "simulate",
            *arguments,
            "--weeks",
            "2009-W20..2009-W21",
            "--workers",
            "0",
        ]
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_project(tmp_path / "project")
    return tmp_path


def test_candidates_are_ranked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_candidates(folder, LATE, SAXO)
    assert _simulate(folder, "candidates", str(file)) == 0
    out, err = capsys.readouterr()
    assert "Each alone, over 2 weeks, 2009-W20 to 2009-W21" in out
    assert out.index("=Lægerne Saxogade") < out.index("Lægerne Istedgade")
    assert "None of the others would bring anything more." in out
    assert "late: no consultant works when the practice has a room" in err
    page = folder / "out" / "simulate" / "candidates" / "index.html"
    assert str(page) in out
    assert "Practices that could join" in page.read_text(encoding="utf-8")
    alone = pd.read_csv(folder / "out" / "simulate" / "candidates" / "alone.csv")
    assert alone["candidate_id"].tolist() == ["saxo", "late"]
    assert alone["name"].tolist()[0] == "'=Lægerne Saxogade"  # no formula
    joined = pd.read_csv(folder / "out" / "simulate" / "candidates" / "joined.csv")
    assert joined["candidate_id"].tolist() == ["saxo"]
    total = pd.read_csv(folder / "out" / "simulate" / "candidates" / "total.csv")
    assert total["planned_conversations"].tolist() == [5, 7, 2]
    assert "All of them together" in out
    further = folder / "out" / "simulate" / "candidates" / "joined.toml"
    (scenario,) = read_scenarios(further, read_project(folder / "project"))
    assert scenario.title == "Together: =Lægerne Saxogade"
    assert "Without the section [costs] in project.toml the budget is spread" in err
    # Nobody joins: what an earlier ranking left is gone.
    assert _simulate(folder, "candidates", str(file), "--take", "0", "--by", "kroner") == 0
    out, err = capsys.readouterr()
    assert "ranked by kroner for each conversation more" in out
    assert "Nothing that these practices would cost has a price" in err
    assert not further.exists()


def test_a_measure_that_there_is_not(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_candidates(folder, SAXO)
    assert _simulate(folder, "candidates", str(file), "--by", "beauty") == 2
    assert "--by" in capsys.readouterr().err
    with pytest.raises(
        InputError, match="ranked by beauty; choose one of points, conversations, hours, kroner"
    ):
        rank_candidates(folder / "project", file, "2009-W20", by="beauty", runs=Runs(workers=0))


def test_the_page_goes_where_it_is_wanted(folder: Path) -> None:
    file = write_candidates(folder, SAXO)
    assert _simulate(folder, "candidates", str(file), "--to", str(folder / "who.html"), "--take", "0") == 0
    assert (folder / "who.html").exists()
    assert not (folder / "out" / "simulate" / "candidates" / "index.html").exists()
    assert (folder / "out" / "simulate" / "candidates" / "joined.csv").read_text().count("\n") == 1


def test_what_is_planned_is_not_planned_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_candidates(folder, SAXO)
    assert _simulate(folder, "candidates", str(file)) == 0
    assert "Planning 4 of 4 weeks" in capsys.readouterr().err
    assert _simulate(folder, "candidates", str(file)) == 0
    assert "Planning 0 of 4 weeks" in capsys.readouterr().err


def test_bad_candidates_are_told_before_anything_is_planned(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_candidates(folder, SAXO.replace("tue,08:30", ","), LATE.replace("Istedgade 89", "Nowhere 3"))
    assert _simulate(folder, "candidates", str(file)) == 2
    out, err = capsys.readouterr()
    assert "who.csv:2 [start]: this must be filled in" in err
    assert "who.csv:3 [address]:" in err
    assert "Traceback" not in err
    assert not out
    assert not (folder / "out").exists()


def test_a_file_that_is_not_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _simulate(folder, "candidates", str(folder / "nobody.csv")) == 3
    assert "cannot be read" in capsys.readouterr().err


def test_the_next_place_for_those_who_live_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    need = folder / "need.csv"
    need.write_text("bydel;borgere\nVesterbro;1.500\n", encoding="utf-8")
    assert _simulate(folder, "place", "--places", "3", "--sample", "1", "--need", str(need)) == 0
    out, err = capsys.readouterr()
    assert "A practice as the citizens nearest to it need it, with a room 9:00–12:00" in out
    assert "Citizens" in out
    assert "A place is worth what the citizens would ask for" in err
    page = (folder / "out" / "simulate" / "place" / "index.html").read_text(encoding="utf-8")
    assert "nearest to" in page
    table = pd.read_csv(folder / "out" / "simulate" / "place" / "places.csv")
    assert 0 < table["citizens"].sum() < 3 * 1500
    assert table["points_a_week"].is_monotonic_decreasing


def test_the_next_place(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _simulate(folder, "place", "--places", "2", "--sample", "1") == 0
    out = capsys.readouterr().out
    assert "A practice with 1 conversation a week and a room 9:00–12:00, tried over 1 week, 2009-W20" in out
    assert "The best places" in out
    assert (folder / "out" / "simulate" / "place" / "index.html").exists()
    table = pd.read_csv(folder / "out" / "simulate" / "place" / "places.csv")
    assert table["points_a_week"].is_monotonic_decreasing
    assert len(table) == 2
