"""What a project says that changes no roster, or not as it seems to be meant.

All of it may be meant, so nothing of it is an error; but each is more often a slip, and nobody would
see it in a roster. A warning says what will happen.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _, clock, weekday
from scheduler.base.i18n import day as written
from scheduler.model.clock import Week
from scheduler.model.config import SETTINGS_FILE
from scheduler.model.problem import RoomSlot
from scheduler.model.project import (
    AgreementRule,
    EngagementRule,
    Practice,
    Project,
    RoomRule,
    ShiftRule,
    problem_at,
)
from scheduler.model.texts import word
from scheduler.week.calendar import (
    ALL,
    MOST_WEEKS,
    closed,
    closed_hours,
    cut,
    is_due,
    requested_conversations,
    room_slots,
    shifts_on,
    task_base,
    task_slots,
    weeks_of_period,
)
from scheduler.week.hours import Hours, joined


def without_effect(project: Project) -> tuple[InputProblem, ...]:
    """Return a warning for all that has no effect, or makes other things have none, in the order of the tables."""
    return (
        *_settings(project),
        *_worth_nothing(project),
        *_rooms(project),
        *_agreements(project),
        *_shifts(project),
        *_engagements(project),
        *_tasks(project),
        *_closures(project),
        *_demand(project),
    )


def _settings(project: Project) -> Iterator[InputProblem]:
    map_, defaults = project.config.map, project.config.defaults
    if map_.tile_url and not map_.tile_attribution.strip():
        yield InputProblem(
            _(
                "there is no tile_attribution beside it: the maps will not say whose tiles they show, as most ask for"
            ),
            SETTINGS_FILE,
            column="map.tile_url",
        )
    owed = [shift for shift in project.shifts if shift.lunch_s]
    if owed and defaults.lunch_from_s == defaults.lunch_to_s:
        yield InputProblem(
            _("lunch_from and lunch_to are both {time}: nobody will have lunch").format(
                time=clock(defaults.lunch_from_s)
            ),
            SETTINGS_FILE,
            column="defaults.lunch_to",
        )


def _worth_nothing(project: Project) -> Iterator[InputProblem]:
    """Warn where a visit that is not made costs nothing: the best roster then makes none of them."""
    weights = project.config.weights
    if not weights["missed_visit"] and not weights["unserved_conversation"]:
        yield InputProblem(
            _(
                "missed_visit and unserved_conversation are 0: a visit that is not made costs nothing, and few will be made"
            ),
            SETTINGS_FILE,
            column="weights.missed_visit",
        )
    if project.practices and not any(practice.priority for practice in project.practices):
        yield problem_at(
            project.practices[0].origin,
            _(
                "the priority of every practice is 0: a visit that is not made costs nothing, and few will be made"
            ),
            "priority",
        )


def _outside(project: Project, first: dt.date, last: dt.date) -> bool:
    """Tell whether no day from one to another, both included, is in the period."""
    period = project.config.period
    return first > period.end or last < period.start


def _period(project: Project) -> dict[str, str]:
    period = project.config.period
    return {"start": written(period.start, "year"), "end": written(period.end, "year")}


def _never(
    project: Project, rule: RoomRule | ShiftRule | EngagementRule, then: str
) -> Iterator[InputProblem]:
    """Warn of a row that holds on no day of the period, of what keeps it from that, and what happens `then`."""
    period = project.config.period
    first = max(period.start, rule.date or rule.valid_from or period.start)
    last = min(period.end, rule.date or rule.valid_to or period.end)
    if first > last:
        column = "date" if rule.date else "valid_from" if first > period.end else "valid_to"
        why = _("it holds on no day of the period, {start} to {end}").format(**_period(project))
    elif rule.date or _falls_between(rule, first, last):
        return
    else:
        column = "weekday" if rule.weeks == "all" else "weeks"
        why = {
            "all": _("there is no {weekday} from {first} to {last}"),
            "odd": _("there is no {weekday} of an odd week from {first} to {last}"),
            "even": _("there is no {weekday} of an even week from {first} to {last}"),
        }[rule.weeks].format(
            weekday=weekday(rule.weekday or 0), first=written(first, "year"), last=written(last, "year")
        )
    yield problem_at(rule.origin, f"{why}; {then}", column)


def _falls_between(rule: RoomRule | ShiftRule | EngagementRule, first: dt.date, last: dt.date) -> bool:
    """Tell whether a weekday's rule holds on a day from one to another; three weeks have odd and even ones."""
    days = (first + dt.timedelta(days=days) for days in range(min((last - first).days + 1, 21)))
    return any(day.weekday() == rule.weekday and rule.holds_on(day) for day in days)


def _rooms(project: Project) -> Iterator[InputProblem]:
    for room in project.rooms:
        then = _("nobody will be sent to this room of {practice_id}")
        yield from _never(project, room, then.format(practice_id=room.practice_id))


def _shifts(project: Project) -> Iterator[InputProblem]:
    for shift in project.shifts:
        then = _("this shift of {consultant_id} will be in no roster")
        yield from _never(project, shift, then.format(consultant_id=shift.consultant_id))


def _agreements(project: Project) -> Iterator[InputProblem]:
    defaults = project.config.defaults
    needed_s = defaults.setup_s + defaults.conversation_s
    for rule in project.agreements:
        hours: dict[str, list[Hours]] = defaultdict(list)
        for room in project.rooms_of.get(rule.practice_id, ()):
            if _is_lent(room, rule):
                hours[room.room.casefold()].append((room.start_s, room.end_s))
        slots = (slot for own in hours.values() for slot in joined(own))
        if not any(start_s <= rule.start_s <= end_s - needed_s for start_s, end_s in slots):
            reason = _(
                "{practice_id}: the agreement, {weekday} {time}, lies in none of its rooms; every visit will count as moved from it"
            )
            yield problem_at(
                rule.origin,
                reason.format(
                    practice_id=rule.practice_id, weekday=weekday(rule.weekday), time=clock(rule.start_s)
                ),
                "start" if hours else "weekday",
            )


def _is_lent(room: RoomRule, rule: AgreementRule) -> bool:
    """Tell whether a room is lent on the day of an agreement in some week."""
    if room.date is not None:
        return room.date.weekday() == rule.weekday and Week.of(room.date).matches(rule.weeks)
    return room.weekday == rule.weekday and (rule.weeks == room.weeks or "all" in (rule.weeks, room.weeks))


def _engagements(project: Project) -> Iterator[InputProblem]:
    working: dict[dt.date, set[str]] = {}
    weeks = weeks_of_period(project)[:MOST_WEEKS]
    for rule in project.engagements:
        named = {"engagement_id": rule.engagement_id, "consultant_id": rule.consultant_id}
        never = list(_never(project, rule, _("{engagement_id} will be in no roster").format(**named)))
        if not never and not any(_works(project, rule, day, working) for day in _days(rule, weeks)):
            reason = _("{consultant_id} is never at work on its day; {engagement_id} will be in no roster")
            if rule.consultant_id == ALL:
                reason = _("nobody is ever at work on its day; {engagement_id} will be in no roster")
            column = "weekday" if rule.date is None else "date"
            never = [problem_at(rule.origin, reason.format(**named), column)]
        yield from never


def _days(rule: EngagementRule, weeks: tuple[Week, ...]) -> Iterator[dt.date]:
    if rule.date is not None:
        yield rule.date
    elif rule.weekday is not None:
        yield from (day for week in weeks if rule.holds_on(day := week.days[rule.weekday]))


def _works(project: Project, rule: EngagementRule, day: dt.date, working: dict[dt.date, set[str]]) -> bool:
    """Tell whether somebody whom an engagement concerns is at work on a day; `working` remembers who is."""
    if day not in working:
        working[day] = {consultant.consultant_id for consultant, _shift in shifts_on(project, day)}
    return bool(working[day]) if rule.consultant_id == ALL else rule.consultant_id in working[day]


def _tasks(project: Project) -> Iterator[InputProblem]:
    for task in project.tasks:
        if _outside(project, task.earliest, task.latest):
            reason = _("{task_id}: the task may be done on no day of the period, {start} to {end}")
            column = "latest" if task.latest < project.config.period.start else "earliest"
            yield problem_at(task.origin, reason.format(task_id=task.task_id, **_period(project)), column)


def _closures(project: Project) -> Iterator[InputProblem]:
    for closure in project.closures:
        if _outside(project, closure.first_day, closure.last_day):
            reason = _("{who}: the closure closes no day of the period, {start} to {end}")
            column = "to" if closure.last_day < project.config.period.start else "from"
            who = _("all") if closure.who == ALL else closure.who
            yield problem_at(closure.origin, reason.format(who=who, **_period(project)), column)


def _demand(project: Project) -> Iterator[InputProblem]:
    for demand in project.demand:
        if _outside(project, demand.week.days[0], demand.week.days[-1]):
            reason = _(
                "{practice_id}: the demand for {week} is for no week of the period, {start} to {end}; none of them will have it"
            )
            yield problem_at(
                demand.origin,
                reason.format(practice_id=demand.practice_id, week=demand.week, **_period(project)),
                "week",
            )


def never_met(project: Project) -> tuple[InputProblem, ...]:
    """Return a warning for every request of the period that can never be met.

    A practice whose due weeks and room weeks never meet (odd weeks and "every second week" part
    ways after a year of 53 weeks), or whose rooms nobody's shift reaches; a home visit on a closed
    day or outside all shifts; demand in a week in which the practice is not active.
    """
    return (
        *(problem for practice in project.practices for problem in _never_visited(project, practice)),
        *_home_visits_never_made(project),
        *_tasks_never_done(project),
        *_demand_of_nobody(project),
    )


def _never_visited(project: Project, practice: Practice) -> Iterator[InputProblem]:
    asking = [week for week in weeks_of_period(project) if requested_conversations(project, practice, week)]
    if not asking and practice.conversations == 0:
        return
    reason = _("{practice_id}: the practice is due in no week of the period")
    if asking:
        reason = _("{practice_id}: the practice has no room in any of the {n} weeks in which it is due")
    defaults = project.config.defaults
    shortest_s = defaults.setup_s + defaults.conversation_s
    for week in asking:
        slots, _closed_slots = room_slots(project, practice, week)
        if any(_someone_can(project, slot, shortest_s, base_id=practice.base_id) for slot in slots):
            return
        if slots:
            reason = _("{practice_id}: no consultant works when the practice has a room")
    yield problem_at(practice.origin, reason.format(practice_id=practice.practice_id, n=len(asking)))


def _home_visits_never_made(project: Project) -> Iterator[InputProblem]:
    for visit in project.home_visits:
        whole = RoomSlot(date=visit.date, start_s=visit.start_s, end_s=visit.end_s)
        slots, _gone = cut(whole, closed_hours(project, visit.date))
        if why := closed(project, visit.date):
            reason = _("{visit_id}: the home visit is on a closed day ({reason})")
            said = reason.format(visit_id=visit.visit_id, reason=word(why))
            yield problem_at(visit.origin, said, "date")
        elif not any(
            _someone_can(project, slot, visit.duration_s, consultant_id=visit.consultant_id) for slot in slots
        ):
            reason = _("{visit_id}: nobody who may make the home visit works then")
            yield problem_at(visit.origin, reason.format(visit_id=visit.visit_id), "start")


def _tasks_never_done(project: Project) -> Iterator[InputProblem]:
    for task in project.tasks:
        first, last = Week.of(task.earliest), Week.of(min(task.latest, task.done or task.latest))
        weeks = (first.shift(n) for n in range(min(last.weeks_since(first) + 1, MOST_WEEKS)))
        base_id = task_base(project, task)
        if not any(
            _someone_can(project, slot, task.duration_s, base_id=base_id, consultant_id=task.consultant_id)
            for week in weeks
            for slot in task_slots(project, task, week)[0]
        ):
            reason = _("{task_id}: nobody who may do the task works on any of its days for long enough")
            yield problem_at(task.origin, reason.format(task_id=task.task_id), "earliest")


def _demand_of_nobody(project: Project) -> Iterator[InputProblem]:
    practices = {practice.practice_id: practice for practice in project.practices}
    for demand in project.demand:
        if demand.conversations and not is_due(project, practices[demand.practice_id], demand.week):
            reason = _(
                "{practice_id}: the demand for {week} has no effect, as the practice is not active in that week"
            )
            said = reason.format(practice_id=demand.practice_id, week=demand.week)
            yield problem_at(demand.origin, said, "week")


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
        min(slot.end_s, end_s) - max(slot.start_s, start_s) >= duration_s
        for consultant, shift in shifts_on(project, slot.date)
        for start_s, end_s in shift.spans
        if base_id in (None, consultant.base_id) and consultant_id in (None, consultant.consultant_id)
    )
