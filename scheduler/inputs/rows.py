"""Raw rows of cells -> the rows of a table: headings found, cells read, problems gathered."""

import datetime as dt
import difflib
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from scheduler.base import limits
from scheduler.base.cpr import looks_like_cpr
from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _, day
from scheduler.base.i18n import number as written
from scheduler.inputs.cells import Cell, CellError, reads_either_way, shown, unquoted
from scheduler.inputs.schema import Column, Table, key
from scheduler.model.project import Origin

#: Above its headings a table may have a title: they are looked for in so many rows.
_FIRST_ROWS = 20

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

    def called(self, column: Column) -> str:
        """Name a column as the file does, or would in its language."""
        return self.headings.get(column.name) or (column.danish if self.danish else column.name)


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
    first = list(islice(remaining, _FIRST_ROWS))
    if not first:
        return read  # an empty file or sheet is a table without rows
    above = heading_row(table, first)
    if above is None and not own_columns:
        above = 0  # each of them is told of
    if above is None:
        problems += stray_cells(file, chain(first, remaining))
        problems.append(InputProblem(_no_headings(table), file, first[0][0]))
        read.readable = False
        return read
    problems += stray_cells(file, first[:above])
    heading_at, headings = first[above]
    below = first[above + 1 :]
    rows = chain(below, remaining)
    before = len(problems)
    cell_readers = _cell_readers(read, heading_at, headings, below, problems, own_columns=own_columns)
    reader = _RowReader(read, cell_readers, problems)
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


def heading_row(table: Table, rows: Sequence[RawRow]) -> int | None:
    """Return which of the first rows of a table has its headings; None where none has one, or nearly one.

    It is the first, unless another has more headings.
    """
    known = [len(_headings_in(table, cells)) for _number, cells in rows]
    if not known[0] and not any(_near(table, cell) for cell in rows[0][1]) and max(known) < 2:
        return None
    most = max(known)
    return known.index(most) if most > max(known[0], 1) else 0


def all_needed(table: Table, rows: Sequence[RawRow]) -> int:
    """Count the headings of a table that rows have, or return 0 where one that must be there is missing."""
    first = rows[:_FIRST_ROWS]
    at = heading_row(table, first)
    known = _headings_in(table, first[at][1]) if at is not None else set()
    return len(known) if all(c.name in known for c in table.columns if c.required) else 0


def _headings_in(table: Table, cells: Iterable[Cell | None]) -> set[str]:
    """Return the names of the columns whose headings stand in a row."""
    keys = (key(cell) for cell in cells if isinstance(cell, str))
    return {table.by_heading[heading].name for heading in keys if heading in table.by_heading}


def _near(table: Table, heading: object) -> Column | None:
    """Return the column whose heading this is, or nearly is."""
    near = difflib.get_close_matches(key(str(heading or "")), table.by_heading, n=1, cutoff=0.7)
    return table.by_heading[near[0]] if near else None


def _no_headings(table: Table) -> str:
    needed = [column for column in table.columns if column.required]
    return _(
        "no headings were found; above its rows the table needs: {columns} (in Danish: {danish})"
    ).format(
        columns=", ".join(column.name for column in needed),
        danish=", ".join(column.danish for column in needed),
    )


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
        self, read: TableRows, cells: "dict[int, _CellReader]", problems: list[InputProblem]
    ) -> None:
        self._read = read
        self._file = read.file
        self._problems = problems
        self._cells = cells
        self._either_way = False
        columns = read.table.columns
        self._count = len(columns)
        self._defaults = {column.name: column.default for column in columns if not column.required}
        self._needed = [column.name for column in columns if column.required and column.name in read.headings]
        self._headings = {column.name: read.called(column) for column in columns}
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
        reader = self._cells[position] = _CellReader(nth_column(position), headed=False)
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
        self._is_date = column is not None and column.kind == "date"
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


def _cell_readers(
    read: TableRows,
    row: int,
    headings: Sequence[Cell | None],
    below: Sequence[RawRow],
    problems: list[InputProblem],
    *,
    own_columns: bool,
) -> dict[int, _CellReader]:
    """Return what reads the cells at each position that has a heading, and report wrong headings."""
    table = read.table
    keys = {key(cell): " ".join(cell.split()) for cell in reversed(headings) if isinstance(cell, str)}
    read.headings |= {
        table.by_heading[at].name: heading for at, heading in keys.items() if at in table.by_heading
    }
    read.danish = sum(key(c.danish) in keys and key(c.danish) != key(c.name) for c in table.columns) > sum(
        key(c.name) in keys and key(c.danish) != key(c.name) for c in table.columns
    )
    readers: dict[int, _CellReader] = {}
    taken: set[str] = set()
    for position, cell in enumerate(headings):
        heading = " ".join(str(cell or "").split())
        if not heading:
            continue
        column = table.by_heading.get(key(heading))
        if looks_like_cpr(cell):
            problems.append(cpr_problem(read.file, row, nth_column(position)))
            heading, column = "", None
        elif column is None:
            meant = _near(table, heading)
            filled = [
                cells[position] for _n, cells in below if position < len(cells) and is_filled(cells[position])
            ]
            reason, is_own = _unknown_column(read, meant, filled, own_columns=own_columns)
            named = nth_column(position) if table.private else shown(heading).strip('"')
            (read.notes if is_own else problems).append(InputProblem(reason, read.file, row, named))
            if meant and not is_own:
                read.misspelt.add(meant.name)
        elif column.name in taken:
            problems.append(
                InputProblem(
                    _("the column {column} is there twice; keep one").format(column=read.called(column)),
                    read.file,
                    row,
                    heading,
                )
            )
            column = None
        else:
            taken.add(column.name)
        shown_heading = heading if column else nth_column(position)
        readers[position] = _CellReader(shown_heading, column, called=heading, private=table.private)
    problems.extend(
        InputProblem(missing_column(column, danish=read.danish), read.file, row)
        for column in table.columns
        if column.required and column.name not in read.headings and column.name not in read.misspelt
    )
    return readers


def missing_column(column: Column, *, danish: bool = False) -> str:
    """Say that a file has no such column; in a file with `danish` headings it is called in Danish."""
    if danish:
        return _("the column {danish} is missing (in English: {column})").format(
            column=column.name, danish=column.danish
        )
    reason = _("the column {column} is missing (in Danish: {danish})")
    return reason.format(column=column.name, danish=column.danish)


def _unknown_column(
    read: TableRows,
    meant: Column | None,
    filled: Sequence[Cell | None],
    *,
    own_columns: bool,
) -> tuple[str, bool]:
    """Say what becomes of a column that the table does not have, and whether it may be somebody's own.

    `meant` is the column that has nearly this name, and `filled` what stands in the first rows.
    """
    if meant and (not own_columns or (meant.name not in read.headings and _could_be(meant, filled))):
        reason = _("no column has this name; did you mean {column}?")
        return reason.format(column=read.called(meant)), False
    if not own_columns:
        reason = _("no column has this name; the table has: {columns}")
        return reason.format(columns=", ".join(map(read.called, read.table.columns))), False
    if meant and meant.name in read.headings:
        reason = _("this column is not read, beside {column}; does it hold what belongs there?")
    elif meant:
        reason = _("this column is not read; it is called nearly like {column}, but holds something else")
    else:
        return _("the table has no such column; it is not read"), True
    return reason.format(column=read.called(meant)), True


def _could_be(column: Column, cells: Sequence[Cell | None]) -> bool:
    """Tell whether at least one of some cells could stand in a column; where there are none, they could."""
    if not cells:
        return True
    for cell in cells:
        with suppress(CellError):
            if cell is not None:
                column.parse(cell.strip() if isinstance(cell, str) else cell)
                return True
    return False
