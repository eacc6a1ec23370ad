"""A map file of any format, to be gone through more than once."""

from pathlib import Path
from typing import Protocol

from scheduler.network.osm import Header, Listener, OsmData, parse, read_osm
from scheduler.network.pbf import scan_pbf
from scheduler.network.streams import format_of, unpacked

#: What is not larger is read once, and kept in memory.
_SMALL_BYTES = 32 << 20


class MapFile(Protocol):
    """A map that can be gone through more than once; a `small` one may be taken whole."""

    small: bool

    def scan(self, listener: Listener) -> Header:
        """Hand a listener what it listens to."""


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

    def scan(self, listener: Listener) -> Header:
        data, only = self._data, listener.only
        if "node" in listener.kinds:
            for osm_id in data.node_tags if listener.keys else data.points:
                if only is None or osm_id in only:
                    listener.node(osm_id, *data.points[osm_id], data.node_tags.get(osm_id, {}))
        if "way" in listener.kinds:
            for way in data.ways:
                listener.way(way)
        if "relation" in listener.kinds:
            for relation in data.relations:
                listener.relation(relation)
        return data.header


class _OnDisk:
    small = False

    def __init__(self, file: Path) -> None:
        self._file = file

    def scan(self, listener: Listener) -> Header:
        packed = format_of(self._file)
        if packed == "pbf":
            return scan_pbf(self._file, listener)
        return parse(unpacked(self._file, packed), listener, self._file)
