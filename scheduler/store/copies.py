"""Exports and backups: where they were written, so that people can be told which of them still say where homes are."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from scheduler.store.events import record, what
from scheduler.store.models import Event

_COPIES = ("did_backup", "did_export")
_FORGOTTEN = "did_forget"


def remembered() -> tuple[Event, ...]:
    """Return what tells of copies, and of what must be forgotten: a backup that is taken back must not lose it."""
    return tuple(Event.objects.filter(what__code__in=(*_COPIES, _FORGOTTEN)).order_by("id"))


def remember(events: Iterable[Event]) -> tuple[dt.date, ...]:
    """Keep those that are not there yet, as part of an act; return before which dates homes were forgotten."""
    events = tuple(events)
    for event in events:
        if not Event.objects.filter(at=event.at, what=event.what).exists():
            is_free = not Event.objects.filter(id=event.id).exists()
            record(what(event), event.who, event.at, number=event.id if is_free else None)
    return tuple(
        dt.date.fromisoformat(str(what(event).params["date"]))
        for event in events
        if what(event).code == _FORGOTTEN
    )


def still_there(before: dt.date) -> tuple[str, ...]:
    """Return the copies that still exist and were written before such home visits were forgotten, if they were."""
    found: dict[str, None] = {}
    for event in remembered():
        text = what(event)
        if text.code in _COPIES:
            found[str(text.params["source"])] = None
        elif str(text.params["date"]) >= before.isoformat():
            break  # what was written since does not have them
    return tuple(file for file in found if Path(file).exists())
