"""Which of the practices that could join bring most, alone and one after the other.

`joining` says how they are valued. One after the other: the practice that is worth most joins, then all
others are valued again in its company, and so on until enough have joined or none that is left is worth
anything (the greedy heuristic, Nemhauser, Wolsey & Fisher, Mathematical Programming 14, 1978). Each
value on the way is exact; that no other five together are worth more is not claimed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scheduler.base import files
from scheduler.base.errors import SchedulerError
from scheduler.base.i18n import _, ngettext
from scheduler.base.progress import Progress, Silent
from scheduler.inputs.candidates import Candidate
from scheduler.model.clock import Week
from scheduler.model.project import Project
from scheduler.model.text import Text
from scheduler.outputs.texts import word
from scheduler.places.travel import travel_times
from scheduler.scenario.inout import prepared_with, write_tables
from scheduler.scenario.model import Failure
from scheduler.scenario.practices.joining import Gain, JoinedWeeks, Runner, cost_dkk, problems_of, runner
from scheduler.scenario.practices.newcomers import locate_candidates, practice_places
from scheduler.scenario.weeks import chosen_weeks
from scheduler.services.planner import Prepared
from scheduler.week.calendar import never_met

if TYPE_CHECKING:
    import folium
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranking:
    """The candidates by what they bring over some weeks.

    Attributes
    ----------
    prepared
        The project that they could join.
    candidates
        By id, with coordinates.
    alone
        What each brings alone, best first. One with a week that could not be planned is not among them.
    joined
        What those bring that joined one after the other, each in the company of those before.
    enough
        Whether none that is left would bring anything more to those that have joined.
    conversations, cost_dkk
        How many are held in these weeks today, and what the weeks cost; None where that is not known.
    failures
        The weeks that could not be planned.
    notes
        Remarks for the planner, in words.
    """

    prepared: Prepared
    weeks: tuple[Week, ...]
    candidates: Mapping[str, Candidate]
    alone: tuple[Gain, ...]
    joined: tuple[Gain, ...]
    enough: bool
    conversations: int
    cost_dkk: float | None
    failures: tuple[Failure, ...] = ()
    notes: tuple[Text, ...] = ()

    def table(self, gains: Iterable[Gain] | None = None) -> "pd.DataFrame":
        """Return gains, or those of each alone, as a table with units in the names of its columns."""
        import pandas as pd

        gains = self.alone if gains is None else tuple(gains)
        return pd.DataFrame(
            {
                "candidate_id": [gain.candidate_id for gain in gains],
                "name": [self.candidates[gain.candidate_id].place.name for gain in gains],
                "value_points": [gain.value_points for gain in gains],
                "due_weeks": [gain.due_weeks for gain in gains],
                "asked_conversations": [gain.asked for gain in gains],
                "own_conversations": [gain.held for gain in gains],
                "net_conversations": [gain.conversations for gain in gains],
                "missed_visits_elsewhere": [gain.missed_elsewhere for gain in gains],
                "cycling_minutes": [round(gain.cycling_s / 60) for gain in gains],
                "waiting_minutes": [round(gain.waiting_s / 60) for gain in gains],
                "cost_dkk": [None if gain.cost_dkk is None else round(gain.cost_dkk) for gain in gains],
                "proven": [gain.proven for gain in gains],
            }
        )

    def map(self) -> "folium.Map":
        """Return the candidates on a map, each with what it brings."""
        from scheduler.outputs.candidatemap import candidate_map

        return candidate_map(self.table(), self.table(self.joined), **self._places())

    def page(self) -> str:
        """Return the ranking as an HTML page that needs nothing else, in the language in force."""
        from scheduler.outputs.candidatemap import candidate_page

        return candidate_page(
            self.table(),
            self.table(self.joined),
            **self._places(),
            weeks=[str(week) for week in self.weeks],
            today_conversations=self.conversations,
            today_cost_dkk=self.cost_dkk,
            enough=self.enough,
            remarks=(*map(word, self.notes), *(str(problem) for problem in problems_of(self.failures))),
        )

    def _places(self) -> dict[str, Any]:
        project = self.prepared.project
        return {
            "places": {id_: candidate.place for id_, candidate in self.candidates.items()},
            "bases": project.bases,
            "practices": practice_places(project),
            "background": self.prepared.network.background(),
        }


def rank_candidates(
    data: Path | Prepared,
    file: Path,
    weeks: str | Sequence[Week] = (),
    *,
    take: int = 5,
    time_limit_s: float = 20.0,
    workers: int | None = None,
    cluster: str | None = None,
    online: bool = False,
    folder: Path | None = None,
    page: Path | None = None,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> Ranking:
    """Rank the practices of a file by what they would bring to a project.

    Parameters
    ----------
    data
        The project folder, or what `scheduler.prepare` has made of it.
    file
        The practices that could join, and the rooms that they would lend; see `inputs.candidates`.
    weeks
        Which, as in ``"2009-W20..2009-W32"``; none for a quarter, see `default_weeks`.
    take
        How many join one after the other, at most.
    time_limit_s
        How long each week may be searched.
    workers, cluster
        Who plans: so many processes of this machine (none for one per processor, 0 for this process),
        or a Dask cluster.
    online
        Look up addresses that the map does not know. Needs the project folder.
    folder
        Where weeks are kept as they are planned, and alone.csv and joined.csv are written. Without one
        nothing is written.
    page
        Where a page with the map is written, if anywhere.
    progress
        Is told of each step.
    stop
        Is asked now and then whether to end early.

    Raises
    ------
    InputError
        With everything that is wrong in the tables or the file, before anything is planned.
    ServiceError
        When a file, a service or a cluster cannot be had.
    SchedulerError
        When no candidate could be valued, with the reasons, or it was stopped early.
    """
    progress = progress or Silent()
    prepared, addresses = prepared_with(data, online=online, progress=progress)
    over = chosen_weeks(weeks, prepared.project)
    progress.step(_("Candidates"))
    candidates, notes = locate_candidates(file, prepared, addresses)
    plan = runner(folder, workers=workers, cluster=cluster, progress=progress, stop=stop)
    ranking = rank(
        prepared,
        candidates,
        over,
        runner=plan,
        take=take,
        time_limit_s=time_limit_s,
        notes=notes,
        progress=progress,
    )
    if folder:
        write_tables(folder, {"alone": ranking.table(), "joined": ranking.table(ranking.joined)})
    if page:
        files.replace(page, ranking.page().encode())
    return ranking


def rank(
    prepared: Prepared,
    candidates: Sequence[Candidate],
    weeks: Sequence[Week],
    *,
    runner: Runner,
    take: int = 5,
    time_limit_s: float = 20.0,
    notes: Sequence[Text] = (),
    progress: Progress | None = None,
) -> Ranking:
    """Value every candidate alone, and take the best one after the other.

    Parameters
    ----------
    prepared
        The project without the candidates.
    candidates
        With coordinates; at least one.
    weeks
        Over which they are valued.
    runner
        Plans the weeks.
    take
        How many are taken one after the other, at most.
    time_limit_s
        How long each week may be searched.
    notes
        Remarks that the ranking is to have besides its own.
    progress
        Is told of each step.

    Raises
    ------
    InputError
        When a candidate cannot be ridden to.
    SchedulerError
        When no candidate could be valued, with the reasons.
    """
    progress = progress or Silent()
    project = prepared.project
    places = (*project.bases, *project.places, *(candidate.place for candidate in candidates))
    times = travel_times(prepared.network, places, project.config.cycling).times
    joined_weeks = JoinedWeeks(project, times, candidates, weeks, runner=runner, time_limit_s=time_limit_s)
    names = {candidate.candidate_id: candidate.place.name for candidate in candidates}
    progress.step(
        ngettext("{n} candidate alone", "{n} candidates, each alone", len(names)).format(n=len(names))
    )
    alone = _gains(joined_weeks, (), names)
    today = joined_weeks.held(())
    if not alone or today is None:
        raise SchedulerError(problems_of(joined_weeks.failures))
    most = min(take, len(alone))
    gains, joined = alone, list[Gain]()
    while len(joined) < most and gains and gains[0].value_points > 0:
        joined.append(gains[0])
        if len(joined) < most:
            progress.step(_("The others together with {name}").format(name=names[gains[0].candidate_id]))
            left = [gain.candidate_id for gain in gains[1:]]
            gains = _gains(joined_weeks, [gain.candidate_id for gain in joined], left)
    return Ranking(
        prepared=prepared,
        weeks=tuple(weeks),
        candidates={candidate.candidate_id: candidate for candidate in candidates},
        alone=tuple(alone),
        joined=tuple(joined),
        enough=bool(gains) and gains[0].value_points <= 0,
        conversations=today,
        cost_dkk=cost_dkk(project, weeks),
        failures=tuple(joined_weeks.failures),
        notes=(*notes, *never_met(_only(project, candidates))),
    )


def _gains(joined_weeks: JoinedWeeks, company: Sequence[str], newcomers: Iterable[str]) -> list[Gain]:
    """Return what each newcomer brings to a company, best first; of equals the first in the table."""
    newcomers = tuple(newcomers)
    joined_weeks.plan(company, newcomers)
    gains = (joined_weeks.gain(company, newcomer) for newcomer in newcomers)
    return sorted(filter(None, gains), key=lambda gain: (-gain.value_points, -gain.conversations))


def _only(project: Project, candidates: Sequence[Candidate]) -> Project:
    """Return a project with the candidates for its practices, to look for those nobody can ever visit."""
    return project.replace(
        practices=tuple(candidate.practice for candidate in candidates),
        rooms=tuple(room for candidate in candidates for room in candidate.rooms),
        demand=(),
        home_visits=(),
    )
