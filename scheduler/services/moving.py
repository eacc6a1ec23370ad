"""Moves by hand and offers, of a week's draft or, where it has none, of what is published: priced, then kept."""

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scheduler.base.errors import InputError
from scheduler.base.files import claimed, replace
from scheduler.base.i18n import _
from scheduler.base.progress import Progress, Silent
from scheduler.inputs.stored import Tables
from scheduler.model.changes import stays
from scheduler.model.clock import Week, at, now, seconds_of
from scheduler.model.problem import Problem
from scheduler.model.roster import Roster
from scheduler.model.text import Text
from scheduler.outputs import news
from scheduler.services import editing, locks, planner, replanning
from scheduler.services.bookings import booked_in
from scheduler.services.decide import Plan
from scheduler.services.editing import Proposal, Tabled, tabled
from scheduler.services.editions import DRAFT, drafted
from scheduler.services.owing import demand, owed_to, settle
from scheduler.services.planner import Planned, Prepared
from scheduler.services.replanning import Move, Place
from scheduler.services.workspace import store_of
from scheduler.week.happened import since as began

if TYPE_CHECKING:
    from scheduler.store.events import Seen


#: No visit holds more.
MOST_CONVERSATIONS = 12


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

    def plan(self, *, others_free: bool = False) -> Plan | None:
        """Return the week with the visit there: all others in place where they leave room, or free to move."""
        return self.move.plan_free if others_free else self.move.plan_in_place or self.move.plan_free

    def sentences(self, *, others_free: bool = True) -> list[str]:
        """Say what the move changes, by default when the others are free to move too."""
        plan = self.plan(others_free=others_free)
        if plan is None:
            return []
        after = plan.roster
        return news.worded(news.for_coordinator(self.roster, after), news.names(self.roster, after))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Offers:
    """The best places for one more visit of a practice in a week, or for more conversations in the one that it has.

    Attributes
    ----------
    id
        The practice.
    week, roster
        The week, and the roster in which the places are.
    wanted
        How many conversations more were looked for.
    conversations
        How many the visit is to hold then in all.
    more
        How many more the week has to ask for.
    places
        The places, the best first.
    planned
        The draft with one of them, where it was taken.
    """

    id: str
    week: Week
    roster: Roster
    wanted: int
    conversations: int
    more: int
    places: tuple[Place, ...]
    planned: Planned | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A week as it is, to be changed by hand.

    Attributes
    ----------
    since
        What had happened when it was read.
    tables, prepared
        The tables, and the project as they have it.
    problem
        What the week asks for, with what has begun.
    roster, published
        Its draft or, where it has none, what holds; and what holds, if anything does.
    asked
        Returns what the week asks for of other tables.
    """

    since: "Seen"
    tables: Tabled
    prepared: Prepared
    problem: Problem
    roster: Roster
    published: Roster | None
    asked: Callable[[Prepared], Problem]


def move(
    data_dir: Path,
    which: str,
    when: Sequence[str],
    out_dir: Path,
    *,
    consultant: str = "",
    do: bool = False,
    others_free: bool = False,
    since: dt.datetime | None = None,
    late: Sequence[tuple[str, str]] = (),
    prepare: Callable[[], Prepared] | None = None,
    seen: "Seen | None" = None,
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
        Make the week with the move its draft: the others in place, where they leave room, or else as is best.
    others_free
        Do it with the others as is best in any case.
    since
        What has begun at this moment stays as it is; of a week that has begun it is now, where nothing is said.
    late
        Who goes on later than the roster says: a consultant by id or name, and from when, like ``10.40``.
    prepare
        Returns the project as the tables have it, where somebody keeps it prepared.
    seen
        What somebody had seen who wants it; what was changed since refuses it.
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
    with reading(data_dir, week, progress, prepare=prepare, since=since, late=late) as read:
        if seen is not None:
            _require_unchanged(seen, week)
        found = replanning.move(
            read.problem, read.roster, id_, date=day, start_s=start_s, consultant_id=consultant_id
        )
        moved = Moved(id_, week, read.roster, found)
        if to is not None:
            replace(to, _json(id_, [found.place] if found.place else []))
        if not do:
            return moved
        plan = moved.plan(others_free=others_free)
        if plan is None:
            raise InputError(_("the visit cannot be there, so nothing was changed"))
        progress.step(_("Maps and files"))
        with claimed(out_dir / f"{week}-{DRAFT}", parents=True) as claim:
            planned = drafted(
                (plan,), read.prepared, claim, data_dir=data_dir, since=read.since, why=_moved_to(id_, plan)
            )
        return Moved(id_, week, read.roster, found, planned)


def _moved_to(id_: str, plan: Plan) -> Text:
    stay = stays(plan.roster)[id_]
    start_s = seconds_of(stay.start, stay.date)
    params = {"request_id": id_, "consultant_id": stay.consultant_id, "date": str(stay.date)}
    return Text("did_move", {**params, "start_s": start_s})


def places(
    data_dir: Path, which: str, week: Week, *, prepare: Callable[[], Prepared] | None = None
) -> tuple[Place, ...]:
    """Return all places where a visit of a week may be, each with its price while all others stay; errors as for `move`.

    `prepare` returns the project as the tables have it, where somebody keeps it prepared.
    """
    with tabled(data_dir) as tables:
        id_ = tables.id_of(_("ID"), which, "practices", "home_visits", "tasks")
    with reading(data_dir, week, Silent(), prepare=prepare) as read:
        return replanning.places(read.problem, read.roster, id_)


def renumber(
    data_dir: Path,
    id_: str,
    week: Week,
    conversations: int,
    out_dir: Path,
    *,
    do: bool = False,
    prepare: Callable[[], Prepared] | None = None,
    seen: "Seen | None" = None,
) -> Moved:
    """Price that the visit of a practice holds another number of conversations where it is, and do it if it is wanted.

    The week asks for so many then; what is owed to the practice pays for more. All others stay where they are, where
    they leave room, or move as is best.

    Parameters
    ----------
    id_, conversations
        The practice by its id, and how many the visit is to hold in all; one at least.
    data_dir, week, out_dir, do, prepare, seen
        As for `move`; of `week` the practice has a visit.

    Raises
    ------
    InputError
        As for `move`, and where the practice has no visit in the week.
    ServiceError
        When the store or a file cannot be had.
    """
    with reading(data_dir, week, Silent(), prepare=prepare) as read:
        if seen is not None:
            _require_unchanged(seen, week)
        there = stays(read.roster).get(id_)
        if there is None or there.kind != "visit" or not 1 <= conversations <= MOST_CONVERSATIONS:
            raise InputError(_("{id} asks for no visit in {week}").format(id=id_, week=week))
        what = Text("did_renumber", {"practice_id": id_, "n": conversations, "week": str(week)})
        wanted = _wanted(read, week, id_, conversations - there.conversations, what)
        start_s = seconds_of(there.start, there.date)
        found = replanning.move(
            wanted.problem,
            read.roster,
            id_,
            date=there.date,
            start_s=start_s,
            consultant_id=there.consultant_id,
            conversations=conversations,
        )
        moved = Moved(id_, week, read.roster, found)
        plan = moved.plan()
        if not do:
            return moved
        if plan is None:
            raise InputError(_("the visit cannot be there, so nothing was changed"))
        planned = _kept_with(data_dir, read, wanted, plan, out_dir)
        return Moved(id_, week, read.roster, found, planned)


def offer(
    data_dir: Path,
    practice: str,
    week: Week,
    *,
    conversations: int = 1,
    do: int | None = None,
    out_dir: Path | None = None,
    since: dt.datetime | None = None,
    late: Sequence[tuple[str, str]] = (),
    prepare: Callable[[], Prepared] | None = None,
    seen: "Seen | None" = None,
    to: Path | None = None,
    progress: Progress | None = None,
) -> Offers:
    """Find the best places for one more visit of a practice in a week, and take one of them if it is wanted.

    A visit that the week asks for and does not have is looked for as it is asked for. A practice that is not due gets one
    visit of so many conversations. A practice that has its visit gets no second one: the one that it has is to hold so
    many more, where it is or elsewhere.

    Parameters
    ----------
    data_dir, practice, week
        The project, the practice by id or name, and the week.
    conversations
        How many conversations more.
    do
        Take this place, from 1: the week asks for it then (what is owed to the practice is owed no more), and its draft, in
        a folder of `out_dir`, has it there.
    out_dir
        Where the week's folders are; needed with `do`.
    since, late, prepare, seen, to, progress
        As for `move`.

    Raises
    ------
    InputError
        When it is not clear what is meant, the week has no roster, the practice cannot be visited then, or there is no such
        place.
    ServiceError
        When the store or a file cannot be had.
    """
    progress = progress or Silent()
    with tabled(data_dir) as tables:
        id_ = tables.id_of(_("PRACTICE"), practice, "practices")
    with reading(data_dir, week, progress, prepare=prepare, since=since, late=late) as read:
        if seen is not None:
            _require_unchanged(seen, week)
        wanted = _wanted(read, week, id_, conversations)
        found = _offers(read, wanted, week, conversations, most=5)
        if to is not None:
            replace(to, _json(id_, found.places))
        if do is None:
            return found
        if not 1 <= do <= len(found.places):
            raise InputError(
                _("there is no place {number} for it in {week}, so nothing was changed").format(
                    number=do, week=week
                )
            )
        assert out_dir is not None  # noqa: S101 - asked for with `do`
        progress.step(_("Maps and files"))
        planned = _taken(data_dir, read, wanted, found.places[do - 1], out_dir)
        return dataclasses.replace(found, planned=planned)


def offers_of(
    data_dir: Path, wanted: Mapping[str, int], *, most: int = 3, progress: Progress | None = None
) -> Mapping[str, tuple[Offers, ...]]:
    """Return the best places for so many conversations of some practices, in this week and in those to come.

    Only weeks with a draft or a published roster are looked at, and only practices that can have them then. Where a visit
    cannot hold as many it is asked for fewer. Errors as for `offer`.
    """
    progress = progress or Silent()
    found: dict[str, list[Offers]] = {id_: [] for id_ in wanted}
    if not wanted:
        return {}
    with store_of(data_dir):
        from scheduler.store import editions

        weeks = [Week.parse(each.week) for each in editions.worked_on(str(Week.of(now().date())))]
        if not weeks:
            return dict.fromkeys(wanted, ())
        prepared = planner.prepare(data_dir, progress=progress)
        for week in weeks:
            with reading(data_dir, week, progress, prepare=lambda: prepared) as read:
                for id_, most_wanted in wanted.items():
                    progress.step(_("Offers for {id} in {week}").format(id=id_, week=week))
                    each = _best_of(read, week, id_, most_wanted, most)
                    if each is not None:
                        found[id_].append(each)
    return {id_: tuple(each) for id_, each in found.items()}


def _best_of(read: Read, week: Week, id_: str, conversations: int, most: int) -> Offers | None:
    """Return the offers for as many conversations as a visit can hold, up to a number; None where there is no place."""
    for number in range(conversations, 0, -1):
        try:
            found = _offers(read, _wanted(read, week, id_, number), week, number, most=most)
        except InputError:  # the practice takes no part then
            return None
        if found.places:
            return found
    return None


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    """One more visit, or a longer one, as a week may ask for it.

    `problem` asks for it, by the tables with the rows of `proposal`; the visit is to hold `conversations`, `more` than the
    week asks for now.
    """

    id: str
    problem: Problem
    prepared: Prepared
    proposal: Proposal
    tables: Tables
    conversations: int
    more: int


def _wanted(read: Read, week: Week, id_: str, conversations: int, what: Text | None = None) -> _Wanted:
    """Return a week that asks for so many conversations more; an `InputError` where it cannot.

    `what` says what is done, where it is not that they are planned again.
    """
    tables = read.tables
    requested = next((r.conversations for r in read.problem.requests if r.request_id == id_), 0)
    there = stays(read.roster).get(id_)
    if requested and there is None:
        total = held = requested
    else:
        held = (there.conversations if there else 0) + conversations
        total = max(requested, held) if conversations > 0 else held
    more = total - requested
    settled = min(more, owed_to(tables, id_)) if more > 0 else 0
    edits = [
        *(settle(tables, id_, settled, week) if settled else ()),
        *([demand(tables, id_, week, total)] if more else ()),
    ]
    again = Text("did_plan_again", {"practice_id": id_, "n": more, "week": str(week)})
    proposal = tables.proposal(what or again, edits)
    if not proposal.edits:
        return _Wanted(id_, read.problem, read.prepared, proposal, tables.tables, held, more)
    project, cells = tables.after(proposal.edits)
    prepared = planner.prepare_again(read.prepared, project)
    return _Wanted(id_, read.asked(prepared), prepared, proposal, cells, held, more)


def _offers(read: Read, wanted: _Wanted, week: Week, conversations: int, *, most: int) -> Offers:
    if wanted.id in stays(read.roster) and any(r.request_id == wanted.id for r in read.problem.requests):
        places = replanning.more(
            read.problem,
            wanted.problem,
            read.roster,
            wanted.id,
            conversations=wanted.conversations,
            most=most,
        )
    else:
        places = replanning.offer(wanted.problem, read.roster, wanted.id, most=most)
        if wanted.more:
            places = tuple(place for place in places if place.conversations == wanted.conversations)
    return Offers(
        id=wanted.id,
        week=week,
        roster=read.roster,
        wanted=conversations,
        conversations=wanted.conversations,
        more=wanted.more,
        places=places,
    )


def _taken(data_dir: Path, read: Read, wanted: _Wanted, place: Place, out_dir: Path) -> Planned:
    """Have the week ask for what is wanted, and make it at a place the week's draft."""
    priced = replanning.move(
        wanted.problem,
        read.roster,
        wanted.id,
        date=place.date,
        start_s=seconds_of(place.start, place.date),
        consultant_id=place.consultant_id,
        conversations=place.conversations,
    )
    plan = priced.plan_in_place or priced.plan_free
    if plan is None:
        raise InputError(_("the visit cannot be there, so nothing was changed"))
    return _kept_with(data_dir, read, wanted, plan, out_dir)


def _kept_with(data_dir: Path, read: Read, wanted: _Wanted, plan: Plan, out_dir: Path) -> Planned:
    """Make a plan the draft of its week, and have the week ask for what is wanted."""
    write = partial(editing.write, data_dir, wanted.proposal)
    with claimed(out_dir / f"{plan.problem.week}-{DRAFT}", parents=True) as claim:
        return drafted(
            (plan,),
            wanted.prepared,
            claim,
            data_dir=data_dir,
            since=read.since,
            why=Text("did_replan"),
            tables=wanted.tables,
            then=write if wanted.proposal.edits else None,
        )


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


def _require_unchanged(seen: "Seen", week: Week) -> None:
    from scheduler.store import events

    events.require_unchanged(seen, str(week))


@contextmanager
def reading(
    data_dir: Path,
    week: Week,
    progress: Progress,
    *,
    prepare: Callable[[], Prepared] | None = None,
    since: dt.datetime | None = None,
    late: Sequence[tuple[str, str]] = (),
) -> Iterator[Read]:
    """Have a week read, to be changed by hand; parameters and errors as for `move`."""
    moment = now()
    if week.days[-1] < moment.date():
        raise InputError(_("{week} is over; nothing of it can be planned again").format(week=week))
    if since is None and week.monday <= moment.date():
        since = moment
    with store_of(data_dir), tabled(data_dir) as tables:
        from scheduler.store import editions, events

        seen = events.seen()
        kept = editions.draft(str(week)) or editions.published(str(week))
        if kept is None:
            raise InputError(
                _(
                    "{week} has neither a draft nor a published edition; plan it first: hjul plan {week}"
                ).format(week=week)
            )
        delays = locks.late(tables, late)
        prepared = prepare() if prepare else planner.prepare(data_dir, progress=progress)
        published = editions.published(str(week))
        booked = booked_in(published.roster) if published else ()
        held = locks.locks_of(tables.rows[locks.LOCKS], week)

        def asked(prepared: Prepared) -> Problem:
            problem = planner.problem(prepared, week, booked=booked)
            return began(replanning.with_locks_kept(problem, kept.roster, held), kept.roster, since, delays)

        holds = published.roster if published else None
        yield Read(seen, tables, prepared, asked(prepared), kept.roster, holds, asked)


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
