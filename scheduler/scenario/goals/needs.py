"""What it takes to reach the goal: each thing alone, found by computing the chance with more and less of it."""

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from scheduler.scenario.goals.road import Capacity
from scheduler.scenario.goals.tally import binomial, chance_of, held_by_week, repeated

if TYPE_CHECKING:
    import pandas as pd

#: More further bookings than this are not looked for.
_MOST_BOOKINGS = 1 << 14
_SHARE_STEP = 1e-5


@dataclass(frozen=True, slots=True)
class _Need:
    lever: str
    today: float
    needed: float = math.nan
    chance: float = math.nan


def what_it_takes(capacity: Capacity, chance: float = 0.9) -> "pd.DataFrame":
    """Return what it takes to reach the goal with a chance: a row a lever, each on its own.

    Columns: lever, today, needed, and chance (to reach the goal with what is needed). The levers are
    no_show_share (the largest share of bookings that may not be kept), bookings_a_week (the fewest, on
    average), and where sizes were planned practices and consultants (the fewest of those planned with
    as many of the other as today). What is needed may be less than there is today. It is not a number
    where nothing suffices.
    """
    import pandas as pd

    no_shows = _no_shows(capacity, chance)
    needs = [no_shows, _bookings(capacity, chance, no_shows)]
    if capacity.frontier is not None:
        needs += _sizes(capacity.frontier, chance)
    return pd.DataFrame(needs)


def _no_shows(capacity: Capacity, chance: float) -> _Need:
    days = [day for week in capacity.days for day in week]

    def chance_with(share: float) -> float:
        (held,) = held_by_week([days], replace(capacity.settings, no_show_share=share))
        return chance_of(held, capacity.missing)

    today = capacity.settings.no_show_share
    if chance_with(0.0) < chance:
        return _Need("no_show_share", today)
    low, high = 0.0, 1.0
    if chance_with(high) >= chance:
        low = high
    while high - low > _SHARE_STEP:
        middle = (low + high) / 2
        low, high = (middle, high) if chance_with(middle) >= chance else (low, middle)
    return _Need("no_show_share", today, low, chance_with(low))


def _bookings(capacity: Capacity, chance: float, no_shows: _Need) -> _Need:
    weeks, booked = len(capacity.weeks), sum(capacity.booked)
    comes = 1 - capacity.settings.no_show_share
    if capacity.chance >= chance:
        # Fewer bookings, each left out with the same chance, are as if more citizens did not come.
        left = (1 - no_shows.needed) / comes if comes else 0.0
        return _Need("bookings_a_week", booked / weeks, booked / weeks * left, no_shows.chance)
    held, one = capacity.by_week[-1], binomial(1, comes * (1 - capacity.settings.illness_share))

    def chance_with(more: int) -> float:
        return chance_of(np.convolve(held, repeated(one, more)), capacity.missing)

    more = bisect_left(range(_MOST_BOOKINGS), chance, key=chance_with)
    if more == _MOST_BOOKINGS:
        return _Need("bookings_a_week", booked / weeks)
    return _Need("bookings_a_week", booked / weeks, (booked + more) / weeks, chance_with(more))


def _sizes(frontier: "pd.DataFrame", chance: float) -> Iterator[_Need]:
    today = frontier[frontier["is_today"]].iloc[0]
    for lever, other in (("practices", "consultants"), ("consultants", "practices")):
        alike = frontier[frontier[other] == today[other]].sort_values(lever)
        enough = alike[alike["chance_of_goal"] >= chance]
        if enough.empty:
            yield _Need(lever, today[lever])
        else:
            yield _Need(lever, today[lever], enough[lever].iloc[0], enough["chance_of_goal"].iloc[0])
