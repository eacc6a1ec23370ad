"""The commands for what was held and what is owed: ``hjul log``, ``hjul backlog``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scheduler.base.errors import InputError, SchedulerError, told
from scheduler.base.i18n import N_, _, clock, day, ngettext, number
from scheduler.cli.exceptions import written
from scheduler.cli.options import Options, common, read_week, yes_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.cli.terminal import Terminal
    from scheduler.services.backlog import OwedTo
    from scheduler.services.books import Entry
    from scheduler.services.log import Log

_SHEETS = (".xlsx", ".csv")


def _count(name: str, meaning: str) -> "Callable[[Callable[..., None]], Callable[..., None]]":
    return click.option(name, type=click.IntRange(0, 100), metavar=N_("N"), help=meaning)


@click.command(
    help=N_(
        "Write what became of a week's conversations, or show it.\n\n"
        "WHAT is the sheet that was sent, filled in (FILE.xlsx), or a practice of which the options tell how many ended how: "
        "in all as many as were planned. With --phone or --home it is a consultant, and --on the day. Without WHAT the "
        "week is shown as it stands."
    )
)
@click.argument("week", metavar=N_("WEEK"))
@click.argument("what", metavar=N_("[WHAT]"), required=False)
@_count("--booked", N_("So many were booked, as the practice told."))
@_count("--held", N_("So many were held."))
@_count("--cancelled", N_("So many were cancelled by the citizen."))
@_count("--no-show", N_("To so many nobody came."))
@_count("--not-booked", N_("So many were not booked."))
@_count("--by-practice", N_("So many were cancelled by the practice."))
@_count("--by-us", N_("So many were cancelled by us."))
@_count("--phone", N_("So many a consultant held by telephone, on one day."))
@_count("--home", N_("So many a consultant held at citizens' homes, on one day."))
@click.option("--on", default="", metavar=N_("DAY"), help=N_("The day of --phone and --home, like tirsdag."))
@yes_option
@common
@click.pass_obj
def log(
    options: Options,
    /,
    *,
    week: str,
    what: str | None,
    booked: int | None,
    phone: int | None,
    home: int | None,
    on: str,
    yes: bool,
    **ends: int | None,
) -> None:
    from scheduler.services import log as logging

    wanted = read_week(week)
    terminal = options.terminal()
    outcomes = {name: count for name, count in ends.items() if count is not None}
    apart = phone is not None or home is not None
    if what is None:
        if outcomes or apart or booked is not None:
            raise InputError(_("write which practice it was, or which consultant"))
        _show_log(terminal, logging.look(options.data, wanted))
        return
    if what.lower().endswith(_SHEETS):
        if outcomes or apart or booked is not None:
            raise InputError(_("a sheet tells all by itself; leave the other options out"))
        proposal = logging.from_sheet(options.data, wanted, Path(what))
    elif apart:
        if outcomes or booked is not None:
            raise InputError(
                _("what was held by telephone or at home is told by itself, without other options")
            )
        if not on:
            raise InputError(_("write on which day with --on, like --on tirsdag"))
        proposal = logging.of_day(options.data, wanted, what, on, by_phone=phone, at_home=home)
    elif outcomes or booked is not None:
        proposal = logging.of_visit(options.data, wanted, what, outcomes, booked=booked)
    else:
        raise InputError(_("write how many were held, like --held 2, or what else became of them"))
    written(options, terminal, proposal, yes=yes, week=str(wanted), changes_tables=False)


def _show_log(terminal: "Terminal", found: "Log") -> None:
    """Show visit by visit what is told of a week, and what is not."""
    columns = (
        _("Visit"),
        _("Day"),
        _("Time"),
        _("Consultant"),
        _("Planned"),
        _("Booked"),
        _("Held"),
        _("Cancelled"),
        _("No show"),
        _("Not booked"),
        _("By the practice"),
        _("By us"),
    )
    entries = found.books.entries
    visits = [entry for entry in entries if entry.planned]
    rows = [_row(entry, found) for entry in sorted(visits, key=lambda entry: str(entry.start))]
    if rows:
        terminal.table(columns, [rows], numbers=8)
    planned, held = sum(entry.planned for entry in entries), sum(entry.held for entry in entries)
    open_, missed = sum(entry.not_told for entry in entries), sum(entry.not_planned for entry in entries)
    terminal.line(
        _(
            "Edition {edition}: {planned} planned, {held} held, {open} not told yet, {missed} found no place."
        ).format(
            edition=found.number,
            planned=number(planned),
            held=number(held),
            open=number(open_),
            missed=number(missed),
        )
    )
    for one in found.books.apart:
        text = _("{who}, {date}: {phone} by telephone, {home} at home; they count towards no goal.")
        terminal.line(
            text.format(
                who=found.names.get(one.consultant_id, one.consultant_id),
                date=day(one.date),
                phone=number(one.by_phone),
                home=number(one.at_home),
            )
        )
    for unfit in found.books.unfit:
        text = _(
            "What was told of {practice} on {date} counts no more, as the week was published again; tell it again."
        )
        practice = found.names.get(unfit.practice_id, unfit.practice_id)
        terminal.note(text.format(practice=practice, date=day(unfit.start.date())))


def _row(entry: "Entry", found: "Log") -> tuple[object, ...]:
    start = entry.start
    ends = entry.outcomes.ends if entry.outcomes else ("–",) * 6
    return (
        found.names.get(entry.practice_id, entry.practice_id),
        day(start.date(), "short") if start else "",
        clock(start) if start else "",
        found.names.get(entry.consultant_id or "", ""),
        entry.planned,
        "–" if entry.booked is None else entry.booked,
        *ends,
    )


@click.group(
    invoke_without_command=True,
    help=N_(
        "Show what is owed to practices.\n\n"
        "Conversations that fell due and found no place, or were cancelled by the practice or by us, stand here until they "
        "are planned again or withdrawn, with the places where they fit best in this week and in those to come, as far as these "
        "have a roster. What citizens cancelled or missed does not."
    ),
)
@common
@click.pass_context
def backlog(context: click.Context) -> None:
    if context.invoked_subcommand:
        return
    from scheduler.services import backlog as owing

    options = context.ensure_object(Options)
    terminal = options.terminal()
    practices = owing.by_practice(options.data)
    owed = [one for each in practices for one in each.owed]
    if not owed:
        terminal.line(_("Nothing is owed."), style="green")
        return
    rows = [
        (str(one.week), one.name, one.practice_id, one.not_planned, one.conversations - one.not_planned)
        for one in owed
    ]
    columns = (_("Week"), _("Practice"), _("Id"), _("Found no place"), _("Cancelled by practice or us"))
    terminal.table(columns, [rows], numbers=2)
    total = sum(one.conversations for one in owed)
    terminal.line(
        ngettext("{n} conversation is owed.", "{n} conversations are owed.", total).format(n=number(total))
    )
    try:
        with terminal.progress() as progress:
            practices = owing.with_offers(options.data, practices, progress=progress)
    except SchedulerError as error:
        terminal.note(_("Where it fits best could not be worked out: {reason}").format(reason=error))
        return
    for each in practices:
        _show_where_best(terminal, each)


def _show_where_best(terminal: "Terminal", practice: "OwedTo") -> None:
    """Show the offers for what is owed to a practice, and how to take one."""
    from scheduler.cli.changes import show_offers

    terminal.line()
    terminal.line(
        ngettext(
            "{name}: {n} conversation is owed", "{name}: {n} conversations are owed", practice.conversations
        ).format(name=practice.name, n=number(practice.conversations)),
        style="bold",
    )
    for found in practice.offers:
        show_offers(terminal, found)
        count = f" --conversations {found.wanted}" if found.wanted > 1 else ""
        terminal.line(
            _("Take the first with: {command}").format(
                command=f"hjul offer {practice.practice_id} {found.week}{count} --do"
            )
        )
    if not practice.offers:
        terminal.line(
            _("No week with a roster has a place for it; look into another one: {command}").format(
                command=f"hjul offer {practice.practice_id} " + _("WEEK")
            )
        )


_practice = click.argument("practice", metavar=N_("PRACTICE"))
_number = click.argument("conversations", metavar=N_("N"), type=click.IntRange(1, 100))


@backlog.command(
    help=N_(
        "Say that conversations are owed no more.\n\nPRACTICE is an id or a name; N is how many, the oldest first."
    )
)
@_practice
@_number
@yes_option
@common
@click.pass_obj
def withdraw(options: Options, practice: str, conversations: int, *, yes: bool) -> None:
    from scheduler.services import backlog as owing

    proposal = owing.withdraw(options.data, practice, conversations)
    written(options, options.terminal(), proposal, yes=yes, changes_tables=False)


@backlog.command(
    help=N_(
        "Have a week ask for conversations that are owed.\n\n"
        "PRACTICE is an id or a name; N is how many, the oldest first. They are added to what the practice asks for in "
        "WEEK; plan that week again."
    )
)
@_practice
@_number
@click.argument("week", metavar=N_("WEEK"))
@yes_option
@common
@click.pass_obj
def again(options: Options, practice: str, conversations: int, week: str, *, yes: bool) -> None:
    from scheduler.services import backlog as owing

    proposal = owing.plan_again(options.data, practice, conversations, read_week(week))
    written(options, options.terminal(), proposal, yes=yes)


@click.command(
    help=N_(
        "Report on progress to the goal, and write the quarterly review.\n\n"
        "PERIOD is a quarter like 2009-Q2, weeks like 2009-W20..2009-W32, or days; without it, it is the project's. Writes a "
        "page with plots and a workbook with the same tables into a folder in --out."
    )
)
@click.argument("period", metavar=N_("[PERIOD]"), nargs=-1)
@common
@click.pass_obj
def report(options: Options, period: tuple[str, ...]) -> None:
    from scheduler.base import files
    from scheduler.scenario import progressreport
    from scheduler.scenario.forecast import forecast
    from scheduler.services.progress import progress

    terminal = options.terminal()
    found = progress(options.data, " ".join(period))
    ahead, owed = forecast(found), found.owed
    folder = options.out / f"report-{found.period.first}--{found.period.last}"
    made = {
        "index.html": progressreport.page(found, ahead, owed).encode(),
        "report.xlsx": progressreport.workbook(found, ahead, owed),
    }
    with files.claimed(folder, parents=True) as claim, told(files.unwritable, folder):
        claim.new.mkdir()
        for name, content in made.items():
            (claim.new / name).write_bytes(content)
        claim.put()
    terminal.line(progressreport.summary(found, ahead))
    terminal.line(_("The report is in {folder}: {files}").format(folder=folder, files=", ".join(made)))


COMMANDS = (log, backlog, report)
