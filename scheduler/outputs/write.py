"""The week's folder: every file of a roster, complete or untouched."""

import io
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from scheduler.base.errors import ServiceError, told
from scheduler.base.files import Claim, unwritable
from scheduler.base.i18n import _
from scheduler.outputs import names

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip file knows


def write(files: Mapping[str, bytes], folder: Path) -> tuple[Path, ...]:
    """Write every file of a roster into an empty folder, and return their paths."""
    written = []
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
        written.append(file)
    return tuple(written)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return files as a zip; the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, content in files.items():
            target.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def put(
    files: Mapping[str, bytes], claim: Claim, save: Callable[[], object] | None = None
) -> tuple[Path, ...]:
    """Write files into a new folder, then put it in the place of the claimed one; return the files there.

    Until the new folder is complete and on the disk, the old one stays as it was. Files that somebody
    else put into the old folder are kept. What is to be saved elsewhere is saved by `save` once the new folder is
    complete; should that fail, the old one stays.

    Raises
    ------
    ServiceError
        When the folder cannot be written, or is something else than a roster's folder.
    """
    _refuse_others(claim.target)
    with told(unwritable, claim.target):
        claim.new.mkdir()
        written = [file.relative_to(claim.new) for file in write(files, claim.new)]
        _keep_others(claim.real, claim.new)
        if save is not None:
            save()
        claim.put()
    return tuple(claim.target / file for file in written)


def remove(folder: Path) -> None:
    """Remove a roster's folder and what of it is ours; what somebody else put there stays, and the folder with it."""
    with told(unwritable, folder):
        for entry in folder.iterdir():
            if names.is_output(entry.name):
                shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
        if not any(folder.iterdir()):
            folder.rmdir()


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
