"""A what-if on the command line: where it prints and writes, and what these commands read and print alike."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scheduler.base import files
from scheduler.base.i18n import _
from scheduler.cli.options import Options, read_argument

if TYPE_CHECKING:
    import pandas as pd

    from scheduler.cli.terminal import StepProgress, Terminal
    from scheduler.scenario.runs.running import Runs


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What a command works with; the folder of `runs` is that of its tables."""

    terminal: "Terminal"
    progress: "StepProgress"
    runs: "Runs"
    folder: Path
    page: Path

    def write(self, page: str) -> None:
        """Write the page."""
        files.replace(self.page, page.encode())

    def show_files(self) -> None:
        """Print where the tables are, and which page to open."""
        self.terminal.line()
        self.terminal.line(_("The tables are in {folder}").format(folder=self.folder))
        self.terminal.line(_("Open {file}").format(file=self.page), style="bold")


@contextmanager
def what_if(
    options: Options, name: str, page: Path | None, how: Mapping[str, Any] | None = None
) -> Iterator[WhatIf]:
    """Provide what a command works with, and show its progress; `how` are further fields of its `Runs`."""
    from scheduler.scenario.runs.running import Runs

    terminal = options.terminal()
    folder = options.out / "simulate" / name
    with terminal.progress() as progress:
        runs = Runs(**(how or {}), folder=folder, progress=progress)
        yield WhatIf(terminal, progress, runs, folder, page or folder / "index.html")


def show_table(
    terminal: "Terminal", table: "pd.DataFrame", *, numbers: int, title: str = "", by: str = ""
) -> None:
    """Print a table of texts; with a line between the rows that have another text in the column `by`."""
    parts = [part for _text, part in table.groupby(by, sort=False)] if by else [table]
    sections = [list(part.itertuples(index=False, name=None)) for part in parts]
    terminal.table([str(heading) for heading in table.columns], sections, numbers=numbers, title=title)


def whole_numbers(name: str, text: str, least: int, most: int) -> list[int]:
    """Read an option of whole numbers like ``2,5,10``; none where it is empty.

    Raises
    ------
    InputError
        When one is no such number.
    """
    from scheduler.inputs import cells

    return [read_argument(name, cells.whole(least, most), part) for part in text.split(",") if text]
