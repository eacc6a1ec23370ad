"""What is owed to practices: conversations that fell due, until they are planned again or withdrawn.

Owed is what was not planned, and what the practice or we cancelled. What citizens cancelled or missed, and what was not
booked, is not.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from scheduler.base.errors import InputError
from scheduler.base.i18n import _, number
from scheduler.inputs.stored import Edit
from scheduler.model.clock import Week, now
from scheduler.services.books import Books, books
from scheduler.services.editing import Tabled

#: Nothing older than this is owed any more: the practice has had its turns since.
_LOOK_BACK = 53


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What is owed to a practice of one week.

    Attributes
    ----------
    practice_id, name
        Which practice.
    week
        The week that asked.
    conversations
        How many are still owed.
    not_planned
        How many were not planned at first; the others were cancelled by the practice or by us.
    """

    practice_id: str
    name: str
    week: Week
    conversations: int
    not_planned: int


def _books(tables: Tabled) -> Books:
    from scheduler.store import editions

    this = Week.of(now().date())
    kept = editions.published_between(str(this.shift(-_LOOK_BACK)), str(this.shift(_LOOK_BACK)))
    return books((edition.roster for edition in kept), tables.rows)


def owed_by(tables: Tabled) -> tuple[Owed, ...]:
    """Return what is owed by tables that have been read, of the store that is open: the oldest first."""
    return tuple(_owed(tables))


def _owed(tables: Tabled) -> Iterator[Owed]:
    """Yield it, of published weeks of the last year."""
    found = _books(tables)
    done = Counter[tuple[Week, str]]()
    for one in found.settled:
        done[one.week, one.practice_id] += one.conversations
    names = {place.place_id: place.name for place in tables.project.places}
    active = {practice.practice_id for practice in tables.project.practices}
    for entry in found.entries:
        left = entry.lost - done[entry.week, entry.practice_id]
        if left > 0 and entry.practice_id in active:
            yield Owed(
                practice_id=entry.practice_id,
                name=names.get(entry.practice_id, entry.practice_id),
                week=entry.week,
                conversations=left,
                not_planned=min(entry.not_planned, left),
            )


def owed_to(tables: Tabled, practice_id: str) -> int:
    """Return how many conversations are owed to a practice."""
    return sum(one.conversations for one in owed_by(tables) if one.practice_id == practice_id)


def settle(tables: Tabled, practice_id: str, conversations: int, into: Week | None) -> Iterator[Edit]:
    """Yield the rows that say that so many are owed no more, the oldest first; planned `into` a week, or withdrawn.

    Raises
    ------
    InputError
        When so many are not owed.
    """
    mine = [one for one in owed_by(tables) if one.practice_id == practice_id]
    total = sum(one.conversations for one in mine)
    if conversations > total:
        reason = _("only {total} are owed to {practice}") if total else _("nothing is owed to {practice}")
        raise InputError(reason.format(total=number(total), practice=practice_id))
    left = conversations
    for one in mine:
        if left > 0:
            some = min(left, one.conversations)
            left -= some
            yield tables.new("settled", week=one.week, practice_id=practice_id, conversations=some, into=into)


def demand(tables: Tabled, practice_id: str, week: Week, total: int) -> Edit:
    """Return the row of the table demand that has so many, in the place of that which is there."""
    for position, row in enumerate(tables.rows["demand"]):
        if (row["practice_id"], row["week"]) == (practice_id, week):
            before = tables.tables["demand"][position]
            return Edit("demand", before, {**before, "conversations": str(total)}, position)
    return tables.new("demand", practice_id=practice_id, week=week, conversations=total)
