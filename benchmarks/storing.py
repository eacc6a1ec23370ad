"""What a store costs: the example taken in and read, weeks of it planned and published twice, and reported on.

python benchmarks/storing.py [--weeks 13]
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from unittest.mock import patch

from benchmarks.matrix import timed
from scheduler.base.i18n import language
from scheduler.cli import run
from scheduler.inputs import read_project
from scheduler.inputs.stored import Edit
from scheduler.inputs.workbook import init_folder
from scheduler.model.clock import NOW_VARIABLE, Week, seconds_of
from scheduler.model.outcomes import OUTCOMES
from scheduler.model.text import Text
from scheduler.services import editing, editions, planner, publish, storing
from scheduler.services.editing import Tabled
from scheduler.services.workspace import project_in, store_of
from scheduler.store.address import STORE_FILE

Row = tuple[str, str, str]

_EDITIONS_A_YEAR = 52 * 2
#: So many visits are told of.
_LOGGED = 900


def storing_rows(first: Week, weeks: int, say: Callable[[str], None]) -> Iterator[Row]:
    """Yield what a store takes of time and room: what, measured, wanted."""
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        # The weeks are yet to come, so that nothing of them is forgotten.
        stack.enter_context(patch.dict(os.environ, {NOW_VARIABLE: f"{first.shift(-1).days[0]}T08:00"}))
        folder, out = Path(scratch) / "data", Path(scratch) / "out"
        init_folder(folder)
        storing.make_store(folder)
        found, _import = timed(partial(storing.differences, folder))
        taken, _none = timed(partial(storing.take_in, folder, _import))
        yield f"store import, {len(_import.edits)} rows of the example", f"{found + taken:.2f} s", "under 1 s"
        for called, read in (("the store", project_in), ("files", read_project)):
            seconds = statistics.median(timed(partial(read, folder))[0] for _time in range(5))
            yield f"tables read from {called}", f"{seconds:.3f} s", ""
        empty = (folder / STORE_FILE).stat().st_size
        # What is made the first time only, imports most of all, is not what an edition costs.
        _published(folder, first.shift(weeks), out)
        beyond: list[tuple[float, float]] = []
        for week in (first.shift(number) for number in range(weeks)):
            for edition in (1, 2):
                say(f"publishing {week}, edition {edition}")
                beyond.append(_published(folder, week, out, seed=edition))
        label = f"publishing beyond rendering, {weeks} weeks, 2 editions each"
        yield f"{label}, median", _both(*map(statistics.median, zip(*beyond, strict=True))), "under 1 s"
        yield f"{label}, longest", _both(*max(beyond)), "under 1 s"
        say("reporting")
        # Messages are kept for a year, all else for ten.
        messages = _bytes_of_messages(folder)
        others = (folder / STORE_FILE).stat().st_size - empty - messages
        os.environ[NOW_VARIABLE] = f"{first.shift(weeks).monday}T08:00"
        rows = _log(folder, first)
        command = partial(run, ["report", "--data", str(folder), "--out", str(out), "--quiet"])
        command()
        took = [_timed(command) for _time in range(5)]
        report = f"hjul report beyond imports, {weeks} weeks with editions, {rows} rows of the log"
        yield report, _both(*map(statistics.median, zip(*took, strict=True))), "under 1 s"
        years = (10 * others + messages) / (2 * weeks + 1) * _EDITIONS_A_YEAR
        yield "a store of ten years, by what these weeks take", f"{years / 1e6:.0f} MB", "under 200 MB"


def _timed(function: Callable[[], object]) -> tuple[float, float]:
    """Call a function; return its seconds on the clock and of the processor."""
    began = time.process_time()
    seconds, _value = timed(function)
    return seconds, time.process_time() - began


def _both(seconds: float, of_processor: float) -> str:
    return f"{seconds:.2f} s, {of_processor:.2f} s of the processor"


def _published(folder: Path, week: Week, out: Path, seed: int = 0) -> tuple[float, float]:
    """Plan a week and publish it; return what that took beyond rendering what people see of it."""
    editions.plan_week(folder, week, out, seed=seed)
    whole = _timed(partial(publish.publish, folder, week, out))
    rendered = _timed(partial(_rendered, folder, week))
    return whole[0] - rendered[0], whole[1] - rendered[1]


def _log(folder: Path, first: Week) -> int:
    """Tell of every visit that was published, and of earlier weeks until there are enough; return how many."""
    with editing.tabled(folder) as tables:
        edits = list(_told(tables, first))
        proposal = tables.proposal(Text("did_log_sheet", {"week": str(first), "source": "benchmark"}), edits)
    editing.write(folder, proposal, changes_tables=False)
    return len(edits)


def _told(tables: Tabled, first: Week) -> Iterator[Edit]:
    from scheduler.store.editions import published_between

    period = tables.project.config.period
    left = _LOGGED
    for kept in published_between(str(Week.of(period.start)), str(Week.of(period.end))):
        for round_ in kept.roster.rounds:
            for stop in (stop for stop in round_.stops if stop.kind == "visit"):
                left -= 1
                # Every third visit loses one to a citizen who cancels.
                lost = int(left % 3 == 0)
                ends = {**dict.fromkeys(OUTCOMES, 0), "held": stop.conversations - lost, "cancelled": lost}
                yield tables.new(
                    "log",
                    week=kept.week,
                    practice_id=stop.id,
                    date=round_.date,
                    start=seconds_of(stop.start, round_.date),
                    consultant_id=round_.consultant_id,
                    planned=stop.conversations,
                    **ends,
                )
    practices = [practice.practice_id for practice in tables.project.practices]
    for number in range(max(left, 0)):
        back, which = divmod(number, len(practices))
        week = first.shift(-1 - back)
        yield tables.new(
            "log",
            week=week,
            practice_id=practices[which],
            date=week.monday,
            start=9 * 3600,
            consultant_id=tables.project.consultants[0].consultant_id,
            planned=2,
            held=2,
        )


def _bytes_of_messages(folder: Path) -> int:
    with store_of(folder):
        from scheduler.store.models import Message

        return sum(len(message.content) for message in Message.objects.iterator())


def _rendered(folder: Path, week: Week) -> None:
    """Make everything that people see of what is published of a week, and write none of it."""
    with store_of(folder):
        from scheduler.store.editions import published

        if (kept := published(str(week))) is not None:
            artifacts = editions.shown(kept, planner.prepare(folder), language())
            for name in artifacts:
                artifacts[name]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=Week.parse, default=Week(2009, 20))
    parser.add_argument("--weeks", type=int, default=13)
    arguments = parser.parse_args()
    for row in storing_rows(arguments.first, arguments.weeks, lambda _text: None):
        print(" | ".join(row))


if __name__ == "__main__":
    main()
