"""What a week of the service costs, from the settings [costs], or else from the budget."""

from collections.abc import Iterable

from scheduler.inputs.settings import OPEN_PERIOD
from scheduler.model.clock import Week
from scheduler.model.project import Project
from scheduler.week.calendar import is_active

_WEEKS_A_YEAR = 365.25 / 7


def week_cost_dkk(project: Project, week: Week) -> float | None:
    """Return a week's cost in kroner; None where nothing is known of it.

    With [costs] it is a week's share of what consultants, their bicycles, the practices that take part
    in that week and all else cost in a year, whether or not the consultants work that week. Without, it
    is a week's share of the period's budget: another consultant or practice then costs nothing.
    """
    config = project.config
    if config.costs is None:
        if config.period == OPEN_PERIOD:
            return None
        days = (config.period.end - config.period.start).days + 1
        return config.period.budget_dkk * 7 / days
    active = sum(any(is_active(practice, day) for day in week.days) for practice in project.practices)
    a_year = (
        len(project.consultants) * (config.costs.consultant_dkk_a_year + config.costs.bicycle_dkk_a_year)
        + active * config.costs.practice_dkk_a_year
        + config.costs.other_dkk_a_year
    )
    return a_year / _WEEKS_A_YEAR


def cost_dkk(project: Project, weeks: Iterable[Week]) -> float | None:
    """Return what some weeks of a project cost in kroner; None where nothing is known of it."""
    costs = [week_cost_dkk(project, week) for week in weeks]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None
