"""How many conversations will have been held by the end of the period, by what was held so far.

The model is that of `hjul simulate capacity` (`goals.tally`), told what is known. What was held is held. In weeks that
are published who holds how many on which day is known. A week that is not published yet is not planned for this: of
what it asks for it is taken to find place what found place until now, spread over the days at work. How many of the
planned conversations are lost, with consultants at work, is not known: the share has a Beta distribution, of the setting
`no_show_share` as if it had been seen in `_BELIEVED` conversations, and of what is told since. The answer is the mean over
equally likely values of it; so a short log says little, and the range says so.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.model.clock import Week
from scheduler.scenario.chance.outlook import WorkingDay
from scheduler.scenario.goals.tally import Distribution, chance_of, held_at_shares, mean, quantile
from scheduler.services.progress import Ahead, Progress

if TYPE_CHECKING:
    import pandas as pd

_BELIEVED = 40
#: So many values stand for the distribution of the share that is lost, each as likely.
_VALUES = 9
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, kw_only=True, eq=False)
class Forecast:
    """How many conversations will have been held.

    Attributes
    ----------
    held, goal
        How many have been, and are to be.
    weeks
        The weeks in which something is to come or not told yet.
    planned
        How many are planned in each of them, or taken to be.
    by_week
        The distribution of how many of these will have been held by the end of each.
    lost_share
        The share of planned conversations that are lost with a consultant at work, on average.
    """

    held: int
    goal: int
    weeks: tuple[Week, ...]
    planned: tuple[int, ...]
    by_week: tuple[Distribution, ...]
    lost_share: float

    @property
    def expected(self) -> float:
        """How many will have been held at the end, on average."""
        return self.held + (mean(self.by_week[-1]) if self.by_week else 0.0)

    @property
    def chance(self) -> float:
        """The chance to reach the goal."""
        if not self.by_week:
            return float(self.held >= self.goal)
        return chance_of(self.by_week[-1], self.goal - self.held)

    def range(self, low: float = 0.05, high: float = 0.95) -> tuple[int, int]:
        """Return two quantiles of how many will have been held at the end."""
        if not self.by_week:
            return self.held, self.held
        return self.held + quantile(self.by_week[-1], low), self.held + quantile(self.by_week[-1], high)

    def fan(self) -> "pd.DataFrame":
        """Return the road to the goal, a row a week, with columns as `Road.fan` has them."""
        import pandas as pd

        rows = [
            {
                "week": str(week),
                "week_end": pd.Timestamp(week.days[-1]),
                "planned_conversations": planned,
                "expected_held": self.held + mean(total),
                "standard_error": 0.0,
                **{f"held_p{100 * share:02.0f}": self.held + quantile(total, share) for share in _QUANTILES},
                "chance_of_goal": chance_of(total, self.goal - self.held),
                "chance_error": 0.0,
                "goal_conversations": self.goal,
            }
            for week, planned, total in zip(self.weeks, self.planned, self.by_week, strict=True)
        ]
        return pd.DataFrame(rows)


def forecast(found: Progress) -> Forecast:
    """Return how many conversations will have been held by the end of the project's period."""
    from scipy.special import betaincinv

    settings = found.project.config.simulation
    told, held = found.told
    lost = settings.no_show_share * _BELIEVED + told - held
    kept = (1 - settings.no_show_share) * _BELIEVED + held
    shares = [float(settings.no_show_share)]
    if lost > 0 and kept > 0:
        shares = [float(betaincinv(lost, kept, (n + 0.5) / _VALUES)) for n in range(_VALUES)]
    placed = _placed_share(found)
    weeks = _weeks(found.ahead, placed)
    return Forecast(
        held=found.held,
        goal=found.goal,
        weeks=tuple(ahead.week for ahead in found.ahead),
        planned=tuple(sum(day.conversations for day in days) for days in weeks),
        by_week=tuple(held_at_shares(weeks, settings, shares)),
        lost_share=lost / (lost + kept),
    )


def _placed_share(found: Progress) -> float:
    """Return which share of what was asked for found a place in the weeks published; all of it where none were."""
    asked = sum(entry.asked + entry.extra for entry in found.all_books.entries)
    planned = sum(entry.planned for entry in found.all_books.entries)
    return planned / asked if asked else 1.0


def _weeks(ahead: tuple[Ahead, ...], placed: float) -> list[tuple[WorkingDay, ...]]:
    """Return the working days of weeks; whole conversations, with what is left of one going into the next week."""
    left = 0.0
    weeks = []
    for week in ahead:
        if week.days is not None:
            days = dict(week.days)
        else:
            total = int(left + week.asked * placed + 1e-9) if week.at_work else 0
            left = left + week.asked * placed - total if week.at_work else left
            days = _spread(total, week)
        weeks.append(
            tuple(
                WorkingDay(consultant_id=who, date=date, conversations=count, seen_share=1.0)
                for (who, date), count in sorted(days.items(), key=lambda item: (item[0][1], item[0][0]))
            )
        )
    return weeks


def _spread(total: int, week: Ahead) -> dict[tuple[str, dt.date], int]:
    each, more = divmod(total, len(week.at_work)) if week.at_work else (0, 0)
    return {key: each + (number < more) for number, key in enumerate(week.at_work)}
