"""The commands that change a week by hand: ``hjul move``, ``hjul offer``, ``hjul lock`` and ``hjul unlock``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scheduler.base.i18n import N_, _, clock, day, ngettext, number
from scheduler.cli.exceptions import say_drafted, written
from scheduler.cli.options import (
    Options,
    common,
    file_option,
    late_option,
    read_since,
    read_week,
    since_option,
    yes_option,
)

if TYPE_CHECKING:
    from scheduler.cli.terminal import Terminal
    from scheduler.model.roster import Roster
    from scheduler.services.moving import Offers
    from scheduler.services.replanning import Place


@click.command(
    help=N_(
        "Say what it costs to move a visit, and whom it moves.\n\n"
        'ID is a practice, home visit or task, by its id or name; WHEN is a day and an hour, like "fre 9:00". The price is '
        "told with all others where they are, and with the others free to move. Where it cannot be, the rule that it "
        "would break is named. With --do the draft of the week has it there."
    )
)
@click.argument("which", metavar=N_("ID"))
@click.argument("when", metavar=N_("WHEN"), nargs=-1, required=True)
@click.option(
    "--consultant", default="", metavar=N_("WHO"), help=N_("Who makes it (default: whoever can best).")
)
@click.option("--do", is_flag=True, help=N_("Do it: make the week with the move its draft."))
@since_option
@late_option
@file_option("--to", N_("FILE.json"), N_("Also write what was found to a file."))
@common
@click.pass_obj
def move(
    options: Options,
    which: str,
    when: tuple[str, ...],
    *,
    consultant: str,
    do: bool,
    since: str | None,
    late: tuple[tuple[str, str], ...],
    file: Path | None,
) -> None:
    from scheduler.model.texts import word
    from scheduler.services import moving

    terminal = options.terminal()
    moment = read_since(since)
    with terminal.progress() as progress:
        found = moving.move(
            options.data,
            which,
            when,
            options.out,
            consultant=consultant,
            do=do,
            since=moment,
            late=late,
            to=file,
            progress=progress,
        )
    place = found.move.place
    if place is None:
        terminal.line(_("It cannot be there:"), style="bold")
        for rule in found.move.broken:
            terminal.line(f"  {word(rule, found.roster.names)}")
        return
    terminal.line(_where(place, found.roster), style="bold")
    _show_prices(terminal, place, found.roster)
    for sentence in found.sentences():
        terminal.line(f"  {sentence}")
    if found.planned is not None:
        say_drafted(terminal, found.planned)
    else:
        terminal.line(_("Nothing was changed; --do makes it the draft."))


@click.command(
    help=N_(
        "Find the five best places for one more visit.\n\n"
        "PRACTICE is an id or a name, WEEK an ISO week (default: next week). Each place has its price with all others "
        "where they are and with the others free to move. Where the practice has its visit in that week already, they are "
        "places for that visit to hold more. With --do the first of them, or that of --place, is taken: the week asks for "
        "it, and its draft has it there."
    )
)
@click.argument("practice", metavar=N_("PRACTICE"))
@click.argument("week", metavar=N_("[WEEK]"), nargs=-1)
@click.option(
    "--conversations",
    type=click.IntRange(1, 100),
    default=1,
    show_default=True,
    metavar=N_("N"),
    help=N_("How many conversations more it is to hold."),
)
@click.option("--do", is_flag=True, help=N_("Do it: take a place, and make the week with it its draft."))
@click.option(
    "--place",
    type=click.IntRange(1, 5),
    default=1,
    show_default=True,
    metavar=N_("N"),
    help=N_("Which of the places --do takes."),
)
@since_option
@late_option
@file_option("--to", N_("FILE.json"), N_("Also write what was found to a file."))
@common
@click.pass_obj
def offer(
    options: Options,
    practice: str,
    week: tuple[str, ...],
    *,
    conversations: int,
    do: bool,
    place: int,
    since: str | None,
    late: tuple[tuple[str, str], ...],
    file: Path | None,
) -> None:
    wanted = read_week(" ".join(week))

    from scheduler.services import moving

    terminal = options.terminal()
    moment = read_since(since)
    with terminal.progress() as progress:
        found = moving.offer(
            options.data,
            practice,
            wanted,
            conversations=conversations,
            do=place if do else None,
            out_dir=options.out,
            since=moment,
            late=late,
            to=file,
            progress=progress,
        )
    show_offers(terminal, found)
    if found.planned is not None:
        if found.more:
            terminal.line(
                ngettext(
                    "{week} asks for {n} conversation more; hjul store undo takes that back.",
                    "{week} asks for {n} conversations more; hjul store undo takes that back.",
                    found.more,
                ).format(week=wanted, n=number(found.more)),
                style="green",
            )
        say_drafted(terminal, found.planned)
    elif found.places:
        terminal.line(_("Nothing was changed; --do takes the first, --do --place 2 the second."))


def show_offers(terminal: "Terminal", found: "Offers") -> None:
    """Show the places of an offer by number, each with its prices."""
    if not found.places:
        terminal.line(_("There is no place for it in {week}.").format(week=found.week))
        return
    terminal.line(
        ngettext(
            "In {week}, a visit of {n} conversation:",
            "In {week}, a visit of {n} conversations:",
            found.conversations,
        ).format(week=found.week, n=number(found.conversations))
    )
    for place_number, place in enumerate(found.places, start=1):
        terminal.line(f"{place_number}. {_where(place, found.roster)}", style="bold")
        _show_prices(terminal, place, found.roster)


def _where(place: "Place", roster: "Roster") -> str:
    who = roster.consultant_names.get(place.consultant_id, place.consultant_id)
    return f"{day(place.date)} {clock(place.start)}, {who}"


def _show_prices(terminal: "Terminal", place: "Place", roster: "Roster") -> None:
    """Say both prices in words."""
    if place.points_others_in_place is None:
        terminal.line("  " + _("With the others where they are there is no room for it."))
    else:
        terminal.line(
            "  "
            + _("With the others where they are: {points}").format(
                points=_points(place.points_others_in_place)
            )
        )
    if place.points_others_free is not None:
        moved = len(place.moved)
        names = roster.names["request_id"]
        who = ", ".join(str(names.get(id_, id_)) for id_ in place.moved)
        text = _("With the others free to move: {points}").format(points=_points(place.points_others_free))
        if moved:
            text += ngettext(", {n} other is moved: {who}", ", {n} others are moved: {who}", moved).format(
                n=number(moved), who=who
            )
        terminal.line(f"  {text}")


def _points(points: int) -> str:
    sign = "+" if points > 0 else ""
    return ngettext("{sign}{n} point", "{sign}{n} points", abs(points)).format(sign=sign, n=number(points))


_keeps = click.option(
    "--keeps",
    type=click.Choice(("whole", "day", "consultant", "hour")),
    default="whole",
    show_default=True,
    help=N_("All of it, or only its day, its consultant or its hour."),
)


@click.command(
    help=N_(
        "Lock what replanning must keep of a published week.\n\n"
        "WHAT is a visit, by its id or name; a day, like tirsdag; a consultant; or both of these, which is a round. Without "
        "it the locks of the week are shown."
    )
)
@click.argument("week", metavar=N_("WEEK"))
@click.argument("what", metavar=N_("[WHAT]"), nargs=-1)
@_keeps
@yes_option
@common
@click.pass_obj
def lock(options: Options, week: str, what: tuple[str, ...], *, keeps: str, yes: bool) -> None:
    wanted = read_week(week)

    from scheduler.services import locks

    terminal = options.terminal()
    if what:
        written(options, terminal, locks.lock(options.data, wanted, what, locks.kept(keeps)), yes=yes)
        return
    found = locks.locked(options.data, wanted)
    for each in found:
        terminal.line(each.told)
    if not found:
        terminal.line(_("Nothing is locked in {week}.").format(week=wanted))


@click.command(
    help=N_(
        "Take locks of a week away.\n\n"
        "WHAT is as for hjul lock; without it all of the week's locks are taken away."
    )
)
@click.argument("week", metavar=N_("WEEK"))
@click.argument("what", metavar=N_("[WHAT]"), nargs=-1)
@yes_option
@common
@click.pass_obj
def unlock(options: Options, week: str, what: tuple[str, ...], *, yes: bool) -> None:
    from scheduler.services import locks

    written(options, options.terminal(), locks.unlock(options.data, read_week(week), what), yes=yes)


COMMANDS = (lock, move, offer, unlock)
