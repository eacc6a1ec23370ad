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
        "planning every week again with it: alone, and then the best ones one after the other. With several "
        "bases, one without base_id is tried from each. Writes alone.csv, joined.csv, total.csv, joined.toml (the "
        "best together, a scenario to go on from) and a page to simulate/candidates in --out; the same command "
        "goes on where it stopped."
    )
)
@click.argument("file", metavar=N_("CANDIDATES.csv"), type=click.Path(path_type=Path))
@weeks_option
@count_option("--take", 0, 100, 5, N_("Let the best join one after the other, at most N of them."))
@click.option(
    "--by",
    type=click.Choice(("points", "conversations", "hours", "kroner")),
    default="points",
    show_default=True,
    help=N_(
        "What the best bring most of: points of the score, conversations, conversations for each hour that "
        "visits and the way to them take, or for each krone."
    ),
)
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
    by: str,
    page: Path | None,
    how: dict[str, Any],
    online: bool,
) -> None:
    from scheduler.scenario.practices.candidates import rank_candidates

    with what_if(options, "candidates", page, how) as asked:
        ranking = rank_candidates(options.data, file, weeks, take=take, by=by, online=online, runs=asked.runs)
        asked.write(ranking.page())
    show_ranking(asked.terminal, ranking)
    asked.show_files()


def show_ranking(terminal: "Terminal", ranking: "Ranking") -> None:
    """Print what each candidate brings alone, and who joins one after the other."""
    from scheduler.outputs.candidatemap import ranked_by, total_rows
    from scheduler.outputs.judging import key
    from scheduler.outputs.words import weeks_text

    weeks = weeks_text([str(week) for week in ranking.weeks])
    alone = _("Each alone, over {weeks}, {by}").format(weeks=weeks, by=ranked_by(ranking.by))
    _show(terminal, ranking, ranking.alone, alone)
    if ranking.joined:
        _show(terminal, ranking, ranking.joined, _("One after the other"))
        headings = ("", _("Today"), _("Together"), _("More"))
        terminal.table(headings, [total_rows(ranking.total())], numbers=3, title=_("All of them together"))
        terminal.line(key())
    if ranking.enough:
        terminal.line(_("None of the others would bring anything more."))
    for remark in ranking.remarks:
        terminal.note(remark)


def _show(terminal: "Terminal", ranking: "Ranking", gains: "Iterable[Gain]", title: str) -> None:
    from scheduler.base.i18n import number, signed
    from scheduler.outputs.frames import records

    gains = list(gains)
    headings = (
        "",
        _("Candidate"),
        _("Points"),
        _("Own conversations"),
        _("Net"),
        _("Missed elsewhere"),
        _("Cycling"),
        _("Waiting"),
        _("An hour"),
        _("Kroner each"),
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
            _rate(row["conversations_an_adviser_hour"], 2),
            _rate(row["cost_a_conversation_dkk"]),
        )
        for place, (gain, row) in enumerate(zip(gains, records(ranking.table(gains)), strict=True), start=1)
    ]
    terminal.table(headings, [rows], numbers=8, title=title)


def _rate(value: float | None, decimals: int = 0) -> str:
    from scheduler.base.i18n import number

    return "–" if value is None else number(value, decimals)
