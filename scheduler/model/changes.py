"""What differs between two rosters of a week: visits, home visits and tasks that moved, fell away or are new."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from scheduler.model.clock import Moment
from scheduler.model.roster import REQUESTED, Roster, StopKind

ChangeKind = Literal["new", "cancelled", "moved", "other_consultant", "conversations"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """Where a roster has a request: what people concerned are told of it.

    Attributes
    ----------
    kind
        Whether it is a visit, a home visit or a task.
    date
        The date.
    consultant_id
        Who comes.
    start
        When it begins; an aware local time.
    conversations
        How many are held; 0 but for visits of practices.
    """

    kind: StopKind
    date: dt.date
    consultant_id: str
    start: Moment
    conversations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A request that one roster has otherwise than the other.

    Attributes
    ----------
    id
        Of the practice, home visit or task.
    was
        Where it was; None for what is new.
    becomes
        Where it is now; None for what fell away.
    """

    id: str
    was: Stay | None
    becomes: Stay | None

    @property
    def what(self) -> ChangeKind:
        """What it is to those concerned: the first of cancelled and new, moved, another consultant, another number."""
        if self.was is None or self.becomes is None:
            return "new" if self.was is None else "cancelled"
        if self.was.start != self.becomes.start:
            return "moved"
        return "conversations" if self.was.consultant_id == self.becomes.consultant_id else "other_consultant"


def as_json(found: Iterable[Change]) -> list[dict[str, Any]]:
    """Return changes as files have them."""
    return [
        {"id": change.id, "was": _as_json(change.was), "becomes": _as_json(change.becomes)}
        for change in found
    ]


def _as_json(stay: Stay | None) -> dict[str, Any] | None:
    if stay is None:
        return None
    return {
        "date": stay.date.isoformat(),
        "consultant_id": stay.consultant_id,
        "start": stay.start.isoformat(),
        "conversations": stay.conversations,
    }


def stays(roster: Roster) -> Mapping[str, Stay]:
    """Return where a roster has its requests, by id, in the order of its rounds."""
    return {
        stop.id: Stay(
            kind=stop.kind,
            date=round_.date,
            consultant_id=round_.consultant_id,
            start=stop.start,
            conversations=stop.conversations,
        )
        for round_ in roster.rounds
        for stop in round_.stops
        if stop.kind in REQUESTED
    }


def changes(before: Roster, after: Roster) -> tuple[Change, ...]:
    """Return every request whose date, hour, consultant or number of conversations differs, in order of time.

    The time is the new one where there is one. What stays is not among them.
    """
    old, new = stays(before), stays(after)
    differing = (
        Change(id=id_, was=old.get(id_), becomes=new.get(id_))
        for id_ in dict.fromkeys((*old, *new))
        if old.get(id_) != new.get(id_)
    )
    return tuple(sorted(differing, key=_when))


def _when(change: Change) -> tuple[dt.datetime, str]:
    stay = change.becomes or change.was
    assert stay is not None  # noqa: S101 - a change has one of them
    return stay.start, change.id
