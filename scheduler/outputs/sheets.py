"""roster.xlsx: a sheet of the week, one for each consultant, and two to be filled in with what was held."""

import datetime as dt
from collections.abc import Iterator, Sequence

from openpyxl import Workbook

from scheduler.base.i18n import _, clock, day
from scheduler.model.clock import Week
from scheduler.model.roster import ConsultantWeek, Roster, Round, Stop
from scheduler.model.texts import word
from scheduler.outputs import logsheet, words
from scheduler.outputs.excel import Sheet, Value, save, sheet_names
from scheduler.outputs.privacy import public
from scheduler.outputs.totals import consultant_totals, shown_days

_WEEK_WIDTHS = (28, 24, 24, 24, 24, 24, 24, 24)
_ROUND_WIDTHS = (14, 8, 8, 18, 32, 20, 36, 14, 14, 9, 9, 14, 9, 9)


def workbook(roster: Roster) -> bytes:
    """Return the workbook of a roster, without where home visits are.

    Dates, times and numbers are Excel's own, in the format of the language in force; the same
    roster gives the same bytes.
    """
    roster = public(roster)
    book = Workbook()
    title = f"{words.week_title(roster)} {Week.parse(roster.week).year}"
    # Those that are read back keep their names, whatever consultants are called.
    people = (consultant.name for consultant in roster.consultants)
    names = sheet_names([*logsheet.sheet_titles(), words.week_title(roster), *people])
    sheets = [book.active, *(book.create_sheet() for _name in names[1:])]
    for sheet, name in zip(sheets, [*names[2:], *names[:2]], strict=True):
        sheet.title = name
    logsheet.fill(sheets[-2], sheets[-1], roster)
    week = Sheet(sheets[0], _WEEK_WIDTHS, title)
    _week(week, roster)
    for sheet, consultant in zip(sheets[1:-2], roster.consultants, strict=True):
        _consultant(Sheet(sheet, _ROUND_WIDTHS, f"{title} · {consultant.name}"), roster, consultant)
    return save(book)


# --- The week -------------------------------------------------------------------------------------


def _week(sheet: Sheet, roster: Roster) -> None:
    sheet.title(words.sentence(roster), size=14)
    sheet.text(" · ".join(filter(None, (words.week_dates(roster), words.edition(roster)))))
    for note in roster.notes:
        sheet.text(word(note, roster.names))
    sheet.skip()
    _board(sheet, roster)
    sheet.skip()
    _summary(sheet, roster)
    if roster.unassigned:
        sheet.skip()
        _unplaced(sheet, roster)
    sheet.skip()
    _score(sheet, roster)


def _board(sheet: Sheet, roster: Roster) -> None:
    """Add days across and consultants down, in each cell the stops of the round."""
    rounds = {(round_.consultant_id, round_.date): round_ for round_ in roster.rounds}
    closed = {closed.date: closed.reason for closed in roster.closed_days}
    worked = {(c.consultant_id, shift.date) for c in roster.consultants for shift in c.shifts}
    days = shown_days(roster)

    def cell(consultant_id: str, date: dt.date) -> str:
        if (consultant_id, date) in rounds:
            return "\n".join(map(_stop_line, rounds[consultant_id, date].stops))
        if date in closed:
            reason = closed[date]
            return _("Closed: {reason}").format(reason=word(reason)) if reason else _("Closed")
        return _("no round") if (consultant_id, date) in worked else _("not at work")

    sheet.head([_("Consultant"), *days], repeat=True)
    for consultant in roster.consultants:
        sheet.row([consultant.name, *(cell(consultant.consultant_id, date) for date in days)])


def _stop_line(stop: Stop) -> str:
    times = f"{clock(stop.start)}–{clock(stop.end)} {words.stop_title(stop)}"
    return f"{times} ({stop.conversations})" if stop.conversations else times


def _summary(sheet: Sheet, roster: Roster) -> None:
    sheet.title(_("Consultants"))
    sheet.head(
        [
            _("Consultant"),
            _("Hours at work"),
            _("Visits"),
            _("Conversations"),
            _("Distance (km)"),
            _("Cycling (hours)"),
            _("Load (hours)"),
        ]
    )
    for totals in consultant_totals(roster):
        sheet.row(
            [
                totals.consultant.name,
                dt.timedelta(seconds=totals.shift_s),
                totals.visits,
                totals.conversations,
                totals.ride_m / 1000,
                dt.timedelta(seconds=totals.ride_s),
                dt.timedelta(seconds=round(totals.consultant.load_seconds)),
            ]
        )


def _unplaced(sheet: Sheet, roster: Roster) -> None:
    sheet.title(_("What could not be placed"))
    heads = (
        _("Who"),
        _("Practice ID"),
        _("District"),
        _("Asked for"),
        _("Room for"),
        _("Why"),
        _("Cost (points)"),
    )
    sheet.head(heads)
    for request in roster.unassigned:
        asked: Sequence[Value] = (request.requested, request.held)
        if request.kind != "visit":
            asked = (None, None)
        id_ = request.id if request.kind == "visit" else None
        cost = words.price(request)
        sheet.row([word(request.name), id_, request.district, *asked, words.why(request, roster), cost])


def _score(sheet: Sheet, roster: Roster) -> None:
    sheet.title(_("What the roster costs"))
    sheet.head([_("Term"), _("Count"), _("Weight"), _("Points")])
    for name, term in words.ordered_terms(roster).items():
        seconds_each = words.TIME_TERMS.get(name)
        count: Value = dt.timedelta(seconds=round(term.count * seconds_each)) if seconds_each else term.count
        sheet.row([words.term(name), count, words.term_weight(name, term.weight), term.points])
    sheet.row([_("Score"), None, None, roster.score], bold=True)


# --- A consultant ---------------------------------------------------------------------------------


def _consultant(sheet: Sheet, roster: Roster, consultant: ConsultantWeek) -> None:
    sheet.head(
        [
            _("Date"),
            _("Start"),
            _("End"),
            _("What"),
            _("Name"),
            _("Practice ID"),
            _("Address"),
            _("District"),
            _("Conversations"),
            _("Room from"),
            _("Room to"),
            _("Room"),
            _("Ride (min)"),
            _("Ride (km)"),
        ],
        repeat=True,
    )
    for round_ in roster.rounds:
        if round_.consultant_id == consultant.consultant_id:
            for row in _round_rows(round_):
                sheet.row(row)
            total = _("Total {day}").format(day=day(round_.date, "short"))
            sums = _ride(round_.ride_seconds, round_.ride_metres)
            sheet.row([*[None] * 3, total, *[None] * 4, round_.conversations, *[None] * 3, *sums], bold=True)


def _round_rows(round_: Round) -> Iterator[list[Value]]:
    """Yield the rows of a round in the order of the clock, leaving base and the way back included."""
    rows = [(stop.start, _stop_row(round_, stop)) for stop in round_.stops]
    if round_.ride_seconds:
        leaves, returns = round_.leaves_base, round_.returns_base
        rows.append((leaves, [round_.date, leaves.time(), None, _("Leaves base"), *[None] * 10]))
        ride = _ride(round_.back_seconds, round_.back_metres)
        rows.append((returns, [round_.date, returns.time(), None, _("Back at base"), *[None] * 8, *ride]))
    for _begins, row in sorted(rows, key=lambda row: row[0]):
        yield row


def _stop_row(round_: Round, stop: Stop) -> list[Value]:
    room: Sequence[Value] = (None, None, None)
    if stop.slot and stop.kind != "task":
        room = (stop.slot.start.time(), stop.slot.end.time(), stop.slot.room)
    return [
        round_.date,
        stop.start.time(),
        stop.end.time(),
        words.stop_kind(stop.kind),
        word(stop.name) if stop.kind in words.NAMED else None,
        stop.id if stop.kind == "visit" else None,
        stop.address or None,
        stop.district or None,
        stop.conversations or None,
        *room,
        *_ride(stop.ride_seconds, stop.ride_metres),
    ]


def _ride(seconds: int, metres: int) -> tuple[Value, Value]:
    """Return a ride's whole minutes and kilometres; nothing where there is no ride."""
    return (int(seconds / 60 + 0.5), metres / 1000) if seconds else (None, None)
