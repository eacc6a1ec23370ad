"""Work for the processes and workers of tests/scenario/test_runs*.py, which import this module."""

import ctypes
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from scheduler.base.errors import ServiceError
from scheduler.base.i18n import _
from scheduler.scenario.model import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """A small row of results."""

    scenario: str
    week: str
    places: int
    kph: float
    watched: str
    pid: int


def count(task: Task) -> Counts:
    """Count the places of a task."""
    return Counts(
        scenario=task.scenario,
        week=task.week,
        places=len(task.problem.places),
        kph=task.problem.speed_kph,
        watched=task.watched,
        pid=os.getpid(),
    )


def obey(task: Task) -> Counts:
    """Do as the watched request says, then count."""
    order, _comma, argument = task.watched.partition(" ")
    match order:
        case "raise":
            raise ServiceError(_("Lunch"))
        case "divide":
            1 / 0  # noqa: B018 - for its error
        case "memory":
            raise MemoryError
        case "crash":
            ctypes.string_at(0)
        case "sleep":
            time.sleep(float(argument))
        case "interrupt":
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.05)
        case "crash-once" if not Path(argument).exists():
            Path(argument).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        case "note":
            with Path(argument).open("a", encoding="utf-8") as file:
                file.write(f"{task.week}\n")
    return count(task)


def look(task: Task) -> Counts:
    """Fail with everything that the task says."""
    raise ValueError(repr(task))
