"""Old outputs without the home visits of a time: rosters, pages and archives, however deep they lie.

Rosters and rounds' pages are known by what is in them, so that copies under other names are found
too. A zip is written anew. Where an address stands in a file that is not hjul's, or a file cannot be
looked into, people are told its name.
"""

import dataclasses
import datetime as dt
import html
import io
import json
import os
import re
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath

from scheduler import files, rosterfile
from scheduler.errors import InputError, ServiceError
from scheduler.i18n import _, day, language, os_reason
from scheduler.model import Roster, Round, Stop, Week
from scheduler.outputs import names

#: The most that a zip may unpack to and still be looked into, in bytes.
_MAX_UNPACKED = 500_000_000
#: Files that may hold anything, and in which nothing can be found.
_CLOSED = frozenset((".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".pdf"))
#: What reading a zip may end with: damage, a password, a way to pack that is not known.
_NO_ZIP = (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, ValueError, OSError, zlib.error)

_ROUND_PAGE = re.compile(r"(\d{4}-\d\d-\d\d)-([\w-]+)\.html", re.ASCII)
#: What stands in a round's page with a home visit.
_HOME_CARD = b'class="card home_visit"'
_POSTCODE_AND_CITY = re.compile(r",?\s*\d{4} [^,]*$")
#: A shorter text than this is no address.
_LEAST_LETTERS = 4


@dataclass(slots=True)
class Blanked:
    """What is to become of old outputs.

    `changes` are the new contents of files, in the order in which they may be written one by one:
    pages before the rosters that tell of them. `held` are files that say where a home visit was made
    and are not hjul's, `closed` those that cannot be looked into; members of a zip stand behind it.
    """

    changes: dict[Path, bytes] = field(default_factory=dict)
    rosters: int = 0
    pages: int = 0
    held: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)


def blanked_outputs(
    out_dir: Path,
    before: dt.date,
    *,
    gone: Iterable[str] = (),
    kept: Iterable[str] = (),
    besides: Iterable[Path] = (),
) -> Blanked:
    """Return the outputs below a folder without the home visits dated before a date.

    Parameters
    ----------
    out_dir
        Where to look; it need not be there. What killed processes have left in it is put right first.
    before
        The first date that is kept.
    gone, kept
        Addresses that are to be forgotten, and those that may stay. Those of the rosters are added.
    besides
        Files that are somebody else's business, and what is claimed already.

    Raises
    ------
    BusyError
        When another process is at work there.
    InputError
        When a roster.json cannot be read.
    ServiceError
        When a folder or a file cannot be read or put right.
    """
    blanking = _Blanking(before)
    if out_dir.is_dir():
        tree = _Folder(out_dir, _files(out_dir, {os.path.realpath(path) for path in besides}))
        blanking.gone.update(map(_street, gone))
        blanking.kept.update(map(_street, kept))
        blanking.learn(tree)
        changes = blanking.blank(tree)
        for path in sorted(changes, key=lambda path: (path.suffix != ".html", path)):
            blanking.found.changes[out_dir / path] = changes[path]
        blanking.found.held.sort()
        blanking.found.closed.sort()
    return blanking.found


def _files(folder: Path, besides: Collection[str]) -> Iterator[PurePath]:
    """Yield the files below a folder, relative to it, links followed; nothing is left over there then."""
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


def _raise(error: OSError) -> None:
    raise ServiceError(
        _("{file} cannot be read: {error}").format(file=error.filename, error=os_reason(error))
    ) from error


# --- Folders and zips alike ---------------------------------------------------------------------------


class _Folder:
    """Files below a folder, with the rosters and the zips among them."""

    def __init__(self, place: Path, paths: Iterable[PurePath]) -> None:
        self.place = place
        self.paths = frozenset(paths)
        self.zips: dict[PurePath, _Zip] = {}
        self.rosters: dict[PurePath, Roster] = {}
        for path in self.paths:
            if path.suffix.lower() == ".zip":
                self._open(path)
            elif roster := self._roster(path):
                self.rosters[path] = roster

    def _open(self, path: PurePath) -> None:
        with suppress(*_NO_ZIP):
            self.zips[path] = _Zip(self.place / path, self.read(path))

    def read(self, path: PurePath) -> bytes:
        """Return the content of a file."""
        return (self.place / path).read_bytes()

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
        with suppress(InputError, *_NO_ZIP):
            return rosterfile.parse(self.read(path), str(path))
        return None


class _Zip(_Folder):
    """Files in a zip; each is read now, so that none fails later."""

    def __init__(self, file: Path, content: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        self._members = {
            PurePosixPath(member.filename): member
            for member in self._archive.infolist()
            if not member.is_dir()
        }
        if sum(member.file_size for member in self._members.values()) > _MAX_UNPACKED:
            raise zipfile.BadZipFile("too large")
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

    def replaced(self, changes: dict[PurePath, bytes]) -> bytes:
        """Return the zip with other contents of some members."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as new:
            new.comment = self._archive.comment
            for member in self._archive.infolist():
                content = changes.get(PurePosixPath(member.filename))
                new.writestr(member, self._archive.read(member) if content is None else content)
        return out.getvalue()


# --- Blanking -----------------------------------------------------------------------------------------


class _Blanking:
    """Blanks files, once it has learnt from all rosters which addresses go and which stay."""

    def __init__(self, before: dt.date) -> None:
        self._before = before
        self.found = Blanked()
        self.gone: set[str] = set()
        self.kept: set[str] = set()

    def learn(self, tree: _Folder) -> None:
        """Take the addresses from all rosters, those in zips too."""
        for roster in tree.rosters.values():
            stays = _addresses(blanked_roster(roster, self._before))
            self.kept |= stays
            self.gone |= _addresses(roster) - stays
        for inner in tree.zips.values():
            self.learn(inner)

    def blank(self, tree: _Folder) -> dict[PurePath, bytes]:
        """Return the new contents of the files that show a home visit of that time."""
        changes: dict[PurePath, bytes] = {}
        for path, roster in tree.rosters.items():
            changes |= self._week(tree, path, roster)
        for path, inner in tree.zips.items():
            if within := self.blank(inner):
                changes[path] = inner.replaced(within)
        weeks = {path.parent for path in tree.rosters}
        for path in tree.paths - changes.keys() - tree.rosters.keys() - tree.zips.keys():
            if match := _ROUND_PAGE.fullmatch(path.name):
                if match[1] < self._before.isoformat() and _HOME_CARD in tree.read(path):
                    changes[path] = _page(path.name)
            elif not _is_public(path, weeks) and self._shows_home(tree, path):
                changes[path] = _page(path.name)
        self.found.rosters += len(changes.keys() & tree.rosters.keys())
        self.found.pages += sum(path.suffix == ".html" for path in changes)
        return changes

    def _week(self, tree: _Folder, path: PurePath, roster: Roster) -> dict[PurePath, bytes]:
        """Return a roster and its rounds' pages anew, if there is anything to blank."""
        blanked = blanked_roster(roster, self._before)
        if blanked == roster:
            return {}
        changed = (old for old, new in zip(roster.rounds, blanked.rounds, strict=True) if old != new)
        pages = {path.parent / names.round_map(round_) for round_ in changed} & tree.paths
        return {path: rosterfile.dump(blanked), **{page: _page(page.name) for page in pages}}

    def _shows_home(self, tree: _Folder, path: PurePath) -> bool:
        """Tell whether a file is a round's page with such a home visit; note its name where nobody can tell."""
        content = None
        if path.suffix.lower() not in (*_CLOSED, ".zip"):
            with suppress(*_NO_ZIP):
                content = tree.read(path)
        if content is None:
            self.found.closed.append(tree.called(path))
        elif self._tells(content):
            if _HOME_CARD in content:
                return True
            self.found.held.append(tree.called(path))
        return False

    def _tells(self, content: bytes) -> bool:
        """Tell whether an address that is to be forgotten stands in a file, or in a part of a workbook."""
        texts = [content]
        if content.startswith(b"PK"):
            with suppress(*_NO_ZIP), zipfile.ZipFile(io.BytesIO(content)) as archive:
                if sum(member.file_size for member in archive.infolist()) <= _MAX_UNPACKED:
                    texts = [archive.read(member) for member in archive.infolist()]
        return any(
            re.search(rb"(?<![0-9A-Za-z])" + re.escape(spelt) + rb"(?![0-9A-Za-z])", text)
            for address in self.gone - self.kept
            for spelt in _spellings(address)
            for text in texts
            if spelt in text
        )


def _is_public(path: PurePath, weeks: Collection[PurePath]) -> bool:
    """Tell whether a file in the folder of a week is one of those that never say where homes are."""
    if path.parent in weeks:
        return names.is_output(path.name)
    return path.parent.parent in weeks and path.parent.name in ("gpx", "maps")


# --- Addresses ----------------------------------------------------------------------------------------


def _addresses(roster: Roster) -> set[str]:
    """Return all addresses in a roster."""
    addresses = [stop.address for round_ in roster.rounds for stop in round_.stops]
    addresses += [base.address for base in roster.bases]
    return set(map(_street, addresses))


def _street(address: str) -> str:
    """Return an address without postcode and city, as people write it."""
    return _POSTCODE_AND_CITY.sub("", " ".join(address.split()))


def _spellings(address: str) -> set[bytes]:
    """Return the bytes that stand for an address in files of all kinds; none where it is too short."""
    if len(address) < _LEAST_LETTERS:
        return set()
    texts = (address, html.escape(address), json.dumps(address)[1:-1])
    return {
        text.encode(encoding, "replace") for text in texts for encoding in ("utf-8", "cp1252", "utf-16-le")
    }


# --- Rosters and pages --------------------------------------------------------------------------------


def blanked_roster(roster: Roster, before: dt.date) -> Roster:
    """Return a roster in which home visits before a date have lost name, address and coordinates."""
    over = Week.parse(roster.week).days[-1] < before
    return roster.replace(
        rounds=tuple(_blanked_round(round_) if round_.date < before else round_ for round_ in roster.rounds),
        unassigned=tuple(
            dataclasses.replace(request, name=_("Home visit"), detail="")
            if over and request.kind == "home_visit" and request.detail
            else request
            for request in roster.unassigned
        ),
    )


def _blanked_round(round_: Round) -> Round:
    homes = {stop.place_id for stop in round_.stops if stop.kind == "home_visit"}
    return dataclasses.replace(
        round_, stops=tuple(_blanked_stop(stop) if stop.place_id in homes else stop for stop in round_.stops)
    )


def _blanked_stop(stop: Stop) -> Stop:
    if not stop.address and stop.lat is None and stop.lon is None:
        return stop
    name = _("Home visit") if stop.kind == "home_visit" else stop.name
    return dataclasses.replace(stop, name=name, address="", lat=None, lon=None)


def _page(name: str) -> bytes:
    """Return the page that takes the place of a round's, so that links still lead somewhere."""
    title = name.removesuffix(".html")
    if match := _ROUND_PAGE.fullmatch(name):
        with suppress(ValueError):
            title = f"{day(dt.date.fromisoformat(match[1]), 'year')} · {match[2]}"
    title = html.escape(title)
    text = html.escape(_("The address of a home visit on this round has been deleted, and the page with it."))
    back = html.escape(_("Back to the week"))
    page = (
        f'<!DOCTYPE html>\n<html lang="{language()}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        "<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;"
        "max-width:40rem;padding:0 1rem}</style>\n"
        f'</head>\n<body>\n<h1>{title}</h1>\n<p>{text}</p>\n<p><a href="../{names.INDEX}">{back}</a></p>\n'
        "</body>\n</html>\n"
    )
    return page.encode()
