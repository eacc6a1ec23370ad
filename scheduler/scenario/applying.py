"""A project and a scenario -> the project that comes of it, or everything that is wrong with the scenario."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.inputs import cells
from scheduler.inputs.cells import BASE_NAMES
from scheduler.inputs.rows import Row
from scheduler.inputs.schema import BY_NAME, TABLES, Table
from scheduler.inputs.settings import CHANGEABLE, change_settings
from scheduler.inputs.tomlfile import TomlReader
from scheduler.model.project import BASE, Project
from scheduler.scenario.changes import Add, Drop, Move, Scenario
from scheduler.scenario.draft import Draft, Step

#: What can be moved, and what a move may say.
_MOVABLE = ("practices", "places", "bases")
_POINT = ("lat", "lon")
_ADDRESS = ("address", "postcode", "city", *_POINT)
#: The tables that keep their rows when a consultant goes whose they were.
_OUTLIVES = ("practices", "home_visits", "tasks")


def apply(project: Project, scenario: Scenario) -> Project:
    """Return a project with the changes of a scenario made.

    Places that are new or have moved have coordinates only where the scenario gives them.

    Raises
    ------
    InputError
        With everything that is wrong with the scenario: cells that cannot be read, rows that are not
        there, changes without effect or that contradict each other, and all that would be wrong in
        the tables.
    """
    draft = Draft(project, scenario)
    for step in draft.steps:
        _make(draft, step)
    changed = draft.finish()
    if draft.problems:
        raise InputError(draft.problems)
    return changed


def _make(draft: Draft, step: Step) -> None:
    change = step.change
    if change.verb == "set" and change.table in CHANGEABLE:
        _set_section(draft, step)
    elif change.table not in BY_NAME:
        names = (*BY_NAME, *(CHANGEABLE if change.verb == "set" else ()))
        reason = _("there is no table {name}; choose one of: {names}")
        draft.report(step, reason.format(name=f'"{change.table}"', names=", ".join(names)))
    elif isinstance(change, Add):
        if change.table == "home_visits":
            reason = _("home visits cannot be added in a scenario: their addresses are personal data")
            draft.report(step, reason)
        else:
            draft.add(step, BY_NAME[change.table])
    elif isinstance(change, Drop):
        _drop(draft, step)
    else:
        _set(draft, step)


def _set_section(draft: Draft, step: Step) -> None:
    found: list[InputProblem] = []
    section, values = step.change.table, dict(step.change.row)
    before = draft.config
    draft.config = change_settings(before, TomlReader(step.origin.file, "", {section: values}, found))
    for problem in found:
        draft.report(step, problem.reason, problem.column.removeprefix(f"{section}."))
    if not found and draft.config == before:
        draft.report(step, _without_effect())
    draft.say(step, section, values)


def _drop(draft: Draft, step: Step) -> None:
    table = BY_NAME[step.change.table]
    columns = step.cells
    wanted = draft.read(step, _loosened(table), columns)
    if wanted is None or not columns or not wanted.values.keys() >= columns.keys():
        return
    going = [row for row in draft.rows[table.name] if _agree(row, wanted, columns)]
    if not going:
        draft.report(step, _not_there(step, columns))
    for row in going:
        if table.name == "bases" and row["base_id"] == BASE:
            draft.report(step, _("the base of project.toml can be moved, but not dropped"))
            continue
        draft.remove(step, table.name, row)
        if table.id_column and table.name != "bases":
            _remove_about(draft, step, table.name, row[table.id_column.name])


def _remove_about(draft: Draft, step: Step, gone_from: str, id_: str) -> None:
    """Remove the rows about an id that is gone; those that outlive it are nobody's own."""
    for table in TABLES:
        columns = [c for c in table.columns if c.kind == "reference" and gone_from in c.refers]
        for row in list(draft.rows[table.name]):
            about = [column for column in columns if row.values.get(column.name) == id_]
            if not about:
                continue
            if table.name in _OUTLIVES and not any(column.required for column in about):
                draft.replace(table.name, row, dict.fromkeys(column.name for column in about), row.origin)
            else:
                draft.remove(step, table.name, row)


def _set(draft: Draft, step: Step) -> None:
    """Change the row that a change names, by its id or by the columns that stand for one."""
    change, table = step.change, BY_NAME[step.change.table]
    named_by = (table.id_column.name,) if table.id_column else table.named_by
    if isinstance(change, Move) and table.name not in _MOVABLE:
        draft.report(step, _("only practices, places and bases can be moved"))
        return
    if not named_by:
        reason = _("rows of {table} have no id; drop the row and add another").format(table=table.name)
        draft.report(step, reason)
        return
    wanted = draft.read(step, _loosened(table), () if table.named_by else named_by)
    if wanted is None:
        return
    for column in named_by:
        if column not in wanted.given:
            draft.report(step, _("this must be filled in"), column)
    if not wanted.has(*named_by):
        return
    rows = [row for row in draft.rows[table.name] if _agree(row, wanted, named_by)]
    if len(rows) > 1:
        reason = _("{count} rows of {table} are named so; drop them and add others instead")
        draft.report(step, reason.format(count=len(rows), table=table.name), named_by[0])
    elif rows:
        _put(draft, step, rows[0], wanted, _new_values(draft, step, table, wanted, named_by))
    elif table.named_by:
        draft.add(step, table)
    else:
        draft.report(step, _not_there(step, named_by), named_by[0])


def _new_values(
    draft: Draft, step: Step, table: Table, wanted: Row, named_by: Sequence[str]
) -> dict[str, Any]:
    """Return what a change says of a row; nothing where it cannot be said."""
    moves = isinstance(step.change, Move)
    address = _ADDRESS if table.name in _MOVABLE else ()
    said = [column for column in step.cells if column not in named_by]
    before = len(draft.problems)
    for column in said:
        if moves and column not in (*address, "district"):
            draft.report(step, _("a move changes only the address; use set for this"), column)
        elif not moves and column in address:
            draft.report(step, _("another address is a move; use move for this"), column)
    values: dict[str, Any] = {}
    for about in table.columns:
        column = about.name
        if column not in said:
            continue
        if column in wanted.given:
            values[column] = wanted.values.get(column)
        elif about.required:
            draft.report(step, _("this must be filled in"), column)
        else:
            values[column] = about.default
    if not set(said).intersection(address if moves else said):
        reason = _("give an address, or lat and lon") if moves else _("say what is to be different")
        draft.report(step, reason)
    readable = all(column in wanted.values for column in said)
    return values if readable and len(draft.problems) == before else {}


def _put(draft: Draft, step: Step, row: Row, wanted: Row, values: dict[str, Any]) -> None:
    if not values:
        return
    if all(row.values.get(column) == value for column, value in values.items()):
        draft.report(step, _without_effect())
        return
    moves = isinstance(step.change, Move)
    # A place that moves is looked for anew; only coordinates that the change gives are known.
    new = draft.replace(
        step.change.table, row, {**dict.fromkeys(_POINT if moves else ()), **values}, wanted.origin
    )
    draft.say(step, new, values)


def _agree(row: Row, wanted: Row, columns: Iterable[str]) -> bool:
    """Tell whether a row has what is wanted in some columns; blank is blank, text or not."""
    return all(
        (row.values.get(c) == wanted[c]) or (wanted[c] is None and row.values.get(c) == "") for c in columns
    )


def _loosened(table: Table) -> Table:
    """Return a table of which any columns may be named, and any row by its id, also the project's base."""
    columns = (dataclasses.replace(column, required=False, default=None) for column in table.columns)
    named = (
        dataclasses.replace(
            column,
            kind="reference",
            parse=cells.reference,
            refers=(table.name,),
            besides=BASE_NAMES if column.name == "base_id" else (),
        )
        if column.kind == "id"
        else column
        for column in columns
    )
    return dataclasses.replace(table, columns=tuple(named))


def _not_there(step: Step, columns: Iterable[str]) -> str:
    named = ", ".join(" ".join(map(str, step.cells[column])) for column in columns)
    return _("there is no row with {named} in {table}").format(named=named, table=step.change.table)


def _without_effect() -> str:
    return _("the change has no effect: it is so already")
