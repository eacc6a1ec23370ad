"""The rounds of one consultant-day that are known, and the best order of a round's visits."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduler.week.schedule import INFEASIBLE, DayModel, DaySchedule, Profile
from scheduler.week.stops import StopOption


@dataclass(frozen=True, eq=False)
class DayRounds:
    """Some rounds of one consultant-day.

    `keys` are whole keys of `DayGraph`. `held` has shape (rounds, requests of the day): 0 where a request is left out, the number of
    the option otherwise (1 for the first in `options`). `requests` are positions in the problem's
    requests. `points` are those of the score without balance, for the cheapest schedule;
    `load_s` are the seconds of the visits.
    """

    model: DayModel
    keys: NDArray[np.object_]
    requests: tuple[int, ...]
    options: tuple[tuple[StopOption, ...], ...]
    held: NDArray[np.int8]
    points: NDArray[np.int64]
    load_s: NDArray[np.int64]

    @property
    def kept(self) -> NDArray[np.int64]:
        """How many published visits each round keeps."""
        kept = np.zeros(len(self.points), dtype=np.int64)
        for options, held in zip(self.options, self.held.T, strict=True):
            kept += np.array([False, *(option.kept for option in options)])[held]
        return kept

    def stops(self, row: int) -> tuple[StopOption, ...]:
        """Return the visits of one round, in no order."""
        chosen = zip(self.options, self.held[row], strict=True)
        return tuple(options[number - 1] for options, number in chosen if number)


def best_order(model: DayModel, visits: Sequence[StopOption]) -> DaySchedule | None:
    """Return the cheapest schedule of some visits and the day's engagements, in any order, or None.

    Depth first over the orders, each with its cost profile; what cannot become cheaper than the
    best order so far is cut.
    """
    most = model.most_held
    if most is not None and sum(visit.conversations for visit in visits) > most:
        return None
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
