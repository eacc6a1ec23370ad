"""What differs between two rosters, in the terminal: tables and lines."""

import json
from operator import attrgetter
from pathlib import Path
from typing import Any

from scheduler.base import i18n
from scheduler.base.i18n import _
from scheduler.cli.terminal import Terminal
from scheduler.model.changes import Stay, as_json, changes
from scheduler.model.clock import Week
from scheduler.model.roster import Roster, Term
from scheduler.model.texts import Names, word
from scheduler.outputs import news, words
from scheduler.outputs.privacy import public
from scheduler.services.byhand import read_by_hand

_NOTHING = Term(count=0, weight=0, points=0)


def show(terminal: Terminal, before: Roster, after: Roster, *, files: tuple[Path, Path]) -> None:
    """Print what moved, for whom, and terms and totals side by side; where home visits are made is not shown."""
    for letter, roster, file in zip((_("A"), _("B")), (before, after), files, strict=True):
        edition = "" if roster.edition is None else _("edition {number}").format(number=roster.edition)
        about = ", ".join(filter(None, (str(file), edition)))
        terminal.line(f"{letter}: {about}: {words.sentence(roster)}")
    terminal.line()
    _show_changes(terminal, before, after)
    _show_terms(terminal, before, after)
    _show_totals(terminal, before, after)
    if before.weights != after.weights:
        terminal.note(_("The two are scored with different weights: compare counts, not points."))
    if before.inputs_sha256 != after.inputs_sha256:
        terminal.note(_("The two were planned from different tables or maps."))


def as_file(before: Roster, after: Roster) -> bytes:
    """Return what differs as JSON: where each visit was and becomes, and the score's terms of both."""

    def of(roster: Roster) -> dict[str, Any]:
        terms = {name: {"count": term.count, "points": term.points} for name, term in roster.terms.items()}
        return {"edition": roster.edition, "score": roster.score, "terms": terms}

    found = {"week": before.week, "a": of(before), "b": of(after), "changed": as_json(changes(before, after))}
    return json.dumps(found, indent=1).encode() + b"\n"


def show_by_hand(terminal: Terminal, data_dir: Path, file: Path, week: Week | None) -> bool:
    """Print what is wrong with a roster that was made by hand and what it costs; return whether it keeps every rule."""
    roster, violations = read_by_hand(data_dir, file, week)
    for violation in violations:
        terminal.failure(f"{file}: {violation}")
    if not violations:
        terminal.line(_("{file}: the roster of {week} keeps every rule.").format(file=file, week=roster.week))
    made = sum(round_.visits for round_ in roster.rounds)
    held = sum(round_.conversations for round_ in roster.rounds)
    terminal.line(
        f"{words.week_title(roster)}: {words.visits(made)}, {words.conversations(held)}", style="bold"
    )
    if roster.unassigned:
        terminal.line(_("Not in it:"), style="bold")
    for request in public(roster).unassigned:
        terminal.line(f"  {word(request.name)} ({request.id}), {words.request_state(request)}")
    rows = [
        (words.term(name), words.term_count(name, term.count), i18n.number(term.points))
        for name, term in words.ordered_terms(roster).items()
        if term.points
    ]
    total = (_("Score"), "", i18n.number(roster.score))
    headings = (_("Term"), _("Count"), _("Points"))
    terminal.table(headings, [rows, [total]], numbers=2, title=_("The score; fewer points are better"))
    terminal.line(
        _("Beside the best: {plan}, then {diff}").format(
            plan=f"hjul plan {roster.week}", diff=f"hjul diff {file} out/{roster.week}"
        )
    )
    return not violations


def _show_changes(terminal: Terminal, before: Roster, after: Roster) -> None:
    called = news.names(before, after)
    rows = [
        (word(called["request_id"].get(change.id, change.id)), change.id, _where(change.was, called), _where(change.becomes, called))
        for change in changes(before, after)
    ]  # fmt: skip
    if rows:
        headings = (_("Visit"), _("Id"), _("A"), _("B"))
        terminal.table(headings, [rows], numbers=0, title=_("What differs"))
    concerned = news.consultants_concerned(before, after)
    for who in concerned:
        terminal.line(word(called["consultant_id"][who]), style="bold")
        for sentence in news.worded(news.for_consultant(before, after, who), called):
            terminal.line(f"  {sentence}")
    if not rows and not concerned:
        terminal.line(_("No visit, home visit, task or engagement differs."))
    terminal.line()


def _where(stay: Stay | None, called: Names) -> str:
    """Say when a visit is, who makes it and how many conversations it holds: ``Tuesday 10:05, Anne (2)``."""
    if stay is None:
        return "–"
    who = word(called["consultant_id"].get(stay.consultant_id, stay.consultant_id))
    when = f"{i18n.weekday(stay.date.weekday())} {i18n.clock(stay.start)}, {who}"
    return f"{when} ({stay.conversations})" if stay.conversations else when


def _show_terms(terminal: Terminal, before: Roster, after: Roster) -> None:
    rows = []
    for name in words.ordered_terms(before.replace(terms={**before.terms, **after.terms})):
        terms = [roster.terms.get(name, _NOTHING) for roster in (before, after)]
        if any(term.count or term.points for term in terms):
            counts = (words.term_count(name, term.count) for term in terms)
            rows.append((words.term(name), *counts, *_compared([term.points for term in terms])))
    total = (_("Score"), "", "", *_compared([before.score, after.score]))
    headings = (_("Term"), _("A"), _("B"), _("{letter}, points").format(letter=_("A")), _("{letter}, points").format(letter=_("B")), _("Difference"))  # fmt: skip
    terminal.table(headings, [rows, [total]], numbers=5, title=_("The score; fewer points are better"))


def _compared(values: list[int]) -> tuple[str, str, str]:
    old, new = values
    return i18n.number(old), i18n.number(new), i18n.signed(new - old)


def _show_totals(terminal: Terminal, before: Roster, after: Roster) -> None:
    figures = (
        (_("Visits"), "visits", i18n.number),
        (_("Conversations"), "conversations", i18n.number),
        (_("Distance"), "ride_metres", i18n.km),
        (_("Cycling"), "ride_seconds", i18n.hours),
        (_("Waiting"), "waiting_seconds", i18n.hours),
    )
    rows = []
    for name, field, write in figures:
        old, new = (sum(map(attrgetter(field), roster.rounds)) for roster in (before, after))
        sign = "" if old == new else "+" if new > old else "−"
        rows.append((name, write(old), write(new), f"{sign}{write(abs(new - old))}"))
    terminal.table((_("Total"), _("A"), _("B"), _("Difference")), [rows], numbers=3)
