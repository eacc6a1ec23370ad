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
from scheduler.model.clock import TIMEZONE, local
from scheduler.model.text import Text
from scheduler.model.texts import Names, word
from scheduler.store.models import Event, RowChange

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


def last_of(week: str = "") -> Seen:
    """Return what was done last to the tables, or about a week: whoever has seen it has seen all that concerns them."""
    found = Event.objects.filter(_concerning(week)).order_by("id").last()
    return Seen(found.id, found.at) if found else Seen(0)


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
    if newer := list(_newer(since, _concerning(week))):
        raise ChangedSinceError(newer)


def require_table_unchanged(since: Seen, table: str) -> None:
    """Refuse what stands on the rows of one table, where they have been changed; error as for `act`."""
    if newer := list(_newer(since, _of_table(table))):
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


def _newer(since: Seen, concerned: Q) -> "QuerySet[Event]":
    if since.at is not None and not Event.objects.filter(id=since.event, at=since.at).exists():
        return Event.objects.order_by("-id")[:1]  # a backup was taken back
    return Event.objects.filter(concerned, id__gt=since.event).order_by("id")


def _concerning(week: str) -> Q:
    return Q(changes_tables=True) | Q(week=week) if week else Q(changes_tables=True)


def since(number: int, week: str) -> "QuerySet[Event]":
    """Return what was done after an event that concerns a week: about itself, or to the tables; in order."""
    return Event.objects.filter(_concerning(week), id__gt=number).order_by("id")


def of(week: str) -> "QuerySet[Event]":
    """Return what was done about a week, in order."""
    return Event.objects.filter(week=week).order_by("id")


def of_table(table: str, n: int) -> "QuerySet[Event]":
    """Return the last acts that changed rows of a table, the newest first."""
    return Event.objects.filter(_of_table(table)).order_by("-id")[:n]


def _of_table(table: str) -> Q:
    return Q(id__in=RowChange.objects.filter(table=table).values("event"))


def last(n: int, who: str = "", on: dt.date | None = None, week: str = "") -> "QuerySet[Event]":
    """Return what was done last, the newest first: of all, or by somebody, on a local day, about a week."""
    found = Event.objects.order_by("-id")
    if who:
        found = found.filter(who=who)
    if week:
        found = found.filter(week=week)
    if on is not None:
        start, end = (
            dt.datetime.combine(each, dt.time(), TIMEZONE) for each in (on, on + dt.timedelta(days=1))
        )
        found = found.filter(at__gte=start, at__lt=end)
    return found[:n]


def actors() -> list[str]:
    """Return everybody who has done anything, in order."""
    return sorted(filter(None, Event.objects.order_by().values_list("who", flat=True).distinct()))


def what(event: Event) -> Text:
    """Return what was done."""
    return TEXTS.validate_python(event.what)


def told(event: Event, names: Names | None = None) -> str:
    """Say who did what when, with the `names` that people have for what it is about."""
    at = local(event.at)
    return _("{who}, {day} {clock}: {what}").format(
        who=event.who or _("somebody"), day=day(at.date()), clock=clock(at), what=word(what(event), names)
    )
