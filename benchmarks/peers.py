"""The same random weeks solved by hjul and by its peers: PyVRP, VROOM and the OR-Tools routing model.

    pip install -e '.[peers]'
    python benchmarks/peers.py [--full] [--seconds 1 10] [--seeds 3] [--plot FILE.svg]

All get the same weeks (benchmarks/weeks.py), matrices and time, on the same machine, one after the
other. What one of them cannot express is left out for all (benchmarks/comparison.py), and what they
answer is scheduled, priced and checked alike (benchmarks/solvers.py says how each is modelled).
"""

import argparse
import importlib.util
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.comparison import LEFT_OUT, comparable
from benchmarks.solvers import OURS, SOLVERS, Answer
from benchmarks.weeks import random_week


@dataclass(frozen=True, slots=True)
class Size:
    """So many practices, consultants and bases."""

    practices: int
    consultants: int
    bases: int = 1

    def __str__(self) -> str:
        several = f" in {self.bases} bases" if self.bases > 1 else ""
        return f"{self.practices} / {self.consultants}{several}"


SIZES = (Size(20, 2), Size(40, 4), Size(100, 10), Size(400, 40, 4))
MODEST_SIZES = SIZES[:2]
#: Of the table, in characters.
WIDTH = 100


@dataclass(frozen=True, slots=True)
class Measured:
    """An answer, and how it came about."""

    size: Size
    seed: int
    limit_s: float
    solver: str
    seconds: float
    answer: Answer


def measure(
    sizes: Sequence[Size], limits_s: Sequence[float], seeds: int, say: Callable[[str], None]
) -> Iterator[Measured]:
    """Solve every week with every solver at every time limit."""
    for size in sizes:
        for seed in range(seeds):
            problem = comparable(random_week(seed, size.practices, size.consultants, size.bases))
            for limit_s in limits_s:
                for name, solver in SOLVERS.items():
                    say(f"{size}, seed {seed}, {limit_s:g} s: {name}")
                    began = time.perf_counter()
                    answer = solver(problem, limit_s, seed)
                    yield Measured(size, seed, limit_s, name, time.perf_counter() - began, answer)


class Results:
    """Everything measured, and what is known of each week from all of it together."""

    def __init__(self, measured: Sequence[Measured]) -> None:
        self.measured = measured
        self.bound: dict[tuple[Size, int], int] = {}
        self.best: dict[tuple[Size, int], int] = {}
        for one in measured:
            week = (one.size, one.seed)
            self.bound[week] = max(self.bound.get(week, 0), one.answer.bound)
            self.best[week] = min(self.best.get(week, one.answer.score), one.answer.score)
        self.sizes = list(dict.fromkeys(one.size for one in measured))
        self.limits_s = list(dict.fromkeys(one.limit_s for one in measured))

    def of(self, size: Size, limit_s: float, solver: str) -> list[Measured]:
        """Return what a solver did at one size and time limit, in the order of the seeds."""
        return [
            one for one in self.measured if (one.size, one.limit_s, one.solver) == (size, limit_s, solver)
        ]

    def above_best(self, size: Size, limit_s: float, solver: str) -> float:
        """Return the median share by which a solver's scores are above the best known."""
        return statistics.median(
            one.answer.score / self.best[one.size, one.seed] - 1 for one in self.of(size, limit_s, solver)
        )

    def above_bound(self, size: Size, limit_s: float, solver: str) -> float | None:
        """Return the median gap to the best bound known, or None where a week has no bound."""
        gaps = []
        for one in self.of(size, limit_s, solver):
            bound = self.bound[one.size, one.seed]
            if bound <= 0:
                return None
            gaps.append((one.answer.score - bound) / one.answer.score)
        return statistics.median(gaps)


def results_table(results: Results, seeds: int) -> Table:
    """Return the table of medians over the seeds."""
    table = Table(
        title=f"Weeks of practices / consultants: medians of {seeds}",
        title_justify="left",
        caption=(
            f"Left out for all: {LEFT_OUT}. Ratios are to {OURS} at the same time, week by week. Gap is the"
            " share of the score above the best bound known (– where there is none), best the score above the lowest of"
            " all runs. Requests left out, and visits that broke a rule and were dropped, are totals. VROOM"
            " ends when its search does, whatever time is left."
        ),
        caption_justify="left",
        box=SIMPLE_HEAD,
        padding=0,
        pad_edge=False,
    )
    table.add_column("Week, time", no_wrap=True)
    for column in ("Score", "Ratio", "Gap", "Best", "Left out", "Seconds", "Ratio", "Dropped"):
        table.add_column(column, justify="right", no_wrap=True)
    for size in results.sizes:
        for limit_s in results.limits_s:
            table.add_row(f"[bold]{size}, {limit_s:g} s[/bold]")
            for solver in SOLVERS:
                table.add_row(f" {solver}", *_cells(results, size, limit_s, solver))
    return table


def _cells(results: Results, size: Size, limit_s: float, solver: str) -> Iterator[str]:
    runs, ours = results.of(size, limit_s, solver), results.of(size, limit_s, OURS)
    pairs = list(zip(runs, ours, strict=True))
    gap = results.above_bound(size, limit_s, solver)
    yield f"{statistics.median(one.answer.score for one in runs):,.0f}"
    yield f"{statistics.median(one.answer.score / our.answer.score for one, our in pairs):.4f}"
    yield "–" if gap is None else f"{gap:.2%}"
    yield f"{results.above_best(size, limit_s, solver):.2%}"
    yield f"{sum(one.answer.unmet for one in runs)}"
    yield f"{statistics.median(one.seconds for one in runs):.2f}"
    yield f"{statistics.median(one.seconds / our.seconds for one, our in pairs):.2f}"
    yield f"{sum(one.answer.dropped for one in runs)}"


def plot(results: Results, file: Path) -> None:
    """Draw how far each solver is above the best roster known, against size, a panel a time limit."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1 + 3.2 * len(results.limits_s), 3.6), layout="constrained")
    panels = figure.subplots(1, len(results.limits_s), squeeze=False)[0]
    practices = [size.practices for size in results.sizes]
    for axes, limit_s in zip(panels, results.limits_s, strict=True):
        for solver, marker in zip(SOLVERS, "osD^", strict=True):
            above = [100 * results.above_best(size, limit_s, solver) for size in results.sizes]
            axes.plot(practices, above, marker=marker, label=solver, clip_on=False)
        axes.set_xscale("log")
        axes.set_xticks(practices, [str(number) for number in practices])
        axes.minorticks_off()
        axes.set_ylim(bottom=0)
        axes.set_title(f"{limit_s:g} s")
        axes.set_xlabel("practices")
        axes.grid(alpha=0.3)
    panels[0].set_ylabel("score above the best known, %")
    panels[0].legend()
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file)


def main() -> None:
    """Measure, print the table and draw the plot."""
    parser = argparse.ArgumentParser(description="Compare hjul with other solvers on this machine.")
    parser.add_argument("--full", action="store_true", help="all sizes at 1, 10 and 60 s: about an hour")
    parser.add_argument("--seconds", type=float, nargs="+", help="time limits (default 1 10)")
    parser.add_argument("--seeds", type=int, default=3, help="random weeks of each size (default 3)")
    parser.add_argument("--plot", type=Path, default=Path("build/peers.svg"), help="an .svg or .png file")
    arguments = parser.parse_args()
    if arguments.seeds < 1 or min(arguments.seconds or [1]) <= 0:
        parser.error("--seeds and --seconds must be more than 0")
    if not all(importlib.util.find_spec(name) for name in ("pyvrp", "vroom", "matplotlib")):
        parser.exit(2, "PyVRP and VROOM are not installed. Install them: pip install -e '.[peers]'\n")
    sizes = SIZES if arguments.full else MODEST_SIZES
    limits_s = arguments.seconds or ([1.0, 10.0, 60.0] if arguments.full else [1.0, 10.0])
    with Console(stderr=True).status("measuring") as status:
        results = Results(list(measure(sizes, limits_s, arguments.seeds, status.update)))
    Console(width=WIDTH).print(results_table(results, arguments.seeds))
    plot(results, arguments.plot)
    print(f"The plot of cost against size is {arguments.plot}.", file=sys.stderr)


if __name__ == "__main__":
    main()
