"""The headings of a table: in which row they stand, and which column each is of."""

import difflib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from scheduler.base.cpr import looks_like_cpr
from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _
from scheduler.inputs.cells import Cell, CellError, shown
from scheduler.inputs.raw import RawRow, cpr_problem, is_filled, nth_column
from scheduler.inputs.schema import Column, Table, key

#: Above its headings a table may have a title: they are looked for in so many rows.
FIRST_ROWS = 20


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a column of a file.

    `shown` is how messages name the column, `written` what stands there; `column` is that of the table, None
    where the heading is wrong.
    """

    shown: str
    column: Column | None
    written: str


class Headings:
    """The headings of a file.

    `names` are those of the columns that it has, by the names of the table, `danish` tells that they are in
    Danish, and `at` has the heading at each position. `misspelt` are the columns whose heading was told to be
    nearly right. `problems` are with headings that are wrong or missing, `notes` of columns that are not read.
    """

    def __init__(self, table: Table, cells: Sequence[Cell | None]) -> None:
        keys = {key(cell): " ".join(cell.split()) for cell in reversed(cells) if isinstance(cell, str)}
        self.table = table
        self.names = {
            table.by_heading[at].name: written for at, written in keys.items() if at in table.by_heading
        }
        differing = [c for c in table.columns if key(c.danish) != key(c.name)]
        self.danish = sum(key(c.danish) in keys for c in differing) > sum(
            key(c.name) in keys for c in differing
        )
        self.at: dict[int, Heading] = {}
        self.misspelt: set[str] = set()
        self.problems: list[InputProblem] = []
        self.notes: list[InputProblem] = []

    def called(self, column: Column) -> str:
        """Name a column as the file does, or would in its language."""
        return self.names.get(column.name) or (column.danish if self.danish else column.name)


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
    first = rows[:FIRST_ROWS]
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


def no_headings(table: Table) -> str:
    """Say that a table has no headings, and which it needs."""
    needed = [column for column in table.columns if column.required]
    return _(
        "no headings were found; above its rows the table needs: {columns} (in Danish: {danish})"
    ).format(
        columns=", ".join(column.name for column in needed),
        danish=", ".join(column.danish for column in needed),
    )


def read_headings(
    table: Table, file: str, raw_row: RawRow, below: Sequence[RawRow], *, own_columns: bool
) -> Headings:
    """Find the column of each heading in a row, and what is wrong with the others; `below` are rows under it."""
    row, cells = raw_row
    read = Headings(table, cells)
    taken: set[str] = set()
    for position, cell in enumerate(cells):
        written = " ".join(str(cell or "").split())
        if not written:
            continue
        column = table.by_heading.get(key(written))
        if looks_like_cpr(cell):
            read.problems.append(cpr_problem(file, row, nth_column(position)))
            written, column = "", None
        elif column is None:
            meant = _near(table, written)
            filled = [
                under[position] for _n, under in below if position < len(under) and is_filled(under[position])
            ]
            reason, is_own = _unknown_column(read, meant, filled, own_columns=own_columns)
            named = nth_column(position) if table.private else shown(written).strip('"')
            (read.notes if is_own else read.problems).append(InputProblem(reason, file, row, named))
            if meant and not is_own:
                read.misspelt.add(meant.name)
        elif column.name in taken:
            reason = _("the column {column} is there twice; keep one").format(column=read.called(column))
            read.problems.append(InputProblem(reason, file, row, written))
            column = None
        else:
            taken.add(column.name)
        read.at[position] = Heading(written if column else nth_column(position), column, written)
    read.problems += (
        InputProblem(missing_column(column, danish=read.danish), file, row)
        for column in table.columns
        if column.required and column.name not in read.names and column.name not in read.misspelt
    )
    return read


def missing_column(column: Column, *, danish: bool = False) -> str:
    """Say that a file has no such column; in a file with `danish` headings it is called in Danish."""
    if danish:
        return _("the column {danish} is missing (in English: {column})").format(
            column=column.name, danish=column.danish
        )
    reason = _("the column {column} is missing (in Danish: {danish})")
    return reason.format(column=column.name, danish=column.danish)


def _unknown_column(
    read: Headings,
    meant: Column | None,
    filled: Sequence[Cell | None],
    *,
    own_columns: bool,
) -> tuple[str, bool]:
    """Say what becomes of a column that the table does not have, and whether it may be somebody's own.

    `meant` is the column that has nearly this name, and `filled` what stands in the first rows.
    """
    if meant and (not own_columns or (meant.name not in read.names and _could_be(meant, filled))):
        reason = _("no column has this name; did you mean {column}?")
        return reason.format(column=read.called(meant)), False
    if not own_columns:
        reason = _("no column has this name; the table has: {columns}")
        return reason.format(columns=", ".join(map(read.called, read.table.columns))), False
    if meant and meant.name in read.names:
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
