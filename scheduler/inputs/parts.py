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

from scheduler.base import limits
from scheduler.base.cpr import looks_like_cpr
from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _
from scheduler.inputs.partparser import (
    Counted,
    PartParser,
    Place,
    UnusableWorkbookError,
    letters,
    local,
    place_of,
    too_large,
    unescaped,
)
from scheduler.inputs.raw import cpr_problem

#: Elements that part a text where nobody sees it.
_WITHIN_TEXT = frozenset({"r", "t", "rPr"})
_COMMENT = ("comment", "threadedComment")
#: In these no text is meant to be read, or another thing by it.
_NO_TEXT = frozenset({"rPr", "rPh"})
_REMEMBERED = _NO_TEXT | {"cellXfs"}
_BEGINNINGS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0<")


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
