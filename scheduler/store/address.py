"""Where a project's store is: hjul.db in its folder, or a PostgreSQL server. Knows nothing of Django."""

import os
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.model.config import SETTINGS_FILE

STORE_FILE = "hjul.db"
URL_VARIABLE = "HJUL_DATABASE_URL"

_SERVERS = ("postgres://", "postgresql://")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a store is.

    Attributes
    ----------
    url
        Of a PostgreSQL server's database; empty for a file.
    file
        The SQLite file; None for a server.
    """

    url: str = ""
    file: Path | None = None

    def __str__(self) -> str:
        """Name it for people: of a server's address all but the password."""
        if self.file is not None:
            return str(self.file)
        scheme, _sep, rest = self.url.partition("://")
        return f"{scheme}://{rest.rpartition('@')[2]}"

    @property
    def may_be_there(self) -> bool:
        """Whether there is anything to open: a server always may have a store."""
        return self.file is None or os.path.lexists(self.file)


def address_of(data_dir: Path) -> Address:
    """Return where the store of a project folder is, or would be.

    The environment wins over the setting, which wins over the file in the folder.

    Raises
    ------
    InputError
        When the address is none that can be opened.
    """
    variable = os.environ.get(URL_VARIABLE, "")
    url = variable or _setting(data_dir)
    if not url:
        return Address(file=data_dir / STORE_FILE)
    if url.startswith(_SERVERS):
        return Address(url=url)
    if url.startswith("sqlite:///"):
        return Address(file=data_dir / url.removeprefix("sqlite:///"))
    reason = _(
        "this is no address of a store; write postgresql://USER:PASSWORD@SERVER/DATABASE or sqlite:///FILE.db"
    )
    raise InputError(
        InputProblem(
            reason, URL_VARIABLE if variable else SETTINGS_FILE, column="" if variable else "store.url"
        )
    )


def _setting(data_dir: Path) -> str:
    """Return the setting as the file has it; what else is wrong with the file is told by who reads it whole."""
    with suppress(OSError, ValueError):
        document = tomllib.loads((data_dir / SETTINGS_FILE).read_text("utf-8-sig"))
        section = document.get("store")
        url = section.get("url") if isinstance(section, dict) else None
        return url.strip() if isinstance(url, str) else ""
    return ""
