"""An .ics file a consultant or a practice (RFC 5545), for Outlook, Google and Apple calendars.

A calendar knows an event by its UID. It takes what it is given for newer by SEQUENCE and DTSTAMP, and keeps what
is no longer mentioned (RFC 5546). So a published roster's edition is the SEQUENCE, the moment of publishing the
DTSTAMP, and what earlier editions had and this one has not is there as cancelled.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from scheduler.base.i18n import _, capitalized, clock, km, language, minutes
from scheduler.model.clock import TIMEZONE, Week, local
from scheduler.model.roster import REQUESTED, Roster, Round, Stop
from scheduler.model.texts import word
from scheduler.outputs import words
from scheduler.outputs.privacy import public
from scheduler.outputs.totals import printable

_Events = Mapping[str, Event]


def calendar(
    roster: Roster, consultant_id: str, *, earlier: Sequence[Roster] = (), only_changes: bool = False
) -> bytes:
    """Return a consultant's calendar of the week, without where home visits are.

    The bytes depend on nothing but the arguments and the language.

    Parameters
    ----------
    roster
        As published, with `edition` and `issued_at`. Without both nothing was published, and what was published
        once stays newer.
    consultant_id
        Whose calendar.
    earlier
        The editions published before, the last one last. What one of them had and `roster` has not is cancelled,
        so that also a calendar that missed an edition is put right.
    only_changes
        Leave out what is as the last of them has it.
    """
    names = {c.consultant_id: c.name for each in (*earlier, roster) for c in each.consultants}
    return _file(
        f"{words.week_title(roster)}, {names[consultant_id]}",
        roster,
        earlier,
        lambda each: _consultant_events(each, consultant_id),
        only_changes=only_changes,
    )


def practice_calendar(
    roster: Roster, practice_id: str, *, earlier: Sequence[Roster] = (), only_changes: bool = False
) -> bytes:
    """Return the calendar of the week's visits to a practice, and of the tasks there; see `calendar`."""
    names: dict[str, str] = {}
    for each in (*earlier, roster):
        names |= {id_: word(name) for id_, name in each.names["practice_id"].items()}
    return _file(
        _("Visits to {practice}").format(practice=names.get(practice_id, practice_id)),
        roster,
        earlier,
        lambda each: _practice_events(each, practice_id),
        only_changes=only_changes,
    )


def joined(files: Sequence[bytes], name: str) -> bytes:
    """Return several calendars of one person as one, for a program that reads it again and again."""
    result = _empty(name)
    for file in files:
        for event in Calendar.from_ical(file).events:
            result.add_component(event)
    return bytes(result.to_ical())


def _file(
    name: str,
    roster: Roster,
    earlier: Sequence[Roster],
    events_of: Callable[[Roster], _Events],
    *,
    only_changes: bool,
) -> bytes:
    result = _empty(name)
    stamp, sequence = dt.datetime.combine(Week.parse(roster.week).monday, dt.time(), dt.UTC), 0
    if roster.edition is not None and roster.issued_at is not None:
        issued = roster.issued_at.replace(tzinfo=roster.issued_at.tzinfo or TIMEZONE)
        stamp, sequence = issued.astimezone(dt.UTC), roster.edition
    before = [events_of(public(each)) for each in earlier]
    for uid, event in _told(events_of(public(roster)), before, only_changes=only_changes):
        event.add("uid", uid)
        event.add("dtstamp", stamp)
        event.add("sequence", sequence)
        result.add_component(event)
    return bytes(result.to_ical())


def _empty(name: str) -> Calendar:
    result = Calendar()
    result.add("prodid", f"-//hjul//Rådgiver på hjul//{language().upper()}")
    result.add("version", "2.0")
    result.add("calscale", "GREGORIAN")
    result.add("method", "PUBLISH")
    result.add("x-wr-calname", " ".join(printable(name).split()))
    result.add("x-wr-timezone", TIMEZONE.key)
    result.add_component(_timezone())
    return result


def _told(now: _Events, before: Sequence[_Events], *, only_changes: bool) -> Iterator[tuple[str, Event]]:
    """Yield what a file says: the events of now, or those that are new or differ, and what is cancelled."""
    last = before[-1] if before else {}
    for uid, event in now.items():
        if not only_changes or uid not in last or event.to_ical() != last[uid].to_ical():
            yield uid, event
    for uid, event in {uid: event for each in before for uid, event in each.items()}.items():
        if uid not in now and (uid in last or not only_changes):
            yield uid, _cancelled(event)


def _cancelled(event: Event) -> Event:
    """Return an event as one that is off; its title says so too, where a calendar does not look at STATUS."""
    found = Event()
    found.add("dtstart", event.decoded("dtstart"))
    found.add("dtend", event.decoded("dtend"))
    found.add("summary", _("Cancelled: {title}").format(title=event["summary"]))
    found.add("status", "CANCELLED")
    found.add("transp", "TRANSPARENT")
    return found


def _consultant_events(roster: Roster, consultant_id: str) -> _Events:
    events: dict[str, Event] = {}
    uids = Counter[str]()
    for round_ in roster.rounds:
        if round_.consultant_id == consultant_id:
            for stop in round_.stops:
                uid = _uid(roster.week, round_, stop)
                uids[uid] += 1
                uid = f"{uid}-{uids[uid]}" if uids[uid] > 1 else uid
                where = stop.district if stop.kind == "home_visit" else stop.address
                events[f"{uid}@hjul"] = _event(stop, words.stop_title(stop), where, _description(stop))
    return events


def _practice_events(roster: Roster, practice_id: str) -> _Events:
    """Return the events of a practice, whoever comes: their names stay when another consultant does."""
    events: dict[str, Event] = {}
    for round_ in roster.rounds:
        who = roster.consultant_names.get(round_.consultant_id, round_.consultant_id)
        for stop in round_.stops:
            if stop.place_id == practice_id and stop.kind in ("visit", "task"):
                title = _("Visit by {consultant}") if stop.kind == "visit" else _("{title}, by {consultant}")
                title = title.format(consultant=who, title=word(stop.name))
                uid = f"{roster.week}-{stop.kind}-{stop.id}@praksis.hjul"
                events[uid] = _event(stop, title, stop.address, _held(stop))
    return events


def _uid(week: str, round_: Round, stop: Stop) -> str:
    """Name an event: visits by the week, so that they can move to another day; the others by the day."""
    when = week if stop.kind in REQUESTED else round_.date.isoformat()
    return f"{when}-{round_.consultant_id}-{stop.kind}-{stop.id}"


def _event(stop: Stop, title: str, where: str, lines: Sequence[str]) -> Event:
    """Return an event from one whole minute to another: as pages do, the seconds of its times are left out."""
    start, end = (local(moment).replace(second=0, microsecond=0) for moment in (stop.start, stop.end))
    event = Event()
    event.add("dtstart", start)
    event.add("dtend", max(end, start + dt.timedelta(minutes=1)))
    event.add("summary", printable(title))
    if where:
        event.add("location", printable(where))
    if lines:
        event.add("description", printable("\n".join(lines)))
    return event


def _held(stop: Stop) -> list[str]:
    """Say when the conversations are, and which room is theirs until when."""
    lines = []
    if stop.conversations:
        starts = ", ".join(map(clock, stop.conversation_starts))
        count = words.conversations(stop.conversations)
        lines.append(_("{conversations}: {times}").format(conversations=count, times=starts))
    return [*lines, *filter(None, [capitalized(words.room(stop))])]


def _description(stop: Stop) -> list[str]:
    lines = _held(stop)
    if stop.ride_seconds:
        ride = _("Ride there: {time}, {distance}, parked {arrival}")
        lines.append(
            ride.format(
                time=minutes(stop.ride_seconds), distance=km(stop.ride_metres), arrival=clock(stop.arrival)
            )
        )
    return lines


def _timezone() -> Timezone:
    """Describe Danish time, by the rule that the EU has had since 1996; Outlook needs it in the file."""
    winter, summer = dt.timedelta(hours=1), dt.timedelta(hours=2)
    zone = Timezone()
    zone.add("tzid", TIMEZONE.key)
    daylight, standard = TimezoneDaylight(), TimezoneStandard()
    for part, name, month, before, after in (
        (daylight, "CEST", 3, winter, summer),
        (standard, "CET", 10, summer, winter),
    ):
        start = dt.datetime(1996, month, 31 if month == 3 else 27, 2 if month == 3 else 3)  # noqa: DTZ001  # local
        part.add("dtstart", start)
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        part.add("tzname", name)
        part.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1SU"})
        zone.add_component(part)
    return zone
