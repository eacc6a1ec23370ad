"""Answers to what cannot be answered."""

from django.http import HttpRequest, HttpResponse

from scheduler.base.i18n import _
from scheduler.web.pages import refusal


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that was not filled in on a page of ours."""
    hint = _("Go back, load the page again and send it once more.")
    return refusal(
        request, 403, _("This did not come from a page of this app; nothing was changed."), hint=hint
    )


def nothing_there(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer where there is no such page."""
    return refusal(request, 404, _("There is no such page."))


def mistake(request: HttpRequest) -> HttpResponse:
    """Answer where the program has made a mistake."""
    hint = _("Try again; if it stays so, tell those who look after hjul when it was.")
    return refusal(request, 500, _("hjul has made a mistake; nothing was changed."), hint=hint)
