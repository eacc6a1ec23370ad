"""When something is, as people say it: days, hours and spans, from now on; what cannot be read says what to write."""

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.inputs.cells import CellError
from scheduler.inputs.dates import dates_of
from scheduler.inputs.when import When, when
from scheduler.model.clock import TIMEZONE

#: A Tuesday of week 20.
NOW = dt.datetime(2009, 5, 12, 7, 40, tzinfo=TIMEZONE)
HOUR = 3600


def read(said: str) -> tuple[str, str, float | None, float | None]:
    found = when(said, NOW)
    start, end = (None if time is None else time / HOUR for time in (found.start_s, found.end_s))
    return str(found.first), str(found.last), start, end


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("tirsdag", "2009-05-12"),
        ("Tue.", "2009-05-12"),
        ("i dag", "2009-05-12"),
        ("I morgen", "2009-05-13"),
        ("tomorrow", "2009-05-13"),
        ("på mandag", "2009-05-18"),
        ("12. maj", "2009-05-12"),
        ("11/5", "2010-05-11"),
        ("11/5-2009", "2009-05-11"),
        ("12/5 2009", "2009-05-12"),
        ("tors. 14.5.", "2009-05-14"),
        ("tirsdag den 12. maj 2009", "2009-05-12"),
        ("mandag d. 18. maj", "2009-05-18"),
        ("29. februar", "2012-02-29"),
        ("2009-05-20", "2009-05-20"),
        ("  man  ", "2009-05-18"),
    ],
)
def test_days(said: str, day: str) -> None:
    assert read(said) == (day, day, None, None)


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("uge 20", "2009-05-11", "2009-05-17"),
        ("uge 19", "2010-05-10", "2010-05-16"),
        ("uge 53", "2009-12-28", "2010-01-03"),
        ("2010-W20", "2010-05-17", "2010-05-23"),
        ("week 20 2010", "2010-05-17", "2010-05-23"),
        ("uge 29 til uge 31", "2009-07-13", "2009-08-02"),
        ("man-ons", "2009-05-18", "2009-05-20"),
        ("fra tirsdag til torsdag", "2009-05-12", "2009-05-14"),
        ("fre til man", "2009-05-15", "2009-05-18"),
        ("tirsdag fredag", "2009-05-12", "2009-05-15"),
        ("12.-14. maj", "2009-05-12", "2009-05-14"),
        ("12.–14. maj 2010", "2010-05-12", "2010-05-14"),
        ("12/5-14/5", "2009-05-12", "2009-05-14"),
        ("12/5 til 14/5", "2009-05-12", "2009-05-14"),
        ("2009-05-12..2009-05-14", "2009-05-12", "2009-05-14"),
        ("12.5.2009 - 14.5.2009", "2009-05-12", "2009-05-14"),
        ("28/12 til 3/1", "2009-12-28", "2010-01-03"),
    ],
)
def test_spans(said: str, first: str, last: str) -> None:
    assert read(said) == (first, last, None, None)


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ("tirsdag 7-12", 7, 12),
        ("tirsdag 7.30–12", 7.5, 12),
        ("tirsdag kl. 7:30 til 12", 7.5, 12),
        ("tirsdag fra 7 til 12", 7, 12),
        ("tirsdag 0900-1130", 9, 11.5),
        ("tirsdag 9:00", 9, None),
        ("tirsdag kl. 9", 9, None),
        ("tirsdag fra 12", 12, None),
        ("tue after 12.15", 12.25, None),
        ("tirsdag til 10", None, 10),
        ("tirsdag før kl. 10", None, 10),
        ("tirsdag formiddag", None, 12),
        ("tirsdag eftermiddag", 12, None),
        ("2009-05-12 7-12", 7, 12),
        ("12-05-2009 07:00-12:00", 7, 12),
    ],
)
def test_hours_of_a_day(said: str, start: float | None, end: float | None) -> None:
    assert read(said) == ("2009-05-12", "2009-05-12", start, end)


def test_hours_of_several_days_are_those_of_each() -> None:
    for said in ("man-ons 7-12", "man til ons 7-12", "fra 18/5 til 20/5 kl. 7-12"):
        found = when(said, NOW)
        assert found.pieces == (found,)
        assert len(found.days) == 3
        assert (found.start_s, found.end_s) == (7 * HOUR, 12 * HOUR)


def test_what_goes_on_from_one_day_to_another_has_a_piece_for_each_end() -> None:
    for said in (
        "tirsdag 12:00 torsdag 10:00",
        "tirsdag kl. 12 til torsdag kl. 10",
        "fra tirs fra 12 til tors til 10",
    ):
        first, between, last = when(said, NOW).pieces
        assert first == When(dt.date(2009, 5, 12), dt.date(2009, 5, 12), 12 * HOUR)
        assert between == When(dt.date(2009, 5, 13), dt.date(2009, 5, 13))
        assert last == When(dt.date(2009, 5, 14), dt.date(2009, 5, 14), None, 10 * HOUR)
    assert len(when("tirsdag 12:00 onsdag 10:00", NOW).pieces) == 2
    (rest,) = when("tirsdag onsdag", NOW).pieces
    assert rest == When(dt.date(2009, 5, 12), dt.date(2009, 5, 13))
    assert len(when("tirsdag 12:00 til onsdag", NOW).pieces) == 2
    whole, until = when("tirsdag til onsdag kl. 12", NOW).pieces
    assert (whole.first, until.last, until.end_s) == (dt.date(2009, 5, 12), dt.date(2009, 5, 13), 12 * HOUR)


def test_today_is_meant_until_its_hours_are_over() -> None:
    assert read("tirsdag til 8")[0] == "2009-05-12"
    assert read("tirsdag til 7.40")[0] == "2009-05-19"
    assert read("12. maj 6-7")[0] == "2010-05-12"
    assert read("i dag 6-7")[0] == "2009-05-12"


def test_hours_alone_are_those_of_a_given_day() -> None:
    day = dt.date(2009, 5, 20)
    assert when("14-15", NOW, day=day) == When(day, day, 14 * HOUR, 15 * HOUR)
    assert when("14:00", NOW, day=day) == When(day, day, 14 * HOUR)
    assert when("fredag 14-15", NOW, day=day).first == dt.date(2009, 5, 15)


def test_a_day_and_month_are_read_as_the_country_writes_them() -> None:
    assert read("12/8")[0] == "2009-08-12"
    with dates_of("US"):
        assert read("12/8")[0] == "2009-12-08"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("", "does not say when"),
        ("juni", "does not say when"),
        ("7-12", "does not say when"),
        ("man 9", "does not say when"),
        ("40000", "does not say when"),
        ("mandag i næste uge", "does not say when"),
        ("mon tue wed", "does not say when"),
        ("12. maj 20", "does not say when"),
        ("x" * 101, "does not say when"),
        ("onsdag 12. maj", "is a Tuesday"),
        ("31/4", "not in the calendar"),
        ("31. april 2009", "not in the calendar"),
        ("2009-13-40", "not in the calendar"),
        ("9999-12-31", "not in the years"),
        ("man 25-26", "not a time of day"),
        ("man 12-7", "ends before it begins"),
        ("man 12-12", "ends before it begins"),
        ("14/5-2009 til 12/5-2009", "ends before it begins"),
        ("2009-05-12 2010-12-12", "more than a year"),
    ],
)
def test_what_cannot_be_read_says_why(said: str, told: str) -> None:
    with pytest.raises(CellError, match=told):
        when(said, NOW)


WORDS = st.sampled_from(
    [
        "tirsdag",
        "man-",
        "ons",
        "fre.",
        "12/5",
        "14/5-2009",
        "2009-05-12",
        "uge",
        "20",
        "7-12",
        "kl.",
        "9",
        "fra",
        "til",
        "to",
        "-",
        "..",
        "12.",
        "maj",
        "i",
        "dag",
        "formiddag",
        "12:00",
        "9999",
    ]
)


@given(st.lists(WORDS, max_size=6).map(" ".join) | st.text(max_size=30))
def test_whatever_is_said_is_read_or_refused_in_words(said: str) -> None:
    with suppress(CellError):
        found = when(said, NOW)
        assert found.first <= found.last
        assert [day for piece in found.pieces for day in piece.days] == list(found.days)
