"""The commands that give out a week and change what was given out: ``hjul publish`` and ``hjul replan``."""

from pathlib import Path

import click

from scheduler.base.i18n import N_, _, ngettext, number
from scheduler.cli.options import (
    Options,
    common,
    confirmed,
    file_option,
    read_argument,
    read_week,
    time_limit_option,
    week_argument,
    yes_option,
)


@click.command(
    help=N_(
        "Publish the draft of a week.\n\n"
        "WEEK is an ISO week; without it, it is the next. The draft that hjul plan made becomes the edition that holds, "
        "in a folder named after the week in --out, with its number and time on every page. Shows first what it "
        "changes, and asks."
    )
)
@week_argument
@yes_option
@common
@click.pass_obj
def publish(options: Options, week: tuple[str, ...], *, yes: bool) -> None:
    wanted = read_week(" ".join(week))

    from scheduler.outputs import words
    from scheduler.services import publish as publishing

    terminal = options.terminal()
    with terminal.progress() as progress:
        found = publishing.look(options.data, wanted, progress=progress)
    terminal.line(words.sentence(found.roster))
    if found.before is not None:
        changes = found.sentences()
        count = len(changes)
        terminal.line(
            ngettext(
                "{n} change since edition {edition}:", "{n} changes since edition {edition}:", count
            ).format(n=number(count), edition=found.before.edition)
            if changes
            else _("Nothing has changed since edition {edition}.").format(edition=found.before.edition)
        )
        for sentence in changes:
            terminal.line(f"  {sentence}")
    if not confirmed(terminal, _("Publish it as edition {edition}?").format(edition=found.number), yes=yes):
        return
    with terminal.progress() as progress:
        done = publishing.publish(options.data, wanted, options.out, expected=found.number, progress=progress)
    terminal.line(
        _("Edition {edition} of {week} is published.").format(edition=done.number, week=wanted), style="green"
    )
    terminal.line(_("{n} files are in {folder}").format(n=number(len(done.files)), folder=done.folder))


@click.command(
    help=N_(
        "Plan a published week again, with as few changes as you like.\n\n"
        "Shows the proven front: for 0, 1, 2 … changes of what people have been told the best roster there is, and what "
        "it changes. What nothing valid can keep is counted apart. With --changes one of them becomes the draft, which "
        "hjul publish publishes."
    )
)
@week_argument
@click.option(
    "--from",
    "since",
    metavar=N_("MOMENT"),
    help=N_(
        "What has begun at this MOMENT, like 2009-05-12T07:40, stays as it is; of a week that has begun it is now."
    ),
)
@click.option(
    "--changes",
    type=click.IntRange(min=0),
    metavar=N_("K"),
    help=N_("Make the best roster with at most K changes the draft."),
)
@file_option("--to", N_("FILE.json"), N_("Also write the front to a file."))
@time_limit_option(N_("Search no longer than this."))
@common
@click.pass_obj
def replan(
    options: Options,
    week: tuple[str, ...],
    *,
    since: str | None,
    changes: int | None,
    file: Path | None,
    time_limit: float,
) -> None:
    wanted = read_week(" ".join(week))

    from scheduler.cli import summary
    from scheduler.cli.interrupt import interruptible
    from scheduler.model import clock
    from scheduler.services import replan as replanning

    terminal = options.terminal()
    moment = read_argument("--from", clock.moment, since) if since else None
    with terminal.progress() as progress, interruptible(terminal, progress) as stopped:
        found, planned = replanning.replan(
            options.data,
            wanted,
            options.out,
            since=moment,
            changes=changes,
            to=file,
            time_limit_s=time_limit,
            progress=progress,
            stop=stopped,
        )
    summary.show_front(terminal, found)
    if planned is not None:
        terminal.line(
            _("The draft of edition {edition} is in {folder}; publish it with: hjul publish {week}").format(
                edition=planned.roster.edition, folder=planned.folder, week=wanted
            ),
            style="green",
        )
    elif len(found.points) > 1 or found.points[0].changes:
        terminal.line(
            _("Make one of them the draft with: hjul replan {week} --changes K").format(week=wanted)
        )
