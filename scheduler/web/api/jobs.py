"""Long work: asked for, watched while it goes, and ended at any time with the best it has."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated, cast

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Path, Query

from scheduler.base.i18n import _
from scheduler.model.clock import now
from scheduler.store import jobs
from scheduler.store.jobs import KeptJob
from scheduler.store.who import me
from scheduler.web.api.calls import api, see
from scheduler.web.api.conditions import answered
from scheduler.web.api.shapes import JobAsked, JobItem, JobState, Page, page
from scheduler.web.api.weeks import Limit, Offset, week_of
from scheduler.web.problems import RefusedError
from scheduler.web.views.working import of_week

Number = Annotated[int, Path(ge=1, le=2**53)]
_PAUSE_S = 0.4
#: A stream ends after this; whoever reads it begins a new one.
_LONGEST_S = 300
_EVENT = {
    "type": "object",
    "properties": {"data": {"type": "string", "description": "The job as JSON."}},
    "required": ["data"],
}
_STREAM = {"content": {"text/event-stream": {"schema": _EVENT}}, "description": "The job, as it goes on."}


def _item(job: KeptJob) -> JobItem:
    week = job.arguments.get("week")
    return JobItem(
        job=job.number,
        kind=job.kind,
        week=week if isinstance(week, str) else None,
        asked_by=job.asked_by,
        asked_at=job.asked_at,
        state=cast("JobState", job.state.value),
        step=job.step,
        score=job.score,
        bound=job.bound,
        failure=list(job.failure),
        ended_at=job.ended_at,
    )


def _job(number: int) -> KeptJob:
    found = jobs.job(number)
    if found is None:
        raise RefusedError(HTTPStatus.NOT_FOUND, _("There is no such job."))
    return found


def _where(request: HttpRequest, number: int) -> dict[str, str]:
    root = request.path.partition("/jobs")[0]
    return {"Location": f"{root}/jobs/{number}"}


@api.get("/jobs", url_name="jobs", response=Page[JobItem], summary="List jobs", tags=["Jobs"])
def list_jobs(
    request: HttpRequest,
    ended: Annotated[bool, Query()] = False,  # noqa: FBT002 - of an address
    limit: Limit = 100,
    offset: Offset = 0,
) -> Page[JobItem]:
    """List the jobs that wait or are worked on; with `ended` all that are kept."""
    return page(list(map(_item, jobs.jobs(ended=ended))), limit, offset)


@api.post("/jobs", url_name="jobs", response={202: JobItem}, summary="Have a week planned", tags=["Jobs"])
def ask(request: HttpRequest, asked: JobAsked) -> HttpResponse:
    """Ask for a week to be planned; where somebody has asked already, that job is answered with."""
    week = week_of(asked.week)
    open_ = next((each.number for each in of_week(week)), None)
    number = open_ or jobs.ask(asked.kind, {"week": str(week)}, who=me(), at=now())
    return answered(_item(_job(number)), HTTPStatus.ACCEPTED, _where(request, number))


@api.get("/jobs/{number}", url_name="job", response=JobItem, summary="Look at a job", tags=["Jobs"])
def job(request: HttpRequest, number: Number) -> JobItem:
    """Say how far a job is."""
    return _item(_job(number))


@api.delete(
    "/jobs/{number}", url_name="job", response={202: JobItem}, summary="End a job early", tags=["Jobs"]
)
def end(request: HttpRequest, number: Number) -> HttpResponse:
    """Say that a job need go on no longer: what it has so far is kept."""
    _job(number)
    jobs.cancel(number)
    return answered(_item(_job(number)), HTTPStatus.ACCEPTED, _where(request, number))


@api.get(
    "/jobs/{number}/events",
    url_name="job-events",
    summary="Watch a job",
    tags=["Jobs"],
    openapi_extra=see(responses={200: _STREAM}),
)
async def watch(request: HttpRequest, number: Number) -> HttpResponse | StreamingHttpResponse:
    """Tell how far a job is as it goes on, as server-sent events; the stream ends with the job."""
    await sync_to_async(_job)(number)
    answer = StreamingHttpResponse(_events(number), content_type="text/event-stream")
    answer["Cache-Control"] = "no-store"
    answer["X-Accel-Buffering"] = "no"
    return answer


async def _events(number: int) -> AsyncIterator[str]:
    told = ""
    for _turn in range(int(_LONGEST_S / _PAUSE_S)):
        found = await sync_to_async(jobs.job)(number)
        if found is None:
            return
        news = _item(found).model_dump_json()
        if news != told:
            told = news
            yield f"data: {news}\n\n"
        if found.has_ended:
            return
        await asyncio.sleep(_PAUSE_S)
