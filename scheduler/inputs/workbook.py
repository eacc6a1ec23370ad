"""The tables of a project as a workbook with Danish headings, and a new project folder.

Drop-downs and comments come from the same list of columns by which tables are read.
"""

import datetime as dt
import io
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from scheduler.base import files
from scheduler.base.errors import InputError, told
from scheduler.base.i18n import _, capitalized
from scheduler.base.resources import example_folder
from scheduler.inputs import meanings
from scheduler.inputs.cells import OFF_NAMES, PATTERNS_DA, WEEKDAYS_DA
from scheduler.inputs.project import read_rows
from scheduler.inputs.rows import Row
from scheduler.inputs.schema import BY_NAME, TABLES, Column, Table
from scheduler.inputs.sheets import escaped, print_landscape
from scheduler.inputs.tables import WORKBOOK_FILE
from scheduler.model.config import SETTINGS_FILE

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.worksheet.header_footer import HeaderFooterItem
    from openpyxl.worksheet.worksheet import Worksheet

#: Down to which row there are drop-downs, and how many ids a drop-down offers at most.
LAST_ROW = 1000
LIST_ROWS = 200

#: The hidden sheet that gathers these ids; sheets whose name begins with _ are no tables.
LISTS_SHEET = "_Lister"

#: The example's files for ``hjul simulate``; they serve the workbook too.
_QUESTIONS = ("scenarios.toml", "candidates.csv")

#: What is typed into a cell in a form of its own; all else is chosen from a list, or free.
_TYPED = ("id", "date", "time", "week")

_WIDTHS = {"address": 26, "name": 26, "title": 26, "note": 40, "reason": 26, "email": 28, "kind": 16}


def write_workbook(folder: Path, file: Path) -> None:
    """Write the tables of a project folder as a workbook with Danish headings.

    Every table gets a sheet, also one that the folder does not have. Read back in place of the
    folder's tables, the workbook gives the same project.

    Raises
    ------
    InputError
        When the folder is not in order.
    ServiceError
        When its files cannot be read, or the workbook cannot be written.
    """
    files.replace(file, workbook_of(read_rows(folder)))


def workbook_of(tables: Mapping[str, Sequence[Row]]) -> bytes:
    """Return rows of tables as a workbook with Danish headings."""
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for table in TABLES:
        sheet = workbook.create_sheet(table.danish)
        _write_headings(sheet, table)
        for number, row in enumerate(tables.get(table.name, ()), start=2):
            for position, column in enumerate(table.columns, start=1):
                if column.name in row.given:
                    _write(sheet.cell(number, position), column, row)
    _add_drop_downs(workbook)
    workbook.calculation.fullCalcOnLoad = True
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def init_folder(target: Path) -> None:
    """Make a new project folder from the example.

    `target` gets the example's project.toml, tables, README, and what `hjul simulate` asks of them. Its subfolder ``excel`` is a second,
    complete project folder with the same tables in ``project.xlsx``: the two do not lie side by
    side, because a table that is there twice is an error. Plan from the workbook with
    ``--data DIR/excel``.

    Raises
    ------
    InputError
        When `target` is there and not empty.
    ServiceError
        When it cannot be written; nothing is left of it then.
    """
    with files.claimed(target, parents=True) as claim:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise InputError(
                _("{folder} is there already and not empty; name a folder that is not there yet").format(
                    folder=target
                )
            )
        with told(files.unwritable, target):
            _copy_example(claim.new)
            claim.put()


def _copy_example(target: Path) -> None:
    example, excel = example_folder(), target / "excel"
    excel.mkdir(parents=True)
    for name in (SETTINGS_FILE, "README.md", *_QUESTIONS, *(f"{table.name}.csv" for table in TABLES)):
        if (example / name).is_file():
            shutil.copyfile(example / name, target / name)
    shutil.copyfile(target / SETTINGS_FILE, excel / SETTINGS_FILE)
    write_workbook(target, excel / WORKBOOK_FILE)


def _danish(column: Column, value: Any) -> Any:
    """Return a value as a Dane writes it in a cell."""
    if column.kind == "weekday":
        return WEEKDAYS_DA[value]
    if column.kind == "pattern":
        return PATTERNS_DA[value]
    if column.kind == "time":
        return OFF_NAMES[-1] if value is None else dt.time(value // 3600, value % 3600 // 60)
    if column.kind == "week":
        return f"uge {value.number} {value.year}"
    if column.besides and value == column.besides[0]:
        return column.besides[-1]
    return value


def _write(cell: "Cell", column: Column, row: Row) -> None:
    value = _danish(column, row[column.name])
    cell.value = escaped(value) if isinstance(value, str) else value
    cell.number_format = _number_format(column)
    if isinstance(value, str):
        # Else a text that begins with = is a formula, at once or when somebody edits the cell.
        cell.data_type = "s"
        cell.quotePrefix = True


def _number_format(column: Column) -> str:
    formats = {"date": "dd-mm-yyyy", "time": "hh:mm", "coordinate": "0.00000##", "number": "General"}
    return formats.get(column.kind, "@")


def _write_headings(sheet: "Worksheet", table: Table) -> None:
    """Write the headings with their comments, freeze them, and give the columns width and format."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill

    sheet.freeze_panes = "B2"
    _lay_out_pages(sheet, table)
    for position, column in enumerate(table.columns, start=1):
        cell = sheet.cell(1, position, column.danish)
        cell.font = Font(bold=column.required)
        cell.fill = PatternFill("solid", start_color="DDE7EE")
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        cell.comment = Comment(_comment(table, column), "hjul", width=320, height=110)
        whole_column = sheet.column_dimensions[cell.column_letter]
        whole_column.width = _WIDTHS.get(column.name, max(12, len(column.danish) + 3))
        whole_column.number_format = _number_format(column)  # of the cells that are blank as yet


def _lay_out_pages(sheet: "Worksheet", table: Table) -> None:
    """Have the sheet printed on as few pages as it needs: landscape A4, as wide as one, headings on each."""
    print_landscape(sheet)
    sheet.print_title_rows = "1:1"
    head, foot = cast("HeaderFooterItem", sheet.oddHeader), cast("HeaderFooterItem", sheet.oddFooter)
    head.left.text, foot.right.text = table.danish, "&P / &N"


def _comment(table: Table, column: Column) -> str:
    if column.required:
        must = _("Must be filled in.")
    elif column.default in (None, ""):
        must = _("May be left blank.")
    else:
        must = _("Blank: {value}.").format(value=_danish(column, column.default))
    how = f"{meanings.form(column)}." if column.kind in _TYPED else ""
    lines = (meanings.of_column(table.name, column.name), capitalized(how), must)
    return "\n".join(filter(None, lines))


def _add_drop_downs(workbook: "Workbook") -> None:
    """Let weekdays, weeks and references be chosen from a list."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    fixed = {"weekday": WEEKDAYS_DA, "pattern": tuple(PATTERNS_DA.values())}
    lists = workbook.create_sheet(LISTS_SHEET)
    lists.sheet_state = "hidden"
    sources: dict[tuple[str, ...], str] = {}
    for table in TABLES:
        for position, column in enumerate(table.columns, start=1):
            if column.kind in fixed:
                source = f'"{",".join(fixed[column.kind])}"'
            elif column.refers:
                entries = (*column.besides[-1:], *column.refers)
                if entries not in sources:
                    sources[entries] = _write_list(lists, len(sources) + 1, column)
                source = sources[entries]
            else:
                continue
            letter = get_column_letter(position)
            choice = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=True)
            choice.add(f"{letter}2:{letter}{LAST_ROW}")
            workbook[table.danish].add_data_validation(choice)


def _write_list(lists: "Worksheet", position: int, column: Column) -> str:
    """Write formulas that gather the ids that a column may name; return the range that is filled."""
    from openpyxl.utils import get_column_letter

    words = column.besides[-1:]
    for number, word in enumerate(words, start=1):
        lists.cell(number, position, word)
    ids = [f"'{BY_NAME[name].danish}'!$A$2:$A${LIST_ROWS}" for name in column.refers]
    for number in range(len(words) + 1, LIST_ROWS + 1):
        lists.cell(number, position, f"={_nth_id(number - len(words), ids)}")
    letter = get_column_letter(position)
    count = "+".join(f"COUNTA({source})" for source in ids)
    return f"OFFSET('{LISTS_SHEET}'!${letter}$1,0,0,MAX(1,{len(words)}+{count}),1)"


def _nth_id(number: int, ids: Sequence[str]) -> str:
    """Return a formula for the n-th of the ids of several tables, one table after the other."""
    formula = '""'
    for position in reversed(range(len(ids))):
        before = "".join(f"-COUNTA({source})" for source in ids[:position])
        rest = f"{number}{before}"
        formula = f"IF({rest}<=COUNTA({ids[position]}),INDEX({ids[position]},{rest}),{formula})"
    return formula
