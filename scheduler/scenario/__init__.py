"""What if: the same weeks planned again with other practices, rooms, people and hours.

A scenario is a named list of changes to a project. Each is planned over the same weeks, with the same
draws of demand, and compared with today. `runs` spreads the weeks over processes or machines.

The names below are the ones to build on; they are imported when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scheduler.scenario.applying import apply
    from scheduler.scenario.chance.calm import Calm, price_of_calm, simulate_week
    from scheduler.scenario.chance.robustness import Robustness, carry_out
    from scheduler.scenario.chancereports import capacity_report, week_report
    from scheduler.scenario.changes import Add, Drop, Move, Scenario, Set
    from scheduler.scenario.compare import Comparison
    from scheduler.scenario.explaining import explained
    from scheduler.scenario.goals.goal import capacity
    from scheduler.scenario.goals.needs import what_it_takes
    from scheduler.scenario.goals.road import Capacity
    from scheduler.scenario.practices.candidates import Ranking, rank_candidates
    from scheduler.scenario.practices.places import NextPlaces, next_places
    from scheduler.scenario.reading import read_scenarios, scenarios_of
    from scheduler.scenario.reporting import scenario_report
    from scheduler.scenario.runs.running import Runs
    from scheduler.scenario.simulation import simulate

__all__ = [
    "Add",
    "Calm",
    "Capacity",
    "Comparison",
    "Drop",
    "Move",
    "NextPlaces",
    "Ranking",
    "Robustness",
    "Runs",
    "Scenario",
    "Set",
    "apply",
    "capacity",
    "capacity_report",
    "carry_out",
    "explained",
    "next_places",
    "price_of_calm",
    "rank_candidates",
    "read_scenarios",
    "scenario_report",
    "scenarios_of",
    "simulate",
    "simulate_week",
    "week_report",
    "what_it_takes",
]

_HOMES = {
    "Add": "changes",
    "Calm": "chance.calm",
    "Capacity": "goals.road",
    "Comparison": "compare",
    "Drop": "changes",
    "Move": "changes",
    "NextPlaces": "practices.places",
    "Ranking": "practices.candidates",
    "Robustness": "chance.robustness",
    "Runs": "runs.running",
    "Scenario": "changes",
    "Set": "changes",
    "apply": "applying",
    "capacity": "goals.goal",
    "capacity_report": "chancereports",
    "carry_out": "chance.robustness",
    "explained": "explaining",
    "next_places": "practices.places",
    "price_of_calm": "chance.calm",
    "rank_candidates": "practices.candidates",
    "read_scenarios": "reading",
    "scenario_report": "reporting",
    "scenarios_of": "reading",
    "simulate": "simulation",
    "simulate_week": "chance.calm",
    "week_report": "chancereports",
    "what_it_takes": "goals.needs",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
