"""A roster, a project and what helps a week in the terminal: tables and lines."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.base import i18n
from scheduler.base.errors import InputProblem, ServiceError
from scheduler.base.i18n import _, ngettext
from scheduler.cli.terminal import Terminal
from scheduler.model.project import Project
from scheduler.model.roster import Roster, Round, Stop
from scheduler.model.text import Text
from scheduler.model.texts import word
from scheduler.outputs import names, words
from scheduler.outputs.privacy import public
from scheduler.services.workspace import copies_named

if TYPE_CHECKING:
    from scheduler.checks.bound import BoundCheck
    from scheduler.services.advice import Advice
    from scheduler.services.forget import ForgetReport
    from scheduler.services.planner import Planned
    from scheduler.services.replan import Front

_Row = tuple[str, str, str, str, str]


def show_roster(terminal: Terminal, roster: Roster, proof: "BoundCheck") -> None:
    """Print a week: the result in a sentence, a table a day, the score, and what was not placed.

    Where home visits are made is not shown.
    """
    roster = public(roster)
    terminal.line(words.sentence(roster, checked=bool(proof.verified)), style="bold")
    terminal.line()
    consultants = roster.consultant_names
    for day, rounds in groupby(roster.rounds, key=attrgetter("date")):
        _show_day(terminal, day, rounds, consultants)
    for closed in roster.closed_days:
        terminal.line(
            _("{day}: closed, {reason}").format(
                day=i18n.day(closed.date), reason=word(closed.reason or Text("closure"))
            )
        )
    terminal.line(_score(roster))
    if roster.unassigned:
        terminal.line()
        terminal.line(_("Not placed:"), style="bold")
    for request in roster.unassigned:
        state, why = words.request_state(request), words.why(request, roster)
        terminal.line(f"  {word(request.name)} ({request.id}), {state}: {why}")
    for note in roster.notes:
        terminal.note(word(note, roster.names))
    if proof.verified is None and roster.prices:
        terminal.note(word(proof.detail))


def show_front(terminal: Terminal, front: "Front") -> None:
    """Print the front of changes against score, and what each of its rosters changes."""
    best = front.recommended
    forced = len(front.points[0].forced)
    if forced:
        terminal.line(
            ngettext(
                "{n} visit cannot be kept, whatever else is done.",
                "{n} visits cannot be kept, whatever else is done.",
                forced,
            ).format(n=i18n.number(forced))
        )
    for told in front.broken():
        terminal.note(told)
    for point in front.points:
        roster = point.plan.roster
        head = ngettext("{n} change: {points}", "{n} changes: {points}", point.unforced).format(
            n=i18n.number(point.unforced), points=words.points(roster.score)
        )
        if roster.status != "optimal":
            head += _(" (proven: not below {bound})").format(bound=i18n.number(roster.bound))
        if point is best and len(front.points) > 1:
            head += _(" – the best at the price that changes have")
        terminal.line(head, style="bold")
        for sentence in front.sentences(point):
            terminal.line(f"  {sentence}")
        if not point.changes:
            terminal.line("  " + _("All stays as it is."))


def _score(roster: Roster) -> str:
    """Write the score as the sum of its terms."""
    terms = (
        f"{words.term(name)} {i18n.number(term.points)}"
        for name, term in words.ordered_terms(roster).items()
        if term.points
    )
    return _("{points} (fewer are better): {terms}").format(
        points=words.points(roster.score), terms=" + ".join(terms) or "0"
    )


def _show_day(terminal: Terminal, day: date, rounds: Iterable[Round], consultants: Mapping[str, str]) -> None:
    columns = (
        _("Consultant"),
        _("Time"),
        _("Stop"),
        _("Conversations"),
        _("Ride"),
    )
    sections = []
    for round_ in rounds:
        first, *rest = _rows(round_)
        name = consultants.get(round_.consultant_id, round_.consultant_id)
        sections.append([(name, *first[1:]), *rest])
    terminal.table(columns, sections, numbers=2, title=i18n.day(day))


def _rows(round_: Round) -> list[_Row]:
    """Return a round's stops, and when it leaves base and is back, in the order of the clock."""
    stops = [(stop.start, _stop_row(stop, round_)) for stop in round_.stops]
    if not round_.ride_seconds:
        return [row for _moment, row in stops]
    home = next((stop for stop in round_.stops if _is_way_home(stop, round_)), None)
    back_s = home.ride_seconds if home else round_.back_seconds
    back_m = home.ride_metres if home else round_.back_metres
    leaves: _Row = ("", i18n.clock(round_.leaves_base), _("leaves the base"), "", "")
    returns: _Row = ("", i18n.clock(round_.returns_base), _("back at the base"), "", _ride(back_s, back_m))
    rows = [(round_.leaves_base, leaves), (round_.returns_base, returns), *stops]
    in_all = _ride(round_.ride_seconds, round_.ride_metres)
    return [
        *(row for _moment, row in sorted(rows, key=itemgetter(0))),
        ("", "", _("in all"), str(round_.conversations or ""), in_all),
    ]


def _is_way_home(stop: Stop, round_: Round) -> bool:
    """Tell whether a stop at base carries the last ride of its round."""
    return stop.ride_seconds > 0 and stop.arrival == round_.returns_base


def _stop_row(stop: Stop, round_: Round) -> _Row:
    district = stop.district if stop.kind == "home_visit" else ""
    return (
        "",
        f"{i18n.clock(stop.start)}–{i18n.clock(stop.end)}",
        ", ".join(filter(None, (words.stop_title(stop), district))),
        str(stop.conversations or ""),
        "" if _is_way_home(stop, round_) else _ride(stop.ride_seconds, stop.ride_metres),
    )


def _ride(seconds: int, metres: int) -> str:
    return f"{i18n.minutes(seconds)}, {i18n.km(metres)}" if seconds else ""


def show_files(terminal: Terminal, folder: Path, files: Sequence[Path]) -> None:
    """Say where the week's files are."""
    terminal.line()
    terminal.line(
        ngettext("{n} file is in {folder}", "{n} files are in {folder}", len(files)).format(
            n=i18n.number(len(files)), folder=folder
        )
    )
    terminal.line(_("Open {file}").format(file=folder / names.INDEX), style="bold")


def show_project(terminal: Terminal, project: Project) -> None:
    """Count what a project holds."""
    period = project.config.period
    terminal.line(
        _("Period: {start} to {end}").format(
            start=i18n.day(period.start, "year"), end=i18n.day(period.end, "year")
        )
    )
    counts = {
        _("bases"): project.bases,
        _("practices"): project.practices,
        _("rooms"): project.rooms,
        _("agreements"): project.agreements,
        _("consultants"): project.consultants,
        _("shifts"): project.shifts,
        _("engagements"): project.engagements,
        _("home visits"): project.home_visits,
        _("tasks"): project.tasks,
        _("pins"): project.pins,
        _("closures"): project.closures,
        _("demand"): project.demand,
    }
    rows = [(name, i18n.number(len(items))) for name, items in counts.items()]
    terminal.table((_("What"), _("Count")), [rows], numbers=1)


def show_alternatives(terminal: Terminal, planned: "Planned") -> None:
    """Print how the alternatives differ from the best roster, term by term, and where they are."""
    terminal.line()
    if not planned.alternatives:
        terminal.line(_("No other roster is nearly as good."))
        return
    rosters = [planned.roster, *(other.roster for other in planned.alternatives)]
    headings = (_("Term"), _("Best"), *(str(n) for n in range(1, len(rosters))))
    rows = [
        (words.term(name), *(i18n.number(roster.terms[name].points) for roster in rosters))
        for name in words.ordered_terms(planned.roster)
        if any(roster.terms[name].points for roster in rosters)
    ]
    total = (_("Score"), *(i18n.number(roster.score) for roster in rosters))
    terminal.table(headings, [rows, [total]], numbers=len(rosters), title=_("Alternatives"))
    for number, other in enumerate(planned.alternatives, start=1):
        terminal.line(f"{number}: {other.folder / names.INDEX}")


def show_forgotten(terminal: Terminal, report: "ForgetReport") -> None:
    """Say what was deleted, and name the files in which people have to look themselves.

    Raises
    ------
    ServiceError
        When a file still says where a home visit was made.
    """
    terminal.line(report)
    for told in copies_named(report.copies):
        terminal.note(told)
    for file in report.closed:
        terminal.note(
            _(
                "{file} cannot be looked into. Delete it, if it may show where a home visit was made before that date."
            ).format(file=file)
        )
    if report.held:
        reason = _(
            "this file still says where a home visit was made before that date, and it is not one of hjul's"
        )
        raise ServiceError(
            [InputProblem(reason, file) for file in report.held],
            hint=_("Everything else is done. Delete these files, or the addresses in them."),
        )


def show_advice(terminal: Terminal, found: "Advice") -> None:
    """Print what would help most, and what each suggestion gains."""
    if not found.suggestions:
        terminal.line(_("No single room, hour or appointment would make the week better."))
    else:
        headings = ("", _("Suggestion"), _("Points"), _("Conversations"), _("Cycling"), _("Waiting"))
        rows = [
            (
                str(number),
                word(suggestion.text, found.roster.names),
                f"-{i18n.number(suggestion.points)}",
                f"{suggestion.conversations:+d}",
                _("{minutes:+d} min").format(minutes=-round(suggestion.cycling_s / 60)),
                _("{minutes:+d} min").format(minutes=-round(suggestion.waiting_s / 60)),
            )
            for number, suggestion in enumerate(found.suggestions, start=1)
        ]
        terminal.table(headings, [rows], numbers=4, title=_("What would help most, one thing at a time"))
    if not found.complete:
        terminal.note(_("The time was too short to try every suggestion; a better one may be left."))
