"""The bicycle network of a project folder: made from a map file, and looked at.

Of a large file only the area around the places is taken. Where they lie, their tables say, or the
address points of the file itself.
"""

import dataclasses
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scheduler.base import files
from scheduler.base.errors import InputError, InputProblem, told
from scheduler.base.i18n import _
from scheduler.base.progress import Progress, Silent
from scheduler.model.geo import Point
from scheduler.model.project import Place, Project, problem_at
from scheduler.network import Network, distance_m, load_network
from scheduler.network.area import DEFAULT_MARGIN_KM, Surroundings
from scheduler.network.extract import Bounds, addresses_on, bounds_of, extract
from scheduler.network.loading import is_builtin
from scheduler.network.mapfile import MapFile, open_map
from scheduler.network.osm import OsmData, require_order
from scheduler.network.writing import write_osm
from scheduler.outputs import networkmap
from scheduler.places.addresses import AddressBook
from scheduler.places.geocoding import Lookup, distance_words, look_up, unreachable
from scheduler.places.online import OnlineAddresses
from scheduler.places.spelling import street_key, street_keys
from scheduler.places.written import AddressError, WrittenAddress, read_address
from scheduler.services.planner import NETWORK_FILE, project_network, project_of
from scheduler.services.workspace import project_in


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """A project's network, and where its places lie in it."""

    project: Project
    network: Network
    lookup: Lookup


def describe_network(data_dir: Path, *, progress: Progress | None = None) -> Described:
    """Load the network that serves a project folder, and look up the places in it."""
    project = project_in(data_dir)
    network = project_network(data_dir, progress=progress)
    return Described(project, network, look_up(project, network, OnlineAddresses(data_dir)))


def network_map(found: Described) -> str:
    """Return a described network as an HTML page, with all places but home visits."""
    info = found.network.info()
    homes = found.project.homes
    return networkmap.network_map(
        found.network.stretches(),
        found.network.background(),
        [place for place in found.lookup.places if place.place_id not in homes],
        {located.place_id: located.distance_m for located in found.lookup.located},
        source=info.source,
        date=info.date,
    ).html(networkmap.TEMPLATE)


def build_network(
    data_dir: Path,
    file: Path,
    *,
    margin_km: float = DEFAULT_MARGIN_KM,
    progress: Progress | None = None,
) -> Described:
    """Make the part of a map file around the places the network of a project folder.

    `file` is OSM XML, plain or packed (gzip, bzip2, xz), or OSM PBF. The part is compiled before the
    old network gives way, so that a bad one changes nothing.

    Raises
    ------
    InputError
        The tables or the file are wrong, or places with coordinates do not lie in its network.
    ServiceError
        There is no folder or no file, or it cannot be written.
    """
    progress = progress or Silent()
    project = project_of(data_dir)
    progress.step(_("Reading {file}").format(file=file.name))
    opened = open_map(file)
    taken = _extract(project, file, opened, margin_km)
    online = OnlineAddresses(data_dir)
    target = data_dir / NETWORK_FILE
    try:
        with files.claimed(target) as claim, told(files.unwritable, target):
            claim.new.mkdir()
            part = claim.new / NETWORK_FILE
            if is_builtin(file):
                shutil.copyfile(file, part)
            else:
                write_osm(part, taken)
            _require_places(project, part, file, online, progress)
            files.put(part, target)
    except InputError as error:
        raise _naming(error, part, file) from error
    network = load_network(target, project.config.cycling, progress=progress)
    return Described(project, network, look_up(project, network, online))


def _extract(project: Project, file: Path, opened: MapFile, margin_km: float) -> OsmData:
    places = project.all_places
    points = _points(places, opened)
    # A place that was not found may lie anywhere in the map.
    whole = not points or (opened.small and len(points) < len(places))
    area = None if whole else Surroundings(list(points.values()), margin_km * 1000)
    taken = extract(file, opened, area)
    if not taken.ways and (bounds := bounds_of(opened)):
        require_order(bounds.south, bounds.west, file)
        outside = [
            _outside(place, points[place.place_id], bounds) for place in places if place.place_id in points
        ]
        if problems := [problem for problem in outside if problem]:
            raise InputError(problems, hint=_another_map(file))
    return taken


def _points(places: tuple[Place, ...], opened: MapFile) -> dict[str, Point]:
    """Return where places lie, as far as their tables or the addresses of the map say."""
    points: dict[str, Point] = {}
    written: dict[str, WrittenAddress] = {}
    for place in places:
        if place.lat is not None and place.lon is not None:
            points[place.place_id] = (place.lat, place.lon)
            continue
        try:
            written[place.place_id] = read_address(place)
        except AddressError:
            continue  # what is wrong with it is said when the place is needed
    if not written:
        return points
    streets = {key for address in written.values() for key in street_keys(address.street)}
    judged: dict[str, bool] = {}

    def wanted(street: str) -> bool:
        if street not in judged:
            judged[street] = street_key(street) in streets
        return judged[street]

    book = AddressBook(addresses_on(opened, wanted))
    for place_id, address in written.items():
        try:
            point = book.find(address, place_id).point
        except AddressError:
            continue
        points[place_id] = (point.lat, point.lon)
    return points


def _outside(place: Place, point: Point, bounds: Bounds) -> InputProblem | None:
    away_m = float(distance_m(np.array(point), np.array(bounds.nearest(*point))))
    if away_m == 0:
        return None
    reason = _("{place} is {distance} outside the area of the map").format(
        place=place.place_id, distance=distance_words(away_m)
    )
    return problem_at(place.origin, reason, "lat")


def _another_map(file: Path) -> str:
    return _(
        "{file} does not serve these places: take a map with all places and the streets between them, such as "
        "the extract of all Denmark, or correct their lat and lon."
    ).format(file=file.name)


def _require_places(
    project: Project, part: Path, file: Path, online: OnlineAddresses, progress: Progress
) -> None:
    """Compile the part of a map, and see that the places lie in its network."""
    network = load_network(part, project.config.cycling, progress=progress)
    lookup = look_up(project, network, online)
    homes = project.homes
    problems = [
        problem
        for place in lookup.places
        if (problem := unreachable(place, network, private=place.place_id in homes))
    ]
    if not problems and not lookup.located:
        problems = list(lookup.problems)
    if problems:
        raise InputError(problems, hint=_another_map(file))


def _naming(error: InputError, part: Path, file: Path) -> InputError:
    """Return an error that names the user's file in place of the part of it."""
    problems = (
        dataclasses.replace(problem, file=str(file)) if problem.file == str(part) else problem
        for problem in error.problems
    )
    return InputError(problems, error.hint)
