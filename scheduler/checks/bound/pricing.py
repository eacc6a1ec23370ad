"""The prices of a proof in whole numbers, and what they say of a week.

Every roster's score is at least what its rounds cost when each visit also pays the price of its
request and for its load, less the sum of all prices (Lagrangian relaxation; Geoffrion 1974). So the
cheapest round of each day at these prices gives a bound. Here that is reckoned in whole millionths
of a point, and always rounded down.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from scheduler.checks.recount import NEAR_S, recount_loads
from scheduler.model.clock import seconds_of
from scheduler.model.problem import ConsultantDay, Problem, Request
from scheduler.model.roster import Prices, Stop
from scheduler.model.text import Text

if TYPE_CHECKING:
    from scheduler.checks.bound.timetable import Offer

#: Units in a point.
UNIT = 1_000_000
#: How far shares may be from 1 in all; they are scaled to be exactly 1.
_NEAR_ONE = 1e-4


class InvalidPricesError(ValueError):
    """Prices of another form than those that give a bound; `why` says what is wrong."""

    def __init__(self, why: Text) -> None:
        self.why = why
        super().__init__(why.code)


@dataclass(frozen=True, slots=True)
class Balance:
    """Who is compared with whom, and what load is worth.

    `groups` are the consultants of each base who are compared, two or more. `rate` is for each of them
    the points of balance of a second of visits. `done_s` are the seconds of the visits of each that have happened.
    """

    groups: tuple[tuple[str, ...], ...]
    rate: Mapping[str, Fraction]
    done_s: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, problem: Problem) -> "Balance":
        """Compare the consultants of each base who have any availability in the week."""
        weight = problem.weights["imbalance_minute"]
        loads = recount_loads(problem, ())
        bases: dict[str, list[str]] = {}
        for consultant in problem.consultants:
            if loads[consultant.consultant_id].availability_s > 0:
                bases.setdefault(consultant.base_id, []).append(consultant.consultant_id)
        groups = tuple(tuple(group) for group in bases.values() if len(group) > 1 and weight)
        rate: dict[str, Fraction] = {}
        for group in groups:
            largest_s = max(loads[key].availability_s for key in group)
            rate |= {key: Fraction(weight * largest_s, 60 * loads[key].availability_s) for key in group}
        done_s = dict.fromkeys(loads, 0)
        for day, stop in _happened(problem):
            if stop.kind in ("visit", "home_visit"):
                done_s[day.consultant_id] += int((stop.end - stop.start).total_seconds())
        return cls(groups, rate, done_s)

    def among(self, consultants: Collection[str]) -> "Balance":
        """Return the groups that are made up of some consultants."""
        groups = tuple(g for g in self.groups if set(g) <= set(consultants))
        return Balance(groups, self.rate, self.done_s)

    def points(self, visit_s: Mapping[str, int]) -> Fraction:
        """Return the exact points of the imbalance by visits to come, not rounded."""
        total = Fraction(0)
        for group in self.groups:
            loads = [self.rate[key] * (visit_s[key] + self.done_s.get(key, 0)) for key in group]
            total += max(loads) - min(loads)
        return total

    def enough_units(self, bound: int) -> int:
        """Return how much is enough: no roster of so many units or more scores below a bound.

        The score is rounded down to whole points; unrounded it is a multiple of a fraction of one.
        """
        steps = math.lcm(*(rate.denominator for rate in self.rate.values()))
        return (bound * steps - 1) * UNIT // steps + 1

    def second_points(self, high: Mapping[str, float], low: Mapping[str, float]) -> dict[str, Fraction]:
        """Return what a second of visits costs each compared consultant at these shares.

        Raises
        ------
        InvalidPricesError
            When shares are not numbers from 0 on, or not 1 in all in each group.
        """
        found: dict[str, Fraction] = {}
        for group in self.groups:
            highs, lows = _shares(group, high), _shares(group, low)
            found |= {key: (highs[key] - lows[key]) * self.rate[key] for key in group}
        return found


def _shares(group: tuple[str, ...], given: Mapping[str, float]) -> dict[str, Fraction]:
    shares = {key: given.get(key, 0.0) for key in group}
    if not all(math.isfinite(share) and share >= 0 for share in shares.values()):
        raise InvalidPricesError(Text("proof_share_below_0"))
    if abs(math.fsum(shares.values()) - 1) > _NEAR_ONE:
        raise InvalidPricesError(Text("proof_shares_not_1"))
    whole = sum(map(Fraction, shares.values()))
    return {key: Fraction(share) / whole for key, share in shares.items()}


@dataclass(frozen=True, slots=True)
class Pricing:
    """Prices of some requests, in units, and in points of a second of visits of each consultant.

    `change` is what a kept visit is worth, in units, where the changes are limited.
    """

    requests: tuple[int, ...]
    second_points: Mapping[str, Fraction]
    change: int = 0

    @classmethod
    def of(cls, asked: Sequence[Request], balance: Balance, prices: Prices) -> "Pricing":
        """Read the prices of some requests.

        Raises
        ------
        InvalidPricesError
            When they are not of the form that gives a bound, or those of other requests.
        """
        requests = {request.request_id: request for request in asked}
        if prices.requests.keys() - requests:
            raise InvalidPricesError(Text("proof_of_another_week"))
        for key, price in prices.requests.items():
            if not math.isfinite(price) or (price < 0 and not requests[key].settled):
                raise InvalidPricesError(Text("proof_price_below_0"))
        units = tuple(round(Fraction(prices.requests.get(key, 0.0)) * UNIT) for key in requests)
        if not math.isfinite(prices.change) or prices.change < 0:
            raise InvalidPricesError(Text("proof_price_below_0"))
        change = round(Fraction(prices.change) * UNIT)
        return cls(units, balance.second_points(prices.high, prices.low), change)

    def load_units(self, consultant_id: str, load_s: int) -> int:
        """Return what some seconds of visits cost a consultant, rounded down."""
        points = self.second_points.get(consultant_id, Fraction(0))
        return points.numerator * load_s * UNIT // points.denominator

    def done_units(self, balance: Balance, consultants: Iterable[str]) -> int:
        """Return what the loads of some consultants that have happened cost."""
        return sum(self.load_units(key, balance.done_s.get(key, 0)) for key in set(consultants))

    def visit_units(self, consultant_id: str, offer: "Offer") -> int:
        """Return what the prices add to a visit."""
        kept = self.change if offer.kept else 0
        return self.requests[offer.request] + self.load_units(consultant_id, offer.load_s) - kept


def least_kept(problem: Problem) -> int:
    """Return how many published visits a roster keeps at least."""
    if problem.max_changes is None:
        return 0
    published = sum(request.published is not None for request in problem.requests)
    return max(published - problem.max_changes, 0)


def missed_points(problem: Problem, request: Request) -> int:
    """Return what it costs to leave a request out, conversations aside: a task its share of the weeks left."""
    return request.priority * problem.weights["missed_visit"] // request.weeks_left


def unmet_points(problem: Problem) -> int:
    """Return the score of a week in which nobody visits anyone and nobody rides."""
    weights, points = problem.weights, 0
    for request in problem.requests:
        points += missed_points(problem, request)
        if request.kind == "visit":
            points += request.priority * weights["unserved_conversation"] * request.conversations
        if request.published:
            points += weights["change"] * request.change_counts
    requests = {request.request_id: request for request in problem.requests}
    for day, stop in _happened(problem):
        points += weights["cycling_second"] * stop.ride_seconds
        points += weights["waiting_second"] * stop.waiting_seconds
        if stop.kind in ("visit", "home_visit", "task"):
            points += met_points(problem, requests[stop.id], day, stop)
    for day in problem.days:
        if day.happened and day.happened.back:
            points += weights["cycling_second"] * day.happened.back.ride_s
    return points


def met_points(problem: Problem, request: Request, day: ConsultantDay, stop: Stop) -> int:
    """Return what a visit that has happened adds to the score of a week without it."""
    weights, usual = problem.weights, request.agreement
    points = -missed_points(problem, request)
    if request.kind == "visit":
        points -= request.priority * weights["unserved_conversation"] * stop.conversations
        points += weights["continuity"] if request.consultant_id not in (None, day.consultant_id) else 0
    if usual:
        away_s = abs(seconds_of(stop.start, usual.date) - usual.start_s)
        points += weights["moved_from_agreement"] if away_s > NEAR_S else 0
    return points


def _happened(problem: Problem) -> Iterator[tuple[ConsultantDay, Stop]]:
    """Yield every stop that has happened."""
    for day in problem.days:
        if day.happened:
            for stop in day.happened.stops:
                yield day, stop
