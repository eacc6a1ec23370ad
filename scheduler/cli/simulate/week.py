"""``hjul simulate week``: how well a week's roster stands up to chance, and what slack would cost."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scheduler.base.i18n import N_, _, ngettext
from scheduler.cli.options import (
    Options,
    common,
    count_option,
    online_option,
    read_week,
    time_limit_option,
    week_argument,
)
from scheduler.cli.simulate.options import page_option, seed_option
from scheduler.cli.simulate.whatif import show_table, what_if, whole_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.cli.terminal import Terminal
    from scheduler.scenario.chance.calm import Calm
    from scheduler.scenario.chance.robustness import Robustness


@click.command(
    help=N_(
        "Find out how well a week's roster keeps its times.\n\n"
        "Takes the roster of the week in --out, or plans the week where there is none, and "
        "carries it out many times: rides and conversations take shorter or longer, citizens do not come, "
        "consultants are ill. How much and how often stands in the section [simulation] of project.toml. "
        "Writes stops.csv, conversations.csv, rounds.csv, distribution.csv, with --slack also slack.csv, and "
        "a report to simulate/week-WEEK in --out."
    )
)
@week_argument
@count_option("--draws", 1, 100_000, 10_000, N_("Carry the roster out N times."))
@click.option(
    "--slack",
    default="",
    metavar=N_("MINUTES"),
    help=N_(
        "Also plan the week with so many minutes to spare on every ride, and compare; several are written "
        "like 2,5,10."
    ),
)
@seed_option
@time_limit_option(N_("Search no longer than this for a roster that must be planned."))
@page_option
@online_option
@common
@click.pass_obj
def week(
    options: Options,
    week: tuple[str, ...],
    *,
    draws: int,
    slack: str,
    seed: int,
    time_limit: float,
    page: Path | None,
    online: bool,
) -> None:
    wanted = read_week(" ".join(week))
    minutes = whole_numbers("--slack", slack, 0, 60)

    from scheduler.cli.interrupt import interruptible
    from scheduler.scenario.chance.calm import price_of_calm, roster_in
    from scheduler.scenario.chancereports import week_report
    from scheduler.scenario.inout import prepared_with, write_tables

    roster = roster_in(options.out, wanted)
    with (
        what_if(options, f"week-{wanted}", page) as asked,
        interruptible(asked.terminal, asked.progress) as stopped,
    ):
        prepared, _addresses = prepared_with(options.data, online=online, progress=asked.progress)
        calm = price_of_calm(
            prepared,
            wanted,
            minutes,
            roster=roster,
            draws=draws,
            seed=seed,
            time_limit_s=time_limit,
            progress=asked.progress,
            stop=stopped,
        )
        found = calm.slacks[0].robustness
        tables = {
            "stops": found.stops(),
            "conversations": found.conversations(),
            "rounds": found.back(),
            "distribution": found.distribution(),
        }
        write_tables(asked.folder, {**tables, "slack": calm.table()} if minutes else tables)
        asked.progress.step(_("Report"))
        asked.write(week_report(calm, prepared))
    if roster is None:
        asked.terminal.note(
            _("There is no roster in {folder}; the week was planned.").format(folder=options.out)
        )
    show_robustness(asked.terminal, found)
    if minutes:
        show_calm(asked.terminal, calm)
    asked.show_files()


def show_robustness(terminal: "Terminal", found: "Robustness") -> None:
    """Print what is held and lost, and how likely the times of every stop are kept."""
    from scheduler.base import i18n
    from scheduler.base.i18n import percent
    from scheduler.outputs import words

    summary = found.summary()
    terminal.line(
        ngettext("{week}, carried out {n} time", "{week}, carried out {n} times", found.draws).format(
            week=words.week_title(found.roster), n=i18n.number(found.draws)
        ),
        style="bold",
    )
    terminal.line(
        _(
            "Of {planned} planned conversations {expected} are expected to be held, and nine times in ten {least} "
            "to {most}."
        ).format(
            planned=i18n.number(summary.planned_conversations),
            expected=i18n.number(summary.expected_held, 1),
            least=summary.held_p05,
            most=summary.held_p95,
        )
    )
    terminal.line(
        _("Lost because the citizen does not come: {no_show}; illness: {illness}; delay: {delay}.").format(
            no_show=i18n.number(summary.lost_to_no_show, 2),
            illness=i18n.number(summary.lost_to_illness, 2),
            delay=i18n.number(summary.lost_to_delay, 2),
        )
    )
    terminal.line(
        _("All visits begin within 15 minutes of their booked times: {chance}").format(
            chance=percent(summary.chance_week_within_15_min)
        )
    )
    headings = (
        "",
        _("Booked"),
        _("Stop"),
        _("On time"),
        _("Within 5 min"),
        _("Within 15 min"),
        _("Expected"),
    )
    title = _("The chance that stops begin in time, illness set aside")
    terminal.table(headings, list(_sections(found)), numbers=4, title=title)


def _sections(found: "Robustness") -> "Iterator[list[tuple[str, ...]]]":
    """Yield the rows of each round: its stops, and when it should be back."""
    from scheduler.base import i18n
    from scheduler.base.i18n import percent

    names = found.roster.consultant_names
    rounds = found.stops().groupby(["date", "consultant_id"])
    for back in found.back().to_dict("records"):
        day = f"{i18n.day(back['date'], 'short')}, {names[back['consultant_id']]}"
        rows = [(day, "", "", "", "", "", "")]
        for stop in rounds.get_group((back["date"], back["consultant_id"])).to_dict("records"):
            held = _("{expected} of {planned}").format(
                expected=i18n.number(stop["expected_held"], 2), planned=stop["planned_conversations"]
            )
            rows.append(
                (
                    "",
                    i18n.clock(stop["booked_start"]),
                    stop["name"],
                    *(percent(stop[f"chance_within_{minutes}_min"]) for minutes in (0, 5, 15)),
                    held if stop["planned_conversations"] else "",
                )
            )
        chance = percent(back["chance_back_by_shift_end"])
        end = i18n.clock(back["shift_end"])
        yield [*rows, ("", end, _("back by the end of the shift"), chance, "", "", "")]


def show_calm(terminal: "Terminal", calm: "Calm") -> None:
    """Print what each roster with slack costs, and what times are kept by it."""
    from scheduler.scenario.telling import calm_table, unproven

    title = _("The price of calm: time to spare on every ride")
    show_table(terminal, calm_table(calm.table()), numbers=9, title=title)
    for remark in unproven(calm):
        terminal.note(remark)
