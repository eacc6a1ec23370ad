import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.inputs import cells
from scheduler.inputs.cells import Cell, CellError, Parser
from scheduler.model.clock import Week

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
        day,
        dt.datetime(day.year, day.month, day.day),  # noqa: DTZ001 - as workbooks give it
    ):
        assert cells.date(written) == day


@steady
@given(MINUTES)
def test_time_is_read_as_anybody_writes_it(minutes: int) -> None:
    hour, minute = divmod(minutes, 60)
    for written in (
        f"{hour:02d}:{minute:02d}",
        f"{hour}.{minute:02d}",
        f" {hour}:{minute:02d} ",
        dt.time(hour, minute),
        dt.timedelta(minutes=minutes),
    ):
        assert cells.time(written) == minutes * 60
    if minutes:
        assert cells.time(minutes / 1440) == minutes * 60


@steady
@given(DATES)
def test_week_is_read_as_anybody_writes_it(day: dt.date) -> None:
    week = Week.of(day)
    if not cells.FIRST_YEAR <= week.year <= cells.LAST_YEAR:
        return
    for written in (str(week), f"uge {week.number} {week.year}", f"Uge {week.number}, {week.year}"):
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
        (cells.date, 39945),
        (cells.date, dt.datetime(2009, 5, 12, 9, 30)),  # noqa: DTZ001
        (cells.time, "24:00"),
        (cells.time, "9:60"),
        (cells.time, "9"),
        (cells.time, 9.3),
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
        (cells.weekday, "tors"),
        (cells.pattern, "hver"),
        (cells.new_identifier, "Base"),
        (cells.new_identifier, "alle"),
        (cells.identifier, "../../x"),
        (cells.identifier, "præst"),
        (cells.identifier, "a b"),
        (cells.identifier, "x" * 65),
        (cells.postcode, "245"),
        (cells.postcode, "DK-2450"),
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
    ("cell", "value"), [("tir", 1), ("Tuesday", 1), ("LØR.", 5), ("soen", 6), ("mandag", 0)]
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
