"""The commands that give out a week and change what was given out: ``hjul publish`` and ``hjul replan``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scheduler.base.i18n import N_, _, ngettext, number
from scheduler.cli.exceptions import say_drafted
from scheduler.cli.options import (
    Options,
    common,
    confirmed,
    file_option,
    late_option,
    read_since,
    read_week,
    since_option,
    time_limit_option,
    week_argument,
    yes_option,
)

if TYPE_CHECKING:
    from scheduler.cli.terminal import Terminal


@click.command(
    help=N_(
        "Publish the draft of a week.\n\n"
        "WEEK is an ISO week; without it, it is the next. The draft that hjul plan made becomes the edition that holds, "
        "in a folder named after the week in --out, with its number and time on every page. Shows first what it "
        "changes, and asks."
    )
)
@week_argument
@click.option(
    "--again", is_flag=True, help=N_("Write the folder of what is published anew; nothing else is done.")
)
@yes_option
@common
@click.pass_obj
def publish(options: Options, week: tuple[str, ...], *, again: bool, yes: bool) -> None:
    wanted = read_week(" ".join(week))

    from scheduler.outputs import names, words
    from scheduler.services import publish as publishing

    terminal = options.terminal()
    if again:
        with terminal.progress() as progress:
            folder = publishing.show_again(options.data, wanted, options.out, progress=progress)
        terminal.line(_("The published edition of {week} is in {folder}").format(week=wanted, folder=folder))
        return
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
    practices = [id_ for id_ in found.told if id_ not in found.roster.consultant_names]
    count = len(practices)
    terminal.line(
        ngettext("{n} practice will be told: {who}", "{n} practices will be told: {who}", count).format(
            n=number(count), who=", ".join(found.names[id_] for id_ in practices)
        )
        if practices
        else _("No practice needs to be told anything.")
    )
    consultants = [found.names[id_] for id_ in found.told if id_ not in practices]
    terminal.line(_("Consultants who will be told: {who}").format(who=", ".join(consultants) or _("none")))
    if not confirmed(terminal, _("Publish it as edition {edition}?").format(edition=found.number), yes=yes):
        return
    with terminal.progress() as progress:
        done = publishing.publish(options.data, wanted, options.out, expected=found.number, progress=progress)
    terminal.line(
        _("Edition {edition} of {week} is published.").format(edition=done.number, week=wanted), style="green"
    )
    terminal.line(_("{n} files are in {folder}").format(n=number(len(done.files)), folder=done.folder))
    for call in done.calls:
        terminal.note(
            _("Call {name}, {phone}: {sentences}").format(
                name=call.name, phone=call.phone or _("no number"), sentences=" ".join(call.sentences)
            )
        )
    if done.unreached:
        terminal.note(
            _("No mail address: {who}. What they need is in {folder}").format(
                who=", ".join(done.unreached), folder=done.folder / names.MESSAGES
            )
        )
    if done.by_mail:
        _send(terminal, options)
    elif done.messages:
        terminal.line(
            ngettext(
                "{n} message lies in {folder}, ready to be opened in a mail program and sent.",
                "{n} messages lie in {folder}, ready to be opened in a mail program and sent.",
                done.messages,
            ).format(n=number(done.messages), folder=done.folder / names.MESSAGES)
        )


def _send(terminal: "Terminal", options: Options) -> None:
    from scheduler.services import publish as publishing

    sent = publishing.send(options.data)
    terminal.line(
        ngettext("{n} message was sent.", "{n} messages were sent.", sent).format(n=number(sent)),
        style="green",
    )


@click.command(
    help=N_(
        "Write a published week as one file for the records.\n\n"
        "The zip has the edition that holds, its messages, and who did what when. Where homes are is not in it."
    )
)
@week_argument
@file_option("--to", N_("FILE.zip"), N_("Where to write (default: WEEK-journal.zip in --out)."))
@common
@click.pass_obj
def journal(options: Options, week: tuple[str, ...], file: Path | None) -> None:
    wanted = read_week(" ".join(week))

    from scheduler.services import publish as publishing

    terminal = options.terminal()
    target = file or options.out / f"{wanted}-journal.zip"
    with terminal.progress() as progress:
        number_ = publishing.journal(options.data, wanted, target, progress=progress)
    terminal.line(
        _("Edition {edition} of {week} and its messages are in {file}").format(
            edition=number_, week=wanted, file=target
        )
    )


@click.group(
    help=N_(
        "Show or send what has not gone out yet.\n\n"
        "Messages are sent where HJUL_SMTP_URL names a mail server. What was on its way when a program ended is in doubt, "
        "and is sent again only when somebody says so."
    )
)
@common
def outbox() -> None: ...


@outbox.command(
    "show", help=N_("Show what has not gone out yet.\n\nThat is what waits and what is in doubt.")
)
@common
@click.pass_obj
def outbox_show(options: Options) -> None:
    from scheduler.services import publish as publishing

    terminal = options.terminal()
    left = publishing.waiting(options.data)
    states = {"waiting": _("waits"), "in doubt": _("in doubt"), "sending": _("on its way")}
    rows = [
        (each.number, f"{each.week}, {each.edition}", each.to, each.address, states[each.state])
        for each in left
    ]
    if rows:
        columns = (_("Number"), _("Edition"), _("To"), _("Address"), _("State"))
        terminal.table(columns, [rows], numbers=0)
    else:
        terminal.line(_("Nothing waits."))


@outbox.command(
    "send",
    help=N_("Send what waits.\n\nWith --again also that message in doubt, which may then arrive twice."),
)
@click.option(
    "--again", type=int, multiple=True, metavar=N_("NUMBER"), help=N_("A message in doubt to send again.")
)
@common
@click.pass_obj
def outbox_send(options: Options, again: tuple[int, ...]) -> None:
    from scheduler.services import publish as publishing

    publishing.send_again(options.data, again)
    _send(options.terminal(), options)


@click.command(
    help=N_(
        "Plan a published week again, with as few changes as you like.\n\n"
        "Shows the proven front: for 0, 1, 2 … changes of what people have been told the best roster there is, and what "
        "it changes. What nothing valid can keep is counted apart. With --changes one of them becomes the draft, which "
        "hjul publish publishes."
    )
)
@week_argument
@since_option
@late_option
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
    late: tuple[tuple[str, str], ...],
    changes: int | None,
    file: Path | None,
    time_limit: float,
) -> None:
    wanted = read_week(" ".join(week))

    from scheduler.cli import summary
    from scheduler.cli.interrupt import interruptible
    from scheduler.services import replan as replanning

    terminal = options.terminal()
    moment = read_since(since)
    with terminal.progress() as progress, interruptible(terminal, progress) as stopped:
        found, planned = replanning.replan(
            options.data,
            wanted,
            options.out,
            since=moment,
            late=late,
            changes=changes,
            to=file,
            time_limit_s=time_limit,
            progress=progress,
            stop=stopped,
        )
    summary.show_front(terminal, found)
    if planned is not None:
        say_drafted(terminal, planned)
    elif len(found.points) > 1 or found.points[0].changes:
        terminal.line(
            _("Make one of them the draft with: hjul replan {week} --changes K").format(week=wanted)
        )
