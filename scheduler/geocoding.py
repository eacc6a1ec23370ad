"""Addresses to coordinates, from the address points of the map.

Danes write one address in many ways: ``Sdr. Boulevard 72, 2. tv``, ``Sønder Boulevard 72``,
``SOENDER BOULEVARD 72``. Both sides are brought into one spelling, and then must agree exactly:
nothing is guessed, but an error names what is near.
"""

import dataclasses
import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from scheduler.errors import InputError, InputProblem
from scheduler.i18n import _
from scheduler.model import Place, Project
from scheduler.network import AddressPoint, Network, distance_m

#: A place further than this from any street that may be ridden is a mistake.
FARTHEST_M = 250.0
#: Points of one address that lie this close are one place: two entrances, or a node and its house.
_SAME_PLACE_M = 100.0

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


@dataclass(frozen=True, slots=True)
class Located:
    """Where a place's coordinates come from, and how far it is to the bicycle network.

    `source` is "table" (lat and lon were given) or "address"; `approximate` tells that the map's
    address point was not surveyed.
    """

    place_id: str
    source: Literal["table", "address"]
    approximate: bool
    distance_m: float


def locate(project: Project, network: Network) -> tuple[Project, tuple[Located, ...]]:
    """Give coordinates to every base and place of a project, and measure the way to the network.

    Returns the project with all coordinates, and one `Located` for each base and place in order.

    Raises
    ------
    InputError
        With one problem for every place whose address is not in the map, is ambiguous, or that
        lies more than 250 m from any street that may be ridden.
    """
    book = _AddressBook(network.addresses)
    problems: list[InputProblem] = []
    located: list[Located] = []

    def settle(places: Iterable[Place]) -> tuple[Place, ...]:
        settled = []
        for place in places:
            found = _settle(place, book, network)
            if isinstance(found, InputProblem):
                problems.append(found)
            else:
                settled.append(found[0])
                located.append(found[1])
        return tuple(settled)

    project = project.replace(bases=settle(project.bases), places=settle(project.places))
    if problems:
        raise InputError(
            problems,
            hint=_("Correct the addresses, or give lat and lon in the table: they win over the address."),
        )
    return project, tuple(located)


def _settle(place: Place, book: "_AddressBook", network: Network) -> tuple[Place, Located] | InputProblem:
    approximate = False
    source: Literal["table", "address"] = "table"
    if place.lat is None or place.lon is None:
        try:
            point = book.find(place)
        except LookupError as error:
            return _problem(place, str(error.args[0]), "address")
        place = dataclasses.replace(place, lat=point.lat, lon=point.lon)
        approximate, source = point.approximate, "address"
    assert place.lat is not None  # noqa: S101 - settled above
    assert place.lon is not None  # noqa: S101
    distance_m = network.snap(place.lat, place.lon).distance_m
    if distance_m > FARTHEST_M:
        reason = _(
            "{place} is {distance} m from the nearest street of the map that may be ridden; at most {most} m is possible"
        ).format(place=place.place_id, distance=round(distance_m), most=round(FARTHEST_M))
        return _problem(place, reason, "lat" if source == "table" else "address")
    return place, Located(place.place_id, source, approximate, distance_m)


def _problem(place: Place, reason: str, column: str) -> InputProblem:
    origin = place.origin
    if origin is None:
        return InputProblem(reason)
    return InputProblem(reason, file=origin.file, row=origin.row, column=column)


def street_key(street: str) -> str:
    """Bring a street's name into the spelling in which names are compared."""
    text = unicodedata.normalize("NFC", street).casefold().translate(_LETTERS)
    # What is left of accents (é in Allé) is dropped with everything else that is no letter or digit.
    text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    text = _SHORT_ENDING.sub(lambda ending: _LAST_WORDS[ending[1]], text.strip())
    words = re.findall(r"[a-z0-9]+", text)
    if len(words) > 1 and words[-1] == "nr":  # Istedgade nr. 51
        words.pop()
    if len(words) > 1:
        words[-1] = _LAST_WORDS.get(words[-1], words[-1])
    return "".join(_WORDS.get(word, word) for word in words)


def _number_key(number: str) -> str:
    return re.sub(r"\s+", "", number).casefold().lstrip("0")


@dataclass(frozen=True, slots=True)
class _Written:
    """An address as it was written: the street, the numbers that it may mean, the best first."""

    street: str
    numbers: tuple[str, ...]
    postcode: str


def _read(address: str, postcode: str) -> _Written | None:
    """Take an address apart; floor and door (``2. tv``, ``st.``, ``kl.``) are left out."""
    match = _ADDRESS.match(unicodedata.normalize("NFC", address).strip())
    if match is None:
        return None
    number = _number_key(match["number"] + (match["letter"] or ""))
    numbers = [number]
    if span := re.match(r"\s*[-–]\s*(\d+\s?[a-zæøå]?)", match["rest"], re.IGNORECASE):
        numbers.insert(0, f"{number}-{_number_key(span[1])}")
    given = _POSTCODE.search(postcode) or _POSTCODE.search(match["rest"])
    return _Written(match["street"].strip(" ,"), tuple(numbers), given[0] if given else "")


class _AddressBook:
    """The address points of a map, by street."""

    def __init__(self, points: Iterable[AddressPoint]) -> None:
        self._streets: dict[str, list[AddressPoint]] = defaultdict(list)
        for point in points:
            self._streets[street_key(point.street)].append(point)

    def find(self, place: Place) -> AddressPoint:
        """Return the point of a place's address; a `LookupError` says why there is none."""
        written = _read(place.address, place.postcode)
        if written is None:
            if not place.address.strip():
                raise LookupError(
                    _("{place} has neither an address nor lat and lon").format(place=place.place_id)
                )
            raise LookupError(_("{address} has no house number").format(address=place.address))
        on_street = self._on_street(written.street)
        hits: list[AddressPoint] = []
        for number in written.numbers:
            hits = hits or [point for point in on_street if _number_key(point.number) == number]
        if not hits:
            raise LookupError(_no_number(written, on_street))
        return _only_one(place.address, written.postcode, hits)

    def _on_street(self, street: str) -> list[AddressPoint]:
        key = street_key(street)
        if key in self._streets:
            return self._streets[key]
        close = difflib.get_close_matches(key, self._streets, n=3, cutoff=0.6)
        if not close:
            raise LookupError(_("the street {street} is not in the map").format(street=street))
        near = ", ".join(self._streets[name][0].street for name in close)
        raise LookupError(
            _("the street {street} is not in the map; near it in spelling: {near}").format(
                street=street, near=near
            )
        )


def _no_number(written: _Written, on_street: Sequence[AddressPoint]) -> str:
    wanted = int(re.match(r"\d*", written.numbers[-1])[0] or 0)  # type: ignore[index]

    def far(number: str) -> tuple[int, str]:
        digits = re.match(r"\d+", number)
        return (abs(int(digits[0]) - wanted) if digits else 10_000), number

    near = sorted({point.number for point in on_street}, key=far)[:4]
    return _("{street} has no number {number} in the map; near it: {near}").format(
        street=on_street[0].street, number=written.numbers[-1].upper(), near=", ".join(near)
    )


def _only_one(address: str, postcode: str, hits: Sequence[AddressPoint]) -> AddressPoint:
    """Choose among points with the same street and number, by postcode; else it is an error."""
    fitting = [point for point in hits if not postcode or point.postcode in ("", postcode)]
    if not fitting:
        found = ", ".join(sorted({f"{point.postcode} {point.city}".strip() for point in hits}))
        raise LookupError(
            _("{address} lies in {found} in the map, not in {postcode}").format(
                address=address, found=found, postcode=postcode
            )
        )
    fitting.sort(key=lambda point: (point.postcode != postcode, point.approximate))
    first = fitting[0]
    points = np.array([(point.lat, point.lon) for point in fitting])
    if (distance_m(points, points[:1]) > _SAME_PLACE_M).any():
        candidates = ", ".join(
            sorted(
                f"{p.street} {p.number}, {p.postcode} {p.city} ({p.lat:.5f}, {p.lon:.5f})" for p in fitting
            )
        )
        raise LookupError(
            _("{address} is in several places: {candidates}").format(address=address, candidates=candidates)
        )
    return first
