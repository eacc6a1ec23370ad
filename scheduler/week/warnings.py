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
from scheduler.model.project import AgreementRule, EngagementRule, Project, RoomRule, problem_at
from scheduler.week.calendar import ALL, MOST_WEEKS, shifts_on, weeks_of_period
from scheduler.week.hours import Hours, joined


def without_effect(project: Project) -> tuple[InputProblem, ...]:
    """Return a warning for all that has no effect, or makes other things have none, in the order of the tables."""
    return (
        *_settings(project),
        *_worth_nothing(project),
        *_rooms(project),
        *_agreements(project),
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
                "map.tile_url has no tile_attribution beside it: the maps will not say whose tiles they show, as most ask for"
            )
        )
    owed = [shift for shift in project.shifts if shift.lunch_s]
    if owed and defaults.lunch_from_s == defaults.lunch_to_s:
        yield InputProblem(
            _("defaults.lunch_from and lunch_to are both {time}: nobody will have lunch").format(
                time=clock(defaults.lunch_from_s)
            )
        )


def _worth_nothing(project: Project) -> Iterator[InputProblem]:
    """Warn where a visit that is not made costs nothing: the best roster then makes none of them."""
    weights = project.config.weights
    if not weights["missed_visit"] and not weights["unserved_conversation"]:
        yield InputProblem(
            _(
                "weights.missed_visit and weights.unserved_conversation are 0: a visit that is not made costs nothing, and few will be made"
            )
        )
    if project.practices and not any(practice.priority for practice in project.practices):
        yield problem_at(
            project.practices[0].origin,
            _(
                "the priority of every practice is 0: a visit that is not made costs nothing, and few will be made"
            ),
        )


def _outside(project: Project, first: dt.date | None, last: dt.date | None) -> bool:
    """Tell whether no day from one to another, both included, is in the period."""
    period = project.config.period
    return (first is not None and first > period.end) or (last is not None and last < period.start)


def _period(project: Project) -> dict[str, str]:
    period = project.config.period
    return {"start": written(period.start, "year"), "end": written(period.end, "year")}


def _rooms(project: Project) -> Iterator[InputProblem]:
    for room in project.rooms:
        first, last = room.date or room.valid_from, room.date or room.valid_to
        if not _outside(project, first, last):
            continue
        reason = _(
            "{practice_id}: the room is there on no day of the period, {start} to {end}; nobody will be sent to it"
        )
        yield problem_at(room.origin, reason.format(practice_id=room.practice_id, **_period(project)))


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
        if not any(_works(project, rule, day, working) for day in _days(rule, weeks)):
            reason = _(
                "{engagement_id}: {consultant_id} is never at work on its day; it will be in no roster"
            )
            if rule.consultant_id == ALL:
                reason = _("{engagement_id}: nobody is ever at work on its day; it will be in no roster")
            yield problem_at(
                rule.origin,
                reason.format(engagement_id=rule.engagement_id, consultant_id=rule.consultant_id),
            )


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
            yield problem_at(task.origin, reason.format(task_id=task.task_id, **_period(project)))


def _closures(project: Project) -> Iterator[InputProblem]:
    for closure in project.closures:
        if _outside(project, closure.first_day, closure.last_day):
            reason = _("{who}: the closure closes no day of the period, {start} to {end}")
            yield problem_at(closure.origin, reason.format(who=closure.who, **_period(project)))


def _demand(project: Project) -> Iterator[InputProblem]:
    for demand in project.demand:
        if _outside(project, demand.week.days[0], demand.week.days[-1]):
            reason = _(
                "{practice_id}: the demand for {week} is for no week of the period, {start} to {end}; none of them will have it"
            )
            yield problem_at(
                demand.origin,
                reason.format(practice_id=demand.practice_id, week=demand.week, **_period(project)),
            )
