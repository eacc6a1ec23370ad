"""The commands for what happens once, what was held, what is owed, and how far it is to the goal."""

from collections.abc import Callable
from pathlib import Path

import pytest
from folders import W20, write_folder
from keeping import Planned, publish, store_in

from scheduler import cli
from scheduler.model.clock import NOW_VARIABLE
from scheduler.services.workspace import project_in

MONDAY, TUESDAY = W20.days[:2]
Hjul = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(NOW_VARIABLE, "2009-05-11T07:40")
    made = store_in(tmp_path / "data", demand="practice_id,week,conversations\nP1,2009-W20,3\n")
    publish(made, W20, [Planned("c1", "P1", MONDAY, "9:00", 2), Planned("c2", "P2", TUESDAY, "9:30", 1)])
    return made


@pytest.fixture
def hjul(folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Hjul:
    def run(*arguments: object, lang: str = "en") -> tuple[int, str, str]:
        common = ("--lang", lang, "--data", folder, "--out", tmp_path / "out")
        code = cli.run([*map(str, common), *map(str, arguments)])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return run


def test_an_absence_is_shown_asked_for_and_written(hjul: Hjul, folder: Path) -> None:
    code, out, err = hjul("absent", "c1", "i", "dag")
    assert code == 2
    assert "closures: new: c1, 2009-05-11, 2009-05-11" in out
    assert "nothing was changed" in err
    assert not project_in(folder).closures
    code, out, err = hjul("absent", "c1", "mandag", "--yes", lang="da")
    assert code == 0
    assert "Rådgiver 1 er væk: mandag 11. maj" in out
    assert "Ring nu" in out
    assert "Rådgiveren er forhindret mandag 11. maj kl. 9.00." in out
    assert "hjul replan 2009-W20" in out
    assert "kunne ikke regnes ud" in " ".join(err.split())
    assert hjul("absent", "c1", "mandag", "--answer", "måske", "--yes")[0] == 2
    code, out, _err = hjul("absent", "c1", "mandag", "--yes")
    assert "nothing changes" in out
    assert hjul("store", "undo", "--yes")[0] == 0
    assert not project_in(folder).closures


@pytest.mark.parametrize(
    "command",
    [
        ("close", "P2", "tirs 11-12"),
        ("room", "P1", "ons", "9-12", "--room", "3"),
        ("hours", "c2", "tirs", "9-15"),
    ],
)
def test_other_exceptions_are_written(hjul: Hjul, command: tuple[str, ...]) -> None:
    code, out, _err = hjul(*command, "--yes")
    assert code == 0
    assert "It is written" in out


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("absent", "anne", "tirsdag"), "WHO: there is no anne"),
        (("absent", "c1", "snart"), 'WHEN: "snart" does not say when'),
        (("engagement", "team", "tirsdag"), "ENGAGEMENT: there is no team"),
        (("log", "2009-W20", "P1"), "write how many were held"),
        (("log", "2009-W20", "--held", "1"), "write which practice"),
        (("log", "2009-W20", "c1", "--phone", "1"), "--on"),
        (("log", "2009-W20", "c1", "--phone", "1", "--held", "1"), "told by itself"),
        (("log", "2009-W20", "week.xlsx", "--held", "1"), "leave the other options out"),
        (("log", "2009-W21"), "nothing of 2009-W21 has been published"),
        (("log", "2009-W20", "P1", "--held", "2"), "still to come"),
        (("backlog", "withdraw", "P2", "1"), "nothing is owed to P2"),
        (("report", "someday"), "PERIOD: "),
    ],
)
def test_what_cannot_be_is_a_sentence(hjul: Hjul, command: tuple[str, ...], told: str) -> None:
    code, _out, err = hjul(*command, "--yes") if command[0] != "report" else hjul(*command)
    assert code == 2
    assert told in err
    assert "Traceback" not in err


def test_a_file_that_is_not_there_ends_with_3(hjul: Hjul, tmp_path: Path) -> None:
    assert hjul("log", "2009-W20", tmp_path / "none.xlsx", "--yes")[0] == 3
    assert hjul("busy", "c1", tmp_path / "none.ics", "--yes")[0] == 3


def test_a_week_is_told_owed_and_reported(
    hjul: Hjul, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NOW_VARIABLE, "2009-05-15T16:00")
    assert hjul("log", "2009-W20", "P1", "--held", 1, "--by-us", 1, "--booked", 2, "--yes")[0] == 0
    assert hjul("log", "2009-W20", "c1", "--phone", 3, "--on", "tirsdag", "--yes")[0] == 0
    code, out, _err = hjul("log", "2009-W20")
    assert code == 0
    assert "Edition 1: 3 planned, 1 held, 1 not told yet, 1 found no place." in out
    assert "3 by telephone, 0 at home" in out
    code, out, err = hjul("backlog")
    assert code == 0
    assert "2 conversations are owed." in out
    assert "Where it fits best could not be worked out" in " ".join(err.split())
    assert hjul("backlog", "again", "P1", 1, "2009-W21", "--yes")[0] == 0
    assert hjul("backlog", "withdraw", "P1", 1, "--yes")[0] == 0
    assert "Nothing is owed." in hjul("backlog")[1]
    code, out, _err = hjul("report", "uge 20 2009")
    assert code == 0
    assert "1 of 900 conversations are held, 899 are missing" in out
    made = tmp_path / "out" / "report-2009-05-11--2009-05-17"
    assert sorted(file.name for file in made.iterdir()) == ["index.html", "report.xlsx"]


def test_without_a_store_it_is_said_how_to_make_one(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_folder(tmp_path / "bare")
    for command in (["absent", "c1", "tirsdag"], ["backlog"], ["log", "2009-W20"], ["report"]):
        assert cli.run(["--lang", "en", "--data", str(tmp_path / "bare"), *command]) == 2
        assert "hjul store init" in capfd.readouterr().err
