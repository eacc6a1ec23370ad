"""Moves by hand and offers, of a week's draft or, where it has none, of what is published: priced, then kept."""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scheduler.base.errors import InputError
from scheduler.base.files import claimed, replace
from scheduler.base.i18n import _
from scheduler.base.progress import Progress, Silent
from scheduler.model.changes import stays
from scheduler.model.clock import Week, at, now
from scheduler.model.problem import Problem
from scheduler.model.roster import Roster
from scheduler.model.text import Text
from scheduler.outputs import news
from scheduler.services import planner, replanning
from scheduler.services.decide import Plan
from scheduler.services.editing import Tabled, tabled
from scheduler.services.editions import DRAFT, drafted
from scheduler.services.planner import Planned, Prepared
from scheduler.services.replanning import Move, Place
from scheduler.services.workspace import store_of

if TYPE_CHECKING:
    from scheduler.store.events import Seen


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """A move that was looked at.

    Attributes
    ----------
    id
        Of the visit.
    week, roster
        The week, and the roster in which it would be moved.
    move
        What it costs.
    planned
        The draft with it, where it was done.
    """

    id: str
    week: Week
    roster: Roster
    move: Move
    planned: Planned | None = None

    @property
    def plan(self) -> Plan | None:
        """The week with the visit there: all others in place, where they leave room for it."""
        return self.move.plan_in_place or self.move.plan_free

    def sentences(self) -> list[str]:
        """Say what the move changes when the others are free to move too."""
        if self.move.plan_free is None:
            return []
        after = self.move.plan_free.roster
        return news.worded(news.for_coordinator(self.roster, after), news.names(self.roster, after))


@dataclass(frozen=True, slots=True, eq=False)
class Offers:
    """The best places for one more visit of a practice in a week."""

    id: str
    week: Week
    roster: Roster
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    since: "Seen"
    tables: Tabled
    prepared: Prepared
    problem: Problem
    roster: Roster


def move(
    data_dir: Path,
    which: str,
    when: Sequence[str],
    out_dir: Path,
    *,
    consultant: str = "",
    do: bool = False,
    to: Path | None = None,
    progress: Progress | None = None,
) -> Moved:
    """Price the move of a visit to another day, hour or consultant, and do it if it is wanted.

    Parameters
    ----------
    data_dir, out_dir
        The project, and where the week's folders are.
    which, consultant
        The visit, and who is to make it; ids or names. Without a consultant whoever can make it best does.
    when
        Day and hour, see `scheduler.inputs.when`; the week is that of the day.
    do
        Make the week with the move its draft: the others in place, where they leave room.
    to
        Also write what was found to this file.
    progress
        Is told of each step.

    Raises
    ------
    InputError
        When it is not clear what is meant, the week has no roster, or there is nothing to do.
    ServiceError
        When the store or a file cannot be had.
    """
    progress = progress or Silent()
    with store_of(data_dir), tabled(data_dir) as tables:
        id_ = tables.id_of(_("ID"), which, "practices", "home_visits", "tasks")
        consultant_id = tables.id_of("--consultant", consultant, "consultants") if consultant else None
        day, start_s = _day_and_hour(tables, when, _first_with(id_))
    week = Week.of(day)
    with _read(data_dir, week, progress) as read:
        found = replanning.move(
            read.problem, read.roster, id_, date=day, start_s=start_s, consultant_id=consultant_id
        )
        moved = Moved(id_, week, read.roster, found)
        if to is not None:
            replace(to, _json(id_, [found.place] if found.place else []))
        if not do:
            return moved
        plan = moved.plan
        if plan is None:
            raise InputError(_("the visit cannot be there, so nothing was changed"))
        progress.step(_("Maps and files"))
        with claimed(out_dir / f"{week}-{DRAFT}", parents=True) as claim:
            planned = drafted(
                (plan,), read.prepared, claim, data_dir=data_dir, since=read.since, why=Text("did_replan")
            )
        return Moved(id_, week, read.roster, found, planned)


def offer(
    data_dir: Path,
    practice: str,
    week: Week,
    *,
    conversations: int = 1,
    to: Path | None = None,
    progress: Progress | None = None,
) -> Offers:
    """Find the best places for one more visit of a practice in a week. Errors as for `move`."""
    with tabled(data_dir) as tables:
        id_ = tables.id_of(_("PRACTICE"), practice, "practices")
    with _read(data_dir, week, progress or Silent()) as read:
        places = replanning.offer(read.problem, read.roster, id_, conversations=conversations)
        if to is not None:
            replace(to, _json(id_, places))
        return Offers(id_, week, read.roster, places)


def _first_with(id_: str) -> dt.datetime:
    """Return from when on a day without a date is meant: from the first week on that has the visit, or from now."""
    from scheduler.store import editions

    moment = now()
    this = Week.of(moment.date())
    weeks = (Week.parse(each.week) for each in editions.worked_on(str(this)) if id_ in stays(each.roster))
    first = next(weeks, this)
    return max(moment, at(first.monday, 0))


def _day_and_hour(tables: Tabled, said: Sequence[str], since: dt.datetime) -> tuple[dt.date, int]:
    when = tables.when(_("WHEN"), said, since=since)
    if when.first != when.last or when.start_s is None:
        raise InputError(_("say a day and an hour, like: fredag 9.00"))
    return when.first, when.start_s


@contextmanager
def _read(data_dir: Path, week: Week, progress: Progress) -> Iterator[_Read]:
    with store_of(data_dir), tabled(data_dir) as tables:
        from scheduler.store import editions, events

        since = events.seen()
        kept = editions.draft(str(week)) or editions.published(str(week))
        if kept is None:
            raise InputError(
                _(
                    "{week} has neither a draft nor a published edition; plan it first: hjul plan {week}"
                ).format(week=week)
            )
        prepared = planner.prepare(data_dir, progress=progress)
        yield _Read(since, tables, prepared, planner.problem(prepared, week), kept.roster)


def _json(id_: str, places: Sequence[Place]) -> bytes:
    slots: list[dict[str, Any]] = [
        {
            "date": place.date.isoformat(),
            "consultant_id": place.consultant_id,
            "start": place.start.isoformat(),
            "points_others_in_place": place.points_others_in_place,
            "points_others_free": place.points_others_free,
            "moved": list(place.moved),
        }
        for place in places
    ]
    return json.dumps({"id": id_, "slots": slots}, indent=1).encode() + b"\n"
