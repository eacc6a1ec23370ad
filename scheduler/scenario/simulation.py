"""Scenarios from question to comparison: what the command line and the notebooks call."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler import files
from scheduler.errors import InputProblem, SchedulerError, ServiceError
from scheduler.i18n import _
from scheduler.model import Week
from scheduler.network.services import Services
from scheduler.online import OnlineAddresses
from scheduler.planner import Prepared, prepare
from scheduler.progress import Progress, Silent
from scheduler.scenario.changes import Scenario
from scheduler.scenario.compare import Comparison
from scheduler.scenario.model import Failure
from scheduler.scenario.reading import read_scenarios
from scheduler.scenario.weeks import study

if TYPE_CHECKING:
    import pandas as pd

#: The folder beside the tables where weeks are kept as they are planned, so that none is planned twice.
WEEKS_FOLDER = "weeks"
_MOST_REASONS = 10


def simulate(
    data: Path | Prepared,
    scenarios: Path | Sequence[Scenario],
    weeks: str | Sequence[Week] = (),
    *,
    draws: int = 1,
    seed: int = 0,
    time_limit_s: float = 20.0,
    workers: int | None = None,
    cluster: str | None = None,
    online: bool = False,
    folder: Path | None = None,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> Comparison:
    """Plan the same weeks in every scenario and as the project is, and compare.

    Parameters
    ----------
    data
        The project folder, or what `scheduler.prepare` has made of it.
    scenarios
        A scenario file, or scenarios.
    weeks
        Which, as in ``"2009-W20..2009-W32"``; none for a quarter, see `default_weeks`.
    draws
        With 1, every week is planned once, with the demand of the tables; with more, that often, each
        time with other numbers of conversations, the same in every scenario.
    seed
        Other draws with another seed.
    time_limit_s
        How long each week may be searched.
    workers, cluster
        Who plans: so many processes of this machine (none for one per processor, 0 for this process),
        or a Dask cluster.
    online
        Look up addresses that the map does not know, but for those of home visits. Needs the folder.
    folder
        Where weeks are kept as they are planned, and tables are written: results.csv and results.parquet
        (a row a week), comparison.csv, differences.csv and causes.csv. Without one nothing is written.
    progress
        Is told of each step.
    stop
        Is asked now and then whether to end early; the weeks that all scenarios have are compared.

    Raises
    ------
    InputError
        With everything that is wrong in the tables or in any scenario, before anything is planned.
    ServiceError
        When a file, a service or a cluster cannot be had.
    SchedulerError
        When no week could be planned in all scenarios, with the reasons.
    """
    from scheduler.scenario.runs import run

    progress = progress or Silent()
    prepared, addresses = prepared_with(data, online=online, progress=progress)
    asked = study(
        prepared,
        read_scenarios(scenarios, prepared.project) if isinstance(scenarios, Path) else scenarios,
        weeks,
        draws=draws,
        seed=seed,
        time_limit_s=time_limit_s,
        online=addresses,
        progress=progress,
    )
    ran = run(
        asked.tasks,
        folder / WEEKS_FOLDER if folder else None,
        workers=workers,
        cluster=cluster,
        progress=progress,
        stop=stop,
    )
    comparison = Comparison(
        study=asked, results=ran.results, failures=ran.failures, interrupted=ran.interrupted
    )
    if not comparison.weeks:
        raise SchedulerError(_reasons(ran.failures))
    if folder:
        tables = {
            "results": comparison.results,
            "comparison": comparison.table(),
            "differences": comparison.differences(),
            "causes": comparison.causes(),
        }
        write_tables(folder, tables)
        files.replace(folder / "results.parquet", comparison.results.to_parquet(index=False))
    return comparison


def prepared_with(
    data: Path | Prepared, *, online: bool, progress: Progress
) -> tuple[Prepared, OnlineAddresses | None]:
    """Prepare a project folder, if need be, and say who knows further addresses of it."""
    if isinstance(data, Prepared):
        return data, None
    prepared = prepare(data, online=online, progress=progress)
    services = Services(prepared.project.config.map, progress=progress) if online else None
    return prepared, OnlineAddresses(data, services)


def write_tables(folder: Path, tables: Mapping[str, "pd.DataFrame"]) -> tuple[Path, ...]:
    """Write tables as CSV files into a folder, each complete or not at all; return the files."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ServiceError(
            _("{file} cannot be written: {error}").format(file=folder, error=error.strerror)
        ) from error
    written = {folder / f"{name}.csv": table for name, table in tables.items()}
    for file, table in written.items():
        files.replace_csv(file, list(table.columns), _plain(table))
    return tuple(written)


def _plain(table: "pd.DataFrame") -> Iterable[list[object]]:
    """Yield the rows of a table with texts that no spreadsheet takes for formulas; what is not known is blank."""
    for row in table.astype(object).where(table.notna(), "").itertuples(index=False):
        yield [files.plain(cell) if isinstance(cell, str) else cell for cell in row]


def _reasons(failures: Sequence[Failure]) -> str | list[InputProblem]:
    """Return why no week could be planned everywhere."""
    if not failures:
        return _("No week was planned in every scenario; nothing can be compared.")
    return [
        InputProblem(failure.reason, f"{failure.scenario} {failure.week}")
        for failure in failures[:_MOST_REASONS]
    ]
