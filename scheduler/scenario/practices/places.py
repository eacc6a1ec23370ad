"""Where is the next best place: what a typical practice would be worth at any point of the network.

Points are spread evenly over the area of the project. At each stands, in turn, a practice that is
typical of the project's own: it asks every week for as many conversations as their median, and lends a
room at their most usual hours on one weekday. Each weekday is tried, in each of some weeks; every value
is that of `joining`, exact, from the week planned again. The worth of a place is the mean over weekdays
and weeks: what is to be expected of a practice whose weekday nobody knows yet. The best weekday is told
besides. Between the points nothing is known: a map may fill the gaps, and has to say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.base.errors import InputError
from scheduler.base.i18n import _, ngettext, number
from scheduler.inputs.cells import WEEKDAYS_EN
from scheduler.model.clock import Week
from scheduler.scenario.inout import prepared_with, write_tables
from scheduler.scenario.model import Failure
from scheduler.scenario.practices.newcomers import practice_places
from scheduler.scenario.practices.spots import spread_spots
from scheduler.scenario.practices.spotvalues import SpotValue, TypicalPractice, typical_practice, value_spots
from scheduler.scenario.runs.running import Runs
from scheduler.scenario.weeks import chosen_weeks
from scheduler.services.planner import Prepared

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
    typical
        The practice that was tried at each point.
    values
        What it would be worth there, in points; the best first.
    failures
        The weeks that could not be planned.
    """

    prepared: Prepared
    weeks: tuple[Week, ...]
    typical: TypicalPractice
    values: tuple[SpotValue, ...]
    failures: tuple[Failure, ...] = ()

    @property
    def remarks(self) -> list[str]:
        """What a reader of the values must know, in words."""
        remarks = [*map(str, self.failures)]
        if unproven := sum(not value.proven for value in self.values):
            remarks.append(
                ngettext(
                    "At {n} place the time was too short to prove every week: its value may be a little off.",
                    "At {n} places the time was too short to prove every week: their values may be a little off.",
                    unproven,
                ).format(n=number(unproven))
            )
        return remarks

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
                    "points_a_week": round(value.points_a_week),
                    "conversations_a_week": round(value.conversations_a_week, 2),
                    "cycling_minutes_a_week": round(value.cycling_s_a_week / 60, 1),
                    "best_weekday": WEEKDAYS_EN[value.best_weekday],
                    **{
                        f"points_{WEEKDAYS_EN[day]}": round(gain.value_points / value.weeks)
                        for day, gain in sorted(value.gains.items())
                    },
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
            conversations=self.typical.conversations,
            hours_s=(self.typical.start_s, self.typical.end_s),
            remarks=self.remarks,
        )


def next_places(
    data: str | Path | Prepared,
    weeks: str | Sequence[str | Week] = (),
    *,
    places: int = 120,
    sample: int = 3,
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
        In how many of the weeks, spread evenly. Each is planned for every place and every weekday.
    runs
        How the weeks are planned. Its folder gets places.csv.

    Raises
    ------
    InputError
        When the tables are wrong, or there is nothing to try.
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
    typical = typical_practice(project)
    tried = spread_weeks(over, sample)
    spots = spread_spots(prepared.network, (*project.bases, *practice_places(project)), places)
    values, failures = value_spots(prepared, typical, spots, tried, runs=runs)
    found = NextPlaces(prepared=prepared, weeks=tried, typical=typical, values=values, failures=failures)
    write_tables(runs.folder, {"places": found.table()})
    return found


def spread_weeks(weeks: Sequence[Week], count: int) -> tuple[Week, ...]:
    """Return so many of some weeks, or all where there are no more, evenly spread."""
    count = min(count, len(weeks))
    return tuple(weeks[(2 * number + 1) * len(weeks) // (2 * count)] for number in range(count))
