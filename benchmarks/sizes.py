"""How far weeks of the service's sizes are proven, how fast, and in how much memory.

    python benchmarks/sizes.py [--seeds 5] [--kinds usual other] [--sizes 20/2 40/4 100/10 400/40/4]

Random weeks of two kinds with every rule and term in force (benchmarks/weeks.py), each solved in a process of its
own. A size is practices/consultants or practices/consultants/bases; each has the time limit that it
must do with.
"""

import argparse
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from multiprocessing.connection import Connection

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.weeks import other_week, random_week
from scheduler.checks import check
from scheduler.solver import solve

KINDS = {"usual": random_week, "other": other_week}
LIMITS_S = {"20/2": 20.0, "40/4": 20.0, "100/10": 60.0, "400/40/4": 300.0}
WANTED = {
    "20/2": "proven, median under 1 s",
    "40/4": "proven, under 10 s",
    "100/10": "gap at most 0.5 %",
    "400/40/4": "gap at most 1 %, under 2 GB",
}


@dataclass(frozen=True, slots=True)
class Solved:
    """What became of one week."""

    seconds: float
    gap: float
    megabytes: float
    unmet: int


def _solve(pipe: Connection, kind: str, size: str, seed: int, limit_s: float) -> None:
    problem = KINDS[kind](seed, *map(int, size.split("/")))
    began = time.perf_counter()
    roster = solve(problem, time_limit_s=limit_s, explain=False).roster
    seconds = time.perf_counter() - began
    violations = check(problem, roster)
    if violations:
        raise AssertionError(violations)
    # Linux counts in KB, macOS in bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    pipe.send(Solved(seconds, roster.gap, peak, len(roster.unassigned)))


def solved(kind: str, size: str, seeds: int) -> Iterator[Solved]:
    """Solve the weeks of a kind and size, each in a process of its own."""
    context = multiprocessing.get_context("spawn")
    for seed in range(1, seeds + 1):
        here, there = context.Pipe()
        process = context.Process(target=_solve, args=(there, kind, size, seed, LIMITS_S.get(size, 60.0)))
        process.start()
        there.close()
        yield here.recv()
        process.join()


def main() -> None:
    """Solve and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--kinds", nargs="+", default=["usual"], choices=list(KINDS))
    parser.add_argument("--sizes", nargs="+", default=list(LIMITS_S), metavar="P/C[/B]")
    arguments = parser.parse_args()
    table = Table(box=SIMPLE_HEAD)
    for name in (
        "kind",
        "size",
        "weeks",
        "proven",
        "seconds",
        "longest",
        "gap",
        "largest",
        "memory",
        "wanted",
    ):
        table.add_column(name, justify="left" if name in ("kind", "size", "wanted") else "right")
    for kind, size in product(arguments.kinds, arguments.sizes):
        weeks = list(solved(kind, size, arguments.seeds))
        table.add_row(
            kind,
            size,
            str(len(weeks)),
            str(sum(week.gap == 0 for week in weeks)),
            f"{statistics.median(week.seconds for week in weeks):.2f}",
            f"{max(week.seconds for week in weeks):.2f}",
            f"{statistics.median(week.gap for week in weeks):.2%}",
            f"{max(week.gap for week in weeks):.2%}",
            f"{max(week.megabytes for week in weeks):.0f} MB",
            WANTED.get(size, ""),
        )
        print(f"{kind} {size} done", file=sys.stderr)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
