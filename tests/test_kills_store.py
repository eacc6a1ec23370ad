"""Commands that write into a store, killed at random moments: what was reported is there, and nothing is half there.

Twenty seeded kills of each in each kind of store; `make kills` does 200.
"""

import shutil
import sys
from pathlib import Path

import killing
import postgres
import pytest
from folders import TABLES
from keeping import Planned, publish
from killing import KILLS, Command, World, killed
from nest import Nest
from stores import HOMES, PINS, STREET, bytes_on_disk, everything, kept, with_store

from scheduler.cli import run
from scheduler.model.clock import Week
from scheduler.services import storing

W21 = Week(2009, 21)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")

BACKUP = Command(("store", "backup", "b.db"), "The backup is in")
FORGET = Command(("forget", "--before", "2009-05-14"), "1 home visit deleted")
#: What each saves is one transaction: afterwards the store is as it was, or as it is after the whole command.
COMMANDS = (
    Command(("store", "import", "more", "--yes"), "rows are changed"),
    Command(("store", "undo", "--yes"), "It is undone."),
    Command(("store", "restore", "earlier.db", "--yes"), "The store is what it was"),
    BACKUP,
    FORGET,
    Command(("log", "2009-W21", "P1", "--by-practice", "1", "--booked", "1", "--yes"), "It is written"),
)
#: What stands for the store as it was.
NOTHING = Command((), "")


def fill(_nest: Nest) -> None:
    """Make a store with something to undo, a backup of before, tables to take in, and a published week."""
    with_store(Path("data"), home_visits=HOMES, pins=PINS)
    storing.back_up(Path("data"), Path("earlier.db"))
    shutil.copytree("data", "more", ignore=shutil.ignore_patterns("hjul.db*"))
    Path("more/rooms.csv").write_text(TABLES["rooms"].replace("09:00", "10:00"), encoding="utf-8")
    storing.take_in(Path("data"), storing.differences(Path("data"), Path("more")))
    for file in Path("data").glob("*.csv"):
        file.unlink()
    publish(Path("data"), W21, [Planned("c1", "P1", W21.days[0], "10:00")])
    Path("more/pins.csv").write_text(PINS.replace("09:30", "10:00"), encoding="utf-8")
    Path("more/demand.csv").write_text("practice_id,week,conversations\nP1,2009-W20,2\n", encoding="utf-8")


def state() -> str:
    """Return all that is in the store, wherever its folder is; a server counts on after what failed."""
    here = str(Path.cwd())
    lines = everything(Path("data")).replace(here, "HERE").splitlines()
    return "\n".join(line for line in lines if not line.rpartition(": ")[2].isdigit())


def made(factory: pytest.TempPathFactory, nest: Nest, server: postgres.Server | None) -> World:
    world = killing.made(factory, nest, server, commands=COMMANDS, fill=fill, look=state)
    with killing.copied(world, factory.mktemp("before")):
        world.after[NOTHING] = state()
    return world


@pytest.fixture(scope="module")
def file_world(tmp_path_factory: pytest.TempPathFactory, nest: Nest) -> World:
    return made(tmp_path_factory, nest, None)


@pytest.fixture(scope="module")
def server_world(tmp_path_factory: pytest.TempPathFactory, nest: Nest, server: postgres.Server) -> World:
    return made(tmp_path_factory, nest, server)


def is_as_before_or_as_after(world: World, folder: Path, nest: Nest, command: Command, kill: int) -> None:
    """Kill a command, and look at what is there then; afterwards the same command does all of it."""
    with killed(world, folder, nest, command, kill) as done:
        assert run(["store", "undo", "--quiet"]) == 2  # nobody answers; it tidies up
        found, before, after = state(), world.after[NOTHING], world.after[command]
        assert found in (before, after)
        if command.says in done.said or done.code == 0:
            assert found == after
        if command == FORGET and found == after and not world.url:
            storing.export(Path("data"), Path("out.xlsx"))  # whoever writes next wipes out what was left
            assert f'{STREET}"'.encode() not in bytes_on_disk(Path("data"))
            return
        if Path("b.db").exists():
            tables = kept(Path("data"))
            storing.restore(Path("data"), Path("b.db"))
            assert kept(Path("data")) == tables
            return
        assert not list(Path().rglob(".*"))
        if found == before:
            assert run([*command.line, "--quiet"]) == 0
            assert state() == after


@pytest.mark.parametrize("kill", range(KILLS))
@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_in_a_file(file_world: World, tmp_path: Path, nest: Nest, command: Command, kill: int) -> None:
    is_as_before_or_as_after(file_world, tmp_path, nest, command, kill)


@pytest.mark.parametrize("kill", range(KILLS))
@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_on_a_server(server_world: World, tmp_path: Path, nest: Nest, command: Command, kill: int) -> None:
    is_as_before_or_as_after(server_world, tmp_path, nest, command, kill)
