"""A table that has a file of its own beside a project: a CSV file, or a sheet of a workbook."""

from pathlib import Path

from scheduler.base import limits
from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _
from scheduler.inputs import sheets
from scheduler.inputs.dates import counted_from_1904
from scheduler.inputs.raw import stray_cells
from scheduler.inputs.rows import TableRows, interpret
from scheduler.inputs.schema import Table, key
from scheduler.inputs.tables import read_csv


def read_alone(
    table: Table, file: Path, problems: list[InputProblem], *, own_columns: bool = True
) -> TableRows:
    """Read the only table of a file, adding everything that is wrong to `problems`, also that it has no rows.

    Without `own_columns` a column that the table does not have is a problem.

    Raises
    ------
    InputError
        When the file is far too large, or its name holds a CPR number.
    ServiceError
        When the file cannot be read.
    """
    raw = limits.read(file, limits.TABLE_BYTES)
    before = len(problems)
    if raw.startswith(sheets.BEGINNINGS):
        read = _read_sheet(table, file.name, raw, problems, own_columns=own_columns)
    else:
        read = read_csv(table, file.name, raw, problems, own_columns=own_columns)
    if not read.rows and read.readable and len(problems) == before:
        problems.append(InputProblem(_("the table has no rows; it needs at least one"), read.file))
    return read


def _read_sheet(
    table: Table, file: str, raw: bytes, problems: list[InputProblem], *, own_columns: bool
) -> TableRows:
    """Read the sheet of a workbook that has the table: by its name, or because it is the only one."""
    before = len(problems)
    workbook = sheets.read_sheets(raw, file, problems)
    found = workbook.titled if workbook else []
    named = [sheet for sheet in found if key(sheet[0]) in table.keys] or (found if len(found) == 1 else [])
    for title, rows in found:
        if (title, rows) not in named:
            problems += stray_cells(f"{file}!{title}", rows)
    if len(named) == 1:
        title, rows = named[0]
        with counted_from_1904(when=bool(workbook and workbook.since_1904)):
            return interpret(table, f"{file}!{title}", rows, problems, own_columns=own_columns)
    if len(problems) == before:
        problems.append(
            InputProblem(_("exactly one sheet must be named {name}").format(name=table.danish), file)
        )
    return TableRows(table, file, readable=False)
