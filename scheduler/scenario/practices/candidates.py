"""Which of the practices that could join bring most, alone and one after the other.

`joining` says how they are valued. One after the other: the practice that is worth most joins, then all
others are valued again in its company, and so on until enough have joined or none that is left is worth
anything (the greedy heuristic, Nemhauser, Wolsey & Fisher, Mathematical Programming 14, 1978). Each
value on the way is exact; that no other five together are worth more is not claimed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.base.errors import SchedulerError
from scheduler.base.i18n import _, ngettext
from scheduler.inputs.candidates import Candidate
from scheduler.model.clock import Week
from scheduler.model.project import Project
from scheduler.model.text import Text
from scheduler.outputs.texts import word
from scheduler.places.travel import travel_times
from scheduler.scenario.costs import cost_dkk
from scheduler.scenario.inout import prepared_with, write_tables
from scheduler.scenario.model import Failure
from scheduler.scenario.practices.joining import Gain, JoinedWeeks
from scheduler.scenario.practices.newcomers import locate_candidates, practice_places
from scheduler.scenario.runs.running import Runs
from scheduler.scenario.weeks import chosen_weeks
from scheduler.services.planner import Prepared
from scheduler.week.warnings import never_met

if TYPE_CHECKING:
    import folium
    import pandas as pd

    from scheduler.outputs.mappage import MapPage


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranking:
    """The candidates by what they bring over some weeks.

    Attributes
    ----------
    prepared
        The project that they could join.
    weeks
        The weeks over which they are valued.
    candidates
        By id, with coordinates.
    alone
        What each brings alone, best first. One with a week that could not be planned is not among them.
    joined
        What those bring that joined one after the other, each in the company of those before.
    enough
        Whether none that is left would bring anything more to those that have joined.
    conversations, cost_dkk
        How many are held in these weeks today, and what the weeks cost in kroner; None where that is not known.
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
    notes: tuple[str | Text, ...] = ()

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of the ranking must know, in words."""
        return (*map(word, self.notes), *map(str, self.failures))

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
        return self._map().live()

    def page(self) -> str:
        """Return the ranking as an HTML page that needs nothing else, in the language in force."""
        return self._map().html()

    def _map(self) -> "MapPage":
        from scheduler.outputs.candidatemap import candidate_map

        project = self.prepared.project
        return candidate_map(
            self.table(),
            self.table(self.joined),
            places={id_: candidate.place for id_, candidate in self.candidates.items()},
            bases=project.bases,
            practices=practice_places(project),
            background=self.prepared.network.background(),
            weeks=[str(week) for week in self.weeks],
            today_conversations=self.conversations,
            today_cost_dkk=self.cost_dkk,
            enough=self.enough,
            remarks=self.remarks,
        )


def rank_candidates(
    data: str | Path | Prepared,
    file: str | Path,
    weeks: str | Sequence[str | Week] = (),
    *,
    take: int = 5,
    online: bool = False,
    runs: Runs = Runs(),
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
    online
        Look up addresses that the map does not know. Needs the project folder.
    runs
        How the weeks are planned. Its folder gets alone.csv and joined.csv.

    Raises
    ------
    InputError
        With everything that is wrong in the tables or the file, before anything is planned.
    ServiceError
        When a file, a service or a cluster cannot be had.
    SchedulerError
        When no candidate could be valued, with the reasons, or it was stopped early.
    """
    prepared, addresses = prepared_with(data, online=online, progress=runs.progress)
    over = chosen_weeks(weeks, prepared.project)
    runs.progress.step(_("Candidates"))
    candidates, notes = locate_candidates(Path(file), prepared, addresses)
    ranking = rank(prepared, candidates, over, take=take, notes=notes, runs=runs)
    write_tables(runs.folder, {"alone": ranking.table(), "joined": ranking.table(ranking.joined)})
    return ranking


def rank(
    prepared: Prepared,
    candidates: Sequence[Candidate],
    weeks: Sequence[Week],
    *,
    take: int = 5,
    notes: Sequence[str | Text] = (),
    runs: Runs = Runs(),
) -> Ranking:
    """Value every candidate alone, and take the best one after the other, as `rank_candidates` does.

    Parameters
    ----------
    prepared
        The project without the candidates.
    candidates
        With coordinates; at least one.
    notes
        Remarks that the ranking is to have besides its own.

    Raises
    ------
    InputError
        When a candidate cannot be ridden to.
    SchedulerError
        When no candidate could be valued, with the reasons.
    """
    project = prepared.project
    places = (*project.bases, *project.places, *(candidate.place for candidate in candidates))
    exact = {found.place_id for found in prepared.located if found.is_exact}
    times = travel_times(prepared.network, places, project.config.cycling, exact=exact).times
    joined_weeks = JoinedWeeks(project, times, candidates, weeks, runs)
    names = {candidate.candidate_id: candidate.place.name for candidate in candidates}
    runs.progress.step(
        ngettext("{n} candidate alone", "{n} candidates, each alone", len(names)).format(n=len(names))
    )
    alone = _gains(joined_weeks, (), names)
    today = joined_weeks.held(())
    if not alone or today is None:
        raise SchedulerError(failure.problem() for failure in joined_weeks.failures)
    most = min(take, len(alone))
    gains, joined = alone, list[Gain]()
    while len(joined) < most and gains and gains[0].value_points > 0:
        joined.append(gains[0])
        if len(joined) < most:
            runs.progress.step(_("The others together with {name}").format(name=names[gains[0].candidate_id]))
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
        notes=(*notes, *map(str, never_met(_only(project, candidates)))),
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
