"""What the child process of a test does; it imports them from here."""

import ctypes
import os
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.base.progress import Progress
from scheduler.solver.isolation import best_rosters

if TYPE_CHECKING:
    from scheduler.model.problem import Problem
    from scheduler.model.roster import Roster

Stop = Callable[[], bool]


def return_arguments(
    *arguments: object, progress: Progress, stop: Stop, **options: object
) -> tuple[object, ...]:
    """Return what came, and the word for lunch."""
    assert not stop()
    progress.step("here")
    return (*arguments, options, _("Lunch"))


def wait_for_stop(*, progress: Progress, stop: Stop) -> str:
    """Tell of a first roster, then of better bounds until asked to stop."""
    progress.bounds(10, 0)
    bound = 0
    while not stop():
        bound = min(bound + 1, 9)
        progress.bounds(10, bound)
        time.sleep(0.01)
    return "the best so far"


def wait_long(*, progress: Progress, stop: Stop, **_options: object) -> None:
    """Tell of a roster, then neither end nor stop."""
    progress.bounds(10, 0)
    stop()
    time.sleep(600)


def wait_after_roster(
    problem: "Problem", *, progress: Progress, stop: Stop, **options: Any
) -> "tuple[Roster, ...]":
    """Find the roster, but keep it for long."""
    rosters = best_rosters(problem, progress=progress, stop=stop, **options)
    time.sleep(600)
    return rosters


def take_memory(*, megabytes: int, progress: Progress, stop: Stop) -> int:
    """Take so much memory in small pieces, as a search does."""
    del progress, stop
    return sum(len(piece) for piece in [bytearray(1_000_000) for _number in range(megabytes)])


def abort(*_arguments: object, progress: Progress, stop: Stop, **_options: object) -> None:
    """Crash as a failed assertion in compiled code does."""
    del progress, stop
    os.abort()


def segfault(*, progress: Progress, stop: Stop) -> None:
    """Crash as a wild pointer does."""
    del progress, stop
    ctypes.string_at(0)


def leave(*, progress: Progress, stop: Stop) -> None:
    """End without a word."""
    del progress, stop
    os._exit(7)


def refuse_pins(*, progress: Progress, stop: Stop) -> None:
    """Raise what the solver raises for pins that cannot be kept."""
    del progress, stop
    problems = [InputProblem(_("Lunch"), "pins.csv", 2, "date"), InputProblem("and this", "pins.csv", 3)]
    raise InputError(problems, hint="Remove one of the pins.")


class StubbornError(Exception):
    """Cannot be made again from its arguments."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} and {two}")


def raise_error(*, kind: str, progress: Progress, stop: Stop) -> None:
    """Raise an error that is a bug."""
    del progress, stop
    raise StubbornError("this", "that") if kind == "stubborn" else ZeroDivisionError("by nought")


def return_what_cannot_be_sent(*, progress: Progress, stop: Stop) -> object:
    """Return something that has no pickle."""
    del progress, stop
    return lambda: None


def write_pid_and_wait(file: Path, *, progress: Progress, stop: Stop) -> None:
    """Say who this is, then neither end nor stop."""
    beside = file.with_suffix(".new")
    beside.write_text(str(os.getpid()), encoding="utf-8")
    beside.replace(file)
    wait_long(progress=progress, stop=stop)


def interrupt_oneself(*, progress: Progress, stop: Stop) -> str:
    """Get the Ctrl-C that the terminal sends to every process of the program."""
    del progress, stop
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.05)
    return "still here"


def report_no_address(pipe: Connection, _workers: int, _scratch: str) -> None:
    """Be a local cluster that could not start its workers."""
    pipe.send(("", "Too many open files"))


def end_at_once(_pipe: Connection, _workers: int, _scratch: str) -> None:
    """Be a local cluster that came to nothing."""
    os._exit(7)
