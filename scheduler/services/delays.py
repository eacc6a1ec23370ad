"""A consultant who is late: the new times onward, and whom they touch.

Nothing is planned anew here: the next stop is as much later as is told, and what follows by what waiting does not make
up for. Lunch is kept, and work at the desk gives way. Whoever wants the rest of the day planned again does so with `replan`.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scheduler.model.project import Practice
from scheduler.model.roster import REQUESTED, Round, Stop
from scheduler.services.touched import phone_of

#: What is at the time that it has, later or not: a visit, a task, or an engagement that others may wait at.
_TIMED = frozenset({*REQUESTED, "engagement"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """A stop that is later than planned.

    Attributes
    ----------
    stop
        As it is planned.
    start, end
        When it begins and ends now; aware local times.
    closes
        When its room closes, where that is before it ends now; else None.
    phone
        The practice's; empty where it is not known, and for homes.
    """

    stop: Stop
    start: dt.datetime
    end: dt.datetime
    closes: dt.datetime | None
    phone: str


def spare(round_: Round) -> Iterator[tuple[Stop, dt.timedelta]]:
    """Yield the stops of a round at a time of their own, each with what is to spare before it, in order.

    That is the time from the end of the one before (or from leaving base) that neither riding, parking nor lunch needs.
    """
    free, needed = round_.leaves_base, dt.timedelta()
    parking: dt.timedelta | None = None
    for stop in round_.stops:
        if stop.kind == "lunch":
            needed += stop.end - stop.start
            continue
        if stop.ride_seconds or stop.ride_metres:
            ride = dt.timedelta(seconds=stop.ride_seconds)
            if parking is None:  # nobody waits on the first ride
                parking = stop.arrival - round_.leaves_base - ride
            needed += ride + parking
        if stop.kind not in _TIMED:
            continue
        yield stop, max(stop.start - free - needed, dt.timedelta())
        free, needed = stop.end, dt.timedelta()


def later(
    round_: Round, late: dt.timedelta, moment: dt.datetime, practices: Mapping[str, Practice]
) -> tuple[Later, ...]:
    """Return what is later where a consultant is late at a moment, in order; what has begun stays as it is.

    Parameters
    ----------
    round_
        The consultant's day.
    late
        How much later the next stop is.
    moment
        When that was told.
    practices
        By id; for their telephones.
    """
    found: list[Later] = []
    for stop, to_spare in spare(round_):
        if stop.start <= moment:
            continue
        if found:
            late -= min(late, to_spare)
        if not late:
            break
        end = stop.end + late
        closes = stop.slot.end if stop.slot and stop.slot.end < end else None
        phone = phone_of(stop, practices)
        found.append(Later(stop=stop, start=stop.start + late, end=end, closes=closes, phone=phone))
    return tuple(found)
