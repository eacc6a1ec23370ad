"""What consultants told by taps: each key once, and of several about the same thing the last by the clock counts."""

import datetime as dt
from collections.abc import Collection, Iterable

from scheduler.model.clock import local
from scheduler.model.taps import Kind, Told
from scheduler.store.models import Event, Row, RowChange, Tap


def known(key: str) -> bool | None:
    """Tell whether the tap of a key counts; None where it has not come yet."""
    return Tap.objects.filter(key=key).values_list("counts", flat=True).first()


def is_later_known(told: Told) -> bool:
    """Tell whether of the same thing something later counts already."""
    same = Tap.objects.filter(week=told.week, kind=told.kind, about=told.about, counts=True, at__gt=told.at)
    if told.kind in ("delay", "seen"):
        same = same.filter(consultant_id=told.consultant_id)
    return same.exists()


def is_row_later(table: str, key: str, at: dt.datetime) -> bool:
    """Tell whether a row was changed after a moment by somebody who did not tap it."""
    row = Row.objects.filter(table=table, key=key).first()
    changed = RowChange.objects.filter(table=table, row=row.id) if row else RowChange.objects.none()
    last = changed.order_by("-event_id").values_list("event_id", flat=True).first()
    return last is not None and Event.objects.filter(id=last, at__gt=at, tap=None).exists()


def put(told: Told, *, counts: bool, event: Event | None = None) -> None:
    """Keep a tap, as part of an act."""
    Tap.objects.create(
        key=told.key,
        consultant_id=told.consultant_id,
        week=told.week,
        kind=told.kind,
        about=told.about,
        value=dict(told.value),
        at=told.at,
        counts=counts,
        event=event,
    )


def last(weeks: Iterable[str], *kinds: Kind) -> tuple[Told, ...]:
    """Return what counts of some weeks, in order: of each thing (of days and editions, and consultant) the last."""
    found: dict[tuple[str, ...], Told] = {}
    for tap in Tap.objects.filter(week__in=set(weeks), kind__in=kinds, counts=True):
        told = _told(tap)
        who = (told.consultant_id,) if told.kind in ("delay", "seen") else ()
        found[told.week, told.kind, told.about, *who] = told
    return tuple(found.values())


def forget(ids: Collection[str]) -> int:
    """Delete what is about home visits, as part of an act; return how many."""
    return Tap.objects.filter(kind="out", about__in=ids).delete()[0]


def clean(before: dt.datetime) -> int:
    """Delete what was tapped before a moment, as part of an act; return how many."""
    return Tap.objects.filter(at__lt=before).delete()[0]


def _told(tap: Tap) -> Told:
    return Told(
        key=tap.key,
        consultant_id=tap.consultant_id,
        week=tap.week,
        kind=tap.kind,  # type: ignore[arg-type]  # one of `KINDS`, as it was put
        about=tap.about,
        value=tap.value,
        at=local(tap.at),
    )
