"""A week to plan, built in a program: no files, and rides from a matrix, straight lines or a map."""

import hashlib
import numbers
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.base.resources import builtin_map
from scheduler.inputs import matrix
from scheduler.inputs.builder import ProjectBuilder
from scheduler.model.clock import Week
from scheduler.model.problem import Problem, TravelTimes
from scheduler.model.project import Project
from scheduler.model.roster import Roster
from scheduler.network import load_network
from scheduler.places.straight import DETOUR, straight_times
from scheduler.services.planner import Prepared, prepare_on
from scheduler.week.problem import week_problem

if TYPE_CHECKING:
    from scheduler.inputs.matrix import Matrix

_MOST_DETOUR = 5


@dataclass(frozen=True, slots=True)
class _Given:
    seconds: Any
    metres: Any
    ids: Iterable[object] | None


@dataclass(frozen=True, slots=True)
class _Straight:
    detour: Any


@dataclass(frozen=True, slots=True)
class _OnMap:
    file: Path


class ProblemBuilder(ProjectBuilder):
    """Builds a week to plan call by call instead of from files.

    Every ``add_...`` adds a row to the table of that name and returns the builder. Its arguments are the
    columns of the table (docs/tables.md), written as there: a weekday is ``"tue"``, a time of day
    ``"09:30"`` or a `datetime.time`, a date ``"2009-05-12"`` or a `datetime.date`, a week ``"2009-W20"`` or
    a `Week`; None is a blank cell. Nothing is checked before `problem` or `project` is called, and then all at
    once: problems name the call, which one of its kind it was (from 1), and the argument.

    How long rides take is said by one of `set_travel_times`, `set_straight_travel` and `set_network_travel`.

    Parameters
    ----------
    weights
        Points of the terms of the score that are not to have their usual weight: whole numbers from 0.
    defaults
        Durations and hours other than the usual ones: ``conversation_minutes``, ``setup_minutes``,
        ``parking_minutes``, ``start_grid_minutes``, ``desk_minutes`` (minutes), ``lunch_from`` and
        ``lunch_to`` (times of day).
    cycling
        Speeds (``..._kph``, km per hour), factors and delays (``..._s``, seconds) as in `Cycling`.
    calendar
        ``country`` and ``also_closed`` (days like ``"12-24"``) as in `CalendarSettings`.
    period
        ``start`` and ``end`` (dates), ``goal_conversations`` and ``budget_dkk`` (kroner).
    costs
        Kroner as in `Costs`.
    simulation
        What chance does to a plan, as in `SimulationSettings`.
    """

    _rides: _Given | _Straight | _OnMap | None = None

    def set_travel_times(
        self, seconds: "Matrix", metres: "Matrix | None" = None, *, ids: Iterable[object] | None = None
    ) -> Self:
        """Give the rides between all bases, practices, home visits and other places.

        Parameters
        ----------
        seconds
            Seconds from each place to each, at the project's speed and without parking: mappings in a
            mapping (``{"base": {"valby": 600}, "valby": {"base": 660}}``), a DataFrame with the ids as index
            (from) and columns (to), or an array with `ids`. Fractions are rounded up. From a place to
            itself it is 0, or nothing at all.
        metres
            The same in metres, which are shown and cost nothing; those of ``speed_kph`` where they are not
            given.
        ids
            The ids of an array's rows and columns, in order.
        """
        self._rides = _Given(seconds, metres, None if ids is None else tuple(ids))
        return self

    def set_straight_travel(self, detour: float = DETOUR) -> Self:
        """Have rides go straight between the places' `lat` and `lon`, at the project's ``speed_kph``.

        `detour` is how many times longer the way is than the straight line: 1 to 5.
        """
        self._rides = _Straight(detour)
        return self

    def set_network_travel(self, file: str | Path | None = None) -> Self:
        """Have rides go along the streets of a map: an OSM file, or without one the built-in map.

        Places without `lat` and `lon` are found by their addresses.
        """
        self._rides = _OnMap(builtin_map() if file is None else Path(file))
        return self

    def prepare(self) -> Prepared:
        """Find all places and rides on the map of `set_network_travel`, as `scheduler.prepare` does of a folder.

        Raises
        ------
        InputError
            With everything that is wrong, with places that are not found, or where no map was set.
        ServiceError
            When the map cannot be read.
        """
        if not isinstance(self._rides, _OnMap):
            raise InputError(InputProblem(_("there is no map to ride on; say which with set_network_travel")))
        return _on_map(self.project(), self._rides.file)

    def problem(self, week: str | Week, *, published: Roster | None = None) -> Problem:
        """Return what a week asks for.

        Parameters
        ----------
        week
            As ``"2009-W20"``, or a `Week`.
        published
            The roster that people already have; moving away from its visits counts as change.

        Raises
        ------
        InputError
            With everything that is wrong, each with call and argument.
        ServiceError
            When a map cannot be read.
        """
        asked = Week.asked(week)
        problems: list[InputProblem] = []
        project = self._project(problems)
        times = None
        if self._rides is None:
            reason = _("say how long rides take, with {calls}").format(
                calls="set_travel_times, set_straight_travel, set_network_travel"
            )
            problems.append(InputProblem(reason, type(self).__name__))
        elif isinstance(self._rides, _Given):
            times = _as_given(self._rides, project, problems)
        elif isinstance(self._rides, _Straight):
            times = _straight(self._rides.detour, project, problems)
        elif not problems:
            prepared = _on_map(project, self._rides.file)
            project, times = prepared.project, prepared.travel.times
        if problems or times is None:
            raise InputError(problems)
        found = week_problem(project, times, asked, published=published)
        sha256 = hashlib.sha256(project.sha256.encode() + times.seconds.tobytes() + times.metres.tobytes())
        return found.replace(inputs_sha256=sha256.hexdigest())


def _as_given(given: _Given, project: Project, problems: list[InputProblem]) -> TravelTimes | None:
    return matrix.travel_times(
        given.seconds,
        given.metres,
        ids=given.ids,
        place_ids=list(dict.fromkeys(place.place_id for place in project.all_places)),
        speed_kph=project.config.cycling.speed_kph,
        caller="set_travel_times",
        problems=problems,
    )


def _straight(detour: Any, project: Project, problems: list[InputProblem]) -> TravelTimes | None:
    places = project.all_places
    reason = _("this needs lat and lon, as rides go straight between places")
    wrong = [
        place.origin.problem(reason, "lat")
        for place in places
        if place.origin and place.lat is None and place.lon is None
    ]
    if (
        isinstance(detour, bool)
        or not isinstance(detour, numbers.Real)
        or not 1 <= float(detour) <= _MOST_DETOUR
    ):
        reason = _("{value} is not a number from {low} to {high}").format(
            value=str(detour)[:40], low=1, high=_MOST_DETOUR
        )
        wrong.append(InputProblem(reason, "set_straight_travel", column="detour"))
    problems += wrong
    if wrong or any(place.lat is None or place.lon is None for place in places):
        return None  # that one of the two is missing has been said
    return straight_times(places, project.config.cycling.speed_kph, detour)


def _on_map(project: Project, file: Path) -> Prepared:
    return prepare_on(load_network(file, project.config.cycling), project)
