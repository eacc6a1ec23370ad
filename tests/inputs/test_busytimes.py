"""Busy times of calendar files: zones, whole days, what recurs and what does not, and files that are none."""

import datetime as dt
from pathlib import Path

import pytest

from scheduler.base.errors import InputError, ServiceError
from scheduler.inputs.busytimes import busy_times

FIRST, LAST = dt.date(2009, 5, 11), dt.date(2009, 5, 24)
HOUR = 3600


def calendar(file: Path, *events: str) -> Path:
    body = "".join(
        "BEGIN:VEVENT\r\nUID:{n}\r\nSUMMARY:Privat\r\n{event}\r\nEND:VEVENT\r\n".format(
            n=n, event="\r\n".join(event.split("|"))
        )
        for n, event in enumerate(events)
    )
    file.write_text(
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n", encoding="utf-8"
    )
    return file


def found(file: Path, *events: str) -> dict[str, list[tuple[float, float]]]:
    read = busy_times(calendar(file / "a.ics", *events), FIRST, LAST)
    return {str(day): [(start / HOUR, end / HOUR) for start, end in hours] for day, hours in read.items()}


@pytest.mark.parametrize(
    ("event", "busy"),
    [
        ("DTSTART:20090512T130000|DTEND:20090512T143000", {"2009-05-12": [(13, 14.5)]}),
        ("DTSTART:20090512T110000Z|DTEND:20090512T120000Z", {"2009-05-12": [(13, 14)]}),
        ("DTSTART;TZID=Europe/Copenhagen:20090512T130000|DURATION:PT45M", {"2009-05-12": [(13, 13.75)]}),
        ("DTSTART;TZID=America/New_York:20090512T080000|DURATION:PT1H", {"2009-05-12": [(14, 15)]}),
        (
            "DTSTART;VALUE=DATE:20090512|DTEND;VALUE=DATE:20090514",
            {"2009-05-12": [(0, 24)], "2009-05-13": [(0, 24)]},
        ),
        ("DTSTART;VALUE=DATE:20090512", {"2009-05-12": [(0, 24)]}),
        ("DTSTART:20090512T220000|DTEND:20090513T020000", {"2009-05-12": [(22, 24)], "2009-05-13": [(0, 2)]}),
        ("DTSTART:20090512T130000|DTEND:20090512T130000", {}),
        ("DTSTART:20090512T130000", {}),
        ("DTSTART:20090512T130000|DTEND:20090512T140000|TRANSP:TRANSPARENT", {}),
        ("DTSTART:20090512T130000|DTEND:20090512T140000|STATUS:CANCELLED", {}),
        ("DTSTART:20090512T130000|DTEND:20090512T140000|X-MICROSOFT-CDO-BUSYSTATUS:FREE", {}),
        ("DTSTART:20090610T130000|DTEND:20090610T140000", {}),
        ("DTSTART:20090510T130000|DTEND:20090512T090000", {"2009-05-11": [(0, 24)], "2009-05-12": [(0, 9)]}),
    ],
)
def test_one_time(tmp_path: Path, event: str, busy: object) -> None:
    assert found(tmp_path, event) == busy


def test_what_recurs_is_there_each_time_but_where_it_is_moved_or_left_out(tmp_path: Path) -> None:
    weekly = "DTSTART;TZID=Europe/Copenhagen:20080101T090000|DTEND;TZID=Europe/Copenhagen:20080101T100000|RRULE:FREQ=WEEKLY;BYDAY=TU,TH"
    assert found(tmp_path, weekly) == {f"2009-05-{day}": [(9, 10)] for day in (12, 14, 19, 21)}
    without = f"{weekly}|EXDATE;TZID=Europe/Copenhagen:20090514T090000"
    assert found(tmp_path, without) == {f"2009-05-{day}": [(9, 10)] for day in (12, 19, 21)}
    ended = weekly.replace("BYDAY", "UNTIL=20090514T070000Z;BYDAY")
    assert found(tmp_path, ended) == {f"2009-05-{day}": [(9, 10)] for day in (12, 14)}
    counted = "DTSTART:20090512T090000|DURATION:PT1H|RRULE:FREQ=DAILY;COUNT=3"
    assert found(tmp_path, counted) == {f"2009-05-{day}": [(9, 10)] for day in (12, 13, 14)}
    whole = "DTSTART;VALUE=DATE:20090501|RRULE:FREQ=WEEKLY;UNTIL=20090515"
    assert found(tmp_path, whole) == {"2009-05-15": [(0, 24)]}
    more = "DTSTART:20090512T090000|DURATION:PT1H|RDATE:20090513T110000,20090520T110000"
    assert found(tmp_path, more) == {
        "2009-05-12": [(9, 10)],
        "2009-05-13": [(11, 12)],
        "2009-05-20": [(11, 12)],
    }


def test_one_of_several_that_is_moved_is_where_it_was_moved_to(tmp_path: Path) -> None:
    file = calendar(
        tmp_path / "a.ics",
        "DTSTART:20090505T090000|DURATION:PT1H|RRULE:FREQ=WEEKLY",
        "DTSTART:20090513T150000|DURATION:PT2H|RECURRENCE-ID:20090512T090000",
    )
    file.write_text(file.read_text(encoding="utf-8").replace("UID:1", "UID:0"), encoding="utf-8")
    assert busy_times(file, FIRST, LAST) == {
        dt.date(2009, 5, 13): ((15 * HOUR, 17 * HOUR),),
        dt.date(2009, 5, 19): ((9 * HOUR, 10 * HOUR),),
    }


def test_an_hour_stays_the_same_when_clocks_change(tmp_path: Path) -> None:
    file = calendar(
        tmp_path / "a.ics",
        "DTSTART;TZID=Europe/Copenhagen:20090323T090000|DURATION:PT1H|RRULE:FREQ=WEEKLY",
    )
    read = busy_times(file, dt.date(2009, 3, 23), dt.date(2009, 3, 30))
    assert read == {
        dt.date(2009, 3, 23): ((9 * HOUR, 10 * HOUR),),
        dt.date(2009, 3, 30): ((9 * HOUR, 10 * HOUR),),
    }


def test_times_that_meet_are_one_in_whole_minutes(tmp_path: Path) -> None:
    assert found(
        tmp_path,
        "DTSTART:20090512T090010|DTEND:20090512T100020",
        "DTSTART:20090512T095900|DTEND:20090512T110000",
    ) == {"2009-05-12": [(9, 11)]}


@pytest.mark.parametrize(
    "event",
    [
        "DTSTART:20090512T090000|DURATION:PT1H|RRULE:FREQ=SECONDLY",
        "DTSTART:20090512T090000|DURATION:PT1H|RRULE:FREQ=HOURLY",
    ],
)
def test_what_comes_again_all_day_long_is_refused(tmp_path: Path, event: str) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        found(tmp_path, event)


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04", b"BEGIN:VEVENT", b"name,start\nx,9\n", b"\xff\xfe\x00"])
def test_what_is_no_calendar_is_told(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "a.ics").write_bytes(raw)
    with pytest.raises(InputError, match="no calendar file"):
        busy_times(tmp_path / "a.ics", FIRST, LAST)
    with pytest.raises(ServiceError):
        busy_times(tmp_path / "b.ics", FIRST, LAST)
