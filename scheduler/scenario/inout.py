"""What all studies of other weeks have in common at their ends: a project prepared, and tables written."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.base import files
from scheduler.base.errors import ServiceError
from scheduler.base.i18n import _, os_reason
from scheduler.base.progress import Progress
from scheduler.places.online import OnlineAddresses
from scheduler.services.planner import Prepared, prepare

if TYPE_CHECKING:
    import pandas as pd

#: The folder beside the tables where weeks are kept as they are planned, so that none is planned twice.
WEEKS_FOLDER = "weeks"


def prepared_with(
    data: str | Path | Prepared, *, online: bool, progress: Progress
) -> tuple[Prepared, OnlineAddresses | None]:
    """Prepare a project folder, if need be, and say who knows further addresses of it."""
    if isinstance(data, Prepared):
        return data, None
    prepared = prepare(data, online=online, progress=progress)
    settings = prepared.project.config.map
    return prepared, OnlineAddresses.of(Path(data), settings, online=online, progress=progress)


def write_tables(folder: Path, tables: Mapping[str, "pd.DataFrame"]) -> tuple[Path, ...]:
    """Write tables as CSV files into a folder, each complete or not at all; return the files."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ServiceError(
            _("{file} cannot be written: {error}").format(file=folder, error=os_reason(error))
        ) from error
    written = {folder / f"{name}.csv": table for name, table in tables.items()}
    for file, table in written.items():
        files.replace_csv(file, list(table.columns), _plain(table))
    return tuple(written)


def _plain(table: "pd.DataFrame") -> Iterable[list[object]]:
    """Yield the rows of a table with texts that no spreadsheet takes for formulas; what is not known is blank."""
    for row in table.astype(object).where(table.notna(), "").itertuples(index=False):
        yield [files.plain(cell) if isinstance(cell, str) else cell for cell in row]
