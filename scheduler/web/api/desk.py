"""What the coordinator does: locks, the log, exceptions, and what moves and offers cost."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path as Folder
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query

from scheduler.base.i18n import _
from scheduler.model.changes import stays
from scheduler.model.clock import Week
from scheduler.model.texts import word
from scheduler.services import backlog as owing
from scheduler.services import editing, locks, log, moving, touched
from scheduler.services import exceptions as excepting
from scheduler.services.books import Entry
from scheduler.services.editing import Proposal
from scheduler.services.replanning import Place
from scheduler.store import editions, events
from scheduler.store.editions import KeptEdition
from scheduler.web.api.calls import api, see
from scheduler.web.api.conditions import answered, etag, matched, once
from scheduler.web.api.shapes import (
    CallItem,
    ExceptionAsked,
    ExceptionLooked,
    LockAsked,
    LockItem,
    LogApartAsked,
    LogAsked,
    LogItem,
    MoveAsked,
    MovePriced,
    Offers,
    OutcomeCounts,
    OwedItem,
    Page,
    PlaceItem,
    Written,
    page,
)
from scheduler.web.api.weeks import IfMatch, Key, Limit, Offset, WeekName, week_of
from scheduler.web.callers import caller
from scheduler.web.problems import RefusedError
from scheduler.web.workshop import workshop

Id = Annotated[str, Path(max_length=64)]
IdAsked = Annotated[str | None, Query(max_length=64)]
_Put = Callable[[Folder, str, Sequence[str]], Proposal]

_EXCEPTIONS: Mapping[str, _Put] = {
    "absence": excepting.absence,
    "closure": excepting.closure,
    "extra_room": excepting.extra_room,
    "other_hours": excepting.other_hours,
}


def published(week: Week) -> KeptEdition:
    """Return what holds for a week; a refusal where nothing does."""
    found = editions.published(str(week))
    if found is None:
        raise RefusedError(HTTPStatus.NOT_FOUND, _("no edition of {week} is published").format(week=week))
    return found


def written(proposal: Proposal) -> Written:
    """Return what a proposal has done."""
    return Written(told=proposal.told, rows=len(proposal.edits), notes=list(proposal.notes))


# --- Locks --------------------------------------------------------------------------------------------


@api.get(
    "/weeks/{week}/locks",
    url_name="locks",
    response=Page[LockItem],
    summary="List locks",
    tags=["Locks"],
    openapi_extra=see(tag=True),
)
def list_locks(
    request: HttpRequest, response: HttpResponse, week: WeekName, limit: Limit = 100, offset: Offset = 0
) -> Page[LockItem]:
    """List what replanning keeps of a week."""
    found = week_of(week)
    response["ETag"] = etag(str(found))
    items = [
        LockItem(
            id=each.lock.id,
            date=each.lock.date,
            consultant_id=each.lock.consultant_id,
            keeps=each.lock.keeps,
            told=each.told,
        )
        for each in locks.locked(workshop().data, found)
    ]
    return page(items, limit, offset)


@api.post(
    "/weeks/{week}/locks",
    url_name="locks",
    response={201: Written},
    summary="Lock",
    tags=["Locks"],
    openapi_extra=see(tag=True),
)
def lock(request: HttpRequest, week: WeekName, asked: LockAsked, if_match: IfMatch = None) -> HttpResponse:
    """Have replanning keep a visit, a day, a consultant, or a round of a published week."""
    found, seen = week_of(week), matched(request)
    published(found)
    what = [each for each in (asked.date, asked.consultant_id, asked.id) if each]
    proposal = locks.lock(workshop().data, found, what, asked.keeps)
    return _written(request, proposal, seen, week=found, status=HTTPStatus.CREATED)


@api.delete(
    "/weeks/{week}/locks",
    url_name="locks",
    response=Written,
    summary="Unlock",
    tags=["Locks"],
    openapi_extra=see(tag=True),
)
def unlock(
    request: HttpRequest,
    week: WeekName,
    if_match: IfMatch = None,
    *,
    id: IdAsked = None,  # noqa: A002 - the contract's name
    date: Annotated[str | None, Query(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] = None,
    consultant_id: IdAsked = None,
) -> HttpResponse:
    """Take away the locks of what is named, or all of a week."""
    found, seen = week_of(week), matched(request)
    what = [each for each in (date, consultant_id, id) if each]
    return _written(request, locks.unlock(workshop().data, found, what), seen, week=found)


def _written(
    request: HttpRequest,
    proposal: Proposal,
    seen: events.Seen,
    *,
    week: Week | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """Write a proposal that was put forward just now, unless anything has changed since it was seen."""
    name = str(week) if week else ""
    events.require_unchanged(seen, name)
    if proposal.edits:
        editing.write(workshop().data, proposal, week=name, changes_tables=week is None)
    where = {"Location": request.path} if status == HTTPStatus.CREATED else {}
    return answered(written(proposal), status, {"ETag": etag(name), **where})


# --- The log ------------------------------------------------------------------------------------------


@api.get("/weeks/{week}/log", url_name="log", response=Page[LogItem], summary="Read the log", tags=["Log"])
def read_log(request: HttpRequest, week: WeekName, limit: Limit = 100, offset: Offset = 0) -> Page[LogItem]:
    """List what became of a published week's conversations, practice by practice; counts only."""
    found = week_of(week)
    published(found)
    return page(list(map(_logged, log.look(workshop().data, found).books.entries)), limit, offset)


def _logged(entry: Entry) -> LogItem:
    ends = entry.outcomes
    return LogItem(
        week=str(entry.week),
        practice_id=entry.practice_id,
        asked=entry.asked,
        extra=entry.extra,
        planned=entry.planned,
        consultant_id=entry.consultant_id,
        start=entry.start,
        booked=entry.booked,
        outcomes=OutcomeCounts(**dict(zip(OutcomeCounts.model_fields, ends.ends, strict=True)))
        if ends
        else None,
    )


@api.post(
    "/weeks/{week}/log", url_name="log", response=Written, summary="Tell what became of a visit", tags=["Log"]
)
def tell(request: HttpRequest, week: WeekName, asked: LogAsked, key: Key = None) -> HttpResponse:
    """Write how many conversations of a visit ended how, and how many were booked; a consultant's own visits."""
    found = week_of(week)
    kept = published(found)
    if not caller().is_desk:
        own = caller().user.consultant_id
        mine = [each for each in kept.roster.rounds if each.consultant_id == own]
        if asked.practice_id not in {stop.id for each in mine for stop in each.stops if stop.kind == "visit"}:
            raise RefusedError(
                HTTPStatus.NOT_FOUND, _("There is no such visit of yours."), column="practice_id"
            )

    def work() -> HttpResponse:
        outcomes = asked.outcomes.model_dump() if asked.outcomes else {}
        proposal = log.of_visit(workshop().data, found, asked.practice_id, outcomes, booked=asked.booked)
        return _told(found, proposal)

    return once(request, work)


@api.post(
    "/weeks/{week}/log-apart",
    url_name="log-apart",
    response=Written,
    summary="Tell what was held by telephone and at home",
    tags=["Log"],
)
def tell_apart(request: HttpRequest, week: WeekName, asked: LogApartAsked, key: Key = None) -> HttpResponse:
    """Write how many conversations a consultant held in a day by telephone and at home; a consultant the own ones."""
    found = week_of(week)
    if not caller().is_desk and asked.consultant_id != caller().user.consultant_id:
        raise RefusedError(HTTPStatus.NOT_FOUND, _("This is not you."), column="consultant_id")

    def work() -> HttpResponse:
        proposal = log.of_day(
            workshop().data,
            found,
            asked.consultant_id,
            asked.date,
            by_phone=asked.by_phone,
            at_home=asked.at_home,
        )
        return _told(found, proposal)

    return once(request, work)


def _told(week: Week, proposal: Proposal) -> HttpResponse:
    if proposal.edits:
        editing.write(workshop().data, proposal, week=str(week), changes_tables=False)
    return answered(written(proposal))


@api.get("/backlog", url_name="backlog", response=Page[OwedItem], summary="List what is owed", tags=["Log"])
def backlog(request: HttpRequest, limit: Limit = 100, offset: Offset = 0) -> Page[OwedItem]:
    """List the conversations that are owed to practices, the oldest first."""
    items = [
        OwedItem(
            practice_id=one.practice_id,
            name=one.name,
            week=str(one.week),
            conversations=one.conversations,
            not_planned=one.not_planned,
        )
        for one in owing.backlog(workshop().data)
    ]
    return page(items, limit, offset)


# --- Exceptions ---------------------------------------------------------------------------------------


def _put(asked: ExceptionAsked) -> Proposal:
    if asked.kind == "engagement":
        return excepting.engagement(workshop().data, asked.who, asked.when, to=asked.to)
    if asked.to:
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, _("only an engagement is moved"), column="to")
    return _EXCEPTIONS[asked.kind](workshop().data, asked.who, asked.when)


@api.post(
    "/exceptions/looked-at",
    url_name="exceptions-looked-at",
    response=ExceptionLooked,
    summary="Look at what an exception changes",
    tags=["Exceptions"],
    openapi_extra=see(tag=True),
)
def look_at_exception(request: HttpRequest, response: HttpResponse, asked: ExceptionAsked) -> ExceptionLooked:
    """Say what an exception would write, and whom it touches in what is published; nothing is written."""
    response["ETag"] = etag()
    proposal = _put(asked)
    editing.require_theirs(proposal)
    calls = touched.calls(workshop().data, proposal)
    return ExceptionLooked(**written(proposal).model_dump(), calls=list(map(_call, calls)))


def _call(one: touched.Call) -> CallItem:
    return CallItem(**{name: getattr(one, name) for name in CallItem.model_fields})


@api.post(
    "/exceptions",
    url_name="exceptions",
    response={201: Written},
    summary="Write an exception",
    tags=["Exceptions"],
    openapi_extra=see(tag=True),
)
def write_exception(request: HttpRequest, asked: ExceptionAsked, if_match: IfMatch = None) -> HttpResponse:
    """Write an exception into the tables; it can be undone in the app."""
    seen = matched(request)
    return _written(request, _put(asked), seen, status=HTTPStatus.CREATED)


# --- Moves and offers ---------------------------------------------------------------------------------


def _place(one: Place) -> PlaceItem:
    return PlaceItem(
        date=one.date,
        start=one.start,
        consultant_id=one.consultant_id,
        conversations=one.conversations,
        points_others_in_place=one.points_others_in_place,
        points_others_free=one.points_others_free,
        moved=list(one.moved),
    )


def _has_roster(week: Week) -> KeptEdition:
    found = editions.draft(str(week)) or editions.published(str(week))
    if found is None:
        raise RefusedError(HTTPStatus.NOT_FOUND, _("This week has not been planned."))
    return found


@api.get(
    "/weeks/{week}/places/{id}",
    url_name="places",
    response=Page[PlaceItem],
    summary="List where a visit may be",
    tags=["Moves"],
)
def places(
    request: HttpRequest,
    week: WeekName,
    id: Id,  # noqa: A002 - the contract's name
    limit: Limit = 100,
    offset: Offset = 0,
) -> Page[PlaceItem]:
    """List all places where a visit of a week may be, with what each costs while all others stay."""
    found = week_of(week)
    if id not in stays(_has_roster(found).roster):
        raise RefusedError(HTTPStatus.NOT_FOUND, _("The week has no such visit."))
    shop = workshop()
    return page(list(map(_place, moving.places(shop.data, id, found, prepare=shop.prepared))), limit, offset)


@api.post("/moves", url_name="moves", response=MovePriced, summary="Price a move", tags=["Moves"])
def price_move(request: HttpRequest, asked: MoveAsked) -> MovePriced:
    """Say what it costs to have a visit at another time, and whom else it moves; nothing is written."""
    try:
        day = dt.date.fromisoformat(asked.date)
    except ValueError as error:
        raise RefusedError(
            HTTPStatus.UNPROCESSABLE_ENTITY, _("there is no such day"), column="date"
        ) from error
    _has_roster(Week.of(day))
    shop = workshop()
    found = moving.move(
        shop.data,
        asked.id,
        [asked.date, asked.start],
        shop.out,
        consultant=asked.consultant_id or "",
        prepare=shop.prepared,
    )
    return MovePriced(
        id=found.id,
        week=str(found.week),
        slots=[_place(found.move.place)] if found.move.place else [],
        broken=[word(rule, found.roster.names) for rule in found.move.broken],
        changed=found.sentences(),
    )


@api.get(
    "/weeks/{week}/offers/{practice_id}",
    url_name="offers",
    response=Offers,
    summary="Find places for one more visit",
    tags=["Moves"],
)
def offers(
    request: HttpRequest,
    week: WeekName,
    practice_id: Id,
    conversations: Annotated[int, Query(ge=1, le=20)] = 1,
) -> Offers:
    """List the five best places for so many conversations more of a practice; nothing is written."""
    found = week_of(week)
    _has_roster(found)
    shop = workshop()
    offered = moving.offer(shop.data, practice_id, found, conversations=conversations, prepare=shop.prepared)
    return Offers(
        id=offered.id,
        week=str(offered.week),
        conversations=offered.conversations,
        slots=list(map(_place, offered.places)),
    )
