"""Pages of the app: made of templates, in the language in force, for who asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from markupsafe import Markup

from scheduler.base.i18n import _
from scheduler.outputs.templates import environment
from scheduler.web.models import User
from scheduler.web.roles import Role

_TEMPLATES = Path(__file__).parent / "templates"
_TYPE = "text/html; charset=utf-8"


_notes: ContextVar[list[str]] = ContextVar("notes")


@contextmanager
def noting() -> Iterator[None]:
    """Have pages that are made in the block tell what was noted in it."""
    token = _notes.set([])
    try:
        yield
    finally:
        _notes.reset(token)


def note(text: object) -> None:
    """Note what was done besides what was asked for."""
    _notes.get().append(str(text))


def page(request: HttpRequest, template: str, status: int = 200, **values: Any) -> HttpResponse:
    """Return the page that a template makes."""
    user = request.user if isinstance(request.user, User) else None
    made = environment(_TEMPLATES).get_template(template)
    html = made.render(
        user=user,
        doors=_doors(request, user),
        url=reverse,
        form_token=Markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">').format(
            get_token(request)
        ),
        notes=_notes.get(()),
        path=request.path,
        accessibility=_accessibility(),
        **values,
    )
    return HttpResponse(html, _TYPE, status)


def _accessibility() -> str:
    """Return the address of the accessibility statement: the organisation's own, or the app's."""
    said: str = settings.HJUL_ACCESSIBILITY
    return said if said.startswith(("https://", "http://")) else reverse("accessibility")


def part(template: str, **values: Any) -> str:
    """Return the part of a page that a template makes, the same for everybody."""
    return environment(_TEMPLATES).get_template(template).render(url=reverse, **values)


def refusal(request: HttpRequest, status: int, *sentences: str, hint: str = "") -> HttpResponse:
    """Return a page that says in sentences why something is not done, and what to do."""
    return page(request, "refusal.html", status, title=_("That did not work"), sentences=sentences, hint=hint)


def _doors(request: HttpRequest, user: User | None) -> list[tuple[str, str, bool]]:
    """Return where somebody may go from every page: address, words, and whether they are there.

    On a consultant's phone there is no need for programs to be named on each.
    """
    doors = {
        "weeks": _("Weeks"),
        "mine": _("My rounds"),
        "progress": _("Progress"),
        "scenarios": _("What if"),
        "exceptions": _("Exceptions"),
        "tables": _("Tables"),
        "replies": _("Proposals"),
        "events": _("What was done"),
        "people": _("People"),
        "access": _("Programs"),
    }
    return [
        (reverse(name), words, request.path.startswith(reverse(name)))
        for name, words in doors.items()
        if user is not None and user.may(name) and (name != "access" or user.role != Role.CONSULTANT)
    ]
