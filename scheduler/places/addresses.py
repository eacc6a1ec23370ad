"""Danish addresses as people write them, and the address points of a map that they mean.

Danes write one address in many ways: ``Sdr. Boulevard 72, 2. tv``, ``Sønder Boulevard 72``,
``SOENDER BOULEVARD 72``. Both sides are brought into one spelling, and then must agree exactly. Only
a house number may be missing from the map: then the nearest on that street serves, and it is said.
"""

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.base.i18n import _
from scheduler.model.project import Place
from scheduler.model.text import Text
from scheduler.network import AddressPoint, distance_m

#: Points of one address that lie this close are one place: two entrances, or a node and its house.
_SAME_PLACE_M = 100.0
_MOST_CANDIDATES = 6

_LETTERS = str.maketrans({"å": "aa", "æ": "ae", "ø": "oe", "ä": "ae", "ö": "oe", "ß": "ss", "ü": "y"})
_WORDS = {
    "gl": "gammel",
    "gamle": "gammel",
    "sdr": "soender",
    "soendre": "soender",
    "ndr": "noerre",
    "nr": "noerre",
    "nordre": "noerre",
    "vestre": "vester",
    "oestre": "oester",
    "kgs": "kongens",
    "skt": "sankt",
    "sct": "sankt",
    "st": "store",
    "dr": "doktor",
    "kbh": "koebenhavn",
    "frb": "frederiksberg",
}
#: What kinds of street are shortened to, as a word of its own (Ørsteds V.) or at a word's end (Enghavev.).
_LAST_WORDS = {"v": "vej", "g": "gade", "pl": "plads", "al": "alle", "blvd": "boulevard", "str": "straede"}
_SHORT_ENDING = re.compile(r"(?<=\w{3})(v|g|pl|str)\.(?=\s|$)")

# Street, number, letter, then whatever tells the floor and the door.
_ADDRESS = re.compile(
    r"(?P<street>.*?\D)\s*(?P<number>\d{1,4})\s?(?P<letter>[a-zæøå])?(?![a-zæøå0-9])(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_POSTCODE = re.compile(r"(?<!\d)\d{4}(?!\d)")
_CITY = re.compile(r"(?:^|\s)(?:DK-?)?(?:\d{4}\s+)?([^\W\d][^\d,]*)$", re.IGNORECASE)
_FLOORS = frozenset({"st", "stuen", "kl", "kld", "kaelder", "sal", "tv", "th", "mf", "dk", "danmark"})


class AddressError(LookupError):
    """An address that is not found; `discreet` says why without telling it, or what is near it."""

    def __init__(self, text: str, discreet: str) -> None:
        self.discreet = discreet
        super().__init__(text)


class AmbiguousAddressError(AddressError):
    """An address that several places have: only who wrote it can say which is meant."""


@dataclass(frozen=True, slots=True)
class WrittenAddress:
    """An address as it was written: street, the numbers that it may mean (the best first), and where."""

    street: str
    numbers: tuple[str, ...]
    postcode: str
    city: str


@dataclass(frozen=True, slots=True)
class AddressMatch:
    """The address point that an address means; `exact` unless only the street agrees."""

    point: AddressPoint
    exact: bool = True


def _words(text: str) -> list[str]:
    text = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    # What is left of accents (é in Allé) is dropped with everything else that is no letter or digit.
    text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return re.findall(r"[a-z0-9]+", _SHORT_ENDING.sub(lambda ending: _LAST_WORDS[ending[1]], text.strip()))


def street_key(street: str) -> str:
    """Bring a street's name into the spelling in which names are compared."""
    words = _words(street)
    if len(words) > 1 and words[-1] == "nr":  # Istedgade nr. 51
        words.pop()
    if len(words) > 1:
        words[-1] = _LAST_WORDS.get(words[-1], words[-1])
    return "".join(_WORDS.get(word, word) for word in words)


def city_key(city: str) -> str:
    """Bring a city's or postal district's name (``Kbh. V``) into the spelling in which they are compared."""
    return "".join(_WORDS.get(word, word) for word in _words(city))


def number_key(number: str) -> str:
    """Bring a house number (``123 B``) into the spelling in which they are compared."""
    return re.sub(r"\s+", "", number).casefold().lstrip("0")


def read_address(place: Place) -> WrittenAddress:
    """Take a place's address apart; floor and door (``2. tv``, ``st.``, ``kl.``) are left out.

    Raises
    ------
    AddressError
        There is no address, or no house number in it; the text is the sentence that says so.
    """
    address = unicodedata.normalize("NFC", place.address).strip()
    if not address:
        text = _("{place} has neither an address nor lat and lon").format(place=place.place_id)
        raise AddressError(text, discreet=text)
    match = _ADDRESS.match(address)
    if match is None:
        raise AddressError(
            _("{address} has no house number").format(address=place.address),
            discreet=_("this address has no house number"),
        )
    number = number_key(match["number"] + (match["letter"] or ""))
    numbers = [number]
    if span := re.match(r"\s*[-–]\s*(\d+\s?[a-zæøå]?)", match["rest"], re.IGNORECASE):
        numbers.insert(0, f"{number}-{number_key(span[1])}")
    given = _POSTCODE.search(place.postcode) or _POSTCODE.search(match["rest"])
    return WrittenAddress(
        street=match["street"].strip(" ,"),
        numbers=tuple(numbers),
        postcode=given[0] if given else "",
        city=place.city or _written_city(match["rest"]),
    )


def _written_city(rest: str) -> str:
    """Find the city after the last comma, where it is no floor or door."""
    if "," not in rest:
        return ""
    city = _CITY.search(rest.rpartition(",")[2].strip())
    return city[1].strip() if city and not _FLOORS.issuperset(_words(city[1])) else ""


def nearest_note(place: Place, match: AddressMatch, written: WrittenAddress) -> Text:
    """Say that the nearest number serves."""
    params = {"street": match.point.street, "number": written.numbers[-1].upper()}
    return Text("nearest_number", {"place_id": place.place_id, **params, "nearest": match.point.number})


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
            hits = [point for point in on_street if _has_number(point, number)]
            if hits:
                return AddressMatch(_only_one(address, _in_place(address, written, hits)))
        fitting = _in_place(address, written, on_street)
        if not written.postcode:
            _require_one_district(address, fitting)
        nearest = _nearest_number(written.numbers[-1], fitting)
        return AddressMatch(_only_one(address, nearest), exact=False)

    def _on_street(self, street: str) -> list[AddressPoint]:
        key = street_key(street)
        if key in self._points:
            return self._points[key]
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


def _has_number(point: AddressPoint, number: str) -> bool:
    """Tell whether a point is that house; one numbered 125-127 is 125, 127 and 125-127."""
    have = number_key(point.number)
    return have == number or number in re.split(r"[-–]", have)


def _digits(number: str) -> int | None:
    match = re.match(r"\d+", number_key(number))
    return int(match[0]) if match else None


def _nearest_number(wanted: str, points: Sequence[AddressPoint]) -> list[AddressPoint]:
    """Return the points with the nearest number: on the same side of the street, where there are any."""
    number = _digits(wanted) or 0

    def far(point: AddressPoint) -> tuple[bool, int, str]:
        there = _digits(point.number)
        if there is None:
            return True, 1_000_000, point.number
        return (there - number) % 2 == 1, abs(there - number), number_key(point.number)

    best = far(min(points, key=far))
    return [point for point in points if far(point) == best]


def _in_place(address: str, written: WrittenAddress, points: Sequence[AddressPoint]) -> list[AddressPoint]:
    """Keep the points in the postcode that was given, else in the city; an error where none is."""
    if written.postcode:
        fitting = [point for point in points if point.postcode in ("", written.postcode)]
        fitting.sort(key=lambda point: point.postcode != written.postcode)
    elif written.city:
        city = city_key(written.city)
        exact = [point for point in points if city_key(point.city) == city]
        # "København" is any of its postal districts.
        fitting = exact or [point for point in points if city_key(point.city).startswith(city)]
        fitting = fitting or [point for point in points if not point.city]
    else:
        fitting = list(points)
    if fitting:
        return fitting
    found = ", ".join(sorted({f"{point.postcode} {point.city}".strip() for point in points}))
    raise AddressError(
        _("{address} lies in {found} in the map, not in {postcode}").format(
            address=address, found=found, postcode=written.postcode or written.city
        ),
        discreet=_("this address lies in another postal district in the map"),
    )


def _require_one_district(address: str, points: Sequence[AddressPoint]) -> None:
    """Refuse to choose the nearest number where streets of one name may be in several places."""
    districts = {point.postcode: point for point in points}
    if len(districts) > 1:
        raise _ambiguous(address, districts.values())


def _only_one(address: str, points: list[AddressPoint]) -> AddressPoint:
    """Return the best of points with the same street and number; an error where they lie apart."""
    points = sorted(points, key=lambda point: point.approximate)
    places = np.array([(point.lat, point.lon) for point in points])
    if (distance_m(places, places[:1]) > _SAME_PLACE_M).any():
        raise _ambiguous(address, points)
    return points[0]


def _ambiguous(address: str, points: Iterable[AddressPoint]) -> AmbiguousAddressError:
    candidates = sorted(
        f"{p.street} {p.number}, {f'{p.postcode} {p.city}'.strip()} ({p.lat:.5f}, {p.lon:.5f})"
        for p in points
    )
    more = ["…"] if len(candidates) > _MOST_CANDIDATES else []
    return AmbiguousAddressError(
        _("{address} is in several places: {candidates}").format(
            address=address, candidates="; ".join(candidates[:_MOST_CANDIDATES] + more)
        ),
        discreet=_("this address is in several places"),
    )
