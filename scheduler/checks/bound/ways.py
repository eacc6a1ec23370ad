"""What leads from every departure of a day to every arrival: rules 2 to 5.

Departures and arrivals stand on the same grid. So from moment j of a departure one can come to moment i of an
arrival where i is at least j and a *lag*, whatever j is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduler.checks.bound.pricing import UNIT
from scheduler.checks.bound.timetable import FAR, Ints, Timetable, consultant_of
from scheduler.model.problem import ConsultantDay, Problem, own_rides_s


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """Ways of one sort. All arrays are (departures, arrivals).

    Attributes
    ----------
    second_units
        Units of a second between departure and arrival.
    points
        What the way costs beside that, in units; `FAR` where there is none.
    lag
        By how much the moment of the arrival is later than that of the departure at least, on the grid.
    lunch_lag, lunch_until, lunch_from
        The same with lunch on the way; the last moment of the departure for that, and the first of the arrival.
        They count only where lunch is owed, so that its window is long enough.
    lunch_units
        What lunch takes off what the way costs.
    """

    second_units: int
    points: Ints
    lag: Ints
    lunch_lag: Ints
    lunch_until: Ints
    lunch_from: Ints
    lunch_units: int


def ways(problem: Problem, day: ConsultantDay, table: Timetable) -> tuple[Way, Way]:
    """Return the ways of a day: those on which one may have to wait, and all others.

    No way leads from a visit to another one to the same request, nor by engagements.
    """
    defaults, weights = problem.defaults, problem.weights
    riding, waiting = weights["cycling_second"] * UNIT, weights["waiting_second"] * UNIT
    consultant = consultant_of(problem, day)
    row = problem.travel.index()
    base = row[consultant.base_id]
    rides_s = own_rides_s(problem.travel.seconds, problem.speed_kph, consultant.speed_kph)
    here, there = table.departures.place[:, np.newaxis], table.arrivals.place
    # Within a house nobody rides or parks; what is in that of the base is at base.
    houses = np.eye(len(problem.travel.place_ids), dtype=np.bool_)
    for from_id, to_id in problem.travel.one_house:
        houses[row[from_id], row[to_id]] = True
    same, from_base, to_base = houses[here, there], houses[here, base], houses[base, there]
    ride_s = np.where(same, 0, rides_s[here, there])
    way_s = np.where(same, 0, ride_s + defaults.parking_s)
    back_s, out_s = rides_s[here, base], rides_s[base, there]
    request = table.departures.request[:, np.newaxis]
    may = table.departures.over[:, np.newaxis] == table.arrivals.over
    may &= (request != table.arrivals.request) | (request < 0)
    if not day.engagements and not day.gaps and not day.happened:
        may[-1, -1] = False  # a day without stops is no round
    # From base one leaves just in time, and is free before; else one rides at once, and is free after.
    away = ~from_base & ~to_base
    on = _Free(way_s, np.zeros_like(way_s), np.zeros_like(way_s))
    other = _Free(
        np.where(away, back_s + defaults.parking_s, np.where(from_base, 0, way_s)),
        np.where(away, defaults.parking_s + out_s, np.where(from_base, way_s, 0)),
        np.where(away, defaults.desk_s, 0),
    )
    on_points = np.where(may & away, riding * ride_s - waiting * way_s, FAR)
    other_points = np.where(may, riding * np.where(away, back_s + out_s, ride_s), FAR)
    return (
        on.way(problem, day, table, waiting, on_points),
        other.way(problem, day, table, 0, other_points),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Free:
    """One is free from so long after the departure until so long before the arrival, and that for so long at least."""

    after_s: Ints
    before_s: Ints
    least_s: Ints

    def way(
        self, problem: Problem, day: ConsultantDay, table: Timetable, second_units: int, points: Ints
    ) -> Way:
        """Return the ways that this makes."""
        defaults, lunch_s = problem.defaults, day.lunch_s
        left_s, come_s = table.departures.seconds[:, :1], table.arrivals.seconds[:, 0]
        free_from_s, free_to_s = left_s + self.after_s, come_s - self.before_s
        grid_s = defaults.start_grid_s
        return Way(
            second_units=second_units,
            points=points,
            lag=_up(free_from_s + self.least_s - free_to_s, grid_s),
            lunch_lag=_up(free_from_s + np.maximum(self.least_s, lunch_s) - free_to_s, grid_s),
            lunch_until=(defaults.lunch_to_s - lunch_s - free_from_s) // grid_s,
            lunch_from=_up(defaults.lunch_from_s + lunch_s - free_to_s, grid_s),
            lunch_units=second_units * lunch_s,
        )


def _up(dividend: NDArray[np.int64], divisor: int) -> Ints:
    """Divide, and round up."""
    quotient: Ints = -(-dividend // divisor)
    return quotient
