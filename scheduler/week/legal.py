"""Which rules a visit would break at a date and hour, whoever else is visited then."""

import datetime as dt
from collections.abc import Iterator

from scheduler.model.problem import ConsultantDay, Problem, Request
from scheduler.model.project import Consultant
from scheduler.model.text import Param, Text
from scheduler.week.schedule import DayModel


def broken_rules(
    problem: Problem,
    request: Request,
    date: dt.date,
    start_s: int,
    *,
    consultant_id: str | None = None,
    conversations: int = 1,
) -> tuple[Text, ...]:
    """Return the rules that a visit would break with `conversations`, alone beside what the day has in any case.

    Without a `consultant_id` they are those with the consultant with whom it would break fewest.
    """
    of_request = tuple(_of_request(problem, request, date, start_s, conversations))
    people = [c for c in problem.consultants if consultant_id in (None, c.consultant_id)]
    end_s = start_s + duration_s(problem, request, conversations)
    by_person = [tuple(_of_person(problem, request, person, date, (start_s, end_s))) for person in people]
    rules = of_request + min(by_person, key=len, default=())
    if rules or not people:
        return rules
    able = [person for person, broken in zip(people, by_person, strict=True) if not broken]
    if any(_has_time(problem, request, person, (date, start_s, conversations)) for person in able):
        return ()
    return (Text("rule_no_time", {"consultant_id": able[0].consultant_id, "date": str(date)}),)


def duration_s(problem: Problem, request: Request, conversations: int) -> int:
    """Return how long a visit with so many conversations takes."""
    if request.kind != "visit":
        return request.duration_s
    return problem.defaults.setup_s + conversations * problem.defaults.conversation_s


def _of_request(
    problem: Problem, request: Request, date: dt.date, start_s: int, conversations: int
) -> Iterator[Text]:
    """Yield what speaks against it whoever makes it."""
    end_s = start_s + duration_s(problem, request, conversations)
    if start_s % problem.defaults.start_grid_s:
        yield Text("rule_grid", {"duration_s": problem.defaults.start_grid_s, "start_s": start_s})
    slots = [slot for slot in request.slots if slot.date == date]
    closed = next((closed for closed in request.closed_slots if closed.slot.date == date), None)
    if not slots and closed and closed.reason:
        yield Text("rule_closed", {"date": str(date), "reason": closed.reason})
    elif not slots:
        yield Text("rule_no_hours", {"date": str(date)})
    elif not any(slot.start_s <= start_s and end_s <= slot.end_s for slot in slots):
        hours = tuple(_hours(date, slot.start_s, slot.end_s) for slot in slots)
        yield Text("rule_hours", {"start_s": start_s, "end_s": end_s, "hours": hours})
    settled = request.settled
    if settled and (settled.date not in (None, date) or settled.start_s not in (None, start_s)):
        yield Text("rule_settled")


def _hours(date: dt.date, start_s: int, end_s: int) -> Text:
    return Text("hours", {"date": str(date), "start_s": start_s, "end_s": end_s})


def _of_person(
    problem: Problem, request: Request, person: Consultant, date: dt.date, stay: tuple[int, int]
) -> Iterator[Text]:
    """Yield what speaks against this consultant."""
    who = {"consultant_id": person.consultant_id}
    start_s, end_s = stay
    if request.only_by not in (None, person.consultant_id):
        yield Text("rule_named", {"consultant_id": str(request.only_by)})
    if request.base_id not in (None, person.base_id):
        yield Text("rule_base", dict(who))
    settled = request.settled
    if settled and settled.consultant_id not in (None, person.consultant_id):
        yield Text("rule_settled")
    day = _day(problem, person, date)
    if day is None:
        yield Text("rule_no_shift", {**who, "date": str(date)})
        return
    if not any(from_s <= start_s and end_s <= to_s for from_s, to_s in day.spans):
        hours = tuple(_hours(date, *span) for span in day.spans)
        yield Text("rule_shift", {**who, "start_s": start_s, "end_s": end_s, "hours": hours})
    for engagement in day.engagements:
        if start_s < engagement.end_s and engagement.start_s < end_s:
            params: dict[str, Param] = {"title": engagement.title, **who}
            times: dict[str, Param] = {"start_s": engagement.start_s, "end_s": engagement.end_s}
            yield Text("rule_engagement", params | times)


def _day(problem: Problem, person: Consultant, date: dt.date) -> ConsultantDay | None:
    mine = (d for d in problem.days if (d.consultant_id, d.date) == (person.consultant_id, date))
    return next(mine, None)


def _has_time(
    problem: Problem, request: Request, person: Consultant, visit: tuple[dt.date, int, int]
) -> bool:
    """Tell whether a consultant has time for a visit: its date, start and number of conversations."""
    date, start_s, conversations = visit
    day = _day(problem, person, date)
    if day is None:
        return False
    model = DayModel(problem, day)
    for option in model.options(request):
        there = option.only(option.starts_s == start_s)
        if option.conversations in (0, conversations) and len(there.starts_s):
            stops = sorted((there, *model.engagements), key=lambda stop: int(stop.starts_s[0]))
            if model.best_schedule(stops) is not None:
                return True
    return False
