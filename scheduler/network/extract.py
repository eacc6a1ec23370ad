"""The part of a map file that lies around a project's places, whatever the size of the file.

The file is read several times, an element at a time, and only what is kept is held in memory: first
the nodes of the area, then the relations, the ways that touch the area, and last the nodes that
complete them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.network.area import Surroundings
from scheduler.network.background import AddressPoint, address, area_kind
from scheduler.network.coastline import add_sea
from scheduler.network.ferries import is_landing
from scheduler.network.junctions import is_signal
from scheduler.network.mapfile import MapFile
from scheduler.network.osm import Header, Listener, OsmData, Relation, Tags, Way
from scheduler.network.rules import is_route

if TYPE_CHECKING:
    from shapely import Polygon

#: A town of a million with all its houses has about so many nodes.
_MOST_NODES = 4_000_000

#: Keys of all ways of use, and of some that are not.
_KEYS = (
    *("addr:housenumber", "amenity", "highway", "landuse", "leisure", "natural", "railway", "route"),
    "waterway",
)
_NODE_KEYS = frozenset({"addr:housenumber", "barrier", "place", "railway"})
_WAY_KEYS = frozenset({"addr:housenumber", "railway"})


@dataclass(slots=True)
class Bounds:
    """The rectangle of all nodes of a file, in degrees."""

    south: float = 90.0
    west: float = 180.0
    north: float = -90.0
    east: float = -180.0

    def take(self, lat: float, lon: float) -> None:
        """Grow to hold a point."""
        self.south, self.north = min(self.south, lat), max(self.north, lat)
        self.west, self.east = min(self.west, lon), max(self.east, lon)

    def nearest(self, lat: float, lon: float) -> tuple[float, float]:
        """Return the point of the rectangle that is nearest to a point."""
        return min(max(lat, self.south), self.north), min(max(lon, self.west), self.east)


def bounds_of(opened: MapFile) -> Bounds | None:
    """Return the rectangle of a map's nodes, or None where it has no node."""
    bounds = Bounds()

    def node(_id: int, lat: float, lon: float, _tags: Tags) -> None:
        bounds.take(lat, lon)

    opened.scan(Listener(node=node))
    return bounds if bounds.south <= bounds.north else None


def extract(file: Path, opened: MapFile, area: Surroundings | None) -> OsmData:
    """Take what the product uses out of a map: streets, addresses, and what a map shows behind rides.

    Ways that cross the edge of the area are kept whole, as far as the file has their nodes. Without
    an area the whole file is taken. Everything is in the order of its ids, so that the same map makes
    the same extract.

    Raises
    ------
    InputError
        The file is no map, or there is too much in the area.
    """
    taking = _Taking(file, area)
    header = opened.scan(Listener(node=taking.node))
    opened.scan(Listener(relation=taking.relation, keys=("type",)))
    opened.scan(Listener(way=taking.way, keys=_KEYS))
    if taking.outlines:
        opened.scan(Listener(way=taking.outline, only=taking.outlines))
    if members := taking.choose_relations():
        opened.scan(Listener(way=taking.member, only=members))
    opened.scan(Listener(node=taking.completing, only=taking.needed))
    header.source = header.source or file.name
    data = taking.data(header)
    # The ids of the sea are negative, as are those of other things that OpenStreetMap does not have:
    # where there are some, the sea may be among them.
    if data.points and min(data.points) > 0:
        add_sea(data, area.polygon if area else _rectangle(data))
    return data


class _Taking:
    """What has been taken so far; each method takes an element in one of the passes over the file."""

    def __init__(self, file: Path, area: Surroundings | None) -> None:
        self.outlines: set[int] = set()
        self.needed: set[int] = set()
        self._file = file
        self._area = area
        self._inside: set[int] = set()
        self._touching: set[int] = set()
        self._nodes = OsmData()
        self._ways: dict[int, Way] = {}
        self._relations: dict[int, Relation] = {}
        self._members: set[int] = set()

    def node(self, osm_id: int, lat: float, lon: float, tags: Tags) -> None:
        """First pass: which nodes lie in the area, and which of them are of use."""
        if self._area is None or self._area.holds(lat, lon):
            self._inside.add(osm_id)
            if tags and _is_node_of_use(tags):
                self._nodes.node(osm_id, lat, lon, tags)
            self._require_room(len(self._inside))

    def relation(self, relation: Relation) -> None:
        """Second pass: the lakes and parks that are made of several ways, and the forbidden turns."""
        if _is_relation_of_use(relation.tags):
            self._relations[relation.osm_id] = relation
            if relation.tags.get("type") == "multipolygon":
                self.outlines |= _ways_of(relation)

    def way(self, way: Way) -> None:
        """Third pass: the ways that touch the area."""
        if not self._inside.isdisjoint(way.refs):
            self._touching.add(way.osm_id)
            if _is_way_of_use(way.tags):
                self._keep(way)

    def outline(self, way: Way) -> None:
        """Fourth pass: which outlines touch the area; most have no tags."""
        if way.osm_id in self.outlines and not self._inside.isdisjoint(way.refs):
            self._touching.add(way.osm_id)

    def choose_relations(self) -> set[int]:
        """Keep the relations of what touches the area; return which ways make them whole."""
        self._relations = {
            osm_id: relation
            for osm_id, relation in self._relations.items()
            if not self._touching.isdisjoint(_ways_of(relation))
        }
        for relation in self._relations.values():
            self._members |= _ways_of(relation) & self.outlines
        self._members -= self._ways.keys()
        return self._members

    def member(self, way: Way) -> None:
        """Fifth pass: the rest of the outlines."""
        if way.osm_id in self._members:
            self._keep(way)

    def completing(self, osm_id: int, lat: float, lon: float, tags: Tags) -> None:
        """Last pass: the points of all ways that are kept; a gate outside the area is a gate, too."""
        if osm_id in self.needed:
            self._nodes.node(osm_id, lat, lon, tags if _is_node_of_use(tags) else {})

    def _keep(self, way: Way) -> None:
        self._ways[way.osm_id] = way
        self.needed.update(way.refs)
        self._require_room(len(self.needed))

    def _require_room(self, nodes: int) -> None:
        if nodes > _MOST_NODES:
            raise _too_much(self._file, self._area)

    def data(self, header: Header) -> OsmData:
        """Return all that was taken."""
        return OsmData(
            points=dict(sorted(self._nodes.points.items())),
            node_tags=dict(sorted(self._nodes.node_tags.items())),
            ways=[way for _id, way in sorted(self._ways.items())],
            relations=[relation for _id, relation in sorted(self._relations.items())],
            header=header,
        )


def _rectangle(data: OsmData) -> "Polygon":
    """Return the rectangle of all points as (lon, lat)."""
    import shapely

    lats, lons = zip(*data.points.values(), strict=True)
    return shapely.box(min(lons), min(lats), max(lons), max(lats))


def _ways_of(relation: Relation) -> set[int]:
    return {ref for kind, ref, _role in relation.members if kind == "way"}


def _too_much(file: Path, area: Surroundings | None) -> InputError:
    if area is None:
        return InputError(
            InputProblem(
                _("the map is too large to be taken whole, and none of the project's places was found in it"),
                file=str(file),
            ),
            hint=_("Give lat and lon of at least one place, or correct its address and postcode."),
        )
    return InputError(
        InputProblem(_("there is too much in the area around the places"), file=str(file)),
        hint=_("See whether a place has wrong coordinates (`hjul geocode`), or give a smaller --margin-km."),
    )


def _is_node_of_use(tags: Tags) -> bool:
    return not _NODE_KEYS.isdisjoint(tags) or is_signal(tags) or is_landing(tags)


def _is_way_of_use(tags: Tags) -> bool:
    if not tags:
        return False
    drawn = area_kind(tags) is not None or tags.get("natural") == "coastline"
    return drawn or is_route(tags) or not _WAY_KEYS.isdisjoint(tags)


def _is_relation_of_use(tags: Tags) -> bool:
    kind = tags.get("type")
    return kind == "restriction" or (
        kind == "multipolygon" and (area_kind(tags) is not None or is_route(tags))
    )


def addresses_on(opened: MapFile, wanted: Callable[[str], bool]) -> list[AddressPoint]:
    """Find the address points on streets whose name is `wanted`, anywhere in a map.

    A house drawn as an outline stands at one of its corners.
    """
    found: list[AddressPoint] = []
    outlines: list[tuple[int, Tags]] = []

    def node(_id: int, lat: float, lon: float, tags: Tags) -> None:
        point = address(tags, (lat, lon))
        if point is not None and wanted(point.street):
            found.append(point)

    def way(way: Way) -> None:
        point = address(way.tags, (0.0, 0.0))
        if point is not None and way.closed and wanted(point.street):
            outlines.append((way.refs[0], way.tags))

    opened.scan(Listener(node=node, way=way, keys=("addr:housenumber",)))
    if outlines:
        found += _at_corners(opened, outlines)
    return found


def _at_corners(opened: MapFile, outlines: Iterable[tuple[int, Tags]]) -> list[AddressPoint]:
    corners = dict(outlines)
    found: list[AddressPoint] = []

    def node(osm_id: int, lat: float, lon: float, _tags: Tags) -> None:
        if osm_id in corners and (point := address(corners[osm_id], (lat, lon))):
            found.append(point)

    opened.scan(Listener(node=node, only=corners.keys()))
    return found
