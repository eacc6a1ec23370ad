"""The map of what scenarios change: practices and bases that are new, have moved, or are gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.base.i18n import _
from scheduler.model.config import MapSettings
from scheduler.model.geo import Background
from scheduler.model.project import Place
from scheduler.outputs.basemap import basemap
from scheduler.outputs.geometry import Box
from scheduler.outputs.livemap import live_map
from scheduler.outputs.mappage import (
    base_marker,
    extent_of,
    frame_of,
    map_alone,
    point_of,
    practice_marker,
)
from scheduler.outputs.scene import Marker, Scene

if TYPE_CHECKING:
    import folium

_MARGIN_M = 400.0
#: The colour of `map.css` for what a scenario changes.
_CHANGED = 1


@dataclass(frozen=True, slots=True)
class ChangedPlace:
    """A place that some scenarios change; `lines` say which, and how."""

    place: Place
    lines: tuple[str, ...]


def scenario_map(
    changed: Sequence[ChangedPlace],
    *,
    bases: Sequence[Place],
    practices: Sequence[Place],
    background: Background,
) -> "folium.Map":
    """Return a map of the places that scenarios change, numbered, among those that stay.

    Parameters
    ----------
    changed
        In the order of their numbers, with coordinates.
    bases, practices
        What is there today, with coordinates. Home visits are not to be among them.
    background
        The map behind it.
    """
    return live_map(_scene(changed, bases, practices, background), MapSettings())


def scenario_map_page(
    changed: Sequence[ChangedPlace],
    *,
    bases: Sequence[Place],
    practices: Sequence[Place],
    background: Background,
) -> str:
    """Return the same map as an HTML page that it fills, for a report; arguments as for `scenario_map`."""
    scene = _scene(changed, bases, practices, background)
    return map_alone(scene, _("New, moved and dropped places"))


def _scene(
    changed: Sequence[ChangedPlace],
    bases: Sequence[Place],
    practices: Sequence[Place],
    background: Background,
) -> Scene:
    points = [point_of(place) for place in (*bases, *practices, *(each.place for each in changed))]
    frame = frame_of(background, points)
    view = Box.around([frame.metres(point) for point in points]).grown(_MARGIN_M)
    extent = extent_of(view)
    numbered = (
        Marker(
            label=str(number),
            xy=frame.metres(point_of(each.place)),
            title=f"{number}: {each.place.name}",
            lines=(each.place.name, each.place.full_address, *each.lines),
            colour=_CHANGED,
        )
        for number, each in enumerate(changed, start=1)
    )
    return Scene(
        basemap=basemap(background, frame, extent),
        view=view,
        extent=extent,
        routes=(),
        bases=(
            *(base_marker(base, frame) for base in bases),
            *numbered,
            *(practice_marker(place, frame) for place in practices),
        ),
        line_px=0.0,
        lane_px=0.0,
        arrow_px=0.0,
    )
