"""The bicycle network: what OpenStreetMap says, what a bicycle may ride, compiled and cached.

- `osm` reads OSM XML, guarded, `streams` what it is packed in, `pbf` the other format;
- `mapfile` is a file of any of these, `extract` takes the part around places from it, `writing` writes it;
- `rules` says what a bicycle may ride, and how, `conditions` which tags of some hours count;
- `graph` builds the NetworkX graph, which OSMnx simplifies and projects;
- `topology` compiles it into arrays, `cache` keeps them, `islands` is what could not be reached;
- `background` takes what a map shows behind the rides, and the address points;
- `services` asks Overpass and Nominatim, `overpass` says for what and reads the answers,
  `coastline` makes the sea of its shore;
- `network` is what others use, `loading` how it is had, `rides` finds the fastest in it.
"""

from scheduler.network.area import distance_m
from scheduler.network.background import AddressPoint
from scheduler.network.graph import bicycle_graph
from scheduler.network.loading import load_network
from scheduler.network.network import Network, NetworkInfo, Snap
from scheduler.network.riding import Riding

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
