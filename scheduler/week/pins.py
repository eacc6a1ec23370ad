"""Pins that cannot be kept: without a request, against a rule, or against each other.

What only the week as a whole shows (three pins that are fine two by two) is found by the engine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _, clock
from scheduler.model.clock import Week
from scheduler.model.problem import ConsultantDay, Problem, Request
from scheduler.model.project import Consultant, Pin, Project, problem_at
from scheduler.model.text import Text
from scheduler.model.texts import word

#: The column of a pin that is wrong, and why.
_Wrong = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _PinnedStay:
    """A pin with its request, and how long the stay lasts at least, in seconds."""

    pin: Pin
    request: Request
    duration_s: int

    @property
    def end_s(self) -> int:
        return self.pin.start_s + self.duration_s


def broken_pins(project: Project, problem: Problem) -> Iterator[InputProblem]:
    """Yield what is wrong with the pins of the problem's week, one problem a reason."""
    requests = {request.request_id: request for request in problem.requests}
    week_pins = [pin for pin in project.pins if Week.of(pin.date) == problem.week]
    stays = []
    seen: set[str] = set()
    for pin in week_pins:
        request = requests.get(pin.id)
        if pin.id in seen:
            reason = _("{id} is pinned twice in {week}; keep one").format(id=pin.id, week=problem.week)
            yield problem_at(pin.origin, reason, "id")
        elif request is None:
            yield problem_at(
                pin.origin,
                _("{id} asks for no visit in {week}: it is not due, or asks for no conversations").format(
                    id=pin.id, week=problem.week
                ),
                "date",
            )
        else:
            stay = _PinnedStay(pin, request, _duration_s(problem, pin, request))
            stays.append(stay)
            reasons = list(_against_rules(problem, stay))
            if pin.consultant_id is not None or not reasons:
                reasons += _nobody(problem, stay)
            yield from (problem_at(pin.origin, reason, column) for column, reason in reasons)
        seen.add(pin.id)
    for first_stay, second in combinations(stays, 2):
        if _same_person_twice(first_stay, second):
            yield problem_at(
                second.pin.origin,
                _("{consultant_id} is pinned to {other} at the same time").format(
                    consultant_id=second.pin.consultant_id, other=first_stay.pin.id
                ),
                "start",
            )


def _duration_s(problem: Problem, pin: Pin, request: Request) -> int:
    if request.kind != "visit":
        return request.duration_s
    return problem.defaults.setup_s + (pin.conversations or 1) * problem.defaults.conversation_s


def _same_person_twice(one: _PinnedStay, other: _PinnedStay) -> bool:
    return (
        one.pin.consultant_id is not None
        and one.pin.consultant_id == other.pin.consultant_id
        and one.pin.date == other.pin.date
        and one.pin.start_s < other.end_s
        and other.pin.start_s < one.end_s
    )


def _against_rules(problem: Problem, stay: _PinnedStay) -> Iterator[_Wrong]:
    pin, request = stay.pin, stay.request
    if pin.start_s % problem.defaults.start_grid_s:
        yield (
            "start",
            _("{id}: {start} is not on the start grid of {minutes} minutes").format(
                id=pin.id, start=clock(pin.start_s), minutes=problem.defaults.start_grid_s // 60
            ),
        )
    if pin.conversations is not None:
        yield from _wrong_number(pin, request)
    if not any(
        slot.date == pin.date and slot.start_s <= pin.start_s and stay.end_s <= slot.end_s
        for slot in request.slots
    ):
        yield _no_slot(stay)


def _wrong_number(pin: Pin, request: Request) -> Iterator[_Wrong]:
    if request.kind != "visit":
        reason = _("{id}: home visits and tasks have no conversations; leave this blank")
        yield "conversations", reason.format(id=pin.id)
    elif pin.conversations is not None and pin.conversations > request.max_conversations:
        reason = _("{id}: {pinned} conversations are pinned, but the visit may hold {most} at most")
        yield (
            "conversations",
            reason.format(id=pin.id, pinned=pin.conversations, most=request.max_conversations),
        )


def _no_slot(stay: _PinnedStay) -> _Wrong:
    pin, request = stay.pin, stay.request
    for closed_slot in request.closed_slots:
        if closed_slot.slot.date == pin.date:
            return "date", _("{id}: {date} is closed ({reason})").format(
                id=pin.id, date=pin.date, reason=word(closed_slot.reason or Text("closure"))
            )
    times = ", ".join(
        f"{clock(slot.start_s)}–{clock(slot.end_s)}" for slot in request.slots if slot.date == pin.date
    )
    if not times:
        return "date", _("{id}: there is no room on {date}").format(id=pin.id, date=pin.date)
    return "start", _("{id}: {start} to {end} on {date} does not lie inside a room slot ({times})").format(
        id=pin.id, start=clock(pin.start_s), end=clock(stay.end_s), date=pin.date, times=times
    )


def _nobody(problem: Problem, stay: _PinnedStay) -> Iterator[_Wrong]:
    """Say why the named consultant cannot hold the pin, or that no consultant can."""
    pin, request = stay.pin, stay.request
    consultants = {consultant.consultant_id: consultant for consultant in problem.consultants}
    days = {day.consultant_id: day for day in problem.days if day.date == pin.date}
    if pin.consultant_id is not None:
        day = days.get(pin.consultant_id)
        yield from _cannot(stay, consultants[pin.consultant_id], day)
        return
    who = [consultant_id for consultant_id in consultants if request.only_by in (None, consultant_id)]
    if all(any(True for _wrong in _cannot(stay, consultants[id_], days.get(id_))) for id_ in who):
        yield (
            "start",
            _("{id}: nobody can be there on {date} at {start}").format(
                id=pin.id, date=pin.date, start=clock(pin.start_s)
            ),
        )


def _cannot(stay: _PinnedStay, consultant: Consultant, day: ConsultantDay | None) -> Iterator[_Wrong]:
    pin, request = stay.pin, stay.request
    names = {"id": pin.id, "consultant_id": consultant.consultant_id}
    if request.base_id not in (None, consultant.base_id):
        yield "consultant_id", _("{id}: {consultant_id} rides from another base").format(**names)
    if request.only_by not in (None, consultant.consultant_id):
        reason = _("{id}: only {owner} may make it, not {consultant_id}")
        yield "consultant_id", reason.format(owner=request.only_by, **names)
    limit = consultant.max_conversations_per_day
    if request.kind == "visit" and limit is not None and (pin.conversations or 1) > limit:
        reason = _("{id}: {consultant_id} holds at most {most} conversations a day")
        yield "conversations", reason.format(most=limit, **names)
    if day is None:
        yield "date", _("{id}: {consultant_id} does not work on {date}").format(date=pin.date, **names)
        return
    if not any(start_s <= pin.start_s and stay.end_s <= end_s for start_s, end_s in day.spans):
        yield (
            "start",
            _("{id}: {consultant_id} works from {hours}").format(
                hours=_(" and from ").join(
                    _("{start} to {end}").format(start=clock(start_s), end=clock(end_s))
                    for start_s, end_s in day.spans
                ),
                **names,
            ),
        )
    for engagement in day.engagements:
        if pin.start_s < engagement.end_s and engagement.start_s < stay.end_s:
            reason = _("{id}: {consultant_id} has {title} at that time")
            yield "start", reason.format(title=engagement.title, **names)
