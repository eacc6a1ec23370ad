"""How long it takes to rank many candidates, and to value many places, on the example.

    python benchmarks/candidates.py [--candidates 50] [--weeks 13] [--places 120] [--workers 2]

The candidates are invented: they stand at junctions of the example's map, evenly spread, and ask for what
practices usually ask for, on two weekdays of their own. The same arguments give the same candidates.
"""

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from scheduler.inputs.candidates import Candidate
from scheduler.model.project import Place, Practice, RoomRule
from scheduler.scenario.practices.candidates import rank
from scheduler.scenario.practices.newcomers import practice_places
from scheduler.scenario.practices.places import next_places
from scheduler.scenario.practices.spots import spread_spots
from scheduler.scenario.runs.running import Runs
from scheduler.scenario.weeks import default_weeks
from scheduler.services import planner

DATA = Path(__file__).parent.parent / "data"
_HOURS_S = ((30_600, 43_200), (32_400, 43_200), (46_800, 57_600))

Row = tuple[str, str, str]
_Result = TypeVar("_Result")


def measured(work: Callable[[], _Result]) -> tuple[str, _Result]:
    """Do something; return how long it took, and how much processor time with all its workers."""
    began, before = time.perf_counter(), sum(os.times()[:4])
    result = work()
    seconds, used = time.perf_counter() - began, sum(os.times()[:4]) - before
    return f"{seconds:.0f} s ({used:.0f} s of processors)", result


def invented(prepared: planner.Prepared, count: int, seed: int = 0) -> tuple[Candidate, ...]:
    """Return candidates at junctions of the map."""
    draw = random.Random(seed)
    project = prepared.project
    spots = spread_spots(prepared.network, (*project.bases, *practice_places(project)), count)
    return tuple(_invented(draw, f"c{number}", spot.lat, spot.lon) for number, spot in enumerate(spots))


def _invented(draw: random.Random, id_: str, lat: float, lon: float) -> Candidate:
    return Candidate(
        practice=Practice(
            practice_id=id_, every_weeks=draw.choice((1, 2, 2, 2, 3)), conversations=draw.choice((1, 1, 2))
        ),
        place=Place(place_id=id_, name=id_, lat=lat, lon=lon),
        rooms=tuple(
            RoomRule(practice_id=id_, weekday=weekday, date=None, start_s=start_s, end_s=end_s)
            for weekday, (start_s, end_s) in zip(
                draw.sample(range(5), 2), draw.choices(_HOURS_S, k=2), strict=True
            )
        ),
    )


def ranking(count: int, weeks: int, workers: int) -> Iterator[Row]:
    """Value candidates alone, and let the best five join."""
    prepared = planner.prepare(DATA)
    over = default_weeks(prepared.project)[:weeks]
    candidates = invented(prepared, count)
    with tempfile.TemporaryDirectory() as folder:  # keeps what is planned for the second ranking
        runs = Runs(workers=workers, folder=Path(folder))
        took, alone = measured(lambda: rank(prepared, candidates, over, runs=runs, take=0))
        further, _joined = measured(lambda: rank(prepared, candidates, over, runs=runs, take=5))
    name = f"{count} candidates over {len(over)} weeks, {workers} workers"
    yield f"{name}: each alone", took, "under 600 s"
    proven = sum(gain.proven for gain in alone.alone)
    yield f"{name}: proven in every week", f"{proven} of {count}", "all"
    yield f"{name}: the best five besides", further, ""


def places(count: int, workers: int) -> Iterator[Row]:
    """Value a typical practice at many places."""
    prepared = planner.prepare(DATA)
    took, found = measured(lambda: next_places(prepared, places=count, runs=Runs(workers=workers)))
    yield f"{count} places in {len(found.weeks)} weeks, {workers} workers", took, ""


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description="Measure the ranking of candidates and places.")
    parser.add_argument("--candidates", type=int, default=50)
    parser.add_argument("--weeks", type=int, default=13)
    parser.add_argument("--places", type=int, default=120)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    table = Table("What", "Measured", "Wanted")
    for row in ranking(arguments.candidates, arguments.weeks, arguments.workers):
        table.add_row(*row)
    for row in places(arguments.places, arguments.workers):
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    main()
