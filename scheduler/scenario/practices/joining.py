"""The weeks of a project that other practices have joined, and what each of them brings.

What a practice is worth is counted in points of the score, over the weeks in which it is due. With it a
week asks for more, so a roster that leaves it out scores what its request weighs (`unmet`) more than
before. The best roster with it scores at most that, and the difference is the worth of serving it, net
of what that displaces: visits elsewhere, minutes of cycling, waiting, and balance:

    value = score(best roster without it) + unmet(its request) - score(best roster with it)

Where both rosters are proven it is never negative: the roster without the practice, its request left
open, is a roster of the week with it. It is 0 where serving the practice would not make up for what
that displaces. Each week is planned again with the practice in it, so every value is exact. A week in
which it is not due, or has no room, is the same with it and without; there is nothing to plan again.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scheduler.inputs.candidates import Candidate
from scheduler.model.clock import Week
from scheduler.model.problem import TravelTimes
from scheduler.model.project import Project
from scheduler.model.roster import Roster
from scheduler.scenario.costs import room_costs, week_costs
from scheduler.scenario.model import TODAY, Failure, Task, WeekFigures
from scheduler.scenario.runs.running import Runs
from scheduler.services.decide import decide
from scheduler.week.calendar import requested_conversations, room_slots
from scheduler.week.problem import week_problem

_Company = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What a practice brings over the weeks, in the company of those that joined before it.

    `asked`, `held` and `visits` are its own. `conversations` are how many more are planned in all,
    `missed_elsewhere` how many more visits are missed at others, `cycling_s`, `cycling_m` and `waiting_s` how
    much more there is of it in all, `adviser_s` how many more seconds visits and the way to them take, `cost_dkk`
    how much more all weeks cost (None where costs are not known). `proven` tells that every roster behind the
    figures is proven best. `base_id` is the base from which it is visited.
    """

    candidate_id: str
    base_id: str
    due_weeks: int
    value_points: int
    asked: int
    held: int
    visits: int
    conversations: int
    missed_elsewhere: int
    cycling_s: int
    cycling_m: int
    waiting_s: int
    adviser_s: int
    cost_dkk: float | None
    proven: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What all weeks come to once some have joined; `cost_dkk` is None where costs are not known."""

    conversations: int
    expected_held: float
    cycling_m: int
    adviser_s: int
    cost_dkk: float | None


class JoinedWeeks:
    """The weeks with any of the candidates in them, each planned at most once.

    Parameters
    ----------
    project
        With coordinates, without the candidates.
    times
        Between all places of the project and all candidates.
    candidates
        By a name for each: its id, unless it is there several times.
    weeks
        Which weeks are looked at.
    runs
        Plans them.
    """

    def __init__(
        self,
        project: Project,
        times: TravelTimes,
        candidates: Mapping[str, Candidate],
        weeks: Sequence[Week],
        runs: Runs,
    ) -> None:
        self._project = project
        self._times = times
        self._candidates = dict(candidates)
        self._weeks = tuple(weeks)
        self._runs = runs
        self._asked = {id_: _asked(project, c, weeks) for id_, c in self._candidates.items()}
        self._open = {id_: _open(project, c, self._asked[id_]) for id_, c in self._candidates.items()}
        self._figures: dict[tuple[_Company, Week], WeekFigures] = {}
        self.failures: list[Failure] = []

    def plan(self, joined: Sequence[str], newcomers: Iterable[str]) -> None:
        """Plan the weeks as they are once some have joined, and with each newcomer in their company."""
        wanted: dict[tuple[_Company, Week], str] = {}
        for newcomer in ("", *newcomers):
            for week in self._weeks:
                who = self._company((*joined, newcomer), week)
                if (who, week) not in self._figures:
                    wanted.setdefault((who, week), newcomer)
        tasks = [self._task(who, week, newcomer) for (who, week), newcomer in wanted.items()]
        by_name = {(task.scenario, task.week): at for task, at in zip(tasks, wanted, strict=True)}
        if tasks:
            ran = self._runs.run_all(tasks)
            self.failures.extend(ran.failures)
            for figures in ran.figures(WeekFigures):
                self._figures[by_name[figures.scenario, figures.week]] = figures

    def whole(self, joined: Sequence[str]) -> Whole | None:
        """Return what all weeks come to once some have joined, or None where one has failed."""
        planned = self._planned(joined, self._weeks)
        if planned is None:
            return None
        return Whole(
            conversations=_sum(planned, "planned"),
            expected_held=sum(week.expected_held for week in planned),
            cycling_m=_sum(planned, "cycling_m"),
            adviser_s=_sum(planned, "adviser_s"),
            cost_dkk=self._cost_dkk(joined, planned),
        )

    def gain(self, joined: Sequence[str], newcomer: str) -> Gain | None:
        """Return what a newcomer brings to those that have joined, or None where a week has failed."""
        practice, weights = self._candidates[newcomer].practice, self._project.config.weights
        asked, weeks = self._asked[newcomer], self._open[newcomer]
        before = self._planned(joined, weeks)
        after = self._planned((*joined, newcomer), weeks)
        all_before, all_after = self.whole(joined), self.whole((*joined, newcomer))
        if before is None or after is None or all_before is None or all_after is None:
            return None
        unmet = practice.priority * (
            weights["unserved_conversation"] * sum(asked[week] for week in weeks)
            + weights["missed_visit"] * len(weeks)
        )
        visits = _sum(after, "watched_visits")
        return Gain(
            candidate_id=practice.practice_id,
            base_id=practice.base_id,
            due_weeks=len(asked),
            value_points=_sum(before, "score") + unmet - _sum(after, "score"),
            asked=sum(asked.values()),
            held=_sum(after, "watched_planned"),
            visits=visits,
            conversations=all_after.conversations - all_before.conversations,
            missed_elsewhere=_sum(after, "missed_visits")
            - (len(weeks) - visits)
            - _sum(before, "missed_visits"),
            cycling_s=_sum(after, "cycling_s") - _sum(before, "cycling_s"),
            cycling_m=all_after.cycling_m - all_before.cycling_m,
            waiting_s=_sum(after, "waiting_s") - _sum(before, "waiting_s"),
            adviser_s=all_after.adviser_s - all_before.adviser_s,
            cost_dkk=None
            if all_after.cost_dkk is None or all_before.cost_dkk is None
            else all_after.cost_dkk - all_before.cost_dkk,
            proven=all(figures.status == "optimal" for figures in (*before, *after)),
        )

    def _planned(self, joined: Sequence[str], weeks: Iterable[Week]) -> list[WeekFigures] | None:
        """Return the figures of some weeks once some have joined, or None where one has failed."""
        found = [self._figures.get((self._company(joined, week), week)) for week in weeks]
        known = [figures for figures in found if figures is not None]
        return known if len(known) == len(found) else None

    def _cost_dkk(self, joined: Iterable[str], planned: Sequence[WeekFigures]) -> float | None:
        """Return what all weeks cost with some among the practices, or None where that is not known."""
        project = self._with([self._candidates[id_] for id_ in joined])
        total = 0.0
        for week, figures in zip(self._weeks, planned, strict=True):
            costs = week_costs(project, week)
            if not costs:
                return None
            costs += room_costs(project, json.loads(figures.by_base))
            total += sum(cost.dkk for cost in costs)
        return total

    def _with(self, candidates: Sequence[Candidate]) -> Project:
        """Return the project that some have joined, with its rows where those of a scenario would be."""
        project, practices = self._project, len(self._project.practices)
        return project.replace(
            practices=(*project.practices, *(c.practice for c in candidates)),
            places=(
                *project.places[:practices],
                *(c.place for c in candidates),
                *project.places[practices:],
            ),
            rooms=(*project.rooms, *(room for c in candidates for room in c.rooms)),
        )

    def _company(self, joined: Iterable[str], week: Week) -> _Company:
        """Return who of those that have joined asks for something in a week, and has a room."""
        return frozenset(id_ for id_ in joined if id_ and week in self._open[id_])

    def unvisited(self, newcomer: str) -> Roster | None:
        """Plan the first week again in which a newcomer alone asks and is not visited: the roster says why."""
        for week in self._asked[newcomer]:
            figures = self._figures.get((self._company([newcomer], week), week))
            if week in self._open[newcomer] and (figures is None or figures.watched_visits):
                continue
            task = self._task(frozenset([newcomer]), week, newcomer)
            (plan,) = decide(task.problem, time_limit_s=self._runs.time_limit_s)
            return plan.roster
        return None

    def _task(self, who: _Company, week: Week, newcomer: str) -> Task:
        names = sorted(who)
        return Task(
            scenario=f"+{'+'.join(names)}" if names else TODAY,
            week=str(week),
            problem=week_problem(self._with([self._candidates[id_] for id_ in names]), self._times, week),
            watched=self._candidates[newcomer].candidate_id if newcomer else "",
            simulation=self._project.config.simulation,
        )


def _sum(figures: Iterable[WeekFigures], name: str) -> int:
    return sum([int(getattr(week, name)) for week in figures])


def _asked(project: Project, candidate: Candidate, weeks: Iterable[Week]) -> Mapping[Week, int]:
    """Return the conversations that a candidate asks for, by week; weeks without any are not there."""
    by_week = {week: requested_conversations(project, candidate.practice, week) for week in weeks}
    return {week: count for week, count in by_week.items() if count}


def _open(project: Project, candidate: Candidate, weeks: Iterable[Week]) -> tuple[Week, ...]:
    """Return the weeks in which a candidate has a room on a day that is not closed."""
    own = project.replace(rooms=candidate.rooms)
    return tuple(week for week in weeks if room_slots(own, candidate.practice, week)[0])
