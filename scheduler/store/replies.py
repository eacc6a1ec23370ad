"""What practices say on their pages, and the links that open these; a practice needs no account.

A link is a secret in an address: whoever has it speaks for the practice until it ends or is revoked. What is said waits
for the coordinator, and becomes rows only when it is approved.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.model.clock import local
from scheduler.store.models import Event, PracticeLink, Reply

State = Reply.State

#: What a reply may be of.
Value = str | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReply:
    """A reply as it is kept.

    Attributes
    ----------
    number, practice_id
        Which it is, and whose.
    kind, content
        What is said: see `scheduler.services.replies`.
    at
        When it was said.
    state
        What became of it.
    is_undone
        Whether it was approved, and that was taken back.
    """

    number: int
    practice_id: str
    kind: str
    content: Mapping[str, Value]
    at: dt.datetime
    state: State
    is_undone: bool


class AnsweredError(InputError):
    """A reply has been answered by somebody else meanwhile."""

    def __init__(self) -> None:
        super().__init__(InputProblem(_("somebody has answered this meanwhile; nothing was saved")))


# --- Links --------------------------------------------------------------------------------------------


def new_secret() -> str:
    """Return a secret for a link; it is nobody's until `keep_link`."""
    return secrets.token_urlsafe(32)


def keep_link(practice_id: str, secret: str, *, at: dt.datetime, ends_at: dt.datetime) -> None:
    """Have a secret open a practice's page, as part of an act."""
    PracticeLink.objects.create(practice_id=practice_id, sha256=_sha256(secret), made_at=at, ends_at=ends_at)


def practice_of(secret: str, at: dt.datetime) -> str | None:
    """Return whose page a secret opens; None where it opens none, or no longer."""
    found = PracticeLink.objects.filter(sha256=_sha256(secret), ends_at__gt=at).first()
    return found.practice_id if found else None


def links(at: dt.datetime) -> Mapping[str, int]:
    """Return how many links open the page of each practice."""
    found = PracticeLink.objects.filter(ends_at__gt=at).values_list("practice_id").annotate(Count("id"))
    return dict(found.order_by("practice_id"))


def revoke(practice_id: str) -> int:
    """Have no link open a practice's page any more, as part of an act; return how many did."""
    return PracticeLink.objects.filter(practice_id=practice_id).delete()[0]


def drop_links() -> None:
    """Have no link open anything, as of a backup that is taken back: some may have been revoked since."""
    PracticeLink.objects.all().delete()


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


# --- Replies ------------------------------------------------------------------------------------------


def add(
    practice_id: str, kind: str, content: Mapping[str, Value], *, at: dt.datetime, waits: bool = True
) -> int:
    """Keep what a practice says, as part of an act; what waits already, word for word, is not kept twice."""
    state = State.WAITING if waits else State.NOTED
    same = Reply.objects.filter(practice_id=practice_id, kind=kind, content=dict(content), state=state)
    found = same.first() or Reply.objects.create(
        practice_id=practice_id, kind=kind, content=dict(content), at=at, state=state
    )
    return found.id


def said_since(practice_id: str, at: dt.datetime) -> int:
    """Return how often a practice has said something since a moment."""
    return Reply.objects.filter(practice_id=practice_id, at__gte=at).count()


def reply(number: int) -> KeptReply | None:
    """Return a reply by its number; None where there is none."""
    found = Reply.objects.filter(id=number).select_related("event").first()
    return _kept(found) if found else None


def replies(
    *, states: Collection[State] = tuple(State), practice_id: str = "", kind: str = "", most: int = 1000
) -> tuple[KeptReply, ...]:
    """Return the last replies of some states, of a practice or a kind where one is named; the oldest first."""
    found = Reply.objects.filter(state__in=states).select_related("event")
    if practice_id:
        found = found.filter(practice_id=practice_id)
    if kind:
        found = found.filter(kind=kind)
    return tuple(map(_kept, reversed(found.order_by("-id")[:most])))


def answer(number: int, state: State, *, who: str, at: dt.datetime, event: Event | None = None) -> None:
    """Say what becomes of a reply that waits, as part of an act; an `AnsweredError` where it does not wait."""
    waiting = Reply.objects.filter(id=number, state=State.WAITING)
    if not waiting.update(state=state, answered_by=who, answered_at=at, event=event):
        raise AnsweredError


def _kept(found: Reply) -> KeptReply:
    return KeptReply(
        number=found.id,
        practice_id=found.practice_id,
        kind=found.kind,
        content=found.content,
        at=local(found.at),
        state=State(found.state),
        is_undone=found.event is not None and found.event.undone_by_id is not None,
    )
