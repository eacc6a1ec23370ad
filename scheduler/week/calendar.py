"""Which days are closed, which practices are due in a week, and which rooms the week has.

Nothing here reads the clock.
"""

import datetime as dt
from collections.abc import Iterator
from functools import cache

from scheduler.base.i18n import _, language
from scheduler.model.clock import Week
from scheduler.model.config import CalendarSettings
from scheduler.model.problem import ClosedSlot, RoomSlot
from scheduler.model.project import Consultant, EngagementRule, Practice, Project, RoomRule, ShiftRule
from scheduler.model.text import Text

ALL = "all"


@cache
def _holidays(country: str, year: int, lang: str) -> tuple[dict[dt.date, str], dict[dt.date, str]]:
    """Return the names of a year's public holidays, and of days that are half-holidays by custom."""
    from holidays import country_holidays

    known = country_holidays(country)
    wanted = {"da": "da", "en": "en_US"}[lang]
    spoken = wanted if wanted in known.supported_languages else known.default_language
    public = country_holidays(country, years=year, language=spoken)
    optional = {}
    if "optional" in known.supported_categories:
        optional = dict(country_holidays(country, years=year, language=spoken, categories=("optional",)))
    return dict(public), optional


def is_holiday(settings: CalendarSettings, day: dt.date) -> bool:
    """Tell whether a day is a public holiday or one of `also_closed`."""
    public, _optional = _holidays(settings.country, day.year, "en")
    return day in public or f"{day:%m-%d}" in settings.also_closed


def closed(project: Project, day: dt.date, who: str = ALL) -> Text | None:
    """Return why a day is closed for everybody, or for a practice or consultant besides; None where it is not."""
    calendar = project.config.calendar
    if is_holiday(calendar, day):
        return Text("holiday", {"country": calendar.country, "date": str(day)})
    for closure in project.closures:
        if closure.who in (ALL, who) and closure.first_day <= day <= closure.last_day:
            return Text("closure", {"reason": closure.reason} if closure.reason else {})
    return None


def why_closed(reason: Text) -> str:
    """Say why a day is closed for somebody, in the language in force.

    Raises
    ------
    LookupError, NotImplementedError, TypeError, ValueError
        When there is no such reason.
    """
    match reason.code, reason.params:
        case "holiday", {"country": str(country), "date": str(date)}:
            day = dt.date.fromisoformat(date)
            public, optional = _holidays(country, day.year, language())
            return public.get(day) or optional.get(day) or _("closed every year")
        case "closure", {"reason": str(written)}:
            return written
        case "closure", _nothing:
            return _("closed")
        case "inactive", _nothing:
            return _("the practice is not active")
    raise LookupError(reason.code)


def weeks_of_period(project: Project) -> tuple[Week, ...]:
    """Return the ISO weeks that have a day in the project's period."""
    first, last = Week.of(project.config.period.start), Week.of(project.config.period.end)
    return tuple(first.shift(weeks) for weeks in range(last.weeks_since(first) + 1))


def is_active(practice: Practice, day: dt.date) -> bool:
    """Tell whether a practice takes part on a day; both ends count."""
    return (practice.active_from is None or practice.active_from <= day) and (
        practice.active_to is None or day <= practice.active_to
    )


def is_due(project: Project, practice: Practice, week: Week) -> bool:
    """Tell whether a practice is due in a week: active in it, and a multiple of its rhythm."""
    first = practice.first_week or Week.of(project.config.period.start)
    since = week.weeks_since(first)
    if since < 0 or since % practice.every_weeks:
        return False
    return any(is_active(practice, day) for day in week.days)


def requested_conversations(project: Project, practice: Practice, week: Week) -> int:
    """Return what a due practice asks for in a week; 0 where it asks for nothing or is not due."""
    if not is_due(project, practice, week):
        return 0
    return project.demand_of.get((practice.practice_id, week), practice.conversations)


def dates_of(
    rule: RoomRule | EngagementRule, week: Week, first: dt.date | None = None, last: dt.date | None = None
) -> dt.date | None:
    """Return the date in a week on which a rule by weekday or by date falls, between two dates."""
    if rule.date is not None:
        return rule.date if Week.of(rule.date) == week else None
    if rule.weekday is None or not week.matches(rule.weeks):
        return None
    day = week.monday + dt.timedelta(days=rule.weekday)
    return day if (first is None or first <= day) and (last is None or day <= last) else None


def room_slots(
    project: Project, practice: Practice, week: Week
) -> tuple[tuple[RoomSlot, ...], tuple[ClosedSlot, ...]]:
    """Return a practice's room slots in a week, and those that are closed, each in order."""
    slots, closed_slots = set(), []
    reasons: dict[dt.date, Text | None] = {}
    for rule in project.rooms_of.get(practice.practice_id, ()):
        day = dates_of(rule, week, rule.valid_from, rule.valid_to)
        if day is None:
            continue
        slot = RoomSlot(date=day, start_s=rule.start_s, end_s=rule.end_s, room=rule.room)
        if day not in reasons:
            reasons[day] = closed(project, day, practice.practice_id)
        reason = reasons[day]
        if not is_active(practice, day):
            closed_slots.append(ClosedSlot(slot=slot, reason=Text("inactive")))
        elif reason:
            closed_slots.append(ClosedSlot(slot=slot, reason=reason))
        else:
            slots.add(slot)
    return (
        tuple(sorted(slots, key=_slot_order)),
        tuple(sorted(closed_slots, key=lambda closed_slot: _slot_order(closed_slot.slot))),
    )


def _slot_order(slot: RoomSlot) -> tuple[dt.date, int, int, str]:
    return slot.date, slot.start_s, slot.end_s, slot.room


def shifts_on(project: Project, day: dt.date) -> Iterator[tuple[Consultant, ShiftRule]]:
    """Yield who works on a day and when, in the order of the consultants' table."""
    if closed(project, day):
        return
    rules = {rule.consultant_id: rule for rule in project.shifts if rule.weekday == day.weekday()}
    for consultant in project.consultants:
        rule = rules.get(consultant.consultant_id)
        if rule is not None and not closed(project, day, consultant.consultant_id):
            yield consultant, rule


def never_met(project: Project) -> tuple[Text, ...]:
    """Return a warning for every request of the period that can never be met.

    A practice whose due weeks and room weeks never meet (odd weeks and "every second week" part
    ways after a year of 53 weeks), or whose rooms nobody's shift reaches; a home visit on a closed
    day or outside all shifts; demand in a week in which the practice is not due.
    """
    warnings = [
        warning
        for practice in project.practices
        if (warning := _never_visited(project, practice)) is not None
    ]
    warnings.extend(_home_visits_never_made(project))
    practices = {practice.practice_id: practice for practice in project.practices}
    warnings.extend(
        Text("demand_not_due", {"practice_id": demand.practice_id, "week": str(demand.week)})
        for demand in project.demand
        if demand.conversations and not is_due(project, practices[demand.practice_id], demand.week)
    )
    return tuple(warnings)


def _never_visited(project: Project, practice: Practice) -> Text | None:
    weeks = weeks_of_period(project)
    asking = [week for week in weeks if requested_conversations(project, practice, week)]
    if not asking:
        silent = practice.conversations == 0
        return None if silent else Text("never_due", {"practice_id": practice.practice_id})
    defaults = project.config.defaults
    shortest_s = defaults.setup_s + defaults.conversation_s
    has_room = False
    for week in asking:
        slots, _closed_slots = room_slots(project, practice, week)
        has_room = has_room or bool(slots)
        if any(_someone_can(project, slot, shortest_s, base_id=practice.base_id) for slot in slots):
            return None
    if has_room:
        return Text("never_at_work", {"practice_id": practice.practice_id})
    return Text("never_a_room", {"practice_id": practice.practice_id, "n": len(asking)})


def _home_visits_never_made(project: Project) -> Iterator[Text]:
    for visit in project.home_visits:
        slot = RoomSlot(date=visit.date, start_s=visit.start_s, end_s=visit.end_s)
        if reason := closed(project, visit.date):
            yield Text("home_visit_closed", {"visit_id": visit.visit_id, "reason": reason})
        elif not _someone_can(project, slot, visit.duration_s, consultant_id=visit.consultant_id):
            yield Text("home_visit_nobody", {"visit_id": visit.visit_id})


def _someone_can(
    project: Project,
    slot: RoomSlot,
    duration_s: int,
    *,
    base_id: str | None = None,
    consultant_id: str | None = None,
) -> bool:
    """Tell whether a stay of this length fits into the slot and somebody's shift, rides left aside."""
    return any(
        min(slot.end_s, shift.end_s) - max(slot.start_s, shift.start_s) >= duration_s
        for consultant, shift in shifts_on(project, slot.date)
        if base_id in (None, consultant.base_id) and consultant_id in (None, consultant.consultant_id)
    )
