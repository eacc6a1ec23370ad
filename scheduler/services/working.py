"""Jobs done: what the store has in its queue is claimed and carried out by the services that commands call, too.

Whoever works needs the store open in all threads of the process (`opening.hold`), as a server has it.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from pathlib import Path
from time import monotonic

from scheduler.base.errors import SchedulerError, ServiceError
from scheduler.base.i18n import _, using
from scheduler.base.progress import Progress
from scheduler.model.clock import Week
from scheduler.services.editions import plan_week
from scheduler.services.workspace import cleaning
from scheduler.store import jobs
from scheduler.store.address import address_of
from scheduler.store.jobs import LEASE, Claim, LostJobError
from scheduler.store.opening import close_own, refusals
from scheduler.store.who import acting

#: How often to look whether there is something to do.
_PAUSE_S = 0.5
#: How often a lease is renewed, and bounds are told at most.
_BEAT_S = LEASE.total_seconds() / 3
_TOLD_S = 0.3


class _Telling:
    """Tells the store how far a job is, and learns from it whether it is still wanted."""

    def __init__(self, data: Path, held: Claim) -> None:
        self._address = address_of(data)
        self._held = held
        self._told_at = 0.0
        self.is_to_end = False

    def step(self, text: str) -> None:
        """Tell what is being done."""
        self._tell(step=text)

    def bounds(self, score: int, bound: int) -> None:
        """Tell how good the best is, now and then."""
        if monotonic() - self._told_at > _TOLD_S:
            self._told_at = monotonic()
            self._tell(score=score, bound=bound)

    def beat(self) -> None:
        """Give a sign of life."""
        self._tell()

    def _tell(self, *, step: str | None = None, score: int | None = None, bound: int | None = None) -> None:
        try:
            with refusals(self._address):
                self.is_to_end |= not jobs.report(self._held, step=step, score=score, bound=bound)
        except LostJobError:
            self.is_to_end = True  # and nothing of it is saved: `finish` is refused as well
        except ServiceError:
            close_own()  # a store that is away for a moment does not end what is going on


#: Does a job, with the project folder, the one that weeks are written into, and what tells and asks how far it is.
Kind = Callable[[Path, Path, Claim, Progress, Callable[[], bool]], object]


def _plan(data: Path, out: Path, held: Claim, progress: Progress, stop: Callable[[], bool]) -> object:
    week = Week.parse(str(held.job.arguments["week"]))

    def finish() -> None:
        jobs.finish(held, {"week": str(week)})

    return plan_week(data, week, out, progress=progress, stop=stop, then=finish)


#: What can be asked for.
KINDS: Mapping[str, Kind] = {"plan": _plan}


def work(
    data: Path, out: Path, worker: str, is_over: Callable[[], bool], kinds: Mapping[str, Kind] = KINDS
) -> None:
    """Do what is asked for, one job after another, until it is over; what fails is kept with its job.

    Parameters
    ----------
    data, out
        The project folder, and the one that weeks are written into.
    worker
        What people know this worker by.
    is_over
        Asked between jobs.
    kinds
        What can be asked for, and who does it.
    """
    pause = threading.Event()
    while not is_over():
        try:
            with refusals(address_of(data)):
                held = jobs.claim(worker, kinds=kinds)
                if held is not None:
                    do(data, out, held, kinds)
        except ServiceError as error:  # it may be back soon; what was at work is taken up again then
            logging.getLogger(__name__).warning("%s", error)
            close_own()
            held = None
        if held is None:
            pause.wait(_PAUSE_S)


def do(data: Path, out: Path, held: Claim, kinds: Mapping[str, Kind] = KINDS) -> None:
    """Carry a job out, for whoever asked for it and in their language; errors are kept with it."""
    telling = _Telling(data, held)
    with using(held.job.language), acting(held.job.asked_by), _alive(telling):
        try:
            with cleaning(data):
                kinds[held.job.kind](data, out, held, telling, lambda: telling.is_to_end)
        except LostJobError:
            return
        except SchedulerError as error:
            _fail(held, error)
        except Exception as error:
            logging.getLogger(__name__).exception("job %s", held.job.number)
            _fail(
                held, SchedulerError(_("hjul has made a mistake ({kind})").format(kind=type(error).__name__))
            )


def _fail(held: Claim, error: SchedulerError) -> None:
    try:
        jobs.fail(held, error)
    except LostJobError:
        return


@contextmanager
def _alive(telling: _Telling) -> Iterator[None]:
    """Renew the lease during the block, also where nothing is told of it."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(_BEAT_S):
            telling.beat()
        close_own()

    thread = threading.Thread(target=copy_context().run, args=(renew,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
