"""The tables row by row: a row that is new, changed or gone is put forward, checked with all others."""

from collections.abc import Mapping
from pathlib import Path

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.inputs.schema import BY_NAME
from scheduler.inputs.stored import Cells, Edit
from scheduler.model.text import Param, Text
from scheduler.services.editing import Proposal, Tabled, tabled


def new(data_dir: Path, table: str, cells: Mapping[str, str]) -> Proposal:
    """Put a new row forward, as people write its cells.

    Raises
    ------
    InputError
        When a cell is wrong or of no column, or the tables would be.
    ServiceError
        When the store cannot be had.
    """
    with tabled(data_dir) as tables:
        given = {name: text for name, text in _known(table, cells).items() if text}
        edit = tables.as_stored(Edit(table, None, given, len(tables.tables.get(table, ()))))
        return _put(tables, edit, Text("did_add_row", _told(edit)))


def changed(data_dir: Path, table: str, number: int, cells: Mapping[str, str]) -> Proposal:
    """Put forward that some cells of a row are others; empty ones are blank. Errors as for `new`, and for `gone`."""
    with tabled(data_dir) as tables:
        position = _position(tables, table, number)
        before = tables.tables[table][position]
        after = {name: text for name, text in {**before, **_known(table, cells)}.items() if text}
        edit = tables.as_stored(Edit(table, before, after, position))
        return _put(tables, edit, Text("did_change_row", _told(edit)))


def gone(data_dir: Path, table: str, number: int) -> Proposal:
    """Put forward that a row is taken out; a `LookupError` where there is none of that number."""
    with tabled(data_dir) as tables:
        edit = tables.gone(table, _position(tables, table, number))
        return _put(tables, edit, Text("did_remove_row", _told(edit)))


def _position(tables: Tabled, table: str, number: int) -> int:
    position = tables.row(table, number)
    if position is None:
        raise LookupError(number)
    return position


def _known(table: str, cells: Mapping[str, str]) -> Cells:
    columns = {column.name for column in BY_NAME[table].columns}
    if unknown := sorted(cells.keys() - columns):
        reason = _("there is no such column")
        raise InputError(InputProblem(reason, table, column=name) for name in unknown)
    return cells


def _told(edit: Edit) -> Mapping[str, Param]:
    """Return of which table a row is, and by what people know it; of a secret one no more than its id."""
    known = BY_NAME[edit.table]
    cells = edit.after or edit.before or {}
    row = " ".join(list(cells.values())[:3])
    if known.id_column:
        called = "" if known.private else cells.get("name") or cells.get("title") or ""
        row = f"{cells[known.id_column.name]} {called}".strip()
    return {"table": Text(f"table_{edit.table}"), "row": row}


def _put(tables: Tabled, edit: Edit, what: Text) -> Proposal:
    same = edit.before is not None and edit.before == edit.after
    proposal = tables.proposal(what, [] if same else [edit])
    if not same and not proposal.edits:
        raise InputError(InputProblem(_("there is a row like this already"), edit.table))
    return proposal
