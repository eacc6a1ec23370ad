"""What calls are made on: what was seen before (`If-Match`), and that they are made once (`Idempotency-Key`)."""

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel

from scheduler.base.i18n import _
from scheduler.store import events
from scheduler.store.events import Seen
from scheduler.web.callers import caller
from scheduler.web.models import KeptAnswer
from scheduler.web.problems import RefusedError

_ETAG = re.compile(r'"(\d{1,18})-(\d{1,18})"', re.ASCII)
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
#: Whoever was at work on a call for longer is gone.
_AT_WORK = dt.timedelta(minutes=5)
#: How long a call may come again.
KEPT_FOR = dt.timedelta(days=7)
_KEPT = ("Location", "ETag")


def etag(week: str = "") -> str:
    """Return the entity tag of the tables, or of all about a week: another one once anything has been done to it."""
    seen = events.last_of(week)
    return f'"{seen.event}-{(seen.at - _EPOCH) // _MICROSECOND if seen.at else 0}"'


def matched(request: HttpRequest) -> Seen:
    """Return what a caller has seen who wants to change something.

    Raises
    ------
    RefusedError
        When nothing of the kind is said, or it is none of ours.
    """
    said = request.headers.get("If-Match", "")
    if not said:
        hint = _("Read it first, and send its ETag as If-Match.")
        raise RefusedError(
            HTTPStatus.PRECONDITION_REQUIRED, _("It is not said what was seen before."), hint=hint
        )
    found = _ETAG.fullmatch(said.strip())
    if found is None:
        raise RefusedError(
            HTTPStatus.PRECONDITION_FAILED, _("This is no ETag of what is here."), column="If-Match"
        )
    try:
        at = _EPOCH + int(found[2]) * _MICROSECOND if int(found[1]) else None
    except OverflowError:
        raise RefusedError(
            HTTPStatus.PRECONDITION_FAILED, _("This is no ETag of what is here."), column="If-Match"
        ) from None
    return Seen(int(found[1]), at)


def unchanged(request: HttpRequest, tag: str) -> HttpResponse | None:
    """Return that nothing is new, where a caller has what has this tag; else None."""
    if tag not in (each.strip() for each in request.headers.get("If-None-Match", "").split(",")):
        return None
    answer = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    answer["ETag"] = tag
    return answer


def answered(
    made: BaseModel, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return something as an answer, with headers."""
    return HttpResponse(made.model_dump_json(), "application/json", status, headers=dict(headers or {}))


def once(request: HttpRequest, work: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer a call with a key of its own; when it comes again, the same is answered and nothing done.

    Raises
    ------
    RefusedError
        When there is no key, it was that of another call, or that call is still at work.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        reason = _("Send a key of your own with it, so that it is done once.")
        raise RefusedError(HTTPStatus.BAD_REQUEST, reason, column="Idempotency-Key")
    asked = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.body).hexdigest()
    kept = _begun(key, asked)
    if kept.status:
        return HttpResponse(kept.content, "application/json", kept.status, headers=kept.headers)
    try:
        answer = work()
    except BaseException:
        kept.delete()
        raise
    kept.status = answer.status_code
    kept.content = answer.content.decode()
    kept.headers = {name: answer[name] for name in _KEPT if name in answer}
    kept.save()
    return answer


def _begun(key: str, asked: str) -> KeptAnswer:
    """Return what is kept of a call, or that it has begun now."""
    user, moment = caller().user, dt.datetime.now(dt.UTC)
    mine = KeptAnswer.objects.filter(user=user, key=key)
    KeptAnswer.objects.filter(at__lt=moment - KEPT_FOR).delete()
    mine.filter(status=0, at__lt=moment - _AT_WORK).delete()
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(user=user, key=key, sha256=asked, at=moment)
    except IntegrityError:
        kept = mine.first()
    if kept is not None and kept.sha256 != asked:
        raise RefusedError(
            HTTPStatus.UNPROCESSABLE_ENTITY, _("This key was that of another call."), column="Idempotency-Key"
        )
    if kept is None or not kept.status:
        hint = _("Ask again in a while.")
        raise RefusedError(HTTPStatus.CONFLICT, _("This call is still being answered."), hint=hint)
    return kept
