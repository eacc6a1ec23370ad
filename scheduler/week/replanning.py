"""A week as it is planned again: where the published roster has its visits, what has happened, what is locked."""

import dataclasses

from scheduler.model.clock import seconds_of
from scheduler.model.problem import Problem, PublishedVisit
from scheduler.model.roster import REQUESTED, Roster


def with_published(problem: Problem, published: Roster) -> Problem:
    """Return a week with the visits of a published roster in its requests."""
    told = published_visits(published)
    return problem.replace(
        requests=tuple(
            dataclasses.replace(request, published=told.get(request.request_id))
            for request in problem.requests
        )
    )


def published_visits(published: Roster) -> dict[str, PublishedVisit]:
    """Return where a published roster has its requests, by id, in the order of its rounds."""
    return {
        stop.id: PublishedVisit(
            date=round_.date,
            start_s=seconds_of(stop.start, round_.date),
            consultant_id=round_.consultant_id,
            conversations=stop.conversations,
        )
        for round_ in published.rounds
        for stop in round_.stops
        if stop.kind in REQUESTED
    }
