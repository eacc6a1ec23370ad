"""What a page with one map needs: the map live and static, its styles, and the only script that may run."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from scheduler.base.i18n import _, ngettext
from scheduler.model.config import MapSettings
from scheduler.model.geo import Background, Point
from scheduler.model.project import Place
from scheduler.outputs.geometry import Box, Frame
from scheduler.outputs.livemap import library, live_map, style_sheet
from scheduler.outputs.scene import Marker, Scene
from scheduler.outputs.svgmap import svg
from scheduler.outputs.templates import render

if TYPE_CHECKING:
    import pandas as pd


def map_values(
    scene: Scene, title: str, *, spoken: str = "", settings: MapSettings | None = None
) -> dict[str, object]:
    """Return the values that a template takes for its map; a screen reader says `spoken` of it, or the title."""
    map_div, drawing = live_map(scene, settings or MapSettings()).parts()
    script = library() + Markup("\nhjul.run(function () {%s});") % drawing
    return {
        "title": title,
        "svg": svg(scene, spoken or title),
        "map_div": map_div,
        "style_sheet": style_sheet(),
        "script": script,
        # The policy lets no other script run, whatever a table or the map says.
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "attribution": scene.basemap.attribution,
        "simplified": scene.basemap.simplified,
    }


def map_alone(scene: Scene, title: str) -> str:
    """Return a map as an HTML page that it fills, to be shown in a frame; `title` is for screen readers."""
    key = [route for route in scene.routes if route.letter]
    return render("mapalone.html", **map_values(scene, title), key=key)


def records(table: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return the rows of a table by the names of its columns."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def extent_of(view: Box) -> Box:
    """Return how far the background is to reach around a view, whatever shape the screen gives the map."""
    return view.grown(0.1 * view.width).shaped(1.1, 1.1)


def weeks_text(weeks: Sequence[str]) -> str:
    """Say which weeks were looked at: ``13 weeks, 2009-W20 to 2009-W32``."""
    count = ngettext("{n} week", "{n} weeks", len(weeks)).format(n=len(weeks))
    if len(weeks) < 2:
        return ", ".join((count, *weeks))
    return _("{count}, {first} to {last}").format(count=count, first=min(weeks), last=max(weeks))


def frame_of(background: Background, points: Iterable[Point]) -> Frame:
    """Return the frame in whose middle a map's streets lie, or the points where there are none."""
    streets = [point for street in background.streets for point in street.points]
    lats, lons = zip(*(streets or points), strict=True)
    return Frame((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)


def base_marker(base: Place, frame: Frame) -> Marker:
    """Return the marker of a base, a square B."""
    return Marker(
        label="B",
        xy=frame.metres(point_of(base)),
        title=_("Base: {name}").format(name=base.name),
        lines=(base.name, base.full_address),
        base=True,
    )


def practice_marker(place: Place, frame: Frame) -> Marker:
    """Return the marker of a practice that is visited already, a dot."""
    return Marker(
        label="",
        xy=frame.metres(point_of(place)),
        title=place.name,
        lines=(place.name, place.full_address, _("visited today")),
        colour=6,
        minor=True,
    )


def point_of(place: Place) -> Point:
    """Return where a place is; one without coordinates is a `ValueError`."""
    if place.lat is None or place.lon is None:
        raise ValueError(f"{place.place_id} has no coordinates: locate it first")
    return place.lat, place.lon
