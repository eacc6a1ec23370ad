"""The figures of a whole roster: terms, score, bound, status, gap, weights, consultants, bases."""

import math
from collections.abc import Iterator, Sequence

from scheduler.base.i18n import _
from scheduler.checks.reading import SeenRound, Violation
from scheduler.checks.recount import recount_loads, recount_terms
from scheduler.model.clock import seconds_of
from scheduler.model.problem import Problem
from scheduler.model.roster import BasePlace, ConsultantWeek, Roster, Term

#: A load is shown with three decimals.
LOAD_TOLERANCE_S = 0.001


def check_totals(problem: Problem, roster: Roster, rounds: Sequence[SeenRound]) -> Iterator[Violation]:
    """Yield what is wrong with the figures of the week."""
    week = str(problem.week)
    if dict(roster.weights) != dict(problem.weights):
        yield Violation("weights", week, _("the weights are not those of the project"))
    terms = recount_terms(problem, rounds)
    for name in sorted(roster.terms.keys() | terms.keys()):
        found, expected = roster.terms.get(name), terms.get(name)
        if found != expected:
            message = _("{term} is {found}, but should be {expected}")
            message = message.format(term=name, found=_written(found), expected=_written(expected))
            yield Violation("terms", week, message)
    yield from _check_proof(roster, sum(term.points for term in terms.values()))
    yield from _check_consultants(problem, roster, rounds)
    yield from _check_bases(problem, roster)


def _written(term: Term | None) -> str:
    return f"{term.count} × {term.weight} = {term.points}" if term else "–"


def _check_proof(roster: Roster, points: int) -> Iterator[Violation]:
    score, bound = roster.score, roster.bound
    if score != points:
        message = _("the score is {found}, but the points add up to {expected}")
        yield Violation("score", roster.week, message.format(found=score, expected=points))
    if bound > score:
        message = _("the bound {bound} lies above the score {score}")
        yield Violation("bound", roster.week, message.format(bound=bound, score=score))
    if (roster.status == "optimal") != (bound == score):
        message = _("the status {status} does not go with bound {bound} and score {score}")
        message = message.format(status=roster.status, bound=bound, score=score)
        yield Violation("status", roster.week, message)
    gap = (score - bound) / score if score else 0.0
    if not math.isclose(roster.gap, gap, rel_tol=1e-9, abs_tol=1e-12):
        message = _("the gap is {found}, but should be {expected}")
        yield Violation("gap", roster.week, message.format(found=roster.gap, expected=gap))


def _check_consultants(problem: Problem, roster: Roster, rounds: Sequence[SeenRound]) -> Iterator[Violation]:
    loads = recount_loads(problem, rounds)
    listed = {item.consultant_id: item for item in roster.consultants}
    if sorted(item.consultant_id for item in roster.consultants) != sorted(loads):
        message = _("the consultants listed are not those of the week")
        yield Violation("consultants", roster.week, message)
        return
    for consultant in problem.consultants:
        item, load = listed[consultant.consultant_id], loads[consultant.consultant_id]
        figures = (item.name, item.base_id, item.availability_seconds, item.visit_seconds)
        expected = (consultant.name, consultant.base_id, load.availability_s, load.visit_s)
        if figures != expected or not math.isclose(item.load_seconds, load.load_s, abs_tol=LOAD_TOLERANCE_S):
            message = _("availability, visits or load are not what the rounds say")
            yield Violation("consultants", consultant.name, message)
        if _shifts(item) != _expected_shifts(problem, consultant.consultant_id):
            message = _("the shifts are not those of the tables")
            yield Violation("consultants", consultant.name, message)


def _shifts(item: ConsultantWeek) -> list[tuple[object, ...]]:
    return sorted(
        (hours.date, seconds_of(hours.start, hours.date), seconds_of(hours.end, hours.date))
        for hours in item.shifts
    )


def _expected_shifts(problem: Problem, consultant_id: str) -> list[tuple[object, ...]]:
    days = [day for day in problem.days if day.consultant_id == consultant_id]
    return sorted((day.date, start_s, end_s) for day in days for start_s, end_s in day.spans)


def _check_bases(problem: Problem, roster: Roster) -> Iterator[Violation]:
    """Check that the bases of the week's consultants are there, as the tables have them."""
    listed = {base.place_id: base for base in roster.bases}
    for base_id in sorted({consultant.base_id for consultant in problem.consultants}):
        place = problem.places[base_id]
        expected = BasePlace(
            place_id=base_id, name=place.name, address=place.full_address, lat=place.lat, lon=place.lon
        )
        if listed.get(base_id) != expected:
            message = _("the base is not listed as the tables have it")
            yield Violation("bases", base_id, message)
