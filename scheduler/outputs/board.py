"""The geometry of the board: where on the time axis every stop, ride and room slot lies.

Days across, consultants down, the clock downwards. Positions are minutes from the top of the axis,
so that the style sheet alone decides how high an hour is.
"""

import dataclasses
import datetime as dt
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Literal

from scheduler.base.i18n import _, clock, km, minutes
from scheduler.model.roster import ConsultantWeek, Roster, Round, Stop, StopKind
from scheduler.model.texts import word
from scheduler.outputs import names, words
from scheduler.outputs.totals import shown_days

#: How many colours and patterns the style sheet has for districts.
PALETTE = 6
#: What a line and two lines of text take of the axis, in minutes, as high as the style sheet has it.
_LINE_MIN, _TWO_LINES_MIN = 12, 40


@dataclass(frozen=True, slots=True)
class District:
    """How a district is shown: `style` is a number of the palette, `code` a few unique letters."""

    name: str
    style: int
    code: str


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the time axis, in minutes from its top."""

    top: float
    length: float


_SpanOf = Callable[[dt.datetime, dt.datetime], Span]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something on the board: a stop, or the ride or wait that leads to it.

    `band` is the room slot behind a visit. `details` are short lines below the title, the most
    needed first; how many are seen depends on the height. `low` tells that a stop is no higher than
    one line, `tight` that there is no room for a line beside a ride before the next stop.
    """

    kind: StopKind | Literal["ride", "wait"]
    span: Span
    title: str
    clock: str = ""
    details: tuple[str, ...] = ()
    district: District | None = None
    band: Span | None = None
    tight: bool = False

    @property
    def low(self) -> bool:
        """Whether it is too low for two lines of text."""
        return self.span.length < _TWO_LINES_MIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One consultant's day; without a shift there is none to work in."""

    consultant: ConsultantWeek
    row: int
    shifts: tuple[Span, ...] = ()
    summary: str = ""
    href: str = ""
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A day; `closed` says why nobody works."""

    date: dt.date
    closed: str | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """The whole week. The axis begins at `first_hour` and is `hours` high."""

    first_hour: int
    hours: int
    columns: tuple[Column, ...]
    districts: tuple[District, ...]


def districts(roster: Roster) -> dict[str, District]:
    """Return the districts of the roster's visits, each with a colour and the shortest unique letters."""
    found = {stop.district for round_ in roster.rounds for stop in round_.stops if stop.is_visit}
    ordered = sorted(found - {""}, key=str.casefold)
    result = {}
    for number, name in enumerate(ordered):
        others = [other.casefold() for other in ordered if other != name]
        code = next(
            (name[:n] for n in (1, 2, 3) if not any(o.startswith(name[:n].casefold()) for o in others)),
            str(number + 1),
        )
        result[name] = District(name, number % PALETTE, code)
    return result


def board(roster: Roster) -> Board:
    """Lay the week out."""
    rounds = {(round_.consultant_id, round_.date): round_ for round_ in roster.rounds}
    closed = {day.date: word(day.reason) if day.reason else "" for day in roster.closed_days}
    first_hour, hours = _axis(roster)
    shown = districts(roster)

    def span(start: dt.datetime, end: dt.datetime) -> Span:
        top = max(0.0, _minute(start) - first_hour * 60)
        bottom = min(hours * 60.0, _minute(end) - first_hour * 60)
        return Span(round(top, 1), round(max(0.0, bottom - top), 1))

    def cell(row: int, consultant: ConsultantWeek, date: dt.date) -> Cell:
        round_ = rounds.get((consultant.consultant_id, date))
        return Cell(
            consultant=consultant,
            row=row,
            shifts=tuple(span(shift.start, shift.end) for shift in consultant.shifts if shift.date == date),
            summary=_summary(round_) if round_ else "",
            href=names.round_map(round_) if round_ else "",
            items=_in_order(_items(round_, span, consultant.base_id, shown)) if round_ else (),
        )

    columns = tuple(
        Column(date, closed.get(date), tuple(cell(i, c, date) for i, c in enumerate(roster.consultants)))
        for date in shown_days(roster)
    )
    return Board(first_hour, hours, columns, tuple(shown.values()))


def _in_order(items: Iterable[tuple[dt.datetime, Item]]) -> tuple[Item, ...]:
    # A roster lists a lunch had while waiting before the stop whose ride leads to that wait.
    ordered = [item for _begins, item in sorted(items, key=itemgetter(0))]
    for i, item in enumerate(ordered):
        later = (other.span.top for other in ordered[i + 1 :] if other.kind != "wait")
        if item.kind == "ride" and next(later, math.inf) - item.span.top < _LINE_MIN:
            ordered[i] = dataclasses.replace(item, tight=True)
    return tuple(ordered)


def _minute(moment: dt.datetime) -> float:
    return moment.hour * 60 + moment.minute + moment.second / 60


def _axis(roster: Roster) -> tuple[int, int]:
    """Return the first whole hour of the axis and its number of hours."""
    moments = [moment for c in roster.consultants for s in c.shifts for moment in (s.start, s.end)]
    for round_ in roster.rounds:
        moments += [round_.leaves_base, round_.returns_base]
        moments += [moment for stop in round_.stops for moment in (stop.start, stop.end)]
    if not moments:
        return 8, 8
    first = int(min(map(_minute, moments)) // 60)
    last = -int(-max(map(_minute, moments)) // 60)
    return first, max(1, last - first)


def _summary(round_: Round) -> str:
    if not round_.ride_metres:
        return _("at base")
    return _("{visits}, {km}").format(visits=words.visits(round_.visits), km=km(round_.ride_metres))


def _items(
    round_: Round, span: _SpanOf, base_id: str, shown: Mapping[str, District]
) -> Iterator[tuple[dt.datetime, Item]]:
    """Yield every stop, ride and wait of a round with the moment when it begins."""
    left: Stop | None = None  # the stop that the next ride leads away from; None is base
    parking: dt.timedelta | None = None
    lunches = [stop for stop in round_.stops if stop.kind == "lunch"]
    for stop in round_.stops:
        at_base = stop.place_id == base_id
        if stop.ride_seconds:
            leaves = stop.arrival - dt.timedelta(seconds=stop.ride_seconds)
            parking = leaves - round_.leaves_base if parking is None else parking
            if left:  # from a practice in the house of the base one leaves just in time, as from base
                leaves = max(left.end, leaves - parking)
            yield (
                leaves,
                _ride(span(leaves, stop.arrival), stop.ride_seconds, stop.ride_metres, to_base=at_base),
            )
            has_lunch = any(
                stop.arrival <= lunch.start < stop.start and lunch.place_id == stop.place_id
                for lunch in lunches
            )
            if not at_base and (stop.waiting_seconds or has_lunch):
                text = _("wait {time}").format(time=minutes(stop.waiting_seconds))
                yield stop.arrival, Item(kind="wait", span=span(stop.arrival, stop.start), title=text)
        yield stop.start, _stop(stop, span, shown, at_base=at_base)
        if stop.kind != "lunch":
            left = None if at_base else stop
    if left and round_.back_seconds > 0:
        span_back = span(left.end, round_.returns_base)
        yield left.end, _ride(span_back, round_.back_seconds, round_.back_metres, to_base=True)


def _ride(span: Span, seconds: int, metres: int, *, to_base: bool) -> Item:
    details = (_("to base"),) if to_base else ()
    return Item(kind="ride", span=span, title=f"{minutes(seconds)}, {km(metres)}", details=details)


def _stop(stop: Stop, span: _SpanOf, shown: Mapping[str, District], *, at_base: bool) -> Item:
    details = []
    if stop.kind == "visit":
        details.append(words.conversations(stop.conversations))
    details += filter(None, [words.room(stop)])
    if stop.kind in ("task", "engagement") and not at_base and stop.address:
        details.append(stop.address)
    return Item(
        kind=stop.kind,
        span=span(stop.start, stop.end),
        title=words.stop_title(stop),
        clock=f"{clock(stop.start)}–{clock(stop.end)}",
        details=tuple(details),
        district=shown.get(stop.district) if stop.is_visit else None,
        band=span(stop.slot.start, stop.slot.end) if stop.slot and stop.kind == "visit" else None,
    )
