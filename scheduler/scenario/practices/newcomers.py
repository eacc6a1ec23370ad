"""A file of practices that could join -> candidates with coordinates, or everything that is wrong with them."""

import dataclasses
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.inputs.candidates import Candidate, read_candidates
from scheduler.inputs.schema import key
from scheduler.model.project import Place, Project
from scheduler.model.text import Text
from scheduler.places.geocoding import look_up
from scheduler.places.online import OnlineAddresses
from scheduler.places.spelling import street_key
from scheduler.services.planner import Prepared, location_problems


def locate_candidates(
    file: Path, prepared: Prepared, online: OnlineAddresses | None = None
) -> tuple[tuple[Candidate, ...], frozenset[str], tuple[str | Text, ...]]:
    """Read the practices that could join a project, and find where they are.

    Returns them with coordinates, the ids of those whose coordinates are exact, and remarks about what was
    passed over, and about places that were not found as they are written or that share a house.

    Raises
    ------
    InputError
        With everything that is wrong in the table, and every candidate that is not found, lies off the
        network, or is there already.
    ServiceError
        When the file cannot be read, or an online service is asked and cannot be had.
    """
    problems: list[InputProblem] = []
    notes: list[InputProblem] = []
    candidates = read_candidates(file, prepared.project, problems, notes)
    places = tuple(candidate.place for candidate in candidates)
    looked_up = look_up(prepared.project.replace(bases=(), places=places), prepared.network, online)
    known = [*practice_places(prepared.project), *looked_up.places]
    problems += chain(looked_up.problems, _there_already(known))
    if problems:
        raise InputError(problems)
    found = tuple(
        dataclasses.replace(candidate, place=place)
        for candidate, place in zip(candidates, looked_up.places, strict=True)
    )
    ids = {place.place_id for place in looked_up.places}
    exact = frozenset(located.place_id for located in looked_up.located if located.is_exact)
    notes += location_problems(places, looked_up.located)
    return found, exact, (*map(str, notes), *_same_house(known, ids))


def practice_places(project: Project) -> list[Place]:
    """Return where the practices of a project are, without home visits and other places."""
    ids = {practice.practice_id for practice in project.practices}
    return [place for place in project.places if place.place_id in ids]


def _there_already(places: Iterable[Place]) -> Iterator[InputProblem]:
    """Report practices of the same name and address as one before: one practice under two ids."""
    seen: dict[tuple[str, str, str], Place] = {}
    for place in places:
        first = seen.setdefault((key(place.name), street_key(place.address), place.postcode), place)
        if first is not place and place.origin:
            reason = _("{name} at this address is there already, as {id}")
            yield place.origin.problem(reason.format(name=place.name, id=first.place_id), "address")


def _same_house(places: Iterable[Place], candidates: set[str]) -> Iterator[Text]:
    """Remark on candidates in the house of another practice: it may well be so, or a slip."""
    seen: dict[tuple[float | None, float | None], Place] = {}
    for place in places:
        first = seen.setdefault((place.lat, place.lon), place)
        if first is not place and place.place_id in candidates:
            yield Text("same_house", {"place_id": place.place_id, "other_id": first.place_id})
