"""How much a variant of a week can gain at most, without solving it again."""

import time
from collections.abc import Sequence

import numpy as np

from scheduler.model.problem import ConsultantDay, Problem, Request
from scheduler.solver.deadline import Deadline
from scheduler.solver.generate import Generator
from scheduler.solver.labels import MOST_LABELS
from scheduler.solver.parts import pin_points
from scheduler.solver.start import first_choice
from scheduler.week.schedule import DayModel

#: How much dearer a day may become before its least points are not looked for any further.
_SLACK = 50_000.0


class Limits:
    """Bounds on the scores of variants of a week, from the week's own prices.

    Any prices give a valid bound for any week with the same requests, so those of the week itself
    serve for its variants; only the days in which a variant differs are grown again.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        # Much more than any week like this one needs, so that it serves the variants too.
        self._pin_points = 2 * pin_points(problem)
        generator = self._generator(problem, problem.days)
        never = Deadline(time.monotonic() + 3600)
        first_choice(generator, never)
        self._relaxed = generator.relax(never)

    def bound(self, variant: Problem) -> int:
        """Return what no roster of a variant can score below; 0 where nothing better is known.

        The variant has the same consultants, days and requests, in the same order; shifts,
        engagements and room slots may differ.
        """
        if self._relaxed is None:
            return 0
        other = [number for number in range(len(variant.days)) if self._differs(variant, number)]
        least = np.array(self._relaxed.least)
        generator = self._generator(variant, [variant.days[number] for number in other])
        table = generator.pool.table()
        for place, number in enumerate(other):
            extra = generator.charges(place, self._relaxed.prices, table)
            limit = float(self._relaxed.least[number]) + _SLACK
            least[number] = generator.grow_one(place, extra, limit, MOST_LABELS, 0).least
        return max(0, int(np.floor(self._relaxed.prices.bound(table, least))))

    def _generator(self, problem: Problem, days: Sequence[ConsultantDay]) -> Generator:
        models = [DayModel(problem, day, pin_points=self._pin_points) for day in days]
        return Generator(problem, models, pin_points=self._pin_points)

    def _differs(self, variant: Problem, number: int) -> bool:
        """Tell whether a consultant-day differs: its hours, anybody's (by balance), or its rooms."""
        if variant.days != self._problem.days:
            return True
        date = variant.days[number].date
        pairs = zip(variant.requests, self._problem.requests, strict=True)
        return any(new is not old and _rooms(new, date) != _rooms(old, date) for new, old in pairs)


def _rooms(request: Request, date: object) -> list[tuple[int, int]]:
    return [(slot.start_s, slot.end_s) for slot in request.slots if slot.date == date]
