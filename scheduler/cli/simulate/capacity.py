"""``hjul simulate capacity``: the chance to reach the goal, what it takes, and what other sizes would hold."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scheduler.base.i18n import N_, _
from scheduler.cli.options import Options, common, count_option, online_option, read_argument
from scheduler.cli.simulate.options import page_option, planned, seed_option
from scheduler.cli.simulate.whatif import show_table, what_if, whole_numbers

if TYPE_CHECKING:
    import pandas as pd

    from scheduler.cli.terminal import Terminal
    from scheduler.scenario.goals.road import Capacity

#: The chance with which the goal is to be reached.
_WANTED = 0.9


@click.command(
    help=N_(
        "Find the chance to hold as many conversations as promised.\n\n"
        "Plans every week of the period, for what the tables say is asked for and for draws around that, and "
        "looks at what is held of the conversations planned when citizens do not come, consultants are ill "
        "and rides take longer: how often stands in the section [simulation] of project.toml. Then plans some "
        "weeks with fewer and more consultants and practices, and with each assumption lower and higher, to "
        "find out which moves the answer most. Which practices fewer are, and of which those that come on top "
        "are twins, is drawn from all, each base and district with its share; of several bases, consultants "
        "come to where they bring most. Writes road.csv, needs.csv, frontier.csv, frontier_bases.csv (of "
        "several bases), sensitivity.csv and a report to simulate/capacity in --out; the same command goes on "
        "where it stopped."
    )
)
@click.option(
    "--held",
    type=click.IntRange(0, 10_000_000),
    default=0,
    metavar=N_("N"),
    help=N_("Conversations held so far."),
)
@click.option(
    "--from",
    "since",
    default="",
    metavar=N_("WEEK"),
    help=N_("The first week that is not counted in --held (default: the period's first)."),
)
@count_option(
    "--draws",
    1,
    1000,
    5,
    N_(
        "Plan each week also N times with other numbers of conversations asked for, drawn around those of the "
        "tables as `hjul simulate scenarios --draws` does; 1 takes those of the tables alone."
    ),
)
@seed_option
@click.option(
    "--consultants",
    default="",
    metavar=N_("NUMBERS"),
    help=N_("Compare so many consultants, like 2,3,4 (default: one fewer than today to two more)."),
)
@click.option(
    "--practices",
    default="",
    metavar=N_("NUMBERS"),
    help=N_("Compare so many practices, like 15,20,25 (default: from half to one and a half of today's)."),
)
@count_option(
    "--sets",
    1,
    1000,
    5,
    N_(
        "Draw N times which practices a size has, to see how much that matters. The sets take turns over the "
        "weeks of --sample, at least two weeks each, so that more of them take no longer."
    ),
)
@count_option(
    "--sample",
    0,
    1000,
    26,
    N_(
        "Plan N weeks for each of these sizes and each assumption, at least 2; 0 leaves both out. Most of the "
        "time goes here."
    ),
)
@count_option(
    "--sensitivity",
    0,
    50,
    20,
    N_("Try each assumption so many percent lower and higher; 0 tries none."),
)
@page_option
@planned
@online_option
@common
@click.pass_obj
def capacity(
    options: Options,
    *,
    held: int,
    since: str,
    draws: int,
    seed: int,
    consultants: str,
    practices: str,
    sets: int,
    sample: int,
    sensitivity: int,
    page: Path | None,
    how: dict[str, Any],
    online: bool,
) -> None:
    from scheduler.inputs import dates

    begin = read_argument("--from", dates.week, since) if since else None
    people = whole_numbers("--consultants", consultants, 1, 100)
    offices = whole_numbers("--practices", practices, 1, 10_000)

    from scheduler.scenario.chancereports import capacity_report
    from scheduler.scenario.goals.goal import capacity as find_capacity
    from scheduler.scenario.goals.needs import what_it_takes
    from scheduler.scenario.inout import write_tables

    with what_if(options, "capacity", page, how) as asked:
        found = find_capacity(
            options.data,
            held=held,
            since=begin,
            draws=draws,
            seed=seed,
            consultants=people,
            practices=offices,
            sets=sets,
            sampled_weeks=sample,
            varied=sensitivity / 100,
            online=online,
            runs=asked.runs,
        )
        asked.progress.step(_("What it takes"))
        needs = what_it_takes(found, _WANTED)
        tables = {
            "road": found.fan(),
            "needs": needs,
            "frontier": found.frontier,
            "frontier_bases": found.bases,
            "sensitivity": found.sensitivity,
        }
        write_tables(asked.folder, {name: table for name, table in tables.items() if table is not None})
        asked.progress.step(_("Report"))
        asked.write(capacity_report(found, needs, _WANTED))
    show_capacity(asked.terminal, found, needs)
    asked.show_files()


def show_capacity(terminal: "Terminal", found: "Capacity", needs: "pd.DataFrame") -> None:
    """Print the road to the goal, what it takes, and the sizes that were compared."""
    from scheduler.base.i18n import percent
    from scheduler.scenario.telling import (
        frontier_bases_table,
        frontier_table,
        goal_answer,
        needs_table,
        road_table,
        sensitivity_table,
        sensitivity_text,
    )

    chance, conversations = goal_answer(found)
    terminal.line(chance, style="bold")
    terminal.line(conversations)
    road = road_table(found.fan())
    show_table(terminal, road, numbers=len(road.columns) - 1, title=_("The road to the goal"))
    title = _("What it takes for a chance of {chance}, one thing at a time")
    show_table(terminal, needs_table(needs), numbers=3, title=title.format(chance=percent(_WANTED)))
    if found.sensitivity is not None:
        table = sensitivity_table(found.sensitivity)
        title = _("Which assumption moves the answer most")
        show_table(terminal, table, numbers=len(table.columns) - 1, title=title)
        terminal.line(sensitivity_text(found.sensitivity, found.goal))
    if found.frontier is not None:
        title = _("Conversations in a quarter, by consultants and practices")
        table = frontier_table(found.frontier)
        show_table(terminal, table, numbers=len(table.columns) - 1, title=title, by=_("Consultants"))
        if found.frontier["on_frontier"].any():
            terminal.line(_("* nothing else that was compared holds as many for less"))
    if found.bases is not None:
        title = _("What each base would hold in a quarter with its own consultants")
        table = frontier_bases_table(found.bases)
        show_table(terminal, table, numbers=len(table.columns) - 1, title=title, by=_("Base"))
    if found.unpriced:
        terminal.note(found.unpriced)
    for failure in found.failures:
        terminal.note(failure)
