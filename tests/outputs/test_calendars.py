"""The .ics files, read back as a calendar program does."""

import datetime as dt
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
import recurring_ical_events
import samples
from icalendar import Calendar, Timezone

from scheduler.model.clock import TIMEZONE
from scheduler.model.roster import Roster, Round
from scheduler.outputs.calendars import calendar, practice_calendar


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


def _shown(*files: bytes) -> dict[str, tuple[dt.datetime, dt.datetime, str, str]]:
    """What a calendar shows after it was given files in turn, without what is cancelled.

    The library chooses among what it knows of a UID: the highest SEQUENCE.
    """
    known = Calendar()
    for content in files:
        for event in Calendar.from_ical(content).walk("VEVENT"):
            known.add_component(event)
    return {
        str(event["uid"]): (
            event.decoded("dtstart"),
            event.decoded("dtend"),
            str(event["summary"]),
            str(event.get("description", "")),
        )
        for event in recurring_ical_events.of(known).all()
        if event.get("status") != "CANCELLED"
    }


def _edition(number: int, *rounds: Round) -> Roster:
    """The sample's roster, or these rounds of it, as published on some Thursday."""
    roster = samples.roster()
    issued_at = dt.datetime(2009, 5, 7, 14, 10, tzinfo=TIMEZONE) + dt.timedelta(hours=number)
    return roster.replace(edition=number, issued_at=issued_at, rounds=rounds or roster.rounds)


def _later(round_: Round, days: int) -> Round:
    """A round on another day."""
    shift = dt.timedelta(days=days)
    stops = (replace(stop, start=stop.start + shift, end=stop.end + shift) for stop in round_.stops)
    return replace(round_, date=round_.date + shift, stops=tuple(stops))


def _second_edition() -> Roster:
    """Round 1 moved to Friday, round 2 lost its last stop, and r2 has taken the home visit's round."""
    first, second, third, *rest = samples.roster().rounds
    return _edition(
        2,
        _later(first, 4),
        replace(second, stops=second.stops[:-1]),
        replace(third, consultant_id="r2"),
        *rest,
    )


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


def test_without_a_store_nothing_is_newer_than_what_was_published() -> None:
    """A draft has a number already, but has not been told to anybody."""
    for roster in (samples.roster(), samples.roster().replace(edition=3)):
        (event, *_others) = Calendar.from_ical(calendar(roster, "r1")).walk("VEVENT")
        assert (event.decoded("sequence"), event.decoded("dtstamp")) == (
            0,
            dt.datetime(2009, 5, 11, tzinfo=dt.UTC),
        )


def test_an_edition_is_told_by_its_number_and_its_moment() -> None:
    events = Calendar.from_ical(calendar(_edition(2), "r1")).walk("VEVENT")
    assert {event.decoded("sequence") for event in events} == {2}
    assert {event.decoded("dtstamp") for event in events} == {dt.datetime(2009, 5, 7, 14, 10, tzinfo=dt.UTC)}


def test_a_moment_without_zone_is_local() -> None:
    roster = _edition(2).replace(issued_at=dt.datetime(2009, 5, 7, 14, 10))
    (event, *_others) = Calendar.from_ical(calendar(roster, "r1")).walk("VEVENT")
    assert event.decoded("dtstamp") == dt.datetime(2009, 5, 7, 12, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize("only_changes", [False, True])
@pytest.mark.parametrize("consultant_id", ["r1", "r2"])
def test_a_calendar_that_has_both_editions_shows_the_second(
    consultant_id: str,
    only_changes: bool,
) -> None:
    one, two = _edition(1), _second_edition()
    old, wanted = calendar(one, consultant_id), _shown(calendar(two, consultant_id))
    new = calendar(two, consultant_id, earlier=[one], only_changes=only_changes)
    assert _shown(old) != wanted
    assert _shown(old, new) == wanted
    assert _shown(new, old) == wanted
    assert _shown(old, new, old, new) == wanted


def test_a_calendar_that_missed_an_edition_is_put_right() -> None:
    one, two = _edition(1), _second_edition()
    three = _edition(3, *two.rounds[1:])
    old, wanted = calendar(one, "r1"), _shown(calendar(three, "r1"))
    assert _shown(old, calendar(three, "r1", earlier=[one, two])) == wanted
    changes = _events(calendar(three, "r1", earlier=[one, two], only_changes=True))
    assert set(changes) == {f"2009-W20-r1-visit-{id_}@hjul" for id_ in ("vesterbrogade", "matthaeusgade")} | {
        f"2009-05-15-r1-{id_}@hjul" for id_ in ("engagement-telefon", "lunch-lunch")
    }


def test_what_was_dropped_may_come_back() -> None:
    one, two = _edition(1), _edition(2, *samples.roster().rounds[1:])
    three = _edition(3)
    files = [
        calendar(one, "r1"),
        calendar(two, "r1", earlier=[one], only_changes=True),
        calendar(three, "r1", earlier=[one, two], only_changes=True),
    ]
    for order in permutations(files):
        assert _shown(*order) == _shown(calendar(three, "r1"))


def test_the_changes_are_what_moved_and_what_is_cancelled() -> None:
    one, two = _edition(1), _second_edition()
    content = calendar(two, "r1", earlier=[one], only_changes=True)
    events = {str(event["uid"]): event for event in Calendar.from_ical(content).walk("VEVENT")}
    moved, gone = events["2009-W20-r1-visit-vesterbrogade@hjul"], events["2009-W20-r1-home_visit-hb-1@hjul"]
    assert "status" not in moved
    assert moved.decoded("dtstart").isoformat() == "2009-05-15T09:45:00+02:00"
    assert (str(gone["status"]), str(gone["transp"])) == ("CANCELLED", "TRANSPARENT")
    assert str(gone["summary"]) == "Cancelled: Home visit"
    assert gone.decoded("dtstart").isoformat() == "2009-05-12T13:15:00+02:00"
    assert "2009-W20-r1-visit-enghavevej@hjul" not in events
    assert samples.HOME_ADDRESS not in content.decode().replace("\r\n ", "")


def test_nothing_changed_is_an_empty_file() -> None:
    content = calendar(_edition(2), "r1", earlier=[_edition(1)], only_changes=True)
    assert not _events(content)
    assert Calendar.from_ical(content)["method"] == "PUBLISH"


def test_the_calendar_of_somebody_who_left_is_cancelled() -> None:
    one = _edition(1)
    left = one.replace(
        edition=2,
        rounds=tuple(round_ for round_ in one.rounds if round_.consultant_id == "r1"),
        consultants=one.consultants[:1],
    )
    content = calendar(left, "r2", earlier=[one])
    assert not _shown(content)
    assert not _shown(content, calendar(one, "r2"))
    assert len(_events(content)) == len(_events(calendar(one, "r2")))


def test_a_practice_keeps_its_event_when_another_comes() -> None:
    one, two = _edition(1), _second_edition()
    old = practice_calendar(one, "sjaeloer")
    new = practice_calendar(two, "sjaeloer", earlier=[one], only_changes=True)
    ((uid, event),) = _events(old).items()
    assert uid == "2009-W20-visit-sjaeloer@praksis.hjul"
    assert event["summary"] == "Visit by Rådgiver 1"
    assert event["location"] == "Sjælør Boulevard 110, 2450 København SV"
    assert event["description"] == "1 conversation: 9:05\nRoom 8:00–10:00, Stuen"
    assert str(Calendar.from_ical(old)["x-wr-calname"]) == "Visits to Praksis Sjælør Boulevard"
    for files in ((old, new), (new, old)):
        (shown,) = _shown(*files).values()
        assert shown[2] == "Visit by Rådgiver 2"


def test_a_practice_is_told_that_its_visit_is_off() -> None:
    one, two = _edition(1), _edition(2, *samples.roster().rounds[1:])
    old = practice_calendar(one, "vesterbrogade")
    new = practice_calendar(two, "vesterbrogade", earlier=[one])
    assert _shown(old)
    for files in ((new,), (old, new), (new, old)):
        assert not _shown(*files)
    assert [event["summary"] for event in _events(new).values()] == ["Cancelled: Visit by Rådgiver 1"]
    assert str(Calendar.from_ical(new)["x-wr-calname"]) == "Visits to Praksis Vesterbrogade"


def test_a_practice_hears_of_tasks_and_not_of_home_visits_engagements_and_others() -> None:
    roster = samples.roster()
    (third,) = (round_ for round_ in roster.rounds if round_.date.day == 13)
    engaged = third.stops[2]
    assert engaged.place_id == "istedgade"
    task = replace(engaged, kind="task", id="intro", name="Introduktion")
    with_task = replace(third, stops=(*third.stops[:2], task, *third.stops[3:]))
    assert not _events(practice_calendar(roster.replace(rounds=(third,)), "istedgade"))
    ((uid, event),) = _events(practice_calendar(roster.replace(rounds=(with_task,)), "istedgade")).items()
    assert (uid, event["summary"]) == ("2009-W20-task-intro@praksis.hjul", "Introduktion, by Rådgiver 1")


def test_events_are_in_whole_minutes_and_never_none() -> None:
    first = samples.roster().rounds[0]
    begins = first.stops[0].start
    stops = [
        replace(first.stops[0], start=begins + dt.timedelta(seconds=a), end=begins + dt.timedelta(seconds=b))
        for a, b in ((0, 113), (113, 175), (175, 178))
    ]
    roster = samples.roster().replace(rounds=(replace(first, stops=tuple(stops)),))
    told = [(event["start"], event["end"]) for event in _events(calendar(roster, "r1")).values()]
    assert [((a - begins).total_seconds(), (b - begins).total_seconds()) for a, b in told] == [
        (0, 60),
        (60, 120),
        (120, 180),
    ]


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
