"""Some of the weeks stand for all: how much a changed service differs from today's, and how sure that is.

Each is planned over some of the weeks, as it would be and as it is, for the same demand. What they say of the
change is set right by what they say of today, of which all weeks are known (a difference estimator; Cochran,
Sampling Techniques, 1977, ch. 7), so that weeks which happen to be busy do not look like a gain. What is not
known for want of the other weeks, and of other demand in these, is a standard error. As far as a difference
goes with how much is asked for, today and more than today, of which the means over all weeks are known, it is
set right by that (the regression estimator, also there).

Where it is drawn who is there, several sets of practices take turns over the weeks, and what all weeks come to is
found for each. How far these lie apart says how much it matters who joins; what their few weeks leave open is
taken out of that first, and draws them nearer to their mean (an analysis of variance; Louis, Estimating a
population of parameter values using Bayes and empirical Bayes methods, JASA 79, 1984).
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduler.model.clock import Week
from scheduler.model.config import SimulationSettings
from scheduler.scenario.chance.outlook import WorkingDay, read
from scheduler.scenario.goals.tally import held_in_all, variance
from scheduler.scenario.model import WeekFigures

_Floats = NDArray[np.float64]
#: So many weeks more than what else is found from them, and what is asked for in them is made use of.
_ENOUGH = 4
#: What is less is an error of the arithmetic.
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What is counted of a sampled week: conversations, seconds in practices' rooms, and the working days."""

    asked: float
    planned: float
    expected: float
    room_s: float
    days: tuple[WorkingDay, ...]

    @classmethod
    def of(cls, figures: Iterable[WeekFigures]) -> "dict[Week, Counted]":
        """Return what is counted of whole weeks."""
        return {
            Week.parse(each.week.partition("#")[0]): cls(
                asked=each.requested,
                planned=each.planned,
                expected=each.expected_held,
                room_s=each.room_s,
                days=read(each.days),
            )
            for each in figures
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Sets:
    """Which of several drawn sets of practices each sampled week has.

    Attributes
    ----------
    turns
        The number of its set, for each sampled week in order.
    more
        How many more conversations than today are asked for in a week with each set, on average over all weeks.
    """

    turns: tuple[int, ...]
    more: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What all weeks come to more than as it is: conversations planned and expected to be held, and room seconds.

    `by_set` are those expected with each set of practices, of which `expected` is the mean; `standard_error` is
    that of `expected`.
    """

    planned: float
    expected: float
    by_set: tuple[float, ...]
    standard_error: float
    room_s: float


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
        self,
        changed: Mapping[Week, Counted],
        today: Mapping[Week, Counted],
        sets: Sets | None = None,
    ) -> Difference | None:
        """Return by how much all weeks differ; None where one of the sampled weeks is not there."""
        if not self._stands_for.keys() <= changed.keys() & today.keys():
            return None
        after, before = ([weeks[week] for week in self._stands_for] for weeks in (changed, today))
        turns = np.array(sets.turns if sets else [0] * len(self))
        asked = np.array([each.asked for each in before])
        known = [asked - self._asked]
        if sets:
            more = np.array([each.asked for each in after]) - asked
            known.append(more - np.array(sets.more)[turns])
        fit = _Fit(turns, self._counts, np.array(known).T)

        def total(name: str) -> "_Total":
            apart = [
                getattr(then, name) - getattr(now, name) for then, now in zip(after, before, strict=True)
            ]
            return fit.total(np.array(apart), left_open=self._left_open)

        expected = total("expected")
        return Difference(
            planned=total("planned").mean,
            expected=expected.mean,
            by_set=expected.by_set,
            standard_error=expected.error,
            room_s=total("room_s").mean,
        )

    def spread(
        self, changed: Mapping[Week, Counted], today: Mapping[Week, Counted], settings: SimulationSettings
    ) -> float:
        """Return how many times as far what is held of these weeks' plans spreads about its mean as today."""
        then, now = (
            sum(
                count * variance(held_in_all([[weeks[week].days]], settings))
                for week, count in self._stands_for.items()
            )
            for weeks in (changed, today)
        )
        return math.sqrt(then / now) if now else 1.0

    @property
    def _left_open(self) -> float:
        """Which share of the variance of a mean is there although weeks are drawn without replacement.

        All of it where demand is drawn: there are any number of weeks then.
        """
        return 1.0 if self._is_drawn else max(1 - len(self) / float(self._counts.sum()), 0.0)


@dataclass(frozen=True, slots=True)
class _Total:
    """What differences come to over all weeks: for each set, the mean of these, and its standard error."""

    by_set: tuple[float, ...]
    mean: float
    error: float


class _Fit:
    """Differences of weeks -> what all weeks come to.

    Parameters
    ----------
    turns
        Which set each week has.
    counts
        Of how many weeks each is one.
    known
        A row a week: what is known of it, less its mean over all weeks.
    """

    def __init__(self, turns: NDArray[np.intp], counts: _Floats, known: _Floats) -> None:
        self._is_of = (turns[:, None] == np.unique(turns)).astype(np.float64)
        shares = self._is_of * counts[:, None]
        self._shares = (shares / shares.sum(axis=0)).T
        self._roots = np.sqrt(counts)[:, None]
        self._weeks = float(counts.sum())
        self._known = known

    def total(self, apart: _Floats, *, left_open: float) -> _Total:
        """Return what these differences come to; `left_open` is the share of the variance that counts."""
        count, sets = self._is_of.shape
        flat, used = apart, 0
        if count >= sets + _ENOUGH:
            off, of = (self._roots * self._about_means(each) for each in (self._known, apart[:, None]))
            slopes, _rest, rank, _values = np.linalg.lstsq(off, of)
            used = int(rank)
            flat = apart - (self._known @ slopes)[:, 0]
        means = self._shares @ flat
        rest, free = flat - self._is_of @ means, count - sets - used
        one_week = float(rest @ rest) / free if free > 0 else 0.0  # the variance of a week
        mean = float(means.mean())
        if sets == 1:
            error = math.sqrt(left_open * one_week / count)
            return _Total((self._weeks * mean,), self._weeks * mean, self._weeks * error)
        by_weeks = one_week * float((1 / self._is_of.sum(axis=0)).mean())
        between = float(means.var(ddof=1))
        nearer = math.sqrt(max(0.0, 1 - by_weeks / between)) if between else 0.0
        by_set = self._weeks * (mean + nearer * (means - mean))
        error = math.sqrt(max(between, by_weeks) / sets)
        return _Total(tuple(by_set.tolist()), self._weeks * mean, self._weeks * error)

    def _about_means(self, values: _Floats) -> _Floats:
        """Return values of weeks less the means of their sets."""
        about: _Floats = values - self._is_of @ (self._shares @ values)
        return np.where(np.abs(about) < _NOTHING, 0.0, about)
