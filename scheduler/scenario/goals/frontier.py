"""Conversations against consultants and practices: what other sizes of the service would hold, and cost.

Each size is planned over some of the weeks, for one demand of each that is the same at all sizes; `sampled`
says what they say of all weeks.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from scheduler.model.clock import Week
from scheduler.model.problem import TravelTimes
from scheduler.model.project import Project
from scheduler.scenario.costs import room_costs, week_cost_dkk
from scheduler.scenario.goals.road import Road
from scheduler.scenario.goals.sampled import Sample
from scheduler.scenario.goals.sizes import resized, with_size
from scheduler.scenario.model import Task, WeekFigures
from scheduler.scenario.weeks import QUARTER_WEEKS
from scheduler.week.problem import week_problem

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """How many consultants and practices there are."""

    consultants: int
    practices: int

    @property
    def name(self) -> str:
        """The name of its tasks' scenario."""
        return f"{self.consultants}x{self.practices}"

    @classmethod
    def of(cls, project: Project) -> "Size":
        """Return the size of a project as it is."""
        return cls(len(project.consultants), len(project.practices))


def sizes(project: Project, consultants: Iterable[int], practices: Iterable[int]) -> tuple[Size, ...]:
    """Return all pairs of these numbers, and those with the numbers of today.

    Without numbers of practices they are half, three quarters, five quarters and one and a half of today's.
    """
    today = Size.of(project)
    usual = (max(1, round(today.practices * share)) for share in (0.5, 0.75, 1.25, 1.5))
    pairs = product({*consultants, today.consultants}, {*(tuple(practices) or usual), today.practices})
    return tuple(sorted(Size(*pair) for pair in pairs))


def sampled(weeks: Sequence[Week], count: int) -> dict[Week, int]:
    """Return some of the weeks, spread evenly, with how many each stands for; even and odd ones in turn."""
    chosen = {}
    for number, part in enumerate(np.array_split(np.arange(len(weeks)), min(count, len(weeks)))):
        middle = len(part) // 2
        if part[middle] % 2 != number % 2 and len(part) > 1:
            middle += 1 if middle + 1 < len(part) else -1
        chosen[weeks[int(part[middle])]] = len(part)
    return chosen


def size_tasks(demands: Mapping[Week, Project], times: TravelTimes, wanted: Iterable[Size]) -> list[Task]:
    """Pose the weeks of every size; `resized` says who is there.

    Parameters
    ----------
    demands
        The weeks, each with the project as it is, but for its demand.
    times
        Between all places of the project.
    wanted
        The sizes.

    Raises
    ------
    InputError
        With what makes a week impossible.
    """
    tasks = []
    for size in wanted:
        for week, project in demands.items():
            changed, between = resized(project, times, consultants=size.consultants, practices=size.practices)
            tasks.append(
                Task(
                    scenario=size.name,
                    week=str(week),
                    problem=week_problem(changed, between, week),
                    simulation=project.config.simulation,
                )
            )
    return tasks


def frontier(
    project: Project,
    wanted: Sequence[Size],
    figures: Mapping[str, Sequence[WeekFigures]],
    sample: Sample,
    *,
    today: Road,
) -> "pd.DataFrame":
    """Return what every size comes to: a row a size.

    Parameters
    ----------
    project
        As it is.
    wanted
        The sizes, today's among them.
    figures
        The sampled weeks by the name of the size. A size of which one is not there has no figures.
    sample
        Which weeks stand for all.
    today
        What all weeks come to as it is.

    Returns
    -------
    DataFrame
        With the columns consultants, practices, is_today; requested_a_quarter, planned_a_quarter,
        expected_held_a_quarter (conversations in 13 weeks) and its standard_error_a_quarter;
        chance_of_goal and its chance_error; cost_dkk_a_quarter, cost_a_planned_conversation_dkk and
        cost_a_held_conversation_dkk (not a number without the settings [costs]); on_frontier, that no other
        size is expected to hold more for the same or as many for less; proven_weeks, of sampled_weeks.
    """
    import pandas as pd

    quarter = QUARTER_WEEKS / len(today.weeks)
    own = Size.of(project)
    rows = []
    for size in wanted:
        weeks = figures.get(size.name, ())
        cost_dkk = _cost_dkk(project, size, sample.stands_for, weeks) * quarter
        found = sample.difference(weeks, figures.get(own.name, ()), today.settings)
        requested = planned = expected = error = chance = chance_error = math.nan
        if found:
            requested, planned = sum(today.asked) + found.requested, sum(today.planned) + found.planned
            expected = today.expected + found.expected
            error = math.hypot(today.standard_error, found.standard_error)
            chance, chance_error = today.chance_where(expected, found.standard_error, found.spread)
        held = (expected - today.held) * quarter
        rows.append(
            {
                "consultants": size.consultants,
                "practices": size.practices,
                "is_today": size == own,
                "requested_a_quarter": requested * quarter,
                "planned_a_quarter": planned * quarter,
                "expected_held_a_quarter": held,
                "standard_error_a_quarter": error * quarter,
                "chance_of_goal": chance,
                "chance_error": chance_error,
                "cost_dkk_a_quarter": cost_dkk,
                "cost_a_planned_conversation_dkk": _each(cost_dkk, planned * quarter),
                "cost_a_held_conversation_dkk": _each(cost_dkk, held),
                "proven_weeks": sum(each.status == "optimal" for each in weeks),
                "sampled_weeks": len(sample),
            }
        )
    table = pd.DataFrame(rows)
    points = list(zip(table["cost_dkk_a_quarter"], table["expected_held_a_quarter"], strict=True))
    table.insert(12, "on_frontier", [_is_best(point, points) for point in points])
    return table


def _each(cost_dkk: float, count: float) -> float:
    return cost_dkk / count if count > 0 else math.nan


def _is_best(point: tuple[float, float], others: Iterable[tuple[float, float]]) -> bool:
    """Tell whether no other point costs less or holds more, being no worse in the other respect."""
    cost, held = point
    if math.isnan(cost) or math.isnan(held):
        return False
    return not any(dearer <= cost and more >= held and (dearer, more) != point for dearer, more in others)


def _cost_dkk(
    project: Project, size: Size, stands_for: Mapping[Week, int], figures: Sequence[WeekFigures]
) -> float:
    """Return what all weeks cost by the sampled ones; not a number where the costs are not known."""
    if project.config.costs is None:
        return math.nan  # the budget does not say what another consultant costs
    changed = with_size(project, consultants=size.consultants, practices=size.practices)
    costs = [(week_cost_dkk(changed, week), count) for week, count in stands_for.items()]
    labels = [Week.parse(each.week.partition("#")[0]) for each in figures]
    draws = Counter(labels)  # a week counts with the mean of its draws
    rooms = [
        stands_for[week] / draws[week] * cost.dkk
        for week, each in zip(labels, figures, strict=True)
        for cost in room_costs(changed, json.loads(each.by_base))
    ]
    return sum(cost * count for cost, count in costs if cost is not None) + sum(rooms)
