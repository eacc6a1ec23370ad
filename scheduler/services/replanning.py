"""Living with a published roster: the proven front of changes against score, moves by hand, and offers."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from scheduler.base.progress import Progress
from scheduler.model.changes import Change, changes
from scheduler.model.locks import Delay, Lock
from scheduler.model.problem import Problem
from scheduler.model.roster import Roster
from scheduler.model.text import Text
from scheduler.services.decide import Plan, approved
from scheduler.week.replanning import published_visits, with_published


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
    broken
        Locks that the tables no longer allow.
    change_weight
        The week's own weight of `change`.
    """

    problem: Problem
    published: Roster
    gone: tuple[str, ...]
    broken: tuple[BrokenLock, ...]
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
    week = with_published(problem, published)
    return Replanned(
        problem=week.replace(weights={**week.weights, "change": 0}),
        published=published,
        gone=tuple(id_ for id_ in published_visits(published) if id_ not in asked),
        broken=(),
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
    return _points(week, enough=enough, most=most, time_limit_s=time_limit_s, progress=progress, stop=stop)


def _points(week: Replanned, **options: Any) -> Iterator[FrontPoint]:
    from scheduler.solver.front import front as search

    for found in search(week.problem, **options):
        (plan,) = approved(found.problem, (found.roster,))
        yield FrontPoint(
            plan=plan,
            changes=changes(week.published, found.roster),
            forced=(*week.gone, *found.forced),
            unforced=found.unforced,
            change_points=int(found.roster.terms["change"].count) * week.change_weight,
        )


def recommended(points: Sequence[FrontPoint]) -> FrontPoint:
    """Return the point of the least score with what its changes cost at the week's own weight."""
    return min(points, key=lambda point: point.plan.roster.score + point.change_points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A legal place of a visit, with what it costs against the roster as it is.

    Attributes
    ----------
    date, start, consultant_id, conversations
        Where it is; `start` is an aware local time.
    points_others_in_place
        Points more than now, all others on the days, with the consultants and at the hours where they are but for
        what the best schedule of the consultant-day concerned makes of it; None where they leave no room.
    points_others_free
        The same when all others may move; None where it was not asked for.
    moved
        The ids of those that this moves, others free.
    """

    date: dt.date
    start: dt.datetime
    consultant_id: str
    conversations: int
    points_others_in_place: int | None
    points_others_free: int | None = None
    moved: tuple[str, ...] = ()


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
        The week with the visit there: all others in place, and others free to move. None where there is none.
    changes
        What `plan_free` changes of the published roster, the visit itself among them.
    """

    place: Place | None
    broken: tuple[Text, ...]
    plan_in_place: Plan | None
    plan_free: Plan | None
    changes: tuple[Change, ...]


def move(
    problem: Problem,
    published: Roster,
    request_id: str,
    date: dt.date,
    start_s: int,
    consultant_id: str | None = None,
    *,
    time_limit_s: float = 20.0,
) -> Move:
    """Price the move of a visit to another date, hour (seconds after midnight) and consultant.

    Without a `consultant_id` it goes to whoever can make it best.

    Raises
    ------
    InputError
        When nothing of that id is asked for in the week, or nobody of that id works.
    """
    raise NotImplementedError


def places(problem: Problem, roster: Roster, request_id: str, *, free: bool = False) -> tuple[Place, ...]:
    """Return all legal places of a visit in a roster, in order of time, each with its price.

    Every date, consultant and hour on the grid is one. With `free` also the price when others may move.
    """
    raise NotImplementedError


def offer(problem: Problem, roster: Roster, practice_id: str, *, most: int = 5) -> tuple[Place, ...]:
    """Return the best places for one more visit of a practice, both prices with them, the best first.

    The practice need not be due in the week; rooms are those of the week's request.
    """
    raise NotImplementedError
