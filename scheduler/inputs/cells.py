"""One cell of a table -> a value, as Danes and spreadsheets write it.

A cell is text (from a CSV file), or whatever a workbook holds: a number, a date, a time. Every
parser takes a cell that is not blank and returns the value, or raises `CellError` with a sentence
for the person who wrote it.
"""

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from scheduler.base.cpr import masked_cell
from scheduler.base.i18n import _
from scheduler.model.clock import WeekPattern
from scheduler.model.config import EMAIL, PHONE

Cell = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta
Parser = Callable[[Cell], Any]

WEEKDAYS_DA = ("man", "tir", "ons", "tor", "fre", "lør", "søn")
WEEKDAYS_EN = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PATTERNS_DA: dict[WeekPattern, str] = {"all": "alle", "odd": "ulige", "even": "lige"}

#: What stands for every consultant or everybody, and for the base.
ALL_NAMES = ("all", "alle")
BASE_NAMES = ("base", "basen")

#: What stands for no shift where a time of day is asked for.
OFF_NAMES = ("off", "fri")

#: Characters of a text.
MAX_TEXT = 2000

#: The numbers of the weekdays, 0 is Monday, by whatever they are called.
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("mon", "monday", "man", "mandag"),
            ("tue", "tues", "tuesday", "tir", "tirs", "tirsdag"),
            ("wed", "wednesday", "ons", "onsdag"),
            ("thu", "thur", "thurs", "thursday", "tor", "tors", "torsdag"),
            ("fri", "friday", "fre", "fredag"),
            ("sat", "saturday", "lør", "lørdag", "loer", "loerdag"),
            ("sun", "sunday", "søn", "søndag", "soen", "soendag"),
        )
    )
    for name in names
}
_PATTERNS: dict[str, WeekPattern] = {
    "all": "all", "alle": "all", "odd": "odd", "ulige": "odd", "even": "even", "lige": "even"
}  # fmt: skip
_KEPT = {
    "whole": "whole", "hele": "whole", "day": "day", "dag": "day", "consultant": "consultant",
    "rådgiver": "consultant", "hour": "hour", "tid": "hour",
}  # fmt: skip
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TIME = re.compile(
    r"(?P<said>kl\.? ?)?(?:(?P<hour>\d{1,2})(?:[.:](?P<minute>\d{2})(?:[.:]00(?:[.,]0+)?)?)?|(?P<h>\d{1,2})(?P<m>\d{2}))",
    re.ASCII | re.IGNORECASE,
)
_POSTCODE = re.compile(r"(?:DK[- ]?)?(\d{4})(?:[.,]0+)?", re.ASCII | re.IGNORECASE)
_WHOLE = re.compile(r"[+-]?\d{1,9}(?:[.,]0{1,2})?", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,9}(?:[.,]\d{1,20})?", re.ASCII)
_PHONE_SAID = re.compile(r"(?:tlf|tel|telefon|phone)\b[.:]* ?", re.IGNORECASE)
#: Whether messages quote cells; those of a table that says where people live do not.
_quoted: ContextVar[bool] = ContextVar("quoted", default=True)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class CellError(ValueError):
    """A cell that cannot be read; the message is a sentence for the person who wrote it."""


@contextmanager
def unquoted(*, when: bool = True) -> Iterator[None]:
    """Have messages of the block not repeat the cells that they are about."""
    token = _quoted.set(_quoted.get() and not when)
    try:
        yield
    finally:
        _quoted.reset(token)


def shown(cell: Cell) -> str:
    """Return a cell as it is quoted in a message: short, on one line, without CPR numbers; where nothing is, a word for it."""
    if not _quoted.get():
        return _("this cell")
    value = " ".join(masked_cell(cell).split())
    return f'"{value if len(value) <= 40 else value[:39] + "…"}"'


def text(cell: Cell) -> str:
    """Return text on one line; numbers of a workbook become what was typed."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, float) and not math.isfinite(cell):
        raise CellError(_("{value} is not text").format(value=shown(cell)))
    if isinstance(cell, bool | dt.date | dt.time | dt.timedelta):
        raise CellError(
            _("{value} is a date, a time or true/false, not text; format the cell as text").format(
                value=shown(cell)
            )
        )
    value = str(cell)
    if _CONTROL.search(value):
        raise CellError(_("the text has control characters in it; type it again"))
    if len(value) > MAX_TEXT:
        raise CellError(
            _("the text has {count} characters; at most {most} fit").format(count=len(value), most=MAX_TEXT)
        )
    # A Mac may write å as a and a ring; streets are looked up with the letter.
    return " ".join(unicodedata.normalize("NFC", value).split())


def identifier(cell: Cell) -> str:
    """Return an id: letters a to z, digits, ``-`` and ``_``, as it becomes part of file names."""
    value = text(cell)
    if not _ID.fullmatch(value):
        raise CellError(
            _("{value} is not an id; use at most 64 letters a-z, digits, - and _").format(value=shown(value))
        )
    return value


def reference(cell: Cell) -> str:
    """Return what names a row of another table: its id, or its name where no other has it."""
    return text(cell)


def new_identifier(cell: Cell) -> str:
    """Return an id that is given here; ``base``, ``all`` and their Danish words are taken."""
    value = identifier(cell)
    if value.casefold() in (*ALL_NAMES, *BASE_NAMES):
        raise CellError(_("the id {value} has a meaning of its own; choose another").format(value=value))
    return value


def email(cell: Cell) -> str:
    """Return a mail address."""
    value = text(cell)
    if not EMAIL.fullmatch(value):
        raise CellError(_("{value} is not a mail address").format(value=shown(value)))
    return value


def phone(cell: Cell) -> str:
    """Return a telephone number: Danish ones in pairs of digits, ``33 00 00 01``, others as they are written."""
    value = _PHONE_SAID.sub("", text(cell), count=1)
    if not PHONE.fullmatch(value):
        raise CellError(
            _("{value} is not a telephone number; write it like 33 00 00 01").format(value=shown(cell))
        )
    digits = re.sub(r"[^\d+]", "", value)
    danish = re.sub(r"^(\+|00)45(?=\d{8}$)", "", digits)
    if not re.fullmatch(r"\d{8}", danish) or "(" in value:
        return value
    pairs = " ".join(danish[i : i + 2] for i in range(0, 8, 2))
    return pairs if danish == digits else f"+45 {pairs}"


def postcode(cell: Cell) -> str:
    """Return a Danish postcode, four digits: ``1650``, ``DK-1650`` or, as programs write it, ``1650.0``."""
    match = _POSTCODE.fullmatch(text(cell))
    if not match:
        raise CellError(_("{value} is not a postcode of four digits").format(value=shown(cell)))
    return match[1]


def whole(low: int, high: int) -> Parser:
    """Return a parser of whole numbers from `low` to `high`."""

    def parse(cell: Cell) -> int:
        value = _number(cell, _WHOLE)
        if value is None or value != int(value):
            raise CellError(_("{value} is not a whole number").format(value=shown(cell)))
        _check_range(cell, value, low, high, "d")
        return int(value)

    return parse


def decimal(low: float, high: float) -> Parser:
    """Return a parser of numbers from `low` to `high`, with decimal point or comma."""

    def parse(cell: Cell) -> float:
        value = _number(cell, _DECIMAL)
        if value is None:
            raise CellError(_("{value} is not a number").format(value=shown(cell)))
        _check_range(cell, value, low, high, "g")
        return value

    return parse


def _check_range(cell: Cell, value: float, low: float, high: float, form: str) -> None:
    if not low <= value <= high:
        raise CellError(
            _("{value} is not a number from {low} to {high}").format(
                value=shown(cell), low=format(low, form), high=format(high, form)
            )
        )


def _number(cell: Cell, pattern: re.Pattern[str]) -> float | None:
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return None
    if isinstance(cell, str):
        value = cell.strip()
        return float(value.replace(",", ".")) if pattern.fullmatch(value) else None
    return float(cell) if math.isfinite(cell) else None


def time(cell: Cell) -> int:
    """Return a time of day as seconds after midnight: ``09:30``, ``9.30``, ``kl. 9.30``, ``0930`` or a real one."""
    seconds: float | None = None
    if isinstance(cell, str):
        seconds = _seconds_of_text(" ".join(cell.split()))
    elif isinstance(cell, dt.timedelta):
        seconds = cell.total_seconds()
    elif isinstance(cell, dt.time):
        seconds = cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
    elif isinstance(cell, float) and 0 < cell < 1:
        seconds = cell * 86400  # a time in a cell that is not formatted as one
    elif isinstance(cell, int | float) and not isinstance(cell, bool) and 100 <= cell < 2400:
        seconds = _seconds_of_text(text(cell))  # 0930 that a spreadsheet took for a number
    if seconds is not None:
        minutes, rest = divmod(round(seconds), 60)
        if rest == 0 and 0 <= minutes < 24 * 60:
            return minutes * 60
    raise CellError(
        _("{value} is not a time of day in whole minutes; write it like 09:30").format(value=shown(cell))
    )


def time_or_off(cell: Cell) -> int | None:
    """Return a time of day as `time` does, or None for ``off`` (``fri``)."""
    if isinstance(cell, str) and cell.strip().casefold() in OFF_NAMES:
        return None
    return time(cell)


def _seconds_of_text(value: str) -> int | None:
    match = _TIME.fullmatch(value)
    if not match or not (match["said"] or match["minute"] or match["m"]):
        return None  # "9" may be anything
    hour, minute = int(match["hour"] or match["h"]), int(match["minute"] or match["m"] or 0)
    return hour * 3600 + minute * 60 if hour < 24 and minute < 60 else None


def weekday(cell: Cell) -> int:
    """Return a weekday, 0 is Monday: ``tue``, ``tir``, ``Tuesday`` or ``tirsdag``."""
    value = WEEKDAYS.get(str(cell).strip().rstrip(".").casefold())
    if value is None:
        raise CellError(
            _("{value} is not a weekday; write one of {english} or {danish}").format(
                value=shown(cell), english=", ".join(WEEKDAYS_EN), danish=", ".join(WEEKDAYS_DA)
            )
        )
    return value


def pattern(cell: Cell) -> WeekPattern:
    """Return which weeks: ``all``, ``odd``, ``even``, or ``alle``, ``ulige``, ``lige``."""
    value = _PATTERNS.get(str(cell).strip().casefold())
    if value is None:
        raise CellError(_("{value} is not all, odd or even (alle, ulige, lige)").format(value=shown(cell)))
    return value


def kept(cell: Cell) -> str:
    """Return what a lock keeps of a visit: ``whole``, ``day``, ``consultant`` or ``hour``, or the same in Danish."""
    value = _KEPT.get(str(cell).strip().casefold())
    if value is None:
        raise CellError(
            _("{value} is not what a lock keeps; write one of {words}").format(
                value=shown(cell), words=", ".join(_KEPT)
            )
        )
    return value
