"""The cheapest rounds of one consultant-day: what no round is below, and all that are near."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduler.checks.bound.rest import HAD, OWED, Rest
from scheduler.checks.bound.timetable import FAR, Ints, Timetable, UnfinishedError
from scheduler.checks.bound.trails import Growth, marks
from scheduler.checks.bound.ways import Way

#: How many trails with equally many stops are kept, one try after the other, until the cheapest round is known.
_WIDTHS = (50, 1_000)
_WIDEST = 20_000
#: The most of them when all rounds are wanted: they take up some hundred megabytes.
_MOST_TRAILS = 60_000


class Least(NamedTuple):
    """Units that no round of a day is below; `reached` tells that there is a round of so many."""

    units: int
    reached: bool


@dataclass(frozen=True, slots=True, eq=False)
class Rounds:
    """Rounds of a day, each set of offers once: `taken` is (rounds, offers), `cost` is in units."""

    taken: NDArray[np.bool_]
    cost: Ints


class CheapestRounds:
    """Finds the cheapest rounds of a day.

    `deadline` is a moment of `time.monotonic()`. When it has passed the methods raise `UnfinishedError`.
    """

    def __init__(self, day: Timetable, ways: tuple[Way, Way], deadline: float) -> None:
        self.day = day
        self._ways, self._rest, self._deadline = ways, Rest(day, ways), deadline

    def least(self, *, thorough: bool = False) -> Least:
        """Return what no round of the day is below, `FAR` where none is possible.

        Where the cheapest round would take too long to prove, what was dropped on the way counts with its hope.
        `thorough` is for days where that is not enough.
        """
        request = np.array([offer.request for offer in self.day.offers], dtype=np.int64)
        best = 0 if self.day.may_be_idle else FAR
        proven = min(best, int(self._rest.least[OWED if self.day.lunch_owed else HAD, -1, 0]))
        for width in (*_WIDTHS, _WIDEST) if thorough else _WIDTHS:
            if proven == best:
                break
            growth = self._growth(np.unique(request, return_inverse=True)[1], best - 1, width)
            best = min(best, int(growth.cost.min(initial=FAR)))
            proven = max(proven, min(best, growth.dropped))
        return Least(proven, reached=proven == best)

    def within(self, limit: int) -> Rounds:
        """Return all rounds that cost no more than a limit, in units.

        Raises
        ------
        UnfinishedError
            When there are too many.
        """
        kinds = np.arange(len(self.day.offers))
        growth = self._growth(kinds, limit, _MOST_TRAILS)
        if growth.dropped < FAR:
            raise UnfinishedError
        marked = marks(kinds)[:-1]
        word = marked.argmax(axis=1)
        taken = (growth.taken[:, word] & marked[kinds, word]) != 0
        return Rounds(taken, growth.cost)

    def _growth(self, kinds: Ints, limit: int, width: int) -> Growth:
        return Growth(
            self.day, self._ways, self._rest, kinds=kinds, limit=limit, width=width, deadline=self._deadline
        )
