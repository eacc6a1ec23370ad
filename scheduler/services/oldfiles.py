"""What lies in old outputs, in folders and zips alike: files, with the rosters and the zips among them.

Rosters are known by what is in them, so that copies under other names are found too.
"""

import io
import lzma
import os
import re
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path, PurePath, PurePosixPath
from typing import NoReturn

from scheduler.base import files, limits
from scheduler.base.errors import InputError, told
from scheduler.model import rosterfile
from scheduler.model.roster import Roster
from scheduler.outputs import names

#: What reading a file, or what is packed in it, may end with: damage of all kinds (each packing has its own
#: error for it), a password, a packing that is not known (`RuntimeError`), a file that is too large or
#: nobody may read.
UNREADABLE = (zipfile.BadZipFile, RuntimeError, EOFError, ValueError, OSError, zlib.error, lzma.LZMAError)

#: The most that a file, or what is packed in it, may be to be looked into, in bytes.
_MOST_BYTES = 500_000_000
_PACKED = b"PK\x03\x04"


class Folder:
    """Files below a folder: their `paths` relative to it, and those that are `rosters` or `zips`."""

    def __init__(self, place: Path, paths: Iterable[PurePath]) -> None:
        self.place = place
        self.paths = frozenset(paths)
        self.zips: dict[PurePath, Zip] = {}
        self.rosters: dict[PurePath, Roster] = {}
        for path in self.paths:
            if path.suffix.lower() == ".zip":
                self._open(path)
            elif roster := self._roster(path):
                self.rosters[path] = roster

    def _open(self, path: PurePath) -> None:
        with suppress(*UNREADABLE):
            self.zips[path] = Zip(self.place / path, self.read(path))

    def read(self, path: PurePath) -> bytes:
        """Return the content of a file.

        Raises
        ------
        InputError
            When it is far too large.
        ServiceError
            When it cannot be read.
        """
        file = self.place / path
        with told(limits.unreadable, file), file.open("rb") as stream:
            limits.require_size(stream, _MOST_BYTES, file)
            return stream.read()

    def called(self, path: PurePath) -> str:
        """Return what people call a file."""
        return str(self.place / path)

    def _roster(self, path: PurePath) -> Roster | None:
        if path.name == names.ROSTER:
            return rosterfile.load(self.place / path)
        return self._copied_roster(path)

    def _copied_roster(self, path: PurePath) -> Roster | None:
        """Return what is a roster whatever it is called."""
        if not re.search("json|roster", path.name, re.IGNORECASE):
            return None
        with suppress(InputError, *UNREADABLE):
            return rosterfile.parse(self.read(path), str(path))
        return None


class Zip(Folder):
    """Files in a zip, whose names lead nowhere: none is unpacked. Each is read now, so that none fails later."""

    def __init__(self, file: Path, content: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        members = [member for member in self._archive.infolist() if not member.is_dir()]
        self._members = {PurePosixPath(member.filename): member for member in members}
        if len(self._members) < len(members):
            raise zipfile.BadZipFile("of two members of one name only the last would be seen")
        _require_bearable(self._archive)
        if self._archive.testzip():
            raise zipfile.BadZipFile("damaged")
        super().__init__(file, self._members)

    def _open(self, path: PurePath) -> None:
        """Leave a zip in a zip alone: nobody knows how many are in that one."""

    def read(self, path: PurePath) -> bytes:
        """Return the content of a member."""
        return self._archive.read(self._members[PurePosixPath(path)])

    def called(self, path: PurePath) -> str:
        """Return what people call a member."""
        return f"{self.place}: {path}"

    def _roster(self, path: PurePath) -> Roster | None:
        return self._copied_roster(path)

    def replaced(self, contents: dict[PurePath, bytes]) -> bytes:
        """Return the zip with other contents of some members."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as new:
            new.comment = self._archive.comment
            for member in self._archive.infolist():
                content = contents.get(PurePosixPath(member.filename))
                new.writestr(member, self._archive.read(member) if content is None else content)
        return out.getvalue()


def parts_of(content: bytes) -> list[bytes]:
    """Return the parts of a workbook, or of another file that is packed; of any other that one itself.

    Raises
    ------
    Exception
        One of `UNREADABLE`, where it is packed and cannot be looked into.
    """
    if not content.startswith(_PACKED):
        return [content]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _require_bearable(archive)
        return [archive.read(member) for member in archive.infolist()]


def _require_bearable(archive: zipfile.ZipFile) -> None:
    if sum(member.file_size for member in archive.infolist()) > _MOST_BYTES:
        raise zipfile.BadZipFile("too large")


def files_below(folder: Path, besides: Collection[str]) -> Iterator[PurePath]:
    """Yield the files below a folder, relative to it, links followed; nothing is left over there then.

    `besides` are the real paths of what is not looked at.
    """
    seen = {os.path.realpath(folder)}
    for place, folders, _names in os.walk(folder, followlinks=True, onerror=_raise):
        here = Path(place)
        for target in files.left_in(here):
            if os.path.realpath(target) not in besides:
                with files.claimed(target):
                    pass
        entries = [entry for entry in sorted(here.iterdir()) if not files.is_beside(entry.name)]
        folders[:] = [e.name for e in entries if e.is_dir() and os.path.realpath(e) not in seen]
        seen.update(os.path.realpath(here / name) for name in folders)
        for entry in entries:
            if entry.is_file() and os.path.realpath(entry) not in besides:
                yield entry.relative_to(folder)


def _raise(error: OSError) -> NoReturn:
    raise limits.unreadable(error.filename, error) from error
