"""A whole project looked through, week by week, before anybody plans one."""

from itertools import chain
from typing import TYPE_CHECKING

from scheduler.base.errors import InputError, InputProblem
from scheduler.model.clock import Week
from scheduler.model.project import Project
from scheduler.services import planner
from scheduler.services.sharing import shared_rooms
from scheduler.week.calendar import weeks_of_period
from scheduler.week.warnings import never_met

if TYPE_CHECKING:
    from scheduler.services.planner import Prepared

#: A project without a period runs for a century; its first years show what its rules lead to.
_MOST_WEEKS = 160


def review(prepared: "Prepared") -> tuple[InputProblem, ...]:
    """Return a warning for every request that can never be met, and for rooms that two practices name.

    Raises
    ------
    InputError
        With everything that makes a week impossible to plan, in the weeks of the period and those of
        every dated row. What recurs is said for its first week.
    """
    problems: dict[object, InputProblem] = {}
    for week in _weeks(prepared.project):
        try:
            planner.problem(prepared, week)
        except InputError as error:
            for problem in error.problems:
                place = (problem.file, problem.row, problem.column) if problem.row else problem
                problems.setdefault(place, problem)
    if problems:
        raise InputError(problems.values())
    return (*never_met(prepared.project), *shared_rooms(prepared.project))


def _weeks(project: Project) -> list[Week]:
    dated = chain(
        (pin.date for pin in project.pins),
        (visit.date for visit in project.home_visits),
        (engagement.date for engagement in project.engagements if engagement.date),
        (room.date for room in project.rooms if room.date),
        (shift.date for shift in project.shifts if shift.date),
    )
    return sorted({*weeks_of_period(project)[:_MOST_WEEKS], *map(Week.of, dated)})
