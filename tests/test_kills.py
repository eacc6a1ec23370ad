"""Commands killed at random moments: the next one finds everything whole, and nothing lies about.

Twenty seeded kills; `make kills` does 200 (HJUL_KILLS says how many). The n-th is the same every time, as
far as a moment in time can be: by the clock, or before the n-th change of a file or folder.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from folders import FASTER, ON_THE_MAP, write_folder
from processes import alive, eventually, start

from scheduler.base import resources
from scheduler.cli import run
from scheduler.model import rosterfile
from scheduler.outputs import gpx, names

KILLS = int(os.environ.get("HJUL_KILLS", "20"))
WEEK, OTHER = "2009-W20", "2009-W21"
#: The seeds of the earlier roster and of the one that is planned while the command is killed.
OLD, NEW = 1, 2

ADDRESS = "Hemmelig Gade 7"
HOMES = (
    "visit_id,address,postcode,city,district,date,start,end,minutes,lat,lon\n"
    f"H1,{ADDRESS},1665,København V,Vesterbro,2009-05-13,09:00,12:00,30,55.66735,12.54901\n"
    f"H2,{ADDRESS},1665,København V,Vesterbro,2009-05-20,09:00,12:00,30,55.66735,12.54901\n"
)
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


@dataclass(frozen=True)
class Command:
    """What is killed: its command line, and what must hold once the next command has begun."""

    line: tuple[str, ...]
    holds: Callable[[float], None]


def weeks_are_whole(began: float) -> None:
    """Every week is the old one or the new one, with all its files; the old one's are older than the kill."""
    assert Path("out", WEEK).exists()
    for folder in Path("out").glob("2009-W*"):
        roster = rosterfile.load(folder / names.ROSTER)
        wanted = {names.ROSTER, names.INDEX, names.WEEK_MAP, names.WORKBOOK}
        wanted |= {names.calendar(consultant.consultant_id) for consultant in roster.consultants}
        wanted |= {names.week_file(each.consultant_id, roster.week) for each in roster.consultants}
        wanted |= set(map(names.round_map, roster.rounds))
        wanted |= {name for round_ in roster.rounds for name in gpx.files(roster, round_)}
        files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        assert files.keys() == wanted
        assert all(path.stat().st_size for path in files.values())
        assert {path.stat().st_mtime < began for path in files.values()} == {roster.seed == OLD}


def project_is_whole(_began: float) -> None:
    if not Path("fresh").exists():
        assert run(["init", "fresh", "--quiet"]) == 0
    assert run(["check-data", "--data", "fresh", "--quiet"]) == 0
    assert run(["check-data", "--data", "fresh/excel", "--quiet"]) == 0


def map_is_whole(_began: float) -> None:
    if Path("data/network.osm").exists():
        assert "</osm>" in Path("data/network.osm").read_text(encoding="utf-8")


def weeks_go_on(_began: float) -> None:
    assert run([*SIMULATE, "--quiet"]) == 0
    assert len(Path("out/simulate/faster/results.csv").read_text(encoding="utf-8").splitlines()) == 5


def rides_are_whole(_began: float) -> None:
    if Path("rides.csv").exists():
        assert len(Path("rides.csv").read_text(encoding="utf-8").splitlines()) == 1 + 4 * 3


SIMULATE = ("simulate", "faster.toml", "--weeks", f"{WEEK}..{OTHER}", "--workers", "0")
COMMANDS = (
    Command(("plan", WEEK, "--seed", str(NEW)), weeks_are_whole),
    Command(("forget", "--before", "2009-05-14"), lambda _began: None),
    Command(("plan", OTHER, "--seed", str(NEW), "--alternatives", "1"), weeks_are_whole),
    Command(("init", "fresh"), project_is_whole),
    Command(("network", "build", "city.osm"), map_is_whole),
    Command(SIMULATE, weeks_go_on),
    Command(("travel", "--to", "rides.csv"), rides_are_whole),
)

#: Runs a command line and sends itself a signal before the n-th change of a file or folder in this folder.
#: Afterwards it says how many changes there were.
DRIVER = """
import os, signal, sys

number, left, *sys.argv[1:] = sys.argv[1:]
number, left, here = int(number), int(left), os.getcwd()
KINDS = ("os.rename", "os.mkdir", "os.rmdir", "os.remove")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
changes = 0

def hook(event, details):
    global changes
    writes = event == "open" and not isinstance(details[0], int) and isinstance(details[2], int) and details[2] & WRITING
    if (writes or event in KINDS) and os.path.abspath(str(details[0])).startswith(here + os.sep):
        changes += 1
        if changes == left:
            os.kill(os.getpid(), number)

sys.addaudithook(hook)
from scheduler.__main__ import main
try:
    main()
finally:
    print(changes)
"""


def at_work(command: Command, number: int = 0, change: int = 0) -> subprocess.Popen[str]:
    return start(number, change, *command.line, "--quiet", program=("-c", DRIVER))


@dataclass(frozen=True)
class World:
    """A folder to work in, and how long each command takes and how many changes it makes there."""

    folder: Path
    seconds: tuple[float, ...]
    changes: tuple[int, ...]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("before")
    write_folder(folder / "data", **ON_THE_MAP, home_visits=HOMES)
    (folder / "faster.toml").write_text(FASTER, encoding="utf-8")
    shutil.copyfile(resources.builtin_map(), folder / "city.osm")
    with contextlib.chdir(folder):
        assert run(["plan", WEEK, "--seed", str(OLD), "--quiet"]) == 0
        shutil.copytree(Path("out", WEEK), Path("out/archive/before"))
        with zipfile.ZipFile("out/sent.zip", "w") as archive:
            for path in Path("out/archive/before").rglob("*"):
                archive.write(path, path.relative_to("out/archive"))
    seconds, changes = [], []
    for command in COMMANDS:
        copy = tmp_path_factory.mktemp("alive")
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        with contextlib.chdir(copy):
            began = time.monotonic()
            process = at_work(command)
            printed, errors = process.communicate(timeout=120)
            assert process.returncode == 0, errors
            seconds.append(time.monotonic() - began)
            changes.append(int(printed))
    return World(folder, tuple(seconds), tuple(changes))


def holders() -> set[str]:
    """Return the files below this folder in which the address of a home visit stands."""
    found = set()
    for file in Path().rglob("*"):
        if file.is_file():
            zipped = zipfile.ZipFile(file) if file.suffix == ".zip" else None
            texts = [zipped.read(name) for name in zipped.namelist()] if zipped else [file.read_bytes()]
            if any(ADDRESS.encode() in text for text in texts):
                found.add(file.as_posix())
    return found


def is_expected(file: str) -> bool:
    """Tell whether a home visit's address may stand in a file: table, roster, round's page, and their copies."""
    return file in ("data/home_visits.csv", "out/sent.zip") or file.endswith(
        (
            names.ROSTER,
            *(f"maps/{day}-{who}.html" for day in ("2009-05-13", "2009-05-20") for who in ("c1", "c2")),
        )
    )


@pytest.mark.parametrize("kill", range(KILLS))
def test_after_a_kill_the_next_command_finds_everything_whole(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kill: int
) -> None:
    which = kill % len(COMMANDS)
    command, random = COMMANDS[which], Random(kill)
    number = random.choice((signal.SIGKILL, signal.SIGTERM))
    shutil.copytree(world.folder, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    began = time.time()
    if random.random() < 0.5:
        process = at_work(command, number, random.randint(1, world.changes[which]))
    else:
        process = at_work(command)
        time.sleep(random.uniform(0, world.seconds[which]))
        process.send_signal(number)
    _printed, errors = process.communicate(timeout=60)
    if number == signal.SIGTERM:
        assert "Traceback" not in errors
        assert process.returncode in (0, 143, -signal.SIGTERM), errors
        assert not list(tmp_path.rglob(".*"))
    else:
        assert process.returncode in (0, -signal.SIGKILL), errors
    assert eventually(lambda: not alive(process.pid), within_s=10)

    assert run(["check-data", "--quiet"]) == 0
    assert not list(tmp_path.rglob(".*"))
    assert all(map(is_expected, holders()))
    command.holds(began)
    assert run(["forget", "--before", "2009-06-01", "--quiet"]) == 0
    assert not holders()
    assert not list(tmp_path.rglob(".*"))
