"""Acts: the one way to write into the store, each a transaction with an event that says who did what when."""

import datetime as dt
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Q
from pydantic import TypeAdapter

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _, clock, day
from scheduler.model.clock import local
from scheduler.model.text import Text
from scheduler.model.texts import Names, word
from scheduler.store.models import Event

if TYPE_CHECKING:
    from django.db.models import QuerySet

#: Texts as what the database keeps.
TEXTS: TypeAdapter[Text] = TypeAdapter(Text)

_acts: ContextVar[int] = ContextVar("acts", default=0)

#: What stands for "whoever writes" on a server, where a transaction does not do so by itself.
_WRITERS_LOCK = 7_236_514


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody had seen when they began: everything up to this event.

    A backup that is taken back brings other events under the same numbers; so the last one is known by when it
    was, too.
    """

    event: int
    at: dt.datetime | None = None


class ChangedSinceError(InputError):
    """Somebody else has changed what an act stands on, after it was read; nothing was saved."""

    def __init__(self, events: Collection[Event]) -> None:
        super().__init__(
            (InputProblem(_("meanwhile: {event}").format(event=told(event))) for event in events),
            hint=_("Nothing was saved. Look at what is new, and run this again."),
        )


def seen() -> Seen:
    """Return what has happened until now; ask before reading what an act will stand on."""
    last = Event.objects.order_by("id").last()
    return Seen(last.id, last.at) if last else Seen(0)


@contextmanager
def act(
    what: Text,
    who: str,
    at: dt.datetime,
    *,
    since: Seen | None = None,
    week: str = "",
    changes_tables: bool = False,
    number: int | None = None,
) -> Iterator[Event]:
    """Do something in one transaction: all that the block writes is saved with the event, or nothing is.

    Parameters
    ----------
    what, who, at
        What is done, by whom and when.
    since
        What had been seen of the tables, and of `week`, when it was read.
    week
        The week that it is about; empty where it is about none.
    changes_tables
        Whether weeks may ask for something else afterwards.
    number
        The number of its event, where it is not the next one.

    Raises
    ------
    ChangedSinceError
        When the tables, or what is kept of the week, have been changed since.
    """
    with writing():
        if since is not None:
            require_unchanged(since, week)
        yield record(what, who, at, week=week, changes_tables=changes_tables, number=number)


def require_unchanged(since: Seen, week: str = "") -> None:
    """Refuse what stands on something that has been changed; parameters and error as for `act`."""
    if newer := list(_newer(since, week)):
        raise ChangedSinceError(newer)


def record(
    what: Text,
    who: str,
    at: dt.datetime,
    *,
    week: str = "",
    changes_tables: bool = False,
    number: int | None = None,
) -> Event:
    """Write an event, as part of a transaction; parameters as for `act`."""
    _acts.set(_acts.get() + 1)
    return Event.objects.create(
        id=number,
        at=at,
        who=who,
        what=TEXTS.dump_python(what, mode="json"),
        week=week,
        changes_tables=changes_tables,
    )


def acts() -> int:
    """Return how many acts were begun here until now, so that somebody can tell whether there were any."""
    return _acts.get()


@contextmanager
def writing() -> Iterator[None]:
    """Have one transaction, and nobody else write meanwhile; whoever reads goes on."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITERS_LOCK])
        yield


def _newer(since: Seen, week: str) -> "QuerySet[Event]":
    if since.at is not None and not Event.objects.filter(id=since.event, at=since.at).exists():
        return Event.objects.order_by("-id")[:1]  # a backup was taken back
    concerned = Q(changes_tables=True)
    if week:
        concerned |= Q(week=week)
    return Event.objects.filter(concerned, id__gt=since.event).order_by("id")


def since(number: int, week: str) -> "QuerySet[Event]":
    """Return what was done after an event that concerns a week: about itself, or to the tables; in order."""
    return Event.objects.filter(Q(changes_tables=True) | Q(week=week), id__gt=number).order_by("id")


def of(week: str) -> "QuerySet[Event]":
    """Return what was done about a week, in order."""
    return Event.objects.filter(week=week).order_by("id")


def last(n: int) -> "QuerySet[Event]":
    """Return what was done last, the newest first."""
    return Event.objects.order_by("-id")[:n]


def what(event: Event) -> Text:
    """Return what was done."""
    return TEXTS.validate_python(event.what)


def told(event: Event, names: Names | None = None) -> str:
    """Say who did what when, with the `names` that people have for what it is about."""
    at = local(event.at)
    return _("{who}, {day} {clock}: {what}").format(
        who=event.who or _("somebody"), day=day(at.date()), clock=clock(at), what=word(what(event), names)
    )
