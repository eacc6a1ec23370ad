"""The pipeline of a week: folder in, roster out. What the command line and the notebooks call."""

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from scheduler.base.errors import InputError, InputProblem, ServiceError
from scheduler.base.files import Claim, claimed
from scheduler.base.i18n import _, language
from scheduler.base.progress import Progress, Silent
from scheduler.base.resources import builtin_map
from scheduler.checks import Violation, check
from scheduler.checks.bound import BoundCheck, check_bound
from scheduler.model.clock import Week
from scheduler.model.config import Config
from scheduler.model.geo import RidePath
from scheduler.model.outcomes import Standing
from scheduler.model.problem import Problem
from scheduler.model.project import Place, Project, problem_at
from scheduler.model.roster import Roster
from scheduler.model.rosterfile import load
from scheduler.model.text import Text
from scheduler.model.texts import word
from scheduler.network import Network, load_network
from scheduler.outputs.artifacts import Artifacts
from scheduler.outputs.write import put
from scheduler.places.geocoding import Located, Lookup, locate, look_up, not_found
from scheduler.places.online import OnlineAddresses
from scheduler.places.travel import Travel, travel_times
from scheduler.services.advice import Advice, advise
from scheduler.services.decide import Plan, decide
from scheduler.services.workspace import project_in
from scheduler.solver.isolation import SolverProcess
from scheduler.week.problem import week_problem
from scheduler.week.replanning import bookings_of, with_bookings
from scheduler.week.spare import beside
from scheduler.week.warnings import without_effect

#: The network of a project folder; without it, and without a setting, the built-in map serves.
NETWORK_FILE = "network.osm"


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A project ready to plan any week: places with coordinates, the network, and travel times.

    Attributes
    ----------
    project
        The project, with coordinates of all places.
    located
        Where each place's coordinates come from.
    network
        The bicycle network.
    travel
        Seconds and metres between all places, and the rides.
    """

    project: Project
    located: tuple[Located, ...]
    network: Network
    travel: Travel

    @property
    def exact(self) -> frozenset[str]:
        """The ids of the places whose points are those of their addresses, neither estimated nor approximate."""
        return _exact(self.located)


@dataclass(frozen=True, slots=True)
class Planned:
    """A week's roster and where it was written.

    Attributes
    ----------
    roster
        The best roster that was found.
    folder
        Where it was written.
    files
        All files that were written.
    proof
        What became of checking the bound.
    alternatives
        Other rosters nearly as good, each with its folder; their proof is of the same bound.
    warnings
        What was passed over in the tables, and what of them will have no effect.
    """

    roster: Roster
    folder: Path
    files: tuple[Path, ...]
    proof: BoundCheck
    alternatives: "tuple[Planned, ...]" = ()
    warnings: tuple[InputProblem, ...] = ()

    def summary(self) -> str:
        """Return the roster's figures and what is not met, as `Roster.summary`."""
        return self.roster.summary()

    def _repr_html_(self) -> str:
        return self.roster._repr_html_()


def network_file(data_dir: Path, config: Config) -> Path:
    """Return the OSM file that serves a project: its setting, its own network, or the built-in map."""
    if config.map.network:
        return data_dir / config.map.network
    own = data_dir / NETWORK_FILE
    return own if os.path.lexists(own) else builtin_map()


def project_of(data_dir: Path) -> Project:
    """Read a project folder that gets a network; a `ServiceError` where there is none."""
    if not data_dir.is_dir():
        raise ServiceError(
            _("There is no project folder {folder}.").format(folder=data_dir),
            hint=_("Make one with `hjul init`."),
        )
    return project_in(data_dir)


def project_network(data_dir: str | Path, *, progress: Progress | None = None) -> Network:
    """Load the bicycle network that serves a project."""
    data_dir = Path(data_dir)
    return _network(data_dir, project_in(data_dir).config, progress or Silent())


def _network(data_dir: Path, config: Config, progress: Progress) -> Network:
    return load_network(network_file(data_dir, config), config.cycling, progress=progress)


def prepare(data_dir: str | Path, *, online: bool = False, progress: Progress | None = None) -> Prepared:
    """Read a project folder, find its places, and calculate the travel times between them.

    With `online`, addresses that the map does not know are looked up, but for those of home visits.
    """
    progress = progress or Silent()
    project, network, addresses = _opened(Path(data_dir), progress, online=online)
    return prepare_on(network, project, addresses, progress=progress)


def prepare_on(
    network: Network,
    project: Project,
    online: OnlineAddresses | None = None,
    *,
    progress: Progress | None = None,
) -> Prepared:
    """Find the places of a project on a network, and calculate the travel times between them.

    Raises
    ------
    InputError
        When places are not found or cannot be ridden between.
    ServiceError
        When an online service is asked and cannot be had.
    """
    project, located = locate(project, network, online)
    (progress or Silent()).step(_("Travel times"))
    travel = travel_times(network, project.all_places, project.config.cycling, exact=_exact(located))
    return Prepared(project, located, network, travel)


def find_places(
    data_dir: str | Path, *, online: bool = False, progress: Progress | None = None
) -> tuple[Project, Lookup, InputError | None]:
    """Find the places of a project folder as `prepare` does, and return also those that are found where others are not.

    Returns the project with the coordinates that were found, what the look-up came to, and what `prepare` would raise.
    """
    project, network, addresses = _opened(Path(data_dir), progress or Silent(), online=online)
    lookup = look_up(project, network, addresses)
    return (
        project.with_places(lookup.places),
        lookup,
        not_found(lookup.problems, addresses) if lookup.problems else None,
    )


def _opened(data_dir: Path, progress: Progress, *, online: bool) -> tuple[Project, Network, OnlineAddresses]:
    """Read a project folder, and open what its places are looked for in."""
    progress.step(_("Reading the tables"))
    project = project_in(data_dir)
    progress.step(_("Bicycle network"))
    network = _network(data_dir, project.config, progress)
    progress.step(_("Addresses"))
    return (
        project,
        network,
        OnlineAddresses.of(data_dir, project.config.map, online=online, progress=progress),
    )


def prepare_again(prepared: Prepared, project: Project, online: OnlineAddresses | None = None) -> Prepared:
    """Prepare a project that differs from a prepared one, on the same network.

    Only places that are new or have moved are looked for, and travel times are found anew only where
    such places or the settings of cycling ask for it.

    Raises
    ------
    InputError
        When places are not found or cannot be ridden between.
    ServiceError
        When an online service is asked and cannot be had.
    """
    known = {(p.place_id, p.lat, p.lon) for p in prepared.project.all_places}
    places = project.all_places
    moved = tuple(place for place in places if (place.place_id, place.lat, place.lon) not in known)
    travel, located = prepared.travel, {found.place_id: found for found in prepared.located}
    if moved:
        found, newly = locate(project.replace(bases=(), places=moved), prepared.network, online)
        located |= {each.place_id: each for each in newly}
        there = {place.place_id: place for place in found.places}
        places = tuple(there.get(place.place_id, place) for place in places)
        project = project.with_places(places)
    if moved or project.config.cycling != prepared.project.config.cycling:
        exact = _exact(located[place.place_id] for place in places)
        travel = travel_times(prepared.network, places, project.config.cycling, exact=exact)
    kept = tuple(located[place.place_id] for place in places)
    return Prepared(project, kept, prepared.network, travel)


def _exact(located: Iterable[Located]) -> frozenset[str]:
    return frozenset(found.place_id for found in located if found.is_exact)


def problem(
    prepared: Prepared,
    week: str | Week,
    published: Roster | None = None,
    *,
    booked: Collection[str] = (),
) -> Problem:
    """Return what a week of a prepared project asks for, and where a published roster has it, if there is one.

    To move a visit that is `booked`, by practice, counts as more than one change, as the settings say.
    """
    asked = week_problem(prepared.project, prepared.travel.times, week, published=published)
    inputs = f"{prepared.project.sha256} {prepared.network.sha256}"
    asked = with_bookings(asked, booked, prepared.project.config.replanning.booked_counts)
    return asked.replace(inputs_sha256=hashlib.sha256(inputs.encode()).hexdigest())


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
    """Plan a week and write everything that people see of it into `out_dir`/WEEK.

    The folder is complete or untouched, whatever happens, and nobody else plans this week into it
    meanwhile. As many `alternatives` as are asked for and found near the best roster are written
    beside it, into `out_dir`/WEEK-alternative-1 and so on.

    Raises
    ------
    InputError
        When the tables or the map are wrong, or the pins cannot all be kept.
    ServiceError
        When a file cannot be read or written, or a service that is asked cannot be had.
    InvalidRosterError
        When the roster breaks a rule, or its bound is wrong: a bug, and nothing is written.
    SchedulerError
        When the search, which runs in a process of its own, crashed or needed too much memory.
    """
    week = Week.asked(week)
    with claimed(Path(out_dir) / str(week), parents=True) as claim:
        plans, prepared = solve_week(
            data_dir,
            week,
            time_limit_s=time_limit_s,
            seed=seed,
            alternatives=alternatives,
            online=online,
            progress=progress,
            stop=stop,
        )
        (progress or Silent()).step(_("Maps and files"))
        return written(plans, prepared, claim)


def solve_week(
    data_dir: str | Path,
    week: Week,
    *,
    published: Roster | None = None,
    booked: Collection[str] = (),
    time_limit_s: float,
    seed: int = 0,
    alternatives: int = 0,
    online: bool = False,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> tuple[tuple[Plan, ...], Prepared]:
    """Prepare a project folder and plan a week of it, the best plan first; errors as for `plan_week`.

    Where there is a `published` roster, moving away from it has its price, of what is `booked` a higher one.
    """
    with SolverProcess() as solver:  # started first: it imports the engine while the tables are read
        prepared = prepare(data_dir, online=online, progress=progress)
        plans = decide(
            problem(prepared, week, published, booked=booked),
            search=partial(solver.best_rosters, memory_mb=prepared.project.config.solver.memory_mb),
            time_limit_s=time_limit_s,
            seed=seed,
            alternatives=alternatives,
            progress=progress,
            stop=stop,
        )
    return plans, prepared


def written(
    plans: Sequence[Plan],
    prepared: Prepared,
    claim: Claim,
    *,
    edition: int | None = None,
    earlier: Sequence[Roster] = (),
    standing: Standing | None = None,
    save: Callable[[Artifacts], object] | None = None,
) -> Planned:
    """Write the best of some plans into the claimed folder, and the others beside it.

    With an `edition` it is shown as the draft of that number, beside the `earlier` ones, with how far it is to the goal.
    `save` is called once all files are made, before they are put in place.
    """
    best, *others = plans
    shown = artifacts(best, prepared, language(), edition=edition, earlier=earlier, standing=standing)
    files = put(shown, claim, partial(save, shown) if save else None)
    return Planned(
        shown.roster,
        claim.target,
        files,
        best.proof,
        alternatives=tuple(_alternatives(others, prepared, claim.target)),
        warnings=warnings(prepared.project),
    )


def _alternatives(plans: Sequence[Plan], prepared: Prepared, best: Path) -> Iterator[Planned]:
    """Write plans into folders of their own beside that of the best."""
    for number, plan in enumerate(plans, start=1):
        with claimed(best.with_name(f"{best.name}-alternative-{number}")) as claim:
            shown = artifacts(plan, prepared, language())
            yield Planned(shown.roster, claim.target, put(shown, claim), plan.proof)


def artifacts(
    plan: Plan,
    prepared: Prepared,
    lang: str,
    *,
    edition: int | None = None,
    earlier: Sequence[Roster] = (),
    standing: Standing | None = None,
) -> Artifacts:
    """Return everything that people see of a plan, in the language `lang`.

    With an `edition` it is shown as a draft of it, beside the `earlier` editions, with how far it is to the goal.
    """
    roster = plan.roster.replace(
        edition=edition,
        notes=(*plan.roster.notes, *location_notes(prepared.located)),
        map_note=Text("simplified_map") if prepared.network.simplified else None,
    )
    return Artifacts(
        roster,
        rides(roster, prepared.travel),
        prepared.network.background(),
        lang,
        map_settings=prepared.project.config.map,
        practices=prepared.project.practices,
        earlier=earlier,
        standing=standing,
        beside=partial(beside, prepared.project, plan.problem, plan.roster),
    )


def advise_week(
    data_dir: str | Path,
    week: str | Week,
    *,
    time_limit_s: float = 60.0,
    online: bool = False,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> Advice:
    """Find the single things that would help a week most; nothing is written. Errors as for `plan_week`."""
    week, progress = Week.asked(week), progress or Silent()
    with SolverProcess() as solver:
        prepared = prepare(data_dir, online=online, progress=progress)
        return solver.run(
            advise,
            problem(prepared, week),
            memory_mb=prepared.project.config.solver.memory_mb,
            progress=progress,
            stop=stop,
            time_limit_s=time_limit_s,
        )


def warnings(project: Project) -> tuple[InputProblem, ...]:
    """Return what was passed over in a project's tables, and what of them will have no effect."""
    return (*project.notes, *without_effect(project))


def location_notes(located: Iterable[Located]) -> tuple[Text, ...]:
    """Return a note for every place that was not found as its address is written."""
    return tuple(found.note for found in located if found.note)


def location_problems(places: Iterable[Place], located: Iterable[Located]) -> Iterator[InputProblem]:
    """Yield the same notes as remarks on the rows of the places."""
    origins = {place.place_id: place.origin for place in places}
    for found in located:
        if found.note:
            column = "lat" if found.source == "table" else "address"
            yield problem_at(origins[found.place_id], word(found.note), column)


def rides(roster: Roster, travel: Travel) -> dict[tuple[str, str], RidePath]:
    """Return the path of every ride of a roster, by the places it leads from and to."""
    bases = {consultant.consultant_id: consultant.base_id for consultant in roster.consultants}
    pairs: set[tuple[str, str]] = set()
    for round_ in roster.rounds:
        base = bases[round_.consultant_id]
        places = [base, *(stop.place_id for stop in round_.stops if stop.kind != "lunch"), base]
        pairs.update((a, b) for a, b in pairwise(places) if a != b)
    return {pair: travel.path(*pair) for pair in sorted(pairs)}


@dataclass(frozen=True, slots=True)
class Checked:
    """A roster with every rule that it breaks, and what became of checking its bound."""

    roster: Roster
    violations: tuple[Violation, ...]
    proof: BoundCheck


def check_roster(
    data_dir: str | Path,
    roster_file: str | Path,
    *,
    published: Roster | None = None,
    time_limit_s: float = 60.0,
) -> Checked:
    """Check a roster.json, and the proof in it, against the project that it was planned from.

    The proof is checked for no longer than `time_limit_s`. `published` is what held when it was planned.
    """
    roster = load(roster_file)
    prepared = prepare(data_dir)
    try:
        week = Week.parse(roster.week)
    except ValueError as error:
        raise InputError(InputProblem(str(error), file=str(roster_file), column="week")) from error
    asked = with_bookings(problem(prepared, week, published), *bookings_of(roster))
    asked = asked.replace(max_changes=roster.max_changes)
    if roster.max_changes is not None:
        asked = asked.replace(weights={**asked.weights, "change": 0})
    return Checked(roster, check(asked, roster), check_bound(asked, roster, time_limit_s=time_limit_s))
