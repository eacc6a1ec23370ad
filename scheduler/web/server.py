"""Starting the app: the store is opened for the process, its tables are made, and the first user gets a link."""

import datetime as dt
import ipaddress
import logging
import os
import secrets
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event, Thread

from scheduler.base import files
from scheduler.base.child import Child
from scheduler.base.errors import InputError, ServiceError, told
from scheduler.base.i18n import _, os_reason
from scheduler.services.fresh import is_nothing, make_empty, make_example
from scheduler.services.workspace import has_tables
from scheduler.store.address import address_of
from scheduler.store.opening import hold, set_up
from scheduler.store.who import me
from scheduler.web import settings
from scheduler.web.workshop import Workshop, begin

#: What server processes are told by whoever starts them.
DATA_VARIABLE, OUT_VARIABLE = "HJUL_DATA", "HJUL_OUT"
#: Signs sessions and forms; where several machines serve one project they must have the same.
KEY_VARIABLE = "HJUL_SECRET_KEY"
KEY_FILE = "hjul.key"

#: How long the link on the terminal serves.
_PRINTED = dt.timedelta(minutes=30)
_LEAST_KEY = 32

#: How long a worker has to end what it is at; what it does not end is taken up again.
_PATIENCE_S = 5.0
#: How often to look whether one has ended, and whether a store that was away is back.
_LOOK_S = 1.0


def ready(data_dir: Path, *, empty: bool = False) -> bool:
    """Have a project with a store to serve; where there is nothing yet it is made, with the example, or `empty`.

    Returns whether it was made.

    Raises
    ------
    InputError
        When the folder has a project whose tables are in files, or is to be made empty and has something in it.
    ServiceError
        When the store cannot be had.
    """
    set_up(settings)
    if empty or is_nothing(data_dir):
        (make_empty if empty else make_example)(data_dir)
        return True
    if not has_tables(data_dir):
        raise InputError(
            _("{folder} has no store with tables in it, which the app needs").format(folder=data_dir),
            hint=_(
                "Run: hjul store init, then: hjul store import. A folder that is not there yet gets the example."
            ),
        )
    return False


def start(data_dir: Path, out_dir: Path) -> None:
    """Open a project's store for as long as this process lives, and make the app's tables where they are not there.

    Raises
    ------
    InputError
        When the store is older or newer than this program.
    ServiceError
        When it cannot be had.
    """
    set_up(settings)
    from django.conf import settings as in_force

    in_force.SECRET_KEY = _key(data_dir)
    in_force.HJUL_PROXIES = _proxies()
    _require_whole_oidc()
    hold(address_of(data_dir))
    _make_tables()
    _forget_what_ended()
    begin(Workshop(data_dir, out_dir))


def _make_tables() -> None:
    """Bring the app's tables up to date; an `InputError` where a newer program has been at them."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    if any(step not in loader.disk_migrations for step in loader.applied_migrations if step[0] == "hjul_web"):
        raise InputError(_("the app's tables are of a newer hjul than this; install that one"))
    call_command("migrate", verbosity=0, interactive=False)


def _forget_what_ended() -> None:
    """Delete sessions, links and tokens that serve nobody any more."""
    from django.contrib.sessions.models import Session

    from scheduler.web.models import SignInLink, Token

    moment = dt.datetime.now(dt.UTC)
    Session.objects.filter(expire_date__lt=moment).delete()
    SignInLink.objects.filter(ends_at__lt=moment).delete()
    Token.objects.filter(ends_at__lt=moment).delete()


def _key(data_dir: Path) -> str:
    """Return what signs sessions; made where there is none yet, for nobody else to read."""
    if key := os.environ.get(KEY_VARIABLE, ""):
        if len(key) < _LEAST_KEY:
            reason = _("{variable} must have at least {n} letters")
            raise InputError(reason.format(variable=KEY_VARIABLE, n=_LEAST_KEY))
        return key
    file = data_dir / KEY_FILE
    with told(files.unwritable, file):
        with suppress(FileExistsError):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with os.fdopen(os.open(file, flags, stat.S_IRUSR | stat.S_IWUSR), "w", encoding="ascii") as new:
                new.write(secrets.token_urlsafe(48))
        return file.read_text("ascii").strip()


def _proxies() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Return the networks in which the proxy is whose word is taken."""
    said = [part.strip() for part in os.environ.get(settings.PROXY_VARIABLE, "").split(",") if part.strip()]
    if settings.HJUL_HEADER and not said:
        reason = _("{variable} needs {other}: only a named proxy may say who has signed in")
        raise InputError(reason.format(variable=settings.HEADER_VARIABLE, other=settings.PROXY_VARIABLE))
    try:
        return [ipaddress.ip_network(part, strict=False) for part in said]
    except ValueError:
        reason = _("{variable} must have addresses or networks, with commas between them")
        raise InputError(reason.format(variable=settings.PROXY_VARIABLE)) from None


def _require_whole_oidc() -> None:
    missing = [settings.OIDC_VARIABLES[name] for name, value in settings.HJUL_OIDC.items() if not value]
    if missing and settings.HJUL_OIDC["issuer"]:
        reason = _("{variable} needs {other} too")
        raise InputError(reason.format(variable=settings.OIDC_VARIABLES["issuer"], other=", ".join(missing)))


def first_link(name: str = "") -> str | None:
    """Return the secret of a link that signs in the administrator `name`.

    Without a name it is the first user, who is made where there is none; None where there are users already.

    Raises
    ------
    InputError
        When there is nobody of that name who may sign in.
    """
    from django.db import transaction

    from scheduler.web.models import SignInLink, User
    from scheduler.web.roles import Role

    if name:
        user = User.objects.filter(name=name, is_active=True).first()
        if user is None:
            raise InputError(_("nobody called {name} may sign in").format(name=name))
    elif User.objects.exists():
        return None
    else:
        with transaction.atomic():
            user = User.objects.create(name=me())
            user.grants.create(role=Role.ADMINISTRATOR)
    return SignInLink.make(user, ends_at=dt.datetime.now(dt.UTC) + _PRINTED)


def run(host: str, port: int, data_dir: Path, out_dir: Path, *, workers: int = 1, jobs: int = 1) -> None:
    """Serve, and do what is asked for, until the process is told to end.

    Raises
    ------
    ServiceError
        When the address is taken or not this machine's.
    """
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    logging.disable(logging.NOTSET)  # the process is the server's: what goes wrong is in its log
    os.environ[DATA_VARIABLE], os.environ[OUT_VARIABLE] = str(data_dir.absolute()), str(out_dir.absolute())
    with told(_not_served, f"{host}:{port}"), socket.create_server((host, port)):
        pass  # a sentence now is better than a line in a log later
    with _working(jobs, os.environ[DATA_VARIABLE], os.environ[OUT_VARIABLE]):
        config = uvicorn.Config(
            "scheduler.web.asgi:application",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            log_level="warning",
            server_header=False,
            proxy_headers=False,  # the app must see who the proxy is; it reads what that says itself
        )
        with suppress(KeyboardInterrupt):
            if workers == 1:
                uvicorn.Server(config).run()
                return
            shared = config.bind_socket()
            # asyncio has answers wait for nothing only where it has bound the address itself: else 40 ms each.
            shared.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            Multiprocess(config, sockets=[shared]).run()


def _not_served(where: str, error: OSError) -> ServiceError:
    return ServiceError(
        _("nothing can be served at {where}: {reason}").format(where=where, reason=os_reason(error)),
        hint=_("Stop what listens there, or choose another address with --bind."),
    )


@contextmanager
def _working(count: int, data: str, out: str) -> Iterator[None]:
    """Have so many processes do jobs during the block; one that has ended is followed by another."""
    children = [Child(work, data, out) for _each in range(count)]
    over = Event()

    def look_after() -> None:
        while not over.wait(_LOOK_S):
            for place, child in enumerate(children):
                if child.exit_code(0) is not None:
                    child.end()
                    children[place] = Child(work, data, out)

    watching = Thread(target=look_after, daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()
        for child in children:
            child.end(_PATIENCE_S)


def work(pipe: Connection, data: str, out: str) -> None:
    """Do the jobs of a project, in a process of its own, as long as whoever started it lives."""
    logging.disable(logging.NOTSET)
    while True:
        try:
            start(Path(data), Path(out))
            break
        except ServiceError as error:  # the store may be there soon
            logging.getLogger(__name__).warning("%s", error)
            if pipe.poll(_LOOK_S):
                return
    from scheduler.scenario.trials import kinds
    from scheduler.services import working

    working.work(
        Path(data), Path(out), f"{socket.gethostname()}/{os.getpid()}", lambda: _is_closed(pipe), kinds()
    )


def _is_closed(pipe: Connection) -> bool:
    try:
        return pipe.poll()  # nothing is ever sent: what can be read is its end
    except OSError:
        return True
