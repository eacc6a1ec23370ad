"""roster.xlsx: Excel's own values, texts that stay texts, and sheets that print."""

import datetime as dt
import io
from dataclasses import replace

import openpyxl
import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from scheduler.base import i18n
from scheduler.inputs.sheets import escaped
from scheduler.model.text import Text
from scheduler.outputs.excel import Sheet, formats, save, sheet_names
from scheduler.outputs.sheets import workbook


def _read(content: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.fixture(scope="module")
def book() -> Workbook:
    with i18n.using("en"):
        return _read(workbook(samples.roster()))


def test_a_sheet_of_the_week_and_one_for_each_consultant(book: Workbook) -> None:
    assert book.sheetnames == ["Week 20", "Rådgiver 1", "Rådgiver 2", "Held", "Phone and home"]


def test_the_week_has_board_summary_and_score(book: Workbook) -> None:
    texts = [cell.value for row in book["Week 20"].iter_rows() for cell in row if cell.value is not None]
    assert "Week 20: 12 of 14 visits, 17 conversations, proven best possible" in texts
    assert dt.datetime(2009, 5, 15) in texts
    assert "Closed: Fælles kursusdag" in texts
    assert any("9:45–11:20 Praksis Vesterbrogade (2)\n" in str(text) for text in texts)
    assert samples.roster().score in texts
    assert 18_400 in texts


def test_stops_are_dates_times_and_numbers(book: Workbook) -> None:
    sheet = book["Rådgiver 1"]
    heads = [cell.value for cell in sheet[1]]
    row = next(
        row for row in sheet.iter_rows(min_row=2) if row[heads.index("Name")].value == "Praksis Vesterbrogade"
    )
    found = dict(zip(heads, row, strict=True))
    assert found["Date"].number_format.endswith("ddd d mmm")
    assert found["Date"].value == dt.datetime(2009, 5, 11)
    assert found["Start"].value == dt.time(9, 45)
    assert found["End"].value == dt.time(11, 20)
    assert found["Room to"].value == dt.time(11, 30)
    assert (found["Conversations"].value, found["Ride (min)"].value, found["Ride (km)"].value) == (
        2,
        4,
        1.109,
    )
    whats = [row[heads.index("What")].value for row in sheet.iter_rows(min_row=2)]
    assert whats[:7] == [
        "Engagement", "Leaves base", "Visit", "Lunch", "Visit", "Back at base", "Total Mon 11 May",
    ]  # fmt: skip


def test_durations_are_hours_and_minutes() -> None:
    for language in ("en", "da"):
        with i18n.using(language):
            sheet = _read(workbook(samples.roster())).worksheets[0]
        spans = [cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, dt.timedelta)]
        assert len(spans) >= 3 * len(samples.roster().consultants)
        assert {cell.number_format for cell in spans} == {"[h]:mm"}


def test_headings_stand_over_their_columns(book: Workbook) -> None:
    sheet = book["Rådgiver 1"]
    row = next(row for row in sheet.iter_rows(min_row=2) if row[8].value)
    for head, cell in zip(sheet[1], row, strict=True):
        if cell.value is not None:
            figure = not isinstance(cell.value, str)
            assert head.alignment.horizontal == ("right" if figure else "left"), head.value
    # A heading of another table is not that of these figures.
    (titled,) = [row[0] for row in book["Week 20"].iter_rows() if row[0].value == "What could not be placed"]
    assert titled.alignment.horizontal is None


def test_practices_are_named_by_their_ids_and_homes_are_not(book: Workbook) -> None:
    roster = samples.roster()
    for title, consultant_id in (("Rådgiver 1", "r1"), ("Rådgiver 2", "r2")):
        sheet = book[title]
        at = [cell.value for cell in sheet[1]].index("Practice ID")
        visits = [
            stop.id
            for round_ in roster.rounds
            if round_.consultant_id == consultant_id
            for stop in round_.stops
            if stop.kind == "visit"
        ]
        assert [row[at].value for row in sheet.iter_rows(min_row=2) if row[at].value] == visits


def test_every_price_is_told_or_why_there_is_none() -> None:
    roster = samples.roster()
    first = roster.unassigned[0]
    asked = [
        replace(first, cost_to_force=price, reason=Text(reason))
        for price, reason in ((1200, "dearer"), (None, "dearer"), (None, "not_placed"), (None, "closed"))
    ]
    sheet = _read(workbook(roster.replace(unassigned=tuple(asked)))).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    (head,) = [number for number, row in enumerate(rows) if row[0] == "Who"]
    at = rows[head].index("Cost (points)")
    assert [row[at] for row in rows[head + 1 : head + 5]] == [1200, "not known", "not known", "not possible"]


def test_sheets_print_on_landscape_as_wide_as_a_page(book: Workbook) -> None:
    for sheet in book.worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows
        assert sheet.freeze_panes
        assert sheet.oddHeader is not None
        assert "Week 20 2009" in str(sheet.oddHeader.left.text)


def test_numbers_are_written_as_danes_do() -> None:
    with i18n.using("da"):
        danish = formats()
    assert danish[dt.time] == 'hh"."mm'
    assert danish[dt.date].startswith("[$-406]")  # Danish names of days and months


def test_no_home_is_told() -> None:
    for sheet in _read(workbook(samples.roster())).worksheets:
        text = str([[cell.value for cell in row] for row in sheet.iter_rows()])
        for secret in (samples.HOME_ADDRESS, samples.HOME_NAME, samples.MISSED_HOME_NAME):
            assert secret not in text


def test_hostile_texts_stay_texts() -> None:
    content = workbook(samples.roster(hostile=True))
    book = _read(content)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    formulas = [cell for cell in cells if isinstance(cell.value, str) and cell.value[0] in "=+-@"]
    assert formulas
    assert all(cell.quotePrefix for cell in formulas)
    assert len(set(book.sheetnames)) == 5
    assert content == workbook(samples.roster(hostile=True))  # the same bytes every time


@given(st.text(max_size=60))
def test_any_text_can_be_in_a_cell_and_comes_back_as_text(text: str) -> None:
    book = Workbook()
    assert book.active is not None
    sheet = Sheet(book.active, (10, 10), text)
    sheet.row([text, "#N/A"])
    cell, error = _read(save(book)).worksheets[0][1]
    assert cell.data_type in ("s", "n")
    assert (error.data_type, error.value) == ("s", "#N/A")
    if text.isprintable() and text.strip():
        assert cell.value == escaped(text)


def test_what_a_workbook_has_for_letters_is_shown_as_it_was_written() -> None:
    # Excel reads _x003D_ as =, unless its first mark is written in that way itself.
    assert escaped("_x003D_1+1 _x41_ _x0041") == "_x005F_x003D_1+1 _x41_ _x0041"


@given(st.lists(st.text(max_size=40), min_size=1, max_size=6))
def test_sheet_names_are_valid_and_unique(wanted: list[str]) -> None:
    names = sheet_names(wanted)
    assert len({name.casefold() for name in names}) == len(wanted)
    for name in names:
        assert 0 < len(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name.strip("'") == name
        assert name.casefold() != "history"


def test_long_and_equal_names_are_told_apart() -> None:
    assert sheet_names(["a" * 40, "A" * 40, "History", "[]"]) == [
        "a" * 31,
        "A" * 27 + " (2)",
        "History (2)",
        "Sheet",
    ]
