"""A week as it is planned again: where the published roster has its visits, what has happened, what is locked."""

import dataclasses
import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _, day
from scheduler.model.clock import seconds_of
from scheduler.model.locks import Lock
from scheduler.model.problem import Problem, PublishedVisit, Request, Settled
from scheduler.model.roster import REQUESTED, Roster
from scheduler.model.text import Text


def with_published(problem: Problem, published: Roster) -> Problem:
    """Return a week with the visits of a published roster in its requests, but for those that have happened."""
    told = published_visits(published)
    return problem.replace(
        requests=tuple(
            request
            if request.has_happened
            else dataclasses.replace(request, published=told.get(request.request_id))
            for request in problem.requests
        )
    )


def published_visits(published: Roster) -> dict[str, PublishedVisit]:
    """Return where a published roster has its requests, by id, in the order of its rounds."""
    return {
        stop.id: PublishedVisit(
            date=round_.date,
            start_s=seconds_of(stop.start, round_.date),
            consultant_id=round_.consultant_id,
            conversations=stop.conversations,
        )
        for round_ in published.rounds
        for stop in round_.stops
        if stop.kind in REQUESTED
    }


#: The note of a week in which moving some visits counts more, as they are booked.
_BOOKED = "booked_visits"


def with_bookings(problem: Problem, booked: Collection[str], counts: int) -> Problem:
    """Return a week in which moving a visit that is booked, by id, counts as so many changes; a note says so."""
    found = tuple(r.request_id for r in problem.requests if r.request_id in booked)
    if not found or counts == 1:
        return problem
    return problem.replace(
        requests=tuple(
            dataclasses.replace(r, change_counts=counts) if r.request_id in found else r
            for r in problem.requests
        ),
        notes=(*problem.notes, Text("booked_visits", {"request_ids": found, "n": counts})),
    )


def bookings_of(roster: Roster) -> tuple[Collection[str], int]:
    """Return which visits a roster was planned with as booked, and as how many changes moving one of them counted."""
    for note in roster.notes:
        ids, counts = note.params.get("request_ids"), note.params.get("n")
        if note.code == _BOOKED and isinstance(ids, tuple) and isinstance(counts, int) and counts > 0:
            return tuple(map(str, ids)), counts
    return (), 1


def only_on(problem: Problem, dates: Mapping[str, Collection[dt.date]]) -> Problem:
    """Return a week in which some requests, by id, can be met on some dates only; on none, where there are none.

    A pin to another date is taken away: it says where the visit is, and that is what is to be otherwise.
    """

    def on(request: Request, wanted: Collection[dt.date]) -> Request:
        pin = request.pin
        return dataclasses.replace(
            request,
            slots=tuple(slot for slot in request.slots if slot.date in wanted),
            pin=pin if pin and pin.date in wanted else None,
        )

    return problem.replace(
        requests=tuple(
            on(request, dates[request.request_id]) if request.request_id in dates else request
            for request in problem.requests
        )
    )


#: A lock, and the id of a visit that it is of.
LockedVisit = tuple[Lock, str]


def with_locks(
    problem: Problem, published: Roster, locks: Sequence[Lock]
) -> tuple[Problem, tuple[LockedVisit, ...], tuple[LockedVisit, ...]]:
    """Return a week whose requests keep what locks say of a published roster.

    Also which visits the locks are of, and those of them that cannot be kept: the week no longer asks for the visit,
    or pins it elsewhere.

    Raises
    ------
    InputError
        With every lock that is of nothing that was published.
    """
    told = published_visits(published)
    require_published(published, locks)
    pairs = tuple((lock, id_) for lock in locks for id_ in visits_of(lock, told))
    kept: dict[str, Settled] = {}
    for lock, id_ in pairs:
        kept[id_] = _joined(kept.get(id_, Settled()), _settled(lock, told[id_]))
    requests = {request.request_id: request for request in problem.requests}
    broken = {id_ for id_, lock in kept.items() if id_ not in requests or _pinned_away(requests[id_], lock)}
    return (
        problem.replace(
            requests=tuple(
                request
                if request.request_id in broken
                else dataclasses.replace(request, lock=kept.get(request.request_id))
                for request in problem.requests
            )
        ),
        pairs,
        tuple((lock, id_) for lock, id_ in pairs if id_ in broken),
    )


def require_published(published: Roster, locks: Sequence[Lock]) -> None:
    """Refuse locks that are of nothing in a published roster: an `InputError` with every one of them."""
    told = published_visits(published)
    if idle := [lock for lock in locks if not visits_of(lock, told)]:
        reason = _("nothing of {what} is published in {week}, so it cannot be locked")
        raise InputError(
            InputProblem(reason.format(what=_written(lock), week=published.week)) for lock in idle
        )


def locked_visits(roster: Roster, locks: Sequence[Lock]) -> dict[str, tuple[Lock, ...]]:
    """Return the visits of a roster that locks hold, by id, each with the locks that do."""
    told = published_visits(roster)
    found: dict[str, list[Lock]] = {}
    for lock in locks:
        for id_ in visits_of(lock, told):
            found.setdefault(id_, []).append(lock)
    return {id_: tuple(each) for id_, each in found.items()}


def visits_of(lock: Lock, told: Mapping[str, PublishedVisit]) -> list[str]:
    """Return of which published visits a lock is, by id; `told` is where they are, by id."""
    if lock == Lock(keeps=lock.keeps):
        return []
    return [
        id_
        for id_, visit in told.items()
        if lock.id in (None, id_)
        and lock.date in (None, visit.date)
        and lock.consultant_id in (None, visit.consultant_id)
    ]


def _written(lock: Lock) -> str:
    date = lock.date and day(lock.date)
    return ", ".join(part for part in (lock.id, lock.consultant_id, date) if part) or "?"


def _settled(lock: Lock, visit: PublishedVisit) -> Settled:
    whole = lock.keeps == "whole"
    return Settled(
        date=visit.date if whole or lock.keeps == "day" else None,
        start_s=visit.start_s if whole or lock.keeps == "hour" else None,
        consultant_id=visit.consultant_id if whole or lock.keeps == "consultant" else None,
        conversations=visit.conversations or None if whole else None,
    )


def _joined(one: Settled, other: Settled) -> Settled:
    """Return what two locks of the same published visit say together."""
    names = ("date", "start_s", "consultant_id", "conversations")
    return Settled(**{name: getattr(one, name) or getattr(other, name) for name in names})


def _pinned_away(request: Request, lock: Settled) -> bool:
    pin = request.pin
    return pin is not None and not lock.allows(
        pin.date, pin.start_s, pin.consultant_id or lock.consultant_id or "", pin.conversations
    )
