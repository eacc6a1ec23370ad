"""Opening a store: Django is set up for it, once a process, and what the database refuses is told in sentences."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import ModuleType
from typing import Any

from scheduler.base import files
from scheduler.base.errors import InputError, ServiceError, told
from scheduler.base.i18n import _
from scheduler.store.address import BESIDE, Address

#: The store that is open.
_open: ContextVar[Address | None] = ContextVar("open", default=None)

#: The store that a server has open for all its threads, as long as it lives.
_held: list[Address] = []

#: The name of the connection that everything uses but copies of a store.
_DEFAULT = "default"

#: For how long to wait for somebody else who writes, and for a server.
WAIT_S = 20

#: What its steps are recorded under; other applications may keep their tables beside the store's.
_LABEL = "hjul_store"

#: A write waits for the one before it instead of failing, readers go on; what was saved is on the disk, and what
#: was deleted is in no page of the file.
_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA wal_autocheckpoint=200;"


@contextmanager
def opened(address: Address) -> Iterator[None]:
    """Have a store open for the block: what is in `models` is then read from it and written to it.

    Raises
    ------
    InputError
        When there is no store, or it is older or newer than this program.
    ServiceError
        When it cannot be opened.
    """
    if is_open(address):
        yield  # whoever has it open may ask others who open it
        return
    _require_there(address)
    with connected(address), refusals(address):
        _check_version(address)
        token = _open.set(address)
        try:
            yield
        finally:
            _open.reset(token)


def _require_there(address: Address) -> None:
    """Refuse what is not there: connecting to it would make an empty file."""
    if not address.may_be_there:
        raise InputError(
            _("there is no store at {address}; make one with: hjul store init").format(address=address)
        )


def is_open(address: Address) -> bool:
    """Tell whether this is the store that is open."""
    return address in (_open.get(), *_held)


def hold(address: Address) -> None:
    """Have a store open for as long as this process lives, in all its threads, as a server does.

    Raises
    ------
    InputError
        When there is no store, or it is older or newer than this program.
    ServiceError
        When it cannot be opened.
    """
    _require_there(address)
    set_up()
    _lead(address)
    with refusals(address):
        _check_version(address)
    _held.append(address)


@contextmanager
def refusals(address: Address) -> Iterator[None]:
    """Say in a sentence what the database refuses in the block."""
    set_up()
    from django.db import DatabaseError, InterfaceError

    try:
        yield
    except (DatabaseError, InterfaceError, sqlite3.Error) as error:
        raise _interruption(error) or _told(address, error) from error


def _interruption(error: BaseException | None) -> BaseException | None:
    """Return the interruption while which the database was told to stop, if that is why it refused."""
    while error is not None and isinstance(error, Exception):
        error = error.__context__
    return error


def make(address: Address) -> None:
    """Make an empty store; a file is complete or not there.

    Raises
    ------
    InputError
        When there is one already.
    ServiceError
        When it cannot be made.
    """
    if address.file is None:
        make_at(address)
        return
    with made_beside(address.file) as new:
        if os.path.lexists(address.file):
            raise _there_already(address)
        make_at(Address(file=new, called=str(address)))
        put(new, address.file)


def make_at(address: Address, alias: str = _DEFAULT, step: str | None = None) -> None:
    """Make an empty store, up to a step of its history, at an address that nobody else uses, by this connection."""
    with connected(address, alias), refusals(address):
        if _applied(alias):
            raise _there_already(address)
        _migrate(alias, step)


def _migrate(alias: str = _DEFAULT, step: str | None = None) -> None:
    from django.core.management import call_command

    names = () if step is None else (_LABEL, step)
    call_command("migrate", *names, database=alias, verbosity=0, interactive=False)


def upgrade(address: Address) -> bool:
    """Bring an older store up to date in one transaction a step; return whether it was older. Errors as for `is_older`."""
    with connected(address), refusals(address):
        older = is_older(address)
        if older:
            _migrate()
        return older


def is_older(address: Address) -> bool:
    """Tell whether the store that is connected is older than this program.

    Raises
    ------
    InputError
        When there is none, or it is newer than this program.
    ServiceError
        When it cannot be had.
    """
    with refusals(address):
        missing, unknown = _versions()
        if unknown:
            raise _newer(address)
        if missing and not _applied():
            raise _no_store(address)
        return bool(missing)


@contextmanager
def made_beside(target: Path) -> Iterator[Path]:
    """Have a place for a database that is to become a file.

    It is in a folder of its own, which is gone afterwards: what SQLite puts beside a database goes with it.

    Raises
    ------
    BusyError
        When somebody else makes that file just now.
    ServiceError
        When nothing can be written there.
    """
    with files.claimed(target, parents=True) as claim, told(files.unwritable, target):
        claim.new.mkdir()
        yield claim.new / target.name


def put(new: Path, target: Path) -> None:
    """Put a database that nobody has open in the place of a file; what lay beside that is not of this one."""
    with told(files.unwritable, target):
        for beside in BESIDE:
            target.with_name(target.name + beside).unlink(missing_ok=True)
        files.put(new, target)


# --- Connections --------------------------------------------------------------------------------------


def set_up(ours: ModuleType | None = None) -> None:
    """Set Django up, if nobody has: before that, none of the modules here but `address` and this can be imported.

    `ours` are other settings than the store's own, which must be among them.
    """
    import django
    from django.conf import settings

    if settings.configured:
        return
    if ours is None:
        from scheduler.store import settings as ours
    # What is here waits for the database, also where a loop runs in this thread, as in every notebook.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    settings.configure(
        **{name: getattr(ours, name) for name in dir(ours) if name.isupper()},
        DATABASES={_DEFAULT: {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    )
    django.setup()


@contextmanager
def connected(address: Address, alias: str = _DEFAULT) -> Iterator[None]:
    """Have the connection of this name lead to a store, whatever version it is of."""
    set_up()
    from django.db import connections

    before = connections.settings.get(alias)
    _lead(address, alias)
    try:
        yield
    finally:
        connections[alias].close()
        del connections[alias]
        if before is None:
            del connections.settings[alias]
        else:
            connections.settings[alias] = before


def close_own() -> None:
    """Close the connections of this thread, which is about to end."""
    from django.db import connections

    connections.close_all()


def _lead(address: Address, alias: str = _DEFAULT) -> None:
    """Have the connection of this name lead to a store."""
    from django.db import connections

    if connections.settings.get(alias) is not None:
        connections[alias].close()
        del connections[alias]
    wanted = connections.configure_settings({_DEFAULT: {}, alias: _database(address)})
    connections.settings[alias] = wanted[alias]


def _database(address: Address) -> dict[str, Any]:
    if address.file is not None:
        options = {"transaction_mode": "IMMEDIATE", "timeout": WAIT_S, "init_command": _PRAGMAS}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(address.file), "OPTIONS": options}
    import dj_database_url

    found: dict[str, Any] = {**dj_database_url.parse(address.url)}
    waits = {"connect_timeout": WAIT_S, "options": f"-c lock_timeout={WAIT_S}s"}
    return {**found, "OPTIONS": {**waits, **found.get("OPTIONS", {})}}


# --- Versions -----------------------------------------------------------------------------------------


def _applied(alias: str = _DEFAULT) -> set[str]:
    """Return the steps that a store has taken; none where there is no store."""
    from django.db import connections
    from django.db.migrations.recorder import MigrationRecorder

    taken = MigrationRecorder(connections[alias]).applied_migrations()
    return {name for label, name in taken if label == _LABEL}


def _versions() -> tuple[set[str], set[str]]:
    """Return the steps that a store has yet to take, and those that this program does not know."""
    from django.db import connections
    from django.db.migrations.loader import MigrationLoader

    steps = MigrationLoader(connections[_DEFAULT]).disk_migrations
    known = {name for label, name in steps if label == _LABEL}
    applied = _applied()
    return known - applied, applied - known


def last_step() -> str:
    """Return the last step that the store that is connected has taken; the names of steps sort as they follow."""
    return max(_applied())


def _check_version(address: Address) -> None:
    if is_older(address):
        raise InputError(
            _("the store {address} is of an older hjul; run: hjul store upgrade FILE").format(address=address)
        )


def _no_store(address: Address) -> InputError:
    if address.file is None:
        hint = _("Make one with: hjul store init")
        return InputError(_("there is no store in {address}").format(address=address), hint=hint)
    return InputError(_("{address} is no store of hjul").format(address=address))


def _newer(address: Address) -> InputError:
    return InputError(
        _("the store {address} is of a newer hjul than this; install that one").format(address=address)
    )


def _there_already(address: Address) -> InputError:
    return InputError(_("there is a store at {address} already").format(address=address))


# --- Refusals -----------------------------------------------------------------------------------------


def _is_shut(address: Address, said: str) -> bool:
    """Tell whether a store is not opened because nothing can be written beside it."""
    beside = address.file.parent if address.file is not None and address.file.exists() else None
    return "unable to open" in said and beside is not None and not os.access(beside, os.W_OK)


def _told(address: Address, error: Exception) -> ServiceError:
    said = str(error).lower()
    hint = ""
    if "is locked" in said or "lock timeout" in said:
        reason = _("another program is writing in {address} and does not come to an end")
        hint = _("Wait until it is done and run this again.")
    elif "disk is full" in said or "no space left" in said or "disk i/o error" in said:
        reason = _("the disk of {address} is full; nothing was saved")
        hint = _("Free space and run this again.")
    elif "readonly" in said or "read-only" in said or "permission denied" in said or _is_shut(address, said):
        reason = _("{address} can only be read; nothing was saved")
        hint = _("Ask for the right to write there.")
    elif "not a database" in said or "malformed" in said:
        reason = _("{address} is damaged or no store of hjul")
        hint = _("Take the last backup back: hjul store restore FILE")
    else:
        reason = _("the store {address} cannot be had ({error})")
        hint = _("See that its server runs and that its address is right.") if address.url else ""
    said = " ".join(str(error).split())
    return ServiceError(
        reason.format(address=address, error=said.replace(address.url, "…") if address.url else said),
        hint=hint,
    )
