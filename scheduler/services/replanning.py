"""Living with a published roster: the proven front of changes against score, moves by hand, and offers."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scheduler.base.errors import InputError
from scheduler.base.i18n import _
from scheduler.base.progress import Progress
from scheduler.model.changes import Change, changes, stays
from scheduler.model.clock import at
from scheduler.model.locks import Delay, Lock
from scheduler.model.problem import Problem, Request, Settled
from scheduler.model.roster import Roster
from scheduler.model.text import Text
from scheduler.services.decide import Plan, approved
from scheduler.solver.isolation import front as rosters_of_front
from scheduler.week.happened import since as began
from scheduler.week.legal import broken_rules
from scheduler.week.replanning import published_visits, visits_of, with_locks, with_published

if TYPE_CHECKING:
    from scheduler.solver.front import FrontRoster
    from scheduler.solver.places import At, FreePrice, Places


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrontPoint:
    """A roster of the front: no valid one with so few unforced changes scores less.

    Attributes
    ----------
    plan
        The week with `max_changes` and without the points of `change`, its roster, checked, and its proof.
    changes
        All that differs from the published roster, forced or not, in order of time.
    forced
        The ids of published visits that nothing valid keeps.
    broken
        The locks that the tables no longer allow, which are not kept.
    unforced
        How many published visits beside those are changed: where nothing else is said, `plan.roster` keeps the
        day, consultant, hour and number of conversations of all others.
    change_points
        What its changes cost at the week's own weight of `change`, as the score counts them; the recommended point
        is the one of the least score with these.
    """

    plan: Plan
    changes: tuple[Change, ...]
    forced: tuple[str, ...]
    broken: tuple["BrokenLock", ...]
    unforced: int
    change_points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenLock:
    """A lock that the tables no longer allow; it is not kept.

    Attributes
    ----------
    lock
        The lock.
    id
        Of the practice, home visit or task whose visit it cannot keep.
    """

    lock: Lock
    id: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Replanned:
    """A week as it is planned again.

    Attributes
    ----------
    problem
        The week with what has happened, what is locked, and where the published roster has its visits; its
        weight `change` is 0.
    published
        The published roster.
    gone
        The ids of published visits that the week no longer asks for.
    locked
        The locks, each with the id of every visit that it is of.
    broken
        Those of them that cannot be kept, since the week no longer asks for the visit or pins it elsewhere.
    change_weight
        The week's own weight of `change`.
    """

    problem: Problem
    published: Roster
    gone: tuple[str, ...]
    locked: tuple[tuple[Lock, str], ...]
    broken: tuple[tuple[Lock, str], ...]
    change_weight: int


def replanned(
    problem: Problem,
    published: Roster,
    *,
    locks: Sequence[Lock] = (),
    since: dt.datetime | None = None,
    delays: Sequence[Delay] = (),
) -> Replanned:
    """Return a week as it is planned again beside a published roster.

    Parameters
    ----------
    problem
        The week as the tables have it now.
    published
        The roster that people have.
    locks
        What is to be kept of it.
    since
        From when on: what has begun by then, is waited for or being ridden to stays as it is. None for a
        week that has not begun.
    delays
        Who goes on later than the roster says.

    Raises
    ------
    InputError
        When two locks cannot both be kept, or a lock is of nothing that the published roster has: it names them.
    """
    asked = {request.request_id for request in problem.requests}
    week, locked, broken = with_locks(with_published(problem, published), published, locks)
    week = began(week, published, since, delays)
    return Replanned(
        problem=week.replace(weights={**week.weights, "change": 0}),
        published=published,
        gone=tuple(
            id_
            for id_ in published_visits(published)
            if id_ not in asked and all(r.request_id != id_ for r in week.requests)
        ),
        locked=locked,
        broken=broken,
        change_weight=problem.weights["change"],
    )


def front(
    problem: Problem,
    published: Roster,
    *,
    locks: Sequence[Lock] = (),
    since: dt.datetime | None = None,
    delays: Sequence[Delay] = (),
    enough: int = 0,
    most: int | None = None,
    time_limit_s: float = 20.0,
    search: "Callable[..., Iterator[FrontRoster]]" = rosters_of_front,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> Iterator[FrontPoint]:
    """Yield the proven front of changes against score, the fewest changes first, each point as it is found.

    Points that bring nothing are left out: each scores less than the one before. The last one scores what the best
    roster of the week does, whatever it changes.

    Parameters
    ----------
    problem, published, locks, since, delays
        As for `replanned`.
    enough
        End where no further point can score less by more than so many points.
    most
        End at so many unforced changes.
    time_limit_s
        Seconds for the whole front; what is found when they are over is not proven.
    search
        Finds the rosters: in this process, or `partial(solver.stream, isolation.front, memory_mb=...)` of a
        `SolverProcess` in one of its own.
    progress
        Is told of each step.
    stop
        Is asked now and then whether to end early.

    Raises
    ------
    InputError
        As for `replanned`; and when the pins cannot all be kept.
    InvalidRosterError
        When a roster breaks a rule, or its bound is wrong: a bug in the engine.
    """
    week = replanned(problem, published, locks=locks, since=since, delays=delays)
    return _points(
        week, search, enough=enough, most=most, time_limit_s=time_limit_s, progress=progress, stop=stop
    )


def _points(
    week: Replanned, search: "Callable[..., Iterator[FrontRoster]]", **options: Any
) -> Iterator[FrontPoint]:
    for found in search(week.problem, **options):
        (plan,) = approved(found.problem, (found.roster,))
        yield FrontPoint(
            plan=plan,
            changes=changes(week.published, found.roster),
            forced=(*week.gone, *found.forced),
            broken=tuple(
                BrokenLock(lock=lock, id=id_)
                for lock, id_ in week.locked
                if id_ in found.broken or (lock, id_) in week.broken
            ),
            unforced=found.unforced,
            change_points=int(found.roster.terms["change"].count) * week.change_weight,
        )


def recommended(points: Sequence[FrontPoint]) -> FrontPoint:
    """Return the point of the least score with what its changes cost at the week's own weight."""
    return min(points, key=lambda point: point.plan.roster.score + point.change_points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A legal place of a visit, with what it costs against the roster as it is.

    A visit that is not in the roster costs what it is more than not asking for it. That the visit itself is moved is
    not among the points.

    Attributes
    ----------
    date, start, consultant_id, conversations
        Where it is; `start` is an aware local time.
    points_others_in_place
        Points more than now, all others where they are; None where they leave no room.
    points_others_free
        Points more than now when all others may move, each for the week's points of a `change`; None where it was not
        asked for, or nothing valid was found.
    moved
        The ids of those that are moved then.
    more_ride_s, more_waiting_s
        Seconds more than now that are ridden and waited, all others where they are; None where they leave no room, or
        it was not asked for.
    """

    date: dt.date
    start: dt.datetime
    consultant_id: str
    conversations: int
    points_others_in_place: int | None
    points_others_free: int | None = None
    moved: tuple[str, ...] = ()
    more_ride_s: int | None = None
    more_waiting_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Move:
    """What a move costs, and whom it moves.

    Attributes
    ----------
    place
        Where the visit goes, with both prices; None where that is not legal.
    broken
        The rules that it would break; none where it is legal.
    plan_in_place, plan_free
        The week with the visit there: all others in place (nothing is proven of that), and others free to move. None
        where there is none.
    changes
        What `plan_free` changes of the published roster, the visit itself among them.
    """

    place: Place | None
    broken: tuple[Text, ...]
    plan_in_place: Plan | None = None
    plan_free: Plan | None = None
    changes: tuple[Change, ...] = ()


def with_locks_kept(problem: Problem, roster: Roster, locks: Sequence[Lock]) -> Problem:
    """Return a week whose requests keep what locks hold of a roster, where the tables still allow it.

    What changes a roster by hand goes by the roster as it is: locks of nothing in it are none.
    """
    told = published_visits(roster)
    held = [lock for lock in locks if visits_of(lock, told)]
    locked, _pairs, _broken = with_locks(problem, roster, held)

    def is_possible(request: Request) -> bool:
        visit = told.get(request.request_id)
        return request.lock is None or (
            visit is not None
            and not broken_rules(
                locked,
                request,
                visit.date,
                visit.start_s,
                consultant_id=visit.consultant_id,
                conversations=visit.conversations or 1,
            )
        )

    return locked.replace(
        requests=tuple(r if is_possible(r) else dataclasses.replace(r, lock=None) for r in locked.requests)
    )


def move(
    problem: Problem,
    published: Roster,
    request_id: str,
    *,
    date: dt.date,
    start_s: int,
    consultant_id: str | None = None,
    conversations: int | None = None,
    time_limit_s: float = 20.0,
) -> Move:
    """Price the move of a visit to another date, hour (seconds after midnight) and consultant.

    Without a `consultant_id` it goes to whoever can make it best; without `conversations` it holds as many as are best.

    Raises
    ------
    InputError
        When nothing of that id is asked for in the week, or nobody of that id works; or when pins cannot all be kept.
    """
    from scheduler.solver.engine import solve
    from scheduler.solver.places import Places

    request = _asked(problem, request_id)
    if consultant_id is not None and all(c.consultant_id != consultant_id for c in problem.consultants):
        raise InputError(
            _("{consultant_id} is no consultant of this week").format(consultant_id=consultant_id)
        )
    told = published_visits(published).get(request_id)
    found = Places(problem, published, request_id)
    wanted = [
        (place, points)
        for place, points in found.in_place().items()
        for day in (problem.days[place.day],)
        if (day.date, place.start_s) == (date, start_s)
        and consultant_id in (None, day.consultant_id)
        and conversations in (None, place.conversations)
    ]
    if not wanted:
        number = conversations or (told.conversations if told else None)
        return Move(
            place=None,
            broken=broken_rules(
                problem,
                request,
                date,
                start_s,
                consultant_id=consultant_id,
                conversations=number or 1,
            ),
        )
    at_best, in_place = min(wanted, key=lambda each: (each[1] is None, each[1] or 0, -each[0].conversations))
    plan_in_place = None
    if in_place is not None:
        week, roster = found.roster(at_best)
        (plan_in_place,) = approved(week, (roster,))
    settled = Settled(
        date=date, start_s=start_s, consultant_id=consultant_id, conversations=conversations or None
    )
    week = _with_others(problem, published, request_id, settled)
    day = problem.days[at_best.day]
    try:
        solved = solve(week, time_limit_s=time_limit_s, explain=False).roster
    except InputError:
        if plan_in_place is not None:
            raise
        return Move(place=None, broken=(Text("rule_others_locked"),))
    (plan_free,) = approved(week, (solved,))
    all_changes = changes(published, solved)
    stay = stays(solved)[request_id]
    in_place_too = in_place is not None
    return Move(
        place=Place(
            date=date,
            start=at(date, start_s),
            consultant_id=day.consultant_id if in_place_too else stay.consultant_id,
            conversations=at_best.conversations if in_place_too else stay.conversations,
            points_others_in_place=in_place,
            points_others_free=solved.score - found.now,
            moved=tuple(change.id for change in all_changes if change.id != request_id and change.was),
        ),
        broken=(),
        plan_in_place=plan_in_place,
        plan_free=plan_free,
        changes=all_changes,
    )


def _asked(problem: Problem, request_id: str) -> Request:
    """Return the request of an id.

    Raises
    ------
    InputError
        When there is none.
    """
    for request in problem.requests:
        if request.request_id == request_id:
            return request
    raise InputError(_("{id} asks for no visit in {week}").format(id=request_id, week=problem.week))


def _with_others(problem: Problem, published: Roster, request_id: str, settled: Settled) -> Problem:
    """Return a week with all others as published, and one visit settled."""
    week = with_published(problem, published)
    return week.replace(
        requests=tuple(
            dataclasses.replace(request, published=None, lock=settled)
            if request.request_id == request_id
            else request
            for request in week.requests
        )
    )


def places(
    problem: Problem,
    roster: Roster,
    request_id: str,
    *,
    free: bool = False,
    time_limit_s: float = 60.0,
    stop: Callable[[], bool] | None = None,
) -> tuple[Place, ...]:
    """Return all legal places of a visit in a roster, in order of time, each with its price.

    Every date, consultant and hour on the grid is one, with the number of conversations that costs least there. With
    `free` also the price when others may move, as far as there is time for it.

    Raises
    ------
    InputError
        When nothing of that id is asked for in the week.
    """
    from scheduler.solver.places import Places

    _asked(problem, request_id)
    found = Places(problem, roster, request_id)
    best: dict[tuple[int, int], tuple[At, int | None]] = {}
    for place, points in found.in_place().items():
        key = (place.day, place.start_s)
        if key not in best or _dearer(best[key], (place, points)):
            best[key] = place, points
    prices = (
        found.free(
            [place for place, _points in best.values()],
            time_limit_s=time_limit_s,
            stop=stop or (lambda: False),
        )
        if free
        else {}
    )
    made = (
        _with_ways(found, place, _place(problem, place, points, prices.get(place)))
        for place, points in best.values()
    )
    return tuple(sorted(made, key=lambda place: (place.start, place.consultant_id)))


def _with_ways(found: "Places", at_: "At", place: Place) -> Place:
    if place.points_others_in_place is None:
        return place
    ride_s, waiting_s = found.more_ways_s(at_)
    return dataclasses.replace(place, more_ride_s=ride_s, more_waiting_s=waiting_s)


def _dearer(one: "tuple[At, int | None]", other: "tuple[At, int | None]") -> bool:
    """Tell whether a place costs more than another with another number; of those without room the larger is less."""
    (at_one, points), (at_other, fewer) = one, other
    if points is None or fewer is None:
        return fewer is not None or (points is None and at_one.conversations < at_other.conversations)
    return fewer < points


def _place(
    problem: Problem,
    place: "At",
    in_place: int | None,
    free: "FreePrice | None",
    *,
    more_points: int = 0,
) -> Place:
    day = problem.days[place.day]
    return Place(
        date=day.date,
        start=at(day.date, place.start_s),
        consultant_id=day.consultant_id,
        conversations=place.conversations,
        points_others_in_place=None if in_place is None else in_place + more_points,
        points_others_free=free.points + more_points if free else None,
        moved=free.moved if free else (),
    )


def offer(
    problem: Problem,
    roster: Roster,
    practice_id: str,
    *,
    conversations: int = 1,
    most: int = 5,
    time_limit_s: float = 60.0,
) -> tuple[Place, ...]:
    """Return the best places for one more visit of a practice, both prices with them, the best first.

    One that the week asks for and the roster does not have is looked for as it is asked for; else a further visit of so
    many conversations, on another day than the one there is. Rooms are those of the week's request, so a practice that
    is not due has to be asked for first. They are in order of the lesser price; of each consultant's day the best hour
    is offered.

    Raises
    ------
    InputError
        When the practice asks for no visit in the week.
    """
    request = _asked(problem, practice_id)
    told = stays(roster).get(practice_id)
    if told is not None:
        further = dataclasses.replace(
            request,
            request_id=f"{practice_id}_{len(problem.requests)}",
            conversations=conversations,
            max_conversations=conversations,
            slots=tuple(slot for slot in request.slots if slot.date != told.date),
            agreement=None,
            pin=None,
            lock=None,
            published=None,
        )
        problem = problem.replace(requests=(*problem.requests, further))
        request = further
    return _best_places(problem, roster, request.request_id, most=most, time_limit_s=time_limit_s)


def more(
    problem: Problem,
    asked: Problem,
    roster: Roster,
    practice_id: str,
    *,
    conversations: int,
    most: int = 5,
    time_limit_s: float = 60.0,
) -> tuple[Place, ...]:
    """Return the best places for the visit of a practice when it is to hold so many conversations in all.

    Parameters
    ----------
    problem
        The week as it is; prices are points more than the roster has in it.
    asked
        The week in which the practice asks for so many.
    roster, practice_id, most, time_limit_s
        As for `offer`.

    Raises
    ------
    InputError
        When the practice asks for no visit in the week.
    """
    from scheduler.solver.places import Places

    if conversations > _asked(asked, practice_id).max_conversations:
        return ()
    longer = asked.replace(
        requests=tuple(
            dataclasses.replace(r, lock=dataclasses.replace(r.lock or Settled(), conversations=conversations))
            if r.request_id == practice_id
            else r
            for r in asked.requests
        )
    )
    now = Places(problem, roster, practice_id).now
    return _best_places(longer, roster, practice_id, most=most, time_limit_s=time_limit_s, now=now)


def _best_places(
    problem: Problem,
    roster: Roster,
    request_id: str,
    *,
    most: int,
    time_limit_s: float,
    now: int | None = None,
) -> tuple[Place, ...]:
    """Return the best places of a visit, of each consultant's day one; `now` is the score that prices go by."""
    from scheduler.solver.places import Places

    found = Places(problem, roster, request_id)
    more_points = 0 if now is None else found.now - now
    in_place = found.in_place()
    free = found.best_of_days(time_limit_s=time_limit_s)
    best_in_place: dict[int, tuple[int, At]] = {}
    for place, points in in_place.items():
        if points is not None and (place.day not in best_in_place or points < best_in_place[place.day][0]):
            best_in_place[place.day] = points, place
    likely = [place for _points, place in best_in_place.values() if place not in free]
    free.update(found.free(likely, time_limit_s=time_limit_s))
    offers = [
        _place(problem, place, in_place.get(place), price, more_points=more_points)
        for place, price in free.items()
    ]
    best: dict[tuple[dt.date, str], Place] = {}
    for each in sorted(offers, key=_least):
        best.setdefault((each.date, each.consultant_id), each)
    return tuple(best.values())[:most]


def _least(place: Place) -> tuple[int, dt.datetime]:
    prices = (place.points_others_in_place, place.points_others_free)
    return min(points for points in prices if points is not None), place.start
