"""What became of planned conversations: counts, and nothing about a citizen."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What became of a visit's planned conversations: each ended as one of six, so the six are `planned` in all.

    Attributes
    ----------
    planned
        How many the visit was to hold.
    held
        Held (afholdt).
    cancelled
        Cancelled by the citizen (afbud).
    no_show
        Nobody came (udeblevet).
    not_booked
        Not booked (ikke booket).
    by_practice, by_us
        Cancelled by the practice (aflyst af praksis), or by us (aflyst af os).
    """

    planned: int
    held: int = 0
    cancelled: int = 0
    no_show: int = 0
    not_booked: int = 0
    by_practice: int = 0
    by_us: int = 0

    def __post_init__(self) -> None:
        if min(self.planned, *self.ends) < 0:
            raise ValueError("there are no fewer than 0 conversations")
        if sum(self.ends) != self.planned:
            raise ValueError(f"the outcomes are {sum(self.ends)} in all, not {self.planned} as planned")

    @property
    def ends(self) -> tuple[int, ...]:
        """The six outcomes, in the order of `OUTCOMES`."""
        return tuple(getattr(self, name) for name in OUTCOMES)


#: The six outcomes by their names, in the order in which people see them.
OUTCOMES = ("held", "cancelled", "no_show", "not_booked", "by_practice", "by_us")


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitLog:
    """What is told of a visit.

    Attributes
    ----------
    practice_id, date
        Which visit.
    consultant_id
        Who made it, or was to.
    booked
        How many of its conversations were booked; None where that is not told.
    outcomes
        What became of them; None where that is not told yet.
    """

    practice_id: str
    date: dt.date
    consultant_id: str
    booked: int | None = None
    outcomes: Outcomes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApartLog:
    """The conversations that a consultant held in a day but for visits to practices: they count towards no goal.

    Attributes
    ----------
    consultant_id, date
        Whose day.
    by_phone, at_home
        How many by telephone, and how many at citizens' homes; None where that is not told.
    """

    consultant_id: str
    date: dt.date
    by_phone: int | None = None
    at_home: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekLog:
    """What a week's sheet tells.

    Attributes
    ----------
    visits
        Of visits, in the order of the sheet; those of which nothing is told are left out.
    apart
        Of other conversations, likewise.
    """

    visits: tuple[VisitLog, ...] = ()
    apart: tuple[ApartLog, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far it was to the goal of the project's period at one moment.

    Attributes
    ----------
    goal
        How many conversations are to be held.
    held
        How many have been, as far as it is told.
    planned
        How many are planned of which it is not told what became of them.
    """

    goal: int
    held: int
    planned: int

    @property
    def missing(self) -> int:
        """How many are neither held nor planned."""
        return max(0, self.goal - self.held - self.planned)
