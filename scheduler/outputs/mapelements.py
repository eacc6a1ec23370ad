"""What a live map is made of: elements of Folium, in which texts are texts.

Folium puts the strings it is given into scripts and HTML as they are, and then takes the whole for the
source of a template. Here all texts go through JSON, `assets/map.js` sets them as text, and what has been
written is written (`Verbatim`).
"""

import dataclasses
import json
from collections.abc import Iterable
from itertools import pairwise
from urllib.parse import urlsplit

import folium
from branca.element import Element, MacroElement
from folium.template import Template
from folium.utilities import JsCode
from markupsafe import Markup, escape

from scheduler.model.config import MapSettings
from scheduler.outputs.basemap import zoom_scale
from scheduler.outputs.geometry import XY, Frame, Strand
from scheduler.outputs.ribbons import MANY, Shared
from scheduler.outputs.scene import Marker, Route, Scene
from scheduler.outputs.streets import WIDTHS

#: The zoom levels at which further names appear.
_NAME_ZOOMS = (12.0, 12.5, 13.0, 13.5, 14.0, 14.5, 15.0, 15.5, 16.0, 17.0)


class _Text(Element):
    """A part of a page as it is. Branca's own `Element` takes what it is given for a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def render(self, **_kwargs: object) -> str:
        return self._text


class Verbatim(MacroElement):
    """An element whose parts stand in the page as its template has written them.

    `MacroElement` makes a template again of what a template has written, and carries it out: braces in a
    name from a table or a map would run as a program. As the last base of a Folium class this class takes
    the place of `MacroElement`. Every element that writes a text into a map has to be one.
    """

    def render(self, **kwargs: object) -> str:
        """Write the parts of the element, and of those in it, into the page; there is no text to return."""
        figure = self.get_root()
        for part in ("header", "html", "script"):
            macro = getattr(self._template.module, part, None)
            if macro is not None:
                getattr(figure, part).add_child(_Text(macro(self, kwargs)), name=self.get_name())
        for child in self._children.values():
            child.render(**kwargs)
        return ""


class Drawing(Verbatim):
    """Something that a function of `assets/map.js` draws on its parent, a map or a layer of it."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        hjul.{{ this.function }}({{ this._parent.get_name() }}, {{ this.data|tojavascript }});
        {% endmacro %}
        """
    )

    def __init__(self, function: str, data: object) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # folium has no types
        self._name = "Drawing"
        self.function = function
        self.data = script_data(data)


def background(scene: Scene, *, below_tiles: bool) -> Drawing:
    """Return areas, railways, streets and names, to be drawn on canvas below everything else."""
    base = scene.basemap
    frame = base.frame
    scales = [zoom_scale(zoom, frame.lat) for zoom in _NAME_ZOOMS]
    placed = scene.names.at_scales(scales)
    data = {
        "metres_per_px": zoom_scale(0, frame.lat),
        "below_tiles": below_tiles,
        "areas": [
            [kind, [[_packed(frame, ring) for ring in area] for area in areas]]
            for kind, areas in base.areas.items()
        ],
        "railways": [_packed(frame, line) for line in base.railways],
        "streets": [
            [kind, *WIDTHS[kind], [_packed(frame, line) for line in lines]]
            for kind, lines in base.streets.items()
            if lines
        ],
        "names": [
            [
                name.text,
                name.kind,
                *degrees(frame, name.at),
                round(name.angle),
                name.size_px,
                name.lift,
                _NAME_ZOOMS[level],
            ]
            for name, level in placed
        ],
    }
    return Drawing("background", data)


def cells(scene: Scene) -> Drawing:
    """Return areas in the colours of a scale, over the streets and below the names; each opens its words."""
    frame = scene.basemap.frame
    return Drawing(
        "cells",
        [[cell.level, [_packed(frame, ring) for ring in cell.rings], cell.lines] for cell in scene.cells],
    )


def rides(scene: Scene, route: Route) -> Drawing:
    """Return the rides of a round as lines with arrows, each in its lane at every zoom."""
    frame = scene.basemap.frame
    data = {
        "colour": route.colour,
        "dash": route.dash,
        "line_px": scene.line_px,
        "lane_px": scene.lane_px,
        "arrow_px": scene.arrow_px if route.arrows else 0,
        "strands": [[_packed(frame, strand.points), _packed_shifts(strand)] for strand in route.strands],
        "words": route.words,
    }
    return Drawing("rides", data)


def week(scene: Scene, streets: Shared) -> Drawing:
    """Return all rounds of a week with their stops: runs of streets with who rides them, and who rides which."""
    frame = scene.basemap.frame
    data = {
        "line_px": scene.line_px,
        "lane_px": scene.lane_px,
        "arrow_px": scene.arrow_px,
        "many": MANY,
        "runs": [
            [_packed(frame, run.points), [[rider, 1 if along else -1] for rider, along in run.riders]]
            for run in streets.runs
        ],
        "rounds": [
            {
                "letter": route.letter,
                "name": route.name,
                "day": route.day,
                "who": route.who,
                "colour": route.colour,
                "dash": route.dash,
                "rides": [[step.run + 1 if step.along else -step.run - 1 for step in ride] for ride in rides],
                "stops": [_stop(marker) for marker in route.markers],
            }
            for route, rides in zip(scene.routes, streets.rides, strict=True)
        ],
    }
    return Drawing("week", data)


def stop(marker: Marker) -> Drawing:
    """Return a labelled stop that opens its words by touch and by keyboard."""
    return Drawing("stop", _stop(marker))


def _stop(marker: Marker) -> dict[str, object]:
    return {
        "at": [round(value, 5) for value in marker.point],
        **dataclasses.asdict(marker.sign),
        "title": marker.title,
        "lines": [line for line in marker.lines if line],
    }


class Tiles(folium.TileLayer, Verbatim):
    """Tiles that cover the background."""

    def __init__(self, settings: MapSettings) -> None:
        # An attribution may hold markup (tile servers offer it so); only its text is shown.
        attribution = Markup(settings.tile_attribution).striptags()  # noqa: S704 - see above
        super().__init__(
            settings.tile_url,
            attr=str(escape(attribution or urlsplit(settings.tile_url).netloc)),
            control=False,
            max_zoom=18,
        )


class RouteLayer(folium.FeatureGroup, Verbatim):
    """A route that can be shown and hidden."""

    def __init__(self, route: Route) -> None:
        # Leaflet's layer control takes its labels for HTML.
        super().__init__(name=f"{route.letter} · {escape(route.name)}")


class LayerSwitch(folium.LayerControl, Verbatim):
    """The control that shows and hides routes."""


def script_data(value: object) -> JsCode:
    """Write data into a script, compactly, so that no text in it can end the script."""
    text = json.dumps(value, separators=(",", ":"))
    return JsCode(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def degrees(frame: Frame, xy: XY) -> list[float]:
    """Return lat and lon of a point of the scene."""
    return [round(value, 5) for value in frame.degrees(xy)]


def _packed(frame: Frame, line: Iterable[XY]) -> list[int]:
    """Pack a line into whole steps of a hundred-thousandth of a degree: lat, lon, then differences."""
    points = [(round(lat * 1e5), round(lon * 1e5)) for lat, lon in map(frame.degrees, line)]
    packed = list(points[0])
    for (lat1, lon1), (lat2, lon2) in pairwise(points):
        packed += (lat2 - lat1, lon2 - lon1)
    return packed


def _packed_shifts(strand: Strand) -> list[int]:
    """Pack the shifts into hundredths of a lane."""
    return [round(100 * part) for shift in strand.shifts for part in shift]
