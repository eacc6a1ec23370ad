"""Routes and rosters for advisers who cycle to GP practices.

The names below are the ones to build on. They are imported when they are first used, so that
``import scheduler`` costs nothing.
"""

from importlib import import_module

TYPE_CHECKING = False  # as in typing, which takes longer to import than all that is needed here
if TYPE_CHECKING:
    from typing import Any

    from scheduler.base.errors import InputError, SchedulerError, ServiceError
    from scheduler.base.version import __version__
    from scheduler.checks import Violation, check
    from scheduler.inputs import read_project
    from scheduler.model.clock import Week
    from scheduler.model.problem import Problem
    from scheduler.model.project import Project
    from scheduler.model.roster import Roster
    from scheduler.model.rosterfile import load as load_roster
    from scheduler.services.planner import plan_week, prepare
    from scheduler.solver.engine import solve
    from scheduler.week.problem import week_problem


__all__ = [
    "InputError",
    "Problem",
    "Project",
    "Roster",
    "SchedulerError",
    "ServiceError",
    "Violation",
    "Week",
    "__version__",
    "check",
    "load_roster",
    "plan_week",
    "prepare",
    "read_project",
    "solve",
    "week_problem",
]

_HOMES = {
    "InputError": "base.errors",
    "Problem": "model.problem",
    "Project": "model.project",
    "Roster": "model.roster",
    "SchedulerError": "base.errors",
    "ServiceError": "base.errors",
    "Violation": "checks",
    "Week": "model.clock",
    "__version__": "base.version",
    "check": "checks",
    "load_roster": "model.rosterfile",
    "plan_week": "services.planner",
    "prepare": "services.planner",
    "read_project": "inputs",
    "solve": "solver.engine",
    "week_problem": "week.problem",
}


def __getattr__(name: str) -> "Any":
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module(f"{__name__}.{_HOMES[name]}")
    return getattr(home, "load" if name == "load_roster" else name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
