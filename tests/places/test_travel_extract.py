"""Rides on the real extract against those of the city's own bicycle router (I Bike CPH, 2015)."""

import csv
import dataclasses
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from scheduler.model.config import Cycling
from scheduler.model.project import Place
from scheduler.network import Network, load_network
from scheduler.places.travel import travel_times

OSM = Path(__file__).parents[3] / "shared" / "data" / "osm"
EXTRACT, ROUTER = OSM / "copenhagen-sw.osm", OSM / "ibikecph-2015.csv"
COVERED_M = 250

pytestmark = [
    pytest.mark.extract,
    pytest.mark.skipif(
        not (EXTRACT.is_file() and ROUTER.is_file()),
        reason=f"the real OpenStreetMap extract and the router's rides are not in {OSM}",
    ),
]


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return load_network(EXTRACT, Cycling(), cache_dir=tmp_path_factory.mktemp("extract"))


@pytest.fixture(scope="module")
def places() -> dict[str, Place]:
    return {
        line[f"{end}_address"]: Place(
            place_id=line[f"{end}_address"],
            name=line[f"{end}_address"],
            lat=float(line[f"{end}_lat"]),
            lon=float(line[f"{end}_lon"]),
        )
        for line in _router_rides()
        for end in ("from", "to")
    }


def _router_rides() -> list[dict[str, str]]:
    with ROUTER.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def _ratios(
    network: Network, places: dict[str, Place], cycling: Cycling
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return our metres and seconds divided by the router's, which begins and ends its rides in the street."""
    in_street = []
    for place in places.values():
        lat, lon = network.snap(place.lat or 0, place.lon or 0).point
        in_street.append(dataclasses.replace(place, lat=lat, lon=lon))
    times = travel_times(network, in_street, cycling).times
    index, rides = times.index(), _router_rides()
    start, end = ([index[ride[f"{end}_address"]] for ride in rides] for end in ("from", "to"))
    metres, seconds = (
        np.array([float(ride[column]) for ride in rides]) for column in ("bike_metres", "bike_seconds")
    )
    return times.metres[start, end] / metres, times.seconds[start, end] / seconds


def _near(ratio: NDArray[np.float64]) -> float:
    return float(np.mean(np.abs(ratio - 1) <= 0.2))


def test_the_extract_covers_all_addresses_of_the_router(network: Network, places: dict[str, Place]) -> None:
    assert (len(places), len(_router_rides())) == (22, 234)
    far = [
        place.name
        for place in places.values()
        if network.snap(place.lat or 0, place.lon or 0).distance_m >= COVERED_M
    ]
    assert far == []


def test_rides_are_as_long_and_take_as_long_as_the_routers(
    network: Network, places: dict[str, Place]
) -> None:
    distance, time = _ratios(network, places, Cycling())
    assert 0.97 <= np.median(distance) <= 1.06
    assert 0.95 <= np.median(time) <= 1.05
    assert _near(distance) >= 0.95
    assert _near(time) >= 0.95


def test_the_agreement_of_times_does_not_come_of_itself(network: Network, places: dict[str, Place]) -> None:
    _distance, slow = _ratios(network, places, Cycling(speed_kph=12))
    _distance, fast = _ratios(network, places, Cycling(speed_kph=19))
    assert np.median(slow) > 1.05
    assert np.median(fast) < 0.95
    assert max(_near(slow), _near(fast)) < 0.95
