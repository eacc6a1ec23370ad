"""The files of a project folder -> the rows of every table, each with its place in the file.

A table is a CSV file or a sheet of ``project.xlsx``; from here on nobody knows which.
"""

import difflib
import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from scheduler.base import limits
from scheduler.base.cpr import looks_like_cpr
from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.inputs import csvfile, sheets
from scheduler.inputs.dates import counted_from_1904
from scheduler.inputs.headings import all_needed
from scheduler.inputs.raw import RawRow, stray_cells
from scheduler.inputs.rows import TableRows, interpret
from scheduler.inputs.schema import BY_NAME, BY_SHEET, TABLES, Table, key
from scheduler.model.config import SETTINGS_FILE

WORKBOOK_FILE = "project.xlsx"

#: How people call the workbook, and how its file ends.
_WORKBOOK_NAMES = ("project", "projekt")
_WORKBOOK_SUFFIXES = (".xls", ".xlsx", ".xlsm", ".xlsb", ".ods", ".numbers")

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


def read_tables(
    files: Mapping[str, bytes], problems: list[InputProblem], notes: list[InputProblem]
) -> dict[str, TableRows]:
    """Return the rows of every table that is there.

    What is wrong is added to `problems`, and to `notes` what is passed over.
    """
    found: dict[str, TableRows] = {}
    for table in TABLES:
        name = f"{table.name}.csv"
        if name in files:
            found[table.name] = read_csv(table, name, files[name], problems)
    if WORKBOOK_FILE in files:
        read = sheets.read_sheets(files[WORKBOOK_FILE], WORKBOOK_FILE, problems)
        if read is None:
            # What is missing may be in it.
            found |= {
                table.name: _unread(table, WORKBOOK_FILE) for table in TABLES if table.name not in found
            }
            return found
        strays: list[tuple[str, list[RawRow]]] = []
        with counted_from_1904(when=read.since_1904):
            for title, raw_rows in read.titled:
                sheet_table = BY_SHEET.get(key(title))
                if sheet_table is None:
                    strays.append((title, raw_rows))
                elif sheet_table.name in found:
                    problems.append(_twice(sheet_table, found[sheet_table.name].file, _sheet(title)))
                else:
                    found[sheet_table.name] = interpret(sheet_table, _sheet(title), raw_rows, problems)
        for title, raw_rows in strays:
            _check_stray_sheet(title, raw_rows, found, problems, notes)
    for table_rows in found.values():
        notes += table_rows.notes
    return found


def _sheet(title: str) -> str:
    """Name a sheet as a file."""
    return f"{WORKBOOK_FILE}!{title}"


def _unread(table: Table, file: str) -> TableRows:
    return TableRows(table, file, readable=False)


def _twice(table: Table, first: str, second: str) -> InputProblem:
    return InputProblem(
        _("the table {table} is there twice, in {first} and in {second}; keep one").format(
            table=table.name, first=first, second=second
        ),
        second,
    )


def misnamed_files(
    folder: Path, found: dict[str, TableRows], problems: list[InputProblem], notes: list[InputProblem]
) -> None:
    """Report files that look like a table or a workbook but are not read, and names that hold a CPR number.

    Other files may lie in the folder, but a table that is misspelt, or saved as something else, must not
    be passed over in silence. `found` are the tables that were read; those that lie in such a file are
    added to it, as unreadable.
    """
    if looks_like_cpr(folder.name):
        problems.append(limits.name_problem(folder.name))
    for path in sorted(folder.iterdir()):
        if looks_like_cpr(path.name):
            problems.append(limits.name_problem(path.name))
        elif table := _table_meant(path, found):
            is_copy = False
            if table.name in found:
                is_copy = bool(_COPY.search(path.stem)) and not table.private
                reason = _(
                    "this file is not read, as the table is in {file}; delete the one that is not meant"
                )
            elif path.suffix.lower() == ".csv":
                reason = _("no table has this name; rename the file to {name}.csv")
            else:
                reason = _("this file is not read; save the table as {name}.csv, or as a sheet of {workbook}")
            read = found.setdefault(table.name, _unread(table, path.name))
            reason = reason.format(name=table.name, workbook=WORKBOOK_FILE, file=read.file)
            (notes if is_copy else problems).append(InputProblem(reason, path.name))
        elif _is_workbook_meant(path):
            missing = [table for table in TABLES if table.required and table.name not in found]
            reason = _("this workbook is not read; only one with the name {workbook} is")
            if missing:
                reason = _("this workbook is not read; save it as {workbook}")
                found |= {table.name: _unread(table, path.name) for table in missing}
            (problems if missing else notes).append(
                InputProblem(reason.format(workbook=WORKBOOK_FILE), path.name)
            )


def _is_workbook_meant(path: Path) -> bool:
    """Tell whether a file seems to be the project's workbook without having its name: projekt.xlsx, project.ods."""
    if (
        path.name == WORKBOOK_FILE
        or path.name.startswith("~$")
        or path.suffix.lower() not in _WORKBOOK_SUFFIXES
    ):
        return False
    stem = key(_COPY.sub("", path.name.partition(".")[0]))
    return bool(difflib.get_close_matches(stem, _WORKBOOK_NAMES, n=1, cutoff=0.8))


def _table_meant(path: Path, found: Mapping[str, TableRows]) -> Table | None:
    """Return the table that a file seems to be without having its name."""
    stem = path.name.partition(".")[0]
    if path.suffix.lower() not in _TABLE_SUFFIXES or path.name.startswith("~$"):
        return None  # Excel locks a file with one of such a name
    table = _named_like(stem)
    if table is None or table.name not in found:
        return table
    # Beside the table itself others may lie, but hardly one of nearly the same name.
    names = [name for name, other in BY_SHEET.items() if other is table]
    very_near = difflib.get_close_matches(key(_COPY.sub("", stem)), names, cutoff=0.8)
    return table if very_near and path.suffix.lower() == ".csv" and stem.lower() not in BY_NAME else None


def _named_like(name: str) -> Table | None:
    """Return the table that has nearly this name, or of which this is called a copy."""
    near = difflib.get_close_matches(key(_COPY.sub("", name)), BY_SHEET, n=1, cutoff=0.7)
    return BY_SHEET[near[0]] if near else None


def _check_stray_sheet(
    title: str,
    raw_rows: Sequence[RawRow],
    found: dict[str, TableRows],
    problems: list[InputProblem],
    notes: list[InputProblem],
) -> None:
    """Report a sheet that is no table: a problem where it seems to be one that is not there."""
    file = _sheet(title)
    problems += stray_cells(file, raw_rows)
    if not raw_rows:
        return
    named, filled = _named_like(title), _filled_like(raw_rows)
    missing = next((table for table in (named, filled) if table and table.name not in found), None)
    if missing and (missing is named or missing.required):
        reason = _("no table has this name; is it {danish} ({name})? Rename it, or start its name with _")
        problems.append(InputProblem(reason.format(name=missing.name, danish=missing.danish), file))
        found[missing.name] = _unread(missing, file)
    elif like := named or filled:
        reason = _("this sheet is not read; it looks like {danish} ({name})")
        if like.private:  # else what is forgotten there would be kept here
            reason = _(
                "this looks like a copy of {danish} ({name}); delete it, so that nobody's address lies in it"
            )
        (problems if like.private else notes).append(
            InputProblem(reason.format(name=like.name, danish=like.danish), file)
        )
    else:
        notes.append(InputProblem(_("no table has this name; the sheet is not read"), file))


def _filled_like(raw_rows: Sequence[RawRow]) -> Table | None:
    """Return the table whose headings a sheet has, all of them that must be there; the one with the most."""
    fitting = ((known, table) for table in TABLES if (known := all_needed(table, raw_rows)))
    return max(fitting, key=lambda pair: pair[0], default=(0, None))[1]


def check_needed(found: Mapping[str, TableRows], problems: list[InputProblem]) -> None:
    """Report tables that must have rows and have none."""
    needed = [table for table in TABLES if table.required]
    missing = [table for table in needed if table.name not in found]
    if len(missing) > 1:
        reason = _("the tables {tables} are missing; each needs at least one row")
        names = ", ".join(table.name for table in missing)
        problems.append(InputProblem(reason.format(tables=names), f"{missing[0].name}.csv"))
    elif missing:
        reason = _("the table {table} is missing; it needs at least one row")
        problems.append(InputProblem(reason.format(table=missing[0].name), f"{missing[0].name}.csv"))
    problems += (
        InputProblem(_("the table has no rows; it needs at least one"), found[table.name].file)
        for table in needed
        if table.name in found and not found[table.name].rows and found[table.name].readable
    )


def read_csv(
    table: Table, file: str, raw: bytes, problems: list[InputProblem], *, own_columns: bool = True
) -> TableRows:
    """Return the rows of one CSV file as `interpret` does, adding what is wrong to `problems`."""
    try:
        raw_rows, mark, stop = csv_rows(table, file, raw)
    except csvfile.NotTextError as error:
        problems.append(error.problem)
        return _unread(table, file)
    read = interpret(table, file, raw_rows, problems, other_mark(mark), own_columns=own_columns)
    if stop is not None:
        read.readable = False
        problems.append(stop)
    return read


def csv_rows(table: Table, file: str, raw: bytes) -> tuple[list[RawRow], str, InputProblem | None]:
    """Return the rows of a CSV file as cells, what parts them, and where reading had to stop, if it had to.

    Raises
    ------
    NotTextError
        When the file is no text.
    """
    text, _encoding = csvfile.decode(raw, file)
    mark = csvfile.delimiter(text, table)
    records, stop = csvfile.records(text, mark)
    rows: list[RawRow] = [(record.first_line, record.values) for record in records]
    return rows, mark, InputProblem(stop.reason, file, stop.line) if stop else None


def other_mark(mark: str) -> str:
    """Return by what the rows of a file would be parted that were written by another program than its headings."""
    return ";" if mark == "," else ","
