"""The engine: a `Problem` in, the best roster that can be found in time out, with its proof.

Where the week is small the OR-Tools routing model gives the first roster; in larger ones growing rounds
day after day gives a better one sooner. Then the rounds that matter are generated and the master
problem chooses among them, which proves the roster best, or says how far from proven it is.
"""

import dataclasses
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from scheduler.base.errors import InputError, InvalidRosterError
from scheduler.base.i18n import _
from scheduler.base.progress import Progress, Silent
from scheduler.model.problem import Problem
from scheduler.model.project import problem_at
from scheduler.model.roster import Prices, Roster, Unassigned
from scheduler.solver.deadline import Deadline
from scheduler.solver.parts import Part, split
from scheduler.solver.reasons import Reasoner
from scheduler.solver.rounds import best_order
from scheduler.solver.routing import is_quick
from scheduler.week.assemble import assemble
from scheduler.week.schedule import DayModel, DaySchedule
from scheduler.week.sound import require_sound

__all__ = ["Solution", "better", "solve"]

#: Where a week has several parts, each gets a roster in this share of the time before any gets more.
_FIRST_SHARE = 0.1
#: Parts that together take up less than this share of the time left cannot use any more of it.
_TAKEN_UP = 0.98


@dataclass(frozen=True, slots=True)
class Solution:
    """A roster with what the search found out about it.

    Attributes
    ----------
    roster
        The best roster that was found.
    interrupted
        Whether the search ended early, at the time limit or because the user asked.
    alternatives
        Further rosters, if they were asked for: best first, each with at least two visits made on another
        consultant-day than in all before, or left out.
    """

    roster: Roster
    interrupted: bool
    alternatives: tuple[Roster, ...] = ()

    @property
    def is_optimal(self) -> bool:
        """Whether no better roster exists."""
        return self.roster.status == "optimal"

    def summary(self) -> str:
        """Return the roster's figures and what is not met, as `Roster.summary`."""
        return self.roster.summary()

    def _repr_html_(self) -> str:
        return self.roster._repr_html_()


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
        When the problem makes no sense, with everything that is wrong with it; or when the pins cannot
        all be kept: it names those that cannot be.
    """
    require_sound(problem)
    deadline = Deadline(time.monotonic() + time_limit_s, stop or (lambda: False))
    search = Search(problem, deadline, seed, progress or Silent(), explain=explain)
    search.plan(method)
    solution = search.finish()
    if alternatives and solution.is_optimal:
        return dataclasses.replace(solution, alternatives=search.alternatives(alternatives, within))
    return solution


def better(
    problem: Problem,
    than: int,
    *,
    time_limit_s: float = 20.0,
    stop: Callable[[], bool] | None = None,
    near: Prices | None = None,
) -> Roster | None:
    """Return the best roster if it scores less than `than`, without what it would cost to meet the rest.

    None where no roster does, which is known sooner than the best one, or where time ran out. `near`
    are the prices of a week much like this one (`Roster.prices`), from which that is known sooner still.

    Raises
    ------
    InputError
        When the pins cannot all be kept.
    """
    deadline = Deadline(time.monotonic() + time_limit_s, stop or (lambda: False))
    search = Search(problem, deadline, 0, Silent(), explain=False)
    if near is None or len(search.parts) > 1 or not problem.days:
        search.plan("exact")
    elif not search.parts[0].better(than, near, deadline):
        return None
    if sum(part.score for part in search.parts) >= than:
        return None
    return search.finish().roster


class Search:
    """The search for a roster of a week: part by part, or `whole`."""

    def __init__(
        self,
        problem: Problem,
        deadline: Deadline,
        seed: int,
        progress: Progress,
        *,
        explain: bool,
        whole: bool = False,
    ) -> None:
        self.problem = problem
        self.began = time.monotonic()
        self.deadline = deadline
        self.seed = seed
        self.progress = progress
        self.explain = explain
        models = [DayModel(problem, day) for day in problem.days]
        problems = [problem] if whole else split(problem, models)
        if len(problems) == 1:
            self.parts = [Part(problem, fine=False, models=models)]
        else:
            self.parts = [Part(part, fine=True) for part in problems]

    def plan(self, method: Literal["exact", "routing"]) -> None:
        """Find the best schedules of all parts."""
        self.progress.step(_("First roster"))
        for part, deadline in self._in_turn(1.0):
            if method == "routing":
                part.route(deadline, improve=True)
            elif is_quick(part.problem):
                part.route(deadline, improve=False)
            self.progress.bounds(
                *(sum(getattr(part, name) for part in self.parts) for name in ("score", "bound"))
            )
        if method == "exact":
            self.progress.step(_("Rounds worth having"))
            if len(self.parts) > 1:
                self._generate(_FIRST_SHARE)
            left_s = math.inf
            # What one part does not need of its time, the others may have, as long as they make something of it.
            while _TAKEN_UP * left_s > self.deadline.left_s > 0 and not all(p.is_proven for p in self.parts):
                left_s = self.deadline.left_s
                self._generate(1.0)

    def _generate(self, share: float) -> None:
        for part, deadline in self._in_turn(share):
            if part.proof and deadline.left_s <= 0:
                continue
            others = [other for other in self.parts if other is not part]
            score, bound = sum(other.score for other in others), sum(other.bound for other in others)

            def report(its_score: int, its_bound: int, score: int = score, bound: int = bound) -> None:
                self.progress.bounds(score + its_score, bound + its_bound)

            part.generate(deadline, report)

    def _in_turn(self, share: float) -> Iterable[tuple[Part, Deadline]]:
        """Yield the parts, each with its fair share of a share of the time that is left."""
        end = time.monotonic() + share * self.deadline.left_s
        for number, part in enumerate(self.parts):
            now = time.monotonic()
            at = now + max(0.0, end - now) / (len(self.parts) - number)
            yield part, Deadline(at, self.deadline.asked)

    def alternatives(self, most: int, within: float) -> tuple[Roster, ...]:
        """Return further rosters near the proven one: each differs from it in one part of the week."""
        self.progress.step(_("Alternatives"))
        distance = int(sum(part.score for part in self.parts) * within)
        found: list[tuple[int, list[DaySchedule]]] = []
        for part in self.parts:
            others = [s for other in self.parts if other is not part for s in other.schedules]
            for score, schedules in part.alternatives(most, distance, self.deadline):
                found.append((score - part.score, [*others, *schedules]))
        found.sort(key=lambda alternative: alternative[0])
        bound = sum(part.bound for part in self.parts)
        return tuple(
            self._roster(schedules, bound, self._reasons(schedules, with_costs=False))
            for _more, schedules in found[:most]
        )

    def finish(self) -> Solution:
        """Return the roster of the schedules found."""
        self._refuse_broken_pins()
        self.progress.step(_("Reasons"))
        schedules = [schedule for part in self.parts for schedule in part.schedules]
        score = math.floor(sum(part.unrounded for part in self.parts))
        bound = min(score, sum(part.bound for part in self.parts))
        if all(part.is_proven for part in self.parts):
            bound = score
        self.progress.bounds(score, bound)
        self._refuse_idleness(schedules)
        roster = self._roster(schedules, bound, self._reasons(schedules, with_costs=self.explain))
        roster = roster.replace(prices=self._prices())
        if roster.score != score:
            raise InvalidRosterError(f"the score is {roster.score} by its terms and {score} by the search")
        return Solution(roster, interrupted=bound < score)

    def _prices(self) -> Prices | None:
        """Return the prices of all parts; None where a part's bound is not by prices."""
        found = [part.prices() for part in self.parts if part.models]
        if None in found:
            return None
        return Prices(
            requests={id_: price for prices in found if prices for id_, price in prices.requests.items()},
            high={id_: share for prices in found if prices for id_, share in prices.high.items()},
            low={id_: share for prices in found if prices for id_, share in prices.low.items()},
            # Where changes are limited the week is one part.
            change=max((prices.change for prices in found if prices), default=0.0),
        )

    def _roster(
        self, schedules: Iterable[DaySchedule], bound: int, unassigned: tuple[Unassigned, ...]
    ) -> Roster:
        places = {(day.date, day.consultant_id): number for number, day in enumerate(self.problem.days)}
        return assemble(
            self.problem,
            sorted(schedules, key=lambda s: places[s.day.date, s.day.consultant_id]),
            bound=bound,
            unassigned=unassigned,
            solve_seconds=time.monotonic() - self.began,
            seed=self.seed,
        )

    def _reasons(self, schedules: Iterable[DaySchedule], *, with_costs: bool) -> tuple[Unassigned, ...]:
        found: dict[str, Unassigned] = {}
        made = list(schedules)
        for part in self.parts:
            days = {(day.date, day.consultant_id) for day in part.problem.days}
            reasoner = Reasoner(part.problem, part.models, self.deadline, part.proof if with_costs else None)
            mine = [s for s in made if (s.day.date, s.day.consultant_id) in days]
            found.update((entry.id, entry) for entry in reasoner.explain(mine))
        return tuple(found[r.request_id] for r in self.problem.requests if r.request_id in found)

    def _refuse_idleness(self, schedules: Iterable[DaySchedule]) -> None:
        """Raise an error where no request is met although one alone would make the roster better."""
        if any(schedule.visits for schedule in schedules):
            return
        for part in self.parts:
            for model in part.models:
                nothing = best_order(model, [])
                idle = 0 if nothing is None else part.score_with(nothing)
                for request in part.problem.requests:
                    days = (best_order(model, [option]) for option in model.options(request))
                    if any(day and part.score_with(day) < idle for day in days):
                        raise InvalidRosterError(
                            f"nothing was planned, although {request.request_id} alone would help"
                        )

    def _refuse_broken_pins(self) -> None:
        problems = []
        for part in self.parts:
            met = {visit.id for schedule in part.schedules for visit in schedule.visits}
            for request in part.problem.requests:
                pin = request.pin
                if request.settled and request.request_id not in met:
                    alone = any(
                        best_order(model, [option])
                        for model in part.models
                        for option in model.options(request)
                    )
                    if pin is None:
                        reason = _("the lock of {id} cannot be kept together with the other locks and pins")
                    elif not alone:
                        reason = _("the pin of {id} fits into no consultant's day, even without other visits")
                    elif part.is_proven:
                        reason = _("the pin of {id} cannot be kept together with the other pins")
                    else:
                        reason = _(
                            "no roster that keeps the pin of {id} was found in the time given: allow more time"
                        )
                    reason = reason.format(id=request.request_id)
                    problems.append(problem_at(pin.origin if pin else None, reason, "start"))
        if problems:
            raise InputError(problems, hint=_("Remove or move one of the pins or locks."))
