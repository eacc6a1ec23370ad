"""Which days are closed, which practices are due in a week, and which rooms the week has.

Nothing here reads the clock.
"""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from scheduler.model.clock import Week
from scheduler.model.config import CalendarSettings
from scheduler.model.holidays import is_public_holiday
from scheduler.model.problem import ClosedSlot, RoomSlot
from scheduler.model.project import (
    BASE,
    Closure,
    Consultant,
    EngagementRule,
    Practice,
    Project,
    RoomRule,
    ShiftRule,
    Task,
)
from scheduler.model.text import Text
from scheduler.week.hours import DAY, Hours, changed_hour, joined, overlap, without

ALL = "all"
#: A project without a period runs for a century; what has no effect in its first years has none.
MOST_WEEKS = 160


def is_holiday(settings: CalendarSettings, day: dt.date) -> bool:
    """Tell whether a day is a public holiday or one of `also_closed`."""
    return is_public_holiday(settings.country, day) or f"{day:%m-%d}" in settings.also_closed


def closed_hours(project: Project, day: dt.date, who: str = ALL) -> tuple[tuple[Hours, Text], ...]:
    """Return when a day is closed for everybody, or for a practice or consultant besides, and why each."""
    calendar = project.config.calendar
    found: list[tuple[Hours, Text]] = []
    if is_holiday(calendar, day):
        found.append((DAY, Text("holiday", {"country": calendar.country, "date": str(day)})))
    found += [
        (_hours_of(closure), Text("closure", {"reason": closure.reason} if closure.reason else {}))
        for closure in project.closures
        if closure.who in (ALL, who) and closure.first_day <= day <= closure.last_day
    ]
    if (changed := changed_hour(day)) is not None:
        # What lay in it would show hours that are not there, or last an hour longer than planned.
        found.append((changed, Text("clocks_change")))
    return tuple(found)


def _hours_of(closure: Closure) -> Hours:
    """Return from when until when each day of a closure is closed."""
    return (
        DAY[0] if closure.start_s is None else closure.start_s,
        DAY[1] if closure.end_s is None else closure.end_s,
    )


def cancelled(project: Project, rule: EngagementRule, day: dt.date) -> bool:
    """Tell whether an engagement is called off on a day."""
    return any(
        closure.who == rule.engagement_id
        and closure.first_day <= day <= closure.last_day
        and overlap((rule.start_s, rule.end_s), _hours_of(closure))
        for closure in project.closures
    )


def closed(project: Project, day: dt.date, who: str = ALL) -> Text | None:
    """Return why a day is closed for everybody, or for a practice or consultant besides; None where it is not."""
    return next((why for hours, why in closed_hours(project, day, who) if hours == DAY), None)


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
    """Tell whether a practice is due in a week: active in it, and in its rhythm or with a row of demand."""
    if not any(is_active(practice, day) for day in week.days):
        return False
    if (practice.practice_id, week) in project.demand_of:
        return True
    first = practice.first_week or Week.of(project.config.period.start)
    since = week.weeks_since(first)
    return since >= 0 and since % practice.every_weeks == 0


def requested_conversations(project: Project, practice: Practice, week: Week) -> int:
    """Return what a practice asks for in a week; 0 where it asks for nothing or is not due.

    Of practices that follow each other one is asked: the first that lends a room that week, else the last.
    """
    asked = _own_conversations(project, practice, week)
    line = project.lines_of.get(practice.practice_id, ())
    asking = [other for other in line if _own_conversations(project, other, week)] if asked else []
    if not asking:
        return asked
    chosen = next((other for other in asking if room_slots(project, other, week)[0]), asking[-1])
    return asked if chosen is practice else 0


def _own_conversations(project: Project, practice: Practice, week: Week) -> int:
    if not is_due(project, practice, week):
        return 0
    return project.demand_of.get((practice.practice_id, week), practice.conversations)


def dates_of(rule: RoomRule | EngagementRule, week: Week) -> dt.date | None:
    """Return the date in a week on which a rule by weekday or by date falls."""
    if rule.date is not None:
        return rule.date if Week.of(rule.date) == week else None
    if rule.weekday is None:
        return None
    day = week.monday + dt.timedelta(days=rule.weekday)
    return day if rule.holds_on(day) else None


def room_slots(
    project: Project, practice: Practice, week: Week
) -> tuple[tuple[RoomSlot, ...], tuple[ClosedSlot, ...]]:
    """Return a practice's room slots in a week, and what of them is closed, each in order.

    Hours of the same room that touch or overlap are one slot; then closed hours are cut out. What is left is
    a slot where one conversation fits into it.
    """
    hours: dict[tuple[dt.date, str], list[Hours]] = defaultdict(list)
    rooms: dict[str, str] = {}
    for rule in project.rooms_of.get(practice.practice_id, ()):
        day = dates_of(rule, week)
        if day is not None:
            room = rooms.setdefault(rule.room.casefold(), rule.room)
            hours[day, room].append((rule.start_s, rule.end_s))
    slots, closed_slots = [], []
    for (day, room), rows in hours.items():
        for slot_hours in joined(rows):
            slot = RoomSlot(date=day, start_s=slot_hours[0], end_s=slot_hours[1], room=room)
            if not is_active(practice, day):
                closed_slots.append(ClosedSlot(slot=slot, reason=Text("inactive")))
                continue
            left, gone = cut(slot, closed_hours(project, day, practice.practice_id))
            closed_slots += gone
            slots += [piece for piece in left if not gone or _holds_a_visit(project, piece)]
    return (
        tuple(sorted(slots, key=_slot_order)),
        tuple(sorted(closed_slots, key=lambda closed_slot: _slot_order(closed_slot.slot))),
    )


def is_open(task: Task, week: Week) -> bool:
    """Tell whether a week asks for a task: its dates touch the week, and it was not done before."""
    return task.earliest <= week.days[-1] and week.monday <= min(task.latest, task.done or task.latest)


def task_slots(project: Project, task: Task, week: Week) -> tuple[list[RoomSlot], list[ClosedSlot]]:
    """Return the hours of a week in which a task may be done, and what of them is closed, each in order."""
    start_s = DAY[0] if task.start_s is None else task.start_s
    end_s = DAY[1] if task.end_s is None else task.end_s
    slots, closed_slots = [], []
    for day in week.days:
        if task.earliest <= day <= min(task.latest, task.done or task.latest) and (
            task.weekday in (None, day.weekday())
        ):
            whole = RoomSlot(date=day, start_s=start_s, end_s=end_s)
            left, gone = cut(whole, closed_hours(project, day, task.place_id))
            slots += left
            closed_slots += gone
    return slots, closed_slots


def cut(slot: RoomSlot, closed_: Sequence[tuple[Hours, Text]]) -> tuple[list[RoomSlot], list[ClosedSlot]]:
    """Return what closed hours leave of a slot, and what each of them takes that none before it took."""
    left, gone = [(slot.start_s, slot.end_s)], []
    for hours, why in closed_:
        for piece in left:
            from_s, to_s = max(piece[0], hours[0]), min(piece[1], hours[1])
            if from_s < to_s:
                taken = dataclasses.replace(slot, start_s=from_s, end_s=to_s)
                gone.append(ClosedSlot(slot=taken, reason=why))
        left = [rest for piece in left for rest in without(piece, [hours])]
    return [dataclasses.replace(slot, start_s=start_s, end_s=end_s) for start_s, end_s in left], gone


def _holds_a_visit(project: Project, slot: RoomSlot) -> bool:
    """Tell whether a visit with one conversation fits into a slot."""
    defaults = project.config.defaults
    start_s = -(-slot.start_s // defaults.start_grid_s) * defaults.start_grid_s
    return start_s + defaults.setup_s + defaults.conversation_s <= slot.end_s


def _slot_order(slot: RoomSlot) -> tuple[dt.date, int, int, str]:
    return slot.date, slot.start_s, slot.end_s, slot.room


@dataclass(frozen=True, slots=True)
class Shift:
    """When a consultant works on a day: spans in order, with time between them; and how long lunch is.

    Lunch that lies between the spans is none of the shift's, and has 0 seconds.
    """

    spans: tuple[Hours, ...]
    lunch_s: int


def shift_rules(project: Project, consultant_id: str, day: dt.date) -> tuple[ShiftRule, ...]:
    """Return the rows that say when a consultant works on a day; those of the date win over its weekday's."""
    own = project.shifts_of.get(consultant_id, ())
    dated = [rule for rule in own if rule.date == day]
    weekly = (rule for rule in own if rule.weekday == day.weekday() and rule.holds_on(day))
    return tuple(rule for rule in dated or weekly if rule.start_s is not None)


def shifts_on(project: Project, day: dt.date) -> Iterator[tuple[Consultant, Shift]]:
    """Yield who works on a day and when, in the order of the consultants' table."""
    for consultant in project.consultants:
        rules = shift_rules(project, consultant.consultant_id, day)
        closed_ = [hours for hours, _why in closed_hours(project, day, consultant.consultant_id)]
        spans = tuple(piece for hours in span_hours(rules) for piece in without(hours, closed_))
        if spans:
            lunch_s = max(rule.lunch_s for rule in rules)
            had = any(_holds_lunch(project, gap, lunch_s) for gap in gaps_between(spans))
            yield consultant, Shift(spans, 0 if had else lunch_s)


def span_hours(rules: Iterable[ShiftRule]) -> tuple[Hours, ...]:
    """Return when the shifts of a day's rows are, such that touch as one."""
    return joined(
        (rule.start_s, rule.end_s) for rule in rules if rule.start_s is not None and rule.end_s is not None
    )


def gaps_between(spans: Sequence[Hours]) -> tuple[Hours, ...]:
    """Return the time between the spans of a shift."""
    return tuple((before[1], after[0]) for before, after in pairwise(spans))


def _holds_lunch(project: Project, gap: Hours, lunch_s: int) -> bool:
    defaults = project.config.defaults
    return min(gap[1], defaults.lunch_to_s) - max(gap[0], defaults.lunch_from_s) >= lunch_s


def task_base(project: Project, task: Task) -> str | None:
    """Return the base from which a task is done: its own, its practice's, or None for any."""
    if task.consultant_id:
        return next(c.base_id for c in project.consultants if c.consultant_id == task.consultant_id)
    if task.place_id == BASE:
        return project.consultants[0].base_id
    return next((p.base_id for p in project.practices if p.practice_id == task.place_id), None)
