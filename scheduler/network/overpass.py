"""What is asked of Overpass, and its answer as OSM data.

The data are the same for the same elements, in whatever order they came. The language of the query is
https://wiki.openstreetmap.org/wiki/Overpass_API/Overpass_QL, the format of the answer
https://dev.overpass-api.de/output_formats.html#json.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scheduler.base.errors import ServiceError
from scheduler.base.i18n import _
from scheduler.network.osm import Header, OsmData, Relation, Tags, Way

if TYPE_CHECKING:
    from shapely import Polygon

Element = Mapping[str, Any]

#: Streets with all that hangs on them, addresses, and what a map shows behind the rides; of keys without
#: values, every one.
_WANTED: Mapping[str, tuple[str, ...]] = {
    "highway": (),
    "addr:housenumber": (),
    "type": ("restriction",),
    "route": ("ferry",),
    "railway": ("rail", "light_rail", "subway", "tram", "narrow_gauge", "station", "halt"),
    "place": ("suburb", "quarter", "neighbourhood"),
    "natural": ("water", "bay", "wood", "coastline"),
    "waterway": ("riverbank", "dock"),
    "landuse": ("basin", "reservoir", "forest", "recreation_ground", "cemetery"),
    "leisure": ("park", "garden", "common"),
    "amenity": ("grave_yard",),
}
#: What XML 1.0 cannot hold.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def map_query(area: "Polygon", timeout_s: int) -> str:
    """Return the query for all that a map has in an area (lon, lat in degrees).

    Of ways and relations it wants their members as well. The service gives itself `timeout_s`.
    """
    outline = " ".join(f"{lat:.6f} {lon:.6f}" for lon, lat in area.exterior.coords)
    tags = [
        f'"{key}"="{value}"' if value else f'"{key}"'
        for key, values in _WANTED.items()
        for value in values or ("",)
    ]
    wanted = "".join(f'nwr[{tag}](poly:"{outline}");' for tag in tags)
    return f"[out:json][timeout:{timeout_s}];({wanted});(._;>;);out;"


def osm_data(answer: Mapping[str, Any], generator: str) -> OsmData:
    """Return an answer of Overpass as OSM data by id.

    Raises
    ------
    ServiceError
        There is nothing in it, or an element is not as it should be.
    """
    if not answer["elements"]:
        raise ServiceError(
            _("OpenStreetMap has nothing in this area"),
            hint=_("Check lat and lon of the places: are they exchanged, or in the sea?"),
        )
    try:
        date = str(answer.get("osm3s", {}).get("timestamp_osm_base", ""))
        data = OsmData(header=Header(generator=generator, date=date))
        elements: dict[tuple[str, int], Element] = {
            (element["type"], int(element["id"])): element for element in answer["elements"]
        }
        for (kind, osm_id), element in sorted(elements.items(), key=lambda item: item[0]):
            _take(data, kind, osm_id, element)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ServiceError(
            _("the answer of Overpass has an element without a proper id, position or tag"),
            hint=_("Try again later, or name another server in [map] of project.toml."),
        ) from error
    return data


def _take(data: OsmData, kind: str, osm_id: int, element: Element) -> None:
    tags: Tags = {_text(key): _text(value) for key, value in element.get("tags", {}).items()}
    if kind == "node":
        lat, lon = float(element["lat"]), float(element["lon"])
        if not (abs(lat) <= 90 and abs(lon) <= 180):
            raise ValueError
        data.node(osm_id, lat, lon, tags)
    elif kind == "way":
        data.way(Way(osm_id, [int(ref) for ref in element["nodes"]], tags))
    elif kind == "relation":
        members = [
            (_text(member["type"]), int(member["ref"]), _text(member.get("role", "")))
            for member in element["members"]
        ]
        data.relation(Relation(osm_id, members, tags))


def _text(value: object) -> str:
    return _NOT_XML.sub("", str(value))
