"""The command line: every command, exit codes, what is printed where."""

import csv
import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from folders import write_folder

from scheduler import cli
from scheduler.base.progress import Progress
from scheduler.cli.options import read_week
from scheduler.model.clock import TIMEZONE, Week
from scheduler.services import planner

ROOT = Path(__file__).parents[2]
SETTINGS = """
[base]
name = "Jobcenter"
address = "Skelbækgade 2"
postcode = "1717"
city = "København V"
lat = 55.66760
lon = 12.55604

[period]
start = 2009-04-01
end = 2009-08-31
"""
PRACTICES = """practice_id,name,address,postcode,city,district,lat,lon,conversations
P1,Lægerne [bold red]Vej,Vej 1,1720,København V,Vesterbro,55.66506,12.54932,2
P2,=HYPERLINK("x"),Vej 2,1670,København V,Vesterbro,55.66750,12.54567,1
"""
ROOMS = "practice_id,weekday,start,end\nP1,mon,09:00,12:00\nP2,tue,09:00,10:30\n"
HOME_VISITS = """visit_id,address,postcode,city,district,date,start,end,minutes,lat,lon
H1,Hemmelig Gade 7,1665,København V,Vesterbro,2009-05-13,09:00,12:00,30,55.66735,12.54900
"""
WEEK = "2009-W20"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project in the folder `data`, which is the default."""
    monkeypatch.chdir(tmp_path)
    return write_folder(
        tmp_path / "data", settings=SETTINGS, practices=PRACTICES, rooms=ROOMS, home_visits=HOME_VISITS
    )


@pytest.fixture
def hjul(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run a command line in English; return exit code, standard output and standard error."""

    def run(*arguments: object, lang: str = "en") -> tuple[int, str, str]:
        code = cli.run(["--lang", lang, *map(str, arguments)])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return run


Hjul = Callable[..., tuple[int, str, str]]


def start(*arguments: object, env: Mapping[str, str] = {}, **more: Any) -> "subprocess.Popen[str]":
    """Start a process of its own, as a shell does."""
    return subprocess.Popen(
        [sys.executable, "-m", "scheduler", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        **more,
    )


# --- plan -----------------------------------------------------------------------------------------


def test_plan_writes_the_week_and_prints_it(project: Path, hjul: Hjul) -> None:
    code, out, err = hjul("plan", WEEK)
    assert code == 0
    folder = project.parent / "out" / WEEK
    roster = json.loads((folder / "roster.json").read_text(encoding="utf-8"))
    assert roster["status"] == "optimal"
    assert out.startswith(
        "Week 20: 3 of 3 visits, 3 conversations, proven best possible, and the proof was checked\n"
    )
    assert "Monday 11 May" in out
    assert "Tuesday 12 May" in out
    assert "Wednesday 13 May" in out
    assert "leaves the base" in out
    assert f"Open {Path('out') / WEEK / 'index.html'}" in out
    # Names are shown as they are written.
    assert "Lægerne [bold red]Vej" in out
    assert '=HYPERLINK("x")' in out
    assert "Travel times" in err
    assert "\x1b" not in out + err


def test_plan_shows_no_home_address(hjul: Hjul) -> None:
    _code, out, err = hjul("plan", WEEK)
    assert "Home visit, Vesterbro" in out
    assert "Hemmelig" not in out + err


def test_plan_in_danish(hjul: Hjul) -> None:
    code, out, _err = hjul("plan", WEEK, lang="da")
    assert code == 0
    assert out.startswith("Uge 20: 3 af 3 besøg")
    assert "mandag 11. maj" in out


def test_danish_is_the_default(capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["plan", WEEK]) == 0
    assert capfd.readouterr().out.startswith("Uge 20")


def test_the_project_says_in_which_language(
    project: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "project.toml").write_text(f'{SETTINGS}[project]\nlanguage = "en"\n', "utf-8")
    assert cli.run(["check-data"]) == 0
    assert "No errors in data." in capfd.readouterr().out
    monkeypatch.setenv("HJUL_LANG", "da")
    assert cli.run(["check-data"]) == 0
    assert "Ingen fejl i data." in capfd.readouterr().out


def test_quiet_prints_nothing(project: Path, hjul: Hjul) -> None:
    assert hjul("plan", WEEK, "--quiet") == (0, "", "")
    assert hjul("check-data", "--quiet") == (0, "", "")
    assert (project.parent / "out" / WEEK / "roster.json").exists()


def test_quiet_prints_errors(hjul: Hjul) -> None:
    code, out, err = hjul("--quiet", "check-data", "--data", "nowhere")
    assert (code, out) == (2, "")
    assert "nowhere" in err


def test_common_options_before_and_after_the_command(project: Path, hjul: Hjul) -> None:
    project.rename(project.parent / "other")
    assert hjul("--data", "other", "--out", "first", "plan", WEEK)[0] == 0
    assert hjul("plan", WEEK, "--data", "other", "--out", "second")[0] == 0
    assert hjul("--data", "wrong", "plan", WEEK, "--data", "other", "--out", "third")[0] == 0
    made = {path.parent.parent.name for path in project.parent.glob("*/*/roster.json")}
    assert made == {"first", "second", "third"}


def test_what_was_not_placed_is_said(project: Path, hjul: Hjul) -> None:
    (project / "rooms.csv").write_text("practice_id,weekday,start,end\nP1,mon,09:00,12:00\n", "utf-8")
    code, out, _err = hjul("plan", WEEK)
    assert code == 0
    assert "2 of 3 visits" in out
    assert '=HYPERLINK("x") (P2), no visit, 1 conversation asked for: ' in out


def test_notes_are_said(hjul: Hjul) -> None:
    code, _out, err = hjul("plan", "2010-W20")
    assert code == 0
    assert "Note: 2010-W20 lies outside the project's period" in err


@pytest.mark.parametrize(
    "words", [["2009-W20"], ["2009-w20"], ["uge 20 2009"], ["uge", "20", "2009"], ["week", "20,", "2009"]]
)
def test_ways_to_write_a_week(words: list[str]) -> None:
    assert read_week(" ".join(words)) == Week(2009, 20)


def test_next_week_is_the_default() -> None:
    before = Week.of(dt.datetime.now(TIMEZONE).date())
    wanted = read_week("")
    after = Week.of(dt.datetime.now(TIMEZONE).date())
    assert wanted in (before.shift(1), after.shift(1))


# --- What can go wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "week", ["2009-W54", "2010-W53", "uge 0 2009", "20", "2009-05-12", "../../x", "[/x]"]
)
def test_no_such_week(project: Path, hjul: Hjul, week: str) -> None:
    code, out, err = hjul("plan", week)
    assert (code, out) == (2, "")
    assert err.startswith("WEEK: ")
    assert err.count("\n") == 1
    assert not (project.parent / "out").exists()


def test_names_of_files_that_a_shell_puts_in_do_not_steer_the_terminal(hjul: Hjul) -> None:
    code, _out, err = hjul("check", "roster.json", "\x1b[31mred\x07.json")
    assert code == 2
    assert "red.json)" in err
    assert all(line.isprintable() for line in err.splitlines())


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing"],
        ["plan", "--time-limit", "0"],
        ["plan", "--seed", "-1"],
        ["plan", "--lang", "fr"],
        ["travel"],
        ["forget"],
        ["forget", "--before", "2009-02-30"],
        ["check"],
        ["init"],
        ["network", "build"],
    ],
)
def test_wrong_usage(hjul: Hjul, arguments: list[str]) -> None:
    code, out, err = hjul(*arguments)
    assert (code, out) == (2, "")
    assert err
    assert "Traceback" not in err


def test_one_line_a_problem_and_the_earlier_week_untouched(project: Path, hjul: Hjul) -> None:
    assert hjul("plan", WEEK)[0] == 0
    out_folder = project.parent / "out"
    before = {path: path.read_bytes() for path in out_folder.rglob("*") if path.is_file()}
    (project / "rooms.csv").write_text(
        "practice_id,weekday,start,end\nP1,mon,12:00,09:00\nP9,xyz,09:00,12:00\n", "utf-8"
    )
    code, out, err = hjul("plan", WEEK)
    assert (code, out) == (2, "")
    problems = [line for line in err.splitlines() if line.startswith("rooms.csv:")]
    assert [line.partition(" ")[0] for line in problems] == ["rooms.csv:2", "rooms.csv:3", "rooms.csv:3"]
    assert "rooms.csv:3 [weekday]: " in err
    assert {path: path.read_bytes() for path in out_folder.rglob("*") if path.is_file()} == before


def test_an_unknown_address_names_the_row(project: Path, hjul: Hjul) -> None:
    (project / "practices.csv").write_text(
        "practice_id,name,address,postcode,city,district\n"
        "P1,Vej,Istedgadde 128,1650,København V,V\nP2,Gade,Enghave Plads 14,1670,København V,V\n",
        "utf-8",
    )
    code, _out, err = hjul("check-data")
    assert code == 2
    assert "practices.csv:2 [address]: " in err
    assert "Istedgade" in err


def test_an_unexpected_error_is_a_sentence(hjul: Hjul, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("inner [bold]wheel")

    monkeypatch.setattr(planner, "prepare", fail)
    code, out, err = hjul("check-data")
    assert (code, out) == (1, "")
    assert "RuntimeError: inner [bold]wheel" in err
    assert "HJUL_DEBUG=1" in err
    assert "Traceback" not in err
    monkeypatch.setenv("HJUL_DEBUG", "1")
    with pytest.raises(RuntimeError):
        hjul("check-data")


def test_an_unreadable_file_is_a_service_error(hjul: Hjul, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied", "data/rooms.csv")

    monkeypatch.setattr(planner, "prepare", fail)
    assert hjul("check-data") == (3, "", "data/rooms.csv: permission denied\n")
    assert hjul("check-data", lang="da") == (3, "", "data/rooms.csv: adgang nægtet\n")


# --- Ctrl-C -----------------------------------------------------------------------------------------


def _interrupted(monkeypatch: pytest.MonkeyPatch, *, after_roster: bool, times: int) -> list[bool]:
    """Make planning be interrupted so many times; return what it was told of stopping."""
    told: list[bool] = []
    plan_week = planner.plan_week

    def interrupted(
        *arguments: Any, progress: Progress, stop: Callable[[], bool], **options: Any
    ) -> planner.Planned:
        if after_roster:
            progress.bounds(1000, 900)
        for _time in range(times):
            signal.raise_signal(signal.SIGINT)
        told.append(stop())
        return plan_week(*arguments, progress=progress, stop=stop, **options)

    monkeypatch.setattr(planner, "plan_week", interrupted)
    return told


def test_ctrl_c_writes_the_best_roster(project: Path, hjul: Hjul, monkeypatch: pytest.MonkeyPatch) -> None:
    told = _interrupted(monkeypatch, after_roster=True, times=1)
    before = signal.getsignal(signal.SIGINT)
    code, out, err = hjul("plan", WEEK)
    assert code == 0
    assert told == [True]
    roster = json.loads((project.parent / "out" / WEEK / "roster.json").read_text(encoding="utf-8"))
    assert roster["status"] == "feasible"
    assert "without a proof" in out
    assert "Stopping with the best roster found" in err
    assert "The search was stopped" in err
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_that_aborts(project: Path, hjul: Hjul, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    # Once before there is a roster, or twice after.
    _interrupted(monkeypatch, after_roster=times == 2, times=times)
    code, out, err = hjul("plan", WEEK)
    assert (code, out) == (130, "")
    assert "Stopped; nothing was written." in err
    assert not (project.parent / "out").exists()


# --- The other commands -----------------------------------------------------------------------------


def test_init_makes_two_projects(hjul: Hjul, tmp_path: Path) -> None:
    folder = tmp_path / "æ [x] project"
    code, out, _err = hjul("init", folder)
    assert code == 0
    assert str(folder / "excel" / "project.xlsx") in out
    for project in (folder, folder / "excel"):
        code, out, _err = hjul("check-data", "--data", project)
        assert code == 0
        assert f"No errors in {project}." in out
        assert "practices        20" in out


def test_init_leaves_a_folder_that_is_there(hjul: Hjul, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "letter").write_text("")
    code, _out, err = hjul("init", folder)
    assert code == 2
    assert str(folder) in err
    assert [path.name for path in folder.iterdir()] == ["letter"]


def test_check_data_says_every_problem_of_every_week_once(project: Path, hjul: Hjul) -> None:
    # A pin that breaks a rule shows only in its week, the engagement in every week.
    (project / "pins.csv").write_text("id,date,start\nP1,2009-06-08,11:50\n", "utf-8")
    (project / "engagements.csv").write_text(
        "engagement_id,title,kind,consultant_id,weekday,start,end,place\n"
        "E1,A,meeting,c1,thu,09:00,10:00,P1\nE2,B,meeting,c1,thu,10:01,11:00,P2\n",
        "utf-8",
    )
    code, out, err = hjul("check-data")
    assert (code, out) == (2, "")
    found = [line.partition(" ")[0] for line in err.splitlines() if ".csv:" in line]
    assert sorted(name.rstrip(":") for name in found) == ["engagements.csv:3", "pins.csv:2"]


def test_check_data_warns_of_what_can_never_be_met(project: Path, hjul: Hjul) -> None:
    (project / "rooms.csv").write_text("practice_id,weekday,start,end\nP1,mon,09:00,12:00\n", "utf-8")
    code, _out, err = hjul("check-data")
    assert code == 0
    assert "P2: the practice has no room" in err


def test_check(project: Path, hjul: Hjul) -> None:
    assert hjul("plan", WEEK)[0] == 0
    file = project.parent / "out" / WEEK / "roster.json"
    code, out, _err = hjul("check", file)
    assert code == 0
    assert "keeps every rule" in out
    assert "The proof holds: No roster scores less than" in out
    roster = json.loads(file.read_text(encoding="utf-8"))
    roster["score"] -= 1
    roster["bound"] -= 1
    file.write_text(json.dumps(roster), encoding="utf-8")
    code, out, err = hjul("check", file, "--quiet")
    assert (code, out) == (1, "")
    assert err.startswith(f"{file}: ")


def test_check_of_a_roster_without_a_proof_and_with_a_false_one(project: Path, hjul: Hjul) -> None:
    assert hjul("plan", WEEK)[0] == 0
    file = project.parent / "out" / WEEK / "roster.json"
    roster = json.loads(file.read_text(encoding="utf-8"))
    prices = roster.pop("prices")
    file.write_text(json.dumps(roster), encoding="utf-8")
    code, out, err = hjul("check", file)
    assert code == 0
    assert "keeps every rule" in out
    assert "carries no proof" in err
    roster["prices"] = prices | {"high": {}}
    file.write_text(json.dumps(roster), encoding="utf-8")
    assert hjul("check", file) == (1, "", f"{file}: The shares of the proof are not 1 in all.\n")


@pytest.mark.parametrize(
    ("content", "expected"), [(None, 3), (b"{", 2), (b"\xff\xfe", 2), (b'{"week": 1}', 2)]
)
def test_check_of_no_roster(project: Path, hjul: Hjul, content: bytes | None, expected: int) -> None:
    file = project.parent / "roster.json"
    if content is not None:
        file.write_bytes(content)
    code, out, err = hjul("check", file)
    assert (code, out) == (expected, "")
    assert str(file) in err


def test_travel(project: Path, hjul: Hjul) -> None:
    file = project.parent / "rides.csv"
    code, out, _err = hjul("travel", "--to", file)
    assert code == 0
    assert "12 rides between 4 places" in out
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == ["from_id", "to_id", "ride_seconds", "ride_metres"]
    pairs = {(row["from_id"], row["to_id"]) for row in rows}
    ids = {"base", "P1", "P2", "H1"}
    assert pairs == {(a, b) for a in ids for b in ids if a != b}
    assert all(int(row["ride_seconds"]) > 0 and int(row["ride_metres"]) > 0 for row in rows)
    assert [path.name for path in project.parent.iterdir() if path.name.startswith(".")] == []


def test_travel_to_nowhere(project: Path, hjul: Hjul) -> None:
    code, out, err = hjul("travel", "--to", project.parent / "no" / "rides.csv")
    assert (code, out) == (3, "")
    assert "rides.csv cannot be written" in err


def test_geocode_hides_home_visits(project: Path, hjul: Hjul) -> None:
    file = project.parent / "places.csv"
    code, out, _err = hjul("geocode", "--to", file)
    assert code == 0
    written = file.read_text(encoding="utf-8")
    assert "H1" in out
    assert "55.66506, 12.54932" in out
    assert "lat and lon of the table" in out
    for secret in ("Hemmelig", "55.66735", "12.549,"):
        assert secret not in out + written
    with file.open(encoding="utf-8", newline="") as stream:
        rows = {row["place_id"]: row for row in csv.DictReader(stream)}
    assert rows["P1"]["lat"] == "55.66506"
    assert rows["P2"]["name"] == '\'=HYPERLINK("x")'
    assert rows["H1"] == {
        "place_id": "H1",
        "name": "Home visit",
        "address": "Vesterbro",
        "lat": "",
        "lon": "",
        "source": "table",
        "distance_m": rows["H1"]["distance_m"],
    }


def test_geocode_shows_the_good_places_beside_the_bad(project: Path, hjul: Hjul) -> None:
    (project / "practices.csv").write_text(
        PRACTICES
        + "P3,Tre,Findesikkevej 3,1720,København V,Vesterbro,,,1\nP4,Fire,Vej 4,1720,København V,Vesterbro,56.5,9.5,1\n",
        encoding="utf-8",
    )
    file = project.parent / "places.csv"
    file.write_text("earlier", encoding="utf-8")
    code, out, err = hjul("geocode", "--to", file)
    assert code == 2
    assert file.read_text(encoding="utf-8") == "earlier"
    rows = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    assert "55.66506, 12.54932" in rows["P1"]
    assert "Findesikkevej 3" in rows["P3"]
    assert "not found" in rows["P3"]
    assert "56.50000, 9.50000" in rows["P4"]
    assert "not found" in rows["P4"]
    assert "H1" in rows
    assert "practices.csv:4 [address]: the street Findesikkevej is not in the map" in err
    assert "practices.csv:5 [lat]: P4 is" in err
    assert "P1" not in err
    assert "Correct the addresses" in err


def test_check_data_and_plan_say_what_is_passed_over_and_has_no_effect(project: Path, hjul: Hjul) -> None:
    (project / "practices.csv").write_text(
        PRACTICES.replace("conversations\n", "conversations,Mobil\n"), encoding="utf-8"
    )
    (project / "closures.csv").write_text("who,from,to\nP1,2019-05-01,2019-05-02\nP1,2019-05-01,2019-05-02\n")
    for command in (("check-data",), ("plan", WEEK, "--time-limit", 2)):
        code, _out, err = hjul(*command)
        assert code == 0
        assert "Note: practices.csv:1 [Mobil]: the table has no such column; it is not read\n" in err
        assert (
            "Note: closures.csv:2 [from]: P1: the closure closes no day of the period, 1 April 2009 to 31 August 2009 "
            "(also in row 3)\n"
        ) in err


def test_network_build_and_info(project: Path, hjul: Hjul) -> None:
    code, out, _err = hjul("network", "info")
    assert code == 0
    assert "copenhagen-sw.osm (simplified map)" in out
    mine = project.parent / "mine.osm"
    text = (ROOT / "data" / "map" / "copenhagen-sw.osm").read_text(encoding="utf-8")
    mine.write_text(text.replace("</osm>", "<!-- mine --></osm>"), encoding="utf-8")
    code, out, _err = hjul("network", "build", mine)
    assert code == 0
    built = project / "network.osm"
    assert b"Enghavevej" in built.read_bytes()
    assert "Taken from mine.osm" in out
    code, out, _err = hjul("network", "info")
    assert code == 0
    assert f"Network: {Path('data') / 'network.osm'}" in out
    assert "simplified" not in out


@pytest.mark.parametrize("content", [b"", b"<osm", b"PK\x03\x04", b'<osm version="0.6"></osm>'])
def test_network_build_of_a_bad_file_changes_nothing(project: Path, hjul: Hjul, content: bytes) -> None:
    bad = project.parent / "bad.osm"
    bad.write_bytes(content)
    code, out, err = hjul("network", "build", bad)
    assert (code, out) == (2, "")
    assert "bad.osm" in err
    assert not (project / "network.osm").exists()


def test_network_build_of_a_file_that_is_not_there(hjul: Hjul) -> None:
    assert hjul("network", "build", "nothing.osm")[0] == 3


def test_forget(project: Path, hjul: Hjul) -> None:
    assert hjul("plan", WEEK)[0] == 0
    code, out, _err = hjul("forget", "--before", "14-05-2009")
    assert code == 0
    assert "1 home visit deleted" in out
    left = b"".join(
        path.read_bytes() for path in project.parent.rglob("*") if path.is_file() and path.suffix != ".xlsx"
    )
    assert b"Hemmelig" not in left
    assert hjul("plan", WEEK)[0] == 0


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colours_only_where_they_are_wanted(
    hjul: Hjul, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], *, coloured: bool
) -> None:
    for name in ("FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    code, out, _err = hjul("check-data")
    assert code == 0
    assert ("\x1b[32m" in out) == coloured


# --- As a process -----------------------------------------------------------------------------------


def test_version_and_help() -> None:
    version, _err = start("--version").communicate()
    assert version == "hjul, version 0.1.0\n"
    help_text, _err = start("--help").communicate()
    assert help_text.startswith("Brug: hjul [TILVALG] KOMMANDO [ARGUMENTER]...\n")
    help_text, _err = start("--help", "--lang", "en").communicate()
    assert help_text.startswith("Usage: hjul [OPTIONS] COMMAND [ARGS]...\n")


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from scheduler import cli; cli.run(['plan', '--help']); "
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    loaded = set(out.splitlines()[-1].split())
    assert "click" in loaded
    assert (
        loaded & {"babel", "matplotlib", "networkx", "numpy", "ortools", "pandas", "pydantic", "rich"}
        == set()
    )


def test_a_console_that_lacks_letters(project: Path) -> None:
    process = start("plan", WEEK, cwd=project.parent, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert "L?gerne" in out


def test_a_reader_that_goes_away(project: Path) -> None:
    process = start("plan", WEEK, cwd=project.parent)
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    err = process.stderr.read()
    process.wait()
    process.stderr.close()
    assert "Traceback" not in err
    assert "mistake" not in err
    assert (project.parent / "out" / WEEK / "roster.json").exists()


def test_ctrl_c_before_there_is_a_roster(project: Path) -> None:
    shutil.rmtree(cache := project.parent / "cache", ignore_errors=True)
    process = start("plan", WEEK, "--lang", "en", cwd=project.parent, env={"HJUL_CACHE": str(cache)})
    assert process.stderr
    first = process.stderr.readline()
    assert first == "Reading the tables\n"
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate()
    assert process.returncode == 130
    assert err.endswith("Stopped; nothing was written.\n")
    assert not (project.parent / "out").exists()


def long_project(folder: Path) -> Path:
    """Write a project whose week is not solved in an instant: 14 practices with rooms on three days each."""
    spots = [(55.649 + i * 7 % 20 * 0.001, 12.51 + i * 13 % 20 * 0.002) for i in range(14)]
    practices = [
        f"P{i},Vej {i},Vej {i},1720,København V,V,{lat:.5f},{lon:.5f},2" for i, (lat, lon) in enumerate(spots)
    ]
    rooms = [f"P{i},{day},09:00,12:00" for i in range(14) for day in ("mon", "wed", "fri")]
    return write_folder(
        folder,
        settings=SETTINGS,
        practices="\n".join([PRACTICES.partition("\n")[0], *practices, ""]),
        rooms="\n".join(["practice_id,weekday,start,end", *rooms, ""]),
    )


def test_ctrl_c_while_solving(tmp_path: Path) -> None:
    long_project(tmp_path / "long")
    process = start("plan", WEEK, "--lang", "en", "--data", "long", "--time-limit", "60", cwd=tmp_path)
    assert process.stderr
    for line in process.stderr:
        if line.startswith("  best "):
            break
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert "Stopping with the best roster found" in err
    assert (tmp_path / "out" / WEEK / "roster.json").exists()


def test_advise_ranks_changes_and_writes_nothing(hjul: Hjul, project: Path) -> None:
    code, out, _err = hjul("advise", WEEK, "--time-limit", "20")
    assert code == 0
    assert "What would help most" in out or "No single room" in out
    assert not (project.parent / "out").exists()


def test_alternatives_are_compared_and_written_beside_the_best(hjul: Hjul, project: Path) -> None:
    code, out, _err = hjul("plan", WEEK, "--alternatives", "2")
    assert code == 0
    folders = sorted(path.name for path in (project.parent / "out").iterdir())
    assert folders[0] == WEEK
    if len(folders) == 1:
        assert "No other roster is nearly as good." in out
    for number, folder in enumerate(folders[1:], start=1):
        assert folder == f"{WEEK}-alternative-{number}"
        assert (project.parent / "out" / folder / "index.html").exists()
        assert f"{number}: " in out


# --- What killed commands left ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("check-data",),
        ("travel", "--to", "rides.csv"),
        ("network", "info"),
        ("init", "new"),
        ("forget", "--before", "2009-01-01"),
        ("plan", "2009-W99"),  # also one that has no time to do anything
        ("check", "out/2009-W20/roster.json"),
    ],
)
def test_every_command_begins_with_tidying_up(project: Path, hjul: Hjul, arguments: Sequence[str]) -> None:
    out = project.parent / "out"
    left = [
        out / ".2009-W20.hjul-new" / "maps" / "2009-05-13-c1.html",
        out / ".2009-W21.new-4711" / "maps" / "2009-05-13-c1.html",
        out / "simulate" / "a" / "weeks" / ".part.parquet.hjul-new",
        project / ".home_visits.csv.hjul-new",
        project / ".forget.hjul-new" / "1",
        project.parent / ".other project.hjul-new" / "home_visits.csv",
    ]
    for file in left:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("Hemmelig Gade 7", encoding="utf-8")
    hjul(*arguments)
    assert not list(project.parent.rglob(".*"))


def test_help_tidies_nothing(project: Path, hjul: Hjul) -> None:
    (project / ".a.hjul-new").touch()
    assert hjul("plan", "--help")[0] == 0
    assert hjul("--out", str(project), "network")[0] == 2
    assert (project / ".a.hjul-new").exists()
