"""Old outputs without the home visits of a time: rosters, pages and archives, however deep they lie.

Rosters and rounds' pages are known by what is in them. A zip is written anew. Where an address stands in
a file that is not hjul's, or a file cannot be looked into, people are told its name.
"""

import dataclasses
import datetime as dt
import html
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from scheduler.base.i18n import day
from scheduler.model import rosterfile
from scheduler.model.clock import Week
from scheduler.model.roster import Roster, Round, Stop
from scheduler.model.text import Text
from scheduler.outputs import names
from scheduler.outputs.templates import render
from scheduler.services.oldfiles import UNREADABLE, Folder, files_below, parts_of

#: Files that may hold anything, and in which nothing can be found.
_CLOSED = frozenset((".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".pdf"))

_ROUND_PAGE = re.compile(r"(\d{4}-\d\d-\d\d)-([\w-]+)\.html", re.ASCII)
#: What stands in a round's page with a home visit.
_HOME_CARD = b'class="card home_visit"'
_POSTCODE_AND_CITY = re.compile(r",?\s*\d{4} [^,]*$")
#: A shorter text than this is no address.
_LEAST_LETTERS = 4


@dataclass(slots=True)
class Blanked:
    """What is to become of old outputs.

    `contents` are those of files anew, in the order in which they may be written one by one:
    pages before the rosters that tell of them. `held` are files that say where a home visit was made
    and are not hjul's, `closed` those that cannot be looked into; members of a zip stand behind it.
    """

    contents: dict[Path, bytes] = field(default_factory=dict)
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
        When a roster.json cannot be read, or a round's page is far too large.
    ServiceError
        When a folder or a file cannot be read or put right.
    """
    blanking = _Blanking(before)
    if out_dir.is_dir():
        tree = Folder(out_dir, files_below(out_dir, {os.path.realpath(path) for path in besides}))
        blanking.gone.update(map(_street, gone))
        blanking.kept.update(map(_street, kept))
        blanking.learn(tree)
        contents = blanking.blank(tree)
        for path in sorted(contents, key=lambda path: (path.suffix != ".html", path)):
            blanking.found.contents[out_dir / path] = contents[path]
        blanking.found.held.sort()
        blanking.found.closed.sort()
    return blanking.found


# --- Blanking -----------------------------------------------------------------------------------------


class _Blanking:
    """Blanks files, once it has learnt from all rosters which addresses go and which stay."""

    def __init__(self, before: dt.date) -> None:
        self._before = before
        self.found = Blanked()
        self.gone: set[str] = set()
        self.kept: set[str] = set()

    def learn(self, tree: Folder) -> None:
        """Take the addresses from all rosters, those in zips too."""
        for roster in tree.rosters.values():
            stays = _addresses(blanked_roster(roster, self._before))
            self.kept |= stays
            self.gone |= _addresses(roster) - stays
        for inner in tree.zips.values():
            self.learn(inner)

    def blank(self, tree: Folder) -> dict[PurePath, bytes]:
        """Return the new contents of the files that show a home visit of that time."""
        contents: dict[PurePath, bytes] = {}
        for path, roster in tree.rosters.items():
            contents |= self._week(tree, path, roster)
        for path, inner in tree.zips.items():
            if within := self.blank(inner):
                contents[path] = inner.replaced(within)
        public = {path.parent / name for path, roster in tree.rosters.items() for name in _public(roster)}
        looked_at = tree.paths - contents.keys() - tree.rosters.keys() - tree.zips.keys() - public
        for path in looked_at:
            if match := _ROUND_PAGE.fullmatch(path.name):
                if match[1] < self._before.isoformat() and _HOME_CARD in tree.read(path):
                    contents[path] = _page(path.name)
            elif self._shows_home(tree, path):
                contents[path] = _page(path.name)
        self.found.rosters += len(contents.keys() & tree.rosters.keys())
        self.found.pages += sum(path.suffix == ".html" for path in contents)
        return contents

    def _week(self, tree: Folder, path: PurePath, roster: Roster) -> dict[PurePath, bytes]:
        """Return a roster and its rounds' pages anew, if there is anything to blank."""
        blanked = blanked_roster(roster, self._before)
        if blanked == roster:
            return {}
        changed = (old for old, new in zip(roster.rounds, blanked.rounds, strict=True) if old != new)
        pages = {path.parent / names.round_map(round_) for round_ in changed} & tree.paths
        return {path: rosterfile.dump(blanked), **{page: _page(page.name) for page in pages}}

    def _shows_home(self, tree: Folder, path: PurePath) -> bool:
        """Tell whether a file is a round's page with such a home visit; note its name where nobody can tell."""
        parts = None
        if path.suffix.lower() not in (*_CLOSED, ".zip"):
            with suppress(*UNREADABLE):
                content = tree.read(path)
                parts = parts_of(content)
        if parts is None:
            self.found.closed.append(tree.called(path))
        elif any(map(self._tells, parts)):
            if _HOME_CARD in content:
                return True
            self.found.held.append(tree.called(path))
        return False

    def _tells(self, text: bytes) -> bool:
        """Tell whether an address that is to be forgotten stands in a text."""
        return any(
            re.search(rb"(?<![0-9A-Za-z])" + re.escape(spelt) + rb"(?![0-9A-Za-z])", text)
            for address in self.gone - self.kept
            for spelt in _spellings(address)
            if spelt in text
        )


def _public(roster: Roster) -> Iterator[str]:
    """Yield the files beside a roster that never say where homes are."""
    yield from (names.INDEX, names.WEEK_MAP, names.WORKBOOK)
    for round_ in roster.rounds:
        # Whole, or as many parts as homes can leave of a day.
        yield from (names.gpx(round_, part) for part in range(len(round_.stops) + 2))
    for consultant in roster.consultants:
        yield names.calendar(consultant.consultant_id)
        yield names.week_file(consultant.consultant_id, roster.week)


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
            dataclasses.replace(request, name=Text("home_visit"), detail=None)
            if over and request.kind == "home_visit"
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
    name = Text("home_visit") if stop.kind == "home_visit" else stop.name
    return dataclasses.replace(stop, name=name, address="", lat=None, lon=None)


def _page(name: str) -> bytes:
    """Return the page that takes the place of a round's, so that links still lead somewhere."""
    title = name.removesuffix(".html")
    if match := _ROUND_PAGE.fullmatch(name):
        with suppress(ValueError):
            title = f"{day(dt.date.fromisoformat(match[1]), 'year')} · {match[2]}"
    return render("deleted.html", title=title, index=names.INDEX).encode()
