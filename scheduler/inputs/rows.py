"""Raw rows of cells -> the rows of a table: headings found, cells read, problems gathered."""

import datetime as dt
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from scheduler.base import limits
from scheduler.base.cpr import looks_like_cpr
from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _, day
from scheduler.base.i18n import number as written
from scheduler.inputs.cells import Cell, CellError, shown, unquoted
from scheduler.inputs.dates import reads_either_way
from scheduler.inputs.headings import FIRST_ROWS, Heading, Headings, heading_row, no_headings, read_headings
from scheduler.inputs.raw import RawRow, cpr_problem, cpr_reason, nth_column, stray_cells
from scheduler.inputs.schema import Table
from scheduler.model.project import Origin


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
        values = self.values
        for column in columns:  # noqa: SIM110 - asked many times of every row
            if values.get(column) is None:
                return False
        return True

    def problem(self, reason: str, column: str = "") -> InputProblem:
        """Return a problem of this row."""
        return self.origin.problem(reason, column)

    def called(self, column: str) -> str:
        """Name a column as the file does."""
        return self.origin.called(column)

    def number_of(self, other: "Row") -> str:
        """Return the number of another row as a problem of this one tells it: with its file, if that differs."""
        file, row = other.origin.file, other.origin.row
        return str(row) if file == self.origin.file else f"{file}:{row}"


@dataclass(slots=True)
class TableRows:
    """What was read of a table.

    `headings` are those of the file by the names of the columns, `danish` tells that they are in Danish.
    `misspelt` are the columns whose heading was told to be nearly right. `notes` say what was passed over, and
    how it was read what may be read otherwise. `readable` is false where rows or ids may be missing.
    """

    table: Table
    file: str
    rows: list[Row] = field(default_factory=list)
    headings: dict[str, str] = field(default_factory=dict)
    danish: bool = False
    misspelt: set[str] = field(default_factory=set)
    notes: list[InputProblem] = field(default_factory=list)
    readable: bool = True


def interpret(
    table: Table,
    file: str,
    raw_rows: Iterable[RawRow],
    problems: list[InputProblem],
    other_mark: str = "",
    *,
    own_columns: bool = True,
) -> TableRows:
    """Read headings and rows; `other_mark` is the delimiter that this file does not use.

    What stands above the headings is passed over, and columns that no table has are ignored with a note;
    without `own_columns` they are a problem. Reading stops where there are more rows or more problems than
    anybody can want.
    """
    read = TableRows(table, file)
    remaining = iter(raw_rows)
    first = list(islice(remaining, FIRST_ROWS))
    if not first:
        return read  # an empty file or sheet is a table without rows
    above = heading_row(table, first)
    if above is None and not own_columns:
        above = 0  # each of them is told of
    if above is None:
        problems += stray_cells(file, chain(first, remaining))
        problems.append(InputProblem(no_headings(table), file, first[0][0]))
        read.readable = False
        return read
    problems += stray_cells(file, first[:above])
    below = first[above + 1 :]
    rows = chain(below, remaining)
    before = len(problems)
    headings = read_headings(table, file, first[above], below, own_columns=own_columns)
    problems += headings.problems
    read.notes += headings.notes
    read.headings, read.danish, read.misspelt = headings.names, headings.danish, headings.misspelt
    reader = _RowReader(read, headings, problems)
    if table.id_column and table.id_column.name not in headings.names:
        read.readable = False
    for number, cells in rows:
        if reason := _too_much(len(read.rows), len(problems) - before, table):
            problems.append(InputProblem(reason, file, number))
            read.readable = False
            break
        if other_mark and len(first[above][1]) > 1 and len(cells) == 1 and other_mark in str(cells[0]):
            read.readable = False
            if looks_like_cpr(cells[0]):
                problems.append(cpr_problem(file, number))
            problems.append(
                InputProblem(_("this row is not separated by the same mark as the heading"), file, number)
            )
            continue
        read.rows.append(reader.read(number, cells))
    return read


def _too_much(rows: int, problems: int, table: Table) -> str:
    """Say why no further row is read, if so."""
    if rows >= table.most_rows:
        return _(
            "the table has more than {most} rows; delete what is not needed, or make two projects of it"
        ).format(most=written(table.most_rows))
    if problems >= limits.TABLE_PROBLEMS:
        return _(
            "{count} problems were found in this table; rows from here on were not read, as they will have the same"
        ).format(count=written(problems))
    return ""


class _RowReader:
    """Reads the rows under a row of headings."""

    def __init__(self, read: TableRows, headings: Headings, problems: list[InputProblem]) -> None:
        self._read = read
        self._file = read.file
        self._problems = problems
        self._cells = {
            position: _CellReader(heading, private=read.table.private)
            for position, heading in headings.at.items()
        }
        self._either_way = False
        columns = read.table.columns
        self._count = len(columns)
        self._defaults = {column.name: column.default for column in columns if not column.required}
        self._needed = [
            column.name for column in columns if column.required and column.name in headings.names
        ]
        self._headings = {column.name: headings.called(column) for column in columns}
        #: Most rows have the same columns filled in.
        self._given: dict[tuple[str, ...], frozenset[str]] = {}

    def read(self, row: int, cells: Sequence[Cell | None]) -> Row:
        """Read the cells of a row."""
        values = self._defaults.copy()
        given: list[str] = []
        for position, raw in enumerate(cells):
            if raw is None or raw == "":
                continue
            reader = self._cells.get(position) or self._beyond(position)
            cell = reader.read(raw)
            if cell is None:
                continue
            name = reader.name
            if name:
                given.append(name)
            if cell.reason:
                values.pop(name, None)
                self._report(cell.reason, row, reader.heading)
            elif name:
                values[name] = cell.value
                self._doubt(cell.note, row, reader.heading)
        for name in self._needed:
            if name not in given:
                self._report(_("this must be filled in"), row, self._headings[name])
        filled = tuple(given)
        return Row(
            Origin(self._file, row, self._headings),
            values,
            self._given.setdefault(filled, frozenset(filled)),
            complete=len(values) == self._count,
        )

    def _beyond(self, position: int) -> "_CellReader":
        """Return what reads the cells of a column that has no heading."""
        reader = self._cells[position] = _CellReader(Heading(nth_column(position), None, ""), headed=False)
        return reader

    def _doubt(self, note: str, row: int, column: str) -> None:
        """Say once in a table how its dates were read, if they can be read otherwise."""
        if note and not self._either_way:
            self._either_way = True
            self._read.notes.append(InputProblem(note, self._file, row, column))

    def _report(self, reason: str, row: int, column: str = "") -> None:
        self._problems.append(InputProblem(reason, self._file, row, column))


@dataclass(frozen=True, slots=True)
class _ReadCell:
    """A cell that is not blank: its value, or why it has none, and how it was read if that can be doubted."""

    value: Any = None
    reason: str = ""
    note: str = ""


class _CellReader:
    """Reads the cells of one column of a file; equal ones are read once.

    `name` is that of the column of the table, empty where the heading is wrong or not there.
    """

    def __init__(self, heading: Heading, *, headed: bool = True, private: bool = False) -> None:
        column = heading.column
        self.heading = heading.shown
        self.name = column.name if column else ""
        self._parse = column.parse if column else None
        self._is_date = column is not None and column.kind == "date"
        self._called = heading.written
        self._headed = headed
        self._private = private
        self._known: dict[Hashable, _ReadCell | None] = {}

    def read(self, raw: Cell) -> _ReadCell | None:
        """Read a cell; None where it is blank."""
        # 1, 1.0 and True are equal, but do not read the same.
        same: Hashable = raw if isinstance(raw, str) else (type(raw), raw)
        try:
            return self._known[same]
        except KeyError:
            self._known[same] = cell = self._read(raw.strip() if isinstance(raw, str) else raw)
            return cell

    def _read(self, cell: Cell) -> _ReadCell | None:
        if cell == "":
            return None
        if looks_like_cpr(cell, self._called):
            return _ReadCell(reason=cpr_reason())
        if not self._headed:
            return _ReadCell(reason=_("there is no heading above this cell"))
        if self._parse is None:
            return _ReadCell()
        try:
            with unquoted(when=self._private):
                value = self._parse(cell)
                return _ReadCell(value, note=_either_way(value, cell) if self._is_date else "")
        except CellError as error:
            return _ReadCell(reason=str(error))


def _either_way(value: dt.date, cell: Cell) -> str:
    """Say how a date was read that could be read otherwise, if it could."""
    if not reads_either_way(cell):
        return ""
    return _("{value} was read as {date}; so are other dates written like it").format(
        value=shown(cell), date=day(value, "year")
    )
