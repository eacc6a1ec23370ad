"""Publishing and planning again, killed at random moments: the edition is there or it is not, its folder whole or not.

Twenty seeded kills of each in each kind of store; `make kills` does 200.
"""

import sys
from pathlib import Path

import killing
import postgres
import pytest
from folders import ON_THE_MAP
from killing import KILLS, Command, World, killed
from nest import Nest
from stores import everything, with_store

from scheduler.cli import run
from scheduler.model import rosterfile
from scheduler.services.workspace import store_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")

#: As little to draw as there can be.
SMALL = {
    **ON_THE_MAP,
    "consultants": "consultant_id,name\nc1,Rådgiver 1\n",
    "shifts": "consultant_id,weekday,start,end\nc1,mon,08:30,15:30\n",
}
PUBLISH = Command(("publish", "2009-W20", "--yes"), "is published")
REPLAN = Command(("replan", "2009-W21", "--changes", "0"), "publish it with")


def fill(nest: Nest) -> None:
    """Make a project with a draft of one week and a published edition of the next."""
    with_store(Path("data"), **SMALL)
    for line in (("plan", "2009-W21"), ("publish", "2009-W21", "--yes"), ("plan", "2009-W20")):
        assert nest.start(*line, "--quiet").ended().code == 0


@pytest.fixture(scope="module")
def file_world(tmp_path_factory: pytest.TempPathFactory, nest: Nest) -> World:
    return killing.made(tmp_path_factory, nest, None, commands=(PUBLISH, REPLAN), fill=fill)


@pytest.fixture(scope="module")
def server_world(tmp_path_factory: pytest.TempPathFactory, nest: Nest, server: postgres.Server) -> World:
    return killing.made(tmp_path_factory, nest, server, commands=(PUBLISH, REPLAN), fill=fill)


def numbers() -> list[tuple[str, int, str]]:
    """Return the editions in the store."""
    with store_of(Path("data")):
        from scheduler.store.models import Edition

        found = Edition.objects.order_by("week", "number").values_list("week", "number", "state")
        return [(week, number, str(state)) for week, number, state in found]


def is_whole(folder: Path, edition: int) -> bool:
    """Tell whether a week's folder is that of an edition, with its pages."""
    roster = rosterfile.load(folder / "roster.json")
    pages = [folder / "maps" / f"{r.date}-{r.consultant_id}.html" for r in roster.rounds]
    return roster.edition == edition and all(page.is_file() for page in (folder / "index.html", *pages))


def is_published_or_not(world: World, folder: Path, nest: Nest, kill: int) -> None:
    with killed(world, folder, nest, PUBLISH, kill) as done:
        was_published = ("2009-W20", 1, "published") in numbers()
        if PUBLISH.says in done.said or done.code == 0:
            assert was_published
        target = Path("out/2009-W20")
        assert not target.exists() or (was_published and is_whole(target, 1))
        if kill % 2:
            return  # what comes after takes as long again, and is tried of every other one
        assert run(["publish", "2009-W20", "--yes", *(["--again"] if was_published else []), "--quiet"]) == 0
        assert is_whole(target, 1)
        assert numbers() == [("2009-W20", 1, "published"), ("2009-W21", 1, "published")]
        assert not list(Path().rglob(".*.hjul-*"))
        assert everything(Path("data")).count("did_publish") == 2


def is_drafted_or_not(world: World, folder: Path, nest: Nest, kill: int) -> None:
    with killed(world, folder, nest, REPLAN, kill) as done:
        drafted = ("2009-W21", 2, "draft") in numbers()
        if REPLAN.says in done.said or done.code == 0:
            assert drafted
        draft = Path("out/2009-W21-kladde")
        assert not draft.exists() or (drafted and is_whole(draft, 2))
        assert is_whole(Path("out/2009-W21"), 1)
        if kill % 2:
            return
        assert nest.start(*REPLAN.line, "--quiet").ended().code == 0
        assert is_whole(draft, 2)
        assert numbers()[1:] == [("2009-W21", 1, "published"), ("2009-W21", 2, "draft")]
        assert not list(Path().rglob(".*.hjul-*"))


@pytest.mark.parametrize("kill", range(KILLS))
def test_publishing_from_a_file(file_world: World, tmp_path: Path, nest: Nest, kill: int) -> None:
    is_published_or_not(file_world, tmp_path, nest, kill)


@pytest.mark.parametrize("kill", range(KILLS))
def test_publishing_from_a_server(server_world: World, tmp_path: Path, nest: Nest, kill: int) -> None:
    is_published_or_not(server_world, tmp_path, nest, kill)


@pytest.mark.parametrize("kill", range(KILLS))
def test_planning_again_from_a_file(file_world: World, tmp_path: Path, nest: Nest, kill: int) -> None:
    is_drafted_or_not(file_world, tmp_path, nest, kill)


@pytest.mark.parametrize("kill", range(KILLS))
def test_planning_again_from_a_server(server_world: World, tmp_path: Path, nest: Nest, kill: int) -> None:
    is_drafted_or_not(server_world, tmp_path, nest, kill)
