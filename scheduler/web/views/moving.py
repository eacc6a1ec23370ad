"""Moving a visit by hand: all places where it may be with what each costs, one of them looked at, and taken."""

import datetime as dt
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from scheduler.base.errors import InputError
from scheduler.base.i18n import _
from scheduler.model.changes import stays
from scheduler.model.clock import Week, local
from scheduler.model.texts import word
from scheduler.outputs import words
from scheduler.services import moving
from scheduler.services.replanning import Place
from scheduler.store import editions
from scheduler.store import events as acts
from scheduler.store.whose import NotTheirsError
from scheduler.web.models import User
from scheduler.web.pages import page
from scheduler.web.views.seen import read_seen, written_seen
from scheduler.web.views.weeks import consultants_at
from scheduler.web.workshop import workshop


@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, week: Week, which: str) -> HttpResponse:
    """Show where a visit may be, what it would change to have it at one of these places, and have it there."""
    shop = workshop()
    kept = editions.draft(str(week)) or editions.published(str(week))
    if kept is None or which not in stays(kept.roster):
        raise Http404
    assert isinstance(request.user, User)  # noqa: S101 - `middleware` lets nobody else in
    if stays(kept.roster)[which].consultant_id not in consultants_at(request.user.bases("move"), kept.roster):
        raise NotTheirsError
    seen = read_seen(request.POST["seen"]) if "seen" in request.POST else acts.seen()
    place = request.POST.get("place", "")
    if not place:
        return _places(request, week, which)
    when, consultant = _read_place(place)
    if Week.of(when.date()) != week:
        raise InputError(_("the form was changed on its way; begin again"))
    acts.require_unchanged(seen, str(week))
    do = request.POST.get("do", "")
    found = moving.move(
        shop.data,
        which,
        [f"{when:%Y-%m-%d} {when:%H:%M}"],
        shop.out,
        consultant=consultant,
        do=bool(do),
        others_free=do == "free",
        prepare=shop.prepared,
        seen=seen if do else None,
    )
    if do:
        return redirect("board", week=week)
    names = found.roster.names
    broken = [word(rule, names) for rule in found.move.broken]
    return page(
        request,
        "moved.html",
        week=week,
        which=which,
        called=_called(which, kept),
        place_said=place,
        when=when,
        who=kept.roster.consultant_names.get(consultant, consultant),
        found=found,
        broken=broken,
        points=words.points,
        others=[
            word(names["request_id"].get(id_, id_))
            for id_ in (found.move.place.moved if found.move.place else ())
        ],
        seen=written_seen(seen),
    )


def _places(request: HttpRequest, week: Week, which: str) -> HttpResponse:
    shop = workshop()
    found = moving.places(shop.data, which, week, prepare=shop.prepared)
    kept = editions.draft(str(week)) or editions.published(str(week))
    assert kept is not None  # noqa: S101 - `move` has looked
    people = kept.roster.consultant_names
    days = [
        (
            date,
            [
                (who, list(each))
                for who, each in groupby(sorted(there, key=_by_who), key=lambda one: one.consultant_id)
            ],
        )
        for date, there in ((date, list(each)) for date, each in groupby(found, key=lambda one: one.date))
    ]
    return page(
        request,
        "move.html",
        week=week,
        which=which,
        called=_called(which, kept),
        now=stays(kept.roster)[which],
        days=days,
        people=people,
        value=_written_place,
        points=words.points,
        local=local,
    )


def _by_who(place: Place) -> tuple[str, dt.datetime]:
    return place.consultant_id, place.start


def _called(which: str, kept: editions.KeptEdition) -> str:
    return word(kept.roster.names["request_id"].get(which, which))


def _written_place(place: Place) -> str:
    return f"{place.start:%Y-%m-%dT%H:%M}/{place.consultant_id}"


def _read_place(text: str) -> tuple[dt.datetime, str]:
    when, _slash, consultant = text.partition("/")
    try:
        return dt.datetime.fromisoformat(when), consultant
    except ValueError:
        raise InputError(_("the form was changed on its way; begin again")) from None
