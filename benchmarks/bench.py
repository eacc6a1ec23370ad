"""What hjul needs in time and memory on this machine, as tables. Nothing here fails.

    python benchmarks/bench.py [--routing-seconds 10] [--weeks 13]

Processes are measured whole, from start to end. "First" means with an empty cache, as on a new
machine. The routing model alone gets its full time for every week, so this takes some minutes.
Where the real extract lies beside the checkout, travel times on it are compared with other libraries'.
"""

import argparse
import datetime as dt
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from benchmarks.matrix import EXTRACT, comparison, loading, timed
from benchmarks.scaling import CENTRES, scaling, unit_cost, unit_rows
from benchmarks.storing import storing_rows
from scheduler.inputs.workbook import write_workbook
from scheduler.model.clock import Week
from scheduler.outputs import names
from scheduler.places.travel import travel_times
from scheduler.scenario.chance.robustness import carry_out
from scheduler.services import planner
from scheduler.services.decide import decide
from scheduler.solver.engine import solve

if TYPE_CHECKING:
    from scheduler.model.problem import Problem
    from scheduler.model.project import Place

ROOT = Path(__file__).parent.parent
DATA = ROOT / "data"
FIRST_WEEK = Week(2009, 14)
MATRIX_PLACES = 25

Row = tuple[str, str, str]


def run(arguments: Sequence[str | Path], environment: Mapping[str, str]) -> tuple[float, float]:
    """Run hjul as a process; return its seconds and its peak memory in MB."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "scheduler", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.DEVNULL,
    )
    _pid, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    # Linux counts in KB, macOS in bytes.
    return seconds, usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def processes() -> Iterator[Row]:
    """Measure the command line."""
    helps = [run(["--help"], {})[0] for _time in range(7)]
    yield "hjul --help", f"{statistics.median(helps):.2f} s", "under 0.6 s"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        arguments: list[str | Path] = ["plan", "2009-W20", "--quiet", "--data", DATA, "--out", out]
        runs = [run(arguments, {"HJUL_CACHE": str(Path(folder) / "cache")}) for _time in range(4)]
    yield "hjul plan, the first time", f"{runs[0][0]:.1f} s", "under 12 s"
    yield (
        "hjul plan, after that",
        f"{statistics.median(seconds for seconds, _ in runs[1:]):.1f} s",
        "under 5 s",
    )
    yield "hjul plan, peak memory", f"{max(megabytes for _, megabytes in runs):.0f} MB", "under 700 MB"


def reading() -> Iterator[Row]:
    """Check a project of 100,000 rooms, as a table and as a workbook."""
    with tempfile.TemporaryDirectory() as folder:
        table, workbook = Path(folder) / "table", Path(folder) / "workbook"
        many_rooms(table, 100_000)
        workbook.mkdir()
        shutil.copy(table / "project.toml", workbook)
        # In a process of its own: what is started here is counted with the memory that there is here.
        with ProcessPoolExecutor(1, get_context("spawn")) as writer:
            writer.submit(write_workbook, table, workbook / "project.xlsx").result()
        for name, data in (("rooms.csv", table), ("project.xlsx", workbook)):
            seconds, megabytes = run(["check-data", "--quiet", "--data", data], {})
            yield f"hjul check-data, 100,000 rows in {name}", f"{seconds:.1f} s", "under 15 s"
            yield (
                f"hjul check-data, 100,000 rows in {name}, peak memory",
                f"{megabytes:.0f} MB",
                "under 500 MB",
            )


def many_rooms(folder: Path, count: int) -> None:
    """Write the example with that many rooms, which differ and stand open at all hours and times of the year."""
    shutil.copytree(DATA, folder)
    rng = random.Random(0)
    practices = [
        line.partition(",")[0] for line in (DATA / "practices.csv").read_text("utf-8").splitlines()[1:]
    ]
    rows = ["practice_id,weekday,start,end,weeks,valid_from,valid_to,room"]
    for number in range(count):
        start, first = rng.randrange(8 * 60, 13 * 60, 5), rng.randrange(600)
        times = (
            f"{minute // 60:02d}:{minute % 60:02d}" for minute in (start, start + rng.randrange(60, 240, 5))
        )
        days = (dt.date(2009, 4, 1) + dt.timedelta(days=day) for day in (first, first + rng.randrange(300)))
        words = (rng.choice(practices), rng.choice(("mon", "tue", "wed", "thu")))
        rows.append(
            ",".join(
                (*words, *times, rng.choice(("all", "odd", "even")), *map(str, days), f"Room {number % 9}")
            )
        )
    (folder / "rooms.csv").write_text("\n".join(rows), encoding="utf-8")


def matrix(prepared: planner.Prepared) -> Iterator[Row]:
    """Measure the travel times between 25 places, with the network loaded."""
    project = prepared.project
    places: list[Place] = [*project.bases, *project.places][:MATRIX_PLACES]
    seconds = [timed(partial(travel_times, prepared.network, places))[0] for _time in range(5)]
    yield f"travel times of {len(places)} places", f"{statistics.median(seconds):.3f} s", "under 0.2 s"


def rendering(prepared: planner.Prepared) -> Iterator[Row]:
    """Make every round's page of a week, after another page of it."""
    (plan,) = decide(planner.problem(prepared, Week(2009, 20)))
    made = planner.artifacts(plan, prepared, "da")
    first, *pages = (names.round_map(round_) for round_ in plan.roster.rounds)
    made[first]
    seconds = [
        statistics.median(timed(partial(made.__getitem__, page))[0] for _time in range(3)) for page in pages
    ]
    yield "a round's page once warm, median", f"{1000 * statistics.median(seconds):.0f} ms", "under 100 ms"
    yield "a round's page once warm, longest", f"{1000 * max(seconds):.0f} ms", "under 100 ms"


def chance(prepared: planner.Prepared) -> Iterator[Row]:
    """Carry a week's roster out 10,000 times, tables and summary included."""
    problem = planner.problem(prepared, Week(2009, 20))
    roster = solve(problem).roster

    def carried_out() -> None:
        found = carry_out(problem, roster, prepared.project.config.simulation, draws=10_000)
        found.summary()
        found.stops()

    seconds = [timed(carried_out)[0] for _time in range(5)]
    yield "10,000 draws of a week", f"{statistics.median(seconds):.2f} s", "under 1 s"


def weeks(
    prepared: planner.Prepared, count: int, routing_s: float, say: Callable[[str], None]
) -> Iterator[Row]:
    """Solve the example's weeks to proof, and by the OR-Tools routing model alone."""
    problems: list[Problem] = [planner.problem(prepared, FIRST_WEEK.shift(i)) for i in range(count)]
    seconds, proven, ratios = [], 0, []
    for problem in problems:
        say(f"solving {problem.week}")
        took, exact = timed(partial(solve, problem, time_limit_s=60))
        routing = solve(problem, method="routing", time_limit_s=routing_s)
        seconds.append(took)
        proven += exact.is_optimal
        ratios.append(routing.roster.score / exact.roster.score)
    name = f"{problems[0].week} to {problems[-1].week}"
    yield f"{name}: proven optimal", f"{proven} of {count}", "all"
    yield f"{name}: solving, median", f"{statistics.median(seconds):.2f} s", "under 2 s"
    yield f"{name}: solving, longest", f"{max(seconds):.2f} s", "under 2 s"
    label = f"routing model alone, {routing_s:g} s: score / optimum"
    yield f"{label}, median", f"{statistics.median(ratios):.3f}", ""
    yield f"{label}, worst", f"{max(ratios):.3f}", ""


def many(say: Callable[[str], None]) -> Iterator[Row]:
    """Plan many weeks with one worker process and with two, and weeks of several sizes in one."""
    yield from scaling(40, say)
    for size, _centres in CENTRES:
        say("planning weeks of {} practices, {} consultants".format(*size))
        yield from unit_rows([unit_cost(size, 4, 20.0)])


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(description="Measure hjul on this machine.")
    parser.add_argument("--routing-seconds", type=float, default=10.0)
    parser.add_argument("--weeks", type=int, default=13)
    arguments = parser.parse_args()
    console = Console()
    progress = Console(stderr=True)

    table = Table(
        title=f"hjul on Python {platform.python_version()}, {os.cpu_count()} cores", title_justify="left"
    )
    table.add_column("What")
    table.add_column("Measured", justify="right")
    table.add_column("Wanted")
    tables = [table]
    with progress.status("measuring processes") as status, tempfile.TemporaryDirectory() as folder:
        for row in (*processes(), *reading()):
            table.add_row(*row)
        # Workers are forked, and begin with as much memory as there is here: so before anything is loaded.
        for row in many(status.update):
            table.add_row(*row)
        prepared = planner.prepare(DATA)
        for row in (*matrix(prepared), *rendering(prepared), *chance(prepared)):
            table.add_row(*row)
        if EXTRACT.is_file():
            for row in loading(Path(folder)):
                table.add_row(*row)
            tables.append(comparison(Path(folder), status.update))
        for row in storing_rows(FIRST_WEEK, arguments.weeks, status.update):
            table.add_row(*row)
        for row in weeks(prepared, arguments.weeks, arguments.routing_seconds, status.update):
            table.add_row(*row)
    for each in tables:
        console.print(each)
    if not EXTRACT.is_file():
        console.print(f"Not compared with other libraries: the real extract is not at {EXTRACT}")


if __name__ == "__main__":
    main()
