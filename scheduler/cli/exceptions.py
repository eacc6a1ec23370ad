"""The commands for what happens once: somebody is away, a practice is closed, an engagement moves."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scheduler.base.errors import InputError, SchedulerError
from scheduler.base.i18n import N_, _, clock, day
from scheduler.cli.options import Options, common, confirmed, read_argument, yes_option
from scheduler.cli.store import show_edits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduler.cli.terminal import Terminal
    from scheduler.services.answers import Answers, WeekAnswers
    from scheduler.services.editing import Proposal
    from scheduler.services.planner import Planned
    from scheduler.services.touched import Call

_when = click.argument("when", metavar=N_("WHEN"), nargs=-1, required=True)
_answer = click.option(
    "--answer",
    "said",
    metavar=N_("ANSWER"),
    help=N_("Make one answer the draft: cancel, cover (have it the same day) or later (in the week)."),
)


def written(
    options: Options,
    terminal: "Terminal",
    proposal: "Proposal",
    *,
    yes: bool,
    week: str = "",
    changes_tables: bool = True,
) -> bool:
    """Show what is put forward, and write it if it is wanted; tell whether it was. For the rest see `editing.write`."""
    from scheduler.services import editing

    _show(terminal, proposal)
    if not proposal.edits or not confirmed(terminal, _("Write it?"), yes=yes):
        return False
    editing.write(options.data, proposal, week=week, changes_tables=changes_tables)
    _say_written(terminal)
    return True


def _show(terminal: "Terminal", proposal: "Proposal") -> None:
    """Show what is put forward."""
    for note in proposal.notes:
        terminal.note(note)
    terminal.line(proposal.told)
    if proposal.edits:
        show_edits(terminal, proposal.edits)
    else:
        terminal.line(_("The tables say so already; nothing changes."))


def _say_written(terminal: "Terminal") -> None:
    terminal.line(_("It is written; hjul store undo takes it back."), style="green")


def _answered(
    options: Options, proposal: "Proposal", command: "Sequence[str]", *, said: str | None, yes: bool
) -> None:
    """Show an exception with its three answers, and write it, with one of them if it is wanted."""
    from scheduler.services import answers, editing, touched

    chosen = read_argument("--answer", answers.named, said) if said else None
    terminal = options.terminal()
    _show(terminal, proposal)
    found = _worked_out(options, terminal, proposal, required=chosen is not None)
    for week in found.weeks if found else ():
        _show_answers(terminal, week, shlex.join(command))
    if chosen is None or found is None:
        if proposal.edits and confirmed(terminal, _("Write it?"), yes=yes):
            editing.write(options.data, proposal)
            _say_written(terminal)
            _show_calls(terminal, touched.calls(options.data, proposal))
        return
    if not found.weeks:
        raise InputError(_("no published visit is touched, so there is nothing to answer"))
    if not confirmed(terminal, _("Write it, and make this answer the draft?"), yes=yes):
        return
    with terminal.progress() as progress:
        made = answers.take(options.data, found, chosen, options.out, progress=progress)
    if proposal.edits:
        _say_written(terminal)
    _show_calls(terminal, [call for week in found.weeks for call in week.answer(chosen).calls], more=False)
    for planned in made:
        say_drafted(terminal, planned)


def _worked_out(
    options: Options, terminal: "Terminal", proposal: "Proposal", *, required: bool
) -> "Answers | None":
    """Return the answers to an exception; None where they cannot be had, unless they are required."""
    from scheduler.services import answers

    try:
        with terminal.progress() as progress:
            return answers.answers(options.data, proposal, progress=progress)
    except SchedulerError as error:
        if required:
            raise
        terminal.note(_("What can be done about it could not be worked out: {reason}").format(reason=error))
        return None


def _show_answers(terminal: "Terminal", week: "WeekAnswers", command: str) -> None:
    """Show what each answer means, what it costs, and how to take it."""
    from scheduler.services.answers import called

    terminal.line()
    terminal.line(_("What can be done in {week}:").format(week=week.week))
    for each in week.answers:
        head = week.title(each)
        if each is week.recommended:
            head += _(" – the best at the price that changes have")
        terminal.line(head, style="bold")
        for sentence in (week.means(each), *week.sentences(each)):
            terminal.line(f"  {sentence}")
        for broken in each.broken:
            terminal.line(
                "  " + _("Locked, but no longer possible: {what}").format(what=week.called([broken.id]))
            )
        terminal.line(
            "  " + _("Take it with: {command}").format(command=f"{command} --answer {called(each.answer)}")
        )
    terminal.line(_("More possibilities: {command}").format(command=f"hjul replan {week.week}"))


def say_drafted(terminal: "Terminal", planned: "Planned") -> None:
    """Say where a draft is, and how it is published."""
    terminal.line(
        _("The draft of edition {edition} is in {folder}; publish it with: hjul publish {week}").format(
            edition=planned.roster.edition, folder=planned.folder, week=planned.roster.week
        ),
        style="green",
    )


@click.command(
    help=N_(
        "Write that a consultant is away.\n\n"
        'WHO is an id or a name; WHEN is like tirsdag, "tirsdag fra 12", 12/5 to 14/5, or "i dag" "i morgen". No reason '
        "is asked for. Shows what can be done about the published visits that it touches: cancel them, have the others take what "
        "they can that day, or move them to later in the week, and what each of these means; with --answer one of them "
        "becomes the draft."
    )
)
@click.argument("who", metavar=N_("WHO"))
@_when
@_answer
@yes_option
@common
@click.pass_obj
def absent(options: Options, who: str, when: tuple[str, ...], *, said: str | None, yes: bool) -> None:
    from scheduler.services import exceptions

    proposal = exceptions.absence(options.data, who, when)
    _answered(options, proposal, ("hjul", "absent", who, *when), said=said, yes=yes)


@click.command(
    help=N_(
        "Write that a practice is closed.\n\n"
        'PRACTICE is an id, a name, or all; WHEN is like "man 7-12", 2009-05-12, 12/5 to 14/5 or uge 29. Shows what can be '
        "done about the published visits that it touches, as hjul absent does; with --answer one of them becomes the draft."
    )
)
@click.argument("practice", metavar=N_("PRACTICE"))
@_when
@_answer
@yes_option
@common
@click.pass_obj
def close(options: Options, practice: str, when: tuple[str, ...], *, said: str | None, yes: bool) -> None:
    from scheduler.services import exceptions

    proposal = exceptions.closure(options.data, practice, when)
    _answered(options, proposal, ("hjul", "close", practice, *when), said=said, yes=yes)


@click.command(
    help=N_(
        "Write that a practice lends a room once more.\n\n"
        'PRACTICE is an id or a name; WHEN has hours, like "tirsdag 9-12" or "uge 29 9-12".'
    )
)
@click.argument("practice", metavar=N_("PRACTICE"))
@_when
@click.option("--room", default="", metavar=N_("ROOM"), help=N_("Which room."))
@yes_option
@common
@click.pass_obj
def room(options: Options, practice: str, when: tuple[str, ...], room: str, *, yes: bool) -> None:
    from scheduler.services import exceptions

    proposal = exceptions.extra_room(options.data, practice, when, room=room)
    written(options, options.terminal(), proposal, yes=yes)


@click.command(
    help=N_(
        "Write that a consultant works at other hours.\n\n"
        'WHO is an id or a name; WHEN has hours, like "tirsdag 9-13" or "uge 29 9-13": of several days it holds on those '
        "with a shift."
    )
)
@click.argument("who", metavar=N_("WHO"))
@_when
@yes_option
@common
@click.pass_obj
def hours(options: Options, who: str, when: tuple[str, ...], *, yes: bool) -> None:
    from scheduler.services import exceptions

    written(options, options.terminal(), exceptions.other_hours(options.data, who, when), yes=yes)


@click.command(
    help=N_(
        "Write that an engagement falls away on a day, or moves.\n\n"
        "ID is its id or title; WHEN is the day. With --to it is then instead, like fredag, 14-15 or "
        '"fredag 14-15".'
    )
)
@click.argument("which", metavar=N_("ID"))
@_when
@click.option("--to", default="", metavar=N_("WHEN"), help=N_("When it is instead."))
@yes_option
@common
@click.pass_obj
def engagement(options: Options, which: str, when: tuple[str, ...], to: str, *, yes: bool) -> None:
    from scheduler.services import exceptions, touched

    terminal = options.terminal()
    proposal = exceptions.engagement(options.data, which, when, to.split())
    if written(options, terminal, proposal, yes=yes):
        _show_calls(terminal, touched.calls(options.data, proposal))


@click.command(
    help=N_(
        "Take busy times in from a consultant's calendar.\n\n"
        "WHO is an id or a name; FILE.ics is what a calendar exports; WHEN is of which days, without it today and twelve "
        "weeks. They become engagements called Optaget; their titles are not taken in. Run it again when the calendar "
        "has changed."
    )
)
@click.argument("who", metavar=N_("WHO"))
@click.argument("file", metavar=N_("FILE.ics"), type=click.Path(path_type=Path))
@click.argument("when", metavar=N_("[WHEN]"), nargs=-1)
@yes_option
@common
@click.pass_obj
def busy(options: Options, who: str, file: Path, when: tuple[str, ...], *, yes: bool) -> None:
    from scheduler.services import exceptions, touched

    terminal = options.terminal()
    proposal = exceptions.busy(options.data, who, file, when)
    if written(options, terminal, proposal, yes=yes):
        _show_calls(terminal, touched.calls(options.data, proposal))


COMMANDS = (absent, busy, close, engagement, hours, room)


def _show_calls(terminal: "Terminal", calls: "Sequence[Call]", *, more: bool = True) -> None:
    """Show which published visits are touched: first those within 24 hours, whom to call; and `more` that can be done."""
    if not calls:
        terminal.line(_("No published visit is touched."))
        return
    columns = (_("Day"), _("Time"), _("Visit"), _("Telephone"), _("Say"), _("Conversations"))
    for title, those in (
        (_("To call now"), [call for call in calls if call.soon]),
        (_("Also touched"), [call for call in calls if not call.soon]),
    ):
        if those:
            rows = [
                (
                    day(call.start.date(), "short"),
                    clock(call.start),
                    call.name,
                    call.phone or "–",
                    call.sentence,
                    call.conversations,
                )
                for call in those
            ]
            terminal.table(columns, [rows], numbers=1, title=title)
    for week in dict.fromkeys(call.week for call in calls if more):
        terminal.line(_("See what can be done: {command}").format(command=f"hjul replan {week}"))
