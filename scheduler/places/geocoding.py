"""Places to coordinates: from their tables, the map's address points, or an online service.

The map comes first. What it does not know may be asked for online, where the user allows it and the
place is no home visit: whom it concerns is nobody else's business.
"""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _, km
from scheduler.model.project import Place, Project, problem_at
from scheduler.model.text import Text
from scheduler.network import Network, distance_m
from scheduler.places.addresses import AddressBook
from scheduler.places.estimates import AddressMatch, estimate_note
from scheduler.places.online import OnlineAddresses
from scheduler.places.spelling import street_key
from scheduler.places.written import AddressError, AmbiguousAddressError, WrittenAddress, read_address

__all__ = ["FARTHEST_M", "Located", "Lookup", "locate", "look_up", "not_found", "street_key"]

#: A place further than this from any street that may be ridden is a mistake.
FARTHEST_M = 200.0
#: Coordinates that are further than this from the address beside them are asked about.
_SAME_ADDRESS_M = 300.0

Source = Literal["table", "address", "nearest", "online"]


@dataclass(frozen=True, slots=True)
class Located:
    """Where a place's coordinates come from, and how far it is to the bicycle network.

    `source` is "table" (lat and lon were given), "address" (the map's address point), "nearest" (estimated
    from the nearest numbers on the street) or "online". `approximate` tells that the point was not
    surveyed, or that a service knew only the street. `note` tells of what was not found as it is
    written, if anything; a home visit's does not tell where it is.
    """

    place_id: str
    source: Source
    approximate: bool
    distance_m: float
    note: Text | None = None

    @property
    def is_exact(self) -> bool:
        """Whether the point was given, or is that of the address as it is written."""
        return self.source != "nearest" and not self.approximate


@dataclass(frozen=True, slots=True)
class Lookup:
    """What looking places up came to: the places in order, with coordinates where they were found, and the problems."""

    places: tuple[Place, ...]
    located: tuple[Located, ...]
    problems: tuple[InputProblem, ...]


def locate(
    project: Project, network: Network, online: OnlineAddresses | None = None
) -> tuple[Project, tuple[Located, ...]]:
    """Give coordinates to every base and place of a project, and measure the way to the network.

    Returns the project with all coordinates, and one `Located` for each base and place in order.

    Raises
    ------
    InputError
        With one problem for every place whose address is not found, is ambiguous or outside Denmark,
        or that lies more than 200 m from any street that may be ridden.
    ServiceError
        When an online service is asked and cannot be had.
    """
    lookup = look_up(project, network, online)
    if lookup.problems:
        raise not_found(lookup.problems, online)
    return project.with_places(lookup.places), lookup.located


def not_found(problems: Iterable[InputProblem], online: OnlineAddresses | None = None) -> InputError:
    """Return the error of places that were not found, with what to do about it."""
    hint = _("Correct the addresses, or give lat and lon in the table: they win over the address.")
    if online is None or not online.may_ask:
        hint += " " + _("Or get all addresses of the area with `hjul network download`, or use --online.")
    return InputError(problems, hint=hint)


def look_up(project: Project, network: Network, online: OnlineAddresses | None = None) -> Lookup:
    """Look up every base and place of a project as `locate` does, and go on where one is not found."""
    book = AddressBook(network.addresses, network.names)
    homes = project.homes
    problems: list[InputProblem] = []
    located: list[Located] = []
    places: list[Place] = []
    for place in project.all_places:
        private = place.place_id in homes
        try:
            found = _find(place, book, None if private else online)
        except AddressError as error:
            problems.append(problem_at(place.origin, error.discreet if private else str(error), "address"))
            places.append(place)
            continue
        if private:
            found = dataclasses.replace(found, note=found.discreet)
        places.append(found.place)
        column = "lat" if found.source == "table" else "address"
        if problem := unreachable(found.place, network, column, private=private):
            problems.append(problem)
            continue
        distance_m = network.snap(*found.place.point).distance_m
        located.append(Located(place.place_id, found.source, found.approximate, distance_m, found.note))
    return Lookup(tuple(places), tuple(located), tuple(problems))


@dataclass(frozen=True, slots=True)
class _Found:
    """A place with its coordinates, and what is noted of it; `discreet` is for one where somebody lives."""

    place: Place
    source: Source
    approximate: bool = False
    note: Text | None = None
    discreet: Text | None = None


def _find(place: Place, book: AddressBook, online: OnlineAddresses | None) -> _Found:
    """Find a place: by its table, exactly in the map, exactly online, else on its street."""
    if place.lat is not None and place.lon is not None:
        return _by_table(place, book, place.lat, place.lon)
    written = read_address(place)
    on_street: _Found | None = None
    reasons: list[AddressError] = []
    try:
        match = book.find(written, place.address)
        if not match.neighbours:
            return _at_point(place, match, "address")
        on_street = _at_point(place, match, "nearest", estimate_note(place, match, written))
    except AmbiguousAddressError:
        raise
    except AddressError as error:
        reasons.append(error)
    try:
        asked = _ask(place, written, online) if online else None
    except AddressError as error:
        reasons.append(error)
        asked = None
    found = asked if asked and not asked.approximate else on_street or asked
    if found is None:
        raise AddressError("; ".join(map(str, reasons)), "; ".join(each.discreet for each in reasons))
    return found


def _by_table(place: Place, book: AddressBook, lat: float, lon: float) -> _Found:
    """Take the coordinates of the table, with a note where the map has the address somewhere else."""
    try:
        match = book.find(read_address(place), place.address)
    except AddressError:
        return _Found(place, "table")  # the map cannot tell
    point = np.array([[match.point.lat, match.point.lon]])
    away_m = float(distance_m(np.array([[lat, lon]]), point)[0])
    if away_m - match.off_m <= _SAME_ADDRESS_M:
        return _Found(place, "table")
    here = {"place_id": place.place_id}
    return _Found(
        place,
        "table",
        note=Text("coordinates_away", {**here, "off_m": round(away_m), "address": place.address}),
        discreet=Text("home_coordinates_away", {**here, "off_m": round(_SAME_ADDRESS_M)}),
    )


def _ask(place: Place, written: WrittenAddress, online: OnlineAddresses) -> _Found | None:
    answer = online.find(written)
    if answer is None:
        return None
    placed = dataclasses.replace(place, lat=answer.lat, lon=answer.lon)
    if answer.exact:
        return _Found(placed, "online")
    params = {"place_id": place.place_id, "address": place.address, "name": answer.name}
    note = Text("online_only", params)
    return _Found(placed, "online", approximate=True, note=note)


def _at_point(place: Place, match: AddressMatch, source: Source, note: Text | None = None) -> _Found:
    placed = dataclasses.replace(place, lat=match.point.lat, lon=match.point.lon)
    discreet = Text("home_nearest_number", {"place_id": place.place_id}) if note else None
    return _Found(placed, source, match.point.approximate, note, discreet)


def unreachable(
    place: Place, network: Network, column: str = "lat", *, private: bool = False
) -> InputProblem | None:
    """Say what keeps a place from being ridden to, if anything; one without coordinates is not judged.

    Of a private one it is not said in which street it lies.
    """
    if place.lat is None or place.lon is None:
        return None
    if island := network.island_at(place.lat, place.lon):
        reason = _("{place} lies on streets that are cut off from the rest of the map").format(
            place=place.place_id
        )
        if not private:
            reason = _(
                "{place} lies on streets that are cut off from the rest of the map ({street}, {km} of streets)"
            ).format(place=place.place_id, street=island.name or _("without a name"), km=km(island.metres))
        return problem_at(place.origin, reason, column)
    distance_m = network.snap(place.lat, place.lon).distance_m
    if distance_m <= FARTHEST_M:
        return None
    reason = _(
        "{place} is {distance} from the nearest street of the map that may be ridden; at most {most} m is possible"
    ).format(place=place.place_id, distance=distance_words(distance_m), most=round(FARTHEST_M))
    return problem_at(place.origin, reason, column)


def distance_words(metres: float) -> str:
    """Write a distance in whole metres, or in kilometres where it is more than one."""
    return km(metres) if metres >= 1000 else _("{n} m").format(n=round(metres))
