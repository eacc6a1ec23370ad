"""Travel times and rides between places: graph and places -> seconds, metres, and the way between two."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.base.errors import InputError
from scheduler.base.i18n import _
from scheduler.model.config import Cycling
from scheduler.model.geo import RidePath, StreetLeg
from scheduler.model.problem import TravelTimes
from scheduler.model.project import Place, problem_at
from scheduler.network import Network
from scheduler.network.rides import Rides, fastest_rides
from scheduler.places.houses import pairs_of_one_house
from scheduler.places.spelling import street_key
from scheduler.places.written import street_keys_of

#: Times are rounded up to whole seconds, but not for the last bits of a float.
_TOLERANCE_S = 1e-6
#: So many pairs without a way are named; the others have the same cause.
_MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Travel:
    """The travel times between places, and the rides behind them."""

    times: TravelTimes
    places: tuple[Place, ...]
    rides: Rides

    def path(self, from_id: str, to_id: str) -> RidePath:
        """Return the ride from one place to another; unknown ids are a `KeyError`."""
        index = self.times.index()
        source, target = index[from_id], index[to_id]
        here, there = self.places[source].point, self.places[target].point
        if here == there or (from_id, to_id) in self.times.one_house:
            return RidePath(points=(here, there), streets=(), seconds=0, metres=0)
        points = [here]
        for stretch in self.rides.stretches(source, target):
            shape = self.rides.network.shape(stretch.edge, stretch.begin, stretch.end)
            points += [(lat, lon) for lat, lon in shape.tolist() if (lat, lon) != points[-1]]
        points.append(there)
        return RidePath(
            points=tuple(points),
            streets=self._streets(source, target),
            seconds=int(self.times.seconds[source, target]),
            metres=int(self.times.metres[source, target]),
        )

    def _streets(self, source: int, target: int) -> tuple[StreetLeg, ...]:
        """Sum the ride up by street. The sums are rounded such that they add up to the whole ride."""
        network, snap = self.rides.network, self.rides.snaps[source]
        metres, seconds = snap.distance_m, network.approach_s(snap)
        legs: list[tuple[str, float, float]] = []
        edge = None
        for stretch in self.rides.stretches(source, target):
            if edge is not None:
                seconds += network.turn_s(edge, stretch.edge)
            edge = stretch.edge
            share = stretch.end - stretch.begin
            metres += share * float(network.topology.length_m[edge])
            seconds += share * float(network.travel_time_s[edge])
            name = network.names[network.topology.name[edge]]
            if legs and legs[-1][0] == name:
                legs.pop()
            legs.append((name, metres, seconds))
        streets: list[StreetLeg] = []
        metres_before = seconds_before = 0
        for name, metres, seconds in legs:
            metres_after, seconds_after = round(metres), math.ceil(seconds)
            if len(streets) == len(legs) - 1:  # the last one has the way to the place, too
                metres_after = int(self.times.metres[source, target])
                seconds_after = int(self.times.seconds[source, target])
            streets.append(StreetLeg(name, metres_after - metres_before, seconds_after - seconds_before))
            metres_before, seconds_before = metres_after, seconds_after
        return tuple(streets)


def travel_times(
    network: Network,
    places: Sequence[Place],
    cycling: Cycling | None = None,
    *,
    exact: Collection[str] = (),
) -> Travel:
    """Find the fastest rides between all places, which must have coordinates.

    Parameters
    ----------
    network
        The bicycle network.
    places
        Where to ride from and to, in the order of the matrix.
    cycling
        Settings to ride by, where they are not those with which the network was loaded.
    exact
        The ids of places whose points are given or found as written; such within 15 m are one house.

    Raises
    ------
    InputError
        Some places cannot be ridden between.
    """
    if cycling is not None and cycling != network.cycling:
        network = network.riding_at(cycling)
    at = [place.point for place in places]
    streets = {street_key(name): name for name in network.names}
    snaps = [network.snap(*place.point, _own_street(place, streets)) for place in places]
    rides = fastest_rides(network, snaps)
    # Two places at one point or in one house are not ridden between.
    coordinates = np.array(at).reshape(-1, 2)
    apart = (coordinates[:, None] != coordinates[None]).any(axis=2)
    one_house, row = pairs_of_one_house(places, exact), {p.place_id: n for n, p in enumerate(places)}
    for one, other in one_house:
        apart[row[one], row[other]] = False
    seconds, metres = np.where(apart, rides.seconds, 0.0), np.where(apart, rides.metres, 0.0)
    _require_reachable(network, places, np.argwhere(~np.isfinite(seconds)).tolist())
    return Travel(
        times=TravelTimes(
            place_ids=tuple(place.place_id for place in places),
            seconds=np.ceil(seconds - _TOLERANCE_S).astype(np.int64),
            metres=np.rint(metres).astype(np.int64),
            one_house=one_house,
        ),
        places=tuple(places),
        rides=rides,
    )


def _own_street(place: Place, streets: Mapping[str, str]) -> str:
    """Return the street of a place's address as the map calls it; "" where it has none."""
    return next((streets[key] for key in street_keys_of(place) if key in streets), "")


def _require_reachable(network: Network, places: Sequence[Place], unreachable: list[list[int]]) -> None:
    problems = []
    for row, column in unreachable[:_MOST_PROBLEMS]:
        start, end = places[row], places[column]
        reason = _("there is no way to ride from {start} to {end} in the map {file}").format(
            start=start.place_id, end=end.place_id, file=network.file.name
        )
        problems.append(problem_at(end.origin or start.origin, reason, "address"))
    if problems:
        hint = _("Use a map with all places and the streets between them.")
        if network.is_ferry.any() and np.isinf(network.cycling.ferry_wait_s):
            hint += " " + _("Or set ferry_wait_s under [cycling], if the ferry is to be taken.")
        raise InputError(problems, hint=hint)
