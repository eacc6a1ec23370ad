"""The commands for what happens once: somebody is away, a practice is closed, an engagement moves."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scheduler.base.i18n import N_, _, clock, day
from scheduler.cli.options import Options, common, confirmed, yes_option
from scheduler.cli.store import show_edits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduler.cli.terminal import Terminal
    from scheduler.services.editing import Proposal
    from scheduler.services.exceptions import Call

_when = click.argument("when", metavar=N_("WHEN"), nargs=-1, required=True)


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

    for note in proposal.notes:
        terminal.note(note)
    terminal.line(proposal.told)
    if not proposal.edits:
        terminal.line(_("The tables say so already; nothing changes."))
        return False
    show_edits(terminal, proposal.edits)
    if not confirmed(terminal, _("Write it?"), yes=yes):
        return False
    editing.write(options.data, proposal, week=week, changes_tables=changes_tables)
    terminal.line(_("It is written; hjul store undo takes it back."), style="green")
    return True


@click.command(
    help=N_(
        "Write that a consultant is away.\n\n"
        'WHO is an id or a name; WHEN is like tirsdag, "tirsdag fra 12", 12/5 to 14/5, or "i dag" "i morgen". No reason '
        "is asked for. Shows which published visits it touches, with a list of whom to call first."
    )
)
@click.argument("who", metavar=N_("WHO"))
@_when
@yes_option
@common
@click.pass_obj
def absent(options: Options, who: str, when: tuple[str, ...], *, yes: bool) -> None:
    from scheduler.services import exceptions

    terminal = options.terminal()
    proposal = exceptions.absence(options.data, who, when)
    if written(options, terminal, proposal, yes=yes):
        _show_calls(terminal, exceptions.calls(options.data, proposal))


@click.command(
    help=N_(
        "Write that a practice is closed.\n\n"
        'PRACTICE is an id, a name, or all; WHEN is like "man 7-12", 2009-05-12, 12/5 to 14/5 or uge 29. Shows which published '
        "visits it touches."
    )
)
@click.argument("practice", metavar=N_("PRACTICE"))
@_when
@yes_option
@common
@click.pass_obj
def close(options: Options, practice: str, when: tuple[str, ...], *, yes: bool) -> None:
    from scheduler.services import exceptions

    terminal = options.terminal()
    proposal = exceptions.closure(options.data, practice, when)
    if written(options, terminal, proposal, yes=yes):
        _show_calls(terminal, exceptions.calls(options.data, proposal))


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
    from scheduler.services import exceptions

    terminal = options.terminal()
    proposal = exceptions.engagement(options.data, which, when, to.split())
    if written(options, terminal, proposal, yes=yes):
        _show_calls(terminal, exceptions.calls(options.data, proposal))


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
    from scheduler.services import exceptions

    terminal = options.terminal()
    proposal = exceptions.busy(options.data, who, file, when)
    if written(options, terminal, proposal, yes=yes):
        _show_calls(terminal, exceptions.calls(options.data, proposal))


COMMANDS = (absent, busy, close, engagement, hours, room)


def _show_calls(terminal: "Terminal", calls: "Sequence[Call]") -> None:
    """Show which published visits are touched: first those within 24 hours, whom to call."""
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
    for week in dict.fromkeys(call.week for call in calls):
        terminal.line(_("See what can be done: {command}").format(command=f"hjul replan {week}"))
