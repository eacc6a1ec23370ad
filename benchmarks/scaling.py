"""What planning a week costs for a job centre of any size, and how weeks spread over processes.

    nice python benchmarks/scaling.py [--weeks 8] [--seconds 20] [--scaling-weeks 40]

Prints the unit costs, the speed of two worker processes against one on the same weeks, and what follows
for all job centres of Denmark, as docs/denmark.md tells it. Weeks are random ones that look like the
service's (benchmarks/weeks.py). Processor time counts all threads of the process that plans.
"""

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.matrix import timed
from benchmarks.weeks import random_week
from scheduler.scenario.model import Task
from scheduler.scenario.runs.figures import solved
from scheduler.scenario.runs.running import WEEKS_FOLDER, Runs
from scheduler.scenario.runs.tasks import pack, question
from scheduler.services import planner

Row = tuple[str, str, str]

DATA = Path(__file__).parent.parent / "data"

#: Practices and consultants of a small, a middling and a large job centre, and how many of each would
#: make 94 centres with about 3,300 practices. The shares are an assumption.
CENTRES = (((20, 2), 60), ((45, 5), 24), ((100, 10), 10))
#: Of the size on which one and two workers are compared: 3,300 practices over 94 centres are 35 each.
AVERAGE = (35, 4)

WEEKS_A_QUARTER = 13
WEEKS_A_YEAR = 52
SCENARIOS_A_STUDY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What planning one week took. `peak_mb` is the most that the process has had until then."""

    scenario: str
    week: str
    proven: bool
    gap: float
    cpu_s: float
    wall_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCost:
    """What planning a week of one size takes: medians over some weeks, and the most memory of all."""

    practices: int
    consultants: int
    weeks: int
    proven: int
    worst_gap: float
    cpu_s: float
    wall_s: float
    peak_mb: float
    sent_bytes: int


def measured(task: Task) -> Cost:
    """Plan a week as a worker does, and say what it took."""
    import resource

    began, cpu = time.perf_counter(), time.process_time()
    figures = solved(task)
    # Linux counts in KB, macOS in bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Cost(
        scenario=task.scenario,
        week=task.week,
        proven=figures.status == "optimal",
        gap=(figures.score - figures.bound) / figures.score if figures.score else 0.0,
        cpu_s=time.process_time() - cpu,
        wall_s=time.perf_counter() - began,
        peak_mb=peak / (1e6 if sys.platform == "darwin" else 1e3),
    )


def tasks(size: tuple[int, int], count: int) -> list[Task]:
    """Return so many weeks of a size, all different."""
    name = "{}/{}".format(*size)
    return [Task(scenario=name, week=str(seed), problem=random_week(seed, *size)) for seed in range(count)]


def unit_cost(size: tuple[int, int], weeks: int, time_limit_s: float) -> UnitCost:
    """Plan weeks one after the other in one worker process, and measure them there."""
    # The first week also loads the engine, which a worker does once.
    asked = tasks(size, weeks + 1)
    costs = Runs(workers=1, time_limit_s=time_limit_s).run(asked, measured).results
    rest = costs[1:]
    return UnitCost(
        practices=size[0],
        consultants=size[1],
        weeks=weeks,
        proven=int(rest["proven"].sum()),
        worst_gap=float(rest["gap"].max()),
        cpu_s=float(rest["cpu_s"].median()),
        wall_s=float(rest["wall_s"].median()),
        peak_mb=float(costs["peak_mb"].max()),
        sent_bytes=int(statistics.median(len(pack(solved, task)) for task in asked)),
    )


class Stopwatch:
    """A `Progress` that measures how long tasks take from the moment when workers are there."""

    def __init__(self) -> None:
        self._began = self._ended = 0.0

    def step(self, text: str) -> None:
        """Begin anew."""
        del text
        self._began = time.perf_counter()

    def bounds(self, score: int, bound: int) -> None:
        """Do nothing: no single week is planned."""

    def counted(self, done: int, total: int, left_s: float) -> None:
        """Take the time, which is the last one when all is done."""
        del done, total, left_s
        self._ended = time.perf_counter()

    @property
    def seconds(self) -> float:
        """From the beginning of the last step to the end of its last task."""
        return self._ended - self._began


@dataclass(frozen=True, slots=True)
class Spent:
    """How long tasks took with some workers.

    `whole_s` counts starting and ending the workers, `planning_s` does not. `busy` is the share of it in
    which the workers planned, and did not wait for tasks. `alone_s` is how long it would have taken had
    no other program used the processors: their time for the tasks, and the same share of waiting.
    """

    whole_s: float
    planning_s: float
    busy: float
    alone_s: float


def spent_with(workers: int, asked: Sequence[Task]) -> Spent:
    """Do tasks with so many workers, and take the time."""
    watch = Stopwatch()
    began = time.perf_counter()
    ran = Runs(workers=workers, progress=watch).run(asked, measured)
    whole_s = time.perf_counter() - began
    if ran.failures:
        raise RuntimeError(ran.failures[0].reason)
    busy = float(ran.results["wall_s"].sum()) / (workers * watch.seconds)
    alone_s = float(ran.results["cpu_s"].sum()) / (workers * busy)
    return Spent(whole_s, watch.seconds, busy, alone_s)


def scaling(weeks: int, say: Callable[[str], None] = lambda _text: None) -> Iterator[Row]:
    """Compare one and two local workers on the same weeks."""
    asked = tasks(AVERAGE, weeks)
    name = "{}/{}: {} weeks".format(*AVERAGE, weeks)
    spent = {}
    for workers in (1, 2):
        say(f"{name}, {workers} worker(s)")
        spent[workers] = spent_with(workers, asked)
        yield f"{name}, {workers} worker(s), with starting", f"{spent[workers].whole_s:.1f} s", ""
        yield f"{name}, {workers} worker(s), share of it planning", f"{spent[workers].busy:.0%}", ""
    one, two = spent[1], spent[2]
    yield f"{name}, 1 worker / 2, with starting", f"{one.whole_s / two.whole_s:.2f}", "near 2"
    yield f"{name}, 1 worker / 2, planning", f"{one.planning_s / two.planning_s:.2f}", "near 2"
    yield f"{name}, 1 worker / 2, but for other programs", f"{one.alone_s / two.alone_s:.2f}", "near 2"


def overheads() -> Iterator[Row]:
    """Measure what a task costs beside the planning, in the process that hands the tasks out."""
    asked = tasks(AVERAGE, 20)
    name = "{}/{}".format(*AVERAGE)
    pack(solved, asked[0])  # loads what it needs
    began = time.perf_counter()
    for task in asked:
        question(task)
    known_s = (time.perf_counter() - began) / len(asked)
    began = time.perf_counter()
    sent = [len(pack(solved, task)) for task in asked]
    packed_s = (time.perf_counter() - began) / len(asked)
    yield f"{name}: fingerprint of a task", f"{known_s * 1000:.1f} ms", ""
    yield f"{name}: packing a task", f"{packed_s * 1000:.1f} ms", ""
    yield f"{name}: a task as it is sent", f"{statistics.median(sent) / 1000:.1f} kB", ""
    with tempfile.TemporaryDirectory() as folder:
        Runs(folder=Path(folder), workers=0).run(tasks((8, 1), 20))
        size = sum(part.stat().st_size for part in Path(folder, WEEKS_FOLDER).iterdir())
    yield "a row of results in Parquet, of 20", f"{size / 20 / 1000:.1f} kB", ""
    with tempfile.TemporaryDirectory() as folder, patched_cache(folder):
        yield (
            "the example's tables, network and rides, first",
            f"{timed(partial(planner.prepare, DATA))[0]:.2f} s",
            "",
        )
        yield "the same again", f"{timed(partial(planner.prepare, DATA))[0]:.2f} s", ""


@contextmanager
def patched_cache(folder: str) -> Iterator[None]:
    """Keep compiled networks in another folder for a while."""
    before = os.environ.get("HJUL_CACHE")
    os.environ["HJUL_CACHE"] = folder
    try:
        yield
    finally:
        os.environ.pop("HJUL_CACHE")
        if before is not None:
            os.environ["HJUL_CACHE"] = before


def unit_rows(costs: Sequence[UnitCost]) -> Iterator[Row]:
    """Tell the unit costs."""
    for cost in costs:
        name = f"{cost.practices}/{cost.consultants}"
        yield f"{name}: processor time of a week, median of {cost.weeks}", f"{cost.cpu_s:.2f} s", ""
        yield f"{name}: elapsed, median", f"{cost.wall_s:.2f} s", ""
        yield f"{name}: peak memory of the worker", f"{cost.peak_mb:.0f} MB", ""
        yield f"{name}: a task as it is sent", f"{cost.sent_bytes / 1000:.1f} kB", ""
        yield f"{name}: proven best", f"{cost.proven} of {cost.weeks}", ""
        yield f"{name}: widest gap", f"{100 * cost.worst_gap:.1f} %", ""


def denmark(costs: Sequence[UnitCost]) -> Table:
    """Return what all job centres take, as the sum over small, middling and large ones."""
    table = Table(title="All job centres: processor hours on this machine", title_justify="left")
    for heading in ("Centres", "Practices", "CPU s a week", "h a quarter", "h a year", "h a study"):
        table.add_column(heading, justify="right")
    total_h = [0.0, 0.0, 0.0]
    for cost, (_size, centres) in zip(costs, CENTRES, strict=True):
        week_h = centres * cost.cpu_s / 3600
        hours = [week_h * WEEKS_A_QUARTER, week_h * WEEKS_A_YEAR]
        hours.append((SCENARIOS_A_STUDY + 1) * hours[0])
        total_h = [a + b for a, b in zip(total_h, hours, strict=True)]
        table.add_row(
            str(centres), str(centres * cost.practices), f"{cost.cpu_s:.2f}", *(f"{h:.2f}" for h in hours)
        )
    table.add_section()
    table.add_row(
        str(sum(centres for _size, centres in CENTRES)),
        str(sum(practices * centres for (practices, _consultants), centres in CENTRES)),
        "",
        *(f"{hours:.2f}" for hours in total_h),
    )
    table.caption = f"A study: today and {SCENARIOS_A_STUDY} scenarios, {WEEKS_A_QUARTER} weeks each."
    return table


def main() -> None:
    """Measure, and print three tables."""
    parser = argparse.ArgumentParser(description="Measure how planning spreads over processes.")
    parser.add_argument("--weeks", type=int, default=8, help="weeks of each size")
    parser.add_argument("--seconds", type=float, default=20.0, help="time limit of a week")
    parser.add_argument("--scaling-weeks", type=int, default=40, help="weeks for one and two workers")
    arguments = parser.parse_args()
    console = Console()
    title = f"hjul on Python {platform.python_version()}, {os.cpu_count()} cores"
    table = Table("What", "Measured", "Wanted", title=title, title_justify="left")
    table.caption = "35/4: weeks of 35 practices and 4 consultants"
    with Console(stderr=True).status("overheads") as status:
        for row in overheads():
            table.add_row(*row)
        for row in scaling(arguments.scaling_weeks, status.update):
            table.add_row(*row)
        costs = []
        for size, _centres in CENTRES:
            status.update("planning weeks of {} practices, {} consultants".format(*size))
            costs.append(unit_cost(size, arguments.weeks, arguments.seconds))
        for row in unit_rows(costs):
            table.add_row(*row)
    console.print(table)
    console.print(denmark(costs))


if __name__ == "__main__":
    main()
