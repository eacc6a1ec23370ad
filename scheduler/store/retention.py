"""What is no longer kept: addresses after the visit, jobs, taps, messages, and names in what was done long ago."""

import dataclasses
import datetime as dt
import json
import zlib
from dataclasses import dataclass

from scheduler.base.i18n import _, ngettext
from scheduler.model import rosterfile
from scheduler.model.clock import local
from scheduler.model.config import RetentionSettings
from scheduler.store import jobs, taps, traces
from scheduler.store.editions import remove_unused, snapshot_of
from scheduler.store.models import (
    Absence,
    DraftBefore,
    Edition,
    Event,
    Message,
    Paper,
    PhoneCall,
    PracticeLink,
    Reply,
    Row,
    RowChange,
    Snapshot,
    Trial,
)
from scheduler.store.tables import HOMES

#: What was to be told by telephone is kept so long after the visit.
_CALLS_DAYS = 30
#: What stands where the name of whoever acted has been removed.
NOBODY = ""


@dataclass(frozen=True, slots=True)
class Removed:
    """How much was removed, by what it was."""

    homes: int = 0
    jobs: int = 0
    taps: int = 0
    messages: int = 0
    editions: int = 0
    events: int = 0

    def __bool__(self) -> bool:
        """Whether anything was."""
        return any((self.homes, self.jobs, self.taps, self.messages, self.editions, self.events))

    def __str__(self) -> str:
        """Say it in words."""
        told = (
            (self.homes, ngettext("{n} home visit", "{n} home visits", self.homes)),
            (self.jobs, ngettext("{n} job", "{n} jobs", self.jobs)),
            (self.taps, ngettext("{n} tap or absence", "{n} taps and absences", self.taps)),
            (self.messages, ngettext("{n} message", "{n} messages", self.messages)),
            (self.editions, ngettext("names in {n} old edition", "names in {n} old editions", self.editions)),
            (self.events, ngettext("the name of {n} old act", "the names of {n} old acts", self.events)),
        )
        return _("Deleted, as their time is over: {what}.").format(
            what=", ".join(text.format(n=n) for n, text in told if n)
        )


def clean(settings: RetentionSettings, now: dt.datetime) -> Removed:
    """Remove what is due, as part of an act or of one's own transaction."""
    silent = _months_before(now, settings.messages_months)
    messages = Message.objects.filter(at__lt=silent)
    Reply.objects.filter(at__lt=silent).delete()
    PracticeLink.objects.filter(ends_at__lt=now).delete()
    PhoneCall.objects.filter(start__lt=now - dt.timedelta(days=_CALLS_DAYS)).delete()
    old = _months_before(now, settings.names_months)
    done = now - dt.timedelta(days=settings.home_visits_days)
    tapped = now - dt.timedelta(days=settings.taps_days)
    return Removed(
        homes=forget_homes(first_kept(settings, now))[0],
        jobs=jobs.clean(max(done, old)),
        taps=taps.clean(tapped) + Absence.objects.filter(at__lt=tapped, last__lt=now.date()).delete()[0],
        messages=messages.delete()[0],
        editions=_blank_editions(old),
        events=_blank_events(old) + _blank_papers(old),
    )


def first_kept(settings: RetentionSettings, now: dt.datetime) -> dt.date:
    """Return the first date of which home visits are kept."""
    return now.date() - dt.timedelta(days=settings.home_visits_days)


def forget_homes(before: dt.date) -> tuple[int, int]:
    """Delete the home visits before a date, and their pins, as part of an act; return how many of each.

    Jobs and taps that name them go, too.
    """
    old = [row for row in Row.objects.filter(table=HOMES) if row.cells["date"] < before.isoformat()]
    ids = {row.cells["visit_id"] for row in old}
    pins = [row for row in Row.objects.filter(table="pins") if row.cells["id"] in ids]
    for row in (*old, *pins):
        row.delete()
    if old:
        jobs.forget(ids)
        taps.forget(ids)
        traces.mark()
    return len(old), len(pins)


def _months_before(now: dt.datetime, months: int) -> dt.datetime:
    years, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return local(now).replace(year=years, month=month + 1, day=min(now.day, 28))


def _blank_events(before: dt.datetime) -> int:
    RowChange.objects.filter(event__at__lt=before).delete()
    return Event.objects.filter(at__lt=before).exclude(who=NOBODY).update(who=NOBODY)


def _blank_papers(before: dt.datetime) -> int:
    """Blank who wrote scenarios, asked what they come to, and answered practices."""
    return sum(
        (
            Paper.objects.filter(at__lt=before).exclude(who=NOBODY).update(who=NOBODY),
            Trial.objects.filter(at__lt=before).exclude(who=NOBODY).update(who=NOBODY),
            Reply.objects.filter(answered_at__lt=before)
            .exclude(answered_by=NOBODY)
            .update(answered_by=NOBODY),
        )
    )


def _blank_editions(before: dt.datetime) -> int:
    """Blank names in old editions, and in the tables that they were planned from; younger ones keep theirs."""
    DraftBefore.objects.filter(made_at__lt=before).delete()
    old = list(Edition.objects.filter(made_at__lt=before).exclude(who=NOBODY))
    for edition in old:
        roster = rosterfile.parse(zlib.decompress(edition.document), edition.week)
        nameless = (dataclasses.replace(each, name=each.consultant_id) for each in roster.consultants)
        edition.document = zlib.compress(rosterfile.dump(roster.replace(consultants=tuple(nameless))))
        edition.tables = _nameless(edition.tables)
        edition.who = NOBODY
        edition.save(update_fields=["document", "tables", "who"])
    remove_unused()
    return len(old)


def _nameless(snapshot: Snapshot) -> Snapshot:
    tables = json.loads(zlib.decompress(snapshot.content))
    for row in tables.get("consultants", ()):
        row["name"] = row["consultant_id"]
        row.pop("note", None)
    return snapshot_of(tables)
