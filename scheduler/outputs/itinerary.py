"""A round as it is ridden: its rides in order, the numbers of its stops, and its summary."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.base.i18n import _, clock, km
from scheduler.model.geo import RidePath
from scheduler.model.roster import BasePlace, Roster, Round, Stop
from scheduler.outputs import words

Rides = Mapping[tuple[str, str], RidePath]


@dataclass(frozen=True, slots=True)
class Leg:
    """One ride of a round, to `stop`, or back to base where that is None.

    `path` is None where the way may not be shown (to and from a home visit, outside the
    consultant's own page).
    """

    from_id: str
    to_id: str
    stop: Stop | None
    departs: datetime
    seconds: int
    metres: int
    path: RidePath | None


def base_of(roster: Roster, round_: Round) -> BasePlace:
    """Return the base from which the round's consultant rides."""
    own = {consultant.consultant_id: consultant.base_id for consultant in roster.consultants}
    bases = {base.place_id: base for base in roster.bases}
    return bases[own[round_.consultant_id]]


def legs(roster: Roster, round_: Round, rides: Rides) -> tuple[Leg, ...]:
    """Return the rides of a round in order, the way back to base last.

    A stop without coordinates hides the ways to and from it. The seconds of the way back are what
    the round's total leaves, so they are at the consultant's own speed, as the others are.
    """
    base = base_of(roster, round_)
    found: list[Leg] = []
    here, seen, free = base.place_id, base.lat is not None, round_.leaves_base
    parking: timedelta | None = None
    for stop in round_.stops:
        if stop.kind == "lunch":
            continue
        # Within a house nobody rides.
        if stop.place_id != here and (stop.ride_seconds or stop.ride_metres):
            ride = timedelta(seconds=stop.ride_seconds)
            if parking is None:
                parking = stop.arrival - round_.leaves_base - ride
            departs = stop.arrival - parking - ride
            shown = seen and stop.lat is not None
            path = rides[here, stop.place_id] if shown else None
            found.append(Leg(here, stop.place_id, stop, departs, stop.ride_seconds, stop.ride_metres, path))
        here, seen, free = stop.place_id, stop.lat is not None, stop.end
    if here != base.place_id and (round_.back_seconds or round_.back_metres):
        path = rides[here, base.place_id] if seen and base.lat is not None else None
        found.append(Leg(here, base.place_id, None, free, round_.back_seconds, round_.back_metres, path))
    return tuple(found)


def numbers(roster: Roster, round_: Round) -> dict[str, str]:
    """Give the places away from base their numbers, in visiting order; one visited twice has both."""
    base = base_of(roster, round_)
    found: dict[str, list[str]] = {}
    count, here = 0, base.place_id
    for stop in round_.stops:
        if stop.kind == "lunch":
            continue
        if stop.place_id not in (here, base.place_id):
            count += 1
            found.setdefault(stop.place_id, []).append(str(count))
        here = stop.place_id
    return {place_id: "·".join(labels) for place_id, labels in found.items()}


def hours(round_: Round) -> tuple[str, str]:
    """Say when a round leaves its base, and when it is back."""
    return (
        _("from base {time}").format(time=clock(round_.leaves_base)),
        _("back {time}").format(time=clock(round_.returns_base)),
    )


def rides_out(round_: Round) -> bool:
    """Tell whether anything is ridden on a day; else it is spent at base, or in its house."""
    return bool(round_.ride_seconds or round_.ride_metres)


def facts(round_: Round) -> tuple[str, ...]:
    """Return the round's summary: leaving, being back, distance, visits, conversations; of a day without a ride, so much."""
    if not rides_out(round_):
        return (_("no visits out"), *held(round_))
    return (
        *hours(round_),
        km(round_.ride_metres),
        *held(round_),
    )


def held(round_: Round) -> tuple[str, ...]:
    """Count a day's visits and conversations; nothing where there are none and nothing is ridden."""
    if not (round_.visits or rides_out(round_)):
        return ()
    return words.visits(round_.visits), words.conversations(round_.conversations)
