"""Ride times without a map: as the crow flies, with a detour."""

from collections.abc import Sequence

import numpy as np

from scheduler.model.problem import TravelTimes
from scheduler.model.project import Place
from scheduler.places.houses import pairs_of_one_house

#: How much longer streets are than the straight line between their ends, in a town.
DETOUR = 1.3


def straight_times(places: Sequence[Place], speed_kph: float, detour: float = DETOUR) -> TravelTimes:
    """Return rides along straight lines, `detour` times as long, at one speed.

    Parameters
    ----------
    places
        With coordinates; a `ValueError` where one has none.
    speed_kph
        Speed from door to door, in km per hour.
    detour
        How much longer the way is than the straight line; at least 1.
    """
    from pyproj import Geod

    if lost := [place.place_id for place in places if place.lat is None or place.lon is None]:
        raise ValueError(f"no coordinates of {', '.join(lost)}")
    lat = np.array([place.lat for place in places], dtype=np.float64)
    lon = np.array([place.lon for place in places], dtype=np.float64)
    start, end = (grid.ravel() for grid in np.indices((len(places), len(places))))
    _there, _back, straight_m = Geod(ellps="WGS84").inv(lon[start], lat[start], lon[end], lat[end])
    metres = np.reshape(straight_m, (len(places), len(places))) * detour
    place_ids = tuple(place.place_id for place in places)
    one_house = pairs_of_one_house(places, exact=place_ids)
    row = {place_id: number for number, place_id in enumerate(place_ids)}
    for one, other in one_house:
        metres[row[one], row[other]] = 0.0
    return TravelTimes(
        place_ids=place_ids,
        seconds=np.ceil(metres * 3.6 / speed_kph).astype(np.int64),
        metres=np.rint(metres).astype(np.int64),
        one_house=one_house,
    )
