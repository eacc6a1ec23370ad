"""What holds: the weeks, each with its editions, their files, and progress towards the goal."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from scheduler.base.errors import InputError
from scheduler.base.i18n import _, clock, day, language, ngettext, number
from scheduler.inputs import dates
from scheduler.model.clock import Week, local, now
from scheduler.model.roster import REQUESTED, Roster
from scheduler.outputs import names, words
from scheduler.outputs.cards import tel_link
from scheduler.services import replies, tabling, taps, today
from scheduler.store import editions, events, whose
from scheduler.store.editions import KeptEdition, State
from scheduler.web import rights
from scheduler.web.models import User
from scheduler.web.pages import page, refusal
from scheduler.web.roles import Role
from scheduler.web.views import answers
from scheduler.web.views.working import of_week
from scheduler.web.workshop import workshop

#: So many weeks from this one on are listed, also without an edition.
_COMING = 8
_BEFORE = 4
_END = f"{dates.LAST_YEAR}-W53"


def asked_week(text: str) -> Week:
    """Read a week of an address; an `InputError` where it is none, or of no year that tables may have."""
    week = Week.asked(text)
    if not dates.FIRST_YEAR <= week.year <= dates.LAST_YEAR:
        raise InputError(_("{week} is too far away").format(week=week))
    return week


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - `middleware` lets nobody else in
    return request.user


def _is_desk(request: HttpRequest) -> bool:
    """Tell whether somebody works on weeks somewhere, and so sees drafts."""
    return rights.may(_user(request).roles, "publish")


def _looks_at(request: HttpRequest, roster: Roster) -> frozenset[str] | None:
    """Return the job centres of which somebody may see an edition, or a draft."""
    return _user(request).bases("week" if roster.issued_at else "publish")


def _is_whole(request: HttpRequest, roster: Roster) -> bool:
    """Tell whether somebody may see all of a week: at each of its job centres."""
    at = _looks_at(request, roster)
    return at is None or whose.bases_of(roster) <= at


def _own(request: HttpRequest, roster: Roster) -> list[str]:
    """Return the consultants of a week whom somebody may see."""
    return consultants_at(_looks_at(request, roster), roster)


def consultants_at(at: frozenset[str] | None, roster: Roster) -> list[str]:
    """Return the consultants of a week at some job centres; None is all of them."""
    return [one.consultant_id for one in roster.consultants if at is None or one.base_id in at]


def _sentence(request: HttpRequest, roster: Roster) -> str:
    """Say what a week is: all of it, or what of it somebody may see."""
    if _is_whole(request, roster):
        return words.sentence(roster)
    own = set(_own(request, roster))
    rounds = [each for each in roster.rounds if each.consultant_id in own]
    visits, talks = sum(each.visits for each in rounds), sum(each.conversations for each in rounds)
    return _("At your job centre: {visits}, {conversations}").format(
        visits=ngettext("{n} visit", "{n} visits", visits).format(n=number(visits)),
        conversations=ngettext("{n} conversation", "{n} conversations", talks).format(n=number(talks)),
    )


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Go where somebody's work is."""
    if _user(request).role == Role.CONSULTANT:
        return redirect("mine")
    return redirect("weeks" if tabling.is_begun(workshop().data) or not _is_desk(request) else "begin")


@require_GET
def weeks(request: HttpRequest) -> HttpResponse:
    """List the weeks: this one, those to come, and those that have been."""
    this = Week.of(now().date())
    first = this.shift(-_BEFORE)
    found = (
        editions.worked_on(str(first)) if _is_desk(request) else editions.published_between(str(first), _END)
    )
    held = {each.week: each for each in found if _own(request, each.roster)}
    coming = [str(this.shift(n)) for n in range(_COMING)]
    listed = sorted({*coming, *held})
    return page(
        request,
        "weeks.html",
        weeks=[(Week.parse(name), held.get(name)) for name in listed],
        this=this,
        sentence=lambda edition: _sentence(request, edition.roster),
        **_of_the_desk(request),
    )


@require_GET
def week(request: HttpRequest, week: Week) -> HttpResponse:
    """Show a week: what is published, what is a draft, and what can be done."""
    is_desk = _is_desk(request)
    draft, published = editions.draft(str(week)) if is_desk else None, editions.published(str(week))
    shown = draft or published
    is_whole = shown is None or _is_whole(request, shown.roster)
    return page(
        request,
        "week.html",
        week=week,
        draft=draft,
        published=published,
        shown=shown,
        sentence=_sentence(request, shown.roster) if shown else "",
        label=words.edition(shown.roster) if shown else "",
        files=_files(request, shown) if shown else [],
        is_whole=is_whole,
        earlier=[each for each in editions.earlier(str(week)) if each != published] if is_whole else [],
        events=[events.told(event) for event in events.of(str(week))][::-1] if is_desk and is_whole else [],
        working=of_week(week),
        confirmed=_confirmed(request, published) if is_desk and published else [],
        movable=_movable(request, shown) if is_desk and shown and week.days[-1] >= now().date() else [],
        is_desk=is_desk,
        may=_user(request).may,
        seen=_seen(request, published) if published and is_desk else [],
        **_of_the_desk(request),
    )


def _confirmed(request: HttpRequest, published: KeptEdition) -> list[tuple[str, str, str]]:
    """Return the practices of what is published: name, time, and when they have confirmed it, if they have."""
    told = replies.confirmed(workshop().data, Week.parse(published.week))
    own = consultants_at(_user(request).bases("replies"), published.roster)
    rounds = [each for each in published.roster.rounds if each.consultant_id in own]
    visits = [each for round_ in rounds for each in round_.stops if each.kind == "visit"]
    return [
        (
            words.stop_title(stop),
            f"{day(local(stop.start).date(), 'short')} {clock(local(stop.start))}",
            f"{day(at.date(), 'short')} {clock(at)}" if (at := told.get(stop.id)) else "",
        )
        for stop in sorted(visits, key=lambda each: each.start)
    ]


def _of_the_desk(request: HttpRequest) -> dict[str, Any]:
    """Return what `now.html` shows of what happens today."""
    shop, at = workshop(), _user(request).bases("leave")
    found = today.notices(shop.data, at, shop.project()) if _is_desk(request) else ()
    return {"notices": found, "called": today.called, "tel": tel_link}


def _seen(request: HttpRequest, edition: KeptEdition) -> list[tuple[str, taps.Seen | None]]:
    """Return each consultant whom somebody may see with the edition that was seen last."""
    found = taps.seen(workshop().data, Week.parse(edition.week))
    people = edition.roster.consultant_names
    return [(people[id_], found.get(id_)) for id_ in _own(request, edition.roster)]


def _movable(request: HttpRequest, edition: KeptEdition) -> list[tuple[str, str, str]]:
    """Return the visits of an edition that somebody may move, in order of time: id, name, and when."""
    own = consultants_at(_user(request).bases("move"), edition.roster)
    rounds = [each for each in edition.roster.rounds if each.consultant_id in own]
    stops = [stop for round_ in rounds for stop in round_.stops if stop.kind in REQUESTED]
    return [
        (
            stop.id,
            words.stop_title(stop),
            f"{day(local(stop.start).date(), 'short')} {clock(local(stop.start))}",
        )
        for stop in sorted(stops, key=lambda each: each.start)
    ]


def _files(request: HttpRequest, edition: KeptEdition) -> list[tuple[str, str, str]]:
    """Return the files of an edition that somebody may open, with what they are called."""
    roster = edition.roster
    is_whole, own = _is_whole(request, roster), _own(request, roster)
    people = roster.consultant_names
    found = (
        [(names.INDEX, _("The roster"), ""), (names.WEEK_MAP, _("The week's map"), "")] if is_whole else []
    )
    found += [
        (names.round_map(each), f"{people.get(each.consultant_id, each.consultant_id)}", day(each.date))
        for each in roster.rounds
        if each.consultant_id in own
    ]
    found += [(names.WORKBOOK, _("Workbook"), "xlsx")] if is_whole else []
    found += [(names.calendar(who), name, _("calendar")) for who, name in people.items() if who in own]
    return [
        (reverse("edition", args=(edition.week, edition.number, name)), called, more)
        for name, called, more in found
    ]


@require_GET
def edition(request: HttpRequest, week: Week, number: int, name: str) -> HttpResponse:
    """Answer with a file of an edition; homes are named by their district."""
    found = editions.edition(str(week), number)
    if found.state == State.DRAFT and not _is_desk(request):
        raise Http404
    is_whole = _is_whole(request, found.roster)
    if not is_whole and not any(
        name in answers.of_consultant(found.roster, who) for who in _own(request, found.roster)
    ):
        reason = _("This is of all job centres together, and you may see some of them only.")
        return refusal(request, 403, reason)
    try:
        content = workshop().artifact(found, name, language(), own=not is_whole)
    except KeyError as error:
        raise Http404 from error
    return answers.file(name, content)


@require_GET
def progress(request: HttpRequest) -> HttpResponse:
    """Show what was held, and what is missing to the goal: the page of ``hjul report``."""
    from scheduler.scenario import progressreport
    from scheduler.scenario.forecast import forecast
    from scheduler.services.backlog import backlog
    from scheduler.services.progress import progress as found_of

    shop = workshop()

    def made() -> bytes:
        found = found_of(shop.data)
        return progressreport.page(found, forecast(found), backlog(shop.data)).encode()

    return answers.file("index.html", shop.made_once("progress", made))
