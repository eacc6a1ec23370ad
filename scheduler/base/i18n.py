"""Danish and English: texts, numbers and dates as people here write them.

Texts are written in English in the code and translated when they are used. The language is a
context variable: the command line sets it once, a web request or a thread its own. A new thread begins
with Danish, whatever the thread speaks that has started it.
"""

import errno
import gettext as _gettext
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

LANGUAGES = ("da", "en")
#: The space behind a number, or between "kl." and a time.
_COUNTED = re.compile(r"(?<=\d) (?=[^\W\d])|(?<=\d\.) (?=[^\W\d])|(?<=\bkl\.) (?=\d)|(?<=\d) (?=%)")
_LOCALE_DIR = Path(__file__).parent.parent / "locale"
_language: ContextVar[str] = ContextVar("language", default="da")


def language() -> str:
    """Return the language in force, "da" or "en"."""
    return _language.get()


def use(lang: str) -> None:
    """Set the language of this context; unknown languages are a `ValueError`."""
    if lang not in LANGUAGES:
        raise ValueError(f"language {lang!r} is not one of {', '.join(LANGUAGES)}")
    _language.set(lang)


@contextmanager
def using(lang: str) -> Iterator[None]:
    """Set the language for the length of a `with` block."""
    before = language()
    use(lang)
    try:
        yield
    finally:
        use(before)


@cache
def _catalogue(lang: str) -> _gettext.NullTranslations:
    # English is the language of the code and needs no catalogue.
    return _gettext.translation("hjul", _LOCALE_DIR, [lang], fallback=lang == "en")


def N_(message: str) -> str:  # noqa: N802 - the name that Babel knows
    """Mark a text that is translated later than it is written down, and return it as it is."""
    return message


def _(message: str) -> str:
    """Translate a text into the language in force."""
    return _catalogue(language()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """Translate a text that depends on a number."""
    return _catalogue(language()).ngettext(singular, plural, n)


def os_reason(error: OSError) -> str:
    """Say why the system refused something; what is rare stays in the system's own words."""
    reasons = {
        errno.EACCES: _("permission denied"),
        errno.EPERM: _("permission denied"),
        errno.ENOENT: _("no such file or folder"),
        errno.EEXIST: _("it is there already"),
        errno.EISDIR: _("it is a folder"),
        errno.ENOTDIR: _("it is not a folder"),
        errno.ENOTEMPTY: _("the folder is not empty"),
        errno.EROFS: _("the disk can only be read"),
        errno.ENOSPC: _("the disk is full"),
        errno.EDQUOT: _("the disk is full"),
        errno.ENAMETOOLONG: _("the name is too long"),
        errno.EMFILE: _("too many files are open"),
        errno.EIO: _("the disk does not answer as it should"),
    }
    return reasons.get(error.errno or 0) or error.strerror or str(error)


def number(value: float, decimals: int = 0) -> str:
    """Write a number with the language's separators: ``9,4`` or ``1.234`` in Danish."""
    from babel.numbers import format_decimal

    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return str(format_decimal(value, format=pattern, locale=language()))


def signed(value: float, decimals: int = 0) -> str:
    """Write a difference with its sign: ``+12``, ``−3``, ``0``."""
    text = number(abs(value), decimals)
    if float(round(value, decimals)) == 0:
        return text
    return ("+" if value > 0 else "−") + text


def percent(share: float, error: float = 0.0) -> str:
    """Write a chance or a share in percent, with its standard error where that is seen.

    What is not certain never looks so, and what is not known is blank.
    """
    if math.isnan(share):
        return ""
    if 0 < share < 0.001:
        text = _("under {percent} %").format(percent=number(0.1, 1))
    elif 0.999 < share < 1:
        text = _("over {percent} %").format(percent=number(99.9, 1))
    else:
        text = _("{percent} %").format(percent=number(100 * share, 1))
    return f"{text} ±{number(100 * error, 1)}" if error >= 0.0005 else text


def capitalized(text: str) -> str:
    """Return a text that begins with a capital letter, as a sentence or a heading does."""
    return text[:1].upper() + text[1:]


def tied(text: str) -> str:
    """Return a text in which no line ends between a number and what it counts: ``9,4 km``, ``12. maj``."""
    return _COUNTED.sub("\N{NO-BREAK SPACE}", text)


def km(metres: float) -> str:
    """Write a distance in kilometres with one decimal: ``9,4 km``."""
    return f"{number(metres / 1000, 1)} km"


def minutes(seconds: float) -> str:
    """Write a duration in whole minutes: ``12 min`` (half minutes round up)."""
    return f"{number(int(seconds / 60 + 0.5))} min"


def hours(seconds: float) -> str:
    """Write a longer duration: ``3 t 25 min`` in Danish, ``3 h 25 min`` in English."""
    total = int(seconds / 60 + 0.5)
    if total < 60:
        return minutes(seconds)
    return _("{hours} h {minutes:02d} min").format(hours=total // 60, minutes=total % 60)


def clock(moment: datetime | int) -> str:
    """Write a clock time: ``9.05`` in Danish, ``9:05`` in English.

    `moment` is a datetime or seconds after midnight. Seconds are cut off: a time on the page is
    never later than the true one.
    """
    if isinstance(moment, int):
        hour, minute = moment // 3600, moment % 3600 // 60
    else:
        hour, minute = moment.hour, moment.minute
    return f"{hour}.{minute:02d}" if language() == "da" else f"{hour}:{minute:02d}"


def day(value: date, style: str = "long") -> str:
    """Write a date.

    ``tirsdag 12. maj`` (long), ``tirs. 12. maj`` (short), ``12. maj 2009`` (year), ``12. maj`` (brief) or
    ``maj 2009`` (month).
    """
    from babel.dates import format_date

    patterns = {
        "da": {"long": "EEEE d. MMMM", "short": "EEE d. MMM", "year": "d. MMMM y", "brief": "d. MMM"},
        "en": {"long": "EEEE d MMMM", "short": "EEE d MMM", "year": "d MMMM y", "brief": "d MMM"},
    }
    pattern = "MMM y" if style == "month" else patterns[language()][style]
    return str(format_date(value, format=pattern, locale=language()))


def weekday(value: int, style: str = "wide") -> str:
    """Name the weekday 0 (Monday) to 6 (Sunday): ``mandag``, or ``man`` with style "short"."""
    from babel.dates import format_date

    monday = date(2024, 1, 1) + timedelta(days=value)
    text = str(format_date(monday, format="EEEE" if style == "wide" else "EEE", locale=language()))
    return text.rstrip(".")
