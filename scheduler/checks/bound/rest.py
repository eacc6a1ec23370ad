"""What the rest of a day costs at least, after every departure: the hope by which trails are kept.

Backward over the clock, forgetting what was visited before the last visit (the state space relaxation of
Christofides, Mingozzi and Toth 1981).
"""

from collections.abc import Iterator, Sequence

import numpy as np

from scheduler.checks.bound.timetable import FAR, Ints, Timetable
from scheduler.checks.bound.ways import Way

#: Lunch still to be had; and had, or not owed.
OWED, HAD = 0, 1
#: So many moments of a departure are not told apart in `by_later`, which would take up too much memory.
MOMENTS = 6
#: How many pairs of a moment and an arrival are looked at together.
_AT_ONCE = 100_000


class Rest:
    """The rest of a day.

    Attributes
    ----------
    least
        What follows at least: (lunch owed and had, departures, moments); `FAR` where the day cannot be ended.
    by_later
        The same by way of each arrival, from one of `MOMENTS` moments on: (lunch owed and had, departures,
        moments // MOMENTS, arrivals).
    """

    def __init__(self, day: Timetable, ways: tuple[Way, Way]) -> None:
        self._day, self._ways = day, ways
        departures, most = len(day.departures), day.points.shape[1]
        self._first_stops = np.flatnonzero(np.diff(day.arrival, prepend=-1))
        # When the last stop of each arrival may begin.
        self._last_s = np.append(np.full(len(day.arrivals) - 1, -1), day.arrivals.seconds[-1, 0])
        stop, last = np.nonzero(day.points < FAR)
        np.maximum.at(self._last_s, day.arrival[stop], day.arrivals.seconds[day.arrival[stop], last])
        self.least = np.full((2, departures, most), FAR)
        self.by_later = np.full((2, departures, -(-most // MOMENTS), len(day.arrivals)), FAR)
        size = max(1, _AT_ONCE // len(day.arrivals))
        for departure, moment in self._waves():
            onward = [self._onward(way) for way in ways]
            for first in range(0, len(departure), size):
                self._look(departure[first : first + size], moment[first : first + size], onward)
        latest_first = self.by_later[:, :, ::-1]
        np.minimum.accumulate(latest_first, axis=2, out=latest_first)

    def _waves(self) -> Iterator[tuple[Ints, Ints]]:
        """Yield departures and moments, in this order: the latest first, and none of a wave leads to another."""
        day = self._day
        departure, moment = np.nonzero(day.points < FAR)
        departure, moment = np.append(departure, len(day.departures) - 1), np.append(moment, 0)
        while len(departure):
            over, seconds = day.departures.over[departure], day.departures.seconds[departure, moment]
            latest = over == over.max()
            latest &= seconds > seconds[latest].max() - day.shortest_s
            yield departure[latest], moment[latest]
            departure, moment = departure[~latest], moment[~latest]

    def _onward(self, way: Way) -> tuple[Ints, Ints]:
        """Return what it costs at least to arrive at a moment or later, lunch owed and had: (arrivals, moments).

        The seconds until then are counted from midnight. A last column stands for no moment.
        """
        day = self._day
        onward = []
        for lunch in (OWED, HAD):
            rest = np.full((len(day.arrivals), day.points.shape[1] + 1), FAR)
            if len(day.points):
                stops = day.points + self.least[lunch, :-1]
                rest[:-1, :-1] = np.minimum.reduceat(stops, self._first_stops, axis=0)
            if lunch == HAD:
                rest[-1, 0] = 0
            rest[:, :-1] += way.second_units * day.arrivals.seconds
            onward.append(np.ascontiguousarray(np.minimum.accumulate(rest[:, ::-1], axis=1)[:, ::-1]))
        return onward[OWED], onward[HAD]

    def _look(self, departure: Ints, moment: Ints, onward: Sequence[tuple[Ints, Ints]]) -> None:
        """Work out the rest after some departures."""
        day = self._day
        seconds, moments = day.departures.seconds[departure, moment][:, np.newaxis], moment[:, np.newaxis]
        reached = np.flatnonzero(self._last_s >= seconds.min())
        pairs, most = np.ix_(departure, reached), day.points.shape[1]
        first = reached * (most + 1)
        by = np.full((2, len(departure), len(reached)), FAR)
        for way, (owed, had) in zip(self._ways, onward, strict=True):
            points = way.points[pairs] - way.second_units * seconds
            start = np.clip(way.lag[pairs] + moments, 0, most) + first
            np.minimum(by[HAD], had.take(start) + points, out=by[HAD])
            if day.lunch_owed:
                np.minimum(by[OWED], owed.take(start) + points, out=by[OWED])
                start = np.maximum(way.lunch_lag[pairs] + moments, way.lunch_from[pairs])
                start[moments > way.lunch_until[pairs]] = most
                points -= way.lunch_units
                np.minimum(by[OWED], had.take(np.clip(start, 0, most) + first) + points, out=by[OWED])
        least = by.min(axis=2)
        self.least[:, departure, moment] = np.where(least < FAR // 2, least, FAR)
        # Moments that are not told apart stand together.
        block = moment // MOMENTS
        firsts = np.flatnonzero(np.diff(departure * most + block, prepend=-1))
        row, column = departure[firsts][:, np.newaxis], block[firsts][:, np.newaxis]
        for lunch in (OWED, HAD):
            cells = lunch, row, column, reached
            here = np.minimum.reduceat(by[lunch], firsts, axis=0)
            self.by_later[cells] = np.minimum(self.by_later[cells], here)
