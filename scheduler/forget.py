"""Deleting where people live: home visits before a date, in the tables and in old outputs."""

import contextlib
import dataclasses
import datetime as dt
import html
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scheduler import rosterfile
from scheduler.errors import InputError, InputProblem, ServiceError
from scheduler.i18n import _, day, language, ngettext
from scheduler.inputs import csvfile
from scheduler.inputs.rows import TableRows
from scheduler.inputs.tables import WORKBOOK_FILE, read_files, read_tables
from scheduler.model import Roster, Round, Stop, Week
from scheduler.outputs import names


@dataclass(frozen=True, slots=True)
class ForgetReport:
    """What was deleted: rows of home visits and of their pins, and what changed in old outputs."""

    rows_deleted: int
    pins_deleted: int
    rosters_blanked: int
    pages_removed: int

    def __str__(self) -> str:
        """Say it in words."""
        return ", ".join(
            (
                ngettext("{n} home visit deleted", "{n} home visits deleted", self.rows_deleted).format(
                    n=self.rows_deleted
                ),
                ngettext("{n} pin deleted", "{n} pins deleted", self.pins_deleted).format(
                    n=self.pins_deleted
                ),
                ngettext("{n} old roster blanked", "{n} old rosters blanked", self.rosters_blanked).format(
                    n=self.rosters_blanked
                ),
                ngettext("{n} page removed", "{n} pages removed", self.pages_removed).format(
                    n=self.pages_removed
                ),
            )
        )


def forget(data_dir: Path, out_dir: Path, before: dt.date) -> ForgetReport:
    """Delete home visits dated before a date, and blank them in old outputs.

    Home visits and their pins leave the tables, whose other bytes stay as they are (a workbook is
    saved anew). In every ``OUT/*/roster.json`` the home visits of that time lose name, address and
    coordinates; the rounds' pages that showed them are replaced by one that says so. No roster is
    deleted. Everything is read before anything is written, and every file is replaced as a whole.

    Raises
    ------
    InputError
        When a table or an old roster cannot be read.
    ServiceError
        When a file cannot be read or written.
    """
    files = read_files(data_dir)
    problems: list[InputProblem] = []
    tables = read_tables(files, problems)
    if problems:
        raise InputError(problems)
    doomed = _doomed_rows(tables, before)
    # Outputs first: should writing stop half-way, the tables still know what the next run must do.
    pages, rosters = _blanked_outputs(out_dir, before)
    changes = {**pages, **rosters, **_without_rows(data_dir, files, tables, doomed)}
    _write_all(changes)
    return ForgetReport(
        rows_deleted=len(doomed.get("home_visits", ())),
        pins_deleted=len(doomed.get("pins", ())),
        rosters_blanked=len(rosters),
        pages_removed=len(pages),
    )


# --- Tables -----------------------------------------------------------------------------------------


def _doomed_rows(tables: Mapping[str, TableRows], before: dt.date) -> dict[str, set[int]]:
    """Return the numbers of the rows to delete, by table."""
    doomed: dict[str, set[int]] = {}
    ids = set()
    if "home_visits" in tables:
        old = [row for row in tables["home_visits"].rows if row["date"] < before]
        ids = {row["visit_id"] for row in old}
        doomed["home_visits"] = {row.origin.row for row in old}
    if "pins" in tables:
        doomed["pins"] = {row.origin.row for row in tables["pins"].rows if row["id"] in ids}
    return {name: rows for name, rows in doomed.items() if rows}


def _without_rows(
    data_dir: Path,
    files: Mapping[str, bytes],
    tables: Mapping[str, TableRows],
    doomed: Mapping[str, set[int]],
) -> dict[Path, bytes]:
    """Return the new contents of the files that lose rows."""
    changes: dict[Path, bytes] = {}
    sheets: dict[str, set[int]] = {}
    for name, rows in doomed.items():
        read = tables[name]
        if read.file.startswith(WORKBOOK_FILE):
            sheets[read.file.partition("!")[2]] = rows
        else:
            changes[data_dir / read.file] = _csv_without(files[read.file], read, rows)
    if sheets:
        changes[data_dir / WORKBOOK_FILE] = _workbook_without(files[WORKBOOK_FILE], sheets)
    return changes


def _csv_without(raw: bytes, read: TableRows, rows: set[int]) -> bytes:
    text, encoding = csvfile.decode(raw, read.file)
    records, _stopped = csvfile.records(text, csvfile.delimiter(text, read.table))
    gone = {
        line
        for record in records
        if record.first_line in rows
        for line in range(record.first_line, record.last_line + 1)
    }
    kept = (line for number, line in enumerate(csvfile.lines(text), start=1) if number not in gone)
    return "".join(kept).encode(encoding)


def _workbook_without(raw: bytes, sheets: Mapping[str, set[int]]) -> bytes:
    import warnings

    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workbook = load_workbook(io.BytesIO(raw))
    for sheet in workbook.worksheets:
        if sheet.title.startswith("_"):
            continue
        # Saving loses the results of formulas, and the next reading needs them.
        if any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row):
            raise InputError(
                InputProblem(
                    _(
                        "there are formulas in this sheet; delete the old home visits in Excel yourself, and their pins"
                    ),
                    f"{WORKBOOK_FILE}!{sheet.title}",
                )
            )
    for title, rows in sheets.items():
        sheet = workbook[title]
        for row in sorted(rows, reverse=True):
            sheet.delete_rows(row)
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if cell.hyperlink:
                cell.hyperlink.ref = cell.coordinate  # does not move along by itself
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


# --- Old outputs --------------------------------------------------------------------------------------


def _blanked_outputs(out_dir: Path, before: dt.date) -> tuple[dict[Path, bytes], dict[Path, bytes]]:
    """Return the new pages and rosters of the outputs that show a home visit of that time."""
    pages: dict[Path, bytes] = {}
    rosters: dict[Path, bytes] = {}
    for file in sorted(out_dir.glob(f"*/{names.ROSTER}")):
        roster = rosterfile.load(file)
        blanked = _blanked(roster, before)
        if blanked == roster:
            continue
        rosters[file] = rosterfile.dump(blanked)
        for old, new in zip(roster.rounds, blanked.rounds, strict=True):
            page = file.parent / names.round_map(old)
            if old != new and page.is_file():
                pages[page] = _page(old).encode()
    return pages, rosters


def _blanked(roster: Roster, before: dt.date) -> Roster:
    over = Week.parse(roster.week).days[-1] < before
    return roster.replace(
        rounds=tuple(_blanked_round(round_) if round_.date < before else round_ for round_ in roster.rounds),
        unassigned=tuple(
            dataclasses.replace(request, name=_("Home visit"), detail="")
            if over and request.kind == "home_visit" and request.detail
            else request
            for request in roster.unassigned
        ),
    )


def _blanked_round(round_: Round) -> Round:
    homes = {stop.place_id for stop in round_.stops if stop.kind == "home_visit"}
    return dataclasses.replace(
        round_, stops=tuple(_blanked_stop(stop) if stop.place_id in homes else stop for stop in round_.stops)
    )


def _blanked_stop(stop: Stop) -> Stop:
    if not stop.address and stop.lat is None and stop.lon is None:
        return stop
    name = _("Home visit") if stop.kind == "home_visit" else stop.name
    return dataclasses.replace(stop, name=name, address="", lat=None, lon=None)


def _page(round_: Round) -> str:
    """Return the page that takes the place of a round's, so that links still lead somewhere."""
    title = html.escape(f"{day(round_.date, 'year')} · {round_.consultant_id}")
    text = html.escape(_("The address of a home visit on this round has been deleted, and the page with it."))
    back = html.escape(_("Back to the week"))
    return (
        f'<!DOCTYPE html>\n<html lang="{language()}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        "<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;"
        "max-width:40rem;padding:0 1rem}</style>\n"
        f'</head>\n<body>\n<h1>{title}</h1>\n<p>{text}</p>\n<p><a href="../{names.INDEX}">{back}</a></p>\n'
        "</body>\n</html>\n"
    )


# --- Files --------------------------------------------------------------------------------------------


def _write_all(changes: Mapping[Path, bytes]) -> None:
    """Write all files beside their places, then move them there in order."""
    with contextlib.ExitStack() as stack:
        beside = {file: file.with_name(f".{file.name}.new") for file in changes}
        try:
            for file, content in changes.items():
                stack.callback(beside[file].unlink, missing_ok=True)
                beside[file].write_bytes(content)
            for file in changes:
                beside[file].replace(file)
        except OSError as error:
            raise ServiceError(
                _("{file} cannot be written: {error}").format(file=error.filename, error=error.strerror)
            ) from error
