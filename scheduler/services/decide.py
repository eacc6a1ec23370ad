"""Solve, check, prove, refuse: how a week's problem becomes a plan, wherever that is asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scheduler.base.errors import InputProblem, InvalidRosterError
from scheduler.base.i18n import _
from scheduler.base.progress import Progress, Silent
from scheduler.checks import check
from scheduler.checks.bound import BoundCheck, check_bound
from scheduler.model.problem import Problem
from scheduler.model.roster import Roster
from scheduler.model.texts import word
from scheduler.solver.isolation import best_rosters

#: The proof of a bound may be checked for as long as the search took, but not less than this.
_LEAST_PROOF_S = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A week, a roster of it that keeps every rule, and what became of checking the roster's bound.

    Only `decide` and `approved` make one: whoever has a plan need not check it.
    """

    problem: Problem
    roster: Roster
    proof: BoundCheck


def decide(
    problem: Problem,
    *,
    search: Callable[..., tuple[Roster, ...]] = best_rosters,
    time_limit_s: float = 20.0,
    seed: int = 0,
    alternatives: int = 0,
    explain: bool = True,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> tuple[Plan, ...]:
    """Plan a week, check every roster found, and check the bound that they have in common.

    Parameters
    ----------
    problem
        The week.
    search
        Finds the rosters, the best first: in this process, or `SolverProcess.best_rosters` in one of its own.
    time_limit_s, seed, alternatives, explain
        Of the search, see `scheduler.solver.engine.solve`.
    progress
        Is told of each step, and of the best score and bound.
    stop
        Is asked now and then whether to end the search early.

    Returns
    -------
    tuple of Plan
        The best one, then its alternatives.

    Raises
    ------
    InputError
        When the pins cannot all be kept.
    InvalidRosterError
        When a roster breaks a rule, or the bound is wrong: a bug in the engine.
    SchedulerError
        When the search runs in a process of its own that has crashed or needed too much memory.
    """
    progress = progress or Silent()
    rosters = search(
        problem,
        time_limit_s=time_limit_s,
        seed=seed,
        alternatives=alternatives,
        explain=explain,
        progress=progress,
        stop=stop,
    )
    return approved(problem, rosters, progress=progress)


def approved(
    problem: Problem, rosters: Sequence[Roster], *, progress: Progress | None = None
) -> tuple[Plan, ...]:
    """Check rosters of a week, and the bound of the first, which all have in common.

    Raises
    ------
    InvalidRosterError
        When a roster breaks a rule, or the bound is wrong: a bug in the engine.
    """
    progress = progress or Silent()
    progress.step(_("Checking the roster"))
    violations = [violation for roster in rosters for violation in check(problem, roster)]
    if violations:
        raise InvalidRosterError(InputProblem(str(violation)) for violation in violations)
    progress.step(_("Checking the proof"))
    proof = check_bound(problem, rosters[0], time_limit_s=max(_LEAST_PROOF_S, rosters[0].solve_seconds))
    if proof.verified is False:
        raise InvalidRosterError(word(proof.detail))
    return tuple(Plan(problem, roster, proof) for roster in rosters)
