"""Programs that call the API: for whom, by a token or signed in on a page, and whether they may."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import Resolver404, resolve

from scheduler.base.i18n import _
from scheduler.web import rights
from scheduler.web.models import TOKEN_BEGINS, Token, User
from scheduler.web.problems import RefusedError, refused
from scheduler.web.roles import Scope

#: Where the addresses of the API begin, and what their names do.
ROOT = "/api/"
_NAMES = "api:"
#: A page for people among them.
DOCS = "/api/v1/docs"
_READING = ("GET", "HEAD", "OPTIONS")
_BEARER = "bearer "
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Caller:
    """For whom a program calls.

    Attributes
    ----------
    user, role, scopes
        Whose call it is, in which role (empty where programs may do nothing for them), and what it may do at most.
    token
        The token that was shown; None for who is signed in.
    """

    user: User
    role: str
    scopes: frozenset[Scope]
    token: Token | None = None

    @property
    def name(self) -> str:
        """What events call whoever did it."""
        return f"{self.user.name} ({self.token.name})" if self.token else self.user.name

    @property
    def bases(self) -> frozenset[str] | None:
        """The job centres at which it may write; None for all of them."""
        found = {each.base_id for each in self.user.held if self.role in rights.below(each.role)}
        return None if "" in found else frozenset(found)

    @property
    def is_desk(self) -> bool:
        """Whether drafts are shown."""
        return rights.may(self.role, "publish")


_calling: ContextVar[Caller] = ContextVar("calling")


def caller() -> Caller:
    """Return for whom the call is that is being answered."""
    return _calling.get()


@contextmanager
def calling(who: Caller | None) -> Iterator[None]:
    """Have calls that are answered in the block be for somebody."""
    if who is None:
        yield
        return
    token = _calling.set(who)
    try:
        yield
    finally:
        _calling.reset(token)


def is_call(request: HttpRequest) -> bool:
    """Tell whether a program asks, which is answered in its own words."""
    return request.path_info.startswith(ROOT) and request.path_info != DOCS


def found(request: HttpRequest) -> Caller | None:
    """Return for whom a call is; None where nobody is known by what it shows."""
    shown = request.headers.get("Authorization", "")
    if shown.lower().startswith(_BEARER):  # a proxy may ask for something else of its own
        moment = dt.datetime.now(dt.UTC)
        secret = shown[len(_BEARER) :].strip()
        token = Token.find(secret, moment) if secret.startswith(TOKEN_BEGINS) else None
        if token is None or not any(token.role in rights.below(role) for role in token.user.roles_of_calls):
            return None
        token.use(moment)
        return Caller(token.user, token.role, frozenset(map(Scope, token.scopes)), token)
    if isinstance(request.user, User):
        role = next(iter(request.user.roles_of_calls), "")
        return Caller(request.user, role, frozenset(Scope))
    return None


def refusal(request: HttpRequest, who: Caller | None) -> HttpResponseBase | None:
    """Return why somebody's call is not answered; None where it is."""
    try:
        _require(request, who)
    except RefusedError as error:
        return refused(error)
    if who is not None and who.token is None and request.method not in _READING:
        return _forged(request)
    return None


def _require(request: HttpRequest, who: Caller | None) -> None:
    if who is None:
        hint = _("Show a token: Authorization: Bearer hjul_…")
        raise RefusedError(HTTPStatus.UNAUTHORIZED, _("It is not known who asks."), hint=hint)
    try:
        name = resolve(request.path_info).view_name
    except Resolver404:
        raise RefusedError(HTTPStatus.NOT_FOUND, _("There is nothing at this address.")) from None
    name = name.removeprefix(_NAMES)
    call = f"{request.method} {name}"
    if call not in rights.CALLS:
        if any(each.endswith(f" {name}") for each in rights.CALLS) or rights.may(who.role, f"{_NAMES}{name}"):
            return  # the address says what can be done there
        raise RefusedError(HTTPStatus.NOT_FOUND, _("There is nothing at this address."))
    if not rights.may_call(who.role, call):
        raise RefusedError(HTTPStatus.FORBIDDEN, _("You may not do this."))
    scope = rights.CALLS[call].scope
    if scope not in who.scopes:
        reason = _("This token is not good for this: it lacks {scope}.")
        raise RefusedError(HTTPStatus.FORBIDDEN, reason.format(scope=scope.value))
    if request.method not in _READING and request.content_type not in ("", _JSON):
        reason = _("What is sent must be {type}.")
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, reason.format(type=_JSON))


def _forged(request: HttpRequest) -> HttpResponseBase | None:
    """Return why a call with a cookie is not answered, which any page may have sent; None where it comes from ours."""
    guard = CsrfViewMiddleware(_never)
    guard.process_request(request)
    return guard.process_view(request, _never, (), {})


def _never(request: HttpRequest) -> HttpResponse:
    raise AssertionError(request)
