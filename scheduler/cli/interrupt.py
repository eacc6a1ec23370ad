"""Ctrl-C while a week is planned."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scheduler.i18n import _

if TYPE_CHECKING:
    from scheduler.cli.terminal import StepProgress, Terminal


@contextmanager
def interruptible(terminal: "Terminal", progress: "StepProgress") -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C into a wish to stop; the second one, or one before any roster, aborts."""
    wished = told = False

    def interrupt(_signal: int, _frame: object) -> None:
        nonlocal wished
        if wished or not progress.has_roster:
            raise KeyboardInterrupt
        wished = True

    def asked() -> bool:
        # Said here and not in the handler, which may interrupt the very line that is being printed.
        nonlocal told
        if wished and not told:
            told = True
            terminal.note(_("Stopping with the best roster found. Ctrl-C again to write nothing."))
        return wished

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
