"""Which of the practices that could join bring most, alone and one after the other.

`joining` says how they are valued, and `CRITERIA` what most may mean. One after the other: the practice that
brings most joins, then all others are valued again in its company, and so on until enough have joined or none
that is left brings anything (the greedy heuristic, Nemhauser, Wolsey & Fisher, Mathematical Programming 14,
1978). Each value on the way is exact; that no other five together bring more is not claimed. Of several bases
from which a practice could be visited, the one counts from which it brings most.
"""

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.base import files
from scheduler.base.errors import InputError, SchedulerError, told
from scheduler.base.i18n import _, ngettext
from scheduler.inputs.candidates import Candidate
from scheduler.inputs.settings import OPEN_PERIOD
from scheduler.model.clock import Week
from scheduler.model.project import Project
from scheduler.model.roster import Roster
from scheduler.model.text import Text
from scheduler.model.texts import word
from scheduler.places.travel import travel_times
from scheduler.scenario.changes import Scenario
from scheduler.scenario.costs import unpriced
from scheduler.scenario.inout import prepared_with, write_tables
from scheduler.scenario.model import Failure
from scheduler.scenario.practices.joining import Gain, JoinedWeeks, Whole
from scheduler.scenario.practices.newcomers import locate_candidates, practice_places
from scheduler.scenario.runs.running import Runs
from scheduler.scenario.scenariofile import written
from scheduler.scenario.taking import taken
from scheduler.scenario.weeks import chosen_weeks
from scheduler.services.planner import Prepared
from scheduler.week.calendar import weeks_of_period
from scheduler.week.warnings import never_met

if TYPE_CHECKING:
    import folium
    import pandas as pd

    from scheduler.outputs.mappage import MapPage


def _a_conversation(gain: Gain, amount: float) -> float:
    """Return what each conversation more takes, as a number that is higher the less it is."""
    return -amount / gain.conversations if gain.conversations > 0 else -math.inf


#: What most may mean, by the word of ``--by``: points of the score; conversations, net of those that are lost
#: elsewhere; such conversations for each hour that visits and the way to them take more; and for each krone more.
CRITERIA: Mapping[str, Callable[[Gain], float]] = {
    "points": lambda gain: gain.value_points,
    "conversations": lambda gain: gain.conversations,
    "hours": lambda gain: _a_conversation(gain, gain.adviser_s / 3600),
    "kroner": lambda gain: _a_conversation(gain, gain.cost_dkk or 0.0),
}

#: The scenario of those that joined one after the other, and its file.
_JOINED_NAME, _JOINED_FILE = "joined", "joined.toml"


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
        By id, with coordinates; those that joined, as visited from the base from which they bring most.
    by
        What most means; one of `CRITERIA`.
    alone
        What each brings alone, best first. One with a week that could not be planned is not among them.
    joined
        What those bring that joined one after the other, each in the company of those before.
    enough
        Whether none that is left would bring anything more to those that have joined.
    today, together
        What these weeks come to today, and with those that joined.
    unvisited
        Of candidates that are never visited, by id, the roster of a week with each: it says why.
    exact
        The ids of candidates whose coordinates are those of their address or were given.
    failures
        The weeks that could not be planned.
    notes
        Remarks for the planner, in words.
    """

    prepared: Prepared
    weeks: tuple[Week, ...]
    candidates: Mapping[str, Candidate]
    by: str
    alone: tuple[Gain, ...]
    joined: tuple[Gain, ...]
    enough: bool
    today: Whole
    together: Whole
    unvisited: Mapping[str, Roster] = dataclasses.field(default_factory=dict)
    exact: frozenset[str] = frozenset()
    failures: tuple[Failure, ...] = ()
    notes: tuple[str | Text, ...] = ()

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of the ranking must know, in words."""
        priced = unpriced(self.prepared.project.config.costs)
        remarks = [*self._reasons(), *map(word, self.notes)]
        if self.by == "kroner" and not any(gain.cost_dkk for gain in self.alone):
            remarks.append(
                _("Nothing that these practices would cost has a price: they are ranked by points.")
            )
        return (*remarks, *filter(None, [priced]), *map(str, self.failures))

    def _reasons(self) -> Iterable[str]:
        for id_, roster in self.unvisited.items():
            for entry in roster.unassigned:
                if entry.id == id_:
                    yield _("{name} is not visited, as in {week}: {reason}").format(
                        name=entry.name,
                        week=roster.week,
                        reason=word(entry.detail or entry.reason, roster.names),
                    )

    def table(self, gains: Iterable[Gain] | None = None) -> "pd.DataFrame":
        """Return gains, or those of each alone, as a table with units in the names of its columns."""
        import pandas as pd

        gains = self.alone if gains is None else tuple(gains)
        return pd.DataFrame(
            {
                "candidate_id": [gain.candidate_id for gain in gains],
                "name": [self.candidates[gain.candidate_id].place.name for gain in gains],
                "base_id": [gain.base_id for gain in gains],
                "value_points": [gain.value_points for gain in gains],
                "due_weeks": [gain.due_weeks for gain in gains],
                "asked_conversations": [gain.asked for gain in gains],
                "own_conversations": [gain.held for gain in gains],
                "net_conversations": [gain.conversations for gain in gains],
                "missed_visits_elsewhere": [gain.missed_elsewhere for gain in gains],
                "cycling_minutes": [round(gain.cycling_s / 60) for gain in gains],
                "cycling_km": [round(gain.cycling_m / 1000, 1) for gain in gains],
                "waiting_minutes": [round(gain.waiting_s / 60) for gain in gains],
                "adviser_hours": [round(gain.adviser_s / 3600, 1) for gain in gains],
                "conversations_an_adviser_hour": [_ratio(g.conversations, g.adviser_s / 3600) for g in gains],
                "cost_dkk": [None if gain.cost_dkk is None else round(gain.cost_dkk) for gain in gains],
                "cost_a_conversation_dkk": [_ratio(g.cost_dkk, g.conversations) for g in gains],
                "proven": [gain.proven for gain in gains],
            }
        )

    def total(self) -> "pd.DataFrame":
        """Return what the weeks come to today and together with those that joined: a row each, and their difference.

        Columns: what; planned_conversations and expected_held; cycling_km, adviser_hours, cost_dkk,
        cost_a_planned_conversation_dkk, cost_a_held_conversation_dkk. With a period also expected_by_end, if all
        its weeks were like these, and goal_conversations. What is not known is not a number.
        """
        import pandas as pd

        period = self.prepared.project.config.period
        times = len(weeks_of_period(self.prepared.project)) / len(self.weeks)
        rows = []
        for whole in (self.today, self.together):
            row: dict[str, float] = {
                "planned_conversations": whole.conversations,
                "expected_held": whole.expected_held,
                "cycling_km": whole.cycling_m / 1000,
                "adviser_hours": whole.adviser_s / 3600,
                "cost_dkk": math.nan if whole.cost_dkk is None else whole.cost_dkk,
                "cost_a_planned_conversation_dkk": _ratio(whole.cost_dkk, whole.conversations),
                "cost_a_held_conversation_dkk": _ratio(whole.cost_dkk, whole.expected_held),
            }
            if period != OPEN_PERIOD:
                row |= {
                    "expected_by_end": whole.expected_held * times,
                    "goal_conversations": period.goal_conversations,
                }
            rows.append(row)
        before, after = rows
        rows.append({name: after[name] - before[name] for name in before})
        table = pd.DataFrame(rows)
        table.insert(0, "what", ["today", "together", "difference"])
        return table

    def scenario(self) -> Scenario | None:
        """Return those that joined one after the other as a scenario to go on from; None where nobody did."""
        if not self.joined:
            return None
        changes = [
            change
            for id_ in sorted(gain.candidate_id for gain in self.joined)
            for change in taken(self.prepared.project, self._findable(self.candidates[id_]))
        ]
        names = ", ".join(self.candidates[gain.candidate_id].place.name for gain in self.joined)
        return Scenario(
            _JOINED_NAME, title=_("Together: {names}").format(names=names), changes=tuple(changes)
        )

    def _findable(self, candidate: Candidate) -> Candidate:
        """Return a candidate without coordinates that are only near: they are found again as they were."""
        if candidate.candidate_id in self.exact:
            return candidate
        return dataclasses.replace(candidate, place=dataclasses.replace(candidate.place, lat=None, lon=None))

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
            total=self.total(),
            by=self.by,
            enough=self.enough,
            remarks=self.remarks,
        )


def _ratio(amount: float | None, over: float) -> float:
    return amount / over if amount is not None and over > 0 else math.nan


def rank_candidates(
    data: str | Path | Prepared,
    file: str | Path,
    weeks: str | Sequence[str | Week] = (),
    *,
    take: int = 5,
    by: str = "points",
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
    by
        What the best bring most of: one of `CRITERIA`.
    online
        Look up addresses that the map does not know. Needs the project folder.
    runs
        How the weeks are planned. Its folder gets alone.csv, joined.csv, total.csv, and joined.toml, a scenario
        in which the best have joined.

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
    candidates, exact, notes = locate_candidates(Path(file), prepared, addresses)
    ranking = rank(prepared, candidates, over, take=take, by=by, exact=exact, notes=notes, runs=runs)
    tables = {"alone": ranking.table(), "joined": ranking.table(ranking.joined), "total": ranking.total()}
    write_tables(runs.folder, tables)
    if runs.folder:
        scenario, file = ranking.scenario(), runs.folder / _JOINED_FILE
        if scenario:
            files.replace(file, written(scenario).encode())
        else:
            with told(files.unwritable, file):
                file.unlink(missing_ok=True)
    return ranking


def rank(
    prepared: Prepared,
    candidates: Sequence[Candidate],
    weeks: Sequence[Week],
    *,
    take: int = 5,
    by: str = "points",
    exact: frozenset[str] = frozenset(),
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
    exact
        The ids of those whose coordinates are given, or those of the address as it is written.
    notes
        Remarks that the ranking is to have besides its own.

    Raises
    ------
    InputError
        When a candidate cannot be ridden to, or `by` is none of `CRITERIA`.
    SchedulerError
        When no candidate could be valued, with the reasons.
    """
    if by not in CRITERIA:
        reason = _("candidates are not ranked by {by}; choose one of {names}")
        raise InputError(reason.format(by=by, names=", ".join(CRITERIA)))
    project = prepared.project
    places = (*project.all_places, *(candidate.place for candidate in candidates))
    exact_places = exact | prepared.exact
    times = travel_times(prepared.network, places, project.config.cycling, exact=exact_places).times
    options = {
        f"{option.candidate_id}@{option.practice.base_id}" if candidate.bases else option.candidate_id: option
        for candidate in candidates
        for option in candidate.options()
    }
    joined_weeks = JoinedWeeks(project, times, options, weeks, runs)
    choice = _Choice(joined_weeks, options, by)
    names = {candidate.candidate_id: candidate.place.name for candidate in candidates}
    runs.progress.step(
        ngettext("{n} candidate alone", "{n} candidates, each alone", len(names)).format(n=len(names))
    )
    alone = choice.gains((), names)
    today = joined_weeks.whole(())
    if not alone or today is None:
        raise SchedulerError(failure.problem() for failure in joined_weeks.failures)
    most = min(take, len(alone))
    gains, joined = alone, list[Gain]()
    while len(joined) < most and gains and choice.brings(gains[0]):
        joined.append(gains[0])
        if len(joined) < most:
            runs.progress.step(_("The others together with {name}").format(name=names[gains[0].candidate_id]))
            gains = choice.gains(joined, [gain.candidate_id for gain in gains[1:]])
    together = joined_weeks.whole([choice.name(gain) for gain in joined]) or today
    bases = {gain.candidate_id: choice.name(gain) for gain in (*alone, *joined)}
    silent = [gain for gain in alone if gain.due_weeks and not gain.held]
    unvisited = {gain.candidate_id: joined_weeks.unvisited(choice.name(gain)) for gain in silent}
    chosen = {c.candidate_id: options.get(bases.get(c.candidate_id, ""), c) for c in candidates}
    return Ranking(
        prepared=prepared,
        weeks=tuple(weeks),
        candidates=chosen,
        by=by,
        alone=tuple(alone),
        joined=tuple(joined),
        enough=bool(gains) and not choice.brings(gains[0]),
        today=today,
        together=together,
        unvisited={id_: roster for id_, roster in unvisited.items() if roster},
        exact=exact,
        failures=tuple(joined_weeks.failures),
        notes=(*notes, *map(str, never_met(_only(project, tuple(chosen.values()))))),
    )


class _Choice:
    """Chooses of what candidates bring the most, by a criterion, from the base from which each brings most."""

    def __init__(self, joined_weeks: JoinedWeeks, options: Mapping[str, Candidate], by: str) -> None:
        self._weeks = joined_weeks
        self._options = options
        self._worth = CRITERIA[by]
        self._by_points = by == "points"

    def name(self, gain: Gain) -> str:
        """Return which of the options a gain is of."""
        return next(
            name
            for name, option in self._options.items()
            if (option.candidate_id, option.practice.base_id) == (gain.candidate_id, gain.base_id)
        )

    def brings(self, gain: Gain) -> bool:
        """Tell whether a candidate brings anything of what is asked for."""
        return gain.value_points > 0 if self._by_points else gain.conversations > 0

    def gains(self, joined: Sequence[Gain], newcomers: Iterable[str]) -> list[Gain]:
        """Return what each newcomer brings to those that joined, best first; of equals the first in the table."""
        wanted = set(newcomers)
        company = [self.name(gain) for gain in joined]
        names = [name for name, option in self._options.items() if option.candidate_id in wanted]
        self._weeks.plan(company, names)
        best: dict[str, Gain] = {}
        for name in names:
            gain = self._weeks.gain(company, name)
            if gain and (
                gain.candidate_id not in best or self._rank(gain) > self._rank(best[gain.candidate_id])
            ):
                best[gain.candidate_id] = gain
        return sorted(best.values(), key=self._rank, reverse=True)

    def _rank(self, gain: Gain) -> tuple[float, ...]:
        return (self.brings(gain), self._worth(gain), gain.value_points, gain.conversations)


def _only(project: Project, candidates: Sequence[Candidate]) -> Project:
    """Return a project with the candidates for its practices, to look for those nobody can ever visit."""
    return project.replace(
        practices=tuple(candidate.practice for candidate in candidates),
        rooms=tuple(room for candidate in candidates for room in candidate.rooms),
        demand=(),
        home_visits=(),
        tasks=(),
    )
