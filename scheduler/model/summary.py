"""A roster at a glance, for a prompt or a notebook: its figures as text, its rounds as a table.

Made of the roster alone. Where home visits are is not shown.
"""

from collections.abc import Iterable, Iterator
from html import escape
from typing import TYPE_CHECKING

from scheduler.base.i18n import _, clock, day, hours, km, minutes, number

if TYPE_CHECKING:
    from scheduler.model.roster import Roster, Stop, Unassigned


def summary(roster: "Roster") -> str:
    """Return score, bound and gap, what is held of what was asked for, the way, and what is not met."""
    stops = [stop for round_ in roster.rounds for stop in round_.stops]
    made = sum(stop.kind in ("visit", "home_visit") for stop in stops)
    asked = made + sum(request.held == 0 for request in roster.unassigned if request.kind != "task")
    held = sum(stop.conversations for stop in stops)
    short = sum(request.requested - request.held for request in roster.unassigned)
    ridden = f"{hours(sum(r.ride_seconds for r in roster.rounds))}, {km(sum(r.ride_metres for r in roster.rounds))}"
    figures = {
        _("status"): _("optimal") if roster.status == "optimal" else _("feasible"),
        _("score"): number(roster.score),
        _("bound"): number(roster.bound),
        _("gap"): _("{percent} %").format(percent=number(100 * roster.gap, 2)),
        _("visits"): _("{made} of {asked}").format(made=number(made), asked=number(asked)),
        _("conversations"): _("{made} of {asked}").format(made=number(held), asked=number(held + short)),
        _("cycling"): ridden,
        _("waiting"): hours(sum(round_.waiting_seconds for round_ in roster.rounds)),
    }
    width = max(map(len, figures))
    lines = [roster.week, "=" * len(roster.week)]
    lines += [f"{name:>{width}}: {figure}" for name, figure in figures.items()]
    if roster.unassigned:
        heading = _("Not placed:")
        lines += ["", heading, "-" * len(heading), *map(_unmet, roster.unassigned)]
    return "\n".join(_printable(line) for line in lines)


def _unmet(request: "Unassigned") -> str:
    if request.kind == "home_visit":
        return f"{request.id} ({_('Home visit')})"
    if request.kind == "task":
        return f"{request.id} ({request.name})"
    asked = _("{made} of {asked}").format(made=number(request.held), asked=number(request.requested))
    return f"{request.id} ({request.name}), {asked}"


def _printable(line: str) -> str:
    """Return a line without what a terminal could take for an order."""
    return "".join(char if char.isprintable() else " " for char in line)


def html(roster: "Roster") -> str:
    """Return the rounds as an HTML table, a row a stop, and below it what is not met."""
    gap = _("{percent} %").format(percent=number(100 * roster.gap, 2))
    caption = f"{roster.week}: {_('score')} {number(roster.score)}, {_('bound')} {number(roster.bound)}, {_('gap')} {gap}"
    headings = (_("Day"), _("Consultant"), _("Time"), _("Stop"), _("Conversations"), _("Ride"))
    rows = "".join(f"<tr>{_cells('td', row)}</tr>" for row in _rows(roster))
    unmet = "".join(f"<li>{escape(_printable(_unmet(request)))}</li>" for request in roster.unassigned)
    return (
        f"<table><caption>{escape(_printable(caption))}</caption><thead><tr>{_cells('th', headings)}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
        + (f"<p>{escape(_('Not placed:'))}</p><ul>{unmet}</ul>" if unmet else "")
    )


def _rows(roster: "Roster") -> Iterator[tuple[str, ...]]:
    names = {consultant.consultant_id: consultant.name for consultant in roster.consultants}
    for round_ in roster.rounds:
        who = names.get(round_.consultant_id, round_.consultant_id)
        for stop in round_.stops:
            yield (
                day(round_.date),
                who,
                f"{clock(stop.start)}–{clock(stop.end)}",
                _stop(stop),
                number(stop.conversations) if stop.conversations else "",
                f"{minutes(stop.ride_seconds)}, {km(stop.ride_metres)}" if stop.ride_seconds else "",
            )


def _stop(stop: "Stop") -> str:
    if stop.kind == "home_visit":
        return ", ".join(filter(None, (_("Home visit"), stop.district)))
    if stop.kind == "lunch":
        return _("Lunch")
    return _("Desk work at base") if stop.kind == "desk" else str(stop.name)


def _cells(tag: str, texts: Iterable[str]) -> str:
    return "".join(f"<{tag}>{escape(_printable(text))}</{tag}>" for text in texts)
