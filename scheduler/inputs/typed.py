"""Rows as people type or paste them: headings in Danish or English, and ids only where they have some."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from scheduler.base.errors import InputProblem
from scheduler.inputs.cells import Cell
from scheduler.inputs.csvfile import NotTextError
from scheduler.inputs.headings import FIRST_ROWS, heading_row
from scheduler.inputs.raw import RawRow, is_filled
from scheduler.inputs.rows import TableRows, interpret
from scheduler.inputs.schema import BY_NAME, Column, Table, key
from scheduler.inputs.stored import Tables, called
from scheduler.inputs.tables import csv_rows, other_mark

_NUMBERED = re.compile(r"([A-Za-z_-]*?)(\d{1,9})", re.ASCII)
#: How ids begin in a table that has none yet.
_FIRST_LETTER = {"practices": "P", "bases": "B", "consultants": "R", "places": "S", "engagements": "A", "home_visits": "H", "tasks": "O"}  # fmt: skip


def new_ids(table: Table, tables: Tables) -> Iterator[str]:
    """Yield ids that no row has yet, numbered on like those that the table has."""
    assert table.id_column is not None  # noqa: S101 - asked of such tables only
    own = [row.get(table.id_column.name, "") for row in tables.get(table.name, ())]
    numbered = [match for id_ in own if (match := _NUMBERED.fullmatch(id_))]
    letters = Counter(match[1] for match in numbered).most_common(1)
    begins = letters[0][0] if letters else _FIRST_LETTER[table.name]
    those = [match[2] for match in numbered if match[1] == begins]
    wide = min(map(len, those)) if any(each.startswith("0") for each in those) else 1
    taken = {
        row.get(column.name, "").casefold()
        for name, rows in tables.items()
        if name in BY_NAME and (column := BY_NAME[name].id_column)
        for row in rows
    }
    last = max(map(int, those), default=0)
    while True:
        last += 1
        id_ = f"{begins}{last:0{wide}d}"
        if id_.casefold() not in taken:
            yield id_


def read_pasted(table: Table, text: str, tables: Tables, problems: list[InputProblem]) -> TableRows:
    """Read rows that were copied from a spreadsheet or a CSV file, adding what is wrong to `problems`.

    Rows without an id get one: that of the row in `tables` with their name, else a new one.
    """
    file = called(table.name)
    try:
        rows, mark, stop = csv_rows(table, file, text.encode("utf-8", "replace"))
    except NotTextError as error:
        problems.append(error.problem)
        return TableRows(table, file, readable=False)
    if table.id_column:
        rows = _with_ids(table, table.id_column, rows, tables)
    read = interpret(table, file, rows, problems, other_mark(mark))
    if stop is not None:
        read.readable = False
        problems.append(stop)
    return read


def _with_ids(table: Table, id_column: Column, rows: Sequence[RawRow], tables: Tables) -> list[RawRow]:
    above = heading_row(table, rows[:FIRST_ROWS]) if rows else None
    if above is None:
        return list(rows)
    number, headings = rows[above]
    columns = [table.by_heading.get(key(cell)) if isinstance(cell, str) else None for cell in headings]
    names = [column.name if column else "" for column in columns]
    wide = len(headings)
    at = names.index(id_column.name) if id_column.name in names else wide
    called_at = names.index("name") if "name" in names else None
    named = {
        row["name"].casefold(): row[id_column.name]
        for row in tables.get(table.name, ())
        if called_at is not None and row.get("name")
    }
    ids = new_ids(table, tables)

    def with_id(cells: Sequence[Cell | None]) -> Sequence[Cell | None]:
        full = [*cells, *[None] * (wide + 1 - len(cells))]
        if is_filled(full[at]):
            return cells
        name = full[called_at] if called_at is not None else None
        full[at] = named.get(" ".join(str(name or "").split()).casefold()) or next(ids)
        return full

    headed = (number, [*headings, id_column.name] if at == wide else headings)
    return [*rows[:above], headed, *((n, with_id(cells)) for n, cells in rows[above + 1 :])]
