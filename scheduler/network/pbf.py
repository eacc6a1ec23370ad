"""Reading OSM PBF through libosmium (package `osmium`), an element at a time."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, Literal

from scheduler.base.errors import InputError
from scheduler.base.i18n import _
from scheduler.network.osm import Header, NotOsmError, Relation, Sink, Tags, Way, cut_off, not_osm

Kind = Literal["node", "way", "relation"]

_MEMBER_TYPES = {"n": "node", "w": "way", "r": "relation"}


def scan_pbf(
    file: Path,
    sink: Sink,
    kinds: AbstractSet[Kind],
    *,
    keys: Sequence[str] = (),
    only: AbstractSet[int] | None = None,
) -> Header:
    """Hand the elements of some kinds to a sink.

    What is left out here is left out fast: with `keys` what has none of these tags, with `only` what
    has another id.

    Raises
    ------
    InputError
        The file is cut off, damaged, or no PBF.
    """
    import osmium

    entities = osmium.osm.NOTHING
    for kind, entity in (
        ("node", osmium.osm.NODE),
        ("way", osmium.osm.WAY),
        ("relation", osmium.osm.RELATION),
    ):
        if kind in kinds:
            entities |= entity
    try:
        # The format is given: libosmium would go by the name, which may be any.
        elements = osmium.FileProcessor(osmium.io.File(str(file), "pbf"), entities)
        if keys:
            elements = elements.with_filter(osmium.filter.KeyFilter(*keys))
        if only is not None:
            elements = elements.with_filter(osmium.filter.IdFilter(only))
        if kinds == {"node"}:
            _hand_over_nodes(elements, sink)
        else:
            for element in elements:
                _hand_over(element, sink)
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
