"""What ranking candidates and looking for the next place have in common: data in, weeks planned, tables out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler import files
from scheduler.errors import SchedulerError, ServiceError
from scheduler.i18n import _
from scheduler.model import Project, Week
from scheduler.network.services import Services
from scheduler.online import OnlineAddresses
from scheduler.planner import Prepared, prepare
from scheduler.progress import Progress
from scheduler.scenario.joining import Runner
from scheduler.scenario.model import Failure, Task
from scheduler.scenario.simulation import WEEKS_FOLDER
from scheduler.scenario.weeks import default_weeks, weeks_of

if TYPE_CHECKING:
    import pandas as pd


def prepared_with(
    data: Path | Prepared, *, online: bool, progress: Progress
) -> tuple[Prepared, OnlineAddresses | None]:
    """Prepare a project folder, if need be, and say who knows further addresses of it."""
    if isinstance(data, Prepared):
        return data, None
    prepared = prepare(data, online=online, progress=progress)
    services = Services(prepared.project.config.map, progress=progress) if online else None
    return prepared, OnlineAddresses(data, services)


def chosen_weeks(weeks: str | Sequence[Week], project: Project) -> tuple[Week, ...]:
    """Return the weeks that are asked for, or those that `default_weeks` has for a project."""
    if not weeks:
        return default_weeks(project)
    return weeks_of(weeks) if isinstance(weeks, str) else tuple(dict.fromkeys(weeks))


def runner(
    folder: Path | None,
    *,
    workers: int | None,
    cluster: str | None,
    progress: Progress,
    stop: Callable[[], bool] | None,
) -> Runner:
    """Return what plans tasks with `runs.run`, keeping the weeks in a folder, if there is one.

    Where it is stopped before all are planned it raises a `SchedulerError`: with some weeks less for
    some than for others nothing can be compared.
    """
    from scheduler.scenario.runs import run

    def plan(tasks: Sequence[Task]) -> "tuple[pd.DataFrame, Sequence[Failure]]":
        ran = run(
            tasks,
            folder / WEEKS_FOLDER if folder else None,
            workers=workers,
            cluster=cluster,
            progress=progress,
            stop=stop,
        )
        if ran.interrupted:
            hint = _("Start it again: the weeks that are planned already are kept in {folder}.")
            raise SchedulerError(
                _("Stopped before all weeks were planned; nothing can be compared."),
                hint=hint.format(folder=folder) if folder else "",
            )
        return ran.results, ran.failures

    return plan


def write_tables(folder: Path, tables: Mapping[str, "pd.DataFrame"]) -> tuple[Path, ...]:
    """Write tables as CSV files into a folder, each complete or not at all; return the files."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ServiceError(
            _("{file} cannot be written: {error}").format(file=folder, error=error.strerror)
        ) from error
    written = tuple(folder / f"{name}.csv" for name in tables)
    for file, table in zip(written, tables.values(), strict=True):
        files.replace_csv(file, [str(column) for column in table.columns], _plain(table))
    return written


def _plain(table: "pd.DataFrame") -> Iterable[list[object]]:
    """Yield the rows of a table with texts that no spreadsheet takes for formulas; what is not known is blank."""
    for row in table.astype(object).where(table.notna(), "").itertuples(index=False):
        yield [files.plain(cell) if isinstance(cell, str) else cell for cell in row]
