"""Where a project's store is: hjul.db in its folder, or a PostgreSQL server. Knows nothing of Django."""

import os
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.model.config import SETTINGS_FILE

STORE_FILE = "hjul.db"
URL_VARIABLE = "HJUL_DATABASE_URL"

#: What SQLite puts beside a database, after its name.
BESIDE = ("-wal", "-shm", "-journal")

_SERVERS = ("postgres://", "postgresql://")
_FILE = "sqlite:///"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a store is.

    Attributes
    ----------
    url
        Of a PostgreSQL server's database; empty for a file.
    file
        The SQLite file; None for a server.
    called
        What people know it by, where that is something else.
    """

    url: str = ""
    file: Path | None = None
    called: str = ""

    def __str__(self) -> str:
        """Name it for people: of a server's address neither user nor password, nor what else it is told."""
        if self.called or self.file is not None:
            return self.called or str(self.file)
        scheme, _sep, rest = self.url.partition("://")
        return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"

    @property
    def files(self) -> tuple[Path, ...]:
        """All files that a store in a file may have: SQLite keeps two beside it while it is open."""
        if self.file is None:
            return ()
        return (self.file, *(self.file.with_name(self.file.name + beside) for beside in BESIDE))

    def is_at(self, file: Path) -> bool:
        """Tell whether this is the store in a file."""
        return self.file is not None and self.file.exists() and file.exists() and self.file.samefile(file)

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
    if url.startswith(_SERVERS) and _is_server(url):
        return Address(url=url)
    if url.startswith(_FILE) and url != _FILE:
        return Address(file=data_dir / url.removeprefix(_FILE))
    reason = _(
        "this is no address of a store; write postgresql://USER:PASSWORD@SERVER/DATABASE or sqlite:///FILE.db"
    )
    raise InputError(
        InputProblem(
            reason, URL_VARIABLE if variable else SETTINGS_FILE, column="" if variable else "store.url"
        )
    )


def _is_server(url: str) -> bool:
    """Tell whether an address can be taken apart, and names a database."""
    try:
        parts = urlsplit(url)
        return parts.port != 0 and len(parts.path) > 1
    except ValueError:  # a port or a host that is none
        return False


def _setting(data_dir: Path) -> str:
    """Return the setting as the file has it; what else is wrong with the file is told by who reads it whole."""
    with suppress(OSError, ValueError):
        document = tomllib.loads((data_dir / SETTINGS_FILE).read_text("utf-8-sig"))
        section = document.get("store")
        url = section.get("url") if isinstance(section, dict) else None
        return url.strip() if isinstance(url, str) else ""
    return ""
