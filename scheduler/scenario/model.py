"""What a scenario's weeks are, and the figures that come of each."""

import dataclasses
from dataclasses import dataclass

from scheduler.base.errors import InputProblem
from scheduler.model.config import SimulationSettings
from scheduler.model.problem import Problem

#: The name of the project as it is, in every comparison.
TODAY = "today"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """One week of one scenario, ready to be planned anywhere.

    `watched` is the id of a request whose visit is also counted apart, if any. `time_limit_s` is how long
    it may be searched: `Runs` has the last word. `simulation` says what chance does to the week's roster.
    """

    scenario: str
    week: str
    problem: Problem
    time_limit_s: float = 20.0
    watched: str = ""
    simulation: SimulationSettings = dataclasses.field(default_factory=SimulationSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFigures:
    """What one week of one scenario comes to; a row of every table of results.

    `requested` and `planned` count conversations; `requests` are practices and home visits that are due.
    `expected_held` is how many of the planned conversations are held on average, by the settings
    [simulation]. `missed_visits` got no visit, `partial_visits` fewer conversations than requested. `cycling_s`,
    `cycling_m` and `waiting_s` are sums over all rounds; `visit_s` are seconds of visits and home
    visits, `room_s` those of visits in practices' rooms, and `adviser_s` those of visits and of all that the
    way to them takes: cycling, parking and waiting. `own_visits` were made by the practice's own consultant
    out of `owned_visits`. `working_s` are seconds of shifts less lunch and engagements; `consultants` have
    such time. `watched_visits` and `watched_planned` are those of the task's watched request alone.
    `planned_by` is a JSON object: requested and planned conversations of every practice that asks, by its id.
    `by_base` is one of the `BASE_COLUMNS`, by the id of the base; what is not counted there is 0. `days` are
    the consultants' working days, as `chance.outlook` writes them.
    """

    scenario: str
    week: str
    status: str
    score: int
    bound: int
    requests: int
    visits: int
    requested: int
    planned: int
    expected_held: float
    missed_visits: int
    partial_visits: int
    cycling_s: int
    cycling_m: int
    waiting_s: int
    visit_s: int
    room_s: int
    adviser_s: int
    own_visits: int
    owned_visits: int
    moved_visits: int
    imbalance_minutes: float
    consultants: int
    working_s: int
    solve_s: float
    watched_visits: int = 0
    watched_planned: int = 0
    planned_by: str = "{}"
    by_base: str = "{}"
    days: str = "[]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A task that could not be done, and why."""

    scenario: str
    week: str
    reason: str

    def problem(self) -> InputProblem:
        """Return the failure as one of the problems of an error, named by its scenario and week."""
        return InputProblem(self.reason, f"{self.scenario} {self.week}")

    def __str__(self) -> str:
        return str(self.problem())


#: The columns of a table of results, in order.
COLUMNS = tuple(field.name for field in dataclasses.fields(WeekFigures))
#: Those that are sums over the bases.
BASE_COLUMNS = (
    "requests",
    "visits",
    "requested",
    "planned",
    "expected_held",
    "missed_visits",
    "partial_visits",
    "cycling_s",
    "cycling_m",
    "waiting_s",
    "visit_s",
    "room_s",
    "adviser_s",
    "own_visits",
    "owned_visits",
    "consultants",
    "working_s",
)
