"""A file of how many citizens there are where -> `Need`s: a row a district, or a row a point.

A CSV file, or a workbook with a sheet named need (Borgere).
"""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _
from scheduler.inputs import cells, rules
from scheduler.inputs.alone import read_alone
from scheduler.inputs.cells import Cell
from scheduler.inputs.rows import Row
from scheduler.inputs.schema import BY_NAME, Column, Table, key
from scheduler.model.project import Project

_PLACE = BY_NAME["practices"].by_heading
_MOST_CITIZENS = 100_000_000
_THOUSANDS = re.compile(r"\d{1,3}(?:[., \u00a0]\d{3})+", re.ASCII)
_WHOLE = cells.whole(0, _MOST_CITIZENS)


def _citizens(cell: Cell) -> int:
    """Return a number of people, which may be written with thousands apart: ``1.500``."""
    if isinstance(cell, str) and _THOUSANDS.fullmatch(cell.strip()):
        cell = re.sub(r"\D", "", cell)
    citizens: int = _WHOLE(cell)
    return citizens


NEED = Table(
    "need",
    "Borgere",
    (
        dataclasses.replace(_PLACE[key("district")], required=False, default=""),
        _PLACE[key("lat")],
        _PLACE[key("lon")],
        Column("citizens", "Borgere", "number", _citizens, also=("Antal",)),
    ),
    required=True,
)


@dataclass(frozen=True, slots=True)
class Need:
    """How many citizens there are in a district of the practices, or at a point (lat, lon)."""

    citizens: float
    district: str = ""
    point: tuple[float, float] | None = None


def read_need(file: Path, project: Project, problems: list[InputProblem]) -> tuple[Need, ...]:
    """Read how many citizens there are where, adding everything that is wrong to `problems`.

    A district is one that a practice of the project has.

    Raises
    ------
    InputError
        When the file is far too large, or its name holds a CPR number.
    ServiceError
        When the file cannot be read.
    """
    before = len(problems)
    read = read_alone(NEED, file, problems, own_columns=False)
    problems += _problems(read.rows, project)
    found = tuple(_need(row) for row in read.rows if row.complete)
    if found and len(problems) == before and not any(need.citizens for need in found):
        problems.append(InputProblem(_("there are no citizens in any row"), read.file))
    return found


def _need(row: Row) -> Need:
    has_point = row["lat"] is not None and row["lon"] is not None
    return Need(row["citizens"], row["district"], (row["lat"], row["lon"]) if has_point else None)


def _problems(rows: list[Row], project: Project) -> Iterator[InputProblem]:
    districts = {key(place.district): place.district for place in project.places if place.district}
    practices = {practice.practice_id for practice in project.practices}
    known = {key(place.district) for place in project.places if place.place_id in practices}
    seen: dict[str, Row] = {}
    for row in rows:
        given = row.given.intersection(("district", "lat", "lon"))
        if not given:
            yield row.problem(_("give a district, or lat and lon"), "district")
        elif "district" in given and len(given) > 1:
            yield row.problem(_("give either a district, or lat and lon"), "district")
        elif "district" in given and "district" in row.values:
            name = key(row["district"])
            if name not in known:
                names = ", ".join(sorted(districts[each] for each in known if each)) or "–"
                reason = _("no practice lies in the district {name}; there are {names}")
                yield row.problem(reason.format(name=row["district"], names=names), "district")
            elif seen.setdefault(name, row) is not row:
                reason = _("this district stands in row {row} already; keep one")
                yield row.problem(reason.format(row=seen[name].origin.row), "district")
        elif row.values.keys() >= {"lat", "lon"}:
            country = project.config.calendar.country
            yield from rules.coordinate_problems(row["lat"], row["lon"], country, row.origin)
