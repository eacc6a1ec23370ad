"""A project of another size: with fewer or more consultants and practices, as typical as those it has."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from scheduler.model.problem import TravelTimes
from scheduler.model.project import Practice, Project

#: Between an id and the number of its twin; no id of a table has it.
_TWIN = "~"


def resized(
    project: Project, times: TravelTimes, *, consultants: int, practices: int
) -> tuple[Project, TravelTimes]:
    """Return a project with so many consultants and practices, and the travel times between its places.

    `with_size` says who they are; `times` are between all places of the project as it is.
    """
    changed = with_size(project, consultants=consultants, practices=practices)
    rows = times.index()
    new = [place.place_id for place in changed.places if place.place_id not in rows]
    chosen = [*range(len(rows)), *(rows[id_.partition(_TWIN)[0]] for id_ in new)]
    cells = np.ix_(chosen, chosen)
    between = TravelTimes(
        (*times.place_ids, *new), times.seconds[cells], times.metres[cells], times.one_house
    )
    return changed, between


def with_size(project: Project, *, consultants: int, practices: int) -> Project:
    """Return a project with so many consultants and practices, at least 1 each.

    Consultants are taken in the order of their table, practices by how much they ask for, most first.
    Where there are not enough, twins of them follow in the same order, as often as it takes. The twin of a
    consultant has the same base, shifts, speed and weekly engagements; that of a practice is in the same
    house, asks as often for its usual number, and lends its own room at the same hours, but has no agreement
    and no consultant of its own. Pins are left out, and so is who a practice, home visit or task belongs to, where
    that consultant is not there.
    """
    people = _cycled([consultant.consultant_id for consultant in project.consultants], consultants)
    asked = sorted(project.practices, key=_a_week, reverse=True)
    offices = _cycled([practice.practice_id for practice in asked], practices)
    there = {own for own, original in people if own == original}
    homes, tasks = (
        tuple(
            replace(row, consultant_id=row.consultant_id if row.consultant_id in there else None)
            for row in rows
        )
        for rows in (project.home_visits, project.tasks)
    )
    changed = _with_practices(_with_consultants(project, people), offices, there)
    return changed.replace(home_visits=homes, tasks=tasks, pins=())


def _a_week(practice: Practice) -> float:
    return practice.conversations / practice.every_weeks


def _cycled(ids: Sequence[str], count: int) -> list[tuple[str, str]]:
    """Return so many ids, each with that of the original: itself, or of which it is a twin."""
    found = []
    for number in range(count):
        lap, position = divmod(number, len(ids))
        found.append((f"{ids[position]}{_TWIN}{lap}" if lap else ids[position], ids[position]))
    return found


def _twins(pairs: Sequence[tuple[str, str]], original: str) -> Iterator[str]:
    """Yield the twins of an original, without itself."""
    return (own for own, whose in pairs if whose == original != own)


def _with_consultants(project: Project, people: Sequence[tuple[str, str]]) -> Project:
    by_id = {consultant.consultant_id: consultant for consultant in project.consultants}
    shifts, engagements = [], []
    for own, original in people:
        shifts += [replace(s, consultant_id=own) for s in project.shifts if s.consultant_id == original]
    there = {own for own, _original in people}
    for rule in project.engagements:
        if rule.consultant_id in there or rule.consultant_id == "all":
            engagements.append(rule)
        if rule.weekday is not None:
            engagements += [
                replace(rule, consultant_id=own, engagement_id=f"{rule.engagement_id}{_TWIN}{own}")
                for own in _twins(people, rule.consultant_id)
            ]
    return project.replace(
        consultants=tuple(replace(by_id[original], consultant_id=own) for own, original in people),
        shifts=tuple(shifts),
        engagements=tuple(engagements),
    )


def _with_practices(project: Project, offices: Sequence[tuple[str, str]], there: set[str]) -> Project:
    practices = {practice.practice_id: practice for practice in project.practices}
    places = {place.place_id: place for place in project.places}
    found, rooms, new_places = [], [], []
    for own, original in offices:
        practice = practices[original]
        consultant_id = practice.consultant_id if own == original else None
        if consultant_id not in there:
            consultant_id = None
        found.append(replace(practice, practice_id=own, consultant_id=consultant_id))
        rooms += [replace(room, practice_id=own) for room in project.rooms if room.practice_id == original]
        if own != original:
            new_places.append(replace(places[original], place_id=own))
    return project.replace(practices=tuple(found), rooms=tuple(rooms), places=(*project.places, *new_places))
