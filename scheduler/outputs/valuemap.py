"""The page about the next best place: what a practice would be worth, as colours on the map.

Values are known at points. The map gives every spot the colour of the point nearest to it (the Voronoi
diagram of the points), and says that it does.
"""

import math
from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from scheduler.base.i18n import _, clock, number, weekday
from scheduler.model.config import MapSettings
from scheduler.model.geo import Background
from scheduler.model.project import Place
from scheduler.outputs.basemap import Basemap, basemap
from scheduler.outputs.candidatemap import signed
from scheduler.outputs.geometry import XY, Box, Frame
from scheduler.outputs.livemap import live_map
from scheduler.outputs.mappage import (
    base_marker,
    extent_of,
    frame_of,
    map_values,
    point_of,
    practice_marker,
    records,
    weeks_text,
)
from scheduler.outputs.scene import LEVELS, Cell, Marker, Scene
from scheduler.outputs.templates import render

if TYPE_CHECKING:
    import folium
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

_MARGIN_M = 500.0
#: The best places that have a number on the map, and how far apart they are at least.
_BEST, _APART_M = 10, 500.0
#: A class of the scale is so many points wide, times a power of ten.
_STEPS = (1, 2, 2.5, 5, 10)
_Row = Mapping[str, Any]
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def value_map(
    values: "pd.DataFrame", *, bases: Sequence[Place], practices: Sequence[Place], background: Background
) -> "folium.Map":
    """Return the map of what a practice would be worth, for notebooks; parameters as for `value_page`."""
    return live_map(_scene(records(values), bases, practices, background), MapSettings())


def value_page(
    values: "pd.DataFrame",
    *,
    bases: Sequence[Place],
    practices: Sequence[Place],
    background: Background,
    weeks: Sequence[str],
    conversations: int,
    hours_s: tuple[int, int],
    remarks: Sequence[str] = (),
) -> str:
    """Return the worth of a practice at many points as an HTML page that asks nobody for anything.

    Parameters
    ----------
    values
        A row a point, at least one, best first. Columns: `lat`, `lon`, `streets`, `points_a_week`,
        `conversations_a_week`, `cycling_minutes_a_week`, `best_weekday` (mon to sun) and a column
        ``points_mon`` and so on for every weekday tried.
    bases, practices
        What is there already, with coordinates. Home visits are not to be among them.
    background
        The map behind it.
    weeks
        In which the practice was tried.
    conversations, hours_s
        What the practice asks for every week, and its room hours in seconds after midnight.
    remarks
        Sentences that stand below the tables.
    """
    rows = records(values)
    return render(
        "places.html",
        **map_values(_scene(rows, bases, practices, background), _("The next best place")),
        weeks_text=weeks_text(weeks),
        conversations=conversations,
        hours=f"{clock(hours_s[0])}–{clock(hours_s[1])}",
        classes=_classes(rows),
        best=[(str(n), rows[place], weekday_name(rows[place])) for n, place in best_places(rows)],
        rows=[(row, weekday_name(row)) for row in rows],
        apart_m=round(_APART_M),
        remarks=remarks,
    )


def _scene(
    rows: Sequence[_Row], bases: Sequence[Place], practices: Sequence[Place], background: Background
) -> Scene:
    points = [(row["lat"], row["lon"]) for row in rows]
    known = [point_of(place) for place in (*bases, *practices)]
    frame = frame_of(background, points)
    spots = [frame.metres(point) for point in points]
    view = Box.around([*spots, *(frame.metres(point) for point in known)]).grown(_MARGIN_M / 2)
    extent = extent_of(view)
    behind = basemap(background, frame, extent)
    edges, levels = _levels(rows)
    return Scene(
        basemap=behind,
        view=view,
        extent=extent,
        routes=(),
        bases=(
            *(base_marker(base, frame) for base in bases),
            *(_marker(str(n), rows[place], spots[place]) for n, place in best_places(rows)),
            *(practice_marker(place, frame) for place in practices),
        ),
        line_px=0.0,
        lane_px=0.0,
        arrow_px=0.0,
        cells=tuple(
            Cell(rings, _shade(levels[place], edges), _words(rows[place]))
            for place, rings in _cells(spots, behind)
        ),
    )


def class_edges(values: Sequence[float]) -> list[float]:
    """Return the limits of at most six classes of equal width, in round numbers, that hold all values."""
    least, most = min(values), max(values)
    if least == most:
        return [least, least]
    power = 10.0 ** math.floor(math.log10((most - least) / LEVELS))
    for step in (factor * power for factor in _STEPS):
        first, last = math.floor(least / step), math.floor(most / step) + 1
        if last - first <= LEVELS:
            return [n * step for n in range(first, last + 1)]
    raise AssertionError("ten times the width that would just do is wide enough")


def _levels(rows: Sequence[_Row]) -> tuple[list[float], list[int]]:
    """Return the limits of the classes, and the class of every row; each holds its lower limit."""
    values = [row["points_a_week"] for row in rows]
    edges = class_edges(values)
    return edges, [max(0, min(bisect(edges, value), len(edges) - 1) - 1) for value in values]


def _shade(level: int, edges: Sequence[float]) -> int:
    """Return the colour of a class: few classes take colours from all of the scale."""
    classes = len(edges) - 1
    return round(level * (LEVELS - 1) / (classes - 1)) if classes > 1 else LEVELS // 2


def _classes(rows: Sequence[_Row]) -> list[dict[str, Any]]:
    """Return the key to the colours, highest class first, with the means of the points in each."""
    edges, levels = _levels(rows)
    key = []
    for level in reversed(range(len(edges) - 1)):
        within = [row for row, its in zip(rows, levels, strict=True) if its == level]
        if within:
            key.append(
                {
                    "shade": _shade(level, edges),
                    "from": edges[level],
                    "to": edges[level + 1],
                    "conversations": fmean(row["conversations_a_week"] for row in within),
                    "cycling": signed(fmean(row["cycling_minutes_a_week"] for row in within)),
                }
            )
    return key


def best_places(rows: Sequence[_Row]) -> list[tuple[int, int]]:
    """Return the numbers of the best places, of those near to each other only the best, and their rows."""
    frame = Frame(rows[0]["lat"], rows[0]["lon"])
    spots = [frame.metres((row["lat"], row["lon"])) for row in rows]
    chosen: list[int] = []
    for place, spot in enumerate(spots):
        if len(chosen) < _BEST and all(math.dist(spot, spots[other]) >= _APART_M for other in chosen):
            chosen.append(place)
    return list(enumerate(chosen, start=1))


def _cells(spots: Sequence[XY], behind: Basemap) -> Iterable[tuple[int, tuple[tuple[XY, ...], ...]]]:
    """Return the land nearest to each spot, as rings of polygons, with the spot's number."""
    points = shapely.MultiPoint(spots)
    around = points.convex_hull.buffer(_reach_m(spots))
    water = shapely.union_all(
        [shapely.make_valid(shapely.Polygon(outer, holes)) for outer, *holes in behind.areas.get("water", ())]
    )
    land = around.difference(water)
    cells: Sequence[BaseGeometry] = [around]
    if len(spots) > 1:
        cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=around)).tolist()
    tree = shapely.STRtree(list(points.geoms))
    for cell in cells:
        (number_, *_others) = tree.query(cell, predicate="intersects").tolist()
        for part in shapely.get_parts(cell.intersection(land)):
            if part.geom_type == "Polygon":
                yield (
                    number_,
                    tuple(
                        tuple((float(x), float(y)) for x, y in ring.coords[:-1])
                        for ring in (part.exterior, *part.interiors)
                    ),
                )


def _reach_m(spots: Sequence[XY]) -> float:
    """Return how far beyond the outermost spots the colours reach: half the way between neighbours."""
    if len(spots) < 2:
        return _MARGIN_M
    apart = np.linalg.norm(np.array(spots)[:, None] - np.array(spots)[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    return float(np.median(apart.min(axis=1))) / 2


def weekday_name(row: _Row) -> str:
    """Name the weekday that suits best, and what the practice would be worth then."""
    day = row["best_weekday"]
    return _("{weekday}: {n}").format(weekday=weekday(_WEEKDAYS.index(day)), n=number(row[f"points_{day}"]))


def _words(row: _Row) -> tuple[str, ...]:
    return (
        row["streets"] or _("a path without a name"),
        _("{n} points a week").format(n=number(row["points_a_week"])),
        _("{n} conversations a week").format(n=signed(row["conversations_a_week"], 1)),
        _("cycling {n} min a week").format(n=signed(row["cycling_minutes_a_week"])),
        _("best on {weekday}").format(weekday=weekday_name(row)),
    )


def _marker(label: str, row: _Row, spot: XY) -> Marker:
    words = _words(row)
    return Marker(label=label, xy=spot, title=f"{label}: {words[0]}, {words[1]}", lines=words, colour=4)
