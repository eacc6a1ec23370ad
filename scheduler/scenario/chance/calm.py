"""A week under chance, and the price of calm: what slack in its plan costs, and what times are kept by it.

Slack is time to spare on every ride: the week is planned as if parking took so much longer, and carried
out with the true durations. So every stop that is ridden to, and the return to base, has that buffer.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.base.progress import Progress, Silent
from scheduler.checks import check, recount
from scheduler.model.clock import Week
from scheduler.model.problem import Problem
from scheduler.model.roster import Roster, Term
from scheduler.model.rosterfile import load
from scheduler.outputs.names import ROSTER
from scheduler.scenario.chance.robustness import Robustness, carry_out
from scheduler.services import planner
from scheduler.services.decide import decide
from scheduler.services.planner import Prepared
from scheduler.solver.isolation import SolverProcess

if TYPE_CHECKING:
    import pandas as pd

#: Minutes of slack that are compared where nothing is said; 0 is the roster without.
SLACKS_MIN = (0, 2, 5, 10)
_MOST_SLACK_MIN = 60


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Slack:
    """A roster with some slack, and what comes of it.

    Attributes
    ----------
    minutes
        Minutes to spare on every ride.
    terms
        Those of the score without the slack.
    robustness
        What chance makes of it.
    """

    minutes: int
    terms: Mapping[str, Term]
    robustness: Robustness

    @property
    def score(self) -> int:
        """The roster's points, as if it had been planned without slack."""
        return sum(term.points for term in self.terms.values())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calm:
    """Rosters of a week with more and more slack, the first without any, under the same chance.

    Attributes
    ----------
    week
        The ISO week.
    slacks
        The rosters, by their minutes to spare.
    """

    week: Week
    slacks: tuple[Slack, ...]

    def table(self) -> "pd.DataFrame":
        """Return a row a roster.

        Columns: slack_minutes, status (of the plan), score_points, planned_conversations, missed_visits,
        moved_visits (from their agreements), cycling_minutes, waiting_minutes; then the fields of
        `Summary`; and held_difference with its standard error: conversations held more than without
        slack, draw by draw.
        """
        import pandas as pd

        rows = []
        without = self.slacks[0].robustness.held
        for slack in self.slacks:
            found, roster = slack.robustness, slack.robustness.roster
            more = found.held - without
            rows.append(
                {
                    "slack_minutes": slack.minutes,
                    "status": roster.status,
                    "score_points": slack.score,
                    "missed_visits": sum(request.held == 0 for request in roster.unassigned),
                    "moved_visits": int(slack.terms["moved_from_agreement"].count),
                    "cycling_minutes": slack.terms["cycling_second"].count / 60,
                    "waiting_minutes": slack.terms["waiting_second"].count / 60,
                    **asdict(found.summary()),
                    "held_difference": float(more.mean()),
                    "held_difference_error": float(more.std()) / found.draws**0.5,
                }
            )
        return pd.DataFrame(rows)

    def terms(self) -> "pd.DataFrame":
        """Return the terms of each roster's score: slack_minutes, term, count, points."""
        import pandas as pd

        return pd.DataFrame(
            [
                {"slack_minutes": slack.minutes, "term": name, "count": term.count, "points": term.points}
                for slack in self.slacks
                for name, term in slack.terms.items()
            ]
        )


def roster_in(out_dir: Path, week: Week) -> Roster | None:
    """Return the roster that was written for a week, or None where there is none.

    Raises
    ------
    InputError, ServiceError
        When the file is no roster, or cannot be read.
    """
    file = out_dir / str(week) / ROSTER
    return load(file) if file.exists() else None


def simulate_week(
    data: str | Path | Prepared,
    week: str | Week,
    *,
    roster: Roster | None = None,
    draws: int = 10_000,
    seed: int = 0,
    time_limit_s: float = 20.0,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> Robustness:
    """Carry out a week's roster many times under the chance of the settings [simulation].

    Parameters
    ----------
    data
        The project folder, or what `scheduler.prepare` has made of it.
    roster
        One of this week; without it the week is planned.
    draws, seed
        How many times, and which: the same seed gives the same figures.
    time_limit_s, progress, stop
        Of the planning.

    Raises
    ------
    InputError
        When the tables are wrong, or the roster does not fit them.
    ServiceError
        When a file cannot be had.
    SchedulerError
        When the search has crashed or needed too much memory.
    """
    calm = price_of_calm(
        data,
        week,
        (),
        roster=roster,
        draws=draws,
        seed=seed,
        time_limit_s=time_limit_s,
        progress=progress,
        stop=stop,
    )
    return calm.slacks[0].robustness


def price_of_calm(
    data: str | Path | Prepared,
    week: str | Week,
    slacks_min: Iterable[int] = SLACKS_MIN,
    *,
    roster: Roster | None = None,
    draws: int = 10_000,
    seed: int = 0,
    time_limit_s: float = 20.0,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> Calm:
    """Plan a week with several minutes of slack on every ride, and compare what chance makes of each.

    Without slack is always among them, and is `roster` where one is given. The other arguments and
    errors are those of `simulate_week`; it is an `InputError` also where a week cannot be planned with so
    much slack.
    """
    minutes = sorted({0, *slacks_min})
    if minutes[0] < 0 or minutes[-1] > _MOST_SLACK_MIN:
        raise InputError(_("Slack is a number of minutes from 0 to {most}.").format(most=_MOST_SLACK_MIN))
    if draws < 1:
        raise InputError(_("The number of draws must be at least 1."))
    week, progress = Week.asked(week), progress or Silent()
    prepared = data if isinstance(data, Prepared) else planner.prepare(data, progress=progress)
    asked = {slack: _with_slack(prepared, week, slack) for slack in minutes}
    if roster:
        _require_fit(asked[0], roster)
    rosters: list[Roster] = []
    for slack, problem in asked.items():
        if roster and slack == 0:
            rosters.append(roster)
            continue
        with _asking_for_less(slack), SolverProcess() as solver:
            (plan,) = decide(
                problem,
                search=partial(solver.best_rosters, memory_mb=prepared.project.config.solver.memory_mb),
                time_limit_s=time_limit_s,
                explain=False,
                progress=progress,
                stop=stop,
            )
        rosters.append(plan.roster)
    progress.step(_("Carrying out the rosters"))
    true = asked[0]
    settings = prepared.project.config.simulation
    return Calm(
        week=week,
        slacks=tuple(
            Slack(
                minutes=slack,
                terms=recount(true, each),
                robustness=carry_out(true, each, settings, draws=draws, seed=seed, slack_s=slack * 60),
            )
            for slack, each in zip(asked, rosters, strict=True)
        ),
    )


def _with_slack(prepared: Prepared, week: Week, minutes: int) -> Problem:
    """Pose a week in which parking takes some minutes longer."""
    config = prepared.project.config
    defaults = replace(config.defaults, parking_s=config.defaults.parking_s + 60 * minutes)
    project = prepared.project.replace(config=replace(config, defaults=defaults))
    with _asking_for_less(minutes):
        return planner.problem(replace(prepared, project=project), week)


@contextmanager
def _asking_for_less(minutes: int) -> Iterator[None]:
    """Say of what makes a week impossible that it is the slack."""
    try:
        yield
    except InputError as error:
        if not minutes:
            raise
        hint = _("With {minutes} minutes of slack on every ride the week is impossible: ask for less.")
        raise InputError(error.problems, hint.format(minutes=minutes)) from error


def _require_fit(problem: Problem, roster: Roster) -> None:
    """Refuse a roster that is not one of the week as the tables have it."""
    if violations := check(problem, roster):
        raise InputError(
            (InputProblem(str(violation)) for violation in violations),
            _("The roster does not fit the tables: plan the week again with {command}").format(
                command=f"hjul plan {problem.week}"
            ),
        )
