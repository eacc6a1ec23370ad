"""All weeks of the period planned, and some of them at other sizes of the service: the chance of its goal."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from functools import partial
from pathlib import Path

from scheduler.base.errors import InputError, InputProblem, SchedulerError
from scheduler.base.i18n import _
from scheduler.base.progress import Progress, Silent
from scheduler.inputs.settings import OPEN_PERIOD, SETTINGS_FILE
from scheduler.model.clock import Week
from scheduler.model.project import Project
from scheduler.scenario.goals.frontier import Totals, frontier, sample, size_tasks, sizes
from scheduler.scenario.goals.outlook import WeekOutlook, outlook
from scheduler.scenario.goals.road import Capacity
from scheduler.scenario.inout import WEEKS_FOLDER, prepared_with
from scheduler.scenario.model import TODAY, Failure, Task
from scheduler.services.planner import Prepared, problem
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
    time_limit_s: float = 20.0,
    workers: int | None = None,
    cluster: str | None = None,
    online: bool = False,
    folder: Path | None = None,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
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
    time_limit_s
        How long each week may be searched.
    workers, cluster
        Who plans: so many processes of this machine (none for one per processor, 0 for this process),
        or a Dask cluster.
    online
        Look up addresses that the map does not know, but for those of home visits. Needs the folder.
    folder
        Where weeks are kept as they are planned, so that none is planned twice.
    progress
        Is told of each step.
    stop
        Is asked now and then whether to end early.

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
    from scheduler.scenario.runs.running import run

    progress = progress or Silent()
    prepared, _addresses = prepared_with(data, online=online, progress=progress)
    project, times = prepared.project, prepared.travel.times
    weeks = _weeks(project, held, None if since is None else Week.asked(since))
    sampled = sample(weeks, max(sampled_weeks, 2)) if sampled_weeks else {}
    wanted = sizes(project, consultants, practices) if sampled else ()
    tasks = _today(prepared, weeks, time_limit_s)
    tasks += size_tasks(project, times, wanted, sampled, time_limit_s=time_limit_s)
    ran = run(
        tasks,
        folder / WEEKS_FOLDER if folder else None,
        work=partial(outlook, settings=project.config.simulation, draws=_DRAWS),
        workers=workers,
        cluster=cluster,
        progress=progress,
        stop=stop,
    )
    if ran.interrupted:
        hint = _("Start it again: the weeks that are planned already are kept in {folder}.")
        raise SchedulerError(
            _("Stopped before all weeks were planned."), hint.format(folder=folder) if folder else ""
        )
    found: dict[str, list[WeekOutlook]] = {}
    names = [field.name for field in fields(WeekOutlook)]
    for row in ran.results.to_dict("records"):
        found.setdefault(row["scenario"], []).append(WeekOutlook(**{name: row[name] for name in names}))
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


def _today(prepared: Prepared, weeks: Iterable[Week], time_limit_s: float) -> list[Task]:
    """Pose all weeks as they are, or tell everything that is wrong with any of them."""
    tasks = []
    problems: dict[InputProblem, None] = {}
    for week in weeks:
        try:
            posed = problem(prepared, week)
        except InputError as error:
            problems |= dict.fromkeys(error.problems)
            continue
        tasks.append(Task(scenario=TODAY, week=str(week), problem=posed, time_limit_s=time_limit_s))
    if problems:
        raise InputError(problems)
    return tasks


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
