"""Jobs: what takes longer than people wait for, asked for in the store and done by whoever works there.

The table is the queue. Whoever asks writes a job in the transaction of what asks, so that neither is there without the
other. A worker claims the oldest one that waits: it has a lease then, and renews it while it works. A lease that is not
renewed lapses, as when its worker was killed; the job is then claimed by the next, and the first can write nothing
of it any more. Who finishes a job in the transaction of what it writes writes it once, whatever happens.

Leases go by the clock of the database, so that workers on several machines agree.
"""

import datetime as dt
import re
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from scheduler.base.errors import SchedulerError
from scheduler.base.i18n import _, language, using
from scheduler.model.clock import local, now
from scheduler.store.models import Job

State = Job.State

#: What an argument or a result may be: an id, a number or a yes or no, and lists and mappings of such.
Value = str | int | float | bool | None | Sequence["Value"] | Mapping[str, "Value"]

#: For how long a worker has a job without a sign of life.
LEASE = dt.timedelta(seconds=30)
#: A job whose workers ended so often without a word is not begun again: it may be what ends them.
MOST_ATTEMPTS = 3
#: What ids, weeks, editions and moments look like: what has blanks in it may be an address.
_ID = re.compile(r"[\w.:+/-]{0,100}")
_WORD = re.compile(r"[\w-]+")
_OPEN = (State.WAITING, State.RUNNING)


class LostJobError(SchedulerError):
    """Whoever writes of a job has it no more: its lease lapsed and another has claimed it, or it is gone."""

    def __init__(self) -> None:
        super().__init__(_("this job has been taken up by somebody else, or is gone; nothing was saved"))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptJob:
    """A job as it is kept.

    Attributes
    ----------
    number, kind, arguments
        Which it is, and what is to be done with what.
    asked_by, asked_at, language
        Who asked for it, when, and in whose words it is told of, "da" or "en".
    state
        Where it is.
    step, score, bound
        How far it is: what is being done, and the best score and bound so far; None while there is none.
    result
        What came of it; None until it is done.
    failure
        The sentences of the error that ended it, the last one a hint.
    ended_at
        When it ended; None while it has not.
    attempts
        How many workers have begun it.
    is_to_end
        Whether it is wanted no longer than it has got.
    """

    number: int
    kind: str
    arguments: Mapping[str, Value]
    asked_by: str
    asked_at: dt.datetime
    language: str
    state: State
    step: str
    score: int | None
    bound: int | None
    result: Mapping[str, Value] | None
    failure: tuple[str, ...]
    ended_at: dt.datetime | None
    attempts: int
    is_to_end: bool

    @property
    def has_ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state not in _OPEN


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that a worker has, and what proves it."""

    job: KeptJob
    _lease: str = field(repr=False)
    _for: dt.timedelta = field(repr=False)


# --- Who asks -----------------------------------------------------------------------------------------


def ask(kind: str, arguments: Mapping[str, Value], *, who: str, at: dt.datetime, lang: str = "") -> int:
    """Ask for a job, as part of the transaction of what asks for it, and return its number.

    Parameters
    ----------
    kind, arguments
        What is to be done, and with what: ids, weeks, moments, numbers; what these stand for is read by the worker.
    who, at
        Who asks, and when.
    lang
        The language in which it is told of, "da" or "en"; without it, the one that is spoken here.
    """
    _check(arguments)
    return Job.objects.create(
        kind=kind, arguments=dict(arguments), asked_by=who, asked_at=at, language=lang or language()
    ).id


def cancel(number: int) -> None:
    """Say that a job is wanted no more: one that waits is not begun, one at work ends with the best it has so far."""
    mine = Job.objects.filter(id=number)
    with transaction.atomic():
        if not mine.filter(state=State.WAITING).update(state=State.CANCELLED, ended_at=now()):
            mine.filter(state=State.RUNNING).update(is_to_end=True)


def job(number: int) -> KeptJob | None:
    """Return a job by its number; None where there is none, or none any more."""
    found = Job.objects.filter(id=number).first()
    return _kept(found) if found else None


def jobs(*, ended: bool = False) -> tuple[KeptJob, ...]:
    """Return the jobs that wait or are worked on, the oldest first; with `ended` all that there are."""
    found = Job.objects.all() if ended else Job.objects.filter(state__in=_OPEN)
    return tuple(map(_kept, found))


# --- Who works ----------------------------------------------------------------------------------------


def claim(worker: str, *, kinds: Collection[str] | None = None, lease: dt.timedelta = LEASE) -> Claim | None:
    """Take the oldest job that waits or whose lease has lapsed; None where there is none.

    Parameters
    ----------
    worker
        What people know the worker by.
    kinds
        The kinds that it can do; None for all.
    lease
        For how long it may be silent.
    """
    _give_up()
    free = Job.objects.filter(state=State.WAITING) | _lapsed()
    if kinds is not None:
        free = free.filter(kind__in=kinds)
    for number in list(free.order_by("id").values_list("id", flat=True)):
        token = uuid.uuid4().hex
        # One statement: whoever is first has it, and for the other it is free no more.
        if free.filter(id=number).update(
            state=State.RUNNING,
            worker=worker,
            lease=token,
            lease_until=Now() + lease,
            attempts=F("attempts") + 1,
            step="",
            score=None,
            bound=None,
        ):
            return Claim(_kept(Job.objects.get(id=number)), token, lease)
    return None


def beat(held: Claim) -> bool:
    """Renew a lease; return whether to go on, else the job is to end with what it has.

    Raises
    ------
    LostJobError
        When another has the job, or it is gone.
    """
    return _renewed(held)


def report(
    held: Claim, *, step: str | None = None, score: int | None = None, bound: int | None = None
) -> bool:
    """Say how far a job is; what is None stays as it was. It renews the lease, and returns and raises as `beat`."""
    told = {"step": step, "score": score, "bound": bound}
    return _renewed(held, **{name: value for name, value in told.items() if value is not None})


def finish(held: Claim, result: Mapping[str, Value]) -> None:
    """Say what came of a job, as part of the transaction of what it writes: either both are saved or neither.

    Raises
    ------
    LostJobError
        When another has the job, or it is gone.
    """
    _check(result)
    _end(held, state=State.DONE, result=dict(result))


def fail(held: Claim, error: SchedulerError) -> None:
    """Say why a job could not be done. Errors as for `finish`."""
    said = [*map(str, error.problems), *([error.hint] if error.hint else [])]
    _end(held, state=State.FAILED, failure=said)


def give_back(held: Claim) -> None:
    """Have a job wait again, as a worker does that is to end before it is done. Errors as for `finish`."""
    with transaction.atomic():
        if _renewed(held):
            _change(held, state=State.WAITING, lease="", lease_until=None, attempts=F("attempts") - 1)
        else:
            _end(held, state=State.CANCELLED)


def lapsed() -> tuple[KeptJob, ...]:
    """Return the jobs whose workers give no sign of life."""
    return tuple(map(_kept, _lapsed()))


def _lapsed() -> QuerySet[Job]:
    return Job.objects.filter(state=State.RUNNING, lease_until__lte=Now())


def _give_up() -> None:
    """End the jobs that were begun often enough; and those that are to end, as nobody has what they had so far."""
    over = _lapsed().filter(Q(attempts__gte=MOST_ATTEMPTS) | Q(is_to_end=True))
    for found in over:
        with using(found.language):
            failure = [_("those who worked on it ended {n} times without a word").format(n=found.attempts)]
        Job.objects.filter(id=found.id, lease=found.lease).update(
            state=State.CANCELLED if found.is_to_end else State.FAILED,
            failure=None if found.is_to_end else failure,
            ended_at=now(),
            lease="",
            lease_until=None,
        )


def _renewed(held: Claim, **values: Any) -> bool:
    _change(held, lease_until=Now() + held._for, **values)  # noqa: SLF001 - of this module
    return not Job.objects.filter(id=held.job.number, is_to_end=True).exists()


def _end(held: Claim, **values: Any) -> None:
    _change(held, ended_at=now(), lease="", lease_until=None, **values)


def _change(held: Claim, **values: Any) -> None:
    mine = Job.objects.filter(id=held.job.number, lease=held._lease, state=State.RUNNING)  # noqa: SLF001
    if not mine.update(**values):
        raise LostJobError


# --- What is no longer kept ---------------------------------------------------------------------------


def forget(ids: Collection[str]) -> int:
    """Delete the jobs that name one of some ids, as part of an act; return how many. Who works on one loses it."""
    gone = [found.id for found in Job.objects.all() if not ids_in(found).isdisjoint(ids)]
    Job.objects.filter(id__in=gone).delete()
    return len(gone)


def clean(before: dt.datetime) -> int:
    """Delete the jobs that ended before a moment, or were asked for before it and nobody does; return how many."""
    idle = Job.objects.filter(state=State.WAITING) | _lapsed()
    over = Job.objects.filter(ended_at__lt=before) | idle.filter(asked_at__lt=before)
    return over.delete()[0]


def drop_open() -> None:
    """Delete what is yet to be done, as of a backup that is taken back: nobody waits for it any more."""
    Job.objects.filter(state__in=_OPEN).delete()


def ids_in(found: Job) -> set[str]:
    """Return everything in a job that may be an id."""
    told = (found.arguments, found.result, found.failure, found.step)
    return {word for text in _texts(told) for word in (text, *_WORD.findall(text))}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield str(key)
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _check(values: Mapping[str, Value]) -> None:
    """Refuse what is no id: a job that held what ids stand for would keep what is to be forgotten."""
    if any(_ID.fullmatch(text) is None for text in _texts(values)):
        raise ValueError("a job has ids, not what they stand for")


def _kept(found: Job) -> KeptJob:
    return KeptJob(
        number=found.id,
        kind=found.kind,
        arguments=found.arguments,
        asked_by=found.asked_by,
        asked_at=local(found.asked_at),
        language=found.language,
        state=State(found.state),
        step=found.step,
        score=found.score,
        bound=found.bound,
        result=found.result,
        failure=tuple(found.failure or ()),
        ended_at=local(found.ended_at) if found.ended_at else None,
        attempts=found.attempts,
        is_to_end=found.is_to_end,
    )
