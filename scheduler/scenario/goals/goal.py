"""All weeks of the period planned, and some of them otherwise: the chance of its goal, and what moves it."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.inputs.settings import OPEN_PERIOD
from scheduler.model.clock import Week
from scheduler.model.config import SETTINGS_FILE
from scheduler.model.project import Project
from scheduler.scenario.chance.outlook import read
from scheduler.scenario.costs import room_costs, week_cost_dkk
from scheduler.scenario.demand import (
    expected_demand,
    expected_of_each,
    usual_of_each,
    with_drawn_demand,
)
from scheduler.scenario.goals.frontier import Frontier
from scheduler.scenario.goals.grid import Grid, sampled, sizes
from scheduler.scenario.goals.road import Capacity, Road, WeekPlan
from scheduler.scenario.goals.sampled import Sample
from scheduler.scenario.goals.sensitivity import sensitivity, sensitivity_tasks
from scheduler.scenario.inout import prepared_with
from scheduler.scenario.model import TODAY, WeekFigures
from scheduler.scenario.runs.running import Runs
from scheduler.scenario.weeks import tasks_of
from scheduler.services.planner import Prepared
from scheduler.week.calendar import weeks_of_period

#: The most that assumptions are varied, as a share.
_MOST_VARIED = 0.5


def capacity(
    data: str | Path | Prepared,
    *,
    held: int = 0,
    since: str | Week | None = None,
    draws: int = 5,
    seed: int = 0,
    consultants: Iterable[int] = (),
    practices: Iterable[int] = (),
    sets: int = 5,
    sampled_weeks: int = 26,
    varied: float = 0.2,
    online: bool = False,
    runs: Runs = Runs(),
) -> Capacity:
    """Plan all weeks of the period, and some of them otherwise; find the chance to reach the goal.

    Parameters
    ----------
    data
        The project folder, or what `scheduler.prepare` has made of it.
    held
        Conversations held before the week `since`.
    since
        The first week that is not counted in `held`; without it, the period's first.
    draws
        How often each week is planned with other numbers of conversations asked for, drawn as `simulate` draws
        them, besides once with those of the tables; with 1 demand is that of the tables alone.
    seed
        Other draws with another seed.
    consultants, practices
        The sizes that are compared are all pairs of these; see `scheduler.scenario.goals.grid.sizes`, and
        `scheduler.scenario.goals.sizes.with_size` for who they are.
    sets
        How often it is drawn which practices a size has; the sets take turns over the sampled weeks.
    sampled_weeks
        Over how many weeks sizes and other assumptions are planned, at least 2; 0 leaves both out.
    varied
        By how much assumptions are varied, as a share of at most a half, to find out which moves the answer
        most; 0 leaves it out.
    online
        Look up addresses that the map does not know, but for those of home visits. Needs the project folder.
    runs
        How the weeks are planned.

    Raises
    ------
    InputError
        With everything that is wrong in the tables; when the project has no period, or `since` does not
        lie in it.
    ServiceError
        When a file, a service or a cluster cannot be had.
    SchedulerError
        When it was ended before all weeks were planned.
    """
    if draws < 1:
        raise InputError(_("The number of draws must be at least 1."))
    if sets < 1:
        raise InputError(_("The number of sets must be at least 1."))
    if not 0 <= varied <= _MOST_VARIED:
        raise InputError(_("Assumptions are varied by a share from 0 to a half."))
    prepared, _addresses = prepared_with(data, online=online, progress=runs.progress)
    project, times = prepared.project, prepared.travel.times
    weeks = _weeks(project, held, None if since is None else Week.asked(since))
    is_drawn = draws > 1
    stands_for = sampled(weeks, max(sampled_weeks, 2)) if sampled_weeks else {}
    wanted = sizes(project, consultants, practices) if sampled_weeks else ()
    demand = partial(_demand, seed) if is_drawn else _as_written
    grid = Grid(project, wanted, tuple(stands_for), sets=sets, seed=seed)
    tasks = tasks_of(TODAY, prepared, weeks)
    if is_drawn:
        tasks += tasks_of(TODAY, prepared, weeks, draws=draws, seed=seed)
    tasks += grid.tasks(times, demand)
    if sampled_weeks and varied:
        unpinned = partial(demand, project.replace(pins=()))
        tasks += sensitivity_tasks(unpinned, times, list(stands_for), varied, is_drawn=is_drawn)
    ran = runs.run_all(tasks)
    figures: dict[str, list[WeekFigures]] = {}
    for each in ran.figures(WeekFigures):
        figures.setdefault(each.scenario, []).append(each)
    today = figures.get(TODAY, ())
    written = _road(project, weeks, [each for each in today if "#" not in each.week], held)
    road = written
    if is_drawn:
        asked = [expected_demand(project, week) for week in weeks]
        road = _road(project, weeks, [each for each in today if "#" in each.week], held, asked)
    sample = Sample(stands_for, asked=sum(road.asked) / len(weeks), is_drawn=is_drawn)
    frontier = Frontier(
        grid,
        figures,
        sample,
        expected_of_each if is_drawn else usual_of_each,
        today=road,
        cost_dkk=_cost_dkk(project, weeks, [each for each in today if ("#" in each.week) == is_drawn]),
    )
    return Capacity(
        **{field.name: getattr(road, field.name) for field in fields(Road)},
        written=written if is_drawn else None,
        frontier=frontier.table() if sampled_weeks else None,
        bases=frontier.by_base() if sampled_weeks else None,
        sensitivity=sensitivity(project, road, figures, sample, varied) if sampled_weeks and varied else None,
        failures=ran.failures,
        costs=project.config.costs,
    )


def _demand(seed: int, project: Project, week: Week, factor: float = 1.0) -> Project:
    """Return a project with the first draw of a week's demand."""
    return with_drawn_demand(project, week, seed=seed, draw=1, factor=factor)


def _as_written(project: Project, _week: Week, _factor: float = 1.0) -> Project:
    return project


def _cost_dkk(project: Project, weeks: Iterable[Week], figures: Sequence[WeekFigures]) -> float:
    """Return what all weeks cost with the room hours of these plans, of a week's several the mean."""
    draws = Counter(each.week.partition("#")[0] for each in figures)
    rooms = sum(
        cost.dkk / draws[each.week.partition("#")[0]]
        for each in figures
        for cost in room_costs(project, json.loads(each.by_base))
    )
    return rooms + sum(week_cost_dkk(project, week) or 0.0 for week in weeks)


def _weeks(project: Project, held: int, since: Week | None) -> tuple[Week, ...]:
    """Return the weeks of the period from the first that is not counted yet."""
    if project.config.period == OPEN_PERIOD:
        reason = _("the project has no section [period], so there is no goal to reach")
        raise InputError(InputProblem(reason, SETTINGS_FILE))
    if held < 0:
        raise InputError(_("The number of conversations held must be 0 or more."))
    if held and since is None:
        raise InputError(_("Say also in which week the conversations begin that are not counted yet."))
    weeks = weeks_of_period(project)
    if since is not None and since not in weeks:
        reason = _("{week} does not lie in the project's period, {first} to {last}")
        raise InputError(reason.format(week=since, first=weeks[0], last=weeks[-1]))
    return weeks[weeks.index(since) if since else 0 :]


def _road(
    project: Project,
    weeks: tuple[Week, ...],
    figures: Iterable[WeekFigures],
    held: int,
    asked: Sequence[float] | None = None,
) -> Road:
    """Return the road of weeks that were planned; without what is `asked` for on average, it is as planned."""
    plans: dict[str, list[WeekPlan]] = {str(week): [] for week in weeks}
    period = project.config.period
    for each in figures:
        days = tuple(day for day in read(each.days) if period.start <= day.date <= period.end)
        plans[each.week.partition("#")[0]].append(WeekPlan(requested=each.requested, days=days))
    if asked is None:
        asked = [sum(plan.requested for plan in its) for its in plans.values()]
    return Road(
        weeks=weeks,
        plans=tuple(map(tuple, plans.values())),
        asked=tuple(asked),
        held=held,
        goal=period.goal_conversations,
        end=period.end,
        settings=project.config.simulation,
    )
