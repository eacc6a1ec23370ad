"""The sheets of a workbook as rows of cells."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping
from string import ascii_uppercase
from typing import TYPE_CHECKING, NamedTuple

from scheduler.base import limits
from scheduler.base.cpr import looks_like_cpr
from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _
from scheduler.inputs.cells import Cell
from scheduler.inputs.partparser import (
    Counted,
    PartParser,
    Place,
    UnusableWorkbookError,
    column_of,
    letters,
    local,
    unescaped,
)
from scheduler.inputs.parts import Book, read_book
from scheduler.inputs.raw import RawRow, cpr_problem, is_filled, stray_cells, too_wide
from scheduler.inputs.schema import key

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

#: How the files of spreadsheets begin: an archive, and what Excel wrote before.
BEGINNINGS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")

#: A title so long may be the beginning of a longer name.
_LONG_TITLE = 28
#: Excel has no more.
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_WHOLE = re.compile(r"[-+]?\d{1,300}", re.ASCII)
_DECIMAL = re.compile(r"\s*[-+]?(?:\d{1,300}(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?\s*", re.ASCII)

_LETTER = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def escaped(text: str) -> str:
    """Return a text as the cells of a workbook have it, in which ``_x0041_`` would be an A."""
    return _LETTER.sub("_x005F_", text)


def is_sheet_of(title: str, name: str) -> bool:
    """Tell whether a sheet may have been named after something: Excel takes no more than 31 characters of a name."""
    return key(title) == key(name) or (len(title) >= _LONG_TITLE and key(name).startswith(key(title)))


class Sheets(NamedTuple):
    """What a workbook holds: the sheets with their titles, and whether its dates are counted from 1904."""

    titled: list[tuple[str, list[RawRow]]]
    since_1904: bool


def read_sheets(raw: bytes, workbook_file: str, problems: list[InputProblem]) -> Sheets | None:
    """Return title and rows of every sheet whose name does not begin with ``_``; blank rows left out.

    None, and a problem, where the file is no workbook that can be read.
    """
    reason = _("the file is no workbook that can be read; save it in Excel as .xlsx, without a password")
    try:
        return _read(raw, workbook_file, problems)
    except UnusableWorkbookError as error:
        reason = str(error) or reason
    except Exception:  # noqa: BLE001, S110 - damage can make the archive or its XML fail in any way
        pass
    problems.append(InputProblem(reason, workbook_file))
    return None


def _read(raw: bytes, file: str, problems: list[InputProblem]) -> Sheets:
    sheets = []
    found: list[InputProblem] = []
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        book = read_book(archive, file)
        counted = Counted()
        for title, part in book.sheets:
            reader = _SheetReader(book, counted, f"{file}!{title}")
            with archive.open(part) as stream:
                reader.parse(stream)
            found += reader.private_problems()
            if title.startswith("_"):
                found += stray_cells(reader.file, reader.rows)
            else:
                found += reader.problems
                sheets.append((title, reader.rows))
    problems += (*book.problems, *found)
    return Sheets(sheets, book.since_1904)


class _SheetReader(PartParser):
    """Reads the rows of a sheet that are not blank."""

    def __init__(self, book: Book, counted: Counted, file: str) -> None:
        super().__init__()
        self.file = file
        self.rows: list[RawRow] = []
        self.problems: list[InputProblem] = []
        self._book = book
        self._counted = counted
        self._kinds: dict[str, str] = {}
        self._row = self._column = 0
        self._cells: list[Cell | None] = []
        self._type = self._style = ""
        self._value: str | None = None
        self._has_formula = self._in_cell = self._pronouncing = False

    # --- Elements --------------------------------------------------------------------------------------

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take the beginning of a row, a cell, its value or formula, or of something else."""
        name = local(name)
        if name == "c":
            self._begin_cell(attributes)
        elif name in ("v", "t"):
            self._stop_listening()  # what stood in between is nothing
            self.listen()
        elif name == "row":
            self._begin_row(attributes)
        elif name == "f":
            self._has_formula = True
            self.listen()
        elif not self._in_cell:
            self._counted.element()
            self.look_at(attributes)
            self.listen()  # to headers, footers and drop-downs
        elif name == "rPh":
            self._pronouncing = True

    def end(self, name: str) -> None:
        """Take the end of an element."""
        name = local(name)
        if name in ("v", "t"):
            text = self._stop_listening()
            if not self._pronouncing:
                self._value = f"{self._value or ''}{text}"
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self._end_row()
        elif name == "rPh":
            self._pronouncing = False
        elif self.text and looks_like_cpr(self._stop_listening()):
            self.private.append(Place(self._row, self._column) if name == "f" else None)

    def _stop_listening(self) -> str:
        self.deaf()
        return self.heard()

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        self._stop_listening()
        row = int(float(attributes.get("r", self._row + 1)))
        if not self._row < row <= _LAST_ROW:
            raise UnusableWorkbookError
        self._counted.cell()
        self._row, self._column, self._cells = row, 0, []

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        column = self._column + 1
        if reference := attributes.get("r"):
            column, row = column_of(reference), reference.lstrip(ascii_uppercase)
            if row != str(self._row):
                raise UnusableWorkbookError
        if not self._column < column <= _LAST_COLUMN:
            raise UnusableWorkbookError
        self._counted.cell()
        self._column = column
        self._type, self._style = attributes.get("t", "n"), attributes.get("s", "0")
        self._value, self._has_formula, self._in_cell = None, False, True

    def _end_cell(self) -> None:
        self._in_cell = False
        value: Cell | None = None
        if self._type == "e":
            self._report(_("the cell holds an error of the spreadsheet"))
        elif self._value:
            value = self._converted(self._value)
        elif self._has_formula and self._type != "str":  # that may be a text without letters
            self._report(_("the formula has no result; open the workbook in Excel and save it"))
        if value is None:
            return
        if self._column > limits.COLUMNS and is_filled(value):
            self._report(too_wide())
            self.leave()
            return
        self._cells += [None] * (self._column - 1 - len(self._cells))
        self._cells.append(value)

    def _end_row(self) -> None:
        if any(map(is_filled, self._cells)):
            self.rows.append((self._row, self._cells))
            if len(self.rows) > limits.MANY_ROWS + 1:
                self.leave()  # it can be told that there are too many
        self._cells = []

    def _report(self, reason: str) -> None:
        self.problems.append(InputProblem(reason, self.file, self._row, letters(self._column)))

    def private_problems(self) -> list[InputProblem]:
        """Return the problems of CPR numbers in formulas, and outside of cells."""
        return [
            cpr_problem(self.file, place.row, letters(place.column))
            if place
            else cpr_problem(self.file, column=_("header, footer, drop-down or link"))
            for place in dict.fromkeys(self.private)
        ]

    # --- Values ----------------------------------------------------------------------------------------

    def _converted(self, text: str) -> Cell | None:
        if self._type in ("s", "str", "inlineStr"):
            return self._book.strings[_index(text)] if self._type == "s" else unescaped(text)
        if self._type == "b":
            return text.strip() in ("1", "true")
        if self._type == "d":
            return dt.time.fromisoformat(text) if text[2:3] == ":" else dt.datetime.fromisoformat(text)
        if _WHOLE.fullmatch(text):
            return self._number(int(text))
        if not _DECIMAL.fullmatch(text):
            raise UnusableWorkbookError
        return self._number(float(text))

    def _number(self, number: float) -> Cell | None:
        """Return a number, or the date, time or span that it stands for in a cell of this style."""
        kind = self._kind_of_style()
        if not kind:
            return number
        from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

        epoch = MAC_EPOCH if self._book.since_1904 else WINDOWS_EPOCH
        moment: Cell | None = None
        try:
            moment = from_excel(number, epoch, timedelta=kind == "span")
        except (OverflowError, ValueError):
            self._report(_("the cell holds an error of the spreadsheet"))
        return moment

    def _kind_of_style(self) -> str:
        """Tell whether numbers in this style are dates or times, or spans of time."""
        if self._style not in self._kinds:
            from openpyxl.styles.numbers import is_date_format, is_timedelta_format

            number = int(self._style)
            code = self._book.formats[number] if 0 <= number < len(self._book.formats) else "General"
            self._kinds[self._style] = (
                "span" if is_timedelta_format(code) else "date" if is_date_format(code) else ""
            )
        return self._kinds[self._style]


def _index(text: str) -> int:
    """Return the number of a shared text; one below 0 would be counted from the end."""
    index = int(text)
    if index < 0:
        raise UnusableWorkbookError
    return index


def print_landscape(worksheet: "Worksheet") -> None:
    """Have a sheet printed on landscape A4, as wide as one page and as long as it needs."""
    from openpyxl.worksheet.properties import PageSetupProperties

    worksheet.page_setup.orientation = "landscape"
    worksheet.page_setup.paperSize = 9  # A4
    worksheet.page_setup.fitToWidth = 1
    worksheet.page_setup.fitToHeight = 0
    worksheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    worksheet.page_margins.left = worksheet.page_margins.right = 0.4
    worksheet.page_margins.top = worksheet.page_margins.bottom = 0.7
