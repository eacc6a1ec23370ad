"""The tables of a store: rows of cells, read by the same columns and checked by the same rules as files.

A stored cell is text in one form, whatever was written in the file that it came from: dates ``2009-05-12``, times
``09:30``, weekdays ``mon`` to ``sun``, numbers with a decimal point. So two rows are equal where they say the same.
The settings are a table, too: section, key, and the value as TOML has it.
"""

import datetime as dt
import hashlib
import json
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _, language
from scheduler.inputs import cells
from scheduler.inputs.dates import dates_of
from scheduler.inputs.project import checked
from scheduler.inputs.rows import Row, TableRows, interpret
from scheduler.inputs.schema import BY_NAME, IN_STORE, LOG_TABLES, STORE_TABLES, TABLES, Column, Table
from scheduler.inputs.settings import read_settings
from scheduler.inputs.tables import check_needed, read_tables
from scheduler.inputs.tomlfile import open_toml
from scheduler.model.config import SETTINGS_FILE
from scheduler.model.project import Project

#: A row: text by the names of its columns; blank cells are left out.
Cells = Mapping[str, str]
#: The rows of every table, in order.
Tables = Mapping[str, Sequence[Cells]]

SETTINGS = "settings"
_SETTING_KEYS = ("section", "key")

#: What the database has room for.
_LONGEST_KEY = 200

#: As many decimals as a cell may have.
_DECIMALS = 20

#: Settings that stay in project.toml: where the store is, and what is of the machine.
_OF_THE_MACHINE = (("store", None), ("map", "network"), ("solver", "memory_mb"))


@dataclass(frozen=True, slots=True)
class Edit:
    """How a row changes.

    Attributes
    ----------
    table
        The table.
    before, after
        The cells before and after; None where there was or will be no such row.
    position
        Which row of the table it is, or will be, from 0.
    row
        The number that the store gave a row that comes back; None otherwise.
    """

    table: str
    before: Cells | None
    after: Cells | None
    position: int
    row: int | None = None


# --- Cells ----------------------------------------------------------------------------------------------


def written(column: Column, value: Any) -> str:
    """Return a value as a stored cell; its column reads it back."""
    if column.kind == "time":
        return cells.OFF_NAMES[0] if value is None else f"{value // 3600:02d}:{value % 3600 // 60:02d}"
    if column.kind == "weekday":
        return cells.WEEKDAYS_EN[value]
    if isinstance(value, float):
        # No column reads an exponent.
        exact = round(Decimal(repr(value)), _DECIMALS)
        return format(exact, "f").rstrip("0").rstrip(".") if exact else "0"
    return str(value)


def cells_of(table: Table, row: Row) -> Cells:
    """Return the cells of a row that was read, without those that were blank."""
    return {
        column.name: written(column, row[column.name])
        for column in table.columns
        if column.name in row.given and column.name in row.values
    }


def stored_tables(rows: Mapping[str, Sequence[Row]], settings: bytes) -> Tables:
    """Return the rows of the tables that a project folder has, and the settings of its project.toml, as stored."""
    tables: dict[str, Sequence[Cells]] = {
        name: [cells_of(BY_NAME[name], row) for row in table] for name, table in rows.items()
    }
    tables[SETTINGS] = settings_cells(settings)
    return tables


# --- Settings -------------------------------------------------------------------------------------------


def settings_cells(raw: bytes) -> list[Cells]:
    """Return the settings of a project.toml as rows, but for those of the machine."""
    return [
        {"section": section, "key": key, "value": literal(value)}
        for section, key, value in _settings_of(tomllib.loads(raw.decode("utf-8-sig")))
        if not _is_of_the_machine(section, key)
    ]


def settings_toml(rows: Iterable[Cells], own: bytes = b"") -> bytes:
    """Return the project.toml that stored settings make, with those of the machine as `own` has them.

    Raises
    ------
    InputError
        When a value is none, or `own` is no TOML.
    """
    sections: dict[str, dict[str, str]] = defaultdict(dict)
    problems: list[InputProblem] = []
    for number, row in enumerate(rows, start=2):
        value = _checked_literal(row.get("value", ""))
        if value is None:
            reason = _('this is no value of a setting; write it like "text", 5 or ["12-24", "12-31"]')
            problems.append(InputProblem(reason, called(SETTINGS), number, "value"))
        else:
            sections[row["section"]][row["key"]] = value
    machine = open_toml(own, SETTINGS_FILE, problems)
    if machine is None or problems:
        raise InputError(problems)
    for section, key, value in _settings_of(machine.document):
        if _is_of_the_machine(section, key):
            sections[section][key] = literal(value)
    return (
        "\n\n".join(
            "\n".join((f"[{_key(name)}]", *(f"{_key(key)} = {value}" for key, value in settings.items())))
            for name, settings in sections.items()
        ).encode()
        + b"\n"
    )


def _settings_of(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield the section, the key and the value of every setting."""
    for section, settings in document.items():
        if isinstance(settings, dict):
            yield from ((section, key, value) for key, value in settings.items())


def _is_of_the_machine(section: str, key: str) -> bool:
    return (section, None) in _OF_THE_MACHINE or (section, key) in _OF_THE_MACHINE


def literal(value: object) -> str:
    """Return a value as TOML has it."""
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_key(key)} = {literal(each)}' for key, each in value.items())}}}"
    if isinstance(value, float):
        return repr(value)  # inf and nan, too, are written so
    return _quoted(value)


def _checked_literal(text: str) -> str | None:
    """Return a stored value as TOML has it; None where it is none, or more than one."""
    try:
        found = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return None
    return literal(found["value"]) if found.keys() == {"value"} else None


def _key(key: str) -> str:
    return key if key.isidentifier() and key.isascii() else _quoted(key)


def _quoted(value: object) -> str:
    """Return what JSON and TOML write alike; but for one character, which TOML wants as its number."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


# --- Reading --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Examined:
    """Stored tables as they were read, in order or not.

    Attributes
    ----------
    project
        What the rows that could be read make.
    rows
        The rows of all tables, those that only a store keeps among them.
    problems
        Everything that is wrong, each with table, row and column.
    """

    project: Project
    rows: dict[str, list[Row]]
    problems: tuple[InputProblem, ...]


def read_stored(tables: Tables, own: bytes = b"") -> tuple[Project, dict[str, list[Row]]]:
    """Read and check stored tables as `read_project` does files; `own` is the project.toml beside the store.

    Returns the project, and the rows of all tables, those that only a store keeps among them.

    Raises
    ------
    InputError
        With everything that is wrong, each with table, row and column.
    """
    found = examine(tables, own)
    if found.problems:
        raise InputError(found.problems)
    return found.project, found.rows


def examine(tables: Tables, own: bytes = b"", *, whole: bool = True) -> Examined:
    """Read stored tables as `read_stored` does, and return also what is wrong with them.

    Those that must have rows may have none where the project is not `whole` yet.

    Raises
    ------
    InputError
        When a setting is no value, or `own` is no TOML.
    """
    # A server reads the same tables again and again.
    found = _examined(json.dumps(tables, default=dict), own, language(), whole=whole)
    return replace(found, rows={name: list(rows) for name, rows in found.rows.items()})


@lru_cache(maxsize=4)
def _examined(packed: str, own: bytes, _language: str, *, whole: bool) -> Examined:
    """Do what `examine` does, with tables as JSON, and what is wrong in the language in force."""
    tables: Tables = json.loads(packed)
    problems: list[InputProblem] = []
    settings = read_settings(settings_toml(tables.get(SETTINGS, ()), own), problems)
    with dates_of(settings.config.calendar.country):
        found = {
            table.name: _interpreted(table, tables[table.name], problems)
            for table in TABLES
            if tables.get(table.name)
        }
    if whole:
        check_needed(found, problems)
    of_project = {name: rows for name, rows in tables.items() if name in BY_NAME or name == SETTINGS}
    project, rows = checked(settings, found, fingerprint(of_project), problems)
    rows |= _kept_only(STORE_TABLES, tables, problems)
    notes = tuple(note for read in found.values() for note in read.notes)
    return Examined(project.replace(notes=notes), rows, tuple(problems))


def is_whole(tables: Tables) -> bool:
    """Tell whether all tables have rows that must have some; in a project that is being begun they have none yet."""
    return all(tables.get(table.name) for table in TABLES if table.required)


def examine_after(before: Tables, changes: Sequence[Edit], own: bytes = b"") -> Examined:
    """Read stored tables with some rows changed, as `examine` does; `problems` are those that were not there before.

    So a project that is not in order, or not whole yet, is put right step by step.
    """
    whole = is_whole(before)
    found = examine(with_edits(before, changes), own, whole=whole)
    if not found.problems:
        return found
    known = {_said(problem) for problem in examine(before, own, whole=whole).problems}
    mine = {(called(edit.table), row) for edit, row in zip(changes, rows_after(before, changes), strict=True)}
    new = [each for each in found.problems if (each.file, each.row) in mine or _said(each) not in known]
    return replace(found, problems=tuple(new))


def _said(problem: InputProblem) -> tuple[str, str, str]:
    """Return what stays of a problem where its row has another number."""
    return problem.file, problem.column, problem.reason


def rows_after(before: Tables, changes: Sequence[Edit]) -> list[int | None]:
    """Return for each of some changes the number that problems give its row afterwards; None where it is gone."""
    gone: dict[str, list[int]] = defaultdict(list)
    for edit in changes:
        if edit.after is None:
            gone[edit.table].append(edit.position)
    ends = {
        table: len(before.get(table, ())) - len(gone[table]) for table in {edit.table for edit in changes}
    }
    numbers: list[int | None] = []
    for edit in changes:
        if edit.after is None:
            numbers.append(None)
        elif edit.before is None:
            numbers.append(ends[edit.table] + 2)
            ends[edit.table] += 1
        else:
            numbers.append(edit.position - sum(place < edit.position for place in gone[edit.table]) + 2)
    return numbers


def read_over(
    tables: Tables, files: Mapping[str, bytes], own: bytes = b""
) -> tuple[Tables, tuple[InputProblem, ...]]:
    """Read tables of files that are to take the place of some that are stored, and check all together.

    Parameters
    ----------
    tables, own
        What is stored, and the project.toml beside the store.
    files
        Contents by name: tables as CSV files, or a workbook, called like those of a project folder.

    Returns the tables that the files have, as stored, and what was passed over in them.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    problems: list[InputProblem] = []
    notes: list[InputProblem] = []
    settings = read_settings(settings_toml(tables.get(SETTINGS, ()), own), problems)
    with dates_of(settings.config.calendar.country):
        read = read_tables(files, problems, notes)
        found = {
            table.name: _interpreted(table, tables[table.name], problems)
            for table in TABLES
            if table.name not in read and tables.get(table.name)
        } | read
    if is_whole(tables):
        check_needed(found, problems)
    _project, rows = checked(settings, found, "", problems)
    if not read and not problems:
        problems.append(InputProblem(_("there is no table in it that hjul knows"), next(iter(files), "")))
    if problems:
        raise InputError(problems)
    return {name: [cells_of(BY_NAME[name], row) for row in rows[name]] for name in read}, tuple(notes)


def read_log(tables: Tables) -> dict[str, list[Row]]:
    """Read the tables of what became of visits alone, without the project's; errors as for `read_stored`."""
    problems: list[InputProblem] = []
    rows = _kept_only(LOG_TABLES, tables, problems)
    if problems:
        raise InputError(problems)
    return rows


def _kept_only(which: Iterable[Table], tables: Tables, problems: list[InputProblem]) -> dict[str, list[Row]]:
    return {table.name: _interpreted(table, tables.get(table.name, ()), problems).rows for table in which}


def _interpreted(table: Table, rows: Sequence[Cells], problems: list[InputProblem]) -> TableRows:
    columns = [column.name for column in table.columns]
    raw = [(number, [row.get(name) for name in columns]) for number, row in enumerate(rows, start=2)]
    return interpret(table, called(table.name), [(1, columns), *raw], problems)


def called(table: str) -> str:
    """Name a table for people."""
    if table == SETTINGS:
        return _("settings")
    return IN_STORE[table].danish if language() == "da" else table


def column_called(table: str, name: str) -> str:
    """Name a column for people."""
    column = (
        next((column for column in IN_STORE[table].columns if column.name == name), None)
        if table in IN_STORE
        else None
    )
    return column.danish if column is not None and language() == "da" else name


def fingerprint(tables: Tables) -> str:
    """Return the SHA-256 of all rows, in the order of the tables' names."""
    content = {name: [dict(row) for row in tables[name]] for name in sorted(tables) if tables[name]}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


# --- Differences ----------------------------------------------------------------------------------------


def key_of(table: str, row: Cells) -> str | None:
    """Return what no other row of its table may have, as text; None where rows have no such thing."""
    columns: Sequence[str] = _SETTING_KEYS
    if table != SETTINGS:
        known = IN_STORE[table]
        if known.id_column:
            return row[known.id_column.name].casefold()
        columns = known.unique
    key = "|".join(row.get(column, "") for column in columns)
    if len(key) > _LONGEST_KEY:
        return hashlib.sha256(key.encode()).hexdigest()
    return key or None


def edits_between(before: Tables, after: Tables) -> tuple[Edit, ...]:
    """Return what makes one project of another, row by row.

    Rows that say the same are the same. A changed row is found by its id, else by its key columns: those that say
    whose and when it is.
    """
    return tuple(
        edit
        for name in (*IN_STORE, SETTINGS)
        for edit in _edits(name, list(before.get(name, ())), list(after.get(name, ())))
    )


def _edits(table: str, before: Sequence[Cells], after: Sequence[Cells]) -> Iterator[Edit]:
    unmatched: dict[frozenset[tuple[str, str]], list[int]] = defaultdict(list)
    for position, row in enumerate(before):
        unmatched[frozenset(row.items())].append(position)
    others: list[int] = []
    for position, row in enumerate(after):
        same = unmatched.get(frozenset(row.items()))
        if same:
            same.pop(0)
        else:
            others.append(position)
    left = sorted(position for positions in unmatched.values() for position in positions)
    by_key: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for position in left:
        by_key[_meant(table, before[position])].append(position)
    gone = set(left)
    for position in others:
        meant = by_key.get(_meant(table, after[position]))
        if meant:
            was = meant.pop(0)
            gone.remove(was)
            yield Edit(table, before[was], after[position], was)
        else:
            yield Edit(table, None, after[position], position)
    for position in sorted(gone):
        yield Edit(table, before[position], None, position)


def _meant(table: str, row: Cells) -> tuple[str, ...]:
    """Return the cells by which a changed row is found again."""
    if table == SETTINGS:
        columns: Sequence[str] = _SETTING_KEYS
    elif (known := IN_STORE[table]).id_column:
        columns = (known.id_column.name,)
    else:
        columns = _MEANT[table]
    return tuple(row.get(column, "").casefold() for column in columns)


_MEANT: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "rooms": ("practice_id", "weekday", "date", "room"),
        "agreements": ("practice_id", "weekday"),
        "shifts": ("consultant_id", "weekday", "date"),
        "pins": ("id",),
        "closures": ("who", "from"),
        "demand": ("practice_id", "week"),
        "results": ("criterion", "quarter"),
        "budget": ("line", "year"),
        "milestones": ("title",),
        "locks": ("week", "id", "date", "consultant_id"),
    }
)


def with_edits(before: Tables, changes: Iterable[Edit]) -> Tables:
    """Return tables in which some rows are otherwise; new ones come last."""
    tables: dict[str, list[Cells | None]] = {name: list(rows) for name, rows in before.items()}
    for edit in changes:
        rows = tables.setdefault(edit.table, [])
        if edit.before is None:
            rows.append(edit.after)
        else:
            rows[edit.position] = edit.after
    return {name: [row for row in rows if row is not None] for name, rows in tables.items()}
