"""Plots that can stand in a memo: the title says what was found, axes have units, sources are named.

Each function takes a table, returns a `matplotlib.figure.Figure`, and touches no global state of
Matplotlib; with `ax` it draws on axes of the caller's. Words and numbers are in the language in force.
The words "nine times in ten" stand for an interval from the 5th to the 95th percentile.
"""

from scheduler.outputs.plots.capacity import capacity_frontier, road_to_goal, sensitivity
from scheduler.outputs.plots.chance import conversations_held, price_of_calm, stop_punctuality
from scheduler.outputs.plots.progress import outcomes_by_week
from scheduler.outputs.plots.roster import plot_roster
from scheduler.outputs.plots.scenarios import candidate_ranking, conversations_by_week, scenario_differences
from scheduler.outputs.plots.style import percent
from scheduler.outputs.plots.weeks import ride_speeds, rides_of_place, score_terms, working_time

__all__ = [
    "candidate_ranking",
    "capacity_frontier",
    "conversations_by_week",
    "conversations_held",
    "outcomes_by_week",
    "percent",
    "plot_roster",
    "price_of_calm",
    "ride_speeds",
    "rides_of_place",
    "road_to_goal",
    "scenario_differences",
    "score_terms",
    "sensitivity",
    "stop_punctuality",
    "working_time",
]
