"""The consultant's phone: taps as the phone sends them, and what has pages kept there without connection."""

import datetime as dt
from typing import Annotated

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scheduler.base.errors import InputError
from scheduler.base.i18n import _, language
from scheduler.model.clock import now
from scheduler.model.taps import KINDS, Kind, Told
from scheduler.services import taps
from scheduler.web import settings
from scheduler.web.models import User
from scheduler.web.views.weeks import asked_week
from scheduler.web.workshop import workshop

_MOST = 100
_MOST_CONVERSATIONS = 30
_A_MONTH_MS = 31 * 24 * 3_600_000


class _Sent(BaseModel):
    """A tap as a phone sends it; how long ago it was, so that no phone's clock need be right."""

    model_config = ConfigDict(extra="forbid", strict=True)

    key: str = Field(pattern=r"^[A-Za-z0-9-]{8,64}$")
    kind: Kind
    week: str = Field(pattern=r"^[0-9]{4}-W[0-9]{2}$")
    about: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    value: dict[str, Annotated[int, Field(ge=0, le=1000)]] = Field(max_length=10)
    ago_ms: float = Field(ge=0, le=_A_MONTH_MS)


class _AllSent(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    taps: list[_Sent] = Field(max_length=_MOST)


def consultant(request: HttpRequest) -> User:
    """Return who asks, who must be one of the consultants."""
    assert isinstance(request.user, User)  # noqa: S101 - `middleware` lets nobody else in
    if not request.user.consultant_id:
        raise Http404
    return request.user


@require_POST
def tap(request: HttpRequest) -> HttpResponse:
    """Take taps that a phone has kept, and tell it what became of each; or one, as the form of a page sends it."""
    user = consultant(request)
    if request.content_type == "application/json":
        taken = taps.take(workshop().data, _sent(request.body, user))
        return JsonResponse({"taps": [{"key": t.key, "state": t.state, "reason": t.reason} for t in taken]})
    told = _of_form(request, user)
    (one,) = taps.take(workshop().data, [told])
    if one.state == "refused":
        raise InputError(one.reason)
    place = f"#stop-{told.about}" if told.kind in ("outcome", "out") else ""
    return redirect(f"{reverse('mine')}?uge={told.week}{place}")


def _sent(body: bytes, user: User) -> list[Told]:
    try:
        sent = _AllSent.model_validate_json(body).taps
    except ValidationError:
        raise InputError(_("this is nothing that a phone of ours has sent")) from None
    moment = now()
    return [
        Told(
            key=each.key,
            consultant_id=user.consultant_id,
            week=str(asked_week(each.week)),
            kind=each.kind,
            about=each.about,
            value=each.value,
            at=moment - dt.timedelta(milliseconds=each.ago_ms),
        )
        for each in sent
    ]


def _of_form(request: HttpRequest, user: User) -> Told:
    kind = next((each for each in KINDS if each == request.POST.get("kind")), None)
    if kind is None:
        raise Http404
    value = {name: _count(request.POST.get(name, "")) for name in taps.VALUES[kind]}
    # What became of each conversation of a visit is one of the outcomes.
    for number in range(1, _MOST_CONVERSATIONS + 1):
        end = request.POST.get(f"c{number}", "")
        if kind == "outcome" and end in value:
            value[end] += 1
    try:
        sent = _Sent(
            key=request.POST.get("key", ""),
            kind=kind,
            week=str(asked_week(request.POST.get("week", ""))),
            about=request.POST.get("about", ""),
            value=value,
            ago_ms=0.0,
        )
    except ValidationError:
        raise InputError(_("the form was changed on its way; begin again")) from None
    return Told(
        key=sent.key,
        consultant_id=user.consultant_id,
        week=sent.week,
        kind=kind,
        about=sent.about,
        value=value,
        at=now(),
    )


def _count(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_MOST))):
        raise InputError(_("write how many there were as a number"))
    return int(text)


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """Answer with the service worker: from here, so that it stands for the pages below ``/mig/``."""
    script = (settings.STATIC_ROOT / "phone-worker.js").read_bytes()
    answer = HttpResponse(script, "text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """Answer with what a phone needs to have the pages as an app of their own."""
    told = {
        "name": _("Rådgiver på hjul"),
        "short_name": _("På hjul"),
        "lang": language(),
        "start_url": reverse("mine"),
        "scope": reverse("mine"),
        "display": "standalone",
        "background_color": "#f3f4f2",
        "theme_color": "#00588f",
        "icons": [{"src": "/fast/icon.svg", "sizes": "any", "type": "image/svg+xml"}],
    }
    return JsonResponse(told, content_type="application/manifest+json")
