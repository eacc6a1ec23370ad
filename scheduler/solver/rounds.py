"""The rounds worth having of one consultant-day.

For every set of (request, number of conversations) that the day can hold, the points of its
cheapest valid schedule. The sets are grown stop by stop (label setting over the elementary paths
of the day, as in column generation for vehicle routing with time windows: Feillet et al. 2004),
all sets of one length at once: labels that end in the same stop lie in one array of cost profiles,
and labels of the same set and last stop are merged by taking the minimum start by start. Since a
profile holds the least points for *every* start, the merge loses nothing and needs no further
rule of dominance.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduler.model import Problem
from scheduler.schedule import INFEASIBLE, DayModel, DaySchedule, Profile, StopOption

Keys = NDArray[np.int64]

#: Bits of a key; one is the sign.
_KEY_BITS = 63
#: Labels that one consultant-day may have at once; beyond, listing every round is hopeless.
MAX_LABELS = 2_000_000


class TooManyRoundsError(Exception):
    """A day allows so many rounds that listing them all is out of reach."""


@dataclass(frozen=True, slots=True, eq=False)
class DayRounds:
    """All rounds of one consultant-day, the empty one first.

    `held` has shape (rounds, requests of the day): 0 where a request is left out, the number of
    the option otherwise (1 for the first in `options`). `requests` are positions in the problem's
    requests. `points` are those of the score without balance, `load_s` the seconds of visits.
    """

    model: DayModel
    requests: tuple[int, ...]
    options: tuple[tuple[StopOption, ...], ...]
    held: NDArray[np.int8]
    points: NDArray[np.int64]
    load_s: NDArray[np.int64]

    def stops(self, row: int) -> tuple[StopOption, ...]:
        """Return the visits of one round, in no order."""
        chosen = zip(self.options, self.held[row], strict=True)
        return tuple(options[number - 1] for options, number in chosen if number)

    def row(self, visits: Iterable[StopOption]) -> int:
        """Return the row of the round that holds just these visits."""
        wanted = np.zeros(len(self.requests), dtype=np.int8)
        taken = set(visits)
        for local, options in enumerate(self.options):
            for number, option in enumerate(options, start=1):
                if option in taken:
                    wanted[local] = number
        return int(np.flatnonzero((self.held == wanted).all(axis=1))[0])


class _Lister:
    """Grows the labels of one day. A key has a field of bits a request, and one for engagements."""

    def __init__(self, problem: Problem, model: DayModel) -> None:
        self.model = model
        offers = [(i, model.options(request)) for i, request in enumerate(problem.requests)]
        offers = [(i, options) for i, options in offers if options]
        self.requests = tuple(i for i, _ in offers)
        self.options = tuple(options for _, options in offers)
        self.shifts: list[int] = []
        bits = 0
        for options in self.options:
            self.shifts.append(bits)
            bits += len(options).bit_length()
        self.engaged_shift = bits
        bits += len(model.engagements).bit_length()
        if bits > _KEY_BITS:
            raise TooManyRoundsError
        self.found: list[tuple[Keys, NDArray[np.int64]]] = []

    def _field(self, request: int) -> int:
        return (1 << len(self.options[request]).bit_length()) - 1

    def _engaged(self, keys: Keys) -> NDArray[np.int64]:
        return keys >> self.engaged_shift

    def _conversations(self, keys: Keys) -> NDArray[np.int64]:
        total = np.zeros(len(keys), dtype=np.int64)
        for request, options in enumerate(self.options):
            held = np.array([0, *(option.conversations for option in options)], dtype=np.int64)
            total += held[(keys >> self.shifts[request]) & self._field(request)]
        return total

    def run(self) -> None:
        """Grow all labels, noting every closed round's key and points in `found`."""
        labels = {self.model.start: (np.zeros(1, dtype=np.int64), self.model.initial()[np.newaxis])}
        # Without a visit or an engagement there is no round, and no lunch to have.
        if not self.model.engagements:
            self.found.append((np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)))
        while labels:
            labels = self._longer(labels)
            for stop, (keys, profiles) in labels.items():
                self._close(stop, keys, profiles)
            if sum(len(keys) for keys, _ in labels.values()) > MAX_LABELS:
                raise TooManyRoundsError

    def _longer(
        self, labels: dict[StopOption, tuple[Keys, Profile]]
    ) -> dict[StopOption, tuple[Keys, Profile]]:
        """Return the labels with one more stop."""
        grown: dict[StopOption, list[tuple[Keys, Profile]]] = {}
        for last, (keys, profiles) in labels.items():
            room = self._room(keys)
            engaged = self._engaged(keys)
            for request, options in enumerate(self.options):
                field = self._field(request) << self.shifts[request]
                free = (keys & field) == 0
                for number, option in enumerate(options, start=1):
                    fits = free if room is None else free & (room >= option.conversations)
                    added = number << self.shifts[request]
                    self._extend(grown, last, option, keys[fits] + added, profiles[fits])
            for number, engagement in enumerate(self.model.engagements):
                due = engaged == number
                added = 1 << self.engaged_shift
                self._extend(grown, last, engagement, keys[due] + added, profiles[due])
        return {stop: _merge(parts) for stop, parts in grown.items()}

    def _room(self, keys: Keys) -> NDArray[np.int64] | None:
        most = self.model.consultant.max_conversations_per_day
        return None if most is None else most - self._conversations(keys)

    def _extend(
        self,
        grown: dict[StopOption, list[tuple[Keys, Profile]]],
        last: StopOption,
        stop: StopOption,
        keys: Keys,
        profiles: Profile,
    ) -> None:
        if not len(keys):
            return
        link = self.model.link(last, stop)
        if link is None:
            return
        extended = link(profiles)
        extended[self._too_late(stop)[self._engaged(keys)][:, np.newaxis].repeat(2, axis=1)] = INFEASIBLE
        alive = (extended < INFEASIBLE).any(axis=(1, 2))
        if alive.any():
            grown.setdefault(stop, []).append((keys[alive], extended[alive]))

    def _too_late(self, stop: StopOption) -> NDArray[np.bool_]:
        """Return, by engagements done and start, whether the next fixed stop is out of reach.

        Only the fixed stop itself is looked at, so that no label is lost: (engagements + 1, starts).
        """
        ends_s = stop.starts_s + stop.duration_s
        fixed = (*self.model.engagements, self.model.end)
        late = np.ones((len(fixed), len(ends_s)), dtype=bool)
        for number, target in enumerate(fixed):
            late[number] = ends_s > target.starts_s[0]
        return late

    def _close(self, stop: StopOption, keys: Keys, profiles: Profile) -> None:
        """Note the rounds that end after this stop, where all engagements are done."""
        link = self.model.link(stop, self.model.end)
        done = self._engaged(keys) == len(self.model.engagements)
        if link is None or not done.any():
            return
        points = link(profiles[done])[:, 1, 0]
        feasible = points < INFEASIBLE
        visits = keys[done][feasible] & ((1 << self.engaged_shift) - 1)
        self.found.append((visits, points[feasible]))


def _merge(parts: list[tuple[Keys, Profile]]) -> tuple[Keys, Profile]:
    """Join labels of one last stop; those of the same key become one."""
    keys = np.concatenate([keys for keys, _ in parts])
    profiles = np.concatenate([profiles for _, profiles in parts])
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    firsts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    if len(firsts) == len(keys):
        return keys, profiles[order]
    return keys[firsts], np.minimum.reduceat(profiles[order], firsts, axis=0)


def list_rounds(problem: Problem, model: DayModel) -> DayRounds:
    """List every round of a consultant-day with the points of its cheapest schedule.

    Raises
    ------
    TooManyRoundsError
        When there are too many to list.
    """
    lister = _Lister(problem, model)
    lister.run()
    keys = np.concatenate([keys for keys, _ in lister.found])
    points = np.concatenate([points for _, points in lister.found])
    order = np.lexsort((points, keys))
    keys, points = keys[order], points[order]
    firsts = np.concatenate([[True], keys[1:] != keys[:-1]])
    keys, points = keys[firsts], points[firsts]
    held = np.zeros((len(keys), len(lister.requests)), dtype=np.int8)
    load_s = np.zeros(len(keys), dtype=np.int64)
    for request, options in enumerate(lister.options):
        numbers = (keys >> lister.shifts[request]) & lister._field(request)  # noqa: SLF001
        held[:, request] = numbers
        load_s += np.array([0, *(option.load_s for option in options)], dtype=np.int64)[numbers]
    return DayRounds(model, lister.requests, lister.options, held, points, load_s)


def best_order(model: DayModel, visits: Sequence[StopOption]) -> DaySchedule | None:
    """Return the cheapest schedule of some visits and the day's engagements, in any order, or None.

    Depth first over the orders, each with its cost profile; what cannot become cheaper than the
    best order so far is cut.
    """
    best: tuple[int, tuple[StopOption, ...]] | None = None

    def grow(
        done: tuple[StopOption, ...], profile: Profile, left: tuple[StopOption, ...], engaged: int
    ) -> None:
        nonlocal best
        last = done[-1] if done else model.start
        rest = sum(int(stop.points.min()) for stop in left)
        if int(profile.min()) + rest >= (INFEASIBLE if best is None else best[0]):
            return
        if not left and engaged == len(model.engagements):
            link = model.link(last, model.end)
            points = INFEASIBLE if link is None else int(link(profile)[1, 0])
            if points < (INFEASIBLE if best is None else best[0]):
                best = points, done
            return
        following = [*left, *model.engagements[engaged : engaged + 1]]
        for stop in following:
            link = model.link(last, stop)
            if link is not None:
                others = tuple(other for other in left if other is not stop)
                is_engagement = len(others) == len(left)
                grow((*done, stop), link(profile), others, engaged + is_engagement)

    grow((), model.initial(), tuple(visits), 0)
    return None if best is None else model.best_schedule(best[1])
