"""Where citizens live, and how many of them a practice at a spot would be nearer to than any there is."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scheduler.inputs.need import Need
from scheduler.inputs.schema import key
from scheduler.model.project import Project
from scheduler.network import distance_m
from scheduler.scenario.practices.newcomers import practice_places
from scheduler.scenario.practices.spots import usable_junctions
from scheduler.scenario.practices.spotvalues import SpotValue, TypicalPractice
from scheduler.services.planner import Prepared

_Points = NDArray[np.float64]


def by_need(
    prepared: Prepared, typical: TypicalPractice, values: Sequence[SpotValue], needs: Sequence[Need]
) -> tuple[SpotValue, ...]:
    """Return spots with what they are worth to those who would be nearer to them than to any practice, best first.

    Each citizen asks for as many conversations as today on average: those of all practices, by all citizens.
    """
    project = prepared.project
    practices = np.array([place.point for place in practice_places(project)])
    lives, citizens = _lives(prepared, practices, needs)
    away_m = _nearest_m(lives, practices)
    each = _asked_a_week(project) / citizens.sum()
    found = []
    for value in values:
        nearer = distance_m(lives, np.array((value.spot.lat, value.spot.lon))) < away_m
        own = float(citizens[nearer].sum())
        found.append(
            dataclasses.replace(value, citizens=own, share=own * float(each) / typical.conversations)
        )
    return tuple(sorted(found, key=lambda value: -value.points_a_week))


def _lives(
    prepared: Prepared, practices: _Points, needs: Sequence[Need]
) -> tuple[_Points, NDArray[np.float64]]:
    """Return points where citizens live, shape (n, 2), and how many at each.

    Those of a district live evenly spread over the junctions to which a practice of it is the nearest, and where
    there is no such junction, at its practices.
    """
    project = prepared.project
    there = practice_places(project)
    junctions, _streets = usable_junctions(prepared.network, (*project.bases, *there))
    districts = np.array([key(place.district) for place in there])
    points = [junctions[:0]]
    counts = [np.zeros(0)]
    nearest = (
        np.argmin(_apart_m(junctions, practices), axis=1) if len(junctions) else np.zeros(0, dtype=np.intp)
    )
    for need in needs:
        if need.point is not None:
            own = np.array([need.point])
        else:
            own = junctions[districts[nearest] == key(need.district)]
            own = own if len(own) else practices[districts == key(need.district)]
        points.append(own)
        counts.append(np.full(len(own), need.citizens / len(own)))
    return np.concatenate(points), np.concatenate(counts)


def _apart_m(points: _Points, others: _Points) -> NDArray[np.float64]:
    return distance_m(points[:, None, :], others[None, :, :])


def _nearest_m(points: _Points, others: _Points) -> NDArray[np.float64]:
    nearest_m: NDArray[np.float64] = _apart_m(points, others).min(axis=1)
    return nearest_m


def _asked_a_week(project: Project) -> float:
    return sum(practice.conversations / practice.every_weeks for practice in project.practices)
