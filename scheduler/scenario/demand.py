"""How many conversations practices ask for, drawn at random: the same in every scenario.

Who asks in a week is not known beforehand. In a draw, a due practice asks for a number from a Poisson
distribution around its usual one (that of the table demand, else of practices): the sum of many citizens
who each come or do not, independently. Numbers above twice the usual plus 2 count as that (less than half a
percent do); a draw of 0 is a week in which the practice asks for nothing. What
is settled is not drawn: a practice with a pin in the week keeps its number.

A number depends only on the seed, the draw, the practice, the week and the usual number. It is the
quantile of the distribution at a uniform number that a keyed hash makes of the first four: a
counter-based generator (Salmon, Moraes, Dror & Shaw, Parallel random numbers: as easy as 1, 2, 3, SC11).
So a practice asks for the same in every scenario, whatever else changes there, and differences between
scenarios are those of the scenarios (common random numbers; Glasserman & Yao, Some guidelines and
guarantees for common random numbers, Management Science 38, 1992).
"""

import hashlib
import math
from collections.abc import Iterator

from scheduler.model.clock import Week
from scheduler.model.project import Demand, Project
from scheduler.week.calendar import requested_conversations


def with_drawn_demand(project: Project, week: Week, *, seed: int, draw: int) -> Project:
    """Return a project in which the demand of a week is that of a draw; it has no other week's."""
    return project.replace(demand=tuple(_drawn(project, week, seed, draw)))


def _drawn(project: Project, week: Week, seed: int, draw: int) -> Iterator[Demand]:
    settled = {pin.id for pin in project.pins if Week.of(pin.date) == week}
    for practice in project.practices:
        asked = requested_conversations(project, practice, week)
        if asked and practice.practice_id not in settled:
            asked = quantile(uniform(seed, draw, practice.practice_id, week), asked)
        yield Demand(practice_id=practice.practice_id, week=week, conversations=asked)


def uniform(seed: int, draw: int, practice_id: str, week: Week) -> float:
    """Return the number in [0, 1) that belongs to a practice in a week of a draw."""
    key = f"{seed} {draw} {practice_id} {week}".encode()
    bits = int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "big")
    return (bits >> 11) / 2**53  # as many bits as a float holds, so that it is never 1


def quantile(share: float, mean: int) -> int:
    """Return the smallest n, at most 2 × `mean` + 2, that a Poisson number exceeds with at most 1 - `share`."""
    n, term = 0, math.exp(-mean)
    below = term
    while below <= share and n < 2 * mean + 2:
        n += 1
        term *= mean / n
        below += term
    return n
