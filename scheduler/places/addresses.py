"""Danish addresses as people write them, and the address points of a map that they mean.

Danes write one address in many ways: ``Sdr. Boulevard 72, 2. tv``, ``Sønder Boulevard 72``,
``SOENDER BOULEVARD 72``. Both sides are brought into one spelling, and then must agree exactly. Only
a house number may be missing from the map: then it is estimated between its neighbours, and it is said.
"""

import dataclasses
import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.base.i18n import _
from scheduler.model.project import Place
from scheduler.model.text import Param, Text
from scheduler.network import AddressPoint, distance_m

#: Points of one address that lie this close are one place: two entrances, or a node and its house.
_SAME_PLACE_M = 100.0
#: A house that may be further than this from where it is estimated must be found by somebody who knows.
_MOST_OFF_M = 200.0
#: Where the map has one house of a side alone, two numbers on are a front of so many metres.
_METRES_A_NUMBER = 10.0
#: To the other side of a street of which the map has no house on this one.
_ACROSS_M = 20.0
_MOST_NAMED = 6
#: No house has more numbers than this; what says so is no house number.
_MOST_NUMBERS = 100

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
_SPAN = re.compile(
    r"(?P<first>\d{1,4})(?P<letter>[a-zæøå]?)-(?P<last>\d{1,4})?(?P<last_letter>[a-zæøå]?)", re.IGNORECASE
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
    """Where an address is: at a point of the map, or estimated from those of its neighbours.

    `neighbours` are the numbers it was estimated from, none where the map has the house itself; `off_m` is
    how far it may be from there.
    """

    point: AddressPoint
    neighbours: tuple[str, ...] = ()
    off_m: float = 0.0


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


def street_keys(street: str) -> tuple[str, ...]:
    """Return the spellings that a street's name may stand for: ``St.`` is Store, or before a saint Sankt."""
    words = street.split(maxsplit=1)
    if len(words) == 2 and words[0].casefold() in {"st", "st."}:
        return street_key(street), street_key(f"Sankt {words[1]}")
    return (street_key(street),)


def house_numbers(text: str) -> frozenset[str]:
    """Return the numbers that a house of the map has, and what it is called as a whole.

    ``1;3;5``, ``7,9`` and ``30/32`` are lists; ``10-18`` is every second number (every one, where odd and
    even are mixed), ``21 A-D`` or ``21A-21D`` every letter.
    """
    found = {number_key(text)}
    for part in re.split(r"[;,/]", text):
        span = _SPAN.fullmatch(number_key(part).replace("–", "-"))
        if span is None:
            found.add(number_key(part))
            continue
        first, last = int(span["first"]), int(span["last"] or span["first"])
        one, other = span["letter"], span["last_letter"]
        if one and other and first == last:
            found.update(f"{first}{chr(letter)}" for letter in range(ord(one), ord(other) + 1))
        elif not span["last"] or not 0 < last - first <= _MOST_NUMBERS:
            found.update(number_key(end) for end in part.replace("–", "-").split("-"))
        else:
            step = 2 if (last - first) % 2 == 0 else 1
            found.update(str(number) for number in range(first, last + 1, step))
            found.update({f"{first}{one}", f"{last}{other}"})
    return frozenset(found - {""})


def street_of(place: Place) -> str:
    """Return the street of a place's address in the spelling in which names are compared; "" without one."""
    match = _ADDRESS.match(unicodedata.normalize("NFC", place.address).strip())
    return street_key(match["street"]) if match else ""


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
                return AddressMatch(_only_one(address, _in_place(address, written, hits, numbered=True)))
        fitting = _in_place(address, written, on_street, numbered=False)
        if not written.postcode:
            _require_one_district(address, fitting)
        match = _estimated(address, written.numbers[-1], fitting)
        if match.off_m > _MOST_OFF_M:
            raise _too_far(match, written, fitting)
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


def _digits(number: str) -> int | None:
    match = re.match(r"\d+", number_key(number))
    return int(match[0]) if match else None


def _estimated(address: str, wanted: str, points: Sequence[AddressPoint]) -> AddressMatch:
    """Estimate where a house is: on its side of the street, or by both sides where that tells more."""
    number = _digits(wanted) or 0
    houses: dict[int, list[AddressPoint]] = defaultdict(list)
    for point in points:
        for digits in {_digits(one) for one in house_numbers(point.number)} - {None}:
            houses[digits or 0].append(point)
    if not houses:  # none of them has a number that counts
        return AddressMatch(_only_one(address, list(points)), (points[0].number,), _MOST_OFF_M + 1)
    side = {there: at for there, at in houses.items() if (there - number) % 2 == 0}
    estimates = [_among(address, wanted, side)] if side else []
    if len(side) < len(houses):
        across = _among(address, wanted, houses)
        estimates.append(dataclasses.replace(across, off_m=across.off_m + _ACROSS_M))
    return min(estimates, key=lambda match: match.off_m)


def _among(address: str, wanted: str, houses: Mapping[int, list[AddressPoint]]) -> AddressMatch:
    """Estimate where a house is: between the houses of the numbers next to its own, else at the nearest."""
    number = _digits(wanted) or 0
    below = max((there for there in houses if there <= number), default=None)
    above = min((there for there in houses if there >= number), default=None)
    one, other = (
        _only_one(address, houses[there], wanted) if there is not None else None for there in (below, above)
    )
    if one is not None and other is not None and below != above:
        share = (number - (below or 0)) / ((above or 0) - (below or 0))
        lat, lon = (a + share * (b - a) for a, b in ((one.lat, other.lat), (one.lon, other.lon)))
        off_m = max(share, 1.0 - share) * _apart_m(one, other)
        return AddressMatch(dataclasses.replace(one, lat=lat, lon=lon), (one.number, other.number), off_m)
    nearest = one or other
    assert nearest is not None  # noqa: S101 - some house is there
    return AddressMatch(nearest, (nearest.number,), _reach_m(address, houses, number, wanted))


def _reach_m(address: str, houses: Mapping[int, list[AddressPoint]], number: int, wanted: str) -> float:
    """Return how far a house beyond the last known one may be, as its neighbours lie from each other."""
    nearest, *others = sorted(houses, key=lambda there: abs(there - number))
    metres = _METRES_A_NUMBER
    if others:
        here, there = (_only_one(address, houses[each], wanted) for each in (nearest, others[0]))
        metres = max(metres, _apart_m(here, there) / abs(nearest - others[0]))
    # Another letter of the same number is next door.
    return metres * max(2, abs(number - nearest))


def _apart_m(one: AddressPoint, other: AddressPoint) -> float:
    return float(distance_m(np.array([[one.lat, one.lon]]), np.array([[other.lat, other.lon]]))[0])


def _too_far(match: AddressMatch, written: WrittenAddress, points: Sequence[AddressPoint]) -> AddressError:
    """Return the error for a house of which the map's nearest are too far away to tell where it is."""
    number = _digits(written.numbers[-1]) or 0
    nearest = sorted(points, key=lambda point: (abs((_digits(point.number) or 0) - number), point.number))
    return AddressError(
        _(
            "{street} has no number {number} in the map, and from its neighbours it cannot be told to within"
            " {metres} m; the nearest are {places}"
        ).format(
            street=match.point.street,
            number=written.numbers[-1].upper(),
            metres=round(_MOST_OFF_M),
            places="; ".join(_named(point) for point in nearest[:_MOST_NAMED]),
        ),
        discreet=_("the map has no house near that of this address"),
    )


def _in_place(
    address: str, written: WrittenAddress, points: Sequence[AddressPoint], *, numbered: bool
) -> list[AddressPoint]:
    """Keep the points in the postcode that was given, else in the city; an error where none is.

    `numbered` points have the house's number; others are its street's, of which one alone proves nothing.
    """
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
    place = written.postcode or written.city
    discreet = _("this address lies in another postal district in the map")
    if not numbered and len(points) == 1:
        raise AddressError(
            _("of {street} the map has number {number} alone, {house}, and nothing in {postcode}").format(
                street=points[0].street,
                number=points[0].number,
                house=_named(points[0]),
                postcode=place,
            ),
            discreet=_("the map has no house near that of this address"),
        )
    found = ", ".join(sorted({f"{point.postcode} {point.city}".strip() for point in points}))
    if numbered:
        text = _("{address} lies in {found} in the map, not in {postcode}")
        raise AddressError(text.format(address=address, found=found, postcode=place), discreet)
    text = _("the houses that the map has on {street} lie in {found}, not in {postcode}")
    raise AddressError(text.format(street=points[0].street, found=found, postcode=place), discreet)


def _require_one_district(address: str, points: Sequence[AddressPoint]) -> None:
    """Refuse to choose the nearest number where streets of one name may be in several places."""
    districts = {point.postcode: point for point in points}
    if len(districts) > 1:
        raise _ambiguous(address, districts.values())


def _only_one(address: str, points: list[AddressPoint], number: str = "") -> AddressPoint:
    """Return the best of points with the same street and number; an error where they lie apart.

    Of several letters of a number the last that is not after `number` is the best.
    """
    points = sorted(points, key=lambda point: (point.approximate, number_key(point.number)))
    places = np.array([(point.lat, point.lon) for point in points])
    if (distance_m(places, places[:1]) > _SAME_PLACE_M).any():
        raise _ambiguous(address, points)
    before = [point for point in points if number and number_key(point.number) <= number]
    return (before or points[:1])[-1]


def _ambiguous(address: str, points: Iterable[AddressPoint]) -> AmbiguousAddressError:
    places = sorted(map(_named, points))
    more = ["…"] if len(places) > _MOST_NAMED else []
    return AmbiguousAddressError(
        _("{address} is in several places: {places}").format(
            address=address, places="; ".join(places[:_MOST_NAMED] + more)
        ),
        discreet=_("this address is in several places"),
    )


def _named(point: AddressPoint) -> str:
    place = f"{point.postcode} {point.city}".strip()
    return f"{point.street} {point.number}{place and ', '}{place} ({point.lat:.5f}, {point.lon:.5f})"
