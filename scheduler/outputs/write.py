"""The week's folder: every file of a roster, complete or untouched."""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from scheduler import rosterfile
from scheduler.config import MapSettings
from scheduler.errors import ServiceError
from scheduler.i18n import _
from scheduler.mapdata import Background, RidePath
from scheduler.model import Roster
from scheduler.outputs import names
from scheduler.outputs.privacy import public

#: Folders that an interrupted run left are deleted when they are older than this.
_LEFTOVER_S = 3600


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


def publish(build: Callable[[Path], Iterable[Path]], target: Path) -> tuple[Path, ...]:
    """Let `build` fill a new folder, then put it in the place of `target`; return the files there.

    Until the new folder is complete and on the disk, the old one stays as it was; what an interrupted
    run left is put right by the next one. Files that somebody else put into the old folder are kept.

    Raises
    ------
    ServiceError
        When the folder cannot be written, or `target` is something else than a roster's folder.
    """
    real = target.resolve()  # a link stays a link
    new, old = real.with_name(f".{real.name}.new-{os.getpid()}"), real.with_name(f".{real.name}.old")
    try:
        real.parent.mkdir(parents=True, exist_ok=True)
        _recover(real, old)
        _refuse_others(target)
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        files = [file.relative_to(new) for file in build(new)]
        _keep_others(real, new)
        _to_disk(new)
        _swap(real, new, old)
    except ServiceError:
        raise
    except OSError as error:
        raise ServiceError(
            _("{folder} cannot be written: {error}").format(folder=target, error=error.strerror or error),
            hint=_("Free space, close files that are open in it, or name another folder with --out."),
        ) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return tuple(target / file for file in files)


def _swap(target: Path, new: Path, old: Path) -> None:
    """Put the new folder in the place of the old one, which then goes."""
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except BaseException:
        if old.exists() and not target.exists():
            old.rename(target)
        raise
    _sync(target.parent)
    shutil.rmtree(old, ignore_errors=True)


def _recover(target: Path, old: Path) -> None:
    """Put right what an interrupted run left: the old folder moved aside, or folders half built."""
    if old.exists():
        if target.exists():
            shutil.rmtree(old)
        else:
            old.rename(target)
    for leftover in target.parent.glob(f".{target.name}.new-*"):
        with contextlib.suppress(OSError):
            if time.time() - leftover.stat().st_mtime > _LEFTOVER_S:
                shutil.rmtree(leftover)


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


def _to_disk(folder: Path) -> None:
    """Have every file of a folder on the disk before the folder takes its place."""
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            with file.open("rb") as stream, contextlib.suppress(OSError):
                os.fsync(stream.fileno())
    _sync(folder)


def _sync(folder: Path) -> None:
    # Windows opens no folders, and some file systems sync none: then the renames have to do.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
