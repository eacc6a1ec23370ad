"""The scene of a map of places: markers, and what may lie below them, stretches of streets or coloured ground.

Values are known at points. The map gives every spot of land the colour of the point nearest to it (the
Voronoi diagram of the points).
"""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from scheduler.base.i18n import _
from scheduler.model.geo import Background, Point
from scheduler.model.project import Place
from scheduler.outputs.basemap import Basemap, basemap, polygons
from scheduler.outputs.geometry import XY, Box, Frame, Strand
from scheduler.outputs.scene import Cell, Marker, Route, Scene, extent_of
from scheduler.outputs.signs import BASE, Sign

_MARGIN_M = 300.0
_LINE_PX, _ARROW_PX = 3.0, 70.0
#: How far its colour reaches around a point that is the only one.
_ALONE_M = 500.0
_PRACTICE = Sign("", colour=6, minor=True)


@dataclass(frozen=True, slots=True)
class Value:
    """A point that gives the ground around it a colour of the scale; `lines` are the words that it opens."""

    point: Point
    level: int
    lines: tuple[str, ...]


def places_scene(
    background: Background,
    markers: Sequence[Marker],
    *,
    values: Sequence[Value] = (),
    layers: Sequence[tuple[Route, Sequence[Sequence[Point]]]] = (),
    margin_m: float = _MARGIN_M,
) -> Scene:
    """Return a scene that shows all markers and values at first.

    Parameters
    ----------
    background
        The map behind them.
    markers
        The first lie on top.
    values
        Whose colours cover the ground.
    layers
        Routes without strands yet, each with its lines. With them the map reaches over all of the background.
    margin_m
        How far it shows around them, in metres.
    """
    points = [*(marker.point for marker in markers), *(value.point for value in values)]
    everything = [point for street in background.streets for point in street.points]
    everything += [point for _route, lines in layers for line in lines for point in line]
    frame = Frame(*(points or everything)[0])
    view = Box.around(map(frame.metres, points or everything)).grown(margin_m)
    extent = Box.around(map(frame.metres, everything)).grown(_MARGIN_M) if layers else extent_of(view)
    behind = basemap(background, frame, extent)

    def strand(line: Sequence[Point]) -> Strand:
        return Strand(tuple(map(frame.metres, line)), ((0.0, 0.0),) * len(line))

    return Scene(
        basemap=behind,
        view=view,
        extent=extent,
        routes=tuple(
            dataclasses.replace(route, strands=tuple(map(strand, lines))) for route, lines in layers
        ),
        places=tuple(markers),
        line_px=_LINE_PX,
        lane_px=0.0,
        arrow_px=_ARROW_PX,
        cells=tuple(
            Cell(rings, values[nearest].level, values[nearest].lines)
            for nearest, rings in nearest_land([frame.metres(value.point) for value in values], behind)
        ),
    )


def base_marker(base: Place) -> Marker:
    """Return the marker of a base, a square B."""
    title = _("Base: {name}").format(name=base.name)
    return Marker(BASE, base.point, title, (base.name, base.full_address))


def place_marker(sign: Sign, place: Place, *lines: str) -> Marker:
    """Return the marker of a place that a page is about, with what is to be said of it."""
    title = f"{sign.label}: {place.name}"
    return Marker(sign, place.point, title, (place.name, place.full_address, *lines))


def practice_marker(place: Place) -> Marker:
    """Return the marker of a practice that is visited already, a dot."""
    lines = (place.name, place.full_address, _("visited today"))
    return Marker(_PRACTICE, place.point, place.name, lines)


def known_places() -> tuple[tuple[Sign, str], ...]:
    """Return the key to the markers of bases and practices."""
    return (BASE, _("base")), (_PRACTICE, _("visited today"))


def nearest_land(spots: Sequence[XY], behind: Basemap) -> Iterator[tuple[int, tuple[tuple[XY, ...], ...]]]:
    """Return the land nearest to each spot, as rings of polygons, with the spot's number."""
    if not spots:
        return
    points = shapely.MultiPoint(spots)
    around = points.convex_hull.buffer(_reach_m(spots))
    water = shapely.union_all(
        [shapely.make_valid(shapely.Polygon(outer, holes)) for outer, *holes in behind.areas.get("water", ())]
    )
    land = around.difference(water)
    cells = [around]
    if len(spots) > 1:
        cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=around)).tolist()
    tree = shapely.STRtree(list(points.geoms))
    for cell in cells:
        (nearest, *_others) = tree.query(cell, predicate="intersects").tolist()
        yield from ((nearest, rings) for rings in polygons(cell.intersection(land)))


def _reach_m(spots: Sequence[XY]) -> float:
    """Return how far beyond the outermost spots the colours reach: half the way between neighbours."""
    if len(spots) < 2:
        return _ALONE_M
    apart = np.linalg.norm(np.array(spots)[:, None] - np.array(spots)[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    return float(np.median(apart.min(axis=1))) / 2
