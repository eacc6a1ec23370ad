"""Many weeks planned at once, on this machine or on many; what is done once is not done again."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from scheduler.base.errors import InputError, SchedulerError
from scheduler.base.i18n import _, ngettext, number
from scheduler.base.progress import Counting, Progress, Silent
from scheduler.base.version import __version__
from scheduler.scenario.model import Failure, Task
from scheduler.scenario.runs.cluster import cores, existing, local
from scheduler.scenario.runs.crew import Alone, Crew
from scheduler.scenario.runs.figures import solved
from scheduler.scenario.runs.fingerprints import fingerprint
from scheduler.scenario.runs.ledger import Ledger
from scheduler.scenario.runs.results import Results
from scheduler.scenario.runs.tasks import Work, columns_of

if TYPE_CHECKING:
    import pandas as pd

_Figures = TypeVar("_Figures")

#: The folder beside the tables where weeks are kept as they are planned.
WEEKS_FOLDER = "weeks"


@dataclass(frozen=True, slots=True, eq=False)
class Ran:
    """What has come of tasks.

    `results` has a row for each task that was done, sorted by scenario and week in the order in which
    the tasks have them. `interrupted` tells that some tasks are neither there nor among the `failures`.
    """

    results: "pd.DataFrame"
    failures: tuple[Failure, ...]
    interrupted: bool

    def figures(self, kind: Callable[..., _Figures]) -> list[_Figures]:
        """Return the rows as what the work has returned."""
        rows = self.results.to_dict("records")
        return [kind(**{str(name): value for name, value in row.items()}) for row in rows]


@dataclass(frozen=True, kw_only=True, eq=False)
class Runs:
    """How the weeks of a what-if are planned: by whom, for how long, and where they are kept.

    Attributes
    ----------
    workers
        How many processes of this machine plan; None for one per processor, 0 for this process alone.
    cluster
        The address of a Dask scheduler, such as ``tcp://10.0.0.5:8786``, whose workers plan instead.
    time_limit_s
        How many seconds each week may be searched.
    folder
        Where tables are written, and in its folder ``weeks`` weeks as they are planned, in Parquet files
        for `pandas.read_parquet`. What is there already, of the same task, work and version of hjul, is
        not planned again. Without a folder nothing is written.
    progress
        Is told of the steps and, if it is `Counting`, of how many weeks are planned.
    stop
        Is asked now and then whether to end early.

    Raises
    ------
    InputError
        When there are to be fewer than no workers.
    """

    workers: int | None = None
    cluster: str | None = None
    time_limit_s: float = 20.0
    folder: Path | None = None
    progress: Progress = field(default_factory=Silent, repr=False)
    stop: Callable[[], bool] = field(default=lambda: False, repr=False)

    def __post_init__(self) -> None:
        if self.workers is not None and self.workers < 0:
            raise InputError(_("The number of workers must be 0 or more."))
        if self.folder is not None:  # as text, too
            object.__setattr__(self, "folder", Path(self.folder))

    def run(self, tasks: Sequence[Task], work: Callable[[Task], Any] = solved) -> Ran:
        """Do tasks, several at a time.

        A task that fails is reported and the others go on; a worker that dies is replaced, and what it
        was doing is done by others. After Ctrl-C, or when `stop` says so, what is done is kept.

        Parameters
        ----------
        tasks
            What to do, each within `time_limit_s`. Of tasks that ask the same under several names, one
            is done.
        work
            Does a task: a function that returns a dataclass of texts and numbers with at least `scenario`
            and `week`. These two only name the result: what comes of a task depends on its other fields,
            and of places the work sees only their ids. Functions are told apart by their names alone, so
            a function that was changed needs another folder.

        Raises
        ------
        ServiceError
            When the folder cannot be used, or the cluster is not there, not of this version, or lost.
            What was done until then is in the folder.
        """
        tasks = [replace(task, time_limit_s=self.time_limit_s) for task in tasks]
        columns = columns_of(work)
        kept = self.folder / WEEKS_FOLDER if self.folder else None
        results = Results(kept, fingerprint(__version__, work, columns)[:12])
        ledger = Ledger(tasks, results)
        report = _Report(self.progress, len(ledger.open), len(ledger.askers))
        try:
            with suppress(KeyboardInterrupt), _crew(work, self.workers, self.cluster, report) as crew:
                _work_off(ledger, crew, report, self.stop)
        finally:
            results.flush(now=True)
        return Ran(ledger.table(columns), tuple(ledger.failures()), interrupted=bool(ledger.open))

    def run_all(self, tasks: Sequence[Task], work: Callable[[Task], Any] = solved) -> Ran:
        """Do tasks as `run` does; to be stopped before each was tried is a `SchedulerError`."""
        ran = self.run(tasks, work)
        if ran.interrupted:
            hint = _("Start it again: the weeks that are planned already are kept in {folder}.")
            raise SchedulerError(
                _("Stopped before all weeks were planned."),
                hint.format(folder=self.folder) if self.folder else "",
            )
        return ran


class _Report:
    """Tells a `Progress` how far the tasks are."""

    def __init__(self, progress: Progress, count: int, of: int) -> None:
        self.step = progress.step
        self.count = count
        self._counted = progress.counted if isinstance(progress, Counting) else None
        self._planning = ngettext(
            "Planning {count} of {all} week", "Planning {count} of {all} weeks", of
        ).format(count=number(count), all=number(of))
        self._began: float | None = None
        self._waits = True

    def look(self, threads: int) -> None:
        """Say when there is nobody who works, and when there is again."""
        self._began = self._began or monotonic()
        if self._waits != (threads == 0):
            self._waits = threads == 0
            self.step(_("Waiting for workers") if self._waits else self._planning)

    def tell(self, left: int, threads: int) -> None:
        """Say how much is done, and how long the rest will take."""
        if self._counted and self._began:
            # Those under way are half done, on average.
            under_way = min(threads, left) / 2
            done = self.count - left
            left_s = (monotonic() - self._began) * (left - under_way) / (done + under_way)
            self._counted(done, self.count, left_s)


@contextmanager
def _crew(work: Work, workers: int | None, address: str | None, report: _Report) -> Iterator[Alone | Crew]:
    """Provide those who do the tasks."""
    workers = min(cores() if workers is None else workers, report.count)
    if not report.count or (address is None and (workers == 0 or report.count == 1)):
        yield Alone(work)
    elif address is None:
        report.step(
            ngettext("Starting {count} process", "Starting {count} processes", workers).format(count=workers)
        )
        with local(workers) as client:
            yield Crew(work, client)
    else:
        report.step(_("Connecting to {address}").format(address=address))
        with existing(address) as client:
            yield Crew(work, client)


def _work_off(ledger: Ledger, crew: Alone | Crew, report: _Report, stop: Callable[[], bool]) -> None:
    """Have the open questions answered, until there are none or `stop` says yes."""
    with closing(crew.outcomes(list(ledger.open.items()))) as outcomes:
        for done in outcomes:
            report.look(crew.threads)
            if done:
                ledger.enter(*done)
                report.tell(len(ledger.open), crew.threads)
            ledger.results.flush()
            if stop():
                return
