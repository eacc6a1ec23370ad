"""What is left of a home's address in the database once it was deleted, and how it is wiped out.

SQLite writes over what is deleted, but not over what it has moved within a page before. So the whole file is written
anew, after the act; its head remembers that this is to be done, should the command not come so far. A server writes
the table of homes anew.
"""

from django.db import connection

from scheduler.base.errors import ServiceError
from scheduler.base.i18n import _
from scheduler.store.models import Home


def mark() -> None:
    """Remember that homes are deleted or changed, as part of the act that does so."""
    _write(there=True)


def are_left() -> bool:
    """Tell whether there may be traces, as far as is known: a server does not remember."""
    if connection.vendor != "sqlite":
        return False
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA user_version")
        return bool(cursor.fetchone()[0])


def wipe() -> None:
    """Have what was deleted in no page of the file, nor in what waits beside it; call it after the act.

    Raises
    ------
    ServiceError
        When somebody else is reading, so that it must be done again.
    """
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute(f"VACUUM FULL {connection.ops.quote_name(Home._meta.db_table)}")  # noqa: SLF001
            return
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if cursor.fetchone()[0]:
            raise ServiceError(
                _("what was deleted may still be in the file, as another program is reading it"),
                hint=_("Everything else is done. End that program, and run this again."),
            )
    _write(there=False)


def _write(*, there: bool) -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA user_version={int(there)}")
