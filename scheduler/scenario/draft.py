"""The tables of a project while a scenario changes them.

Changes are made row by row in the tables that the project could have been read from. So all that is
wrong in a table is wrong in a scenario too, and is told in the same words.
"""

import dataclasses
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _
from scheduler.inputs.cells import Cell
from scheduler.inputs.dates import dates_of
from scheduler.inputs.project import build, contradictions
from scheduler.inputs.rows import Row, TableRows, interpret
from scheduler.inputs.rules import resolve_references
from scheduler.inputs.schema import BY_NAME, BY_SHEET, TABLES, Table, key
from scheduler.inputs.settings import Settings
from scheduler.inputs.unbuild import rows_of
from scheduler.model.project import Origin, Project
from scheduler.scenario.changes import Change, Scenario

#: What must be said of those who are new, in which table.
_NEEDS = {"practices": "rooms", "consultants": "shifts"}


@dataclass(frozen=True, slots=True)
class Step:
    """A change on its way into the tables: the n-th of its scenario, and where it was written."""

    number: int
    change: Change
    origin: Origin

    @property
    def cells(self) -> Mapping[str, tuple[str, Cell]]:
        """Heading and cell as they are written, by the name of the column; those of no column left out."""
        table = BY_NAME.get(self.change.table)
        by_heading = table.by_heading if table else {}
        found = ((by_heading.get(key(heading)), heading, cell) for heading, cell in self.change.row.items())
        return {column.name: (heading, cell) for column, heading, cell in found if column}

    def called(self, column: str) -> str:
        """Name a column as the change does."""
        return self.cells[column][0] if column in self.cells else column


def _with_table(change: Change) -> Change:
    """Return a change whose table has its English name, where it is a table."""
    table = BY_SHEET.get(key(change.table))
    return dataclasses.replace(change, table=table.name) if table else change


class Draft:
    """Tables and settings to be changed, who has changed what, and what is wrong with it.

    `config` may be replaced; rows are changed by `add`, `replace` and `remove`.
    """

    def __init__(self, project: Project, scenario: Scenario) -> None:
        self.config = project.config
        self.rows = rows_of(project)
        self.problems: list[InputProblem] = []
        self._notes: list[InputProblem] = []
        self.steps = [
            Step(number, _with_table(change), change.origin or Origin(scenario.name, number))
            for number, change in enumerate(scenario.changes, start=1)
        ]
        self._project = project
        self._scenario = scenario
        self._new: list[Row] = []
        #: Which change has said what: by row, or section of the settings, and column.
        self._said: dict[tuple[Row | str, str], Step] = {}
        self._unreadable: set[str] = set()

    def report(self, step: Step, reason: str, column: str = "") -> None:
        """Add what is wrong with a change, or with one of its columns."""
        self.problems.append(self._problem(step, reason, step.called(column) if column else step.change.verb))

    def _problem(self, step: Step, reason: str, column: str) -> InputProblem:
        if step.change.origin is not None:
            column = f"{self._scenario.name}: {column}"
        return InputProblem(reason, step.origin.file, step.origin.row, column)

    def _problem_of_all(self, reason: str) -> InputProblem:
        name, origin = self._scenario.name, self._scenario.origin
        return InputProblem(reason, origin.file, origin.row, name) if origin else InputProblem(reason, name)

    # --- Rows ------------------------------------------------------------------------------------------

    def read(self, step: Step, table: Table, named_by: Collection[str] = ()) -> Row | None:
        """Read the cells of a change as a row of a table; None where it names no column of it.

        An id in a column of `named_by` must be there already; if not, that is reported, and the row has none.
        """
        found: list[InputProblem] = []
        at, cells = step.origin.row, step.change.row
        raw_rows = [(at, tuple(cells)), (at, tuple(cells.values()))]
        with dates_of(self.config.calendar.country):
            read = interpret(table, step.origin.file, raw_rows, found, own_columns=False)
        for problem in found:
            self.report(step, problem.reason, problem.column)
        if not self._notes:  # as in a table, once: it is how all of them are read
            self._notes += (self._problem(step, note.reason, note.column) for note in read.notes)
        if not read.headings:
            if not found:
                self.report(step, _("say which row"))
            return None
        row = read.rows[0]
        for problem in resolve_references([read], self._found()):
            name = table.by_heading[key(problem.column)].name
            if name in named_by:  # others may still be added, and are looked for in the end
                self.report(step, problem.reason, name)
                del row.values[name]
        return row

    def add(self, step: Step, table: Table) -> None:
        """Add the row of a change."""
        row = self.read(step, table)
        if row is None:
            return
        if row.complete and any(row.values == other.values for other in self.rows[table.name]):
            self.report(step, _("this row is there already"))
            return
        if table.id_column and not row.has(table.id_column.name):
            self._unreadable.add(table.name)
        self.rows[table.name].append(row)
        self._new.append(row)
        self.say(step, row, (column.name for column in table.columns))

    def replace(self, table: str, row: Row, values: Mapping[str, Any], origin: Origin) -> Row:
        """Put a row with some other values in the place of one, and return it."""
        new = Row(origin, {**row.values, **values}, row.given, row.complete)
        self.rows[table][self.rows[table].index(row)] = new
        self._said |= {(new, column): step for (about, column), step in self._said.items() if about is row}
        if row in self._new:
            self._new.append(new)
        return new

    def remove(self, step: Step, table: str, row: Row) -> None:
        """Remove a row, which no earlier change may be about."""
        about = {said.number for (row_, _column), said in self._said.items() if row_ is row}
        if about:
            reason = _("this drops what change {number} is about; keep one of them")
            self.report(step, reason.format(number=min(about)))
        self.rows[table].remove(row)

    def say(self, step: Step, about: Row | str, columns: Iterable[str]) -> None:
        """Remember what a change says, and report what an earlier one has said already."""
        for column in columns:
            first = self._said.setdefault((about, column), step)
            if first is not step:
                reason = _("change {number} says this already; keep one of them")
                self.report(step, reason.format(number=first.number), column)

    def _found(self) -> Mapping[str, TableRows]:
        """Return the tables as if they had been read."""
        return {
            table.name: TableRows(
                table, f"{table.name}.csv", self.rows[table.name], readable=table.name not in self._unreadable
            )
            for table in TABLES
        }

    # --- The whole -------------------------------------------------------------------------------------

    def finish(self) -> Project:
        """Return the changed project, having reported what contradicts itself in its tables."""
        if not self.steps:
            self.problems.append(self._problem_of_all(_("the scenario has no change; give at least one")))
        found = self._found()
        broken = list(resolve_references(found.values(), found))
        settings = Settings(self.config)
        made = [(step.change.verb, step.change.table, dict(step.change.row)) for step in self.steps]
        sha256 = hashlib.sha256(f"{self._project.sha256} {made}".encode()).hexdigest()
        project = build(settings, self.rows, sha256).replace(notes=tuple(self._notes))
        broken += contradictions(project, settings, self.rows)
        self.problems += map(self._attributed, broken)
        self.problems += self._wanting()
        return project

    def _attributed(self, problem: InputProblem) -> InputProblem:
        """Say which change, or at least which scenario, makes a problem of the tables."""
        for step in self.steps:
            if (problem.file, problem.row) == (step.origin.file, step.origin.row):
                return self._problem(step, problem.reason, problem.column)
        return self._problem_of_all(str(problem))

    def _wanting(self) -> Iterator[InputProblem]:
        """Report tables that have become empty, and newcomers of whom too little is said."""
        for table in TABLES:
            if table.required and not self.rows[table.name]:
                reason = _("no row is left in {table}; at least one is needed").format(table=table.name)
                yield self._problem_of_all(reason)
        for name, needed in _NEEDS.items():
            column = BY_NAME[name].columns[0].name
            known = {row.values.get(column) for row in self.rows[needed]}
            for row in self.rows[name]:
                if row in self._new and row.has(column) and row[column] not in known:
                    reason = _("{id} is new and has no row in {table}; add one").format(
                        id=row[column], table=needed
                    )
                    yield self._attributed(row.problem(reason, column))
