"""Questions of planners: asked, watched, ended early, and their answers side by side."""

import re
from collections.abc import Mapping
from typing import Any

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from scheduler.base.errors import InputError
from scheduler.base.i18n import _, language
from scheduler.scenario import trials
from scheduler.store import jobs
from scheduler.store import trials as kept_trials
from scheduler.store.trials import KeptTrial
from scheduler.web.pages import page
from scheduler.web.views import answers, scenarios, working
from scheduler.web.workshop import workshop

_LONGEST = 200
_DRAWS = re.compile(r"\d{1,3}", re.ASCII)


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask what scenarios come to."""
    written = {name: request.POST.get(name, "")[:_LONGEST].strip() for name in ("weeks", "draws", "title")}
    try:
        number = trials.ask(
            workshop().data,
            request.POST.getlist("scenario")[:100],
            weeks=written["weeks"],
            draws=_draws(written["draws"]),
            title=written["title"],
        )
    except InputError as error:
        problems = [*map(str, error.problems), *filter(None, [error.hint])]
        return scenarios.listed(request, 422, problems, **written)
    return redirect("trial", number=number)


def _draws(text: str) -> int:
    if not _DRAWS.fullmatch(text):
        raise InputError(_("write how many draws as a number"))
    return int(text)


def _kept(number: int) -> KeptTrial:
    found = kept_trials.trial(number)
    if found is None:
        raise Http404
    return found


@require_GET
def trial(request: HttpRequest, number: int) -> HttpResponse:
    """Show how far a question is, or its answer: side by side, compared with whichever one is asked for."""
    found = _kept(number)
    shown: dict[str, Any] = {"trial": found, "may_plan": scenarios.may_plan(request), "State": jobs.State}
    if found.has_answer:
        told = trials.answer(_answer(number), language(), request.GET.get("mod", ""))
        return page(request, "trial.html", **shown, answer=told)
    said = working.said(found.job) if found.job else {}
    return page(request, "trial.html", **shown, answer=None, said=said)


def _answer(number: int) -> Mapping[str, Any]:
    found = kept_trials.answer(number)
    if found is None:
        raise Http404
    return found


async def progress(request: HttpRequest, number: int) -> StreamingHttpResponse:
    """Tell how far a question is as it goes on (server-sent events)."""
    found = await sync_to_async(_kept)(number)
    if found.job is None:
        raise Http404
    return await working.progress(request, found.job.number)


@require_POST
def stop(_request: HttpRequest, number: int) -> HttpResponse:
    """Say that a question need not be looked into further: the weeks that all scenarios have are compared."""
    found = _kept(number)
    if found.job is not None:
        jobs.cancel(found.job.number)
    return redirect("trial", number=number)


@require_GET
def report(_request: HttpRequest, number: int) -> HttpResponse:
    """Answer with the report, as ``hjul simulate`` writes it."""
    return answers.file("index.html", str(_answer(number)["page"][language()]).encode())


@require_GET
def tables(_request: HttpRequest, number: int) -> HttpResponse:
    """Answer with the tables, as ``hjul simulate`` writes them."""
    return answers.file(f"scenarier-{number}.zip", trials.tables_zip(_answer(number)))


@require_GET
def file(_request: HttpRequest, number: int) -> HttpResponse:
    """Answer with the scenarios as they were when it was asked, as a scenario file."""
    return answers.file(f"scenarier-{number}.toml", _kept(number).scenarios.encode())
