"""A project and a week -> the `Problem` of that week, or everything that makes it impossible."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _, clock
from scheduler.model.clock import Week
from scheduler.model.problem import (
    Agreement,
    ClosedDay,
    ConsultantDay,
    Engagement,
    Problem,
    Request,
    RoomSlot,
    TravelTimes,
    own_ride_s,
)
from scheduler.model.project import BASE, Consultant, Place, Practice, Project, problem_at
from scheduler.model.roster import Roster
from scheduler.model.text import Param, Text
from scheduler.week import pins
from scheduler.week.calendar import (
    ALL,
    cancelled,
    closed,
    closed_hours,
    cut,
    dates_of,
    gaps_between,
    is_open,
    requested_conversations,
    room_slots,
    shift_rules,
    shifts_on,
    task_base,
    task_slots,
)
from scheduler.week.hours import Hours, overlap
from scheduler.week.replanning import published_visits
from scheduler.week.sound import unridden


def week_problem(
    project: Project, travel: TravelTimes, week: str | Week, *, published: Roster | None = None
) -> Problem:
    """Return what a week asks for.

    Parameters
    ----------
    project
        Checked, with its places geocoded.
    travel
        Between at least all places that the week needs.
    week
        As ``"2009-W20"``, or a `Week`.
    published
        The roster that people already have; moving away from its visits counts as change.

    Raises
    ------
    InputError
        With every place that `travel` lacks, every engagement that cannot be ridden to, and every pin that
        breaks a rule.
    """
    week = Week.asked(week)
    days, fallen = _consultant_days(project, week)
    requests = requests_of(project, week, published)
    places = _needed_places(project, days, requests)
    if missing := sorted(places.keys() - set(travel.place_ids)):
        raise InputError(InputProblem(unridden(place_id)) for place_id in missing)
    problem = Problem(
        week=week,
        consultants=project.consultants,
        days=days,
        requests=requests,
        places=places,
        travel=travel,
        defaults=project.config.defaults,
        weights=project.config.weights,
        speed_kph=project.config.cycling.speed_kph,
        closed_days=tuple(_closed_days(project, week)),
        notes=(*_notes(project, week), *fallen),
        inputs_sha256=project.sha256,
    )
    impossible = [*_impossible_engagements(problem), *pins.broken_pins(project, problem)]
    if impossible:
        raise InputError(impossible)
    return problem


def _notes(project: Project, week: Week) -> Iterator[Text]:
    period = project.config.period
    if week.days[-1] < period.start or week.monday > period.end:
        yield Text("outside_period", {"week": str(week)})


def _closed_days(project: Project, week: Week) -> Iterator[ClosedDay]:
    for day in week.days:
        reason = closed(project, day)
        if reason is not None and any(
            shift_rules(project, c.consultant_id, day) for c in project.consultants
        ):
            yield ClosedDay(date=day, reason=reason)


# --- Requests ---------------------------------------------------------------------------------------


def requests_of(project: Project, week: Week, published: Roster | None = None) -> tuple[Request, ...]:
    """Return the visits, home visits and tasks that a week asks for, wherever their places are."""
    return tuple(_requests(project, week, published))


def _requests(project: Project, week: Week, published: Roster | None) -> Iterator[Request]:
    pinned = {pin.id: pin for pin in project.pins if Week.of(pin.date) == week}
    before = published_visits(published) if published else {}
    asked = (
        *_practice_requests(project, week),
        *_home_requests(project, week),
        *_task_requests(project, week),
    )
    for request in asked:
        id_ = request.request_id
        yield dataclasses.replace(request, pin=pinned.get(id_), published=before.get(id_))


def _practice_requests(project: Project, week: Week) -> Iterator[Request]:
    for practice in project.practices:
        asked = requested_conversations(project, practice, week)
        if not asked:
            continue
        slots, closed_slots = room_slots(project, practice, week)
        yield Request(
            request_id=practice.practice_id,
            kind="visit",
            place_id=practice.practice_id,
            conversations=asked,
            max_conversations=min(asked, practice.max_conversations or asked),
            priority=practice.priority,
            consultant_id=practice.consultant_id,
            base_id=practice.base_id,
            slots=slots,
            closed_slots=closed_slots,
            agreement=_agreement(project, practice, week),
        )


def _agreement(project: Project, practice: Practice, week: Week) -> Agreement | None:
    return next(
        (
            Agreement(date=week.days[rule.weekday], start_s=rule.start_s)
            for rule in project.agreements
            if rule.practice_id == practice.practice_id and week.matches(rule.weeks)
        ),
        None,
    )


def _home_requests(project: Project, week: Week) -> Iterator[Request]:
    for visit in project.home_visits:
        if Week.of(visit.date) != week:
            continue
        whole = RoomSlot(date=visit.date, start_s=visit.start_s, end_s=visit.end_s)
        slots, closed_slots = cut(whole, closed_hours(project, visit.date))
        yield Request(
            request_id=visit.visit_id,
            kind="home_visit",
            place_id=visit.visit_id,
            conversations=0,
            max_conversations=0,
            duration_s=visit.duration_s,
            priority=visit.priority,
            consultant_id=visit.consultant_id,
            base_id=None,
            slots=tuple(slots),
            closed_slots=tuple(closed_slots),
        )


def _task_requests(project: Project, week: Week) -> Iterator[Request]:
    for task in project.tasks:
        if not is_open(task, week):
            continue
        slots, closed_slots = task_slots(project, task, week)
        base_id = task_base(project, task)
        yield Request(
            request_id=task.task_id,
            kind="task",
            place_id=base_id if task.place_id == BASE and base_id else task.place_id,
            title=task.title,
            conversations=0,
            max_conversations=0,
            duration_s=task.duration_s,
            priority=task.priority,
            weeks_left=Week.of(task.latest).weeks_since(week) + 1,
            consultant_id=task.consultant_id,
            base_id=base_id,
            slots=tuple(slots),
            closed_slots=tuple(closed_slots),
        )


# --- Consultants' days -------------------------------------------------------------------------------


def _consultant_days(project: Project, week: Week) -> tuple[tuple[ConsultantDay, ...], tuple[Text, ...]]:
    """Return who works when, and what is to be said of engagements that fall away."""
    days: list[ConsultantDay] = []
    fallen: dict[Text, None] = {}
    for day in week.days:
        working = sorted(shifts_on(project, day), key=lambda shift: shift[0].consultant_id)
        for consultant, shift in working:
            kept, notes = _engagements(project, week, consultant, day)
            fallen |= dict.fromkeys(notes)
            days.append(
                ConsultantDay(
                    consultant_id=consultant.consultant_id,
                    date=day,
                    start_s=shift.spans[0][0],
                    end_s=shift.spans[-1][1],
                    lunch_s=shift.lunch_s,
                    gaps=gaps_between(shift.spans),
                    engagements=kept,
                )
            )
    return tuple(days), tuple(fallen)


def _engagements(
    project: Project, week: Week, consultant: Consultant, day: dt.date
) -> tuple[tuple[Engagement, ...], list[Text]]:
    """Return the engagements of a consultant's day, and a note for each that closed hours touch."""
    closed_ = closed_hours(project, day, consultant.consultant_id)
    kept, notes = [], []
    for rule in project.engagements:
        hours = (rule.start_s, rule.end_s)
        if rule.consultant_id not in (ALL, consultant.consultant_id) or dates_of(rule, week) != day:
            continue
        if cancelled(project, rule, day):
            continue
        reason = next((why for closed_hours_, why in closed_ if overlap(hours, closed_hours_)), None)
        if reason is not None:
            params: dict[str, Param] = {"title": rule.title, "date": str(day), "reason": reason}
            notes.append(Text("engagement_falls_away", {"consultant_id": consultant.consultant_id, **params}))
            continue
        kept.append(
            Engagement(
                engagement_id=rule.engagement_id,
                title=rule.title,
                kind=rule.kind,
                start_s=rule.start_s,
                end_s=rule.end_s,
                place_id=consultant.base_id if rule.place_id == BASE else rule.place_id,
                origin=rule.origin,
            )
        )
    return tuple(sorted(kept, key=lambda engagement: (engagement.start_s, engagement.end_s))), notes


def _needed_places(
    project: Project, days: Iterable[ConsultantDay], requests: Iterable[Request]
) -> Mapping[str, Place]:
    """Return the bases of all consultants, and the places of requests and engagements."""
    needed = {consultant.base_id for consultant in project.consultants}
    needed.update(request.place_id for request in requests)
    needed.update(engagement.place_id for day in days for engagement in day.engagements)
    return {place.place_id: place for place in project.all_places if place.place_id in needed}


def _impossible_engagements(problem: Problem) -> Iterator[InputProblem]:
    """Report engagements that cannot be reached in time from what comes before, or left in time."""
    row, houses = problem.travel.index(), problem.travel.one_house
    consultants = {consultant.consultant_id: consultant for consultant in problem.consultants}
    for day in problem.days:
        consultant = consultants[day.consultant_id]
        place_id, free_s, before = consultant.base_id, day.start_s, _("the start of the shift")
        home = _at_base(consultant, _("the end of the shift"), (day.end_s, day.end_s))
        origin = None
        gaps = (_at_base(consultant, _("the end of the shift"), gap) for gap in day.gaps)
        for engagement in sorted((*day.engagements, *gaps, home), key=lambda e: e.start_s):
            origin = engagement.origin or origin
            reached_s = free_s
            if place_id != engagement.place_id and (place_id, engagement.place_id) not in houses:
                ride_s = int(problem.travel.seconds[row[place_id], row[engagement.place_id]])
                own_s = own_ride_s(ride_s, problem.speed_kph, consultant.speed_kph)
                reached_s += own_s + problem.defaults.parking_s
            if reached_s > engagement.start_s:
                reason = _(
                    "{consultant_id} cannot ride from {before} to {title} in time on {date}: "
                    "there at {reached} at the earliest, not at {start}"
                ).format(
                    consultant_id=consultant.consultant_id,
                    before=before,
                    title=engagement.title,
                    date=day.date,
                    # Rounded up to the minute, so that it never looks early enough when it is not.
                    reached=clock(-(-reached_s // 60) * 60),
                    start=clock(engagement.start_s),
                )
                yield problem_at(origin, reason, "start" if engagement.engagement_id else "end")
            place_id, free_s = engagement.place_id, engagement.end_s
            before = engagement.title if engagement.engagement_id else _("the start of the shift")


def _at_base(consultant: Consultant, title: str, hours: Hours) -> Engagement:
    """Return a time at base that no table names."""
    return Engagement(
        engagement_id="",
        title=title,
        kind="",
        start_s=hours[0],
        end_s=hours[1],
        place_id=consultant.base_id,
    )
