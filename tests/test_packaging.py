"""The wheel carries all that a plan needs, and works from any folder."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    (built,) = folder.glob("hjul-*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_has_every_file_of_the_package_the_example_and_the_map(names: set[str]) -> None:
    package = {name for name in _files(ROOT / "scheduler") if "__pycache__" not in name}
    example = _files(ROOT / "data")
    assert {f"scheduler/{name}" for name in package} | {
        f"scheduler/example/{name}" for name in example
    } <= names
    assert {
        "scheduler/example/project.toml",
        "scheduler/example/map/copenhagen-sw.osm",
        "scheduler/example/map/LICENSE",
        "scheduler/locale/da/LC_MESSAGES/hjul.mo",
        "scheduler/py.typed",
    } <= names


def test_has_nothing_else(names: set[str]) -> None:
    others = {name for name in names if not name.startswith("scheduler/")}
    assert {name.partition("/")[2] for name in others} == {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "licenses/LICENSE",
        "licenses/data/map/LICENSE",
    }
    assert not {name for name in names if "__pycache__" in name}


def test_makes_a_project_from_anywhere(wheel: Path, tmp_path: Path) -> None:
    site, project = tmp_path / "site", tmp_path / "my project"
    zipfile.ZipFile(wheel).extractall(site)
    # `-P` and another folder: the checkout must not be what is imported.
    done = subprocess.run(
        [sys.executable, "-P", "-m", "scheduler", "--lang", "en", "init", project],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert str(project) in done.stdout
    assert (project / "practices.csv").read_bytes() == (ROOT / "data" / "practices.csv").read_bytes()
