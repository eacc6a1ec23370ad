"""Where is the next best place: what a typical practice would be worth at any point of the network.

Points are spread evenly over the area of the project. At each stands, in turn, a practice that is
typical of the project's own: it asks every week for as many conversations as their median, and lends a
room at their most usual hours on one weekday. Each weekday is tried, in each of some weeks; every value
is that of `joining`, exact, from the week planned again. The worth of a place is the mean over weekdays
and weeks: what is to be expected of a practice whose weekday nobody knows yet. The best weekday is told
besides. Between the points nothing is known: a map may fill the gaps, and has to say so.

A typical practice asks for as much beside the job centre, where others are, as where there are none; so the best
place would be the corner next to it. Where a file says how many citizens there are where, a place is worth what
those ask for to whom it is nearer than any practice: each citizen as much as today on average.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _, ngettext, number
from scheduler.inputs.cells import WEEKDAYS_EN
from scheduler.inputs.need import Need, read_need
from scheduler.model.clock import Week
from scheduler.model.project import Project
from scheduler.scenario.inout import prepared_with, write_tables
from scheduler.scenario.model import Failure
from scheduler.scenario.practices.needs import by_need
from scheduler.scenario.practices.newcomers import practice_places
from scheduler.scenario.practices.spots import spread_spots
from scheduler.scenario.practices.spotvalues import SpotValue, TypicalPractice, typical_practice, value_spots
from scheduler.scenario.runs.running import Runs
from scheduler.scenario.weeks import chosen_weeks
from scheduler.services.planner import Prepared
from scheduler.week.calendar import closed_hours, shift_rules

if TYPE_CHECKING:
    import folium
    import pandas as pd

    from scheduler.outputs.mappage import MapPage


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NextPlaces:
    """What a typical practice would be worth at points all over the area of a project, best first.

    Attributes
    ----------
    prepared
        The project.
    weeks
        The weeks that were tried.
    over
        The weeks of which they were chosen.
    typical
        The practice that was tried at each point.
    values
        What it would be worth there, in points; the best first.
    failures
        The weeks that could not be planned.
    """

    prepared: Prepared
    weeks: tuple[Week, ...]
    over: tuple[Week, ...]
    typical: TypicalPractice
    values: tuple[SpotValue, ...]
    failures: tuple[Failure, ...] = ()

    @property
    def remarks(self) -> list[str]:
        """What a reader of the values must know, in words."""
        remarks = [*self._how_chosen(), *map(str, self.failures)]
        if unproven := sum(not value.proven for value in self.values):
            remarks.append(
                ngettext(
                    "At {n} place the time was too short to prove every week: its value may be a little off.",
                    "At {n} places the time was too short to prove every week: their values may be a little off.",
                    unproven,
                ).format(n=number(unproven))
            )
        return remarks

    def _how_chosen(self) -> Iterator[str]:
        usual = usual_weeks(self.prepared.project, self.over)
        if len(self.weeks) < len(self.over):
            yield ngettext(
                "Of {all} weeks {n} was tried.",
                "Of {all} weeks {n} were tried, one of each part of them, with odd and even numbers in turn.",
                len(self.weeks),
            ).format(all=number(len(self.over)), n=number(len(self.weeks)))
        if set(self.weeks) <= set(usual) and len(usual) < len(self.over):
            left_out = ", ".join(str(week) for week in self.over if week not in usual)
            yield _("Weeks with closed days or somebody away were left out: {weeks}.").format(weeks=left_out)
        elif not usual:
            yield _("Every week has closed days or somebody away; the values are those of such weeks.")
        if self.has_need:
            yield _(
                "A place is worth what the citizens would ask for who are nearer to it than to any practice, each as "
                "much as today on average. Districts are taken as evenly lived in; a district is where its practices "
                "are the nearest."
            )
        else:
            yield _(
                "Nothing is said of where citizens live: a practice asks for the same everywhere, so places near a base "
                "come first. --need says how many citizens there are where."
            )

    @property
    def has_need(self) -> bool:
        """Whether it is known how many citizens there are where."""
        return any(value.citizens is not None for value in self.values)

    def table(self) -> "pd.DataFrame":
        """Return a row a point, with units in the names of the columns; a column a weekday."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "spot_id": value.spot.spot_id,
                    "lat": round(value.spot.lat, 5),
                    "lon": round(value.spot.lon, 5),
                    "streets": " / ".join(value.spot.streets),
                    "near": value.spot.near,
                    "points_a_week": round(value.points_a_week),
                    "conversations_a_week": round(value.conversations_a_week, 2),
                    "cycling_minutes_a_week": round(value.cycling_s_a_week / 60, 1),
                    "best_weekday": WEEKDAYS_EN[value.best_weekday],
                    **{
                        f"points_{WEEKDAYS_EN[day]}": round(value.points_on(day))
                        for day in sorted(value.gains)
                    },
                    **({} if value.citizens is None else {"citizens": round(value.citizens)}),
                    "proven": value.proven,
                }
                for value in self.values
            ]
        )

    def map(self) -> "folium.Map":
        """Return the worth of the practice as colours on a map."""
        return self._map().live()

    def page(self) -> str:
        """Return map and tables as an HTML page that needs nothing else, in the language in force."""
        return self._map().html()

    def _map(self) -> "MapPage":
        from scheduler.outputs.valuemap import value_map

        project = self.prepared.project
        return value_map(
            self.table(),
            bases=project.bases,
            practices=practice_places(project),
            background=self.prepared.network.background(),
            weeks=[str(week) for week in self.weeks],
            conversations=None if self.has_need else self.typical.conversations,
            hours_s=(self.typical.start_s, self.typical.end_s),
            remarks=self.remarks,
        )


def next_places(
    data: str | Path | Prepared,
    weeks: str | Sequence[str | Week] = (),
    *,
    places: int = 120,
    sample: int = 3,
    need: str | Path | None = None,
    runs: Runs = Runs(),
) -> NextPlaces:
    """Find out where a practice more would be worth most.

    Parameters
    ----------
    data
        The project folder, or what `scheduler.prepare` has made of it.
    weeks
        Which, as in ``"2009-W20..2009-W32"``; none for a quarter, see `default_weeks`.
    places
        How many points are tried; at least one.
    sample
        In how many of the weeks, see `sample_weeks`. Each is planned for every place and every weekday.
    need
        A file of how many citizens there are where, see `inputs.need`.
    runs
        How the weeks are planned. Its folder gets places.csv.

    Raises
    ------
    InputError
        When the tables or the file are wrong, or there is nothing to try.
    ServiceError
        When a file or a cluster cannot be had.
    SchedulerError
        When no place could be valued, with the reasons, or it was stopped early.
    """
    if places < 1 or sample < 1:
        raise InputError(_("The numbers of places and of weeks to try must be at least 1."))
    prepared, _addresses = prepared_with(data, online=False, progress=runs.progress)
    over = chosen_weeks(weeks, prepared.project)
    project = prepared.project
    needs = () if need is None else _needs(Path(need), project)
    typical = typical_practice(project)
    tried = sample_weeks(project, over, sample)
    spots = spread_spots(prepared.network, (*project.bases, *practice_places(project)), places)
    values, failures = value_spots(prepared, typical, spots, tried, runs=runs)
    if needs:
        values = by_need(prepared, typical, values, needs)
    found = NextPlaces(
        prepared=prepared, weeks=tried, over=over, typical=typical, values=values, failures=failures
    )
    write_tables(runs.folder, {"places": found.table()})
    return found


def _needs(file: Path, project: Project) -> tuple[Need, ...]:
    problems: list[InputProblem] = []
    needs = read_need(file, project, problems)
    if problems:
        raise InputError(problems)
    return needs


def usual_weeks(project: Project, weeks: Iterable[Week]) -> tuple[Week, ...]:
    """Return the weeks without a day that is closed for all, or for a consultant who would be at work."""
    return tuple(
        week
        for week in weeks
        if not any(
            closed_hours(project, day, consultant.consultant_id)
            for consultant in project.consultants
            for day in week.days
            if shift_rules(project, consultant.consultant_id, day)
        )
    )


def sample_weeks(project: Project, weeks: Sequence[Week], count: int) -> tuple[Week, ...]:
    """Return so many of some weeks: of as many equal parts of them one each, with odd and even numbers in turn.

    Weeks that are not usual are left out where any are: holidays would make a place look worth less than it is.
    """
    usual = usual_weeks(project, weeks) or tuple(weeks)
    chosen = []
    for at, part in enumerate(np.array_split(np.arange(len(usual)), min(count, len(usual)))):
        nearest = sorted(part.tolist(), key=lambda row: abs(row - part[len(part) // 2]))
        wanted = (row for row in nearest if usual[row].number % 2 == at % 2)
        chosen.append(usual[next(wanted, nearest[0])])
    return tuple(chosen)
