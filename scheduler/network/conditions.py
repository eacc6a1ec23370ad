"""Tags that hold at some hours only: what of them counts for people who ride on workdays from 8 to 16.

The form is that of https://wiki.openstreetmap.org/wiki/Conditional_restrictions. Rides are reckoned once,
for any hour: so a restriction counts if it holds at any time then, and a permission only if throughout.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping

Tags = Mapping[str, str]

_SUFFIX = ":conditional"
#: ``no @ (Mo-Fr 07:00-17:00); yes @ Sa``: values with their conditions, in which semicolons stand in brackets.
_CLAUSE = re.compile(r"\s*([\w-]+)\s*@\s*(\([^)]*\)|[^;(]+)\s*(?:;|$)")
#: What holds in one year only, such as works in the street, says nothing of other years.
_DATED = re.compile(r"\b(19|20)\d\d\b(?!:)")
_FROM, _TO = dt.time(8), dt.time(16)
#: Any year of whole weeks serves, since the conditions are those of every year.
_FIRST_DAY, _DAYS = dt.date(2025, 1, 6), 364


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
        if key == conditional:
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


def _hours_open(condition: str) -> tuple[bool, bool] | None:
    """Tell whether opening hours are met at some time on workdays from 8 to 16, and whether throughout."""
    import opening_hours

    if _DATED.search(condition):
        return None
    try:
        hours = opening_hours.OpeningHours(condition)
    except opening_hours.ParserError:  # type: ignore[attr-defined]  # its stub leaves it out
        return None
    some, throughout = False, True
    for day in (_FIRST_DAY + dt.timedelta(days=number) for number in range(_DAYS)):
        if day.weekday() > 4:
            continue
        begin, end = dt.datetime.combine(day, _FROM), dt.datetime.combine(day, _TO)
        states = {state for _begin, _end, state, _comments in hours.intervals(begin, end)}
        some |= states != {opening_hours.State.CLOSED}
        throughout &= states == {opening_hours.State.OPEN}
    return some, throughout
