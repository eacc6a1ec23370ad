"""The sheets of a workbook as rows of cells."""

import io
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from scheduler import limits
from scheduler.errors import InputProblem
from scheduler.i18n import _
from scheduler.inputs.parts import Parts, UnusableWorkbookError, letters, look_through, too_large
from scheduler.inputs.rows import RawRow, is_filled, stray_cells, too_wide

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from scheduler.inputs.cells import Cell


def read_sheets(
    raw: bytes, workbook_file: str, problems: list[InputProblem]
) -> list[tuple[str, list[RawRow]]]:
    """Return title and rows of every sheet whose name does not begin with ``_``; blank rows left out."""
    reason = _("the file is no workbook that can be read; save it in Excel as .xlsx, without a password")
    found: list[InputProblem] = []
    try:
        parts = look_through(raw, workbook_file)
        problems += parts.problems
        with warnings.catch_warnings():
            # openpyxl warns of what it does not keep when saving; nothing is saved here.
            warnings.simplefilter("ignore")
            sheets = _read(raw, workbook_file, parts, found)
    except UnusableWorkbookError as error:
        reason = str(error) or reason
    except Exception:  # noqa: BLE001, S110 - damaged workbooks make openpyxl raise nearly anything
        pass
    else:
        problems += found
        return sheets
    problems.append(InputProblem(reason, workbook_file))
    return []


def _read(
    raw: bytes, workbook_file: str, parts: Parts, problems: list[InputProblem]
) -> list[tuple[str, list[RawRow]]]:
    from openpyxl import load_workbook

    workbook = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    sheets = []
    for sheet in workbook.worksheets:
        sheet.reset_dimensions()  # some programs write wrong ones
        file = f"{workbook_file}!{sheet.title}"
        found: list[InputProblem] = []
        rows = list(_rows(sheet, file, parts, found))
        if sheet.title.startswith("_"):
            problems += stray_cells(file, rows)
        else:
            problems += found
            sheets.append((sheet.title, rows))
    return sheets


def _rows(sheet: "Worksheet", file: str, parts: Parts, problems: list[InputProblem]) -> Iterator[RawRow]:
    """Yield the rows that are not blank; of too many only so many that it can be told."""
    special = parts.special.get(sheet.title, {})
    filled = cells_seen = 0
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells_seen += len(cells)
        if cells_seen > limits.CELLS:
            raise UnusableWorkbookError(too_large())
        # Rich text and decimals do not come from this way of loading.
        values = cast("list[Cell | None]", list(cells))
        for column, kind in special.get(number, {}).items():
            if kind == "error":
                values[column - 1] = None
                reason = _("the cell holds an error of the spreadsheet")
            elif values[column - 1] is None:
                reason = _("the formula has no result; open the workbook in Excel and save it")
            else:
                continue
            problems.append(InputProblem(reason, file, number, letters(column)))
        if reason := too_wide(values):
            problems.append(InputProblem(reason, file, number))
            return
        if any(map(is_filled, values)):
            yield number, values[: limits.COLUMNS]
            filled += 1
        if filled > limits.MANY_ROWS + 1:
            return
