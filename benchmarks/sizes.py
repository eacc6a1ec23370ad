"""How far weeks of the service's sizes are proven, how fast, and in how much memory.

    python benchmarks/sizes.py [--seeds 5] [--kinds usual other] [--sizes 20/2 40/4 100/10 400/40/4]

Random weeks of two kinds with every rule and term in force (benchmarks/weeks.py), each solved in a process of its
own. A size is practices/consultants or practices/consultants/bases; each has the time limit that it
must do with. The moments are those at which there was a roster with a visit, and a bound above 0; the gap
at some seconds is that of what was known then. With --beside, the weeks are also planned by the OR-Tools
routing model and by greedy insertion, and the table says how far their scores are above hjul's.
"""

import argparse
import math
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.weeks import other_week, random_week
from scheduler.base.errors import InvalidRosterError
from scheduler.checks import check
from scheduler.checks.bound import check_bound
from scheduler.model.problem import Problem
from scheduler.solver.engine import solve
from scheduler.solver.rounds import best_order
from scheduler.week.schedule import DayModel
from scheduler.week.score import Balance, unmet_points

if TYPE_CHECKING:
    from scheduler.week.stops import StopOption

KINDS = {"usual": random_week, "other": other_week}
LIMITS_S = {"20/2": 20.0, "40/4": 20.0, "400/40/4": 300.0}
WANTED = {
    "20/2": "proven, median under 1 s",
    "40/4": "proven, under 10 s",
    "100/10": "5 proven, median under 15 s",
    "120/12": "2 % at 8 s, 0.5 % at 60 s",
    "200/20": "roster in 4 s, 1 % at 25 s, 0.3 % at 60 s, 1 GB",
    "400/40": "roster in 15 s, a bound, under 2 GB",
    "400/40/4": "gap at most 1 %, under 2 GB",
}
#: Seconds after which the gap is told.
MOMENTS_S = (8.0, 25.0)


@dataclass(frozen=True, slots=True)
class Solved:
    """What became of one week."""

    seconds: float
    first_roster_s: float
    first_bound_s: float
    gaps: tuple[float, ...]
    gap: float
    megabytes: float
    unmet: int
    verified: bool | None
    check_seconds: float
    beside: tuple[float, ...]


class _Trace:
    """A `Progress` that remembers when what was known."""

    def __init__(self, nothing: int) -> None:
        self._began = time.perf_counter()
        self._nothing = nothing
        self.known: list[tuple[float, int, int]] = []

    def step(self, text: str) -> None:
        """Take no notice of what is being done."""

    def bounds(self, score: int, bound: int) -> None:
        """Remember a score and a bound."""
        self.known.append((time.perf_counter() - self._began, score, bound))

    def first(self, wanted: Callable[[int, int], bool]) -> float:
        """Return when what was wanted was first known."""
        return next((at_s for at_s, score, bound in self.known if wanted(score, bound)), math.inf)

    def roster(self) -> float:
        """Return when there was a roster with a visit."""
        return self.first(lambda score, _bound: score < self._nothing)

    def gap(self, at_s: float) -> float:
        """Return the gap that was known at a moment."""
        before = [(score, bound) for when_s, score, bound in self.known if when_s <= at_s]
        score, bound = min((s for s, _ in before), default=1), max((b for _, b in before), default=0)
        return (score - bound) / max(score, 1)


def _solve(pipe: Connection, kind: str, size: str, seed: int, limit_s: float, *, beside: bool) -> None:
    problem = KINDS[kind](seed, *map(int, size.split("/")))
    trace = _Trace(unmet_points(problem))
    began = time.perf_counter()
    roster = solve(problem, time_limit_s=limit_s, explain=False, progress=trace).roster
    seconds = time.perf_counter() - began
    # Linux counts in KB, macOS in bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    violations = check(problem, roster)
    if violations:
        raise AssertionError(violations)
    began = time.perf_counter()
    proof = check_bound(problem, roster, time_limit_s=limit_s)
    checked_s = time.perf_counter() - began
    if proof.verified is False:
        raise AssertionError(proof.detail)
    others = (
        (
            routed(problem, limit_s),
            inserted(problem),
        )
        if beside
        else ()
    )
    gaps = tuple(trace.gap(at_s) for at_s in MOMENTS_S)
    pipe.send(
        Solved(
            seconds,
            trace.roster(),
            trace.first(lambda _score, bound: bound > 0),
            gaps,
            roster.gap,
            peak,
            len(roster.unassigned),
            proof.verified,
            checked_s,
            tuple(score / roster.score - 1 for score in others),
        )
    )


def routed(problem: Problem, limit_s: float) -> float:
    """Return the score of the OR-Tools routing model alone; infinity where it plans nothing in time."""
    try:
        return solve(problem, method="routing", time_limit_s=limit_s, explain=False).roster.score
    except InvalidRosterError:
        return math.inf


def inserted(problem: Problem) -> int:
    """Return the score of greedy insertion: again and again the visit that betters the score most is put in."""
    models = [DayModel(problem, day) for day in problem.days]
    offers = {
        number: [(day, option) for day, model in enumerate(models) for option in model.options(request)]
        for number, request in enumerate(problem.requests)
    }
    visits: list[list[StopOption]] = [[] for _ in models]
    points = [schedule.points if (schedule := best_order(model, [])) else 0 for model in models]
    gains: dict[tuple[int, int], tuple[int, StopOption] | None] = {}
    while True:
        for number, its in offers.items():
            for day in {day for day, _option in its}:
                if (number, day) not in gains:
                    found = [
                        (schedule.points - points[day], option)
                        for other, option in its
                        if other == day and (schedule := best_order(models[day], [*visits[day], option]))
                    ]
                    gains[number, day] = min(found, key=lambda pair: pair[0], default=None)
        known = [(gain[0], pair, gain[1]) for pair, gain in gains.items() if gain is not None]
        least, (number, day), option = min(known, key=lambda way: way[0], default=(0, (0, 0), None))
        if option is None or least >= 0:
            break
        visits[day].append(option)
        points[day] += least
        del offers[number]
        gains = {pair: gain for pair, gain in gains.items() if pair[0] != number and pair[1] != day}
    seconds = dict.fromkeys((c.consultant_id for c in problem.consultants), 0)
    for model, made in zip(models, visits, strict=True):
        seconds[model.day.consultant_id] += sum(visit.load_s for visit in made)
    balance = Balance.of(problem).points(list(seconds.values()), problem.weights["imbalance_minute"])
    return unmet_points(problem) + sum(points) + balance


def solved(kind: str, size: str, seeds: int, *, beside: bool = False) -> Iterator[Solved]:
    """Solve the weeks of a kind and size, each in a process of its own."""
    context = multiprocessing.get_context("spawn")
    for seed in range(1, seeds + 1):
        here, there = context.Pipe()
        limit_s = LIMITS_S.get(size, 60.0)
        process = context.Process(
            target=_solve, args=(there, kind, size, seed, limit_s), kwargs={"beside": beside}
        )
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
    parser.add_argument(
        "--sizes", nargs="+", default=["20/2", "40/4", "100/10", "400/40/4"], metavar="P/C[/B]"
    )
    parser.add_argument("--beside", action="store_true", help="plan the weeks by other ways, too")
    arguments = parser.parse_args()
    table = Table(box=SIMPLE_HEAD)
    for name in (
        *("kind", "size", "proven", "seconds", "longest", "roster", "bound"),
        *(f"gap at {moment_s:.0f} s" for moment_s in MOMENTS_S),
        *("gap", "largest", "memory", "verified", "check", "routing", "insertion", "wanted"),
    ):
        table.add_column(name, justify="left" if name in ("kind", "size", "wanted") else "right")
    for kind, size in product(arguments.kinds, arguments.sizes):
        weeks = list(solved(kind, size, arguments.seeds, beside=arguments.beside))
        table.add_row(kind, size, *_row(weeks), WANTED.get(size, ""))
        print(f"{kind} {size} done", file=sys.stderr)
    Console(width=200).print(table)


def _row(weeks: Sequence[Solved]) -> Iterator[str]:
    """Yield the columns of a size: medians where nothing else is said; the longest times and largest gaps."""
    yield f"{sum(week.gap == 0 for week in weeks)} of {len(weeks)}"
    yield f"{statistics.median(week.seconds for week in weeks):.2f}"
    yield f"{max(week.seconds for week in weeks):.2f}"
    yield f"{max(week.first_roster_s for week in weeks):.1f} s"
    yield f"{max(week.first_bound_s for week in weeks):.1f} s"
    for moment in range(len(MOMENTS_S)):
        yield f"{max(week.gaps[moment] for week in weeks):.2%}"
    yield f"{statistics.median(week.gap for week in weeks):.3%}"
    yield f"{max(week.gap for week in weeks):.3%}"
    yield f"{max(week.megabytes for week in weeks):.0f} MB"
    yield f"{sum(week.verified is True for week in weeks)} of {len(weeks)}"
    yield f"{max(week.check_seconds for week in weeks):.1f} s"
    for other in range(2):
        worst = min((week.beside[other] for week in weeks if week.beside), default=None)
        yield "" if worst is None else "no roster" if worst == math.inf else f"{worst:+.1%}"


if __name__ == "__main__":
    main()
