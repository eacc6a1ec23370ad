"""The geometry of the board: where on the time axis every stop, ride and room lies, and what is to be seen of it.

Days across, consultants down, the clock downwards. Every consultant has an axis of their own, as long as their week
needs. Positions are minutes from its top, so that the style sheet alone decides how high an hour is. What is here is
plain data: `assets/board.html` draws it, wherever a board stands.
"""

import dataclasses
import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Literal

from scheduler.base.i18n import _, clock, km, minutes, number
from scheduler.model.beside import Bend, Beside, FreeTime
from scheduler.model.roster import REQUESTED, ConsultantWeek, Roster, Round, Stop, StopKind
from scheduler.model.texts import word
from scheduler.outputs import names, words
from scheduler.outputs.totals import ConsultantTotals, consultant_totals, shown_days

#: How many colours and patterns the style sheet has for districts.
PALETTE = 6
#: What a line of text takes of the axis, and the edge of a block, in minutes, as high as the style sheet has them.
_LINE_MIN, _EDGE_MIN = 22, 3.5
#: Below how many minutes the time to spare at the end of a visit is short, and scarce.
SHORT_MIN, SCARCE_MIN = 5, 15
#: Axes begin and end at such minutes.
_BEGINS_MIN, _ENDS_MIN = 30, 15


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

    @property
    def end(self) -> float:
        """Where it ends."""
        return self.top + self.length


@dataclass(frozen=True, slots=True)
class Axis:
    """The time axis of a consultant's week: from when, in minutes after midnight, and how many minutes."""

    first: int
    length: int

    @property
    def hours(self) -> tuple[tuple[int, int], ...]:
        """The whole hours on it: where, and which."""
        first = -(-self.first // 60)
        return tuple(
            (60 * hour - self.first, hour) for hour in range(first, (self.first + self.length) // 60 + 1)
        )

    def span(self, start: dt.datetime, end: dt.datetime) -> Span:
        """Return where a time lies, as far as it is on the axis."""
        top = min(max(0.0, _minute(start) - self.first), self.length)
        bottom = min(float(self.length), _minute(end) - self.first)
        return Span(round(top, 1), round(max(0.0, bottom - top), 1))


@dataclass(frozen=True, slots=True)
class Band:
    """The hours of a room beside its visit, in one of the lanes that keep such from covering each other.

    `opens` and `closes` tell whether the room's first and last minute are on the axis.
    """

    span: Span
    lane: int
    opens: bool
    closes: bool


@dataclass(frozen=True, slots=True)
class Spare:
    """How many minutes later a visit could end, and until what: its room closes, the next stop, the end of the shift."""

    minutes: int
    until: Literal["room", "next", "shift"]

    @property
    def level(self) -> Literal["short", "scarce", "ample"]:
        """How scarce it is."""
        return "short" if self.minutes < SHORT_MIN else "scarce" if self.minutes < SCARCE_MIN else "ample"

    @property
    def text(self) -> str:
        """Say it in words."""
        time = minutes(60 * self.minutes)
        if self.until == "room":
            return _("{time} to spare until the room closes").format(time=time)
        if self.until == "next":
            return _("{time} to spare until the next stop").format(time=time)
        return _("{time} to spare until the shift ends").format(time=time)


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign on a block, by the name of its picture, and what it says."""

    sign: Literal["other", "moved", "held"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something on the board: a stop, the ride or wait that leads to it, or free time that would hold a visit.

    Attributes
    ----------
    kind
        What it is.
    span
        Where it lies.
    title
        What it is called.
    short
        The number of a ride's minutes, or of the conversations that free time would hold.
    clock
        From when until when.
    details
        Short lines below the title, the most needed first; how many are seen depends on the height.
    district, band, marks, spare
        Of a visit: where, when its room is free, what it bends, and how much time is to spare at its end.
    id, anchor
        Of the request of a visit, and where links to it lead; empty for others.
    pieces
        What of free time nothing else covers, the largest first.
    halved
        Whether it is work at base that begins with lunch, or that lunch: they lie side by side.
    """

    kind: StopKind | Literal["ride", "wait", "free"]
    span: Span
    title: str
    short: str = ""
    clock: str = ""
    details: tuple[str, ...] = ()
    district: District | None = None
    band: Band | None = None
    marks: tuple[Mark, ...] = ()
    spare: Spare | None = None
    id: str = ""
    anchor: str = ""
    pieces: tuple[Span, ...] = ()
    halved: bool = False

    @property
    def lines(self) -> int:
        """How many lines of text it is high, at least one."""
        return max(1, int((self.span.length - _EDGE_MIN) / _LINE_MIN))


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the week; `closed` says why nobody works, None that somebody may."""

    date: dt.date
    closed: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One consultant's day; without a shift there is none to work in.

    `lanes` is how many lanes the hours of its rooms need.
    """

    day: Day
    shifts: tuple[Span, ...] = ()
    summary: str = ""
    href: str = ""
    items: tuple[Item, ...] = ()
    lanes: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A consultant's week: what it adds up to, in words, its axis, and a cell for each day."""

    consultant: ConsultantWeek
    summary: str
    axis: Axis
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """The whole week."""

    days: tuple[Day, ...]
    rows: tuple[Row, ...]
    districts: tuple[District, ...]

    @property
    def kinds(self) -> frozenset[str]:
        """Which kinds of items, marks and scarce time are on it: what its legend has to explain."""
        items = [item for row in self.rows for cell in row.cells for item in cell.items]
        spare = {item.spare.level for item in items if item.spare}
        signs = {mark.sign for item in items for mark in item.marks}
        bands = {"band" for item in items if item.band}
        return frozenset({item.kind for item in items} | spare | signs | bands)


def districts(roster: Roster) -> dict[str, District]:
    """Return the districts of the roster's visits, each with a colour and the shortest unique letters."""
    found = {stop.district for round_ in roster.rounds for stop in round_.stops if stop.is_visit}
    ordered = sorted(found - {""}, key=str.casefold)
    result = {}
    for number_, name in enumerate(ordered):
        others = [other.casefold() for other in ordered if other != name]
        code = next(
            (name[:n] for n in (1, 2, 3) if not any(o.startswith(name[:n].casefold()) for o in others)),
            str(number_ + 1),
        )
        result[name] = District(name, number_ % PALETTE, code)
    return result


def anchors(roster: Roster) -> dict[str, str]:
    """Return where links to each visit lead, by its request's id."""
    ids = [stop.id for round_ in roster.rounds for stop in round_.stops if stop.kind in REQUESTED]
    return {id_: f"visit-{number_}" for number_, id_ in enumerate(dict.fromkeys(ids), start=1)}


def board(roster: Roster, beside: Beside | None = None) -> Board:
    """Lay the week out, with what stands beside its roster, where that is known."""
    beside = beside or Beside()
    closed = {day.date: word(day.reason) if day.reason else "" for day in roster.closed_days}
    days = tuple(Day(date, closed.get(date)) for date in shown_days(roster))
    shown = districts(roster)
    laid = _Laid(roster, beside, shown, anchors(roster))
    return Board(
        days, tuple(laid.row(totals, days) for totals in consultant_totals(roster)), tuple(shown.values())
    )


@dataclass(frozen=True, slots=True)
class _Laid:
    """What laying out a consultant's day needs to know of the week."""

    roster: Roster
    beside: Beside
    districts: Mapping[str, District]
    anchors: Mapping[str, str]

    def row(self, totals: ConsultantTotals, days: Iterable[Day]) -> Row:
        consultant = totals.consultant
        axis = _axis(self.roster, consultant)
        summary = f"{words.conversations(totals.conversations)}, {km(totals.ride_m)}"
        return Row(consultant, summary, axis, tuple(self._cell(consultant, axis, day) for day in days))

    def _cell(self, consultant: ConsultantWeek, axis: Axis, day: Day) -> Cell:
        mine = (consultant.consultant_id, day.date)
        round_ = next((r for r in self.roster.rounds if (r.consultant_id, r.date) == mine), None)
        shifts = (shift for shift in consultant.shifts if shift.date == day.date)
        items = list(self._items(round_, consultant, axis)) if round_ else []
        stops = [item for _begins, item in items]
        items += [
            (free.start, _free(free, axis, stops))
            for free in self.beside.free
            if (free.consultant_id, free.start.date()) == mine
        ]
        in_order = [item for _begins, item in sorted(items, key=itemgetter(0))]
        lanes = _lanes([item.band.span if item.band else None for item in in_order])
        laned = tuple(
            dataclasses.replace(item, band=dataclasses.replace(item.band, lane=lane)) if item.band else item
            for item, lane in zip(in_order, lanes, strict=True)
        )
        return Cell(
            day=day,
            shifts=tuple(axis.span(shift.start, shift.end) for shift in shifts),
            summary=_summary(round_) if round_ else "",
            href=names.round_map(round_) if round_ else "",
            items=laned,
            lanes=max(lanes, default=-1) + 1,
        )

    def _items(
        self, round_: Round, consultant: ConsultantWeek, axis: Axis
    ) -> Iterator[tuple[dt.datetime, Item]]:
        """Yield every stop, ride and wait of a round with the moment when it begins."""
        left: Stop | None = None  # the stop that the next ride leads away from; None is base
        parking = _parking(round_)
        base_id = consultant.base_id
        lunches = [stop for stop in round_.stops if stop.kind == "lunch"]
        for stop in round_.stops:
            at_base = stop.place_id == base_id
            if stop.ride_seconds:
                leaves = stop.arrival - dt.timedelta(seconds=stop.ride_seconds)
                if left:  # from a practice in the house of the base one leaves just in time, as from base
                    leaves = max(left.end, leaves - parking)
                span = axis.span(leaves, stop.arrival)
                yield leaves, _ride(span, stop.ride_seconds, stop.ride_metres, to_base=at_base)
                has_lunch = any(
                    stop.arrival <= lunch.start < stop.start and lunch.place_id == stop.place_id
                    for lunch in lunches
                )
                if not at_base and (stop.waiting_seconds or has_lunch):
                    text = _("wait {time}").format(time=minutes(stop.waiting_seconds))
                    yield (
                        stop.arrival,
                        Item(kind="wait", span=axis.span(stop.arrival, stop.start), title=text),
                    )
            yield stop.start, self._stop(stop, round_, consultant, axis)
            if stop.kind != "lunch":
                left = None if at_base else stop
        if left and round_.back_seconds > 0:
            span = axis.span(left.end, round_.returns_base)
            yield left.end, _ride(span, round_.back_seconds, round_.back_metres, to_base=True)

    def _stop(self, stop: Stop, round_: Round, consultant: ConsultantWeek, axis: Axis) -> Item:
        details = []
        if stop.kind == "visit":
            details.append(words.conversations(stop.conversations))
        details += filter(None, [words.room(stop)])
        at_base = stop.place_id == consultant.base_id
        if stop.kind in ("task", "engagement") and not at_base and stop.address:
            details.append(stop.address)
        asked = stop.kind in REQUESTED
        return Item(
            kind=stop.kind,
            span=axis.span(stop.start, stop.end),
            title=word(stop.name) if stop.kind == "desk" else words.stop_title(stop),
            clock=f"{clock(stop.start)}–{clock(stop.end)}",
            details=tuple(details),
            district=self.districts.get(stop.district) if stop.is_visit else None,
            band=_band(stop, axis) if stop.kind == "visit" else None,
            marks=self._marks(self.beside.bends.get(stop.id, Bend()), round_) if asked else (),
            spare=spare(stop, round_, consultant) if asked else None,
            id=stop.id if asked else "",
            anchor=self.anchors[stop.id] if asked else "",
            halved=_is_halved(stop, round_),
        )

    def _marks(self, bend: Bend, round_: Round) -> tuple[Mark, ...]:
        who = self.roster.consultant_names
        marks = []
        if bend.instead_of:
            marks.append(Mark("other", words.instead_of(bend.instead_of, round_.consultant_id, who)))
        if bend.moved_from:
            marks.append(Mark("moved", words.moved_from(bend.moved_from)))
        if bend.pinned:
            marks.append(Mark("held", _("pinned")))
        elif bend.locked:
            marks.append(Mark("held", _("locked")))
        return tuple(marks)


def _minute(moment: dt.datetime) -> float:
    return moment.hour * 60 + moment.minute + moment.second / 60


def _axis(roster: Roster, consultant: ConsultantWeek) -> Axis:
    """Return the axis of a consultant's week: from the first to the last minute that has anything."""
    moments = [moment for s in consultant.shifts for moment in (s.start, s.end)]
    for round_ in roster.rounds:
        if round_.consultant_id == consultant.consultant_id:
            moments += [round_.leaves_base, round_.returns_base]
            moments += [moment for stop in round_.stops for moment in (stop.start, stop.end)]
    if not moments:
        return Axis(8 * 60, 60)
    first = int(min(map(_minute, moments)) // _BEGINS_MIN) * _BEGINS_MIN
    last = math.ceil(max(map(_minute, moments)) / _ENDS_MIN) * _ENDS_MIN
    return Axis(first, max(60, last - first))


def _summary(round_: Round) -> str:
    if not round_.ride_metres:
        return _("at base")
    return _("{visits}, {km}").format(visits=words.visits(round_.visits), km=km(round_.ride_metres))


def _parking(round_: Round) -> dt.timedelta:
    """Return how long the bicycle is parked after a ride, as the first one tells."""
    first = next((stop for stop in round_.stops if stop.ride_seconds), None)
    if first is None:
        return dt.timedelta()
    return first.arrival - dt.timedelta(seconds=first.ride_seconds) - round_.leaves_base


def spare(stop: Stop, round_: Round, consultant: ConsultantWeek) -> Spare:
    """Return how much later a stop could end: until its room closes, or the next stop begins, or the shift ends.

    What lies between is the ride, the parking and the lunch; work at base gives way.
    """
    limits: list[Spare] = []
    if stop.slot:
        limits.append(Spare(_whole_minutes(stop.slot.end - stop.end), "room"))
    shift_end = min(
        (shift.end for shift in consultant.shifts if shift.start <= stop.start and stop.end <= shift.end),
        default=None,
    )
    later = [other for other in round_.stops if other.start >= stop.end and other is not stop]
    onward = next((other for other in later if other.kind != "lunch"), None)
    if onward is None:
        until, back = shift_end, round_.returns_base - stop.end
    else:
        until = onward.start
        if onward.kind == "desk":
            until = min(onward.end, shift_end) if shift_end and shift_end > onward.start else onward.end
        back = dt.timedelta(seconds=onward.ride_seconds) + (
            _parking(round_) if onward.ride_seconds else dt.timedelta()
        )
    if until is not None:
        eaten = [other.end - other.start for other in later if other.kind == "lunch" and other.end <= until]
        left = until - stop.end - max(back, dt.timedelta()) - sum(eaten, dt.timedelta())
        limits.append(Spare(_whole_minutes(left), "next" if onward else "shift"))
    return min(limits, key=lambda limit: limit.minutes, default=Spare(0, "shift"))


def _whole_minutes(time: dt.timedelta) -> int:
    return max(0, int(time.total_seconds() // 60))


def _is_halved(stop: Stop, round_: Round) -> bool:
    """Tell whether work at base and a lunch in it begin so near each other that the names of both would be one place."""
    pairs = ((desk, lunch) for desk in round_.stops for lunch in round_.stops)
    return any(
        stop in (desk, lunch) and 0 <= _minute(lunch.start) - _minute(desk.start) < _LINE_MIN + _EDGE_MIN
        for desk, lunch in pairs
        if desk.kind == "desk" and lunch.kind == "lunch" and lunch.start < desk.end
    )


def _ride(span: Span, seconds: int, metres: int, *, to_base: bool) -> Item:
    return Item(
        kind="ride",
        span=span,
        title=f"{minutes(seconds)}, {km(metres)}",
        short=number(math.ceil(seconds / 60)),
        details=(_("to base"),) if to_base else (),
    )


def _band(stop: Stop, axis: Axis) -> Band | None:
    if stop.slot is None:
        return None
    opens = _minute(stop.slot.start) >= axis.first
    closes = _minute(stop.slot.end) <= axis.first + axis.length
    return Band(axis.span(stop.slot.start, stop.slot.end), 0, opens, closes)


def _lanes(spans: Sequence[Span | None]) -> list[int]:
    """Return the first lane for each span in which none before it is in its way; -1 where there is none."""
    ends: list[list[Span]] = []
    lanes = []
    for span in spans:
        if span is None:
            lanes.append(-1)
            continue
        free = (
            i
            for i, lane in enumerate(ends)
            if all(other.end <= span.top or span.end <= other.top for other in lane)
        )
        lane = next(free, len(ends))
        if lane == len(ends):
            ends.append([])
        ends[lane].append(span)
        lanes.append(lane)
    return lanes


def _free(free: FreeTime, axis: Axis, items: Iterable[Item]) -> Item:
    span = axis.span(free.start, free.end)
    pieces, top = [], span.top
    for from_, to in sorted(_covered(item) for item in items):
        pieces.append(Span(top, min(from_, span.end) - top))
        top = max(top, to)
    pieces.append(Span(top, span.end - top))
    seen = sorted((piece for piece in pieces if piece.length > 0), key=lambda piece: -piece.length)
    return Item(
        kind="free",
        span=span,
        title=_("room for {conversations}").format(conversations=words.conversations(free.conversations)),
        short=number(free.conversations),
        clock=f"{clock(free.start)}–{clock(free.end)}",
        details=free.practices,
        pieces=tuple(seen) or (span,),
    )


def _covered(item: Item) -> tuple[float, float]:
    """Return what of the axis an item covers; work at base gives way, but for its name."""
    named = (1 + item.halved) * _LINE_MIN + _EDGE_MIN
    length = min(item.span.length, named) if item.kind == "desk" else item.span.length
    return item.span.top, item.span.top + length
