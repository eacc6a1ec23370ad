"""Signing in with OpenID Connect, as with the municipality's Entra: only whom the administrator has added gets in."""

from functools import cache
from typing import Any

import requests
from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from scheduler.base.i18n import _
from scheduler.web import arriving
from scheduler.web.pages import refusal
from scheduler.web.views.sign_in import must_wait

#: Who is removed there is out here when the day is over.
_SIGNED_IN_S = 12 * 3600
_PATIENCE_S = 10


@cache
def _provider() -> Any:
    """Return the provider's client, which finds out where everything is and keeps the keys; they are fetched anew when a new one shows."""
    from authlib.integrations.django_client import OAuth

    issuer: str = settings.HJUL_OIDC["issuer"]
    return OAuth().register(
        "provider",
        client_id=settings.HJUL_OIDC["client_id"],
        client_secret=settings.HJUL_OIDC["client_secret"],
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "default_timeout": _PATIENCE_S,
        },
    )


@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """Send somebody to where they sign in."""
    if not settings.HJUL_OIDC["issuer"]:
        raise Http404
    if arriving.has_failed_too_often(request):
        return must_wait(request)
    try:
        answer: HttpResponse = _provider().authorize_redirect(
            request, request.build_absolute_uri(reverse("openid-back"))
        )
    except (requests.RequestException, ValueError, RuntimeError):
        return _away(request)
    return answer


@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """Take what they come back with: signed by the provider, for this app, asked for by this browser, and new."""
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError

    if not settings.HJUL_OIDC["issuer"]:
        raise Http404
    if arriving.has_failed_too_often(request):
        return must_wait(request)
    issuer = {"essential": True, "values": [settings.HJUL_OIDC["issuer"]]}
    try:
        token = _provider().authorize_access_token(request, claims_options={"iss": issuer})
        claims = token["userinfo"]
    except (AuthlibBaseError, JoseError, ValueError, KeyError, RuntimeError):
        arriving.note_failure(request)
        hint = _("Try again from the beginning.")
        return refusal(request, 401, _("You were not signed in: the answer was not in order."), hint=hint)
    except requests.RequestException:
        return _away(request)
    user = arriving.with_account(str(claims.get(settings.HJUL_OIDC["claim"], "")))
    if user is None:
        arriving.note_failure(request)
        hint = _("Ask whoever looks after the app to add you.")
        return refusal(request, 403, _("Nobody here is known by the account you signed in with."), hint=hint)
    login(request, user)
    request.session.set_expiry(_SIGNED_IN_S)
    return redirect("home")


def _away(request: HttpRequest) -> HttpResponse:
    hint = _("Try again in a while.")
    return refusal(request, 503, _("Where you sign in does not answer."), hint=hint)
