"""Danish addresses as people write them, taken apart: street, house number, postcode and city."""

import re
import unicodedata
from dataclasses import dataclass

from scheduler.base.i18n import _
from scheduler.model.project import Place
from scheduler.places.spelling import number_key, street_keys, words_of

# Street, number, letter, then whatever tells the floor and the door. What is no letter of a house: t.h.,
# c/o and v/; and no house number: 2. sal.
_ADDRESS = re.compile(
    r"(?P<street>.*?\D)\s*(?P<number>\d{1,4})(?!\.?\s*sal\b)"
    r"\s?(?P<letter>(?!c/o|v/|[tm]\.\s?[vhf]\b)[a-zæøå])?(?![a-zæøå0-9])(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_LAST_NUMBER = re.compile(r"\s*[-–—−]\s*(\d+(?:\s?[a-zæøå](?![a-zæøå0-9]))?)", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^()]*\)")
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


def read_address(place: Place) -> WrittenAddress:
    """Take a place's address apart; floor and door (``2. tv``, ``st.``, ``kl.``) and whose it is are left out.

    Raises
    ------
    AddressError
        There is no address, or no house number in it; the text is the sentence that says so.
    """
    address = unicodedata.normalize("NFC", place.address).strip()
    if not address:
        text = _("{place} has neither an address nor lat and lon").format(place=place.place_id)
        raise AddressError(text, discreet=text)
    match = _ADDRESS.match(_BRACKETS.sub(" ", address))
    if match is None:
        raise AddressError(
            _("{address} has no house number").format(address=place.address),
            discreet=_("this address has no house number"),
        )
    # What stands before a comma is a name: c/o Hansen, Istedgade 12.
    before, _comma, street = match["street"].strip(" ,").rpartition(",")
    number = number_key(match["number"] + (match["letter"] or ""))
    numbers = [number]
    if span := _LAST_NUMBER.match(match["rest"]):
        numbers.insert(0, f"{number}-{number_key(span[1])}")
    given = next(filter(None, map(_POSTCODE.search, (place.postcode, match["rest"], before))), None)
    return WrittenAddress(
        street=street.strip(),
        numbers=tuple(numbers),
        postcode=given[0] if given else "",
        city=place.city or _written_city(match["rest"]),
    )


def _written_city(rest: str) -> str:
    """Find the city after the last comma, where it is no floor or door."""
    if "," not in rest:
        return ""
    city = _CITY.search(rest.rpartition(",")[2].strip())
    return city[1].strip() if city and not _FLOORS.issuperset(words_of(city[1])) else ""


def street_keys_of(place: Place) -> tuple[str, ...]:
    """Return the spellings that the street of a place's address may stand for; none without a street."""
    try:
        return street_keys(read_address(place).street)
    except AddressError:
        return ()
