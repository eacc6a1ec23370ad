"""What the rest of a day costs at least, from every stop and start on: the hope by which labels are kept.

Backward over the starts of a day, forgetting which visits were made before, so that a visit may be
made twice: the state space relaxation of Christofides, Mingozzi and Toth (1981). No round can be cheaper.

What leads on from a stop depends only on where and when it ends, and what leads to a visit only on where
it is and how early one can be there, not on its number of conversations. So this is reckoned from
*departures* (a request or engagement, an end) to *targets* (a request or engagement, a start), of
which there are far fewer than nodes and starts.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduler.solver.block import Block, Ints
from scheduler.solver.graph import FAR, DayGraph, Points
from scheduler.week.ways import Ways

Places = NDArray[np.int32]
_DAY_S = 86_400
#: A start later than any.
_NEVER_S = 1 << 20


class _Arcs(NamedTuple):
    """The possible arcs of one sort of a shape, by departure.

    `plain` and `lunch` are the first start of the target, by number, that can follow, without and with
    lunch on the way; `points` are what the arc itself costs.
    """

    departure: Places
    target: Places
    plain: Places
    lunch: Places
    points: Points


class Onward:
    """Departures, targets and arcs of a shape of days.

    Attributes
    ----------
    ends_s, engaged
        When each departure is, and how many engagements are over then; the last one is the end of the day.
    starts_s
        The starts of each target: (targets, starts), padded with `_NEVER_S`; the beginning of the day has none.
    departure, start
        The departure of each node and start, and which of its target's starts it is.
    target
        The target of each node.
    arcs
        Those that wait away from base, and those that do not.
    """

    def __init__(self, graph: DayGraph) -> None:
        visits, engagements = graph.visits, len(graph.model.engagements)
        requests = len(graph.offers)
        self.target = np.zeros(len(graph.count), dtype=np.int64)
        self.target[visits] = graph.local[graph.stop_of[visits]]
        self.target[visits.stop :] = requests + np.arange(engagements)
        self.target[0], self.target[1] = requests + engagements, requests + engagements + 1
        targets = requests + engagements + 2
        self.real = np.arange(graph.starts_s.shape[1]) < graph.count[:, np.newaxis]
        node, at = np.nonzero(self.real)
        # When a stop ends says when it is over; the end of the day comes last.
        last = (node == 1).astype(np.int64)
        rows = np.stack(
            [last, self.target[node], graph.ends_s[node, at], graph.engaged_after[node, at]], axis=1
        )
        rows, departure = np.unique(rows, axis=0, return_inverse=True)
        _last, group, self.ends_s, self.engaged = rows.T
        self.departure = np.zeros(self.real.shape, dtype=np.int64)
        self.departure[node, at] = departure.reshape(-1)
        self.starts_s, self.start = self._targets(graph, targets)
        place_ids = [""] * targets
        for number, target in zip(graph.stop_of.tolist(), self.target.tolist(), strict=True):
            place_ids[target] = graph.stops[number].place_id
        count = (self.starts_s < _NEVER_S).sum(axis=1)
        # Nothing follows the end of the day.
        self.arcs = tuple(
            self._arcs(graph, way, group[:-1], count) for way in graph.sorts(place_ids, place_ids)
        )

    def _targets(self, graph: DayGraph, targets: int) -> tuple[NDArray[np.int32], Ints]:
        """Return the starts of each target, and which of them each node and start is."""
        node, at = np.nonzero(self.real & (np.arange(len(graph.count)) > 0)[:, np.newaxis])
        pairs, inverse = np.unique(
            np.stack([self.target[node], graph.starts_s[node, at]], axis=1), axis=0, return_inverse=True
        )
        number = np.arange(len(pairs)) - np.searchsorted(pairs[:, 0], pairs[:, 0])
        starts_s = np.full((targets, 1 + int(number.max(initial=0))), _NEVER_S, dtype=np.int32)
        starts_s[pairs[:, 0], number] = pairs[:, 1]
        start = np.zeros(self.real.shape, dtype=np.int64)
        start[node, at] = number[inverse.reshape(-1)]
        return starts_s, start

    def _arcs(self, graph: DayGraph, way: Ways, group: Ints, count: Ints) -> _Arcs:
        """Return the arcs of a sort from the departures, of which `group` is the request or engagement."""
        of_departure = way.take(group)
        ends_s = self.ends_s[: len(group), np.newaxis].astype(np.int32)
        plain_s, lunch_s, may_lunch = graph.model.ways.earliest_starts_s(of_departure, ends_s)
        plain = self._first_start(plain_s, graph)
        may = (plain < count) & of_departure.may & (group[:, np.newaxis] != np.arange(len(count)))
        departure, to = np.nonzero(may)
        nowhere = self.starts_s.shape[1]
        lunch = np.where(may_lunch, self._first_start(lunch_s, graph), nowhere)[departure, to]
        wait_points = graph.wait_points(way)
        points = graph.ride_points(way)[group[departure], to] - wait_points * self.ends_s[departure]
        lunch = np.where(lunch < count[to], lunch, nowhere)
        # There are so many of them that it counts how large the numbers are.
        return _Arcs(
            departure.astype(np.int32),
            to.astype(np.int32),
            plain[departure, to].astype(np.int32),
            lunch.astype(np.int32),
            points,
        )

    def _first_start(self, earliest_s: NDArray[np.int32], graph: DayGraph) -> Ints:
        """Return which start of each target is the first that is not too early: (departures, targets)."""
        grid_s, requests = graph.problem.defaults.start_grid_s, len(graph.offers)
        first = np.empty(earliest_s.shape, dtype=np.int64)
        # Visits start on the grid, so a table by its steps does for them; other targets have one start.
        steps = _DAY_S // grid_s
        started = np.zeros((requests, steps + 2), dtype=np.int64)
        request, start = np.nonzero(self.starts_s[:requests] < _NEVER_S)
        started[request, self.starts_s[request, start] // grid_s + 1] = 1
        before = started.cumsum(axis=1)
        step = np.minimum(-(-earliest_s[:, :requests] // grid_s), steps + 1)
        first[:, :requests] = before[np.arange(requests), step]
        first[:, requests:] = self.starts_s[requests:, 0] < earliest_s[:, requests:]
        return first


class _Wave(NamedTuple):
    """Departures none of which can follow another, with every arc that leads on from them.

    Attributes
    ----------
    departures
        Those from which any arc leads on.
    begins
        The first arc of each of them.
    plain, lunch
        Where the least points after each arc are, lunch not had before, and had on the way.
    points
        What each arc itself costs.
    cells
        The nodes and starts that end with the departures of the wave, in the order of their targets.
    cell_begins
        The first of them of each start of a target.
    targets
        Where the starts of the targets are.
    """

    departures: Ints
    begins: Ints
    plain: Places
    lunch: Places
    points: Points
    cells: slice
    cell_begins: Ints
    targets: Ints


class Ahead:
    """The arcs of days of some shapes in the order in which the points ahead are found, whatever the prices.

    `parts` are what leads on in these shapes.
    """

    def __init__(self, block: Block, shapes: Sequence[int], parts: Sequence[Onward]) -> None:
        self._nodes, self._starts = block.starts_s.shape[1:]
        targets = max(len(part.starts_s) for part in parts)
        starts = max(part.starts_s.shape[1] for part in parts)
        engaged = 1 + int(block.engagements[list(shapes)].max(initial=0))
        #: The shape of the least points: by sort of arc, lunch (not had, had, had on the way there), first start,
        #: engagements over, and target.
        self._shape = (2, 3, starts + 1, engaged, len(parts) * targets)
        self._lunch_gain = [
            np.repeat(its.lunch_gain[list(shapes)], targets)[:, np.newaxis] for its in block.arcs
        ]
        self._owed = not bool(block.lunch_had[list(shapes)].all())
        firsts = np.cumsum([0, *(len(part.ends_s) for part in parts)])
        self._departures = int(firsts[-1])
        #: The departures at the ends of the days.
        self._ends = firsts[1:] - 1
        cells, arcs = [], []
        for number, (shape, part, first) in enumerate(zip(shapes, parts, firsts.tolist(), strict=False)):
            node, at = np.nonzero(part.real)
            place = self._place(
                part.start[node, at], block.engaged[shape, node, at], number * targets + part.target[node]
            )
            cells.append(
                (
                    (number * self._nodes + node) * self._starts + at,
                    first + part.departure[node, at],
                    # Nothing leads to the beginning of the day.
                    np.where(node == 0, -1, place),
                    block.arcs[0].wait_points * block.starts_s[shape, node, at],
                )
            )
            for sort, its in enumerate(part.arcs):
                over, to = part.engaged[its.departure], number * targets + its.target
                # A start beyond the last is nowhere.
                lunch = np.where(its.lunch < part.starts_s.shape[1], its.lunch, starts)
                offset = sort * 3 * self._had
                arcs.append(
                    (
                        first + its.departure,
                        offset + self._place(its.plain, over, to),
                        offset + 2 * self._had + self._place(lunch, over, to),
                        its.points,
                    )
                )
        ends_s = np.concatenate([part.ends_s for part in parts])
        self._waves = self._in_waves(
            ends_s,
            [np.concatenate(column) for column in zip(*cells, strict=True)],
            [np.concatenate(column) for column in zip(*arcs, strict=True)],
            max(1, block.shortest_s),
        )

    @property
    def _had(self) -> int:
        """How far apart the least points of a sort with lunch had and not had are."""
        _sorts, _lunches, starts, engaged, targets = self._shape
        return int(starts * engaged * targets)

    def _place(self, start: Ints | Places, engaged: Ints, target: Ints | Places) -> Ints:
        """Return where starts of targets are in the least points of the first sort, lunch not had."""
        _sorts, _lunches, _starts, over, targets = self._shape
        place: Ints = (start * over + engaged) * targets + target
        return place

    def _in_waves(
        self, ends_s: Ints, cells: list[NDArray[Any]], arcs: list[NDArray[Any]], shortest_s: int
    ) -> list[_Wave]:
        """Bring all in order, latest departures first; the ends of the days are a wave of their own."""
        ends_s = ends_s.copy()
        ends_s[self._ends] = _NEVER_S
        late = np.sort(np.unique(ends_s))[::-1]
        wave_of_end = np.zeros(len(late), dtype=np.int64)
        begin = 0
        for number in range(1, len(late)):
            # What follows a stop ends later by its own duration at least.
            new = late[number] <= late[begin] - shortest_s or number == 1
            begin = number if new else begin
            wave_of_end[number] = wave_of_end[number - 1] + new
        wave = wave_of_end[len(late) - 1 - np.searchsorted(late[::-1], ends_s)]
        source, cell_departure, target, wait = cells
        order = np.lexsort((target, wave[cell_departure]))
        self._source, self._cell_departure = source[order], cell_departure[order]
        self._wait = wait[order, np.newaxis]
        target, cell_wave = target[order], wave[self._cell_departure]
        departure, plain, lunch, points = arcs
        order = np.lexsort((departure, wave[departure]))
        departure, points = departure[order], points[order, np.newaxis]
        plain, lunch = plain[order].astype(np.int32), lunch[order].astype(np.int32)
        arc_wave = wave[departure]
        waves = []
        for number in range(int(wave.max()) + 1):
            rows = slice(*np.searchsorted(arc_wave, [number, number + 1]).tolist())
            begins = np.flatnonzero(np.diff(departure[rows], prepend=-1))
            first, last = np.searchsorted(cell_wave, [number, number + 1]).tolist()
            # Where nothing leads to, nothing need be known.
            first += int((target[first:last] < 0).sum())
            to = target[first:last]
            cell_begins = np.flatnonzero(np.diff(to, prepend=-1))
            waves.append(
                _Wave(
                    departure[rows][begins],
                    begins,
                    plain[rows],
                    lunch[rows],
                    points[rows],
                    slice(first, last),
                    cell_begins,
                    to[cell_begins],
                )
            )
        return waves

    def least(self, own: Points) -> Points:
        """Return the least points that follow each node and start, lunch not yet had and had.

        Parameters
        ----------
        own
            What each node costs by itself, prices included, for so many days of each shape:
            (shapes, days, nodes, starts).

        Returns
        -------
        Points of shape (shapes, days, nodes, 2, starts), what the node itself costs not counted; `FAR` where
        the day cannot be brought to its end.
        """
        shapes, days, nodes, starts = own.shape
        itself = own.transpose(0, 2, 3, 1).reshape(-1, days)[self._source]
        value = np.full((2, self._departures, days), FAR)
        value[1, self._ends] = 0.0
        best = np.full((*self._shape, days), FAR)
        flat = best.reshape(-1, days)
        lunches = (0, 1) if self._owed else (1,)
        for wave in self._waves:
            if len(wave.departures):
                self._reckon(wave, flat, value)
            if not len(wave.targets):
                continue
            for lunch in lunches:
                rest = itself[wave.cells] + value[lunch, self._cell_departure[wave.cells]]
                for sort in (1, 0):
                    # The last dimension first: what comes earlier is worth as much as what comes later.
                    to = best[sort, lunch]
                    cells = to.reshape(-1, days)
                    if not sort:
                        rest += self._wait[wave.cells]
                    found = np.minimum.reduceat(rest, wave.cell_begins)
                    cells[wave.targets] = np.minimum(cells[wave.targets], found)
                    np.minimum.accumulate(to[-2::-1], axis=0, out=to[-2::-1])
            if self._owed:
                for sort in (0, 1):
                    np.subtract(best[sort, 1, :-1], self._lunch_gain[sort], out=best[sort, 2, :-1])
        np.minimum(value, FAR, out=value)
        ahead = np.full((2, shapes * nodes * starts, days), FAR)
        ahead[:, self._source] = value[:, self._cell_departure]
        split = ahead.reshape(2, shapes, nodes, starts, days)
        return np.ascontiguousarray(split.transpose(1, 4, 2, 0, 3))

    def _reckon(self, wave: _Wave, flat: Points, value: Points) -> None:
        """Write down what follows the departures of a wave at least."""
        if self._owed:
            onward = np.minimum(flat[wave.plain], flat[wave.lunch])
            onward += wave.points
            value[0, wave.departures] = np.minimum.reduceat(onward, wave.begins)
        onward = flat[wave.plain + self._had]
        onward += wave.points
        value[1, wave.departures] = np.minimum.reduceat(onward, wave.begins)
