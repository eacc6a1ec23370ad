"""A published week planned again: the proven front of changes against score, and one of its rosters as the draft."""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scheduler.base.errors import InputError
from scheduler.base.files import claimed, replace
from scheduler.base.i18n import _
from scheduler.base.progress import Progress, Silent
from scheduler.model.changes import as_json
from scheduler.model.clock import Week, now
from scheduler.model.roster import Roster
from scheduler.model.text import Text
from scheduler.model.texts import word
from scheduler.outputs import news
from scheduler.services import planner
from scheduler.services.bookings import booked_in
from scheduler.services.editing import tabled
from scheduler.services.editions import DRAFT, drafted
from scheduler.services.locks import LOCKS, locks_holding
from scheduler.services.locks import late as delays_of
from scheduler.services.planner import Planned
from scheduler.services.replanning import FrontPoint, front, recommended
from scheduler.services.workspace import kept_tables, store_of
from scheduler.solver.isolation import SolverProcess
from scheduler.solver.isolation import front as rosters_of_front


@dataclass(frozen=True, slots=True, eq=False)
class Front:
    """The front of a published week.

    Attributes
    ----------
    published
        What holds.
    points
        The rosters of the front, the fewest changes first; at least one.
    """

    published: Roster
    points: tuple[FrontPoint, ...]

    @property
    def recommended(self) -> FrontPoint:
        """The one that is best at the week's own price of a change."""
        return recommended(self.points)

    def at_most(self, changes: int) -> FrontPoint:
        """Return the best roster with at most so many unforced changes; an `InputError` where there is none."""
        within = [point for point in self.points if point.unforced <= changes]
        if not within:
            least = self.points[0].unforced
            raise InputError(_("with fewer than {least} changes there is no roster").format(least=least))
        return within[-1]

    def sentences(self, point: FrontPoint) -> list[str]:
        """Say what a roster of the front changes, in words for the coordinator."""
        after = point.plan.roster
        return news.worded(news.for_coordinator(self.published, after), news.names(self.published, after))

    def broken(self) -> list[str]:
        """Say which locks cannot be kept, as the tables no longer allow it."""
        called = news.names(self.published, *(point.plan.roster for point in self.points))
        found = dict.fromkeys(broken for point in self.points for broken in point.broken)
        return [
            _("Locked, but no longer possible: {what}").format(
                what=word(called["request_id"].get(each.id, each.id), called)
            )
            for each in found
        ]

    def json(self) -> bytes:
        """Return the front as the contract's file has it."""
        points = [
            {
                "changes": point.unforced,
                "score": point.plan.roster.score,
                "bound": point.plan.roster.bound,
                "changed": as_json(point.changes),
            }
            for point in self.points
        ]
        forced = list(self.points[0].forced)
        front_ = {"week": self.published.week, "edition": self.published.edition, "forced": forced}
        return json.dumps({**front_, "points": points}, indent=1).encode() + b"\n"


def replan(
    data_dir: Path,
    week: Week,
    out_dir: Path,
    *,
    since: dt.datetime | None = None,
    late: Sequence[tuple[str, str]] = (),
    changes: int | None = None,
    to: Path | None = None,
    time_limit_s: float = 20.0,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> tuple[Front, Planned | None]:
    """Find the front of a published week.

    Parameters
    ----------
    data_dir, week, out_dir
        The project, the week, and where its draft's folder is.
    since
        From when on; what has begun by then stays as it is. Of a week that has begun it is now, where nothing is said.
    late
        Who goes on later than the roster says: a consultant by id or name, and from when, like ``10.40``.
    changes
        Make the best roster with at most so many unforced changes the week's draft.
    to
        Also write the front to this file.
    time_limit_s, progress, stop
        As for `planner.plan_week`.

    Raises
    ------
    InputError
        When nothing is published of the week, or it is over, or there is no roster with so few changes.
    ServiceError
        When the store or a file cannot be had.
    InvalidRosterError, SchedulerError
        As for `planner.plan_week`.
    """
    progress = progress or Silent()
    moment = now()
    if since is None and week.monday <= moment.date():
        since = moment
    if week.days[-1] < moment.date():
        raise InputError(_("{week} is over; nothing of it can be planned again").format(week=week))
    with store_of(data_dir):
        from scheduler.store import editions, events

        seen = events.seen()
        kept_tables(data_dir)
        published = editions.published(str(week))
        if published is None:
            raise InputError(
                _("no edition of {week} is published; plan and publish it first: hjul plan {week}").format(
                    week=week
                )
            )
        with SolverProcess(("scheduler.solver.front",)) as solver:
            prepared = planner.prepare(data_dir, progress=progress)
            with tabled(data_dir) as tables:
                locks, delays = (
                    locks_holding(tables.rows[LOCKS], week, published.roster),
                    delays_of(tables, late),
                )
            # One point is checked here while the next is looked for.
            memory_mb = prepared.project.config.solver.memory_mb
            points = tuple(
                front(
                    planner.problem(prepared, week, booked=booked_in(published.roster)),
                    published.roster,
                    search=partial(solver.stream, rosters_of_front, memory_mb=memory_mb),
                    progress=progress,
                    stop=stop,
                    locks=locks,
                    since=since,
                    delays=delays,
                    time_limit_s=time_limit_s,
                )
            )
        found = Front(published.roster, points)
        if to is not None:
            replace(to, found.json())
        if changes is None:
            return found, None
        plan = found.at_most(changes).plan
        progress.step(_("Maps and files"))
        with claimed(out_dir / f"{week}-{DRAFT}", parents=True) as claim:
            return found, drafted(
                (plan,), prepared, claim, data_dir=data_dir, since=seen, why=Text("did_replan")
            )
