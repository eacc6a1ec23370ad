"""What the page of a week shows beside its roster: which wishes it bends, what is held, and what is free.

A roster is the answer alone. This is what the question adds for whoever reads it, worked out where the question is
known, and handed to the pages as it is.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from scheduler.model.clock import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Bend:
    """What a visit of the roster bends, and what holds it.

    Attributes
    ----------
    instead_of
        The practice's own consultant, where another makes the visit.
    moved_from
        When the practice is used to the visit, where it is at another time.
    pinned, locked
        Whether a pin of the tables or a lock of the published roster holds it.
    """

    instead_of: str | None = None
    moved_from: Moment | None = None
    pinned: bool = False
    locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room that a practice lends and no visit uses, and what it would hold with all visits where they are.

    Attributes
    ----------
    practice
        The practice's name.
    start, end
        Aware local times; of one date.
    room
        Which room; may be empty.
    consultant_id
        Who could hold most conversations there; None where nobody has time for one.
    conversations
        How many.
    """

    practice: str
    start: Moment
    end: Moment
    room: str = ""
    consultant_id: str | None = None
    conversations: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeTime:
    """Free time of a consultant that would hold a visit in a lent room, all others where they are.

    Attributes
    ----------
    consultant_id
        Whose it is.
    start, end
        When the visit could begin at the earliest and end at the latest, over all such rooms.
    conversations
        The most that one visit could hold.
    practices
        The names of the practices whose rooms would do, those that hold most first.
    """

    consultant_id: str
    start: Moment
    end: Moment
    conversations: int
    practices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """What is owed to a practice of an earlier week.

    Attributes
    ----------
    practice
        The practice's name.
    week
        The ISO week that asked.
    conversations
        How many are owed.
    """

    practice: str
    week: str
    conversations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """All that stands beside a roster.

    Attributes
    ----------
    bends
        Of the roster's visits that bend a wish or are held, by the request's id.
    rooms
        Lent and unused, in the order of the clock.
    used_rooms
        How many of the lent rooms have a visit.
    free
        Free time that would hold a visit.
    debts
        What is owed from earlier weeks, the oldest first.
    """

    bends: Mapping[str, Bend] = field(default_factory=dict)
    rooms: tuple[Room, ...] = ()
    used_rooms: int = 0
    free: tuple[FreeTime, ...] = ()
    debts: tuple[Debt, ...] = ()

    def with_locked(self, ids: Iterable[str]) -> Self:
        """Return the same with some visits locked, by the request's id."""
        locked = {id_: dataclasses.replace(self.bends.get(id_, Bend()), locked=True) for id_ in ids}
        return dataclasses.replace(self, bends={**self.bends, **locked})
