"""Two rosters of a week side by side."""

from pathlib import Path

import click

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.files import replace
from scheduler.base.i18n import N_, _
from scheduler.cli.options import Options, by_hand_week_option, common, file_option, read_week


@click.command(
    "diff",
    help=N_(
        "Show what differs between two rosters of a week.\n\n"
        "A and B are each a roster.json or a folder with one, or of a week with a store an edition like 2009-W20/2, its "
        "draft, 2009-W20/draft, or what is published of it, 2009-W20. Shows what moved and for whom, the terms of the score "
        "and the totals side by side. A roster made by hand, as hjul check takes it, is one too. Ends with 0 whether or not anything differs."
    ),
)
@click.argument("before", metavar=N_("A"), type=click.Path(path_type=Path))
@click.argument("after", metavar=N_("B"), type=click.Path(path_type=Path))
@by_hand_week_option
@file_option("--to", N_("FILE.json"), N_("Also write what differs to a file."))
@common
@click.pass_obj
def diff(options: Options, before: Path, after: Path, week: str | None, file: Path | None) -> None:
    from scheduler.cli import differences
    from scheduler.model.clock import Week
    from scheduler.services import byhand
    from scheduler.services.editions import roster_of

    by_hand = {path for path in (before, after) if byhand.is_by_hand(path)}
    kept = {path: roster_of(options.data, path) for path in (before, after) if path not in by_hand}
    asked = read_week(week) if week else next((Week.asked(roster.week) for roster in kept.values()), None)
    made = {path: byhand.read_by_hand(options.data, path, asked)[0] for path in by_hand}
    rosters = {**kept, **made}[before], {**kept, **made}[after]
    if rosters[0].week != rosters[1].week:
        reason = _(
            "this roster is of {week}, and {other} of {other_week}: only rosters of one week are compared"
        )
        raise InputError(
            InputProblem(
                reason.format(week=rosters[1].week, other=before, other_week=rosters[0].week), str(after)
            )
        )
    differences.show(options.terminal(), *rosters, files=(before, after))
    if file is not None:
        replace(file, differences.as_file(*rosters))
