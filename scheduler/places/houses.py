"""Places in one house: who goes from one to the other does not unlock the bicycle."""

from collections.abc import Collection, Iterator, Sequence
from itertools import permutations

import numpy as np

from scheduler.model.project import Place
from scheduler.places.spelling import street_key
from scheduler.places.written import AddressError, read_address

#: Two points that are both exact and no further apart than this are one house.
ONE_HOUSE_M = 15.0

_DEGREE_M = 111_195.0

House = tuple[str, tuple[str, ...], str]


def house_of(place: Place) -> House | None:
    """Return street, number with letter, and postcode of a place's address, to be compared; the floor is left out.

    None where the address has no number, or no postcode.
    """
    try:
        written = read_address(place)
    except AddressError:
        return None
    if not written.postcode:
        return None
    return street_key(written.street), written.numbers, written.postcode


def pairs_of_one_house(places: Sequence[Place], exact: Collection[str]) -> frozenset[tuple[str, str]]:
    """Return the pairs of places that are in one house, each both ways round.

    They have the same address, but for the floor, or their points lie within 15 m; that counts for places of
    which the point is `exact`, as it was given or found as written. Of three places in a row the first and the
    last may be in different houses.
    """
    return frozenset((*_of_one_address(places), *_of_one_point(places, exact)))


def _of_one_address(places: Sequence[Place]) -> Iterator[tuple[str, str]]:
    by_house: dict[House, list[str]] = {}
    for place in places:
        if house := house_of(place):
            by_house.setdefault(house, []).append(place.place_id)
    for together in by_house.values():
        yield from permutations(together, 2)


def _of_one_point(places: Sequence[Place], exact: Collection[str]) -> Iterator[tuple[str, str]]:
    known = [place for place in places if place.place_id in exact]
    lat, lon = np.array([place.point for place in known]).reshape(-1, 2).T
    north_m = _DEGREE_M * (lat[:, np.newaxis] - lat)
    east_m = _DEGREE_M * np.cos(np.radians(lat)) * (lon[:, np.newaxis] - lon)
    near = np.hypot(north_m, np.maximum(np.abs(east_m), np.abs(east_m.T))) <= ONE_HOUSE_M
    for one, other in np.argwhere(near).tolist():
        if one != other:
            yield known[one].place_id, known[other].place_id
