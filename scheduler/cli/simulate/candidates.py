"""``hjul simulate candidates``: which practices that could join bring most."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scheduler.base.i18n import N_, _
from scheduler.cli.options import Options, common, count_option, online_option
from scheduler.cli.simulate.options import page_option, planned, weeks_option
from scheduler.cli.simulate.whatif import what_if

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.cli.terminal import Terminal
    from scheduler.scenario.practices.candidates import Ranking
    from scheduler.scenario.practices.joining import Gain


@click.command(
    help=N_(
        "Rank practices that could join by what they bring.\n\n"
        "CANDIDATES.csv (or a workbook) has a row for each room that a practice would lend, with the columns "
        "of practices and of rooms; data/candidates.csv is an example. What a practice brings is found out by "
        "planning every week again with it: alone, and then the best ones one after the other. Writes "
        "alone.csv, joined.csv and a page to simulate/candidates in --out; the same command "
        "goes on where it stopped."
    )
)
@click.argument("file", metavar=N_("CANDIDATES.csv"), type=click.Path(path_type=Path))
@weeks_option
@count_option("--take", 0, 100, 5, N_("Let the best join one after the other, at most N of them."))
@page_option
@planned
@online_option
@common
@click.pass_obj
def candidates(
    options: Options,
    file: Path,
    *,
    weeks: str,
    take: int,
    page: Path | None,
    how: dict[str, Any],
    online: bool,
) -> None:
    from scheduler.scenario.practices.candidates import rank_candidates

    with what_if(options, "candidates", page, how) as asked:
        ranking = rank_candidates(options.data, file, weeks, take=take, online=online, runs=asked.runs)
        asked.write(ranking.page())
    show_ranking(asked.terminal, ranking)
    asked.show_files()


def show_ranking(terminal: "Terminal", ranking: "Ranking") -> None:
    """Print what each candidate brings alone, and who joins one after the other."""
    from scheduler.outputs.words import weeks_text

    weeks = weeks_text([str(week) for week in ranking.weeks])
    _show(terminal, ranking, ranking.alone, _("Each alone, over {weeks}").format(weeks=weeks))
    if ranking.joined:
        _show(terminal, ranking, ranking.joined, _("One after the other"))
    if ranking.enough:
        terminal.line(_("None of the others would bring anything more."))
    for remark in ranking.remarks:
        terminal.note(remark)


def _show(terminal: "Terminal", ranking: "Ranking", gains: "Iterable[Gain]", title: str) -> None:
    from scheduler.base.i18n import number, signed

    headings = (
        "",
        _("Candidate"),
        _("Points"),
        _("Own conversations"),
        _("Net"),
        _("Missed elsewhere"),
        _("Cycling"),
        _("Waiting"),
    )
    rows = [
        (
            str(place),
            ranking.candidates[gain.candidate_id].place.name,
            number(gain.value_points) + ("" if gain.proven else " ?"),
            f"{number(gain.held)}/{number(gain.asked)}",
            signed(gain.conversations),
            signed(gain.missed_elsewhere),
            _("{n} min").format(n=signed(gain.cycling_s / 60)),
            _("{n} min").format(n=signed(gain.waiting_s / 60)),
        )
        for place, gain in enumerate(gains, start=1)
    ]
    terminal.table(headings, [rows], numbers=6, title=title)
