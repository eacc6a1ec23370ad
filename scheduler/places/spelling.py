"""One spelling for the names and numbers that Danes write in many ways: names are compared in it.

``Sdr. Boulevard``, ``Sønder Boulevard`` and ``SOENDER BOULEVARD`` are one street.
"""

import re
import unicodedata

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
    "chr": "christian",
    "kbh": "koebenhavn",
    "frb": "frederiksberg",
}
#: What a first word may stand for, too: a saint, or a part of town, which else is somebody's initial.
_FIRST_WORDS = {"st": "sankt", "n": "noerre", "s": "soender", "v": "vester", "oe": "oester"}
#: What kinds of street are shortened to, as a word of its own (Ørsteds V.) or at a word's end (Enghavev.).
_LAST_WORDS = {
    "v": "vej",
    "g": "gade",
    "pl": "plads",
    "al": "alle",
    "blvd": "boulevard",
    "boul": "boulevard",
    "str": "straede",
}
_SHORT_ENDING = re.compile(r"(?<=\w{3})(v|g|pl|str)\.(?=\s|$)")

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_HOUSE_LETTERS = "abcdefghijklmnopqrstuvwxyzæøå"
_SPAN = re.compile(rf"(\d{{1,4}})([{_HOUSE_LETTERS}]?)-(\d{{1,4}})?([{_HOUSE_LETTERS}]?)")
#: No house has more numbers than this; what says so is no house number.
_MOST_NUMBERS = 100
#: OpenStreetMap has no longer value: what is longer is no house number.
_LONGEST = 255


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, in the letters a to z; endings of streets are written out."""
    text = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    # What is left of accents (é in Allé) is dropped with everything else that is no letter or digit.
    text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return re.findall(r"[a-z0-9]+", _SHORT_ENDING.sub(lambda ending: _LAST_WORDS[ending[1]], text.strip()))


def street_key(street: str) -> str:
    """Bring a street's name into the spelling in which names are compared."""
    return _joined(_street_words(street))


def street_keys(street: str) -> tuple[str, ...]:
    """Return the spellings that a street's name may stand for, the likeliest first.

    ``St.`` is Store, or before a saint Sankt; ``V.`` is somebody's initial, or Vester.
    """
    first, *others = _street_words(street) or [""]
    if others and first in _FIRST_WORDS:
        return _joined([first, *others]), _joined([_FIRST_WORDS[first], *others])
    return (_joined([first, *others]),)


def _street_words(street: str) -> list[str]:
    words = words_of(street)
    if len(words) > 1 and words[-1] in {"nr", "no"}:  # Istedgade nr. 51
        words.pop()
    if len(words) > 1:
        words[-1] = _LAST_WORDS.get(words[-1], words[-1])
    return words


def _joined(words: list[str]) -> str:
    return "".join(_WORDS.get(word, word) for word in words)


def city_key(city: str) -> str:
    """Bring a city's or postal district's name (``Kbh. V``) into the spelling in which they are compared."""
    return _joined(words_of(city))


def number_key(number: str) -> str:
    """Bring a house number (``123 B``) into the spelling in which they are compared."""
    return re.sub(r"\s+", "", number).casefold().translate(_DASHES).lstrip("0")


def digits_of(number: str) -> int | None:
    """Return the number of a house without its letter; None where it has none."""
    match = re.match(r"\d{1,9}", number_key(number))
    return int(match[0]) if match else None


def house_numbers(text: str) -> frozenset[str]:
    """Return the numbers that a house of the map has, and what it is called as a whole.

    ``1;3;5``, ``7,9`` and ``30/32`` are lists; ``10-18`` is every second number (every one, where odd and
    even are mixed), ``21 A-D`` or ``21A-21D`` every letter.
    """
    if len(text) > _LONGEST:
        return frozenset()
    found = {number_key(text)}
    for part in map(number_key, re.split(r"[;,/]", text)):
        span = _SPAN.fullmatch(part)
        found.update(_numbers_between(*span.groups()) if span else (part,))
    return frozenset(found - {""})


def _numbers_between(first: str, one: str, last: str | None, other: str) -> set[str]:
    """Return the numbers of a span: its first number and letter, and its last, where it has such."""
    begin, end = int(first), int(last or first)
    if one and other and begin == end:
        letters = _HOUSE_LETTERS[_HOUSE_LETTERS.index(one) : _HOUSE_LETTERS.index(other) + 1]
        return {f"{begin}{letter}" for letter in letters}
    ends = {f"{first}{one}", f"{last or ''}{other}"}
    if last is None or not 0 < end - begin <= _MOST_NUMBERS:
        return ends
    step = 2 if (end - begin) % 2 == 0 else 1
    return ends | {str(number) for number in range(begin, end + 1, step)}
