"""A practice's own page, opened by a link without an account, and what the coordinator makes of what is said there."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from scheduler.base.errors import InputError
from scheduler.base.i18n import _
from scheduler.model.clock import local, now
from scheduler.services import answers as answering
from scheduler.services import editing, replies, touched
from scheduler.services.editing import Proposal
from scheduler.services.replies import BOOKED, CLOSED, PracticePage, Said, TooManyError
from scheduler.store import events as acts
from scheduler.store.replies import AnsweredError, State
from scheduler.store.who import acting
from scheduler.web.pages import page, refusal
from scheduler.web.views import desk
from scheduler.web.views.seen import read_seen, written_seen
from scheduler.web.workshop import workshop

_LONGEST = 60
_MOST_VISITS = 60


# --- The practice -------------------------------------------------------------------------------------


def _found(secret: str) -> PracticePage | None:
    data = workshop().data
    practice_id = replies.opened(data, secret)
    return replies.page(data, practice_id) if practice_id else None


def _over(request: HttpRequest) -> HttpResponse:
    hint = _("The newest message about a visit has a link that serves; or call the coordinator.")
    return refusal(request, 410, _("This link is too old, or has been taken back."), hint=hint)


@require_http_methods(["GET", "HEAD", "POST"])
def practice(request: HttpRequest, secret: str) -> HttpResponse:
    """Show a practice its coming visits, and put forward what it says; opening the link alone changes nothing."""
    found = _found(secret)
    if found is None:
        return _private(_over(request))
    problems: list[str] = []
    status = 200
    if request.method == "POST":
        try:
            with acting(found.place.name):
                _say(found.practice_id, request.POST)
        except InputError as error:
            status = 429 if isinstance(error, TooManyError) else 422
            problems = [str(problem) for problem in error.problems]
        else:
            return _private(redirect(f"{request.path}?{_DONE}"))
    written = {
        name: request.POST.get(name, "")[:_LONGEST]
        for name in ("first", "last", "start", "end", "room", "date")
    }
    return _private(
        page(
            request,
            "practice.html",
            status,
            found=found,
            secret=secret,
            problems=problems,
            done=_DONE in request.GET,
            written=written,
            did=request.POST.get("do", ""),
            states=_states(),
            words=replies.words,
            local=local,
            today=now().date(),
        )
    )


#: What the address has once something was said.
_DONE = "sagt"


def _say(practice_id: str, form: QueryDict) -> None:
    data = workshop().data

    def said(name: str) -> str:
        return form.get(name, "")[:_LONGEST].strip()

    def confirm() -> None:
        replies.confirm(data, practice_id, form.getlist("time")[:_MOST_VISITS])

    def booked() -> None:
        replies.tell_booked(data, practice_id, said("time"), said("booked"))

    def closed() -> None:
        replies.close(
            data, practice_id, first=said("first"), last=said("last"), start=said("start"), end=said("end")
        )

    def lent() -> None:
        replies.lend(
            data, practice_id, date=said("date"), start=said("start"), end=said("end"), room=said("room")
        )

    ways: Mapping[str, Callable[[], None]] = {
        "confirm": confirm,
        "booked": booked,
        "closed": closed,
        "lent": lent,
    }
    way = ways.get(form.get("do", ""))
    if way is None:
        raise InputError(_("the form was changed on its way; begin again"))
    way()


def _states() -> Mapping[str, str]:
    """Return what people read of where a reply is."""
    return {
        State.WAITING: _("waits for an answer"),
        State.APPROVED: _("approved"),
        State.DECLINED: _("declined"),
        State.NOTED: _("noted"),
        "undone": _("approved, and taken back since"),
    }


@require_GET
def poster(request: HttpRequest, secret: str) -> HttpResponse:
    """Show an A4 for the waiting room, to be printed: when the coming visits are, and how one gets a conversation."""
    found = _found(secret)
    if found is None:
        return _private(_over(request))
    visits = [visit for visit in found.visits if visit.coming.start]
    return _private(page(request, "poster.html", found=found, secret=secret, visits=visits, local=local))


def _private(answer: HttpResponse) -> HttpResponse:
    """Have nobody keep a page whose address is a secret, nor tell others where somebody came from."""
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "same-origin"
    answer["X-Robots-Tag"] = "noindex"
    return answer


# --- The coordinator ----------------------------------------------------------------------------------


@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """List what practices have said: what waits, and what has been answered."""
    open_, others = replies.said(workshop().data)
    return page(request, "replies.html", waiting=open_, others=others, states=_states())


@require_http_methods(["GET", "POST"])
def reply(request: HttpRequest, number: int) -> HttpResponse:
    """Show what a reply changes and whom to call, and approve or decline it."""
    shop = workshop()
    said = replies.one(shop.data, number)
    if said is None:
        raise Http404
    found = said.reply
    if found.state != State.WAITING:
        if request.method == "POST":
            raise AnsweredError
        return _shown(request, said)
    if "decline" in request.POST:
        replies.settle(shop.data, found, declined=True)
        return redirect("replies")
    seen = acts.seen()
    try:
        proposal = replies.proposal(shop.data, found)
    except InputError as error:  # it cannot be any more, and can still be declined
        return _shown(request, said, problems=[problem.reason for problem in error.problems])
    if "write" in request.POST or "take" in request.POST:
        return _approved(request, said, proposal)
    return _shown(
        request,
        said,
        proposal=proposal,
        calls=touched.calls(shop.data, proposal),
        weeks=answering.answers(shop.data, proposal).weeks if "answers" in request.POST else (),
        may_ask=found.kind == CLOSED,
        seen=written_seen(seen),
    )


def _shown(
    request: HttpRequest,
    said: Said,
    *,
    proposal: Proposal | None = None,
    problems: Sequence[str] = (),
    **values: Any,
) -> HttpResponse:
    return page(
        request,
        "reply.html",
        said=said,
        states=_states(),
        is_open=said.reply.state == State.WAITING,
        proposal=proposal,
        problems=problems,
        **values,
    )


def _approved(request: HttpRequest, said: Said, proposal: Proposal) -> HttpResponse:
    """Write what a reply puts forward, and that it is approved, in one act."""
    shop, found = workshop(), said.reply
    seen = read_seen(request.POST.get("seen", ""))
    if not proposal.edits:
        replies.settle(shop.data, found, declined=False)
        return redirect("replies")
    then = replies.approving(found)
    if found.kind == BOOKED:  # a count touches nothing that anybody has to be told
        acts.require_unchanged(seen)
        week = str(found.content["week"])
        editing.write(shop.data, proposal, week=week, changes_tables=False, then=then)
        return redirect("replies")
    calls, drafts = desk.written(proposal, request.POST.get("take", ""), seen, then)
    return page(request, "written.html", title=said.who, told_=proposal.told, calls=calls, drafts=drafts)


@require_http_methods(["GET", "POST"])
def links(request: HttpRequest) -> HttpResponse:
    """List the links to practices' pages; make one, which is shown once, or take them back."""
    data = workshop().data
    link = code = ""
    id_ = request.POST.get("practice", "")[: _LONGEST + 4]
    if request.method == "POST" and "revoke" in request.POST:
        replies.revoke(data, id_)
        return redirect("practice-links")
    if request.method == "POST":
        secret = replies.make_link(data, id_)
        link = request.build_absolute_uri(reverse("practice-page", args=(secret,)))
        code = segno.make(link).svg_data_uri(scale=5, border=2)
    answer = page(
        request, "practice_links.html", practices=replies.links(data), made=id_, link=link, code=code
    )
    answer["Cache-Control"] = "no-store"
    return answer
