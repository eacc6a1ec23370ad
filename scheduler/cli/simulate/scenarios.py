"""``hjul simulate FILE.toml``: scenarios over the same weeks, compared with today."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scheduler.base.i18n import N_, _
from scheduler.cli.options import Settings, common, online_option
from scheduler.cli.simulate.options import page_option, planned, weeks_option
from scheduler.cli.simulate.words import show_files

if TYPE_CHECKING:
    from scheduler.cli.terminal import Terminal
    from scheduler.scenario.compare import Comparison


@click.command(
    help=N_(
        "Plan the same weeks in every scenario of a file, and compare with today.\n\n"
        "FILE.toml has named lists of changes to the project; data/scenarios.toml is an example. All that is "
        "wrong with them is told before anything is planned. Writes results.csv, comparison.csv, "
        "differences.csv, causes.csv and a report to simulate/FILE in --out. After Ctrl-C the "
        "weeks that are done are compared; the same command goes on where it stopped."
    )
)
@click.argument("file", metavar=N_("FILE.toml"), type=click.Path(path_type=Path))
@weeks_option
@click.option(
    "--draws",
    type=click.IntRange(1, 10_000),
    default=1,
    show_default=True,
    metavar=N_("N"),
    help=N_(
        "Plan each week N times, each time with other numbers of conversations asked for, drawn around those "
        "of the tables and the same in every scenario; 1 takes those of the tables."
    ),
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    show_default=True,
    metavar=N_("NUMBER"),
    help=N_("Other draws with another seed."),
)
@page_option
@planned
@online_option
@common
@click.pass_obj
def scenarios(
    settings: Settings,
    file: Path,
    *,
    weeks: str,
    draws: int,
    seed: int,
    page: Path | None,
    workers: int | None,
    cluster: str | None,
    time_limit: float,
    online: bool,
) -> None:
    from scheduler.base import files
    from scheduler.scenario.reporting import scenario_report
    from scheduler.scenario.simulation import simulate

    terminal = settings.terminal()
    folder = settings.out / "simulate" / file.stem
    page = page or folder / "index.html"
    with terminal.progress() as progress:
        comparison = simulate(
            settings.data,
            file,
            weeks,
            draws=draws,
            seed=seed,
            time_limit_s=time_limit,
            workers=workers,
            cluster=cluster,
            online=online,
            folder=folder,
            progress=progress,
        )
        progress.step(_("Report"))
        files.replace(page, scenario_report(comparison).encode())
    show_comparison(terminal, comparison)
    show_files(terminal, folder, page)


def show_comparison(terminal: "Terminal", comparison: "Comparison") -> None:
    """Print what each scenario comes to, a row a measure, and what makes it differ from today."""
    from scheduler.outputs.words import weeks_text
    from scheduler.scenario.explaining import explained, remarks
    from scheduler.scenario.reporting import comparison_table

    scenarios = comparison.study.scenarios
    terminal.line(weeks_text([str(week) for week in comparison.weeks]), style="bold")
    table = comparison_table(comparison)
    terminal.table(list(table.columns), [table.to_numpy().tolist()], numbers=len(scenarios))
    for scenario in scenarios[1:]:
        terminal.line(f"{scenario.name}: {scenario.title}", style="bold")
        for sentence in explained(comparison, scenario.name):
            terminal.line(f"  {sentence}")
    for remark in remarks(comparison):
        terminal.note(remark)
