"""How people arrive who sign in elsewhere: from which address, by which header, and how often it may fail."""

import ipaddress

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from scheduler.web.models import User, account_of

#: So many failures to sign in from one address, within so long, and it must wait.
MOST_FAILURES = 30
WITHIN_S = 600


def peer(request: HttpRequest) -> str:
    """Return the address of the machine that sent the request: of the proxy, where there is one."""
    return str(request.META.get("REMOTE_ADDR", ""))


def is_from_proxy(request: HttpRequest) -> bool:
    """Tell whether a request comes from the proxy that the settings name."""
    try:
        address = ipaddress.ip_address(peer(request))
    except ValueError:
        return False
    return any(address in network for network in settings.HJUL_PROXIES)


def address(request: HttpRequest) -> str:
    """Return whose request it is, as an address: what the named proxy says last, or else the peer."""
    said = request.headers.get("X-Forwarded-For", "") if is_from_proxy(request) else ""
    return said.rpartition(",")[2].strip() or peer(request)


def by_header(request: HttpRequest) -> User | None:
    """Return whom the named proxy says has signed in with it; None from any other address, and for who is not known.

    The header is looked for as it was sent: `X_Remote_User` is another one than `X-Remote-User`, and two are none.
    """
    name: str = settings.HJUL_HEADER
    if not name or not is_from_proxy(request):
        return None
    sent = [value for key, value in getattr(request, "scope", {}).get("headers", ()) if key == name.encode()]
    return with_account(sent[0].decode("utf-8", "replace")) if len(sent) == 1 else None


def with_account(name: str) -> User | None:
    """Return who is called so by those who sign people in elsewhere, if they may sign in here."""
    account = account_of(name)
    return User.objects.filter(account=account, is_active=True).first() if account else None


def has_failed_too_often(request: HttpRequest) -> bool:
    """Tell whether signing in has failed so often from this address that it must wait."""
    return int(cache.get(_key(request), 0)) >= MOST_FAILURES


def note_failure(request: HttpRequest) -> None:
    """Count a failure to sign in from this address; each process counts its own."""
    key = _key(request)
    if not cache.add(key, 1, WITHIN_S):
        cache.incr(key)


def _key(request: HttpRequest) -> str:
    return f"failed-{address(request)[:64].encode().hex()}"
