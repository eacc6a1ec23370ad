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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scheduler.inputs.candidates import Candidate
from scheduler.model.clock import Week
from scheduler.model.problem import TravelTimes
from scheduler.model.project import Project
from scheduler.scenario.costs import cost_dkk
from scheduler.scenario.model import TODAY, Failure, Task, WeekFigures
from scheduler.scenario.runs.running import Runs
from scheduler.week.calendar import requested_conversations, room_slots
from scheduler.week.problem import week_problem

_Company = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What a practice brings over the weeks, in the company of those that joined before it.

    `asked`, `held` and `visits` are its own. `conversations` are how many more are held in all,
    `missed_elsewhere` how many more visits are missed at others, `cycling_s` and `waiting_s` how much
    more there is of it in all, `cost_dkk` how much more all weeks cost (None where costs are not known).
    `proven` tells that every roster behind the figures is proven best.
    """

    candidate_id: str
    due_weeks: int
    value_points: int
    asked: int
    held: int
    visits: int
    conversations: int
    missed_elsewhere: int
    cycling_s: int
    waiting_s: int
    cost_dkk: float | None
    proven: bool


class JoinedWeeks:
    """The weeks with any of the candidates in them, each planned at most once.

    Parameters
    ----------
    project
        With coordinates, without the candidates.
    times
        Between all places of the project and all candidates.
    weeks
        Which weeks are looked at.
    runs
        Plans them.
    """

    def __init__(
        self,
        project: Project,
        times: TravelTimes,
        candidates: Iterable[Candidate],
        weeks: Sequence[Week],
        runs: Runs,
    ) -> None:
        self._project = project
        self._times = times
        self._candidates = {candidate.candidate_id: candidate for candidate in candidates}
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

    def held(self, joined: Sequence[str]) -> int | None:
        """Return the conversations held in all weeks once some have joined, or None where one has failed."""
        planned = self._planned(joined, self._weeks)
        return None if planned is None else _sum(planned, "planned")

    def gain(self, joined: Sequence[str], newcomer: str) -> Gain | None:
        """Return what a newcomer brings to those that have joined, or None where a week has failed."""
        practice, weights = self._candidates[newcomer].practice, self._project.config.weights
        asked, weeks = self._asked[newcomer], self._open[newcomer]
        before = self._planned(joined, weeks)
        after = self._planned((*joined, newcomer), weeks)
        if before is None or after is None:
            return None
        unmet = practice.priority * (
            weights["unserved_conversation"] * sum(asked[week] for week in weeks)
            + weights["missed_visit"] * len(weeks)
        )
        visits = _sum(after, "watched_visits")
        return Gain(
            candidate_id=newcomer,
            due_weeks=len(asked),
            value_points=_sum(before, "score") + unmet - _sum(after, "score"),
            asked=sum(asked.values()),
            held=_sum(after, "watched_planned"),
            visits=visits,
            conversations=_sum(after, "planned") - _sum(before, "planned"),
            missed_elsewhere=_sum(after, "missed_visits")
            - (len(weeks) - visits)
            - _sum(before, "missed_visits"),
            cycling_s=_sum(after, "cycling_s") - _sum(before, "cycling_s"),
            waiting_s=_sum(after, "waiting_s") - _sum(before, "waiting_s"),
            cost_dkk=self._cost_dkk(newcomer),
            proven=all(figures.status == "optimal" for figures in (*before, *after)),
        )

    def _planned(self, joined: Sequence[str], weeks: Iterable[Week]) -> list[WeekFigures] | None:
        """Return the figures of some weeks once some have joined, or None where one has failed."""
        found = [self._figures.get((self._company(joined, week), week)) for week in weeks]
        known = [figures for figures in found if figures is not None]
        return known if len(known) == len(found) else None

    def _cost_dkk(self, newcomer: str) -> float | None:
        """Return how much more all weeks cost with a newcomer among the practices."""
        practices = (*self._project.practices, self._candidates[newcomer].practice)
        more = cost_dkk(self._project.replace(practices=practices), self._weeks)
        before = cost_dkk(self._project, self._weeks)
        return None if more is None or before is None else more - before

    def _company(self, joined: Iterable[str], week: Week) -> _Company:
        """Return who of those that have joined asks for something in a week, and has a room."""
        return frozenset(id_ for id_ in joined if id_ and week in self._open[id_])

    def _task(self, who: _Company, week: Week, newcomer: str) -> Task:
        names = sorted(who)
        candidates = [self._candidates[id_] for id_ in names]
        project = self._project.replace(
            practices=(*self._project.practices, *(c.practice for c in candidates)),
            places=(*self._project.places, *(c.place for c in candidates)),
            rooms=(*self._project.rooms, *(room for c in candidates for room in c.rooms)),
        )
        return Task(
            scenario=f"+{'+'.join(names)}" if names else TODAY,
            week=str(week),
            problem=week_problem(project, self._times, week),
            watched=newcomer,
            simulation=project.config.simulation,
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
