"""Heavy inputs and things that are no files: a sentence, soon and in little memory."""

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from folders import PLACE, SETTINGS, lines_of, write_folder

from scheduler import cli
from scheduler.base import limits
from scheduler.base.errors import InputError, InputProblem, SchedulerError, ServiceError
from scheduler.inputs import read_project
from scheduler.inputs.candidates import read_candidates
from scheduler.model.config import Cycling
from scheduler.model.rosterfile import load
from scheduler.network import load_network
from scheduler.places.online import OnlineAddresses
from scheduler.scenario import read_scenarios
from scheduler.services.building import build_network

Reader = Callable[[Path], object]


def _table(file: Path) -> object:
    return read_project(write_folder(file.parent, rooms=None))


def _settings(file: Path) -> object:
    return read_project(write_folder(file.parent, settings=None))


def _candidates(file: Path) -> object:
    problems: list[InputProblem] = []
    read_candidates(file, read_project(write_folder(file.parent / "data")), problems, [])
    if problems:
        raise InputError(problems)
    return None


def _scenarios(file: Path) -> object:
    return read_scenarios(file, read_project(write_folder(file.parent / "data")))


def _built(file: Path) -> object:
    return build_network(write_folder(file.parent / "data"), file)


def _network(file: Path) -> object:
    return load_network(file, Cycling())


READERS: dict[str, tuple[str, Reader]] = {
    "table": ("rooms.csv", _table),
    "workbook": ("project.xlsx", _table),
    "settings": ("project.toml", _settings),
    "candidates": ("candidates.csv", _candidates),
    "candidates.xlsx": ("candidates.xlsx", _candidates),
    "scenarios": ("scenarios.toml", _scenarios),
    "roster": ("roster.json", load),
    "built": ("map.osm", _built),
    "built.pbf": ("map.osm.pbf", _built),
    "network": ("network.osm", _network),
}


def _folder(file: Path) -> None:
    file.mkdir()


def _pipe(file: Path) -> None:
    os.mkfifo(file)


def _device(file: Path) -> None:
    file.symlink_to("/dev/zero")


def _dangling(file: Path) -> None:
    file.symlink_to("nowhere")


def _loop(file: Path) -> None:
    file.symlink_to(file.name)


def _socket(file: Path) -> None:
    here = Path.cwd()
    os.chdir(file.parent)  # the name of a socket must be short
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(file.name)
    finally:
        os.chdir(here)


NO_FILES: dict[str, tuple[Callable[[Path], None], str]] = {
    "folder": (_folder, "it is a folder"),
    "pipe": (_pipe, "it is a device or a pipe, not a file"),
    "device": (_device, "it is a device or a pipe, not a file"),
    "socket": (_socket, "it is a device or a pipe, not a file"),
    "dangling link": (_dangling, "it is a link to a file that is not there"),
    "link to itself": (_loop, "it is a link to a file that is not there"),
}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such things")
@pytest.mark.parametrize("kind", NO_FILES)
@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_file(tmp_path: Path, reader: str, kind: str) -> None:
    name, read = READERS[reader]
    make, words = NO_FILES[kind]
    make(tmp_path / name)
    with pytest.raises(ServiceError) as caught:
        read(tmp_path / name)
    assert caught.value.exit_code == 3
    assert words in str(caught.value)
    assert name in str(caught.value)


@pytest.mark.parametrize("reader", sorted(READERS.keys() - {"built", "built.pbf"}))
def test_files_that_are_too_large(tmp_path: Path, reader: str) -> None:
    name, read = READERS[reader]
    with (tmp_path / name).open("wb") as file:
        file.truncate(1 << 40)  # no block of it is on the disk
    with pytest.raises(InputError, match=r"the file is larger than [\d,]+ MB, and no such file needs to be"):
        read(tmp_path / name)


@pytest.mark.parametrize("reader", ["built", "built.pbf"])
def test_maps_may_be_of_any_size_but_are_maps(tmp_path: Path, reader: str) -> None:
    name, read = READERS[reader]
    with (tmp_path / name).open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(InputError, match="not an OpenStreetMap file"):
        read(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such things")
def test_what_becomes_a_pipe_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"x")
    opened = os.open

    def late(path: Path, flags: int) -> int:
        path.unlink()
        os.mkfifo(path)
        return opened(path, flags)

    monkeypatch.setattr(os, "open", late)
    with pytest.raises(ServiceError, match="it is a device or a pipe"):
        limits.read(file, 100)


def test_a_file_of_which_the_system_knows_no_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x"
    file.write_bytes(bytes(100))
    monkeypatch.setattr(limits, "require_size", lambda *_arguments: None)
    assert limits.read(file, 100) == bytes(100)
    with pytest.raises(InputError, match="larger than"):
        limits.read(file, 99)


def test_answers_that_are_no_file_count_as_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "geocoding-cache.json")
    OnlineAddresses(tmp_path)


def test_a_network_that_is_a_dangling_link_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (write_folder(tmp_path / "data") / "network.osm").symlink_to("nowhere")
    assert cli.run(["--lang", "en", "check-data"]) == 3
    assert "network.osm: the file cannot be read: it is a link" in capfd.readouterr().err


# --- Tables -----------------------------------------------------------------------------------------

ROOMS = "practice_id,weekday,start,end\nP1,mon,09:00,12:00\nP2,tue,09:00,12:00\n"


@pytest.mark.parametrize(
    ("rooms", "said"),
    [
        (ROOMS + "x" * 1_100_000, "rooms.csv:4: the line has more than 1,000,000 characters"),
        (ROOMS + "\r\n" * 3 + "," * 2_100_000, "rooms.csv:7: the line has more than 1,000,000 characters"),
        ("x" * 1_000_001 + "\r" + ROOMS, "rooms.csv:1: the line has more than 1,000,000 characters"),
        (ROOMS + "\n" * 1_000_001, "rooms.csv: the file has more than 1,000,000 lines"),
        (ROOMS + "\r" * 1_000_001, "rooms.csv: the file has more than 1,000,000 lines"),
        (ROOMS + "P1" + ",mon" * 301, "rooms.csv:4: there are more than 300 columns; rows from here on were not read"),
        (",".join(f"h{i}" for i in range(301)), "rooms.csv:1: there are more than 300 columns"),
        (ROOMS + "P1,mon," + "9" * 200_000, 'rooms.csv:4: a quote " is not closed, or a cell is far too long'),
    ],
    ids=range(8),
)  # fmt: skip
def test_lines_without_end(tmp_path: Path, rooms: str, said: str) -> None:
    assert said in "\n".join(lines_of(write_folder(tmp_path, rooms=rooms)))


def test_a_line_that_is_just_short_enough(tmp_path: Path) -> None:
    rooms = ROOMS + "P1,mon,13:00,14:00" + "," * 999_900 + "\nP1,tue,13:00,14:00\n"
    assert len(read_project(write_folder(tmp_path, rooms=rooms)).rooms) == 4


@pytest.mark.parametrize("table", ["csv", "xlsx"])
def test_too_many_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    from openpyxl import Workbook

    monkeypatch.setattr(limits, "MANY_ROWS", 20_000)  # no more are read of any table
    lines = [f"P{number},Vej,{PLACE},x" for number in range(1, 15_000)]
    heading = "practice_id,name,address,postcode,city,district"
    if table == "csv":
        folder = write_folder(tmp_path, practices="\n".join((heading, *lines)))
        file = "practices.csv"
    else:
        folder, file = write_folder(tmp_path, practices=None), "project.xlsx!practices"
        workbook = Workbook(write_only=True)
        sheet = workbook.create_sheet("practices")
        for line in (heading, *lines):
            sheet.append(line.split(","))
        workbook.save(folder / "project.xlsx")
    assert lines_of(folder)[0] == (
        f"{file}:10002: the table has more than 10,000 rows; delete what is not needed, or make two projects of it"
    )


def test_too_many_places(tmp_path: Path) -> None:
    places = "place_id,name,address,postcode,city,district\n"
    places += "".join(f"S{number},Sted,{PLACE},x\n" for number in range(2999))
    (line,) = lines_of(write_folder(tmp_path, places=places))
    assert line == (
        "places.csv: there are 3,001 practices, home visits and other places, and at most 3,000 can be planned for; "
        "delete old ones, or make a project for each base"
    )


def test_as_many_problems_as_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    bad = "".join("x,y,z,w\n" for _row in range(2000))
    dangling = "practice_id,week,conversations\n" + "".join(
        f"X{number},2009-W20,1\n" for number in range(2000)
    )
    write_folder(tmp_path / "data", rooms=ROOMS + bad, demand=dangling)
    assert cli.run(["--lang", "en", "check-data"]) == 2
    said = capfd.readouterr().err.splitlines()
    assert "demand.csv:2 [practice_id]: there is no X0 in practices" in said
    assert (
        "demand.csv:12 [practice_id]: 1,990 more cells of this column, from this row on, have problems"
        in said
    )
    (line,) = (line for line in said if '[start]: "z" is not a time of day' in line)
    assert line.endswith(" and 94 more)")
    assert len(said) < 20

    (tmp_path / "data" / "demand.csv").unlink()
    assert cli.run(["--lang", "en", "check-data"]) == 2
    assert capfd.readouterr().err.splitlines()[-1] == (
        "rooms.csv:104: 300 problems were found in this table; rows from here on were not read, as they will have "
        "the same"
    )


# --- Settings and scenarios -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"# {'x' * 5000}", "project.toml:11: the line has more than 5,000 characters"),
        ("x = 0x" + "f" * 4000, "project.toml:11 [period.x]: this number is too long"),
        ("x = 1" + "0" * 20, "project.toml:11 [period.x]: this number is too long"),
        ("[map]\nnetwork." + "a." * 50 + "b = 1", "project.toml:11 [map]: this is nested too deep"),
        ("[map]\nnetwork." + "a." * 2000 + "b = 1", "project.toml:12: this is nested too deep"),
        ("[map." + "a . " * 1000 + "b]", "project.toml:11: this is nested too deep"),
        ("x = {" + "'a'.\"b\"." * 500 + "b = 1}", "project.toml:11: this is nested too deep"),
        ("x = " + "[" * 2000, "project.toml: this line is not TOML"),
        ("x = " + "{a=" * 1500, "project.toml: this line is not TOML"),
    ],
)
def test_settings_without_end(tmp_path: Path, text: str, said: str) -> None:
    lines = lines_of(write_folder(tmp_path, settings=f"{SETTINGS}{text}\n"))
    assert said in "\n".join(lines)
    assert len(lines) == 1


@pytest.mark.parametrize(
    "text", [f"# {'.' * 4000}", f"# {'8.30, ' * 500}", f'city = "{"Kgs. Enghave, " * 200}"']
)
def test_dots_that_nest_nothing(text: str) -> None:
    assert limits.endless_toml(f"{SETTINGS}{text}\n") is None


def test_settings_with_ten_thousand_mistakes(tmp_path: Path) -> None:
    many = "".join(f"k{number} = 1\n" for number in range(10_000))
    assert len(lines_of(write_folder(tmp_path, settings=SETTINGS + many))) == limits.PROBLEMS


def test_too_many_scenarios(tmp_path: Path) -> None:
    project = read_project(write_folder(tmp_path / "data"))
    file = tmp_path / "s.toml"
    file.write_text("".join(f'[[scenario]]\nname = "s{number}"\nchange = []\n' for number in range(201)))
    with pytest.raises(InputError, match="there are 201 scenarios; a file holds at most 200"):
        read_scenarios(file, project)


# --- Rosters and maps -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"rounds": [0] * 150_000}, "there is far more in it than in any roster"),
        ({"rounds": [{}] * 25_000}, "there is far more in it than in any roster"),
        ({"rounds": [0] * 50_000}, "this is no roster: 50,010 fields of it are wrong"),
        ({"rounds": [{"stops": [{}] * 300}]}, "this is no roster: 2,7"),
    ],
)
def test_rosters_without_end(tmp_path: Path, content: Any, said: str) -> None:
    file = tmp_path / "roster.json"
    file.write_text(json.dumps(content))
    with pytest.raises(InputError) as caught:
        load(file)
    assert said in str(caught.value)
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<osm>" + b" " * 2_500_000 + b"</osm>", "a piece of markup or text of more than two megabytes"),
        (b"<osm><way id='1'>" + b"<nd ref='1'/>" * 100_001 + b"</way></osm>", "more than 100000 parts"),
        (b"<osm><node id='1' lat='55' lon='12'>" + b"<tag k='a' v='b'/>" * 100_001, "more than 100000 parts"),
    ],
)  # fmt: skip
def test_maps_without_end(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "map.osm"
    file.write_bytes(content)
    for read in (_built, _network):
        with pytest.raises(SchedulerError) as caught:
            read(file)
        assert said in str(caught.value)
