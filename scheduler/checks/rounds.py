"""The rules of one round: rides, times at base, shift, engagements, lunch, and the round's sums."""

from collections import Counter
from collections.abc import Iterator

from scheduler.base.i18n import _, clock
from scheduler.checks.reading import SeenRound, SeenStop, Violation
from scheduler.checks.tracing import Leg, Trace, Ways, gaps_of, owes_lunch, trace
from scheduler.model.problem import Problem
from scheduler.model.text import Text


def check_round(problem: Problem, seen: SeenRound) -> Iterator[Violation]:
    """Yield what is wrong with a round by itself."""
    if not any(stop.stop.kind in ("visit", "home_visit", "task", "engagement") for stop in seen.stops):
        yield Violation("empty_round", seen.where, _("a round without visit or engagement"))
        return
    if seen.happened:
        yield from _check_happened(problem, seen)
        if seen.happened.is_over:
            return
    found = trace(problem, seen)
    for position, leg in enumerate(found.legs):
        yield from _check_leg(seen.fixed_stops[position], leg, found.stop_waits_s[position])
    yield from _check_shift(seen, found)
    yield from _check_gaps(seen, found)
    yield from _check_desks(problem, seen, found)
    yield from _check_engagements(seen)
    yield from _check_lunch(problem, seen, found)
    yield from _check_sums(seen, found)
    for stop in seen.stops:
        yield from _check_description(problem, seen, stop)


def _check_happened(problem: Problem, seen: SeenRound) -> Iterator[Violation]:
    """Check that what has happened is as it was published, and goes on from there."""
    happened = seen.happened
    if happened is None:
        return
    if happened.is_over and seen.round != happened.round:
        yield Violation(
            "happened", seen.where, _("the day is over, and the round is not as it was published")
        )
    ahead = [stop for stop in seen.stops if not seen.has_happened(stop)]
    desk = next((stop for stop in ahead if stop.stop.kind == "desk"), None)
    others = [stop.stop for stop in seen.stops if stop is not desk]
    if tuple(others[: len(happened.stops)]) != happened.stops:
        yield Violation("happened", seen.where, _("what has happened is not as it was published"))
    first = next((stop for stop in ahead if stop.stop.kind != "lunch"), None)
    if happened.back and first:
        at_base = Ways(problem, seen.consultant).is_base(first.stop.place_id)
        turned = first.stop.kind != "desk" or first.start_s == happened.back.arrival_s
        if not (at_base and turned):
            yield Violation("happened", first.where, _("the ride back to base that has begun is missing"))


def _differs(code: str, where: str, field: str, found: object, expected: object) -> Iterator[Violation]:
    """Yield a violation where a field is not what the clock times and the tables say."""
    if found != expected:
        message = _("{field} is {found}, but should be {expected}")
        yield Violation(code, where, message.format(field=field, found=found, expected=expected))


def _hms(time_s: int) -> str:
    return f"{time_s // 3600:02d}:{time_s % 3600 // 60:02d}:{time_s % 60:02d}"


def _check_leg(seen: SeenStop, leg: Leg, wait_s: int) -> Iterator[Violation]:
    stop, where = seen.stop, seen.where
    yield from _differs("ride", where, "ride_seconds", stop.ride_seconds, leg.ride_s)
    yield from _differs("ride", where, "ride_metres", stop.ride_metres, leg.ride_m)
    yield from _differs("arrival", where, "arrival", _hms(seen.arrival_s), _hms(leg.arrives_s))
    yield from _differs("waiting", where, "waiting_seconds", stop.waiting_seconds, wait_s)


def _check_shift(seen: SeenRound, found: Trace) -> Iterator[Violation]:
    """Check that rides fit between the stops, and the round into the shift (rules 2 to 4)."""
    legs = (*found.legs, found.back)
    for position, leg in enumerate(legs):
        if leg.free_s >= 0:
            continue
        if position in (0, len(legs) - 1):
            message = _("the round does not lie inside the shift from {start} to {end}")
            message = message.format(start=clock(seen.day.start_s), end=clock(seen.day.end_s))
            yield Violation("shift", seen.where, message)
        else:
            message = _("begins {seconds} s before one can be there").format(seconds=-leg.free_s)
            yield Violation("late", seen.fixed_stops[position].where, message)
    yield from _differs("leaves_base", seen.where, "leaves_base", _hms(seen.leaves_s), _hms(found.leaves_s))
    yield from _differs(
        "returns_base", seen.where, "returns_base", _hms(seen.returns_s), _hms(found.returns_s)
    )


def _check_gaps(seen: SeenRound, found: Trace) -> Iterator[Violation]:
    """Check that the time between the spans of the shift is spent at base (rule 4)."""
    at_base = [leg for leg in (*found.legs, found.back) if leg.free_place_id == seen.base_id]
    for from_s, to_s in gaps_of(seen.day):
        if not any(leg.holds(from_s, to_s) for leg in at_base):
            message = _("away from base from {start} to {end}, between two shifts")
            message = message.format(start=clock(from_s), end=clock(to_s))
            yield Violation("gap", seen.where, message)


def _check_desks(problem: Problem, seen: SeenRound, found: Trace) -> Iterator[Violation]:
    """Check the work at base between two stops away from it (rule 3)."""
    stops, legs = seen.fixed_stops, (*found.legs, found.back)
    ways = Ways(problem, seen.consultant)
    for position, desk in enumerate(stops):
        if desk.stop.kind != "desk" or seen.has_happened(desk):
            continue
        around = stops[max(position - 1, 0) : position + 2]
        if len(around) != 3 or any(ways.is_base(s.stop.place_id) for s in (around[0], around[2])):
            message = _("work at base that does not lie between two stops away from it")
            yield Violation("desk", desk.where, message)
            continue
        if desk.start_s != legs[position].arrives_s:
            yield Violation("desk", desk.where, _("work at base does not begin on arrival"))
        if desk.end_s != legs[position + 1].departs_s:
            yield Violation("desk", desk.where, _("base is not left just in time for the next stop"))
        over_gap = any(desk.start_s <= from_s and to_s <= desk.end_s for from_s, to_s in gaps_of(seen.day))
        # Who was on the way home may go out again sooner.
        turned = seen.happened and seen.happened.back and desk.start_s == seen.happened.back.arrival_s
        if not over_gap and not turned and desk.end_s - desk.start_s < problem.defaults.desk_s:
            message = _("only {found} s at base between two stops; at least {least} s are needed")
            message = message.format(found=desk.end_s - desk.start_s, least=problem.defaults.desk_s)
            yield Violation("desk", desk.where, message)


def _check_engagements(seen: SeenRound) -> Iterator[Violation]:
    """Check that the day's engagements are kept, at their time (rule 4)."""
    listed = [stop for stop in seen.stops if stop.stop.kind == "engagement" and not seen.has_happened(stop)]
    times = Counter(stop.stop.id for stop in listed)
    for engagement in seen.day.engagements:
        if times[engagement.engagement_id] != 1:
            message = _("the engagement {id} must be in the round once, and is there {count} times")
            message = message.format(id=engagement.engagement_id, count=times[engagement.engagement_id])
            yield Violation("engagement", seen.where, message)
    kept = {e.engagement_id: (e.start_s, e.end_s) for e in seen.day.engagements}
    for stop in listed:
        if (stop.start_s, stop.end_s) != kept[stop.stop.id]:
            yield Violation("engagement", stop.where, _("the engagement is not kept at its time"))


def _check_lunch(problem: Problem, seen: SeenRound, found: Trace) -> Iterator[Violation]:
    """Check that lunch is had once where it is owed, in free time (rule 5)."""
    had = seen.happened is not None and seen.happened.has_lunch
    expected = 1 if had or owes_lunch(problem, seen.consultant, seen.day) else 0
    if len(seen.lunches) != expected:
        message = _("{found} lunch stops where {expected} should be")
        message = message.format(found=len(seen.lunches), expected=expected)
        yield Violation("lunch", seen.where, message)
        return
    for lunch in () if had else seen.lunches:
        yield from _check_lunch_stop(problem, seen, lunch)
        holding = [leg for leg in (*found.legs, found.back) if leg.holds(lunch.start_s, lunch.end_s)]
        if not holding:
            yield Violation("lunch", lunch.where, _("lunch is not free of stops and riding"))
        elif any(lunch.start_s < to_s and from_s < lunch.end_s for from_s, to_s in gaps_of(seen.day)):
            yield Violation("lunch", lunch.where, _("lunch lies between two shifts"))
        elif all(lunch.stop.place_id != leg.free_place_id for leg in holding):
            yield from _differs(
                "lunch", lunch.where, "place_id", lunch.stop.place_id, holding[0].free_place_id
            )


def _check_lunch_stop(problem: Problem, seen: SeenRound, lunch: SeenStop) -> Iterator[Violation]:
    defaults, day, stop = problem.defaults, seen.day, lunch.stop
    if lunch.end_s - lunch.start_s != day.lunch_s:
        message = _("lunch lasts {found} s instead of {expected} s")
        message = message.format(found=lunch.end_s - lunch.start_s, expected=day.lunch_s)
        yield Violation("lunch", lunch.where, message)
    from_s, to_s = max(defaults.lunch_from_s, day.start_s), min(defaults.lunch_to_s, day.end_s)
    if lunch.start_s < from_s or lunch.end_s > to_s:
        message = _("lunch lies outside {start} to {end}").format(start=clock(from_s), end=clock(to_s))
        yield Violation("lunch", lunch.where, message)
    if lunch.arrival_s != lunch.start_s or stop.ride_seconds or stop.ride_metres or stop.waiting_seconds:
        message = _("lunch has no ride and no waiting of its own: those stand on the next stop")
        yield Violation("lunch", lunch.where, message)


def _check_sums(seen: SeenRound, found: Trace) -> Iterator[Violation]:
    item, where = seen.round, seen.where
    conversations = sum(stop.stop.conversations for stop in seen.stops)
    yield from _differs("round_sum", where, "ride_seconds", item.ride_seconds, found.ride_s)
    yield from _differs("round_sum", where, "ride_metres", item.ride_metres, found.ride_m)
    waits_s = sum(found.stop_waits_s)
    yield from _differs("round_sum", where, "waiting_seconds", item.waiting_seconds, waits_s)
    yield from _differs("round_sum", where, "conversations", item.conversations, conversations)


def _check_description(problem: Problem, seen: SeenRound, found: SeenStop) -> Iterator[Violation]:
    """Check what a stop says of its place, and that only visits hold conversations."""
    if seen.has_happened(found):
        return
    stop, place = found.stop, problem.places.get(found.stop.place_id)
    if place is None:
        yield Violation("place", found.where, _("the week has no such place"))
        return
    said = (stop.address, stop.district, stop.lat, stop.lon)
    if said != (place.full_address, place.district, place.lat, place.lon):
        yield Violation("place", found.where, _("address, district or coordinates are not the place's"))
    if stop.kind == "visit":
        yield from _differs("place", found.where, "name", stop.name, place.name)
    if stop.kind == "task" and found.request:
        yield from _differs("place", found.where, "name", stop.name, found.request.title)
    if stop.kind == "engagement":
        titles = {e.engagement_id: e.title for e in seen.day.engagements}
        yield from _differs("place", found.where, "name", stop.name, titles[stop.id])
    if stop.kind in ("home_visit", "lunch", "desk") and stop.name != Text(stop.kind):
        yield from _differs("place", found.where, "name", stop.name, stop.kind)
    if found.request is None and (stop.conversations or stop.conversation_starts or stop.slot):
        yield Violation("conversations", found.where, _("only visits hold conversations in a room slot"))
