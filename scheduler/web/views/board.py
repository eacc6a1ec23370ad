"""The board: a week as one works on it, what can be done about its visits, days and people, and what others do."""

import asyncio
import datetime as dt
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

from asgiref.sync import sync_to_async
from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST
from markupsafe import Markup

from scheduler.base.errors import InputError
from scheduler.base.i18n import _, clock, day, language, using
from scheduler.model.changes import stays
from scheduler.model.clock import Week, local, now
from scheduler.model.locks import Lock
from scheduler.model.roster import Roster
from scheduler.model.texts import word
from scheduler.outputs import board as drawing
from scheduler.outputs import news as naming
from scheduler.outputs import page as paging
from scheduler.outputs import words
from scheduler.outputs.templates import asset, script_hash
from scheduler.services import editing, locks, stepping, taking
from scheduler.services.editions import beside_of
from scheduler.services.taking import Held, Offered
from scheduler.store import editions
from scheduler.store import events as acts
from scheduler.store.editions import KeptEdition
from scheduler.web.models import User
from scheduler.web.pages import page, part
from scheduler.web.views.seen import read_seen, written_seen
from scheduler.web.views.working import of_week
from scheduler.web.workshop import workshop
from scheduler.week.replanning import locked_visits

_PAUSE_S = 1.0
#: A stream ends after this; the browser opens a new one.
_LONGEST_S = 300
_STYLE = re.compile(r' style="([^"]*)"')
_NUMBER = re.compile(r"\d{1,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where blocks, days and people of the board lead."""

    edition: KeptEdition

    def visit(self, id_: str) -> str:
        return reverse("move", args=(self.edition.week, id_))

    def page(self, name: str) -> str:
        return reverse("edition", args=(self.edition.week, self.edition.number, name))

    def about(self, who: str, date: dt.date | None = None) -> str:
        asked = {"who": who, **({"day": str(date)} if date else {})}
        return f"{reverse('about', args=(self.edition.week,))}?{urlencode(asked)}"

    def unplaced(self, id_: str) -> str:
        return f"{reverse('about', args=(self.edition.week,))}?{urlencode({'visit': id_})}"

    def name(self, who: str) -> str:
        return self.edition.roster.consultant_names.get(who, who)


def _shown(week: Week) -> KeptEdition | None:
    return editions.draft(str(week)) or editions.published(str(week))


@require_GET
def board(request: HttpRequest, week: Week) -> HttpResponse:
    """Show a week's board: its draft or, where it has none, what holds."""
    seen = acts.seen()
    edition = _shown(week)
    if edition is None:
        return redirect("week", week=week)
    drawn, sheet = _drawn(edition)
    published = editions.published(str(week))
    answer = page(
        request,
        "desk.html",
        week=week,
        edition=edition,
        published=published,
        drawn=Markup(drawn),  # noqa: S704 - made by `_drawn`, of templates that escape
        sheet=Markup(sheet),  # noqa: S704 - nothing but positions
        sentence=words.sentence(edition.roster),
        label=words.edition(edition.roster),
        step=stepping.last(workshop().data, week),
        working=of_week(week),
        is_over=week.days[-1] < now().date(),
        seen=written_seen(seen),
        last=seen.event,
    )
    csp_update({"style-src": f"'{script_hash(sheet)}'"})(lambda _request: answer)(
        request
    )  # notes it at the answer
    return answer


def _drawn(edition: KeptEdition) -> tuple[str, str]:
    """Return the board's HTML without styles of elements, and the style sheet that has them; made once."""
    shop = workshop()
    prepared = shop.prepared()
    held = locked_visits(edition.roster, _locks(edition.week))
    key = (
        "board",
        prepared.project.sha256,
        edition.week,
        str(edition.number),
        edition.sha256,
        str(edition.issued_at),
        language(),
        repr(sorted(held)),
    )

    def make() -> bytes:
        beside = beside_of(edition, prepared).with_locked(held)
        roster = edition.roster
        html = part(
            "drawn.html",
            board=drawing.board(roster, beside),
            desk=_Desk(edition),
            roster=roster,
            beside=beside,
            compromises=tuple(paging.compromises(roster, beside)),
            notes=paging.notes(roster),
            words=words,
            word=word,
        )
        return json.dumps(_without_styles(html)).encode()

    html, sheet = json.loads(shop.once(key, make))
    return html, sheet


def _without_styles(html: str) -> tuple[str, str]:
    """Take the styles out of elements, as the app's policy wants it, and into a sheet.

    What people wrote is escaped, so that only templates write quotes.
    """
    numbers: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        return f' data-s="{numbers.setdefault(found[1], len(numbers))}"'

    html = _STYLE.sub(numbered, html)
    return html, "".join(f'[data-s="{number}"]{{{style}}}' for style, number in numbers.items())


def _locks(week: str) -> tuple[Lock, ...]:
    return tuple(each.lock for each in locks.locked(workshop().data, Week.parse(week)))


@require_GET
def places(request: HttpRequest, week: Week, which: str) -> JsonResponse:
    """Answer with where a visit may go, each place with its price in words, and why it may not go elsewhere."""
    found = taking.hold(workshop().data, which, week, prepare=workshop().prepared)
    if found is None:
        raise Http404
    return JsonResponse(_held(found, _people(_shown(week))))


def _people(edition: KeptEdition | None) -> dict[str, str]:
    return dict(edition.roster.consultant_names) if edition else {}


def _held(found: Held, people: dict[str, str]) -> dict[str, Any]:
    return {
        "name": found.name,
        "here": _said(found.here.start, people.get(found.here.consultant_id, found.here.consultant_id)),
        "places": [_place(each, people) for each in found.places],
        "refused": [
            {"day": str(each.date), "who": each.consultant_id, "why": each.why} for each in found.refused
        ],
    }


def _place(offered: Offered, people: dict[str, str]) -> dict[str, Any]:
    place, start = offered.place, local(offered.place.start)
    return {
        "value": f"{start:%Y-%m-%dT%H:%M}/{place.consultant_id}",
        "day": str(place.date),
        "who": place.consultant_id,
        "minute": start.hour * 60 + start.minute,
        "minutes": (offered.until - start).total_seconds() / 60,
        "clock": clock(start),
        "said": _said(start, people.get(place.consultant_id, place.consultant_id)),
        "price": ", ".join(offered.price),
        "moves": place.points_others_in_place is None,
        "here": offered.is_here,
    }


def _said(start: dt.datetime, who: str) -> str:
    return f"{day(local(start).date(), 'short')} {clock(local(start))}, {who}"


# --- What can be done about a visit, a day or somebody --------------------------------------------------


@require_GET
def about(request: HttpRequest, week: Week) -> HttpResponse:
    """Show what can be done about a visit, about somebody, or about a day of theirs."""
    edition = _shown(week)
    if edition is None:
        raise Http404
    visit, who, said = (request.GET.get(name, "")[:64] for name in ("visit", "who", "day"))
    date = _day(said, week)
    names = naming.names(edition.roster)
    stay = stays(edition.roster).get(visit)
    unplaced = next((each for each in edition.roster.unassigned if each.id == visit), None)
    if visit and stay is None and unplaced is None:
        raise Http404
    if not visit and who not in edition.roster.consultant_names:
        raise Http404
    return page(
        request,
        "about.html",
        week=week,
        title=word(names["request_id"].get(visit, visit)) if visit else _Desk(edition).name(who),
        visit=visit,
        stay=stay,
        unplaced=unplaced,
        who=who,
        date=date,
        people=edition.roster.consultant_names,
        locked=_locked_here(week, edition.roster, visit, who, date),
        choices=_lockable(visit, who, date),
        seen=written_seen(acts.seen()),
        words=words,
        roster=edition.roster,
        local=local,
        is_practice=(stay.kind if stay else unplaced.kind if unplaced else "") == "visit",
        exception=_exception,
    )


def _day(said: str, week: Week) -> dt.date | None:
    if not said:
        return None
    try:
        date = dt.date.fromisoformat(said)
    except ValueError:
        raise Http404 from None
    if date not in week.days:
        raise Http404
    return date


def _exception(kind: str, **values: str) -> str:
    return f"{reverse('exception', args=(kind,))}?{urlencode(values)}"


def _lockable(visit: str, who: str, date: dt.date | None) -> list[tuple[str, str]]:
    """Return what can be locked here: as `locks` reads it, and in words."""
    if visit:
        return [(visit, _("Lock this visit"))]
    if date is None:
        return [(who, _("Lock all visits of the week"))]
    return [(f"{date} {who}", _("Lock this round")), (str(date), _("Lock the whole day, for everybody"))]


def _locked_here(
    week: Week, roster: Roster, visit: str, who: str, date: dt.date | None
) -> Iterator[tuple[str, str]]:
    """Yield the locks that hold something here: what takes each away, and what it says."""
    here = {visit} if visit else {
        id_
        for id_, stay in stays(roster).items()
        if stay.consultant_id == who and date in (None, stay.date)
    }  # fmt: skip
    names = naming.names(roster)
    for each in _locks(str(week)):
        if here & locked_visits(roster, [each]).keys():
            parts = (str(each.date) if each.date else "", each.consultant_id or "")
            meant = each.id or " ".join(filter(None, parts))
            yield meant, locks.told(each, names)


@require_POST
def lock(request: HttpRequest, week: Week) -> HttpResponse:
    """Lock a visit, a round, a day or somebody's week, or take that away."""
    what = request.POST.get("what", "")[:200].split()
    seen = read_seen(request.POST.get("seen", ""))
    acts.require_unchanged(seen, str(week))
    if "unlock" in request.POST:
        if not what:
            raise InputError(_("the form was changed on its way; begin again"))
        proposal = locks.unlock(workshop().data, week, what)
    else:
        proposal = locks.lock(workshop().data, week, what)
    editing.write(workshop().data, proposal, week=str(week), changes_tables=False)
    return redirect("board", week=week)


@require_POST
def step_back(request: HttpRequest, week: Week) -> HttpResponse:
    """Take back the last act on the draft, where it is still the one that was seen."""
    number = request.POST.get("event", "")
    shop = workshop()
    expected = int(number) if _NUMBER.fullmatch(number) else 0
    stepping.back(shop.data, week, shop.out, expected, prepare=shop.prepared)
    return redirect("board", week=week)


# --- What others do ------------------------------------------------------------------------------------


async def news(request: HttpRequest, week: Week) -> StreamingHttpResponse:
    """Tell whoever has a week's board open what is done about it from then on (server-sent events)."""
    said = request.GET.get("efter", "")
    if not _NUMBER.fullmatch(said):
        raise Http404
    after = request.headers.get("Last-Event-ID", "")
    after = after if _NUMBER.fullmatch(after) else said
    user = await sync_to_async(lambda: request.user if isinstance(request.user, User) else None)()
    lang = user.language if user else "da"
    answer = StreamingHttpResponse(_news(week, int(after), lang), content_type="text/event-stream")
    answer["Cache-Control"] = "no-store"
    answer["X-Accel-Buffering"] = "no"
    return answer


async def _news(week: Week, after: int, lang: str) -> AsyncIterator[str]:
    for _turn in range(int(_LONGEST_S / _PAUSE_S)):
        told = await sync_to_async(_told)(week, after, lang)
        if told:
            after = told[-1][0]
            yield f"id: {after}\ndata: {json.dumps([text for _number, text in told])}\n\n"
        await asyncio.sleep(_PAUSE_S)


def _told(week: Week, after: int, lang: str) -> list[tuple[int, str]]:
    found = list(acts.since(after, str(week)))
    if not found:
        return []
    edition = _shown(week)
    names = naming.names(edition.roster) if edition else {}
    with using(lang):
        return [(event.id, acts.told(event, names)) for event in found]


@require_GET
def style(request: HttpRequest) -> HttpResponse:
    """Answer with the style sheet of boards."""
    answer = HttpResponse(asset("board.css"), "text/css; charset=utf-8")
    answer["Cache-Control"] = "public, max-age=3600"
    return answer
