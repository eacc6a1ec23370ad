"""CSV files as Excel, LibreOffice and editors write them, with the lines that each row takes.

UTF-8 with or without BOM, or Windows-1252; comma or semicolon.
"""

import csv
import io
import re
from dataclasses import dataclass

from scheduler.errors import InputProblem
from scheduler.i18n import _
from scheduler.inputs.schema import Table, key

_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a CSV file and the lines that it takes, counted from 1, both included."""

    first_line: int
    last_line: int
    values: tuple[str, ...]


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
        When the bytes are no text.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotTextError(InputProblem(_("the file is UTF-16; save it as CSV UTF-8"), file))
    for encoding in ("utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if match := _NO_TEXT.search(text):
            line = len(re.findall(r"\r\n|\r|\n", text[: match.start()])) + 1
            raise NotTextError(
                InputProblem(_("there are bytes that are no text; save it as CSV UTF-8"), file, line)
            )
        return text, encoding
    raise NotTextError(InputProblem(_("the file is no text; save it as CSV UTF-8"), file))


def lines(text: str) -> list[str]:
    """Split a text into its lines as the csv module counts them, line ends kept."""
    return list(io.StringIO(text, newline=""))


def delimiter(text: str, table: Table) -> str:
    """Return the delimiter under which the first line has the most headings of the table."""

    def known(mark: str) -> tuple[int, int]:
        first = next((line for line in io.StringIO(text) if line.strip()), "")
        headings = first.replace('"', "").split(mark)
        return sum(key(heading) in table.by_heading for heading in headings), len(headings)

    return max((",", ";"), key=known)


def records(text: str, mark: str) -> tuple[list[Record], int | None]:
    """Return the rows of a CSV text, blank ones left out, and the line where reading had to stop.

    That line begins a row whose quotes do not pair, or with a cell of more than 131,072 characters;
    it is None where all was read.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    found: list[Record] = []
    while True:
        before = reader.line_num
        try:
            values = next(reader, None)
        except csv.Error:
            return found, before + 1
        if values is None:
            return found, None
        if any(value.strip() for value in values):
            found.append(Record(before + 1, reader.line_num, tuple(values)))
