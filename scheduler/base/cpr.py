"""CPR numbers: found in whatever people write them, and never shown.

A CPR number is a person: the date of birth (ddmmyy) and four digits more. It is written with and
without a dash, with blanks, dots or slashes, with the year in four digits, without the zero in front
where a spreadsheet took it for a number, and a text from elsewhere brings digits and dashes of its
own and characters that nobody sees. What looks like one is one: not even the last digit tells more,
since numbers are given out without a check digit.

Nothing else here knows what such a number looks like. Tables refuse what `looks_like_cpr` finds, and
errors say what they say through `masked`.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Sequence

#: What stands in a message in the place of a number.
MASK = "xxxxxx-xxxx"

#: No form is shorter: nine digits, where a spreadsheet dropped the zero in front.
_SHORTEST = 9
#: No number is longer, and some are too long to be written out.
_TOO_LONG = 10**15

_YEAR = r"(?:1[89]|20)\d\d|\d\d"
_MARK = r"[-./\\_]"
_DAY_MONTH = rf"(?<!\d[-.:])(?P<d2>\d\d?) ?(?P<first>{_MARK}) ?(?P<m2>\d\d?) ?(?P<second>{_MARK}) ?"
# Between the date and the last four digits: nothing, blanks, or one mark.
_JOINT = r" ?[-./\\_:|*'~=]? ?"
_FORMS = re.compile(
    "|".join(
        (
            # 120565-1234, 12051965-1234
            rf"(?P<d1>\d\d)(?P<m1>\d\d)(?P<y1>{_YEAR})(?P<joint1>{_JOINT})\d{{4}}(?!\d)",
            # 12.05.65-1234, 12/5-1965 1234
            rf"{_DAY_MONTH}(?P<y2>{_YEAR})(?P<joint2>{_JOINT})(?P<last>\d{{4}})(?!\d)",
            # 12 05 65 1234, 12 05 65-1234
            rf"(?P<d3>\d\d) (?P<m3>\d\d) (?P<y3>{_YEAR})(?P<joint3>{_JOINT})\d{{4}}(?!\d)",
            # 12 05 65 12 34, and no pair more on either side
            r"(?<!\d )(?P<d4>\d\d) (?P<m4>\d\d) (?P<y4>\d\d)(?P<joint4> )\d\d \d\d(?! ?\d)",
            # 1 2 0 5 6 5 - 1 2 3 4
            r"(?<!\d )(?P<d5>\d \d) (?P<m5>\d \d) (?P<y5>\d \d)(?P<joint5> ?-? ?)\d \d \d \d(?! ?\d)",
        )
    ).join((r"(?<!\d)(?:", ")")),
    re.ASCII,
)
_WRITTEN_DATE = 2  # the second of these forms

# A cell that is nothing but a number whose zero in front is gone.
_ZERO_GONE = re.compile(r"(?:[1-9]\d{8}|[1-9]\d{10})(?:[.,]0+)?", re.ASCII)

#: Days of substitute numbers begin at 61.
_SUBSTITUTE_DAYS = 60
#: The years of which tables speak. A day in them that is followed by four digits is an appointment with
#: its hour, or a postcode: who was born on it is a child.
_FIRST_YEAR, _LAST_YEAR = 2009, 2050
_FIRST_BIRTH, _LAST_BIRTH = 1850, 2059

# What a number is called that is none of a person: a production unit (which has ten digits too), a
# node of OpenStreetMap, money, an account.
_P_NUMBER = r"p[-. _]{0,2}(?:nr|numre|nummer|number|no)|produktionsenhed\w*|production[- _]units?"
_OTHERS = rf"{_P_NUMBER}|pnr|osm|node|knude|konto|account|iban|faktura|invoice|budget|dkk"
_CALLED = re.compile(rf"(?<![^\W_])(?:{_OTHERS})(?![^\W_])")
_CALLED_BEFORE = re.compile(
    rf"(?<![^\W_])(?:{_OTHERS}|way|relation|kr)[-._ ]{{0,2}}(?:nr|nummer|number|no|id)?[^\w+]{{0,4}}$"
)
_CALLED_AFTER = re.compile(rf"[ (\[]{{0,2}}(?:{_P_NUMBER}|pnr|kr|dkk)(?![^\W_])|,-")
_AND = re.compile(r"[ ,;/]{0,2}(?:og|and|&|\+)?[ ,;/]{0,2}")

_DASHES = "\N{MINUS SIGN}\N{HYPHEN BULLET}\N{MODIFIER LETTER MINUS SIGN}\N{BOX DRAWINGS LIGHT HORIZONTAL}"
_SAME = {
    **dict.fromkeys(map(ord, _DASHES), "-"),
    **dict.fromkeys(map(ord, "·•∙⋅․‧・。"), "."),
    **dict.fromkeys(map(ord, "\N{FRACTION SLASH}\N{DIVISION SLASH}"), "/"),
    **dict.fromkeys(map(ord, "\N{BRAILLE PATTERN BLANK}\N{HANGUL FILLER}\N{HALFWIDTH HANGUL FILLER}"), " "),
    ord("⧵"): "\\",
}
_PLAIN = re.compile(r"[ -~]*")
_TWO_BLANKS = re.compile(r"  ")


def looks_like_cpr(cell: object, called: str = "") -> bool:
    """Tell whether a cell may hold a CPR number.

    Parameters
    ----------
    cell
        A text, in which the number may stand anywhere, or a number; anything else holds none.
    called
        What stands above or before the cell; a production unit's number is none of a person.
    """
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return False
    if isinstance(cell, int) and abs(cell) >= _TOO_LONG:
        return False
    text = str(cell)
    return len(text) >= _SHORTEST and any(True for _span in _found(text, called, whole=True))


def masked(text: str) -> str:
    """Return a text in which no CPR number can be read."""
    if len(text) < _SHORTEST:
        return text
    while found := list(_found(text)):  # of two in a row, the second may show only then
        for start, end in reversed(found):
            text = f"{text[:start]}{MASK}{text[end:]}"
    return text


def masked_cell(cell: object) -> str:
    """Return a cell as text, or the mask if all of it is a CPR number without its zero in front."""
    text = masked(str(cell))
    return MASK if MASK not in text and looks_like_cpr(cell) else text


def _found(text: str, called: str = "", *, whole: bool = False) -> Iterator[tuple[int, int]]:
    """Yield where the numbers stand in a text, which is the `whole` of a cell or part of one."""
    plain, places = _plain(text)
    if whole and _ZERO_GONE.fullmatch(plain.strip()):
        plain, places = f"0{plain.strip()}", None
    other = False
    last = 0
    for match in _FORMS.finditer(plain):
        form = next(n for n in range(1, 6) if match[f"d{n}"] is not None)
        if not _is_birthday(*(match[f"{part}{form}"] for part in "dmy")):
            continue
        follows_other = other and _AND.fullmatch(plain, last, match.start()) is not None
        last = match.end()
        other = follows_other or _is_other(plain, match, form, called)
        if other:
            continue
        yield (
            (match.start(), match.end())
            if places is None
            else (places[match.start()], places[match.end() - 1] + 1)
        )


def _is_birthday(day: str, month: str, year: str) -> bool:
    day, month, year = (part.replace(" ", "") for part in (day, month, year))
    if len(year) == 4 and not _FIRST_BIRTH <= int(year) <= _LAST_BIRTH:
        return False
    day_of_month = int(day)
    if day_of_month > _SUBSTITUTE_DAYS:
        day_of_month -= _SUBSTITUTE_DAYS
    try:
        dt.date(int(year) if len(year) == 4 else 2000 + int(year), int(month), day_of_month)
    except ValueError:
        return False
    return True


def _is_other(text: str, match: re.Match[str], form: int, called: str) -> bool:
    """Tell whether a number that looks like a person's is something else."""
    joint, start, end = match[f"joint{form}"], match.start(), match.end()
    year = match[f"y{form}"]
    if form == _WRITTEN_DATE and joint == " " and _is_in_service(year if len(year) == 4 else f"20{year}"):
        return True
    if form == _WRITTEN_DATE and match["first"] == "-" != match["second"] and _is_in_service(match["last"]):
        return True  # 10-12/06-2009
    if match[0].isdigit() and _is_decimals(text, start, end):
        return True
    if not match[0].replace(" ", "").isdigit():
        return False  # nobody writes another number as a date and four digits
    if re.search(r"\+[\d ()]{0,6}$", text[max(0, start - 8) : start]):
        return True  # a telephone number from abroad
    before, after = text[max(0, start - 40) : start].casefold(), text[end : end + 24].casefold()
    return bool(
        (called and _CALLED.search(_plain(called)[0].casefold()))
        or _CALLED_BEFORE.search(before)
        or _CALLED_AFTER.match(after)
    )


def _is_in_service(year: str) -> bool:
    return _FIRST_YEAR <= int(year) <= _LAST_YEAR


def _is_decimals(text: str, start: int, end: int) -> bool:
    """Tell whether digits stand behind the point or comma of a number such as 12.5604123456."""
    before = text[max(0, start - 6) : start]
    if re.search(r"(?:^|[^\d.])[-+]?\d{1,3}\.$", before):
        return True
    return re.search(r"(?:^|[^\d.,])[-+]?\d{1,3},$", before) is not None and text[end : end + 1] != ","


def _plain(text: str) -> tuple[str, Sequence[int] | None]:
    """Return a text in plain digits and marks, and where each of its characters stood.

    No places are given where nothing had to be changed. Characters that are not seen are gone, and
    several blanks are one.
    """
    if _PLAIN.fullmatch(text) and not _TWO_BLANKS.search(text):
        return text, None
    found: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for plain in _plain_character(character):
            if plain != " " or (found and found[-1] != " "):
                found.append(plain)
                places.append(place)
    return "".join(found), places


def _plain_character(character: str) -> str:
    if " " < character <= "~":
        return character
    if character.isspace():
        return " "
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(character)
    if category[0] == "C" or category in ("Mn", "Me"):
        return ""  # nobody sees it
    same = "-" if category == "Pd" else _SAME.get(ord(character))
    return same or unicodedata.normalize("NFKC", character)
