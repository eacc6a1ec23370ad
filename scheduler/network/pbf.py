"""Reading OSM PBF through libosmium (package `osmium`), an element at a time."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from scheduler.base.errors import InputError
from scheduler.base.i18n import _
from scheduler.network.osm import Header, Listener, NotOsmError, Relation, Sink, Tags, Way, cut_off, not_osm

_MEMBER_TYPES = {"n": "node", "w": "way", "r": "relation"}


def scan_pbf(file: Path, listener: Listener) -> Header:
    """Hand a listener what it listens to; what it does not want is left out here, and fast.

    Raises
    ------
    InputError
        The file is cut off, damaged, or no PBF.
    """
    import osmium

    kinds = {"node": osmium.osm.NODE, "way": osmium.osm.WAY, "relation": osmium.osm.RELATION}
    entities = osmium.osm.NOTHING
    for kind in listener.kinds:
        entities |= kinds[kind]
    try:
        # The format is given: libosmium would go by the name, which may be any.
        elements = osmium.FileProcessor(osmium.io.File(str(file), "pbf"), entities)
        if listener.keys:
            elements = elements.with_filter(osmium.filter.KeyFilter(*listener.keys))
        if listener.only is not None:
            elements = elements.with_filter(osmium.filter.IdFilter(listener.only))
        if listener.kinds == {"node"}:
            _hand_over_nodes(elements, listener)
        else:
            for element in elements:
                _hand_over(element, listener)
        header = elements.header
    except NotOsmError as error:
        raise not_osm(file, str(error)) from None
    except RuntimeError as error:
        raise _unreadable(file, error) from error
    return Header(
        generator=header.get("generator"),
        date=header.get("osmosis_replication_timestamp"),
    )


def _hand_over_nodes(nodes: Iterable[Any], sink: Sink) -> None:
    """Hand over nodes alone, of which a country has a hundred million: nothing that can be spared."""
    take = sink.node
    none: Tags = {}
    for node in nodes:
        location = node.location
        if location.valid():
            take(node.id, location.lat, location.lon, dict(node.tags) if len(node.tags) else none)


def _hand_over(element: Any, sink: Sink) -> None:
    tags = dict(element.tags) if element.tags else {}
    if element.is_node():
        if element.location.valid():
            sink.node(element.id, element.lat, element.lon, tags)
    elif element.is_way():
        refs = [node.ref for node in element.nodes]
        sink.way(
            Way(
                element.id,
                [ref for ref, before in zip(refs, [None, *refs], strict=False) if ref != before],
                tags,
            )
        )
    elif element.is_relation():
        members = [(_MEMBER_TYPES[m.type], m.ref, m.role) for m in element.members]
        sink.relation(Relation(element.id, members, tags))


def _unreadable(file: Path, error: RuntimeError) -> InputError:
    text = str(error)
    if "EOF" in text or "truncated" in text:
        return cut_off(file, _("the file is cut off"))
    if "uncompress" in text:
        return cut_off(file, _("the file is damaged: it cannot be unpacked"))
    return not_osm(file, text)
