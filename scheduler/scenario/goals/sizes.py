"""A project of another size: with fewer or more consultants and practices, as typical as those it has."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from scheduler.model.problem import TravelTimes
from scheduler.model.project import Closure, Project
from scheduler.scenario.goals.drawing import TWIN, Member


def staff(project: Project) -> dict[str, tuple[str, ...]]:
    """Return the ids of the consultants of each base that has some, both in the order of the consultants' table."""
    found: dict[str, list[str]] = {}
    for consultant in project.consultants:
        found.setdefault(consultant.base_id, []).append(consultant.consultant_id)
    return {base_id: tuple(own) for base_id, own in found.items()}


def resized(
    project: Project,
    times: TravelTimes,
    *,
    consultants: Mapping[str, int],
    practices: Sequence[Member],
) -> tuple[Project, TravelTimes]:
    """Return a project with so many consultants and these practices, and the travel times between its places.

    `with_size` says who they are; `times` are between all places of the project as it is.
    """
    changed = with_size(project, consultants=consultants, practices=practices)
    rows = times.index()
    new = [place.place_id for place in changed.places if place.place_id not in rows]
    chosen = [*range(len(rows)), *(rows[id_.partition(TWIN)[0]] for id_ in new)]
    cells = np.ix_(chosen, chosen)
    between = TravelTimes(
        (*times.place_ids, *new), times.seconds[cells], times.metres[cells], times.one_house
    )
    return changed, between


def with_size(project: Project, *, consultants: Mapping[str, int], practices: Sequence[Member]) -> Project:
    """Return a project with so many consultants at each base, and these practices.

    The consultants of a base are taken in the order of their table; where there are not enough, twins of them
    follow in the same order, as often as it takes. The twin of a consultant has the same base, shifts, speed,
    days off and weekly engagements; that of a practice is in the same house, asks for as much in the same weeks, is
    closed on the same days and lends its own room at the same hours, but has no agreement and no consultant of
    its own. Pins are left out, and so is who a practice, home visit or task belongs to, where that consultant is
    not there.
    """
    people = _people(project, consultants)
    there = {member.own for member in people}
    homes, tasks = (
        tuple(
            replace(row, consultant_id=row.consultant_id if row.consultant_id in there else None)
            for row in rows
        )
        for rows in (project.home_visits, project.tasks)
    )
    changed = _with_practices(_with_consultants(project, people), practices, there)
    return changed.replace(home_visits=homes, tasks=tasks, pins=())


def _people(project: Project, consultants: Mapping[str, int]) -> list[Member]:
    """Return the consultants, in the order of their table, then the twins."""
    order = {consultant.consultant_id: number for number, consultant in enumerate(project.consultants)}
    found = [
        (number // len(own), order[own[number % len(own)]], own[number % len(own)])
        for base_id, own in staff(project).items()
        for number in range(consultants.get(base_id, 0))
    ]
    return [Member.twin(original, lap) for lap, _place, original in sorted(found)]


def _twins(members: Iterable[Member]) -> dict[str, list[str]]:
    """Return the ids of the twins of each original that has some."""
    found: dict[str, list[str]] = defaultdict(list)
    for member in members:
        if member.is_twin:
            found[member.original].append(member.own)
    return found


def _with_consultants(project: Project, people: Sequence[Member]) -> Project:
    by_id = {consultant.consultant_id: consultant for consultant in project.consultants}
    there, twins = {member.own for member in people}, _twins(people)
    engagements, twin_engagements = [], defaultdict(list)
    for rule in project.engagements:
        if rule.consultant_id in there or rule.consultant_id == "all":
            engagements.append(rule)
        if rule.weekday is not None:
            for own in twins.get(rule.consultant_id, ()):
                id_ = f"{rule.engagement_id}{TWIN}{own}"
                engagements.append(replace(rule, consultant_id=own, engagement_id=id_))
                twin_engagements[rule.engagement_id].append(id_)
    return project.replace(
        consultants=tuple(replace(by_id[member.original], consultant_id=member.own) for member in people),
        shifts=tuple(
            replace(rule, consultant_id=member.own)
            for member in people
            for rule in project.shifts_of.get(member.original, ())
        ),
        engagements=tuple(engagements),
        closures=(*project.closures, *_closed_too(project, twins | twin_engagements)),
    )


def _closed_too(project: Project, twins: Mapping[str, Sequence[str]]) -> Iterator[Closure]:
    """Yield the closures of twins: those of their originals."""
    for closure in project.closures:
        for own in twins.get(closure.who, ()):
            yield replace(closure, who=own)


def _with_practices(project: Project, members: Sequence[Member], there: set[str]) -> Project:
    practices = {practice.practice_id: practice for practice in project.practices}
    places = {place.place_id: place for place in project.places}
    twins = _twins(members)
    found = []
    for member in members:
        practice = practices[member.original]
        own = practice.consultant_id
        found.append(
            replace(
                practice,
                practice_id=member.own,
                consultant_id=own if own in there and not member.is_twin else None,
                same_as=practice.same_as and _alike(member, practice.same_as),
            )
        )
    twin_places = (replace(places[each.original], place_id=each.own) for each in members if each.is_twin)
    asked = (
        replace(row, practice_id=own) for row in project.demand for own in twins.get(row.practice_id, ())
    )
    return project.replace(
        practices=tuple(found),
        rooms=tuple(
            replace(room, practice_id=member.own)
            for member in members
            for room in project.rooms_of.get(member.original, ())
        ),
        places=(*project.places, *twin_places),
        demand=(*project.demand, *asked),
        closures=(*project.closures, *_closed_too(project, twins)),
    )


def _alike(member: Member, other: str) -> str:
    """Return the id of another practice's twin of the same number: those that follow each other are drawn together."""
    return other + member.own.removeprefix(member.original)
