"""What must be done whole once it has begun: signals wait until it is."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: What a process is sent that is to end, where the system has such a signal.
_ENDINGS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Have signals that Python handles, and that come while the block lasts, handled after it.

    Masking them would not do: the system may choose another thread to take a signal, and Python still
    handles it in the main thread. In other threads than that nothing is ever interrupted.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in _ENDINGS}
    handled = {number: handler for number, handler in before.items() if callable(handler)}
    for number in handled:
        signal.signal(number, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        for number, handler in handled.items():
            signal.signal(number, handler)
        for number in came:
            signal.raise_signal(number)
