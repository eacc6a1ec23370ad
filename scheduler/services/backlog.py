"""The backlog: what is owed, where it fits best, and that it is planned again or withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _, number
from scheduler.base.progress import Progress
from scheduler.model.clock import Week, now
from scheduler.model.text import Text
from scheduler.services.editing import Proposal, tabled
from scheduler.services.moving import Offers, offers_of
from scheduler.services.owing import Owed, demand, owed_by, settle
from scheduler.week.calendar import requested_conversations


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OwedTo:
    """What is owed to a practice in all, and where it fits best.

    Attributes
    ----------
    practice_id, name
        Which practice.
    owed
        What is owed of which week, the oldest first.
    offers
        The best places in this week and in those to come, as far as they have a roster; none before they are looked for.
    """

    practice_id: str
    name: str
    owed: tuple[Owed, ...]
    offers: tuple[Offers, ...] = ()

    @property
    def conversations(self) -> int:
        """How many are owed."""
        return sum(one.conversations for one in self.owed)


def by_practice(data_dir: Path) -> tuple[OwedTo, ...]:
    """Return what is owed practice by practice, that which is owed longest first. Errors as for `backlog`."""
    found: dict[str, list[Owed]] = {}
    for one in backlog(data_dir):
        found.setdefault(one.practice_id, []).append(one)
    return tuple(OwedTo(practice_id=id_, name=mine[0].name, owed=tuple(mine)) for id_, mine in found.items())


def with_offers(
    data_dir: Path, practices: Sequence[OwedTo], *, most: int = 3, progress: Progress | None = None
) -> tuple[OwedTo, ...]:
    """Return what is owed with the `most` best offers of each week.

    An offer is taken by `moving.offer` with `do`, which adds it to what its week asks for. Errors as for `moving.offer`.
    """
    wanted = {each.practice_id: each.conversations for each in practices}
    found = offers_of(data_dir, wanted, most=most, progress=progress)
    return tuple(replace(each, offers=found[each.practice_id]) for each in practices)


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
        edits = settle(tables, practice_id, conversations, None)
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
            *settle(tables, practice_id, conversations, week),
            demand(tables, practice_id, week, total),
        ]
        what = Text("did_plan_again", {"practice_id": practice_id, "n": conversations, "week": str(week)})
        return tables.proposal(what, edits, notes)
