"""A page that a map stands on: the map live and static, and beside it facts, a key and tables of its marks.

The same page serves the rounds of a week, places that could be visited, and the network. A table's rows
hold the marks themselves, so that list and map cannot differ.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from markupsafe import Markup

from scheduler.model.config import MapSettings
from scheduler.outputs.livemap import StreetMap, library, live_map, style_sheet
from scheduler.outputs.scene import Route, Scene
from scheduler.outputs.signs import Sign
from scheduler.outputs.svgmap import svg
from scheduler.outputs.templates import render, script_hash

NO_SCRIPT = Markup()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table: its mark on the map, if any, its name, lines of phrases below that, and figures.

    `level` is a colour of the scale of areas, where the row stands for that; `href` is where its name leads.
    """

    name: str
    figures: tuple[str, ...]
    mark: Sign | Route | None = None
    level: int | None = None
    more: tuple[tuple[str, ...], ...] = ()
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table beside a map; the first of its `heads` is that of the names. `folded`, it opens when asked to."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    title: str = ""
    remark: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MapPage:
    """A map, and what stands beside it.

    Attributes
    ----------
    title
        Of the page.
    scene
        The map.
    spoken
        What a screen reader says of the map; the title where there is nothing.
    facts
        Stand in a line below the title.
    key
        What signs mean.
    tables, remarks
        Follow on that, in order.
    up
        Where the page is reached from, if it belongs to a week's folder.
    note
        A sentence about where the map is from.
    settings
        Where tiles come from, if any are wanted.
    """

    title: str
    scene: Scene
    spoken: str = ""
    facts: tuple[str, ...] = ()
    key: tuple[tuple[Sign, str], ...] = ()
    tables: tuple[Table, ...] = ()
    remarks: tuple[str, ...] = ()
    up: str = ""
    note: str = ""
    settings: MapSettings = field(default_factory=MapSettings)

    def live(self) -> StreetMap:
        """Return the map alone, a `folium.Map`, for notebooks."""
        return live_map(self.scene, self.settings)

    def _repr_html_(self) -> str:
        return str(self.live()._repr_html_())

    def html(self, template: str = "mappage.html", before: Markup = NO_SCRIPT, **values: object) -> str:
        """Return the page, in the language in force: it asks nobody for anything but for tiles, if it has any.

        Another template takes the place of the page's own with further values. A script `before` runs whether the
        map can be drawn or not.
        """
        map_div, drawing = self.live().parts()
        script = before + library() + Markup("\nhjul.run(function () {%s});") % drawing
        return render(
            template,
            page=self,
            svg=svg(self.scene, self.spoken or self.title),
            map_div=map_div,
            style_sheet=style_sheet(),
            script=script,
            # The policy lets no other script run, whatever a table or the map says.
            script_hash=script_hash(script),
            image_source=_image_source(self.settings.tile_url),
            **values,
        )

    def alone(self) -> str:
        """Return the map as a page that it fills, with a key to its routes, to be shown in a frame."""
        return self.html("mapalone.html")


def _image_source(tile_url: str) -> str:
    """Return the only host that a page may fetch from: that of the tiles, if any."""
    tiles = urlsplit(tile_url)
    host = tiles.netloc.replace("{s}", "*")
    return f"{tiles.scheme}://{host}" if re.fullmatch(r"[\w.*:-]+", host) else ""
