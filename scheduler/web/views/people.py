"""Who may sign in: people are added, get links, and are removed with all their devices."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from scheduler.base.errors import InputError
from scheduler.base.i18n import _
from scheduler.model.clock import now
from scheduler.model.text import Text
from scheduler.model.texts import word
from scheduler.store import events
from scheduler.web.models import SignInLink, User, account_of
from scheduler.web.pages import page
from scheduler.web.rights import Held
from scheduler.web.roles import Role
from scheduler.web.workshop import workshop

#: How long a link serves that is handed to somebody.
HANDED = dt.timedelta(days=7)
_LONGEST = 80
_LONGEST_ACCOUNT = 200
_ID = re.compile(r"\d{1,15}", re.ASCII)


_ROLES = {
    Role.COORDINATOR: Text("role_coordinator"),
    Role.CONSULTANT: Text("role_consultant"),
    Role.PLANNER: Text("role_planner"),
    Role.READER: Text("role_reader"),
    Role.ADMINISTRATOR: Text("role_administrator"),
}


def roles() -> dict[str, str]:
    """Return what roles are called."""
    return {role.value: word(text) for role, text in _ROLES.items()}


@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """List who may sign in, and add somebody."""
    problem = ""
    if request.method == "POST":
        try:
            added = _add(request)
        except InputError as error:
            problem = str(error)
        else:
            return redirect("person", id_=added.pk)
    return page(
        request,
        "people.html",
        422 if problem else 200,
        people=User.objects.prefetch_related("grants").order_by("-is_active", "name"),
        problem=problem,
        **_choices(),
    )


def _choices() -> dict[str, Any]:
    """Return what one chooses from: roles, job centres and consultants, with what they are called."""
    bases, consultants = _there()
    return {
        "roles": roles(),
        "is_elsewhere": bool(settings.HJUL_OIDC["issuer"] or settings.HJUL_HEADER),
        "bases": bases,
        "consultants": list(consultants.items()),
    }


def _there() -> tuple[dict[str, str], dict[str, str]]:
    """Return the job centres and the consultants, id to name; none while the project is being begun."""
    try:
        project = workshop().project()
    except InputError:
        return {}, {}
    bases = {base.place_id: base.name for base in project.bases}
    return bases, {one.consultant_id: one.name for one in project.consultants}


def _add(request: HttpRequest) -> User:
    name = " ".join(request.POST.get("name", "").split())[:_LONGEST]
    if not name:
        raise InputError(_("write a name"))
    if User.objects.filter(name=name).exists():
        raise InputError(_("{name} is there already").format(name=name))
    held, consultant_id = _asked_role(request)
    account = _asked_account(request)
    with events.act(Text("did_add_person", {"name": name}), _me(request), now()):
        user = User.objects.create(name=name, consultant_id=consultant_id, account=account)
        _give(request, user, held)
    return user


def _asked_account(request: HttpRequest, of: User | None = None) -> str:
    """Return the account that a form gives somebody; an `InputError` where it is another's."""
    account = account_of(request.POST.get("account", ""))[:_LONGEST_ACCOUNT]
    others = User.objects.filter(account=account).exclude(pk=of.pk if of else 0)
    if account and others.exists():
        raise InputError(_("that account is somebody else's"))
    return account


def _asked_role(request: HttpRequest) -> tuple[Held, str]:
    """Return the role that a form gives somebody, and which of the consultants it makes them."""
    role, base_id, consultant_id = (request.POST.get(name, "") for name in ("role", "base", "consultant"))
    bases, consultants = _there()
    if role not in set(Role):
        raise InputError(_("choose a role"))
    if role == Role.CONSULTANT:  # of one consultant, wherever that one works
        if consultant_id not in consultants:
            raise InputError(_("choose which of the consultants it is"))
        return Held(role), consultant_id
    if base_id and base_id not in bases:
        raise InputError(_("choose a job centre"))
    return Held(role, base_id), ""


def _give(request: HttpRequest, user: User, held: Held) -> None:
    """Give somebody a role, as part of an act."""
    if user.grants.get_or_create(role=held.role, base_id=held.base_id)[1]:
        events.record(Text("did_grant", _params(user, held)), _me(request), now())


def _params(user: User, held: Held) -> dict[str, str | Text]:
    where = held.base_id or Text("everywhere")
    return {"name": user.name, "role": _ROLES[Role(held.role)], "where": where}


def _me(request: HttpRequest) -> str:
    assert isinstance(request.user, User)  # noqa: S101 - `middleware` lets nobody else in
    return request.user.name


@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, id_: int) -> HttpResponse:
    """Give somebody a link that signs in once or a role, take roles and devices from them, or let them in no longer."""
    found = User.objects.filter(pk=id_).first()
    if found is None:
        raise Http404
    link = problem = ""
    if request.method == "POST":
        do = _DOINGS.get(request.POST.get("do", ""))
        try:
            link = (do(request, found) if do else None) or ""
        except InputError as error:
            problem = str(error)
    return page(
        request,
        "person.html",
        422 if problem else 200,
        person=found,
        grants=found.grants.order_by("role", "base_id"),
        link=link,
        code=segno.make(link).svg_data_uri(scale=5, border=2) if link else "",
        problem=problem,
        **_choices(),
    )


def _make_link(request: HttpRequest, user: User) -> str:
    if not user.is_active:
        return ""
    with events.act(Text("did_make_link", {"name": user.name}), _me(request), now()):
        secret = SignInLink.make(user, ends_at=dt.datetime.now(dt.UTC) + HANDED)
    return request.build_absolute_uri(reverse("sign-in-link", args=(secret,)))


def _sign_out(request: HttpRequest, user: User) -> None:
    with events.act(Text("did_end_sessions", {"name": user.name}), _me(request), now()):
        _end_sessions(user)


def _remove(request: HttpRequest, user: User) -> None:
    if user == request.user:
        raise InputError(_("You cannot remove yourself."))
    with events.act(Text("did_remove_person", {"name": user.name}), _me(request), now()):
        user.is_active = False
        user.calendar = ""
        _end_sessions(user)


def _let_in(request: HttpRequest, user: User) -> None:
    with events.act(Text("did_add_person", {"name": user.name}), _me(request), now()):
        user.is_active = True
        user.calendar = ""
        _end_sessions(user)


def _grant(request: HttpRequest, user: User) -> None:
    held, consultant_id = _asked_role(request)
    with events.writing():
        _give(request, user, held)
        if consultant_id:
            user.consultant_id = consultant_id
            user.save(update_fields=["consultant_id"])


def _name_account(request: HttpRequest, user: User) -> None:
    account = _asked_account(request, user)
    with events.act(Text("did_name_account", {"name": user.name}), _me(request), now()):
        user.account = account
        _end_sessions(user)


def _revoke(request: HttpRequest, user: User) -> None:
    found = user.grants.filter(pk=_number(request.POST.get("grant", ""))).first()
    if found is None:
        return
    if user == request.user:
        raise InputError(_("You cannot take a role from yourself."))
    with events.act(Text("did_revoke", _params(user, Held(found.role, found.base_id))), _me(request), now()):
        found.delete()


_DOINGS: Mapping[str, Callable[[HttpRequest, User], str | None]] = {
    "link": _make_link,
    "devices": _sign_out,
    "remove": _remove,
    "back": _let_in,
    "grant": _grant,
    "account": _name_account,
    "revoke": _revoke,
}


def _number(text: str) -> int:
    return int(text) if _ID.fullmatch(text) else 0


def _end_sessions(user: User) -> None:
    """Have all devices of somebody signed out, all links used up, and all tokens of programs revoked."""
    user.signed_in_since += 1
    user.save()
    user.links.all().delete()
    user.tokens.all().delete()
