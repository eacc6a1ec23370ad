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
from scheduler.web.models import TOKEN_BEGINS, Token, User, all_bases
from scheduler.web.problems import RefusedError, refused
from scheduler.web.rights import Held
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
    user, held, scopes
        Whose call it is, in which roles and where, and what it may do at most.
    token
        The token that was shown; None for who is signed in.
    """

    user: User
    held: tuple[Held, ...]
    scopes: frozenset[Scope]
    token: Token | None = None

    @property
    def name(self) -> str:
        """What events call whoever did it."""
        return f"{self.user.name} ({self.token.name})" if self.token else self.user.name

    @property
    def roles(self) -> frozenset[str]:
        """The roles in which the call is made."""
        return frozenset(each.role for each in self.held)

    @property
    def is_desk(self) -> bool:
        """Whether drafts are shown: whoever calls works at all job centres."""
        return self.has_everywhere("GET publication")

    def bases(self, call: str) -> frozenset[str] | None:
        """Return the job centres at which a call may be made; None for all of them."""
        allowed = rights.CALLS[call].roles if call in rights.CALLS else ()
        found = {each.base_id for each in self.held if each.role in allowed}
        return None if "" in found else frozenset(found)

    def has_everywhere(self, call: str) -> bool:
        """Tell whether a call may be made at every job centre of the project."""
        at = self.bases(call)
        return at is None or (bool(at) and at >= all_bases())


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
        held = _held(token) if token else ()
        if token is None or not held:
            return None
        token.use(moment)
        return Caller(token.user, held, frozenset(map(Scope, token.scopes)), token)
    if isinstance(request.user, User):
        return Caller(request.user, request.user.held, frozenset(Scope))
    return None


def _held(token: Token) -> tuple[Held, ...]:
    """Return the role of a token, where its owner still has it or more."""
    return tuple(
        Held(token.role, each.base_id) for each in token.user.held if token.role in rights.below((each.role,))
    )


def call_of(request: HttpRequest) -> str:
    """Return the name of a call, as `rights` has it; empty where there is nothing at its address."""
    try:
        name = resolve(request.path_info).view_name
    except Resolver404:
        return ""
    return f"{request.method} {name.removeprefix(_NAMES)}"


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
    call = call_of(request)
    name = call.partition(" ")[2]
    if call not in rights.CALLS:
        if any(each.endswith(f" {name}") for each in rights.CALLS) or rights.may(
            who.roles, f"{_NAMES}{name}"
        ):
            return  # the address says what can be done there
        raise RefusedError(HTTPStatus.NOT_FOUND, _("There is nothing at this address."))
    if not who.roles & rights.CALLS[call].roles:
        raise RefusedError(HTTPStatus.FORBIDDEN, _("You may not do this."))
    if call not in rights.OWN_CALLS and not who.has_everywhere(call):
        reason = _("This is of all job centres together, and you may see some of them only.")
        raise RefusedError(HTTPStatus.FORBIDDEN, reason)
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
