"""Who acts: whoever has signed in, or else whoever is signed in to the machine."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_VARIABLE = "HJUL_USER"
_LONGEST = 200

_acting: ContextVar[str] = ContextVar("acting", default="")


@contextmanager
def acting(name: str) -> Iterator[None]:
    """Have somebody act for the block who has signed in; an empty name is whoever runs this process."""
    token = _acting.set(name)
    try:
        yield
    finally:
        _acting.reset(token)


def me() -> str:
    """Return the name that events have for whoever acts."""
    try:
        name = _acting.get() or os.environ.get(_VARIABLE) or getpass.getuser()
    except (KeyError, OSError):  # a process may run as somebody whom the machine does not know
        name = "?"
    return " ".join(name.split())[:_LONGEST]
