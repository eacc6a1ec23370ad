"""What can be expected of a planned week: who has how many conversations on which day, and what delay takes."""

import json
from dataclasses import dataclass
from datetime import date

from scheduler.model.config import SimulationSettings
from scheduler.model.problem import Problem
from scheduler.model.roster import Roster
from scheduler.scenario.chance.clockwork import play
from scheduler.scenario.chance.draws import Draws
from scheduler.scenario.model import Task
from scheduler.services.decide import decide


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingDay:
    """A consultant's working day: the conversations booked, and the share of them that there is time for."""

    consultant_id: str
    date: date
    conversations: int
    seen_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekOutlook:
    """What a planned week promises.

    `requested` and `booked` count conversations. `days` is a JSON list of the fields of every
    `WorkingDay` of the week, also of those without conversations.
    """

    scenario: str
    week: str
    status: str
    requested: int
    booked: int
    solve_s: float
    days: str

    def working_days(self) -> tuple[WorkingDay, ...]:
        """Return the working days of all consultants."""
        return tuple(
            WorkingDay(
                consultant_id=consultant_id,
                date=date.fromisoformat(day),
                conversations=conversations,
                seen_share=seen_share,
            )
            for consultant_id, day, conversations, seen_share in json.loads(self.days)
        )


def outlook(task: Task, *, settings: SimulationSettings, draws: int) -> WeekOutlook:
    """Plan a task's week, and carry its roster out many times. Errors as for `decide`."""
    (plan,) = decide(task.problem, time_limit_s=task.time_limit_s, explain=False)
    roster = plan.roster
    return WeekOutlook(
        scenario=task.scenario,
        week=task.week,
        status=roster.status,
        requested=sum(request.conversations for request in task.problem.requests),
        booked=sum(round_.conversations for round_ in roster.rounds),
        solve_s=roster.solve_seconds,
        days=json.dumps(_days(task.problem, roster, settings, draws)),
    )


def _days(
    problem: Problem, roster: Roster, settings: SimulationSettings, draws: int
) -> list[tuple[str, str, int, float]]:
    drawn = Draws(settings, problem.week, count=draws)
    seen: dict[tuple[str, date], list[float]] = {}
    for played in play(problem, roster, drawn):
        talks = [talk for stop in played.stops for talk in stop.conversations]
        seen[played.day.consultant_id, played.day.date] = [float(talk.seen.mean()) for talk in talks]
    days = []
    for day in problem.days:
        shares = seen.get((day.consultant_id, day.date), [])
        share = sum(shares) / len(shares) if shares else 1.0
        days.append((day.consultant_id, day.date.isoformat(), len(shares), share))
    return days
