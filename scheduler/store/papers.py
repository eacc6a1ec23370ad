"""What planners write, version by version: scenarios, and the file of candidates; the last version is what holds."""

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError
from django.db.models import Max

from scheduler.base.i18n import _
from scheduler.model.clock import local
from scheduler.store.events import ChangedSinceError
from scheduler.store.models import Event, Paper

SCENARIO, CANDIDATES = "scenario", "candidates"
#: So many versions of a paper are kept.
_MOST_VERSIONS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPaper:
    """A version of a paper: what it says, who wrote it and when; an empty text says that it was taken away."""

    kind: str
    name: str
    version: int
    text: str
    who: str
    at: dt.datetime


def papers(kind: str) -> tuple[KeptPaper, ...]:
    """Return what holds of a kind, in the order of the names; what was taken away is not among it."""
    last = dict(Paper.objects.filter(kind=kind).values_list("name").annotate(Max("version")).order_by("name"))
    found = (paper(kind, name, version) for name, version in last.items())
    return tuple(each for each in found if each and each.text)


def paper(kind: str, name: str, version: int | None = None) -> KeptPaper | None:
    """Return a version of a paper, by default the last one; None where there is none."""
    found = Paper.objects.filter(kind=kind, name=name)
    if version is not None:
        found = found.filter(version=version)
    last = found.order_by("version").last()
    return _kept(last) if last else None


def write(event: Event, kind: str, name: str, text: str, *, seen: int) -> None:
    """Write the next version of a paper, as part of an act.

    Parameters
    ----------
    event
        That of the act, which says who writes and when.
    kind, name, text
        What is written.
    seen
        The version that it was made from; 0 where there was none.

    Raises
    ------
    ChangedSinceError
        When somebody has written another version since.
    """
    last = paper(kind, name)
    if (last.version if last else 0) != seen:
        raise ChangedSinceError(
            Event.objects.filter(at=last.at, what__code__startswith="did_paper")[:1] if last else ()
        )
    try:
        Paper.objects.create(kind=kind, name=name, version=seen + 1, text=text, who=event.who, at=event.at)
    except IntegrityError as error:
        raise ChangedSinceError(()) from error
    Paper.objects.filter(kind=kind, name=name, version__lte=seen + 1 - _MOST_VERSIONS).delete()


def _kept(found: Paper) -> KeptPaper:
    return KeptPaper(
        kind=found.kind,
        name=found.name,
        version=found.version,
        text=found.text,
        who=found.who or _("somebody"),
        at=local(found.at),
    )
