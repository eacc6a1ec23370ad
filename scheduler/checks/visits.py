"""The rules of visits: hours, room slots, numbers, who makes them, pins, and what stays unmet."""

from collections import Counter
from collections.abc import Iterator, Sequence

from scheduler.base.i18n import _, clock
from scheduler.checks.reading import SeenRound, SeenStop, Violation, where_text
from scheduler.model.clock import seconds_of
from scheduler.model.problem import Problem, Request, RoomSlot, Settled
from scheduler.model.project import Pin
from scheduler.model.roster import Roster


def check_visits(problem: Problem, rounds: Sequence[SeenRound]) -> Iterator[Violation]:
    """Yield what is wrong with visits and home visits: rules 1, 6 and 7."""
    for seen in rounds:
        for request, visit in seen.visits:
            if seen.has_happened(visit):
                continue
            yield from _check_visit(problem, seen, request, visit)
            if request.pin:
                yield from _check_pin(request.pin, seen, visit)
            if request.lock:
                yield from _check_lock(request.lock, seen, visit)
        yield from _check_day_maximum(seen)
    visits = Counter(request.request_id for seen in rounds for request, _visit in seen.visits)
    for request in problem.requests:
        times = visits[request.request_id]
        if times > 1:
            message = _("visited {count} times in the week").format(count=times)
            yield Violation("visited_twice", request.request_id, message)
        if request.pin and not times:
            yield Violation("pin", request.request_id, _("the pinned visit is not in the roster"))
        if request.lock and not times:
            yield Violation("lock", request.request_id, _("the locked visit is not in the roster"))


def check_changes(problem: Problem, roster: Roster, rounds: Sequence[SeenRound]) -> Iterator[Violation]:
    """Yield where more published visits are otherwise than the week allows."""
    if roster.max_changes != problem.max_changes:
        message = _("{field} is {found}, but should be {expected}")
        message = message.format(field="max_changes", found=roster.max_changes, expected=problem.max_changes)
        yield Violation("max_changes", roster.week, message)
    if problem.max_changes is None:
        return
    made = {
        request.request_id: (
            seen.round.date,
            visit.start_s,
            seen.consultant.consultant_id,
            visit.stop.conversations,
        )
        for seen in rounds
        for request, visit in seen.visits
    }
    changed = 0
    for request in problem.requests:
        if told := request.published:
            found = made.get(request.request_id)
            number = found[3] if found and told.conversations is None else told.conversations
            changed += found != (told.date, told.start_s, told.consultant_id, number)
    if changed > problem.max_changes:
        message = _("{count} published visits are otherwise, where {most} may be")
        message = message.format(count=changed, most=problem.max_changes)
        yield Violation("max_changes", roster.week, message)


def _check_visit(problem: Problem, seen: SeenRound, request: Request, visit: SeenStop) -> Iterator[Violation]:
    defaults, where, stop = problem.defaults, visit.where, visit.stop
    n = stop.conversations
    if visit.start_s % defaults.start_grid_s:
        yield Violation("grid", where, _("the visit does not start on the grid"))
    if request.kind == "visit":
        most = min(request.conversations, request.max_conversations)
        if not 1 <= n <= most:
            message = _("{count} conversations, where 1 to {most} are possible")
            yield Violation("conversations", where, message.format(count=n, most=most))
        duration_s = defaults.setup_s + n * defaults.conversation_s
    else:
        if n:
            yield Violation("conversations", where, _("home visits and tasks hold no conversations"))
        duration_s = request.duration_s
        if request.consultant_id not in (None, seen.consultant.consultant_id):
            message = _("only {consultant} may make it").format(consultant=request.consultant_id)
            yield Violation(f"{request.kind}_consultant", where, message)
    if visit.end_s - visit.start_s != duration_s:
        message = _("lasts {found} s instead of {expected} s")
        message = message.format(found=visit.end_s - visit.start_s, expected=duration_s)
        yield Violation("duration", where, message)
    first_s = visit.start_s + defaults.setup_s
    starts_s = [seconds_of(moment, seen.round.date) for moment in stop.conversation_starts]
    if len(starts_s) != n or starts_s != [first_s + i * defaults.conversation_s for i in range(n)]:
        yield Violation("conversation_starts", where, _("conversations do not follow one another"))
    if request.base_id not in (None, seen.base_id):
        message = _("belongs to the base {base}").format(base=request.base_id)
        yield Violation("base", where, message)
    yield from _check_slot(seen, request, visit)


def _check_slot(seen: SeenRound, request: Request, visit: SeenStop) -> Iterator[Violation]:
    if visit.stop.slot is None:
        yield Violation("slot", visit.where, _("the visit names no room slot"))
        return
    slot = RoomSlot(
        date=seen.round.date,
        start_s=seconds_of(visit.stop.slot.start, seen.round.date),
        end_s=seconds_of(visit.stop.slot.end, seen.round.date),
        room=visit.stop.slot.room,
    )
    if slot not in request.slots:
        yield Violation("slot", visit.where, _("there is no such room slot"))
    elif not (slot.start_s <= visit.start_s and visit.end_s <= slot.end_s):
        message = _("the visit does not lie inside the room slot from {start} to {end}")
        message = message.format(start=clock(slot.start_s), end=clock(slot.end_s))
        yield Violation("slot", visit.where, message)


def _check_pin(pin: Pin, seen: SeenRound, visit: SeenStop) -> Iterator[Violation]:
    kept = (
        (seen.round.date, visit.start_s) == (pin.date, pin.start_s)
        and pin.consultant_id in (None, seen.consultant.consultant_id)
        and pin.conversations in (None, visit.stop.conversations)
    )
    if not kept:
        yield Violation("pin", visit.where, _("the visit is not where it is pinned"))


def _check_lock(lock: Settled, seen: SeenRound, visit: SeenStop) -> Iterator[Violation]:
    pairs = (
        (lock.date, seen.round.date),
        (lock.start_s, visit.start_s),
        (lock.consultant_id, seen.consultant.consultant_id),
        (lock.conversations, visit.stop.conversations),
    )
    if any(locked not in (None, found) for locked, found in pairs):
        yield Violation("lock", visit.where, _("the visit is not where it is locked"))


def _check_day_maximum(seen: SeenRound) -> Iterator[Violation]:
    most = seen.consultant.max_conversations_per_day
    held = sum(visit.stop.conversations for _request, visit in seen.visits)
    if seen.happened and most is not None:
        most = max(most, seen.happened.held)
    if most is not None and held > most:
        message = _("{count} conversations in a day, where {most} are the most")
        yield Violation("day_maximum", seen.where, message.format(count=held, most=most))


def check_missing_rounds(problem: Problem, roster: Roster) -> Iterator[Violation]:
    """Yield days with engagements, or on which something has happened, that have no round."""
    listed = {(item.consultant_id, item.date) for item in roster.rounds}
    for day in problem.days:
        if (day.consultant_id, day.date) in listed:
            continue
        where = where_text(problem, day.consultant_id, day.date)
        if day.engagements:
            yield Violation("missing_round", where, _("a day with engagements, but no round"))
        elif day.happened and any(stop.kind != "lunch" for stop in day.happened.stops):
            message = _("a day on which something has happened, but no round")
            yield Violation("missing_round", where, message)


def check_unassigned(problem: Problem, roster: Roster, rounds: Sequence[SeenRound]) -> Iterator[Violation]:
    """Yield what is wrong with the list of requests that are not fully met."""
    held: dict[str, int] = {}
    for seen in rounds:
        for request, visit in seen.visits:
            held[request.request_id] = held.get(request.request_id, 0) + visit.stop.conversations
    listed = Counter(item.id for item in roster.unassigned)
    expected = {
        request.request_id: (request.kind, request.conversations, held.get(request.request_id, 0))
        for request in problem.requests
        if request.request_id not in held or held[request.request_id] < request.conversations
    }
    for request_id in sorted(expected.keys() - listed.keys()):
        yield Violation("unassigned", request_id, _("not fully met, but not listed as unassigned"))
    for item in roster.unassigned:
        if item.id not in expected:
            yield Violation("unassigned", item.id, _("listed as unassigned without reason"))
        elif (item.kind, item.requested, item.held) != expected[item.id]:
            kind, requested, had = expected[item.id]
            message = _("should be listed as a {kind} with {requested} requested and {held} held")
            message = message.format(kind=kind, requested=requested, held=had)
            yield Violation("unassigned", item.id, message)
        elif listed[item.id] > 1:
            yield Violation("unassigned", item.id, _("listed as unassigned more than once"))
