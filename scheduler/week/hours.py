"""Hours of a day as intervals, in seconds after midnight: joined, cut, and those that no clock shows."""

import datetime as dt
from collections.abc import Iterable, Iterator

from scheduler.model.clock import TIMEZONE

#: From when until when.
Hours = tuple[int, int]

DAY: Hours = (0, 24 * 3600)
_CHANGED: Hours = (2 * 3600, 3 * 3600)


def joined(hours: Iterable[Hours]) -> tuple[Hours, ...]:
    """Return intervals in order, such that touch or overlap as one."""
    found: list[Hours] = []
    for start_s, end_s in sorted(hours):
        if found and start_s <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end_s)
        else:
            found.append((start_s, end_s))
    return tuple(found)


def without(hours: Hours, closed: Iterable[Hours]) -> Iterator[Hours]:
    """Yield what is left of an interval, in order."""
    start_s, end_s = hours
    for from_s, to_s in joined(closed):
        if start_s < min(from_s, end_s):
            yield start_s, min(from_s, end_s)
        start_s = max(start_s, to_s)
    if start_s < end_s:
        yield start_s, end_s


def overlap(one: Hours, other: Hours) -> bool:
    """Tell whether two intervals have some time in common."""
    return one[0] < other[1] and other[0] < one[1]


def changed_hour(day: dt.date) -> Hours | None:
    """Return the hour that is left out or comes twice where the clocks change on a day; else None."""
    noon_before, noon = (
        dt.datetime.combine(day + dt.timedelta(days=days), dt.time(12), TIMEZONE) for days in (-1, 0)
    )
    return None if noon_before.utcoffset() == noon.utcoffset() else _CHANGED
