"""Whether a `Problem` makes sense, whoever made it: a program may put anything in one.

A problem of checked tables does; the rules of tables stand in `inputs`. Here is what the engine takes
for granted, so that it never fails on the way or returns a roster of nonsense.
"""

import math
import numbers
from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.model.config import DEFAULT_WEIGHTS
from scheduler.model.problem import ConsultantDay, Problem, Request

_DAY_S = 24 * 3600
_MOST = 10**9  # points, seconds and numbers beyond are slips, and sums of them no longer exact


def require_sound(problem: Problem) -> None:
    """Raise an `InputError` with everything in a problem that is no number, unknown, missing or contradictory."""
    reasons = list(dict.fromkeys(_reasons(problem)))
    if reasons:
        raise InputError(InputProblem(reason) for reason in reasons)


def unridden(place_id: str) -> str:
    """Say that travel times lack a place."""
    return _("no travel times for {id}; every place of the week needs them").format(id=place_id)


def _reasons(problem: Problem) -> Iterator[str]:
    yield from _weights(problem)
    yield from _travel(problem)
    yield from _defaults(problem)
    yield from _twice(consultant.consultant_id for consultant in problem.consultants)
    yield from _twice(request.request_id for request in problem.requests)
    known = {consultant.consultant_id for consultant in problem.consultants}
    for consultant in problem.consultants:
        id_, most = consultant.consultant_id, consultant.max_conversations_per_day
        if consultant.base_id not in problem.places:
            yield _unknown(id_, "base_id", consultant.base_id)
        if consultant.speed_kph is not None and not _is_speed(consultant.speed_kph):
            yield _impossible(id_, "speed_kph", consultant.speed_kph)
        if most is not None:
            yield from _whole(id_, "max_conversations_per_day", most, 1)
    for (consultant_id, date), count in Counter(
        (day.consultant_id, day.date) for day in problem.days
    ).items():
        if count > 1:
            yield _("{id} has two shifts on {date}; keep one").format(id=consultant_id, date=date)
    for day in problem.days:
        yield from _day(problem, day, known)
    for request in problem.requests:
        yield from _request(problem, request, known)


def _weights(problem: Problem) -> Iterator[str]:
    for name in problem.weights:
        if name not in DEFAULT_WEIGHTS:
            yield _("there is no weight {name}; the weights are: {names}").format(
                name=name, names=", ".join(DEFAULT_WEIGHTS)
            )
    for name in DEFAULT_WEIGHTS:
        if name not in problem.weights:
            yield _("the weight {name} is missing").format(name=name)
        else:
            yield from _whole("weights", name, problem.weights[name], 0)


def _travel(problem: Problem) -> Iterator[str]:
    travel = problem.travel
    yield from _twice(travel.place_ids)
    for place_id in sorted(problem.places.keys() - set(travel.place_ids)):
        yield unridden(place_id)
    count = len(travel.place_ids)
    for name in ("seconds", "metres"):
        values = np.asarray(getattr(travel, name))
        if values.shape != (count, count) or values.dtype.kind not in "iu":
            yield _("the {name} of the travel times must be whole numbers, {count} times {count}").format(
                name=name, count=count
            )
            continue
        for row, column in np.argwhere((values < 0) | (values > _MOST)).tolist()[:20]:
            field = f"{travel.place_ids[row]} → {travel.place_ids[column]}"
            yield _impossible("travel", f"{name} {field}", values[row, column])
        for row in np.flatnonzero(np.diagonal(values)).tolist()[:20]:
            yield _impossible("travel", f"{name} {travel.place_ids[row]}", values[row, row])
    for pair in sorted(travel.one_house):
        if (pair[1], pair[0]) not in travel.one_house or not set(pair) <= set(travel.place_ids):
            yield _impossible("travel", "one_house", pair)
    if not _is_speed(problem.speed_kph):
        yield _impossible("problem", "speed_kph", problem.speed_kph)


def _defaults(problem: Problem) -> Iterator[str]:
    defaults, who = problem.defaults, "defaults"
    for name in ("conversation_s", "start_grid_s"):
        yield from _whole(who, name, getattr(defaults, name), 1, _DAY_S)
    for name in ("setup_s", "parking_s", "desk_s", "lunch_from_s", "lunch_to_s"):
        yield from _whole(who, name, getattr(defaults, name), 0, _DAY_S)
    if defaults.lunch_to_s < defaults.lunch_from_s:
        yield _("lunch ends before it begins")


def _day(problem: Problem, day: ConsultantDay, known: set[str]) -> Iterator[str]:
    who = f"{day.consultant_id}, {day.date}"
    if day.consultant_id not in known:
        yield _unknown(who, "consultant_id", day.consultant_id)
    if day.date not in problem.week.days:
        yield _impossible(who, "date", day.date)
    yield from _interval(who, day.start_s, day.end_s)
    yield from _whole(who, "lunch_s", day.lunch_s, 0, _DAY_S)
    for from_s, to_s in day.gaps:
        yield from _interval(f"{who}, gap", from_s, to_s)
    edges = [day.start_s, *(edge for gap in day.gaps for edge in gap), day.end_s]
    if day.gaps and all(isinstance(edge, numbers.Integral) for edge in edges) and edges != sorted(set(edges)):
        yield _impossible(who, "gaps", day.gaps)
    for engagement in day.engagements:
        what = f"{who}, {engagement.engagement_id}"
        yield from _interval(what, engagement.start_s, engagement.end_s)
        if engagement.place_id not in problem.places:
            yield _unknown(what, "place_id", engagement.place_id)


def _request(problem: Problem, request: Request, known: set[str]) -> Iterator[str]:
    id_, timed = request.request_id, request.kind != "visit"
    if request.place_id not in problem.places:
        yield _unknown(id_, "place_id", request.place_id)
    least, most = (0, 0) if timed else (1, _MOST)
    yield from _whole(id_, "conversations", request.conversations, least, most)
    yield from _whole(id_, "max_conversations", request.max_conversations, least, most)
    yield from _whole(id_, "duration_s", request.duration_s, int(timed), _DAY_S)
    yield from _whole(id_, "priority", request.priority, 0)
    yield from _whole(id_, "weeks_left", request.weeks_left, 1)
    settled = request.settled
    for consultant_id in (request.consultant_id, settled and settled.consultant_id):
        if consultant_id is not None and consultant_id not in known:
            yield _unknown(id_, "consultant_id", consultant_id)
    if request.base_id is not None and request.base_id not in problem.places:
        yield _unknown(id_, "base_id", request.base_id)
    for slot in request.slots:
        yield from _interval(f"{id_}, {slot.date}", slot.start_s, slot.end_s)
        if slot.date not in problem.week.days:
            yield _impossible(id_, "date", slot.date)
    for held in (request.agreement, settled, request.published):
        if held is not None and held.start_s is not None:
            yield from _whole(id_, "start_s", held.start_s, 0, _DAY_S)
    if settled and settled.conversations is not None:
        yield from _whole(id_, "conversations", settled.conversations, int(not timed))


def _interval(who: str, start_s: int, end_s: int) -> Iterator[str]:
    wrong = [*_whole(who, "start_s", start_s, 0, _DAY_S), *_whole(who, "end_s", end_s, 0, _DAY_S)]
    yield from wrong
    if not wrong and end_s <= start_s:
        yield _("{id}: this ends before it begins").format(id=who)


def _whole(who: str, field: str, value: object, low: int, high: int = _MOST) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or not low <= int(value) <= high:
        yield _("{id}: {field} must be a whole number from {low} to {high}, not {value}").format(
            id=who, field=field, low=low, high=high, value=str(value)[:40]
        )


def _is_speed(value: object) -> bool:
    return isinstance(value, numbers.Real) and 0 < float(value) < math.inf


def _twice(ids: Iterable[str]) -> Iterator[str]:
    for id_, count in Counter(ids).items():
        if count > 1:
            yield _("{id} is there twice; keep one").format(id=id_)


def _unknown(who: str, field: str, value: object) -> str:
    return _("{id}: {field} {value} is unknown").format(id=who, field=field, value=value)


def _impossible(who: str, field: str, value: object) -> str:
    return _("{id}: {field} cannot be {value}").format(id=who, field=field, value=value)
