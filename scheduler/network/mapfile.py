"""A map file of any format, to be gone through more than once."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from scheduler.network.osm import Header, OsmData, Relation, Sink, Tags, Way, parse, read_osm
from scheduler.network.pbf import Kind, scan_pbf
from scheduler.network.streams import format_of, unpacked

#: What is not larger is read once, and kept in memory.
_SMALL_BYTES = 32 << 20


class MapFile(Protocol):
    """A map that can be gone through more than once; a `small` one may be taken whole."""

    small: bool

    def scan(
        self,
        sink: Sink,
        kinds: AbstractSet[Kind],
        *,
        keys: Sequence[str] = (),
        only: AbstractSet[int] | None = None,
    ) -> Header:
        """Hand its elements of some kinds to a sink.

        It may leave out what has no tag of these `keys`, and what has another id than `only`.
        """


def open_map(file: Path) -> MapFile:
    """Open a map file of any format.

    Raises
    ------
    ServiceError
        The file is not there. Whatever else is wrong with it shows when it is read.
    InputError
        It is small, and no map.
    """
    packed = format_of(file)
    if packed == "xml" and file.stat().st_size <= _SMALL_BYTES:
        return _InMemory(read_osm(file))
    return _OnDisk(file)


class _InMemory:
    small = True

    def __init__(self, data: OsmData) -> None:
        self._data = data

    def scan(
        self,
        sink: Sink,
        kinds: AbstractSet[Kind],
        *,
        keys: Sequence[str] = (),
        only: AbstractSet[int] | None = None,
    ) -> Header:
        data = self._data
        if "node" in kinds:
            for osm_id in data.node_tags if keys else data.points:
                if only is None or osm_id in only:
                    sink.node(osm_id, *data.points[osm_id], data.node_tags.get(osm_id, {}))
        if "way" in kinds:
            for way in data.ways:
                sink.way(way)
        if "relation" in kinds:
            for relation in data.relations:
                sink.relation(relation)
        return data.header


class _OnDisk:
    small = False

    def __init__(self, file: Path) -> None:
        self._file = file

    def scan(
        self,
        sink: Sink,
        kinds: AbstractSet[Kind],
        *,
        keys: Sequence[str] = (),
        only: AbstractSet[int] | None = None,
    ) -> Header:
        packed = format_of(self._file)
        if packed == "pbf":
            return scan_pbf(self._file, sink, kinds, keys=keys, only=only)
        return parse(unpacked(self._file, packed), sink, self._file)


def _ignore(*_element: object) -> None:
    """Leave an element out."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A sink made of functions."""

    node: Callable[[int, float, float, Tags], None] = _ignore
    way: Callable[[Way], None] = _ignore
    relation: Callable[[Relation], None] = _ignore
