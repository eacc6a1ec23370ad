"""A PostgreSQL server for the tests: Debian's programs, as a user of their own, on a socket that nobody else knows."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

#: Debian keeps each version's programs in a folder of its own; elsewhere they are on the path.
_DEBIAN = Path("/usr/lib/postgresql")
_PORT = 54329
#: initdb refuses root.
_USER = "postgres"


@dataclass
class Server:
    """A server that runs, and the databases that were made in it."""

    folder: Path
    _programs: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        return f"postgresql://{_USER}@{quote(str(self.folder), safe='')}:{_PORT}/{database}"

    def new_database(self, like: str = "") -> str:
        """Make a database, empty or as another one, and return its address."""
        name, template = f"hjul_{next(self._numbers)}", like.rpartition("/")[2] or "template1"
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, template)))
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(make)
        return self.url(name)

    def drop(self, url: str) -> None:
        """Delete a database that nobody uses."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(url.rpartition("/")[2])))

    def start(self) -> None:
        options = f"-p {_PORT} -k {self.folder} -c listen_addresses= -c fsync=on -c max_connections=40"
        _run(
            [
                self._programs / "pg_ctl",
                "start",
                "-w",
                "-D",
                self._data,
                "-l",
                self.folder / "log",
                "-o",
                options,
            ]
        )

    def stop(self) -> None:
        _run([self._programs / "pg_ctl", "stop", "-w", "-m", "immediate", "-D", self._data])

    @property
    def _data(self) -> Path:
        return self.folder / "data"


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest there are; None where it is not installed."""
    versions = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which("initdb")
    return Path(os.path.realpath(found)).parent if found else None


@contextmanager
def running() -> Iterator[Server]:
    """Have a server run for the block."""
    found = programs()
    assert found is not None
    # Short, as the path of a socket may have a hundred characters, and where every user may enter.
    folder = Path(tempfile.mkdtemp(prefix="hjul-pg-", dir="/tmp"))
    server = Server(folder, found)
    try:
        if os.getuid() == 0:
            shutil.chown(folder, _USER, _USER)
        _run(
            [
                found / "initdb",
                "--auth=trust",
                "--no-sync",
                "--encoding=UTF8",
                "-U",
                _USER,
                "-D",
                folder / "data",
            ]
        )
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _run(command: Sequence[str | Path]) -> None:
    """Run one of its programs, as its own user where we are root."""
    as_user = (
        ["setpriv", f"--reuid={_USER}", f"--regid={_USER}", "--clear-groups"] if os.getuid() == 0 else []
    )
    log = subprocess.DEVNULL  # the server inherits it, and nobody would read a pipe
    subprocess.run([*as_user, *command], check=True, stdin=log, stdout=log, stderr=log, cwd="/")
