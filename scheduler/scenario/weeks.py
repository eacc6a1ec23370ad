"""A prepared project, scenarios and weeks -> the tasks to plan, or everything that makes them impossible."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.inputs import dates
from scheduler.inputs.cells import CellError
from scheduler.inputs.settings import OPEN_PERIOD
from scheduler.model.clock import TIMEZONE, Week
from scheduler.model.project import Project
from scheduler.places.online import OnlineAddresses
from scheduler.scenario.changes import Scenario
from scheduler.scenario.demand import with_drawn_demand
from scheduler.scenario.model import TODAY, Task
from scheduler.scenario.reading import changed_projects
from scheduler.services.planner import Prepared, prepare_again, problem
from scheduler.week.calendar import weeks_of_period

#: How many weeks scenarios are compared over, where nothing is said: a quarter.
QUARTER_WEEKS = 13


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Study:
    """Scenarios, the project as it is first among them, over the same weeks with the same demand.

    Attributes
    ----------
    scenarios
        In order; the first is named "today" and changes nothing.
    prepared
        The project that each makes, by the scenario's name.
    weeks
        In order.
    draws
        How often each week is planned, each time with other demand; 1 is once, as the tables say.
    seed
        Which demand is drawn.
    tasks
        Every week of every scenario, with the week's draw in its name: ``2009-W20``, or ``2009-W20#3``
        where there are several draws.
    """

    scenarios: tuple[Scenario, ...]
    prepared: Mapping[str, Prepared]
    weeks: tuple[Week, ...]
    draws: int
    seed: int
    tasks: tuple[Task, ...]


def study(
    prepared: Prepared,
    scenarios: Sequence[Scenario],
    weeks: str | Sequence[str | Week] = (),
    *,
    draws: int = 1,
    seed: int = 0,
    online: OnlineAddresses | None = None,
) -> Study:
    """Pose every week of every scenario, and of the project as it is, for `simulate` to plan.

    `online` looks up addresses that the map does not know.

    Raises
    ------
    InputError
        With everything that is wrong: in the scenarios themselves, with the places of what is new, and
        in any week.
    ServiceError
        When an online service is asked and cannot be had.
    """
    project = prepared.project
    compared = chosen_weeks(weeks, project)
    if draws < 1:
        raise InputError(_("The number of draws must be at least 1."))
    changed = changed_projects(scenarios, project)
    made = {TODAY: prepared}
    tasks = [tasks_of(TODAY, prepared, compared, draws=draws, seed=seed)]
    problems: list[InputProblem] = []
    for scenario in scenarios:
        try:
            ready = prepare_again(prepared, changed[scenario.name], online)
            made[scenario.name] = ready
            tasks.append(tasks_of(scenario.name, ready, compared, draws=draws, seed=seed))
        except InputError as error:
            problems += (_attributed(scenario, problem) for problem in error.problems)
    if problems:
        raise InputError(problems)
    return Study(
        scenarios=(Scenario(TODAY, title=_("Today")), *scenarios),
        prepared=made,
        weeks=compared,
        draws=draws,
        seed=seed,
        # Week by week: where it ends early, the weeks that are done are done in every scenario.
        tasks=tuple(chain.from_iterable(zip(*tasks, strict=True))),
    )


def tasks_of(
    name: str, prepared: Prepared, weeks: Iterable[Week], *, draws: int = 1, seed: int = 0
) -> list[Task]:
    """Pose all weeks of one scenario, in every draw; an `InputError` says what is wrong in any of them."""
    tasks: list[Task] = []
    problems: dict[InputProblem, None] = {}
    for week in weeks:
        for draw in range(1, draws + 1):
            asked = prepared
            if draws > 1:
                project = with_drawn_demand(prepared.project, week, seed=seed, draw=draw)
                asked = dataclasses.replace(prepared, project=project)
            try:
                posed = problem(asked, week)
            except InputError as error:
                problems |= dict.fromkeys(error.problems)
                break  # what is wrong with a week does not depend on the draw
            label = f"{week}#{draw}" if draws > 1 else str(week)
            tasks.append(
                Task(scenario=name, week=label, problem=posed, simulation=asked.project.config.simulation)
            )
    if problems:
        raise InputError(problems)
    return tasks


def _attributed(scenario: Scenario, problem: InputProblem) -> InputProblem:
    """Say which scenario has a problem: as one of its own lines, or quoting the table's."""
    origin = scenario.origin
    if problem.file != (origin.file if origin else scenario.name):
        if origin is None:
            return InputProblem(str(problem), scenario.name)
        return InputProblem(str(problem), origin.file, origin.row, scenario.name)
    column = f"{scenario.name}: {problem.column}" if origin else problem.column
    return dataclasses.replace(problem, column=column)


def chosen_weeks(weeks: str | Sequence[str | Week], project: Project) -> tuple[Week, ...]:
    """Return the weeks that are asked for, each once, or those that `default_weeks` has for a project."""
    if not weeks:
        return default_weeks(project)
    return weeks_of(weeks) if isinstance(weeks, str) else tuple(dict.fromkeys(map(Week.asked, weeks)))


def default_weeks(project: Project) -> tuple[Week, ...]:
    """Return the weeks to compare over where nothing is said: a quarter.

    It is the first quarter of the project's period, also when that is over: what comes of it does not
    depend on the day on which it is asked. A project without a period has none to begin with; there it
    is the quarter from next week on.
    """
    if project.config.period != OPEN_PERIOD:
        return weeks_of_period(project)[:QUARTER_WEEKS]
    next_week = Week.of(dt.datetime.now(TIMEZONE).date()).shift(1)
    return tuple(next_week.shift(weeks) for weeks in range(QUARTER_WEEKS))


def weeks_of(text: str) -> tuple[Week, ...]:
    """Read weeks: one like ``2009-W20``, or the first and the last of several like ``2009-W20..2009-W32``.

    Raises
    ------
    InputError
        When they are not written so, or the last comes before the first.
    """
    first, dots, last = text.partition("..")
    hint = _("Write the weeks like 2009-W20..2009-W32.")
    try:
        begin = dates.week(first)
        end = dates.week(last) if dots else begin
    except CellError as error:
        raise InputError(str(error), hint) from error
    if end < begin:
        reason = _("{first} to {last} are no weeks: the last comes before the first.")
        raise InputError(reason.format(first=begin, last=end), hint)
    return tuple(begin.shift(weeks) for weeks in range(end.weeks_since(begin) + 1))
