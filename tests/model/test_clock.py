import datetime as dt

import pytest

from scheduler.base import i18n
from scheduler.model.clock import TIMEZONE, Week, at, local, seconds_of


def test_week_reads_and_writes_iso_weeks() -> None:
    week = Week.parse(" 2009-w20 ")
    assert str(week) == "2009-W20"
    assert week.days[0] == dt.date(2009, 5, 11)
    assert week.days[-1] == dt.date(2009, 5, 17)
    assert Week.of(dt.date(2010, 1, 1)) == Week(2009, 53)


@pytest.mark.parametrize("text", ["2009-W54", "2010-W53", "2009-20", "2009-W00", "", "W20", "2009-W2O"])
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f'^"{text}" is not a week; write it like 2009-W20$'):
        Week.parse(text)
    with i18n.using("da"), pytest.raises(ValueError, match=f'^"{text}" er ikke en uge; '):
        Week.parse(text)


def test_weeks_count_over_the_end_of_a_long_year() -> None:
    assert Week(2009, 53).shift(1) == Week(2010, 1)
    assert Week(2010, 2).weeks_since(Week(2009, 52)) == 3
    assert [w.matches("odd") for w in (Week(2009, 53), Week(2010, 1), Week(2010, 2))] == [True, True, False]
    assert Week(2010, 2).matches("even")
    assert Week(2010, 2).matches("all")


def test_clock_times_have_the_offset_of_their_season() -> None:
    assert at(dt.date(2009, 5, 12), 9 * 3600 + 305).isoformat() == "2009-05-12T09:05:05+02:00"
    assert at(dt.date(2009, 1, 12), 9 * 3600).isoformat() == "2009-01-12T09:00:00+01:00"


DAY, SPRING, AUTUMN = dt.date(2009, 5, 12), dt.date(2009, 3, 29), dt.date(2009, 10, 25)


@pytest.mark.parametrize(
    ("written", "day", "time_s"),
    [
        ("2009-05-12T09:05:05+02:00", DAY, 9 * 3600 + 305),
        ("2009-05-12T07:05:05Z", DAY, 9 * 3600 + 305),
        ("2009-05-12T01:35:05-05:30", DAY, 9 * 3600 + 305),
        ("2009-05-11T22:30:00Z", DAY, 1800),  # written on the day before
        ("2009-05-13T11:00:00+14:00", DAY, 23 * 3600),  # and on the day after
        ("2009-05-12T09:05:05", DAY, 9 * 3600 + 305),
        # On the days on which clocks are changed, before and after three o'clock.
        ("2009-03-29T00:59:00Z", SPRING, 3600 + 59 * 60),
        ("2009-03-29T01:00:00Z", SPRING, 3 * 3600),
        ("2009-03-29T09:00:00+02:00", SPRING, 9 * 3600),
        ("2009-03-29T08:00:00+01:00", SPRING, 9 * 3600),
        ("2009-10-25T00:30:00Z", AUTUMN, 9000),
        ("2009-10-25T01:30:00Z", AUTUMN, 9000),
        ("2009-10-25T10:00:00+02:00", AUTUMN, 9 * 3600),
        ("2009-10-24T22:00:00Z", AUTUMN, 0),
    ],
)
def test_a_time_is_read_by_its_instant(written: str, day: dt.date, time_s: int) -> None:
    moment = dt.datetime.fromisoformat(written)
    assert local(moment).date() == day
    assert seconds_of(moment, day) == time_s
    assert seconds_of(moment, day + dt.timedelta(days=1)) == time_s - 86_400


def test_seconds_after_midnight_come_back_as_they_were_on_days_with_23_and_25_hours() -> None:
    for day in (DAY, SPRING, AUTUMN):
        for time_s in (0, 3600, 3 * 3600, 12 * 3600 + 61, 24 * 3600 - 1):
            for zone in (
                dt.UTC,
                dt.timezone(dt.timedelta(hours=2)),
                dt.timezone(dt.timedelta(hours=-11)),
                TIMEZONE,
            ):
                assert seconds_of(at(day, time_s).astimezone(zone), day) == time_s
