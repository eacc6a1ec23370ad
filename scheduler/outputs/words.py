"""What the roster says, in words: terms of the score, reasons, kinds of stops and the week's sentence.

Shared by all outputs, so that page, workbook and terminal speak alike.
"""

import datetime as dt
import math
from collections.abc import Mapping, Sequence

from scheduler.base.i18n import _, clock, day, hours, ngettext, number
from scheduler.model.clock import Week, local
from scheduler.model.config import DEFAULT_WEIGHTS
from scheduler.model.outcomes import Standing
from scheduler.model.roster import Roster, Stop, StopKind, Term, Unassigned
from scheduler.model.text import Text
from scheduler.model.texts import word
from scheduler.outputs.totals import shown_days

#: The stops that people know by their own name.
NAMED: tuple[StopKind, ...] = ("visit", "task", "engagement")

#: The terms that count time, and the seconds of one count.
TIME_TERMS: Mapping[str, int] = {"cycling_second": 1, "waiting_second": 1, "imbalance_minute": 60}


def week_title(roster: Roster) -> str:
    """Name the week: ``Week 20``."""
    return _("Week {number}").format(number=Week.parse(roster.week).number)


def week_dates(roster: Roster) -> str:
    """Name the week's first and last working day: ``11 May – 15 May 2009``."""
    days = shown_days(roster)
    return f"{day(days[0])} – {day(days[-1])} {days[-1].year}"


def edition(roster: Roster) -> str:
    """Say which edition of its week a roster is, and since when it holds; nothing of one without a store."""
    if roster.edition is None:
        return ""
    if roster.issued_at is None:
        return _("Draft of edition {edition}").format(edition=roster.edition)
    at = local(roster.issued_at)
    return _("Edition {edition}, issued {day} at {clock}").format(
        edition=roster.edition, day=day(at.date(), "short"), clock=clock(at)
    )


def standing(standing: Standing) -> str:
    """Say how far it is to the goal: ``412 of 900 conversations held, 38 planned, 450 missing``."""
    return _("{held} of {goal} conversations held, {planned} planned, {missing} missing").format(
        held=number(standing.held),
        goal=number(standing.goal),
        planned=number(standing.planned),
        missing=number(standing.missing),
    )


def weeks_text(weeks: Sequence[str]) -> str:
    """Say which weeks were looked at: ``13 weeks, 2009-W20 to 2009-W32``."""
    count = ngettext("{n} week", "{n} weeks", len(weeks)).format(n=len(weeks))
    if len(weeks) < 2:
        return ", ".join((count, *weeks))
    return _("{count}, {first} to {last}").format(count=count, first=min(weeks), last=max(weeks))


def conversations(n: int) -> str:
    """Count conversations: ``2 conversations``."""
    return ngettext("{n} conversation", "{n} conversations", n).format(n=number(n))


def visits(n: int) -> str:
    """Count visits: ``1 visit``."""
    return ngettext("{n} visit", "{n} visits", n).format(n=number(n))


def proof(roster: Roster, *, checked: bool = False) -> str:
    """Say whether the roster is proven best, or how far from the best possible it can be.

    `checked` tells that the proof was checked independently of the engine.
    """
    if roster.status == "optimal":
        return _("proven best possible, and the proof was checked") if checked else _("proven best possible")
    if roster.bound <= 0 and roster.prices is None:
        return _("without a proof")
    # Rounded up: the page never promises more than was proven.
    gap = math.ceil(roster.gap * 1000) / 10
    text = (
        _("at most {percent} % from the best possible, and the proof was checked")
        if checked
        else _("at most {percent} % from the best possible")
    )
    return text.format(percent=number(gap, 1))


def sentence(roster: Roster, *, checked: bool = False) -> str:
    """Say the week in one sentence: visits made and asked for, conversations, and the proof.

    `checked` tells that the proof was checked independently of the engine.
    """
    stops = [stop for round_ in roster.rounds for stop in round_.stops]
    made = sum(stop.is_visit for stop in stops)
    asked = made + sum(request.held == 0 for request in roster.unassigned if request.kind != "task")
    return _("{week}: {made} of {asked} visits, {conversations}, {proof}").format(
        week=week_title(roster),
        made=number(made),
        asked=number(asked),
        conversations=conversations(sum(stop.conversations for stop in stops)),
        proof=proof(roster, checked=checked),
    )


def stop_kind(kind: StopKind) -> str:
    """Name a kind of stop."""
    return {
        "visit": _("Visit"),
        "home_visit": _("Home visit"),
        "task": _("Task"),
        "engagement": _("Engagement"),
        "lunch": _("Lunch"),
        "desk": _("Desk work at base"),
    }[kind]


def stop_title(stop: Stop) -> str:
    """Name a stop by what happens there; a home visit says no more than that it is one."""
    return word(stop.name) if stop.kind in NAMED else stop_kind(stop.kind)


def stop_named(stop: Stop) -> str:
    """Name a stop within a sentence, as in "at a home visit"."""
    return _("a home visit") if stop.kind == "home_visit" else word(stop.name)


def room(stop: Stop) -> str:
    """Say when the room of a visit is free, and which one it is: ``room 9:00–12:00, 2nd floor``; else ""."""
    if stop.kind != "visit" or not stop.slot:
        return ""
    free = _("room {start}–{end}").format(start=clock(stop.slot.start), end=clock(stop.slot.end))
    return f"{free}, {stop.slot.room}" if stop.slot.room else free


def instead_of(own: str, who: str, names: Mapping[str, str]) -> str:
    """Say that another than the own consultant makes a visit; both by id, with their names."""
    text = Text("change_consultant", {"consultant_id": own, "new_consultant_id": who})
    return word(text, {"consultant_id": names})


def moved_from(agreed: dt.datetime) -> str:
    """Say from when a visit is moved: ``moved from Mon 11 May 9:00``."""
    return _("moved from {day} {clock}").format(day=day(agreed.date(), "short"), clock=clock(agreed))


def ordered_terms(roster: Roster) -> dict[str, Term]:
    """Return the terms of the score in the order in which people see them."""
    order = list(DEFAULT_WEIGHTS)
    names = sorted(roster.terms, key=lambda name: order.index(name) if name in order else len(order))
    return {name: roster.terms[name] for name in names}


def term(name: str) -> str:
    """Name a term of the score."""
    names = {
        "unserved_conversation": _("Conversations without room"),
        "missed_visit": _("Requests without a visit"),
        "continuity": _("Visits by another than the practice's own consultant"),
        "moved_from_agreement": _("Visits moved from their agreed time"),
        "change": _("Changes from the published roster"),
        "cycling_second": _("Cycling"),
        "waiting_second": _("Waiting between stops"),
        "imbalance_minute": _("Difference in load between consultants"),
    }
    return names.get(name, name)


def term_count(name: str, count: float) -> str:
    """Write a term's count in people's units: seconds and minutes as hours, the others as numbers.

    A task counts only as a share of a visit as long as there are weeks left for it.
    """
    seconds_each = TIME_TERMS.get(name)
    if seconds_each:
        return hours(count * seconds_each)
    return number(count, 0 if float(count).is_integer() else 2)


def term_weight(name: str, weight: int) -> str:
    """Say what one more of a term weighs: ``10 points a second``."""
    if name in ("cycling_second", "waiting_second"):
        text = ngettext("{n} point a second", "{n} points a second", weight)
    elif name == "imbalance_minute":
        text = ngettext("{n} point a minute", "{n} points a minute", weight)
    else:
        text = ngettext("{n} point each", "{n} points each", weight)
    return text.format(n=number(weight))


def points(n: int) -> str:
    """Count points of the score."""
    return ngettext("{n} point", "{n} points", n).format(n=number(n))


def points_meaning() -> str:
    """Say what the points are that a practice would be worth."""
    return _(
        "Points say what serving the practice is worth, less what it displaces elsewhere: visits, cycling, "
        "waiting and balance. Each is the difference of two rosters, planned week by week with the practice "
        "and without. 0: it would not make up for what it displaces."
    )


def request_state(request: Unassigned) -> str:
    """Say how much of a request is met: ``no visit (2 conversations asked)``."""
    if request.kind == "task":
        return _("not placed")
    if request.kind == "home_visit":
        return _("no visit")
    if request.held == 0:
        return _("no visit, {asked} asked for").format(asked=conversations(request.requested))
    return _("room for {held} of {asked}").format(
        held=number(request.held), asked=conversations(request.requested)
    )


def why(request: Unassigned, roster: Roster) -> str:
    """Say why a request is not met: in detail where that is known, else by the kind of obstacle."""
    return word(request.detail or request.reason, roster.names)


def cost(request: Unassigned, roster: Roster) -> str:
    """Say what meeting a request would cost, also as the cycling that it amounts to; "" if unknown."""
    if request.cost_to_force is None:
        return ""
    weight = roster.weights.get("cycling_second", 0)
    text = points(request.cost_to_force)
    if weight and request.cost_to_force > 0:
        cycling = hours(request.cost_to_force / weight)
        text = _("{points}, as much as {time} of cycling").format(points=text, time=cycling)
    return text


def price(request: Unassigned) -> int | str:
    """Return the points that meeting a request would cost, or say that no price helps, or that it is not known."""
    if request.cost_to_force is not None:
        return request.cost_to_force
    return _("not known") if request.reason.code in ("dearer", "not_placed") else _("not possible")


def assumption(name: str) -> str:
    """Return what an assumption is called whose change may move an answer."""
    return {
        "no_show_share": _("No-shows"),
        "illness_share": _("Illness"),
        "demand_a_week": _("Demand"),
        "conversation_minutes": _("Length of a conversation"),
        "speed_kph": _("Cycling speed"),
    }[name]


def assumption_value(name: str, value: float) -> str:
    """Write an assumption's value with its unit."""
    return _with_unit(name, _amount(name, value))


def assumption_range(name: str, low: float, high: float) -> str:
    """Write two of an assumption's values with their unit: ``36–54 min``."""
    return _with_unit(name, f"{_amount(name, low)}–{_amount(name, high)}")


def _amount(name: str, value: float) -> str:
    shown = 100 * value if name.endswith("_share") else value
    return number(shown, 0 if name == "conversation_minutes" and value == round(value) else 1)


def _with_unit(name: str, text: str) -> str:
    unit = {
        "demand_a_week": _("{n} a week"),
        "conversation_minutes": _("{n} min"),
        "speed_kph": _("{n} km/h"),
    }.get(name, "{n} %")
    return unit.format(n=text)
