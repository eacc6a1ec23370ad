"""Cells as people read them in a table, and as fields of a form."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scheduler.base.cpr import looks_like_cpr
from scheduler.base.i18n import _, clock, day, language, weekday
from scheduler.inputs import meanings
from scheduler.inputs.cells import OFF_NAMES, PATTERNS_DA, WEEKDAYS_EN
from scheduler.inputs.schema import Column, Table
from scheduler.inputs.stored import Cells, column_called
from scheduler.model.clock import Week

#: Where there are more to choose from, one writes the id or the name.
_MOST_CHOICES = 400
_MODES = {"number": "numeric", "coordinate": "decimal"}

#: What rows of other tables are called, by the tables that a column may refer to.
Named = Mapping[tuple[str, ...], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Field:
    """A cell as a field of a form."""

    name: str
    called: str
    meaning: str
    value: str
    type: str
    mode: str
    needed: bool
    choices: Sequence[tuple[str, str]] | None
    wrong: Sequence[str]


def called(table: Table, column: Column) -> str:
    """Name a column as people know it."""
    return column_called(table.name, column.name)


def read(column: Column, cell: str, named: Named) -> str:
    """Return a stored cell as people read it; what is none of its kind stays as it is."""
    if cell in column.besides:
        return column.besides[-1 if language() == "da" else 0]
    if column.refers:
        return named[column.refers].get(cell, cell)
    try:
        return _READ[column.kind](cell)
    except (LookupError, ValueError):
        return cell


def _pattern(cell: str) -> str:
    words: Mapping[Any, str] = PATTERNS_DA
    return words[cell] if language() == "da" else cell


def _week(cell: str) -> str:
    week = Week.parse(cell)
    return _("week {n} {year}").format(n=week.number, year=week.year)


def _time(cell: str) -> str:
    if cell in OFF_NAMES:
        return OFF_NAMES[-1 if language() == "da" else 0]
    return clock(dt.datetime.strptime(cell, "%H:%M"))  # noqa: DTZ007 - a time of day


def _number(cell: str) -> str:
    return cell.replace(".", ",") if language() == "da" else cell


_READ: Mapping[str, Callable[[str], str]] = {
    "weekday": lambda cell: weekday(WEEKDAYS_EN.index(cell)),
    "pattern": _pattern,
    "date": lambda cell: day(dt.date.fromisoformat(cell), "year"),
    "week": _week,
    "time": _time,
    "number": _number,
    "coordinate": _number,
}


def fields(
    table: Table, cells: Cells, named: Named, wrong: Mapping[str, Sequence[str]] | None = None
) -> list[Field]:
    """Return the cells of a row as fields; what may be a CPR number is not repeated."""
    return [
        _field(table, column, cells.get(column.name, ""), named, (wrong or {}).get(column.name, ()))
        for column in table.columns
    ]


def _field(table: Table, column: Column, value: str, named: Named, wrong: Sequence[str]) -> Field:
    heading = called(table, column)
    if looks_like_cpr(value, heading):
        value = ""
    must = column.required and column.kind != "id"
    return Field(
        name=column.name,
        called=heading,
        meaning=meanings.of_column(table.name, column.name),
        value=value,
        type="date" if column.kind == "date" else "text",
        mode=_MODES.get(column.kind, "text"),
        needed=must,
        choices=_choices(column, value, named),
        wrong=wrong,
    )


def _choices(column: Column, value: str, named: Named) -> Sequence[tuple[str, str]] | None:
    found: list[tuple[str, str]]
    if column.kind == "weekday":
        found = [(name, weekday(number)) for number, name in enumerate(WEEKDAYS_EN)]
    elif column.kind == "pattern":
        found = [(name, read(column, name, named)) for name in PATTERNS_DA]
    elif column.refers:
        rows = named[column.refers]
        if len(rows) > _MOST_CHOICES:
            return None
        found = [(word, read(column, word, named)) for word in column.besides[:1]]
        found += sorted(
            ((id_, f"{name} ({id_})" if name != id_ else id_) for id_, name in rows.items()),
            key=lambda pair: pair[1].casefold(),
        )
    else:
        return None
    if value and value not in (id_ for id_, _name in found):
        found.insert(0, (value, value))
    blank = [("", "–")]
    return blank + found
