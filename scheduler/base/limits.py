"""What an input may be at most, and the way in for the files that people name.

Whoever names a file may name anything: a folder, a pipe into which nobody writes, a film. So what is
read is opened here, as a plain file of a size that makes sense for what it is. The sizes are far
above what all of Denmark needs, and low enough that what is above them is told within seconds.
"""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from scheduler.base.cpr import looks_like_cpr
from scheduler.base.errors import InputError, InputProblem, ServiceError, told
from scheduler.base.i18n import _, number, os_reason

_MB = 1_000_000

#: The size of a table or a workbook, of a file of settings or scenarios, and of a roster.json.
TABLE_BYTES = 30 * _MB
TOML_BYTES = _MB
ROSTER_BYTES = 10 * _MB
#: The size of a network; `hjul network build` takes one out of a larger map.
NETWORK_BYTES = 1_000 * _MB

#: The rows of a table, and of one whose rows can be this many because each stands for itself.
ROWS = 10_000
MANY_ROWS = 200_000
#: Practices, home visits and other places together: between all of them rides are measured.
PLACES = 3_000
#: The lines of a file with a table, blank ones too.
LINES = 1_000_000
#: The columns of a table, the characters of a line of it, and those of a line of settings.
COLUMNS = 300
LINE = 1_000_000
TOML_LINE = 5_000
#: Names in a row, with dots between them; the parser takes the square of it in time and memory.
TOML_NAMES = 60
#: What a workbook may unpack to, its parts, the cells of all its sheets, and the elements of a part
#: that is no sheet.
UNPACKED_BYTES = 120 * _MB
PARTS = 2_000
CELLS = 3_000_000
ELEMENTS = 400_000
#: The scenarios of a file, and the values and the objects in a roster.json.
SCENARIOS = 200
ROSTER_VALUES = 100_000
ROSTER_OBJECTS = 20_000
#: So many problems are told of one table, and in all: where there are more, few causes are behind them.
TABLE_PROBLEMS = 300
PROBLEMS = 1_000


class NotPlainError(OSError):
    """What has the name of a file is none that can be read; `strerror` is a sentence's end that says so."""

    def __init__(self, what: str, file: Path) -> None:
        super().__init__(0, what, str(file))


@contextmanager
def opened(file: Path) -> Iterator[BufferedReader]:
    """Open a plain file for reading.

    Raises
    ------
    OSError
        When it is not there, or no plain file, or may not be read.
    InputError
        When its name holds a CPR number.
    """
    if looks_like_cpr(file.name):
        raise InputError(name_problem(str(file)))
    if not file.exists() and file.is_symlink():
        raise NotPlainError(_("it is a link to a file that is not there"), file)
    _require_plain(file.stat().st_mode, file)
    # Without waiting, should it have become a pipe meanwhile.
    with os.fdopen(os.open(file, os.O_RDONLY | _NO_WAIT), "rb") as stream:
        _require_plain(os.fstat(stream.fileno()).st_mode, file)
        yield stream


_NO_WAIT: int = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def _require_plain(mode: int, file: Path) -> None:
    if stat.S_ISDIR(mode):
        raise NotPlainError(_("it is a folder"), file)
    if not stat.S_ISREG(mode):
        raise NotPlainError(_("it is a device or a pipe, not a file"), file)


def read(file: Path, most_bytes: int) -> bytes:
    """Return the content of a file.

    Raises
    ------
    InputError
        When it is larger than `most_bytes`, or its name holds a CPR number.
    ServiceError
        When it is not there, or no plain file, or cannot be read.
    """
    with told(unreadable, file), opened(file) as stream:
        require_size(stream, most_bytes, file)
        content = stream.read(most_bytes + 1)
    if len(content) > most_bytes:  # of some files the system knows no size
        raise _too_large(most_bytes, file)
    return content


def unreadable(file: object, error: OSError) -> ServiceError:
    """Return what to tell people about a file or folder that cannot be read."""
    return ServiceError(_("{file} cannot be read: {error}").format(file=file, error=os_reason(error)))


def endless_toml(text: str) -> tuple[int, str] | None:
    """Return the first line of a TOML text that would keep its parser busy without end, and why; None if none would."""
    for row, line in enumerate(text.split("\n"), start=1):
        if len(line) > TOML_LINE:
            return row, _("the line has more than {most} characters").format(most=number(TOML_LINE))
        if line.count(".") >= TOML_NAMES and _NAMES.search(line):
            return row, _("this is nested too deep")
    return None


_NAMES = re.compile(rf"""(?<![\w.-])(?:(?:[\w-]+|"[^"]*"|'[^']*')\s*\.\s*){{{TOML_NAMES}}}""")


def require_size(stream: BufferedReader, most_bytes: int, file: Path) -> None:
    """Raise an `InputError` where an open file is larger than `most_bytes`."""
    if os.fstat(stream.fileno()).st_size > most_bytes:
        raise _too_large(most_bytes, file)


def _too_large(most_bytes: int, file: Path) -> InputError:
    reason = _("the file is larger than {most} MB, and no such file needs to be").format(
        most=number(most_bytes // _MB)
    )
    return InputError(InputProblem(reason, str(file)))


def name_problem(name: str) -> InputProblem:
    """Return the problem of a file or a sheet whose name holds a CPR number, which is not repeated."""
    return InputProblem(
        _("this name looks like a CPR number; choose another, personal numbers do not belong here"), name
    )
