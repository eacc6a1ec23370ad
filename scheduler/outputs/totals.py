"""Sums that several outputs show: what each consultant does in the week, and which days it has."""

import datetime as dt
import re
from dataclasses import dataclass

from scheduler.model.clock import Week
from scheduler.model.roster import ConsultantWeek, Roster

_WORKING_DAYS = 5
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultantTotals:
    """What a consultant's rounds of the week add up to, and the seconds of the shifts."""

    consultant: ConsultantWeek
    shift_s: int
    visits: int
    conversations: int
    ride_s: int
    ride_m: int
    waiting_s: int


def consultant_totals(roster: Roster) -> tuple[ConsultantTotals, ...]:
    """Add up each consultant's rounds."""
    return tuple(_totals(roster, consultant) for consultant in roster.consultants)


def _totals(roster: Roster, consultant: ConsultantWeek) -> ConsultantTotals:
    own = [round_ for round_ in roster.rounds if round_.consultant_id == consultant.consultant_id]
    return ConsultantTotals(
        consultant=consultant,
        shift_s=sum(round((shift.end - shift.start).total_seconds()) for shift in consultant.shifts),
        visits=sum(round_.visits for round_ in own),
        conversations=sum(round_.conversations for round_ in own),
        ride_s=sum(round_.ride_seconds for round_ in own),
        ride_m=sum(round_.ride_metres for round_ in own),
        waiting_s=sum(round_.waiting_seconds for round_ in own),
    )


def shown_days(roster: Roster) -> tuple[dt.date, ...]:
    """Return the dates that a picture of the week has: Saturday and Sunday only when somebody works."""
    used = {shift.date for consultant in roster.consultants for shift in consultant.shifts}
    used |= {round_.date for round_ in roster.rounds}
    days = Week.parse(roster.week).days
    return (*days[:_WORKING_DAYS], *(date for date in days[_WORKING_DAYS:] if date in used))


def printable(text: str) -> str:
    """Return a text without the characters that XML, Excel and calendars refuse; lines stay lines."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
