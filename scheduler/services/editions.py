"""A week's editions: planned as a draft, published, and shown again as they were kept."""

import dataclasses
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scheduler.base.errors import InputError
from scheduler.base.files import Claim, claimed
from scheduler.base.i18n import _
from scheduler.base.progress import Progress, Silent
from scheduler.inputs.rows import Row
from scheduler.inputs.schema import LOG_TABLES
from scheduler.inputs.stored import Tables, read_log
from scheduler.model import rosterfile
from scheduler.model.beside import Beside, Debt
from scheduler.model.clock import Week, now
from scheduler.model.outcomes import Standing
from scheduler.model.project import Place, Project
from scheduler.model.roster import Roster, Round, Stop
from scheduler.model.text import Text
from scheduler.outputs import names
from scheduler.outputs.artifacts import Artifacts
from scheduler.outputs.itinerary import Rides
from scheduler.outputs.privacy import public
from scheduler.services import planner
from scheduler.services.bookings import booked_in
from scheduler.services.books import LOOK_BACK, books, owed
from scheduler.services.decide import Plan
from scheduler.services.planner import Planned, Prepared
from scheduler.services.workspace import has_tables, kept_tables, store_of
from scheduler.store.who import me
from scheduler.week.fingerprint import fingerprint
from scheduler.week.spare import beside

if TYPE_CHECKING:
    from scheduler.store.editions import KeptEdition
    from scheduler.store.events import Seen

#: What stands after the week in the name of a draft's folder.
DRAFT = "kladde"
#: An edition as people name it.
_EDITION = re.compile(rf"(?P<week>\d{{4}}-W\d\d)(?:/(?P<which>\d{{1,6}}|draft|{DRAFT}))?", re.ASCII)


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
    then: Callable[[], object] | None = None,
) -> Planned:
    """Plan a week as `planner.plan_week` does; where the tables are in a store, as the week's draft.

    A draft is written into `out_dir`/WEEK-kladde and leaves what is published as it is. Of a published week each
    visit that it has elsewhere has the price of a change. `then` is called in the transaction that keeps the draft. Errors are those of `planner.plan_week`, and of the store.
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
        if published:
            search |= {"published": published.roster, "booked": booked_in(published.roster)}
        plans, prepared = planner.solve_week(data_dir, week, **search)
        progress.step(_("Maps and files"))
        why = Text("did_replan") if published else Text("did_plan")
        return drafted(plans, prepared, claim, data_dir=data_dir, since=since, why=why, then=then)


def drafted(
    plans: Sequence[Plan],
    prepared: Prepared,
    claim: Claim,
    *,
    data_dir: Path,
    since: "Seen",
    why: Text,
    tables: Tables | None = None,
    then: Callable[[], object] | None = None,
) -> Planned:
    """Keep the best of some plans as the draft of its week in the store that is open, and write its folder.

    `then` is called in the same transaction; where the plans stand on `tables` that are not written yet, it writes them.

    Raises
    ------
    ChangedSinceError
        When the tables or the week have been changed `since`.
    ServiceError
        When the store or a file cannot be had.
    """
    from scheduler.store import editions, events

    week = plans[0].problem.week
    asked = fingerprint(planner.problem(prepared, week))
    tables = kept_tables(data_dir).tables if tables is None else tables

    def save(shown: Artifacts) -> None:
        roster, rides, home_rides = without_homes(shown)
        with events.act(why, me(), now(), since=since, week=str(week)) as event:
            editions.keep_draft(
                event, roster, rides, problem_sha256=asked, tables=tables, why=why, standing=stands
            )
            editions.keep_home_rides(home_rides)
            if then is not None:
                then()

    number = editions.next_number(str(week))
    stands = standing(prepared.project, plans[0].roster)
    owes = debts(prepared.project, week)
    earlier = tuple(each.roster for each in editions.earlier(str(week)))
    return planner.written(
        plans, prepared, claim, edition=number, earlier=earlier, standing=stands, debts=owes, save=save
    )


def standing(project: Project, roster: Roster) -> Standing:
    """Return how far it is to the goal where a roster is what holds for its week, by what the open store is told until now."""
    from scheduler.store import editions

    period = project.config.period
    others = editions.published_between(str(Week.of(period.start)), str(Week.of(period.end)))
    rosters = [roster, *(each.roster for each in others if each.week != roster.week)]
    entries = [entry for entry in books(rosters, _log()).entries if entry.is_within(period)]
    return Standing(
        goal=period.goal_conversations,
        held=sum(entry.held for entry in entries),
        planned=sum(entry.not_told for entry in entries),
    )


def debts(project: Project, week: Week) -> tuple[Debt, ...]:
    """Return what is owed from the weeks before a week, by what the open store is told until now."""
    from scheduler.store import editions

    kept = editions.published_between(str(week.shift(-LOOK_BACK)), str(week.shift(-1)))
    found = books((each.roster for each in kept), _log())
    return tuple(
        Debt(practice=one.name, week=str(one.week), conversations=one.conversations)
        for one in owed(found, project)
    )


def _log() -> dict[str, list[Row]]:
    """Return what the open store is told of what became of visits."""
    from scheduler.store import tables

    return read_log({table.name: tables.read_table(table.name) for table in LOG_TABLES})


def without_homes(shown: Artifacts) -> tuple[Roster, Rides, Rides]:
    """Return a roster and its rides without where homes are, and the rides to and from homes."""
    homes = {s.place_id for r in shown.roster.rounds for s in r.stops if s.kind == "home_visit"}
    theirs = {pair: path for pair, path in shown.rides.items() if homes.intersection(pair)}
    others = {pair: path for pair, path in shown.rides.items() if pair not in theirs}
    return public(shown.roster), others, theirs


def shown(edition: "KeptEdition", prepared: Prepared, lang: str) -> Artifacts:
    """Return everything that people see of an edition in the store that is open, in the language `lang`.

    Where homes are is put in again as far as it is still known.
    """
    from scheduler.store import editions

    places = {place.place_id: place for place in prepared.project.places}
    earlier = [each.roster for each in editions.earlier(edition.week) if each.number < edition.number]
    return Artifacts(
        with_homes(edition.roster, places),
        {**edition.rides, **editions.home_rides()},
        prepared.network.background(),
        lang,
        map_settings=prepared.project.config.map,
        practices=prepared.project.practices,
        earlier=earlier,
        standing=edition.standing,
        beside=partial(beside_of, edition, prepared),
    )


def beside_of(edition: "KeptEdition", prepared: Prepared) -> Beside:
    """Return what stands beside an edition; nothing where the tables ask for another week by now."""
    try:
        asked = planner.problem(prepared, edition.week)
    except InputError:
        return Beside()
    if fingerprint(asked) != edition.problem_sha256:
        return Beside()
    return beside(prepared.project, asked, edition.roster)


def with_homes(roster: Roster, places: Mapping[str, Place]) -> Roster:
    """Return a kept roster with where its homes are, of those that `places` still has."""

    def at_home(stop: Stop, homes: Collection[str]) -> Stop:
        place = places.get(stop.place_id) if stop.place_id in homes else None
        if place is None:
            return stop
        return dataclasses.replace(stop, address=place.full_address, lat=place.lat, lon=place.lon)

    def with_stops(round_: Round) -> Round:
        homes = {stop.place_id for stop in round_.stops if stop.kind == "home_visit"}
        return dataclasses.replace(round_, stops=tuple(at_home(stop, homes) for stop in round_.stops))

    return roster.replace(rounds=tuple(map(with_stops, roster.rounds)))


def roster_of(data_dir: Path, named: Path) -> Roster:
    """Return a roster by what people call it.

    That is a file or a folder with a roster.json, or of a week with a store its edition, like ``2009-W20/2``, its
    draft, ``2009-W20/kladde`` or ``2009-W20/draft``, or what holds, ``2009-W20``.

    Raises
    ------
    InputError
        When there is no such edition, or the file holds no roster.
    ServiceError
        When the file or the store cannot be had.
    """
    edition = _EDITION.fullmatch(str(named))
    if edition is None or named.exists() or not has_tables(data_dir):
        return rosterfile.load(named / names.ROSTER if named.is_dir() else named)
    week, which = edition["week"], edition["which"]
    with store_of(data_dir):
        from scheduler.store import editions

        if which and which.isdigit():
            return editions.edition(week, int(which)).roster
        found = editions.draft(week) if which else editions.published(week)
        if found is None:
            reason = _("{week} has no draft") if which else _("no edition of {week} is published")
            raise InputError(reason.format(week=week))
        return found.roster


def check_roster(data_dir: Path, roster_file: Path) -> planner.Checked:
    """Check a roster.json as `planner.check_roster` does; an edition beside the one that was published before it."""
    before = None
    if has_tables(data_dir) and (number := rosterfile.load(roster_file).edition) is not None:
        with store_of(data_dir):
            from scheduler.store import editions

            week = rosterfile.load(roster_file).week
            earlier = [each for each in editions.earlier(week) if each.number < number]
            before = earlier[-1].roster if earlier else None
    return planner.check_roster(data_dir, roster_file, published=before)
