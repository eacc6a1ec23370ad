"""Questions of planners: which scenarios over which weeks, the job that answers, and what came of it."""

import datetime as dt
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scheduler.base.i18n import _
from scheduler.model.clock import local
from scheduler.store import jobs
from scheduler.store.jobs import KeptJob
from scheduler.store.models import Event, Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTrial:
    """A question as it is kept.

    Attributes
    ----------
    number, title
        Which it is, and what people call it.
    scenarios
        Their text, as a scenario file has it, when it was asked.
    asked
        `weeks` as text, `draws` and `names`.
    job
        What answers it; None where that is no longer kept.
    who, at
        Who asked, and when.
    has_answer
        Whether there is something to show.
    """

    number: int
    title: str
    scenarios: str
    asked: Mapping[str, Any]
    job: KeptJob | None
    who: str
    at: dt.datetime
    has_answer: bool


def add(event: Event, title: str, scenarios: str, asked: Mapping[str, Any], *, kind: str) -> int:
    """Ask a question and for the job that answers it, as part of an act; return its number."""
    trial = Trial.objects.create(
        title=title, scenarios=scenarios, asked=dict(asked), who=event.who, at=event.at
    )
    trial.job_id = jobs.ask(kind, {"trial": trial.id}, who=event.who, at=event.at)
    trial.save(update_fields=["job"])
    return trial.id


def trial(number: int) -> KeptTrial | None:
    """Return a question by its number; None where there is none."""
    found = Trial.objects.filter(id=number).first()
    return _kept(found) if found else None


def trials(most: int = 100) -> tuple[KeptTrial, ...]:
    """Return the last questions, the newest first."""
    return tuple(map(_kept, Trial.objects.order_by("-id").defer("found")[:most]))


def keep(number: int, found: Mapping[str, Any]) -> None:
    """Keep what came of a question, as part of the transaction that finishes its job."""
    Trial.objects.filter(id=number).update(found=zlib.compress(json.dumps(found).encode()))


def answer(number: int) -> Mapping[str, Any] | None:
    """Return what came of a question; None while there is nothing."""
    packed = Trial.objects.filter(id=number).values_list("found", flat=True).first()
    found: Mapping[str, Any] | None = json.loads(zlib.decompress(packed)) if packed else None
    return found


def _kept(found: Trial) -> KeptTrial:
    return KeptTrial(
        number=found.id,
        title=found.title,
        scenarios=found.scenarios,
        asked=found.asked,
        job=jobs.job(found.job_id) if found.job_id else None,
        who=found.who or _("somebody"),
        at=local(found.at),
        has_answer=Trial.objects.filter(id=found.id).exclude(found=b"").exists(),
    )
