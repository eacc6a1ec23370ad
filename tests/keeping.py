"""A project whose tables are in a store, and rosters published in it: small, and made without the engine."""

import atexit
import datetime as dt
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from folders import travel_of, write_folder
from rosters import DayPlan, build_roster, plan_engagements, plan_visit

from scheduler.model.clock import Week, now
from scheduler.model.roster import Roster
from scheduler.model.text import Text
from scheduler.services import storing
from scheduler.services.workspace import kept_tables, project_in, store_of
from scheduler.week.problem import week_problem


class Planned(NamedTuple):
    """A visit as it is planned: who goes where, on which day, when, and how many conversations it holds."""

    consultant_id: str
    id: str
    date: dt.date
    start: str
    conversations: int = 1


def store_in(folder: Path, **tables: str) -> Path:
    """Make the small project, with a store that has its tables."""
    shutil.copytree(_made(tuple(tables.items())), folder)
    return folder


@cache
def _made(tables: tuple[tuple[str, str], ...]) -> Path:
    folder = write_folder(Path(tempfile.mkdtemp(prefix="hjul-kept-")), **dict(tables))
    atexit.register(shutil.rmtree, folder)
    storing.make_store(folder)
    storing.take_in(folder, storing.differences(folder))
    return folder


def roster_of(folder: Path, week: Week, planned: Sequence[Planned]) -> Roster:
    """Return a roster of the project as it is now, in which exactly this is planned."""
    project = project_in(folder)
    problem = week_problem(project, travel_of(tuple(place.place_id for place in project.all_places)), week)
    plans = []
    for day in problem.days:
        own = [one for one in planned if (one.consultant_id, one.date) == (day.consultant_id, day.date)]
        visits = [plan_visit(problem, one.id, one.date, one.start, one.conversations) for one in own]
        stops = sorted((*visits, *plan_engagements(day)), key=lambda stop: stop.start_s)
        if stops:
            plans.append(DayPlan(day, tuple(stops)))
    return build_roster(problem, plans)


def publish(folder: Path, week: Week, planned: Sequence[Planned]) -> Roster:
    """Keep a roster as the draft of its week, and make it the edition that holds."""
    roster = roster_of(folder, week, planned)
    with store_of(folder):
        from scheduler.store import editions
        from scheduler.store.events import act

        kept = kept_tables(folder)
        why = Text("did_import", {"source": "test"})
        with act(why, "test", now(), week=str(week)) as event:
            editions.keep_draft(event, roster, {}, problem_sha256="0" * 64, tables=kept.tables, why=why)
        with act(why, "test", now(), week=str(week)) as event:
            editions.publish(event, str(week))
    return roster
