"""The road to the goal: how many conversations will have been held by the end of each week.

Of the conversations planned, those are held to which the citizen comes, on days when the consultant is not
ill, and for which there is time; `tally` has their distribution. Nothing that is lost is planned again.

Demand is that of the tables, or it is drawn around that (`demand`), and then each week is planned several
times. What the plans come to is set right by how much is asked for, of which the mean over all draws is
known: the regression estimator (Cochran, Sampling Techniques, 1977, ch. 7; its variance by Särndal, Swensson &
Wretman, Model Assisted Survey Sampling, 1992, ch. 6). Where all that is asked for can be
planned, the mean has no error left. Else it has, and says so: `standard_error` of the number that is expected,
`chance_error` of the chance, both for the draws alone.
"""

import math
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scheduler.model.clock import Week
from scheduler.model.config import Costs, SimulationSettings
from scheduler.scenario.chance.outlook import WorkingDay, expected_held
from scheduler.scenario.costs import unpriced
from scheduler.scenario.goals.tally import (
    Distribution,
    chance_of,
    chances_of,
    held_by_week,
    held_in_all,
    mean,
    quantile,
)
from scheduler.scenario.model import Failure

if TYPE_CHECKING:
    import pandas as pd

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekPlan:
    """A week as it was planned for one demand: what is asked for, and its working days that lie in the period."""

    requested: int
    days: tuple[WorkingDay, ...]

    @property
    def planned(self) -> int:
        """How many conversations are planned."""
        return sum(day.conversations for day in self.days)


@dataclass(frozen=True, kw_only=True, eq=False)
class Road:
    """What weeks come to, under one demand.

    Attributes
    ----------
    weeks
        The weeks that were planned, in order, from the first that is not counted yet.
    plans
        How each of them was planned: once for the demand of the tables, or once for each draw of it. A week
        that could not be planned has none.
    asked
        How many conversations are asked for in each week, on average.
    held
        How many were held before these weeks.
    goal, end
        How many are to be held in all, and by the end of which day.
    settings
        How many citizens do not come, and how often consultants are ill.
    """

    weeks: tuple[Week, ...]
    plans: tuple[tuple[WeekPlan, ...], ...]
    asked: tuple[float, ...]
    held: int
    goal: int
    end: date
    settings: SimulationSettings

    @cached_property
    def by_week(self) -> tuple[Distribution, ...]:
        """The distribution of conversations held in these weeks, by the end of each, as the plans have it."""
        return tuple(held_by_week(self._days, self.settings))

    @cached_property
    def in_all(self) -> Distribution:
        """The last of `by_week`."""
        return held_in_all(self._days, self.settings)

    @cached_property
    def planned(self) -> tuple[float, ...]:
        """How many conversations are planned in each week, on average."""
        found = _Regression([[float(plan.planned) for plan in plans] for plans in self.plans], self)
        return tuple(found.means.tolist())

    @property
    def missing(self) -> int:
        """How many conversations these weeks must hold."""
        return self.goal - self.held

    @property
    def expected(self) -> float:
        """How many will have been held at the end, on average."""
        return self.held + float(self._regression.means.sum())

    @property
    def standard_error(self) -> float:
        """The standard error of `expected`."""
        return math.sqrt(float(self._regression.variances.sum()))

    @property
    def chance(self) -> float:
        """The chance to reach the goal."""
        return chance_of(self.in_all, self._least(len(self.weeks)))

    @property
    def chance_error(self) -> float:
        """The standard error of `chance`."""
        return self._chance_error(self.in_all, self._least(len(self.weeks)), len(self.weeks))

    def chance_with(self, distribution: Distribution) -> tuple[float, float]:
        """Return the chance to reach the goal, and its error, where `in_all` is changed to this."""
        least = self._least(len(self.weeks))
        return chance_of(distribution, least), self._chance_error(distribution, least, len(self.weeks))

    def chance_where(self, expected: float, error: float = 0.0, spread: float = 1.0) -> tuple[float, float]:
        """Return the chance to reach the goal, and its error, where another number were expected.

        Parameters
        ----------
        expected
            How many will have been held at the end, on average.
        error
            The standard error of how many more or fewer that is than here.
        spread
            How many times as far what is held spreads about it.
        """
        if not spread:
            return float(expected >= self.goal), 0.0

        def least(expected: float) -> float:
            return mean(self.in_all) + (self.goal - expected) / spread

        one_less, one_more = (chance_of(self.in_all, least(expected + sign * error)) for sign in (-1, 1))
        as_here = self._chance_error(self.in_all, least(expected), len(self.weeks))
        return chance_of(self.in_all, least(expected)), math.hypot(as_here, (one_more - one_less) / 2)

    def range(self, low: float = 0.05, high: float = 0.95) -> tuple[int, int]:
        """Return two quantiles of how many will have been held at the end."""
        low_, high_ = (self._quantile(self.in_all, len(self.weeks), share) for share in (low, high))
        return low_, high_

    def under(self, settings: SimulationSettings) -> "Road":
        """Return the same weeks with other shares of no-shows and illness."""
        return replace(self, settings=settings)

    def fan(self) -> "pd.DataFrame":
        """Return the road to the goal: a row a week.

        Columns: week, week_end (its Sunday), requested_conversations and planned_conversations (of the
        week); and by its end, with what was held before: expected_held and its standard_error, held_p05,
        held_p25, held_p50, held_p75, held_p95, chance_of_goal and its chance_error; goal_conversations.
        """
        import pandas as pd

        expected = self.held + np.cumsum(self._regression.means)
        errors = np.sqrt(np.cumsum(self._regression.variances))
        rows = [
            {
                "week": str(week),
                "week_end": pd.Timestamp(week.days[-1]),
                "requested_conversations": self.asked[at],
                "planned_conversations": self.planned[at],
                "expected_held": expected[at],
                "standard_error": errors[at],
                **{
                    f"held_p{100 * share:02.0f}": self._quantile(total, at + 1, share) for share in _QUANTILES
                },
                "chance_of_goal": chance_of(total, self._least(at + 1)),
                "chance_error": self._chance_error(total, self._least(at + 1), at + 1),
                "goal_conversations": self.goal,
            }
            for at, (week, total) in enumerate(zip(self.weeks, self.by_week, strict=True))
        ]
        return pd.DataFrame(rows)

    @property
    def _days(self) -> list[list[tuple[WorkingDay, ...]]]:
        return [[plan.days for plan in plans] for plans in self.plans]

    @cached_property
    def _regression(self) -> "_Regression":
        return _Regression(
            [[expected_held(plan.days, self.settings) for plan in plans] for plans in self.plans], self
        )

    @cached_property
    def _shifts(self) -> _Floats:
        """By how much more is held by the end of each week than in the mean of its plans."""
        return np.cumsum(self._regression.shifts)

    def _quantile(self, distribution: Distribution, weeks: int, share: float) -> int:
        shift = round(float(self._shifts[weeks - 1]))
        return self.held + max(0, quantile(distribution, share) + shift)

    def _least(self, weeks: int) -> float:
        """Return how many of the conversations of the plans so many weeks must hold to reach the goal."""
        return self.missing - float(self._shifts[weeks - 1])

    def _chance_error(self, distribution: Distribution, least: float, weeks: int) -> float:
        """Return the standard error of the chance of at least so many after some weeks.

        Of every draw of a week it is asked what the chance would be if that were the week's only one: the
        spread of these, as the draws are independent, is the error (the influence of each; Efron & Stein, The
        jackknife estimate of variance, 1981). What the regression sets right is no part of it.
        """
        density = (chance_of(distribution, least - 1) - chance_of(distribution, least + 1)) / 2
        total = 0.0
        for values, asked in zip(self._regression.drawn[:weeks], self._regression.asked[:weeks], strict=True):
            if len(values) > 1:
                influence = chances_of(distribution, least - (values - values.mean()))
                influence = influence - density * self._regression.slope * (asked - asked.mean())
                total += float(influence.var(ddof=1)) / len(values)
        return math.sqrt(total)


@dataclass(frozen=True, kw_only=True, eq=False)
class Capacity(Road):
    """What the weeks of the period come to: the road as demand varies, or as written where it was not drawn.

    Attributes
    ----------
    written
        The road where practices ask for what the tables say; None where this is it.
    frontier
        What other sizes of the service would come to, as `scheduler.scenario.goals.frontier.Frontier.table` has
        it; None where it was not asked for.
    bases
        What each base would come to with its own consultants, as `Frontier.by_base` has it; None where there is
        one base, or it was not asked for.
    sensitivity
        How far each assumption moves the answer, as `scheduler.scenario.goals.sensitivity` has it; None where it
        was not asked for.
    failures
        The weeks that could not be planned.
    costs
        The prices; None without the section [costs].
    """

    written: Road | None = None
    frontier: "pd.DataFrame | None" = None
    bases: "pd.DataFrame | None" = None
    sensitivity: "pd.DataFrame | None" = None
    failures: tuple[Failure, ...] = ()
    costs: Costs | None = None

    @property
    def unpriced(self) -> str:
        """What has no price and so costs nothing at any size, in a sentence; empty where all has one."""
        return "" if self.frontier is None else unpriced(self.costs)

    def fan(self) -> "pd.DataFrame":
        """Return the road to the goal as `Road.fan` does.

        Where demand varies, there are also the columns expected_held_as_written and chance_of_goal_as_written.
        """
        fan = super().fan()
        if self.written:
            written = self.written.fan()
            fan["expected_held_as_written"] = written["expected_held"]
            fan["chance_of_goal_as_written"] = written["chance_of_goal"]
        return fan


class _Regression:
    """The mean of each week's draws, set right by what is asked for; and the variance that this leaves.

    Parameters
    ----------
    values
        What each draw of each week comes to.
    road
        What is asked for in each draw, and on average.
    """

    def __init__(self, values: list[list[float]], road: Road) -> None:
        self.drawn = [np.array(week) for week in values]
        self.asked = [np.array([float(plan.requested) for plan in plans]) for plans in road.plans]
        pairs = list(zip(self.drawn, self.asked, strict=True))
        spread = sum(float(((asked - asked.mean()) ** 2).sum()) for _v, asked in pairs if len(asked))
        together = sum(
            float(((asked - asked.mean()) * (value - value.mean())).sum())
            for value, asked in pairs
            if len(asked)
        )
        #: How much more a week comes to for each conversation more that is asked for.
        self.slope = together / spread if spread else 0.0
        #: By how much the mean of each week's draws is set right.
        self.shifts = np.array(
            [
                self.slope * (mean_asked - float(asked.mean())) if len(asked) else 0.0
                for asked, mean_asked in zip(self.asked, road.asked, strict=True)
            ]
        )
        self.means = np.array([float(value.mean()) if len(value) else 0.0 for value in self.drawn])
        self.means = self.means + self.shifts
        off = sum(
            mean - float(asked.mean())
            for (_v, asked), mean in zip(pairs, road.asked, strict=True)
            if len(asked)
        )
        #: By how much more a draw weighs for each conversation more that is asked for in it.
        tilt = off / spread if spread else 0.0
        self.variances = np.array([self._variance(*pair, tilt) for pair in pairs])

    def _variance(self, values: _Floats, asked: _Floats, tilt: float) -> float:
        """Return the variance of the mean of a week's draws, of what is not explained by what is asked for."""
        count = len(values)
        if count < 2:
            return 0.0
        apart = asked - asked.mean()
        rest = (values - values.mean() - self.slope * apart) * (1 + count * tilt * apart)
        return float(rest @ rest) / (count - 1) / count
