"""Programs that may act for somebody: tokens of limited right are made, shown once, and revoked."""

import datetime as dt

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from scheduler.base.errors import InputError
from scheduler.base.i18n import _
from scheduler.model.clock import now
from scheduler.model.text import Text
from scheduler.store import events
from scheduler.web import rights
from scheduler.web.models import Token, User
from scheduler.web.pages import page
from scheduler.web.roles import Role, Scope
from scheduler.web.views.people import roles

#: For how many days a token may serve.
DAYS = (7, 30, 90, 365)
_LONGEST = 80
_MOST = 50


def scopes() -> dict[str, str]:
    """Return what tokens can be good for, in words."""
    return {
        Scope.READ.value: _("Read"),
        Scope.LOG.value: _("Tell what became of visits"),
        Scope.PLAN.value: _("Plan weeks and lock"),
        Scope.CHANGE.value: _("Change tables and write exceptions"),
        Scope.PUBLISH.value: _("Publish"),
    }


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - `middleware` lets nobody else in
    return request.user


@require_http_methods(["GET", "POST"])
def access(request: HttpRequest) -> HttpResponse:
    """List the tokens that one may revoke, make one, and revoke one; an administrator sees everybody's."""
    user = _me(request)
    problem = made = ""
    if request.method == "POST" and "revoke" in request.POST:
        _revoke(user, request.POST["revoke"])
    elif request.method == "POST":
        try:
            made = _make(user, request)
        except InputError as error:
            problem = str(error)
    moment = dt.datetime.now(dt.UTC)
    answer = page(
        request,
        "access.html",
        422 if problem else 200,
        tokens=_revocable(user).filter(ends_at__gt=moment).select_related("user"),
        own=user,
        made=made,
        problem=problem,
        roles={role.value: roles()[role] for role in rights.below(user.roles)},
        called=roles(),
        scopes=scopes(),
        days=DAYS,
    )
    answer["Cache-Control"] = "no-store"
    return answer


def _revocable(user: User) -> QuerySet[Token]:
    is_running = user.may("people")
    return Token.objects.all() if is_running else Token.objects.filter(user=user)


def _revoke(user: User, number: str) -> None:
    found = _revocable(user).filter(pk=int(number)).first() if number.isascii() and number.isdigit() else None
    if found is None:
        raise Http404
    what = Text("did_end_token", {"token": found.name, "name": found.user.name})
    with events.act(what, user.name, now()):
        found.delete()


def _make(user: User, request: HttpRequest) -> str:
    """Make a token as it is asked for, and return it."""
    name = " ".join(request.POST.get("name", "").split())[:_LONGEST]
    role, days = request.POST.get("role", ""), request.POST.get("days", "")
    wanted = set(request.POST.getlist("scope"))
    if not name:
        raise InputError(_("write a name"))
    if role not in rights.below(user.roles):
        raise InputError(_("choose a role"))
    if not wanted or wanted - set(Scope):
        raise InputError(_("choose what it is good for"))
    if days not in map(str, DAYS):
        raise InputError(_("choose how long it serves"))
    if user.tokens.count() >= _MOST:
        raise InputError(_("revoke a token first: there are {n} already").format(n=_MOST))
    moment = dt.datetime.now(dt.UTC)
    with events.act(Text("did_make_token", {"token": name, "name": user.name}), user.name, now()):
        return Token.make(
            user,
            name,
            Role(role),
            [Scope(each) for each in wanted],
            at=moment,
            ends_at=moment + dt.timedelta(days=int(days)),
        )
