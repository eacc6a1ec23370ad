"""A scene as a Folium map that needs nobody: Leaflet comes along, and the background is drawn.

Folium puts the strings it is given into scripts and HTML as they are, and then takes the whole for the
source of a template. Here all texts go through JSON, `assets/map.js` sets them as text, and what has been
written is written (`Verbatim`).
"""

import base64
import json
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import cast
from urllib.parse import urlsplit

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template
from folium.utilities import JsCode
from markupsafe import Markup, escape

from scheduler.config import MapSettings
from scheduler.i18n import _
from scheduler.outputs.basemap import zoom_scale
from scheduler.outputs.geometry import XY, Frame, Strand
from scheduler.outputs.labels import Placing
from scheduler.outputs.scene import Marker, Route, Scene
from scheduler.outputs.streets import WIDTHS
from scheduler.outputs.templates import asset

#: The zoom levels at which further names appear.
_NAME_ZOOMS = (12.0, 12.5, 13.0, 13.5, 14.0, 14.5, 15.0, 15.5, 16.0, 17.0)


@cache
def _leaflet(file: str) -> Markup:
    """Return a file of the Leaflet package, without anything that would make a request."""
    folder = files("js_lib_leaflet") / "static" / "js_lib_leaflet"
    text = (folder / file).read_text(encoding="utf-8")
    if file.endswith(".css"):
        layers = base64.b64encode((folder / "images" / "layers-2x.png").read_bytes()).decode()
        text = re.sub(
            r"url\(images/layers(-2x)?\.png\)", f"url(data:image/png;base64,{layers})", text, count=1
        )
        text = re.sub(r"[^{}]*\{[^{}]*url\((?:images/|#)[^{}]*\}", "", text)
    return Markup(re.sub(r"//# sourceMappingURL=.*", "", text))  # noqa: S704  # a file of a pinned package


def style_sheet() -> Markup:
    """Return the style sheet of a live map."""
    return _leaflet("leaflet.css") + asset("map.css")


def library() -> Markup:
    """Return the script that the maps' own scripts stand on: Leaflet, then `assets/map.js`."""
    return _leaflet("leaflet.js") + "\n" + asset("map.js")


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


class StreetMap(folium.Map, Verbatim):
    """A Folium map that carries its Leaflet along and asks nobody for anything."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012  # as folium has it
    default_css: list[tuple[str, str]] = []  # noqa: RUF012
    _template = Template(
        """
        {% macro header(this, kwargs) %}
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <style>{{ this.style_sheet() }}
        html, body { height: 100%; margin: 0 } .folium-map { height: 100% }</style>
        <script>{{ this.library() }}</script>
        {% endmacro %}
        {% macro html(this, kwargs) %}
        <div class="folium-map" id="{{ this.get_name() }}"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = hjul.map(
            {{ this.get_name()|tojson }}, {{ this.words|tojavascript }}, {{ this.options|tojavascript }});
        {% endmacro %}
        """
    )
    style_sheet = staticmethod(style_sheet)
    library = staticmethod(library)

    def __init__(self, scene: Scene) -> None:
        frame = scene.basemap.frame
        # Room around the background, so that the words of a stop at its edge can be seen.
        limits = scene.extent.grown(scene.extent.height / 2)
        super().__init__(
            location=frame.degrees(scene.view.centre),
            tiles=None,
            zoom_start=13,
            zoom_control=False,
            max_bounds_viscosity=0.6,
            min_zoom=11,
            max_zoom=18,
            zoom_snap=0,
            zoom_delta=0.75,
        )
        self.options["max_bounds"] = [
            _degrees(frame, (limits.west, limits.south)),
            _degrees(frame, (limits.east, limits.north)),
        ]
        words = {
            "map": _("Map"),
            "zoom_in": _("Zoom in"),
            "zoom_out": _("Zoom out"),
            "layers": _("Layers"),
            "close": _("Close"),
            "attribution": _attribution(scene),
        }
        self.words = _json(words)

    def parts(self) -> tuple[Markup, Markup]:
        """Return the map's div and its script, for a page that has the style sheet and the library."""
        figure = cast("Figure", self.get_root())
        figure.render()
        return Markup(figure.html.render()), Markup(figure.script.render())  # noqa: S704  # texts are JSON


class StreetBackground(Verbatim):
    """Areas, railways, streets and names, drawn on canvas below everything else."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        hjul.background({{ this._parent.get_name() }}, {{ this.data|tojavascript }});
        {% endmacro %}
        """
    )

    def __init__(self, scene: Scene, *, below_tiles: bool) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "StreetBackground"
        base = scene.basemap
        frame = base.frame
        scales = [zoom_scale(zoom, frame.lat) for zoom in _NAME_ZOOMS]
        placed = Placing(base.names, scene.marks, scene.lines).at_scales(scales)
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
                    *_degrees(frame, name.at),
                    round(name.angle),
                    name.size_px,
                    name.lift,
                    _NAME_ZOOMS[level],
                ]
                for name, level in placed
            ],
        }
        self.data = _json(data)


class ValueCells(Verbatim):
    """Areas in the colours of a scale, over the streets and below the names; each opens its words."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        hjul.cells({{ this._parent.get_name() }}, {{ this.data|tojavascript }});
        {% endmacro %}
        """
    )

    def __init__(self, scene: Scene) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "ValueCells"
        frame = scene.basemap.frame
        cells = [
            [cell.level, [_packed(frame, ring) for ring in cell.rings], cell.lines] for cell in scene.cells
        ]
        self.data = _json(cells)


class RideLines(Verbatim):
    """The rides of a round as lines with arrows, each in its lane at every zoom."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = hjul.rides({{ this.data|tojavascript }}).addTo({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, scene: Scene, route: Route) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "RideLines"
        data = {
            "colour": route.colour,
            "dash": route.dash,
            "line_px": scene.line_px,
            "lane_px": scene.lane_px,
            "arrow_px": scene.arrow_px if route.arrows else 0,
            "strands": [
                [_packed(scene.basemap.frame, strand.points), _packed_shifts(strand)]
                for strand in route.strands
            ],
        }
        self.data = _json(data)


class StopMarker(folium.Marker, Verbatim):  # type: ignore[misc]  # its render() takes no words
    """A labelled stop, 44 pixels wide and high, that opens its words by touch and by keyboard."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = hjul.stop(
            {{ this.location|tojson }}, {{ this.data|tojavascript }}).addTo({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, frame: Frame, marker: Marker) -> None:
        super().__init__(location=_degrees(frame, marker.xy))
        self._name = "StopMarker"
        data = {
            "label": marker.label,
            "title": marker.title,
            "lines": [line for line in marker.lines if line],
            "colour": marker.colour,
            "base": marker.base,
            "minor": marker.minor,
        }
        self.data = _json(data)


class Tiles(folium.TileLayer, Verbatim):
    """Tiles that cover the background."""

    def __init__(self, settings: MapSettings) -> None:
        # An attribution may hold markup (tile servers offer it so); only its text is shown.
        attribution = Markup(settings.tile_attribution).striptags()  # noqa: S704
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


def live_map(scene: Scene, settings: MapSettings) -> StreetMap:
    """Return the scene as a Folium map; with a tile URL in the settings, tiles cover the background.

    Further elements of Folium may be added to it, but Folium takes texts in them for templates.
    """
    frame = scene.basemap.frame
    street_map = StreetMap(scene)
    street_map.add_child(StreetBackground(scene, below_tiles=bool(settings.tile_url)))
    if settings.tile_url:
        street_map.add_child(Tiles(settings))
    if scene.cells:
        street_map.add_child(ValueCells(scene))
    for marker in scene.bases:
        street_map.add_child(StopMarker(frame, marker))
    for route in scene.routes:
        layer: folium.Map | folium.FeatureGroup = street_map
        if route.letter:
            layer = RouteLayer(route)
            street_map.add_child(layer)
        layer.add_child(RideLines(scene, route))
        for marker in route.markers:
            layer.add_child(StopMarker(frame, marker))
    if any(route.letter for route in scene.routes):
        street_map.add_child(LayerSwitch())
    view = scene.view
    street_map.fit_bounds(
        [_degrees(frame, (view.west, view.south)), _degrees(frame, (view.east, view.north))],
        padding=(26, 26),
    )
    # Folium names its elements by random numbers; the same roster makes the same file.
    for number, element in enumerate(_elements(street_map)):
        element._id = str(number)  # noqa: SLF001
    return street_map


def _elements(element: Element) -> Iterable[Element]:
    yield element
    for child in element._children.values():  # noqa: SLF001
        yield from _elements(child)


def _json(value: object) -> JsCode:
    """Write data into a script, compactly, so that no text in it can end the script."""
    text = json.dumps(value, separators=(",", ":"))
    return JsCode(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _attribution(scene: Scene) -> str:
    """Return the line in the map's corner as HTML."""
    text = scene.basemap.attribution
    if scene.basemap.simplified:
        text = f"{_('Simplified map')} · {text}"
    return str(escape(text))


def _degrees(frame: Frame, xy: XY) -> list[float]:
    return [round(degrees, 5) for degrees in frame.degrees(xy)]


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
