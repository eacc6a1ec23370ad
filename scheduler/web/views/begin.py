"""A first project from nothing, step by step: the base, practices, consultants and rooms, with the map beside."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from scheduler.base.cpr import looks_like_cpr
from scheduler.base.errors import SchedulerError
from scheduler.base.i18n import _
from scheduler.inputs import meanings
from scheduler.model.clock import Week, now
from scheduler.model.project import BASE
from scheduler.model.text import Text
from scheduler.services import begin as beginning
from scheduler.services import tabling
from scheduler.services.begin import Sketch
from scheduler.services.tabling import Opened
from scheduler.store import events
from scheduler.web.pages import page
from scheduler.web.views import tables
from scheduler.web.views.seen import read_seen, written_seen
from scheduler.web.workshop import workshop

_LONGEST = 200
_BASE = ("name", "address", "postcode", "city", "lat", "lon")
#: In this order they are filled in.
_STEPS = ("practices", "consultants", "shifts", "rooms")


@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Show what a project has and misses; save its base, as it is typed or where the map was clicked."""
    with tabling.opened(workshop().data) as found:
        sketch = _sketch(found)
        if request.method == "GET":
            return _page(request, found, _base(found), sketch)
        typed = {name: request.POST.get(name, "")[:_LONGEST].strip() for name in _BASE}
        if point := _clicked(request, sketch):
            typed |= {"lat": f"{point[0]:.6f}", "lon": f"{point[1]:.6f}"}
        events.require_table_unchanged(read_seen(request.POST.get("seen", "")), "settings")
        put = found.settings({("base", name): value for name, value in typed.items()})
        if put.wrong:
            wrong = {each.column: each.said for each in put.wrong}
            return _page(request, found, typed, sketch, wrong)
        tabling.save(workshop().data, found, put.edits, Text("did_settings"))
    return redirect("begin")


def _sketch(found: Opened) -> Sketch | str:
    """Return the map, or why there is none."""
    try:
        return beginning.sketch(found, workshop().network(found.found.project.config))
    except SchedulerError as error:
        return str(error)


def _clicked(request: HttpRequest, sketch: Sketch | str) -> tuple[float, float] | None:
    """Return the point of the map that was clicked; a key that is pressed on the map clicks its corner."""
    try:
        x, y = (int(request.POST[f"map.{axis}"][:5]) for axis in "xy")
    except (KeyError, ValueError):
        return None
    return sketch.point_at(x, y) if isinstance(sketch, Sketch) and (x, y) != (0, 0) else None


def _base(found: Opened) -> Mapping[str, str]:
    base = next((each for each in found.found.project.bases if each.place_id == BASE), None)
    said = {name: getattr(base, name) if base else None for name in _BASE}
    return {name: "" if value is None else str(value) for name, value in said.items()}


def _page(
    request: HttpRequest,
    found: Opened,
    base: Mapping[str, str],
    sketch: Sketch | str,
    wrong: Mapping[str, str] | None = None,
) -> HttpResponse:
    called = {
        "name": _("Name"),
        "address": _("Address"),
        "postcode": _("Postcode"),
        "city": _("City"),
        "lat": _("Latitude"),
        "lon": _("Longitude"),
    }
    problems = [tabling.said(each) for each in found.found.problems]
    has_base = bool(found.found.project.bases)
    steps = [
        (name, tables.called(name), meanings.of_table(name), len(found.kept.tables.get(name, ())))
        for name in _STEPS
    ]
    drawn = isinstance(sketch, Sketch)
    lost = sketch.lost if isinstance(sketch, Sketch) else ()
    wrong = wrong or {}
    return page(
        request,
        "begin.html",
        422 if wrong else 200,
        base=[
            (name, called[name], "" if looks_like_cpr(base[name]) else base[name], wrong.get(name, ""))
            for name in _BASE
        ],
        elsewhere=wrong.get("", ""),
        has_base=has_base,
        steps=steps,
        problems=problems if has_base else [],
        lost=lost,
        sketch=sketch if drawn else None,
        no_map="" if drawn else sketch,
        is_ready=found.is_whole and not problems and not lost and drawn,
        seen=written_seen(found.kept.seen),
        week=Week.of(now().date()).shift(1),
    )
