"""Ctrl-C and SIGTERM at every moment: no child is left, nothing half written, and no traceback."""

import importlib
import os
import signal
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from folders import copy_example
from processes import ROOT, alive, eventually, start
from pydantic import TypeAdapter
from pydantic_core import core_schema

from scheduler.base.files import claimed
from scheduler.cli import interrupt, run

WEEK = "2009-W20"
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_example(tmp_path_factory.mktemp("example") / "data")


@pytest.fixture
def out(tmp_path: Path) -> Iterator[Path]:
    """An output folder with an earlier roster, which must be as it was at the end of the test."""
    (tmp_path / "out" / WEEK).mkdir(parents=True)
    (tmp_path / "out" / WEEK / "roster.json").write_text("earlier", encoding="utf-8")
    yield tmp_path / "out"
    left = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*"))
    assert left == [WEEK, f"{WEEK}/roster.json"]
    assert (tmp_path / "out" / WEEK / "roster.json").read_text(encoding="utf-8") == "earlier"


#: Sends itself and its children a signal at a given moment, and goes on.
DRIVER = """
import os, signal, sys

moment, number, *arguments = sys.argv[1:]
kind, _, what = moment.partition(" ")

def hook(event, details):
    global kind
    if event == kind and what in str(details[0]).split("/"):
        kind = ""
        os.killpg(0, int(number))

sys.addaudithook(hook)
sys.argv[1:] = arguments
from scheduler.__main__ import main
main()
"""


@posix
@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("import scheduler.cli", signal.SIGINT),
        ("import click", signal.SIGINT),
        ("import click", signal.SIGTERM),
        # From here on the command line takes signals itself.
        ("import scheduler.services.planner", signal.SIGINT),
        ("import numpy._core._multiarray_umath", signal.SIGINT),
        ("import numpy._core._multiarray_umath", signal.SIGTERM),
        ("import scipy.sparse", signal.SIGINT),
        # The child imports the engine while the parent reads the tables.
        ("open practices.csv", signal.SIGINT),
        ("open shifts.csv", signal.SIGTERM),
    ],
)
def test_a_signal_while_modules_are_imported(data: Path, out: Path, moment: str, number: int) -> None:
    arguments = ("plan", WEEK, "--data", data, "--out", out, "--lang", "en", "--quiet")
    process = start(moment, int(number), *arguments, program=("-c", DRIVER))
    printed, errors = process.communicate(timeout=60)
    assert printed == ""
    early = moment in ("import scheduler.cli", "import click")
    assert process.returncode == (-number if early else 128 + number)
    word = "Stopped; nothing was written." if number == signal.SIGINT else "Stopped from outside"
    assert errors.strip().startswith("" if early else word)
    assert len(errors.strip().splitlines()) == (0 if early else 1)
    assert eventually(lambda: not alive(process.pid), within_s=5)


@posix
@pytest.mark.parametrize(
    ("moment", "number", "code"),
    # A signal waits for the end of an import: so much is still to be written then that it comes in time.
    [("os.mkdir .2009-W20.hjul-new", "SIGTERM", 143), ("import folium", "SIGHUP", 129)],
)
def test_a_wish_to_end_while_a_week_is_written(
    data: Path, out: Path, moment: str, number: str, code: int
) -> None:
    arguments = ("plan", WEEK, "--data", data, "--out", out, "--lang", "en", "--quiet")
    process = start(moment, int(getattr(signal, number)), *arguments, program=("-c", DRIVER))
    _printed, errors = process.communicate(timeout=60)
    assert process.returncode == code
    assert errors == "Stopped from outside; nothing is half written.\n"
    assert eventually(lambda: not alive(process.pid), within_s=5)


@posix
def test_weeks_that_are_simulated_end_with_the_command(data: Path, tmp_path: Path) -> None:
    arguments = (
        "simulate",
        ROOT / "data" / "scenarios.toml",
        "--weeks",
        f"{WEEK}..2009-W30",
        "--workers",
        "2",
    )
    process = start(*arguments, "--data", data, "--out", tmp_path / "out", "--lang", "en")
    assert process.stderr
    for line in process.stderr:
        if line.startswith("  1 of"):
            break
    os.killpg(process.pid, signal.SIGTERM)
    _printed, errors = process.communicate(timeout=60)
    assert process.returncode == 143
    assert errors.splitlines()[-1] == "Stopped from outside; nothing is half written."
    assert "Traceback" not in errors
    assert eventually(lambda: not alive(process.pid), within_s=5)
    assert list((tmp_path / "out").rglob("*.parquet"))
    assert not list((tmp_path / "out").rglob(".*"))


# --- What a handler does --------------------------------------------------------------------------


def test_the_first_signal_waits_until_an_import_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = """
        import signal, time
        signal.raise_signal(signal.SIGINT)
        time.sleep(0.1)
        done = True
    """
    (tmp_path / "imported_slowly.py").write_text(textwrap.dedent(text), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    def slowly() -> None:
        importlib.import_module("imported_slowly")
        time.sleep(60)

    with interrupt.ending_well(), pytest.raises(KeyboardInterrupt):
        slowly()
    assert sys.modules.pop("imported_slowly").done


class Finalized:
    def __del__(self) -> None:
        signal.raise_signal(signal.SIGTERM)
        time.sleep(0.05)


@posix
def test_a_signal_in_a_finalizer_is_not_lost() -> None:
    def finalize() -> None:
        Finalized()
        time.sleep(60)

    with interrupt.ending_well(), pytest.raises(interrupt.Terminated) as caught:
        finalize()
    assert caught.value.exit_code == 143


@posix
def test_a_signal_while_pydantic_builds_is_none_of_its_errors() -> None:
    built = []

    class Built:
        @classmethod
        def __get_pydantic_core_schema__(cls, _source: object, _handler: object) -> core_schema.CoreSchema:
            signal.raise_signal(signal.SIGTERM)
            built.append("begun")
            return core_schema.any_schema()

    def build() -> None:
        TypeAdapter(Built)
        built.append("whole")
        time.sleep(60)

    with interrupt.ending_well(), pytest.raises(interrupt.Terminated):
        build()
    assert built == ["begun", "whole"]


def test_what_was_in_force_comes_back_and_what_is_ignored_stays_so() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    ignored = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with interrupt.ending_well():
            signal.raise_signal(signal.SIGTERM)
            assert signal.getsignal(signal.SIGINT) is not before[signal.SIGINT]
    finally:
        signal.signal(signal.SIGTERM, ignored)
    assert before == {number: signal.getsignal(number) for number in before}


def test_elsewhere_than_in_the_main_thread_nothing_changes() -> None:
    seen = []

    def look() -> None:
        before = signal.getsignal(signal.SIGINT)
        with interrupt.ending_well():
            seen.append(signal.getsignal(signal.SIGINT) is before)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [True]


# --- Two at once ----------------------------------------------------------------------------------


def test_a_second_plan_of_a_week_says_so_and_changes_nothing(
    data: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with claimed(out / WEEK):
        code = run(["plan", WEEK, "--data", str(data), "--out", str(out), "--lang", "en", "--quiet"])
        printed = capsys.readouterr()
    assert (code, printed.out) == (3, "")
    lines = printed.err.splitlines()
    assert lines[0] == f"Another hjul is writing {out / WEEK} just now."
    assert lines[1].startswith("Wait until it is done")
    assert len(lines) == 2
