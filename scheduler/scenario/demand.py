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
guarantees for common random numbers, Management Science 38, 1992). All what-ifs that vary demand do it here.
"""

import hashlib
import math
from collections.abc import Iterator

from scheduler.model.clock import Week
from scheduler.model.project import Demand, Practice, Project
from scheduler.week.calendar import requested_conversations


def with_drawn_demand(project: Project, week: Week, *, seed: int, draw: int, factor: float = 1.0) -> Project:
    """Return a project in which the demand of a week is that of a draw; it has no other week's.

    With a `factor` all usual numbers but those that are settled are so many times as large.
    """
    demand = (
        Demand(
            practice_id=practice.practice_id,
            week=week,
            conversations=asked
            if is_settled
            else quantile(uniform(seed, draw, practice.practice_id, week), factor * asked),
        )
        for practice, asked, is_settled in _usual(project, week)
    )
    return project.replace(demand=tuple(demand))


def expected_demand(project: Project, week: Week, *, factor: float = 1.0) -> float:
    """Return how many conversations are asked for in a week, as the mean of all draws."""
    return sum(asked for _practice, asked in expected_of_each(project, week, factor=factor))


def expected_of_each(
    project: Project, week: Week, *, factor: float = 1.0
) -> Iterator[tuple[Practice, float]]:
    """Yield how many conversations each practice asks for in a week, as the mean of all draws."""
    for practice, asked, is_settled in _usual(project, week):
        yield practice, asked if is_settled else mean_of_draws(factor * asked)


def usual_of_each(project: Project, week: Week) -> Iterator[tuple[Practice, float]]:
    """Yield how many conversations each practice asks for in a week, as the tables say."""
    for practice, asked, _is_settled in _usual(project, week):
        yield practice, asked


def _usual(project: Project, week: Week) -> Iterator[tuple[Practice, int, bool]]:
    """Yield every practice's usual number in a week, and whether it is settled, so that nothing is drawn."""
    pinned = {pin.id for pin in project.pins if Week.of(pin.date) == week}
    for practice in project.practices:
        asked = requested_conversations(project, practice, week)
        yield practice, asked, not asked or practice.practice_id in pinned


def uniform(seed: int, draw: int, practice_id: str, week: Week) -> float:
    """Return the number in [0, 1) that belongs to a practice in a week of a draw."""
    key = f"{seed} {draw} {practice_id} {week}".encode()
    bits = int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "big")
    return (bits >> 11) / 2**53  # as many bits as a float holds, so that it is never 1


def quantile(share: float, mean: float) -> int:
    """Return the smallest n, at most 2 × `mean` + 2, that a Poisson number exceeds with at most 1 - `share`."""
    return next(n for n, below in enumerate(_shares_up_to(mean)) if below > share)


def mean_of_draws(mean: float) -> float:
    """Return the mean of what `quantile` makes of uniform numbers: a little less than that of the distribution."""
    return sum(1 - below for below in _shares_up_to(mean))


def _shares_up_to(mean: float) -> Iterator[float]:
    """Yield how likely a number is at most 0, 1, 2 and so on; at the largest that is drawn, 1."""
    most = math.ceil(2 * mean + 2)
    term = below = math.exp(-mean)
    for n in range(1, most + 1):
        yield below
        term *= mean / n
        below += term
    yield 1.0
