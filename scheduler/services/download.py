"""The bicycle network of a project folder, from OpenStreetMap.

Where home visits are made is personal: they do not count for the area that is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scheduler.base import files
from scheduler.base.errors import InputError, InputProblem, SchedulerError, ServiceError, told
from scheduler.base.i18n import _, number
from scheduler.base.progress import Progress, Silent
from scheduler.base.resources import builtin_map
from scheduler.base.version import __version__
from scheduler.model.project import Place, Project, problem_at
from scheduler.network import Network, distance_m, load_network
from scheduler.network.area import DEFAULT_MARGIN_KM, Surroundings
from scheduler.network.coastline import add_sea
from scheduler.network.overpass import map_query, osm_data
from scheduler.network.services import Patience, Services
from scheduler.network.writing import write_osm
from scheduler.places.geocoding import look_up
from scheduler.places.online import OnlineAddresses
from scheduler.services.planner import NETWORK_FILE, network_file, project_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import Polygon

#: More than this no adviser cycles in a day; for regions there are extracts.
_LARGEST_KM2 = 400.0
_OUTLINE_DEGREES = 0.0003


@dataclass(frozen=True, slots=True, eq=False)
class Downloaded:
    """A network that has been downloaded.

    `problems` says which places it does not serve, `left_out` how many home visits the area does not
    count.
    """

    network: Network
    area_km2: float
    left_out: int
    problems: tuple[InputProblem, ...]


def download_network(
    data_dir: Path,
    *,
    margin_km: float = DEFAULT_MARGIN_KM,
    online: bool = False,
    patience: Patience | None = None,
    progress: Progress | None = None,
) -> Downloaded:
    """Make OpenStreetMap around a project's places the network of its folder.

    The area is the convex hull of all places whose coordinates are in the tables, or whose address the
    network in force knows (with `online` also Nominatim), and `margin_km` around it. The network in
    force stays until the new one has been read and compiled.

    Raises
    ------
    InputError
        The tables are wrong, no place can be found, or they lie too far apart.
    ServiceError
        There is no folder, it cannot be written, or OpenStreetMap could not be had.
    """
    progress = progress or Silent()
    project = project_of(data_dir)
    _require_own_network(project)
    services = Services(project.config.map, patience or Patience(), progress)
    addresses = OnlineAddresses(data_dir, services if online else None)
    target = data_dir / NETWORK_FILE
    try:
        progress.step(_("Addresses"))
        old = _network_in_force(data_dir, project, progress)
        places = look_up(project, old, addresses).places
        area, area_km2 = area_around(_counted(project, places), margin_km)
        progress.step(
            _("Downloading {n} km² of OpenStreetMap from {url}").format(
                n=number(area_km2, 1), url=project.config.map.overpass_url
            )
        )
        answer = services.overpass(map_query(area, project.config.map.timeout_s))
        data = osm_data(answer, f"hjul {__version__}, Overpass API")
        add_sea(data, area)
        with files.claimed(target) as claim, told(files.unwritable, target):
            claim.new.mkdir()
            file = claim.new / NETWORK_FILE
            write_osm(file, data)
            _compile(file, project, progress)
            files.put(file, target)
    except ServiceError as error:
        raise ServiceError(
            error.problems, hint=f"{error.hint} {_what_still_works(data_dir, project)}"
        ) from error
    network = load_network(target, project.config.cycling, progress=progress)
    problems = look_up(project, network, OnlineAddresses(data_dir)).problems
    return Downloaded(network, area_km2, len(project.home_visits), problems)


def _require_own_network(project: Project) -> None:
    if project.config.map.network:
        raise InputError(
            InputProblem(
                _("the setting names another network, so a downloaded one would not be used"),
                "project.toml",
                column="map.network",
            ),
            hint=_('Write network = "" to use the network of this folder.'),
        )


def _network_in_force(data_dir: Path, project: Project, progress: Progress) -> Network:
    """Load the network whose addresses serve; where it is broken, which a download mends, the built-in one."""
    cycling = project.config.cycling
    try:
        return load_network(network_file(data_dir, project.config), cycling, progress=progress)
    except SchedulerError:
        return load_network(builtin_map(), cycling, progress=progress)


def _compile(file: Path, project: Project, progress: Progress) -> None:
    try:
        load_network(file, project.config.cycling, progress=progress)
    except InputError as error:
        reasons = "; ".join(problem.reason for problem in error.problems)
        raise ServiceError(
            _("the downloaded map cannot serve: {reasons}").format(reasons=reasons),
            hint=_("Check lat and lon of the places, and try a larger --margin-km."),
        ) from error


def _what_still_works(data_dir: Path, project: Project) -> str:
    return _(
        "The network in force stays {file}; rosters can be planned with it, and `hjul network build FILE` "
        "takes a map from a file."
    ).format(file=network_file(data_dir, project.config))


def _counted(project: Project, places: Sequence[Place]) -> list[Place]:
    """Return the places that the area is drawn around: with coordinates, and no home visits."""
    homes = project.homes
    counted = [place for place in places if place.place_id not in homes and place.lat is not None]
    if not counted:
        raise InputError(
            _("no place has coordinates, and the map in force knows none of the addresses"),
            hint=_("Give lat and lon of at least the base, or look the addresses up with --online."),
        )
    return counted


def area_around(places: Sequence[Place], margin_km: float) -> tuple["Polygon", float]:
    """Return the convex hull of places with a margin around it, and its size in km².

    The polygon has (lon, lat) in degrees with five decimals.

    Raises
    ------
    InputError
        It is larger than 400 km²; the error names the place that lies farthest from the others.
    """
    import shapely

    points = [(place.lat, place.lon) for place in places if place.lat is not None and place.lon is not None]
    surroundings = Surroundings(points, margin_km * 1000)
    if surroundings.area_km2 > _LARGEST_KM2:
        raise _too_large(places, np.array(points))
    # The query repeats the outline for every tag: a dozen points do, at the cost of some metres of margin.
    outline = surroundings.polygon.simplify(_OUTLINE_DEGREES)
    return shapely.transform(outline, lambda degrees: degrees.round(5)), surroundings.area_km2


def _too_large(places: Sequence[Place], points: "NDArray[np.float64]") -> InputError:
    place = places[int(np.argmax(distance_m(points, np.median(points, axis=0))))]
    reason = _("{place} lies so far from the others that the area would be more than {most} km²").format(
        place=place.place_id, most=number(_LARGEST_KM2)
    )
    hint = _(
        "Check its lat and lon. For places that do lie far apart take an extract of the region from a file, "
        "with `hjul network build FILE`."
    )
    return InputError(problem_at(place.origin, reason, "lat"), hint)
