"""The tables as people edit them: rows that are typed, pasted or uploaded, read by the readers of files.

What is wrong is told cell by cell, and nothing of it is saved. Ids of rows are the numbers that the store gave them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.inputs.cells import CellError
from scheduler.inputs.dates import dates_of
from scheduler.inputs.rules import id_of
from scheduler.inputs.schema import BY_NAME, TABLES, Table
from scheduler.inputs.stored import (
    SETTINGS,
    Cells,
    Edit,
    Examined,
    called,
    cells_of,
    column_called,
    edits_between,
    examine,
    examine_after,
    is_whole,
    literal,
    read_over,
    rows_after,
)
from scheduler.inputs.typed import new_ids, read_pasted
from scheduler.inputs.workbook import workbook_of
from scheduler.model.clock import now
from scheduler.model.text import Param, Text
from scheduler.services.workspace import own_settings, store_of
from scheduler.store.who import me

if TYPE_CHECKING:
    from scheduler.store.tables import Kept

#: The columns that say where a home visit is made.
WHERE_HOMES_ARE = frozenset({"address", "postcode", "city", "lat", "lon"})
#: So many changed rows of an act are told.
_MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that is wrong with what was written, as a sentence.

    Attributes
    ----------
    said
        The sentence.
    row
        Which of the rows that were written, from 0; None where it is elsewhere in the tables.
    column
        The name of the column; empty where it is about no cell.
    """

    said: str
    row: int | None = None
    column: str = ""


@dataclass(frozen=True, slots=True)
class Put:
    """Rows that somebody has written, as they were read; `edits` are what to save, none where something is wrong."""

    edits: tuple[Edit, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pasted(Put):
    """The same of pasted rows; `lines` are their cells as they stood, by the names of the columns."""

    lines: tuple[Cells, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """What an act did to a table: in words, and its rows before and after."""

    told: str
    changes: Sequence[tuple[Cells | None, Cells | None]]


@dataclass(frozen=True, slots=True)
class Opened:
    """The tables of a store as they are, in order or not.

    Attributes
    ----------
    kept
        The cells of every row, and what had been seen.
    found
        The same, read.
    """

    kept: "Kept"
    found: Examined = field(repr=False)
    _own: bytes = field(repr=False)

    @property
    def is_whole(self) -> bool:
        """Whether there are rows in all tables that must have some."""
        return is_whole(self.kept.tables)

    def rows(self, table: str) -> list[tuple[int, Cells]]:
        """Return the rows of a table by their numbers."""
        kept = self.kept
        return list(zip(kept.ids.get(table, ()), kept.tables.get(table, ()), strict=True))

    def position(self, table: str, row: int) -> int | None:
        """Return which row of the table has a number; None where it is gone."""
        ids = self.kept.ids.get(table, ())
        return ids.index(row) if row in ids else None

    def names(self, tables: Sequence[str]) -> dict[str, str]:
        """Return what people call the rows of some tables, by their ids."""
        found: dict[str, str] = {}
        for name in tables:
            column = BY_NAME[name].id_column
            assert column is not None  # noqa: S101 - asked of such tables only
            for row in self.kept.tables.get(name, ()):
                id_ = row.get(column.name, "")
                found[id_] = row.get("name") or row.get("title") or id_
        return found

    def new(self, table: Table, typed: Cells) -> Edit:
        """Return a new row, with an id where it has none."""
        cells = dict(typed)
        if table.id_column and not cells.get(table.id_column.name):
            cells[table.id_column.name] = next(new_ids(table, self.kept.tables))
        return Edit(table.name, None, cells, len(self.kept.tables.get(table.name, ())))

    def changed(self, table: str, position: int, typed: Cells | None) -> Edit:
        """Return that a row becomes another, or is gone."""
        return Edit(table, self.kept.tables[table][position], typed, position)

    def put(self, written: Sequence[Edit]) -> Put:
        """Read rows as they were written."""
        tables = self.kept.tables
        found = examine_after(tables, written, self._own)
        numbers = rows_after(tables, written)
        if found.problems:
            return Put(wrong=tuple(_wrong(found.problems, written, numbers)))
        notes = [str(note) for note in found.project.notes if note not in self.found.project.notes]
        edits = []
        for edit, number in zip(written, numbers, strict=True):
            after = None if number is None else _read(edit, found, number)
            if after != edit.before:
                edits.append(replace(edit, after=after))
        return Put(tuple(edits), notes=tuple(notes))

    def paste(self, table: Table, text: str, *, instead: bool = False) -> Pasted:
        """Read rows that were pasted: they change those that they mean and come besides the others, or `instead`."""
        problems: list[InputProblem] = []
        with dates_of(self.found.project.config.calendar.country):
            read = read_pasted(table, text, self.kept.tables, problems)
        lines = [dict(cells_of(table, row)) for row in read.rows]
        numbers = {row.origin.row: place for place, row in enumerate(read.rows)}
        headings = {heading: name for name, heading in read.headings.items()}
        if problems or not lines:
            wrong = [
                Wrong(
                    each.reason if each.row in numbers and each.column in headings else str(each),
                    numbers.get(each.row or 0),
                    headings.get(each.column, ""),
                )
                for each in problems
            ]
            return Pasted(wrong=tuple(wrong or [Wrong(_("there are no rows in it"))]), lines=tuple(lines))
        cells = [self._resolved(table, row) for row in lines]
        before = self.kept.tables.get(table.name, ())
        written = [
            edit
            for edit in edits_between({table.name: before}, {table.name: cells})
            if instead or edit.after is not None
        ]
        put = self.put(written)
        places = {id(row): place for place, row in enumerate(cells)}
        wrong = [
            replace(each, row=None if each.row is None else places.get(id(written[each.row].after)))
            for each in put.wrong
        ]
        notes = (*map(str, read.notes), *put.notes)
        return Pasted(put.edits, tuple(wrong), notes, tuple(lines))

    def _resolved(self, table: Table, row: Cells) -> Cells:
        """Return a row with ids where it has names, so that it is found among those that are there."""
        cells = dict(row)
        for column in table.columns:
            if column.refers and (said := cells.get(column.name)):
                try:
                    cells[column.name] = id_of(said, self.found.rows, *column.refers, besides=column.besides)
                except CellError:
                    continue  # that is told when it is read with the others
        return cells

    def upload(self, files: Mapping[str, bytes]) -> Put:
        """Read tables that are to take the place of those that are there; the others stay.

        Raises
        ------
        InputError
            With everything that is wrong.
        """
        read, notes = read_over(self.kept.tables, files, self._own)
        edits = edits_between(self.kept.tables, {**self.kept.tables, **read})
        return Put(edits, notes=tuple(map(str, notes)))

    def settings(self, values: Mapping[tuple[str, str], str]) -> Put:
        """Read settings as they were written: text by section and key; empty ones are left out.

        In what is wrong, the column is the key.
        """
        rows = {
            (row["section"], row["key"]): (place, row)
            for place, row in enumerate(self.kept.tables.get(SETTINGS, ()))
        }
        written: list[Edit] = []
        for (section, key), value in values.items():
            place, before = rows.get((section, key), (len(rows), None))
            after = _setting(section, key, value) if value else None
            if before != after:
                written.append(Edit(SETTINGS, before, after, place))
        found = examine_after(self.kept.tables, written, self._own)
        wrong = [
            Wrong(each.reason, 0, key) if section and (section, key) in values else Wrong(said(each))
            for each in found.problems
            for section, _dot, key in [each.column.partition(".")]
        ]
        return Put(() if wrong else tuple(written), tuple(wrong))


def _setting(section: str, key: str, value: str) -> Cells:
    """Return a setting as a row; numbers are numbers where the settings have such."""
    said = float(value.replace(",", ".")) if key in ("lat", "lon") and _is_number(value) else value
    return {"section": section, "key": key, "value": literal(said)}


def _is_number(text: str) -> bool:
    whole, _point, decimals = text.replace(",", ".").lstrip("-").partition(".")
    return (
        whole.isascii() and whole.isdigit() and (not decimals or (decimals.isascii() and decimals.isdigit()))
    )


def _read(edit: Edit, found: Examined, number: int) -> Cells:
    """Return the cells of a changed row as they are stored."""
    assert edit.after is not None  # noqa: S101 - it has a number
    return cells_of(BY_NAME[edit.table], found.rows[edit.table][number - 2])


def _wrong(
    problems: Iterable[InputProblem], written: Sequence[Edit], numbers: Sequence[int | None]
) -> Iterator[Wrong]:
    places = {
        (called(edit.table), n): place
        for place, (edit, n) in enumerate(zip(written, numbers, strict=True))
        if n
    }
    for each in problems:
        place = places.get((each.file, each.row or 0))
        if place is None:
            yield Wrong(said(each))
        else:
            yield Wrong(each.reason, place, each.column)


def said(problem: InputProblem) -> str:
    """Say what is wrong somewhere in the tables, with table, row and column as people call them."""
    table = next((name for name in BY_NAME if problem.file in (called(name), f"{name}.csv")), "")
    if not table:
        return str(problem)
    column = column_called(table, problem.column) if problem.column else ""
    return str(replace(problem, file=called(table), column=column))


@contextmanager
def opened(data_dir: Path) -> Iterator[Opened]:
    """Have the store of a project open for the block, and its tables read, whether they are in order or not.

    Raises
    ------
    InputError
        When there is no store.
    ServiceError
        When it cannot be had.
    """
    with store_of(data_dir):
        from scheduler.store import tables

        kept = tables.read()
        own = own_settings(data_dir)
        yield Opened(kept, examine(kept.tables, own, whole=is_whole(kept.tables)), own)


def is_begun(data_dir: Path) -> bool:
    """Tell whether all tables have rows that must have some. Errors as for `store_of`."""
    with store_of(data_dir):
        from scheduler.store import tables

        return tables.have_rows([table.name for table in TABLES if table.required])


def save(data_dir: Path, tables: Opened, edits: Sequence[Edit], what: Text) -> None:
    """Save rows that were read, in one act.

    Raises
    ------
    ChangedSinceError
        When the tables have been changed since they were opened.
    ServiceError
        When the store cannot be had.
    """
    if not edits:
        return
    with store_of(data_dir):
        from scheduler.store import tables as stored
        from scheduler.store.events import act

        with act(what, me(), now(), since=tables.kept.seen, changes_tables=True) as event:
            stored.change(event, tables.kept, edits)


def done(edits: Sequence[Edit]) -> Text:
    """Return what some edits of one table do."""
    table = Text(f"table_{edits[0].table}")
    if len(edits) > 1:
        return Text("did_change_rows", {"table": table, "n": len(edits)})
    (edit,) = edits
    params: dict[str, Param] = {"table": table, "row": label(edit.table, edit.after or edit.before or {})}
    if edit.before is None:
        return Text("did_add_row", params)
    return Text("did_change_row", params) if edit.after else Text("did_remove_row", params)


def label(table: str, cells: Cells) -> str:
    """Return by what people know a row: its id, and its name where there is one and it is no secret."""
    known = BY_NAME[table]
    id_ = cells.get(known.id_column.name, "") if known.id_column else ""
    if known.private:
        return id_
    name = cells.get("name") or cells.get("title")
    if id_:
        return f"{id_} {name}" if name else id_
    return " ".join(list(cells.values())[:3])


def history(data_dir: Path, table: str, n: int) -> list[Done]:
    """Return the last acts that changed a table, the newest first. Errors as for `store_of`."""
    with store_of(data_dir):
        from scheduler.store import events, tables

        return [
            Done(events.told(event), tables.changes_of(event, table, _MOST_TOLD))
            for event in events.of_table(table, n)
        ]


def workbook(data_dir: Path) -> bytes:
    """Return all tables as a workbook, and remember that somebody has it: homes are in it.

    Raises
    ------
    InputError
        When they are not in order.
    """
    with opened(data_dir) as tables:
        from scheduler.store.events import act

        if tables.found.problems:
            raise InputError(tables.found.problems)
        content = workbook_of(tables.found.rows)
        with act(Text("did_download"), me(), now()):
            return content


def change_told(table: str, before: Cells | None, after: Cells | None) -> str:
    """Say how a row changes: what is new, gone, or otherwise, and how; where homes are is not said."""
    was, becomes = dict(before or {}), dict(after or {})
    if table in BY_NAME and BY_NAME[table].private:
        moved = any(was.get(name) != becomes.get(name) for name in WHERE_HOMES_ARE)
        was, becomes = (
            {name: cell for name, cell in cells.items() if name not in WHERE_HOMES_ARE}
            for cells in (was, becomes)
        )
        if moved and before and after:
            becomes["address"] = _("another")
    if before is None:
        return _("new: {row}").format(row=", ".join(becomes.values()))
    if after is None:
        return _("gone: {row}").format(row=", ".join(was.values()))
    first = next(iter(becomes.values()), "")
    changes = [
        f"{column_called(table, name)} {was.get(name) or '–'} → {becomes.get(name) or '–'}"
        for name in dict.fromkeys((*was, *becomes))
        if was.get(name) != becomes.get(name)
    ]
    return f"{first}: {', '.join(changes)}"
