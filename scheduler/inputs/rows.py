"""Raw rows of cells -> the rows of a table: headings found, cells read, problems gathered."""

import difflib
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scheduler.base import limits
from scheduler.base.cpr import looks_like_cpr
from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _
from scheduler.base.i18n import number as written
from scheduler.inputs.cells import Cell, CellError, shown, unquoted
from scheduler.inputs.schema import Column, Table, key
from scheduler.model.project import Origin

#: A row of a file before anybody knows its columns: its number and its cells.
RawRow = tuple[int, Sequence[Cell | None]]


def cpr_problem(file: str, row: int | None = None, column: str = "") -> InputProblem:
    """Return the problem of a cell that may be a CPR number, without repeating it."""
    return InputProblem(cpr_reason(), file, row, column)


def cpr_reason() -> str:
    """Say that what stands somewhere may be a CPR number."""
    return _("this looks like a CPR number; delete it, personal numbers do not belong here")


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
    """Read headings and rows; `other_mark` is the delimiter that this file does not use.

    Reading stops where there are more rows or more problems than anybody can want.
    """
    read = TableRows(table, file)
    rows = iter(raw_rows)
    heading_row, headings = next(rows, (0, ()))
    if not headings:
        return read  # an empty file or sheet is a table without rows
    before = len(problems)
    reader = _RowReader(read, heading_row, headings, problems)
    if table.id_column and table.id_column.name not in read.headings:
        read.readable = False
    for number, cells in rows:
        if reason := _too_much(len(read.rows), len(problems) - before, table):
            problems.append(InputProblem(reason, file, number))
            read.readable = False
            break
        if other_mark and len(headings) > 1 and len(cells) == 1 and other_mark in str(cells[0]):
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


def is_filled(cell: Cell | None) -> bool:
    """Tell whether a cell is not blank."""
    return cell is not None and (not isinstance(cell, str) or cell.strip() != "")


def too_wide() -> str:
    """Say that a row has filled cells where no table has columns."""
    return _("there are more than {most} columns; rows from here on were not read").format(
        most=limits.COLUMNS
    )


def stray_cells(file: str, raw_rows: Iterable[RawRow]) -> Iterator[InputProblem]:
    """Report CPR numbers in a sheet that is no table."""
    called: Mapping[int, str] = {}
    for row, cells in raw_rows:
        if not called:
            called = {position: str(cell) for position, cell in enumerate(cells) if isinstance(cell, str)}
        for position, cell in enumerate(cells):
            if looks_like_cpr(cell, called.get(position, "")):
                yield cpr_problem(file, row, nth_column(position))


def nth_column(position: int) -> str:
    """Name a column that has no heading."""
    return _("column {number}").format(number=position + 1)


class _RowReader:
    """Reads the rows under a row of headings."""

    def __init__(
        self, read: TableRows, row: int, headings: Sequence[Cell | None], problems: list[InputProblem]
    ) -> None:
        self._file = read.file
        self._problems = problems
        self._cells = _cell_readers(read, row, headings, problems)
        columns = read.table.columns
        self._count = len(columns)
        self._defaults = {column.name: column.default for column in columns if not column.required}
        self._needed = [column.name for column in columns if column.required and column.name in read.headings]
        self._headings = read.headings
        #: Most rows have the same columns filled in.
        self._given: dict[tuple[str, ...], frozenset[str]] = {}

    def read(self, row: int, cells: Sequence[Cell | None]) -> Row:
        """Read the cells of a row."""
        values = self._defaults.copy()
        given: list[str] = []
        for position, raw in enumerate(cells):
            if raw is None or raw == "":
                continue
            reader = self._cells.get(position)
            if reader is None:
                reader = self._cells[position] = _CellReader(nth_column(position), headed=False)
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
        for name in self._needed:
            if name not in given:
                self._report(_("this must be filled in"), row, self._headings[name])
        filled = tuple(given)
        return Row(
            Origin(self._file, row),
            values,
            self._given.setdefault(filled, frozenset(filled)),
            complete=len(values) == self._count,
        )

    def _report(self, reason: str, row: int, column: str = "") -> None:
        self._problems.append(InputProblem(reason, self._file, row, column))


@dataclass(frozen=True, slots=True)
class _ReadCell:
    """A cell that is not blank: its value, or why it has none."""

    value: Any = None
    reason: str = ""


class _CellReader:
    """Reads the cells of one column of a file; equal ones are read once.

    `name` is that of the column of the table, empty where the heading is wrong or not there.
    """

    def __init__(
        self,
        heading: str,
        column: Column | None = None,
        *,
        called: str = "",
        headed: bool = True,
        private: bool = False,
    ) -> None:
        self.heading = heading
        self.name = column.name if column else ""
        self._parse = column.parse if column else None
        self._called = called
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
                return _ReadCell(self._parse(cell))
        except CellError as error:
            return _ReadCell(reason=str(error))


def _cell_readers(
    read: TableRows, row: int, headings: Sequence[Cell | None], problems: list[InputProblem]
) -> dict[int, _CellReader]:
    """Return what reads the cells at each position that has a heading, and report wrong headings."""
    readers: dict[int, _CellReader] = {}
    for position, cell in enumerate(headings):
        heading = " ".join(str(cell or "").split())
        if not heading:
            continue
        column = read.table.by_heading.get(key(heading))
        if looks_like_cpr(cell):
            problems.append(cpr_problem(read.file, row, nth_column(position)))
            heading, column = "", None
        elif column is None:
            named = nth_column(position) if read.table.private else shown(heading).strip('"')
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
        shown_heading = heading if column else nth_column(position)
        readers[position] = _CellReader(shown_heading, column, called=heading, private=read.table.private)
    problems.extend(
        InputProblem(missing_column(column), read.file, row)
        for column in read.table.columns
        if column.required and column.name not in read.headings
    )
    return readers


def missing_column(column: Column) -> str:
    """Say that a file has no such column."""
    reason = _("the column {column} is missing (in Danish: {danish})")
    return reason.format(column=column.name, danish=column.danish)


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
