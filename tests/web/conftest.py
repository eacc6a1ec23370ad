"""One app for all tests of a file, with a week that is published, one that is a draft, and some people."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from folders import ON_THE_MAP
from stores import HOMES, NOW, with_store
from web.serving import Person, Served, serving

from scheduler.base import i18n
from scheduler.model.clock import NOW_VARIABLE, Week
from scheduler.services import editions, publish

W20, W21 = Week(2009, 20), Week(2009, 21)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Have a project with a store, in which one week is published and the next is a draft, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    with pytest.MonkeyPatch.context() as patch, i18n.using("en"):
        patch.setenv(NOW_VARIABLE, NOW)
        patch.setenv("HJUL_USER", "root")
        data = with_store(folder / "data", home_visits=HOMES, **ON_THE_MAP)
        for week in (W20, W21):
            editions.plan_week(data, week, folder / "out")
        publish.publish(data, W20, folder / "out")
    return folder


@pytest.fixture(scope="module")
def app(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Have an app for all tests of a file, none of which may need it to be as it was."""
    with serving(_copied(template, tmp_path_factory), now="2009-05-12T07:40") as served:
        yield served


@pytest.fixture
def own(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Have an app that no other test writes into."""
    with serving(_copied(template, tmp_path_factory)) as served:
        yield served


def _copied(template: Path, factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(template, factory.mktemp("app") / "copy")) / "data"


@pytest.fixture(scope="module")
def people(app: Served) -> dict[str, Person]:
    """Have somebody of each role, by role; `nobody` is not signed in, `other` is the other consultant."""
    return {
        "nobody": Person(app.where),
        "administrator": app.root,
        "coordinator": app.person("Karen", "coordinator"),
        "consultant": app.person("Anne", "consultant", "c1"),
        "other": app.person("Bo", "consultant", "c2"),
        "planner": app.person("Per", "planner"),
        "reader": app.person("Rie", "reader"),
    }
