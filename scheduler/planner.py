"""The pipeline of a week: folder in, roster out. What the command line and the notebooks call."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from scheduler.checks import Violation, check
from scheduler.config import Config
from scheduler.errors import InputError, InputProblem, InvalidRosterError, ServiceError
from scheduler.geocoding import Located, locate
from scheduler.i18n import _
from scheduler.inputs import read_project
from scheduler.mapdata import RidePath
from scheduler.model import Problem, Project, Roster, Week
from scheduler.network import Network, load_network
from scheduler.outputs.write import publish, write
from scheduler.problem import week_problem
from scheduler.progress import Progress, Silent
from scheduler.resources import builtin_map
from scheduler.rosterfile import load
from scheduler.solver import solve
from scheduler.travel import Travel, travel_times

#: The network of a project folder; without it, and without a setting, the built-in map serves.
NETWORK_FILE = "network.osm"


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A project ready to plan any week: places with coordinates, the network, and travel times."""

    project: Project
    located: tuple[Located, ...]
    network: Network
    travel: Travel


@dataclass(frozen=True, slots=True)
class Planned:
    """A week's roster and where it was written."""

    roster: Roster
    folder: Path
    files: tuple[Path, ...]


def network_file(data_dir: Path, config: Config) -> Path:
    """Return the OSM file that serves a project: its setting, its own network, or the built-in map."""
    if config.map.network:
        return data_dir / config.map.network
    own = data_dir / NETWORK_FILE
    return own if own.exists() else builtin_map()


def project_network(data_dir: Path, *, progress: Progress | None = None) -> Network:
    """Load the bicycle network that serves a project."""
    return _network(data_dir, read_project(data_dir).config, progress or Silent())


def _network(data_dir: Path, config: Config, progress: Progress) -> Network:
    return load_network(network_file(data_dir, config), config.cycling, progress=progress)


def build_network(data_dir: Path, file: Path, *, progress: Progress | None = None) -> Network:
    """Make an OSM file the network of a project folder.

    The file is read and compiled before the old network gives way, so that a bad one changes
    nothing.
    """
    if not data_dir.is_dir():
        raise ServiceError(
            _("There is no project folder {folder}.").format(folder=data_dir),
            hint=_("Make one with `hjul init`."),
        )
    config = read_project(data_dir).config
    load_network(file, config.cycling, progress=progress)
    target = data_dir / NETWORK_FILE
    try:
        with tempfile.TemporaryDirectory(dir=data_dir, prefix=".network-") as beside:
            copy = shutil.copyfile(file, Path(beside) / NETWORK_FILE)
            copy.replace(target)
    except OSError as error:
        raise ServiceError(
            _("{file} cannot be written: {error}").format(file=target, error=error.strerror)
        ) from error
    return load_network(target, config.cycling, progress=progress)


def prepare(data_dir: Path, *, progress: Progress | None = None) -> Prepared:
    """Read a project folder, find its places, and calculate the travel times between them."""
    progress = progress or Silent()
    progress.step(_("Reading the tables"))
    project = read_project(data_dir)
    progress.step(_("Bicycle network"))
    network = _network(data_dir, project.config, progress)
    progress.step(_("Addresses"))
    project, located = locate(project, network)
    progress.step(_("Travel times"))
    travel = travel_times(network, (*project.bases, *project.places), project.config.cycling)
    return Prepared(project, located, network, travel)


def problem(prepared: Prepared, week: Week) -> Problem:
    """Return what a week of a prepared project asks for."""
    asked = week_problem(prepared.project, prepared.travel.times, week)
    inputs = f"{prepared.project.sha256} {prepared.network.sha256}"
    return asked.replace(inputs_sha256=hashlib.sha256(inputs.encode()).hexdigest())


def plan_week(
    data_dir: Path,
    week: Week,
    out_dir: Path,
    *,
    time_limit_s: float = 20.0,
    seed: int = 0,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> Planned:
    """Plan a week and write everything that people see of it into `out_dir`/WEEK.

    The folder is complete or untouched, whatever happens.

    Raises
    ------
    InputError
        When the tables or the map are wrong, or the pins cannot all be kept.
    ServiceError
        When a file cannot be read or written.
    InvalidRosterError
        When the roster breaks a rule: a bug, and nothing is written.
    """
    progress = progress or Silent()
    prepared = prepare(data_dir, progress=progress)
    asked = problem(prepared, week)
    solution = solve(asked, time_limit_s=time_limit_s, seed=seed, progress=progress, stop=stop)
    roster = solution.roster
    if prepared.network.simplified:
        roster = roster.replace(map_note=_("Simplified map"))
    progress.step(_("Checking the roster"))
    violations = check(asked, roster)
    if violations:
        raise InvalidRosterError(InputProblem(str(violation)) for violation in violations)
    progress.step(_("Maps and files"))
    folder = out_dir / str(week)
    files = publish(
        lambda beside: write(
            roster,
            beside,
            rides=rides(roster, prepared.travel),
            background=prepared.network.background(),
            map_settings=prepared.project.config.map,
        ),
        folder,
    )
    return Planned(roster, folder, files)


def rides(roster: Roster, travel: Travel) -> dict[tuple[str, str], RidePath]:
    """Return the path of every ride of a roster, by the places it leads from and to."""
    bases = {consultant.consultant_id: consultant.base_id for consultant in roster.consultants}
    pairs: set[tuple[str, str]] = set()
    for round_ in roster.rounds:
        base = bases[round_.consultant_id]
        places = [base, *(stop.place_id for stop in round_.stops if stop.kind != "lunch"), base]
        pairs.update((a, b) for a, b in pairwise(places) if a != b)
    return {pair: travel.path(*pair) for pair in sorted(pairs)}


def check_roster(data_dir: Path, roster_file: Path) -> tuple[Roster, tuple[Violation, ...]]:
    """Check a roster.json against the project that it was planned from."""
    roster = load(roster_file)
    prepared = prepare(data_dir)
    try:
        week = Week.parse(roster.week)
    except ValueError as error:
        raise InputError(InputProblem(str(error), file=str(roster_file), column="week")) from error
    return roster, check(problem(prepared, week), roster)
