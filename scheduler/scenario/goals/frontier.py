"""Conversations against consultants and practices: what other sizes of the service would hold, and cost.

`grid` says which weeks are planned for them, and `sampled` what these say of all weeks. Of several bases each
size is put together from what each base holds with its own consultants: those who come on top of today's are
where they bring most, and those who leave are from where they are missed least.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scheduler.base.i18n import signed
from scheduler.model.clock import Week
from scheduler.model.project import Practice, Project
from scheduler.scenario.chance.outlook import expected_held, read
from scheduler.scenario.costs import week_cost_dkk
from scheduler.scenario.goals.drawing import TWIN, apportioned
from scheduler.scenario.goals.grid import Grid, Size
from scheduler.scenario.goals.road import Road
from scheduler.scenario.goals.sampled import Counted, Difference, Sample, Sets
from scheduler.scenario.goals.sizes import with_size
from scheduler.scenario.model import WeekFigures
from scheduler.scenario.weeks import QUARTER_WEEKS

if TYPE_CHECKING:
    import pandas as pd

#: How many conversations each practice of a project asks for in a week, on average.
Asked = Callable[[Project, Week], Iterable[tuple[Practice, float]]]
_OF_SIZES = (
    "expected_held_low_a_quarter",
    "expected_held_high_a_quarter",
    "chance_of_goal",
    "chance_error",
    "cost_dkk_a_quarter",
    "cost_a_planned_conversation_dkk",
    "cost_a_held_conversation_dkk",
)
#: By how many consultants more than today each base is planned; bases that are not there do not count.
_Steps = Mapping[str, int]


class Frontier:
    """What every size comes to.

    Parameters
    ----------
    grid
        The sizes.
    figures
        Their weeks by the name of the tasks' scenario. A size of which one is not there has no figures.
    sample
        Which weeks stand for all.
    asked
        What practices ask for.
    today
        What all weeks come to as it is.
    cost_dkk
        What all weeks cost as it is; not a number where that is not known.
    """

    def __init__(
        self,
        grid: Grid,
        figures: Mapping[str, Sequence[WeekFigures]],
        sample: Sample,
        asked: Asked,
        *,
        today: Road,
        cost_dkk: float,
    ) -> None:
        self._grid = grid
        self._sample = sample
        self._today = today
        self._cost_dkk = cost_dkk
        self._quarter = QUARTER_WEEKS / len(today.weeks)
        self._figures = {
            name: {Week.parse(each.week.partition("#")[0]): each for each in own}
            for name, own in figures.items()
        }
        self._base_of = {c.consultant_id: c.base_id for c in grid.project.consultants}
        self._asked = asked
        self._by_set: dict[int, tuple[dict[str, float], ...]] = {}

    def table(self) -> "pd.DataFrame":
        """Return a row a size.

        Returns
        -------
        DataFrame
            With the columns consultants, practices, is_today; placed (of several bases, where consultants come
            to or leave, in words); requested_a_quarter, planned_a_quarter, expected_held_a_quarter
            (conversations in 13 weeks) and its standard_error_a_quarter; practice_sets (how many sets of
            practices were drawn), with expected_held_low_a_quarter and expected_held_high_a_quarter, what is
            expected with the set that holds fewest and with the one that holds most; chance_of_goal and its
            chance_error; cost_dkk_a_quarter, cost_a_planned_conversation_dkk and cost_a_held_conversation_dkk
            (not a number without the settings [costs]); on_frontier, that no other size is expected to hold
            more for the same or as many for less; proven_weeks, of sampled_weeks.
        """
        import pandas as pd

        rows = [self._row(size) for size in self._grid.wanted]
        points = [(row["cost_dkk_a_quarter"], row["expected_held_a_quarter"]) for row in rows]
        for row, point in zip(rows, points, strict=True):
            row["on_frontier"] = _is_best(point, points)
        return pd.DataFrame(rows)

    def by_base(self) -> "pd.DataFrame | None":
        """Return what each base comes to with its own consultants; None where there is only one.

        Returns
        -------
        DataFrame
            A row a base, and number of its consultants and of all practices, with the columns base_id, name,
            consultants, practices (of the base), all_practices, is_today; requested_a_quarter,
            planned_a_quarter, expected_held_a_quarter and its standard_error_a_quarter. Those of the bases
            of a size add up to what `table` has for it.
        """
        import pandas as pd

        if len(self._grid.staff) < 2:
            return None
        names = {place.place_id: place.name for place in self._grid.project.bases}
        rows = []
        for base_id, own in self._grid.staff.items():
            road = self._road_of(base_id)
            rows += [
                {
                    "base_id": base_id,
                    "name": names[base_id],
                    "consultants": own + step,
                    "practices": apportioned(self._grid.project, practices).get(base_id, 0),
                    "all_practices": practices,
                    "is_today": not step and practices == self._grid.today.practices,
                    "requested_a_quarter": self._requested(practices).get(base_id, 0.0) * self._quarter,
                    **self._held(self._difference(practices, {base_id: step}), road),
                }
                for practices in self._grid.sets
                for step in self._grid.steps
                if own + step > 0
            ]
        return pd.DataFrame(rows)

    def _row(self, size: Size) -> dict[str, Any]:
        row = {
            "consultants": size.consultants,
            "practices": size.practices,
            "is_today": size == self._grid.today,
            "placed": "",
            "requested_a_quarter": math.nan,
            **self._held(None, self._today),
            "practice_sets": len(self._grid.sets[size.practices]),
            **dict.fromkeys(_OF_SIZES, math.nan),
            "proven_weeks": 0,
            "sampled_weeks": len(self._sample),
        }
        steps = self._placed(size)
        found = None if steps is None else self._difference(size.practices, steps)
        if steps is None or found is None:
            return row
        held = self._held(found, self._today)
        cost_dkk = self._all_costs_dkk(size, steps, found) * self._quarter
        return {
            **row,
            "placed": self._in_words(steps),
            "requested_a_quarter": sum(self._requested(size.practices).values()) * self._quarter,
            **held,
            **self._chances(size, steps, found),
            "cost_dkk_a_quarter": cost_dkk,
            "cost_a_planned_conversation_dkk": _each(cost_dkk, held["planned_a_quarter"]),
            "cost_a_held_conversation_dkk": _each(cost_dkk, held["expected_held_a_quarter"]),
            "proven_weeks": self._proven(size, steps),
        }

    def _proven(self, size: Size, steps: _Steps) -> int:
        """Return how many of the sampled weeks are proven best, all of those that were put together."""
        names = {
            self._grid.scenario(step, size.practices)
            for base_id, step in steps.items()
            if self._grid.staff[base_id] + step > 0
        }
        return sum(
            all(self._figures[name][week].status == "optimal" for name in names)
            for week in self._sample.stands_for
        )

    # --- Who is where ---

    def _placed(self, size: Size) -> _Steps | None:
        """Return where consultants come to or leave, so that most is held; None where that is not known."""
        apart = size.consultants - self._grid.today.consultants
        sign = 1 if apart >= 0 else -1
        best: dict[int, tuple[float, _Steps]] = {0: (0.0, {})}
        for base_id, own in self._grid.staff.items():
            most = abs(apart) if sign > 0 else min(abs(apart), own)
            reached: dict[int, tuple[float, _Steps]] = {}
            for count in range(most + 1):
                found = self._difference(size.practices, {base_id: sign * count})
                if found is None:
                    continue
                for before, (held, steps) in best.items():
                    total = before + count
                    if total <= abs(apart) and (
                        total not in reached or held + found.expected > reached[total][0]
                    ):
                        reached[total] = (held + found.expected, {**steps, base_id: sign * count})
            best = reached
        return best[abs(apart)][1] if abs(apart) in best else None

    def _in_words(self, steps: _Steps) -> str:
        """Say where consultants come to or leave; nothing where there is only one base."""
        if len(self._grid.staff) < 2:
            return ""
        names = {place.place_id: place.name for place in self._grid.project.bases}
        return ", ".join(f"{signed(step)} {names[base_id]}" for base_id, step in steps.items() if step)

    # --- What they hold ---

    def _difference(self, practices: int, steps: _Steps) -> Difference | None:
        """Return by how much all weeks of these bases differ from today."""
        return self._sample.difference(
            self._counted(practices, steps), self._counted_today(steps), self._sets(practices)
        )

    def _counted_today(self, steps: _Steps) -> Mapping[Week, Counted]:
        return self._counted(self._grid.today.practices, dict.fromkeys(steps, 0))

    def _counted(self, practices: int, steps: _Steps) -> Mapping[Week, Counted]:
        """Return what is counted of the bases in the weeks that are known of each."""
        of_bases = {
            base_id: self._figures.get(self._grid.scenario(step, practices), {})
            for base_id, step in steps.items()
            if self._grid.staff[base_id] + step > 0  # who is not there holds nothing
        }
        # As much is asked for with any number of consultants.
        whole = self._figures.get(self._grid.scenario(0, practices)) or next(iter(of_bases.values()), {})
        return {
            week: self._put_together(figures, {b: weeks[week] for b, weeks in of_bases.items()})
            for week, figures in whole.items()
            if all(week in weeks for weeks in of_bases.values())
        }

    def _put_together(self, whole: WeekFigures, of_bases: Mapping[str, WeekFigures]) -> Counted:
        counts = [json.loads(each.by_base).get(base_id, {}) for base_id, each in of_bases.items()]
        days = tuple(
            day
            for base_id, each in of_bases.items()
            for day in read(each.days)
            if self._base_of[day.consultant_id.partition(TWIN)[0]] == base_id
        )
        return Counted(
            asked=whole.requested,
            planned=sum(own.get("planned", 0) for own in counts),
            expected=expected_held(days, self._today.settings),
            room_s=sum(own.get("room_s", 0) for own in counts),
            days=days,
        )

    def _held(self, found: Difference | None, road: Road) -> dict[str, float]:
        """Return what is planned and expected in a quarter where so much more is than on a road."""
        if found is None:
            names = ("planned_a_quarter", "expected_held_a_quarter", "standard_error_a_quarter")
            return dict.fromkeys(names, math.nan)
        return {
            "planned_a_quarter": (sum(road.planned) + found.planned) * self._quarter,
            "expected_held_a_quarter": (road.expected - road.held + found.expected) * self._quarter,
            "standard_error_a_quarter": math.hypot(road.standard_error, found.standard_error) * self._quarter,
        }

    def _road_of(self, base_id: str) -> Road:
        """Return what all weeks come to at one base as it is."""
        plans = tuple(
            tuple(
                replace(plan, days=tuple(d for d in plan.days if self._base_of[d.consultant_id] == base_id))
                for plan in week
            )
            for week in self._today.plans
        )
        return replace(self._today, plans=plans, held=0)

    def _chances(self, size: Size, steps: _Steps, found: Difference) -> dict[str, float]:
        """Return the range of what is expected over the sets of practices, and the chance of the goal."""
        spread = self._sample.spread(
            self._counted(size.practices, steps), self._counted_today(steps), self._today.settings
        )
        held = self._today.expected - self._today.held
        error = self._today.chance_where(self._today.expected + found.expected, found.standard_error, spread)[
            1
        ]
        chances = [
            self._today.chance_where(self._today.expected + more, spread=spread)[0] for more in found.by_set
        ]
        return {
            "practice_sets": len(found.by_set),
            "expected_held_low_a_quarter": (held + min(found.by_set)) * self._quarter,
            "expected_held_high_a_quarter": (held + max(found.by_set)) * self._quarter,
            "chance_of_goal": sum(chances) / len(chances),
            "chance_error": error,
        }

    # --- What is asked for ---

    def _sets(self, practices: int) -> Sets:
        """Return which set each sampled week has, and how much more is asked for with it."""
        (today,) = self._requested_by_set(self._grid.today.practices)
        return Sets(
            turns=tuple(self._grid.set_of(practices, number) for number in range(len(self._sample))),
            more=tuple(
                (sum(own.values()) - sum(today.values())) / len(self._today.weeks)
                for own in self._requested_by_set(practices)
            ),
        )

    def _requested(self, practices: int) -> dict[str, float]:
        """Return how many conversations are asked for in all weeks at each base, as the mean of the sets."""
        sets = self._requested_by_set(practices)
        (as_it_is,) = self._requested_by_set(self._grid.today.practices)
        found = self._asked_for(self._grid.project)
        for base_id in as_it_is:
            found[base_id] += sum(own[base_id] for own in sets) / len(sets) - as_it_is[base_id]
        return found

    def _requested_by_set(self, practices: int) -> tuple[dict[str, float], ...]:
        if practices not in self._by_set:
            self._by_set[practices] = tuple(
                self._asked_for(with_size(self._grid.project, consultants=self._grid.staff, practices=own))
                for own in self._grid.sets[practices]
            )
        return self._by_set[practices]

    def _asked_for(self, project: Project) -> dict[str, float]:
        found = dict.fromkeys((practice.base_id for practice in self._grid.project.practices), 0.0)
        for week in self._today.weeks:
            for practice, count in self._asked(project, week):
                found[practice.base_id] += count
        return found

    # --- What it costs ---

    def _all_costs_dkk(self, size: Size, steps: _Steps, found: Difference) -> float:
        """Return what all weeks cost: what they cost today, and by how much the sampled ones differ."""
        project, costs = self._grid.project, self._grid.project.config.costs
        if costs is None:
            return math.nan  # the budget does not say what another consultant costs
        people = {base_id: own + steps[base_id] for base_id, own in self._grid.staff.items()}
        made = [
            with_size(project, consultants=people, practices=own) for own in self._grid.sets[size.practices]
        ]
        more_dkk = found.room_s / 3600 * costs.room_dkk_an_hour
        for number, (week, count) in enumerate(self._sample.stands_for.items()):
            changed = made[self._grid.set_of(size.practices, number)]
            more_dkk += count * (
                (week_cost_dkk(changed, week) or 0.0) - (week_cost_dkk(project, week) or 0.0)
            )
        return self._cost_dkk + more_dkk


def _each(cost_dkk: float, count: float) -> float:
    return cost_dkk / count if count > 0 else math.nan


def _is_best(point: tuple[float, float], others: Iterable[tuple[float, float]]) -> bool:
    """Tell whether no other point costs less or holds more, being no worse in the other respect."""
    cost, held = point
    if math.isnan(cost) or math.isnan(held):
        return False
    return not any(dearer <= cost and more >= held and (dearer, more) != point for dearer, more in others)
