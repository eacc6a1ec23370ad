"""Small OSM files for tests, written from a sketch: nodes on a grid of metres, ways as strings of letters."""

import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

from scheduler.model.config import Cycling
from scheduler.network import Network, load_network
from scheduler.network.area import METRES_PER_DEGREE as _DEGREE_M
from scheduler.network.topology import Topology

#: The corner of the grid, near the middle of Vesterbro.
LAT, LON = 55.665, 12.55

Xy = tuple[float, float]


def at(x: float, y: float) -> tuple[float, float]:
    """Return (lat, lon) of the point x metres east and y metres north of the corner."""
    return LAT + y / _DEGREE_M, LON + x / (_DEGREE_M * math.cos(math.radians(LAT)))


def osm_xml(
    nodes: Mapping[str, Xy],
    ways: Mapping[str, str],
    node_tags: Mapping[str, str] | None = None,
    relations: str = "",
    root: str = "",
) -> str:
    """Write OSM XML.

    `nodes` gives letters their points; `ways` maps a name to "letters key=value key=value ..." (a + in a value stands for a space). Way
    number n (from 1) has id 100 + n; a node has the code of its letter as its id.
    """
    lines = [f"<?xml version='1.0' encoding='UTF-8'?>\n<osm version='0.6' generator='test' {root}>"]
    for letter, (x, y) in nodes.items():
        lat, lon = at(x, y)
        node = _tags((node_tags or {}).get(letter, "").split())
        lines.append(f"<node id='{ord(letter)}' lat='{lat:.9f}' lon='{lon:.9f}'>{node}</node>")
    for number, (name, sketch) in enumerate(ways.items(), start=101):
        letters, *tags = sketch.split()
        refs = "".join(f"<nd ref='{ord(letter)}'/>" for letter in letters)
        lines.append(f"<way id='{number}'>{refs}{_tags([f'name={name}', *tags])}</way>")
    return "\n".join([*lines, relations, "</osm>"])


def without_turns(network: Network) -> Network:
    """Return a network in which no edge leads into another."""
    arrays = network.topology.arrays()
    none = {name: array[:0] for name, array in arrays.items() if name.startswith("arc_")}
    return dataclasses.replace(network, topology=Topology.from_arrays({**arrays, **none}))


def _tags(pairs: list[str]) -> str:
    split = [pair.partition("=") for pair in pairs]
    return "".join(
        f"<tag k={quoteattr(key)} v={quoteattr(value.replace('+', ' '))}/>" for key, _, value in split
    )


def network_of(folder: Path, xml: str, cycling: Cycling | None = None) -> Network:
    """Load the network of OSM XML, with a cache of its own."""
    file = folder / "map.osm"
    file.write_text(xml, encoding="utf-8")
    return load_network(file, cycling or Cycling(), cache_dir=folder / "cache")
