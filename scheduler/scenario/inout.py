"""What all studies of other weeks have in common at their ends: a project prepared, and tables written."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.base import files
from scheduler.base.errors import told
from scheduler.base.progress import Progress
from scheduler.places.online import OnlineAddresses
from scheduler.services.planner import Prepared, prepare

if TYPE_CHECKING:
    import pandas as pd


def prepared_with(
    data: str | Path | Prepared, *, online: bool, progress: Progress
) -> tuple[Prepared, OnlineAddresses | None]:
    """Prepare a project folder, if need be, and say who knows further addresses of it."""
    if isinstance(data, Prepared):
        return data, None
    prepared = prepare(data, online=online, progress=progress)
    settings = prepared.project.config.map
    return prepared, OnlineAddresses.of(Path(data), settings, online=online, progress=progress)


def write_tables(folder: Path | None, tables: Mapping[str, "pd.DataFrame"]) -> None:
    """Write tables as CSV files into a folder, if there is one, each complete or not at all."""
    if folder is None:
        return
    with told(files.unwritable, folder):
        folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        files.replace_csv(folder / f"{name}.csv", list(table.columns), plain_rows(table))


def plain_rows(table: "pd.DataFrame") -> Iterable[list[object]]:
    """Yield the rows of a table with texts that no spreadsheet takes for formulas; what is not known is blank."""
    for row in table.astype(object).where(table.notna(), "").itertuples(index=False):
        yield [files.plain(cell) if isinstance(cell, str) else cell for cell in row]
