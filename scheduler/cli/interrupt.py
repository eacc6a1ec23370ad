"""Ctrl-C, and the system asking the program to end."""

import _thread
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from scheduler.base.i18n import _

if TYPE_CHECKING:
    from scheduler.cli.terminal import StepProgress, Terminal

#: The signals with which the system, another program or a closed terminal asks the program to end.
_ENDINGS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
#: How soon to ask again where a program cannot be interrupted just now.
_AGAIN_S = 0.02

_Handler = Callable[[int, FrameType | None], None]


class Terminated(SystemExit):
    """The program was asked to end, and not by Ctrl-C, after which some commands go on."""

    def __init__(self, number: int) -> None:
        self.exit_code = 128 + number  # as shells have it
        super().__init__(self.exit_code)


@contextmanager
def ending_well() -> Iterator[None]:
    """Let Ctrl-C be a `KeyboardInterrupt` and other wishes to end `Terminated`, never amid an import.

    What is ignored (a shell has its background jobs ignore Ctrl-C) stays so. Only the main thread can do
    this; elsewhere nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {}
    for number in (signal.SIGINT, *_ENDINGS):
        if signal.getsignal(number) not in (signal.SIG_IGN, None):
            before[number] = signal.signal(number, _patient(_raise))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def interruptible(terminal: "Terminal", progress: "StepProgress") -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C into a wish to stop; the second one, or one before any roster, aborts."""
    wished = told = False

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal wished
        if wished or not progress.has_roster:
            _raise(number, frame)
        wished = True

    def asked() -> bool:
        # Said here and not in the handler, which may interrupt the very line that is being printed.
        nonlocal told
        if wished and not told:
            told = True
            terminal.note(_("Stopping with the best roster found. Ctrl-C again to write nothing."))
        return wished

    before = signal.signal(signal.SIGINT, _patient(interrupt))
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def _raise(number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt if number == signal.SIGINT else Terminated(number)


def _patient(handler: _Handler) -> _Handler:
    """Return a handler of signals that waits until no module is being imported.

    An exception would be lost there, or break the import of compiled modules with a traceback of theirs.
    """
    main = threading.get_ident()

    def handle(number: int, frame: FrameType | None) -> None:
        if _is_deaf(frame):
            again = threading.Timer(_AGAIN_S, _send_again, (number, main))
            again.daemon = True
            again.start()
        else:
            handler(number, frame)

    return handle


def _send_again(number: int, main: int) -> None:
    if sys.platform == "win32":
        _thread.interrupt_main(number)
    else:  # wakes the main thread up as well, should it wait for something
        signal.pthread_kill(main, number)


def _is_deaf(frame: FrameType | None) -> bool:
    """Tell whether an exception would be lost where the program is, or become another.

    It would be lost in an import or a finalizer; pydantic makes an error of its own of it while it builds a schema.
    """
    while frame and frame.f_globals.get("__name__") != __package__:  # what called `run` does not count
        if frame.f_code.co_filename.startswith("<frozen importlib") or frame.f_code.co_name == "__del__":
            return True
        if str(frame.f_globals.get("__name__")).startswith("pydantic."):
            return True
        frame = frame.f_back
    return False
