"""Scenarios from question to comparison: what the command line and the notebooks call."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from scheduler.base import files
from scheduler.base.errors import SchedulerError
from scheduler.base.i18n import _
from scheduler.model.clock import Week
from scheduler.scenario.changes import Scenario
from scheduler.scenario.compare import Comparison
from scheduler.scenario.inout import prepared_with, write_tables
from scheduler.scenario.reading import read_scenarios
from scheduler.scenario.runs.running import Runs
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
    online: bool = False,
    runs: Runs = Runs(),
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
    online
        Look up addresses that the map does not know, but for those of home visits. Needs the project folder.
    runs
        How the weeks are planned. Its folder gets results.csv and results.parquet (a row a week),
        comparison.csv, differences.csv, causes.csv, bases.csv (a row a base) and steps.csv (from each scenario
        to that which is based on it). Where it is stopped early, the weeks that all
        scenarios have are compared.

    Raises
    ------
    InputError
        With everything that is wrong in the tables or in any scenario, before anything is planned.
    ServiceError
        When a file, a service or a cluster cannot be had.
    SchedulerError
        When no week could be planned in all scenarios, with the reasons.
    """
    prepared, addresses = prepared_with(data, online=online, progress=runs.progress)
    if isinstance(scenarios, str | Path):
        scenarios = read_scenarios(scenarios, prepared.project)
    runs.progress.step(_("Scenarios"))
    asked = study(prepared, scenarios, weeks, draws=draws, seed=seed, online=addresses)
    ran = runs.run(asked.tasks)
    comparison = Comparison(
        study=asked, results=ran.results, failures=ran.failures, interrupted=ran.interrupted
    )
    if not comparison.weeks:
        titles = {scenario.name: scenario.title for scenario in asked.scenarios}
        raise SchedulerError(
            [replace(each, scenario=titles[each.scenario]).problem() for each in ran.failures[:_MOST_REASONS]]
            or _("No week was planned in every scenario; nothing can be compared.")
        )
    if runs.folder:
        tables = {
            "results": comparison.results,
            "comparison": comparison.table(),
            "differences": comparison.differences(),
            "causes": comparison.causes(),
            "bases": comparison.bases(),
            "steps": comparison.steps(),
        }
        write_tables(runs.folder, tables)
        files.replace(runs.folder / "results.parquet", comparison.results.to_parquet(index=False))
    return comparison
