"""The parts of a workbook, looked through before any library reads them.

A workbook is an archive of XML files. Small ones can unpack to gigabytes or make a reader build
millions of objects, and people leave numbers of persons where no table has a cell: in comments, text
boxes, headers, and the properties of the document.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from xml.parsers import expat

from scheduler import limits
from scheduler.cpr import looks_like_cpr
from scheduler.errors import InputProblem
from scheduler.i18n import _
from scheduler.inputs.rows import cpr_problem

_CHUNK_BYTES = 1 << 18
#: A cell holds at most 32,767 characters.
_MOST_TEXT_BYTES = 1 << 20
#: Excel has no more.
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384

_COMMENT = ("comment", "threadedComment")
#: Elements that part a text where nobody sees it.
_WITHIN_TEXT = frozenset({"r", "t", "rPr"})
#: Attributes in which people write; others hold numbers of the program's own.
_WRITTEN = frozenset(
    (
        *("alt", "author", "caption", "comment", "descr", "display", "displayName", "error", "errorTitle"),
        *("location", "name", "prompt", "promptTitle", "tag", "Target", "title", "tooltip", "v"),
    )
)
_BEGINNINGS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0<")


Special = Literal["formula", "error"]


class UnusableWorkbookError(Exception):
    """The file is no workbook that can be read; the text is a sentence that says why, if that is known."""


class Place(NamedTuple):
    """A cell: row and column, both from 1."""

    row: int
    column: int


@dataclass(slots=True)
class Parts:
    """What was found in the parts of a workbook.

    `special` are, by the name of a sheet and the number of a row, the columns of cells that have a
    formula or hold an error of the spreadsheet.
    """

    special: dict[str, Mapping[int, Mapping[int, Special]]] = field(default_factory=dict)
    problems: list[InputProblem] = field(default_factory=list)


def look_through(raw: bytes, file: str) -> Parts:
    """Look through the parts of a workbook, and report CPR numbers outside of its cells.

    Raises
    ------
    UnusableWorkbookError
        When it is too large or made to do harm.
    zipfile.BadZipFile, expat.ExpatError
        And many others, when it is damaged.
    """
    counts = _Counts()
    read: dict[str, _Part] = {}
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        infos = archive.infolist()
        if len(infos) > limits.PARTS:
            raise UnusableWorkbookError(too_large())
        unpacked = 0
        for info in infos:
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise UnusableWorkbookError
            with archive.open(info) as stream:
                head = stream.read(64)
                if not head.lstrip().startswith(_BEGINNINGS):
                    continue  # a picture
                unpacked += info.file_size
                if unpacked > limits.UNPACKED_BYTES:
                    raise UnusableWorkbookError(too_large())
                part = read[info.filename] = _Part(counts)
                part.feed(head)
                while chunk := stream.read(_CHUNK_BYTES):
                    part.feed(chunk)
                part.feed(b"", last=True)
    return _found(read, file)


def too_large() -> str:
    """Say that a workbook holds more than anybody can want."""
    return _("the workbook is far too large; keep only the tables in it")


@dataclass(slots=True)
class _Counts:
    """How much there is in all parts."""

    cells: int = 0
    elements: int = 0


class _Part:
    """One part: counts what is in it, and keeps what others need to know of it."""

    def __init__(self, counts: _Counts) -> None:
        self.root = ""
        self.special: dict[int, dict[int, Special]] = {}
        #: Cells with a private comment; None where something else is private.
        self.private: list[Place | None] = []
        self.relations: dict[str, tuple[str, str]] = {}
        self.sheets: list[tuple[str, str]] = []
        self._counts = counts
        self._row = self._column = self._in_row = 0
        self._since_markup = 0
        self._text: list[str] = []
        self._listening = False
        self._styling = False
        self._formula: Place | None = None
        self._comment: Place | None = None
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.StartElementHandler = self._begin

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        """Take the next bytes."""
        place = chunk.rfind(b"<")
        self._since_markup = len(chunk) - place if place >= 0 else self._since_markup + len(chunk)
        if self._since_markup > _MOST_TEXT_BYTES:
            raise UnusableWorkbookError(too_large())
        self._parser.Parse(chunk, last)
        if last and self._listening:
            self._stop_listening()

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Choose how to go on by the outermost element."""
        self.root = _local(name)
        if self.root == "worksheet":
            self._parser.StartElementHandler = self._sheet_element
        else:
            self._parser.StartElementHandler = self._element
            if self.root != "sst":  # the strings of cells are read with them
                self._parser.EndElementHandler = self._end
                self._parser.CharacterDataHandler = self._text.append
            self._element(name, attributes)

    # --- Sheets ----------------------------------------------------------------------------------------

    def _sheet_element(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._listening:
            self._stop_listening()
        name = _local(name)
        if name == "c":
            self._cell(attributes)
        elif name == "row":
            self._begin_row(attributes)
        elif name == "f":
            self._formula = Place(self._row, self._column)
            self._note("formula")
            self._listen()
        elif name not in ("v", "is", "t"):
            self._count_element()
            self._look_at(attributes, None)
            if name not in ("r", "rPr"):
                self._listen()  # to headers, footers and drop-downs

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        row = int(float(attributes.get("r", self._row + 1)))
        if not self._row < row <= _LAST_ROW:
            raise UnusableWorkbookError  # a row above the one before would be lost
        self._row, self._column, self._in_row = row, 0, 0

    def _cell(self, attributes: Mapping[str, str]) -> None:
        reference = attributes.get("r")
        self._column = _column(reference) if reference else self._column + 1
        if attributes.get("t") == "e":
            self._note("error")
        self._in_row += 1
        self._counts.cells += 1
        if self._counts.cells > limits.CELLS or max(self._column, self._in_row) > _LAST_COLUMN:
            raise UnusableWorkbookError(too_large())

    def _note(self, special: Special) -> None:
        self.special.setdefault(self._row, {}).setdefault(self._column, special)

    def _listen(self) -> None:
        self._listening = True
        self._parser.CharacterDataHandler = self._text.append

    def _stop_listening(self) -> None:
        self._listening = False
        self._parser.CharacterDataHandler = None
        self._end_text(self._formula)
        self._formula = None

    def _end_text(self, place: Place | None) -> None:
        if looks_like_cpr("".join(self._text)):
            self.private.append(place)
        self._text.clear()

    # --- Other parts -----------------------------------------------------------------------------------

    def _count_element(self) -> None:
        self._counts.elements += 1
        if self._counts.elements > limits.ELEMENTS:
            raise UnusableWorkbookError(too_large())

    def _element(self, name: str, attributes: Mapping[str, str]) -> None:
        name = _local(name)
        self._count_element()
        if name == "rPr":
            self._styling = True
        elif name == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.relations[attributes.get("Id", "")] = (kind, attributes.get("Target", ""))
        elif name == "sheet" and self.root == "workbook":
            id_ = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            self.sheets.append((attributes.get("name", ""), id_))
            return
        elif name in _COMMENT and "ref" in attributes:
            ref = attributes["ref"]
            self._comment = Place(int(re.sub(r"\D", "", ref)), _column(ref))
        self._look_at(attributes, self._comment)

    def _end(self, name: str) -> None:
        name = _local(name)
        if name == "rPr":
            self._styling = False
        if name not in _WITHIN_TEXT and not self._styling:
            self._end_text(self._comment)
        if name in _COMMENT:
            self._comment = None

    def _look_at(self, attributes: Mapping[str, str], place: Place | None) -> None:
        for key, value in attributes.items():
            if len(value) > 8 and key in _WRITTEN and looks_like_cpr(value):
                self.private.append(place)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _refuse(*_declaration: object) -> None:
    raise UnusableWorkbookError  # no program writes one


def _column(reference: str) -> int:
    """Return the number of the column of a cell like B12."""
    column = 0
    for letter in reference.upper():
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - ord("A") + 1
    return column


# --- Where things stand -----------------------------------------------------------------------------


def _found(read: Mapping[str, _Part], file: str) -> Parts:
    found = Parts()
    titles = _titles(read)
    comments = {
        target: title
        for part, title in titles.items()
        for kind, target in _related(part, read).values()
        if kind.startswith(_COMMENT)
    }
    for position, title in enumerate(titles.values(), start=1):
        if looks_like_cpr(title):
            reason = _("the name of sheet {number} looks like a CPR number; choose another")
            found.problems.append(InputProblem(reason.format(number=position), file))
    for name, part in read.items():
        if name in titles:
            found.special[titles[name]] = part.special
        for place in dict.fromkeys(part.private):
            if name in titles:
                found.problems.append(_in_sheet(f"{file}!{titles[name]}", place))
            elif name in comments and place is not None:
                found.problems.append(_in_comment(f"{file}!{comments[name]}", place))
            else:
                found.problems.append(cpr_problem(file, column=_kind(name)))
    return found


def _related(name: str, read: Mapping[str, _Part]) -> dict[str, tuple[str, str]]:
    """Return kind and name of the parts to which a part is related, by the ids of the relations."""
    folder, _slash, own = name.rpartition("/")
    relations = read.get(posixpath.join(folder, "_rels", f"{own}.rels"))
    return {
        id_: (kind, posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/"))
        for id_, (kind, target) in (relations.relations if relations else {}).items()
    }


def _titles(read: Mapping[str, _Part]) -> dict[str, str]:
    """Return the titles of the sheets by the names of their parts, in order."""
    titles: dict[str, str] = {}
    for name, part in read.items():
        if part.root == "workbook":
            related = _related(name, read)
            titles |= {related[id_][1]: title for title, id_ in part.sheets if id_ in related}
    return titles


def _in_sheet(file: str, place: Place | None) -> InputProblem:
    if place is None:
        return cpr_problem(file, column=_("header, footer, drop-down or link"))
    return cpr_problem(file, place.row, letters(place.column))


def _in_comment(file: str, place: Place) -> InputProblem:
    reason = _("the comment on this cell has what looks like a CPR number in it; delete it")
    return InputProblem(reason, file, place.row, letters(place.column))


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


def letters(column: int) -> str:
    """Return the letters of a column by its number."""
    found = ""
    while column:
        column, letter = divmod(column - 1, 26)
        found = chr(ord("A") + letter) + found
    return found
