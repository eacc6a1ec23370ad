"""Sizes of a service to compare, and the weeks that have to be planned for them.

Each size is planned over some of the weeks, for one demand of each that is the same at all sizes. Which
practices there are is drawn, several times a size (`drawing`): each set of them has its turn for two weeks, an
even and an odd one, so that more sets take no more weeks.

Bases share neither consultants nor practices. So the weeks are planned with as many consultants more, or fewer,
at every base at once, and `frontier` puts them together from each base's own.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from scheduler.model.clock import Week
from scheduler.model.problem import TravelTimes
from scheduler.model.project import Project
from scheduler.scenario.goals.drawing import Member, apportioned, drawn_offices, offices
from scheduler.scenario.goals.sizes import resized, staff
from scheduler.scenario.model import Task
from scheduler.week.problem import week_problem

#: Gives a project its demand in a week.
Demand = Callable[[Project, Week], Project]


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """How many consultants and practices there are."""

    consultants: int
    practices: int

    @property
    def name(self) -> str:
        """The name of its tasks' scenario."""
        return f"{self.consultants}x{self.practices}"

    @classmethod
    def of(cls, project: Project) -> "Size":
        """Return the size of a project as it is; practices that follow each other are one."""
        return cls(len(project.consultants), len(offices(project)))


def sizes(project: Project, consultants: Iterable[int], practices: Iterable[int]) -> tuple[Size, ...]:
    """Return all pairs of these numbers, and those with the numbers of today.

    Without numbers of consultants they are one fewer than today, one more and two more; without numbers of
    practices half, three quarters, five quarters and one and a half of today's.
    """
    today = Size.of(project)
    people = tuple(consultants) or (max(1, today.consultants + more) for more in (-1, 1, 2))
    usual = (max(1, round(today.practices * share)) for share in (0.5, 0.75, 1.25, 1.5))
    pairs = product({*people, today.consultants}, {*(tuple(practices) or usual), today.practices})
    return tuple(sorted(Size(*pair) for pair in pairs))


def sampled(weeks: Sequence[Week], count: int) -> dict[Week, int]:
    """Return some of the weeks, spread evenly, with how many each stands for; even and odd ones in turn."""
    chosen = {}
    for number, part in enumerate(np.array_split(np.arange(len(weeks)), min(count, len(weeks)))):
        middle = len(part) // 2
        if part[middle] % 2 != number % 2 and len(part) > 1:
            middle += 1 if middle + 1 < len(part) else -1
        chosen[weeks[int(part[middle])]] = len(part)
    return chosen


class Grid:
    """Sizes of a service to compare: what has to be planned, and what is found of it.

    Parameters
    ----------
    project
        As it is.
    wanted
        The sizes, today's among them.
    weeks
        The weeks that are planned for each.
    sets
        How many sets of practices are drawn of each size, at most one for two weeks; where all are there as
        often, there is but one.
    seed
        Other sets with another seed.
    """

    def __init__(
        self, project: Project, wanted: Sequence[Size], weeks: Sequence[Week], *, sets: int, seed: int
    ) -> None:
        self.project = project
        self.wanted = wanted
        self._weeks = weeks
        self.today = Size.of(project)
        #: How many consultants each base has today.
        self.staff = {base_id: len(own) for base_id, own in staff(project).items()}
        self.sets = {
            count: self._drawn(count, sets, seed) for count in sorted({size.practices for size in wanted})
        }

    def _drawn(self, count: int, sets: int, seed: int) -> tuple[tuple[Member, ...], ...]:
        if all(not wanted % own for wanted, own in self._per_base(count)):
            sets = 1
        sets = max(1, min(sets, len(self._weeks) // 2))
        return tuple(
            drawn_offices(self.project, count, np.random.default_rng((seed, count, number)))
            for number in range(sets)
        )

    def _per_base(self, count: int) -> list[tuple[int, int]]:
        """Return how many of so many practices each base has, and how many today."""
        today = apportioned(self.project, self.today.practices)
        return [(own, today[base_id]) for base_id, own in apportioned(self.project, count).items()]

    def set_of(self, practices: int, number: int) -> int:
        """Return which set a sampled week has: each for an even and an odd week in turn."""
        return number // 2 % len(self.sets[practices])

    @property
    def steps(self) -> range:
        """By how many consultants more than today a base is planned."""
        apart = [0, *(size.consultants - self.today.consultants for size in self.wanted)]
        return range(min(apart), max(apart) + 1)

    def _people(self, step: int) -> dict[str, int]:
        """Return how many consultants each base has with so many more at each."""
        return {base_id: max(0, own + step) for base_id, own in self.staff.items()}

    def _visited(self, members: Sequence[Member], people: Mapping[str, int]) -> tuple[Member, ...]:
        """Return practices without those of a base whose last consultant leaves: nobody could visit them."""
        gone = {base_id for base_id, count in people.items() if not count}
        bases = {practice.practice_id: practice.base_id for practice in self.project.practices}
        return tuple(member for member in members if bases[member.original] not in gone)

    def scenario(self, step: int, practices: int) -> str:
        """Return the name of the tasks with so many consultants more than today at every base."""
        return Size(sum(self._people(step).values()), practices).name

    def tasks(self, times: TravelTimes, demand: Demand) -> list[Task]:
        """Pose the weeks of every number of practices, with so many consultants more or fewer at every base.

        Parameters
        ----------
        times
            Between all places of the project.
        demand
            Gives a project its demand in a week.

        Raises
        ------
        InputError
            With what makes a week impossible.
        """
        tasks = []
        for step, (practices, sets) in product(self.steps, self.sets.items()):
            people = self._people(step)
            if not any(people.values()):
                continue  # who is not there holds nothing
            made = [
                resized(self.project, times, consultants=people, practices=self._visited(members, people))
                for members in sets
            ]
            for number, week in enumerate(self._weeks):
                changed, between = made[self.set_of(practices, number)]
                tasks.append(
                    Task(
                        scenario=self.scenario(step, practices),
                        week=str(week),
                        problem=week_problem(demand(changed, week), between, week),
                        simulation=changed.config.simulation,
                    )
                )
        return tasks
