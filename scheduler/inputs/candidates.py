"""A file of practices that could join, with the rooms they would lend -> `Candidate`s.

One table for both, so that it can be kept in one sheet: a row a room slot. What describes the practice
stands on its first row and may be repeated on the others, but not differ there. A CSV file, or a
workbook with a sheet named candidates (Kandidater).
"""

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _
from scheduler.inputs import clashes, rules
from scheduler.inputs.alone import read_alone
from scheduler.inputs.dates import dates_of
from scheduler.inputs.headings import missing_column
from scheduler.inputs.project import place_of, plain, timed
from scheduler.inputs.rows import Row, TableRows
from scheduler.inputs.schema import BY_NAME, Column, Table, key
from scheduler.inputs.unbuild import rows_of
from scheduler.model.project import Origin, Place, Practice, Project, RoomRule

_PRACTICES, _ROOMS = BY_NAME["practices"], BY_NAME["rooms"]
_ID = "practice_id"
_SLOT = ("weekday", "date", "start", "end")
_NEEDED_ONCE = ("name", "address", "postcode", "city")
_NEEDED_HEADINGS = (*_NEEDED_ONCE, "start", "end")


def _may_be_blank(column: Column) -> Column:
    default = column.default if not column.required else "" if column.kind == "text" else None
    return dataclasses.replace(column, required=column.name == _ID, default=default)


#: The columns of practices, then those of rooms.
CANDIDATES = Table(
    "candidates",
    "Kandidater",
    tuple(
        _may_be_blank(column)
        for column in (*_PRACTICES.columns, *(c for c in _ROOMS.columns if c.name != _ID))
    ),
    required=True,
    also=("Candidate", "Kandidat"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A practice that could join, with its place and the room slots that it offers.

    `bases` are those from which it could be visited, where it is not said from which; else there are none.
    """

    practice: Practice
    place: Place
    rooms: tuple[RoomRule, ...]
    bases: tuple[str, ...] = ()

    def options(self) -> "tuple[Candidate, ...]":
        """Return the candidate as it could be visited from each base."""
        return tuple(
            dataclasses.replace(self, practice=dataclasses.replace(self.practice, base_id=base_id), bases=())
            for base_id in self.bases or (self.practice.base_id,)
        )

    @property
    def candidate_id(self) -> str:
        """The practice's id."""
        return self.practice.practice_id


def read_candidates(
    file: Path, project: Project, problems: list[InputProblem], notes: list[InputProblem]
) -> tuple[Candidate, ...]:
    """Read the practices that could join a project, with the liberties that the project's tables have.

    What is wrong is added to `problems`, and to `notes` what is passed over. Returns those that could be read in
    full, in the order of the file.

    Raises
    ------
    InputError
        When the file is far too large, or its name holds a CPR number.
    ServiceError
        When the file cannot be read.
    """
    with dates_of(project.config.calendar.country):
        read = read_alone(CANDIDATES, file, problems)
    notes += read.notes
    missing = [name for name in _NEEDED_HEADINGS if read.rows and name not in read.headings]
    problems += (
        InputProblem(missing_column(CANDIDATES.by_heading[key(name)], danish=read.danish), read.file)
        for name in missing
        if name not in read.misspelt
    )
    found: list[Candidate] = []
    if not missing:
        problems += _candidates(read, project, found)
    return tuple(found)


def _candidates(read: TableRows, project: Project, found: list[Candidate]) -> Iterator[InputProblem]:
    """Put the rows of each candidate together into `found`, and report what is wrong."""
    of_project = rows_of(project)
    yield from rules.resolve_references(
        [read], {name: TableRows(BY_NAME[name], name, rows) for name, rows in of_project.items()}
    )
    by_id: dict[str, list[Row]] = defaultdict(list)
    for row in read.rows:
        if row.has(_ID):
            by_id[row[_ID]].append(row)
    slots = [row for row in read.rows if row.given.intersection(_SLOT)]
    others = [row for row in read.rows if not row.given.intersection(_SLOT)]
    yield from rules.check_rows(
        {_ROOMS.name: slots, "": others}, project.config.defaults, project.config.calendar.country
    )
    yield from clashes.check_rooms(slots, project.config.defaults)
    for row in read.rows:
        yield from rules.one_visit_a_week(row, project.config.defaults)
    origins = {place.place_id.casefold(): place.origin for place in project.all_places}
    whole: list[Row] = []
    for rows in by_id.values():
        row, contradictions = _merged(rows)
        whole.append(row)
        yield from contradictions
        yield from (
            row.problem(_("this must be filled in"), name)
            for name in _NEEDED_ONCE
            if row.values.get(name) == ""
        )
        yield from _taken(row, origins)
        bases = _bases(rows, row.values, project)
        yield from () if bases else _unvisited(row, project)
        own = [row for row in rows if row.given.intersection(_SLOT)]
        yield from _slot_problems(rows, own)
        if all(row.complete for row in rows) and not contradictions:
            found.append(dataclasses.replace(_candidate(row, own), bases=bases))
    yield from clashes.check_bases({**of_project, _PRACTICES.name: whole})
    yield from clashes.check_lines([*of_project[_PRACTICES.name], *whole])


def _merged(rows: Sequence[Row]) -> tuple[Row, list[InputProblem]]:
    """Return what the rows of a candidate say of the practice, and where they contradict each other."""
    merged: dict[str, Any] = {}
    problems = []
    for column in _PRACTICES.columns:
        name = column.name
        given = [row for row in rows if name in row.given and name in row.values]
        if given:
            merged[name] = given[0][name]
            problems += [
                row.problem(
                    _("row {row} says otherwise of {id}; write it once, or the same on every row").format(
                        row=given[0].origin.row, id=rows[0][_ID]
                    ),
                    name,
                )
                for row in given[1:]
                if row[name] != given[0][name]
            ]
        elif not any(name in row.given for row in rows):
            merged[name] = rows[0].values[name]
    return dataclasses.replace(rows[0], values=merged), problems


def _taken(row: Row, origins: dict[str, Origin | None]) -> Iterator[InputProblem]:
    """Report an id that a place of the project has, or a candidate above, and remember it.

    As elsewhere, ids must differ in more than upper and lower case.
    """
    id_ = row[_ID]
    if id_.casefold() in origins:
        origin = origins[id_.casefold()]
        where = f"{origin.file}:{origin.row}" if origin else _("the project")
        yield row.problem(
            _("the id {id} is already taken in {where}; choose another").format(id=id_, where=where), _ID
        )
    origins.setdefault(id_.casefold(), row.origin)


def _bases(rows: Sequence[Row], merged: dict[str, Any], project: Project) -> tuple[str, ...]:
    """Return the bases from which a practice could be visited where the file leaves that open, if there are several.

    Its own consultant, if it has one, says it all the same.
    """
    base_of = {consultant.consultant_id: consultant.base_id for consultant in project.consultants}
    staffed = tuple(base.place_id for base in project.bases if base.place_id in base_of.values())
    if not staffed or any("base_id" in row.given for row in rows):
        return ()
    own = base_of.get(merged.get("consultant_id") or "")
    if own or len(staffed) == 1:
        merged["base_id"] = own or staffed[0]
        return ()
    merged["base_id"] = staffed[0]
    return staffed


def _unvisited(row: Row, project: Project) -> Iterator[InputProblem]:
    """Report a base from which nobody cycles: with several bases the one of [base] may be none of theirs."""
    base_id = row.values.get("base_id")
    if base_id in {base.place_id for base in project.bases} - {c.base_id for c in project.consultants}:
        reason = _("no consultant cycles from the base {base}; say from which base the practice is visited")
        yield row.problem(reason.format(base=base_id), "base_id")


def _slot_problems(rows: Sequence[Row], slots: Sequence[Row]) -> Iterator[InputProblem]:
    """Report a candidate without a room, rooms without hours, and rooms that are there twice."""
    if not slots:
        yield rows[0].problem(
            _("{id} lends no room; give a weekday or a date, start and end").format(id=rows[0][_ID]), "start"
        )
    seen: dict[tuple[Any, ...], Row] = {}
    for row in slots:
        yield from (
            row.problem(_("this must be filled in"), name)
            for name in ("start", "end")
            if name not in row.given
        )
        if row.complete:
            names = (column.name for column in _ROOMS.columns if column.name not in (_ID, "room"))
            first = seen.setdefault(tuple(row[name] for name in names), row)
            if first is not row:
                yield row.problem(
                    _("the same room hours stand in row {row} already; keep one").format(
                        row=first.origin.row
                    ),
                    "start",
                )


def _candidate(row: Row, slots: Sequence[Row]) -> Candidate:
    return Candidate(
        practice=plain(Practice, row),
        place=place_of(row, _ID),
        rooms=tuple(timed(RoomRule, slot) for slot in slots),
    )
