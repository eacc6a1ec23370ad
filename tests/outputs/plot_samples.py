"""Small tables for the plots, and a call of every plot with them."""

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

import pandas as pd
from samples import roster as sample_roster

from scheduler.outputs import plots

SOURCE = "Kilde: eksempel"
HOSTILE = "$\\frac{$ </svg><script>alert(1)</script>"
LONG = "En meget lang titel på et scenarie, som ikke kan stå på én linje, og som skal kunne læses alligevel"

TITLES = {"today": "I dag", "more": LONG, "fewer": HOSTILE, "same": "Som i dag"}
DIFFERENCES = pd.DataFrame(
    {
        "scenario": ["more", "fewer", "same"],
        "measure": ["held", "held", "held"],
        "difference": [31.0, -25.0, 0.0],
        "standard_error": [2.0, math.nan, 0.0],
    }
)
RESULTS = pd.DataFrame(
    [
        {"scenario": scenario, "week": week, "planned": held}
        for scenario, weeks in {
            "today": (17, 16, 14),
            "more": (19, 19, 16),
            "fewer": (15, 16, 14),
            "same": (17, 16, 14),
        }.items()
        for week, held in zip(("2009-W52", "2009-W53", "2010-W01"), weeks, strict=True)
    ]
)
GAINS = pd.DataFrame(
    {
        "name": ["Lægerne Folehaven", HOSTILE, "Havneholmen"],
        "value_points": [260_262, 132_463, 0],
        "net_conversations": [4, 2, 0],
    }
)
FAN = pd.DataFrame(
    {
        "week_end": pd.to_datetime(["2010-10-03", "2010-11-07", "2010-12-31"]),
        "held_p05": [700, 800, 880],
        "held_p25": [720, 825, 905],
        "held_p50": [735, 840, 920],
        "held_p75": [750, 855, 935],
        "held_p95": [770, 880, 960],
        "expected_held": [735.2, 840.3, 920.4],
        "chance_of_goal": [0.0, 0.01, 0.8],
        "chance_error": [0.0, 0.0, 0.03],
        "goal_conversations": [900, 900, 900],
    }
)
FRONTIER = pd.DataFrame(
    {
        "consultants": [1, 1, 2, 2, 3],
        "practices": [20, 30, 20, 30, 20],
        "is_today": [False, False, True, False, False],
        "requested_a_quarter": [192.0, 335.0, 192.0, 335.0, math.nan],
        "expected_held_a_quarter": [95.6, 127.3, 140.1, 218.4, math.nan],
        "standard_error_a_quarter": [31.9, 43.3, 0.0, math.nan, math.nan],
        "practice_sets": [1, 5, 1, 5, 1],
        "expected_held_low_a_quarter": [95.6, 110.0, 140.1, 190.5, math.nan],
        "expected_held_high_a_quarter": [95.6, 140.0, 140.1, 240.5, math.nan],
        "on_frontier": [False, True, False, True, False],
    }
)
SENSITIVITY = pd.DataFrame(
    {
        "assumption": [
            "demand_a_week",
            "conversation_minutes",
            "no_show_share",
            "illness_share",
            "speed_kph",
        ],
        "low": [11.8, 36.0, 0.16, 0.04, 12.0],
        "high": [17.7, 54.0, 0.24, 0.06, 18.0],
        "expected_held": [913.3] * 5,
        "expected_held_low": [722.7, 973.6, 959.0, 923.0, math.nan],
        "expected_held_high": [1018.1, 830.3, 867.7, 903.7, 914.0],
        "standard_error_low": [17.0, 23.5, 0.0, 0.0, math.nan],
        "standard_error_high": [20.1, 32.0, 0.0, 0.0, 0.2],
    }
)
STOPS = pd.DataFrame(
    {
        "kind": ["visit", "lunch", "engagement", "engagement", "home_visit"],
        "name": [LONG, "Frokost", "Teammøde", "Teammøde", "Hjemmebesøg"],
        "consultant_id": ["r1", "r1", "r1", "r2", "r2"],
        "booked_start": pd.to_datetime([f"2009-05-11 {hour:02}:30" for hour in (9, 12, 13, 13, 15)]),
        "chance_within_0_min": [0.52, 0.3, 1.0, 0.999, 0.4],
        "chance_within_5_min": [0.97, 0.7, 1.0, 0.9999, 0.8],
        "chance_within_15_min": [1.0, 0.9, 1.0, 1.0, 0.95],
    }
)
DISTRIBUTION = pd.DataFrame({"conversations": range(5), "chance_held": [0.01, 0.04, 0.15, 0.5, 0.3]})
CALM = pd.DataFrame(
    {
        "slack_minutes": [0, 5, 10],
        "score_points": [183_300, 189_300, 204_300],
        "chance_visit_within_0_min": [0.57, 0.96, 0.99],
        "chance_visit_within_5_min": [0.966, 0.991, 0.998],
        "chance_week_within_15_min": [0.962, 0.992, 0.999],
    }
)
TERMS = pd.DataFrame({"meaning": ["Cykling", LONG, "Ventetid"], "points": [137_030, 6_000, 0]})
CONSULTANTS = pd.DataFrame(
    {
        "name": ["Rådgiver 1", HOSTILE, "Aldrig på arbejde"],
        "shift_seconds": [126_900, 121_500, 0],
        "visit_seconds": [31_500, 27_600, 0],
        "ride_seconds": [8_400, 5_300, 0],
        "waiting_seconds": [300, 100, 0],
    }
)
RIDES = pd.DataFrame(
    [
        {"from_id": a, "from_name": a, "to_id": b, "to_name": b, "ride_seconds": s, "ride_metres": m}
        for a, b, s, m in (
            ("base", HOSTILE, 600, 2300),
            (HOSTILE, "base", 690, 2500),
            ("base", "Vej", 120, 500),
            ("Vej", "base", 119, 500),
            ("Vej", HOSTILE, 0, 0),
        )
    ]
)

#: Every plot by its name. Takes what the plot takes besides its table: `ax`, if anything.
OUTCOMES = pd.DataFrame(
    [
        {
            "week": f"2009-W{52 + n if n < 2 else n - 1:02d}", "held": 11 - n, "cancelled": n, "no_show": 1, "not_booked": 0,
            "by_practice": n % 2, "by_us": 1, "not_told": 3 * (n == 3), "not_planned": 2,
        }
        for n in range(4)
    ]
)  # fmt: skip
PLOTS: dict[str, Callable[..., Any]] = {
    "scenario_differences": lambda **ax: plots.scenario_differences(
        DIFFERENCES, "held", what="samtaler holdt", titles=TITLES, source=SOURCE, **ax
    ),
    "conversations_by_week": lambda **ax: plots.conversations_by_week(
        RESULTS, titles=TITLES, source=SOURCE, **ax
    ),
    "candidate_ranking": lambda **ax: plots.candidate_ranking(GAINS, source=SOURCE, **ax),
    "road_to_goal": lambda **ax: plots.road_to_goal(FAN, end=dt.date(2010, 12, 31), source=SOURCE, **ax),
    "outcomes_by_week": lambda **ax: plots.outcomes_by_week(OUTCOMES, source=SOURCE, **ax),
    "capacity_frontier": lambda **ax: plots.capacity_frontier(FRONTIER, source=SOURCE, **ax),
    "sensitivity": lambda **ax: plots.sensitivity(SENSITIVITY, goal=900, source=SOURCE, **ax),
    "stop_punctuality": lambda **ax: plots.stop_punctuality(STOPS, source=SOURCE, **ax),
    "conversations_held": lambda **ax: plots.conversations_held(DISTRIBUTION, source=SOURCE, **ax),
    "price_of_calm": lambda **ax: plots.price_of_calm(CALM, source=SOURCE, **ax),
    "score_terms": lambda **ax: plots.score_terms(TERMS, source=SOURCE, **ax),
    "working_time": lambda **ax: plots.working_time(CONSULTANTS, source=SOURCE, **ax),
    "rides_of_place": lambda **ax: plots.rides_of_place(RIDES, "base", source=SOURCE, **ax),
    "plot_roster": lambda **ax: plots.plot_roster(sample_roster(hostile=True), source=SOURCE, **ax),
    "ride_speeds": lambda **ax: plots.ride_speeds(RIDES, source=SOURCE, **ax),
}
