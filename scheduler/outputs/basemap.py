"""The background of a map, made ready to draw: classed streets, railways, areas, and names."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import shapely
from shapely.geometry.base import BaseGeometry

from scheduler.base.i18n import _
from scheduler.model.geo import Background, Line
from scheduler.outputs.geometry import XY, Box, Frame
from scheduler.outputs.labels import Name
from scheduler.outputs.streets import STREET_CLASSES, street_class

_EQUATOR_M_PER_PX = 156_543.034
_BEND_M = 3.0
_STRAIGHT_M = 14.0


@dataclass(frozen=True, slots=True, eq=False)
class Basemap:
    """A background in the metres of its frame. Streets and areas are by class, as lines and rings."""

    frame: Frame
    streets: dict[str, tuple[tuple[XY, ...], ...]]
    railways: tuple[tuple[XY, ...], ...]
    areas: dict[str, tuple[tuple[tuple[XY, ...], ...], ...]]
    names: tuple[Name, ...]
    attribution: str
    simplified: bool

    @property
    def credit(self) -> str:
        """Who made the map, in a line that tells of a simplified one that it is."""
        return f"{_('Simplified map')} · {self.attribution}" if self.simplified else self.attribution


def zoom_scale(zoom: float, lat: float) -> float:
    """Return the metres a pixel of the web map at a zoom level."""
    return _EQUATOR_M_PER_PX * math.cos(math.radians(lat)) / math.exp2(zoom)


@lru_cache(maxsize=4)
def _whole(background: Background, frame: Frame) -> Basemap:
    """Join and class everything once; each map then takes its part."""

    def flat(points: Iterable[tuple[float, float]]) -> list[XY]:
        return [frame.metres(point) for point in points]

    by_class: dict[str, list[list[XY]]] = {name: [] for name in STREET_CLASSES}
    by_name: dict[str, list[Line]] = defaultdict(list)
    for street in background.streets:
        if len(street.points) < 2:
            continue
        by_class[street_class(street.kind)].append(flat(street.points))
        if street.name:
            by_name[street.name].append(street)
    areas: dict[str, list[tuple[tuple[XY, ...], ...]]] = defaultdict(list)
    names: list[Name] = []
    for area in background.areas:
        rings = tuple(tuple(flat(ring)) for ring in area.rings if len(ring) > 2)
        if rings:
            areas[area.kind].append(rings)
            names += _area_name(area.name, area.kind, rings)
    for label in background.labels:
        rank, size = (0.0, 15.0) if label.kind == "district" else (1.0, 12.0)
        names.append(Name(label.name, label.kind, frame.metres(label.point), 0.0, math.inf, size, rank))
    ranks = list(reversed(STREET_CLASSES))
    for name, lines in by_name.items():
        kind = min((street_class(line.kind) for line in lines), key=ranks.index)
        names += _street_names(name, kind, _joined(flat(line.points) for line in lines))
    return Basemap(
        frame=frame,
        streets={name: tuple(_joined(lines)) for name, lines in by_class.items()},
        railways=tuple(_joined(flat(line.points) for line in background.railways if len(line.points) > 1)),
        areas={kind: tuple(parts) for kind, parts in areas.items()},
        names=tuple(name for name in names if name.text),
        attribution=background.attribution,
        simplified=background.simplified,
    )


@lru_cache(maxsize=64)  # a round is shown more than once; what lies within whole is not copied
def basemap(background: Background, frame: Frame, extent: Box) -> Basemap:
    """Return what of the background lies within the extent, without bends too small to see."""
    whole = _whole(background, frame)
    return Basemap(
        frame=frame,
        streets={kind: _clipped(lines, extent) for kind, lines in whole.streets.items()},
        railways=_clipped(whole.railways, extent),
        areas={kind: tuple(_clipped_areas(parts, extent)) for kind, parts in whole.areas.items()},
        names=tuple(name for name in whole.names if _inside(name.at, extent)),
        attribution=whole.attribution,
        simplified=whole.simplified,
    )


def _inside(xy: XY, box: Box) -> bool:
    return box.west <= xy[0] <= box.east and box.south <= xy[1] <= box.north


def _joined(lines: Iterable[Sequence[XY]]) -> Iterator[tuple[XY, ...]]:
    """Join lines at their ends, and leave out small bends."""
    usable = [line for line in lines if len(set(line)) > 1]
    if usable:
        merged = shapely.line_merge(shapely.MultiLineString(usable))
        yield from _lines(merged.simplify(_BEND_M))


def _lines(geometry: BaseGeometry) -> Iterator[tuple[XY, ...]]:
    for part in shapely.get_parts(geometry):
        if part.geom_type == "LineString" and not part.is_empty:
            yield tuple((float(x), float(y)) for x, y in part.coords)
        elif part.geom_type in ("MultiLineString", "GeometryCollection"):
            yield from _lines(part)


def _clipped(lines: Sequence[tuple[XY, ...]], box: Box) -> tuple[tuple[XY, ...], ...]:
    found: list[tuple[XY, ...]] = []
    for line in lines:
        if all(_inside(xy, box) for xy in line):
            found.append(line)
        else:
            found += _lines(
                shapely.clip_by_rect(shapely.LineString(line), box.west, box.south, box.east, box.north)
            )
    return tuple(found)


def _clipped_areas(
    parts: Sequence[tuple[tuple[XY, ...], ...]], box: Box
) -> Iterator[tuple[tuple[XY, ...], ...]]:
    frame = shapely.box(box.west, box.south, box.east, box.north)
    for outer, *holes in parts:
        area = shapely.make_valid(shapely.Polygon(outer, holes)).intersection(frame).simplify(_BEND_M)
        yield from polygons(area)


def polygons(geometry: BaseGeometry) -> Iterator[tuple[tuple[XY, ...], ...]]:
    """Return the polygons of a shape as rings, the outer one first, that do not repeat their first point."""
    for part in shapely.get_parts(geometry):
        if part.geom_type == "Polygon" and not part.is_empty:
            yield tuple(
                tuple((float(x), float(y)) for x, y in ring.coords[:-1])
                for ring in (part.exterior, *part.interiors)
            )


def _area_name(text: str, kind: str, rings: Sequence[Sequence[XY]]) -> Iterator[Name]:
    shape = shapely.make_valid(shapely.Polygon(rings[0]))
    if text and shape.area > 0:
        centre = shape.representative_point()
        west, _south, east, _north = shape.bounds
        yield Name(text, kind, (centre.x, centre.y), 0.0, (east - west) * 1.1, 11.0, 2.0)


def _street_names(text: str, kind: str, lines: Iterable[Sequence[XY]]) -> Iterator[Name]:
    """Offer the street's straight stretches for its name, the longest first."""
    place = list(reversed(STREET_CLASSES)).index(kind)
    size = 12.0 if kind in ("major", "middle") else 11.0
    for line in lines:
        for (x1, y1), (x2, y2) in pairwise(shapely.LineString(line).simplify(_STRAIGHT_M).coords):
            length = math.hypot(x2 - x1, y2 - y1)
            if length < 40:
                continue
            angle = math.degrees(math.atan2(y1 - y2, x2 - x1))
            upright = (angle + 90) % 180 - 90
            # A long stretch is offered in thirds, so that its name need not stand at its middle.
            spots = (0.5,) if length < 500 else (0.5, 0.2, 0.8)
            for t in spots:
                at = (x1 + t * (x2 - x1), y1 + t * (y2 - y1))
                room = length * 2 * min(t, 1 - t)
                yield Name(text, kind, at, upright, room, size, 3 + place - min(0.9, room / 2000))
