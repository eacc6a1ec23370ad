"""Processes of our own: each does what one function says, and talks over a pipe.

multiprocessing starts its processes by importing the program's main module, so that a script that calls
the planner in its outermost lines would run again from its start.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from multiprocessing.connection import Connection, Pipe
from subprocess import DEVNULL, Popen, TimeoutExpired
from typing import Any

from scheduler.base.uninterrupted import uninterrupted


class Child:
    """A Python process that calls ``serve(its end of the pipe, *arguments)``, and ends then.

    Ctrl-C does not reach it, and it imports nothing but what `serve` needs. The pipe closes when either
    process ends; a child that shall not outlive its parent has to watch it.

    Parameters
    ----------
    serve
        A function of a module.
    arguments
        Texts and numbers, and tuples of them.
    """

    def __init__(self, serve: Callable[..., None], *arguments: object) -> None:
        self.pipe, childs_end = Pipe()
        begin = f"begin({childs_end.fileno()}, {serve.__module__!a}, {serve.__qualname__!a}, {arguments!a})"
        path = list(map(str, sys.path))
        code = f"import sys; sys.path[:] = {path!a}; from scheduler.base.child import begin; {begin}"
        # Its end is closed here, so that the pipe closes when the child ends.
        with childs_end, ExitStack() as undoing:
            undoing.callback(self.pipe.close)
            # What would interrupt the start waits: a half-started process would be nobody's.
            with uninterrupted(), _deaf_to_interrupts():
                self._process = Popen([sys.executable, "-c", code], stdin=DEVNULL, **_passing(childs_end))
                undoing.callback(self.end)
            undoing.pop_all()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def exit_code(self, within_s: float) -> int | None:
        """Return how the process has ended, the negative of a signal's number if by one; wait a while for that."""
        with suppress(TimeoutExpired):
            self._process.wait(within_s)
        return self._process.returncode

    def end(self, patience_s: float = 0.0) -> None:
        """Close the pipe, and kill the process if that does not end it in time."""
        self.pipe.close()
        if not patience_s or self.exit_code(patience_s) is None:
            self._process.kill()
            self._process.wait()


def _passing(pipe: Connection) -> dict[str, Any]:
    """Return how a process is started that gets this end of a pipe and nothing else of this process."""
    if sys.platform == "win32":
        from subprocess import CREATE_NEW_PROCESS_GROUP, STARTUPINFO

        os.set_handle_inheritable(pipe.fileno(), True)  # noqa: FBT003 - has no name there
        startup = STARTUPINFO(lpAttributeList={"handle_list": [pipe.fileno()]})
        return {"startupinfo": startup, "creationflags": CREATE_NEW_PROCESS_GROUP}
    return {"pass_fds": [pipe.fileno()]}


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Let a process that starts in the block inherit that Ctrl-C does not reach it.

    The terminal sends Ctrl-C to parent and child alike, and the child's interpreter would die of it with
    a traceback. On Windows it does not go to other groups of processes.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def begin(handle: int, module: str, function: str, arguments: tuple[object, ...]) -> None:
    """Call a function in the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # noqa: TID251 - of the child, and of its children
    if sys.platform == "win32":
        from multiprocessing.connection import PipeConnection as End
    else:
        from multiprocessing.connection import Connection as End
    getattr(import_module(module), function)(End(handle), *arguments)
