"""The backlog: conversations that fell due and are owed, until they are planned again or withdrawn.

Owed is what was not planned, and what the practice or we cancelled. What citizens cancelled or missed, and what was not
booked, is not.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _, number
from scheduler.inputs.stored import Edit
from scheduler.model.clock import Week, now
from scheduler.model.text import Text
from scheduler.services.books import Books, books
from scheduler.services.editing import Proposal, Tabled, tabled
from scheduler.week.calendar import requested_conversations

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


def backlog(data_dir: Path) -> tuple[Owed, ...]:
    """Return what is owed, the oldest first: of published weeks of the last year.

    Raises
    ------
    InputError
        When there is no store with tables.
    ServiceError
        When the store cannot be had.
    """
    with tabled(data_dir) as tables:
        return owed_by(tables)


def owed_by(tables: Tabled) -> tuple[Owed, ...]:
    """Return what is owed by tables that have been read, of the store that is open."""
    return tuple(_owed(tables, _books(tables)))


def _books(tables: Tabled) -> Books:
    from scheduler.store import editions

    this = Week.of(now().date())
    kept = editions.published_between(str(this.shift(-_LOOK_BACK)), str(this.shift(_LOOK_BACK)))
    return books((edition.roster for edition in kept), tables.rows)


def _owed(tables: Tabled, found: Books) -> Iterator[Owed]:
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


def withdraw(data_dir: Path, practice: str, conversations: int) -> Proposal:
    """Put forward that so many conversations are owed to a practice no more; the oldest first.

    Raises
    ------
    InputError
        When it is not clear which practice, or so many are not owed.
    ServiceError
        When the store cannot be had.
    """
    with tabled(data_dir) as tables:
        practice_id = tables.id_of(_("PRACTICE"), practice, "practices")
        edits = _settle(tables, practice_id, conversations, None)
        what = Text("did_withdraw", {"practice_id": practice_id, "n": conversations})
        return tables.proposal(what, edits)


def plan_again(data_dir: Path, practice: str, conversations: int, week: Week) -> Proposal:
    """Put forward that a week asks for so many conversations more of a practice to which they are owed.

    Errors as for `withdraw`; a week that is over is one, too.
    """
    with tabled(data_dir) as tables:
        practice_id = tables.id_of(_("PRACTICE"), practice, "practices")
        if week < Week.of(now().date()):
            raise InputError(InputProblem(_("{week} is over").format(week=week), _("WEEK")))
        own = next(one for one in tables.project.practices if one.practice_id == practice_id)
        total = requested_conversations(tables.project, own, week) + conversations
        notes = []
        if own.max_conversations is not None and total > own.max_conversations:
            text = _(
                "the practice takes at most {most} in one visit, and {total} are then asked for in that week"
            )
            notes.append(text.format(most=number(own.max_conversations), total=number(total)))
        edits = [
            *_settle(tables, practice_id, conversations, week),
            _demand(tables, practice_id, week, total),
        ]
        what = Text("did_plan_again", {"practice_id": practice_id, "n": conversations, "week": str(week)})
        return tables.proposal(what, edits, notes)


def _settle(tables: Tabled, practice_id: str, conversations: int, into: Week | None) -> Iterator[Edit]:
    owed = [one for one in _owed(tables, _books(tables)) if one.practice_id == practice_id]
    total = sum(one.conversations for one in owed)
    if conversations > total:
        reason = _("only {total} are owed to {practice}") if total else _("nothing is owed to {practice}")
        raise InputError(reason.format(total=number(total), practice=practice_id))
    left = conversations
    for one in owed:
        if left > 0:
            some = min(left, one.conversations)
            left -= some
            yield tables.new("settled", week=one.week, practice_id=practice_id, conversations=some, into=into)


def _demand(tables: Tabled, practice_id: str, week: Week, total: int) -> Edit:
    """Return the row of the table demand that has so many, in the place of that which is there."""
    for position, row in enumerate(tables.rows["demand"]):
        if (row["practice_id"], row["week"]) == (practice_id, week):
            before = tables.tables["demand"][position]
            return Edit("demand", before, {**before, "conversations": str(total)}, position)
    return tables.new("demand", practice_id=practice_id, week=week, conversations=total)
