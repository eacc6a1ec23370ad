"""The .ics files, read back as a calendar program does."""

import datetime as dt
from typing import Any

import samples
from icalendar import Calendar, Timezone

from scheduler.model.roster import Roster
from scheduler.outputs.calendars import calendar


def _events(content: bytes) -> dict[str, dict[str, Any]]:
    """The events by UID: summary, start, end, location and description."""
    events: dict[str, dict[str, Any]] = {}
    for event in Calendar.from_ical(content).walk("VEVENT"):
        events[str(event["uid"])] = {
            "summary": str(event["summary"]),
            "start": event.decoded("dtstart"),
            "end": event.decoded("dtend"),
            "location": str(event.get("location", "")),
            "description": str(event.get("description", "")),
            "sequence": event.decoded("sequence"),
        }
    return events


def _moved(roster: Roster, days: int) -> Roster:
    """The roster with its first round on another day."""
    first = roster.rounds[0]
    shift = dt.timedelta(days=days)
    fields = {name: getattr(first, name) for name in first.__slots__}
    stops = []
    for stop in first.stops:
        own = {name: getattr(stop, name) for name in stop.__slots__}
        stops.append(type(stop)(**{**own, "start": stop.start + shift, "end": stop.end + shift}))
    moved = type(first)(**{**fields, "date": first.date + shift, "stops": tuple(stops)})
    return roster.replace(rounds=(moved, *roster.rounds[1:]))


def test_a_visit_has_its_hours_place_and_conversations() -> None:
    event = _events(calendar(samples.roster(), "r1"))["2009-W20-r1-visit-vesterbrogade@hjul"]
    assert event["summary"] == "Praksis Vesterbrogade"
    assert event["start"].isoformat() == "2009-05-11T09:45:00+02:00"
    assert event["end"].isoformat() == "2009-05-11T11:20:00+02:00"
    assert event["location"] == "Vesterbrogade 140, 1620 København V"
    assert event["description"].splitlines() == [
        "2 conversations: 9:50, 10:35",
        "Room 9:30–11:30, Lokale 2",
        "Ride there: 4 min, 1.1 km, parked 9:45",
    ]


def test_every_stop_is_an_event_of_its_own_consultant() -> None:
    roster = samples.roster()
    for consultant in roster.consultants:
        own = [r for r in roster.rounds if r.consultant_id == consultant.consultant_id]
        events = _events(calendar(roster, consultant.consultant_id))
        assert len(events) == sum(len(round_.stops) for round_ in own)


def test_outlook_is_told_about_summer_time() -> None:
    (zone,) = Calendar.from_ical(calendar(samples.roster(), "r1")).walk("VTIMEZONE")
    assert isinstance(zone, Timezone)
    assert str(zone["tzid"]) == "Europe/Copenhagen"
    copenhagen = zone.to_tz()
    for month, hours in ((1, 1), (5, 2), (12, 1)):
        offset = dt.datetime(2009, month, 15, 12, tzinfo=copenhagen).utcoffset()
        assert offset == dt.timedelta(hours=hours)


def test_a_replanned_week_moves_its_visits_instead_of_adding() -> None:
    roster = samples.roster()
    before = _events(calendar(roster, "r1"))
    after = _events(calendar(_moved(roster, 4), "r1", sequence=1))
    uid = "2009-W20-r1-visit-vesterbrogade@hjul"
    assert after[uid]["start"] - before[uid]["start"] == dt.timedelta(days=4)
    assert (before[uid]["sequence"], after[uid]["sequence"]) == (0, 1)


def test_the_same_stop_twice_a_day_keeps_apart() -> None:
    roster = samples.roster()
    first = roster.rounds[1]
    fields = {name: getattr(first, name) for name in first.__slots__}
    twice = type(first)(**{**fields, "stops": (*first.stops, first.stops[-1])})
    events = Calendar.from_ical(calendar(roster.replace(rounds=(twice,)), "r2")).walk("VEVENT")
    assert len({str(event["uid"]) for event in events}) == len(twice.stops)


def test_home_visits_say_their_district_only() -> None:
    content = calendar(samples.roster(), "r1")
    event = _events(content)["2009-W20-r1-home_visit-hb-1@hjul"]
    assert (event["summary"], event["location"]) == ("Home visit", "Vesterbro")
    unfolded = content.decode().replace("\r\n ", "")
    assert samples.HOME_ADDRESS not in unfolded
    assert samples.HOME_NAME not in unfolded


def test_hostile_texts_come_back_as_they_were() -> None:
    roster = samples.roster(hostile=True)
    content = calendar(roster, "r1")
    summaries = {event["summary"] for event in _events(content).values()}
    assert roster.rounds[0].stops[1].name in summaries
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert content.count(b"BEGIN:VEVENT") == content.count(b"\r\nDTSTART;")


def test_line_breaks_and_control_characters_make_no_new_property() -> None:
    roster = samples.roster()
    first = roster.rounds[1]
    fields = {name: getattr(first, name) for name in first.__slots__}
    own = {name: getattr(first.stops[0], name) for name in first.stops[0].__slots__}
    evil = type(first.stops[0])(**{**own, "name": "a\r\nATTENDEE:mailto:x@example.org\x00\x07; b, c\\n"})
    content = calendar(roster.replace(rounds=(type(first)(**{**fields, "stops": (evil,)}),)), "r2")
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert "attendee" not in event
    assert str(event["summary"]) == "a\nATTENDEE:mailto:x@example.org; b, c\\n"


def test_the_bytes_depend_on_the_roster_alone() -> None:
    assert calendar(samples.roster(), "r1") == calendar(samples.roster(), "r1")
