"""Parts of a week that have nothing to do with each other, and can be planned apart.

Consultants of one base share practices and are compared in their load; bases are tied together only
by requests that consultants of several may meet. So a service of several job centres falls apart
into as many weeks, and its best roster is theirs together.
"""

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scheduler.base.errors import InvalidRosterError
from scheduler.model.problem import Problem
from scheduler.model.roster import Prices
from scheduler.solver.choose import Chooser
from scheduler.solver.deadline import Deadline
from scheduler.solver.keep import Keeper, Kept
from scheduler.solver.master import Choice, Report
from scheduler.solver.program import DualPrices
from scheduler.solver.rounds import best_order
from scheduler.solver.routing import route
from scheduler.solver.table import RoundTable
from scheduler.week.schedule import DayModel, DaySchedule
from scheduler.week.score import Balance, unmet_points


def split(problem: Problem, models: Sequence[DayModel]) -> list[Problem]:
    """Return the parts of a week, in the order of its consultants.

    A request that nobody can meet is where its consultant is, or else its base, or else in the first.
    """
    homes = {consultant.consultant_id: consultant.base_id for consultant in problem.consultants}
    part_of = {consultant.base_id: consultant.base_id for consultant in problem.consultants}

    def root(base_id: str) -> str:
        while part_of[base_id] != base_id:
            base_id = part_of[base_id]
        return base_id

    bases: dict[str, list[str]] = {}
    for request in problem.requests:
        able = dict.fromkeys(model.base_id for model in models if model.options(request))
        own = homes.get(request.consultant_id or "", request.base_id)
        bases[request.request_id] = list(able) or [base for base in (own,) if base in part_of]
        for other in bases[request.request_id][1:]:
            part_of[root(other)] = root(bases[request.request_id][0])
    roots = list(dict.fromkeys(root(consultant.base_id) for consultant in problem.consultants))
    if len(roots) <= 1:
        return [problem]
    base_of = {c.consultant_id: root(c.base_id) for c in problem.consultants}
    return [
        _restricted(
            problem.replace(
                consultants=tuple(c for c in problem.consultants if base_of[c.consultant_id] == part),
                days=tuple(day for day in problem.days if base_of[day.consultant_id] == part),
                requests=tuple(
                    request
                    for request in problem.requests
                    if (root(its[0]) if (its := bases[request.request_id]) else roots[0]) == part
                ),
            )
        )
        for part in roots
    ]


def _restricted(problem: Problem) -> Problem:
    """Return the problem with the travel times of its own places alone, so that it takes little memory."""
    wanted = {
        *(consultant.base_id for consultant in problem.consultants),
        *(request.place_id for request in problem.requests),
        *(engagement.place_id for day in problem.days for engagement in day.engagements),
    }
    return problem.replace(travel=problem.travel.between(wanted))


#: Who chose, with the table and the choice.
Proof = tuple[Chooser, RoundTable, Choice]


class Part:
    """A part of a week with the best that is known of it.

    Parameters
    ----------
    problem
        The part.
    fine
        Whether it must be proven best with points of balance that are not rounded down, since they
        are added up with those of other parts first.
    models
        Its days, if they have been made: they serve where no pin is to be kept.
    """

    def __init__(self, problem: Problem, *, fine: bool, models: Sequence[DayModel] | None = None) -> None:
        self.problem = problem
        self.fine = fine
        self.pin_points = pin_points(problem)
        if models is None or self.pin_points:
            models = [DayModel(problem, day, pin_points=self.pin_points) for day in problem.days]
        self.models = models
        self.schedules: tuple[DaySchedule, ...] = ()
        self.unrounded = self._unrounded(())
        self.bound = 0 if self.models else self.score
        self.proof: Proof | None = None

    def route(self, deadline: Deadline, *, improve: bool) -> None:
        """Plan with the OR-Tools routing model, which knows only days that have not begun."""
        if any(day.happened for day in self.problem.days):
            return
        self.schedules = route(self.problem, self.models, time_limit_s=deadline.left_s, improve=improve)
        self.unrounded = self._unrounded(self.schedules)

    def generate(self, deadline: Deadline, report: Report) -> None:
        """Go on planning by generating rounds, and report what becomes better."""
        if not self.models or self.is_proven:
            return
        chooser = self.proof[0] if self.proof else self._chooser()
        start = chooser.pool.add(self.schedules) if self.schedules else None

        best = self.score

        def heard(score: int, bound: int) -> None:
            nonlocal best
            best, self.bound = min(score, best), max(bound, self.bound)
            report(best, self.bound)

        found = chooser.solve(deadline, start=start, report=heard, fine=self.fine)
        if self.fine:
            # It is the turn of another part, which needs the memory.
            chooser.generator.days.rest()
        if found is None:
            raise InvalidRosterError("no choice among the rounds")
        self._take(chooser, *found)

    def take(self, keeper: Keeper, kept: Kept) -> None:
        """Plan as a keeper has found it."""
        keeper.chooser.prices = kept.prices
        # What was known is of another number.
        self.bound = 0
        self._take(keeper.chooser, kept.table, kept.choice)

    @property
    def keeps_pins(self) -> bool:
        """Whether every request of which something is settled is met."""
        met = {visit.id for schedule in self.schedules for visit in schedule.visits}
        return all(request.request_id in met for request in self.problem.requests if request.settled)

    def better(self, than: int, near: Prices, deadline: Deadline) -> bool:
        """Plan as well as can be if that scores less than a number, and tell whether it does.

        `near` are prices of a week much like this one.
        """
        chooser = self._chooser()
        found = chooser.below(than, self._priced(near), deadline)
        if found is not None:
            self._take(chooser, *found)
        return found is not None

    def _take(self, chooser: Chooser, table: RoundTable, choice: Choice) -> None:
        self.proof = chooser, table, choice
        self.schedules = tuple(_schedule(table, row) for row in sorted(choice.rounds))
        self.unrounded = self._unrounded(self.schedules)
        self.bound = min(max(self.bound, choice.bound), self.score)

    def _chooser(self) -> Chooser:
        return Chooser(self.problem, self.models, pin_points=self.pin_points)

    def _priced(self, near: Prices) -> DualPrices:
        """Return prices by id as those of this part's requests and consultants."""
        people = [consultant.consultant_id for consultant in self.problem.consultants]
        return DualPrices(
            day=np.zeros(len(self.models)),
            request=np.array([near.requests.get(r.request_id, 0.0) for r in self.problem.requests])
            + self._points_of_pins(),
            high=np.array([near.high.get(id_, 0.0) for id_ in people]),
            low=np.array([near.low.get(id_, 0.0) for id_ in people]),
        )

    def prices(self) -> Prices | None:
        """Return the prices that prove the bound."""
        found = self.proof[0].prices if self.proof else None
        if found is None:
            return None
        requests = [request.request_id for request in self.problem.requests]
        # Who checks the bound knows that pins must be kept, and needs no points for it.
        own = found.request - self._points_of_pins()
        people = [consultant.consultant_id for consultant in self.problem.consultants]
        return Prices(
            requests=dict(zip(requests, own.tolist(), strict=True)),
            high=dict(zip(people, found.high.tolist(), strict=True)),
            low=dict(zip(people, found.low.tolist(), strict=True)),
            change=found.change,
        )

    def _points_of_pins(self) -> NDArray[np.float64]:
        """Return what keeping each request's pin takes off."""
        return np.array([self.pin_points if r.settled else 0.0 for r in self.problem.requests])

    @property
    def is_proven(self) -> bool:
        """Whether nothing better exists, its points of balance taken as `fine` says."""
        if self.proof is None:
            return not self.models
        choice = self.proof[2]
        return choice.score == choice.bound and (choice.fine or not self.fine)

    @property
    def score(self) -> int:
        """The score of the schedules, pins that are not kept counting as `pin_points` each."""
        return math.floor(self.unrounded)

    def score_with(self, schedule: DaySchedule) -> int:
        """Return the score of a roster in which nothing is planned but one day."""
        return math.floor(self._unrounded([schedule]))

    def _unrounded(self, schedules: Sequence[DaySchedule]) -> Fraction:
        """Return the score of schedules, points of balance not rounded down."""
        people = [consultant.consultant_id for consultant in self.problem.consultants]
        compared = Balance.of(self.problem)
        seconds = dict(zip(people, compared.done_s, strict=True))
        for schedule in schedules:
            seconds[schedule.day.consultant_id] += sum(visit.load_s for visit in schedule.visits)
        weight = self.problem.weights["imbalance_minute"]
        balance = weight * compared.minutes(list(seconds.values()))
        unmet = unmet_points(self.problem, pin_points=self.pin_points)
        return unmet + sum(schedule.points for schedule in schedules) + balance

    def alternatives(
        self, most: int, distance: int, deadline: Deadline
    ) -> Iterator[tuple[int, tuple[DaySchedule, ...]]]:
        """Yield further rosters within a distance of the proven one, with their scores."""
        if self.proof is None or not self.is_proven:
            return
        chooser, table, choice = self.proof
        for other_table, other in chooser.alternatives(
            choice.rounds, table, deadline, most=most, distance=distance
        ):
            yield other.score, tuple(_schedule(other_table, row) for row in sorted(other.rounds))


def _schedule(table: RoundTable, row: int) -> DaySchedule:
    day = table.days[table.day[row]]
    schedule = best_order(day.model, day.stops(row - int(table.starts[table.day[row]])))
    # A round that came by another way than growing may have been known in a dearer order.
    if schedule is None or schedule.points > table.points[row]:
        raise InvalidRosterError("a round's schedule is dearer than the round")
    return schedule


def pin_points(problem: Problem) -> int:
    """Return points so high that no roster without a pin can be better than one with it; 0 without pins."""
    return must_points(problem) if any(request.settled for request in problem.requests) else 0


def must_points(problem: Problem) -> int:
    """Return points that no roster has: so many are worth more than anything else."""
    weights, requests = problem.weights, problem.requests
    stops = 2 * (len(requests) + sum(len(day.engagements) + len(day.gaps) + 1 for day in problem.days))
    # A consultant's own speed may be slower than the project's.
    slowest = min([problem.speed_kph, *(c.speed_kph for c in problem.consultants if c.speed_kph)])
    longest_ride_s = int(problem.travel.seconds.max()) * (problem.speed_kph / slowest) + 1
    shift_s = sum(day.shift_s for day in problem.days)
    most = max((request.change_counts for request in requests), default=1)
    visits = weights["continuity"] + weights["moved_from_agreement"] + weights["change"] * most
    rates = Balance.of(problem).rate
    return 1 + int(
        unmet_points(problem)
        + weights["cycling_second"] * stops * longest_ride_s
        + weights["waiting_second"] * shift_s
        + visits * len(requests)
        + weights["imbalance_minute"] * shift_s * max(rates, default=0) / 60
    )
