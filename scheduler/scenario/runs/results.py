"""Rows of results, kept by what was asked, and written to Parquet files as they come."""

import io
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from scheduler.base import files
from scheduler.base.errors import ServiceError
from scheduler.base.i18n import _, os_reason
from scheduler.scenario.model import Task
from scheduler.scenario.runs.fingerprints import fingerprint
from scheduler.scenario.runs.tasks import Row

#: The column that says which question a row answers.
FINGERPRINT = "fingerprint"
#: Rows that come within so many seconds share a file: a file a row would be thousands of small files.
_GATHER_S = 1.0


class Results:
    """What has been found out so far.

    Parameters
    ----------
    folder
        Where rows are written, in files ``part-KIND-*.parquet`` that are complete or not there; what is
        there already is known from the start. Without one rows are only kept.
    kind
        Names whose rows they are; files of another kind are left alone.

    Raises
    ------
    ServiceError
        When the folder or a file in it cannot be read or written.
    """

    def __init__(self, folder: Path | None, kind: str) -> None:
        self._folder = folder
        self._kind = kind
        self._figures: dict[str, Row] = {}
        self._written: set[tuple[object, ...]] = set()
        self._waiting: list[Row] = []
        self._flushed = -_GATHER_S
        for row in _read(folder, kind) if folder else ():
            self._written.add(_name(row))
            self._figures[str(row.pop(FINGERPRINT))] = row

    def __contains__(self, question: str) -> bool:
        return question in self._figures

    def row(self, question: str, task: Task) -> Row:
        """Return a task's row: the figures of what it asks, under the task's scenario and week."""
        return {**self._figures[question], "scenario": task.scenario, "week": task.week}

    def add(self, question: str, figures: Row) -> None:
        """Keep the answer to a question."""
        self._figures[question] = figures

    def write(self, question: str, tasks: Iterable[Task]) -> None:
        """Have the rows of tasks that ask this written soon, but for those that are there already."""
        for task in tasks if self._folder else ():
            row = {**self.row(question, task), FINGERPRINT: question}
            if _name(row) not in self._written:
                self._written.add(_name(row))
                self._waiting.append(row)

    def flush(self, *, now: bool = False) -> None:
        """Write what waits to be written, if that is due or must be `now`."""
        if not self._waiting or not self._folder:
            return
        if now or time.monotonic() - self._flushed >= _GATHER_S:
            name = f"part-{self._kind}-{fingerprint(*map(_name, self._waiting))[:16]}.parquet"
            files.replace(self._folder / name, _parquet(self._waiting))
            self._waiting = []
            self._flushed = time.monotonic()


def _name(row: Row) -> tuple[object, ...]:
    return row[FINGERPRINT], row["scenario"], row["week"]


def _parquet(rows: Sequence[Row]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    content = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows), content)
    return content.getvalue()


def _read(folder: Path, kind: str) -> Iterator[Row]:
    """Read the rows of a kind in a folder, which is made where it is not there."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        folder.mkdir(parents=True, exist_ok=True)
        files.tidy(folder)
        parts = sorted(folder.glob(f"part-{kind}-*.parquet"))
    except OSError as error:
        raise ServiceError(
            _("{folder} cannot be used for results: {error}").format(folder=folder, error=os_reason(error)),
            _("Name a folder in which you may write, or one that is not there yet."),
        ) from error
    for part in parts:
        try:
            with parquet.ParquetFile(part) as opened:
                yield from opened.read().to_pylist()
        except (OSError, pa.ArrowException) as error:
            raise ServiceError(
                _("{file} is no file of results, or is damaged.").format(file=part),
                _("Delete it: what was in it is planned again."),
            ) from error
