"""Conversations against consultants and practices: what other sizes of the service would hold, and cost.

Each size is planned over some of the weeks, each of which stands for those around it. What they say of a
size is set right by what they say of today, of which all weeks are known (a difference estimator; Cochran,
Sampling Techniques, 1977, ch. 7), so that weeks which happen to be busy do not look like a gain. What is not
known for want of the other weeks is a standard error, and makes the chance of the goal less certain.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scheduler.model.clock import Week
from scheduler.model.config import SimulationSettings
from scheduler.model.problem import TravelTimes
from scheduler.model.project import Project
from scheduler.scenario.costs import week_cost_dkk
from scheduler.scenario.goals.outlook import WeekOutlook
from scheduler.scenario.goals.sizes import resized, with_size
from scheduler.scenario.goals.tally import Distribution, chance_of, held_by_week, mean, repeated
from scheduler.scenario.model import Task
from scheduler.scenario.weeks import QUARTER_WEEKS
from scheduler.week.problem import week_problem

if TYPE_CHECKING:
    import pandas as pd


#: At so many points a normal error is averaged over.
_BLUR = 101


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Totals:
    """What weeks come to, in conversations: asked for, booked, and the distribution of those held.

    `held_each` are those expected in each of the weeks that were planned.
    """

    requested: int
    booked: int
    held: Distribution
    held_each: tuple[float, ...] = ()


def sizes(project: Project, consultants: Iterable[int], practices: Iterable[int]) -> tuple[Size, ...]:
    """Return all pairs of these numbers, and those with the numbers of today.

    Without numbers of practices they are half, three quarters, five quarters and one and a half of today's.
    """
    today = Size.of(project)
    usual = (max(1, round(today.practices * share)) for share in (0.5, 0.75, 1.25, 1.5))
    pairs = product({*consultants, today.consultants}, {*(tuple(practices) or usual), today.practices})
    return tuple(sorted(Size(*pair) for pair in pairs))


def sample(weeks: Sequence[Week], count: int) -> dict[Week, int]:
    """Return some of the weeks, spread evenly, with how many each stands for; even and odd ones in turn."""
    chosen = {}
    for number, part in enumerate(np.array_split(np.arange(len(weeks)), min(count, len(weeks)))):
        middle = len(part) // 2
        if part[middle] % 2 != number % 2 and len(part) > 1:
            middle += 1 if middle + 1 < len(part) else -1
        chosen[weeks[int(part[middle])]] = len(part)
    return chosen


def size_tasks(
    project: Project, times: TravelTimes, wanted: Iterable[Size], weeks: Iterable[Week]
) -> list[Task]:
    """Pose the weeks of every size; `resized` says who is there.

    Raises
    ------
    InputError
        With what makes a week impossible.
    """
    weeks = tuple(weeks)
    tasks = []
    for size in wanted:
        changed, between = resized(project, times, consultants=size.consultants, practices=size.practices)
        tasks += [
            Task(scenario=size.name, week=str(week), problem=week_problem(changed, between, week))
            for week in weeks
        ]
    return tasks


def frontier(
    project: Project,
    wanted: Sequence[Size],
    outlooks: Mapping[str, Sequence[WeekOutlook]],
    sampled: Mapping[Week, int],
    *,
    today: Totals,
    missing: int,
) -> "pd.DataFrame":
    """Return what every size comes to: a row a size.

    Parameters
    ----------
    project
        As it is.
    wanted
        The sizes, today's among them.
    outlooks
        The sampled weeks by the name of the size. A size of which one is not there has no figures.
    sampled
        How many weeks each of the sampled ones stands for; at least two, where these are not all.
    today
        What all weeks come to as it is.
    missing
        How many conversations the goal asks for in these weeks.

    Returns
    -------
    DataFrame
        With the columns consultants, practices, is_today; requested_a_quarter, booked_a_quarter,
        expected_held_a_quarter (conversations in 13 weeks) and its standard_error_a_quarter;
        chance_of_goal; cost_dkk_a_quarter and cost_a_held_conversation_dkk (not a number without the
        settings [costs]); on_frontier, that no other size holds more for the same or as many for less;
        proven_weeks, of sampled_weeks.
    """
    import pandas as pd

    weeks = sum(sampled.values())
    quarter = QUARTER_WEEKS / weeks
    own = Size.of(project)
    settings = project.config.simulation
    totals = {size: _totals(outlooks.get(size.name, ()), sampled, settings) for size in wanted}
    known = totals[own]
    rows = []
    for size, total in totals.items():
        planned = outlooks.get(size.name, ())
        cost_dkk = _cost_dkk(project, size, sampled) * quarter
        requested = booked = held = error = chance = math.nan
        if total and known:
            requested = (today.requested + total.requested - known.requested) * quarter
            booked = (today.booked + total.booked - known.booked) * quarter
            shift = mean(today.held) - mean(known.held)
            held = (mean(total.held) + shift) * quarter
            error = _error(np.subtract(total.held_each, known.held_each), weeks)
            chance = _blurred_chance(total.held, missing - shift, error)
        rows.append(
            {
                "consultants": size.consultants,
                "practices": size.practices,
                "is_today": size == own,
                "requested_a_quarter": requested,
                "booked_a_quarter": booked,
                "expected_held_a_quarter": held,
                "standard_error_a_quarter": error * quarter,
                "chance_of_goal": chance,
                "cost_dkk_a_quarter": cost_dkk,
                "cost_a_held_conversation_dkk": cost_dkk / held if held > 0 else math.nan,
                "proven_weeks": sum(each.status == "optimal" for each in planned),
                "sampled_weeks": len(sampled),
            }
        )
    table = pd.DataFrame(rows)
    points = list(zip(table["cost_dkk_a_quarter"], table["expected_held_a_quarter"], strict=True))
    table.insert(10, "on_frontier", [_is_best(point, points) for point in points])
    return table


def _is_best(point: tuple[float, float], others: Iterable[tuple[float, float]]) -> bool:
    """Tell whether no other point costs less or holds more, being no worse in the other respect."""
    cost, held = point
    if math.isnan(cost) or math.isnan(held):
        return False
    return not any(dearer <= cost and more >= held and (dearer, more) != point for dearer, more in others)


def _totals(
    outlooks: Sequence[WeekOutlook], sampled: Mapping[Week, int], settings: SimulationSettings
) -> Totals | None:
    """Return what all weeks come to by the sampled ones; None where one of these is not there."""
    by_week = {Week.parse(outlook.week): outlook for outlook in outlooks}
    if by_week.keys() != sampled.keys():
        return None
    each = [held_by_week([by_week[week].working_days()], settings)[0] for week in sampled]
    held = np.ones(1)
    for one, stands_for in zip(each, sampled.values(), strict=True):
        held = np.convolve(held, repeated(one, stands_for))
    return Totals(
        requested=sum(by_week[week].requested * count for week, count in sampled.items()),
        booked=sum(by_week[week].booked * count for week, count in sampled.items()),
        held=held,
        held_each=tuple(map(mean, each)),
    )


def _error(differences: NDArray[np.float64], weeks: int) -> float:
    """Return the standard error of a total over all weeks, of which these are drawn without replacement."""
    count = len(differences)
    if count == weeks:
        return 0.0
    return weeks * float(differences.std(ddof=1)) * math.sqrt((1 - count / weeks) / count)


def _blurred_chance(held: Distribution, missing: float, error: float) -> float:
    """Return the chance of a goal that is itself only known with a normal error."""
    shares = (np.arange(_BLUR) + 0.5) / _BLUR
    goals = (missing + error * NormalDist().inv_cdf(share) for share in shares)
    return sum(chance_of(held, round(goal)) for goal in goals) / _BLUR


def _cost_dkk(project: Project, size: Size, sampled: Mapping[Week, int]) -> float:
    """Return what all weeks cost by the sampled ones; not a number where the costs are not known."""
    if project.config.costs is None:
        return math.nan  # the budget does not say what another consultant costs
    changed = with_size(project, consultants=size.consultants, practices=size.practices)
    costs = [(week_cost_dkk(changed, week), count) for week, count in sampled.items()]
    return sum(cost * count for cost, count in costs if cost is not None)
