"""The rows of all tables -> a `Project`."""

import dataclasses
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from scheduler.base import limits
from scheduler.base.errors import InputError, InputProblem
from scheduler.inputs import clashes, rules
from scheduler.inputs.cells import dates_of
from scheduler.inputs.rows import Row, TableRows
from scheduler.inputs.schema import TABLES
from scheduler.inputs.settings import SETTINGS_FILE, Settings, read_settings
from scheduler.inputs.tables import (
    check_needed,
    fingerprint,
    misnamed_files,
    read_files,
    read_tables,
)
from scheduler.model.project import (
    AgreementRule,
    Closure,
    Consultant,
    Demand,
    EngagementRule,
    HomeVisit,
    Pin,
    Place,
    Practice,
    Project,
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


def _read(folder: Path) -> tuple[Project, dict[str, list[Row]]]:
    files = read_files(folder)
    problems: list[InputProblem] = []
    notes: list[InputProblem] = []
    settings = read_settings(files.get(SETTINGS_FILE), problems)
    with dates_of(settings.config.calendar.country):
        found = read_tables(files, problems, notes)
    misnamed_files(folder, found, problems, notes)
    check_needed(found, problems)
    project, tables = checked(settings, found, fingerprint(files), problems)
    if problems:
        raise InputError(problems)
    return project.replace(notes=tuple(notes)), tables


def checked(
    settings: Settings, found: Mapping[str, TableRows], sha256: str, problems: list[InputProblem]
) -> tuple[Project, dict[str, list[Row]]]:
    """Put a project together of the tables that were read, adding what is wrong between their rows to `problems`."""
    tables = {table.name: found[table.name].rows if table.name in found else [] for table in TABLES}
    broken = list(rules.resolve_references(tables, found))
    project = build(settings, tables, sha256)
    broken += islice(contradictions(project, settings, tables), limits.PROBLEMS)
    problems += (_as_written(problem, found) for problem in broken)
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
    if settings.base:
        yield from rules.coordinate_problems(
            settings.base.lat,
            settings.base.lon,
            config.calendar.country,
            lambda reason, column: InputProblem(reason, SETTINGS_FILE, None, f"base.{column}"),
        )


def _as_written(problem: InputProblem, found: Mapping[str, TableRows]) -> InputProblem:
    """Return the problem with its column as the heading of the file has it."""
    for read in found.values():
        if read.file == problem.file:
            return dataclasses.replace(problem, column=read.headings.get(problem.column, problem.column))
    return problem


def build(settings: Settings, tables: Mapping[str, list[Row]], sha256: str) -> Project:
    """Make a project of the rows that could be read, and of the base, if there is one in `settings`."""
    rows = {name: [row for row in table if row.complete] for name, table in tables.items()}
    own_base = (settings.base,) if settings.base else ()
    return Project(
        config=settings.config,
        bases=(*own_base, *(_place(row, "base_id") for row in rows["bases"])),
        places=(
            *(_place(row, "practice_id") for row in rows["practices"]),
            *(_place(row, "place_id") for row in rows["places"]),
            *(_place(row, "visit_id", name="") for row in rows["home_visits"]),
        ),
        practices=tuple(_plain(Practice, row) for row in rows["practices"]),
        rooms=tuple(_timed(RoomRule, row) for row in rows["rooms"]),
        consultants=tuple(_plain(Consultant, row) for row in rows["consultants"]),
        shifts=tuple(_timed(ShiftRule, row, lunch_s=row["lunch_minutes"] * 60) for row in rows["shifts"]),
        agreements=tuple(_timed(AgreementRule, row) for row in rows["agreements"]),
        engagements=tuple(_timed(EngagementRule, row, place_id=row["place"]) for row in rows["engagements"]),
        home_visits=tuple(
            _timed(HomeVisit, row, duration_s=row["minutes"] * 60) for row in rows["home_visits"]
        ),
        tasks=tuple(
            _timed(Task, row, place_id=row["place"], duration_s=row["minutes"] * 60) for row in rows["tasks"]
        ),
        pins=tuple(_timed(Pin, row) for row in rows["pins"]),
        closures=tuple(
            _timed(Closure, row, first_day=row["from"], last_day=row["to"]) for row in rows["closures"]
        ),
        demand=tuple(_plain(Demand, row) for row in rows["demand"]),
        sha256=sha256,
    )


def _plain(kind: type[_Type], row: Row, **more: Any) -> _Type:
    """Make a dataclass of the columns that are named like its fields, and of where they were written."""
    names = _fields(kind)  # type: ignore[arg-type]  # mypy takes no class for Hashable
    values = {name: value for name, value in row.values.items() if name in names}
    return kind(**{**values, "origin": row.origin, **more})


@cache
def _fields(kind: Any) -> frozenset[str]:
    return frozenset(field.name for field in dataclasses.fields(kind))


def _timed(kind: type[_Type], row: Row, **more: Any) -> _Type:
    """As `_plain`, with the columns start and end as seconds."""
    times = {f"{name}_s": row[name] for name in ("start", "end") if name in row.values}
    return _plain(kind, row, **times, **more)


def _place(row: Row, id_column: str, **more: Any) -> Place:
    return _plain(Place, row, **({"place_id": row[id_column]} | more))
