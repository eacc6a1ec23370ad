"""Address points of a map that may be meant: one of them, or an error that names them."""

from collections.abc import Iterable

import numpy as np

from scheduler.base.i18n import _
from scheduler.network import AddressPoint, distance_m
from scheduler.places.spelling import number_key
from scheduler.places.written import AmbiguousAddressError

#: Points of one address that lie this close are one place: two entrances, or a node and its house.
_SAME_PLACE_M = 100.0
#: So many are named.
MOST_NAMED = 6


def apart_m(one: AddressPoint, other: AddressPoint) -> float:
    """Return the metres between two points."""
    return float(distance_m(np.array([[one.lat, one.lon]]), np.array([[other.lat, other.lon]]))[0])


def only_one(address: str, points: list[AddressPoint], number: str = "") -> AddressPoint:
    """Return the best of points with the same street and number; an error where they lie apart.

    Of several letters of a number the last that is not after `number` is the best.
    """
    points = sorted(points, key=lambda point: (point.approximate, number_key(point.number)))
    places = np.array([(point.lat, point.lon) for point in points])
    if (distance_m(places, places[:1]) > _SAME_PLACE_M).any():
        raise ambiguous(address, points)
    before = [point for point in points if number and number_key(point.number) <= number]
    return (before or points[:1])[-1]


def ambiguous(address: str, points: Iterable[AddressPoint]) -> AmbiguousAddressError:
    """Return the error for an address that several points have."""
    places = sorted(map(named, points))
    more = ["…"] if len(places) > MOST_NAMED else []
    return AmbiguousAddressError(
        _("{address} is in several places: {places}").format(
            address=address, places="; ".join(places[:MOST_NAMED] + more)
        ),
        discreet=_("this address is in several places"),
    )


def named(point: AddressPoint) -> str:
    """Write a point as people are asked about it."""
    place = f"{point.postcode} {point.city}".strip()
    return f"{point.street} {point.number}{place and ', '}{place} ({point.lat:.5f}, {point.lon:.5f})"
