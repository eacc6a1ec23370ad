import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.inputs import cells, dates
from scheduler.inputs.cells import Cell, CellError, Parser

steady = settings(deadline=None, derandomize=True)
MINUTES = st.integers(0, 24 * 60 - 1)
ANY_CELL = st.one_of(
    st.text(max_size=30), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes(), st.times(),
    st.timedeltas(),
)  # fmt: skip
PARSERS: list[Parser] = [
    cells.text, cells.identifier, cells.new_identifier, cells.email, cells.postcode, cells.whole(0, 100),
    cells.decimal(-90, 90), dates.date, cells.time, cells.weekday, cells.pattern, dates.week,
]  # fmt: skip


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
        (dates.date, "30-02-2009"),
        (dates.date, "2009-13-01"),
        (dates.date, "12.5-2009"),
        (dates.date, "12-05-09"),
        (dates.date, "0209-05-12"),
        (dates.date, "٢٠٠٩-٠٥-١٢"),
        (dates.date, 39945.5),
        (dates.date, 7),
        (dates.date, 99999),
        (dates.date, True),
        (dates.date, "12.5.099"),
        (dates.date, "12. ma 2009"),
        (dates.date, "12. fnug 2009"),
        (dates.date, "fnugdag 12. maj 2009"),
        (dates.date, "2009-05-12 09:30:00"),
        (dates.date, dt.datetime(2009, 5, 12, 9, 30)),
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
        (dates.week, "2010-W53"),
        (dates.week, "2009-W54"),
        (dates.week, "uge 0 2009"),
        (dates.week, "20"),
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
        (cells.email, "a@b.dk; c@d.dk"),
        (cells.email, "a,b@c.dk"),
        (cells.email, ".a@b.dk"),
        (cells.email, "læge@b.dk"),
        (cells.email, "Lægen <a@b.dk>"),
        (cells.email, "a@b.dk>"),
        (cells.email, "a@-b.dk"),
        (cells.email, "a@b"),
        (cells.phone, "1234"),
        (cells.phone, "33 00 00 0x"),
        (cells.phone, "33000001 el. 33000002"),
        (cells.phone, "+"),
        (cells.phone, "1" * 16),
        (cells.phone, 33.5),
        (cells.text, True),
        (cells.text, "a\x1b[31mb"),
        (cells.text, "x" * 3000),
        (cells.text, dt.date(2009, 5, 12)),
    ],
)
def test_wrong_cells_are_refused(parse: Parser, cell: Cell) -> None:
    with pytest.raises(CellError):
        parse(cell)


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


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("33000001", "33 00 00 01"),
        (33000001, "33 00 00 01"),
        (33000001.0, "33 00 00 01"),
        ("33 00 00 01", "33 00 00 01"),
        ("3300 0001", "33 00 00 01"),
        ("33-00-00-01", "33 00 00 01"),
        ("Tlf. 33 00 00 01", "33 00 00 01"),
        ("tlf.: 33000001", "33 00 00 01"),
        ("telefon 33000001", "33 00 00 01"),
        ("+4533000001", "+45 33 00 00 01"),
        ("+45 33 00 00 01", "+45 33 00 00 01"),
        ("004533000001", "+45 33 00 00 01"),
        ("+46 8 123 456 78", "+46 8 123 456 78"),
        ("(08) 12 34 56", "(08) 12 34 56"),
        ("45330001", "45 33 00 01"),
        ("+4533", None),
    ],
)
def test_telephone_numbers(cell: Cell, value: str | None) -> None:
    if value is None:
        with pytest.raises(CellError, match="telephone"):
            cells.phone(cell)
    else:
        assert cells.phone(cell) == value
        assert cells.phone(value) == value


@pytest.mark.parametrize(
    "address",
    [
        "a@b.dk",
        "a.b+c@b-c.dk",
        "lægehuset".encode("idna").decode() + "@x.dk",
        "post@læge.dk",
        "o'b@x.example",
    ],
)
def test_mail_addresses(address: str) -> None:
    assert cells.email(f" {address} ") == address
