"""Command lines in processes of their own that begin in a moment: forked from one that has imported everything.

Killing a command hundreds of times would else be spent on importing. A command is a process like any other, in a group
of its own, and so is the solver that it starts. It can send itself a signal before its n-th step, a statement to a
database or change of a file in its folder; at its end it says on stderr how many there were.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Pipe
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).parent.parent
_LIMIT_S = 600.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command has ended: what it said, and its exit code, the negative of a signal's number if by one."""

    said: str
    errors: str
    code: int

    @property
    def steps(self) -> int:
        """How many steps it had, where it came to its end."""
        return int(self.errors.split()[-1])


class Command:
    """A command at work in the present folder, with the present environment."""

    def __init__(self, nest: "Nest", line: Sequence[object], number: int, step: int) -> None:
        self._nest = nest
        self._files = [Path(tempfile.mkstemp(prefix="hjul-said-")[1]) for _file in range(2)]
        self.pid: int = nest.ask(
            line=list(map(str, line)),
            number=number,
            step=step,
            folder=str(Path.cwd()),
            env=dict(os.environ),
            files=list(map(str, self._files)),
        )

    def kill(self, number: int) -> None:
        """Send it a signal, where it is still there."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def ended(self) -> Ended:
        """Wait until it has ended."""
        code = self._nest.ask(wait=self.pid)
        said, errors = (file.read_text(encoding="utf-8", errors="replace") for file in self._files)
        for file in self._files:
            file.unlink()
        return Ended(said, errors, code)


class Nest:
    """The process that commands are forked from."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )

    def ask(self, **wish: Any) -> int:
        """Have it do something, and return its answer."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(wish) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the nest has ended"
        return int(answer)

    def start(self, *line: object, number: int = 0, step: int = 0) -> Command:
        """Start a command line here that sends itself a signal before a step; 0 for never."""
        return Command(self, line, number, step)

    def end(self) -> None:
        """End it; commands that are at work go on."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(_LIMIT_S)
        self._process.stdout.close()


@contextmanager
def nest() -> Iterator[Nest]:
    """Have a nest for the block."""
    made = Nest()
    try:
        yield made
    finally:
        made.end()


# --- In the nest ------------------------------------------------------------------------------------------


class _Forked:
    """A `Child` that is forked instead of started: as it, it has no file of its parent's but its end of the pipe."""

    def __init__(self, serve: Callable[..., None], *arguments: object) -> None:
        self.pipe, theirs = Pipe()
        self.pid = os.fork()
        if not self.pid:
            _Steps.left = 0
            mine = theirs.fileno()
            os.closerange(3, mine)
            os.closerange(mine + 1, 1024)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            with suppress(BaseException):
                serve(theirs, *arguments)
            os._exit(0)
        theirs.close()

    def exit_code(self, within_s: float) -> int | None:
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.01)
        return None

    def end(self, _patience_s: float = 0.0) -> None:
        self.pipe.close()
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


class _Steps:
    """How many steps were done, and before which to send which signal."""

    done = 0
    left = 0
    number = 0
    folder = Path("/nowhere")

    @classmethod
    def step(cls) -> None:
        cls.done += 1
        if cls.done == cls.left:
            os.kill(os.getpid(), cls.number)


_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_CHANGES = ("os.rename", "os.mkdir", "os.rmdir", "os.remove", "sqlite3.connect")


def _heard(event: str, details: Any) -> None:
    writes = (
        event == "open"
        and not isinstance(details[0], int)
        and isinstance(details[2], int)
        and details[2] & _WRITING
    )
    if (writes or event in _CHANGES) and _is_here(details[0]):
        _Steps.step()


def _is_here(file: object) -> bool:
    return Path(str(file)).absolute().is_relative_to(_Steps.folder)


def _count(kind: type, name: str) -> None:
    method = getattr(kind, name)

    def before(*arguments: object, **options: object) -> object:
        _Steps.step()
        return method(*arguments, **options)

    setattr(kind, name, before)


def _prepare() -> None:
    """Import what commands need, and have their steps counted."""
    from scheduler.solver import isolation
    from scheduler.store import opening

    opening.set_up()
    from importlib import import_module
    from pkgutil import walk_packages

    import psycopg
    from django.db.backends import utils
    from django.db.backends.base.base import BaseDatabaseWrapper

    import scheduler

    assert psycopg.__name__
    for module in walk_packages(scheduler.__path__, "scheduler."):
        # The app is set up otherwise than a command is.
        is_apart = ".migrations." in module.name or module.name.startswith("scheduler.web.")
        if not is_apart and not module.name.endswith("__main__"):
            import_module(module.name)
    vars(isolation)["Child"] = _Forked
    sys.addaudithook(_heard)
    for name in ("execute", "executemany"):
        _count(utils.CursorWrapper, name)
    for name in ("commit", "_commit", "close"):
        _count(BaseDatabaseWrapper, name)


def _run(wish: dict[str, Any]) -> NoReturn:
    """Be the command."""
    os.setsid()
    os.environ.clear()
    os.environ.update(wish["env"])
    os.chdir(wish["folder"])
    for number, file in enumerate(wish["files"], start=1):
        os.dup2(os.open(file, os.O_WRONLY), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(write_through=True)  # type: ignore[union-attr]
    _Steps.folder, _Steps.number, _Steps.left, _Steps.done = Path.cwd(), wish["number"], wish["step"], 0
    sys.argv[1:] = wish["line"]
    from scheduler.__main__ import main

    code = 1
    try:
        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stderr.write(f"{_Steps.done}\n")
        os._exit(code)


def _serve() -> None:
    _prepare()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    for text in sys.stdin:
        wish = json.loads(text)
        if "wait" in wish:
            answer = os.waitstatus_to_exitcode(os.waitpid(wish["wait"], 0)[1])
        else:
            answer = os.fork()
            if not answer:
                _run(wish)
        answers.write(f"{answer}\n")
        answers.flush()


if __name__ == "__main__":
    _serve()
