"""The solver in a process of its own: whatever happens to it, the program goes on and can say so.

The engine is compiled code that may run out of memory or crash, and then takes its process with it.
So it runs in a child, with a ceiling on its memory. The child is started before the tables are read:
it imports the engine meanwhile. The two talk over one pipe. Down go the task and the wish to stop, up
come steps, bounds, and the result or the error.
"""

import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from scheduler.base.child import Child
from scheduler.base.errors import SchedulerError
from scheduler.base.i18n import _, language, use
from scheduler.base.progress import Progress, Silent

if TYPE_CHECKING:
    from types import TracebackType

    from scheduler.model.problem import Problem
    from scheduler.model.roster import Roster
    from scheduler.solver.front import FrontRoster

_Result = TypeVar("_Result")

#: How long the parent waits for a message before it looks again whether the user wants to stop.
_LOOK_S = 0.05
#: How long a child whose pipe has closed may take until its exit code is known.
_EXIT_S = 5.0


def best_rosters(problem: "Problem", **options: Any) -> "tuple[Roster, ...]":
    """Return the roster of `scheduler.solver.engine.solve` and its alternatives; the options are its own."""
    from scheduler.solver.engine import solve

    solution = solve(problem, **options)
    return solution.roster, *solution.alternatives


def front(problem: "Problem", **options: Any) -> "Iterator[FrontRoster]":
    """Yield the rosters of `scheduler.solver.front.front`; the options are its own."""
    from scheduler.solver.front import front as found

    yield from found(problem, **options)


class SolverProcess:
    """A child process that does one task and ends with the ``with`` block, whatever happens.

    It cannot outlive its parent: it ends when the pipe closes.

    Parameters
    ----------
    imports
        Modules that the child imports at once, while the parent has other things to do.
    """

    def __init__(self, imports: Sequence[str] = ("scheduler.solver.engine",)) -> None:
        self._child = Child(_serve, tuple(imports))
        self._pipe = self._child.pipe

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: "TracebackType | None",
    ) -> None:
        """End the child, at once."""
        self._child.end()

    def best_rosters(self, problem: "Problem", *, memory_mb: int, **options: Any) -> "tuple[Roster, ...]":
        """Return what `best_rosters` finds in the child, which then ends. Errors as for `run`."""
        with self:
            return self.run(best_rosters, problem, memory_mb=memory_mb, **options)

    def run(
        self,
        work: Callable[..., _Result],
        *arguments: object,
        memory_mb: int,
        progress: Progress,
        stop: Callable[[], bool] | None = None,
        **options: object,
    ) -> _Result:
        """Return `work(*arguments, progress=..., stop=..., **options)`, called in the child.

        Parameters
        ----------
        work
            A function of a module; it, its arguments and its result can be pickled.
        memory_mb
            The most memory that the child may have, in megabytes, where the system can hold it to
            that (Linux); the engine itself takes about 250 of it.
        progress
            Is told in this process what `work` tells its own `progress`.
        stop
            Is asked in this process now and then; once it says yes, so does the `stop` of `work`.

        Raises
        ------
        SchedulerError
            When the child has crashed, was killed, or has needed more memory than it may have.
        Exception
            What `work` has raised, with the child's traceback as a note.
        """
        task = language(), memory_mb, work, arguments, options
        for is_last, value in self._told(task, progress, stop, memory_mb):
            if is_last:
                return cast("_Result", value)
        raise AssertionError  # pragma: no cover - the last message is a result or an error

    def stream(
        self,
        work: "Callable[..., Iterator[_Result]]",
        *arguments: object,
        memory_mb: int,
        progress: Progress | None = None,
        stop: Callable[[], bool] | None = None,
        **options: object,
    ) -> "Iterator[_Result]":
        """Yield what `work(*arguments, progress=..., stop=..., **options)` yields, as it comes, called in the child.

        Parameters and errors are those of `run`.
        """
        task = language(), memory_mb, work, arguments, options
        for is_last, value in self._told(task, progress or Silent(), stop, memory_mb):
            if not is_last:
                yield cast("_Result", value)

    def _told(
        self, task: object, progress: Progress, stop: Callable[[], bool] | None, memory_mb: int
    ) -> Iterator[tuple[bool, object]]:
        """Give the child its task, and yield what it finds, the result last; tell `progress` of the rest."""
        wished = False
        with self._expecting_crashes():
            self._pipe.send(task)
        while True:
            if stop and not wished and stop():
                wished = True
                with self._expecting_crashes():
                    self._pipe.send("stop")
            with self._expecting_crashes():
                message = self._pipe.recv() if self._pipe.poll(_LOOK_S) else None
            match message:
                case "step", text:
                    progress.step(text)
                case "bounds", (score, bound):
                    progress.bounds(score, bound)
                case "item", item:
                    yield False, item
                case "result", result:
                    yield True, result
                    return
                case "memory", _nothing:
                    raise _out_of_memory(memory_mb)
                case "error", error:
                    raise error

    @contextmanager
    def _expecting_crashes(self) -> Iterator[None]:
        """Turn a pipe that has closed at the other end into the error that people see."""
        try:
            yield
        except (EOFError, OSError) as ended:
            raise self._crashed() from ended

    def _crashed(self) -> SchedulerError:
        """Return what to say about a child that ended without an answer."""
        code = self._child.exit_code(_EXIT_S)
        if code == -getattr(signal, "SIGKILL", 9):
            return SchedulerError(
                _(
                    "The search for a roster was killed from outside, most likely because the computer "
                    "ran out of memory. Nothing was written."
                ),
                hint=_("Close other programs and try again, or search for less long (--time-limit)."),
            )
        how = _("exit code {code}").format(code=code)
        if code is not None and code < 0:
            with suppress(ValueError):
                how = signal.Signals(-code).name
        return SchedulerError(
            _("The search for a roster crashed ({how}). Nothing was written.").format(how=how),
            hint=_(
                "Try again with a higher memory_mb in the section [solver] of project.toml; if it crashes "
                "again, tell those who look after hjul."
            ),
        )


def _out_of_memory(memory_mb: int) -> SchedulerError:
    return SchedulerError(
        _(
            "The search for a roster needed more memory than the {memory} MB that it may have. "
            "Nothing was written."
        ).format(memory=memory_mb),
        hint=_(
            "Raise memory_mb in the section [solver] of project.toml, or search for less long (--time-limit)."
        ),
    )


# --- In the child -------------------------------------------------------------------------------


def _serve(pipe: Connection, imports: Sequence[str]) -> None:
    """Do the one task that the pipe brings, and send what comes of it."""
    tasks: SimpleQueue[bytes] = SimpleQueue()
    stop = threading.Event()
    threading.Thread(target=_listen, args=(pipe, tasks, stop), daemon=True).start()
    try:
        for module in imports:
            import_module(module)
        lang, memory_mb, work, arguments, options = pickle.loads(tasks.get())  # noqa: S301 - our own
        use(lang)
        _limit_memory(memory_mb)
        result = work(*arguments, progress=_Sender(pipe), stop=stop.is_set, **options)
        if isinstance(result, Generator):
            for item in result:
                pipe.send(("item", item))
            result = None
        pipe.send(("result", result))
    except ConnectionError:
        return  # the parent has ended, or wants nothing any more
    except MemoryError:
        pipe.send(("memory", None))
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent raises it
        pipe.send(("error", _portable(error)))


def _listen(pipe: Connection, tasks: "SimpleQueue[bytes]", stop: threading.Event) -> None:
    """Pass the task on and the wish to stop, and end with the parent, whatever is being done."""
    with suppress(EOFError, OSError):
        tasks.put(pipe.recv_bytes())
        while True:
            pipe.recv_bytes()
            stop.set()
    os._exit(1)


class _Sender:
    """The child's `Progress`: tells the parent."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def step(self, text: str) -> None:
        self._pipe.send(("step", text))

    def bounds(self, score: int, bound: int) -> None:
        self._pipe.send(("bounds", (score, bound)))


def _limit_memory(memory_mb: int) -> None:
    """Have what the process allocates limited; beyond it, allocating is a MemoryError or a crash.

    Only Linux holds a process to it. RLIMIT_AS would count what libraries map and reserve for their
    threads without ever using it, several times what they use.
    """
    if sys.platform == "linux":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        wanted = memory_mb * 1_000_000
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _portable(error: Exception) -> Exception:
    """Return an error that survives the way to the parent, with its traceback as a note."""
    error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - an exception's constructor may do anything
        told = RuntimeError(f"{type(error).__name__}: {error}")
        told.__notes__ = error.__notes__
        return told
    return error
