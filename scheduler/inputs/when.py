"""When something is, as people say it: ``tirsdag``, ``man 7-12``, ``12. maj til 14. maj``, ``uge 29``.

Days without a year, weekdays and weeks without a year are the next such from now on; today is one of them as long as
the hours that are said are not over.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scheduler.base.i18n import _
from scheduler.inputs import cells, dates
from scheduler.inputs.cells import WEEKDAYS, CellError, shown
from scheduler.model.clock import Week, seconds_of

#: Days from one end of a span to the other; more is a slip of the pen.
_MOST_DAYS = 400
_LONGEST = 100
_NOON_S = 12 * 3600
#: A date of the 29th of February comes again within so many years.
_YEARS = 9

_TODAY = {"i dag": 0, "idag": 0, "today": 0, "i morgen": 1, "imorgen": 1, "tomorrow": 1}
_HALVES = {
    "formiddag": (None, _NOON_S), "om formiddagen": (None, _NOON_S), "morning": (None, _NOON_S),
    "eftermiddag": (_NOON_S, None), "om eftermiddagen": (_NOON_S, None), "afternoon": (_NOON_S, None),
}  # fmt: skip
_CLOCK = r"(?:kl\.? ?)?(\d{1,2}(?:[.:]\d{2})?|\d{4})"
#: Four digits alone may be a year.
_SAID = re.compile(r"kl\.? ?(\d{1,2}(?:[.:]\d{2})?|\d{4})|(\d{1,2}[.:]\d{2})", re.ASCII)
_BETWEEN = re.compile(rf"(?:fra |from )?{_CLOCK} ?(?:-|–|—|til|to) ?{_CLOCK}", re.ASCII)
_FROM = re.compile(rf"(?:fra|from|efter|after) {_CLOCK}(?: ?-)?", re.ASCII)
_UNTIL = re.compile(rf"(?:indtil|til|until|to|inden|før|before) {_CLOCK}", re.ASCII)
_FILLERS = re.compile(r"(?:(?:fra|from|på|on|den|the) )+(?=[^\W\d_]*\d|[^\W\d_]{3,})")
_TO = re.compile(r"(?:til|to|-|–|—|\.\.)")
_DAYS_OF_A_MONTH = re.compile(r"(\d{1,2})\.? ?(?:-|–|—|til|to) ?(\d{1,2})(\.? ?[^\W\d_]{3,}.*|/.*)", re.ASCII)
_COMPACT = re.compile(
    r"(.+?) ?(?:\.\.|–|—| til | to |(?<=[^\W\d_])\.?-(?=\w)) ?(.+)|(\d{1,2}/\d{1,2})-(\d{1,2}/\d{1,2}(?:[/-]\d{4})?)",
    re.ASCII,
)
_WEEKDAY = r"(?P<weekday>[^\W\d_]{3,})\.?,? ?(?:den |d\. ?)?"
#: A day and its month, maybe with a year that is only set off by a blank.
_NO_YEAR = re.compile(
    rf"(?:{_WEEKDAY})?(?P<date>\d{{1,2}}(?:\. ?| )[^\W\d_]{{3,}}|\d{{1,2}}/\d{{1,2}}|\d{{1,2}}\. ?\d{{1,2}}(?=\.))\.?(?: (?P<year>\d{{4}}))?",
)
#: What can be nothing but a date, so that what is wrong with it is told.
_DATE = re.compile(
    rf"(?:{_WEEKDAY})?(?:\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}(?:-\d{{1,2}}-|/\d{{1,2}}[/-]|\. ?\d{{1,2}}\. ?|(?:\. ?| )[^\W\d_]{{3,}}\.?,? )\d{{4}})",
)
_WEEK = re.compile(r"(?:uge|week) ?(\d{1,2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class When:
    """Days, or hours of them.

    Attributes
    ----------
    first, last
        The first and the last day.
    start_s, end_s
        Seconds after midnight; None where nothing is said.
    through
        Whether it goes on from `start_s` of the first day until `end_s` of the last; else the hours are those of
        each day.
    """

    first: dt.date
    last: dt.date
    start_s: int | None = None
    end_s: int | None = None
    through: bool = False

    @property
    def days(self) -> tuple[dt.date, ...]:
        """The days, in order."""
        return tuple(self.first + dt.timedelta(days=n) for n in range((self.last - self.first).days + 1))

    @property
    def pieces(self) -> tuple["When", ...]:
        """The same as spans of days of which each has the same hours."""
        if not self.through or self.first == self.last or (self.start_s is None and self.end_s is None):
            return (replace(self, through=False),)
        one = dt.timedelta(days=1)
        first = self.first if self.start_s is None else self.first + one
        last = self.last if self.end_s is None else self.last - one
        found = []
        if self.start_s is not None:
            found.append(When(self.first, self.first, self.start_s))
        if first <= last:
            found.append(When(first, last))
        if self.end_s is not None:
            found.append(When(self.last, self.last, None, self.end_s))
        return tuple(found)


def when(said: str | Sequence[str], now: dt.datetime, *, day: dt.date | None = None) -> When:
    """Read when something is.

    Parameters
    ----------
    said
        The words, maybe apart.
    now
        The moment from which on the next such day is meant.
    day
        The day of hours that are said without one; None where a day must be said.

    Raises
    ------
    CellError
        With a sentence that says what to write.
    """
    words = (said if isinstance(said, str) else " ".join(said)).split()
    text = " ".join(words)
    try:
        if not words or len(text) > _LONGEST:
            raise _unreadable(text)
        found = _one(words, now) or _two(words, now) or _hours_alone(words, day)
        if found is None:
            raise _unreadable(text)
    except OverflowError:  # behind the last day that there is
        raise _unreadable(text) from None
    if found.last < found.first or (
        (found.first == found.last or not found.through)
        and found.start_s is not None
        and found.end_s is not None
        and found.end_s <= found.start_s
    ):
        raise CellError(_("{value} ends before it begins").format(value=shown(text)))
    if (found.last - found.first).days > _MOST_DAYS:
        raise CellError(_("{value} is more than a year").format(value=shown(text)))
    return found


def _unreadable(text: str) -> CellError:
    reason = _(
        "{value} does not say when; write a day, like tirsdag, 12/5 or 2009-05-12, maybe with hours behind it, like 7-12 "
        "or fra 12, or two days, like 12/5 til 14/5"
    )
    return CellError(reason.format(value=shown(text)))


def _one(words: Sequence[str], now: dt.datetime) -> When | None:
    """Read days, and hours of each of them behind; the more words are days, the better."""
    for count in range(len(words), 0, -1):
        hours = _hours(words[count:])
        days = None if hours is None else _days(" ".join(words[:count]), now, hours[1])
        # "man til ons 12:00" goes on until then; it is not each day from then on.
        is_until = days and days[0] < days[1] and _SAID.fullmatch(" ".join(words[count:]).casefold())
        if hours is not None and days and not is_until:
            return When(*days, *hours)
    return None


def _two(words: Sequence[str], now: dt.datetime) -> When | None:
    """Read from when until when."""
    for left, right in _cuts(words):
        begin = _one(left, now)
        if begin is None or (begin.end_s is not None and begin.start_s is not None):
            continue
        end = _one(right, _midnight(begin.first, now))
        if end is None or (end.start_s is not None and end.end_s is not None):
            continue
        # "tirsdag 12:00 torsdag 10:00": a single time says from when on the left, until when on the right.
        end_s = end.start_s if end.end_s is None else end.end_s
        return When(begin.first, end.last, begin.start_s, end_s, through=True)
    return None


def _cuts(words: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    for at in range(1, len(words)):
        right = words[at + 1 :] if _TO.fullmatch(words[at].casefold()) else words[at:]
        if right:
            yield words[:at], right


def _midnight(day: dt.date, now: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), now.tzinfo)


def _hours_alone(words: Sequence[str], day: dt.date | None) -> When | None:
    hours = _hours(words)
    return When(day, day, *hours) if day and hours else None


def _hours(words: Sequence[str]) -> tuple[int | None, int | None] | None:
    """Read the hours of a day; both are None where there are no words, and it is None where these are no hours."""
    text = " ".join(words).casefold().rstrip(".")
    if not text:
        return None, None
    if text in _HALVES:
        return _HALVES[text]
    for pattern, is_start in ((_BETWEEN, None), (_FROM, True), (_UNTIL, False), (_SAID, True)):
        if match := pattern.fullmatch(text):
            times = [_clock(time) for time in match.groups() if time]
            return (
                (times[0], times[1])
                if is_start is None
                else (times[0], None)
                if is_start
                else (None, times[0])
            )
    return None


def _clock(text: str) -> int:
    return cells.time(f"{text}:00" if len(text) < 3 else text)


def _days(text: str, now: dt.datetime, end_s: int | None) -> tuple[dt.date, dt.date] | None:
    """Read a day, a week or a span of days; None where it is none."""
    text = text.rstrip(",")
    if match := _FILLERS.match(text.casefold()):
        text = text[match.end() :]
    day = _day(text, now, end_s)
    if day is not None:
        return day, day
    if week := _week(text, now):
        return week.days[0], week.days[-1]
    if match := _DAYS_OF_A_MONTH.fullmatch(text):
        ends = f"{match[1]}{match[3]}", f"{match[2]}{match[3]}"
    elif match := _COMPACT.fullmatch(text):
        ends = match[1] or match[3], match[2] or match[4]
    else:
        return None
    first = _days(ends[0], now, end_s)
    last = _days(ends[1], _midnight(first[0], now), None) if first else None
    return (first[0], last[1]) if first and last else None


def _day(text: str, now: dt.datetime, end_s: int | None) -> dt.date | None:
    word = text.casefold().rstrip(".")
    today = now.date()
    if word in _TODAY:
        return today + dt.timedelta(days=_TODAY[word])
    over = end_s is not None and end_s <= seconds_of(now, today)
    if word in WEEKDAYS:
        ahead = (WEEKDAYS[word] - today.weekday()) % 7
        return today + dt.timedelta(days=7 if over and not ahead else ahead)
    if (match := _NO_YEAR.fullmatch(text)) and (match["weekday"] or "man").casefold() in WEEKDAYS:
        return _of_the_year(match, today + dt.timedelta(days=over))
    return dates.date(text) if _DATE.fullmatch(text) else None


def _of_the_year(match: re.Match[str], first: dt.date) -> dt.date | None:
    """Return the day of a day and month: the next one from `first` on, where no year is said."""
    written = re.sub(r"(?<=\d)\. ?(?=\d)", "/", match["date"])
    years = [int(match["year"])] if match["year"] else range(first.year, first.year + _YEARS)
    error = None
    for year in years:
        try:
            found = dates.date(f"{written}{'/' if '/' in written else ' '}{year}")
        except CellError as wrong:
            error = error or wrong
            continue
        if match["year"] or found >= first:
            return dates.date(f"{match['weekday']} {found}") if match["weekday"] else found
    if error is not None:
        raise error
    return None


def _week(text: str, now: dt.datetime) -> Week | None:
    if match := _WEEK.fullmatch(text.casefold()):
        this = Week.of(now.date())
        for year in range(this.year, this.year + _YEARS):
            try:
                found = Week(year, int(match[1]))
            except ValueError:
                continue  # a week 53 that this year does not have
            if found >= this:
                return found
        return None
    try:
        return dates.week(text)
    except CellError:
        return None
