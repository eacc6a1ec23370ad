"""What a store costs: the example taken in and read, and weeks of it planned and published twice."""

import os
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from unittest.mock import patch

from benchmarks.matrix import timed
from scheduler.base.i18n import language
from scheduler.inputs import read_project
from scheduler.inputs.workbook import init_folder
from scheduler.model.clock import NOW_VARIABLE, Week
from scheduler.services import editions, planner, publish, storing
from scheduler.services.workspace import project_in, store_of
from scheduler.store.address import STORE_FILE

Row = tuple[str, str, str]

_EDITIONS_A_YEAR = 52 * 2


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
        beyond = []
        for week in (first.shift(number) for number in range(weeks)):
            for edition in (1, 2):
                say(f"publishing {week}, edition {edition}")
                editions.plan_week(folder, week, out, seed=edition)
                whole, _done = timed(partial(publish.publish, folder, week, out))
                beyond.append(whole - timed(partial(_rendered, folder, week))[0])
        label = f"publishing beyond rendering, {weeks} weeks, 2 editions each"
        yield f"{label}, median", f"{statistics.median(beyond):.2f} s", "under 1 s"
        yield f"{label}, longest", f"{max(beyond):.2f} s", "under 1 s"
        # Messages are kept for a year, all else for ten.
        messages = _bytes_of_messages(folder)
        others = (folder / STORE_FILE).stat().st_size - empty - messages
        years = (10 * others + messages) / (2 * weeks) * _EDITIONS_A_YEAR
        yield "a store of ten years, by what these weeks take", f"{years / 1e6:.0f} MB", "under 200 MB"


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
