"""Who may sign in: people are added, get links, and are removed with all their devices."""

import datetime as dt

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from scheduler.base.errors import InputError
from scheduler.base.i18n import _
from scheduler.model.clock import now
from scheduler.model.text import Text
from scheduler.services.workspace import project_in
from scheduler.store import events
from scheduler.web.models import SignInLink, User
from scheduler.web.pages import page
from scheduler.web.roles import Role
from scheduler.web.workshop import workshop

#: How long a link serves that is handed to somebody.
HANDED = dt.timedelta(days=7)
_LONGEST = 80


def roles() -> dict[str, str]:
    """Return what roles are called."""
    return {
        Role.COORDINATOR.value: _("Coordinator"),
        Role.CONSULTANT.value: _("Consultant"),
        Role.PLANNER.value: _("Planner"),
        Role.READER.value: _("Reader"),
        Role.ADMINISTRATOR.value: _("Administrator"),
    }


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
    consultants = [(one.consultant_id, one.name) for one in project_in(workshop().data).consultants]
    return page(
        request,
        "people.html",
        422 if problem else 200,
        people=User.objects.order_by("-is_active", "name"),
        roles=roles(),
        consultants=consultants,
        problem=problem,
    )


def _add(request: HttpRequest) -> User:
    name = " ".join(request.POST.get("name", "").split())[:_LONGEST]
    role = request.POST.get("role", "")
    consultant_id = request.POST.get("consultant", "")
    known = {one.consultant_id for one in project_in(workshop().data).consultants}
    if not name:
        raise InputError(_("write a name"))
    if User.objects.filter(name=name).exists():
        raise InputError(_("{name} is there already").format(name=name))
    if role not in set(Role):
        raise InputError(_("choose a role"))
    if role == Role.CONSULTANT and consultant_id not in known:
        raise InputError(_("choose which of the consultants it is"))
    with events.act(Text("did_add_person", {"name": name}), _me(request), now()):
        return User.objects.create(
            name=name, role=role, consultant_id=consultant_id if role == Role.CONSULTANT else ""
        )


def _me(request: HttpRequest) -> str:
    assert isinstance(request.user, User)  # noqa: S101 - `middleware` lets nobody else in
    return request.user.name


@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, id_: int) -> HttpResponse:
    """Give somebody a link that signs in once, take all devices from them, or let them in no longer."""
    found = User.objects.filter(pk=id_).first()
    if found is None:
        raise Http404
    link = code = problem = ""
    if request.method == "POST":
        wanted = request.POST.get("do")
        if wanted == "link" and found.is_active:
            with events.act(Text("did_make_link", {"name": found.name}), _me(request), now()):
                secret = SignInLink.make(found, ends_at=dt.datetime.now(dt.UTC) + HANDED)
            link = request.build_absolute_uri(reverse("sign-in-link", args=(secret,)))
            code = segno.make(link).svg_data_uri(scale=5, border=2)
        elif wanted == "devices":
            with events.act(Text("did_end_sessions", {"name": found.name}), _me(request), now()):
                _end_sessions(found)
        elif wanted == "remove" and found == request.user:
            problem = _("You cannot remove yourself.")
        elif wanted in ("remove", "back"):
            what = (
                Text("did_remove_person", {"name": found.name})
                if wanted == "remove"
                else Text("did_add_person", {"name": found.name})
            )
            with events.act(what, _me(request), now()):
                found.is_active = wanted == "back"
                found.calendar = ""
                _end_sessions(found)
    return page(
        request, "person.html", person=found, role=roles()[found.role], link=link, code=code, problem=problem
    )


def _end_sessions(user: User) -> None:
    """Have all devices of somebody signed out, all links used up, and all tokens of programs revoked."""
    user.signed_in_since += 1
    user.save()
    user.links.all().delete()
    user.tokens.all().delete()
