"""The road to the goal: how many conversations will have been held by the end of each week.

Of the conversations booked, those are held to which the citizen comes, on days when the consultant is not
ill, and for which there is time; `tally` has their distribution. Nothing that is lost is booked again, and
practices ask for what the tables say.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from scheduler.model.clock import Week
from scheduler.model.config import SimulationSettings
from scheduler.scenario.goals.outlook import WorkingDay
from scheduler.scenario.goals.tally import Distribution, chance_of, held_by_week, mean, quantile
from scheduler.scenario.model import Failure

if TYPE_CHECKING:
    import pandas as pd

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, kw_only=True, eq=False)
class Capacity:
    """What the weeks of the period come to.

    Attributes
    ----------
    weeks
        The weeks that were planned, in order, from the first that is not counted yet.
    days
        The working days of each week that lie in the period.
    requested, booked
        Conversations in each week.
    held
        How many were held before these weeks.
    goal, end
        How many are to be held in all, and by the end of which day.
    settings
        How many citizens do not come, and how often consultants are ill.
    frontier
        What other sizes of the service would come to, as `scheduler.scenario.goals.frontier` has it; None where
        it was not asked for.
    failures
        The weeks that could not be planned; nothing is booked in them.
    """

    weeks: tuple[Week, ...]
    days: tuple[tuple[WorkingDay, ...], ...]
    requested: tuple[int, ...]
    booked: tuple[int, ...]
    held: int
    goal: int
    end: date
    settings: SimulationSettings
    frontier: "pd.DataFrame | None" = None
    failures: tuple[Failure, ...] = ()

    @cached_property
    def by_week(self) -> tuple[Distribution, ...]:
        """The distribution of conversations held in these weeks, by the end of each."""
        return tuple(held_by_week(self.days, self.settings))

    @property
    def missing(self) -> int:
        """How many conversations these weeks must hold."""
        return self.goal - self.held

    @property
    def expected(self) -> float:
        """How many will have been held at the end, on average."""
        return self.held + mean(self.by_week[-1])

    @property
    def chance(self) -> float:
        """The chance to reach the goal."""
        return chance_of(self.by_week[-1], self.missing)

    def range(self, low: float = 0.05, high: float = 0.95) -> tuple[int, int]:
        """Return two quantiles of how many will have been held at the end."""
        return self.held + quantile(self.by_week[-1], low), self.held + quantile(self.by_week[-1], high)

    def fan(self) -> "pd.DataFrame":
        """Return the road to the goal: a row a week.

        Columns: week, week_end (its Sunday), requested_conversations and booked_conversations (of the
        week); and by its end, with what was held before: expected_held, held_p05, held_p25, held_p50,
        held_p75, held_p95, and chance_of_goal; goal_conversations.
        """
        import pandas as pd

        rows = [
            {
                "week": str(week),
                "week_end": pd.Timestamp(week.days[-1]),
                "requested_conversations": requested,
                "booked_conversations": booked,
                "expected_held": self.held + mean(total),
                **{f"held_p{100 * share:02.0f}": self.held + quantile(total, share) for share in _QUANTILES},
                "chance_of_goal": chance_of(total, self.missing),
                "goal_conversations": self.goal,
            }
            for week, requested, booked, total in zip(
                self.weeks, self.requested, self.booked, self.by_week, strict=True
            )
        ]
        return pd.DataFrame(rows)
