"""The sea as an area: OpenStreetMap has only its shore.

A way tagged ``natural=coastline`` has land on its left and water on its right
(https://wiki.openstreetmap.org/wiki/Tag:natural%3Dcoastline); Copenhagen's harbour is drawn so. Here
the shores cut an area into pieces, and the pieces on their right are added as water.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from scheduler.network.osm import OsmData, Relation, Way

if TYPE_CHECKING:
    from shapely import LinearRing, LineString, Polygon

#: How far beside a shore it is looked which piece lies there: a few centimetres.
_BESIDE_DEGREES = 5e-7


def add_sea(data: OsmData, area: "Polygon") -> None:
    """Add the sea inside an area (lon, lat) as multipolygons, with negative ids, as made here.

    Where the shores leave it open, because one of them is not in the data, nothing is added.
    """
    shores = list(_shores(data))
    number = -1
    for piece in _sea(shores, area):
        members = []
        for role, ring in (("outer", piece.exterior), *(("inner", hole) for hole in piece.interiors)):
            way, number = _take_ring(data, ring, number)
            members.append(("way", way.osm_id, role))
        data.relation(Relation(number, members, {"type": "multipolygon", "natural": "water"}))
        number -= 1


def _take_ring(data: OsmData, ring: "LinearRing", number: int) -> tuple[Way, int]:
    """Add a ring's nodes and way, numbered downward from `number`; return the way and the next number."""
    refs = []
    for lon, lat in list(ring.coords)[:-1]:
        data.node(number, lat, lon, {})
        refs.append(number)
        number -= 1
    way = Way(number, [*refs, refs[0]])
    data.way(way)
    return way, number - 1


def _shores(data: OsmData) -> Iterator["LineString"]:
    import shapely

    for way in data.ways:
        if way.tags.get("natural") != "coastline":
            continue
        points = [data.points[ref] for ref in way.refs if ref in data.points]
        if len(points) > 1:
            yield shapely.LineString([(lon, lat) for lat, lon in points])


def _sea(shores: Sequence["LineString"], area: "Polygon") -> list["Polygon"]:
    import shapely

    # In the direction in which they are drawn, and only inside the area.
    inside = [
        part for shore in shores for part in shapely.get_parts(shore.intersection(area)) if part.length > 0
    ]
    if not inside:
        return []
    # Whole shores cross the edge; their parts inside might end a hair's breadth before it.
    cut = shapely.polygonize([shapely.union_all([area.exterior, *shores])]).geoms
    pieces = [piece for piece in cut if area.contains(piece.representative_point())]
    shapely.prepare(pieces)
    water, land = [0.0] * len(pieces), [0.0] * len(pieces)
    for shore in inside:
        for (x1, y1), (x2, y2) in pairwise(shore.coords):
            length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
            if length == 0:
                continue
            east, south = (y2 - y1) / length * _BESIDE_DEGREES, (x2 - x1) / length * _BESIDE_DEGREES
            middle_x, middle_y = (x1 + x2) / 2, (y1 + y2) / 2
            for number, piece in enumerate(pieces):
                water[number] += length * shapely.contains_xy(piece, middle_x + east, middle_y - south)
                land[number] += length * shapely.contains_xy(piece, middle_x - east, middle_y + south)
    # Every stretch of shore that a piece of sea touches has it on the right.
    return [piece for piece, wet, dry in zip(pieces, water, land, strict=True) if wet > dry * 20]
