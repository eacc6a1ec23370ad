"""A roster as the checks see it: its clock times as seconds after midnight, its ids looked up."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from scheduler.base import i18n
from scheduler.base.i18n import _
from scheduler.model.clock import seconds_of
from scheduler.model.problem import ConsultantDay, Happened, Problem, Request
from scheduler.model.project import Consultant
from scheduler.model.roster import Roster, Round, Stop

VISITS = ("visit", "home_visit", "task")


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that a roster breaks, or one field that says something wrong.

    Attributes
    ----------
    code
        The rule, for programs and tests.
    where
        The day and the stop, for people.
    message
        A sentence. It never holds a home visit's address.
    """

    code: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(frozen=True, slots=True)
class SeenStop:
    """A stop with its times in seconds after midnight, and its request if it is a visit."""

    stop: Stop
    request: Request | None
    arrival_s: int
    start_s: int
    end_s: int
    where: str


@dataclass(frozen=True, slots=True)
class SeenRound:
    """A round with its times in seconds after midnight, its consultant and its shift."""

    round: Round
    consultant: Consultant
    day: ConsultantDay
    leaves_s: int
    returns_s: int
    stops: tuple[SeenStop, ...]
    where: str

    @property
    def base_id(self) -> str:
        """Where the round starts and ends."""
        return self.consultant.base_id

    @property
    def happened(self) -> Happened | None:
        """What has happened of the day."""
        return self.day.happened

    def has_happened(self, seen: SeenStop) -> bool:
        """Tell whether a stop is one that has happened."""
        return self.day.happened is not None and seen.stop in self.day.happened.stops

    @property
    def fixed_stops(self) -> tuple[SeenStop, ...]:
        """All stops but lunch, which is had where a consultant is anyway."""
        return tuple(seen for seen in self.stops if seen.stop.kind != "lunch")

    @property
    def lunches(self) -> tuple[SeenStop, ...]:
        """The lunch stops; a valid round has at most one."""
        return tuple(seen for seen in self.stops if seen.stop.kind == "lunch")

    @property
    def visits(self) -> Iterator[tuple[Request, SeenStop]]:
        """Visits and home visits, each with its request."""
        for seen in self.stops:
            if seen.request is not None:
                yield seen.request, seen


def where_text(problem: Problem, consultant_id: str, day: dt.date) -> str:
    """Name a round: the consultant and the date."""
    names = {c.consultant_id: c.name for c in problem.consultants}
    return f"{names.get(consultant_id, consultant_id)}, {i18n.day(day)}"


def read(problem: Problem, roster: Roster) -> tuple[tuple[SeenRound, ...], tuple[Violation, ...]]:
    """Look up what a roster speaks of.

    Returns the rounds that can be understood, and what is wrong with the others: a consultant, day
    or stop that the problem does not have, a second round on a day, times of another day, without
    a time zone or with fractions of a second, a place that is not the stop's own, stops out of order.
    """
    days = {(day.consultant_id, day.date): day for day in problem.days}
    consultants = {consultant.consultant_id: consultant for consultant in problem.consultants}
    rounds: list[SeenRound] = []
    violations: list[Violation] = []
    seen_days: set[tuple[str, dt.date]] = set()
    for item in roster.rounds:
        where = where_text(problem, item.consultant_id, item.date)
        key = (item.consultant_id, item.date)
        day, consultant = days.get(key), consultants.get(item.consultant_id)
        if day is None or consultant is None:
            violations.append(Violation("no_shift", where, _("a round on a day without a shift")))
            continue
        if key in seen_days:
            violations.append(Violation("second_round", where, _("a second round on the same day")))
            continue
        seen_days.add(key)
        reader = _RoundReader(problem, item, consultant, day, where)
        faults = tuple(reader.faults())
        violations.extend(faults)
        if not faults:
            rounds.append(reader.seen())
    return tuple(rounds), tuple(violations)


@dataclass(frozen=True, slots=True)
class _RoundReader:
    problem: Problem
    round: Round
    consultant: Consultant
    day: ConsultantDay
    where: str

    def faults(self) -> Iterator[Violation]:
        """Yield what keeps the round from being understood."""
        if not all(self._is_time_of_day(moment) for moment in _moments(self.round)):
            message = _("a time of another day, without time zone, or with parts of a second")
            yield Violation("time", self.where, message)
            return
        for stop in self.round.stops:
            where = self._where(stop)
            place_id = self._place_id(stop)
            if place_id is None:
                yield Violation("unknown_stop", where, _("the week has no such stop"))
            elif place_id != stop.place_id:
                message = _("place {found} instead of {expected}")
                message = message.format(found=stop.place_id, expected=place_id)
                yield Violation("place", where, message)
            elif stop.end < stop.start:
                yield Violation("stop_order", where, _("the stop ends before it begins"))
        for first, second in pairwise(self.round.stops):
            lunch_first = (first.kind, second.kind) == ("lunch", "desk")
            if first.start > second.start or (lunch_first and first.start == second.start):
                message = _("listed after {stop}, which begins later").format(stop=first.id)
                yield Violation("stop_order", self._where(second), message)

    def seen(self) -> SeenRound:
        """Return the round in seconds after midnight; only where there are no faults."""
        date = self.round.date
        return SeenRound(
            round=self.round,
            consultant=self.consultant,
            day=self.day,
            leaves_s=seconds_of(self.round.leaves_base, date),
            returns_s=seconds_of(self.round.returns_base, date),
            stops=tuple(
                SeenStop(
                    stop=stop,
                    request=self._request(stop),
                    arrival_s=seconds_of(stop.arrival, date),
                    start_s=seconds_of(stop.start, date),
                    end_s=seconds_of(stop.end, date),
                    where=self._where(stop),
                )
                for stop in self.round.stops
            ),
            where=self.where,
        )

    def _is_time_of_day(self, moment: dt.datetime) -> bool:
        # In another time zone it may be the day before or after.
        near = abs((moment.date() - self.round.date).days) <= 1
        return near and moment.tzinfo is not None and not moment.microsecond

    def _where(self, stop: Stop) -> str:
        return f"{self.where}, {stop.id}"

    def _request(self, stop: Stop) -> Request | None:
        matching = (r for r in self.problem.requests if (r.request_id, r.kind) == (stop.id, stop.kind))
        return next(matching, None)

    def _place_id(self, stop: Stop) -> str | None:
        """Return the place where a stop of this kind and id is, or None if the week has none such."""
        if self.day.happened and stop in self.day.happened.stops:
            return stop.place_id
        if stop.kind in VISITS:
            request = self._request(stop)
            return request.place_id if request else None
        if stop.kind == "engagement":
            places = (e.place_id for e in self.day.engagements if e.engagement_id == stop.id)
            return next(places, None)
        if stop.id != stop.kind:  # a desk stop has the id "desk", lunch has "lunch"
            return None
        if stop.kind == "desk":
            return self.consultant.base_id
        return stop.place_id  # where lunch may be had depends on the round


def _moments(item: Round) -> Sequence[dt.datetime]:
    moments = [item.leaves_base, item.returns_base]
    for stop in item.stops:
        moments += [stop.arrival, stop.start, stop.end, *stop.conversation_starts]
        if stop.slot:
            moments += [stop.slot.start, stop.slot.end]
    return moments
