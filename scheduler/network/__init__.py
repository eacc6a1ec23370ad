"""The bicycle network: what OpenStreetMap says, what a bicycle may ride, compiled and cached.

- `osm` reads OSM XML, guarded;
- `rules` says what a bicycle may ride, and how;
- `graph` builds the NetworkX graph through OSMnx;
- `topology` compiles it into arrays, `cache` keeps them;
- `background` takes what a map shows behind the rides, and the address points;
- `network` is what others use, `loading` how it is had, `search` finds rides in it.
"""

from scheduler.network.background import AddressPoint
from scheduler.network.graph import bicycle_graph
from scheduler.network.loading import load_network
from scheduler.network.network import Network, NetworkInfo, Snap, distance_m
from scheduler.network.rules import Riding

__all__ = [
    "AddressPoint",
    "Network",
    "NetworkInfo",
    "Riding",
    "Snap",
    "bicycle_graph",
    "distance_m",
    "load_network",
]
