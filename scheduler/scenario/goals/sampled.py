"""Some of the weeks stand for all: how much a changed service differs from today's, and how sure that is.

Each is planned over some of the weeks, as it would be and as it is, for the same demand. What they say of the
change is set right by what they say of today, of which all weeks are known (a difference estimator; Cochran,
Sampling Techniques, 1977, ch. 7), so that weeks which happen to be busy do not look like a gain. What is not
known for want of the other weeks, and of other demand in these, is a standard error. As far as a difference
goes with how much is asked for, of which the mean over all weeks is known, it is set right by that (the
regression estimator, also there).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduler.model.clock import Week
from scheduler.model.config import SimulationSettings
from scheduler.scenario.chance.outlook import read
from scheduler.scenario.goals.tally import held_in_all, variance
from scheduler.scenario.model import WeekFigures

_Floats = NDArray[np.float64]
#: From so many weeks on, what is asked for in them is made use of.
_ENOUGH = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What all weeks come to more than as it is: asked for, planned and expected to be held.

    `standard_error` is that of those expected to be held, and `spread` how many times as far what is held
    spreads about them, as a share of what it is today.
    """

    requested: float
    planned: float
    expected: float
    standard_error: float
    spread: float


class Sample:
    """The weeks that stand for all.

    Parameters
    ----------
    stands_for
        Of how many weeks each of them is one, itself included; at least two, where these are not all.
    asked
        How many conversations are asked for in a week as it is, on average over all weeks and draws.
    is_drawn
        Whether demand is drawn, so that even all weeks leave something open.
    """

    def __init__(self, stands_for: Mapping[Week, int], *, asked: float, is_drawn: bool) -> None:
        self._stands_for = stands_for
        self._counts = np.array(list(stands_for.values()), dtype=np.float64)
        self._asked = asked
        self._is_drawn = is_drawn

    def __len__(self) -> int:
        return len(self._stands_for)

    @property
    def stands_for(self) -> Mapping[Week, int]:
        """Of how many weeks each is one."""
        return self._stands_for

    def difference(
        self, changed: Sequence[WeekFigures], today: Sequence[WeekFigures], settings: SimulationSettings
    ) -> Difference | None:
        """Return by how much all weeks differ; None where one of the sampled weeks is not there."""
        after, before = self._in_order(changed), self._in_order(today)
        if after is None or before is None:
            return None
        asked = np.array([float(each.requested) for each in before])

        def total(name: str) -> tuple[float, float]:
            apart = [
                getattr(then, name) - getattr(now, name) for then, now in zip(after, before, strict=True)
            ]
            return self._total(np.array(apart, dtype=np.float64), asked)

        expected, error = total("expected_held")
        return Difference(
            requested=total("requested")[0],
            planned=total("planned")[0],
            expected=expected,
            standard_error=error,
            spread=_spread(after, before, self._counts, settings),
        )

    def _in_order(self, figures: Sequence[WeekFigures]) -> list[WeekFigures] | None:
        by_week = {Week.parse(each.week.partition("#")[0]): each for each in figures}
        if by_week.keys() != self._stands_for.keys():
            return None
        return [by_week[week] for week in self._stands_for]

    def _total(self, apart: _Floats, asked: _Floats) -> tuple[float, float]:
        """Return the total of differences over all weeks, and its standard error.

        The weeks are drawn without replacement; but where demand is drawn, there are any number of them.
        """
        count, weeks = len(apart), float(self._counts.sum())
        mean, mean_asked = (float(values @ self._counts) / weeks for values in (apart, asked))
        off = asked - mean_asked
        spread = float(self._counts @ off**2)
        slope = float(self._counts @ (off * (apart - mean))) / spread if count >= _ENOUGH and spread else 0.0
        left = 1.0 if self._is_drawn else 1 - count / weeks
        free = count - (2 if slope else 1)
        rest = apart - mean - slope * off
        error = math.sqrt(max(left, 0) * float(rest @ rest) / free / count) if free else 0.0
        return weeks * (mean + slope * (self._asked - mean_asked)), weeks * error


def _spread(
    after: Sequence[WeekFigures],
    before: Sequence[WeekFigures],
    counts: _Floats,
    settings: SimulationSettings,
) -> float:
    """Return the ratio of the standard deviations of what is held of the same weeks' plans."""
    then, now = (
        sum(
            count * variance(held_in_all([[read(each.days)]], settings))
            for each, count in zip(figures, counts, strict=True)
        )
        for figures in (after, before)
    )
    return math.sqrt(then / now) if now else 1.0
