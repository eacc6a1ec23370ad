"""Routes and rosters for advisers who cycle to GP practices.

The names below are the ones to build on. They are imported when they are first used, so that
``import scheduler`` costs nothing.
"""

from importlib import import_module

TYPE_CHECKING = False  # as in typing, which takes longer to import than all that is needed here
if TYPE_CHECKING:
    from typing import Any

    from scheduler.checks import Violation, check
    from scheduler.errors import InputError, SchedulerError, ServiceError
    from scheduler.inputs import read_project
    from scheduler.model import Problem, Project, Roster, Week
    from scheduler.planner import plan_week, prepare
    from scheduler.problem import week_problem
    from scheduler.rosterfile import load as load_roster
    from scheduler.solver import solve

__version__ = "0.1.0"

__all__ = [
    "InputError",
    "Problem",
    "Project",
    "Roster",
    "SchedulerError",
    "ServiceError",
    "Violation",
    "Week",
    "check",
    "load_roster",
    "plan_week",
    "prepare",
    "read_project",
    "solve",
    "week_problem",
]

_HOMES = {
    "InputError": "errors",
    "Problem": "model",
    "Project": "model",
    "Roster": "model",
    "SchedulerError": "errors",
    "ServiceError": "errors",
    "Violation": "checks",
    "Week": "model",
    "check": "checks",
    "load_roster": "rosterfile",
    "plan_week": "planner",
    "prepare": "planner",
    "read_project": "inputs",
    "solve": "solver",
    "week_problem": "problem",
}


def __getattr__(name: str) -> "Any":
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module(f"{__name__}.{_HOMES[name]}")
    return getattr(home, "load" if name == "load_roster" else name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
