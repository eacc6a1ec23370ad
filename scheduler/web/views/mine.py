"""A consultant's own: the rounds of a week, what became of each visit, and the private calendar."""

import secrets

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from scheduler.base.errors import InputError
from scheduler.base.i18n import _, using
from scheduler.model.clock import Week, local, now
from scheduler.model.outcomes import OUTCOMES
from scheduler.model.roster import Roster, Round
from scheduler.model.text import Text
from scheduler.outputs import names, words
from scheduler.services import editing, log
from scheduler.store import editions, events
from scheduler.store.editions import KeptEdition
from scheduler.web.models import User
from scheduler.web.pages import page
from scheduler.web.rights import shows_homes
from scheduler.web.views import answers
from scheduler.web.views.weeks import asked_week
from scheduler.web.workshop import workshop

_MOST = 100


def _who(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - `middleware` lets nobody else in
    if not request.user.consultant_id:
        raise Http404
    return request.user


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Show a consultant's week: the days, and what became of each visit."""
    user = _who(request)
    asked = request.GET.get("uge", "")
    week = asked_week(asked) if asked else Week.of(now().date())
    found = editions.published(str(week))
    rounds = _rounds(found.roster, user) if found else []
    told = (
        {entry.practice_id: entry for entry in log.look(workshop().data, week).books.entries} if found else {}
    )
    return page(
        request,
        "mine.html",
        week=week,
        edition=found,
        label=words.edition(found.roster) if found else "",
        rounds=[(each, _address(found, names.round_map(each))) for each in rounds if found],
        week_file=_address(found, names.week_file(user.consultant_id, str(week)))
        if found and user.consultant_id in found.roster.consultant_names
        else "",
        told=told,
        outcomes=OUTCOMES,
        now=now(),
        local=local,
        calendar=request.build_absolute_uri(reverse("calendar", args=(user.calendar,)))
        if user.calendar
        else "",
    )


def _rounds(roster: Roster, user: User) -> list[Round]:
    own = [each for each in roster.rounds if each.consultant_id == user.consultant_id]
    return sorted(own, key=lambda each: each.date)


def _address(edition: KeptEdition, name: str) -> str:
    return reverse("my-file", args=(edition.week, name))


@require_GET
def file(request: HttpRequest, week: Week, name: str) -> HttpResponse:
    """Answer with a file of the consultant's own; where homes are is shown today and tomorrow, and that is kept."""
    user = _who(request)
    found = editions.published(str(week))
    if found is None:
        raise Http404
    rounds = {names.round_map(each): each for each in _rounds(found.roster, user)}
    if name not in answers.of_consultant(found.roster, user.consultant_id):
        raise Http404
    round_ = rounds.get(name)
    homes = (
        round_ is not None
        and shows_homes(round_.date, now().date())
        and any(stop.kind == "home_visit" for stop in round_.stops)
    )
    if homes and round_ is not None:
        with events.act(Text("did_show_homes", {"date": str(round_.date)}), user.name, now()):
            pass
    try:
        content = workshop().artifact(found, name, user.language, homes=homes, own=True)
    except KeyError as error:
        raise Http404 from error
    return answers.file(name, content)


@require_POST
def outcome(request: HttpRequest, week: Week) -> HttpResponse:
    """Write what became of one of the consultant's own visits; sent twice it is written once."""
    user = _who(request)
    practice = request.POST.get("practice", "")
    found = editions.published(str(week))
    own = {
        stop.id
        for each in (_rounds(found.roster, user) if found else ())
        for stop in each.stops
        if stop.kind == "visit"
    }
    if practice not in own:
        raise Http404
    ends = {name: _count(request.POST.get(name, "")) for name in OUTCOMES}
    proposal = log.of_visit(workshop().data, week, practice, ends)
    if proposal.edits:
        editing.write(workshop().data, proposal, week=str(week), changes_tables=False)
    return redirect(f"{reverse('mine')}?uge={week}#{practice}")


def _count(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_MOST))):
        raise InputError(_("write how many there were as a number"))
    return int(text)


@require_POST
def calendar_address(request: HttpRequest) -> HttpResponse:
    """Make the consultant a new private calendar address, or take it away; the one before leads nowhere then."""
    user = _who(request)
    user.calendar = "" if "revoke" in request.POST else secrets.token_urlsafe(32)
    user.save(update_fields=["calendar"])
    return redirect("mine")


@require_GET
def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """Answer a calendar program: what holds of this week and the coming ones, homes by their district."""
    user = User.objects.filter(calendar=secret, is_active=True).exclude(calendar="").first()
    if user is None or not user.consultant_id:
        raise Http404
    from scheduler.outputs.calendars import joined

    with using(user.language):
        week = Week.of(now().date())
        found = editions.published_between(str(week.shift(-1)), str(week.shift(12)))
        name = names.calendar(user.consultant_id)
        files = [
            workshop().artifact(each, name, user.language)
            for each in found
            if user.consultant_id in each.roster.consultant_names
        ]
    return answers.file(name, joined(files, user.name))
