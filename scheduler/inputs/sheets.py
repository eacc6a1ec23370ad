"""The sheets of a workbook as rows of cells."""

import io
import re
import zipfile
from typing import TYPE_CHECKING, cast

from scheduler.errors import InputProblem
from scheduler.i18n import _
from scheduler.inputs.rows import RawRow

if TYPE_CHECKING:
    from openpyxl import Workbook

    from scheduler.inputs.cells import Cell

#: The most that the parts of a workbook may unpack to, in bytes.
MAX_UNPACKED = 100_000_000

_LETTER = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_NO_LETTER = re.compile("_x005F_(?=x[0-9A-Fa-f]{4}_)")


def escaped(text: str) -> str:
    """Return a text as the cells of a workbook have it, in which ``_x0041_`` would be an A."""
    return _LETTER.sub("_x005F_", text)


def read_sheets(
    raw: bytes, workbook_file: str, problems: list[InputProblem]
) -> list[tuple[str, list[RawRow]]]:
    """Return title and rows of every sheet whose name does not begin with ``_``; blank rows left out."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > MAX_UNPACKED:
            problems.append(
                InputProblem(_("the workbook is far too large; keep only the tables in it"), workbook_file)
            )
            return []
        return _read(raw, workbook_file, problems)
    except Exception:  # noqa: BLE001 - damaged workbooks make openpyxl raise nearly anything
        problems.append(
            InputProblem(
                _("the file is no workbook that can be read; save it in Excel as .xlsx, without a password"),
                workbook_file,
            )
        )
        return []


def _read(raw: bytes, workbook_file: str, problems: list[InputProblem]) -> list[tuple[str, list[RawRow]]]:
    from openpyxl import load_workbook
    from openpyxl.utils import get_column_letter

    workbook = load_workbook(io.BytesIO(raw), read_only=True)
    results: Workbook | None = None
    sheets = []
    for sheet in workbook.worksheets:
        if sheet.title.startswith("_"):
            continue
        sheet.reset_dimensions()  # some programs write wrong ones
        file = f"{workbook_file}!{sheet.title}"
        rows: list[RawRow] = []
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            values: list[Cell | None] = []
            for column, cell in enumerate(cells, start=1):
                value = cell.value
                reason = ""
                if cell.data_type == "f":
                    results = results or load_workbook(io.BytesIO(raw), data_only=True)
                    value = results[sheet.title].cell(number, column).value
                    if value is None:
                        reason = _("the formula has no result; open the workbook in Excel and save it")
                elif cell.data_type == "e":
                    value = None
                    reason = _("the cell holds an error of the spreadsheet")
                if reason:
                    problems.append(InputProblem(reason, file, number, get_column_letter(column)))
                # Rich text and decimals do not come from this way of loading.
                value = _NO_LETTER.sub("_", value) if isinstance(value, str) else value
                values.append(cast("Cell | None", value))
            if any(value is not None and str(value).strip() for value in values):
                rows.append((number, values))
        sheets.append((sheet.title, rows))
    return sheets
