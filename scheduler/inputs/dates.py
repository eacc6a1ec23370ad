"""Dates and weeks in the cells of a table, as Danes, spreadsheets and programs write them."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from scheduler.base.i18n import _
from scheduler.base.i18n import weekday as i18n_weekday
from scheduler.inputs.cells import WEEKDAYS, Cell, CellError, shown
from scheduler.model.clock import TIMEZONE, Week

#: Years that a date may have; others are slips of the pen ("0209-05-12").
FIRST_YEAR, LAST_YEAR = 1990, 2100

_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
#: 12-05-2009, 12.5.2009, 12/5/2009, 12/5-2009; a year of two digits would be a day behind two dashes.
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:-(\d{1,2})-(\d{4})|(?:\. ?(\d{1,2})\. ?|/(\d{1,2})[/-])(\d{4}|\d{2}))", re.ASCII
)
_EITHER_WAY = re.compile(r"(\d{1,2})/(\d{1,2})/\d+", re.ASCII)
_DATE_IN_WORDS = re.compile(r"(\d{1,2})\.? ?([^\W\d_]{3,})\.?,? ?(\d{4})", re.ASCII)
_NO_YEAR = re.compile(r"\d{1,2}(?:\. ?| )[^\W\d_]{3,}\.?|\d{1,2}[./-]\d{1,2}\.?", re.ASCII)
#: What stands before a date, and the midnight behind it that a program adds.
_DAY_BEFORE = re.compile(r"([^\W\d_]{3,})\.?,? (?:den |d\. ?)?(?=\d)", re.IGNORECASE)
_MIDNIGHT = re.compile(r"[ T]00[:.]00(?:[:.]00(?:\.0+)?)?$", re.ASCII)
#: A day that Excel counts from the end of 1899, and on old Macs from 1904, in a cell that lost its format.
_SERIAL = re.compile(r"[1-9]\d{4}(?:[.,]0+)?", re.ASCII)
_DAY_ZERO, _DAY_ZERO_OF_MACS = dt.date(1899, 12, 30), dt.date(1904, 1, 1)
_MONTHS = tuple(
    zip(
        ("januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "december"),
        ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"),
        strict=True,
    )
)  # fmt: skip
_WEEK_FIRST = re.compile(
    r"(?:uge|week|u|w)\.? ?(\d{1,2})(?: ?[,/-] ?| (?:i |of |in )?)(\d{4})", re.ASCII | re.IGNORECASE
)
_YEAR_FIRST = re.compile(r"(\d{4})(?:[-, ] ?)?(?:uge |week |w)(\d{1,2})", re.ASCII | re.IGNORECASE)
_QUARTER = re.compile(
    r"(?P<year>\d{4})[- ]?[qk](?P<n>[1-4])|[qk]?(?P<m>[1-4])(?:(?:\.|st|nd|rd|th) ?(?:kvartal|quarter))?[ ,-] ?(?P<y>\d{4})",
    re.ASCII,
)
#: Whether 12/08/2026 is the eighth of December, as in the United States.
_month_first: ContextVar[bool] = ContextVar("month_first", default=False)
#: The day from which a spreadsheet counts the days.
_day_zero: ContextVar[dt.date] = ContextVar("day_zero", default=_DAY_ZERO)


@contextmanager
def dates_of(country: str) -> Iterator[None]:
    """Have dates with two slashes in the block read as they are written in a country, "DK" for Denmark."""
    token = _month_first.set(_writes_month_first(country))
    try:
        yield
    finally:
        _month_first.reset(token)


@contextmanager
def counted_from_1904(*, when: bool = True) -> Iterator[None]:
    """Have numbers in the block that stand for dates counted as in a workbook of an old Mac."""
    token = _day_zero.set(_DAY_ZERO_OF_MACS if when else _DAY_ZERO)
    try:
        yield
    finally:
        _day_zero.reset(token)


def _writes_month_first(country: str) -> bool:
    from babel import Locale, UnknownLocaleError

    if not re.fullmatch("[A-Z]{2}", country):
        return False  # it is told elsewhere that this is no country
    try:
        locale = Locale.parse(f"und_{country}")
    except UnknownLocaleError:
        return False
    return str(locale.date_formats["short"].pattern).lower().startswith("m")


def date(cell: Cell) -> dt.date:
    """Return a date, as Danes and programs write it.

    ``2009-05-12``, ``12-05-2009``, ``12.5.2009``, ``12/5-2009``, ``12.5.09``, ``12. maj 2009``, each also with
    the weekday before it or midnight behind it; a real date, or the number of days that a spreadsheet makes
    of one.
    """
    value: dt.date | None = None
    if isinstance(cell, dt.datetime):
        value = cell.date() if cell.time() == dt.time() else None
    elif isinstance(cell, dt.date):
        value = cell
    elif isinstance(cell, str):
        value = _date_of_text(" ".join(cell.split()))
    elif not isinstance(cell, bool) and _SERIAL.fullmatch(str(cell)):
        value = _day_zero.get() + dt.timedelta(days=int(cell))  # type: ignore[arg-type]  # times have colons
    if value is None:
        raise CellError(
            _("{value} is not a date; write it like {iso} or {danish}").format(
                value=shown(cell), **_example_date()
            )
        )
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise CellError(
            _("{value} is not in the years {first} to {last}").format(
                value=shown(cell), first=FIRST_YEAR, last=LAST_YEAR
            )
        )
    return value


def reads_either_way(cell: Cell) -> bool:
    """Tell whether a date's day could be its month, as that of 12/08/2026."""
    match = _EITHER_WAY.match(cell.strip()) if isinstance(cell, str) else None
    return match is not None and match[1] != match[2] and int(match[1]) <= 12 >= int(match[2])


def _date_of_text(value: str) -> dt.date | None:
    value = _MIDNIGHT.sub("", value)
    named = _DAY_BEFORE.match(value)
    written = value[named.end() :] if named and named[1].casefold() in WEEKDAYS else value
    if match := _ISO_DATE.fullmatch(written):
        year, month, day = map(int, match.groups())
    elif match := _DAY_FIRST.fullmatch(written):
        day, month, year = (int(part) for part in match.groups() if part)
        if _month_first.get() and _EITHER_WAY.match(written):
            day, month = month, day
        if year < 100:
            year += FIRST_YEAR // 100 * 100 if year >= FIRST_YEAR % 100 else LAST_YEAR // 100 * 100 - 100
    elif (match := _DATE_IN_WORDS.fullmatch(written)) and (in_words := _month(match[2])):
        day, month, year = int(match[1]), in_words, int(match[3])
    elif _NO_YEAR.fullmatch(written):
        raise CellError(
            _("{value} has no year; write it like {danish}").format(
                value=shown(value), danish=_example_date()["danish"]
            )
        )
    elif _SERIAL.fullmatch(written):
        return _day_zero.get() + dt.timedelta(days=int(written[:5]))
    else:
        return None
    try:
        found = dt.date(year, month, day)
    except ValueError:
        raise CellError(_("{value} is not in the calendar").format(value=shown(value))) from None
    if written != value and named and WEEKDAYS[named[1].casefold()] != found.weekday():
        raise CellError(
            _("{value} is a {weekday}; correct the one or the other").format(
                value=shown(value), weekday=i18n_weekday(found.weekday())
            )
        )
    return found


def _month(word: str) -> int | None:
    """Return the number of a month by its Danish or English name, or its first three letters or more."""
    word = word.casefold()
    return next(
        (number for number, names in enumerate(_MONTHS, 1) if any(name.startswith(word) for name in names)),
        None,
    )


def week(cell: Cell) -> Week:
    """Return an ISO week: ``2009-W20``, ``uge 20 2009`` or ``week 20 2009``."""
    value = " ".join(str(cell).split())
    year, number = 0, 0
    if match := _YEAR_FIRST.fullmatch(value):
        year, number = int(match[1]), int(match[2])
    elif match := _WEEK_FIRST.fullmatch(value):
        number, year = int(match[1]), int(match[2])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CellError(
            _("{value} is not a week; write it like {year}-W20 or uge 20 {year}").format(
                value=shown(cell), year=_this_year()
            )
        )
    try:
        return Week(year, number)
    except ValueError:
        last = dt.date(year, 12, 28).isocalendar().week
        raise CellError(
            _("there is no week {number} in {year}; its last is week {last}").format(
                number=number, year=year, last=last
            )
        ) from None


def quarter(cell: Cell) -> str:
    """Return a quarter as ``2009-Q2``: that, ``2009-K2``, ``2. kvartal 2009``, ``2nd quarter 2009`` or ``Q2 2009``."""
    value = " ".join(str(cell).split()).casefold()
    match = _QUARTER.fullmatch(value)
    number, year = (match["n"] or match["m"], match["year"] or match["y"]) if match else ("", "0")
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        raise CellError(
            _("{value} is not a quarter; write it like {year}-Q2 or 2. kvartal {year}").format(
                value=shown(cell), year=_this_year()
            )
        )
    return f"{year}-Q{number}"


def _example_date() -> dict[str, str]:
    day = dt.date(_this_year(), 5, 12)
    return {"iso": day.isoformat(), "danish": f"{day:%d-%m-%Y}"}


def _this_year() -> int:
    return dt.datetime.now(TIMEZONE).year
