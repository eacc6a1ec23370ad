"""Being away: a consultant tells it or asks for it, and the desk sees what it takes before the answer."""

import datetime as dt
import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from scheduler.base.errors import InputError
from scheduler.base.i18n import _
from scheduler.inputs.when import When
from scheduler.services import answers, leave
from scheduler.services.workspace import project_in
from scheduler.web.models import User
from scheduler.web.pages import page
from scheduler.web.views.phone import consultant
from scheduler.web.workshop import workshop

_KEY = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


@require_POST
def tell(request: HttpRequest) -> HttpResponse:
    """Tell that one is away, ask for leave, or take back what one has told or asked."""
    user = consultant(request)
    if back := request.POST.get("back", ""):
        leave.withdraw(workshop().data, user.consultant_id, int(back) if _NUMBER.fullmatch(back) else 0)
        return redirect("mine")
    key = request.POST.get("key", "")
    if not _KEY.fullmatch(key):
        raise InputError(_("the form was changed on its way; begin again"))
    leave.tell(workshop().data, user.consultant_id, key, _when(request), ask="ask" in request.POST)
    return redirect("mine")


def _when(request: HttpRequest) -> When:
    try:
        first = dt.date.fromisoformat(request.POST.get("first", ""))
        last = dt.date.fromisoformat(request.POST.get("last", "") or str(first))
        said = request.POST.get("from", "")
        start = dt.time.fromisoformat(said) if said else None
    except ValueError:
        raise InputError(_("choose the days, and the hour if it is not the whole day")) from None
    start_s = None if start is None else start.hour * 3600 + start.minute * 60
    return When(first, last, start_s, through=start_s is not None)


def _require_theirs(request: HttpRequest, number: int) -> None:
    """Tell nobody of an absence at a job centre at which they have no desk."""
    assert isinstance(request.user, User)  # noqa: S101 - `middleware` lets nobody else in
    bases = request.user.bases("leave")
    if bases is None:
        return
    own = {one.consultant_id for one in project_in(workshop().data).consultants if one.base_id in bases}
    if not any(
        each.number == number and each.consultant_id in own for each in leave.open_ones(workshop().data)
    ):
        raise Http404


@require_http_methods(["GET", "POST"])
def asked(request: HttpRequest, number: int) -> HttpResponse:
    """Show what leave takes, and say yes or no; or that what was told is dealt with."""
    data = workshop().data
    said = request.POST.get("answer", "")
    _require_theirs(request, number)
    if said in ("yes", "no"):
        leave.answer(data, number, yes=said == "yes")
        return redirect("weeks")
    price = leave.price(data, number)
    if price is None:
        raise Http404
    weeks = answers.answers(data, price.proposal).weeks if request.method == "POST" else ()
    return page(request, "leave.html", price=price, weeks=weeks, calls=price.calls)
