"""The front of changes against score: the best roster for every number of published visits that may change."""

import dataclasses
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.base.progress import Progress, Silent
from scheduler.model.problem import Problem, Request
from scheduler.model.roster import Roster
from scheduler.solver.choose import Chooser
from scheduler.solver.deadline import Deadline
from scheduler.solver.engine import Search
from scheduler.solver.keep import Keeper, Kept
from scheduler.solver.parts import Part, must_points
from scheduler.week.schedule import INFEASIBLE, DayModel
from scheduler.week.sound import require_sound
from scheduler.week.stops import StopOption

#: Share of the time that may be spent on the best roster of all.
_FREE_SHARE = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class FrontRoster:
    """A roster of the front.

    Attributes
    ----------
    problem
        The week with the most changes that are allowed.
    roster
        The best roster for so many.
    forced
        The published visits that nothing valid keeps, by id.
    broken
        The requests, by id, whose locks the tables no longer allow.
    unforced
        How many others may change.
    """

    problem: Problem
    roster: Roster
    forced: tuple[str, ...]
    broken: tuple[str, ...]
    unforced: int


def front(
    problem: Problem,
    *,
    enough: int = 0,
    most: int | None = None,
    time_limit_s: float = 20.0,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> Iterator[FrontRoster]:
    """Yield the best roster for each number of unforced changes that brings something, the fewest first.

    Parameters
    ----------
    problem
        The week, with `published` in its requests.
    enough
        End where no further roster can score less by more than so many points.
    most
        End at so many unforced changes.
    time_limit_s
        Seconds until the last roster is given, proven or not.
    progress
        Is told of each step.
    stop
        Is asked now and then whether to end early.

    Raises
    ------
    InputError
        When the problem makes no sense; or when pins and locks cannot all be kept: it names them.
    """
    published = [i for i, request in enumerate(problem.requests) if request.published]
    problem = problem.replace(max_changes=len(published))
    require_sound(problem)
    problem, broken = _settled(problem)
    progress = progress or Silent()
    deadline = Deadline(time.monotonic() + time_limit_s, stop or (lambda: False))
    search = Search(problem, deadline, 0, progress, explain=False, whole=True)
    (part,) = search.parts
    progress.step(_("Best roster of all"))
    early = Deadline(time.monotonic() + _FREE_SHARE * time_limit_s, deadline.asked)
    part.generate(early, progress.bounds)
    if part.proof is None:
        # Nobody works.
        forced = tuple(problem.requests[i].request_id for i in published)
        yield _found(search, forced, broken, 0)
        return
    keeper = Keeper(part.proof[0])
    forced = tuple(problem.requests[i].request_id for i in published if not keeper.is_possible(i))
    for unforced in _points(search, part, keeper, len(forced), deadline, enough=enough, most=most):
        yield _found(search, forced, broken, unforced)


def _settled(problem: Problem) -> tuple[Problem, tuple[str, ...]]:
    """Take away the locks that the tables no longer allow, and return of which requests they were.

    Raises
    ------
    InputError
        When two locks cannot both be kept, or a lock and a pin.
    """
    locked = [i for i, request in enumerate(problem.requests) if request.lock]
    if not locked:
        return problem, ()
    keeper = Keeper(Chooser(problem, [DayModel(problem, day) for day in problem.days], pin_points=0))
    days = range(len(problem.days))
    broken = [i for i in locked if not any(keeper.can_meet(day, [i]) for day in days)]
    clashes = [clash for day in days for clash in _clashes(keeper, day, set(broken))]
    if clashes:
        raise InputError(
            [InputProblem(_clash(problem.requests[i], problem.requests[j])) for i, j in clashes],
            hint=_("Take one of the locks away."),
        )
    requests = tuple(
        dataclasses.replace(request, lock=None) if i in broken else request
        for i, request in enumerate(problem.requests)
    )
    return problem.replace(requests=requests), tuple(problem.requests[i].request_id for i in broken)


def _clashes(keeper: Keeper, day: int, broken: set[int]) -> Iterator[tuple[int, int]]:
    """Yield which two requests that must be met on a day cannot both be."""
    settled = [request for request in keeper.settled_on(day) if request not in broken]
    if len(settled) > 1 and not keeper.can_meet(day, settled):
        for pair in combinations(settled, 2):
            if not keeper.can_meet(day, pair):
                yield pair


def _clash(one: Request, other: Request) -> str:
    names = {"id": one.request_id, "other": other.request_id}
    if one.lock and other.lock:
        return _("the locks of {id} and {other} cannot both be kept").format(**names)
    if one.pin:
        names = {"id": other.request_id, "other": one.request_id}
    return _("the lock of {id} cannot be kept beside the pin of {other}").format(**names)


def _most_kept(problem: Problem, keeper: Keeper, deadline: Deadline) -> tuple[int, ...]:
    """Return a choice, by key, that keeps as many published visits as can be kept together.

    What a day can keep it can nearly always keep without further visits. One of these may give it a wait for its
    lunch, though; only then have days to do with each other.
    """
    pool, keys = keeper.pool, keeper.most_kept(others=False)
    if pool.kept(keys) == pool.kept(keeper.most_kept(others=True)):
        return keys
    week = problem.replace(kept_points=must_points(problem))
    part = Part(week, fine=False)
    part.generate(deadline, lambda _score, _bound: None)
    if len(part.schedules) < len(keys):
        return keys
    found = tuple(
        graph.key(_same(graph.model, visit) for visit in schedule.visits)
        for graph, schedule in zip(pool.graphs, part.schedules, strict=True)
    )
    return keys if pool.score(found) >= INFEASIBLE else max(keys, found, key=pool.kept)


def _same(model: DayModel, visit: StopOption) -> StopOption:
    """Return the option of another model of the same day that a visit is."""
    request = next(r for r in model.problem.requests if r.request_id == visit.id)
    what = visit.conversations, visit.kept
    return next(o for o in model.options(request) if (o.conversations, o.kept) == what)


def _points(
    search: Search,
    part: Part,
    keeper: Keeper,
    forced: int,
    deadline: Deadline,
    *,
    enough: int,
    most: int | None,
) -> Iterator[int]:
    """Yield the numbers of unforced changes that bring something; then the part has the best roster for it."""
    pool, progress = keeper.pool, search.progress
    best = pool.add(part.schedules)
    goal = part.bound + enough
    keepable = (search.problem.max_changes or 0) - forced
    keys = _most_kept(search.problem, keeper, deadline)
    proven = None
    if part.proof is not None and part.is_proven:
        _chooser, table, choice = part.proof
        proven = Kept(table, choice, keeper.chooser.prices, best)
    found: int | None = None
    for unforced in range(keepable - pool.kept(keys), keepable + 1):
        if most is not None and unforced > most and found is not None:
            return
        progress.step(_("At most {count} changes").format(count=unforced))
        least_kept = keepable - unforced
        enough = pool.kept(best) >= least_kept
        if enough:
            keys = min(keys, best, key=pool.score)
        # Nothing is better than the best roster of all, where that changes no more.
        kept = proven if proven and enough else keeper.choose(least_kept, keys, deadline)
        part.take(keeper, kept)
        keys = kept.keys
        over = deadline.left_s <= 0
        if part.keeps_pins or unforced == keepable or over:
            if found is None or part.score < found:
                found = part.score
                yield unforced
            if part.score <= goal or over:
                return


def _found(search: Search, forced: tuple[str, ...], broken: tuple[str, ...], unforced: int) -> FrontRoster:
    max_changes = len(forced) + unforced
    roster = search.finish().roster.replace(max_changes=max_changes)
    return FrontRoster(search.problem.replace(max_changes=max_changes), roster, forced, broken, unforced)
