"""The tables row by row: a row that is new, changed or gone is put forward, checked with all others."""

from collections.abc import Mapping
from pathlib import Path

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.inputs.schema import BY_NAME
from scheduler.inputs.stored import Cells, Edit
from scheduler.model.text import Text
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
        edit = Edit(table, None, given, len(tables.tables.get(table, ())))
        return _put(tables, edit, "did_add_row")


def changed(data_dir: Path, table: str, number: int, cells: Mapping[str, str]) -> Proposal:
    """Put forward that some cells of a row are others; empty ones are blank. Errors as for `new`, and for `gone`."""
    with tabled(data_dir) as tables:
        position = _position(tables, table, number)
        before = tables.tables[table][position]
        after = {name: text for name, text in {**before, **_known(table, cells)}.items() if text}
        return _put(tables, Edit(table, before, after, position), "did_change_row")


def gone(data_dir: Path, table: str, number: int) -> Proposal:
    """Put forward that a row is taken out; a `LookupError` where there is none of that number."""
    with tabled(data_dir) as tables:
        return _put(tables, tables.gone(table, _position(tables, table, number)), "did_remove_row")


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


def _put(tables: Tabled, edit: Edit, code: str) -> Proposal:
    edit = tables.as_stored(edit)
    known = BY_NAME[edit.table]
    told = edit.after or edit.before or {}
    if known.id_column:
        called = "" if known.private else told.get("name") or told.get("title") or ""
        row = f"{told[known.id_column.name]} {called}".strip()
    else:
        row = " ".join(list(told.values())[:3])
    same = edit.before is not None and edit.before == edit.after
    what = Text(code, {"table": Text(f"table_{edit.table}"), "row": row})
    proposal = tables.proposal(what, [] if same else [edit])
    if not same and not proposal.edits:
        raise InputError(InputProblem(_("there is a row like this already"), edit.table))
    return proposal
