"""How a network is had: compiled once from an OSM XML file, then read from the cache."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduler.base import limits, resources
from scheduler.base.errors import told
from scheduler.base.i18n import _
from scheduler.base.progress import Progress, Silent
from scheduler.model.config import Cycling
from scheduler.network import cache
from scheduler.network.background import read_addresses, read_background
from scheduler.network.graph import build_graph, ridden_ways, turn_restrictions
from scheduler.network.islands import find_islands
from scheduler.network.network import Network
from scheduler.network.osm import missing_file, read_osm, require_order
from scheduler.network.topology import Topology, compile_topology

if TYPE_CHECKING:
    from scheduler.network.graph import Graph

_TEXTS = ("background", "addresses", "counts", "islands")


def load_network(
    file: Path, cycling: Cycling, *, cache_dir: Path | None = None, progress: Progress | None = None
) -> Network:
    """Load the bicycle network of an OSM XML file, compiling it where it is not in the cache.

    The cache lies in `cache_dir` (default: HJUL_CACHE, or the user's cache folder) under the content
    hash of the file. The settings do not matter to it: they are applied when it is loaded.

    Raises
    ------
    InputError
        The file is no OSM XML, or there is no way in it that a bicycle may ride.
    ServiceError
        The file is not there.
    """
    progress = progress or Silent()
    folder = cache_dir or cache.default_folder()
    sha256 = _sha256(file)
    arrays = cache.load(folder, sha256)
    if arrays is None:
        progress.step(_("Building the bicycle network of {file}").format(file=file.name))
        arrays, sha256 = _compile(file)
        cache.store(folder, sha256, arrays)
    return Network(
        file=file,
        sha256=sha256,
        cycling=cycling,
        topology=Topology.from_arrays(arrays),
        names=tuple(json.loads(arrays["names"].tobytes())),
        texts={name: arrays[name] for name in _TEXTS},
        simplified=is_builtin(file),
    )


def _sha256(file: Path) -> str:
    with told(missing_file, file), limits.opened(file) as stream:
        limits.require_size(stream, limits.NETWORK_BYTES, file)
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_builtin(file: Path) -> bool:
    """Tell whether a file is the built-in map, or a copy of it."""
    builtin = resources.builtin_map()
    return builtin.is_file() and (file.samefile(builtin) or _sha256(file) == _sha256(builtin))


def _compile(file: Path) -> tuple[cache.Arrays, str]:
    """Read and compile a map; return what the cache holds, and the hash of what was read."""
    data = read_osm(file)
    if data.points:
        lat, lon = np.median(list(data.points.values()), axis=0).tolist()
        require_order(lat, lon, file)
    streets = ridden_ways(data)
    ways, dropped = streets.ways, streets.dropped
    graph = build_graph(data, ways, file)
    topology, names = compile_topology(graph, turn_restrictions(data))
    background = read_background(data)
    addresses = read_addresses(data)
    islands = find_islands(data, ways, _way_ids(graph))
    if islands:
        dropped["cut off"] = sum(len(island.lines) for island in islands)
    counts = {
        "source": data.header.source,
        "generator": data.header.generator,
        "date": data.header.date,
        "ways": len(ways),
        "unclassed_ways": sum(way.tags.get("highway") == "road" for way in ways),
        "nodes": graph.number_of_nodes(),
        "addresses": len(addresses),
        "open_gates": len(streets.open_gates),
        "dropped": dropped,
    }
    texts: dict[str, Any] = {
        "names": names,
        "counts": counts,
        "addresses": _rows(addresses),
        "islands": [[island.metres, _rows(island.lines)] for island in islands],
        "background": {
            part: _rows(getattr(background, part)) for part in ("streets", "railways", "areas", "labels")
        },
    }
    arrays = topology.arrays()
    for name, text in texts.items():
        arrays[name] = np.frombuffer(json.dumps(text, ensure_ascii=False).encode(), dtype=np.uint8)
    return arrays, data.sha256


def _way_ids(graph: "Graph") -> set[int]:
    """Return the ids of the ways that the graph is made of."""
    ids: set[int] = set()
    osmid: int | list[int]
    for _u, _v, osmid in graph.edges(data="osmid"):
        ids.update(osmid if isinstance(osmid, list) else (osmid,))
    return ids


def _rows(items: Iterable[Any]) -> list[list[Any]]:
    """Return dataclasses as lists of their fields (`astuple` would copy every point)."""
    return [[getattr(item, field.name) for field in dataclasses.fields(item)] for item in items]
