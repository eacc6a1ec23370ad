"""What is proven of a week: from prices alone at first, and by choices among rounds then.

Days that have neither requests nor a comparison of loads in common, as those of two bases have not, are
*parts* of the week. Each is proven by itself, and what is proven of them adds up.
"""

import math
import time
from dataclasses import dataclass
from fractions import Fraction

from scheduler.checks.bound.branching import Branching
from scheduler.checks.bound.cheapest import CheapestRounds, Least
from scheduler.checks.bound.choice import Choice
from scheduler.checks.bound.pricing import UNIT, Balance, Pricing, least_kept, unmet_points
from scheduler.checks.bound.timetable import UnfinishedError, offers_of, timetable
from scheduler.checks.bound.ways import ways
from scheduler.model.problem import Problem
from scheduler.model.roster import Prices

#: The most rounds of a part times its requests: they take up some hundred megabytes.
_MOST_CELLS = 15_000_000
#: Days are kept for a second look while all their pairs of a departure and an arrival are no more than these, which
#: take up some tens of megabytes.
_MOST_KEPT = 200_000


@dataclass(slots=True, eq=False)
class Part:
    """Days and requests of a week, as positions in the problem's, that have to do with no others.

    Attributes
    ----------
    least
        What no round of each day is below.
    priced
        The units that this proves of the part, and `units` those that are proven by now.
    exact
        The points of the best choice of rounds, once it is known.
    """

    days: tuple[int, ...]
    requests: tuple[int, ...]
    least: list[Least]
    priced: int
    units: int
    exact: Fraction | None = None

    def sharpen(self, place: int, least: Least) -> None:
        """Take in what was found out since about one of the days."""
        gained = least.units - self.least[place].units
        self.least[place] = least
        self.priced += gained
        self.units += gained


class Proof:
    """Proves bounds on the scores of a problem with the prices of a roster.

    `deadline` is a moment of `time.monotonic()`; a proof that takes longer, or too much memory, ends
    with an `UnfinishedError`.

    Raises
    ------
    InvalidPricesError
        When the prices are not of the form that gives a bound.
    """

    def __init__(self, problem: Problem, prices: Prices, deadline: float) -> None:
        self._problem = problem
        self._balance = Balance.of(problem)
        self._pricing = Pricing.of(problem.requests, self._balance, prices)
        self._deadline = deadline
        self._parts: tuple[Part, ...] | None = None
        self._kept: dict[int, CheapestRounds] = {}
        self._room = _MOST_KEPT

    @property
    def bound(self) -> int:
        """What no roster scores less than, as far as that is known."""
        return 0 if self._parts is None else max(0, self._units // UNIT)

    @property
    def _units(self) -> int:
        """What is proven by now: no roster has less of them, its balance not rounded."""
        return unmet_points(self._problem) * UNIT + sum(part.units for part in self._parts or ())

    def score_below(self, bound: int) -> int | None:
        """Return the score of some roster below a bound, or None where it is proven that there is none."""
        enough = self._balance.enough_units(bound)
        self._parts = tuple(self._priced(days, requests) for days, requests in self._divided())
        self._sharpen(enough)
        while (missing := enough - self._units) > 0:
            open_parts = [part for part in self._parts if part.exact is None]
            for part in open_parts:
                self._prove(part, part.units - (-missing // len(open_parts)))
            if open_parts:
                continue
            best = [(part, part.exact) for part in self._parts if part.exact is not None]
            points = unmet_points(self._problem) + sum(exact for _part, exact in best)
            if points < bound:
                return math.floor(points)
            # Only what the branching does not tell apart is missing.
            for part, exact in best:
                if part.units < math.ceil(exact * UNIT):
                    self._prove(part, math.ceil(exact * UNIT))
        return None

    def _divided(self) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
        """Return the days and the requests of each part."""
        days = self._problem.days
        together = [
            {("day", i), *(("request", offer.request) for offer in offers_of(self._problem, day))}
            for i, day in enumerate(days)
        ]
        together += [
            {("day", i) for i, day in enumerate(days) if day.consultant_id in group}
            for group in self._balance.groups
        ]
        if self._problem.max_changes is not None and days:
            # What one day changes no other may.
            together.append({("day", i) for i in range(len(days))})
        parts: list[set[tuple[str, int]]] = []
        for joined in together:
            touched = [part for part in parts if part & joined]
            parts = [part for part in parts if not part & joined] + [joined.union(*touched)]
        return [
            (
                tuple(sorted(i for kind, i in part if kind == "day")),
                tuple(sorted(i for kind, i in part if kind == "request")),
            )
            for part in parts
        ]

    def _rounds(self, day: int) -> CheapestRounds:
        """Return the rounds of a day, kept from the last time where there was room: they are large."""
        if time.monotonic() > self._deadline:
            raise UnfinishedError
        if day in self._kept:
            return self._kept[day]
        its_day = self._problem.days[day]
        table = timetable(self._problem, its_day, self._pricing)
        found = CheapestRounds(table, ways(self._problem, its_day, table), self._deadline)
        pairs = len(table.departures) * len(table.arrivals)
        if pairs <= self._room:
            self._room -= pairs
            self._kept[day] = found
        return found

    def _priced(self, days: tuple[int, ...], requests: tuple[int, ...]) -> Part:
        """Return a part with what the prices alone prove."""
        least = [self._rounds(day).least() for day in days]
        units = sum(found.units for found in least) - sum(self._pricing.requests[i] for i in requests)
        units += self._pricing.change * least_kept(self._problem)
        people = [self._problem.days[i].consultant_id for i in days]
        units += self._pricing.done_units(self._balance, people)
        return Part(days, requests, least, units, units)

    def _sharpen(self, enough: int) -> None:
        """Look longer at the days whose cheapest round is not known, until enough is proven by prices alone."""
        for part in self._parts or ():
            for place, day in enumerate(part.days):
                if self._units < enough and not part.least[place].reached:
                    part.sharpen(place, self._rounds(day).least(thorough=True))

    def _prove(self, part: Part, units: int) -> None:
        """Prove that a part has at least some units, or find its best choice of rounds."""
        reach = units - 1 - part.priced
        rounds, cells = [], 0
        for day, least in zip(part.days, part.least, strict=True):
            cheapest = self._rounds(day)
            near = cheapest.within(least.units + reach)
            if not len(near.cost):
                part.units = max(part.units, units)
                return
            rounds.append((cheapest.day.offers, near))
            cells += len(near.cost) * len(part.requests)
            if cells > _MOST_CELLS:
                raise UnfinishedError
        choice = Choice.of(
            rounds,
            problem=self._problem,
            days=part.days,
            requests=part.requests,
            balance=self._balance,
            pricing=self._pricing,
        )
        branching = Branching(choice, units, self._deadline)
        found = branching.least()
        part.exact = part.exact if found is None else found
        part.units = max(part.units, branching.units)
