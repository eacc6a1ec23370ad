"""Signing in by a link, signing out, and in which language."""

import datetime as dt

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from scheduler.base.i18n import LANGUAGES, _
from scheduler.outputs.templates import asset
from scheduler.web import arriving
from scheduler.web.middleware import LANGUAGE_COOKIE
from scheduler.web.models import SignInLink, User
from scheduler.web.pages import page, refusal

_A_YEAR_S = 365 * 24 * 3600


@require_GET
def sign_in(request: HttpRequest) -> HttpResponse:
    """Say how one signs in."""
    status = 401 if "next" in request.GET else 200
    return page(request, "sign_in.html", status, is_elsewhere=bool(settings.HJUL_OIDC["issuer"]))


def by_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Ask whether to sign in, and do it: opening the link alone changes nothing, as mail scanners open links."""
    if arriving.has_failed_too_often(request):
        return must_wait(request)
    moment = dt.datetime.now(dt.UTC)
    link = SignInLink.find(secret, moment)
    if link is None:
        arriving.note_failure(request)
        hint = _("Ask for a new one where you got it.")
        return refusal(request, 410, _("This link has been used, or is too old."), hint=hint)
    if request.method != "POST":
        return page(request, "by_link.html", name=link.user.name, secret=secret)
    user = SignInLink.take(secret, moment)
    if user is None:
        return refusal(request, 410, _("This link has been used, or is too old."))
    login(request, user)
    return redirect("home")


def must_wait(request: HttpRequest) -> HttpResponse:
    """Refuse an address from which signing in has failed too often."""
    hint = _("Try again in ten minutes.")
    answer = refusal(request, 429, _("Signing in has failed too often from here."), hint=hint)
    answer["Retry-After"] = str(arriving.WITHIN_S)
    return answer


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out on this device."""
    logout(request)
    answer = redirect("sign-in")
    answer["Clear-Site-Data"] = '"cache", "storage"'  # what a consultant's phone has kept
    return answer


@require_POST
def speak(request: HttpRequest) -> HttpResponse:
    """Take another language."""
    lang = request.POST.get("lang", "")
    answer = redirect("home")
    if lang in LANGUAGES and isinstance(request.user, User):
        request.user.language = lang
        request.user.save(update_fields=["language"])
        answer.set_cookie(LANGUAGE_COOKIE, lang, max_age=_A_YEAR_S, samesite="Lax", httponly=True)
    return answer


@require_GET
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say how far the app can be used by everybody, and where to tell of what cannot."""
    return page(request, "accessibility.html")


@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Tell a watchman that the app answers and its store, too."""
    User.objects.exists()
    return HttpResponse("ok", "text/plain")


@require_GET
def style(request: HttpRequest) -> HttpResponse:
    """Answer with what the app's pages and those of the rosters share."""
    answer = HttpResponse(asset("base.css"), "text/css; charset=utf-8")
    answer["Cache-Control"] = "public, max-age=3600"
    return answer
