"""Where a house is that the map lacks: estimated between its neighbours, and how far off that may be."""

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scheduler.base.i18n import _
from scheduler.model.project import Place
from scheduler.model.text import Param, Text
from scheduler.network import AddressPoint
from scheduler.places.points import MOST_NAMED, apart_m, named, only_one
from scheduler.places.spelling import digits_of, house_numbers
from scheduler.places.written import AddressError, WrittenAddress

#: A house that may be further than this from where it is estimated must be found by somebody who knows.
MOST_OFF_M = 200.0
#: Where the map has one house of a side alone, two numbers on are a front of so many metres.
_METRES_A_NUMBER = 10.0
#: To the other side of a street of which the map has no house on this one.
_ACROSS_M = 20.0


@dataclass(frozen=True, slots=True)
class AddressMatch:
    """Where an address is: at a point of the map, or estimated from those of its neighbours.

    `neighbours` are the numbers it was estimated from, none where the map has the house itself; `off_m` is
    how far it may be from there.
    """

    point: AddressPoint
    neighbours: tuple[str, ...] = ()
    off_m: float = 0.0


def estimate_note(place: Place, match: AddressMatch, written: WrittenAddress) -> Text:
    """Say that the map does not have a house, where it is looked for, and how far off that may be."""
    params: dict[str, Param] = {
        "place_id": place.place_id,
        "street": match.point.street,
        "number": written.numbers[-1].upper(),
        "one": match.neighbours[0],
        "off_m": max(1, round(match.off_m)),
    }
    if len(match.neighbours) == 1:
        return Text("nearest_number", params)
    return Text("between_numbers", params | {"other": match.neighbours[-1]})


def estimated(address: str, wanted: str, points: Sequence[AddressPoint]) -> AddressMatch:
    """Estimate where a house with a number is among points of its street: on its side of the street, or by both sides where that tells more."""
    number = digits_of(wanted) or 0
    houses: dict[int, list[AddressPoint]] = defaultdict(list)
    for point in points:
        for digits in {digits_of(one) for one in house_numbers(point.number)} - {None}:
            houses[digits or 0].append(point)
    if not houses:  # none of them has a number that counts
        return AddressMatch(only_one(address, list(points)), (points[0].number,), MOST_OFF_M + 1)
    side = {there: at for there, at in houses.items() if (there - number) % 2 == 0}
    estimates = [_among(address, wanted, side)] if side else []
    if len(side) < len(houses):
        across = _among(address, wanted, houses)
        estimates.append(dataclasses.replace(across, off_m=across.off_m + _ACROSS_M))
    return min(estimates, key=lambda match: match.off_m)


def _among(address: str, wanted: str, houses: Mapping[int, list[AddressPoint]]) -> AddressMatch:
    """Estimate where a house is: between the houses of the numbers next to its own, else at the nearest."""
    number = digits_of(wanted) or 0
    below = max((there for there in houses if there <= number), default=None)
    above = min((there for there in houses if there >= number), default=None)
    one, other = (
        only_one(address, houses[there], wanted) if there is not None else None for there in (below, above)
    )
    if one is not None and other is not None and below != above:
        share = (number - (below or 0)) / ((above or 0) - (below or 0))
        lat, lon = (a + share * (b - a) for a, b in ((one.lat, other.lat), (one.lon, other.lon)))
        off_m = max(share, 1.0 - share) * apart_m(one, other)
        return AddressMatch(dataclasses.replace(one, lat=lat, lon=lon), (one.number, other.number), off_m)
    nearest = one or other
    assert nearest is not None  # noqa: S101 - some house is there
    return AddressMatch(nearest, (nearest.number,), _reach_m(address, houses, number, wanted))


def _reach_m(address: str, houses: Mapping[int, list[AddressPoint]], number: int, wanted: str) -> float:
    """Return how far a house beyond the last known one may be, as its neighbours lie from each other."""
    nearest, *others = sorted(houses, key=lambda there: abs(there - number))
    metres = _METRES_A_NUMBER
    if others:
        here, there = (only_one(address, houses[each], wanted) for each in (nearest, others[0]))
        metres = max(metres, apart_m(here, there) / abs(nearest - others[0]))
    # Another letter of the same number is next door.
    return metres * max(2, abs(number - nearest))


def too_far(match: AddressMatch, written: WrittenAddress, points: Sequence[AddressPoint]) -> AddressError:
    """Return the error for a house of which the map's nearest are too far away to tell where it is."""
    number = digits_of(written.numbers[-1]) or 0
    nearest = sorted(points, key=lambda point: (abs((digits_of(point.number) or 0) - number), point.number))
    return AddressError(
        _(
            "{street} has no number {number} in the map, and from its neighbours it cannot be told to within"
            " {metres} m; the nearest are {places}"
        ).format(
            street=match.point.street,
            number=written.numbers[-1].upper(),
            metres=round(MOST_OFF_M),
            places="; ".join(named(point) for point in nearest[:MOST_NAMED]),
        ),
        discreet=_("the map has no house near that of this address"),
    )
