"""Travel times on the real extract, by hjul and by other libraries on the same graph: `make bench` shows it.

All ride the same streets in the same seconds, between the same random junctions, and turns cost
nothing, which the others could not count. What differs: hjul finds the streets that its places lie
on first, searches edges and turns instead of junctions (a graph some times as large), and measures
the metres of every ride.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from scheduler.model.config import Cycling
from scheduler.model.project import Place
from scheduler.network import bicycle_graph, load_network
from scheduler.places.travel import travel_times

if TYPE_CHECKING:
    from scheduler.network.graph import Graph

EXTRACT = Path(__file__).parents[2] / "shared" / "data" / "osm" / "copenhagen-sw.osm"
#: So many places, and the seconds wanted for the travel times between them.
SIZES = ((25, 0.15), (500, 5.0))
NO_TURNS = Cycling(right_turn_s=0.0, left_turn_s=0.0, signal_s=0.0)
#: NetworkX searches source by source, OSMnx pair by pair: so many are timed, and the others taken to
#: be like them.
NETWORKX_SOURCES, OSMNX_PAIRS = 100, 200

_Value = TypeVar("_Value")
Seconds = NDArray[np.float64]
#: The time that a search took, and what it found: shape (n, n), NaN where it did not search.
Found = tuple[float, Seconds]


def timed(function: Callable[[], _Value]) -> tuple[float, _Value]:
    """Call a function; return its seconds and its value."""
    began = time.perf_counter()
    value = function()
    return time.perf_counter() - began, value


def loading(empty_folder: Path) -> Iterator[tuple[str, str, str]]:
    """Measure how the network of the extract is had, which leaves it in a folder: what, seconds, wanted."""
    load = partial(load_network, EXTRACT, Cycling(), cache_dir=empty_folder)
    yield "real extract, network built", f"{timed(load)[0]:.1f} s", "under 6 s"
    cached_s = statistics.median(timed(load)[0] for _time in range(5))
    yield "real extract, network from the cache", f"{cached_s:.2f} s", "under 0.5 s"


def comparison(cache_dir: Path, say: Callable[[str], None]) -> Table:
    """Compare the travel times between random junctions with NetworkX, igraph and OSMnx."""
    from pyproj import Transformer

    graph = bicycle_graph(EXTRACT, NO_TURNS)
    to_degrees = Transformer.from_crs(graph.graph["crs"], "EPSG:4326", always_xy=True)
    network = load_network(EXTRACT, NO_TURNS, cache_dir=cache_dir)
    table = Table(
        title=f"Travel times on the real extract: {graph.number_of_nodes()} junctions,"
        f" {graph.number_of_edges()} edges, {len(network.topology.arc_from)} turns",
        title_justify="left",
    )
    for column in ("Places", "Seconds", "Times ours", "Differs by"):
        table.add_column(column, justify="right")
    for column in ("By", "Finds"):
        table.add_column(column)
    for count, wanted_s in SIZES:
        nodes = random.Random(count).sample(sorted(graph), count)
        points = [to_degrees.transform(graph.nodes[node]["x"], graph.nodes[node]["y"]) for node in nodes]
        places = [
            Place(place_id=str(node), name=str(node), lat=lat, lon=lon)
            for node, (lon, lat) in zip(nodes, points, strict=True)
        ]
        say(f"travel times of {count} places")
        ours_s, travel = min(
            (timed(partial(travel_times, network, places)) for _time in range(3)), key=_first
        )
        table.add_row(
            str(count),
            f"{ours_s:.3f}",
            "1.0",
            "",
            f"hjul (wanted: under {wanted_s:g} s)",
            "times, metres, rides",
        )
        for name, finds, search in OTHERS:
            say(f"travel times of {count} places by {name}")
            took_s, found = search(graph, nodes)
            off_s = np.nanmax(np.abs(found - travel.rides.seconds))
            table.add_row("", f"{took_s:.3f}", f"{took_s / ours_s:.1f}", f"{off_s:.3f} s", name, finds)
        table.add_section()
    return table


def _first(found: tuple[float, object]) -> float:
    return found[0]


def by_igraph(graph: "Graph", nodes: Sequence[int], *, rides: bool) -> Found:
    """Search with igraph; its graph is made before the clock starts."""
    import igraph

    row = {node: row for row, node in enumerate(graph)}
    edges: list[tuple[int, int, float]] = list(graph.edges(data="travel_time"))
    compact = igraph.Graph(n=len(row), edges=[(row[u], row[v]) for u, v, _s in edges], directed=True)
    edge_s = np.array([seconds for _u, _v, seconds in edges])
    rows = [row[node] for node in nodes]
    if not rides:
        took_s, found = timed(partial(compact.distances, rows, rows, weights=edge_s.tolist()))
        return took_s, np.array(found)

    def search() -> list[list[list[int]]]:
        weights = edge_s.tolist()
        return [compact.get_shortest_paths(here, rows, weights=weights, output="epath") for here in rows]

    took_s, paths = timed(search)
    return took_s, np.array([[edge_s[path].sum() for path in row] for row in paths])


def by_networkx(graph: "Graph", nodes: Sequence[int]) -> Found:
    """Search from the first sources with NetworkX; return the time that all of them would take."""
    import networkx as nx

    chosen = nodes[:NETWORKX_SOURCES]

    def search() -> list[Any]:
        return [nx.single_source_dijkstra(graph, node, weight="travel_time")[0] for node in chosen]

    took_s, found = timed(search)
    seconds = np.full((len(nodes), len(nodes)), np.nan)
    seconds[: len(chosen)] = [[reached[node] for node in nodes] for reached in found]
    return took_s * len(nodes) / len(chosen), seconds


def by_osmnx(graph: "Graph", nodes: Sequence[int]) -> Found:
    """Search some of the pairs with OSMnx; return the time that all of them would take."""
    from osmnx import routing

    pairs = [(a, b) for a in range(len(nodes)) for b in range(len(nodes)) if a != b]
    chosen = random.Random(len(nodes)).sample(pairs, min(OSMNX_PAIRS, len(pairs)))
    starts, ends = ([nodes[pair[end]] for pair in chosen] for end in (0, 1))

    def search() -> Any:
        return routing.shortest_path(graph, starts, ends, weight="travel_time", cpus=1)

    took_s, paths = timed(search)
    seconds = np.full((len(nodes), len(nodes)), np.nan)
    for pair, path in zip(chosen, paths, strict=True):
        seconds[pair] = sum(
            min(edge["travel_time"] for edge in graph[u][v].values()) for u, v in pairwise(path)
        )
    return took_s * len(pairs) / len(chosen), seconds


OTHERS: tuple[tuple[str, str, Callable[["Graph", Sequence[int]], Found]], ...] = (
    ("igraph distances", "times", partial(by_igraph, rides=False)),
    ("igraph get_shortest_paths", "rides", partial(by_igraph, rides=True)),
    (f"NetworkX single_source_dijkstra (at most {NETWORKX_SOURCES} timed)", "times, rides", by_networkx),
    (f"OSMnx routing.shortest_path ({OSMNX_PAIRS} pairs timed)", "rides", by_osmnx),
)
