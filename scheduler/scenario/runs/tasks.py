"""What goes to a worker, and what comes back.

A worker is another process, maybe on another machine. It gets a task without what is of no use for
planning: addresses, coordinates, names, remarks. In particular no address of a home visit leaves this
machine. What remains of a place is its id and its ride times, without which nothing can be planned.
"""

import dataclasses
import functools
import operator
import pickle
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, get_type_hints

from scheduler.base.errors import SchedulerError, ServiceError
from scheduler.base.i18n import _, using
from scheduler.base.version import __version__
from scheduler.model.problem import Problem
from scheduler.model.project import Place
from scheduler.scenario.model import COLUMNS, Task
from scheduler.scenario.runs.fingerprints import fingerprint

Work = Callable[[Task], Any]
Row = dict[str, str | int | float | bool]

#: How a field of a row becomes the plain value that its type says, so that every file has the same columns.
_PLAIN: Mapping[object, Callable[[Any], str | int | float | bool]] = {
    str: str,
    bool: bool,
    int: operator.index,
    float: float,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a task came to: a row of figures, or the reason why there is none."""

    row: Row | None
    reason: str = ""


def portable(task: Task) -> Task:
    """Return a task without what a worker need not know, and without the places it does not need."""
    return dataclasses.replace(task, problem=_portable(task.problem))


def _portable(problem: Problem) -> Problem:
    return problem.replace(
        consultants=tuple(
            dataclasses.replace(consultant, name=consultant.consultant_id, note="")
            for consultant in problem.consultants
        ),
        days=tuple(
            dataclasses.replace(
                day, engagements=tuple(dataclasses.replace(each, title="") for each in day.engagements)
            )
            for day in problem.days
        ),
        requests=tuple(
            dataclasses.replace(
                request,
                title="",
                closed_slots=tuple(dataclasses.replace(slot, reason=None) for slot in request.closed_slots),
            )
            for request in problem.requests
        ),
        places={id_: Place(place_id=id_, name=id_) for id_ in problem.places},
        travel=problem.travel.between(problem.places),
        weights=dict(problem.weights),
        closed_days=tuple(dataclasses.replace(day, reason=None) for day in problem.closed_days),
        notes=(),
        inputs_sha256="",
    )


def question(task: Task) -> str:
    """Return the fingerprint of what a task asks, whatever it and its places are called."""
    return fingerprint(dataclasses.replace(portable(task), scenario="", week=""))


def columns_of(work: Work) -> tuple[str, ...]:
    """Return the columns of the rows that come of some work, as far as it says what it returns."""
    while isinstance(work, functools.partial):
        work = work.func
    with suppress(KeyError, NameError, TypeError):
        figures = get_type_hints(work)["return"]
        return tuple(field.name for field in dataclasses.fields(figures))
    return COLUMNS


def pack(work: Work, task: Task) -> bytes:
    """Return a task as it goes to a worker."""
    # Functions of a notebook or a script travel with their code: workers do not have those modules.
    from distributed.protocol.pickle import dumps

    return bytes(dumps((work, portable(task))))


def perform(parcel: bytes, version: str, lang: str) -> Outcome:
    """Do on a worker what `pack` has packed; reasons are in the language `lang`.

    Raises
    ------
    ServiceError
        When this is not the `version` of hjul that has packed it.
    """
    with using(lang):
        if version != __version__:
            raise ServiceError(
                _("A worker has hjul {theirs}, here it is {ours}.").format(theirs=__version__, ours=version),
                _("Install the same on all workers. What was done until then is kept."),
            )
        try:
            work, task = pickle.loads(parcel)  # noqa: S301 - a worker's business is to run what it is sent
        except Exception as error:  # noqa: BLE001 - whatever a module does when it is imported
            return Outcome(None, _told(error))
        return attempt(work, task)


def attempt(work: Work, task: Task) -> Outcome:
    """Do a task here, and catch whatever happens."""
    try:
        return Outcome(_row(work(task)))
    except SchedulerError as error:
        return Outcome(None, str(error))
    except MemoryError:
        return Outcome(None, _("more memory would be needed than there is"))
    except Exception as error:  # noqa: BLE001 - the other tasks go on
        return Outcome(None, _told(error))


def _row(figures: Any) -> Row:
    types = get_type_hints(type(figures))
    row: Row = {}
    for field in dataclasses.fields(figures):
        kind = types[field.name]
        if kind not in _PLAIN:
            raise TypeError(f"{field.name} is neither a text nor a number, as a column must be")
        row[field.name] = _PLAIN[kind](getattr(figures, field.name))
    return row


def _told(error: Exception) -> str:
    """Return an unexpected error with the line that raised it, for those who look after hjul."""
    told = "".join(traceback.format_exception_only(error)).strip()
    where = traceback.extract_tb(error.__traceback__)[-1]
    return _("{error} (in {file}, line {line})").format(
        error=told, file=PurePath(where.filename).name, line=where.lineno
    )
