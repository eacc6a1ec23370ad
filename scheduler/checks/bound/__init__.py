"""Whether the bound of a roster holds: that no roster of the week scores less.

A roster carries the prices of a relaxation (`Prices`). Any prices prove some bound, so nothing that
the engine did is taken for granted: the rules are read from the problem again, every day's cheapest round
at these prices is looked for anew, and all is reckoned in whole numbers. Where the roster claims
more than the prices alone prove, all rounds that could be part of a better one are listed, and it is
shown that no choice among them makes one.
"""

import time
from dataclasses import dataclass

from scheduler.checks.bound.pricing import InvalidPricesError
from scheduler.checks.bound.proof import Proof
from scheduler.checks.bound.timetable import UnfinishedError
from scheduler.model.problem import Problem
from scheduler.model.roster import Roster
from scheduler.model.text import Text

__all__ = ["BoundCheck", "check_bound"]


@dataclass(frozen=True, slots=True)
class BoundCheck:
    """What became of checking a bound.

    Attributes
    ----------
    verified
        True where no roster of the problem scores less than the bound. False where one does, or the
        prices are none. None where it could not be found out.
    bound
        What was found that no roster scores less than; None without valid prices.
    detail
        A sentence for people.
    """

    verified: bool | None
    bound: int | None
    detail: Text


def check_bound(problem: Problem, roster: Roster, *, time_limit_s: float = 20.0) -> BoundCheck:
    """Check that no roster of the problem scores less than the bound of a roster.

    Only its score, bound and prices count here: the roster itself is judged by `scheduler.checks.check`.
    """
    if roster.prices is None:
        return BoundCheck(verified=None, bound=None, detail=Text("proof_missing"))
    try:
        proof = Proof(problem, roster.prices, time.monotonic() + time_limit_s)
    except InvalidPricesError as error:
        return BoundCheck(verified=False, bound=None, detail=error.why)
    verified: bool | None = False
    better = roster.score if roster.score < roster.bound else None
    is_finished = True
    try:
        better = better if better is not None else proof.score_below(roster.bound)
    except UnfinishedError:
        is_finished = proof.bound >= roster.bound
    if not is_finished:
        verified = None
        detail = Text("proof_unfinished", {"limit_s": time_limit_s})
        if proof.bound:
            detail = Text("proof_unfinished_above", {"limit_s": time_limit_s, "bound": proof.bound})
    elif better is not None:
        detail = Text("proof_wrong", {"score": better, "bound": roster.bound})
    elif proof.bound > roster.score:
        detail = Text("proof_too_strong")
    else:
        verified = True
        detail = Text("proof_holds", {"bound": roster.bound})
    return BoundCheck(verified, max(proof.bound, roster.bound) if verified else proof.bound, detail)
