"""Deleting where people live: home visits before a date, in the tables, in the store and in old outputs."""

import datetime as dt
import errno
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from scheduler.base import files
from scheduler.base.errors import InputError, InputProblem, told
from scheduler.base.files import Claim
from scheduler.base.i18n import _, ngettext
from scheduler.inputs import csvfile
from scheduler.inputs.dates import dates_of
from scheduler.inputs.rows import TableRows
from scheduler.inputs.settings import read_settings
from scheduler.inputs.stored import Cells
from scheduler.inputs.tables import WORKBOOK_FILE, check_needed, read_files, read_tables
from scheduler.model.clock import now
from scheduler.model.config import SETTINGS_FILE
from scheduler.model.text import Text
from scheduler.services.blanking import blanked_outputs
from scheduler.services.workspace import has_tables, store_of
from scheduler.store.address import address_of
from scheduler.store.who import me

#: What is claimed in a folder while its files are written anew; there they are made.
_CLAIM = "forget"


@dataclass(frozen=True, slots=True)
class ForgetReport:
    """What was deleted: rows of home visits and of their pins, and what changed in old outputs.

    `held` are files in the outputs that still say where such a home visit was made, because they are
    not hjul's own, and `closed` those that may, because they cannot be looked into. `copies` are
    exports and backups of the store that still exist.
    """

    rows_deleted: int
    pins_deleted: int
    rosters_blanked: int
    pages_removed: int
    held: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()

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
    saved anew), and the store, if there is one. In every roster below `out_dir`, also in copies and in zips, the home visits of that
    time lose name, address and coordinates; the rounds' pages that showed them are replaced by one
    that says so. No roster is deleted. Everything is read before anything is written, and every file
    is replaced as a whole.

    Raises
    ------
    InputError
        When a table or an old roster cannot be read.
    BusyError
        When another process is writing there.
    ServiceError
        When a file cannot be read or written, or the store cannot be had.
    """
    with ExitStack() as stack:
        at_data, at_out = _claims(stack, data_dir, out_dir)
        in_store = stack.enter_context(_in_store(data_dir))
        raw = read_files(data_dir)
        problems: list[InputProblem] = []
        country = read_settings(raw.get(SETTINGS_FILE), []).config.calendar.country
        with dates_of(country):
            tables = read_tables(raw, problems, [])
        if in_store is None:
            check_needed(tables, problems)
        if problems:
            raise InputError(problems)
        doomed = _doomed_rows(tables, before)
        gone, kept = _addresses(tables, doomed.get("home_visits", set()))
        if in_store is not None:
            for cells in in_store:
                (gone if cells["date"] < before.isoformat() else kept).add(cells["address"])
        old = blanked_outputs(
            out_dir,
            before,
            gone=gone,
            kept=kept,
            besides=(
                *(data_dir / name for name in raw),
                *address_of(data_dir).files,
                data_dir / _CLAIM,
                out_dir / _CLAIM,
            ),
        )
        # Outputs first: should writing stop half-way, the tables still know what the next run must do.
        _write_all(((at_out, old.contents), (at_data, _without_rows(data_dir, raw, tables, doomed))))
        homes, pins, copies = _forget_in_store(before) if in_store is not None else (0, 0, ())
    return ForgetReport(
        # Files beside a store have the same ones, if any.
        rows_deleted=max(len(doomed.get("home_visits", ())), homes),
        pins_deleted=max(len(doomed.get("pins", ())), pins),
        rosters_blanked=old.rosters,
        pages_removed=old.pages,
        held=tuple(old.held),
        closed=tuple(old.closed),
        copies=copies,
    )


# --- Store ------------------------------------------------------------------------------------------


@contextmanager
def _in_store(data_dir: Path) -> Iterator[Sequence[Cells] | None]:
    """Have the store open for the block, with its home visits; None where the tables are in files."""
    if not has_tables(data_dir):
        yield None
        return
    with store_of(data_dir):
        from scheduler.store import tables

        yield tables.read().tables.get("home_visits", ())


def _forget_in_store(before: dt.date) -> tuple[int, int, tuple[str, ...]]:
    """Delete home visits and their pins in the store that is open; return how many, and copies that may have them."""
    from scheduler.store import copies, retention, traces
    from scheduler.store.events import act

    there = copies.still_there(before)
    with act(Text("did_forget", {"date": before.isoformat()}), me(), now(), changes_tables=True):
        homes, pins = retention.forget_homes(before)
    traces.wipe()
    return homes, pins, there


# --- Tables -----------------------------------------------------------------------------------------


def _addresses(tables: Mapping[str, TableRows], doomed: set[int]) -> tuple[set[str], set[str]]:
    """Return the addresses of the home visits that are deleted, and all others in the tables."""
    gone: set[str] = set()
    kept: set[str] = set()
    for name, read in tables.items():
        for row in read.rows:
            if row.has("address"):
                forgotten = name == "home_visits" and row.origin.row in doomed
                (gone if forgotten else kept).add(row["address"])
    return gone, kept


def _doomed_rows(tables: Mapping[str, TableRows], before: dt.date) -> dict[str, set[int]]:
    """Return the numbers of the rows to delete, by table; a pin is found by its home visit, so it goes first."""
    doomed: dict[str, set[int]] = {}
    old = (
        [row for row in tables["home_visits"].rows if row["date"] < before] if "home_visits" in tables else []
    )
    ids = {row["visit_id"].casefold() for row in old}
    if "pins" in tables:
        doomed["pins"] = {row.origin.row for row in tables["pins"].rows if row["id"].casefold() in ids}
    doomed["home_visits"] = {row.origin.row for row in old}
    return {name: rows for name, rows in doomed.items() if rows}


def _without_rows(
    data_dir: Path,
    files: Mapping[str, bytes],
    tables: Mapping[str, TableRows],
    doomed: Mapping[str, set[int]],
) -> dict[Path, bytes]:
    """Return the new contents of the files that lose rows."""
    contents: dict[Path, bytes] = {}
    sheets: dict[str, set[int]] = {}
    for name, rows in doomed.items():
        read = tables[name]
        if read.file.startswith(WORKBOOK_FILE):
            sheets[read.file.partition("!")[2]] = rows
        else:
            contents[data_dir / read.file] = _csv_without(files[read.file], read, rows)
    if sheets:
        contents[data_dir / WORKBOOK_FILE] = _workbook_without(files[WORKBOOK_FILE], sheets)
    return contents


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
    from openpyxl import load_workbook

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


# --- Files --------------------------------------------------------------------------------------------


def _claims(stack: ExitStack, data_dir: Path, out_dir: Path) -> tuple[Claim | None, Claim | None]:
    """Claim a name in each folder that is there; new files are made under it, where the next run sees them."""
    at_data = stack.enter_context(files.claimed(data_dir / _CLAIM)) if data_dir.is_dir() else None
    if not out_dir.is_dir() or (at_data and out_dir.samefile(data_dir)):
        return at_data, at_data
    return at_data, stack.enter_context(files.claimed(out_dir / _CLAIM))


def _write_all(wanted: Iterable[tuple[Claim | None, Mapping[Path, bytes]]]) -> None:
    """Write all files where a claim allows it, then put them in their places in order."""
    written: list[tuple[Path, Path]] = []
    for claim, contents in wanted:
        for file, content in contents.items():
            assert claim is not None  # noqa: S101 - its folder is there
            beside = claim.new / str(len(written))
            with told(files.unwritable, file):
                claim.new.mkdir(exist_ok=True)
                beside.write_bytes(content)
            written.append((beside, file))
    for beside, file in written:
        with told(files.unwritable, file):
            _put(beside, Path(os.path.realpath(file)))


def _put(beside: Path, file: Path) -> None:
    try:
        files.put(beside, file)
    except OSError as error:
        if error.errno != errno.EXDEV:  # a link may lead to another disk
            raise
        files.replace(file, beside.read_bytes())
