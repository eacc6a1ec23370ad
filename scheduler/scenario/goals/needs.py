"""What it takes to reach the goal: each thing alone, found by computing the chance with more and less of it."""

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from scheduler.scenario.goals.road import Capacity, Road
from scheduler.scenario.goals.tally import binomial, repeated

if TYPE_CHECKING:
    import pandas as pd

#: More further conversations than this are not looked for.
_MOST_MORE = 1 << 14
_SHARE_STEP = 1e-5


@dataclass(frozen=True, slots=True)
class _Need:
    lever: str
    today: float
    needed: float = math.nan
    chance: float = math.nan
    chance_error: float = math.nan


def what_it_takes(capacity: Capacity, chance: float = 0.9) -> "pd.DataFrame":
    """Return what it takes to reach the goal with a chance: a row a lever, each on its own.

    Columns: lever, today, needed, and chance (to reach the goal with what is needed) with its chance_error.
    The levers are no_show_share (the largest share of booked conversations to which citizens may not come),
    planned_a_week (the fewest conversations planned, on average), and where sizes were planned practices and
    consultants (the fewest of those planned with as many of the other as today). What is needed may be less
    than there is today. It is not a number where nothing suffices.
    """
    import pandas as pd

    no_shows = _no_shows(capacity, chance)
    needs = [no_shows, _planned(capacity, chance, no_shows)]
    if capacity.frontier is not None:
        needs += _sizes(capacity.frontier, chance)
    return pd.DataFrame(needs)


def _no_shows(capacity: Capacity, chance: float) -> _Need:
    from scipy.optimize import brentq

    def road_with(share: float) -> Road:
        return capacity.under(replace(capacity.settings, no_show_share=share))

    today = capacity.settings.no_show_share
    if road_with(0.0).chance < chance:
        return _Need("no_show_share", today)
    needed = 1.0
    if road_with(needed).chance < chance:
        found = brentq(lambda share: road_with(share).chance - chance, 0.0, 1.0, xtol=_SHARE_STEP / 2)
        needed = max(float(found) - _SHARE_STEP / 2, 0.0)  # so that it suffices
    enough = road_with(needed)
    return _Need("no_show_share", today, needed, enough.chance, enough.chance_error)


def _planned(capacity: Capacity, chance: float, no_shows: _Need) -> _Need:
    weeks, planned = len(capacity.weeks), sum(capacity.planned)
    comes = 1 - capacity.settings.no_show_share
    if capacity.chance >= chance:
        # Fewer conversations, each left out with the same chance, are as if more citizens did not come.
        left = (1 - no_shows.needed) / comes if comes else 0.0
        needed = planned / weeks * left
        return _Need("planned_a_week", planned / weeks, needed, no_shows.chance, no_shows.chance_error)
    held, one = capacity.in_all, binomial(1, comes * (1 - capacity.settings.illness_share))

    def chance_with(more: int) -> tuple[float, float]:
        return capacity.chance_with(np.convolve(held, repeated(one, more)))

    more = bisect_left(range(_MOST_MORE), chance, key=lambda count: chance_with(count)[0])
    if more == _MOST_MORE:
        return _Need("planned_a_week", planned / weeks)
    return _Need("planned_a_week", planned / weeks, (planned + more) / weeks, *chance_with(more))


def _sizes(frontier: "pd.DataFrame", chance: float) -> Iterator[_Need]:
    today = frontier[frontier["is_today"]].iloc[0]
    for lever, other in (("practices", "consultants"), ("consultants", "practices")):
        alike = frontier[frontier[other] == today[other]].sort_values(lever)
        enough = alike[alike["chance_of_goal"] >= chance]
        if enough.empty:
            yield _Need(lever, today[lever])
        else:
            found = enough.iloc[0]
            yield _Need(lever, today[lever], found[lever], found["chance_of_goal"], found["chance_error"])
