"""What is asked of Overpass, and its answers as OSM data.

The data are the same for the same elements, in whatever order they came. The format is that of
https://dev.overpass-api.de/output_formats.html#json.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from scheduler.errors import ServiceError
from scheduler.i18n import _
from scheduler.network.osm import Header, OsmData, Relation, Tags, Way

Element = Mapping[str, Any]

#: Streets with all that hangs on them, addresses, and what a map shows behind the rides.
WANTED: Mapping[str, bool | list[str]] = {
    "highway": True,
    "addr:housenumber": True,
    "type": ["restriction"],
    "route": ["ferry"],
    "railway": ["rail", "light_rail", "subway", "tram", "narrow_gauge", "station", "halt"],
    "place": ["suburb", "quarter", "neighbourhood"],
    "natural": ["water", "bay", "wood", "coastline"],
    "waterway": ["riverbank", "dock"],
    "landuse": ["basin", "reservoir", "forest", "recreation_ground", "cemetery"],
    "leisure": ["park", "garden", "common"],
    "amenity": ["grave_yard"],
}
#: What XML 1.0 cannot hold.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def osm_data(answers: Sequence[Mapping[str, Any]], generator: str) -> OsmData:
    """Return the answers of Overpass as OSM data by id, dated with the oldest of them.

    Raises
    ------
    ServiceError
        There is nothing in them, or an element is not as it should be.
    """
    if not any(answer["elements"] for answer in answers):
        raise ServiceError(
            _("OpenStreetMap has nothing in this area"),
            hint=_("Check lat and lon of the places: are they exchanged, or in the sea?"),
        )
    dates = [str(answer.get("osm3s", {}).get("timestamp_osm_base", "")) for answer in answers]
    data = OsmData(header=Header(generator=generator, date=min(filter(None, dates), default="")))
    try:
        elements: dict[tuple[str, int], Element] = {
            (element["type"], int(element["id"])): element
            for answer in answers
            for element in answer["elements"]
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
