"""An .ics file a consultant (RFC 5545), for Outlook, Google and Apple calendars."""

import datetime as dt
from collections import Counter

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from scheduler.base.i18n import _, capitalized, clock, km, language, minutes
from scheduler.model.clock import TIMEZONE, Week, local
from scheduler.model.roster import REQUESTED, Roster, Round, Stop
from scheduler.outputs import words
from scheduler.outputs.privacy import public
from scheduler.outputs.totals import printable


def calendar(roster: Roster, consultant_id: str, *, sequence: int = 0) -> bytes:
    """Return a consultant's calendar of the week, without where home visits are.

    A replanned week has the same UIDs, so that calendars move its events instead of adding to
    them; give it a higher `sequence`. The bytes depend on nothing but roster, language and sequence.
    """
    roster = public(roster)
    name = next(c.name for c in roster.consultants if c.consultant_id == consultant_id)
    result = Calendar()
    result.add("prodid", f"-//hjul//Rådgiver på hjul//{language().upper()}")
    result.add("version", "2.0")
    result.add("calscale", "GREGORIAN")
    result.add("method", "PUBLISH")
    result.add("x-wr-calname", printable(f"{words.week_title(roster)}, {name}"))
    result.add("x-wr-timezone", TIMEZONE.key)
    result.add_component(_timezone())
    stamp = dt.datetime.combine(Week.parse(roster.week).monday, dt.time(), dt.UTC)
    uids = Counter[str]()
    for round_ in roster.rounds:
        if round_.consultant_id != consultant_id:
            continue
        for stop in round_.stops:
            event = _event(stop)
            uid = _uid(roster.week, round_, stop)
            uids[uid] += 1
            event.add("uid", f"{uid}-{uids[uid]}@hjul" if uids[uid] > 1 else f"{uid}@hjul")
            event.add("dtstamp", stamp)
            event.add("sequence", sequence)
            result.add_component(event)
    return bytes(result.to_ical())


def _uid(week: str, round_: Round, stop: Stop) -> str:
    """Name an event: visits by the week, so that they can move to another day; the others by the day."""
    when = week if stop.kind in REQUESTED else round_.date.isoformat()
    return f"{when}-{round_.consultant_id}-{stop.kind}-{stop.id}"


def _event(stop: Stop) -> Event:
    event = Event()
    event.add("dtstart", local(stop.start))
    event.add("dtend", local(stop.end))
    event.add("summary", printable(words.stop_title(stop)))
    location = stop.district if stop.kind == "home_visit" else stop.address
    if location:
        event.add("location", printable(location))
    description = "\n".join(_description(stop))
    if description:
        event.add("description", printable(description))
    return event


def _description(stop: Stop) -> list[str]:
    lines = []
    if stop.conversations:
        starts = ", ".join(map(clock, stop.conversation_starts))
        count = words.conversations(stop.conversations)
        lines.append(_("{conversations}: {times}").format(conversations=count, times=starts))
    lines += filter(None, [capitalized(words.room(stop))])
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
