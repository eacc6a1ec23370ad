"""What a week of the service costs: from the settings [costs], or else from the budget.

Consultants cost by the hours of their shifts, whether or not they are at work that week: holidays are paid.
Who has no shift in force yet, or any more, costs nothing, and so does a base without consultants.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.base.i18n import _
from scheduler.inputs.settings import OPEN_PERIOD
from scheduler.model.clock import Week
from scheduler.model.config import Costs
from scheduler.model.project import Project
from scheduler.week.calendar import is_active, span_hours

_WEEKS_A_YEAR = 365.25 / 7
#: Of what belongs to the service as a whole, and to no base.
ALL_BASES = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """A part of what a week costs: for what, one of `cost_names`; of which base; and the kroner."""

    what: str
    base_id: str
    dkk: float


def cost_names() -> dict[str, str]:
    """Return what money goes to, in words, by the setting of [costs] that has its price."""
    return {
        "consultant_dkk_a_year": _("consultants"),
        "bicycle_dkk_a_year": _("bicycles"),
        "base_dkk_a_year": _("bases"),
        "practice_dkk_a_year": _("practices"),
        "room_dkk_an_hour": _("room hours"),
        "courses_dkk_a_year": _("courses for citizens"),
        "other_dkk_a_year": _("all else"),
    }


def week_costs(project: Project, week: Week) -> tuple[Cost, ...]:
    """Return what a week costs but for room hours, in parts; none where nothing is known of it.

    With [costs] it is a week's share of what consultants, their bicycles, the bases that they cycle from, the
    practices that take part in that week and all else cost in a year. Without, it is a week's share of the
    period's budget: another consultant, base or practice then costs nothing.
    """
    config = project.config
    if config.costs is None:
        if config.period == OPEN_PERIOD:
            return ()
        days = (config.period.end - config.period.start).days + 1
        return (Cost("budget_dkk", ALL_BASES, config.period.budget_dkk * 7 / days),)
    units = _units(project, week, config.costs.consultant_hours_a_week)
    return tuple(
        Cost(what, base_id, count * getattr(config.costs, what) / _WEEKS_A_YEAR)
        for (what, base_id), count in units.items()
    )


def _units(project: Project, week: Week, full_time_hours: float) -> Mapping[tuple[str, str], float]:
    """Return of what there is how much in a week, by the price of a year of it, and the base."""
    found = defaultdict[tuple[str, str], float](float)
    for consultant in project.consultants:
        hours, base_id = hours_a_week(project, consultant.consultant_id, week), consultant.base_id
        if hours is not None:
            found["consultant_dkk_a_year", base_id] += hours / full_time_hours
            found["bicycle_dkk_a_year", base_id] += 1
            found["base_dkk_a_year", base_id] = 1
    for practice in project.practices:
        if any(is_active(practice, day) for day in week.days):
            found["practice_dkk_a_year", practice.base_id] += 1
    found["courses_dkk_a_year", ALL_BASES] = found["other_dkk_a_year", ALL_BASES] = 1
    return found


def room_costs(project: Project, by_base: Mapping[str, Mapping[str, int]]) -> tuple[Cost, ...]:
    """Return what the room hours of a week's visits cost, by `WeekFigures.by_base`; none where they have no price."""
    costs = project.config.costs
    if costs is None or not costs.room_dkk_an_hour:
        return ()
    return tuple(
        Cost("room_dkk_an_hour", base_id, counts.get("room_s", 0) / 3600 * costs.room_dkk_an_hour)
        for base_id, counts in by_base.items()
    )


def hours_a_week(project: Project, consultant_id: str, week: Week) -> float | None:
    """Return for how many hours of a week a consultant is paid; None where no shift is in force.

    They are those of the weekdays' shifts, with lunch, also on days off; and of dates on weekdays without.
    """
    own = [rule for rule in project.shifts_of.get(consultant_id, ()) if rule.start_s is not None]
    first, last = week.days[0], week.days[-1]
    in_force = [
        rule
        for rule in own
        if (
            rule.date in week.days
            if rule.date is not None
            else (rule.valid_from is None or rule.valid_from <= last)
            and (rule.valid_to is None or first <= rule.valid_to)
        )
    ]
    if not in_force:
        return None
    seconds = 0
    for day in week.days:
        weekly = [rule for rule in in_force if rule.weekday == day.weekday() and rule.holds_on(day)]
        spans = span_hours(weekly or [rule for rule in in_force if rule.date == day])
        seconds += sum(end_s - start_s for start_s, end_s in spans)
    return seconds / 3600


def week_cost_dkk(project: Project, week: Week) -> float | None:
    """Return what a week costs in kroner, but for room hours; None where nothing is known of it."""
    costs = week_costs(project, week)
    return sum(cost.dkk for cost in costs) if costs else None


def unpriced(costs: Costs | None) -> str:
    """Return a sentence on what has no price and so costs nothing in any figure; empty where all has one."""
    if costs is None:
        return _(
            "Without the section [costs] in project.toml the budget is spread evenly over the period, with all "
            "that it pays for, courses too; another consultant, base or practice costs nothing."
        )
    free = [name for setting, name in cost_names().items() if not getattr(costs, setting)]
    if not free:
        return ""
    return _("Without a price in the settings, and so at no cost here: {names}.").format(
        names=", ".join(free)
    )
