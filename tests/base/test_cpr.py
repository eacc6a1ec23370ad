import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.base.cpr import MASK, looks_like_cpr, masked, masked_cell
from scheduler.base.errors import InputError, InputProblem

BORN = st.dates(dt.date(1900, 1, 1), dt.date(2007, 12, 31))
SERIAL = st.integers(0, 9999).map("{:04d}".format)
JOINTS = [
    "",
    "-",
    " ",
    " - ",
    "  ",
    ".",
    "/",
    "_",
    ":",
    "–",
    "—",
    "−",
    "‑",
    "\u00ad",
    "\u200b",
    "\u2060",
    "\n",
    "\u00a0",
]
MARKS = ["-", ".", "/", " ", ". ", " / ", "–", "\u2011", "\u2009", "·", "⁄"]
DIGITS = ["0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "০১২৩৪৫৬৭৮৯"]
AROUND = ["", "Hr. Jensen ({}), 2. tv", "CPR:{}", "cpr-nr. {}.", "x{}y", "# 7,{},z", "\ufeff\u200e{}\u202c"]


@given(
    BORN, SERIAL, st.sampled_from(JOINTS), st.sampled_from(["%d%m%y", "%d%m%Y"]), st.sampled_from(AROUND[1:])
)
def test_a_number_is_found_in_any_text(
    born: dt.date, serial: str, joint: str, form: str, around: str
) -> None:
    number = f"{born:{form}}{joint}{serial}"
    text = around.format(number)
    assert looks_like_cpr(number)
    assert looks_like_cpr(text)
    assert number not in masked(text)
    assert not looks_like_cpr(masked(text))
    assert not looks_like_cpr(masked_cell(number))


@given(
    # A day of later years, a blank and four digits are an appointment, or a postcode.
    st.dates(dt.date(1951, 1, 1), dt.date(1999, 12, 31)),
    SERIAL,
    st.sampled_from(MARKS),
    st.sampled_from(["%y", "%Y"]),
    st.sampled_from(["-", " ", " - ", "–", "/"]),
)
def test_the_date_may_be_written_with_marks(
    born: dt.date, serial: str, mark: str, year: str, joint: str
) -> None:
    assert looks_like_cpr(f"{born:%d}{mark}{born:%m}{mark}{born:{year}}{joint}{serial}")
    if mark.strip():
        assert looks_like_cpr(f"{born.day}{mark}{born.month}{mark}{born:{year}}{joint}{serial}")


@given(
    BORN, SERIAL, st.sampled_from(DIGITS), st.sampled_from(["\u00ad", "\u200b", "\ufeff", "\u200f", "\ufe0f"])
)
def test_digits_and_unseen_characters_of_other_scripts(
    born: dt.date, serial: str, digits: str, unseen: str
) -> None:
    number = unseen.join(digits[int(digit)] for digit in f"{born:%d%m%y}{serial}")
    assert looks_like_cpr(number)
    assert masked(f"a {number} b") == f"a {MASK} b"


@given(BORN, SERIAL)
def test_a_spreadsheet_takes_it_for_a_number(born: dt.date, serial: str) -> None:
    for form in ("%d%m%y", "%d%m%Y"):
        number = int(f"{born:{form}}{serial}")
        for cell in (number, float(number), str(number), f"{number}.0", f"{number},00"):
            assert looks_like_cpr(cell)
            assert masked_cell(cell).startswith(MASK)


@pytest.mark.parametrize(
    "cell",
    [
        "12 05 65 12 34", "1 2 0 5 6 5 1 2 3 4", "1 2 0 5 6 5 - 1 2 3 4", "12\t05\t65\t1234", "12/5-65-1234",
        "72 05 65 1234", "720565-1234", "290200-1234", "120565-1234/130565-1234", "12.05.65-1234/13.05.65-1234", "1205651234-12.05.65-1234",
        "P-nr. 120565-1234", "P-nr. 1003289373, CPR 120565-1234", "tlf 120565-1234", "CPR-nr. 1205651234",
        "120565*1234", "①②05651234", "12051965 1234", "(120565) 1234"[1:].replace(")", ""),
    ],
)  # fmt: skip
def test_other_ways_to_write_it(cell: str) -> None:
    assert looks_like_cpr(cell)
    assert "1234" not in masked(cell)
    assert "12 34" not in masked(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "P-nr. 1003289373 on short sick leave", "P-nr.: 1003289373", "p‑nummer 1003289373", "pnr 1003289373",
        "Produktionsenhed 1003289373", "Produktionsenhedsnummer: 1003289373", "1003289373 (P-nr.)",
        "P-numre: 1003289373 og 1003289374", "P_nummer = 1003289373",
        "33 17 12 34", "33171234", "+45 33171234", "4533171234", "+45 33 17 12 34", "+45 31 12 34 56", "+4531123456",
        "0045 31123456", "+31 10 1205651", "+31 12 05 65 1234", "+3112056512", "33171234 / 33171235", "2450 33171234",
        "CVR 12056512", "12056512", "5798000123456", "DK5000400440116243", "331281000016001",
        "12-05-2009", "2009-05-12", "2009-05-12 0930", "12-05-2009 0930", "12.5.2009 0930", "01-06-09 2450 København SV",
        "1.4.09-31.12.10", "12-05-2009-13-05-2009", "01-04-2009 – 31-12-2010", "2009-04-01..2010-12-31",
        "01/04-05/06 2009", "10-12/06-2009", "10.-12/06 2009", "kl. 08.10-12.00 2450", "uge 10-11-12-13-14", "12 05 10 12 34 56", "33 12 05 10 12 34",
        "Vej 10-12, 2450 Kbh", "27.69.48-A00-1-09", "08:30",
        "55.1012051234", "55.6676012345, 12.1205651234", "55,1205651234",
        "node 1205651234", "https://www.openstreetmap.org/node/1205651234", "osm id 1205651234", "way/1205651234",
        "budget_dkk = 1205651234", "1205651234 kr.", "1.205.651.234", "konto 1205651234", "faktura 1205651234",
        "120565", "3408208", "171717", "120565-12345", "1120565-1234", "120565-123",
        "320112-1234", "011312-1234", "290201-1234", "300265-1234", "12051765-1234", "920565-1234",
        55.1012051234, 12.5687, 171717, 3408208, 10**30, -5, 0, float("nan"), float("inf"), True, None,
        dt.date(2009, 5, 12), dt.datetime(2009, 5, 12, 9, 30), dt.time(9, 30),
    ],
)  # fmt: skip
def test_other_numbers_are_none(cell: object) -> None:
    assert not looks_like_cpr(cell)
    assert masked_cell(cell) == str(cell)


@pytest.mark.parametrize(
    ("called", "other"),
    [
        ("P-nr", True), ("P-nummer", True), ("pnr.", True), ("P nummer", True), ("Produktionsenhedsnummer", True),
        ("OSM-id", True), ("Budget (kr)", True), ("budget_dkk", True),
        ("CPR-nr", False), ("Pnrx", False), ("Navn", False), ("", False), ("Note", False), ("Telefonnr", False),
    ],
)  # fmt: skip
def test_what_a_column_calls_its_numbers(called: str, *, other: bool) -> None:
    for cell in ("1003289373", 1003289373):
        assert looks_like_cpr(cell, called) != other
    assert looks_like_cpr("120565-1234", called)  # written as no other number is


def test_errors_repeat_no_number() -> None:
    problem = InputProblem('"120565-1234" is no date', "120565 1234.csv", 3, "12.05.65-1234")
    assert str(problem) == f'{MASK}.csv:3 [{MASK}]: "{MASK}" is no date'
    error = InputError("1205651234 is wrong", hint="not １２０５６５–１２３４ but another")
    assert str(error) == f"{MASK} is wrong"
    assert error.hint == f"not {MASK} but another"


@given(st.text(alphabet="0123456789 -./\u00ad１P", max_size=40))
def test_what_is_masked_holds_none(text: str) -> None:
    assert not looks_like_cpr(f"a{masked(f'a{text}')}")
