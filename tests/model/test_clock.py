import datetime as dt

import pytest

from scheduler.model.clock import Week, at


def test_week_reads_and_writes_iso_weeks() -> None:
    week = Week.parse(" 2009-w20 ")
    assert str(week) == "2009-W20"
    assert week.days[0] == dt.date(2009, 5, 11)
    assert week.days[-1] == dt.date(2009, 5, 17)
    assert Week.of(dt.date(2010, 1, 1)) == Week(2009, 53)


@pytest.mark.parametrize("text", ["2009-W54", "2010-W53", "2009-20", "2009-W00", "", "W20", "2009-W2O"])
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"week|Invalid"):
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
