"""The public names, and that importing them costs nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

import scheduler

ROOT = Path(__file__).parent.parent
HEAVY = ("ortools", "osmnx", "networkx", "pandas", "scipy", "numpy", "folium", "openpyxl", "pydantic", "rich")


@pytest.mark.parametrize("name", scheduler.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    assert getattr(scheduler, name).__doc__


def test_public_names_are_listed() -> None:
    assert set(scheduler.__all__) <= set(dir(scheduler))


def test_unknown_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        scheduler.nothing  # noqa: B018 - for its error


def test_names_do_not_hide_modules() -> None:
    # `scheduler.checks` must be the module whatever was imported first.
    modules = {path.stem for path in (ROOT / "scheduler").iterdir()}
    assert not modules & set(scheduler.__all__)


@pytest.mark.parametrize(
    "module",
    [
        "scheduler",
        "scheduler.base.i18n",
        "scheduler.model.clock",
        "scheduler.cli",
        "scheduler.solver.isolation",
    ],
)
def test_import_is_light(module: str) -> None:
    code = f"import sys, {module}; print(*(set(sys.modules) & {set(HEAVY)}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
