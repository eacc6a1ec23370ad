"""Compiled networks in the user's cache folder: never trusted, never needed.

A file is a header line (format, name of the network, SHA-256 of the rest) and an .npz archive
without pickle. Whatever does not fit is as good as absent.
"""

import hashlib
import io
import os
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scheduler.base import files

#: Changes whenever the arrays, or the rules that made them, change their meaning.
FORMAT = "hjul-network-5"

Arrays = dict[str, NDArray[np.generic]]


def default_folder() -> Path:
    """Return the cache folder: of HJUL_CACHE where that is set, else the user's own."""
    if chosen := os.environ.get("HJUL_CACHE"):
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("hjul")


def _file(folder: Path, sha256: str) -> Path:
    return folder / f"network-{sha256[:32]}.bin"


def load(folder: Path, sha256: str) -> Arrays | None:
    """Return the arrays stored under a map's content hash; None when there are none to be trusted."""
    try:
        header, _newline, payload = _file(folder, sha256).read_bytes().partition(b"\n")
        if header.decode("ascii").split() != [FORMAT, sha256, hashlib.sha256(payload).hexdigest()]:
            return None
        with np.load(io.BytesIO(payload), allow_pickle=False) as archive:
            return dict(archive)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def store(folder: Path, sha256: str, arrays: Arrays) -> None:
    """Store arrays under a map's content hash, whole or not at all; a folder that refuses is let be."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]  # mypy takes an array for allow_pickle
    payload = buffer.getvalue()
    header = f"{FORMAT} {sha256} {hashlib.sha256(payload).hexdigest()}\n".encode("ascii")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files.replace(_file(folder, sha256), header + payload)
    except OSError:
        return
