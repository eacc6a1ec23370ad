"""The consultant's day as a list: a card a stop, a line a ride and a wait, in words and in order of time."""

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scheduler.base.i18n import _, clock, hours, km, minutes, tied
from scheduler.model.project import Practice
from scheduler.model.roster import BasePlace, Roster, Round, Stop
from scheduler.model.texts import word
from scheduler.outputs import itinerary, words
from scheduler.outputs.directions import Step, main_streets, numbered

#: From how long on a wait is told.
_WAIT = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class RideCard:
    """A ride in words, from when it departs until the bicycle is parked."""

    starts: dt.datetime
    ends: dt.datetime
    minutes: str
    distance: str
    to: str
    via: str
    steps: tuple[Step, ...]

    @property
    def departs(self) -> str:
        """When it departs."""
        return clock(self.starts)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitCard:
    """A wait away from base."""

    starts: dt.datetime
    ends: dt.datetime

    @property
    def time(self) -> str:
        """When it begins."""
        return clock(self.starts)

    @property
    def length(self) -> str:
        """How long it is."""
        return hours((self.ends - self.starts).total_seconds())


@dataclass(frozen=True, slots=True, kw_only=True)
class StopCard:
    """A stop in words.

    Attributes
    ----------
    kind
        That of the stop; "base" where one is at base again, or at first. What follows happens there, until a ride.
    starts, ends
        Aware local times.
    number
        What the map's marker says; "" where there is none.
    time
        When it starts, in words; "" where a day begins at base.
    title, place, lines
        What happens, where, and what one needs to know there.
    at_base
        Whether it belongs to the card of being at base that is above it.
    away
        Whether one is out, neither at base nor elsewhere in its house.
    way
        Directions by bicycle; "" without coordinates, at base and for homes.
    phone, call
        The telephone as people write it, and the link that rings it; "" where there is none.
    note
        What the practice's note says.
    departs
        When one has to leave for it, an aware local time; None where no ride leads there.
    """

    kind: str
    starts: dt.datetime
    ends: dt.datetime
    number: str = ""
    time: str
    title: str
    place: str = ""
    lines: tuple[str, ...] = ()
    at_base: bool = False
    away: bool = False
    way: str = ""
    phone: str = ""
    call: str = ""
    note: str = ""
    departs: dt.datetime | None = None


Card = RideCard | WaitCard | StopCard


def cards(
    roster: Roster, round_: Round, rides: itinerary.Rides, practices: Iterable[Practice] = ()
) -> tuple[Card, ...]:
    """Return the consultant's list in order of time; `practices` have telephones and notes."""
    found = sorted(_List(roster, round_, rides, practices).cards(), key=lambda card: card.starts)
    return tuple(_with_waits(_bases_ended(found)))


@dataclass(slots=True)
class _List:
    """Writes a day down: its stops, each with the ride that leads there."""

    roster: Roster
    round: Round
    rides: itinerary.Rides
    practices: dataclasses.InitVar[Iterable[Practice]]
    known: Mapping[str, Practice] = dataclasses.field(init=False)
    base: BasePlace = dataclasses.field(init=False)
    legs: tuple[itinerary.Leg, ...] = dataclasses.field(init=False)
    house: frozenset[str] = dataclasses.field(init=False)
    labels: Mapping[str, str] = dataclasses.field(init=False)
    names: dict[str, str] = dataclasses.field(init=False)

    def __post_init__(self, practices: Iterable[Practice]) -> None:
        self.known = {practice.practice_id: practice for practice in practices}
        self.base = itinerary.base_of(self.roster, self.round)
        self.legs = itinerary.legs(self.roster, self.round, self.rides)
        # The places in the house of the base: that of the last ride, for from there nobody rides to base.
        there = (self.base.lat, self.base.lon)
        near = (s.place_id for s in self.round.stops if s.lat is not None and (s.lat, s.lon) == there)
        self.house = frozenset((self.base.place_id, *near, *(leg.to_id for leg in self.legs[-1:])))
        self.labels = itinerary.numbers(self.roster, self.round)
        places = (s for s in self.round.stops if s.kind not in ("task", "engagement", "lunch"))
        self.names = {stop.place_id: words.stop_named(stop) for stop in places}
        self.names[self.base.place_id] = self.base.name

    def cards(self) -> Iterator[RideCard | StopCard]:
        base_id = self.base.place_id
        waiting = [*zip(self.legs, numbered(leg.path for leg in self.legs), strict=True)]
        at_base = away = False  # whether a card says that one is at base; whether one is out
        departs: dt.datetime | None = None
        for stop in self.round.stops:
            # Lunch in a wait stands before the stop that is waited for, but after the ride there.
            while waiting and self._arrives(waiting[0][0]) <= stop.start:
                leg, steps = waiting.pop(0)
                yield from self._ridden(leg, steps)
                at_base, departs = leg.to_id in self.house, leg.departs
                away = not at_base
            if stop.place_id == base_id:
                if not at_base:
                    yield self._at_base(stop.start, stop)
                at_base, away = True, False
            elif stop.kind != "lunch" and away:
                at_base = False
            if stop.kind != "desk":
                told = None if stop.place_id == base_id or stop.kind == "lunch" else departs
                yield dataclasses.replace(self._stop(stop), departs=told, away=away)
                departs = departs if stop.kind == "lunch" else None
        for leg, steps in waiting:
            yield from self._ridden(leg, steps)

    def _arrives(self, leg: itinerary.Leg) -> dt.datetime:
        return leg.stop.arrival if leg.stop else self.round.returns_base

    def _ridden(self, leg: itinerary.Leg, steps: tuple[Step, ...]) -> Iterator[RideCard | StopCard]:
        """Yield a ride, and being back at base where it leads there."""
        arrives = self._arrives(leg)
        yield RideCard(
            starts=leg.departs,
            ends=arrives,
            minutes=minutes(leg.seconds),
            distance=km(leg.metres),
            to=self.names.get(leg.to_id) or (leg.stop.address or word(leg.stop.name) if leg.stop else ""),
            via=main_streets(leg.path) if leg.path else "",
            steps=steps,
        )
        if leg.to_id in self.house:
            yield self._at_base(arrives, leg.stop, time=clock(arrives), departs=leg.departs)

    def _at_base(
        self, since: dt.datetime, stop: Stop | None, time: str = "", departs: dt.datetime | None = None
    ) -> StopCard:
        """Return the card of being at base, with the desk work for which one is there."""
        desk = stop if stop and stop.kind == "desk" else None
        work = _("desk work until {time}").format(time=clock(desk.end)) if desk else ""
        return StopCard(
            kind="base",
            starts=since,
            ends=desk.end if desk else since,
            number="B",
            time=time,
            title=_("At base"),
            place=self.base.name,
            lines=(work,) if work else (),
            departs=departs,
        )

    def _stop(self, stop: Stop) -> StopCard:
        at_base = stop.place_id == self.base.place_id
        card = StopCard(
            kind=stop.kind,
            starts=stop.start,
            ends=stop.end,
            time=clock(stop.start),
            title=words.stop_title(stop),
            at_base=at_base,
        )
        if stop.kind == "lunch" or (at_base and not stop.is_visit):
            where = "" if at_base else self._lunch_place(stop)
            interval = f"{clock(stop.start)}–{clock(stop.end)}"
            return dataclasses.replace(card, lines=(", ".join(filter(None, (interval, where))),))
        # A home visit's address is personal: no link leads from it to anywhere.
        practice = None if stop.kind == "home_visit" else self.known.get(stop.place_id)
        return dataclasses.replace(
            card,
            number="B" if at_base else self.labels.get(stop.place_id, ""),
            place=stop.address or (stop.district if stop.kind == "home_visit" else word(stop.name)),
            lines=stop_lines(stop),
            way="" if stop.kind == "home_visit" else self._way(stop),
            phone=practice.phone if practice else "",
            call=tel_link(practice.phone) if practice else "",
            note=practice.note if practice else "",
        )

    def _lunch_place(self, stop: Stop) -> str:
        """Say where lunch is taken away from base; beside a home visit, no more than in which district."""
        homes = {other.place_id for other in self.round.stops if other.kind == "home_visit"}
        if stop.place_id in homes:
            return stop.district
        place = self.names.get(stop.place_id, stop.address)
        return _("at {place}").format(place=place) if place else ""

    def _way(self, stop: Stop) -> str:
        """Return the link to directions to a stop, from where the round comes from unless that is a home."""
        before = self.base.place_id
        for other in self.round.stops:
            if other is stop:
                break
            if other.kind != "lunch":
                before = other.place_id
        homes = {other.place_id for other in self.round.stops if other.kind == "home_visit"}
        spots = [(self.base.place_id, self.base.lat, self.base.lon)]
        spots += [(other.place_id, other.lat, other.lon) for other in self.round.stops]
        from_ = next((spot[1:] for spot in spots if spot[0] == before and before not in homes), (None, None))
        return way_link(from_, (stop.lat, stop.lon))


def _bases_ended(found: Sequence[RideCard | StopCard]) -> Iterator[RideCard | StopCard]:
    """Yield the cards with being at base as long as what happens there; the last is told as being back."""
    for i, card in enumerate(found):
        if isinstance(card, RideCard) or card.kind != "base":
            yield card
            continue
        inside = []
        for other in found[i + 1 :]:
            if isinstance(other, RideCard) or not other.at_base:
                break
            inside.append(other.ends)
        last = i == len(found) - 1
        title = _("Back at base") if last else card.title
        yield dataclasses.replace(card, title=title, ends=max([card.ends, *inside]))


def _with_waits(found: Iterable[RideCard | StopCard]) -> Iterator[Card]:
    """Yield the cards, and what is waited away from base between them."""
    free: dt.datetime | None = None  # since when one waits; at base nobody does
    for card in found:
        back = isinstance(card, StopCard) and not card.away
        if free and not back and card.starts - free >= _WAIT:
            yield WaitCard(starts=free, ends=card.starts)
        yield card
        free = None if back else max(free or card.ends, card.ends)


def stop_lines(stop: Stop) -> tuple[str, ...]:
    """Return what one needs to know at a stop: arrival, room, conversations, when it ends."""
    lines = []
    if stop.arrival != stop.start:
        lines.append(_("there at {time}").format(time=clock(stop.arrival)))
    lines += filter(None, [words.room(stop)])
    if stop.conversations:
        times = ", ".join(clock(moment) for moment in stop.conversation_starts)
        lines.append(f"{tied(words.conversations(stop.conversations))}: {times}")
    lines.append(_("until {time}").format(time=clock(stop.end)))
    return tuple(lines)


def way_link(from_: tuple[float | None, float | None], to: tuple[float | None, float | None]) -> str:
    """Return directions by bicycle on openstreetmap.org; "" without coordinates to ride to.

    Where one comes from may be unknown: then it is asked for there.
    """
    if to[0] is None or to[1] is None:
        return ""
    start = "" if from_[0] is None or from_[1] is None else f"{from_[0]:.5f},{from_[1]:.5f}"
    return (
        "https://www.openstreetmap.org/directions?engine=fossgis_osrm_bike"
        f"&route={start};{to[0]:.5f},{to[1]:.5f}"
    )


def tel_link(phone: str) -> str:
    """Return the link that rings a telephone; "" where what is written has no digits."""
    digits = re.sub(r"[^0-9]", "", phone)
    return f"tel:{'+' if phone.strip().startswith('+') else ''}{digits}" if digits else ""
