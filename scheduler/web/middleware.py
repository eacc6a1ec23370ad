"""What stands around every view: who asks and whether they may, in which language, and errors as sentences."""

import re
from collections.abc import Callable
from typing import NoReturn

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode

from scheduler.base import i18n, notices
from scheduler.base.errors import SchedulerError
from scheduler.services.workspace import cleaning
from scheduler.store.address import address_of
from scheduler.store.opening import refusals
from scheduler.store.who import acting
from scheduler.store.whose import acting_at
from scheduler.web import callers, problems, rights
from scheduler.web.arriving import by_header
from scheduler.web.models import User
from scheduler.web.pages import note, noting, refusal
from scheduler.web.workshop import workshop

Answer = Callable[[HttpRequest], HttpResponseBase]
_LANGUAGE = re.compile(r"\s*(da|en)\b", re.IGNORECASE)

#: The cookie with the language of who is not signed in.
LANGUAGE_COOKIE = "lang"


def for_somebody(answer: Answer) -> Answer:
    """Have a request answered for who asks, in their language, if they have the right."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        if callers.is_call(request):
            return _called(request, answer)
        try:
            with refusals(address_of(workshop().data)):
                if told := by_header(request):
                    request.user = told
                user = request.user if isinstance(request.user, User) else None
        except SchedulerError as error:  # who it is stands in the store, too
            request.user = AnonymousUser()
            with i18n.using(_language(request, None)), noting():
                return _told(request, error)
        with i18n.using(_language(request, user)), acting(user.name if user else ""), noting():
            name = _asked(request)
            with acting_at(user.bases(name) if user and name not in rights.OPEN else None):
                return _refused(request, user, name) or answer(request)

    return answered


def _called(request: HttpRequest, answer: Answer) -> HttpResponseBase:
    """Answer a program for whom it calls, in their language, if they have the right."""
    try:
        with refusals(address_of(workshop().data)):
            who = callers.found(request)
    except SchedulerError as error:
        with i18n.using(_language(request, None)):
            return problems.of(error)
    user = who.user if who else None
    name = who.name if who else ""
    at = who.bases(callers.call_of(request)) if who else None
    with i18n.using(_language(request, user)), acting(name), acting_at(at), callers.calling(who), noting():
        try:
            with refusals(address_of(workshop().data)):
                refused = callers.refusal(request, who)
        except SchedulerError as error:
            return problems.of(error)
        return problems.as_problem(refused or answer(request))


def _language(request: HttpRequest, user: User | None) -> str:
    if user is not None:
        return user.language
    asked = request.COOKIES.get(LANGUAGE_COOKIE) or request.headers.get("Accept-Language", "")
    found = [match[1].lower() for part in asked.split(",") if (match := _LANGUAGE.match(part))]
    return found[0] if found else "da"


def _asked(request: HttpRequest) -> str:
    """Return the name of the address that is asked for; empty where there is none."""
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""


def _refused(request: HttpRequest, user: User | None, name: str) -> HttpResponse | None:
    """Return why somebody may not ask for this; None where they may."""
    if name in rights.OPEN:
        return None
    if user is None:
        return _to_sign_in(request)  # who is not signed in learns nothing of what there is
    if not name or user.may(name):
        return None
    if rights.may(user.roles, name):
        reason = i18n._("This is of all job centres together, and you may see some of them only.")
        return refusal(request, 403, reason)
    return refusal(request, 403, i18n._("You may not see this."))


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return refusal(request, 401, i18n._("You are not signed in any more; nothing was changed."))
    return redirect(f"{reverse('sign-in')}?{urlencode({'next': request.path})}")


def in_sentences(answer: Answer) -> Answer:
    """Have what fails be told as on the terminal, and what is done besides, too."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        try:
            with notices.listening(note), cleaning(workshop().data):
                return answer(request)
        except SchedulerError as error:  # of the cleaning; what a view raises is an answer by now
            return _told(request, error)

    return _WithErrors(answered)


class _WithErrors:
    """Django asks a middleware for the answer to what a view raises."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Word an expected failure; all else is a mistake of the program."""
        try:
            with refusals(address_of(workshop().data)):
                _raise(error)
        except SchedulerError as expected:
            return _told(request, expected)
        except Exception:  # noqa: BLE001 - Django answers it and logs it
            return None


def _raise(error: Exception) -> NoReturn:
    raise error


def _told(request: HttpRequest, error: SchedulerError) -> HttpResponse:
    if callers.is_call(request):
        return problems.of(error)
    return refusal(
        request, problems.status_of(error), *(str(problem) for problem in error.problems), hint=error.hint
    )
