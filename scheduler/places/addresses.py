"""The addresses of a map, and which of them somebody means.

Both sides are brought into one spelling, and then must agree exactly. Only a house number may be missing
from the map: then it is estimated between its neighbours, and it is said.
"""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NoReturn

from scheduler.base.i18n import _
from scheduler.network import AddressPoint
from scheduler.places.estimates import MOST_OFF_M, AddressMatch, estimated, too_far
from scheduler.places.points import ambiguous, apart_m, named, only_one
from scheduler.places.spelling import city_key, house_numbers, street_key, street_keys
from scheduler.places.written import AddressError, WrittenAddress


class AddressBook:
    """The address points of a map by street, and the names of its streets."""

    def __init__(self, points: Iterable[AddressPoint], street_names: Iterable[str] = ()) -> None:
        self._points: dict[str, list[AddressPoint]] = defaultdict(list)
        for point in points:
            self._points[street_key(point.street)].append(point)
        self._names = {street_key(name): name for name in street_names if name}
        self._names |= {key: points[0].street for key, points in self._points.items()}

    def find(self, written: WrittenAddress, address: str) -> AddressMatch:
        """Return the point of an address; `address` is how it is called in errors.

        Raises
        ------
        AmbiguousAddressError
            Several places have it; the text names them.
        AddressError
            The map does not know it; the text says what is near.
        """
        on_street = self._on_street(written.street)
        for number in written.numbers:
            hits = [point for point in on_street if number in house_numbers(point.number)]
            if hits:
                fitting = _fitting(written, hits) or _beside_others(written, hits, on_street)
                return AddressMatch(only_one(address, fitting or _nowhere(address, written, hits)))
        fitting = _fitting(written, on_street) or _none_near(written, on_street)
        if not written.postcode:
            _require_one_district(address, fitting)
        match = estimated(address, written.numbers[-1], fitting)
        if match.off_m > MOST_OFF_M:
            raise too_far(match, written, fitting)
        return match

    def _on_street(self, street: str) -> list[AddressPoint]:
        keys = street_keys(street)
        key = next((key for key in keys if key in self._points), keys[0])
        if key in self._points:
            return self._points[key]
        key = next((key for key in keys if key in self._names), keys[0])
        if key in self._names:
            raise AddressError(
                _("the map has the street {street}, but no house numbers on it").format(
                    street=self._names[key]
                ),
                discreet=_("the map has no house numbers on the street of this address"),
            )
        close = difflib.get_close_matches(key, self._names, n=3, cutoff=0.6)
        discreet = _("the street of this address is not in the map")
        if not close:
            raise AddressError(_("the street {street} is not in the map").format(street=street), discreet)
        near = ", ".join(self._names[name] for name in close)
        raise AddressError(
            _("the street {street} is not in the map; near it in spelling: {near}").format(
                street=street, near=near
            ),
            discreet,
        )


def _fitting(written: WrittenAddress, points: Sequence[AddressPoint]) -> list[AddressPoint]:
    """Return the points in the postcode that was given, else in the city."""
    if written.postcode:
        fitting = [point for point in points if point.postcode in ("", written.postcode)]
        return sorted(fitting, key=lambda point: point.postcode != written.postcode)
    if not written.city:
        return list(points)
    city = city_key(written.city)
    exact = [point for point in points if city_key(point.city) == city]
    # "København" is any of its postal districts.
    fitting = exact or [point for point in points if city_key(point.city).startswith(city)]
    return fitting or [point for point in points if not point.city]


def _beside_others(
    written: WrittenAddress, hits: Sequence[AddressPoint], on_street: Sequence[AddressPoint]
) -> list[AddressPoint]:
    """Return those of the houses that stand beside others of the street in the postcode that was given.

    One house may have a wrong postcode in the map, or be the first one of the next district.
    """
    others = [point for point in on_street if written.postcode and point.postcode == written.postcode]
    return [hit for hit in hits if any(apart_m(hit, other) <= MOST_OFF_M for other in others)]


def _nowhere(address: str, written: WrittenAddress, hits: Sequence[AddressPoint]) -> NoReturn:
    """Say that the house lies in another place than it was written for."""
    raise AddressError(
        _("{address} lies in {found} in the map, not in {postcode}").format(
            address=address, found=_districts(hits), postcode=written.postcode or written.city
        ),
        discreet=_("this address lies in another postal district in the map"),
    )


def _none_near(written: WrittenAddress, points: Sequence[AddressPoint]) -> NoReturn:
    """Say that the street's houses lie in another place; one house alone proves nothing."""
    street, place = points[0].street, written.postcode or written.city
    if len(points) == 1:
        raise AddressError(
            _("of {street} the map has number {number} alone, {house}, and nothing in {postcode}").format(
                street=street, number=points[0].number, house=named(points[0]), postcode=place
            ),
            discreet=_("the map has no house near that of this address"),
        )
    raise AddressError(
        _("the houses that the map has on {street} lie in {found}, not in {postcode}").format(
            street=street, found=_districts(points), postcode=place
        ),
        discreet=_("this address lies in another postal district in the map"),
    )


def _districts(points: Iterable[AddressPoint]) -> str:
    """Name the postal districts of points, each once."""
    known = {point.postcode for point in points if point.city}
    return ", ".join(
        sorted(
            {
                f"{point.postcode} {point.city}".strip()
                for point in points
                if point.city or point.postcode not in known
            }
        )
    )


def _require_one_district(address: str, points: Sequence[AddressPoint]) -> None:
    """Refuse to choose the nearest number where streets of one name may be in several places."""
    districts = {point.postcode: point for point in points if point.postcode}
    if len(districts) > 1:
        raise ambiguous(address, districts.values())
