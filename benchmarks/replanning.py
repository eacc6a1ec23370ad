"""How long planning again takes, warm: the front of changes, one re-solve, and the places of a visit.

    python benchmarks/replanning.py [--weeks 6] [--sizes 20/2 40/4]

For each week of `weeks.random_week` the best roster is published; then a consultant is away on one of the days, or a
practice closes its room. As for `hjul replan`, the rosters of a front are found in a process of their own, each being
checked while the next is looked for. Checks of every roster and proof are in the times, preparing and starting that
process are not. Nothing here fails.
"""

import argparse
import dataclasses
import statistics
import time
from collections.abc import Iterator
from functools import partial

from rich.console import Console
from rich.table import Table

from benchmarks.weeks import random_week
from scheduler.model.changes import stays
from scheduler.model.problem import Problem
from scheduler.model.roster import Roster
from scheduler.services.replanning import front, move, places
from scheduler.solver import isolation
from scheduler.solver.engine import solve
from scheduler.solver.isolation import SolverProcess

#: What the whole front may take, typically and at worst, in seconds.
GOALS = {"20/2": "1 s, at worst 3 s", "40/4": "6 s, at worst 15 s"}
#: What a process needs to start and to import the engine, in seconds, and the memory that it may have.
_START_S = 3.0
_MEMORY_MB = 2_000


def changed_weeks(problem: Problem, roster: Roster) -> Iterator[Problem]:
    """Yield the week with a consultant away on the middle one of the rounds, and with one room closed."""
    away = roster.rounds[len(roster.rounds) // 2]
    yield problem.replace(
        days=tuple(d for d in problem.days if (d.consultant_id, d.date) != (away.consultant_id, away.date))
    )
    id_, stay = next((id_, stay) for id_, stay in stays(roster).items() if stay.kind == "visit")
    yield problem.replace(
        requests=tuple(
            dataclasses.replace(r, slots=tuple(s for s in r.slots if s.date != stay.date))
            if r.request_id == id_
            else r
            for r in problem.requests
        )
    )


def measured(size: str, weeks: int) -> tuple[list[float], list[int], list[float], list[float]]:
    """Return seconds of fronts, how many points they have, seconds of moves, and of tables of places."""
    practices, consultants = map(int, size.split("/"))
    fronts, points, moves, tables = [], [], [], []
    for seed in range(weeks):
        problem = random_week(seed, practices, consultants)
        roster = solve(problem, explain=False).roster
        for changed in changed_weeks(problem, roster):
            with SolverProcess(("scheduler.solver.front",)) as solver:
                time.sleep(_START_S)
                search = partial(solver.stream, isolation.front, memory_mb=_MEMORY_MB)
                began = time.perf_counter()
                points.append(sum(1 for _point in front(changed, roster, search=search, time_limit_s=60.0)))
                fronts.append(time.perf_counter() - began)
        id_ = next(id_ for id_, stay in stays(roster).items() if stay.kind == "visit")
        began = time.perf_counter()
        found = places(problem, roster, id_)
        tables.append(time.perf_counter() - began)
        place = next(p for p in found if p.points_others_in_place)
        start_s = (place.start.hour * 60 + place.start.minute) * 60
        began = time.perf_counter()
        move(problem, roster, id_, date=place.date, start_s=start_s, consultant_id=place.consultant_id)
        moves.append(time.perf_counter() - began)
    return fronts, points, moves, tables


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weeks", type=int, default=6)
    parser.add_argument("--sizes", nargs="*", default=list(GOALS))
    arguments = parser.parse_args()
    list(front(random_week(99, 8, 2), solve(random_week(99, 8, 2), explain=False).roster))  # imports
    table = Table("size", "what", "typically", "at worst", "goal")
    for size in arguments.sizes:
        fronts, points, moves, tables = measured(size, arguments.weeks)
        rows = (
            (f"front of {statistics.median(points):.0f} points", fronts, GOALS.get(size, "")),
            ("move, both prices", moves, "under 0.5 s a re-solve at 20/2"),
            ("places of a visit, others in place", tables, "under 0.3 s at 20/2"),
        )
        for what, seconds, goal in rows:
            typical, worst = statistics.median(seconds), max(seconds)
            table.add_row(size, what, f"{typical:.2f} s", f"{worst:.2f} s", goal)
    Console().print(table)


if __name__ == "__main__":
    main()
