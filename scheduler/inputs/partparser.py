"""The XML in a workbook: gone through by a parser that builds nothing but what is asked for, and has an end."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from string import ascii_uppercase
from typing import IO, NamedTuple
from xml.parsers import expat

from scheduler.base import limits
from scheduler.base.cpr import looks_like_cpr
from scheduler.base.i18n import _

_CHUNK_BYTES = 1 << 18
#: A cell holds at most 32,767 characters.
_MOST_TEXT_BYTES = 1 << 20

#: Attributes in which people write; others hold numbers of the program's own.
_WRITTEN = frozenset(
    (
        *("alt", "author", "caption", "comment", "descr", "display", "displayName", "error", "errorTitle"),
        *("location", "name", "prompt", "promptTitle", "tag", "Target", "title", "tooltip", "v"),
    )
)


class UnusableWorkbookError(Exception):
    """The file is no workbook that can be read; the text is a sentence that says why, if that is known."""


class Place(NamedTuple):
    """A cell: row and column, both from 1."""

    row: int
    column: int


def too_large() -> str:
    """Say that a workbook holds more than anybody can want."""
    return _("the workbook is far too large; keep only the tables in it")


@dataclass(slots=True)
class Counted:
    """How much has been met in a workbook."""

    elements: int = 0
    cells: int = 0

    def element(self) -> None:
        """Count an element that is no cell."""
        self.elements += 1
        if self.elements > limits.ELEMENTS:
            raise UnusableWorkbookError(too_large())

    def cell(self) -> None:
        """Count a cell, or a row, which may have none."""
        self.cells += 1
        if self.cells > limits.CELLS:
            raise UnusableWorkbookError(too_large())


class PartParser(ABC):
    """Goes through the XML of one part; subclasses say what `start` and `end` of an element mean.

    `private` are the cells, or None for other places, where text was met that holds a CPR number. Once
    it is `done` the rest of the part is left alone.
    """

    def __init__(self) -> None:
        self.done = False
        self.private: list[Place | None] = []
        self.text: list[str] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.StartElementHandler = self.start
        self._parser.EndElementHandler = self.end

    @abstractmethod
    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take the beginning of an element."""

    @abstractmethod
    def end(self, name: str) -> None:
        """Take the end of an element."""

    def parse(self, stream: IO[bytes], head: bytes = b"") -> None:
        """Go through a part, of which `head` has been read already."""
        since_markup = 0
        chunk = head or stream.read(_CHUNK_BYTES)
        while chunk and not self.done:
            place = chunk.rfind(b"<")
            since_markup = len(chunk) - place if place >= 0 else since_markup + len(chunk)
            if since_markup > _MOST_TEXT_BYTES:
                raise UnusableWorkbookError(too_large())
            self._parser.Parse(chunk)
            chunk = stream.read(_CHUNK_BYTES)
        if not self.done:
            self._parser.Parse(b"", True)  # noqa: FBT003 - expat's only way to say so

    def leave(self) -> None:
        """Leave the rest of the part alone."""
        self.done = True
        self._parser.StartElementHandler = self._parser.EndElementHandler = None
        self.deaf()

    def listen(self) -> None:
        """Keep the text that comes from here on."""
        self._parser.CharacterDataHandler = self.text.append

    def heard(self) -> str:
        """Return the text that was kept, and begin anew."""
        text = "".join(self.text)
        self.text.clear()
        return text

    def deaf(self) -> None:
        """Keep no text from here on."""
        self._parser.CharacterDataHandler = None

    def look_at(self, attributes: Mapping[str, str], place: Place | None = None) -> None:
        """See whether a CPR number stands in what people write into attributes."""
        if any(key in _WRITTEN and looks_like_cpr(value) for key, value in attributes.items()):
            self.private.append(place)


def local(name: str) -> str:
    """Return the name of an element without its prefix."""
    return name.rpartition(":")[2]


def column_of(reference: str) -> int:
    """Return the number of the column of a cell like B12."""
    column = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - ord("A") + 1
    return column


def place_of(reference: str) -> Place:
    """Return the cell of a reference like B12."""
    return Place(int(reference.lstrip(ascii_uppercase)), column_of(reference))


def letters(column: int) -> str:
    """Return the letters of a column by its number."""
    found = ""
    while column:
        column, letter = divmod(column - 1, 26)
        found = chr(ord("A") + letter) + found
    return found


def unescaped(text: str) -> str:
    """Return a text as it was typed; characters that XML does not have are written as numbers."""
    if "_x" not in text:
        return text
    from openpyxl.utils.escape import unescape

    return str(unescape(text))


def _refuse(*_declaration: object) -> None:
    raise UnusableWorkbookError  # no program writes one
