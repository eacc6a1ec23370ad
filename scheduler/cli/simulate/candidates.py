"""``hjul simulate candidates``: which practices that could join bring most."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scheduler.base.i18n import N_, _
from scheduler.cli.options import Settings, common, online_option
from scheduler.cli.simulate.options import page_option, planned, weeks_option
from scheduler.cli.simulate.words import show_files

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
@click.option(
    "--take",
    type=click.IntRange(0, 100),
    default=5,
    show_default=True,
    metavar=N_("N"),
    help=N_("Let the best join one after the other, at most N of them."),
)
@page_option
@planned
@online_option
@common
@click.pass_obj
def candidates(
    settings: Settings,
    file: Path,
    *,
    weeks: str,
    take: int,
    page: Path | None,
    workers: int | None,
    cluster: str | None,
    time_limit: float,
    online: bool,
) -> None:
    from scheduler.scenario.practices.candidates import rank_candidates

    terminal = settings.terminal()
    folder = settings.out / "simulate" / "candidates"
    page = page or folder / "index.html"
    with terminal.progress() as progress:
        ranking = rank_candidates(
            settings.data,
            file,
            weeks,
            take=take,
            time_limit_s=time_limit,
            workers=workers,
            cluster=cluster,
            online=online,
            folder=folder,
            page=page,
            progress=progress,
        )
    show_ranking(terminal, ranking)
    show_files(terminal, folder, page)


def show_ranking(terminal: "Terminal", ranking: "Ranking") -> None:
    """Print what each candidate brings alone, and who joins one after the other."""
    from scheduler.outputs.mappage import weeks_text
    from scheduler.outputs.texts import word
    from scheduler.scenario.practices.joining import problems_of

    weeks = weeks_text([str(week) for week in ranking.weeks])
    _show(terminal, ranking, ranking.alone, _("Each alone, over {weeks}").format(weeks=weeks))
    if ranking.joined:
        _show(terminal, ranking, ranking.joined, _("One after the other"))
    if ranking.enough:
        terminal.line(_("None of the others would bring anything more."))
    for note in (*map(word, ranking.notes), *problems_of(ranking.failures)):
        terminal.note(note)


def _show(terminal: "Terminal", ranking: "Ranking", gains: "Iterable[Gain]", title: str) -> None:
    from scheduler.base.i18n import number
    from scheduler.outputs.candidatemap import signed

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
