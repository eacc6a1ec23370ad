"""A `Project` -> the rows of the tables that it could have been read from.

So that a project can be changed row by row, and built and checked again by the rules of the tables.
"""

from typing import Any

from scheduler.inputs.rows import Row
from scheduler.inputs.schema import TABLES, Table
from scheduler.model.config import SETTINGS_FILE
from scheduler.model.project import Origin, Place, Project

#: The fields that are not called like their column, and those in seconds whose column is in minutes.
_FIELDS = {"start": "start_s", "end": "end_s", "place": "place_id", "from": "first_day", "to": "last_day"}
_MINUTES = {"lunch_minutes": "lunch_s", "minutes": "duration_s"}


def rows_of(project: Project) -> dict[str, list[Row]]:
    """Return the rows of every table, with the base of project.toml as a row of the table bases."""
    places = {place.place_id: place for place in project.places}
    placed = {practice.practice_id for practice in project.practices}
    placed.update(visit.visit_id for visit in project.home_visits)
    others = tuple(place for place in project.places if place.place_id not in placed)
    items: dict[str, tuple[Any, ...]] = {table.name: getattr(project, table.name) for table in TABLES}
    items["places"] = others
    return {
        table.name: [_row(table, number, item, places) for number, item in enumerate(items[table.name], 2)]
        for table in TABLES
    }


def _row(table: Table, number: int, item: Any, places: dict[str, Place]) -> Row:
    id_ = getattr(item, table.id_column.name, "") if table.id_column else ""
    place = item if isinstance(item, Place) else places.get(id_)
    values = {column.name: _value(column.name, item, place) for column in table.columns}
    given = frozenset(name for name, value in values.items() if value not in (None, ""))
    origin = item.origin or (place.origin if place else None) or Origin(_file(table, item), number)
    return Row(origin, values, given, complete=True)


def _value(column: str, item: Any, place: Place | None) -> Any:
    if column in _MINUTES:
        return getattr(item, _MINUTES[column]) // 60
    name = _FIELDS.get(column, column)
    if isinstance(item, Place) and column.endswith("_id"):
        name = "place_id"
    return getattr(item, name) if hasattr(item, name) else getattr(place, name)


def _file(table: Table, item: Any) -> str:
    """Return the file of a row that was made by a program, not read."""
    return SETTINGS_FILE if isinstance(item, Place) and item.place_id == "base" else f"{table.name}.csv"
