"""What a map shows behind the rides, and the address points: both taken from the OSM data."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from scheduler.model.geo import Area, Background, Label, Line, Point
from scheduler.network.osm import OsmData, Tags, Way

_RAILWAYS = frozenset({"rail", "light_rail", "subway", "tram", "narrow_gauge"})
_DISTRICTS = frozenset({"suburb", "quarter", "neighbourhood"})
_STATIONS = frozenset({"station", "halt"})
_AREAS: dict[tuple[str, str], Literal["water", "park", "cemetery"]] = {
    ("natural", "water"): "water",
    ("natural", "bay"): "water",
    ("waterway", "riverbank"): "water",
    ("waterway", "dock"): "water",
    ("landuse", "basin"): "water",
    ("landuse", "reservoir"): "water",
    ("leisure", "park"): "park",
    ("leisure", "garden"): "park",
    ("leisure", "common"): "park",
    ("landuse", "forest"): "park",
    ("landuse", "recreation_ground"): "park",
    ("natural", "wood"): "park",
    ("landuse", "cemetery"): "cemetery",
    ("amenity", "grave_yard"): "cemetery",
}


@dataclass(frozen=True, slots=True)
class AddressPoint:
    """An address and where it is; `approximate` where the map says that it was not surveyed."""

    street: str
    number: str
    postcode: str
    city: str
    lat: float
    lon: float
    approximate: bool = False


def read_background(data: OsmData) -> Background:
    """Take streets, railways, outlines and names from the data; `simplified` is left to the caller."""
    streets, railways, areas = [], [], []
    outlines = {way.osm_id: way for way in data.ways}
    for way in data.ways:
        points = _points(way.refs, data)
        if len(points) < 2:
            continue
        if "highway" in way.tags:
            streets.append(Line(way.tags["highway"], way.tags.get("name", ""), points))
        elif way.tags.get("railway") in _RAILWAYS and way.tags.get("tunnel", "no") == "no":
            railways.append(Line(way.tags["railway"], way.tags.get("name", ""), points))
        elif way.closed and (kind := area_kind(way.tags)) and len(points) == len(way.refs):
            areas.append(Area(kind, way.tags.get("name", ""), (points,)))
    for relation in data.relations:
        kind = area_kind(relation.tags)
        if relation.tags.get("type") != "multipolygon" or kind is None:
            continue
        # A member that is named twice is drawn once.
        members = {ref: role or "outer" for what, ref, role in relation.members if what == "way"}
        rings = {
            role: list(
                _rings(outlines[ref] for ref, part in members.items() if part == role and ref in outlines)
            )
            for role in ("outer", "inner")
        }
        for number, ring in enumerate(rings["outer"]):
            # Which hole lies in which outline does not matter to the eye: they are drawn even-odd.
            holes = rings["inner"] if number == 0 else []
            drawn = tuple(points for refs in (ring, *holes) if (points := _points(refs, data)))
            if drawn:
                areas.append(Area(kind, relation.tags.get("name", ""), drawn))
    return Background(tuple(streets), tuple(railways), tuple(areas), tuple(_labels(data)))


def _points(refs: Iterable[int], data: OsmData) -> tuple[Point, ...]:
    return tuple(data.points[ref] for ref in refs if ref in data.points)


def area_kind(tags: Tags) -> Literal["water", "park", "cemetery"] | None:
    """Return what a map draws an outline as, or None."""
    return next((_AREAS[pair] for pair in tags.items() if pair in _AREAS), None)


def _rings(ways: Iterable[Way]) -> Iterator[list[int]]:
    """Join lines at their ends into closed rings; what does not close is left out."""
    loose = {number: way.refs for number, way in enumerate(ways) if way.refs}
    ending_at: dict[int, list[int]] = defaultdict(list)
    for number, refs in reversed(loose.items()):
        for end in (refs[0], refs[-1]):
            ending_at[end].append(number)
    while loose:
        ring = list(loose.popitem()[1])
        while ring[0] != ring[-1]:
            candidates = ending_at[ring[-1]]
            while candidates and candidates[-1] not in loose:
                candidates.pop()
            if not candidates:
                break
            follows = loose.pop(candidates.pop())
            ring += follows[1:] if follows[0] == ring[-1] else follows[-2::-1]
        if len(ring) > 3 and ring[0] == ring[-1]:
            yield ring


def _labels(data: OsmData) -> Iterator[Label]:
    for tags, point in _tagged(data):
        if "name" not in tags:
            continue
        if tags.get("place") in _DISTRICTS:
            yield Label("district", tags["name"], point)
        elif tags.get("railway") in _STATIONS:
            yield Label("station", tags["name"], point)


def read_addresses(data: OsmData) -> tuple[AddressPoint, ...]:
    """Take the addresses of nodes, and of outlines (the middle of a building)."""
    return tuple(found for tags, point in _tagged(data) if (found := address(tags, point)))


def address(tags: Tags, point: Point) -> AddressPoint | None:
    """Return the address that something at a point has, or None."""
    street = tags.get("addr:street") or tags.get("addr:place")
    if "addr:housenumber" not in tags or not street:
        return None
    return AddressPoint(
        street=street,
        number=tags["addr:housenumber"],
        postcode=tags.get("addr:postcode", ""),
        city=tags.get("addr:city", ""),
        lat=point[0],
        lon=point[1],
        approximate=tags.get("approximate") == "yes",
    )


def _tagged(data: OsmData) -> Iterator[tuple[Tags, Point]]:
    """Go through everything with tags that can stand for a point."""
    for osm_id, tags in data.node_tags.items():
        yield tags, data.points[osm_id]
    for way in data.ways:
        if way.closed and (points := _points(way.refs[1:], data)):
            middle = sum(lat for lat, _lon in points), sum(lon for _lat, lon in points)
            yield way.tags, (middle[0] / len(points), middle[1] / len(points))
