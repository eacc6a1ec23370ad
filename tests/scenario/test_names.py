"""The names of the package: there, documented, and imported only when they are used."""

import subprocess
import sys
from pathlib import Path

import pytest

from scheduler import scenario

ROOT = Path(__file__).parents[2]
HEAVY = ("ortools", "osmnx", "networkx", "pandas", "scipy", "distributed", "folium", "matplotlib", "pydantic")


@pytest.mark.parametrize("name", scenario.__all__)
def test_every_name_is_there_and_documented(name: str) -> None:
    assert getattr(scenario, name).__doc__
    assert name in dir(scenario)


def test_unknown_names() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        scenario.nothing  # noqa: B018 - for its error


def test_names_do_not_hide_modules() -> None:
    modules = {path.stem for path in (ROOT / "scheduler" / "scenario").iterdir()}
    assert not modules & set(scenario.__all__)


def test_the_import_is_light() -> None:
    code = f"import sys, scheduler.scenario; print(*(set(sys.modules) & {set(HEAVY)}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
