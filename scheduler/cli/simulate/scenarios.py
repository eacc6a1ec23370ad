"""``hjul simulate FILE.toml``: scenarios over the same weeks, compared with today."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scheduler.base.i18n import N_, _
from scheduler.cli.options import Options, common, count_option, online_option
from scheduler.cli.simulate.options import page_option, planned, seed_option, weeks_option
from scheduler.cli.simulate.whatif import show_table, what_if

if TYPE_CHECKING:
    from scheduler.cli.terminal import Terminal
    from scheduler.scenario.compare import Comparison


@click.command(
    help=N_(
        "Plan the same weeks in every scenario of a file, and compare with today.\n\n"
        "FILE.toml has named lists of changes to the project; data/scenarios.toml is an example. One may be "
        "based_on another, and take practices by their id from candidates.csv beside it. All that is "
        "wrong with them is told before anything is planned. Writes results.csv, comparison.csv, "
        "differences.csv, causes.csv, bases.csv, steps.csv and a report to simulate/FILE in --out. After Ctrl-C the "
        "weeks that are done are compared; the same command goes on where it stopped."
    )
)
@click.argument("file", metavar=N_("FILE.toml"), type=click.Path(path_type=Path))
@weeks_option
@count_option(
    "--draws",
    1,
    10_000,
    1,
    N_(
        "Plan each week N times, each time with other numbers of conversations asked for, drawn around those "
        "of the tables and the same in every scenario; 1 takes those of the tables."
    ),
)
@seed_option
@page_option
@planned
@online_option
@common
@click.pass_obj
def scenarios(
    options: Options,
    file: Path,
    *,
    weeks: str,
    draws: int,
    seed: int,
    page: Path | None,
    how: dict[str, Any],
    online: bool,
) -> None:
    from scheduler.scenario.reporting import scenario_report
    from scheduler.scenario.simulation import simulate

    with what_if(options, file.stem, page, how) as asked:
        comparison = simulate(
            options.data, file, weeks, draws=draws, seed=seed, online=online, runs=asked.runs
        )
        asked.progress.step(_("Report"))
        asked.write(scenario_report(comparison))
    show_comparison(asked.terminal, comparison)
    asked.show_files()


def show_comparison(terminal: "Terminal", comparison: "Comparison") -> None:
    """Print what each scenario comes to, a row a measure, and what makes it differ from today."""
    from scheduler.outputs.judging import key
    from scheduler.outputs.words import weeks_text
    from scheduler.scenario.explaining import explained, remarks, step_told
    from scheduler.scenario.reporting import bases_table, comparison_table

    scenarios = comparison.study.scenarios
    terminal.line(weeks_text([str(week) for week in comparison.weeks]), style="bold")
    show_table(terminal, comparison_table(comparison), numbers=len(scenarios))
    terminal.line(key())
    bases = bases_table(comparison)
    if len(bases):
        show_table(
            terminal, bases, numbers=len(bases.columns) - 2, title=_("Base by base"), by=bases.columns[0]
        )
    for scenario in scenarios[1:]:
        terminal.line(scenario.title, style="bold")
        for sentence in (*explained(comparison, scenario.name), *step_told(comparison, scenario)):
            terminal.line(f"  {sentence}")
    for remark in remarks(comparison):
        terminal.note(remark)
