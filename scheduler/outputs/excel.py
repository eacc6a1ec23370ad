"""Writing a workbook safely: every text stays text, sheets print well, and the bytes are reproducible."""

import datetime as dt
import io
import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, cast

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from scheduler.base.i18n import _, language
from scheduler.inputs.sheets import escaped, print_landscape
from scheduler.outputs.totals import printable

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.styles.cell_style import StyleArray
    from openpyxl.worksheet.header_footer import HeaderFooterItem
    from openpyxl.worksheet.worksheet import Worksheet

Value = str | float | dt.date | dt.time | dt.timedelta | None

_MOST_CHARACTERS = 32_767  # of a cell
_LINE_POINTS = 15.0
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_STYLE = "_style"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file knows

_THIN = Side(style="thin", color="BFC5C9")
_HEAD_FILL = PatternFill("solid", fgColor="E4E7E8")


def formats() -> dict[type, str]:
    """Return the number formats for dates, times and numbers as the language in force writes them."""
    danish = language() == "da"
    return {
        dt.date: "[$-406]ddd d. mmm" if danish else "[$-809]ddd d mmm",
        dt.time: 'hh"."mm' if danish else "hh:mm",
        dt.timedelta: "[h]:mm",  # never 7.17, which is read as seven hours and a sixth
        float: "#,##0.0",
        int: "#,##0",
    }


def sheet_names(wanted: Iterable[str]) -> list[str]:
    r"""Return valid and unique names of sheets: at most 31 characters, none of ``[]:*?/\\``."""
    names: list[str] = []
    taken = {"history"}  # Excel keeps this one for itself
    for text in wanted:
        cleaned = " ".join(re.sub(r"[\[\]:*?/\\]", " ", printable(text)).split()).strip("' ")
        name, count = cleaned[:31].strip("' ") or _("Sheet"), 1
        while name.casefold() in taken:
            count += 1
            suffix = f" ({count})"
            name = cleaned[: 31 - len(suffix)].strip("' ") + suffix
        taken.add(name.casefold())
        names.append(name)
    return names


class Sheet:
    """A worksheet that is filled row by row, and printed on landscape A4 as wide as one page."""

    def __init__(self, worksheet: "Worksheet", widths: Sequence[float], header: str) -> None:
        self._sheet = worksheet
        self._widths = widths
        self._formats = formats()
        self._row = 0
        self._head, self._left = 0, set[int]()
        self._styles: dict[tuple[tuple[int, ...], bool, bool, int], StyleArray] = {}
        for number, width in enumerate(widths, start=1):
            worksheet.column_dimensions[get_column_letter(number)].width = width
        print_landscape(worksheet)
        head = cast("HeaderFooterItem", worksheet.oddHeader)
        foot = cast("HeaderFooterItem", worksheet.oddFooter)
        head.left.text = printable(header)[:100].replace("&", "&&") or None
        foot.left.text = "Rådgiver på hjul"
        foot.right.text = _("Page {page} of {pages}").format(page="&P", pages="&N")

    def title(self, text: str, *, size: int = 12) -> None:
        """Add a row with a heading that runs over the columns to its right."""
        self._row += 1
        cell = self._put(1, text)
        cell.font = Font(bold=True, size=size)
        cell.alignment = Alignment(vertical="center")
        self._sheet.row_dimensions[self._row].height = size * 1.7

    def text(self, text: str) -> None:
        """Add a row of text that runs over the columns to its right."""
        self._row += 1
        self._left = set()
        self._put(1, text)

    def skip(self) -> None:
        """Leave a row empty."""
        self._row += 1
        self._left = set()

    def head(self, values: Sequence[Value], *, repeat: bool = False) -> None:
        """Add the headings of a table; with `repeat` they stay in sight and stand on every page."""
        self._left = set()
        self.row(values, bold=True, fill=_HEAD_FILL)
        self._head, self._left = self._row, set(range(1, len(values) + 1))
        if repeat:
            self._sheet.freeze_panes = f"A{self._row + 1}"
            self._sheet.print_title_rows = f"{self._row}:{self._row}"

    def row(self, values: Sequence[Value], *, bold: bool = False, fill: PatternFill | None = None) -> None:
        """Add a row of a table. Texts wrap, and the row is as high as its longest one needs.

        Figures stand to the right in their cells, and so does the heading above them.
        """
        self._row += 1
        lines = 1
        for column, value in enumerate(values, start=1):
            cell = self._put(column, value)
            self._style(cell, text=isinstance(value, str), bold=bold, fill=fill)
            if isinstance(value, str):
                lines = max(lines, _lines(value, self._widths[column - 1]))
            elif value is not None and column in self._left:
                self._left.discard(column)
                above = cast("Cell", self._sheet.cell(self._head, column))
                above.alignment = Alignment(horizontal="right", vertical="top", wrap_text=True)
        self._sheet.row_dimensions[self._row].height = min(lines * _LINE_POINTS, 409)

    def _style(self, cell: Any, *, text: bool, bold: bool, fill: PatternFill | None) -> None:
        """Give a cell of a table its looks; those that a cell had before are copied, which takes a tenth of the time."""
        # openpyxl copies styles by this name, which its types do not tell of.
        style: StyleArray | None = getattr(cell, _STYLE)
        key = (tuple(style or ()), text, bold, id(fill))
        if key in self._styles:
            setattr(cell, _STYLE, copy(self._styles[key]))
            return
        cell.alignment = Alignment(horizontal="left" if text else None, vertical="top", wrap_text=text)
        cell.border = Border(top=_THIN, bottom=_THIN)
        cell.font = Font(bold=bold)
        if fill:
            cell.fill = fill
        self._styles[key] = getattr(cell, _STYLE)

    def _put(self, column: int, value: Value) -> "Cell":
        cell = cast("Cell", self._sheet.cell(self._row, column))
        if isinstance(value, str):
            text = printable(value)[:_MOST_CHARACTERS]
            if text:
                cell.value = escaped(text)
                cell.data_type = "s"  # never a formula, nor an error value
                cell.quotePrefix = text.startswith(_FORMULA_STARTS)
        elif value is not None:
            cell.value = value
            cell.number_format = self._formats[type(value)]
        return cell


def save(workbook: Workbook) -> bytes:
    """Return the workbook as bytes that depend on nothing but its content."""
    workbook.properties.created = dt.datetime(*_EPOCH)  # noqa: DTZ001  # as openpyxl has it
    raw, out = io.BytesIO(), io.BytesIO()
    workbook.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>1980-01-01T00:00:00Z", content)
            target.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _lines(text: str, width: float) -> int:
    return sum(max(1, math.ceil(len(line) * 1.1 / width)) for line in text.split("\n"))
