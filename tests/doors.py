"""Doors of small maps, and the rides between them, at speeds that make it easy to reckon by hand."""

from osmfiles import at

from scheduler.model.config import Cycling
from scheduler.model.project import Place
from scheduler.network import Network
from scheduler.places.travel import travel_times

#: In a second one rides 5 m, pushes or walks 2.5 m, and carries the bicycle 1.25 m.
BY_HAND = Cycling(
    speed_kph=18,
    mixed_traffic_factor=1,
    calm_street_factor=1,
    rough_surface_factor=1,
    push_kph=9,
    steps_kph=4.5,
    right_turn_s=0,
    left_turn_s=0,
    signal_s=0,
)


def door(x: float, y: float, address: str = "") -> Place:
    """Return a place so many metres east and north of the corner of the map."""
    lat, lon = at(x, y)
    return Place(place_id=f"{x:g} {y:g}", name="", address=address, lat=lat, lon=lon)


def ride(network: Network, here: Place, there: Place) -> tuple[int, int, list[tuple[str, int]]]:
    """Return the seconds, the metres and the streets, each with its metres, of the fastest ride."""
    path = travel_times(network, [here, there]).path(here.place_id, there.place_id)
    return path.seconds, path.metres, [(street.name, street.metres) for street in path.streets]


def joined(network: Network, place: Place, street: str = "") -> tuple[str, float]:
    """Return the street to which a door is joined, and how far it is walked."""
    snap = network.snap(*place.point, street)
    return network.names[network.topology.name[snap.edge]], round(snap.distance_m, 1)
