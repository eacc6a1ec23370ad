"""Calls of a program -> a checked `Project`, by the same tables and rules as files.

A call is a row of its table, and its arguments are the columns: so all that holds of a table holds
of calls, and stands once.
"""

import dataclasses
import datetime as dt
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self, cast

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.inputs import cells
from scheduler.inputs.cells import Cell
from scheduler.inputs.project import checked
from scheduler.inputs.rows import Row, TableRows, interpret
from scheduler.inputs.schema import TABLES, Column, Table
from scheduler.inputs.settings import Settings, config_of
from scheduler.inputs.tables import check_needed
from scheduler.inputs.tomlfile import TomlReader, find_unusable
from scheduler.model.clock import Week
from scheduler.model.project import BASE, Origin, Project

if TYPE_CHECKING:
    from scheduler.inputs.raw import RawRow

Date = str | dt.date
Time = str | dt.time
Section = Mapping[str, object]

#: How a row of each table is added.
CALLS: Mapping[str, str] = {
    "practices": "add_practice",
    "rooms": "add_room",
    "agreements": "add_agreement",
    "bases": "add_base",
    "consultants": "add_consultant",
    "shifts": "add_shift",
    "places": "add_place",
    "engagements": "add_engagement",
    "home_visits": "add_home_visit",
    "tasks": "add_task",
    "pins": "add_pin",
    "closures": "add_closure",
    "demand": "add_demand",
    "results": "add_result",
    "budget": "add_budget",
    "milestones": "add_milestone",
}

#: What files must say and a program need not: nobody looks for a place by its address there.
_MAY_BE_LEFT_OUT = ("name", "address", "postcode", "city", "district")
#: The arguments that have another name than their column, which Python keeps for itself.
_ARGUMENTS = {"from": "first_day", "to": "last_day"}
_KNOWN_CELLS = (str, bool, int, float, dt.date, dt.time, dt.timedelta)
_LONGEST_NUMBER = 2**63
_SHORT_ID = re.compile(r"[\w-]{1,64}", re.ASCII)


def _base_id(cell: Cell) -> str:
    """Return the id of a base: unlike in the table bases it may be ``base``, as there is no project.toml."""
    return BASE if cell == BASE else cells.new_identifier(cell)


def _as_called(column: Column) -> Column:
    if column.name == "base_id" and column.kind == "id":
        return dataclasses.replace(column, parse=_base_id)
    if column.name in _MAY_BE_LEFT_OUT:
        return dataclasses.replace(column, required=False, default="")
    return dataclasses.replace(column, also=(_argument(column),))


def _argument(column: Column) -> str:
    return _ARGUMENTS.get(column.name, column.name)


_TABLES = tuple(dataclasses.replace(table, columns=tuple(map(_as_called, table.columns))) for table in TABLES)


class ProjectBuilder:
    """Builds a project call by call instead of from files; `ProblemBuilder` tells more."""

    def __init__(
        self,
        *,
        weights: Section | None = None,
        defaults: Section | None = None,
        cycling: Section | None = None,
        calendar: Section | None = None,
        period: Section | None = None,
        costs: Section | None = None,
        simulation: Section | None = None,
    ) -> None:
        given = {
            "weights": weights,
            "defaults": defaults,
            "cycling": cycling,
            "calendar": calendar,
            "period": period,
            "costs": costs,
            "simulation": simulation,
        }
        self._sections: dict[str, Any] = {
            name: section for name, section in given.items() if section is not None
        }
        self._calls: dict[str, list[Mapping[str, object]]] = defaultdict(list)

    def __repr__(self) -> str:
        counts = ", ".join(f"{len(calls)} {name}" for name, calls in self._calls.items() if calls)
        return f"<{type(self).__name__}: {counts or 'empty'}>"

    def add_base(
        self,
        base_id: str = BASE,
        *,
        name: str = "",
        address: str = "",
        postcode: str = "",
        city: str = "",
        lat: float | None = None,
        lon: float | None = None,
    ) -> Self:
        """Add a base, where rounds begin and end. Without a name its id is shown.

        `lat` and `lon` are WGS84 degrees here and below; a project needs them, or addresses, only where
        rides are measured.
        """
        return self._add("bases", locals())

    def add_practice(
        self,
        practice_id: str,
        *,
        name: str = "",
        address: str = "",
        postcode: str = "",
        city: str = "",
        district: str = "",
        lat: float | None = None,
        lon: float | None = None,
        every_weeks: int = 1,
        first_week: str | Week | None = None,
        conversations: int = 1,
        max_conversations: int | None = None,
        visits_a_week: int = 1,
        priority: int = 1,
        consultant_id: str | None = None,
        base_id: str = BASE,
        same_as: str | None = None,
        email: str = "",
        phone: str = "",
        active_from: Date | None = None,
        active_to: Date | None = None,
        note: str = "",
    ) -> Self:
        """Add a GP practice that asks for some conversations every so many weeks.

        One visit holds at most `max_conversations`. `priority` multiplies what a visit that is not made
        costs. Visits by another than `consultant_id`, the practice's own consultant, cost points. A practice and
        the one that it follows, `same_as`, are asked once a week. `visits_a_week` must be 1 as yet.
        """
        return self._add("practices", locals())

    def add_room(
        self,
        practice_id: str,
        *,
        start: Time,
        end: Time,
        weekday: str | None = None,
        date: Date | None = None,
        weeks: str = "all",
        valid_from: Date | None = None,
        valid_to: Date | None = None,
        room: str = "",
    ) -> Self:
        """Add hours at which a practice lends a room: on a weekday or on one date.

        A visit lies between `start` and `end`, times of day, as a whole. `weeks` are "all", "odd" or "even" week
        numbers.
        """
        return self._add("rooms", locals())

    def add_agreement(self, practice_id: str, *, weekday: str, start: Time, weeks: str = "all") -> Self:
        """Add the weekday and time of day at which a practice is used to the visit."""
        return self._add("agreements", locals())

    def add_consultant(
        self,
        consultant_id: str,
        *,
        name: str = "",
        base_id: str = BASE,
        speed_kph: float | None = None,
        max_conversations_per_day: int | None = None,
        email: str = "",
        phone: str = "",
        note: str = "",
    ) -> Self:
        """Add a consultant, with a speed of their own in km per hour where it is not the project's."""
        return self._add("consultants", locals())

    def add_shift(
        self,
        consultant_id: str,
        *,
        start: Time,
        end: Time | None = None,
        weekday: str | None = None,
        date: Date | None = None,
        lunch_minutes: int = 30,
        weeks: str = "all",
        valid_from: Date | None = None,
        valid_to: Date | None = None,
    ) -> Self:
        """Add a consultant's working hours, times of day, with a lunch of so many minutes.

        They hold on a weekday, or on one date in place of its weekday's; ``"off"`` as `start` is a day off.
        """
        return self._add("shifts", locals())

    def add_place(
        self,
        place_id: str,
        *,
        name: str = "",
        address: str = "",
        postcode: str = "",
        city: str = "",
        district: str = "",
        lat: float | None = None,
        lon: float | None = None,
    ) -> Self:
        """Add a place that is neither a base nor a practice, for engagements."""
        return self._add("places", locals())

    def add_engagement(
        self,
        engagement_id: str,
        *,
        title: str,
        kind: str,
        consultant_id: str,
        start: Time,
        end: Time,
        weekday: str | None = None,
        date: Date | None = None,
        place: str = BASE,
        weeks: str = "all",
        valid_from: Date | None = None,
        valid_to: Date | None = None,
    ) -> Self:
        """Add a fixed appointment of a consultant, or of "all": on a weekday or on one date.

        `start` and `end` are times of day; "base" as `place` is each one's own base.
        """
        return self._add("engagements", locals())

    def add_home_visit(
        self,
        visit_id: str,
        *,
        date: Date,
        start: Time,
        end: Time,
        minutes: int,
        address: str = "",
        postcode: str = "",
        city: str = "",
        district: str = "",
        lat: float | None = None,
        lon: float | None = None,
        consultant_id: str | None = None,
        priority: int = 1,
    ) -> Self:
        """Add a visit to a citizen at home, of so many minutes between two times of day on a date."""
        return self._add("home_visits", locals())

    def add_task(
        self,
        task_id: str,
        *,
        title: str,
        kind: str,
        place: str,
        earliest: Date,
        latest: Date,
        minutes: int,
        start: Time | None = None,
        end: Time | None = None,
        weekday: str | None = None,
        consultant_id: str | None = None,
        priority: int = 1,
        done: Date | None = None,
    ) -> Self:
        """Add a stay of so many minutes, without a room, on any day from `earliest` to `latest`.

        `place` is a practice, another place, or "base"; `start` and `end` are the times of day between which it
        lies. It is asked for in every week that its dates touch, until the day that it was `done`.
        """
        return self._add("tasks", locals())

    def add_pin(
        self,
        id: str,  # noqa: A002 - the column's name
        *,
        date: Date,
        start: Time,
        consultant_id: str | None = None,
        conversations: int | None = None,
    ) -> Self:
        """Settle the date and time of day of a visit to a practice, of a home visit or of a task."""
        return self._add("pins", locals())

    def add_closure(
        self,
        who: str,
        *,
        first_day: Date,
        last_day: Date,
        start: Time | None = None,
        end: Time | None = None,
        reason: str = "",
    ) -> Self:
        """Close days, both ends included, for a practice, a consultant or "all", or call an engagement off.

        With times of day each of the days is closed from `start` on, until `end`, or between the two.
        """
        hours = {"start": start, "end": end}
        arguments = {"who": who, "from": first_day, "to": last_day, **hours, "reason": reason}
        return self._add("closures", arguments)

    def add_demand(
        self, practice_id: str, *, week: str | Week, conversations: int, visits: int | None = None
    ) -> Self:
        """Have a practice ask for a number of conversations in one week, in which it is due then."""
        return self._add("demand", locals())

    def add_result(
        self,
        criterion: str,
        *,
        quarter: str,
        number: int | None = None,
        of: int | None = None,
        source: str = "",
    ) -> Self:
        """Add what a quarter, like ``2009-Q2``, came to by a criterion by which the service is judged."""
        return self._add("results", locals())

    def add_budget(self, line: str, *, year: int, budget_dkk: int, used_dkk: int | None = None) -> Self:
        """Add a line of a year's budget, in kroner."""
        return self._add("budget", locals())

    def add_milestone(self, title: str, *, date: Date, kind: str = "") -> Self:
        """Add a day that the service is to be reminded of."""
        return self._add("milestones", locals())

    def _add(self, table: str, arguments: Mapping[str, object]) -> Self:
        self._calls[table].append({name: value for name, value in arguments.items() if name != "self"})
        return self

    def project(self) -> Project:
        """Return the project.

        Raises
        ------
        InputError
            With everything that is wrong, each with call and argument.
        """
        problems: list[InputProblem] = []
        project = self._project(problems)
        if problems:
            raise InputError(problems)
        return project

    def _project(self, problems: list[InputProblem]) -> Project:
        """Return the project of what is right, adding everything that is wrong to `problems`."""
        settings = Settings(config_of(self._settings(problems)))
        found = {table.name: self._read(table, problems) for table in _TABLES}
        check_needed(found, problems)
        project, tables = checked(settings, found, "", problems)
        problems += _without_base(tables)
        return project.replace(sha256=hashlib.sha256(repr(project).encode()).hexdigest())

    def _settings(self, problems: list[InputProblem]) -> TomlReader:
        """Return the settings as if a file had been read."""
        sections: dict[str, object] = {}
        caller = type(self).__name__
        for name, section in self._sections.items():
            if not isinstance(section, Mapping):
                problems.append(
                    InputProblem(_("this must be a mapping of names to values"), caller, column=name)
                )
                continue
            values: dict[str, object] = {}
            for key, given in section.items():
                if given is None:
                    continue
                value = [_plain(each) for each in given] if isinstance(given, list | tuple) else _plain(given)
                if reason := _no_cell(value) if not isinstance(value, list) else "":
                    problems.append(InputProblem(reason, caller, column=f"{name}.{key}"))
                else:
                    values[str(key)] = value
            sections[name] = values
        reader = TomlReader(caller, "", sections, problems)
        find_unusable(reader)
        return reader

    def _read(self, table: Table, problems: list[InputProblem]) -> TableRows:
        """Read the calls that add to a table, each as a row that knows its call."""
        calls = self._calls[table.name]
        arguments = {column.name: _argument(column) for column in table.columns}
        subject = table.columns[0].name
        places = [
            Origin(_named(table, call[subject]), number, arguments) for number, call in enumerate(calls, 1)
        ]
        told: set[tuple[int | None, str]] = set()
        raw_rows: list[RawRow] = [(0, list(arguments.values()))]
        for place, call in zip(places, calls, strict=True):
            cells_: list[Cell | None] = []
            for name, argument in arguments.items():
                value = _plain(call[name])
                if reason := _no_cell(value):
                    problems.append(place.problem(reason, name))
                    told.add((place.row, argument))
                    value = None
                cells_.append(cast("Cell | None", value))
            raw_rows.append((place.row, cells_))
        wrong: list[InputProblem] = []
        read = interpret(table, CALLS[table.name], raw_rows, wrong)
        read.rows = [dataclasses.replace(row, origin=places[row.origin.row - 1]) for row in read.rows]
        for row in read.rows:
            if row.values.get("name") == "":
                row.values["name"] = row.values.get(subject, "")
        problems += (
            dataclasses.replace(problem, file=places[problem.row - 1].file) if problem.row else problem
            for problem in wrong
            if (problem.row, problem.column) not in told
        )
        return read


def _named(table: Table, subject: object) -> str:
    """Name a call by what it is about: ``add_room("valby")``."""
    named = isinstance(subject, str) and _SHORT_ID.fullmatch(subject)
    return f'{CALLS[table.name]}("{subject}")' if named else CALLS[table.name]


def _plain(value: object) -> object:
    """Return what NumPy and pandas wrap a single value in, unwrapped; a week as people write it."""
    if isinstance(value, Week):
        return str(value)
    if isinstance(value, _KNOWN_CELLS) or getattr(value, "ndim", None) != 0:
        return value
    unwrap = getattr(value, "item", None)
    return unwrap() if unwrap else value


def _no_cell(value: object) -> str:
    """Say why a value can stand in no cell at all, if so."""
    if value is None:
        return ""
    if not isinstance(value, _KNOWN_CELLS):
        return _("{value} is neither text nor a number, a date or a time").format(value=type(value).__name__)
    if isinstance(value, int) and abs(value) >= _LONGEST_NUMBER:
        return _("this number is too long")
    if value != value:  # noqa: PLR0124 - NaN, and pandas' missing date
        return _("there is no value here (NaN); leave it out, or give None")
    return ""


def _without_base(tables: Mapping[str, list[Row]]) -> Iterator[InputProblem]:
    """Report who rides from the base "base" where none of this id was added, which files always have."""
    if not tables["bases"]:
        yield InputProblem(_("nothing is here; add the base, where rounds begin and end"), CALLS["bases"])
        return
    bases = [row.values.get("base_id") for row in tables["bases"]]
    if BASE in bases or None in bases:
        return
    for row in (*tables["practices"], *tables["consultants"]):
        if row.has("base_id") and row["base_id"] == BASE:
            reason = _("no base has the id {id}; add it with add_base, or name another base_id")
            yield row.problem(reason.format(id=BASE), "base_id")
