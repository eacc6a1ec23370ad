"""The rows of all tables -> a `Project`."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from scheduler.base import limits
from scheduler.base.errors import InputError, InputProblem
from scheduler.inputs import clashes, rules
from scheduler.inputs.dates import dates_of
from scheduler.inputs.rows import Row, TableRows
from scheduler.inputs.schema import TABLES
from scheduler.inputs.settings import Settings, read_settings
from scheduler.inputs.tables import (
    WORKBOOK_FILE,
    check_needed,
    fingerprint,
    misnamed_files,
    read_files,
    read_tables,
)
from scheduler.model.config import SETTINGS_FILE
from scheduler.model.project import (
    AgreementRule,
    BudgetLine,
    Closure,
    Consultant,
    Demand,
    EngagementRule,
    HomeVisit,
    Milestone,
    Pin,
    Place,
    Practice,
    Project,
    Result,
    RoomRule,
    ShiftRule,
    Task,
)
from scheduler.week.calendar import closed

_Type = TypeVar("_Type")


def read_project(folder: str | Path) -> Project:
    """Read and check a project folder.

    Without the section [period] the project runs from Monday 2000-01-03 to the end of 2099. The
    base of [base] has the id ``base``; those of the table bases are there besides.

    Raises
    ------
    InputError
        With everything that is wrong, each with file, row and column.
    ServiceError
        When a file cannot be read.
    """
    return _read(Path(folder))[0]


def read_rows(folder: Path) -> dict[str, list[Row]]:
    """Read and check a project folder as `read_project` does, and return the rows of every table."""
    return _read(folder)[1]


def read_source(
    source: Path, settings: bytes
) -> tuple[bytes, dict[str, list[Row]], tuple[InputProblem, ...]]:
    """Read and check what is to be taken in: a project folder, or a workbook, which goes by other `settings`.

    Returns project.toml, the rows of the tables that are there, and what was passed over.

    Raises
    ------
    InputError
        With everything that is wrong.
    ServiceError
        When a file cannot be read.
    """
    if source.is_dir():
        project, tables, found = _read(source)
        raw = limits.read(source / SETTINGS_FILE, limits.TOML_BYTES)
    else:
        raw = settings
        workbook = limits.read(source, limits.TABLE_BYTES)
        project, tables, found = _checked_files({SETTINGS_FILE: raw, WORKBOOK_FILE: workbook}, None)
    return raw, {name: tables[name] for name in found}, project.notes


def _read(folder: Path) -> tuple[Project, dict[str, list[Row]], Collection[str]]:
    return _checked_files(read_files(folder), folder)


def _checked_files(
    files: Mapping[str, bytes], folder: Path | None
) -> tuple[Project, dict[str, list[Row]], Collection[str]]:
    """Return the project that files make, the rows of every table, and which tables are there."""
    problems: list[InputProblem] = []
    notes: list[InputProblem] = []
    settings = read_settings(files.get(SETTINGS_FILE), problems)
    with dates_of(settings.config.calendar.country):
        found = read_tables(files, problems, notes)
    if folder is not None:
        misnamed_files(folder, found, problems, notes)
    check_needed(found, problems)
    project, tables = checked(settings, found, fingerprint(files), problems)
    if problems:
        raise InputError(problems)
    return project.replace(notes=tuple(notes)), tables, found.keys()


def checked(
    settings: Settings, found: Mapping[str, TableRows], sha256: str, problems: list[InputProblem]
) -> tuple[Project, dict[str, list[Row]]]:
    """Put a project together of the tables that were read, adding what is wrong between their rows to `problems`."""
    tables = {table.name: found[table.name].rows if table.name in found else [] for table in TABLES}
    problems += rules.resolve_references(found.values(), found)
    project = build(settings, tables, sha256)
    problems += islice(contradictions(project, settings, tables), limits.PROBLEMS)
    return project, tables


def contradictions(project: Project, settings: Settings, tables: rules.Tables) -> Iterable[InputProblem]:
    """Report everything that is wrong with tables whose references have been resolved."""
    config = settings.config
    yield from rules.check_size(tables)
    yield from rules.check_ids(tables)
    yield from rules.check_unique(tables)
    yield from rules.check_rows(tables, config.defaults, config.calendar.country)
    yield from clashes.check_agreements(tables["agreements"])
    yield from clashes.check_rooms(tables["rooms"], config.defaults)
    yield from clashes.check_lines(tables["practices"])
    yield from clashes.check_bases(tables)
    yield from clashes.check_shifts(tables["shifts"])
    yield from clashes.check_closures(tables)
    yield from clashes.check_tasks(tables)
    yield from clashes.check_pins(tables)
    yield from clashes.check_engagement_hours(tables, lambda day, who: closed(project, day, who) is None)
    base = settings.base
    if base and base.origin:
        yield from rules.coordinate_problems(base.lat, base.lon, config.calendar.country, base.origin)


def build(settings: Settings, tables: Mapping[str, list[Row]], sha256: str) -> Project:
    """Make a project of the rows that could be read, and of the base, if there is one in `settings`."""
    rows = {name: [row for row in table if row.complete] for name, table in tables.items()}
    own_base = (settings.base,) if settings.base else ()
    return Project(
        config=settings.config,
        bases=(*own_base, *(place_of(row, "base_id") for row in rows["bases"])),
        places=(
            *(place_of(row, "practice_id") for row in rows["practices"]),
            *(place_of(row, "place_id") for row in rows["places"]),
            *(place_of(row, "visit_id", name="") for row in rows["home_visits"]),
        ),
        practices=tuple(plain(Practice, row) for row in rows["practices"]),
        rooms=tuple(timed(RoomRule, row) for row in rows["rooms"]),
        consultants=tuple(plain(Consultant, row) for row in rows["consultants"]),
        shifts=tuple(timed(ShiftRule, row, lunch_s=row["lunch_minutes"] * 60) for row in rows["shifts"]),
        agreements=tuple(timed(AgreementRule, row) for row in rows["agreements"]),
        engagements=tuple(timed(EngagementRule, row, place_id=row["place"]) for row in rows["engagements"]),
        home_visits=tuple(
            timed(HomeVisit, row, duration_s=row["minutes"] * 60) for row in rows["home_visits"]
        ),
        tasks=tuple(
            timed(Task, row, place_id=row["place"], duration_s=row["minutes"] * 60) for row in rows["tasks"]
        ),
        pins=tuple(timed(Pin, row) for row in rows["pins"]),
        closures=tuple(
            timed(Closure, row, first_day=row["from"], last_day=row["to"]) for row in rows["closures"]
        ),
        demand=tuple(plain(Demand, row) for row in rows["demand"]),
        results=tuple(plain(Result, row) for row in rows["results"]),
        budget=tuple(plain(BudgetLine, row) for row in rows["budget"]),
        milestones=tuple(plain(Milestone, row) for row in rows["milestones"]),
        sha256=sha256,
    )


def plain(kind: type[_Type], row: Row, **more: Any) -> _Type:
    """Make a dataclass of the columns that are named like its fields, and of where they were written."""
    names = _fields(kind)  # type: ignore[arg-type]  # mypy takes no class for Hashable
    values = {name: value for name, value in row.values.items() if name in names}
    return kind(**{**values, "origin": row.origin, **more})


@cache
def _fields(kind: Any) -> frozenset[str]:
    return frozenset(field.name for field in dataclasses.fields(kind))


def timed(kind: type[_Type], row: Row, **more: Any) -> _Type:
    """As `plain`, with the columns start and end as seconds."""
    times = {f"{name}_s": row[name] for name in ("start", "end") if name in row.values}
    return plain(kind, row, **times, **more)


def place_of(row: Row, id_column: str, **more: Any) -> Place:
    """Make the place of a row, which has its id."""
    return plain(Place, row, **({"place_id": row[id_column]} | more))
