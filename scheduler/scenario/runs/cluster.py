"""Clusters: worker processes on this machine, or the workers of a Dask cluster that is there."""

import asyncio
import logging
import signal
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NoReturn, cast

from scheduler.base.child import Child
from scheduler.base.errors import InputProblem, ServiceError
from scheduler.base.i18n import _
from scheduler.base.version import __version__

if TYPE_CHECKING:
    from distributed import Client, LocalCluster
    from distributed.client import VersionsDict

#: How long to wait for the scheduler of a cluster to answer, and for a first worker to be there.
_CONNECT_S = 10.0
_WORKERS_S = 15.0
#: How long a local cluster may take to end its workers.
_END_S = 5.0

_PYTHON = "{}.{}".format(*sys.version_info)

_LOCAL: Mapping[str, object] = {
    # A worker gets its next task when it has done one. So when it dies, it is known which task it was.
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.scheduler.allowed-failures": 2,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.worker.profile.enabled": False,
    # A worker holds no data that could be moved to a disk, and one that paused would stay so for ever,
    # since memory once used by the engine is not given back. At its limit it is started anew.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
}


def cores() -> int:
    """Return how many processors this process may use."""
    from dask.system import CPU_COUNT

    return int(CPU_COUNT)


@contextmanager
def local(workers: int) -> Iterator["Client"]:
    """Run worker processes on this machine, of one thread each, that share its memory evenly.

    They listen on this machine alone, and end with the block, or with this process whatever happens to
    it. A worker that dies is replaced.

    Raises
    ------
    ServiceError
        When they cannot be started.
    """
    from distributed import Client

    with ExitStack() as stack:
        scratch = stack.enter_context(TemporaryDirectory(prefix="hjul-", ignore_cleanup_errors=True))
        # Dask's settings and its remarks are those of a whole process, so its scheduler has one of its own.
        host = Child(_host, workers, scratch)
        stack.callback(host.end, _END_S)
        yield stack.enter_context(Client(_address(host), set_as_default=False))


def _address(host: Child) -> str:
    """Return where the scheduler listens, once it does."""
    try:
        address, trouble = host.pipe.recv()
    except EOFError:
        address, trouble = "", _("exit code {code}").format(code=host.exit_code(_END_S))
    if not address:
        raise ServiceError(
            _("The processes that plan could not be started: {error}").format(error=trouble),
            _("Plan in this process alone: --workers 0."),
        )
    return str(address)


def _host(pipe: Connection, workers: int, scratch: str) -> None:
    """Be the process of a local cluster: tell the address of its scheduler, or what went wrong, and wait for the end."""
    import dask
    from distributed import LocalCluster

    for name in ("SIGTERM", "SIGHUP"):  # which a shell sends to all processes of a program
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _exit)  # noqa: TID251 - of this process, as all that follows
    logging.disable()  # noqa: TID251 - see above
    dask.config.set({**_LOCAL, "temporary-directory": scratch})  # noqa: TID251 - see above
    try:
        cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            silence_logs=logging.CRITICAL,
        )
    except (OSError, RuntimeError) as error:
        pipe.send(("", str(error)))
        return
    with cluster:
        try:
            pipe.send((cluster.scheduler_address, ""))
            pipe.recv()
        except (EOFError, OSError):
            pass  # as the parent wishes, or since there is none
        finally:
            _end(cluster)


def _exit(_signal: int, _frame: object) -> NoReturn:
    sys.exit()


def _end(cluster: "LocalCluster") -> None:
    """Kill the worker processes of a local cluster: asked politely, each would end its task first."""
    import psutil

    for nanny in cluster.workers.values():
        nanny.close_gracefully()  # it is not to start another one
        if (pid := nanny.pid) is not None:
            with suppress(psutil.NoSuchProcess):
                psutil.Process(pid).kill()


@contextmanager
def existing(address: str) -> Iterator["Client"]:
    """Connect to a Dask cluster, and see that everybody there has this version of hjul.

    Raises
    ------
    ServiceError
        When it is not there, has no workers, or has a worker that cannot do the work.
    """
    from distributed import Client

    with ExitStack() as stack:
        try:
            _knock(address)
            client = stack.enter_context(Client(address, timeout=_CONNECT_S, set_as_default=False))
        except (OSError, TypeError, ValueError) as error:  # an address may be wrong in many ways
            raise ServiceError(
                _("No cluster answers at {address}.").format(address=address),
                _(
                    "Start one (dask scheduler, and dask worker {example} on every machine) and give the "
                    "address that the scheduler prints, or leave --cluster out to plan on this machine."
                ).format(example="tcp://HOST:8786"),
            ) from error
        try:
            client.wait_for_workers(1, timeout=_WORKERS_S)
        except TimeoutError as error:
            raise ServiceError(
                _("The cluster at {address} has no workers.").format(address=address),
                _("Start some: dask worker {address}").format(address=address),
            ) from error
        _refuse_strangers(client)
        yield client


def _knock(address: str) -> None:
    """Raise an error where nobody at an address speaks as Dask does.

    A client that fails to connect is not closed. It would be when it is collected as garbage, which may
    be in a moment when that blocks the next client.
    """
    from distributed import Security
    from distributed.comm.core import connect

    async def greet() -> None:
        credentials = Security().get_connection_args("client")  # those of Dask's own settings, if any
        comm = await asyncio.wait_for(connect(address, timeout=_CONNECT_S, **credentials), _CONNECT_S)
        await comm.close()

    with ThreadPoolExecutor(1) as thread:  # a notebook has a loop in this one
        thread.submit(asyncio.run, greet()).result()


def _refuse_strangers(client: "Client") -> None:
    """Raise a `ServiceError` that names everybody who has not this version of Python and of hjul."""

    def installed() -> str:  # travels with its code: where there is no hjul, it cannot be found in it
        try:
            from scheduler import __version__
        except Exception:  # noqa: BLE001 - whatever it is, there is no hjul that works
            return ""
        return str(__version__)

    versions = cast("VersionsDict", client.get_versions())
    everybody = {"": versions["scheduler"], **versions["workers"]}
    problems = []
    for worker, about in sorted(everybody.items()):
        theirs = ".".join(about["packages"]["python"].split(".")[:2])
        if theirs != _PYTHON:
            problems.append(
                _("{who} has Python {theirs}, here it is {ours}.").format(
                    who=_who(worker), theirs=theirs, ours=_PYTHON
                )
            )
    if not problems:  # code travels only between the same versions of Python
        answers = {"": client.run_on_scheduler(installed), **client.run(installed, on_error="ignore")}
        for worker, version in sorted(answers.items()):
            if not version:
                problems.append(_("{who} has no hjul.").format(who=_who(worker)))
            elif version != __version__:
                problems.append(
                    _("{who} has hjul {theirs}, here it is {ours}.").format(
                        who=_who(worker), theirs=version, ours=__version__
                    )
                )
    if problems:
        raise ServiceError(
            map(InputProblem, problems),
            _("Install Python {python} and hjul {version} there, and start it anew.").format(
                python=_PYTHON, version=__version__
            ),
        )


def _who(worker: str) -> str:
    return _("The worker {address}").format(address=worker) if worker else _("The cluster's scheduler")
