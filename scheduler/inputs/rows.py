"""Raw rows of cells -> the rows of a table: headings found, cells read, problems gathered."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scheduler.errors import InputProblem
from scheduler.i18n import _
from scheduler.inputs.cells import Cell, CellError, looks_like_cpr, shown, unquoted
from scheduler.inputs.schema import Column, Table, key
from scheduler.model import Origin

#: A row of a file before anybody knows its columns: its number and its cells.
RawRow = tuple[int, Sequence[Cell | None]]


def cpr_problem(file: str, row: int | None = None, column: str = "") -> InputProblem:
    """Return the problem of a cell that may be a CPR number, without repeating it."""
    return InputProblem(
        _("this looks like a CPR number; delete it, personal numbers do not belong here"), file, row, column
    )


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A row of a table.

    `values` has every column whose cell could be read, and the default where it is blank;
    `given` are the columns whose cell is not blank.
    """

    origin: Origin
    values: dict[str, Any]
    given: frozenset[str]
    complete: bool

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    def has(self, *columns: str) -> bool:
        """Tell whether all these columns could be read and have a value."""
        return all(self.values.get(column) is not None for column in columns)

    def problem(self, reason: str, column: str = "") -> InputProblem:
        """Return a problem of this row."""
        return InputProblem(reason, self.origin.file, self.origin.row, column)

    def number_of(self, other: "Row") -> str:
        """Return the number of another row as a problem of this one tells it: with its file, if that differs."""
        file, row = other.origin.file, other.origin.row
        return str(row) if file == self.origin.file else f"{file}:{row}"


@dataclass(slots=True)
class TableRows:
    """What was read of a table. `readable` is false where rows or ids may be missing."""

    table: Table
    file: str
    rows: list[Row] = field(default_factory=list)
    headings: dict[str, str] = field(default_factory=dict)
    readable: bool = True


def interpret(
    table: Table, file: str, raw_rows: Iterable[RawRow], problems: list[InputProblem], other_mark: str = ""
) -> TableRows:
    """Read headings and rows; `other_mark` is the delimiter that this file does not use."""
    read = TableRows(table, file)
    rows = iter(raw_rows)
    heading_row, headings = next(rows, (0, ()))
    if not headings:
        return read  # an empty file or sheet is a table without rows
    columns = _columns(read, heading_row, headings, problems)
    if table.id_column and table.id_column.name not in read.headings:
        read.readable = False
    for number, cells in rows:
        if other_mark and len(headings) > 1 and len(cells) == 1 and other_mark in str(cells[0]):
            read.readable = False
            if looks_like_cpr(cells[0] or ""):
                problems.append(cpr_problem(file, number))
            problems.append(
                InputProblem(_("this row is not separated by the same mark as the heading"), file, number)
            )
            continue
        read.rows.append(_row(read, number, columns, cells, problems))
    return read


def _columns(
    read: TableRows, row: int, headings: Sequence[Cell | None], problems: list[InputProblem]
) -> dict[int, Column | None]:
    """Return the column at each position that has a heading, None where the heading is wrong."""
    columns: dict[int, Column | None] = {}
    for position, cell in enumerate(headings):
        heading = " ".join(str(cell or "").split())
        if not heading:
            continue
        column = read.table.by_heading.get(key(heading))
        if looks_like_cpr(heading):
            problems.append(cpr_problem(read.file, row, _nth_column(position)))
        elif column is None:
            named = _nth_column(position) if read.table.private else shown(heading).strip('"')
            problems.append(_unknown_column(read, row, heading, named))
        elif column.name in read.headings:
            problems.append(
                InputProblem(
                    _("the column {column} is there twice; keep one").format(column=column.name),
                    read.file,
                    row,
                    heading,
                )
            )
            column = None
        else:
            read.headings[column.name] = heading
        columns[position] = column
    problems.extend(
        InputProblem(
            _("the column {column} is missing (in Danish: {danish})").format(
                column=column.name, danish=column.danish
            ),
            read.file,
            row,
        )
        for column in read.table.columns
        if column.required and column.name not in read.headings
    )
    return columns


def _nth_column(position: int) -> str:
    return _("column {number}").format(number=position + 1)


def _unknown_column(read: TableRows, row: int, heading: str, named: str) -> InputProblem:
    near = difflib.get_close_matches(key(heading), read.table.by_heading, n=1, cutoff=0.7)
    if near:
        reason = _("no column has this name; did you mean {column}?").format(
            column=read.table.by_heading[near[0]].name
        )
    else:
        reason = _("no column has this name; the table has: {columns}").format(
            columns=", ".join(column.name for column in read.table.columns)
        )
    return InputProblem(reason, read.file, row, named)


def _row(
    read: TableRows,
    number: int,
    columns: Mapping[int, Column | None],
    cells: Sequence[Cell | None],
    problems: list[InputProblem],
) -> Row:
    origin = Origin(read.file, number)
    values = {column.name: column.default for column in read.table.columns if not column.required}
    given = set()
    for position, raw in enumerate(cells):
        cell = raw.strip() if isinstance(raw, str) else raw
        if cell is None or cell == "":
            continue
        column = columns.get(position)
        heading = read.headings[column.name] if column else _nth_column(position)
        if column:
            given.add(column.name)
            values.pop(column.name, None)
        if looks_like_cpr(cell):
            problems.append(cpr_problem(read.file, number, heading))
        elif position not in columns:
            problems.append(
                InputProblem(_("there is no heading above this cell"), read.file, number, heading)
            )
        elif column is not None:
            try:
                with unquoted(when=read.table.private):
                    values[column.name] = column.parse(cell)
            except CellError as error:
                problems.append(InputProblem(str(error), read.file, number, heading))
    problems.extend(
        InputProblem(_("this must be filled in"), read.file, number, read.headings[column.name])
        for column in read.table.columns
        if column.required and column.name in read.headings and column.name not in given
    )
    return Row(origin, values, frozenset(given), complete=len(values) == len(read.table.columns))
