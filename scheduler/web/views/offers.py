"""One more visit of a practice, at one of its best places; or another number of conversations in the one that it has."""

import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from scheduler.base.errors import InputError
from scheduler.base.i18n import _
from scheduler.model.changes import Stay, stays
from scheduler.model.clock import Week, local
from scheduler.model.texts import word
from scheduler.outputs import news, words
from scheduler.services import moving
from scheduler.services.moving import MOST_CONVERSATIONS
from scheduler.services.workspace import project_in
from scheduler.store import editions
from scheduler.store import events as acts
from scheduler.web.pages import page
from scheduler.web.views.seen import read_seen, written_seen
from scheduler.web.workshop import workshop

_NUMBER = re.compile(r"\d{1,2}", re.ASCII)


@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest, week: Week, which: str) -> HttpResponse:
    """Show what can be had for a practice in a week, see what it changes, and have it."""
    shop = workshop()
    kept = editions.draft(str(week)) or editions.published(str(week))
    names = {place.place_id: place.name for place in project_in(shop.data).places}
    if kept is None or which not in {one.practice_id for one in project_in(shop.data).practices}:
        raise Http404
    seen = read_seen(request.POST["seen"]) if "seen" in request.POST else acts.seen()
    stay = stays(kept.roster).get(which)
    number = _number(request.POST.get("number", ""), stay)
    shown: dict[str, Any] = {
        "week": week,
        "which": which,
        "called": names.get(which, which),
        "stay": stay,
        "number": number,
        "most": MOST_CONVERSATIONS,
        "seen": written_seen(seen),
        "words": words,
        "local": local,
        "people": kept.roster.consultant_names,
        "found": None,
        "moved": None,
        "called_of": lambda id_: word(news.names(kept.roster)["request_id"].get(id_, id_)),
    }
    if request.method == "GET":
        return page(request, "offer.html", **shown)
    acts.require_unchanged(seen, str(week))
    take = request.POST.get("take", "")
    if "find" in request.POST or take:
        more = number - stay.conversations if stay else number
        if more < 1:
            raise InputError(_("write how many there were as a number"))
        found = moving.offer(
            shop.data,
            which,
            week,
            conversations=more,
            do=int(take) if _NUMBER.fullmatch(take) else None,
            out_dir=shop.out,
            prepare=shop.prepared,
            seen=seen,
        )
        if found.planned:
            return redirect("board", week=week)
        return page(request, "offer.html", **{**shown, "found": found})
    do = "do" in request.POST
    moved = moving.renumber(shop.data, which, week, number, shop.out, do=do, prepare=shop.prepared, seen=seen)
    if do:
        return redirect("board", week=week)
    return page(request, "offer.html", **{**shown, "moved": moved})


def _number(said: str, stay: Stay | None) -> int:
    if not said:
        return stay.conversations if stay else 1
    if not _NUMBER.fullmatch(said) or not 1 <= int(said) <= MOST_CONVERSATIONS:
        raise InputError(
            _("write a number of conversations from 1 to {most}").format(most=MOST_CONVERSATIONS)
        )
    return int(said)
