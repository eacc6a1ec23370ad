"""The fastest rides between points beside the network, by Dijkstra's search on the edge-based network.

A ride begins with the straight way from the place to the nearest point of a street, which is walked, goes along the street in a direction in which it may be ridden, and ends likewise. The
search (Dijkstra, Numerische Mathematik 1, 1959) runs in SciPy's compiled code. Its states are "at the
end of this edge", so that turns and signals have their price.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scheduler.network.network import Network, Snap

#: Sources searched at once: bounds the memory that the distances of a large network take.
_SOURCES_AT_ONCE = 64
#: A point this near to a junction is at the junction, not on one of its streets.
_AT_JUNCTION_M = 0.5
#: To SciPy a weight of 0 is no arc.
_LEAST_S = 1e-9


@dataclass(frozen=True, slots=True)
class _End:
    """A point on a directed edge: a ride to it has `share` of the edge to go, one from it the rest."""

    snap: int
    edge: int
    share: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a ride: an edge between two shares of its length, as it is ridden."""

    edge: int
    begin: float
    end: float


@dataclass(frozen=True, slots=True, eq=False)
class Rides:
    """The fastest rides between n snapped points.

    The states of the search are the E edges, then the K ends (arrived at a snap), then the n snaps
    (about to leave). `seconds` and `metres` are of shape (n, n), infinite where there is no way;
    `before`, of shape (n, E + K + n), has the state that precedes each on the fastest ride from
    every snap; `last`, of shape (n, n), the state in which a ride ends.
    """

    network: Network
    snaps: tuple[Snap, ...]
    ends: tuple[_End, ...]
    seconds: NDArray[np.float64]
    metres: NDArray[np.float64]
    before: NDArray[np.int32]
    last: NDArray[np.int64]

    def stretches(self, source: int, target: int) -> Iterator[Stretch]:
        """Go through the ride from one snap to another; there must be one."""
        first_end = len(self.network.topology.length_m)
        first_source = first_end + len(self.ends)
        chain = [int(self.last[source, target])]
        while chain[-1] < first_source:
            chain.append(int(self.before[source, chain[-1]]))
        for previous, state in pairwise(reversed(chain)):
            end = self.ends[state - first_end] if state >= first_end else None
            edge = end.edge if end else state
            begin = 0.0
            if previous >= first_source:
                begin = next(at.share for at in self.ends if at.snap == source and at.edge == edge)
            yield Stretch(edge, begin, end.share if end else 1.0)


def fastest_rides(network: Network, snaps: Sequence[Snap]) -> Rides:
    """Search the fastest rides between all of some snapped points."""
    ends = tuple(_ends(network, snaps))
    seconds, before, last = _search(network, snaps, ends)
    metres = _metres(network, snaps, ends, before, last)
    metres[~np.isfinite(seconds)] = np.inf
    return Rides(network, tuple(snaps), ends, seconds, metres, before, last)


def _ends(network: Network, snaps: Sequence[Snap]) -> Iterator[_End]:
    topology = network.topology
    for row, snap in enumerate(snaps):
        length_m = topology.length_m[snap.edge]
        if min(snap.position, 1.0 - snap.position) * length_m < _AT_JUNCTION_M:
            yield from _ends_at_junction(network, row, snap)
            continue
        yield _End(row, snap.edge, snap.position)
        twin = int(topology.twin[snap.edge])
        if twin not in (-1, snap.edge):
            yield _End(row, twin, 1.0 - snap.position)


def _ends_at_junction(network: Network, row: int, snap: Snap) -> Iterator[_End]:
    """At a junction a ride may come by any edge that leads there, and leave by any other."""
    arc_from, arc_to = network.topology.arc_from, network.topology.arc_to
    if snap.position > 0.5:
        leaving = arc_to[arc_from == snap.edge]
        arriving = arc_from[arc_to == leaving[0]]
    else:
        arriving = arc_from[arc_to == snap.edge]
        leaving = arc_to[arc_from == arriving[0]]
    for edge in arriving.tolist():
        yield _End(row, edge, 1.0)
    for edge in set(leaving.tolist()) - set(arriving.tolist()):
        yield _End(row, edge, 0.0)


def _search(
    network: Network, snaps: Sequence[Snap], ends: Sequence[_End]
) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int64]]:
    """Return `seconds`, `before` and `last` as `Rides` has them."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    first_end = len(network.topology.length_m)
    first_source = first_end + len(ends)
    size = first_source + len(snaps)
    from_state, to_state, arc_s = _arcs(network, snaps, ends)
    arcs = csr_array((np.maximum(arc_s, _LEAST_S), (from_state, to_state)), shape=(size, size))

    seconds = np.full((len(snaps), len(snaps)), np.inf)
    before = np.empty((len(snaps), size), dtype=np.int32)
    last = np.zeros((len(snaps), len(snaps)), dtype=np.int64)
    for first in range(0, len(snaps), _SOURCES_AT_ONCE):
        sources = np.arange(first, min(first + _SOURCES_AT_ONCE, len(snaps)))
        reached_s, before[sources] = dijkstra(arcs, indices=first_source + sources, return_predecessors=True)
        for state, end in enumerate(ends, start=first_end):
            arrived_s = reached_s[:, state] + network.approach_s(snaps[end.snap])
            better = arrived_s < seconds[sources, end.snap]
            seconds[sources[better], end.snap] = arrived_s[better]
            last[sources[better], end.snap] = state
    return seconds, before, last


def _arcs(
    network: Network, snaps: Sequence[Snap], ends: Sequence[_End]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return all arcs of the search: the states before and after, and the seconds."""
    topology, ride_s, turn_s = network.topology, network.travel_time_s, network.turn_time_s
    first_end = len(topology.length_m)
    first_source = first_end + len(ends)
    arcs = [(topology.arc_from, topology.arc_to, turn_s + ride_s[topology.arc_to])]

    # Into an edge, but only as far as a snap: the same turns, less riding.
    by_edge = np.argsort(topology.arc_to, kind="stable")
    entered = topology.arc_to[by_edge]
    ends_on: dict[int, list[tuple[int, _End]]] = defaultdict(list)
    for state, end in enumerate(ends, start=first_end):
        ends_on[end.edge].append((state, end))
        turns = by_edge[slice(*np.searchsorted(entered, (end.edge, end.edge + 1)))]
        part_s = turn_s[turns] + end.share * ride_s[end.edge]
        arcs.append((topology.arc_from[turns], np.full(len(turns), state, dtype=np.int32), part_s))

    # From a snap to the end of its edge, or to another snap further along it.
    leave: list[tuple[int, int, float]] = []
    for start in ends:
        source, approach_s = first_source + start.snap, network.approach_s(snaps[start.snap])
        if network.is_ferry[start.edge]:
            approach_s += network.cycling.ferry_wait_s
        leave.append((source, start.edge, approach_s + (1.0 - start.share) * ride_s[start.edge]))
        leave += [
            (source, state, approach_s + (end.share - start.share) * ride_s[end.edge])
            for state, end in ends_on[start.edge]
            if end.share >= start.share
        ]
    sources, states, leave_s = zip(*leave, strict=True) if leave else ((), (), ())
    arcs.append((np.array(sources, dtype=np.int32), np.array(states, dtype=np.int32), np.array(leave_s)))
    before, after, seconds = map(np.concatenate, zip(*arcs, strict=True))
    possible = np.isfinite(seconds)
    return before[possible], after[possible], seconds[possible]


def _metres(
    network: Network,
    snaps: Sequence[Snap],
    ends: Sequence[_End],
    before: NDArray[np.int32],
    last: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Measure all rides at once, by following them back to their sources state by state."""
    length_m = network.topology.length_m
    first_end = len(length_m)
    first_source = first_end + len(ends)
    edge_of = np.concatenate((np.arange(first_end), np.array([end.edge for end in ends], dtype=np.int64)))
    until = np.concatenate((np.ones(first_end), [end.share for end in ends]))
    begin = {(end.snap, end.edge): end.share for end in ends}

    approach_m = np.array([snap.distance_m for snap in snaps])
    metres: NDArray[np.float64] = approach_m[:, None] + approach_m[None, :]
    source, target = np.nonzero(last)
    state = last[source, target]
    while len(state):
        edge = edge_of[state]
        metres[source, target] += until[state] * length_m[edge]
        state = before[source, state].astype(np.int64)
        left = state >= first_source
        for a, b, first in zip(source[left], target[left], edge[left], strict=True):
            metres[a, b] -= begin[int(a), int(first)] * length_m[first]
        source, target, state = source[~left], target[~left], state[~left]
    return metres
