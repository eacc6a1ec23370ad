"""What replanning keeps: locks of a published roster, and consultants who are late."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

#: What of a visit a lock keeps: all of it, or only its day, its consultant or its hour.
Kept = Literal["whole", "day", "consultant", "hour"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What replanning must keep of a published roster: what of it is meant by the fields that are given.

    With an `id` it is of that visit; with `date` and `consultant_id` of a round; with one of the two of a
    day or of a consultant. Rounds and days that are locked may still receive further visits.

    Attributes
    ----------
    id
        Of a practice, home visit or task.
    date
        The date.
    consultant_id
        The consultant.
    keeps
        The whole visit, with its number of conversations, or only its day, its consultant or its hour.
    """

    id: str | None = None
    date: dt.date | None = None
    consultant_id: str | None = None
    keeps: Kept = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """A consultant who goes on later than the roster says.

    Attributes
    ----------
    consultant_id
        Who is late.
    free
        From when the consultant goes on; an aware time, or one of the local clock.
    """

    consultant_id: str
    free: dt.datetime
