"""Taking back what was done to the tables, act by act."""

from collections.abc import Iterable

from django.db.models import Q

from scheduler.base.errors import InputError
from scheduler.base.i18n import _
from scheduler.inputs.stored import Edit
from scheduler.store.events import told
from scheduler.store.models import Event, RowChange
from scheduler.store.tables import HOMES, Kept, change

#: Of a home visit only that it was added: to delete it, nobody need know where it was.
_CAN_BE_UNDONE = ~Q(table=HOMES) | Q(before__isnull=True)


def last() -> Event | None:
    """Return the last act that can be undone and is not: it changed rows, and of home visits it added some."""
    changes = RowChange.objects.filter(_CAN_BE_UNDONE)
    return Event.objects.filter(row_changes__in=changes, undone_by=None, undoes=None).order_by("id").last()


def leaves_homes(event: Event) -> bool:
    """Tell whether an act changed or removed home visits: how they were before is not kept, and not undone."""
    return event.row_changes.exclude(_CAN_BE_UNDONE).exists()


def edits_of(event: Event, kept: Kept) -> tuple[Edit, ...]:
    """Return what undoes an act, but for what `leaves_homes`; an `InputError` where its rows have been changed since."""
    places = {row: (table, place) for table, ids in kept.ids.items() for place, row in enumerate(ids)}
    edits = []
    for done in event.row_changes.filter(_CAN_BE_UNDONE).order_by("-id"):
        table, place = places.get(done.row, (done.table, len(kept.ids.get(done.table, ()))))
        now = kept.tables[table][place] if done.row in places else None
        if done.table == HOMES:
            if now is None:
                continue  # forgotten meanwhile
            changed = RowChange.objects.filter(row=done.row, event__id__gt=event.id).exists()
        else:
            changed = now != done.after
        if changed:
            raise InputError(
                _("this cannot be undone, as its rows have been changed since: {event}").format(
                    event=told(event)
                )
            )
        edits.append(Edit(done.table, now, done.before, place, row=done.row))
    return tuple(edits)


def undo(event: Event, done: Event, kept: Kept, edits: Iterable[Edit]) -> None:
    """Undo an act as part of another one, `done`; what the tables are then has been checked before."""
    change(done, kept, edits)
    event.undone_by = done
    event.save(update_fields=["undone_by"])
