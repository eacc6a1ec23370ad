"""``hjul simulate place``: where a practice more would be worth most."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scheduler.base.i18n import N_, _
from scheduler.cli.options import Options, common, count_option
from scheduler.cli.simulate.options import page_option, planned, weeks_option
from scheduler.cli.simulate.whatif import what_if

if TYPE_CHECKING:
    from scheduler.cli.terminal import Terminal
    from scheduler.scenario.practices.places import NextPlaces


@click.command(
    help=N_(
        "Find where a practice more would be worth most.\n\n"
        "Tries a practice like the others (the median of their conversations, every week, at their most usual "
        "room hours, on each weekday) at places all over the area, and plans the weeks again with it. Writes "
        "places.csv and a page with the map to simulate/place in --out; the same command goes "
        "on where it stopped."
    )
)
@weeks_option
@count_option("--places", 1, 5000, 120, N_("Try a practice at N junctions, spread evenly over the area."))
@count_option(
    "--sample",
    1,
    1000,
    3,
    N_("Try it in N of the weeks, spread evenly; each is planned for every place and every weekday."),
)
@page_option
@planned
@common
@click.pass_obj
def place(
    options: Options,
    *,
    weeks: str,
    places: int,
    sample: int,
    page: Path | None,
    how: dict[str, Any],
) -> None:
    from scheduler.scenario.practices.places import next_places

    with what_if(options, "place", page, how) as asked:
        found = next_places(options.data, weeks, places=places, sample=sample, runs=asked.runs)
        asked.write(found.page())
    show_places(asked.terminal, found)
    asked.show_files()


def show_places(terminal: "Terminal", found: "NextPlaces") -> None:
    """Print the best places, and what the practice is that was tried."""
    from scheduler.base.i18n import clock, ngettext, number, signed
    from scheduler.outputs.frames import records
    from scheduler.outputs.valuemap import best_places, street_words, weekday_name
    from scheduler.outputs.words import weeks_text

    typical = found.typical
    terminal.line(
        ngettext(
            "A practice with {n} conversation a week and a room {start}–{end}, tried over {weeks}",
            "A practice with {n} conversations a week and a room {start}–{end}, tried over {weeks}",
            typical.conversations,
        ).format(
            n=number(typical.conversations),
            start=clock(typical.start_s),
            end=clock(typical.end_s),
            weeks=weeks_text([str(week) for week in found.weeks]),
        )
    )
    rows = records(found.table())
    headings = (
        "",
        _("At"),
        _("Best on"),
        _("Points a week"),
        _("Conversations a week"),
        _("Cycling, min a week"),
    )
    shown = [
        (
            str(rank),
            street_words(rows[row]),
            weekday_name(rows[row]),
            number(rows[row]["points_a_week"]),
            signed(rows[row]["conversations_a_week"], 1),
            signed(rows[row]["cycling_minutes_a_week"]),
        )
        for rank, row in best_places(rows)
    ]
    terminal.table(headings, [shown], numbers=3, title=_("The best places"))
    for remark in found.remarks:
        terminal.note(remark)
