"""What these commands read and print alike."""

from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.base.i18n import _

if TYPE_CHECKING:
    import pandas as pd

    from scheduler.cli.terminal import Terminal


def show_table(
    terminal: "Terminal", table: "pd.DataFrame", *, numbers: int, title: str, by: str = ""
) -> None:
    """Print a table of texts; with a line between the rows that have another text in the column `by`."""
    parts = [part for _text, part in table.groupby(by, sort=False)] if by else [table]
    sections = [list(part.itertuples(index=False, name=None)) for part in parts]
    terminal.table([str(heading) for heading in table.columns], sections, numbers=numbers, title=title)


def show_files(terminal: "Terminal", folder: Path, page: Path) -> None:
    """Print where the tables are, and which page to open."""
    terminal.line()
    terminal.line(_("The tables are in {folder}").format(folder=folder))
    terminal.line(_("Open {file}").format(file=page), style="bold")


def whole_numbers(name: str, text: str, least: int, most: int) -> list[int]:
    """Read an option of whole numbers like ``2,5,10``; none where it is empty.

    Raises
    ------
    InputError
        When one is no such number.
    """
    from scheduler.cli.options import read_argument
    from scheduler.inputs import cells

    return [read_argument(name, cells.whole(least, most), part) for part in text.split(",") if text]
