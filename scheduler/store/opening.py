"""Opening a store: Django is set up for it, once a process, and what the database refuses is told in sentences."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from scheduler.base import files
from scheduler.base.errors import InputError, ServiceError, told
from scheduler.base.i18n import _
from scheduler.store.address import Address

#: The store that is open.
_open: ContextVar[Address | None] = ContextVar("open", default=None)

#: The name of the connection that everything uses but copies of a store.
_DEFAULT = "default"

#: For how long to wait for somebody else who writes.
_WAIT_S = 20

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
    if _open.get() == address:
        yield  # whoever has it open may ask others who open it
        return
    if not address.may_be_there:
        raise InputError(
            _("there is no store at {address}; make one with: hjul store init").format(address=address)
        )
    with connected(address), refusals(address):
        _check_version(address)
        token = _open.set(address)
        try:
            yield
        finally:
            _open.reset(token)


@contextmanager
def refusals(address: Address) -> Iterator[None]:
    """Say in a sentence what the database refuses in the block."""
    set_up()
    from django.db import DatabaseError, InterfaceError

    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        raise _told(address, error) from error


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
    with files.claimed(address.file) as claim, told(files.unwritable, address.file):
        if os.path.lexists(address.file):
            raise _there_already(address)
        make_at(Address(file=claim.new))
        claim.put()


def make_at(address: Address, alias: str = _DEFAULT) -> None:
    """Make an empty store at an address that nobody else uses, by the connection of this name."""
    with connected(address, alias), refusals(address):
        if _applied(alias):
            raise _there_already(address)
        _migrate(alias)


def _migrate(alias: str = _DEFAULT) -> None:
    from django.core.management import call_command

    call_command("migrate", database=alias, verbosity=0, interactive=False)


def upgrade(address: Address) -> bool:
    """Bring an older store up to date in one transaction a step; return whether it was older.

    Raises
    ------
    InputError
        When it is newer than this program.
    ServiceError
        When it cannot be had.
    """
    with connected(address), refusals(address):
        missing, unknown = _versions()
        if unknown:
            raise _newer(address)
        if missing:
            _migrate()
        return bool(missing)


def is_older(address: Address) -> bool:
    """Tell whether a store is older than this program."""
    with connected(address), refusals(address):
        return bool(_versions()[0])


# --- Connections --------------------------------------------------------------------------------------


def set_up() -> None:
    """Set Django up, if nobody has: before that, none of the modules here but `address` and this can be imported."""
    import django
    from django.conf import settings

    from scheduler.store import settings as ours

    if not settings.configured:
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

    if alias in connections.settings:
        connections[alias].close()
        del connections[alias]
    connections.settings[alias] = connections.configure_settings({_DEFAULT: {}, alias: _database(address)})[
        alias
    ]
    try:
        yield
    finally:
        connections[alias].close()


def _database(address: Address) -> dict[str, Any]:
    if address.file is not None:
        options = {"transaction_mode": "IMMEDIATE", "timeout": _WAIT_S, "init_command": _PRAGMAS}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(address.file), "OPTIONS": options}
    import dj_database_url

    found: dict[str, Any] = {**dj_database_url.parse(address.url)}
    return {**found, "OPTIONS": {"connect_timeout": _WAIT_S, **found.get("OPTIONS", {})}}


# --- Versions -----------------------------------------------------------------------------------------


def _applied(alias: str = _DEFAULT) -> set[tuple[str, str]]:
    from django.db import connections
    from django.db.migrations.recorder import MigrationRecorder

    return set(MigrationRecorder(connections[alias]).applied_migrations())


def _versions() -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return the steps that a store has yet to take, and those that this program does not know."""
    from django.db import connections
    from django.db.migrations.loader import MigrationLoader

    known = set(MigrationLoader(connections[_DEFAULT]).disk_migrations)
    applied = _applied()
    return known - applied, applied - known


def _check_version(address: Address) -> None:
    missing, unknown = _versions()
    if unknown:
        raise _newer(address)
    if missing and not _applied():
        raise InputError(
            _("there is no store in {address}; make one with: hjul store init").format(address=address)
        )
    if missing:
        raise InputError(
            _("the store {address} is of an older hjul; run: hjul store upgrade FILE").format(address=address)
        )


def _newer(address: Address) -> InputError:
    return InputError(
        _("the store {address} is of a newer hjul than this; install that one").format(address=address)
    )


def _there_already(address: Address) -> InputError:
    return InputError(_("there is a store at {address} already").format(address=address))


# --- Refusals -----------------------------------------------------------------------------------------


def _told(address: Address, error: Exception) -> ServiceError:
    said = str(error).lower()
    hint = ""
    if "locked" in said or "lock timeout" in said:
        reason = _("another program is writing in {address} and does not come to an end")
        hint = _("Wait until it is done and run this again.")
    elif "full" in said:
        reason = _("the disk of {address} is full; nothing was saved")
        hint = _("Free space and run this again.")
    elif "readonly" in said or "read-only" in said or "permission denied" in said:
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
