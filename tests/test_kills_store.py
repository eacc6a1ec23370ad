"""Commands that write into a store, killed at random moments: what was reported is there, and nothing is half there.

Twenty seeded kills on SQLite and some on PostgreSQL; `make kills` does 200 of each (HJUL_KILLS says how many). A
moment is one on the clock, or before the n-th statement to the database or change of a file.
"""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import postgres
import psycopg
import pytest
from folders import TABLES
from processes import alive, eventually, start
from psycopg import sql
from stores import HOMES, NOW, PINS, STREET, bytes_on_disk, everything, kept, with_store

from scheduler.cli import run
from scheduler.model.clock import NOW_VARIABLE
from scheduler.services import storing
from scheduler.store.address import STORE_FILE, URL_VARIABLE

KILLS = int(os.environ.get("HJUL_KILLS", "20"))
#: A server's databases take longer to copy.
SERVER_KILLS = KILLS if KILLS > 20 else 6

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


@dataclass(frozen=True)
class Command:
    """A command that writes into the store of the folder data, and what it says once that is saved.

    What it saves is one transaction: afterwards the store is as it was, or as it is after the whole command.
    """

    line: tuple[str, ...]
    says: str


COMMANDS = (
    Command(("store", "import", "more", "--yes"), "rows are changed"),
    Command(("store", "undo", "--yes"), "It is undone."),
    Command(("store", "restore", "earlier.db", "--yes"), "The store is what it was"),
    Command(("store", "backup", "b.db"), "The backup is in"),
    Command(("forget", "--before", "2009-05-14"), "1 home visit deleted"),
)

#: Runs a command line and sends itself a signal before the n-th statement to a database or change of a file here.
#: Afterwards it says how many there were.
DRIVER = """
import os, signal, sys
from django.db.backends import utils
from django.db.backends.base.base import BaseDatabaseWrapper

number, left, *sys.argv[1:] = sys.argv[1:]
number, left, here = int(number), int(left), os.getcwd()
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
steps = 0

def step():
    global steps
    steps += 1
    if steps == left:
        os.kill(os.getpid(), number)

def hook(event, details):
    writes = event == "open" and not isinstance(details[0], int) and isinstance(details[2], int) and details[2] & WRITING
    if (writes or event in ("os.rename", "os.mkdir", "os.rmdir", "os.remove", "sqlite3.connect")) and os.path.abspath(str(details[0])).startswith(here + os.sep):
        step()

def counted(kind, name):
    method = getattr(kind, name)
    def before(*arguments, **options):
        step()
        return method(*arguments, **options)
    setattr(kind, name, before)

sys.addaudithook(hook)
for name in ("execute", "executemany"):
    counted(utils.CursorWrapper, name)
for name in ("commit", "_commit", "close"):
    counted(BaseDatabaseWrapper, name)
from scheduler.__main__ import main
try:
    main()
finally:
    print(steps, file=sys.stderr)
"""


@dataclass(frozen=True)
class World:
    """A folder to work in, and of each command how the store is before and after it, its seconds and its steps."""

    folder: Path
    url: str
    before: str
    after: tuple[str, ...]
    seconds: tuple[float, ...]
    steps: tuple[int, ...]


def at_work(command: Command, number: int = 0, step: int = 0) -> subprocess.Popen[str]:
    return start(number, step, "--lang", "en", *command.line, program=("-u", "-c", DRIVER))


@contextlib.contextmanager
def settings(url: str) -> Iterator[pytest.MonkeyPatch]:
    """Have the store of every project be on a server, or in its folder where `url` is empty; the clock stands."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(NOW_VARIABLE, NOW)
        patch.setenv("HJUL_USER", "anna")
        if url:
            patch.setenv(URL_VARIABLE, url)
        yield patch


def copied(world_folder: Path, url: str, target: Path, server: postgres.Server | None) -> str:
    """Copy a folder, and the database on the server that belongs to it; return the address of the copy."""
    shutil.copytree(world_folder, target, dirs_exist_ok=True)
    if server is None:
        return ""
    new = server.new_database()
    name, of = new.rpartition("/")[2], url.rpartition("/")[2]
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, of))))
    return new


def made(factory: pytest.TempPathFactory, server: postgres.Server | None) -> World:
    folder = factory.mktemp("before")
    url = server.new_database() if server else ""
    with settings(url), contextlib.chdir(folder):
        with_store(Path("data"), home_visits=HOMES, pins=PINS)
        storing.back_up(Path("data"), Path("earlier.db"))
        shutil.copytree("data", "more", ignore=shutil.ignore_patterns("hjul.db*"))
        Path("more/rooms.csv").write_text(TABLES["rooms"].replace("09:00", "10:00"), encoding="utf-8")
        found = storing.differences(Path("data"), Path("more"))
        storing.take_in(Path("data"), found)
        for file in Path("data").glob("*.csv"):
            file.unlink()
        Path("more/pins.csv").write_text(PINS.replace("09:30", "10:00"), encoding="utf-8")
        Path("more/demand.csv").write_text(
            "practice_id,week,conversations\nP1,2009-W20,2\n", encoding="utf-8"
        )
        before = state(folder, folder)
    after, seconds, steps = [], [], []
    for command in COMMANDS:
        copy = factory.mktemp("alive")
        with settings(copied(folder, url, copy, server)), contextlib.chdir(copy):
            began = time.monotonic()
            process = at_work(command)
            said, errors = process.communicate(timeout=600)
            seconds.append(time.monotonic() - began)
            assert process.returncode == 0, errors
            assert command.says in said
            steps.append(int(errors.split()[-1]))
            after.append(state(copy, folder))
    return World(folder, url, before, tuple(after), tuple(seconds), tuple(steps))


def state(folder: Path, world_folder: Path) -> str:
    """Return all that is in the store, whatever its folder is called; a server counts on after what failed."""
    lines = everything(Path("data")).replace(str(folder), str(world_folder)).splitlines()
    return "\n".join(line for line in lines if not line.rpartition(": ")[2].isdigit())


@pytest.fixture(scope="module")
def file_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return made(tmp_path_factory, None)


@pytest.fixture(scope="module")
def server_world(tmp_path_factory: pytest.TempPathFactory, server: postgres.Server) -> World:
    return made(tmp_path_factory, server)


def killed(world: World, folder: Path, kill: int, server: postgres.Server | None) -> None:
    """Kill a command, and look at what is there then; afterwards the same command does all of it."""
    which = kill % len(COMMANDS)
    command, random = COMMANDS[which], Random(kill)
    number = random.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM))
    url = copied(world.folder, world.url, folder, server)
    with settings(url), contextlib.chdir(folder):
        if random.random() < 0.8:
            process = at_work(command, number, random.randint(1, world.steps[which]))
        else:
            process = at_work(command)
            time.sleep(random.uniform(0, world.seconds[which]))
            process.send_signal(number)
        said, errors = process.communicate(timeout=600)
        assert process.returncode in (0, 143, -number), errors
        assert eventually(lambda: not alive(process.pid), within_s=10)
        if server is not None:
            assert eventually(lambda: not sessions(url), within_s=10)
        else:
            with contextlib.closing(sqlite3.connect(Path("data", STORE_FILE))) as store:
                assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert run(["store", "undo", "--quiet"]) == 2  # nobody answers; it tidies up
        found = state(folder, world.folder)
        assert found in (world.before, world.after[which])
        if command.says in said or process.returncode == 0:
            assert found == world.after[which]
        if command.line[0] == "forget" and found == world.after[which] and server is None:
            storing.export(Path("data"), Path("out.xlsx"))  # whoever writes next wipes out what was left
            assert f'{STREET}"'.encode() not in bytes_on_disk(Path("data"))
            return
        if Path("b.db").exists():
            tables = kept(Path("data"))
            storing.restore(Path("data"), Path("b.db"))
            assert kept(Path("data")) == tables
            return
        assert not list(Path().rglob(".*"))
        if found == world.before:
            assert run([*command.line, "--quiet"]) == 0
            assert state(folder, world.folder) == world.after[which]


def sessions(url: str) -> int:
    """Return how many others are at work in a database."""
    with psycopg.connect(url) as connection:
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        row = connection.execute(others).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("kill", range(KILLS))
def test_a_store_in_a_file_is_as_before_or_as_after(file_world: World, tmp_path: Path, kill: int) -> None:
    killed(file_world, tmp_path, kill, None)


@pytest.mark.parametrize("kill", range(SERVER_KILLS))
def test_a_store_on_a_server_is_as_before_or_as_after(
    server_world: World, tmp_path: Path, server: postgres.Server, kill: int
) -> None:
    killed(server_world, tmp_path, kill, server)
