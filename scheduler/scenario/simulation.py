"""Scenarios from question to comparison: what the command line and the notebooks call."""

from collections.abc import Callable, Sequence
from pathlib import Path

from scheduler.base import files
from scheduler.base.errors import InputProblem, SchedulerError
from scheduler.base.i18n import _
from scheduler.base.progress import Progress, Silent
from scheduler.model.clock import Week
from scheduler.scenario.changes import Scenario
from scheduler.scenario.compare import Comparison
from scheduler.scenario.inout import WEEKS_FOLDER, prepared_with, write_tables
from scheduler.scenario.model import Failure
from scheduler.scenario.reading import read_scenarios
from scheduler.scenario.weeks import study
from scheduler.services.planner import Prepared

_MOST_REASONS = 10


def simulate(
    data: str | Path | Prepared,
    scenarios: str | Path | Sequence[Scenario],
    weeks: str | Sequence[str | Week] = (),
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
    from scheduler.scenario.runs.running import run

    progress = progress or Silent()
    prepared, addresses = prepared_with(data, online=online, progress=progress)
    asked = study(
        prepared,
        read_scenarios(scenarios, prepared.project) if isinstance(scenarios, str | Path) else scenarios,
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


def _reasons(failures: Sequence[Failure]) -> str | list[InputProblem]:
    """Return why no week could be planned everywhere."""
    if not failures:
        return _("No week was planned in every scenario; nothing can be compared.")
    return [
        InputProblem(failure.reason, f"{failure.scenario} {failure.week}")
        for failure in failures[:_MOST_REASONS]
    ]
