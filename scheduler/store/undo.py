"""Taking back what was done to the tables, act by act."""

from collections.abc import Iterable

from scheduler.base.errors import InputError
from scheduler.base.i18n import _
from scheduler.inputs.stored import Edit
from scheduler.store.events import told
from scheduler.store.models import Event, RowChange
from scheduler.store.tables import HOMES, Kept, change


def last() -> Event | None:
    """Return the last act that can be undone and is not: it changed rows of other tables than home visits."""
    changes = RowChange.objects.exclude(table=HOMES)
    return Event.objects.filter(row_changes__in=changes, undone_by=None, undoes=None).order_by("id").last()


def edits_of(event: Event, kept: Kept) -> tuple[Edit, ...]:
    """Return what undoes an act, but for home visits; an `InputError` where its rows have been changed since."""
    places = {row: (table, place) for table, ids in kept.ids.items() for place, row in enumerate(ids)}
    edits = []
    for done in event.row_changes.exclude(table=HOMES).order_by("-id"):
        table, place = places.get(done.row, (done.table, len(kept.ids.get(done.table, ()))))
        now = kept.tables[table][place] if done.row in places else None
        if now != done.after:
            raise InputError(
                _("this cannot be undone, as its rows have been changed since: {event}").format(
                    event=told(event)
                )
            )
        edits.append(Edit(done.table, done.after, done.before, place, row=done.row))
    return tuple(edits)


def undo(event: Event, done: Event, kept: Kept, edits: Iterable[Edit]) -> None:
    """Undo an act as part of another one, `done`; what the tables are then has been checked before."""
    change(done, kept, edits)
    event.undone_by = done
    event.save(update_fields=["undone_by"])
