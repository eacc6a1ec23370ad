"""A scene as a Folium map that needs nobody: Leaflet comes along, and the background is drawn."""

import base64
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import cast

import folium
from branca.element import Element, Figure
from folium.template import Template
from markupsafe import Markup, escape

from scheduler.base.i18n import _
from scheduler.model.config import MapSettings
from scheduler.outputs.mapelements import (
    LayerSwitch,
    RouteLayer,
    Tiles,
    Verbatim,
    background,
    cells,
    degrees,
    rides,
    script_data,
    stop,
    week,
)
from scheduler.outputs.scene import Scene
from scheduler.outputs.signs import HOUSE
from scheduler.outputs.templates import asset


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


class StreetMap(folium.Map, Verbatim):
    """A Folium map that carries its Leaflet along and asks nobody for anything."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012  # as folium has it
    default_css: list[tuple[str, str]] = []  # noqa: RUF012 - as above
    _template = Template(
        """
        {% macro header(this, kwargs) %}
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <style>{{ this.style_sheet() }}
        html, body { height: 100%; margin: 0 } body { display: flex; flex-direction: column }
        .folium-map { flex: 1; min-height: 0 }</style>
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
            max_zoom=18,
            zoom_snap=0,
            zoom_delta=0.75,
        )
        self.options["max_bounds"] = [
            degrees(frame, (limits.west, limits.south)),
            degrees(frame, (limits.east, limits.north)),
        ]
        self.options["view"] = [
            degrees(frame, (scene.view.west, scene.view.south)),
            degrees(frame, (scene.view.east, scene.view.north)),
        ]
        words = {
            "map": _("Map"),
            "zoom_in": _("Zoom in"),
            "zoom_out": _("Zoom out"),
            "layers": _("Layers"),
            "close": _("Close"),
            "whole": _("Enlarge the map"),
            "back": _("Make the map small again"),
            "two_fingers": _("Move the map with two fingers"),
            "stops": _("{n} stops"),
            "rounds": _("{n} rounds ride here"),
            "days": _("Days"),
            "consultants": _("Consultants"),
            "light": _("Light up round {round} on the map"),
            "house": HOUSE,
            "attribution": str(escape(scene.basemap.credit)),  # Leaflet takes it for HTML
        }
        self.words = script_data(words)

    def parts(self) -> tuple[Markup, Markup]:
        """Return the map's div and its script, for a page that has the style sheet and the library."""
        figure = cast("Figure", self.get_root())
        figure.render()
        return Markup(figure.html.render()), Markup(figure.script.render())  # noqa: S704  # texts are JSON


def live_map(scene: Scene, settings: MapSettings) -> StreetMap:
    """Return the scene as a Folium map; with a tile URL in the settings, tiles cover the background.

    Further elements of Folium may be added to it, but Folium takes texts in them for templates.
    """
    street_map = StreetMap(scene)
    street_map.add_child(background(scene, below_tiles=bool(settings.tile_url)))
    if settings.tile_url:
        street_map.add_child(Tiles(settings))
    if scene.cells:
        street_map.add_child(cells(scene))
    for marker in scene.places:
        street_map.add_child(stop(marker))
    if scene.shared:
        street_map.add_child(week(scene, scene.shared))
    else:
        _add_routes(street_map, scene)
    # Folium names its elements by random numbers; the same roster makes the same file.
    for number, element in enumerate(_elements(street_map)):
        element._id = str(number)  # noqa: SLF001 - folium has no other way
    return street_map


def _add_routes(street_map: StreetMap, scene: Scene) -> None:
    """Add the routes, each as a layer that can be hidden where it has a letter."""
    for route in scene.routes:
        layer: folium.Map | folium.FeatureGroup = street_map
        if route.letter:
            layer = RouteLayer(route)
            street_map.add_child(layer)
        layer.add_child(rides(scene, route))
        for marker in route.markers:
            street_map.add_child(stop(marker))
    if any(route.letter for route in scene.routes):
        street_map.add_child(LayerSwitch())


def _elements(element: Element) -> Iterable[Element]:
    yield element
    for child in element._children.values():  # noqa: SLF001 - as above
        yield from _elements(child)
