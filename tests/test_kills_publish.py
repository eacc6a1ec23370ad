"""Publishing and planning again, killed at random moments: the edition is there or it is not, its folder whole or not.

Six seeded kills of each; `make kills` does 200.
"""

import contextlib
import os
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from folders import ON_THE_MAP
from processes import alive, eventually
from stores import everything, with_store
from test_kills_store import Command, at_work, settings

from scheduler.cli import run
from scheduler.model import rosterfile
from scheduler.model.clock import Week
from scheduler.services import editions, publish
from scheduler.services.workspace import store_of

KILLS = int(os.environ.get("HJUL_KILLS", "6"))
W20 = Week(2009, 20)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")

PUBLISH = Command(("publish", "2009-W20", "--yes"), "is published")
REPLAN = Command(("replan", "2009-W21", "--changes", "0"), "publish it with")
COMMANDS = (PUBLISH, REPLAN)


@dataclass(frozen=True)
class World:
    """A folder with a draft of one week and a published edition of the next, and how many steps each command has."""

    folder: Path
    steps: tuple[int, ...]


def numbers() -> list[tuple[str, int, str]]:
    """Return the editions in the store."""
    with store_of(Path("data")):
        from scheduler.store.models import Edition

        found = Edition.objects.order_by("week", "number").values_list("week", "number", "state")
        return [(week, number, str(state)) for week, number, state in found]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("before")
    with settings(""), contextlib.chdir(folder):
        with_store(Path("data"), **ON_THE_MAP)
        editions.plan_week("data", W20.shift(1), "out")
        publish.publish(Path("data"), W20.shift(1), Path("out"))
        editions.plan_week("data", W20, "out")
    steps = []
    for command in COMMANDS:
        copy = tmp_path_factory.mktemp("alive")
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        with settings(""), contextlib.chdir(copy):
            process = at_work(command)
            said, errors = process.communicate(timeout=600)
            assert process.returncode == 0, errors
            assert command.says in said
            steps.append(int(errors.split()[-1]))
    return World(folder, tuple(steps))


def killed(world: World, folder: Path, which: int, kill: int) -> str:
    """Kill a command at a random step, and return what it said."""
    random = Random(kill)
    shutil.copytree(world.folder, folder, dirs_exist_ok=True)
    number = random.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM))
    process = at_work(COMMANDS[which], number, random.randint(1, world.steps[which]))
    said, errors = process.communicate(timeout=600)
    assert process.returncode in (0, 143, -number), errors
    assert eventually(lambda: not alive(process.pid), within_s=10)
    return said


def is_whole(folder: Path, edition: int) -> bool:
    """Tell whether a week's folder is that of an edition, with its pages."""
    roster = rosterfile.load(folder / "roster.json")
    pages = [folder / "maps" / f"{r.date}-{r.consultant_id}.html" for r in roster.rounds]
    return roster.edition == edition and all(page.is_file() for page in (folder / "index.html", *pages))


@pytest.mark.parametrize("kill", range(KILLS))
def test_publishing(world: World, tmp_path: Path, kill: int) -> None:
    with settings(""), contextlib.chdir(tmp_path):
        said = killed(world, tmp_path, 0, kill)
        was_published = ("2009-W20", 1, "published") in numbers()
        if PUBLISH.says in said:
            assert was_published
        target = Path("out/2009-W20")
        assert not target.exists() or (was_published and is_whole(target, 1))
        assert run(["publish", "2009-W20", "--yes", *(["--again"] if was_published else []), "--quiet"]) == 0
        assert is_whole(target, 1)
        assert numbers() == [("2009-W20", 1, "published"), ("2009-W21", 1, "published")]
        assert not list(Path().rglob(".*.hjul-*"))
        assert everything(Path("data")).count("did_publish") == 2


@pytest.mark.parametrize("kill", range(KILLS))
def test_planning_again(world: World, tmp_path: Path, kill: int) -> None:
    with settings(""), contextlib.chdir(tmp_path):
        said = killed(world, tmp_path, 1, kill)
        drafted = ("2009-W21", 2, "draft") in numbers()
        if REPLAN.says in said:
            assert drafted
        draft = Path("out/2009-W21-kladde")
        assert not draft.exists() or (drafted and is_whole(draft, 2))
        assert is_whole(Path("out/2009-W21"), 1)
        assert run([*REPLAN.line, "--quiet"]) == 0
        assert is_whole(draft, 2)
        assert numbers()[1:] == [("2009-W21", 1, "published"), ("2009-W21", 2, "draft")]
        assert not list(Path().rglob(".*.hjul-*"))
