"""Practices that could join -> the changes that let them: as if their rows were written in a scenario."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _
from scheduler.inputs.candidates import CANDIDATES, Candidate, read_candidates
from scheduler.inputs.cells import WEEKDAYS_EN, Cell
from scheduler.inputs.schema import BY_NAME, Column, key
from scheduler.inputs.unbuild import rows_of
from scheduler.model.project import Project
from scheduler.scenario.changes import Add, Change, Scenario

#: The file of candidates beside a scenario file that names none.
CANDIDATES_FILE = "candidates.csv"


def taken(project: Project, candidate: Candidate) -> tuple[Change, ...]:
    """Return the changes by which a candidate joins a project: a row of practices, and those of rooms."""
    # A scenario asks for a district, which a file of candidates may leave out.
    place = dataclasses.replace(candidate.place, district=candidate.place.district or candidate.place.city)
    others: dict[str, Any] = dict.fromkeys(BY_NAME, ())
    alone = project.replace(
        **{**others, "practices": (candidate.practice,), "places": (place,), "rooms": candidate.rooms}
    )
    rows = rows_of(alone)
    return tuple(
        Add(
            name,
            {
                column.name: cell
                for column in BY_NAME[name].columns
                if (cell := _cell(column, row.values)) is not None
            },
        )
        for name in ("practices", "rooms")
        for row in rows[name]
    )


def _cell(column: Column, values: Mapping[str, Any]) -> Cell | None:
    """Return a value as people write it in the cell of a table; None where the cell is as good as blank."""
    value = values[column.name]
    if value in (None, "", column.default):
        return None
    if column.kind == "weekday":
        return WEEKDAYS_EN[value]
    if column.kind == "time":
        return f"{dt.timedelta(seconds=value)}".removesuffix(":00").zfill(5)
    return value if isinstance(value, int | float) else str(value)


class Shelf:
    """The candidates of a file, from which scenarios take by id; it is read when first one does.

    Parameters
    ----------
    file
        Where they are.
    project
        What they could join.
    problems
        Gets everything that is wrong with the file.
    """

    def __init__(self, file: Path, project: Project, problems: list[InputProblem]) -> None:
        self._file = file
        self._project = project
        self._problems = problems
        self._broken = False

    def expanded(self, scenario: Scenario) -> Scenario | None:
        """Return a scenario in which candidates that are taken by id are added as their rows say.

        What the change says besides the id, it says instead of the file. Where an id is of none, that is told and
        there is no scenario.
        """
        changes: list[Change] = []
        for change in scenario.changes:
            takes = isinstance(change, Add) and key(change.table) in CANDIDATES.keys
            added = self._taken(scenario, change) if takes else [change]
            if not added:
                return None
            changes += added
        return dataclasses.replace(scenario, changes=tuple(changes))

    def _taken(self, scenario: Scenario, change: Change) -> Sequence[Change]:
        headings = {heading: CANDIDATES.by_heading.get(key(heading)) for heading in change.row}
        said = {
            column.name if column else heading: change.row[heading] for heading, column in headings.items()
        }
        id_ = said.pop("practice_id", None)
        if id_ is None:
            self._report(scenario, change, _("this must be filled in"), "practice_id")
        elif (candidate := self._by_id.get(str(id_).strip().casefold())) is None:
            if not self._broken:
                reason = _("there is no candidate {id} in {file}; there are {ids}").format(
                    id=id_, file=self._file.name, ids=", ".join(c.candidate_id for c in self._by_id.values())
                )
                self._report(scenario, change, reason, "practice_id")
        else:
            joins, *rooms = taken(self._project, candidate)
            joins = dataclasses.replace(joins, row={**joins.row, **said})
            return [dataclasses.replace(each, origin=change.origin) for each in (joins, *rooms)]
        return ()

    @cached_property
    def _by_id(self) -> Mapping[str, Candidate]:
        before = len(self._problems)
        found = read_candidates(self._file, self._project, self._problems, [])
        self._broken = len(self._problems) > before
        return {candidate.candidate_id.casefold(): candidate for candidate in found}

    def _report(self, scenario: Scenario, change: Change, reason: str, column: str) -> None:
        at = change.origin
        where = f"{scenario.name}: {column}"
        self._problems.append(
            InputProblem(reason, at.file, at.row, where)
            if at
            else InputProblem(reason, scenario.name, None, column)
        )
