"""What goes out with an edition: kept with it in one act, sent at most once, and what nobody knows of is said."""

import datetime as dt
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from scheduler.base.errors import InputProblem, ServiceError
from scheduler.store.models import Edition, Event, Message

State = Message.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message as it is kept.

    Attributes
    ----------
    message_id
        Its Message-ID, which no other has.
    to, address
        The id of the practice or consultant, and the mail address; the latter is empty where there is none.
    content
        The whole message (RFC 5322); empty where somebody is called instead.
    told
        What it says of the coming weeks.
    """

    message_id: str
    to: str
    address: str
    content: bytes
    told: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A message of the outbox: whose, of which edition, and where it is."""

    number: int
    to: str
    address: str
    week: str
    edition: int
    state: State
    at: dt.datetime


def put(event: Event, week: str, number: int, letters: Iterable[Letter], *, by_mail: bool) -> None:
    """Keep the messages of an edition as part of the act that publishes it; `by_mail`, they wait to be sent."""
    edition = Edition.objects.get(week=week, number=number)
    Message.objects.bulk_create(
        Message(
            message_id=letter.message_id,
            edition=edition,
            to=letter.to,
            address=letter.address,
            content=zlib.compress(letter.content),
            told=list(map(dict, letter.told)),
            state=State.WAITING if by_mail and letter.address else State.FILE,
            at=event.at,
        )
        for letter in letters
    )


def last_told() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return what each practice and consultant was told last of the coming weeks."""
    return dict(Message.objects.order_by("id").values_list("to", "told"))


def sent_with(week: str, number: int) -> list[tuple[str, bytes]]:
    """Return the messages of an edition, and to whom they are; who is called has none."""
    found = Message.objects.filter(edition__week=week, edition__number=number).order_by("id")
    return [(each.to, content) for each in found if (content := zlib.decompress(each.content))]


def sent_to(whom: str, n: int) -> tuple[Kept, ...]:
    """Return the last messages to a practice or a consultant, the newest first."""
    return tuple(map(_kept, Message.objects.filter(to=whom).select_related("edition").order_by("-id")[:n]))


def waiting() -> tuple[Kept, ...]:
    """Return what is not known to be sent: what waits, and what is in doubt."""
    found = Message.objects.filter(state__in=(State.WAITING, State.SENDING, State.DOUBTFUL))
    return tuple(map(_kept, found.select_related("edition").order_by("id")))


def doubt() -> int:
    """Say of what was on its way when a program ended that nobody knows whether it went; return how much that is."""
    return Message.objects.filter(state=State.SENDING).update(state=State.DOUBTFUL)


def again(number: int) -> None:
    """Have a message in doubt wait to be sent again."""
    Message.objects.filter(id=number, state=State.DOUBTFUL).update(state=State.WAITING)


def send(deliver: Callable[[str, bytes], None]) -> int:
    """Send what waits, one message after the other, and return how many went.

    Parameters
    ----------
    deliver
        Takes a mail address and a message. A `ServiceError` says that this one did not go; whatever else it raises
        leaves it in doubt, and ends the sending.

    Raises
    ------
    ServiceError
        When messages did not go; they wait.
    """
    sent = 0
    refused: list[InputProblem] = []
    hint = ""
    for number in list(
        Message.objects.filter(state=State.WAITING).order_by("id").values_list("id", flat=True)
    ):
        message = _taken(number)
        if message is None:
            continue
        try:
            deliver(message.address, zlib.decompress(message.content))
        except ServiceError as error:
            _set(message, State.WAITING)
            refused += error.problems
            hint = error.hint
        except BaseException:
            _set(message, State.DOUBTFUL)
            raise
        else:
            _set(message, State.SENT)
            sent += 1
    if refused:
        raise ServiceError(refused, hint)
    return sent


def _taken(number: int) -> Message | None:
    """Return a message that is now ours to send; None where another program has taken it."""
    with transaction.atomic():
        if not Message.objects.filter(id=number, state=State.WAITING).update(state=State.SENDING):
            return None
        return Message.objects.get(id=number)


def _set(message: Message, state: State) -> None:
    Message.objects.filter(id=message.id).update(state=state)


def _kept(message: Message) -> Kept:
    return Kept(
        number=message.id,
        to=message.to,
        address=message.address,
        week=message.edition.week,
        edition=message.edition.number,
        state=State(message.state),
        at=message.at,
    )
