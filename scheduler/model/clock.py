"""Weeks, and the clock: a date and seconds after midnight as a local time."""

import datetime as dt
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

TIMEZONE = ZoneInfo("Europe/Copenhagen")

#: Sets the clock, for trying and for tests.
NOW_VARIABLE = "HJUL_NOW"

WeekPattern = Literal["all", "odd", "even"]


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """An ISO week, written ``2009-W20``.

    Attributes
    ----------
    year
        The ISO year, which differs from the calendar's around New Year.
    number
        The ISO week number, 1 to 53.
    """

    year: int
    number: int

    def __post_init__(self) -> None:
        dt.date.fromisocalendar(self.year, self.number, 1)  # a ValueError for week 54

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``2009-W20``; anything else is a `ValueError`."""
        match = re.fullmatch(r"(\d{4})-W(\d{1,2})", text.strip(), re.IGNORECASE | re.ASCII)
        with suppress(ValueError):  # of week 54
            if match:
                return cls(int(match[1]), int(match[2]))
        raise ValueError(_("{value} is not a week; write it like 2009-W20").format(value=f'"{text[:40]}"'))

    @classmethod
    def asked(cls, week: "str | Week") -> "Week":
        """Return the week that a caller names, as text or as a `Week`; anything else is an `InputError`."""
        if isinstance(week, Week):
            return week
        try:
            return cls.parse(str(week))
        except ValueError as error:
            raise InputError(str(error)) from error

    @classmethod
    def of(cls, day: dt.date) -> Self:
        """Return the week of a date."""
        year, number, _weekday = day.isocalendar()
        return cls(year, number)

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"

    @property
    def monday(self) -> dt.date:
        """The week's first day."""
        return dt.date.fromisocalendar(self.year, self.number, 1)

    @property
    def days(self) -> tuple[dt.date, ...]:
        """The seven dates, Monday first."""
        return tuple(self.monday + dt.timedelta(days=i) for i in range(7))

    def shift(self, weeks: int) -> Self:
        """Return the week so many weeks later."""
        return type(self).of(self.monday + dt.timedelta(weeks=weeks))

    def weeks_since(self, other: "Week") -> int:
        """Count the weeks from `other` to this one; negative when this one is earlier."""
        return (self.monday - other.monday).days // 7

    def matches(self, pattern: WeekPattern) -> bool:
        """Tell whether this is one of all, the odd or the even ISO week numbers."""
        return pattern == "all" or (self.number % 2 == 1) == (pattern == "odd")


def at(day: dt.date, time_s: int) -> dt.datetime:
    """Return the aware local datetime of a date and seconds after midnight; 24:00 is the next midnight."""
    days, time_s = divmod(time_s, 24 * 3600)
    hour, minute, second = time_s // 3600, time_s % 3600 // 60, time_s % 60
    return dt.datetime.combine(day + dt.timedelta(days), dt.time(hour, minute, second), TIMEZONE)


def local(moment: dt.datetime) -> dt.datetime:
    """Return a moment on the local clock, whatever offset it has; one without is on the local clock already.

    An `OverflowError` where it falls before the first or after the last day that there is.
    """
    return moment.astimezone(TIMEZONE) if moment.tzinfo else moment


def seconds_of(moment: dt.datetime, day: dt.date) -> int:
    """Return the seconds of the local clock since midnight of `day`, also past the next midnight."""
    here = local(moment)
    return (((here.date() - day).days * 24 + here.hour) * 60 + here.minute) * 60 + here.second


def now() -> dt.datetime:
    """Return the moment on the local clock, to the second; HJUL_NOW, where it is set, says what it is.

    Raises
    ------
    InputError
        When HJUL_NOW is no moment.
    """
    told = os.environ.get(NOW_VARIABLE)
    if not told:
        return dt.datetime.now(TIMEZONE).replace(microsecond=0)
    try:
        return moment(told)
    except ValueError as error:
        raise InputError(InputProblem(str(error), NOW_VARIABLE)) from error


def moment(text: str) -> dt.datetime:
    """Read a moment like ``2009-05-11T07:40``, on the local clock where it has no offset.

    Raises
    ------
    ValueError
        When it is none: a sentence that says how to write one.
    """
    try:
        return local(dt.datetime.fromisoformat(text.strip())).replace(microsecond=0, tzinfo=TIMEZONE)
    except (OverflowError, ValueError):
        raise ValueError(_("this is no moment; write it like 2009-05-11T07:40")) from None


class _OnLocalClock:
    """Has pydantic read times by their instant: another offset than the local one shows other digits."""

    def __get_pydantic_core_schema__(self, source: Any, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(self._read, handler(source))

    @staticmethod
    def _read(moment: dt.datetime) -> dt.datetime:
        from pydantic_core import PydanticCustomError

        try:
            return local(moment)
        except OverflowError:
            raise PydanticCustomError("moment", _("this is no time of a roster")) from None


#: A time in a file: however its offset is written, it is read on the local clock.
Moment = Annotated[dt.datetime, _OnLocalClock()]
