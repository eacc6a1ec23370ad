"""What can be expected of a planned week: who has how many conversations on which day, and what delay takes."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from scheduler.model.config import SimulationSettings
from scheduler.model.problem import Problem
from scheduler.model.roster import Roster
from scheduler.scenario.chance.clockwork import play
from scheduler.scenario.chance.draws import Draws

#: How often a week is carried out, to find out what delay takes.
_DRAWS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingDay:
    """A consultant's working day: the conversations planned, and the share of them that there is time for."""

    consultant_id: str
    date: date
    conversations: int
    seen_share: float


def working_days(
    problem: Problem, roster: Roster, settings: SimulationSettings, *, draws: int = _DRAWS
) -> tuple[WorkingDay, ...]:
    """Carry a roster out many times, and return its working days, also those without conversations."""
    drawn = Draws(settings, problem.week, count=draws)
    seen: dict[tuple[str, date], list[float]] = {}
    for played in play(problem, roster, drawn):
        talks = [talk for stop in played.stops for talk in stop.conversations]
        seen[played.day.consultant_id, played.day.date] = [float(talk.seen.mean()) for talk in talks]
    days = []
    for day in problem.days:
        shares = seen.get((day.consultant_id, day.date), [])
        days.append(
            WorkingDay(
                consultant_id=day.consultant_id,
                date=day.date,
                conversations=len(shares),
                seen_share=sum(shares) / len(shares) if shares else 1.0,
            )
        )
    return tuple(days)


def expected_held(days: Iterable[WorkingDay], settings: SimulationSettings) -> float:
    """Return how many of the planned conversations are held on average.

    Those are held to which the citizen comes, on days when the consultant is not ill, and for which there
    is time.
    """
    seen = sum(day.conversations * day.seen_share for day in days)
    return seen * (1 - settings.no_show_share) * (1 - settings.illness_share)


def written(days: Iterable[WorkingDay]) -> str:
    """Return working days as a text in a table of results, as `read` takes it."""
    return json.dumps(
        [(day.consultant_id, day.date.isoformat(), day.conversations, day.seen_share) for day in days]
    )


def read(text: str) -> tuple[WorkingDay, ...]:
    """Return the working days that `written` has written."""
    return tuple(
        WorkingDay(
            consultant_id=consultant_id,
            date=date.fromisoformat(day),
            conversations=conversations,
            seen_share=seen_share,
        )
        for consultant_id, day, conversations, seen_share in json.loads(text)
    )
