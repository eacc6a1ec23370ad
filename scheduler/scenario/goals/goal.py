"""All weeks of the period planned, and some of them at other sizes of the service: the chance of its goal."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.inputs.settings import OPEN_PERIOD
from scheduler.model.clock import Week
from scheduler.model.config import SETTINGS_FILE
from scheduler.model.project import Project
from scheduler.scenario.goals.frontier import Totals, frontier, sample, size_tasks, sizes
from scheduler.scenario.goals.outlook import WeekOutlook, outlook
from scheduler.scenario.goals.road import Capacity
from scheduler.scenario.inout import prepared_with
from scheduler.scenario.model import TODAY, Failure
from scheduler.scenario.runs.running import Runs
from scheduler.scenario.weeks import tasks_of
from scheduler.services.planner import Prepared
from scheduler.week.calendar import weeks_of_period

#: How often each week is carried out, to find out what delay takes.
_DRAWS = 1000


def capacity(
    data: str | Path | Prepared,
    *,
    held: int = 0,
    since: str | Week | None = None,
    consultants: Iterable[int] = (1, 2, 3, 4),
    practices: Iterable[int] = (),
    sampled_weeks: int = 26,
    online: bool = False,
    runs: Runs = Runs(),
) -> Capacity:
    """Plan all weeks of the period, and some of them at other sizes; find the chance to reach the goal.

    Parameters
    ----------
    data
        The project folder, or what `scheduler.prepare` has made of it.
    held
        Conversations held before the week `since`.
    since
        The first week that is not counted in `held`; without it, the period's first.
    consultants, practices
        The sizes that are compared are all pairs of these; see `scheduler.scenario.goals.frontier.sizes`, and
        `scheduler.scenario.goals.sizes.with_size` for who they are.
    sampled_weeks
        Over how many weeks sizes are planned, at least 2; 0 leaves them out.
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
    prepared, _addresses = prepared_with(data, online=online, progress=runs.progress)
    project, times = prepared.project, prepared.travel.times
    weeks = _weeks(project, held, None if since is None else Week.asked(since))
    sampled = sample(weeks, max(sampled_weeks, 2)) if sampled_weeks else {}
    wanted = sizes(project, consultants, practices) if sampled else ()
    tasks = [*tasks_of(TODAY, prepared, weeks), *size_tasks(project, times, wanted, sampled)]
    ran = runs.run_all(tasks, partial(outlook, settings=project.config.simulation, draws=_DRAWS))
    found: dict[str, list[WeekOutlook]] = {}
    for each in ran.figures(WeekOutlook):
        found.setdefault(each.scenario, []).append(each)
    road = _road(project, weeks, found.get(TODAY, ()), held, ran.failures)
    if not sampled:
        return road
    today = Totals(requested=sum(road.requested), booked=sum(road.booked), held=road.by_week[-1])
    return replace(
        road, frontier=frontier(project, wanted, found, sampled, today=today, missing=road.missing)
    )


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
    outlooks: Iterable[WeekOutlook],
    held: int,
    failures: Sequence[Failure],
) -> Capacity:
    period = project.config.period
    by_week = {outlook.week: outlook for outlook in outlooks}
    planned = [by_week.get(str(week)) for week in weeks]
    days = tuple(
        tuple(day for day in each.working_days() if period.start <= day.date <= period.end) if each else ()
        for each in planned
    )
    return Capacity(
        weeks=weeks,
        days=days,
        requested=tuple(each.requested if each else 0 for each in planned),
        booked=tuple(sum(day.conversations for day in its) for its in days),
        held=held,
        goal=period.goal_conversations,
        end=period.end,
        settings=project.config.simulation,
        failures=tuple(failures),
    )
