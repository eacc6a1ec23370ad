import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import childwork
import numpy as np
import pytest
from folders import copy_example
from processes import eventually, start
from random_problems import small_week, tiny_problem

from scheduler.base import i18n
from scheduler.base.errors import InputError, SchedulerError
from scheduler.base.progress import Silent
from scheduler.cli import run
from scheduler.model.clock import Week
from scheduler.services import planner
from scheduler.solver import isolation
from scheduler.solver.engine import solve
from scheduler.solver.isolation import SolverProcess, best_rosters

WEEK = Week(2009, 20)
TESTS = Path(__file__).parent.parent
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to a ceiling")


class Told:
    """A `Progress` that remembers what it was told."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.seen: list[tuple[int, int]] = []

    def step(self, text: str) -> None:
        self.steps.append(text)

    def bounds(self, score: int, bound: int) -> None:
        self.seen.append((score, bound))


def child() -> SolverProcess:
    """Start a child that does not import the solver, which most tasks here do not need."""
    return SolverProcess(imports=())


def done(work: Callable[..., Any], *arguments: object, memory_mb: int = 2000, **options: Any) -> Any:
    """Return what comes of some work in a child, and see that the child is gone then."""
    process = child()
    pid = process.pid
    try:
        with process:
            return process.run(
                work, *arguments, memory_mb=memory_mb, **{"progress": Silent(), "stop": None, **options}
            )
    finally:
        assert not exists(pid)


def exists(pid: int) -> bool:
    """Tell whether there is such a process, be it a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


# --- What goes over ------------------------------------------------------------------------------


def test_arguments_options_and_steps_go_over_in_the_language_in_force() -> None:
    told = Told()
    with i18n.using("da"):
        answer = done(childwork.return_arguments, 1, {"a": (2,)}, seed=3, progress=told)
    assert answer == (1, {"a": (2,)}, {"seed": 3}, "Frokost")
    assert told.steps == ["here"]
    assert done(childwork.return_arguments) == ({}, "Lunch")


def test_a_problem_comes_out_of_the_pipe_as_it_went_in() -> None:
    for seed in range(30):
        problem = tiny_problem(Random(seed))
        copy = pickle.loads(pickle.dumps(problem))  # noqa: S301 - our own
        assert repr(copy.replace(travel=None)) == repr(problem.replace(travel=None))
        assert copy.travel.place_ids == problem.travel.place_ids
        assert np.array_equal(copy.travel.seconds, problem.travel.seconds)
        assert np.array_equal(copy.travel.metres, problem.travel.metres)


def test_the_roster_is_the_solvers() -> None:
    problem, told = small_week(1), Told()
    with SolverProcess() as process:
        (roster,) = process.run(
            best_rosters, problem, memory_mb=500, progress=told, time_limit_s=60.0, seed=4
        )
    expected = solve(problem, time_limit_s=60.0, seed=4).roster
    assert roster.replace(solve_seconds=0.0) == expected.replace(solve_seconds=0.0)
    assert told.steps == ["First roster", "Rounds worth having", "Reasons"]
    assert told.seen[-1] == (roster.score, roster.bound)


def test_bounds_are_told_at_once_and_the_wish_to_stop_goes_over() -> None:
    told = Told()
    answer = done(childwork.wait_for_stop, progress=told, stop=lambda: (10, 5) in told.seen)
    assert answer == "the best so far"
    assert told.seen[:3] == [(10, 0), (10, 1), (10, 2)]


# --- Errors --------------------------------------------------------------------------------------


def test_an_error_for_people_arrives_whole() -> None:
    with i18n.using("da"), pytest.raises(InputError) as caught:
        done(childwork.refuse_pins)
    error = caught.value
    assert list(map(str, error.problems)) == ["pins.csv:2 [date]: Frokost", "pins.csv:3: and this"]
    assert (error.hint, error.exit_code) == ("Remove one of the pins.", 2)


def test_a_bug_arrives_with_the_childs_traceback() -> None:
    with pytest.raises(ZeroDivisionError, match="by nought") as caught:
        done(childwork.raise_error, kind="plain")
    assert "in raise_error" in "".join(caught.value.__notes__)
    with pytest.raises(RuntimeError, match="StubbornError: this and that") as other:
        done(childwork.raise_error, kind="stubborn")
    assert "in raise_error" in "".join(other.value.__notes__)


def test_an_answer_that_cannot_be_sent_is_an_error() -> None:
    with pytest.raises((pickle.PicklingError, AttributeError), match=r"lambda|local object"):
        done(childwork.return_what_cannot_be_sent)


def test_a_broken_pipe_of_the_terminal_is_no_crash() -> None:
    def broken() -> bool:
        raise BrokenPipeError("the terminal")

    with pytest.raises(BrokenPipeError, match="the terminal"):
        done(childwork.wait_long, stop=broken)


@pytest.mark.parametrize(
    ("work", "how"),
    [(childwork.abort, "SIGABRT"), (childwork.segfault, "SIGSEGV"), (childwork.leave, "exit code 7")],
)
def test_a_crash_is_an_error_that_says_what_to_do(work: Callable[..., None], how: str) -> None:
    with pytest.raises(SchedulerError, match=rf"crashed \({how}\). Nothing was written") as caught:
        done(work)
    assert caught.value.exit_code == 1
    assert "memory_mb" in caught.value.hint


@on_linux
def test_memory_has_a_ceiling() -> None:
    with pytest.raises(SchedulerError, match="more memory than the 300 MB") as caught:
        done(childwork.take_memory, megabytes=400, memory_mb=300)
    assert caught.value.exit_code == 1
    assert "memory_mb" in caught.value.hint
    assert done(childwork.take_memory, megabytes=400, memory_mb=800) == 400_000_000


@pytest.mark.parametrize("delay_s", [0, 0.02, 0.1, 0.3])
def test_a_killed_child_is_an_error_at_every_moment(delay_s: float) -> None:
    process = child()
    pid = process.pid
    threading.Timer(delay_s, os.kill, (pid, signal.SIGKILL)).start()
    with process, pytest.raises(SchedulerError, match="killed from outside"):
        # A task larger than the pipe's buffer, so that it may be under way just then.
        process.run(childwork.wait_long, memory_mb=2000, progress=Silent(), ballast=bytes(5_000_000))
    assert not exists(pid)


# --- The week's folder ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_example(tmp_path_factory.mktemp("example") / "data")


@pytest.fixture
def out(tmp_path: Path) -> Iterator[Path]:
    """An output folder with an earlier roster, which must be as it was at the end of the test."""
    before: Mapping[str, str] = {"2009-W20/roster.json": "earlier", "2009-W20/maps/week.html": "map"}
    for name, text in before.items():
        (tmp_path / "out" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / name).write_text(text, encoding="utf-8")
    yield tmp_path / "out"
    after = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert {
        p.relative_to(tmp_path / "out").as_posix(): p.read_text(encoding="utf-8") for p in after
    } == before


class Killer(Told):
    """Kills a process when it is told of the first roster."""

    def __init__(self, pids: list[int]) -> None:
        super().__init__()
        self.pids = pids

    def bounds(self, score: int, bound: int) -> None:
        if not self.seen:
            os.kill(self.pids[0], signal.SIGKILL)
        super().bounds(score, bound)


@pytest.mark.parametrize("delay_s", [0.0, 0.4, None])
def test_a_week_whose_search_is_killed_is_not_written(
    data: Path, out: Path, delay_s: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids: list[int] = []

    def start() -> SolverProcess:
        process = SolverProcess()
        pids.append(process.pid)
        if delay_s is not None:
            threading.Timer(delay_s, os.kill, (process.pid, signal.SIGKILL)).start()
        return process

    monkeypatch.setattr(planner, "SolverProcess", start)
    monkeypatch.setattr(isolation, "best_rosters", childwork.wait_after_roster)
    progress = Told() if delay_s is not None else Killer(pids)
    with pytest.raises(SchedulerError, match="killed from outside"):
        planner.plan_week(data, WEEK, out, progress=progress)
    assert not exists(pids[0])


def test_the_command_line_explains_a_crash(
    data: Path, out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(isolation, "best_rosters", childwork.abort)
    code = run(["plan", "2009-W20", "--data", str(data), "--out", str(out), "--lang", "en", "--quiet"])
    printed = capsys.readouterr()
    assert (code, printed.out) == (1, "")
    lines = printed.err.splitlines()
    assert lines[0] == "The search for a roster crashed (SIGABRT). Nothing was written."
    assert lines[1].startswith("Try again with a higher memory_mb")
    assert len(lines) == 2


# --- Who ends when -------------------------------------------------------------------------------


def test_an_abort_ends_the_child() -> None:
    def abort() -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        done(childwork.wait_long, stop=abort)


def test_ctrl_c_does_not_reach_the_child() -> None:
    assert done(childwork.interrupt_oneself) == "still here"


#: A script as people write them, without a guard: a child must not run it again.
SCRIPT = """
import sys
from pathlib import Path
sys.path.append({tests!r})
import childwork
from scheduler.solver.isolation import SolverProcess
from scheduler.base.progress import Silent
print("begun", flush=True)
with SolverProcess(imports={imports!r}) as process:
    process.run(childwork.write_pid_and_wait, Path({file!r}), memory_mb=2000, progress=Silent())
"""


def start_script(folder: Path, *, imports: tuple[str, ...] = ()) -> tuple[subprocess.Popen[str], Path]:
    """Run the script in a process group of its own; return it and the file that will name its child."""
    file = folder / "pid"
    script = folder / "script.py"
    script.write_text(SCRIPT.format(tests=str(TESTS), file=str(file), imports=imports), encoding="utf-8")
    return start(program=(str(script),)), file


def test_the_child_ends_with_its_parent(tmp_path: Path) -> None:
    parent, file = start_script(tmp_path)
    assert eventually(file.exists, within_s=10)
    pid = int(file.read_text(encoding="utf-8"))
    assert exists(pid)
    parent.kill()
    out, err = parent.communicate(timeout=30)
    assert (out, err) == ("begun\n", "")
    assert eventually(lambda: not exists(pid), within_s=10)


def test_the_child_ends_with_its_parent_also_while_it_imports(tmp_path: Path) -> None:
    engine = "import os, pathlib, time\npathlib.Path({!r}).write_text(str(os.getpid()))\ntime.sleep(600)\n"
    (tmp_path / "slow_engine.py").write_text(engine.format(str(tmp_path / "engine")), encoding="utf-8")
    parent, _file = start_script(tmp_path, imports=("slow_engine",))
    assert eventually(
        lambda: (tmp_path / "engine").exists() and bool((tmp_path / "engine").read_text()), within_s=10
    )
    pid = int((tmp_path / "engine").read_text(encoding="utf-8"))
    parent.kill()
    out, err = parent.communicate(timeout=30)
    assert (out, err) == ("begun\n", "")
    assert eventually(lambda: not exists(pid), within_s=10)


def test_an_interrupt_while_the_child_is_started_waits_and_leaves_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        signal.raise_signal(signal.SIGINT)
        started.append(subprocess.Popen(*arguments, **options))
        signal.raise_signal(signal.SIGINT)
        return started[0]

    monkeypatch.setattr("scheduler.base.child.Popen", start)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        child()
    assert not exists(started[0].pid)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("delay_s", [0.0, 0.1, 0.3])
def test_ctrl_c_of_the_terminal_gives_one_traceback_at_most(tmp_path: Path, delay_s: float) -> None:
    parent, _file = start_script(tmp_path, imports=("numpy",))
    assert parent.stdout
    assert parent.stdout.readline() == "begun\n"
    time.sleep(delay_s)
    os.killpg(parent.pid, signal.SIGINT)
    _out, err = parent.communicate(timeout=10)
    assert err.count("Traceback") == 1  # the parent's own: the script catches nothing
    assert err.rstrip().endswith("KeyboardInterrupt")
