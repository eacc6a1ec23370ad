import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.base import i18n
from scheduler.inputs import cells, dates
from scheduler.inputs.cells import Cell, CellError
from scheduler.model.clock import TIMEZONE, Week

steady = settings(deadline=None, derandomize=True)
DATES = st.dates(dt.date(dates.FIRST_YEAR, 1, 1), dt.date(dates.LAST_YEAR, 12, 31))
MINUTES = st.integers(0, 24 * 60 - 1)


@steady
@given(DATES)
def test_date_is_read_as_anybody_writes_it(day: dt.date) -> None:
    for written in (
        day.isoformat(),
        f"{day:%d-%m-%Y}",
        f"{day.day}.{day.month}.{day.year}",
        f" {day.day}/{day.month}/{day.year} ",
        f"{day.day}/{day.month}-{day.year}",
        f"{day.day}. {day.month}. {day.year}",
        f"{day.isoformat()} 00:00:00",
        f"{day.isoformat()}T00:00:00",
        f"{day:%d-%m-%Y} 00:00",
        (day - dt.date(1899, 12, 30)).days,
        float((day - dt.date(1899, 12, 30)).days),
        str((day - dt.date(1899, 12, 30)).days),
        f"{(day - dt.date(1899, 12, 30)).days}.0",
        day,
        dt.datetime(day.year, day.month, day.day),
    ):
        assert dates.date(written) == day


@settings(steady, max_examples=30)
@given(st.dates(dt.date(1990, 1, 1), dt.date(2089, 12, 31)))
def test_date_of_two_digits_for_the_year(day: dt.date) -> None:
    assert dates.date(f"{day.day}.{day.month}.{day:%y}") == day
    assert dates.date(f"{day.day}/{day.month}-{day:%y}") == day


@pytest.mark.parametrize(
    "written",
    [
        "12. maj 2009", "12 maj 2009", "12. Maj, 2009", "12 May 2009", "tirsdag 12. maj 2009", "Tirsdag den 12. maj 2009",
        "tirs. d. 12. maj 2009", "tir 12-05-2009", "Tuesday, 12 May 2009", "tirs. 2009-05-12 00:00:00",
    ],
)  # fmt: skip
def test_date_in_words(written: str) -> None:
    assert dates.date(written) == dt.date(2009, 5, 12)


def test_weekday_before_a_date_must_be_its_own() -> None:
    with i18n.using("en"), pytest.raises(CellError, match=r'"mandag 12\. maj 2009" is a Tuesday; correct'):
        dates.date("mandag 12. maj 2009")


@pytest.mark.parametrize("written", ["12/5", "12.5.", "12. maj", "tirsdag 12. maj", "12 May"])
def test_date_without_a_year(written: str) -> None:
    year = dt.datetime.now(TIMEZONE).year
    with (
        i18n.using("en"),
        pytest.raises(CellError, match=f'"{written}" has no year; write it like 12-05-{year}'),
    ):
        dates.date(written)


@pytest.mark.parametrize(("country", "day"), [("DK", 12), ("GB", 12), ("fnug", 12), ("XX", 12), ("US", 8)])
def test_which_comes_first_is_as_in_the_country(country: str, day: int) -> None:
    with dates.dates_of(country):
        assert dates.date("12/08/2026").day == day
        assert dates.date("12.08.2026").day == dates.date("12/8-2026").day == 12
    assert dates.date("12/08/2026").day == 12


@pytest.mark.parametrize(
    ("cell", "either"),
    [("12/08/2026", True), (" 1/12/26", True), ("13/08/2026", False), ("8/13/2026", False), ("8/8/2026", False),
     ("12-08-2026", False), ("12/8-2026", False), (dt.date(2026, 8, 12), False), (46000, False)],
)  # fmt: skip
def test_dates_that_can_be_read_either_way(cell: Cell, either: bool) -> None:
    assert dates.reads_either_way(cell) is either


def test_examples_are_from_this_year() -> None:
    year = dt.datetime.now(TIMEZONE).year
    with i18n.using("en"):
        with pytest.raises(CellError, match=f"write it like {year}-05-12 or 12-05-{year}"):
            dates.date("soon")
        with pytest.raises(CellError, match=f"write it like {year}-W20 or uge 20 {year}"):
            dates.week("soon")


@settings(steady, max_examples=30)
@given(DATES, MINUTES, st.sampled_from(i18n.LANGUAGES))
def test_what_is_shown_is_read(day: dt.date, minutes: int, lang: str) -> None:
    with i18n.using(lang):
        year, full = i18n.day(day, "year"), f"{i18n.day(day)} {day.year}"
        assert dates.date(year) == dates.date(full) == day
        assert dates.date(f"{i18n.weekday(day.weekday())} {year}") == day
        assert cells.time(i18n.clock(minutes * 60)) == minutes * 60
        for style in ("wide", "short"):
            assert cells.weekday(i18n.weekday(day.weekday(), style)) == day.weekday()
            assert cells.weekday(i18n.weekday(day.weekday(), style).upper() + ".") == day.weekday()
        week = Week.of(day)
        if dates.FIRST_YEAR <= week.year <= dates.LAST_YEAR:
            title = i18n._("week {number} of {year}").format(number=week.number, year=week.year)
            assert dates.week(title) == week


@steady
@given(DATES)
def test_week_is_read_as_anybody_writes_it(day: dt.date) -> None:
    week = Week.of(day)
    if not dates.FIRST_YEAR <= week.year <= dates.LAST_YEAR:
        return
    for written in (
        str(week), f"uge {week.number} {week.year}", f"Uge {week.number}, {week.year}", f"week {week.number} of {week.year}",
        f"uge {week.number} i {week.year}", f"UGE {week.number}/{week.year}", f"uge {week.number}-{week.year}",
        f"{week.year} uge {week.number}", f"{week.year}W{week.number:02d}", f"W{week.number} {week.year}",
    ):  # fmt: skip
        assert dates.week(written) == week


def test_week_54_names_the_last_week() -> None:
    with pytest.raises(CellError, match="no week 54 in 2009; its last is week 53"):
        dates.week("2009-W54")
