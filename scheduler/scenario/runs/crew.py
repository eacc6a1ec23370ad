"""Those who do the tasks: this process, or the workers of a cluster."""

import time
from collections.abc import Collection, Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from itertools import islice
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING
from uuid import uuid4

from scheduler.base.errors import ServiceError
from scheduler.base.i18n import _, language, ngettext
from scheduler.base.version import __version__
from scheduler.scenario.model import Task
from scheduler.scenario.runs.tasks import Outcome, Work, attempt, pack, perform, portable

if TYPE_CHECKING:
    from distributed import Client, Future

#: What a task asks, and the task.
Job = tuple[str, Task]
#: What a task asks, and what it came to; or None, when there is time to look around.
Done = tuple[str, Outcome] | None

#: How long to wait for a result before looking again at whatever else there is to do.
_LOOK_S = 0.1
#: How long a result may take to be fetched from the worker that has it.
_RESULT_S = 1.0
#: How often to ask how many workers there are.
_COUNT_S = 2.0
#: Tasks on their way for each thread that works: enough that none has to wait for its next one, and few
#: enough that thousands of tasks do not fill the scheduler's memory.
_WINDOW = 4


class Alone:
    """Does tasks one after the other in this process."""

    threads = 1

    def __init__(self, work: Work) -> None:
        self._work = work

    def outcomes(self, jobs: Iterable[Job]) -> Generator[Done]:
        """Do tasks; yield each question with what it came to."""
        yield None
        for question, task in jobs:
            yield question, attempt(self._work, portable(task))


class Crew:
    """Spreads tasks over the workers of a cluster. `threads` is how many tasks they can do at once."""

    def __init__(self, work: Work, client: "Client") -> None:
        self._work = work
        self._client = client
        self._group = f"hjul-{uuid4().hex}"
        self._counted = -_COUNT_S
        self.threads = 0

    def outcomes(self, jobs: Iterable[Job]) -> Generator[Done]:
        """Do tasks; yield each question with what it came to, in the order in which they are done.

        Now and then None is yielded, so that there is time for other things. What is under way when
        nobody wants more answers is given up.

        Raises
        ------
        ServiceError
            When the cluster is lost, or has got a worker of another version. A worker that is lost does
            no harm: others do what it had to do.
        """
        from distributed.client import ClosedClientError

        try:
            yield from self._outcomes(enumerate(jobs))
        except ServiceError:
            raise
        except (CancelledError, ClosedClientError, OSError) as error:
            raise ServiceError(
                _("The connection to the cluster was lost. What was done until then is kept."),
                _("Give the same command again: it goes on where it stopped."),
            ) from error

    def _outcomes(self, waiting: Iterator[tuple[int, Job]]) -> Generator[Done]:
        done: SimpleQueue[Future[Outcome]] = SimpleQueue()
        under_way: dict[object, tuple[str, Future[Outcome]]] = {}
        while True:
            self._count()
            for number, (question, task) in islice(waiting, self._room(under_way)):
                future = self._send(number, task)
                under_way[future.key] = question, future
                future.add_done_callback(done.put)
            if not under_way:
                return
            yield self._next(done, under_way)

    def _room(self, under_way: Collection[object]) -> int:
        """Return how many more tasks to send."""
        return max(0, _WINDOW * max(1, self.threads) - len(under_way))

    def _count(self) -> None:
        """Count the workers, if that was long ago."""
        if time.monotonic() - self._counted >= _COUNT_S:
            self.threads = sum(self._client.nthreads().values())
            self._counted = time.monotonic()

    def _send(self, number: int, task: Task) -> "Future[Outcome]":
        # Tasks of one group are queued by the scheduler, and not dealt out to workers beforehand.
        return self._client.submit(
            perform,
            pack(self._work, task),
            __version__,
            language(),
            key=(self._group, number),
            pure=False,
        )

    def _next(
        self, done: "SimpleQueue[Future[Outcome]]", under_way: dict[object, tuple[str, "Future[Outcome]"]]
    ) -> Done:
        """Return the next answer, if there is one soon."""
        try:
            future = done.get(timeout=_LOOK_S)
        except Empty:
            return None
        try:
            outcome = _outcome(future)
        except TimeoutError:  # it was lost with its worker, and is on its way again
            done.put(future)
            return None
        question, _future = under_way.pop(future.key)
        return question, outcome


def _outcome(future: "Future[Outcome]") -> Outcome:
    """Return what a task came to that is done."""
    from distributed import KilledWorker

    try:
        return future.result(timeout=_RESULT_S)
    except (CancelledError, ServiceError, TimeoutError):
        raise
    except KilledWorker as error:
        times = error.allowed_failures + 1
        return Outcome(
            None,
            ngettext(
                "{count} worker that did it crashed, maybe for want of memory",
                "{count} workers that did it crashed one after the other, maybe for want of memory",
                times,
            ).format(count=times),
        )
    except Exception as error:  # noqa: BLE001 - whatever a worker could not even begin with
        return Outcome(None, f"{type(error).__name__}: {error}")
