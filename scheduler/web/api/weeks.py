"""Weeks and their editions, the publishing of a draft, and travel times."""

from http import HTTPStatus
from typing import Annotated, cast

from django.http import HttpRequest, HttpResponse
from ninja import Header, Path, Query

from scheduler.base.errors import InputError
from scheduler.base.i18n import _
from scheduler.model import rosterfile
from scheduler.model.clock import Week, now
from scheduler.outputs import news
from scheduler.outputs.privacy import public
from scheduler.services import publish as publishing
from scheduler.store import editions
from scheduler.store.editions import Listed, State
from scheduler.web.api.calls import api, roster_part, see
from scheduler.web.api.conditions import answered, etag, matched, once, unchanged
from scheduler.web.api.shapes import (
    EditionItem,
    EditionState,
    Page,
    PublicationAsked,
    PublicationDone,
    PublicationLook,
    ToldItem,
    TravelTime,
    WeekItem,
    page,
)
from scheduler.web.callers import caller
from scheduler.web.problems import RefusedError
from scheduler.web.views.weeks import asked_week
from scheduler.web.workshop import workshop

WEEK = r"^[0-9]{4}-W[0-9]{2}$"
WeekName = Annotated[str, Path(pattern=WEEK)]
Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]
IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=100)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)]
IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", max_length=1000)]
_BEFORE, _COMING, _MOST_WEEKS = 4, 8, 520


def week_of(name: str) -> Week:
    """Return the week of an address."""
    try:
        return asked_week(name)
    except InputError as error:
        raise RefusedError(HTTPStatus.NOT_FOUND, str(error)) from error


def shown_editions(first: Week, last: Week) -> tuple[Listed, ...]:
    """Return the editions of some weeks that the caller may see."""
    found = editions.listed(str(first), str(last))
    return tuple(one for one in found if one.state != State.DRAFT or caller().is_desk)


def _item(one: Listed) -> EditionItem:
    return EditionItem(
        week=one.week,
        edition=one.number,
        state=cast("EditionState", one.state.value),
        made_at=one.made_at,
        issued_at=one.issued_at,
        who=one.who,
    )


def _week_item(week: Week, found: tuple[Listed, ...]) -> WeekItem:
    numbers = {one.state: one.number for one in found if one.week == str(week)}
    return WeekItem(
        week=str(week),
        monday=week.monday,
        published=numbers.get(State.PUBLISHED),
        draft=numbers.get(State.DRAFT),
    )


@api.get("/weeks", url_name="weeks", response=Page[WeekItem], summary="List weeks", tags=["Weeks"])
def weeks(
    request: HttpRequest,
    first: Annotated[str | None, Query(alias="from", pattern=WEEK)] = None,
    last: Annotated[str | None, Query(alias="to", pattern=WEEK)] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Page[WeekItem]:
    """List weeks from one to another; by default from four weeks ago to eight ahead."""
    this = Week.of(now().date())
    begin = week_of(first) if first else this.shift(-_BEFORE)
    end = week_of(last) if last else max(begin, this).shift(_COMING)
    if begin > end or end.weeks_since(begin) > _MOST_WEEKS:
        raise RefusedError(
            HTTPStatus.UNPROCESSABLE_ENTITY, _("ask for at most ten years, from first to last"), column="to"
        )
    found = shown_editions(begin, end)
    names = [begin.shift(n) for n in range(end.weeks_since(begin) + 1)]
    return page([_week_item(week, found) for week in names], limit, offset)


@api.get(
    "/weeks/{week}",
    url_name="week",
    response=WeekItem,
    summary="Look at a week",
    tags=["Weeks"],
    openapi_extra=see(tag=True),
)
def week(
    request: HttpRequest, response: HttpResponse, week: WeekName, none_match: IfNoneMatch = None
) -> object:
    """Say what is published of a week, and whether it has a draft; its ETag is of all that concerns it."""
    found = week_of(week)
    tag = etag(str(found))
    response["ETag"] = tag
    return unchanged(request, tag) or _week_item(found, shown_editions(found, found))


@api.get(
    "/weeks/{week}/editions",
    url_name="editions",
    response=Page[EditionItem],
    summary="List the editions of a week",
    tags=["Weeks"],
)
def list_editions(
    request: HttpRequest, week: WeekName, limit: Limit = 100, offset: Offset = 0
) -> Page[EditionItem]:
    """List all editions of a week; a draft only for the desk."""
    found = week_of(week)
    return page(list(map(_item, shown_editions(found, found))), limit, offset)


@api.get(
    "/weeks/{week}/editions/{number}",
    url_name="edition",
    summary="Read the roster of an edition",
    tags=["Weeks"],
    openapi_extra=see(tag=True, **roster_part()),
)
def edition(
    request: HttpRequest,
    week: WeekName,
    number: Annotated[int, Path(ge=1, le=1_000_000)],
    none_match: IfNoneMatch = None,
) -> HttpResponse:
    """Return an edition as roster.json has it; of home visits the id and the district alone."""
    found = week_of(week)
    if number not in {one.number for one in shown_editions(found, found)}:
        raise RefusedError(HTTPStatus.NOT_FOUND, _("There is no such edition."))
    tag = etag(str(found))
    if known := unchanged(request, tag):
        return known
    kept = editions.edition(str(found), number)
    answer = HttpResponse(rosterfile.dump(public(kept.roster)), "application/json")
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"
    return answer


@api.get(
    "/weeks/{week}/publication",
    url_name="publication",
    response=PublicationLook,
    summary="Look at what publishing the draft would do",
    tags=["Publishing"],
    openapi_extra=see(tag=True),
)
def look(request: HttpRequest, response: HttpResponse, week: WeekName) -> PublicationLook:
    """Say what publishing the draft of a week changes, and who will be told what; nothing is done."""
    found = week_of(week)
    shop = workshop()
    response["ETag"] = etag(str(found))
    would = publishing.look(shop.data, found, prepare=shop.prepared)
    called = news.names(would.before, would.roster) if would.before else news.names(would.roster)
    return PublicationLook(
        week=str(found),
        edition=would.number,
        changed=would.sentences(),
        told=[
            ToldItem(id=id_, name=would.names[id_], changed=news.worded(told.changed, called))
            for id_, told in would.told.items()
        ],
    )


@api.post(
    "/weeks/{week}/publication",
    url_name="publication",
    response={201: PublicationDone},
    summary="Publish the draft",
    tags=["Publishing"],
    openapi_extra=see(tag=True),
)
def publish(
    request: HttpRequest, week: WeekName, asked: PublicationAsked, if_match: IfMatch = None, key: Key = None
) -> HttpResponse:
    """Make the draft of a week the edition that holds, and tell those concerned; once for each key."""
    found = week_of(week)
    shop = workshop()

    def work() -> HttpResponse:
        done = publishing.publish(
            shop.data, found, shop.out, expected=asked.edition, seen=seen, prepare=shop.prepared
        )
        made = PublicationDone(
            week=str(found),
            edition=done.number,
            messages=done.messages,
            by_mail=done.by_mail,
            calls=[call.practice_id for call in done.calls],
            unreached=list(done.unreached),
        )
        where = request.path.replace("/publication", f"/editions/{done.number}")
        return answered(made, HTTPStatus.CREATED, {"Location": where, "ETag": etag(str(found))})

    seen = matched(request)
    return once(request, work)


@api.get(
    "/travel-times",
    url_name="travel-times",
    response=Page[TravelTime],
    summary="List travel times",
    tags=["Weeks"],
)
def travel_times(
    request: HttpRequest,
    from_id: Annotated[str | None, Query(max_length=64)] = None,
    to_id: Annotated[str | None, Query(max_length=64)] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Page[TravelTime]:
    """List the rides between base, practices and places; not to homes, which they would give away."""
    prepared = workshop().prepared()
    homes = {visit.visit_id for visit in prepared.project.home_visits}
    times = prepared.travel.times
    ids = [(row, id_) for row, id_ in enumerate(times.place_ids) if id_ not in homes]
    pairs = [
        (one, other)
        for one in ids
        for other in ids
        if one != other and from_id in (None, one[1]) and to_id in (None, other[1])
    ]
    items = [
        TravelTime(
            from_id=from_,
            to_id=to,
            ride_seconds=int(times.seconds[row, column]),
            ride_metres=int(times.metres[row, column]),
        )
        for (row, from_), (column, to) in pairs[offset : offset + limit]
    ]
    return Page(items=items, total=len(pairs), limit=limit, offset=offset)
