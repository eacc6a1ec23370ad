"""CSV files as Excel, LibreOffice and editors write them, with the lines that each row takes.

UTF-8 with or without BOM, or Windows-1252; comma, semicolon or tab, also announced by a line ``sep=;``.
"""

import csv
import io
import re
from dataclasses import dataclass
from itertools import islice

from scheduler.base import limits
from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _, number
from scheduler.inputs.raw import too_wide
from scheduler.inputs.schema import Table, key

#: What parts the cells of a row; where two serve alike it is the first.
DELIMITERS = (",", ";", "\t")
#: In so many lines that are not blank the headings are looked for.
_FIRST_LINES = 20
#: How Excel is told of the delimiter.
_SEP_LINE = re.compile(r"sep=\W?", re.IGNORECASE)
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a CSV file and the lines that it takes, counted from 1, both included."""

    first_line: int
    last_line: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """Where and why reading had to stop."""

    line: int
    reason: str


class NotTextError(ValueError):
    """Bytes that are no text; `problem` says where."""

    def __init__(self, problem: InputProblem) -> None:
        self.problem = problem
        super().__init__(problem.reason)


def decode(raw: bytes, file: str) -> tuple[str, str]:
    """Return the text of a file and its encoding.

    Raises
    ------
    NotTextError
        When the bytes are no text, or lines without end.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotTextError(InputProblem(_("the file is UTF-16; save it as CSV UTF-8"), file))
    for encoding in ("utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if match := _NO_TEXT.search(text):
            reason = _("there are bytes that are no text; save it as CSV UTF-8")
            raise NotTextError(InputProblem(reason, file, _line_at(text, match.start())))
        if (start := _endless_line(text)) is not None:
            reason = _("the line has more than {most} characters").format(most=number(limits.LINE))
            raise NotTextError(InputProblem(reason, file, _line_at(text, start)))
        if max(text.count("\n"), text.count("\r")) > limits.LINES:
            reason = _("the file has more than {most} lines").format(most=number(limits.LINES))
            raise NotTextError(InputProblem(reason, file))
        return text, encoding
    raise NotTextError(InputProblem(_("the file is no text; save it as CSV UTF-8"), file))


def _line_at(text: str, place: int) -> int:
    """Return the number of the line in which a character stands."""
    ends = text.count("\n", 0, place) + text.count("\r", 0, place) - text.count("\r\n", 0, place)
    return ends + 1


def _endless_line(text: str) -> int | None:
    """Return where a line begins that is longer than lines may be."""
    # Such a line has one of these characters in it.
    for place in range(limits.LINE, len(text), limits.LINE):
        earliest = place - limits.LINE
        start = max(text.rfind(end, earliest, place) + 1 for end in "\r\n") or earliest
        if not any(end in text[place : start + limits.LINE + 1] for end in "\r\n"):
            return start
    return None


def lines(text: str) -> list[str]:
    """Split a text into its lines as the csv module counts them, line ends kept."""
    return list(io.StringIO(text, newline=""))


def delimiter(text: str, table: Table) -> str:
    """Return the delimiter under which one of the first lines has the most headings of the table."""
    first = list(islice((line for line in io.StringIO(text) if line.strip()), _FIRST_LINES))

    def known(mark: str) -> tuple[int, int]:
        return max(_headings(line, mark, table) for line in first or [""])

    return max(DELIMITERS, key=known)


def _headings(line: str, mark: str, table: Table) -> tuple[int, int]:
    """Count the cells of a line that are headings of the table, and all of them."""
    cells = line.replace('"', "").split(mark, limits.COLUMNS)
    return sum(key(cell) in table.by_heading for cell in cells), len(cells)


def records(text: str, mark: str) -> tuple[list[Record], Stop | None]:
    """Return the rows of a CSV text, and where reading had to stop, if it had to.

    Blank rows are left out, and a first line that only names the delimiter.

    Of too many rows only so many are read that it can be told.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    found: list[Record] = []
    while len(found) <= limits.MANY_ROWS + 1:
        before = reader.line_num
        try:
            values = next(reader, None)
        except csv.Error:
            reason = _('a quote " is not closed, or a cell is far too long; rows from here on were not read')
            return found, Stop(before + 1, reason)
        if values is None:
            return found, None
        if any(value.strip() for value in values):
            if not found and _SEP_LINE.fullmatch(mark.join(values).rstrip(mark).strip()):
                continue
            if any(value.strip() for value in values[limits.COLUMNS :]):
                return found, Stop(before + 1, too_wide())
            found.append(Record(before + 1, reader.line_num, tuple(values[: limits.COLUMNS])))
    return found, None
