"""Commands that write into a store, killed at a random moment in a copy of a project; and what is left of them.

A moment is one on the clock, or before the n-th statement to the database or change of a file. The n-th kill is the
same every time, as far as a moment in time can be.
"""

import contextlib
import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import psycopg
import pytest
from nest import Ended, Nest
from postgres import Server
from processes import alive, eventually
from stores import NOW

from scheduler.model.clock import NOW_VARIABLE
from scheduler.store.address import STORE_FILE, URL_VARIABLE

#: So many kills of each command in each kind of store.
KILLS = int(os.environ.get("HJUL_KILLS", "20"))


@dataclass(frozen=True)
class Command:
    """A command that writes into the store of the folder data, and what it says once that is saved."""

    line: tuple[str, ...]
    says: str

    def __str__(self) -> str:
        return " ".join(self.line[:2] if self.line[0] == "store" else self.line[:1])


@dataclass(frozen=True)
class World:
    """A folder to work in, with its database where that is on a server; and what each command takes there.

    `after` is what `look` saw once the command was done, `seconds` how long that took, and `steps` how many it had.
    """

    folder: Path
    url: str
    server: Server | None
    after: dict[Command, str]
    seconds: dict[Command, float]
    steps: dict[Command, int]


def made(
    factory: pytest.TempPathFactory,
    nest: Nest,
    server: Server | None,
    *,
    commands: Sequence[Command],
    fill: Callable[[Nest], None],
    look: Callable[[], str] = str,
) -> World:
    """Have `fill` make a project in a folder, and do each command once in a copy of it."""
    folder = factory.mktemp("before")
    url = server.new_database() if server else ""
    world = World(folder, url, server, {}, {}, {})
    with settings(url), contextlib.chdir(folder):
        fill(nest)
    for command in commands:
        with copied(world, factory.mktemp("alive")):
            began = time.monotonic()
            done = nest.start("--lang", "en", *command.line).ended()
            world.seconds[command] = time.monotonic() - began
            assert done.code == 0, done.errors
            assert command.says in done.said
            world.steps[command] = done.steps
            world.after[command] = look()
    return world


@contextlib.contextmanager
def killed(world: World, folder: Path, nest: Nest, command: Command, kill: int) -> Iterator[Ended]:
    """Kill a command in a copy of the world, and be there when nothing is left of it."""
    random = Random(kill)
    number = random.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM))
    with copied(world, folder) as url:
        if random.random() < 0.8:
            step = random.randint(1, world.steps[command])
            process = nest.start("--lang", "en", *command.line, number=number, step=step)
        else:
            process = nest.start("--lang", "en", *command.line)
            time.sleep(random.uniform(0, world.seconds[command]))
            process.kill(number)
        done = process.ended()
        assert done.code in (0, 143, -number), done.errors
        assert eventually(lambda: not alive(process.pid), within_s=10)
        if url:
            assert eventually(lambda: not sessions(url), within_s=10)
        else:
            with contextlib.closing(sqlite3.connect(Path("data", STORE_FILE))) as store:
                assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        yield done


@contextlib.contextmanager
def copied(world: World, folder: Path) -> Iterator[str]:
    """Be in a copy of a world, with its clock and its database, and have the address of that; it is gone afterwards."""
    shutil.copytree(world.folder, folder, dirs_exist_ok=True)
    url = world.server.new_database(like=world.url) if world.server else ""
    with settings(url), contextlib.chdir(folder):
        yield url
    if world.server:
        world.server.drop(url)


@contextlib.contextmanager
def settings(url: str) -> Iterator[None]:
    """Have the store of every project be on a server, or in its folder where `url` is empty; the clock stands."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(NOW_VARIABLE, NOW)
        patch.setenv("HJUL_USER", "anna")
        if url:
            patch.setenv(URL_VARIABLE, url)
        yield


def sessions(url: str) -> int:
    """Return how many others are at work in a database."""
    with psycopg.connect(url) as connection:
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        row = connection.execute(others).fetchone()
    assert row is not None
    return int(row[0])
