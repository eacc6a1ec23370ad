"""Runs in this process and on workers: results, restarts, failures, and what happens when a worker dies."""

import contextlib
import dataclasses
import io
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import childwork
import pandas as pd
import psutil
import pytest
import scenario_work
from processes import eventually, start
from random_problems import small_week
from rich.console import Console

from scheduler import __version__
from scheduler.base.errors import InputError, SchedulerError, ServiceError
from scheduler.base.progress import Counting
from scheduler.cli.terminal import StepProgress
from scheduler.scenario.model import COLUMNS, Failure, Task
from scheduler.scenario.runs import cluster, crew
from scheduler.scenario.runs import running as runs
from scheduler.scenario.runs.running import Runs

if TYPE_CHECKING:
    from distributed import Client

TESTS = Path(__file__).parents[1]
PROBLEM = small_week(1)


def tasks(count: int, order: str = "", scenario: str = "s") -> list[Task]:
    """Return tasks that all ask something else."""
    return [
        Task(
            scenario=scenario,
            week=f"2009-W{number:02d}",
            problem=PROBLEM.replace(speed_kph=10.0 + number),
            watched=order,
        )
        for number in range(1, count + 1)
    ]


def named(tasks: Sequence[Task], scenario: str) -> list[Task]:
    return [dataclasses.replace(task, scenario=scenario) for task in tasks]


def counted(frame: "pd.DataFrame") -> list[tuple[str, str, float]]:
    return list(zip(frame["scenario"], frame["week"], frame["kph"], strict=True))


def expected(tasks: Sequence[Task]) -> list[tuple[str, str, float]]:
    return [(task.scenario, task.week, task.problem.speed_kph) for task in tasks]


class Told:
    """A `Counting` progress that remembers what it was told, and may do something when tasks are done."""

    def __init__(self, then: Callable[[int], None] = lambda _done: None) -> None:
        self.steps: list[str] = []
        self.counts: list[tuple[int, int]] = []
        self.left_s: list[float] = []
        self.then = then

    def step(self, text: str) -> None:
        self.steps.append(text)

    def bounds(self, score: int, bound: int) -> None:
        raise AssertionError(f"{score}, {bound}: not of one week")

    def counted(self, done: int, total: int, left_s: float) -> None:
        self.counts.append((done, total))
        self.left_s.append(left_s)
        self.then(done)


def executed(file: Path) -> list[str]:
    """Return the weeks that "note" has noted."""
    return file.read_text(encoding="utf-8").split() if file.exists() else []


# --- In this process -----------------------------------------------------------------------------


def test_rows_come_in_the_order_of_the_tasks() -> None:
    asked = [*tasks(3), *tasks(3, "2", "a")]
    shuffled = [asked[number] for number in (0, 3, 1, 4, 2, 5)]
    ran = Runs(workers=0).run(shuffled, scenario_work.count)
    assert counted(ran.results) == expected(asked)
    assert list(ran.results) == ["scenario", "week", "places", "kph", "watched", "pid"]
    assert (ran.failures, ran.interrupted) == ((), False)
    assert ran.results["pid"].unique().tolist() == [os.getpid()]


def test_nothing_to_do_has_the_columns_of_the_work(tmp_path: Path) -> None:
    ran = Runs(folder=tmp_path / "new").run([], scenario_work.count)
    assert list(ran.results) == ["scenario", "week", "places", "kph", "watched", "pid"]
    assert ran.results.empty
    assert list(Runs().run([]).results) == list(COLUMNS)
    assert list((tmp_path / "new" / "weeks").iterdir()) == []


def test_what_is_asked_twice_is_done_once(tmp_path: Path) -> None:
    note = tmp_path / "note"
    asked = tasks(2, f"note {note}")
    twice = [*asked, *named(asked, "other")]
    ran = Runs(folder=tmp_path / "out", workers=0).run(twice, scenario_work.obey)
    assert counted(ran.results) == expected(twice)
    assert executed(note) == ["2009-W01", "2009-W02"]
    assert sorted(counted(pd.read_parquet(tmp_path / "out" / "weeks"))) == sorted(expected(twice))


def test_a_restart_does_only_what_is_new(tmp_path: Path) -> None:
    note, folder = tmp_path / "note", tmp_path / "out" / "new"
    kept = folder / "weeks"
    asked = tasks(3, f"note {note}")
    first = Runs(folder=folder, workers=0).run(asked[:2], scenario_work.obey).results
    second = Runs(folder=folder, workers=0).run(asked, scenario_work.obey).results
    assert executed(note) == ["2009-W01", "2009-W02", "2009-W03"]
    pd.testing.assert_frame_equal(second[:2], first)
    pd.testing.assert_frame_equal(
        second, pd.read_parquet(kept).sort_values("week", ignore_index=True)[list(second)]
    )
    # Under another name the same is known, and is in the folder under both.
    renamed = named(asked, "renamed")
    third = Runs(folder=folder, workers=0).run(renamed, scenario_work.obey).results
    assert counted(third) == expected(renamed)
    assert len(executed(note)) == 3
    assert sorted(counted(pd.read_parquet(kept))) == sorted([*expected(asked), *expected(renamed)])
    before = sorted(kept.iterdir())
    Runs(folder=folder, workers=0).run(renamed, scenario_work.obey)
    assert sorted(kept.iterdir()) == before


def test_another_version_limit_or_work_is_done_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note = tmp_path / "note"
    asked = tasks(1, f"note {note}")

    def again(tasks: Sequence[Task], time_limit_s: float = 20.0) -> int:
        limited = Runs(folder=tmp_path / "out", workers=0, time_limit_s=time_limit_s)
        limited.run(tasks, scenario_work.obey)
        return len(executed(note))

    assert again(asked) == 1
    assert again(asked, 1.0) == 2
    Runs(folder=tmp_path / "out", workers=0).run(asked, scenario_work.count)
    assert again(asked) == 2
    monkeypatch.setattr(runs, "__version__", "9.9")
    assert again(asked) == 3
    monkeypatch.undo()
    assert again(asked) == 3


def test_failures_are_reported_tried_again_and_never_written(tmp_path: Path) -> None:
    asked = tasks(3)
    asked[1] = dataclasses.replace(asked[1], watched="raise")
    twice = [*asked, *named(asked, "other")]
    for _time in range(2):
        ran = Runs(folder=tmp_path, workers=0).run(twice, scenario_work.obey)
        assert ran.failures == tuple(
            Failure(scenario=scenario, week="2009-W02", reason="Lunch") for scenario in ("s", "other")
        )
        assert counted(ran.results) == expected([task for task in twice if not task.watched])
        assert not ran.interrupted
    assert len(pd.read_parquet(tmp_path / "weeks")) == 4


def test_stop_keeps_what_is_done(tmp_path: Path) -> None:
    told = Told()
    ran = Runs(folder=tmp_path, workers=0, progress=told, stop=lambda: len(told.counts) == 2).run(
        tasks(5), scenario_work.count
    )
    assert ran.interrupted
    assert counted(ran.results) == expected(tasks(2))
    assert len(pd.read_parquet(tmp_path / "weeks")) == 2
    never = Runs(workers=0, stop=lambda: True).run(tasks(5), scenario_work.count)
    assert never.interrupted
    assert never.results.empty
    told = Told()
    last = Runs(workers=0, progress=told, stop=lambda: len(told.counts) == 2).run(
        tasks(2), scenario_work.count
    )
    assert not last.interrupted


def test_ctrl_c_keeps_what_is_done(tmp_path: Path) -> None:
    asked = tasks(4)
    asked[2] = dataclasses.replace(asked[2], watched="interrupt")
    ran = Runs(folder=tmp_path, workers=0).run(asked, scenario_work.obey)
    assert ran.interrupted
    assert counted(ran.results) == expected(asked[:2])
    assert len(pd.read_parquet(tmp_path / "weeks")) == 2


def test_progress_is_told_and_estimates(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(100, 200, 10))
    monkeypatch.setattr(runs, "monotonic", lambda: float(next(clock)))
    report = runs._Report(told := Told(), 10, 12)
    assert isinstance(told, Counting)
    report.look(4)
    report.tell(8, 4)  # 2 are done and 4 are half done in 10 s
    report.tell(4, 4)
    report.tell(0, 4)
    assert told.steps == ["Planning 10 of 12 weeks"]
    assert told.counts == [(2, 10), (6, 10), (10, 10)]
    assert told.left_s == [15.0, 5.0, 0.0]
    report.look(0)
    report.look(0)
    report.look(1)
    assert told.steps[1:] == ["Waiting for workers", "Planning 10 of 12 weeks"]


def test_the_terminal_shows_how_much_is_left() -> None:
    printed = io.StringIO()
    progress = StepProgress(Console(file=printed, width=100), quiet=False)
    progress.step("Planning")
    progress.counted(1, 60, 200.0)
    progress.counted(2, 60, 190.0)  # too soon to be printed where no line moves
    progress.counted(60, 60, 0.0)
    assert printed.getvalue().splitlines() == ["Planning", "  1 of 60, about 3 min left", "  60 of 60"]


def test_bad_folders_are_sentences(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(ServiceError, match="cannot be used for results") as caught:
        Runs(folder=tmp_path / "file" / "folder").run(tasks(1), scenario_work.count)
    assert caught.value.hint
    Runs(folder=tmp_path).run(tasks(1), scenario_work.count)
    (part,) = (tmp_path / "weeks").glob("*.parquet")
    (tmp_path / "weeks" / "part-another-kind.parquet").write_bytes(b"no table")
    (tmp_path / "weeks" / "notes.txt").write_text("mine")
    assert counted(Runs(folder=tmp_path).run(tasks(1), scenario_work.count).results) == expected(tasks(1))
    part.write_bytes(part.read_bytes()[:-20])
    with pytest.raises(ServiceError, match=rf"{part.name} is no file of results, or is damaged"):
        Runs(folder=tmp_path).run(tasks(1), scenario_work.count)
    part.unlink()
    assert counted(Runs(folder=tmp_path).run(tasks(1), scenario_work.count).results) == expected(tasks(1))


def test_fewer_than_no_workers_are_refused() -> None:
    with pytest.raises(InputError, match="0 or more"):
        Runs(workers=-1)


def test_tasks_are_searched_for_as_long_as_they_may_be() -> None:
    def limits(task: Task) -> scenario_work.Counts:
        return dataclasses.replace(scenario_work.count(task), kph=task.time_limit_s)

    assert set(Runs(workers=0).run(tasks(2), limits).results["kph"]) == {20.0}
    assert set(Runs(workers=0, time_limit_s=7).run(tasks(2), limits).results["kph"]) == {7.0}


def test_all_or_nothing(tmp_path: Path) -> None:
    asked = [*tasks(1), dataclasses.replace(tasks(2)[1], watched="raise")]
    ran = Runs(workers=0).run_all(asked, scenario_work.obey)
    assert counted(ran.results) == expected(asked[:1])
    assert [str(failure) for failure in ran.failures] == ["s 2009-W02: Lunch"]
    with pytest.raises(SchedulerError, match="Stopped before all weeks were planned") as caught:
        Runs(workers=0, folder=tmp_path, stop=lambda: True).run_all(asked, scenario_work.obey)
    assert str(tmp_path) in caught.value.hint


# --- Processes of this machine -------------------------------------------------------------------


@pytest.fixture(scope="module")
def client() -> Iterator["Client"]:
    """Two worker processes that most tests share, as somebody else's cluster."""
    with cluster.local(2) as client:
        yield client


@pytest.fixture
def address(client: "Client") -> str:
    # A test before this one may have killed a worker, or left it busy.
    client.wait_for_workers(2, timeout=20)
    return str(client.scheduler_info(n_workers=0)["address"])


def grandchildren() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


def is_worker(process: psutil.Process) -> bool:
    """Tell whether a child is a worker; where setproctitle is installed, Dask renames it."""
    line = " ".join(process.cmdline())
    return "multiprocessing.spawn" in line or "dask worker" in line


def test_a_local_cluster_loses_no_result_with_a_worker_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    before = grandchildren()
    killed: list[int] = []

    def kill_one(done: int) -> None:
        if done == 3:
            workers = [
                child
                for child in psutil.Process().children(recursive=True)
                if child.pid not in before and is_worker(child)
            ]
            assert len(workers) == 2
            killed.append(workers[0].pid)
            workers[0].kill()

    told = Told(kill_one)
    asked = tasks(16, "sleep 0.1")
    ran = Runs(folder=tmp_path / "out", workers=2, progress=told).run(asked, scenario_work.obey)
    assert counted(ran.results) == expected(asked)
    assert (ran.failures, ran.interrupted) == ((), False)
    assert counted(pd.read_parquet(tmp_path / "out" / "weeks").sort_values("week")) == expected(asked)
    assert killed
    assert told.steps[:2] == ["Starting 2 processes", "Planning 16 of 16 weeks"]
    assert [done for done, _total in told.counts] == list(range(1, 17))
    assert grandchildren() - before <= resource_trackers()
    assert list(scratch.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def resource_trackers() -> set[int]:
    """The processes that multiprocessing keeps; one of another test that has ended just now has no command line."""
    return {
        child.pid
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE and "resource_tracker" in " ".join(child.cmdline())
    }


#: A script as people write them, without a guard: no worker may run it again.
SCRIPT = """
import sys
from pathlib import Path
sys.path[:0] = [{tests!r}]
from random_problems import small_week
from rich.console import Console
from scheduler.base.i18n import use
from scheduler.scenario.model import Task
from scheduler.scenario.runs.running import Runs
import scenario_work
from processes import eventually, start

def doubled(task):
    figures = scenario_work.obey(task)
    return scenario_work.Counts(**dict(scenario=task.scenario, week=task.week, places=2 * figures.places,
                                       kph=figures.kph, watched="", pid=figures.pid))

print("begun", flush=True)
problem = small_week(1)
tasks = [Task(scenario="s", week=str(n), problem=problem.replace(speed_kph=10.0 + n), watched="sleep 0.1")
         for n in range({count})]
ran = Runs(folder=Path({folder!r}), workers=2).run(tasks, doubled)
print(len(ran.results) == {count}, ran.interrupted, set(ran.results["places"]), ran.failures)
"""


@contextlib.contextmanager
def script(folder: Path, count: int) -> Iterator[subprocess.Popen[str]]:
    """Run the script in a process group of its own."""
    file = folder / "script.py"
    file.write_text(
        SCRIPT.format(tests=str(TESTS), folder=str(folder / "out"), count=count), encoding="utf-8"
    )
    process = start(program=("-W", "error", str(file)))
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def parts(folder: Path) -> list[Path]:
    return list((folder / "out" / "weeks").glob("part-*.parquet"))


def test_a_script_needs_no_guard_and_may_bring_its_own_work(tmp_path: Path) -> None:
    with script(tmp_path, 4) as process:
        out, err = process.communicate(timeout=60)
    assert (out, err) == (f"begun\nTrue False {{{2 * len(PROBLEM.places)}}} ()\n", "")


def test_ctrl_c_of_the_terminal_keeps_what_is_done(tmp_path: Path) -> None:
    with script(tmp_path, 300) as process:
        assert eventually(lambda: parts(tmp_path), within_s=30)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (out, err) == (f"begun\nFalse True {{{2 * len(PROBLEM.places)}}} ()\n", "")


def test_workers_end_with_their_program(tmp_path: Path) -> None:
    with script(tmp_path, 300) as process:
        assert eventually(lambda: parts(tmp_path), within_s=30)
        workers = psutil.Process(process.pid).children(recursive=True)
        assert len(workers) >= 2
        process.kill()
        process.wait()
        _gone, alive = psutil.wait_procs(workers, timeout=10)
    assert alive == []
    done = len(pd.read_parquet(tmp_path / "out" / "weeks"))
    assert done >= 1
    assert Runs(folder=tmp_path / "out", workers=0).run(tasks(1, "divide"), scenario_work.obey).failures
    assert not list((tmp_path / "out" / "weeks").glob(".*"))  # what the killed one left
    assert len(pd.read_parquet(tmp_path / "out" / "weeks")) == done


@pytest.mark.parametrize(
    ("serve", "trouble"),
    [(childwork.report_no_address, "Too many open files"), (childwork.end_at_once, "exit code 7")],
)
def test_processes_that_cannot_be_started_are_a_sentence(
    serve: Callable[..., None], trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_host", serve)
    before = grandchildren()
    with pytest.raises(ServiceError, match=f"could not be started: {trouble}") as caught:
        Runs(workers=2).run(tasks(2), scenario_work.count)
    assert "--workers 0" in caught.value.hint
    assert grandchildren() == before


# --- A cluster that is there ---------------------------------------------------------------------


def test_tasks_are_done_by_the_workers_of_a_cluster(address: str, capfd: pytest.CaptureFixture[str]) -> None:
    asked = tasks(12, "sleep 0.02")
    told = Told()
    ran = Runs(cluster=address, progress=told).run(asked, scenario_work.obey)
    assert counted(ran.results) == expected(asked)
    assert ran.results["pid"].nunique() == 2
    assert os.getpid() not in set(ran.results["pid"])
    assert told.steps == [f"Connecting to {address}", "Planning 12 of 12 weeks"]
    assert capfd.readouterr() == ("", "")


def test_few_tasks_are_under_way_at_once(client: "Client", address: str) -> None:
    most = 0

    def look(_done: int) -> None:
        nonlocal most
        most = max(most, client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)))

    ran = Runs(cluster=address, progress=Told(look)).run(tasks(60), scenario_work.count)
    assert len(ran.results) == 60
    assert 2 <= most <= 8


def test_no_address_of_a_home_visit_reaches_a_worker(address: str) -> None:
    places = {
        id_: dataclasses.replace(place, name="secret", address="secret", lat=55.25, lon=12.75)
        for id_, place in PROBLEM.places.items()
    }
    asked = Task(scenario="s", week="w", problem=PROBLEM.replace(places=places))
    ran = Runs(cluster=address).run([asked], scenario_work.look)
    (failure,) = ran.failures
    assert "request_id='h0', kind='home_visit'" in failure.reason
    assert "place_id='h0', name='h0', address=''" in failure.reason
    for secret in ("secret", "55.25", "12.75"):
        assert secret not in failure.reason


def test_a_task_that_kills_its_workers_is_reported_and_the_others_are_done(
    address: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    asked = tasks(20)
    asked[3] = dataclasses.replace(asked[3], watched="crash")
    asked[8] = dataclasses.replace(asked[8], watched=f"crash-once {tmp_path / 'crashed'}")
    asked[9] = dataclasses.replace(asked[9], watched="divide")
    ran = Runs(folder=tmp_path / "out", cluster=address).run(asked, scenario_work.obey)
    assert counted(ran.results) == expected(
        [task for number, task in enumerate(asked) if number not in (3, 9)]
    )
    crashed, divided = ran.failures
    assert (crashed.scenario, crashed.week) == ("s", "2009-W04")
    assert crashed.reason.startswith("3 workers that did it crashed one after the other")
    assert (divided.scenario, divided.week) == ("s", "2009-W10")
    assert divided.reason.startswith("ZeroDivisionError")
    assert (tmp_path / "crashed").exists()
    assert not ran.interrupted
    assert "Traceback" not in capfd.readouterr().err


def test_stop_gives_up_what_is_under_way(client: "Client", address: str, tmp_path: Path) -> None:
    told = Told()
    began = time.monotonic()
    ran = Runs(folder=tmp_path, cluster=address, progress=told, stop=lambda: len(told.counts) >= 2).run(
        [*tasks(2), *tasks(30, "sleep 3")], scenario_work.obey
    )
    assert time.monotonic() - began < 3
    assert ran.interrupted
    assert counted(ran.results) == expected(tasks(2))
    assert len(pd.read_parquet(tmp_path / "weeks")) == 2
    assert eventually(
        lambda: client.run_on_scheduler(lambda dask_scheduler: not dask_scheduler.tasks), within_s=30
    )


# --- Clusters that cannot be used ----------------------------------------------------------------


@contextlib.contextmanager
def small_cluster(workers: int) -> Iterator[Any]:
    """Run a cluster in threads of this process."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=False,
        protocol="tcp://",
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    ) as started:
        yield started


def refused(address: str, **options: Any) -> ServiceError:
    """Return why a cluster cannot be used; no task is done there."""
    with pytest.raises(ServiceError) as caught:
        Runs(cluster=address, **options).run(tasks(2, "interrupt"), scenario_work.obey)
    assert caught.value.exit_code == 3
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    "address",
    [
        "tcp://127.0.0.1:1",
        "tcp://nowhere.invalid:8786",
        "127.0.0.1:1",
        "nonsense",
        "",
        "http://127.0.0.1:1",
        "tcp://127.0.0.1:port",
        "tcp://127.0.0.1:99999",
        "tcp://:::",
        "tls://127.0.0.1:1",
        "ucx://127.0.0.1:1",
        "inproc://127.0.0.1/1/1",
    ],
)
def test_a_cluster_that_is_not_there(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_CONNECT_S", 0.1)
    assert str(refused(address)) == f"No cluster answers at {address}."


def test_a_server_that_is_no_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_CONNECT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        assert str(refused(address)) == f"No cluster answers at {address}."


def test_a_cluster_without_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_WORKERS_S", 0.1)
    with small_cluster(0) as empty:
        error = refused(empty.scheduler_address)
    assert str(error) == f"The cluster at {empty.scheduler_address} has no workers."


def test_a_worker_with_another_version_is_named(
    client: "Client", address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = sorted(client.nthreads())
    monkeypatch.setattr(cluster, "__version__", "9.9")
    error = refused(address)
    assert str(error).splitlines() == [
        f"The cluster's scheduler has hjul {__version__}, here it is 9.9.",
        *(f"The worker {worker} has hjul {__version__}, here it is 9.9." for worker in workers),
    ]
    assert "hjul 9.9" in error.hint


def test_a_worker_without_hjul_is_named(client: "Client", address: str) -> None:
    def forget() -> None:
        sys.modules["scheduler"] = None  # type: ignore[assignment]  # so that its import fails

    def remember() -> None:
        del sys.modules["scheduler"]

    worker = min(client.nthreads())
    client.run(forget, workers=[worker])
    try:
        assert str(refused(address)) == f"The worker {worker} has no hjul."
    finally:
        client.run(remember, workers=[worker])


def test_a_worker_with_another_python_is_named(
    client: "Client", address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_PYTHON", "4.0")
    lines = str(refused(address)).splitlines()
    ours = "{}.{}".format(*sys.version_info)
    assert f"The worker {min(client.nthreads())} has Python {ours}, here it is 4.0." in lines
    assert len(lines) == 3


def test_a_worker_with_another_version_that_joins_late_ends_the_run(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "__version__", "9.9")  # after the check at the beginning
    assert str(refused(address)) == f"A worker has hjul {__version__}, here it is 9.9."


def test_a_cluster_that_has_lost_all_its_workers_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "_COUNT_S", 0.05)
    with small_cluster(1) as other:

        class Scaling(Told):
            def step(self, text: str) -> None:
                super().step(text)
                if text == "Waiting for workers":
                    other.scale(1)

        told = Scaling(lambda done: other.scale(0) if done == 2 else None)
        asked = tasks(6, "sleep 0.02")
        ran = Runs(cluster=other.scheduler_address, progress=told).run(asked, scenario_work.obey)
    assert counted(ran.results) == expected(asked)
    assert told.steps[1:] == ["Planning 6 of 6 weeks", "Waiting for workers", "Planning 6 of 6 weeks"]


def test_a_cluster_that_is_lost_is_a_sentence_and_what_was_done_is_kept(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        other = stack.enter_context(small_cluster(1))
        told = Told(lambda done: stack.close() if done == 3 else None)
        with pytest.raises(ServiceError, match="connection to the cluster was lost"):
            Runs(folder=tmp_path, cluster=other.scheduler_address, progress=told).run(
                tasks(9, "sleep 0.05"), scenario_work.obey
            )
    assert len(pd.read_parquet(tmp_path / "weeks")) >= 3
    ran = Runs(folder=tmp_path, workers=0).run(tasks(9, "sleep 0.05"), scenario_work.obey)
    assert counted(ran.results) == expected(tasks(9))
