"""Which practices a project of another size has: drawn from all of them.

Demand and districts are to be in the sample what they are in the whole: the practices of a base stand in a row,
district by district and within each by how much they ask for, and the ordered pivotal method goes along it (Deville & Tillé, Unequal probability sampling without replacement
through a splitting method, Biometrika 85, 1998; Chauvet, On a characterization of ordered pivotal sampling,
Bernoulli 18, 2012). Each has the same chance, and of every stretch of the row as many are taken as is its share,
give or take one.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from scheduler.model.project import Practice, Project

_Item = TypeVar("_Item")
#: Between an id and the number of its twin; no id of a table has it.
TWIN = "~"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a project of another size: the id there, and that of the original, itself or of which it is a twin."""

    own: str
    original: str

    @classmethod
    def twin(cls, original: str, number: int) -> "Member":
        """Return a twin, or with the number 0 the original itself."""
        return cls(f"{original}{TWIN}{number}" if number else original, original)

    @property
    def is_twin(self) -> bool:
        """Whether it is not there today."""
        return self.own != self.original


def offices(project: Project) -> tuple[tuple[Practice, ...], ...]:
    """Return the practices, in their order, those that follow each other together: they are asked once."""
    found: dict[str, tuple[Practice, ...]] = {}
    for practice in project.practices:
        line = project.lines_of.get(practice.practice_id, (practice,))
        found.setdefault(line[0].practice_id, line)
    return tuple(found.values())


def apportioned(project: Project, count: int) -> dict[str, int]:
    """Return how many of so many practices each base has: its share of today's, the largest remainders rounded up."""
    today: dict[str, int] = defaultdict(int)
    for line in offices(project):
        today[line[0].base_id] += 1
    whole = sum(today.values())
    found = {base_id: count * own // whole for base_id, own in today.items()}
    remainders = sorted(today, key=lambda base_id: -(count * today[base_id] % whole))
    for base_id in remainders[: count - sum(found.values())]:
        found[base_id] += 1
    return found


def drawn_offices(project: Project, count: int, rng: np.random.Generator) -> tuple[Member, ...]:
    """Draw so many practices from all, each as likely; where there are not enough, twins come on top.

    A base has its share of them. Of a multiple of what it has, all are there as often, and the rest is drawn
    without any of them twice.

    Returns
    -------
    tuple of Member
        In the order of the table, then the twins. Of those that follow each other, counted as one, all.
    """
    by_base: dict[str, list[tuple[Practice, ...]]] = defaultdict(list)
    for line in _in_a_row(project):
        by_base[line[0].base_id].append(line)
    laps: dict[str, int] = {}
    for base_id, wanted in apportioned(project, count).items():
        rounds, rest = divmod(wanted, len(by_base[base_id]))
        chosen = {line[0].practice_id for line in pivotal(by_base[base_id], rest, rng)}
        laps |= {
            practice.practice_id: rounds + (line[0].practice_id in chosen)
            for line in by_base[base_id]
            for practice in line
        }
    ids = [practice.practice_id for practice in project.practices]
    return tuple(
        Member.twin(id_, number)
        for number in range(max(laps.values(), default=0))
        for id_ in ids
        if number < laps[id_]
    )


def _in_a_row(project: Project) -> list[tuple[Practice, ...]]:
    """Return the practices district by district, in each by how much they ask for, to and fro."""
    places = {place.place_id: place for place in project.places}
    districts: dict[str, list[tuple[Practice, ...]]] = defaultdict(list)
    for line in offices(project):
        place = places[line[-1].practice_id]
        districts[place.district or place.postcode or place.city].append(line)
    found = []
    for number, name in enumerate(sorted(districts)):
        found += sorted(districts[name], key=lambda line: _a_week(line[-1]), reverse=number % 2 == 1)
    return found


def _a_week(practice: Practice) -> float:
    return practice.conversations / practice.every_weeks


def pivotal(row: Sequence[_Item], count: int, rng: np.random.Generator) -> list[_Item]:
    """Draw so many of a row, each as likely, evenly along it: two by two they play for the chances of both.

    Chances are counted in parts of which `len(row)` make one, so that they add up exactly.
    """
    sure, chosen = len(row), []
    if count >= sure:
        return list(row)
    waiting, has = row[0], 0
    for item in row:
        if has + count < sure:  # one goes on with the chances of both, the other is out
            if not has or rng.integers(has + count) < count:
                waiting = item
            has += count
        else:  # one is in, the other goes on with what is left
            if rng.integers(2 * sure - has - count) < sure - count:
                chosen.append(waiting)
                waiting = item
            else:
                chosen.append(item)
            has += count - sure
    return chosen
