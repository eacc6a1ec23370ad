"""The files of a project folder -> the rows of every table, each with its place in the file.

A table is a CSV file or a sheet of ``project.xlsx``; from here on nobody knows which.
"""

import difflib
import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from scheduler.base import limits
from scheduler.base.cpr import looks_like_cpr
from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.inputs import csvfile, sheets
from scheduler.inputs.rows import RawRow, TableRows, interpret, stray_cells
from scheduler.inputs.schema import BY_NAME, BY_SHEET, TABLES, Table, key
from scheduler.inputs.settings import SETTINGS_FILE

WORKBOOK_FILE = "project.xlsx"

#: How files are called in which people keep tables, and what is put to the name of a copy.
_TABLE_SUFFIXES = (".csv", ".txt", ".tsv", ".xls", ".xlsx", ".xlsm", ".ods", ".numbers", ".bak", ".old")
_COPY = re.compile(r"kopi af|copy of|kopi|copy|backup|\(\d+\)", re.IGNORECASE)


def read_files(folder: Path) -> dict[str, bytes]:
    """Return the bytes of the files that a project is made of, by name.

    Raises
    ------
    InputError
        When there is no such folder, or a file in it is far too large.
    ServiceError
        When a file cannot be read.
    """
    if not folder.is_dir():
        raise InputError(
            _("there is no folder {folder}; make a project with: hjul init {folder}").format(folder=folder)
        )
    files = {}
    for name in (SETTINGS_FILE, *(f"{table.name}.csv" for table in TABLES), WORKBOOK_FILE):
        if os.path.lexists(folder / name):
            most = limits.TOML_BYTES if name == SETTINGS_FILE else limits.TABLE_BYTES
            files[name] = limits.read(folder / name, most)
    return files


def fingerprint(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of names and contents, in the order of the names."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def read_tables(files: Mapping[str, bytes], problems: list[InputProblem]) -> dict[str, TableRows]:
    """Return the rows of every table that is there, adding what is wrong to `problems`."""
    found: dict[str, TableRows] = {}
    for table in TABLES:
        name = f"{table.name}.csv"
        if name in files:
            found[table.name] = read_csv(table, name, files[name], problems)
    if WORKBOOK_FILE in files:
        read = sheets.read_sheets(files[WORKBOOK_FILE], WORKBOOK_FILE, problems)
        if read is None:
            return found  # what is missing may be in it
        for title, raw_rows in read:
            file = f"{WORKBOOK_FILE}!{title}"
            sheet_table = BY_SHEET.get(key(title))
            if sheet_table is None:
                _check_stray_sheet(file, raw_rows, problems)
            elif sheet_table.name in found:
                problems.append(_twice(sheet_table, found[sheet_table.name].file, file))
            else:
                found[sheet_table.name] = interpret(sheet_table, file, raw_rows, problems)
    check_needed(found, problems)
    return found


def _twice(table: Table, first: str, second: str) -> InputProblem:
    return InputProblem(
        _("the table {table} is there twice, in {first} and in {second}; keep one").format(
            table=table.name, first=first, second=second
        ),
        second,
    )


def misnamed_files(folder: Path, found: Mapping[str, TableRows]) -> Iterator[InputProblem]:
    """Report files that look like a table but are not read, and names that hold a CPR number.

    Other files may lie in the folder, but a table that is misspelt, or saved as something else, must not
    be passed over in silence. `found` are the tables that were read.
    """
    if looks_like_cpr(folder.name):
        yield limits.name_problem(folder.name)
    for path in sorted(folder.iterdir()):
        if looks_like_cpr(path.name):
            yield limits.name_problem(path.name)
        elif table := _table_meant(path, found):
            if path.suffix.lower() == ".csv":
                reason = _("no table has this name; rename the file to {name}.csv")
            else:
                reason = _("this file is not read; save the table as {name}.csv, or as a sheet of {workbook}")
            yield InputProblem(reason.format(name=table.name, workbook=WORKBOOK_FILE), path.name)


def _table_meant(path: Path, found: Mapping[str, TableRows]) -> Table | None:
    """Return the table that a file seems to be without having its name."""
    stem = path.name.partition(".")[0]
    if path.suffix.lower() not in _TABLE_SUFFIXES or path.name.startswith("~$"):
        return None  # Excel locks a file with one of such a name
    near = difflib.get_close_matches(key(_COPY.sub("", stem)), BY_SHEET, n=1, cutoff=0.7)
    if not near:
        return None
    table = BY_SHEET[near[0]]
    if table.name not in found:
        return table
    # Beside the table itself others may lie, but hardly one of nearly the same name.
    very_near = difflib.get_close_matches(key(stem), near, cutoff=0.8)
    return table if very_near and path.suffix.lower() == ".csv" and stem.lower() not in BY_NAME else None


def _check_stray_sheet(file: str, raw_rows: Sequence[RawRow], problems: list[InputProblem]) -> None:
    problems += stray_cells(file, raw_rows)
    if raw_rows:
        problems.append(
            InputProblem(
                _(
                    "no table has this name; delete the sheet, or start its name with _ to keep it: {names}"
                ).format(names=", ".join(table.name for table in TABLES)),
                file,
            )
        )


def check_needed(found: Mapping[str, TableRows], problems: list[InputProblem]) -> None:
    """Report tables that must have rows and have none."""
    for table in TABLES:
        if not table.required:
            continue
        if table.name not in found:
            problems.append(
                InputProblem(
                    _("the table {table} is missing; it needs at least one row").format(table=table.name),
                    f"{table.name}.csv",
                )
            )
        elif not found[table.name].rows and found[table.name].readable:
            problems.append(
                InputProblem(_("the table has no rows; it needs at least one"), found[table.name].file)
            )


def read_csv(table: Table, file: str, raw: bytes, problems: list[InputProblem]) -> TableRows:
    """Return the rows of one CSV file, adding what is wrong to `problems`."""
    try:
        text, _encoding = csvfile.decode(raw, file)
    except csvfile.NotTextError as error:
        problems.append(error.problem)
        return TableRows(table, file, readable=False)
    mark = csvfile.delimiter(text, table)
    records, stop = csvfile.records(text, mark)
    raw_rows = [(record.first_line, record.values) for record in records]
    read = interpret(table, file, raw_rows, problems, other_mark="," if mark == ";" else ";")
    if stop is not None:
        read.readable = False
        problems.append(InputProblem(stop.reason, file, stop.line))
    return read
