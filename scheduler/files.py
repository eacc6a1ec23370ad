"""Files written as a whole: beside their target first, then moved into place."""

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from scheduler.errors import ServiceError
from scheduler.i18n import _


def replace(target: Path, content: bytes) -> None:
    """Write a file, complete or not at all.

    Raises
    ------
    ServiceError
        When it cannot be written; an earlier file is then as it was.
    """
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        try:
            beside.write_bytes(content)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise ServiceError(
            _("{file} cannot be written: {error}").format(file=target, error=error.strerror),
            _("Name a file in a folder that is there and that you may write in."),
        ) from error


def replace_csv(target: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table as `replace` does: UTF-8, commas, a heading."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    replace(target, text.getvalue().encode())


def plain(text: str) -> str:
    """Return a text for a table's cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
