"""A week's editions: planned as a draft, published, and shown again as they were kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from scheduler.base.files import claimed
from scheduler.base.i18n import _
from scheduler.base.progress import Progress, Silent
from scheduler.model.clock import Week, now
from scheduler.model.roster import Roster
from scheduler.model.text import Text
from scheduler.outputs.artifacts import Artifacts
from scheduler.outputs.itinerary import Rides
from scheduler.outputs.privacy import public
from scheduler.services import planner
from scheduler.services.planner import Planned
from scheduler.services.workspace import has_tables, kept_tables, store_of
from scheduler.store.who import me
from scheduler.week.fingerprint import fingerprint

#: What stands after the week in the name of a draft's folder.
DRAFT = "kladde"


def plan_week(
    data_dir: str | Path,
    week: str | Week,
    out_dir: str | Path = "out",
    *,
    time_limit_s: float = 20.0,
    seed: int = 0,
    alternatives: int = 0,
    online: bool = False,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> Planned:
    """Plan a week as `planner.plan_week` does; where the tables are in a store, as the week's draft.

    A draft is written into `out_dir`/WEEK-kladde and leaves what is published as it is. Of a published week each
    visit that it has elsewhere has the price of a change. Errors are those of `planner.plan_week`, and of the store.
    """
    data_dir, week, progress = Path(data_dir), Week.asked(week), progress or Silent()
    search: dict[str, Any] = {
        "time_limit_s": time_limit_s,
        "seed": seed,
        "alternatives": alternatives,
        "online": online,
        "progress": progress,
        "stop": stop,
    }
    if not has_tables(data_dir):
        return planner.plan_week(data_dir, week, out_dir, **search)
    draft = Path(out_dir) / f"{week}-{DRAFT}"
    with store_of(data_dir), claimed(draft, parents=True) as claim:
        from scheduler.store import editions, events

        since = events.seen()
        published = editions.published(str(week))
        number = editions.next_number(str(week))
        plans, prepared = planner.solve_week(
            data_dir, week, published=published.roster if published else None, **search
        )
        tables = kept_tables(data_dir).tables
        why = Text("did_replan") if published else Text("did_plan")
        asked = fingerprint(planner.problem(prepared, week))

        def save(shown: Artifacts) -> None:
            roster, rides, home_rides = without_homes(shown)
            with events.act(why, me(), now(), since=since, week=str(week)) as event:
                editions.keep_draft(event, roster, rides, problem_sha256=asked, tables=tables, why=why)
                editions.keep_home_rides(home_rides)

        progress.step(_("Maps and files"))
        return planner.written(plans, prepared, claim, edition=number, save=save)


def without_homes(shown: Artifacts) -> tuple[Roster, Rides, Rides]:
    """Return a roster and its rides without where homes are, and the rides to and from homes."""
    homes = {s.place_id for r in shown.roster.rounds for s in r.stops if s.kind == "home_visit"}
    theirs = {pair: path for pair, path in shown.rides.items() if homes.intersection(pair)}
    others = {pair: path for pair, path in shown.rides.items() if pair not in theirs}
    return public(shown.roster), others, theirs
