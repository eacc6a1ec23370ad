import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.base import i18n
from scheduler.inputs import cells
from scheduler.inputs.cells import Cell, CellError, Parser
from scheduler.model.clock import TIMEZONE, Week

steady = settings(deadline=None, derandomize=True)
DATES = st.dates(dt.date(cells.FIRST_YEAR, 1, 1), dt.date(cells.LAST_YEAR, 12, 31))
MINUTES = st.integers(0, 24 * 60 - 1)
ANY_CELL = st.one_of(
    st.text(max_size=30), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes(), st.times(),
    st.timedeltas(),
)  # fmt: skip
PARSERS: list[Parser] = [
    cells.text, cells.identifier, cells.new_identifier, cells.email, cells.postcode, cells.whole(0, 100),
    cells.decimal(-90, 90), cells.date, cells.time, cells.weekday, cells.pattern, cells.week,
]  # fmt: skip


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
        assert cells.date(written) == day


@settings(steady, max_examples=30)
@given(st.dates(dt.date(1990, 1, 1), dt.date(2089, 12, 31)))
def test_date_of_two_digits_for_the_year(day: dt.date) -> None:
    assert cells.date(f"{day.day}.{day.month}.{day:%y}") == day
    assert cells.date(f"{day.day}/{day.month}-{day:%y}") == day


@pytest.mark.parametrize(
    "written",
    [
        "12. maj 2009", "12 maj 2009", "12. Maj, 2009", "12 May 2009", "tirsdag 12. maj 2009", "Tirsdag den 12. maj 2009",
        "tirs. d. 12. maj 2009", "tir 12-05-2009", "Tuesday, 12 May 2009", "tirs. 2009-05-12 00:00:00",
    ],
)  # fmt: skip
def test_date_in_words(written: str) -> None:
    assert cells.date(written) == dt.date(2009, 5, 12)


def test_weekday_before_a_date_must_be_its_own() -> None:
    with i18n.using("en"), pytest.raises(CellError, match=r'"mandag 12\. maj 2009" is a Tuesday; correct'):
        cells.date("mandag 12. maj 2009")


@pytest.mark.parametrize("written", ["12/5", "12.5.", "12. maj", "tirsdag 12. maj", "12 May"])
def test_date_without_a_year(written: str) -> None:
    year = dt.datetime.now(TIMEZONE).year
    with (
        i18n.using("en"),
        pytest.raises(CellError, match=f'"{written}" has no year; write it like 12-05-{year}'),
    ):
        cells.date(written)


@pytest.mark.parametrize(("country", "day"), [("DK", 12), ("GB", 12), ("fnug", 12), ("XX", 12), ("US", 8)])
def test_which_comes_first_is_as_in_the_country(country: str, day: int) -> None:
    with cells.dates_of(country):
        assert cells.date("12/08/2026").day == day
        assert cells.date("12.08.2026").day == cells.date("12/8-2026").day == 12
    assert cells.date("12/08/2026").day == 12


@pytest.mark.parametrize(
    ("cell", "either"),
    [("12/08/2026", True), (" 1/12/26", True), ("13/08/2026", False), ("8/13/2026", False), ("8/8/2026", False),
     ("12-08-2026", False), ("12/8-2026", False), (dt.date(2026, 8, 12), False), (46000, False)],
)  # fmt: skip
def test_dates_that_can_be_read_either_way(cell: Cell, either: bool) -> None:
    assert cells.reads_either_way(cell) is either


def test_examples_are_from_this_year() -> None:
    year = dt.datetime.now(TIMEZONE).year
    with i18n.using("en"):
        with pytest.raises(CellError, match=f"write it like {year}-05-12 or 12-05-{year}"):
            cells.date("soon")
        with pytest.raises(CellError, match=f"write it like {year}-W20 or uge 20 {year}"):
            cells.week("soon")


@settings(steady, max_examples=30)
@given(DATES, MINUTES, st.sampled_from(i18n.LANGUAGES))
def test_what_is_shown_is_read(day: dt.date, minutes: int, lang: str) -> None:
    with i18n.using(lang):
        year, full = i18n.day(day, "year"), f"{i18n.day(day)} {day.year}"
        assert cells.date(year) == cells.date(full) == day
        assert cells.date(f"{i18n.weekday(day.weekday())} {year}") == day
        assert cells.time(i18n.clock(minutes * 60)) == minutes * 60
        for style in ("wide", "short"):
            assert cells.weekday(i18n.weekday(day.weekday(), style)) == day.weekday()
            assert cells.weekday(i18n.weekday(day.weekday(), style).upper() + ".") == day.weekday()
        week = Week.of(day)
        if cells.FIRST_YEAR <= week.year <= cells.LAST_YEAR:
            title = i18n._("week {number} of {year}").format(number=week.number, year=week.year)
            assert cells.week(title) == week


@steady
@given(MINUTES)
def test_time_is_read_as_anybody_writes_it(minutes: int) -> None:
    hour, minute = divmod(minutes, 60)
    for written in (
        f"{hour:02d}:{minute:02d}",
        f"{hour}.{minute:02d}",
        f" {hour}:{minute:02d} ",
        f"kl. {hour}.{minute:02d}",
        f"Kl {hour:02d}:{minute:02d}",
        f"{hour:02d}{minute:02d}",
        f"{hour:02d}:{minute:02d}:00",
        f"{hour:02d}.{minute:02d}.00",
        dt.time(hour, minute),
        dt.timedelta(minutes=minutes),
    ):
        assert cells.time(written) == minutes * 60
    if minutes:
        assert cells.time(minutes / 1440) == minutes * 60
    if hour:
        assert cells.time(hour * 100 + minute) == cells.time(float(hour * 100 + minute)) == minutes * 60
    if not minute:
        assert cells.time(f"kl. {hour}") == minutes * 60


@steady
@given(DATES)
def test_week_is_read_as_anybody_writes_it(day: dt.date) -> None:
    week = Week.of(day)
    if not cells.FIRST_YEAR <= week.year <= cells.LAST_YEAR:
        return
    for written in (
        str(week), f"uge {week.number} {week.year}", f"Uge {week.number}, {week.year}", f"week {week.number} of {week.year}",
        f"uge {week.number} i {week.year}", f"UGE {week.number}/{week.year}", f"uge {week.number}-{week.year}",
        f"{week.year} uge {week.number}", f"{week.year}W{week.number:02d}", f"W{week.number} {week.year}",
    ):  # fmt: skip
        assert cells.week(written) == week


@steady
@given(st.integers(-900_000, 900_000), st.integers(0, 7))
def test_decimal_takes_point_and_comma(digits: int, places: int) -> None:
    value = digits / 10**places
    for written in (f"{value:.{places}f}", f"{value:.{places}f}".replace(".", ","), value):
        assert cells.decimal(-1e6, 1e6)(written) == pytest.approx(value)


@steady
@given(st.integers(0, 100))
def test_whole_number_is_read_from_text_and_workbook(number: int) -> None:
    for written in (str(number), f"{number},0", f"{number}.00", number, float(number)):
        assert cells.whole(0, 100)(written) == number


@steady
@given(ANY_CELL, st.sampled_from(PARSERS))
def test_parser_gives_a_value_or_a_sentence(cell: Cell, parse: Parser) -> None:
    sentence = ""
    try:
        parse(cell)
    except CellError as error:
        sentence = str(error)
    assert "\n" not in sentence
    assert len(sentence) < 200


@pytest.mark.parametrize(
    ("parse", "cell"),
    [
        (cells.date, "30-02-2009"),
        (cells.date, "2009-13-01"),
        (cells.date, "12.5-2009"),
        (cells.date, "12-05-09"),
        (cells.date, "0209-05-12"),
        (cells.date, "٢٠٠٩-٠٥-١٢"),
        (cells.date, 39945.5),
        (cells.date, 7),
        (cells.date, 99999),
        (cells.date, True),
        (cells.date, "12.5.099"),
        (cells.date, "12. ma 2009"),
        (cells.date, "12. fnug 2009"),
        (cells.date, "fnugdag 12. maj 2009"),
        (cells.date, "2009-05-12 09:30:00"),
        (cells.date, dt.datetime(2009, 5, 12, 9, 30)),
        (cells.time, "24:00"),
        (cells.time, "9:60"),
        (cells.time, "9"),
        (cells.time, 9.3),
        (cells.time, 99),
        (cells.time, 2400),
        (cells.time, 1260),
        (cells.time, True),
        (cells.time, "0960"),
        (cells.time, "09:30:15"),
        (cells.time, "kl. 24"),
        (cells.time, "93000"),
        (cells.time, dt.time(9, 30, 15)),
        (cells.time, dt.timedelta(hours=-1)),
        (cells.whole(0, 100), "1.000"),
        (cells.whole(0, 5000), "1.000"),
        (cells.whole(0, 100), 1.5),
        (cells.whole(0, 100), True),
        (cells.whole(0, 100), "101"),
        (cells.whole(0, 100), "9" * 5000),
        (cells.decimal(-90, 90), float("nan")),
        (cells.decimal(-90, 90), "55.665.123"),
        (cells.decimal(-90, 90), "inf"),
        (cells.week, "2010-W53"),
        (cells.week, "2009-W54"),
        (cells.week, "uge 0 2009"),
        (cells.week, "20"),
        (cells.weekday, "torsd"),
        (cells.weekday, "to"),
        (cells.pattern, "hver"),
        (cells.new_identifier, "Base"),
        (cells.new_identifier, "alle"),
        (cells.identifier, "../../x"),
        (cells.identifier, "præst"),
        (cells.identifier, "a b"),
        (cells.identifier, "x" * 65),
        (cells.postcode, "245"),
        (cells.postcode, "D-2450"),
        (cells.postcode, "DK-24500"),
        (cells.postcode, "2450.5"),
        (cells.email, "doctor"),
        (cells.text, True),
        (cells.text, "a\x1b[31mb"),
        (cells.text, "x" * 3000),
        (cells.text, dt.date(2009, 5, 12)),
    ],
)
def test_wrong_cells_are_refused(parse: Parser, cell: Cell) -> None:
    with pytest.raises(CellError):
        parse(cell)


def test_week_54_names_the_last_week() -> None:
    with pytest.raises(CellError, match="no week 54 in 2009; its last is week 53"):
        cells.week("2009-W54")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("tir", 1),
        ("Tuesday", 1),
        ("LØR.", 5),
        ("soen", 6),
        ("mandag", 0),
        ("tirs.", 1),
        ("Tors", 3),
        ("thu.", 3),
    ],
)
def test_weekday_in_both_languages(cell: str, value: int) -> None:
    assert cells.weekday(cell) == value


@pytest.mark.parametrize(("cell", "value"), [("alle", "all"), ("ULIGE", "odd"), ("even", "even")])
def test_pattern_in_both_languages(cell: str, value: str) -> None:
    assert cells.pattern(cell) == value


@pytest.mark.parametrize(("cell", "value"), [(2450, "2450"), (2450.0, "2450"), ("  Vej \n 1 ", "Vej 1")])
def test_text_of_numbers_and_odd_blanks(cell: Cell, value: str) -> None:
    assert cells.text(cell) == value


@pytest.mark.parametrize(
    ("cell", "value"), [("off", None), (" FRI ", None), ("9.30", 34_200), (dt.time(8), 28_800)]
)
def test_a_time_or_off(cell: Cell, value: int | None) -> None:
    assert cells.time_or_off(cell) == value


@pytest.mark.parametrize("cell", ["1650", "DK-1650", "dk 1650", "DK1650", "1650.0", "1650,0", 1650, 1650.0])
def test_postcode_is_read_as_anybody_writes_it(cell: Cell) -> None:
    assert cells.postcode(cell) == "1650"
