"""The cells of workbooks: as another reader has them, and nothing that fills the memory."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from scheduler.base import limits
from scheduler.inputs.sheets import read_sheets

if TYPE_CHECKING:
    from scheduler.base.errors import InputProblem

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
UNREADABLE = "x.xlsx: the file is no workbook that can be read; save it in Excel as .xlsx, without a password"
TOO_LARGE = "x.xlsx: the workbook is far too large; keep only the tables in it"

WRITTEN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8).filter(
        lambda text: not text.startswith(("=", "#"))  # openpyxl takes these for formulas and errors
    ),
    st.dates(dt.date(1904, 1, 2), dt.date(2100, 12, 31)),
    st.datetimes(dt.datetime(1904, 1, 2), dt.datetime(2100, 12, 31)).map(lambda moment: moment.replace(microsecond=0)),
    st.times().map(lambda time: time.replace(microsecond=0)),
    st.timedeltas(dt.timedelta(seconds=1), dt.timedelta(days=3)).map(lambda span: dt.timedelta(seconds=span.seconds)),
)  # fmt: skip


def saved(workbook: Workbook) -> bytes:
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def read(raw: bytes) -> dict[str, list[tuple[int, list[Any]]]]:
    problems: list[InputProblem] = []
    sheets = read_sheets(raw, "x.xlsx", problems)
    assert not problems
    assert sheets is not None
    return {title: [(number, list(cells)) for number, cells in rows] for title, rows in sheets.titled}


def problems_of(raw: bytes) -> list[str]:
    problems: list[InputProblem] = []
    read_sheets(raw, "x.xlsx", problems)
    return [str(problem) for problem in problems]


def as_openpyxl_has_it(raw: bytes) -> dict[str, list[tuple[int, list[Any]]]]:
    """Return the rows that are not blank, without what is blank at their ends."""
    found: dict[str, list[tuple[int, list[Any]]]] = {}
    for sheet in load_workbook(io.BytesIO(raw), data_only=True).worksheets:
        rows = found[sheet.title] = []
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            row = list(cells)
            while row and row[-1] is None:
                row.pop()
            if any(cell is not None and str(cell).strip() for cell in row):
                rows.append((number, row))
    return found


@given(st.lists(st.lists(WRITTEN, max_size=5), max_size=5), st.booleans())
def test_cells_are_as_another_reader_has_them(rows: list[list[Any]], since_1904: bool) -> None:
    workbook = Workbook()
    if since_1904:
        workbook.epoch = CALENDAR_MAC_1904
    for row in rows:
        workbook.worksheets[0].append(row)
    raw = saved(workbook)
    assert read(raw) == as_openpyxl_has_it(raw)


def test_texts_of_several_looks_are_whole() -> None:
    workbook = Workbook()
    workbook.worksheets[0]["B2"] = CellRichText("to", TextBlock(InlineFont(b=True), "gether"))
    assert read(saved(workbook)) == {"Sheet": [(2, [None, "together"])]}


# --- Workbooks part by part -------------------------------------------------------------------------


def changed(
    parts: dict[str, bytes | Iterable[bytes] | None], compression: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """Return a workbook with one sheet, with these parts instead of or besides its own."""
    workbook = Workbook()
    workbook.worksheets[0].append(["a"])
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved(workbook))) as archive,
        zipfile.ZipFile(out, "w", compression) as new,
    ):
        own: dict[str, bytes | Iterable[bytes] | None] = {
            name: archive.read(name) for name in archive.namelist()
        }
        for name, content in {**own, **parts}.items():
            if content is not None:
                with new.open(name, "w") as stream:
                    for piece in [content] if isinstance(content, bytes) else content:
                        stream.write(piece)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def sheet(rows: str, *, before: str = "", after: str = "") -> dict[str, bytes | Iterable[bytes] | None]:
    return {
        SHEET: f'{before}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'.encode()
    }


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ('<row><c t="str"><v>a</v></c><c><v>5</v></c></row>', [(1, ["a", 5])]),
        ('<row r="3"><c r="C3"><v>1.50</v></c></row><row><c><v>-2E3</v></c></row>', [(3, [None, None, 1.5]), (4, [-2000.0])]),
        ('<row><c t="b"><v>1</v></c><c t="b"><v>0</v></c></row>', [(1, [True, False])]),
        ('<row><c t="d"><v>2009-05-12T09:30:00</v></c><c t="d"><v>09:30:00</v></c></row>',
         [(1, [dt.datetime(2009, 5, 12, 9, 30), dt.time(9, 30)])]),
        ('<row>\n <c t="inlineStr">\n  <is>\n   <t>a </t>\n  </is>\n </c>\n</row>\n', [(1, ["a "])]),
        ('<row><c t="inlineStr"><is><r><rPr><b/></rPr><t>a</t></r><rPh sb="0" eb="1"><t>z</t></rPh><r><t>b</t></r></is></c></row>',
         [(1, ["ab"])]),
        ('<row><c t="str"><f>A2</f><v></v></c><c><v>1</v></c></row>', [(1, [None, 1])]),
        ('<row><c t="str"><f>A2</f>\n<v>b</v></c></row>', [(1, ["b"])]),
        ('<row><c t="str"><v>a_x000A_b _x005F_x000A_</v></c></row>', [(1, ["a\nb _x000A_"])]),
        ("<row/><row><c/></row>", []),
        ("<x:row xmlns:x='" + MAIN + "'><x:c><x:v>7</x:v></x:c></x:row>", [(1, [7])]),
    ],
)  # fmt: skip
def test_cells_as_programs_write_them(rows: str, expected: list[tuple[int, list[Any]]]) -> None:
    assert read(changed(sheet(rows))) == {"Sheet": expected}


def test_texts_that_cells_share() -> None:
    strings = (
        f'<sst xmlns="{MAIN}">\n <si>\n  <t>Rådgiver</t>\n </si>\n<si><t xml:space="preserve"> a  b </t></si>'
        "<si><r><rPr><b/><color rgb='1'/></rPr><t>to</t></r>\n<r><t>gether</t></r><rPh><t>x</t></rPh></si>"
        "<si><t>&lt;_x005F_x000D_&gt;</t></si><si/></sst>"
    ).encode()
    cells = "".join(f'<c t="s"><v>{number}</v></c>' for number in (3, 2, 1, 0, 0, 4))
    assert read(changed({**sheet(f"<row>{cells}</row>"), "xl/sharedStrings.xml": strings})) == {
        "Sheet": [(1, ["<_x000D_>", "together", " a  b ", "Rådgiver", "Rådgiver", ""])]
    }


def test_numbers_are_dates_by_their_style() -> None:
    styles = (
        f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="170" formatCode="[h]:mm"/>'
        '<numFmt numFmtId="171" formatCode="&quot;dag&quot; 0"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/><xf/></cellXfs></styleSheet>'
    ).encode()
    cells = "".join(f'<c s="{style}"><v>39945.5</v></c>' for style in (0, 1, 2, 3, 4, 99))
    day, hours = dt.datetime(2009, 5, 12, 12), dt.timedelta(days=39945, hours=12)
    found = read(changed({**sheet(f"<row>{cells}</row>"), "xl/styles.xml": styles}))
    assert found == {"Sheet": [(1, [39945.5, day, hours, 39945.5, 39945.5, 39945.5])]}
    far = changed({**sheet('<row><c s="1"><v>1e300</v></c></row>'), "xl/styles.xml": styles})
    assert problems_of(far) == ["x.xlsx!Sheet:1 [A]: the cell holds an error of the spreadsheet"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ('<row><c t="e"><v>#N/A</v></c></row>', "x.xlsx!Sheet:1 [A]: the cell holds an error of the spreadsheet"),
        ('<row><c t="e"><f>NA()</f><v>#N/A</v></c></row>', "x.xlsx!Sheet:1 [A]: the cell holds an error of the spreadsheet"),
        ('<row r="4"><c r="AB4"><f>1/4</f></c></row>', "x.xlsx!Sheet:4 [AB]: the formula has no result; open the workbook in Excel and save it"),
        ('<row r="4"><c r="B4"><f>1/4</f><v/></c></row>', "x.xlsx!Sheet:4 [B]: the formula has no result; open the workbook in Excel and save it"),
    ],
)  # fmt: skip
def test_cells_without_a_value(rows: str, said: str) -> None:
    assert problems_of(changed(sheet(rows))) == [said]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="3"><c><v>1</v></c></row><row r="2"><c><v>1</v></c></row>',
        '<row r="3"><c><v>1</v></c></row><row r="3"><c><v>1</v></c></row>',
        '<row><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>',
        '<row r="1048577"><c><v>1</v></c></row>',
        '<row r="99999999999999"><c><v>1</v></c></row>',
        '<row><c r="XFE1"><v>1</v></c></row>',
        '<row><c r="ZZZZZZZZ1"><v>1</v></c></row>',
        '<row><c r="Bq1"><v>1</v></c></row>',
        '<row><c r="b1"><v>1</v></c></row>',
        '<row><c r="1"><v>1</v></c></row>',
        '<row r="2"><c r="A3"><v>1</v></c></row>',
        '<row r="x"><c><v>1</v></c></row>',
        '<row r="nan"><c><v>1</v></c></row>',
        '<row><c t="s"><v>5</v></c></row>',
        '<row><c t="s"><v>-1</v></c></row>',
        "<row><c><v>1_0</v></c></row>",
        "<row><c><v>x</v></c></row>",
        f"<row><c><v>{'9' * 5000}</v></c></row>",
        '<row><c t="d"><v>yesterday</v></c></row>',
        "<row><c><v>1</v></row>",
    ],
)  # fmt: skip
def test_sheets_that_cannot_be_meant(rows: str) -> None:
    assert problems_of(changed(sheet(rows))) == [UNREADABLE]


def _laughs() -> str:
    entities = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    return f"<!DOCTYPE worksheet [{entities}]>"


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({SHEET: None}, UNREADABLE),
        ({"xl/styles.xml": b"?" + b"<x/>"}, UNREADABLE),
        (sheet("<row><c t='str'><v>&i;</v></c></row>", before=_laughs()), UNREADABLE),
        ({"xl/other.xml": f"{_laughs()}<x>&i;</x>".encode()}, UNREADABLE),
        (sheet('<row><c t="str"><v>' + "x" * 1_500_000 + "</v></c></row>"), TOO_LARGE),
        (sheet("", after=" " * 1_500_000), TOO_LARGE),
        ({"xl/sharedStrings.xml": b"<sst><si><t>" + b"x" * 1_500_000 + b"</t></si></sst>"}, TOO_LARGE),
        ({f"xl/{number}.xml": b"<x/>" for number in range(2_000)}, TOO_LARGE),
        ({"xl/media/a.xml": [b"<x>", *[b"<a>" + b" " * 999_990] * 125]}, TOO_LARGE),
        ({"xl/sharedStrings.xml": b"<sst>" + b"<si/>" * 400_000 + b"</sst>"}, TOO_LARGE),
        ({"xl/styles.xml": b"<styleSheet><cellXfs>" + b"<xf/>" * 400_000 + b"</cellXfs></styleSheet>"}, TOO_LARGE),
        (sheet("<a>" * 400_000), TOO_LARGE),
        (sheet("<row>" + "<c/>" * 17_000 + "</row>"), UNREADABLE),
    ],
    ids=range(13),
)  # fmt: skip
def test_workbooks_made_to_do_harm(parts: dict[str, bytes | Iterable[bytes] | None], said: str) -> None:
    assert problems_of(changed(parts)) == [said]


def test_pictures_do_not_count() -> None:
    parts: dict[str, bytes | Iterable[bytes] | None] = {"xl/media/a.png": [b"\x89PNG" + bytes(999_990)] * 125}
    assert read(changed(parts)) == {"Sheet": [(1, ["a"])]}


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packings_that_no_spreadsheet_uses(compression: int) -> None:
    assert problems_of(changed({}, compression)) == [UNREADABLE]


@pytest.mark.parametrize(
    ("name", "rows"),
    [("CELLS", "<row/>" * 50), ("CELLS", "<row>" + "<c/>" * 50 + "</row>"), ("UNPACKED_BYTES", "")],
)
def test_limits_of_all_sheets_together(monkeypatch: pytest.MonkeyPatch, name: str, rows: str) -> None:
    raw = changed(sheet(rows))
    monkeypatch.setattr(limits, name, 40)
    assert problems_of(raw) == [TOO_LARGE]


def test_only_so_many_rows_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MANY_ROWS", 10)
    assert len(read(changed(sheet("<row><c><v>1</v></c></row>" * 50)))["Sheet"]) == 12


@pytest.mark.parametrize("cell", ["<v>1</v>", "<v> </v>", ""])
def test_columns_where_no_table_has_any(cell: str) -> None:
    raw = changed(sheet(f'<row><c><v>1</v></c><c r="KP1" t="str">{cell}</c></row>'))
    wide = ["x.xlsx!Sheet:1 [KP]: there are more than 300 columns; rows from here on were not read"]
    assert problems_of(raw) == (wide if "1" in cell else [])


@cache
def _undamaged() -> bytes:
    """Return a workbook, the same one for all examples: the time at which it is saved stands in it."""
    workbook = Workbook()
    workbook.worksheets[0].append(["practice_id", 1, 2.5, dt.date(2009, 5, 12)])
    return saved(workbook)


@given(st.data())
def test_any_damage_gives_a_sentence(data: st.DataObject) -> None:
    raw = bytearray(_undamaged())
    damage: Callable[[bytearray], None] = data.draw(st.sampled_from([_flip(data), _cut(data)]))
    damage(raw)
    for line in problems_of(bytes(raw)):
        assert line.startswith("x.xlsx")
        assert "\n" not in line


def _flip(data: st.DataObject) -> Callable[[bytearray], None]:
    def change(raw: bytearray) -> None:
        for place in data.draw(st.lists(st.integers(0, len(raw) - 1), min_size=1, max_size=5)):
            raw[place] ^= data.draw(st.integers(1, 255))

    return change


def _cut(data: st.DataObject) -> Callable[[bytearray], None]:
    def change(raw: bytearray) -> None:
        del raw[data.draw(st.integers(0, len(raw) - 1)) :]

    return change
