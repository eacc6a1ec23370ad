"""Long work: asked for, watched while it goes, and ended at any time with the best it has."""

import asyncio
import json
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from scheduler.base.i18n import _, percent, using
from scheduler.model.clock import Week, now
from scheduler.store import jobs
from scheduler.store.jobs import KeptJob
from scheduler.store.who import me
from scheduler.web.pages import page

_PAUSE_S = 0.4
#: A stream ends after this; the browser opens a new one.
_LONGEST_S = 300


@require_POST
def plan(request: HttpRequest, week: Week) -> HttpResponse:
    """Ask for a week to be planned; where somebody has asked already, that is shown."""
    number = next(
        (each.number for each in of_week(week)),
        None,
    ) or jobs.ask("plan", {"week": str(week)}, who=me(), at=now())
    return redirect("job", number=number)


def of_week(week: Week) -> list[KeptJob]:
    """Return the jobs of a week that wait or are worked on."""
    return [each for each in jobs.jobs() if each.arguments.get("week") == str(week)]


def _job(number: int) -> KeptJob:
    found = jobs.job(number)
    if found is None:
        raise Http404
    return found


@require_GET
def job(request: HttpRequest, number: int) -> HttpResponse:
    """Show how far a job is; once it is done, what it made."""
    found = _job(number)
    if "trial" in found.arguments:
        return redirect("trial", number=found.arguments["trial"])
    week = Week.parse(str(found.arguments["week"]))
    if found.state == jobs.State.DONE:
        return redirect("week", week=week)
    return page(request, "job.html", job=found, week=week, said=said(found), State=jobs.State)


def said(job: KeptJob) -> dict[str, str]:
    """Return how far a job is, in words for people, and whether it has ended."""
    gap = (
        _("at most {gap} above the best").format(gap=percent((job.score - job.bound) / job.score))
        if job.score and job.bound is not None
        else ""
    )
    step = job.step or _("Waits for its turn")
    return {"step": step, "gap": gap, "ended": "1" if job.has_ended else ""}


async def progress(request: HttpRequest, number: int) -> StreamingHttpResponse:
    """Tell how far a job is as it goes on (server-sent events)."""
    found = await sync_to_async(_job)(number)
    answer = StreamingHttpResponse(_events(number, found.language), content_type="text/event-stream")
    answer["Cache-Control"] = "no-store"
    answer["X-Accel-Buffering"] = "no"
    return answer


async def _events(number: int, lang: str) -> AsyncIterator[str]:
    told: dict[str, str] = {}
    for _turn in range(int(_LONGEST_S / _PAUSE_S)):
        found = await sync_to_async(jobs.job)(number)
        if found is None:
            return
        with using(lang):
            news = said(found)
        if news != told:
            told = news
            yield f"data: {json.dumps(news)}\n\n"
        if found.has_ended:
            return
        await asyncio.sleep(_PAUSE_S)


@require_POST
def stop(request: HttpRequest, number: int) -> HttpResponse:
    """Say that a job need go on no longer: what it has so far is kept."""
    _job(number)
    jobs.cancel(number)
    return redirect(reverse("job", args=(number,)))
