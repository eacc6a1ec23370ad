"""Growing the rounds of consultant-days, stop by stop, under given prices.

Label setting over the elementary paths of the day, as in column generation for vehicle routing
with time windows (Feillet et al. 2004): all labels of one length are grown at once, in arrays.
A label is a set of visits and the engagements passed with a last node; it carries a cost profile, the least priced points for
every start of the last node. Labels of the same set and last node are merged by the minimum start
by start, which loses nothing and needs no further rule of dominance. A label is dropped where even
the least that can follow (`ahead`) leaves it above the limit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduler.solver.ahead import Ahead
from scheduler.solver.block import Block, Ints
from scheduler.solver.graph import FAR, Points
from scheduler.solver.keys import Keys

_HALF = FAR / 2
#: The most labels of a day and one length that are kept: they take up some tens of megabytes.
MOST_LABELS = 100_000
#: The most labels times nodes that are looked at together.
_MOST_PAIRS = 2_000_000
#: How many labels are made at a time, before the hopeless ones are dropped.
_CHUNK = 8_192
#: Points by which float arithmetic may err in a hope.
_ERROR = 1e-4


class Found(NamedTuple):
    """Rounds of a day that were found: a key and the priced points of each, cheapest first.

    `least` is what no round of the day, found or not, can be below, or the limit. `complete` tells
    that all rounds within the limit were found.
    """

    keys: Keys
    points: Points
    least: float
    complete: bool


@dataclass(slots=True, eq=False)
class _Labels:
    """Labels of one length.

    `keys` is (labels, words); `engaged` are the engagements passed; `profile` is (labels, 2, starts), padded
    with what cannot be.
    """

    keys: Keys
    engaged: Ints
    day: Ints
    last: Ints
    profile: Points
    hope: Points

    def __len__(self) -> int:
        return len(self.keys)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "_Labels":
        return _Labels(*(getattr(self, field.name)[rows] for field in fields(self)))


class Grower:
    """Grows the rounds of some days under prices.

    Parameters
    ----------
    block
        All days.
    ahead
        The shapes of these days.
    days
        The days, by number: shape after shape in the order of `ahead`, as many of each.
    extra
        For each day, points to add for each visit option (by number): what meeting the request
        takes up and what its seconds do to the balance.
    limit
        Rounds of a day above so many priced points are not wanted.
    width
        Keep only so many of each day's most promising labels of each length.
    stop
        Is asked before each length whether to leave it at the rounds found: what could follow counts as
        left out.
    """

    def __init__(
        self,
        block: Block,
        ahead: Ahead,
        days: Ints,
        *,
        extra: Sequence[Points],
        limit: Points,
        width: int,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.block = block
        self._stop = stop
        self.limit = limit
        self.width = min(width, MOST_LABELS)
        #: The shape of each day.
        self._shape = block.shape[days]
        self._most_held = block.most_held[days]
        self._idle = block.idle_points[days]
        own = block.own_points[days]
        for day, points in enumerate(extra):
            option = block.option[self._shape[day]]
            visits = np.flatnonzero(option >= 0)
            own[day, visits] += points[option[visits], np.newaxis]
        np.minimum(own, FAR, out=own)
        shapes = len(np.unique(self._shape))
        least = ahead.least(own.reshape(shapes, len(days) // shapes, *own.shape[1:]))
        self._ahead = least.reshape(len(days), *least.shape[2:])
        # By engagements passed: another number of them is over at the other starts.
        passed = np.arange(int(block.engagements[self._shape].max(initial=0)) + 1)
        here = block.engaged[self._shape] == passed[:, np.newaxis, np.newaxis, np.newaxis]
        self._own = np.where(here, own, FAR)
        self._least_ahead = (self._own + self._ahead.min(axis=2)).min(axis=3)
        self._dropped = np.full(len(days), FAR)

    def run(self) -> list[Found]:
        """Grow all labels and return the rounds found, day by day."""
        block, shape = self.block, self._shape
        days = np.arange(len(shape))
        empty = days[(block.engagements[shape] == 0) & (self.limit >= self._idle)]
        found = [(empty, np.zeros((len(empty), block.words), dtype=np.int64), self._idle[empty])]
        profile = np.full((len(days), 2, block.starts_s.shape[2]), FAR)
        profile[days, block.lunch_had[shape], 0] = 0.0
        none = np.zeros(len(days), dtype=np.int64)
        keys = np.zeros((len(days), block.words), dtype=np.int64)
        hope = (profile + self._ahead[:, 0]).min(axis=(1, 2))
        labels = _Labels(keys, none, days, none, profile, hope)
        while len(labels):
            if self._stop():
                np.minimum.at(self._dropped, labels.day, labels.hope)
                break
            labels = self._longer(labels)
            found.append(self._closed(labels))
        day, keys, points = (np.concatenate(column) for column in zip(*found, strict=True))
        order = np.lexsort((points, *keys.T, day))
        day, keys, points = day[order], keys[order], points[order]
        new = np.ones(len(day), dtype=bool)
        new[1:] = (keys[1:] != keys[:-1]).any(axis=1) | (day[1:] != day[:-1])
        day, keys, points = day[new], keys[new], points[new]
        order = np.lexsort((points, day))
        keys, points = keys[order], points[order]
        ends = np.cumsum(np.bincount(day, minlength=len(days)))
        return [
            Found(
                keys[start:end],
                points[start:end],
                min(float(self.limit[d]), float(self._dropped[d]), float(points[start:end].min(initial=FAR))),
                complete=bool(self._dropped[d] > self.limit[d]),
            )
            for d, (start, end) in enumerate(pairwise([0, *ends.tolist()]))
        ]

    def _longer(self, labels: _Labels) -> _Labels:
        """Return the labels with one more stop."""
        block = self.block
        step = max(1, _MOST_PAIRS // block.count.shape[1])
        pieces = [self._pairs(labels, slice(i, i + step)) for i in range(0, len(labels), step)]
        rows, to = (np.concatenate(column) for column in zip(*pieces, strict=True))
        if not len(rows):
            return labels.take(rows)
        least = np.full((len(labels), 2, labels.profile.shape[2] + 1), FAR)
        waiting = least.copy()
        np.minimum.accumulate(labels.profile, axis=2, out=least[:, :, 1:])
        ends_s = block.ends_s[self._shape[labels.day], labels.last][:, np.newaxis]
        shifted = labels.profile - block.arcs[0].wait_points * ends_s
        np.minimum.accumulate(shifted, axis=2, out=waiting[:, :, 1:])
        parts = [
            self._extend(labels, rows[i : i + _CHUNK], to[i : i + _CHUNK], least, waiting)
            for i in range(0, len(rows), _CHUNK)
        ]
        return self._promising(_merged(_joined(parts)))

    def _pairs(self, labels: _Labels, part: slice) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return which labels of a part may be grown by which nodes: rows of the labels, and nodes."""
        labels = labels.take(np.arange(len(labels))[part])
        block, day, last = self.block, labels.day, labels.last
        shape = self._shape[day]
        first_alive = (labels.profile < _HALF).any(axis=1).argmax(axis=1)
        hope = labels.profile.min(axis=(1, 2))[:, np.newaxis] + block.least_points[shape, last]
        hope += self._least_ahead[labels.engaged, day]
        may = hope <= self.limit[day][:, np.newaxis] + _ERROR
        may &= block.reach[shape, last] > first_alive[:, np.newaxis]
        may[:, :2] = False
        rows, nodes = np.nonzero(may)
        shape = shape[rows]
        # Not twice to a request, and to the next engagement alone.
        met = labels.keys[rows, block.word[shape, nodes]] & block.field[shape, nodes]
        engagement = block.engagement[shape, nodes]
        keep = (met == 0) & ((engagement < 0) | (engagement == labels.engaged[rows]))
        rows, nodes = rows[keep], nodes[keep]
        limited = np.flatnonzero(self._most_held[day] < np.iinfo(np.int64).max)
        if len(limited):
            room = self._most_held[day].copy()
            room[limited] -= self._held(labels.take(limited))
            keep = block.held[self._shape[day[rows]], nodes] <= room[rows]
            rows, nodes = rows[keep], nodes[keep]
        return rows + part.start, nodes

    def _held(self, labels: _Labels) -> Ints:
        """Return the conversations of labels."""
        block, shape = self.block, self._shape[labels.day]
        words = np.take_along_axis(labels.keys, block.word[shape], axis=1)
        bits = words & block.field[shape]
        taken = (bits == block.added[shape]) & (bits != 0)
        # A stop that is split into nodes counts once.
        taken &= block.first_part[shape]
        held: Ints = (taken * block.held[shape]).sum(axis=1)
        return held

    def _extend(
        self,
        labels: _Labels,
        rows: NDArray[np.intp],
        to: NDArray[np.intp],
        least: Points,
        waiting: Points,
    ) -> _Labels:
        """Grow some labels (by row) by a node each, and keep what has hope."""
        block = self.block
        day, last = labels.day[rows], labels.last[rows]
        shape = self._shape[day]
        width = least.shape[2]
        first = rows[:, np.newaxis] * (2 * width)
        profile = np.full((len(rows), 2, width - 1), FAR)
        not_had, had = profile[:, 0], profile[:, 1]
        starts_s = block.starts_s[shape, to]
        for source, arc in zip((waiting, least), block.arcs, strict=True):
            flat = source.reshape(-1)
            points = arc.points[shape, last, to][:, np.newaxis] + arc.wait_points * starts_s
            index = first + arc.plain[shape, last, to]
            np.minimum(not_had, flat.take(index) + points, out=not_had)
            np.minimum(had, flat.take(index + width) + points, out=had)
            index = first + arc.lunch[shape, last, to]
            points -= arc.lunch_gain[shape][:, np.newaxis]
            np.minimum(had, flat.take(index) + points, out=had)
        engaged = labels.engaged[rows]
        profile += self._own[engaged, day, to][:, np.newaxis]
        np.minimum(profile, FAR, out=profile)
        hope = (profile + self._ahead[day, to]).min(axis=(1, 2))
        keep = np.flatnonzero(hope <= self.limit[day] + _ERROR)
        day, to, shape = day[keep], to[keep], shape[keep]
        keys = labels.keys[rows[keep]]
        keys[np.arange(len(keep)), block.word[shape, to]] += block.added[shape, to]
        engaged = engaged[keep] + (block.engagement[shape, to] >= 0)
        return _Labels(keys, engaged, day, to, profile[keep], hope[keep])

    def _promising(self, labels: _Labels) -> _Labels:
        """Drop the labels of each day beyond the width."""
        if len(labels) <= self.width:
            return labels
        order = np.lexsort((labels.hope, labels.day))
        day = labels.day[order]
        rank = np.arange(len(order)) - np.searchsorted(day, day)
        beyond = order[rank >= self.width]
        np.minimum.at(self._dropped, labels.day[beyond], labels.hope[beyond])
        return labels.take(order[rank < self.width])

    def _closed(self, labels: _Labels) -> tuple[Ints, Keys, Points]:
        """Return the wanted rounds that end after these labels' last nodes: days, keys, points."""
        block = self.block
        labels = labels.take(labels.engaged == block.engagements[self._shape[labels.day]])
        day, last = labels.day, labels.last
        shape = self._shape[day]
        arc = block.arcs[1]
        least = np.full((len(labels), 2, labels.profile.shape[2] + 1), FAR)
        np.minimum.accumulate(labels.profile, axis=2, out=least[:, :, 1:])
        rows = np.arange(len(labels))
        points = np.minimum(
            least[rows, 1, arc.plain[shape, last, 1, 0]], least[rows, 0, arc.lunch[shape, last, 1, 0]]
        )
        points += arc.points[shape, last, 1]
        wanted = points <= self.limit[day]
        return day[wanted], labels.keys[wanted], points[wanted]


def _joined(parts: list[_Labels]) -> _Labels:
    if len(parts) == 1:
        return parts[0]
    names = [field.name for field in fields(_Labels)]
    return _Labels(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _merged(labels: _Labels) -> _Labels:
    """Join the labels of the same day, set and last node."""
    order = np.lexsort((labels.last, labels.engaged, *labels.keys.T, labels.day))
    keys, engaged, day, last = (
        labels.keys[order],
        labels.engaged[order],
        labels.day[order],
        labels.last[order],
    )
    new = np.ones(len(keys), dtype=bool)
    new[1:] = (keys[1:] != keys[:-1]).any(axis=1) | (last[1:] != last[:-1])
    new[1:] |= (day[1:] != day[:-1]) | (engaged[1:] != engaged[:-1])
    firsts = np.flatnonzero(new)
    if len(firsts) == len(keys):
        return labels
    profile = np.minimum.reduceat(labels.profile[order], firsts, axis=0)
    hope = np.minimum.reduceat(labels.hope[order], firsts)
    return _Labels(keys[firsts], engaged[firsts], day[firsts], last[firsts], profile, hope)
