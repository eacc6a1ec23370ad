"""Tags that hold at some hours only: what of them counts for people who ride on workdays from 8 to 16.

The form is that of https://wiki.openstreetmap.org/wiki/Conditional_restrictions. Rides are reckoned once,
for any hour: so a restriction counts if it holds at any time then, and a permission only if throughout.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from scheduler.network.osm import LONGEST_VALUE

Tags = Mapping[str, str]

_SUFFIX = ":conditional"
#: ``no @ (Mo-Fr 07:00-17:00); yes @ Sa``: values with their conditions, in which semicolons stand in brackets.
_CLAUSE = re.compile(r"\s*([\w-]+)\s*@(\s*\([^)]*\)\s*|[^;(]+)(?:;|$)")
#: What holds in one year only, such as works in the street, says nothing of other years.
_DATED = re.compile(r"\b(19|20)\d\d\b(?!:)")
#: The workday, in hours after midnight.
_FROM, _TO = dt.timedelta(hours=8), dt.timedelta(hours=16)
#: Any year of whole weeks serves, since the conditions are those of every year.
_BEGIN, _END = dt.date(2025, 1, 6), dt.date(2026, 1, 5)
_DAY = dt.timedelta(days=1)
#: Where and by which clock the sun rises: in winter after eight in Copenhagen.
_SUN_AT, _CLOCK = (55.67, 12.56), "Europe/Copenhagen"


def by_day(tags: Tags, restricts: Callable[[str, str, str], int]) -> Tags:
    """Return tags with those of their conditions that count on workdays from 8 to 16, and no others.

    Parameters
    ----------
    tags
        The tags of a way or node.
    restricts
        Tells of a key, a value and another value of it whether the first is stricter (1), laxer (-1) or neither.

    What depends on other things than hours (a weight, snow, who one is), or cannot be read, is as if it
    did not stand there.
    """
    if not any(key.endswith(_SUFFIX) for key in tags):
        return tags
    plain = {key: value for key, value in tags.items() if not key.endswith(_SUFFIX)}
    for conditional, text in tags.items():
        key = conditional.removesuffix(_SUFFIX)
        if key == conditional or len(text) > LONGEST_VALUE:
            continue
        # Of clauses that hold at the same time the last one counts.
        for value, condition in _clauses(text):
            stricter = restricts(key, value, plain.get(key, ""))
            if stricter and (hours := _hours_open(condition)) is not None:
                some, throughout = hours
                if some if stricter > 0 else throughout:
                    plain[key] = value
    return plain


def _clauses(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while match := _CLAUSE.match(text, at):
        yield match[1], match[2].strip().removeprefix("(").removesuffix(")")
        at = match.end()


@lru_cache(maxsize=10_000)
def _hours_open(condition: str) -> tuple[bool, bool] | None:
    """Tell whether opening hours are met at some time on workdays from 8 to 16, and whether throughout."""
    import opening_hours

    if _DATED.search(condition):
        return None
    try:
        return _in_a_year(condition)
    except opening_hours.ParserError:  # type: ignore[attr-defined]  # its stub leaves it out
        return None
    except BaseException as error:
        # A fault of the library itself is a panic of Rust, which is no `Exception`.
        if type(error).__name__ == "PanicException":
            return None
        raise


def _in_a_year(condition: str) -> tuple[bool, bool]:
    from zoneinfo import ZoneInfo

    from opening_hours import OpeningHours, State

    clock = ZoneInfo(_CLOCK)
    # Nobody rides on public holidays: without a country no hours are those of a holiday.
    hours = OpeningHours(condition, timezone=clock, coords=_SUN_AT, auto_country=False)
    some, throughout = False, True
    midnights = (dt.datetime.combine(day, dt.time(), clock) for day in (_BEGIN, _END))
    for begin, end, state, _comment in hours.intervals(*midnights):
        if _touches_workday(begin.replace(tzinfo=None), end.replace(tzinfo=None)):
            some |= state != State.CLOSED
            throughout &= state == State.OPEN
        if some and not throughout:
            break
    return some, throughout


def _touches_workday(begin: dt.datetime, end: dt.datetime) -> bool:
    """Tell whether any of an interval lies between 8 and 16 on a Monday to Friday."""
    day = begin.replace(hour=0, minute=0, second=0)
    while day + _FROM < end:
        if day.weekday() < 5 and begin < day + _TO:
            return True
        day += _DAY
    return False
