"""The engine: a `Problem` in, the best roster that can be found in time out, with its proof.

The OR-Tools routing model gives the first roster. Then the rounds that matter are generated and the
master problem chooses among them, which proves the roster best, or says how far from proven it is.
"""

import dataclasses
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from scheduler.assemble import assemble
from scheduler.errors import InputError, InputProblem, InvalidRosterError
from scheduler.i18n import _
from scheduler.model import Problem, Roster
from scheduler.progress import Progress, Silent
from scheduler.schedule import DayModel, DaySchedule, unmet_points
from scheduler.score import Balance
from scheduler.solver.generate import Generator
from scheduler.solver.graph import TooManyRoundsError
from scheduler.solver.limits import Limits
from scheduler.solver.master import Deadline
from scheduler.solver.reasons import Proof, Reasoner
from scheduler.solver.rounds import best_order
from scheduler.solver.routing import route
from scheduler.solver.table import RoundTable

__all__ = ["Limits", "Solution", "solve"]

#: The first roster may take this share of the time limit.
_FIRST_ROSTER_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Solution:
    """A roster with what the search found out about it.

    `interrupted` tells that the search ended early, at the time limit or because the user asked.
    `alternatives` are further rosters, if they were asked for: best first, each with at least two
    visits made on another consultant-day than in all before, or left out.
    """

    roster: Roster
    interrupted: bool
    alternatives: tuple[Roster, ...] = ()

    @property
    def is_optimal(self) -> bool:
        """Whether no better roster exists."""
        return self.roster.status == "optimal"


def solve(
    problem: Problem,
    *,
    method: Literal["exact", "routing"] = "exact",
    time_limit_s: float = 20.0,
    seed: int = 0,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
    explain: bool = True,
    alternatives: int = 0,
    within: float = 0.05,
) -> Solution:
    """Plan a week.

    Parameters
    ----------
    problem
        The week.
    method
        "exact" proves the roster where it can; "routing" is the OR-Tools routing model alone, with
        guided local search until the time limit.
    time_limit_s
        Seconds until the best roster found so far is returned.
    seed
        Goes into the roster. The search itself draws no random numbers: the same problem gives the
        same roster, as long as the time limit does not cut it short.
    progress
        Is told of each step, and of the best score and bound.
    stop
        Is asked now and then whether to end early.
    explain
        Whether to find out what it would cost to meet the requests that are not met. Without it
        the roster is made faster, and gives reasons only where nothing could be done.
    alternatives
        How many further rosters to look for, once the best one is proven.
    within
        How far an alternative's score may be above the best, as a share of it.

    Raises
    ------
    InputError
        When the pins cannot all be kept; it names those that cannot be.
    """
    deadline = Deadline(time.monotonic() + time_limit_s, stop or (lambda: False))
    search = _Search(problem, time_limit_s, deadline, seed, progress or Silent(), explain=explain)
    solution = search.run(method)
    if alternatives and solution.is_optimal:
        return dataclasses.replace(solution, alternatives=search.alternatives(alternatives, within))
    return solution


class _Search:
    def __init__(
        self,
        problem: Problem,
        time_limit_s: float,
        deadline: Deadline,
        seed: int,
        progress: Progress,
        *,
        explain: bool,
    ) -> None:
        self.problem = problem
        self.began = time.monotonic()
        self.time_limit_s = time_limit_s
        self.deadline = deadline
        self.seed = seed
        self.progress = progress
        self.explain = explain
        self.proof: Proof | None = None
        self.pin_points = _pin_points(problem) if any(r.pin for r in problem.requests) else 0
        self.models = [DayModel(problem, day, pin_points=self.pin_points) for day in problem.days]

    def run(self, method: Literal["exact", "routing"]) -> Solution:
        self.progress.step(_("First roster"))
        improve = method == "routing"
        limit_s = self.time_limit_s * (1 if improve else _FIRST_ROSTER_SHARE)
        first = route(self.problem, self.models, time_limit_s=limit_s, improve=improve)
        self.progress.bounds(self._score(first), 0)
        if improve or not self.models:
            return self._finish(first, 0 if self.models else self._score(()), None)
        self.progress.step(_("Rounds worth having"))
        try:
            generator = Generator(self.problem, self.models, pin_points=self.pin_points)
        except TooManyRoundsError:
            more = route(self.problem, self.models, time_limit_s=self.deadline.left_s, improve=True)
            return self._finish(min((first, more), key=self._score), 0, None)
        found = generator.solve(self.deadline, start=first, report=self.progress.bounds)
        if found is None:
            raise InvalidRosterError("the first roster is not among the rounds")
        table, choice = found
        schedules = tuple(self._schedule(table, row) for row in sorted(choice.rounds))
        bound = min(choice.bound, self._score(schedules))
        self.proof = generator, table, choice
        return self._finish(schedules, bound, self.proof)

    def alternatives(self, most: int, within: float) -> tuple[Roster, ...]:
        """Return further rosters near the proven one."""
        if self.proof is None:
            return ()
        self.progress.step(_("Alternatives"))
        generator, table, choice = self.proof
        found = generator.alternatives(
            choice.rounds, table, self.deadline, most=most, distance=int(choice.score * within)
        )
        reasoner = Reasoner(self.problem, self.models, self.deadline, None)
        rosters = []
        for other_table, other in found:
            schedules = [self._schedule(other_table, row) for row in sorted(other.rounds)]
            rosters.append(
                assemble(
                    self.problem,
                    schedules,
                    bound=min(choice.bound, other.score),
                    unassigned=reasoner.explain(schedules),
                    solve_seconds=time.monotonic() - self.began,
                    seed=self.seed,
                )
            )
        return tuple(rosters)

    def _score(self, schedules: Sequence[DaySchedule]) -> int:
        """Return the score of a roster, pins that are not kept counting as `pin_points` each."""
        seconds = dict.fromkeys((c.consultant_id for c in self.problem.consultants), 0)
        for schedule in schedules:
            seconds[schedule.day.consultant_id] += sum(visit.load_s for visit in schedule.visits)
        weight = self.problem.weights["imbalance_minute"]
        balance = Balance.of(self.problem).points(list(seconds.values()), weight)
        pins = sum(request.pin is not None for request in self.problem.requests)
        unmet = unmet_points(self.problem) + pins * self.pin_points
        return unmet + sum(schedule.points for schedule in schedules) + balance

    def _schedule(self, table: RoundTable, row: int) -> DaySchedule:
        day = table.days[table.day[row]]
        schedule = best_order(day.model, day.stops(row - int(table.starts[table.day[row]])))
        # A round that came by another way than growing may have been known in a dearer order.
        if schedule is None or schedule.points > table.points[row]:
            raise InvalidRosterError("a round's schedule is dearer than the round")
        return schedule

    def _finish(self, schedules: Sequence[DaySchedule], bound: int, proof: Proof | None) -> Solution:
        score = self._score(schedules)
        self.progress.bounds(score, bound)
        self._refuse_broken_pins(schedules)
        self.progress.step(_("Reasons"))
        reasoner = Reasoner(self.problem, self.models, self.deadline, proof if self.explain else None)
        roster = assemble(
            self.problem,
            schedules,
            bound=bound,
            unassigned=reasoner.explain(schedules),
            solve_seconds=time.monotonic() - self.began,
            seed=self.seed,
        )
        if roster.score != score:
            raise InvalidRosterError(f"the score is {roster.score} by its terms and {score} by the search")
        return Solution(roster, interrupted=bound < score)

    def _refuse_broken_pins(self, schedules: Sequence[DaySchedule]) -> None:
        met = {visit.id for schedule in schedules for visit in schedule.visits}
        problems = []
        for request in self.problem.requests:
            pin = request.pin
            if pin and request.request_id not in met:
                where = (pin.origin.file, pin.origin.row) if pin.origin else ("", None)
                alone = any(
                    best_order(model, [option]) for model in self.models for option in model.options(request)
                )
                reason = (
                    _("the pin of {id} cannot be kept together with the other pins")
                    if alone
                    else _("the pin of {id} fits into no consultant's day, even without other visits")
                ).format(id=pin.id)
                problems.append(InputProblem(reason, *where))
        if problems:
            raise InputError(problems, hint=_("Remove or move one of the pins."))


def _pin_points(problem: Problem) -> int:
    """Return points so high that no roster without a pin can be better than one with it."""
    weights, requests = problem.weights, problem.requests
    stops = 2 * (len(requests) + sum(len(day.engagements) + 1 for day in problem.days))
    # A consultant's own speed may be slower than the project's.
    slowest = min([problem.speed_kph, *(c.speed_kph for c in problem.consultants if c.speed_kph)])
    longest_ride_s = int(problem.travel.seconds.max()) * (problem.speed_kph / slowest) + 1
    shift_s = sum(day.end_s - day.start_s for day in problem.days)
    visits = weights["continuity"] + weights["moved_from_agreement"] + weights["change"]
    rates = Balance.of(problem).rate
    return 1 + int(
        unmet_points(problem)
        + weights["cycling_second"] * stops * longest_ride_s
        + weights["waiting_second"] * shift_s
        + visits * len(requests)
        + weights["imbalance_minute"] * shift_s * max(rates, default=0) / 60
    )
