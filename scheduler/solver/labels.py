"""Growing the rounds of one consultant-day, stop by stop, under given prices.

Label setting over the elementary paths of the day, as in column generation for vehicle routing
with time windows (Feillet et al. 2004): all labels of one length are grown at once, in arrays.
A label is a set of visits with a last stop; it carries a cost profile, the least priced points for
every start of the last stop. Labels of the same set and last stop are merged by the minimum start
by start, which loses nothing and needs no further rule of dominance. A label is dropped where even
the best that could follow leaves it above the limit.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduler.schedule import INFEASIBLE
from scheduler.solver.graph import FAR, DayGraph, Keys, Points, TooManyRoundsError

_HALF = FAR / 2
#: Labels of one length that are too many: they would take up some hundred megabytes.
MOST_LABELS = 300_000


class Found(NamedTuple):
    """Rounds that were found: a key and the priced points of each, cheapest first."""

    keys: Keys
    points: Points


@dataclass(slots=True, eq=False)
class _Labels:
    """Labels of one length. `profile` is (labels, 2, starts), padded with what cannot be."""

    keys: Keys
    last: NDArray[np.int64]
    profile: Points

    def __len__(self) -> int:
        return len(self.keys)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "_Labels":
        return _Labels(self.keys[rows], self.last[rows], self.profile[rows])


class Grower:
    """Grows the rounds of a day under prices.

    Parameters
    ----------
    graph
        The day.
    extra
        Points to add for each visit option (by number): what meeting the request takes up and
        what its seconds do to the balance.
    limit
        Rounds above so many priced points are not wanted.
    width
        Keep only so many of the most promising labels of each length; all where it is None, so
        that every wanted round is found.
    """

    def __init__(self, graph: DayGraph, extra: Points, limit: float, width: int | None = None) -> None:
        self.graph = graph
        self.limit = limit
        self.width = width
        visits = graph.first_engagement
        self.own = graph.own_points.copy()
        self.own[:visits] += extra[:, np.newaxis]
        self._gains = self._sorted_gains()
        self._waiting = graph.problem.weights["waiting_second"] * graph.ends_s
        # The next engagement, or the end of the shift, must still be ahead: by engagements passed.
        fixed = np.array([*(e.starts_s[0] for e in graph.model.engagements), graph.model.day.end_s])
        self._late = graph.ends_s > fixed[:, np.newaxis, np.newaxis]
        self._used = tuple(move.plain_index.max(axis=(0, 2)) > 0 for move in graph.moves)

    def _sorted_gains(self) -> Points:
        """Return what 0, 1, 2, ... more visits can take off at best."""
        graph, visits = self.graph, self.graph.first_engagement
        best = self.own[:visits].min(axis=1, initial=FAR) + graph.least_ride_points
        gains = np.zeros(len(graph.offers))
        np.minimum.at(gains, graph.local, best)
        return np.concatenate([[0.0], np.cumsum(np.sort(gains))])

    def run(self) -> Found:
        """Grow all labels and return the rounds found, cheapest first.

        Raises
        ------
        TooManyRoundsError
            When there are more labels than can be kept.
        """
        graph = self.graph
        found_keys: list[Keys] = []
        found_points: list[Points] = []
        if not graph.model.engagements and self.limit >= 0:
            found_keys.append(np.zeros(1, dtype=np.int64))
            found_points.append(np.zeros(1))
        profile = np.full((1, 2, graph.ends_s.shape[1]), FAR)
        profile[0, :, 0] = np.where(graph.model.initial()[:, 0] >= INFEASIBLE, FAR, 0.0)
        begin = len(graph.stops) - 2
        labels = _Labels(np.zeros(1, dtype=np.int64), np.array([begin]), profile)
        while len(labels):
            labels = self._longer(labels)
            keys, points = self._closed(labels)
            found_keys.append(keys)
            found_points.append(points)
        keys, points = np.concatenate(found_keys), np.concatenate(found_points)
        order = np.lexsort((points, keys))
        keys, points = keys[order], points[order]
        firsts = np.concatenate([[True], keys[1:] != keys[:-1]]) if len(keys) else np.zeros(0, dtype=bool)
        keys, points = keys[firsts], points[firsts]
        order = np.argsort(points, kind="stable")
        return Found(keys[order], points[order])

    def _longer(self, labels: _Labels) -> _Labels:
        """Return the labels with one more stop."""
        graph = self.graph
        least = np.full((len(labels), 2, labels.profile.shape[2] + 1), FAR)
        waiting = least.copy()
        np.minimum.accumulate(labels.profile, axis=2, out=least[:, :, 1:])
        shifted = labels.profile - self._waiting[labels.last][:, np.newaxis]
        np.minimum.accumulate(shifted, axis=2, out=waiting[:, :, 1:])
        first_alive = (labels.profile < _HALF).any(axis=1).argmax(axis=1)
        engaged = labels.keys >> graph.shifts[-1]
        room = self._room(labels.keys)
        parts = []
        grown = 0
        for to in range(len(graph.stops) - 2):
            may = graph.reach[labels.last, to] > first_alive
            if to < graph.first_engagement:
                may &= (labels.keys & graph.fields[graph.local[to]]) == 0
                if room is not None:
                    may &= room >= graph.stops[to].conversations
            else:
                may &= engaged == to - graph.first_engagement
            rows = np.flatnonzero(may)
            if len(rows):
                parts.append(self._extend(labels, rows, to, least, waiting))
                grown += len(parts[-1][0])
                if self.width is None and grown > MOST_LABELS:
                    raise TooManyRoundsError
        if not parts:
            return labels.take(np.zeros(0, dtype=np.intp))
        keys, last, profile = (np.concatenate(column) for column in zip(*parts, strict=True))
        longer = _Labels(keys, last, profile)
        return self._promising(_merged(longer)) if len(longer) else longer

    def _room(self, keys: Keys) -> Points | None:
        most = self.graph.model.consultant.max_conversations_per_day
        if most is None:
            return None
        visits = self.graph.stops[: self.graph.first_engagement]
        return most - self.graph.total(keys, np.array([visit.conversations for visit in visits]))

    def _extend(
        self, labels: _Labels, rows: NDArray[np.intp], to: int, least: Points, waiting: Points
    ) -> tuple[Keys, NDArray[np.int64], Points]:
        graph = self.graph
        starts = len(graph.stops[to].starts_s)
        last = labels.last[rows]
        profile = np.full((len(rows), 2, graph.ends_s.shape[1]), FAR)
        best = profile[:, :, :starts]
        width = least.shape[2]
        first = rows[:, np.newaxis] * (2 * width)
        for source, move, used in zip((waiting, least), graph.moves, self._used, strict=True):
            if not used[to]:
                continue
            flat = source.reshape(-1)
            index = first + move.plain_index[last, to, :starts]
            points = move.pair_points[last, to][:, np.newaxis] + move.start_points[to, :starts]
            np.minimum(best[:, 0], flat.take(index) + points, out=best[:, 0])
            np.minimum(best[:, 1], flat.take(index + width) + points, out=best[:, 1])
            index = first + move.lunch_index[last, to, :starts]
            reached = flat.take(index) + (points - move.lunch_gain)
            np.minimum(best[:, 1], reached, out=best[:, 1])
        best += self.own[to, :starts]
        keys = labels.keys[rows] + graph.added[to]
        late = self._late[keys >> graph.shifts[-1], to, :starts]
        best[np.broadcast_to(late[:, np.newaxis], best.shape)] = FAR
        best[best > _HALF] = FAR
        alive = best.min(axis=(1, 2)) < _HALF
        return keys[alive], np.full(int(alive.sum()), to), profile[alive]

    def _promising(self, labels: _Labels) -> _Labels:
        """Drop the labels that cannot lead to a wanted round, and those beyond the width."""
        graph = self.graph
        first = (labels.profile < _HALF).any(axis=1).argmax(axis=1)
        left_s = graph.model.day.end_s - graph.ends_s[labels.last, first]
        shortest_s = min((s.duration_s for s in graph.stops[: graph.first_engagement]), default=1)
        count = np.minimum(left_s // max(1, shortest_s), len(self._gains) - 1)
        hope = labels.profile.min(axis=(1, 2)) + self._gains[np.maximum(0, count)]
        keep = np.flatnonzero(hope <= self.limit)
        if self.width is not None and len(keep) > self.width:
            keep = keep[np.argpartition(hope[keep], self.width)[: self.width]]
        return labels.take(keep)

    def _closed(self, labels: _Labels) -> tuple[Keys, Points]:
        """Return the wanted rounds that end after these labels' last stops."""
        graph = self.graph
        end = len(graph.stops) - 1
        done = (labels.keys >> graph.shifts[-1]) == len(graph.model.engagements)
        labels = labels.take(done)
        if not len(labels):
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        move = graph.moves[1]
        least = np.minimum.accumulate(labels.profile, axis=2)
        least = np.concatenate([np.full((*least.shape[:2], 1), FAR), least], axis=2)
        rows = np.arange(len(labels))
        points = np.minimum(
            least[rows, 1, move.plain_index[labels.last, end, 0]],
            least[rows, 0, move.lunch_index[labels.last, end, 0]],
        )
        points += move.pair_points[labels.last, end]
        wanted = points <= self.limit
        visits = labels.keys[wanted] & ((1 << int(graph.shifts[-1])) - 1)
        return visits, points[wanted]


def _merged(labels: _Labels) -> _Labels:
    """Join the labels of the same set and last stop."""
    order = np.lexsort((labels.last, labels.keys))
    keys, last = labels.keys[order], labels.last[order]
    new = np.concatenate([[True], (keys[1:] != keys[:-1]) | (last[1:] != last[:-1])])
    firsts = np.flatnonzero(new)
    if len(firsts) == len(keys):
        return labels
    return _Labels(keys[firsts], last[firsts], np.minimum.reduceat(labels.profile[order], firsts, axis=0))
