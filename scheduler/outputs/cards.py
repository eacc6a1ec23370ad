"""The consultant's list: a card a stop and a line a ride, in words."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from scheduler.base.i18n import _, clock, km, minutes
from scheduler.model.roster import BasePlace, Roster, Round, Stop
from scheduler.model.texts import word
from scheduler.outputs import itinerary, words
from scheduler.outputs.directions import main_streets, steps


@dataclass(frozen=True, slots=True)
class RideCard:
    """A ride in words."""

    departs: str
    minutes: str
    distance: str
    to: str
    via: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StopCard:
    """A stop in words. `number` is what the map's marker says; "" where there is none."""

    kind: str
    number: str
    time: str
    title: str
    place: str = ""
    geo: str = ""
    web: str = ""
    lines: tuple[str, ...] = ()


def cards(roster: Roster, round_: Round, rides: itinerary.Rides) -> tuple[StopCard | RideCard, ...]:
    """Return the consultant's list: stops and rides in the order of the day, being back last."""
    return tuple(_cards(roster, round_, rides))


def _cards(roster: Roster, round_: Round, rides: itinerary.Rides) -> Iterator[StopCard | RideCard]:
    base = itinerary.base_of(roster, round_)
    waiting = list(itinerary.legs(roster, round_, rides))
    labels = itinerary.numbers(roster, round_)
    places = (stop for stop in round_.stops if stop.kind not in ("task", "engagement", "lunch"))
    names = {stop.place_id: words.stop_named(stop) for stop in places}
    names[base.place_id] = base.name
    left = bool(waiting)
    for stop in round_.stops:
        # Lunch in a wait stands before the stop that is waited for, but after the ride there.
        while waiting and _arrives(round_, waiting[0]) <= stop.start:
            yield _ride_card(waiting.pop(0), names)
        yield _stop_card(stop, base, labels, names)
    if waiting:
        yield _ride_card(waiting.pop(0), names)
    if left:
        yield StopCard("base", "B", clock(round_.returns_base), _("Back at base"), place=base.name)


def _arrives(round_: Round, leg: itinerary.Leg) -> dt.datetime:
    return leg.stop.arrival if leg.stop else round_.returns_base


def _ride_card(leg: itinerary.Leg, names: Mapping[str, str]) -> RideCard:
    return RideCard(
        departs=clock(leg.departs),
        minutes=minutes(leg.seconds),
        distance=km(leg.metres),
        to=names.get(leg.to_id) or (leg.stop.address if leg.stop else ""),
        via=main_streets(leg.path) if leg.path else "",
        steps=steps(leg.path) if leg.path else (),
    )


def _stop_card(stop: Stop, base: BasePlace, labels: Mapping[str, str], names: Mapping[str, str]) -> StopCard:
    at_base = stop.place_id == base.place_id
    interval = f"{clock(stop.start)}–{clock(stop.end)}"
    label = "B" if at_base else labels.get(stop.place_id, "")
    if stop.kind == "lunch":
        place = (
            _("at base") if at_base else _("at {place}").format(place=names.get(stop.place_id, stop.address))
        )
        return StopCard(
            "lunch", "", clock(stop.start), words.stop_kind(stop.kind), lines=(f"{interval}, {place}",)
        )
    if stop.kind == "desk":
        return StopCard("desk", label, clock(stop.start), words.stop_kind(stop.kind), lines=(interval,))
    if stop.kind in ("task", "engagement") and at_base:
        return StopCard(
            stop.kind, label, clock(stop.start), word(stop.name), lines=(f"{interval}, {_('at base')}",)
        )
    return StopCard(
        kind=stop.kind,
        number=label,
        time=clock(stop.start),
        title=words.stop_title(stop),
        place=stop.address or word(stop.name),
        geo=geo_link(stop),
        # A home visit's address is personal: no link of it leads to a web site.
        web="" if stop.kind == "home_visit" else web_link(stop),
        lines=stop_lines(stop),
    )


def stop_lines(stop: Stop) -> tuple[str, ...]:
    """Return what one needs to know at a stop: arrival, room, conversations, when it ends."""
    lines = []
    if stop.arrival != stop.start:
        lines.append(_("there at {time}").format(time=clock(stop.arrival)))
    lines += filter(None, [words.room(stop)])
    if stop.conversations:
        times = ", ".join(clock(moment) for moment in stop.conversation_starts)
        lines.append(f"{words.conversations(stop.conversations)}: {times}")
    lines.append(_("until {time}").format(time=clock(stop.end)))
    return tuple(lines)


def geo_link(stop: Stop) -> str:
    """Return a ``geo:`` link, which opens the phone's own map at the stop; "" without coordinates."""
    if stop.lat is None or stop.lon is None:
        return ""
    where = f"{stop.lat:.5f},{stop.lon:.5f}"
    return f"geo:{where}?q={where}({quote(stop.address or word(stop.name), safe='')})"


def web_link(stop: Stop) -> str:
    """Return the stop on openstreetmap.org, for computers that know no ``geo:`` links."""
    if stop.lat is None or stop.lon is None:
        return ""
    return (
        f"https://www.openstreetmap.org/?mlat={stop.lat:.5f}&mlon={stop.lon:.5f}"
        f"#map=18/{stop.lat:.5f}/{stop.lon:.5f}"
    )
