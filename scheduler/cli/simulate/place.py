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
        "on where it stopped. Without --need a practice asks for the same everywhere, and places near a base come "
        "first."
    )
)
@weeks_option
@count_option("--places", 1, 5000, 120, N_("Try a practice at N junctions, spread evenly over the area."))
@count_option(
    "--sample",
    1,
    1000,
    3,
    N_(
        "Try it in N of the weeks, spread evenly, those with holidays or absence left out; each is planned for "
        "every place and every weekday."
    ),
)
@click.option(
    "--need",
    metavar=N_("NEED.csv"),
    type=click.Path(path_type=Path),
    help=N_(
        "How many citizens there are where: columns district (one that practices have) or lat and lon, and "
        "citizens. A place is then worth what those ask for who are nearer to it than to any practice."
    ),
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
    need: Path | None,
    page: Path | None,
    how: dict[str, Any],
) -> None:
    from scheduler.scenario.practices.places import next_places

    with what_if(options, "place", page, how) as asked:
        found = next_places(options.data, weeks, places=places, sample=sample, need=need, runs=asked.runs)
        asked.write(found.page())
    show_places(asked.terminal, found)
    asked.show_files()


def show_places(terminal: "Terminal", found: "NextPlaces") -> None:
    """Print the best places, and what the practice is that was tried."""
    from scheduler.base.i18n import clock, ngettext, number, signed
    from scheduler.outputs.frames import records
    from scheduler.outputs.valuemap import best_places, passed_over, street_words, weekday_name
    from scheduler.outputs.words import weeks_text

    typical = found.typical
    hours = {"start": clock(typical.start_s), "end": clock(typical.end_s)}
    tried = weeks_text([str(week) for week in found.weeks])
    told = (
        _("A practice as the citizens nearest to it need it, with a room {start}–{end}, tried over {weeks}")
        if found.has_need
        else ngettext(
            "A practice with {n} conversation a week and a room {start}–{end}, tried over {weeks}",
            "A practice with {n} conversations a week and a room {start}–{end}, tried over {weeks}",
            typical.conversations,
        )
    )
    terminal.line(told.format(n=number(typical.conversations), weeks=tried, **hours))
    rows = records(found.table())
    headings = (
        "",
        _("At"),
        _("Best on"),
        _("Points a week"),
        _("Conversations a week"),
        _("Cycling, min a week"),
        *([_("Citizens")] if found.has_need else []),
    )
    shown = [
        (
            str(rank),
            street_words(rows[row]),
            weekday_name(rows[row]),
            number(rows[row]["points_a_week"]),
            signed(rows[row]["conversations_a_week"], 1),
            signed(rows[row]["cycling_minutes_a_week"]),
            *([number(rows[row]["citizens"])] if found.has_need else []),
        )
        for rank, row in best_places(rows)
    ]
    terminal.table(headings, [shown], numbers=len(headings) - 3, title=_("The best places"))
    for remark in (passed_over(rows), *found.remarks):
        terminal.note(remark)
