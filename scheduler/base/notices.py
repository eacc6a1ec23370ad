"""What was done besides what was asked for, told to whoever asked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_listener: ContextVar[Callable[[object], None] | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Callable[[object], None]) -> Iterator[None]:
    """Have a listener be told what is done besides in the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def notice(text: object) -> None:
    """Tell whoever listens, if anybody does."""
    if (listener := _listener.get()) is not None:
        listener(text)
