"""Which assumption moves the answer most: each alone is a share lower and higher, and the rest stays as it is.

No-shows and illness need no other rosters: what is held is computed again. Speed, the length of a conversation
and demand do; some weeks are planned again and stand for all (`sampled`). Where a week cannot be planned at all,
as when a slower consultant would come too late to a meeting, that side has no figures.
"""

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from scheduler.base.errors import InputError
from scheduler.model.clock import Week
from scheduler.model.problem import TravelTimes
from scheduler.model.project import Project
from scheduler.scenario.goals.grid import Size
from scheduler.scenario.goals.road import Road
from scheduler.scenario.goals.sampled import Counted, Sample
from scheduler.scenario.model import Task, WeekFigures
from scheduler.week.problem import week_problem

if TYPE_CHECKING:
    import pandas as pd

#: Of the settings of chance, the shares that are varied, and how large they may be.
_SHARES = {"no_show_share": 1.0, "illness_share": 0.5}
#: The project of a week with its demand so many times as large, and without pins.
Demand = Callable[[Week, float], Project]
_Changed = tuple[Project, TravelTimes]


@dataclass(frozen=True, slots=True)
class _Side:
    """What a changed assumption comes to: conversations held in all, with an error, and the chance of the goal."""

    expected: float = math.nan
    error: float = math.nan
    chance: float = math.nan
    chance_error: float = math.nan


def sensitivity_tasks(
    demand: Demand, times: TravelTimes, weeks: Sequence[Week], share: float, *, is_drawn: bool
) -> list[Task]:
    """Pose the weeks with each assumption a share lower and higher, but for those that make a week impossible.

    Demand is varied only where it `is_drawn`: numbers of the tables are too small to be a share higher.
    """
    tasks = []
    for name in _REPLANNED if is_drawn else _FIXED_DEMAND:
        for factor in (1 - share, 1 + share):
            try:
                tasks += [_task(name, factor, demand, times, week) for week in weeks]
            except InputError:
                continue
    return tasks


def sensitivity(
    project: Project, road: Road, figures: Mapping[str, Sequence[WeekFigures]], sample: Sample, share: float
) -> "pd.DataFrame":
    """Return how far each assumption moves the answer: a row an assumption, the one that moves it most first.

    Parameters
    ----------
    project
        As it is.
    road
        What all weeks come to as it is.
    figures
        The sampled weeks, as it is and with each assumption changed, by the names of their tasks' scenarios.
    sample
        Which weeks stand for all.
    share
        By how much each assumption is varied.

    Returns
    -------
    DataFrame
        With the columns assumption (no_show_share, illness_share, speed_kph, conversation_minutes and
        demand_a_week), today, low and high, its values; expected_held, and expected_held_low and
        expected_held_high with their errors standard_error_low and standard_error_high, which are those of
        the difference from expected_held; chance_of_goal_low and chance_of_goal_high with chance_error_low
        and chance_error_high; swing, the larger of both differences; and break_even, the value at which as
        many are expected as the goal asks for: exact for the shares, else interpolated between those
        planned, and not a number where it lies outside of these.
    """
    import pandas as pd

    own = figures.get(Size.of(project).name, ())
    rows = []
    for name, today in _assumptions(project, road).items():
        factors = (1 - share, 1 + share)
        least, most = (_value(name, today, factor) for factor in factors)
        if name in _SHARES:
            sides = [_recomputed(road, name, value) for value in (least, most)]
        else:
            sides = [_sampled(road, sample, figures.get(_name(name, factor), ()), own) for factor in factors]
        if all(math.isnan(side.expected) for side in sides):
            continue
        low, high = sides
        apart = [abs(side.expected - road.expected) for side in sides if not math.isnan(side.expected)]
        rows.append(
            {
                "assumption": name,
                "today": today,
                "low": least,
                "high": most,
                "expected_held": road.expected,
                "expected_held_low": low.expected,
                "expected_held_high": high.expected,
                "standard_error_low": low.error,
                "standard_error_high": high.error,
                "chance_of_goal_low": low.chance,
                "chance_of_goal_high": high.chance,
                "chance_error_low": low.chance_error,
                "chance_error_high": high.chance_error,
                "swing": max(apart),
                "break_even": _break_even(road, name, (least, today, most), sides),
            }
        )
    return pd.DataFrame(rows).sort_values("swing", ascending=False, ignore_index=True)


def _assumptions(project: Project, road: Road) -> dict[str, float]:
    """Return today's values, in the order in which equals stand."""
    return {
        "no_show_share": road.settings.no_show_share,
        "illness_share": road.settings.illness_share,
        "demand_a_week": sum(road.asked) / len(road.weeks),
        "conversation_minutes": project.config.defaults.conversation_s / 60,
        "speed_kph": project.config.cycling.speed_kph,
    }


def _recomputed(road: Road, name: str, value: float) -> _Side:
    changed = road.under(dataclasses.replace(road.settings, **{name: value}))
    return _Side(changed.expected, 0.0, changed.chance, changed.chance_error)


def _sampled(
    road: Road, sample: Sample, changed: Sequence[WeekFigures], today: Sequence[WeekFigures]
) -> _Side:
    after, before = Counted.of(changed), Counted.of(today)
    found = sample.difference(after, before)
    if found is None:
        return _Side()
    expected = road.expected + found.expected
    spread = sample.spread(after, before, road.settings)
    return _Side(expected, found.standard_error, *road.chance_where(expected, found.standard_error, spread))


def _break_even(road: Road, name: str, values: tuple[float, float, float], sides: Sequence[_Side]) -> float:
    """Return the value of an assumption at which the goal is what is expected."""
    if name in _SHARES:
        # What is held is the share that comes, or is well, of what would be held otherwise.
        left, held = 1 - values[1], road.expected - road.held
        share = 1 - road.missing * left / held if held > 0 else math.nan
        return share if 0 <= share <= 1 else math.nan
    low, high = sides
    points = [
        (value, expected)
        for value, expected in zip(values, (low.expected, road.expected, high.expected), strict=True)
        if not math.isnan(expected)
    ]
    for (value, before), (other, after) in pairwise(points):
        if (before - road.goal) * (after - road.goal) <= 0 and before != after:
            return value + (other - value) * (road.goal - before) / (after - before)
    return math.nan


# --- What is planned again --------------------------------------------------------------------------


def _name(assumption: str, factor: float) -> str:
    return f"{assumption}*{factor:g}"


def _task(name: str, factor: float, demand: Demand, times: TravelTimes, week: Week) -> Task:
    project = demand(week, factor if name == "demand_a_week" else 1.0)
    project, times = _REPLANNED[name](project, times, factor)
    return Task(
        scenario=_name(name, factor),
        week=str(week),
        problem=week_problem(project, times, week),
        simulation=project.config.simulation,
    )


def _value(name: str, today: float, factor: float) -> float:
    """Return the value of an assumption that is so many times today's: whole minutes, shares up to 1."""
    if name == "conversation_minutes":
        return float(max(1, round(today * factor)))
    return min(today * factor, _SHARES[name]) if name in _SHARES else today * factor


def _faster(project: Project, times: TravelTimes, factor: float) -> _Changed:
    """Let everybody ride so many times as fast, whoever has a speed of their own too."""
    seconds = np.ceil(times.seconds / factor).astype(times.seconds.dtype)
    return project, dataclasses.replace(times, seconds=seconds)


def _longer(project: Project, times: TravelTimes, factor: float) -> _Changed:
    config = project.config
    minutes = _value("conversation_minutes", config.defaults.conversation_s / 60, factor)
    defaults = dataclasses.replace(config.defaults, conversation_s=round(60 * minutes))
    return project.replace(config=dataclasses.replace(config, defaults=defaults)), times


def _as_asked(project: Project, times: TravelTimes, _factor: float) -> _Changed:
    """Change nothing: the demand is another already."""
    return project, times


_REPLANNED: Mapping[str, Callable[[Project, TravelTimes, float], _Changed]] = {
    "speed_kph": _faster,
    "conversation_minutes": _longer,
    "demand_a_week": _as_asked,
}
_FIXED_DEMAND = ("speed_kph", "conversation_minutes")
