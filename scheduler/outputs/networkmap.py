"""The bicycle network as a page of its own: where one may ride one way only, against the cars, or not at all.

Each kind has a colour that colour-blind eyes tell from the others, and arrows or a dash pattern.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from scheduler.base.i18n import _, number
from scheduler.model.config import MapSettings
from scheduler.model.geo import Background, Stretches
from scheduler.model.project import Place
from scheduler.outputs.basemap import basemap
from scheduler.outputs.geometry import Box, Frame, Strand
from scheduler.outputs.livemap import live_map
from scheduler.outputs.mappage import map_values
from scheduler.outputs.scene import Marker, Route, Scene
from scheduler.outputs.templates import render

if TYPE_CHECKING:
    import folium

_LINE_PX, _ARROW_PX = 3.0, 70.0
_MARGIN_M = 300.0


def network_page(
    stretches: Sequence[Stretches],
    background: Background,
    places: Sequence[Place],
    distances_m: Mapping[str, float],
    *,
    source: str,
    date: str = "",
) -> str:
    """Return the network as an HTML page that asks nobody for anything, in the language in force.

    Parameters
    ----------
    stretches
        What is drawn, a layer a kind.
    background
        The map behind it.
    places
        Which places are marked, in the order of their numbers; those without coordinates are not. Home visits are not to be among them.
    distances_m
        How far places are from the network, in metres, by id.
    source, date
        Where the map is from, and when its data were taken.
    """
    scene, shown = _shown(stretches, background, places, distances_m)
    return render(
        "network.html",
        **map_values(scene, _("Bicycle network")),
        source=source,
        date=date,
        routes=[
            (route, meaning(part.kind), part.km)
            for route, part in zip(scene.routes, (part for part in stretches if part.lines), strict=True)
        ],
        places=[
            (marker.label, place.name, distances_m.get(place.place_id))
            for marker, place in zip(scene.bases, shown, strict=True)
        ],
    )


def network_map(
    stretches: Sequence[Stretches],
    background: Background,
    places: Sequence[Place],
    distances_m: Mapping[str, float] | None = None,
) -> "folium.Map":
    """Return the map of `network_page` alone, for notebooks."""
    scene, _places = _shown(stretches, background, places, distances_m or {})
    return live_map(scene, MapSettings())


def _shown(
    stretches: Sequence[Stretches],
    background: Background,
    places: Sequence[Place],
    distances_m: Mapping[str, float],
) -> tuple[Scene, list[Place]]:
    """Return what is drawn, and which places are."""
    shown = [place for place in places if place.lat is not None and place.lon is not None]
    return _scene([part for part in stretches if part.lines], background, shown, distances_m), shown


def meaning(kind: str) -> str:
    """Return what a kind of stretch means, in words."""
    return {
        "oneway": _("one way only"),
        "contraflow": _("against the cars, allowed for bicycles"),
        "pushed": _("pushing the bicycle, or carrying it on stairs"),
        "cut_off": _("cut off from the rest, and left out"),
    }[kind]


#: The letter of a layer, its colour and dash pattern in `map.css`, and whether it has arrows.
_LOOKS: dict[str, tuple[str, int, int, bool]] = {
    "oneway": ("A", 0, 0, True),
    "contraflow": ("B", 1, 1, True),
    "pushed": ("C", 3, 2, False),
    "cut_off": ("D", 6, 3, False),
}


def _scene(
    stretches: Sequence[Stretches],
    background: Background,
    places: Sequence[Place],
    distances_m: Mapping[str, float],
) -> Scene:
    everything = [point for street in background.streets for point in street.points]
    everything += [point for part in stretches for line in part.lines for point in line]
    frame = _frame(everything)
    extent = Box.around([frame.metres(point) for point in everything]).grown(_MARGIN_M)
    markers = tuple(
        _marker(number_, place, frame, distances_m.get(place.place_id))
        for number_, place in enumerate(places, start=1)
    )
    seen = [marker.xy for marker in markers]
    return Scene(
        basemap=basemap(background, frame, extent),
        view=Box.around(seen).grown(_MARGIN_M) if seen else extent,
        extent=extent,
        routes=tuple(_route(part, frame) for part in stretches),
        bases=markers,
        line_px=_LINE_PX,
        lane_px=0.0,
        arrow_px=_ARROW_PX,
    )


def _frame(points: Sequence[tuple[float, float]]) -> Frame:
    lats, lons = zip(*points, strict=True)
    return Frame((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)


def _route(part: Stretches, frame: Frame) -> Route:
    letter, colour, dash, arrows = _LOOKS[part.kind]
    strands = []
    for line in part.lines:
        points = tuple(frame.metres(point) for point in line)
        strands.append(Strand(points, ((0.0, 0.0),) * len(points)))
    return Route(letter, meaning(part.kind), colour, dash, tuple(strands), (), arrows)


def _marker(label: int, place: Place, frame: Frame, distance_m: float | None) -> Marker:
    assert place.lat is not None  # noqa: S101 - only such places are shown
    assert place.lon is not None  # noqa: S101
    away = "" if distance_m is None else _("{n} m to the network").format(n=number(round(distance_m)))
    return Marker(
        label=str(label),
        xy=frame.metres((place.lat, place.lon)),
        title=place.name,
        lines=(place.name, place.full_address, away),
    )
