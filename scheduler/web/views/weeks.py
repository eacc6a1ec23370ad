"""What holds: the weeks, each with its editions, their files, and progress towards the goal."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from scheduler.base.errors import InputError
from scheduler.base.i18n import _, clock, day, language
from scheduler.inputs import dates
from scheduler.model.clock import Week, local, now
from scheduler.model.roster import REQUESTED
from scheduler.outputs import names, words
from scheduler.services import tabling
from scheduler.services.workspace import project_in
from scheduler.store import editions, events
from scheduler.store.editions import KeptEdition, State
from scheduler.web import rights
from scheduler.web.models import User
from scheduler.web.pages import page
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


def _is_desk(request: HttpRequest) -> bool:
    assert isinstance(request.user, User)  # noqa: S101 - `middleware` lets nobody else in
    return rights.may(request.user.role, "publish")


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Go where somebody's work is."""
    assert isinstance(request.user, User)  # noqa: S101 - `middleware` lets nobody else in
    if request.user.role == Role.CONSULTANT:
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
    held = {each.week: each for each in found}
    coming = [str(this.shift(n)) for n in range(_COMING)]
    listed = sorted({*coming, *held})
    return page(
        request,
        "weeks.html",
        weeks=[(Week.parse(name), held.get(name)) for name in listed],
        this=this,
        sentence=lambda edition: words.sentence(edition.roster),
    )


@require_GET
def week(request: HttpRequest, week: Week) -> HttpResponse:
    """Show a week: what is published, what is a draft, and what can be done."""
    is_desk = _is_desk(request)
    draft, published = editions.draft(str(week)) if is_desk else None, editions.published(str(week))
    shown = draft or published
    return page(
        request,
        "week.html",
        week=week,
        draft=draft,
        published=published,
        shown=shown,
        sentence=words.sentence(shown.roster) if shown else "",
        label=words.edition(shown.roster) if shown else "",
        files=_files(shown) if shown else [],
        earlier=[each for each in editions.earlier(str(week)) if each != published],
        events=[events.told(event) for event in events.of(str(week))][::-1] if is_desk else [],
        working=of_week(week),
        movable=_movable(shown) if shown and week.days[-1] >= now().date() else [],
        is_desk=is_desk,
    )


def _movable(edition: KeptEdition) -> list[tuple[str, str, str]]:
    """Return the visits of an edition in order of time: id, name, and when."""
    stops = [stop for round_ in edition.roster.rounds for stop in round_.stops if stop.kind in REQUESTED]
    return [
        (
            stop.id,
            words.stop_title(stop),
            f"{day(local(stop.start).date(), 'short')} {clock(local(stop.start))}",
        )
        for stop in sorted(stops, key=lambda each: each.start)
    ]


def _files(edition: KeptEdition) -> list[tuple[str, str, str]]:
    """Return the files of an edition that people open, with what they are called."""
    roster = edition.roster
    people = roster.consultant_names
    found = [(names.INDEX, _("The roster"), ""), (names.WEEK_MAP, _("The week's map"), "")]
    found += [
        (names.round_map(each), f"{people.get(each.consultant_id, each.consultant_id)}", day(each.date))
        for each in roster.rounds
    ]
    found += [(names.WORKBOOK, _("Workbook"), "xlsx")]
    found += [(names.calendar(who), name, _("calendar")) for who, name in people.items()]
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
    try:
        content = workshop().artifact(found, name, language())
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

    project_in(workshop().data)
    found = found_of(workshop().data)
    content = progressreport.page(found, forecast(found), backlog(workshop().data))
    return answers.file("index.html", content.encode())
