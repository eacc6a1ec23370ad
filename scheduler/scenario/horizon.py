"""What the weeks of a study do not show: fuller weeks of the period, and practices that only ask in others."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scheduler.base.i18n import _, ngettext, number
from scheduler.inputs.settings import OPEN_PERIOD
from scheduler.model.clock import Week
from scheduler.model.project import Project
from scheduler.scenario.weeks import Study
from scheduler.week.calendar import requested_conversations, shifts_on, weeks_of_period

#: So many names and weeks are told at most.
_MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class _Ask:
    """What a base is asked for in a week: conversations, and the seconds that their visits and its shifts take."""

    conversations: int
    visits_s: int
    shifts_s: int

    @property
    def fullness(self) -> float:
        if not self.visits_s:
            return 0.0
        return self.visits_s / self.shifts_s if self.shifts_s else math.inf


@dataclass(frozen=True, slots=True)
class _Fuller:
    """A week that is fuller at a base in a scenario than those that are compared."""

    scenario: str
    base: str
    week: Week
    ask: _Ask


def unseen(study: Study, weeks: Sequence[Week]) -> tuple[str, ...]:
    """Return sentences on what of the period the compared weeks do not show; none without a period.

    A week is fuller than another at a base where the visits that are asked for take more of the hours at work. Of
    each base the fullest is told, in the scenario in which it is that.
    """
    today = study.prepared[study.scenarios[0].name].project
    if today.config.period == OPEN_PERIOD:
        return ()
    others = [week for week in weeks_of_period(today) if week not in set(weeks)]
    fuller: dict[str, list[_Fuller]] = defaultdict(list)
    silent: dict[str, str] = {}
    for scenario in study.scenarios:
        project = study.prepared[scenario.name].project
        by_week = {week: _asks(project, week) for week in (*weeks, *others)}
        names = {base.place_id: base.name for base in project.bases}
        for base_id, found in _fuller(by_week, weeks, others):
            fuller[base_id] += (
                _Fuller(scenario.title, names[base_id], week, by_week[week][base_id]) for week in found
            )
        silent |= _silent(project, weeks, others)
    told = []
    if fuller:
        told.append(_fuller_text(list(fuller.values())))
    if silent:
        told.append(
            _("In the weeks compared these practices ask for nothing, in others they do: {names}.").format(
                names=", ".join(_first(list(silent.values())))
            )
        )
    return tuple(told)


def _first(parts: Sequence[str]) -> list[str]:
    """Return the first of several texts, and how many others there are."""
    more = len(parts) - _MOST_TOLD
    others = [ngettext("{n} other", "{n} others", more).format(n=number(more))] if more > 0 else []
    return [*parts[:_MOST_TOLD], *others]


def _asks(project: Project, week: Week) -> Mapping[str, _Ask]:
    """Return what each base is asked for in a week."""
    conversations, visits_s, shifts_s = Counter[str](), Counter[str](), Counter[str]()
    defaults = project.config.defaults
    for practice in project.practices:
        if asked := requested_conversations(project, practice, week):
            conversations[practice.base_id] += asked
            visits_s[practice.base_id] += defaults.setup_s + asked * defaults.conversation_s
    for day in week.days:
        for consultant, shift in shifts_on(project, day):
            shifts_s[consultant.base_id] += sum(end_s - start_s for start_s, end_s in shift.spans)
    return {
        id_: _Ask(conversations[id_], visits_s[id_], shifts_s[id_])
        for id_ in dict.fromkeys((*shifts_s, *visits_s))
    }


def _fuller(
    by_week: Mapping[Week, Mapping[str, _Ask]], weeks: Sequence[Week], others: Sequence[Week]
) -> Iterator[tuple[str, tuple[Week, ...]]]:
    """Yield bases with the weeks among the others that are fuller than all that are compared, the fullest first."""

    def fullness(week: Week, base_id: str) -> float:
        return by_week[week][base_id].fullness if base_id in by_week[week] else 0.0

    for base_id in dict.fromkeys(id_ for asks in by_week.values() for id_ in asks):
        most = max((fullness(week, base_id) for week in weeks), default=0.0)
        fuller = [week for week in others if fullness(week, base_id) > most]
        if fuller:
            yield base_id, tuple(sorted(fuller, key=lambda week: -fullness(week, base_id)))


def _fuller_text(bases: Sequence[Sequence[_Fuller]]) -> str:
    """Say at which bases weeks are fuller than those compared, and which is the fullest of each."""
    most = [
        max(own, key=lambda each: each.ask.fullness) for own in bases
    ]  # the first scenario, where several are
    parts = [
        _(
            "{n} at {base}, most of all {week} ({scenario}: {asked} conversations in {hours} hours of work)"
        ).format(
            base=each.base,
            n=number(count),
            week=each.week,
            scenario=each.scenario,
            asked=number(each.ask.conversations),
            hours=number(each.ask.shifts_s / 3600, 1),
        )
        for each, count in zip(most, (len({each.week for each in own}) for own in bases), strict=True)
    ]
    fullest = max(most, key=lambda each: each.ask.fullness)
    return _(
        "Weeks of the period that are not compared are fuller than any that is: {parts}. See one with --weeks {week}."
    ).format(parts="; ".join(_first(parts)), week=fullest.week)


def _silent(project: Project, weeks: Sequence[Week], others: Sequence[Week]) -> dict[str, str]:
    """Return the names of practices that ask in none of the weeks, but in others."""
    places = {place.place_id: place.name for place in project.places}

    def asks(project_weeks: Sequence[Week]) -> set[str]:
        return {
            practice.practice_id
            for practice in project.practices
            if any(requested_conversations(project, practice, week) for week in project_weeks)
        }

    return {id_: places[id_] for id_ in sorted(asks(others) - asks(weeks))}
