"""Files and folders written as a whole: beside their target first, then moved into place.

What lies beside a target belongs to whoever holds its claim: a lock of the operating system on a
file there. The system takes the lock from a process that ends, however it ends. So whoever gets a
claim knows that nobody else is at work on the target, and that whatever lies beside it is left over.
"""

import csv
import errno
import io
import os
import re
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from scheduler.base.errors import ServiceError, told
from scheduler.base.i18n import _, os_reason
from scheduler.base.uninterrupted import uninterrupted

#: How long to wait for somebody who only tidies up, or who writes the same file; how often to look.
_TIDYING_S = 1.0
_WRITING_S = 10.0
_LOOK_S = 0.02

#: What lies beside a target: its lock, what is to take its place, and what did have its place.
_BESIDE = re.compile(r"\.(?P<target>.+)\.hjul-(?:lock|new|old)")
#: The same, as hjul called it before it had locks; only weeks were written in this way.
_BESIDE_BEFORE = re.compile(r"\.(?P<target>\d{4}-W\d\d(?:-alternative-\d+)?)\.(?:new-\d+|old)")


class BusyError(ServiceError):
    """Another process is at work on a file or folder."""

    def __init__(self, target: Path) -> None:
        super().__init__(
            _("Another hjul is writing {target} just now.").format(target=target),
            hint=_("Wait until it is done and run this again, or name another place to write to."),
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to replace a file or folder; whoever has it, has it alone.

    `target` is as it was named, `real` where it is: a link to a folder stays a link, one to a file is
    replaced. What is to take its place is made at `new`, where there is nothing at first.
    """

    target: Path
    real: Path

    @property
    def new(self) -> Path:
        """Where to write; what is left there is removed with the claim."""
        return _beside(self.real, "new")

    @property
    def old(self) -> Path:
        """Where a folder lies for the moment between two renames."""
        return _beside(self.real, "old")

    def put(self) -> None:
        """Put what is new in the place of the target.

        It is on the disk before. Whatever happens meanwhile, the old one or the new one is whole. Should
        neither be in its place, the end of this claim puts the old one back, or the next claim does.
        """
        if self.real.is_dir():
            shutil.copymode(self.real, self.new)
            _to_disk(self.new)
            self.real.rename(self.old)
            self.new.rename(self.real)
            _sync(self.real.parent)
            # There the end of the claim removes it. Nobody takes the half of it for the old folder.
            self.old.rename(self.new)
        else:
            put(self.new, self.real)


@contextmanager
def claimed(target: Path, *, wait_s: float = _TIDYING_S, parents: bool = False) -> Iterator[Claim]:
    """Have the claim to a file or folder, and see that nothing is left beside it afterwards.

    Parameters
    ----------
    target
        What is to be replaced; it need not be there.
    wait_s
        How long to wait for another process that has the claim.
    parents
        Make the folders that it lies in. Those that are empty in the end are removed.

    Raises
    ------
    BusyError
        When another process has the claim for longer than `wait_s`.
    ServiceError
        When nothing can be written there.
    """
    claim = Claim(target, _real(target))
    lock = _beside(claim.real, "lock")
    made = [folder for folder in claim.real.parents if not folder.exists()] if parents else []
    until = time.monotonic() + wait_s
    descriptor: int | None = None
    try:
        with told(unwritable, target):
            if parents:
                claim.real.parent.mkdir(parents=True, exist_ok=True)
            while True:
                with uninterrupted():
                    descriptor = _lock(lock)
                if descriptor is not None or time.monotonic() >= until:
                    break
                time.sleep(_LOOK_S)
            if descriptor is not None:
                _recover(claim)
        if descriptor is None:
            raise BusyError(target)
        yield claim
    finally:
        with uninterrupted():
            if descriptor is not None:
                with suppress(OSError):
                    _recover(claim)
                _unlock(lock, descriptor)
            for folder in made:
                with suppress(OSError):
                    folder.rmdir()


def left_in(folder: Path) -> tuple[Path, ...]:
    """Return the targets in a folder beside which something lies: somebody is at work on them, or was."""
    targets = {folder / name for name in _targets(folder)}
    with os.scandir(folder) as entries:
        for link in (folder / entry.name for entry in entries if entry.is_symlink()):
            real = _real(link)
            if real.parent.is_dir() and real.name in _targets(real.parent):
                targets.add(link)
    return tuple(sorted(targets))


def is_beside(name: str) -> bool:
    """Tell whether an entry of a folder lies there beside a target, for a while."""
    return _BESIDE.fullmatch(name) is not None


def tidy(folder: Path) -> None:
    """Put right what killed processes have left in a folder, if it can be; what is in use stays."""
    with suppress(OSError):
        for target in left_in(folder):
            with suppress(OSError), claimed(target, wait_s=0):
                pass


def put(file: Path, target: Path) -> None:
    """Put a file, once it is on the disk, in the place of another one; who may read that may read this."""
    if target.exists():
        shutil.copymode(target, file)
    _to_disk(file)
    file.replace(target)
    _sync(target.parent)


def replace(target: Path, content: bytes) -> None:
    """Write a file, complete or not at all.

    Raises
    ------
    ServiceError
        When it cannot be written; an earlier file is then as it was.
    """
    with claimed(target, wait_s=_WRITING_S) as claim, told(unwritable, target):
        if target.is_dir():  # a folder can be put in the place of one; a file must not be
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
        claim.new.write_bytes(content)
        claim.put()


def replace_csv(target: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table as `replace` does: UTF-8, commas, a heading."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    replace(target, text.getvalue().encode())


def unwritable(target: Path, error: OSError) -> ServiceError:
    """Return what to tell people about a file or folder that cannot be written."""
    return ServiceError(
        _("{file} cannot be written: {error}").format(file=target, error=os_reason(error)),
        hint=_("Free space, close what is open there, or name another place, in which you may write."),
    )


def plain(text: str) -> str:
    """Return a text for a table's cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


# --- Names beside a target ----------------------------------------------------------------------------


def _beside(target: Path, kind: str) -> Path:
    return target.with_name(f".{target.name}.hjul-{kind}")


def _real(target: Path) -> Path:
    if target.is_file():
        return Path(os.path.realpath(target.parent), target.name)
    return Path(os.path.realpath(target))


def _targets(folder: Path) -> set[str]:
    """Return the names of the entries of a folder beside which something lies."""
    names = [entry.name for entry in folder.iterdir()]
    matches = (pattern.fullmatch(name) for name in names for pattern in (_BESIDE, _BESIDE_BEFORE))
    return {match["target"] for match in matches if match}


def _recover(claim: Claim) -> None:
    """Put right what was left before it was done; nobody else is at work there."""
    real = claim.real
    matches = (_BESIDE_BEFORE.fullmatch(entry.name) for entry in real.parent.iterdir())
    before = [real.with_name(match[0]) for match in matches if match and match["target"] == real.name]
    for old in (claim.old, *(path for path in before if path.suffix == ".old")):
        if old.exists() and not real.exists():
            old.rename(real)
    if claim.old.exists():
        _remove(claim.new)
        claim.old.rename(claim.new)
    for left in (claim.new, *before):
        _remove(left)


# --- Locks --------------------------------------------------------------------------------------------


#: A link in the place of a lock is none of ours, and might lead to a file of somebody else's.
_NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)


def _lock(file: Path) -> int | None:
    """Return the descriptor of a lock file, locked; None where somebody else has locked it."""
    while True:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | _NO_LINK, 0o600)
        try:
            locked = _try_lock(descriptor)
            # Who had the lock removes the file: then what was locked is not what the next one will find.
            if locked and _is_same(file, descriptor):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        if not locked:
            return None


def _is_same(file: Path, descriptor: int) -> bool:
    if sys.platform == "win32":  # removes no open file
        return True
    try:
        return os.path.samestat(file.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _unlock(file: Path, descriptor: int) -> None:
    """Remove a lock file, and let go of its lock."""
    if sys.platform == "win32":  # a file that the next one has opened stays
        os.close(descriptor)
        with suppress(OSError):
            file.unlink()
    else:
        try:
            file.unlink(missing_ok=True)
        finally:
            os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


# --- On the disk --------------------------------------------------------------------------------------


def _remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    """Have a file, or all that is in a folder, on the disk."""
    for each in (*path.rglob("*"), path):
        if not each.is_symlink() and (each.is_file() or each.is_dir()):
            _sync(each)


def _sync(path: Path) -> None:
    # Windows opens no folders, and some file systems sync none: then the renames have to do.
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
