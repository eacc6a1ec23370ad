"""Judging a roster: every rule of a valid roster, and every figure, from the clock times alone.

Nothing here is shared with the engine or its score: what the engine believes about a roster is
not taken for granted. Starts and ends of stops are the evidence; rides, arrivals, waiting, lunch,
sums, terms and score are worked out again from them and compared.

How the rules of a valid roster are read where they leave room:

- Going by base between two stops away from it is a choice; riding on and waiting is the other.
- Before an engagement at base, time at base needs no minimum. A base engagement reached from base
  has its start as arrival.
- Two stops at the same place may have a wait between them, which counts like any other.
- Lunch that is waived, or not owed, is not listed, and takes nothing off a wait.
- A round without a ride reaches from the start of its first to the end of its last engagement.
- With several bases the imbalance is the sum of each base's imbalance.
"""

from collections.abc import Mapping

from scheduler.base.i18n import _
from scheduler.checks.reading import Violation, read
from scheduler.checks.recount import recount_terms
from scheduler.checks.rounds import check_round
from scheduler.checks.totals import check_totals
from scheduler.checks.visits import check_changes, check_missing_rounds, check_unassigned, check_visits
from scheduler.model.problem import Problem
from scheduler.model.roster import Roster, Term

__all__ = ["Violation", "check", "recount"]


def check(problem: Problem, roster: Roster) -> tuple[Violation, ...]:
    """Return everything that is wrong with a roster; nothing for a valid one.

    A roster that speaks of another week, or of consultants, days and stops that the problem does
    not have, is judged for that only: the other rules have no meaning there.
    """
    if roster.week != str(problem.week):
        message = _("the roster is of {found}, the problem of {expected}")
        message = message.format(found=roster.week, expected=problem.week)
        return (Violation("week", roster.week, message),)
    rounds, faults = read(problem, roster)
    if faults:
        return faults
    return (
        *(violation for seen in rounds for violation in check_round(problem, seen)),
        *check_visits(problem, rounds),
        *check_changes(problem, roster, rounds),
        *check_missing_rounds(problem, roster),
        *check_unassigned(problem, roster, rounds),
        *check_totals(problem, roster, rounds),
    )


def recount(problem: Problem, roster: Roster) -> Mapping[str, Term]:
    """Return the terms of the score, counted from the clock times of a roster's stops.

    Rides come from the travel times and not from the roster's fields. Rounds that the problem
    cannot have (an unknown consultant, day or stop) are left out.
    """
    rounds, _faults = read(problem, roster)
    return recount_terms(problem, rounds)
