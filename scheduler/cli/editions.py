"""The commands that give out a week: ``hjul publish`` and ``hjul journal``."""

import click

from scheduler.base.i18n import N_, _, ngettext, number
from scheduler.cli.options import Options, common, confirmed, read_week, week_argument, yes_option


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
