"""The coordinator's desk: exceptions seen before they are written, publishing with what it changes, and undo."""

import datetime as dt
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from scheduler.base.errors import InputError
from scheduler.base.i18n import N_, _
from scheduler.inputs.schema import BY_NAME
from scheduler.model.clock import Week
from scheduler.services import answers as answering
from scheduler.services import editing, storing, touched
from scheduler.services import exceptions as excepting
from scheduler.services import publish as publishing
from scheduler.services.editing import Proposal
from scheduler.services.workspace import project_in
from scheduler.store import events as acts
from scheduler.web.models import User
from scheduler.web.pages import page
from scheduler.web.views.seen import read_seen, written_seen
from scheduler.web.views.weeks import asked_week
from scheduler.web.workshop import workshop

if TYPE_CHECKING:
    from scheduler.store.models import Event

_LONGEST = 200
_MOST_EVENTS = 200
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Happening:
    """A kind of exception as a form: whom it is about, and what is put forward of what is said.

    Attributes
    ----------
    title, hint
        What it is called, and how one says when.
    whom
        Which table's rows it can be about.
    put
        Puts it forward: project folder, whom, when as words.
    """

    title: str
    hint: str
    whom: str
    put: Callable[[Path, str, Sequence[str]], Proposal]


_WHEN = N_("for instance: tirsdag · tirsdag fra 12 · 12/5 til 14/5")
_HOURS = N_("for instance: tirsdag 9-12 · uge 29 9-12")

EXCEPTIONS: Mapping[str, Happening] = {
    "fravaer": Happening(N_("Somebody is away"), _WHEN, "consultants", excepting.absence),
    "lukket": Happening(N_("A practice is closed"), _WHEN, "practices", excepting.closure),
    "lokale": Happening(N_("A room once more"), _HOURS, "practices", excepting.extra_room),
    "arbejdstid": Happening(N_("Other hours"), _HOURS, "consultants", excepting.other_hours),
    "moede": Happening(N_("A meeting is cancelled or moved"), _WHEN, "engagements", excepting.engagement),
}


#: After these there are three answers to what is published.
_ANSWERED = ("fravaer", "lukket")


@require_GET
def exceptions(request: HttpRequest) -> HttpResponse:
    """List what can happen."""
    kinds = [(kind, _(each.title)) for kind, each in EXCEPTIONS.items()]
    undoable = None
    with suppress(InputError):
        undoable = storing.undoable(workshop().data)
    return page(request, "exceptions.html", kinds=kinds, undoable=undoable)


@require_http_methods(["GET", "POST"])
def exception(request: HttpRequest, kind: str) -> HttpResponse:
    """Say what has happened, see what it changes and whom to call, and write it."""
    found = EXCEPTIONS.get(kind)
    if found is None:
        raise Http404
    said = request.POST if request.method == "POST" else request.GET  # a link may fill in what it is about
    who, when = (said.get(name, "")[:_LONGEST].strip() for name in ("who", "when"))
    choices = _choices(request, found.whom)
    shown: dict[str, Any] = {
        "kind": kind,
        "title": _(found.title),
        "hint": _(found.hint),
        "choices": choices,
        "who": who,
        "when": when,
    }
    if request.method == "GET":
        return page(request, "exception.html", **shown, proposal=None, problems=())
    try:
        seen = acts.seen()
        proposal = found.put(workshop().data, who, _words(when))
    except InputError as error:
        problems = [str(problem) for problem in error.problems]
        return page(request, "exception.html", 422, **shown, proposal=None, problems=problems)
    editing.require_theirs(proposal)
    shown |= {"proposal": proposal, "problems": (), "seen": written_seen(seen)}
    if "write" in request.POST or "take" in request.POST:
        calls, drafts = written(
            proposal, request.POST.get("take", ""), read_seen(request.POST.get("seen", ""))
        )
        return page(
            request, "written.html", title=_(found.title), told_=proposal.told, calls=calls, drafts=drafts
        )
    weeks = answering.answers(workshop().data, proposal).weeks if "answers" in request.POST else ()
    calls = touched.calls(workshop().data, proposal)
    return page(request, "exception.html", **shown, calls=calls, weeks=weeks, may_ask=kind in _ANSWERED)


def written(
    proposal: Proposal, answer: str, seen: acts.Seen, then: "Callable[[Event], None] | None" = None
) -> tuple[Sequence[touched.Call], Sequence[Week]]:
    """Write an exception, with one of its answers where one is named; return whom to call, and the new drafts.

    Whether anything has changed since it was `seen` is asked after all is read: what is written stands on that. What
    `then` saves, given the event, is saved with the exception.
    """
    shop = workshop()
    calls = touched.calls(shop.data, proposal)
    if not answer:
        acts.require_unchanged(seen)
        editing.write(shop.data, proposal, then=then)
        return calls, ()
    try:
        chosen = answering.named(answer)
    except ValueError as error:
        raise InputError(str(error)) from error
    found = answering.answers(shop.data, proposal)
    acts.require_unchanged(seen)
    for week in found.weeks:
        acts.require_unchanged(seen, str(week.week))
    answering.take(shop.data, found, chosen, shop.out, then=then)
    return (
        [call for week in found.weeks for call in week.answer(chosen).calls],
        [week.week for week in found.weeks],
    )


def _choices(request: HttpRequest, table: str) -> list[tuple[str, str]]:
    """Return whom an exception may be about: id and name of those at whose job centre somebody may write."""
    project = project_in(workshop().data)
    assert isinstance(request.user, User)  # noqa: S101 - `middleware` lets nobody else in
    at = request.user.bases("exception")
    consultants = {one.consultant_id: one for one in project.consultants if at is None or one.base_id in at}
    if table == "consultants":
        return [(one.consultant_id, one.name) for one in consultants.values()]
    if table == "engagements":
        own = (rule for rule in project.engagements if at is None or rule.consultant_id in consultants)
        return [(rule.engagement_id, rule.title) for rule in own]
    names = {place.place_id: place.name for place in project.places}
    practices = (one.practice_id for one in project.practices if at is None or one.base_id in at)
    return sorted(((id_, names[id_]) for id_ in practices), key=itemgetter(1))


def _words(said: str) -> list[str]:
    """Take apart what is said, as a command line does."""
    try:
        return shlex.split(said)
    except ValueError:
        return said.split()


@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, week: Week) -> HttpResponse:
    """Show what publishing a week's draft changes and who will be told, and do it."""
    shop = workshop()
    if request.method == "GET":
        return page(
            request,
            "publish.html",
            week=week,
            found=publishing.look(shop.data, week, prepare=shop.prepared),
            messages=publishing.preview(shop.data, week, prepare=shop.prepared),
        )
    number = request.POST.get("number", "")
    expected = int(number) if _NUMBER.fullmatch(number) else 0
    done = publishing.publish(shop.data, week, shop.out, expected=expected, prepare=shop.prepared)
    return page(request, "published.html", week=week, done=done)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back the last act on the tables, where it is still the one that was seen."""
    found = storing.undoable(workshop().data)
    if str(found.event) != request.POST.get("event"):
        raise InputError(_("meanwhile: {event}").format(event=found.told))
    storing.undo(workshop().data, found)
    if (table := request.POST.get("table", "")) in BY_NAME:
        return redirect("table-history", table=table)
    return redirect("exceptions")


@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """Tell who did what, the last first: all, or somebody's, a day's or a week's."""
    who, on, week = (request.GET.get(name, "")[:_LONGEST].strip() for name in ("hvem", "dag", "uge"))
    problem, found = "", []
    try:
        day = dt.date.fromisoformat(on) if on else None
        about = str(asked_week(week)) if week else ""
        found = [acts.told(event) for event in acts.last(_MOST_EVENTS, who, day, about)]
    except InputError as error:
        problem = str(error)
    except (ValueError, OverflowError):
        problem = _("write the day as 2009-05-12")
    return page(
        request,
        "events.html",
        422 if problem else 200,
        events=found,
        people=acts.actors(),
        who=who,
        on=on,
        week=week,
        problem=problem,
        most=_MOST_EVENTS,
    )
