"""Rows of cells before anybody knows which table they are of, and what must stand in none."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from scheduler.base import limits
from scheduler.base.cpr import looks_like_cpr
from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _
from scheduler.inputs.cells import Cell

#: A row of a file: its number and its cells.
RawRow = tuple[int, Sequence[Cell | None]]


def is_filled(cell: Cell | None) -> bool:
    """Tell whether a cell is not blank."""
    return cell is not None and (not isinstance(cell, str) or cell.strip() != "")


def nth_column(position: int) -> str:
    """Name a column that has no heading."""
    return _("column {number}").format(number=position + 1)


def too_wide() -> str:
    """Say that a row has filled cells where no table has columns."""
    return _("there are more than {most} columns; rows from here on were not read").format(
        most=limits.COLUMNS
    )


def cpr_problem(file: str, row: int | None = None, column: str = "") -> InputProblem:
    """Return the problem of a cell that may be a CPR number, without repeating it."""
    return InputProblem(cpr_reason(), file, row, column)


def cpr_reason() -> str:
    """Say that what stands somewhere may be a CPR number."""
    return _("this looks like a CPR number; delete it, personal numbers do not belong here")


def stray_cells(file: str, raw_rows: Iterable[RawRow]) -> Iterator[InputProblem]:
    """Report CPR numbers in a sheet that is no table."""
    called: Mapping[int, str] = {}
    for row, cells in raw_rows:
        if not called:
            called = {position: str(cell) for position, cell in enumerate(cells) if isinstance(cell, str)}
        for position, cell in enumerate(cells):
            if looks_like_cpr(cell, called.get(position, "")):
                yield cpr_problem(file, row, nth_column(position))
