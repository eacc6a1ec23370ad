"""What a scenario changes: rows of the project's tables, and some of its settings.

A change speaks of a table as the project folder has it, with the same columns and the same ways to
write a cell ("man", "9.30"), and is read and checked by the same rules:

    Scenario(
        "saxogade",
        title="Saxogade joins, and Istedgade lends a room on Wednesdays",
        changes=(
            Add("practices", {"practice_id": "saxogade", "name": "Lægerne Saxogade", ...}),
            Add("rooms", {"practice_id": "saxogade", "weekday": "ons", "start": "8.30", "end": "12.00"}),
            Add("rooms", {"practice_id": "istedgade", "weekday": "ons", "start": "9.00", "end": "12.00"}),
        ),
    )
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import ClassVar

from scheduler.base.i18n import _, language
from scheduler.inputs import meanings
from scheduler.inputs.cells import Cell
from scheduler.inputs.schema import BY_NAME, key
from scheduler.inputs.settings import known_settings
from scheduler.model.project import Origin, Project

__all__ = ["VERBS", "Add", "Change", "Drop", "Move", "Scenario", "Set", "same"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a table; the kinds of change are its subclasses.

    Attributes
    ----------
    table
        The table's name, like "rooms".
    row
        Cells by the names of their columns, as they would be written in the table.
    origin
        Where the change was written, if in a file.
    """

    verb: ClassVar[str] = ""
    table: str
    row: Mapping[str, Cell]
    origin: Origin | None = field(default=None, compare=False)

    def words(self) -> tuple[str, str]:
        """Tell what is done in which table, and to which row, as it was written."""
        done = {
            "add": _("new in {table}"),
            "drop": _("gone from {table}"),
            "set": _("changed in {table}"),
            "move": _("moved in {table}"),
        }[self.verb].format(table=_table_words(self.table))
        cells = (
            f"{_column_words(self.table, name)}: {_value_words(self.table, name, cell)}"
            for name, cell in self.row.items()
        )
        return done, "; ".join(cells)


def _table_words(table: str) -> str:
    """Return what people call a table, or a section of the settings."""
    if table in BY_NAME:
        return BY_NAME[table].danish if language() == "da" else table.replace("_", " ")
    sections = {
        "defaults": _("how long things take"),
        "cycling": _("how fast one cycles"),
        "weights": _("what the score weighs"),
        "costs": _("what things cost"),
    }
    return sections.get(table, table)


def _column_words(table: str, name: str) -> str:
    """Return what people call a column of a table, or a setting."""
    if table not in BY_NAME:
        known = name in known_settings().get(table, {})
        return meanings.of_setting(table, name).rstrip(".") if known else name
    column = next((each for each in BY_NAME[table].columns if key(name) in map(key, each.headings)), None)
    if column is None:
        return name
    return column.danish if language() == "da" else column.name.replace("_", " ")


def _value_words(table: str, name: str, cell: Cell) -> str:
    """Return a cell as it was written, with the unit that the name of a setting has."""
    if cell in ("", None):
        return _("blank")
    if table == "weights":
        return _("{n} points").format(n=cell)
    if table in BY_NAME:
        return str(cell)
    if name.endswith("_minutes"):
        return _("{n} min").format(n=cell)
    return _("{n} kr.").format(n=cell) if "_dkk" in name else str(cell)


@dataclass(frozen=True, slots=True)
class Add(Change):
    """A new row. Home visits cannot be added: an address of a citizen does not belong in a scenario.

    An added practice needs at least one row of rooms, an added consultant one of shifts.
    """

    verb: ClassVar[str] = "add"


@dataclass(frozen=True, slots=True)
class Drop(Change):
    """All rows whose cells are those of `row`, of which there must be one; and what is about them.

    With a practice go its rooms, agreements, pins, closures, demand, and the engagements and tasks there; with
    a consultant shifts, closures, pins and engagements. The practices, home visits and tasks of a dropped
    consultant remain, and are nobody's own. A base can only be dropped once nobody belongs to it.
    """

    verb: ClassVar[str] = "drop"


@dataclass(frozen=True, slots=True)
class Set(Change):
    """Other cells in the row that `row` names by its id; "" blanks a cell.

    In shifts a row is named by consultant_id and weekday, in demand by practice_id and week, and is
    added where it is not there. Rows of tables without ids are dropped and added instead. `table` may
    also be a section of project.toml: defaults, cycling, weights or costs.
    """

    verb: ClassVar[str] = "set"


@dataclass(frozen=True, slots=True)
class Move(Change):
    """Another address, or other coordinates, for a practice, a place or a base (that of project.toml is "base")."""

    verb: ClassVar[str] = "move"


#: The kinds of change by the word that a scenario file has for them.
VERBS: Mapping[str, type[Change]] = {kind.verb: kind for kind in (Add, Drop, Set, Move)}


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named list of changes, made in order: to a project as it is, or as another scenario makes it.

    Attributes
    ----------
    name
        An id: letters a-z, digits, - and _; not "today", which is the project as it is.
    title
        What people see; the name, where it is blank.
    changes
        At least one.
    question
        What the scenario is to answer, if anybody has asked.
    based_on
        The name of the scenario that it goes on from; the project as it is, where it is blank.
    origin
        Where it was written, if in a file.
    """

    name: str
    title: str = ""
    changes: tuple[Change, ...] = ()
    question: str = ""
    based_on: str = ""
    origin: Origin | None = field(default=None, compare=False)


def same(project: Project, other: Project) -> bool:
    """Tell whether two projects ask the same of every week, in whatever order their rows stand."""
    tables = [each.name for each in fields(Project) if each.name not in ("config", "sha256")]
    return project.config == other.config and all(
        Counter(getattr(project, name)) == Counter(getattr(other, name)) for name in tables
    )
