"""The week's folder: every file of a roster, complete or untouched."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from scheduler.base.errors import ServiceError, told
from scheduler.base.files import Claim, unwritable
from scheduler.base.i18n import _
from scheduler.model import rosterfile
from scheduler.model.config import MapSettings
from scheduler.model.geo import Background, RidePath
from scheduler.model.roster import Roster
from scheduler.outputs import names
from scheduler.outputs.privacy import public


def write(
    roster: Roster,
    folder: Path,
    *,
    rides: Mapping[tuple[str, str], RidePath],
    background: Background,
    map_settings: MapSettings,
) -> tuple[Path, ...]:
    """Write every file of a roster into an empty folder, and return their paths.

    `rides` has the path of each ride by the places it leads from and to. Only roster.json and the
    consultants' own pages say where home visits are.
    """
    written = []
    for name, content in _contents(roster, rides, background, map_settings):
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
        written.append(file)
    return tuple(written)


def _contents(
    roster: Roster,
    rides: Mapping[tuple[str, str], RidePath],
    background: Background,
    map_settings: MapSettings,
) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each file."""
    from scheduler.outputs.calendars import calendar
    from scheduler.outputs.gpx import track
    from scheduler.outputs.maps import round_page, week_page
    from scheduler.outputs.page import index_html
    from scheduler.outputs.sheets import workbook

    shared = public(roster)
    yield names.INDEX, index_html(shared).encode()
    yield names.WEEK_MAP, week_page(shared, rides, background, map_settings=map_settings).encode()
    for round_ in roster.rounds:
        page = round_page(roster, round_, rides, background, map_settings=map_settings)
        yield names.round_map(round_), page.encode()
    yield names.WORKBOOK, workbook(shared)
    for consultant in shared.consultants:
        yield names.calendar(consultant.consultant_id), calendar(shared, consultant.consultant_id)
    for round_ in shared.rounds:
        yield names.gpx(round_), track(shared, round_, rides)
    yield names.ROSTER, rosterfile.dump(roster)


def publish(build: Callable[[Path], Iterable[Path]], claim: Claim) -> tuple[Path, ...]:
    """Let `build` fill a new folder, then put it in the place of the claimed one; return the files there.

    Until the new folder is complete and on the disk, the old one stays as it was. Files that somebody
    else put into the old folder are kept.

    Raises
    ------
    ServiceError
        When the folder cannot be written, or is something else than a roster's folder.
    """
    _refuse_others(claim.target)
    with told(unwritable, claim.target):
        claim.new.mkdir()
        built = [file.relative_to(claim.new) for file in build(claim.new)]
        _keep_others(claim.real, claim.new)
        claim.put()
    return tuple(claim.target / file for file in built)


def _refuse_others(target: Path) -> None:
    """Refuse to replace what is no roster's folder."""
    if target.is_dir():
        entries = [entry.name for entry in target.iterdir()]
        if not entries or names.ROSTER in entries:
            return
        reason = _("{folder} holds other files and no roster; it is left as it is.")
    elif target.exists():
        reason = _("{folder} is a file, not a folder.")
    else:
        return
    raise ServiceError(reason.format(folder=target), hint=_("Name another folder with --out."))


def _keep_others(target: Path, new: Path) -> None:
    """Copy what somebody else put into the old folder; copied, so that an interruption loses nothing."""
    for entry in target.iterdir() if target.exists() else ():
        if not names.is_output(entry.name):
            if entry.is_dir() and not entry.is_symlink():
                shutil.copytree(entry, new / entry.name, symlinks=True)
            else:
                shutil.copy2(entry, new / entry.name, follow_symlinks=False)
