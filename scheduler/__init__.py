"""Routes and rosters for advisers who cycle to GP practices.

A week without files, with ride times in seconds, and the best roster for it:

>>> import scheduler
>>> builder = scheduler.ProblemBuilder(weights={"waiting_second": 10})
>>> _ = builder.add_base()
>>> _ = builder.add_practice("valby", conversations=3)
>>> _ = builder.add_room("valby", weekday="tue", start="09:00", end="12:00")
>>> _ = builder.add_consultant("anna")
>>> _ = builder.add_shift("anna", weekday="tue", start="08:00", end="15:30")
>>> _ = builder.set_travel_times({"base": {"valby": 600}, "valby": {"base": 660}})
>>> roster = scheduler.solve(builder.problem("2009-W20")).roster
>>> roster.status, roster.score
('optimal', 12600)
>>> [(stop.id, f"{stop.start:%H:%M}", stop.conversations) for stop in roster.rounds[0].stops]
[('valby', '09:00', 3), ('lunch', '12:00', 0)]

``print(roster.summary())`` says the same in words, ``scheduler.plot_roster(roster)`` in a plot, and a
notebook shows a roster as a table. ``scheduler.plan_week("data", "2009-W20")`` plans a week of a project
folder and writes its pages. Times of day are seconds after midnight in a `Problem` (``..._s``) and
aware datetimes in a `Roster`; distances are metres. What is wrong is told by `InputError`, all at once.

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
    from scheduler.outputs.plots import plot_roster
    from scheduler.services.editions import plan_week
    from scheduler.services.planner import prepare
    from scheduler.services.problembuilder import ProblemBuilder
    from scheduler.solver.engine import solve
    from scheduler.week.problem import week_problem


__all__ = [
    "InputError",
    "Problem",
    "ProblemBuilder",
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
    "plot_roster",
    "prepare",
    "read_project",
    "solve",
    "week_problem",
]

_HOMES = {
    "InputError": "base.errors",
    "Problem": "model.problem",
    "ProblemBuilder": "services.problembuilder",
    "Project": "model.project",
    "Roster": "model.roster",
    "SchedulerError": "base.errors",
    "ServiceError": "base.errors",
    "Violation": "checks",
    "Week": "model.clock",
    "__version__": "base.version",
    "check": "checks",
    "load_roster": "model.rosterfile",
    "plan_week": "services.editions",
    "plot_roster": "outputs.plots",
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
