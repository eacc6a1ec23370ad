"""The parts of a workbook, looked through before its cells are read.

A workbook is an archive of XML files. Small ones can unpack to gigabytes or make a reader build
millions of objects, and people leave numbers of persons where no table has a cell: in comments, text
boxes, headers, and the properties of the document. So every part is gone through, once, by a parser
that builds nothing but what is asked for.
"""

import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from string import ascii_uppercase
from typing import IO, NamedTuple
from xml.parsers import expat

from scheduler import limits
from scheduler.cpr import looks_like_cpr
from scheduler.errors import InputProblem
from scheduler.i18n import _
from scheduler.inputs.rows import cpr_problem

_CHUNK_BYTES = 1 << 18
#: A cell holds at most 32,767 characters.
_MOST_TEXT_BYTES = 1 << 20

#: Elements that part a text where nobody sees it.
_WITHIN_TEXT = frozenset({"r", "t", "rPr"})
#: Attributes in which people write; others hold numbers of the program's own.
_WRITTEN = frozenset(
    (
        *("alt", "author", "caption", "comment", "descr", "display", "displayName", "error", "errorTitle"),
        *("location", "name", "prompt", "promptTitle", "tag", "Target", "title", "tooltip", "v"),
    )
)
_COMMENT = ("comment", "threadedComment")
#: In these no text is meant to be read, or another thing by it.
_NO_TEXT = frozenset({"rPr", "rPh"})
_REMEMBERED = _NO_TEXT | {"cellXfs"}
_BEGINNINGS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0<")


class UnusableWorkbookError(Exception):
    """The file is no workbook that can be read; the text is a sentence that says why, if that is known."""


class Place(NamedTuple):
    """A cell: row and column, both from 1."""

    row: int
    column: int


@dataclass(slots=True)
class Book:
    """What the parts of a workbook say besides the cells of its sheets.

    Attributes
    ----------
    sheets
        The sheets in their order: the title, and the name of the part.
    strings
        The texts that cells refer to by number.
    formats
        How numbers are written in each style of cells, by the style's number.
    since_1904
        Whether dates are counted from 1904, as old Macs did.
    problems
        CPR numbers outside of cells.
    """

    sheets: list[tuple[str, str]] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    since_1904: bool = False
    problems: list[InputProblem] = field(default_factory=list)


def read_book(archive: zipfile.ZipFile, file: str) -> Book:
    """Look through the parts of a workbook.

    Raises
    ------
    UnusableWorkbookError
        When it is too large or made to do harm.
    zipfile.BadZipFile, expat.ExpatError
        And many others, when it is damaged.
    """
    if len(archive.infolist()) > limits.PARTS:
        raise UnusableWorkbookError(too_large())
    unpacked = 0
    parts: dict[str, _Part] = {}
    counted = Counted()
    for info in archive.infolist():
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UnusableWorkbookError  # no program writes one, and others can ask for any memory
        with archive.open(info) as stream:
            head = stream.read(64)
            if not head.lstrip().startswith(_BEGINNINGS):
                if info.filename.endswith((".xml", ".rels", ".vml")):
                    raise UnusableWorkbookError  # it is damaged
                continue  # a picture
            unpacked += info.file_size
            if unpacked > limits.UNPACKED_BYTES:
                raise UnusableWorkbookError(too_large())
            parts[info.filename] = part = _Part(counted)
            part.parse(stream, head)
    return _book(parts, file)


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


class PartParser:
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

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take the beginning of an element."""
        raise NotImplementedError

    def end(self, name: str) -> None:
        """Take the end of an element."""
        raise NotImplementedError

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


class _Part(PartParser):
    """A part that is no sheet; of a sheet only that it is one."""

    def __init__(self, counted: Counted) -> None:
        super().__init__()
        self.root = ""
        self.relations: dict[str, tuple[str, str]] = {}
        self.sheets: list[tuple[str, str]] = []
        self.strings: list[str] = []
        self.formats: list[str] = []
        self.since_1904 = False
        self._counted = counted
        self._number_formats: dict[str, str] = {}
        self._inside: set[str] = set()
        self._string: list[str] = []
        self._comment: Place | None = None
        self.listen()

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Keep what is asked for, and look at what people have written."""
        name = local(name)
        self._counted.element()
        if not self.root:
            self.root = name
            if name == "worksheet":
                self.leave()  # its cells are read later
                return
        if name in _REMEMBERED:
            self._inside.add(name)
        if name == "sheet" and self.root == "workbook":
            related = next((value for key, value in attributes.items() if local(key) == "id"), "")
            self.sheets.append((attributes.get("name", ""), related))
            return
        if name in _COMMENT and "ref" in attributes:
            self._comment = place_of(attributes["ref"])
        self._take(name, attributes)
        self.look_at(attributes, self._comment)

    def _take(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "t" and self.root == "sst":
            self.heard()  # what stands between two texts is none
        elif name == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.relations[attributes.get("Id", "")] = (kind, attributes.get("Target", ""))
        elif name == "workbookPr":
            self.since_1904 = attributes.get("date1904") in ("1", "true")
        elif name == "numFmt":
            self._number_formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "xf" and "cellXfs" in self._inside:
            number = attributes.get("numFmtId", "0")
            self.formats.append(self._number_formats.get(number) or _builtin_format(number))

    def end(self, name: str) -> None:
        """Look at the text that has ended."""
        name = local(name)
        self._inside.discard(name)
        if name == "si":
            self.strings.append(unescaped("".join(self._string)))  # looked at where a cell has it
            self._string.clear()
        elif name == "t" and self.root == "sst":
            text = self.heard()
            if "rPh" not in self._inside:  # that is how it is pronounced
                self._string.append(text)
        elif name not in _WITHIN_TEXT and not self._inside.intersection(_NO_TEXT):
            if looks_like_cpr(self.heard()):
                self.private.append(self._comment)
            if name in _COMMENT:
                self._comment = None


def _builtin_format(number: str) -> str:
    from openpyxl.styles.numbers import BUILTIN_FORMATS

    return BUILTIN_FORMATS.get(int(number), "General")


# --- Where things stand -----------------------------------------------------------------------------


def _book(parts: Mapping[str, _Part], file: str) -> Book:
    book = Book()
    for name, part in parts.items():
        if part.root == "workbook":
            related = _related(name, parts)
            book.sheets += ((title, related[id_][1]) for title, id_ in part.sheets if id_ in related)
            book.since_1904 = part.since_1904
        book.strings += part.strings
        book.formats += part.formats
    book.problems += _problems(book, parts, file)
    book.sheets = [(title, name) for title, name in book.sheets if parts[name].root == "worksheet"]
    return book


def _problems(book: Book, parts: Mapping[str, _Part], file: str) -> Iterator[InputProblem]:
    comments: dict[str, str] = {}
    for position, (title, name) in enumerate(book.sheets, start=1):
        comments |= {
            target: title for kind, target in _related(name, parts).values() if kind.startswith(_COMMENT)
        }
        if looks_like_cpr(title):
            reason = _("the name of sheet {number} looks like a CPR number; choose another")
            yield InputProblem(reason.format(number=position), file)
    for name, part in parts.items():
        for place in dict.fromkeys(part.private):
            if name in comments and place is not None:
                reason = _("the comment on this cell has what looks like a CPR number in it; delete it")
                yield InputProblem(reason, f"{file}!{comments[name]}", place.row, letters(place.column))
            else:
                yield cpr_problem(file, column=_kind(name))


def _related(name: str, parts: Mapping[str, _Part]) -> dict[str, tuple[str, str]]:
    """Return kind and name of the parts to which a part is related, by the ids of the relations."""
    folder, _slash, own = name.rpartition("/")
    relations = parts.get(posixpath.join(folder, "_rels", f"{own}.rels"))
    return {
        id_: (kind, posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/"))
        for id_, (kind, target) in (relations.relations if relations else {}).items()
    }


def _kind(part: str) -> str:
    """Say what a part is for those who use a spreadsheet."""
    kinds = {
        "docProps/": _("properties of the document"),
        "xl/drawings/": _("text box or picture"),
        "xl/charts/": _("chart"),
        "xl/pivot": _("pivot table"),
        "xl/tables/": _("table"),
        "xl/externalLinks/": _("link to another workbook"),
        "xl/workbook.xml": _("names"),
        "xl/comments": _("comment"),
        "xl/threadedComments": _("comment"),
    }
    return next((words for beginning, words in kinds.items() if part.startswith(beginning)), part)
