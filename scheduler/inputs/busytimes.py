"""A calendar file -> when somebody is busy: hours and whole days, and nothing of what it is about."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scheduler.base import limits
from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.model.clock import local
from scheduler.week.hours import DAY, Hours, joined

_MOST_BYTES = 20_000_000
_MOST_EVENTS = 20_000
#: What comes again more often than daily is no appointment.
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_ONE_DAY = dt.timedelta(days=1)

_Moment = dt.datetime | dt.date


@dataclass(frozen=True, slots=True)
class _Busy:
    """One time: from when until when on the local clock, or from which day until before which."""

    start: _Moment
    end: _Moment


def busy_times(file: Path, first: dt.date, last: dt.date) -> Mapping[dt.date, Sequence[Hours]]:
    """Return when somebody is busy on each day from `first` to `last`, as seconds after midnight, joined.

    What is free, called off, or has no length is left out; a whole day is all of it. What recurs is there as often as it
    does. Times without a zone are local ones.

    Raises
    ------
    InputError
        When the file is no calendar, or has something in it that cannot be.
    ServiceError
        When it cannot be read.
    """
    from icalendar import Calendar

    raw = limits.read(file, _MOST_BYTES)
    try:
        calendars = Calendar.from_ical(raw.decode("utf-8-sig", "replace"), multiple=True)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise _unreadable(file) from error
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    if not calendars:
        raise _unreadable(file)
    if len(events) > _MOST_EVENTS:
        raise InputError(
            InputProblem(_("the calendar has too many events; send a shorter time of it"), str(file))
        )
    found: dict[dt.date, list[Hours]] = defaultdict(list)
    try:
        for busy in _occurrences(events, first, last):
            for day, hours in _by_day(busy, first, last):
                found[day].append(hours)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        reason = _("an event of the calendar has a time that cannot be read")
        raise InputError(InputProblem(reason, str(file))) from error
    return {day: joined(found[day]) for day in sorted(found)}


def _unreadable(file: Path) -> InputError:
    return InputError(InputProblem(_("this is no calendar file (.ics)"), str(file)))


def _occurrences(events: Sequence[Any], first: dt.date, last: dt.date) -> Iterator[_Busy]:
    """Yield all times at which somebody is busy, maybe also some before or after the days asked for."""
    instead: dict[str, set[_Moment]] = defaultdict(set)
    for event in events:
        if "RECURRENCE-ID" in event:
            instead[str(event.get("UID"))].add(_same(event["RECURRENCE-ID"].dt))
    for event in events:
        if not _is_busy(event) or "DTSTART" not in event:
            continue
        start = event["DTSTART"].dt
        length = _length(event, start)
        if "RECURRENCE-ID" in event:
            yield _busy(start, length)
            continue
        gone = instead[str(event.get("UID"))] | {_same(value) for value in _listed(event, "EXDATE")}
        for moment in _recurring(event, start, first - length - _ONE_DAY, last + _ONE_DAY):
            if _same(moment) not in gone:
                yield _busy(moment, length)


def _is_busy(event: Any) -> bool:
    return (
        str(event.get("TRANSP", "OPAQUE")).upper() != "TRANSPARENT"
        and str(event.get("STATUS", "")).upper() != "CANCELLED"
        and str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "BUSY")).upper() != "FREE"
    )


def _length(event: Any, start: _Moment) -> dt.timedelta:
    if "DTEND" in event:
        end = event["DTEND"].dt
        if isinstance(start, dt.datetime) and isinstance(end, dt.datetime):
            return local(end) - local(start) if end.tzinfo and start.tzinfo else _bare(end) - _bare(start)
        return dt.timedelta(days=(_day(end) - _day(start)).days)
    if "DURATION" in event:
        length: dt.timedelta = event["DURATION"].dt
        return length
    return dt.timedelta() if isinstance(start, dt.datetime) else _ONE_DAY


def _bare(moment: dt.datetime) -> dt.datetime:
    return local(moment).replace(tzinfo=None)


def _day(moment: _Moment) -> dt.date:
    return moment.date() if isinstance(moment, dt.datetime) else moment


def _same(moment: _Moment) -> _Moment:
    """Return what is equal for the same moment, however it is written."""
    return _bare(moment) if isinstance(moment, dt.datetime) else moment


def _listed(event: Any, name: str) -> Iterator[_Moment]:
    lists = event.get(name, [])
    for one in lists if isinstance(lists, list) else [lists]:
        for value in one.dts:
            yield value.dt[0] if isinstance(value.dt, tuple) else value.dt


def _recurring(event: Any, start: _Moment, first: dt.date, last: dt.date) -> Iterator[_Moment]:
    """Yield when an event begins, each time, in the zone of its start; also when it does only once."""
    if "RRULE" not in event:
        yield start
        yield from _listed(event, "RDATE")
        return
    from dateutil.rrule import rrulestr

    zone = start.tzinfo if isinstance(start, dt.datetime) else None
    begin = (
        start.replace(tzinfo=None)
        if isinstance(start, dt.datetime)
        else dt.datetime.combine(start, dt.time())
    )
    rules = event["RRULE"]
    for rule in rules if isinstance(rules, list) else [rules]:
        if str(rule.get("FREQ", [""])[0]).upper() not in _FREQUENCIES:
            raise ValueError("FREQ")
        until = rule.pop("UNTIL", [None])[0]
        most = dt.datetime.combine(last, dt.time())
        for moment in rrulestr(rule.to_ical().decode(), dtstart=begin, ignoretz=True):
            if moment > most or (until is not None and _is_behind(moment, until, zone)):
                break
            if moment.date() >= first:
                yield moment.replace(tzinfo=zone) if isinstance(start, dt.datetime) else moment.date()
    yield from _listed(event, "RDATE")


def _is_behind(moment: dt.datetime, until: _Moment, zone: dt.tzinfo | None) -> bool:
    if not isinstance(until, dt.datetime):
        return moment.date() > until
    if until.tzinfo is None or zone is None:
        return moment > until.replace(tzinfo=None)
    return moment.replace(tzinfo=zone) > until


def _busy(start: _Moment, length: dt.timedelta) -> _Busy:
    if not isinstance(start, dt.datetime):
        return _Busy(start, start + length)
    if start.tzinfo is None:
        return _Busy(start, start + length)
    return _Busy(_bare(start), _bare(start + length) if length < _ONE_DAY else _bare(start) + length)


def _by_day(busy: _Busy, first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, Hours]]:
    """Yield the hours of each day, in whole minutes."""
    day = max(_day(busy.start), first)
    while day <= min(_day(busy.end), last):
        if not isinstance(busy.start, dt.datetime) or not isinstance(busy.end, dt.datetime):
            hours = DAY if day < _day(busy.end) else (0, 0)
        else:
            hours = _seconds(busy.start, day) // 60 * 60, -(-_seconds(busy.end, day) // 60) * 60
        if hours[0] < hours[1]:
            yield day, hours
        day += _ONE_DAY


def _seconds(moment: dt.datetime, day: dt.date) -> int:
    """Return the seconds since midnight of a day, not before it and not after it."""
    return int(min(max((moment - dt.datetime.combine(day, dt.time())).total_seconds(), DAY[0]), DAY[1]))
