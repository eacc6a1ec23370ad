"""What a practice like those of the project would be worth at given spots, on every weekday."""

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.base.errors import InputError, SchedulerError
from scheduler.base.i18n import _, ngettext
from scheduler.inputs.candidates import Candidate
from scheduler.inputs.cells import WEEKDAYS_EN
from scheduler.model.clock import Week
from scheduler.model.problem import TravelTimes
from scheduler.model.project import Place, Practice, Project, RoomRule
from scheduler.network import distance_m
from scheduler.places.travel import travel_times
from scheduler.scenario.model import Failure
from scheduler.scenario.practices.joining import Gain, JoinedWeeks
from scheduler.scenario.practices.spots import Spot
from scheduler.scenario.runs.running import Runs
from scheduler.services.planner import Prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class TypicalPractice:
    """A practice like the others: its conversations a week, and the hours of its room."""

    conversations: int
    start_s: int
    end_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotValue:
    """What a typical practice would bring at a spot: a `Gain` for each weekday, over all `weeks`.

    Where it is known how many citizens there are where, `citizens` are nearer to the spot than to any practice, and
    all means are of a practice that asks `share` times as much as a typical one: as often as these citizens would.
    """

    spot: Spot
    weeks: int
    gains: Mapping[int, Gain]
    citizens: float | None = None
    share: float = 1.0

    @property
    def points_a_week(self) -> float:
        """The worth of the place: the mean over weekdays and weeks."""
        return self._mean("value_points")

    @property
    def conversations_a_week(self) -> float:
        """How many more conversations are planned, net, on average."""
        return self._mean("conversations")

    @property
    def cycling_s_a_week(self) -> float:
        """How much more is cycled, on average."""
        return self._mean("cycling_s")

    @property
    def best_weekday(self) -> int:
        """The weekday of which the practice is worth most."""
        return max(self.gains, key=lambda day: (self.gains[day].value_points, -day))

    @property
    def proven(self) -> bool:
        """Whether every roster behind the value is proven best."""
        return all(gain.proven for gain in self.gains.values())

    def _mean(self, name: str) -> float:
        total = sum(int(getattr(gain, name)) for gain in self.gains.values())
        return self.share * total / (self.weeks * len(self.gains))

    def points_on(self, day: int) -> float:
        """Return the worth of the place a week where the room is free on one weekday."""
        return self.share * self.gains[day].value_points / self.weeks


def typical_practice(project: Project) -> TypicalPractice:
    """Return a practice like those of the project.

    Raises
    ------
    InputError
        When no practice asks for anything, or none lends a room on a weekday.
    """
    asked = [practice.conversations for practice in project.practices if practice.conversations]
    hours = Counter((room.start_s, room.end_s) for room in project.rooms if room.weekday is not None)
    if not asked or not hours:
        raise InputError(_("no practice asks for conversations and lends a room on a weekday"))
    # Of hours that are equally usual, the earliest.
    start_s, end_s = min(hours, key=lambda pair: (-hours[pair], pair))
    return TypicalPractice(conversations=statistics.median_low(asked), start_s=start_s, end_s=end_s)


def value_spots(
    prepared: Prepared,
    typical: TypicalPractice,
    spots: Sequence[Spot],
    weeks: Sequence[Week],
    *,
    runs: Runs = Runs(),
) -> tuple[tuple[SpotValue, ...], tuple[Failure, ...]]:
    """Value a typical practice at every spot, on every weekday on which somebody works.

    Returns the values, best first, and the weeks that could not be planned; a spot with such a week is
    not among the values.

    Raises
    ------
    InputError
        When a spot cannot be ridden to.
    SchedulerError
        When no spot could be valued, with the reasons.
    """
    project = prepared.project
    worked = [shift for shift in project.shifts if shift.start_s is not None]
    days = sorted(
        {shift.weekday for shift in worked if shift.weekday is not None}
        | {shift.date.weekday() for shift in worked if shift.date is not None}
    )
    newcomers = {
        (spot.spot_id, day): _newcomer(spot, typical, day, base_id, weeks[0])
        for spot, base_id in zip(spots, _base_ids(project, spots), strict=True)
        for day in days
    }
    runs.progress.step(_("Travel times"))
    times = _times(prepared, spots, newcomers)
    joined_weeks = JoinedWeeks(project, times, {c.candidate_id: c for c in newcomers.values()}, weeks, runs)
    runs.progress.step(
        ngettext("{n} place, on each weekday", "{n} places, on each weekday", len(spots)).format(n=len(spots))
    )
    joined_weeks.plan((), [newcomer.candidate_id for newcomer in newcomers.values()])
    values = []
    for spot in spots:
        gains = {
            day: gain
            for day in days
            if (gain := joined_weeks.gain((), newcomers[spot.spot_id, day].candidate_id)) is not None
        }
        if len(gains) == len(days):
            values.append(SpotValue(spot=spot, weeks=len(weeks), gains=gains))
    if not values:
        raise SchedulerError(failure.problem() for failure in joined_weeks.failures)
    best_first = sorted(values, key=lambda value: -value.points_a_week)
    return tuple(best_first), tuple(joined_weeks.failures)


def _base_ids(project: Project, spots: Iterable[Spot]) -> list[str]:
    """Return whose practice one at each spot would be: of the base that the nearest practice belongs to."""
    places = {place.place_id: place for place in project.places}
    points = np.array([(places[p.practice_id].lat, places[p.practice_id].lon) for p in project.practices])
    nearest = (int(np.argmin(distance_m(points, np.array((spot.lat, spot.lon))))) for spot in spots)
    return [project.practices[number].base_id for number in nearest]


def _newcomer(spot: Spot, typical: TypicalPractice, day: int, base_id: str, first_week: Week) -> Candidate:
    """Return the typical practice at a spot, with its room on one weekday."""
    id_ = f"{spot.spot_id}.{WEEKDAYS_EN[day]}"
    return Candidate(
        practice=Practice(
            practice_id=id_, conversations=typical.conversations, base_id=base_id, first_week=first_week
        ),
        place=Place(place_id=id_, name=id_, lat=spot.lat, lon=spot.lon),
        rooms=(
            RoomRule(practice_id=id_, weekday=day, date=None, start_s=typical.start_s, end_s=typical.end_s),
        ),
    )


def _times(
    prepared: Prepared, spots: Sequence[Spot], newcomers: Mapping[tuple[str, int], Candidate]
) -> TravelTimes:
    """Find the rides once for every spot, and let the newcomers at it share them."""
    project = prepared.project
    places = project.all_places
    there = [Place(place_id=spot.spot_id, name="", lat=spot.lat, lon=spot.lon) for spot in spots]
    times = travel_times(
        prepared.network, (*places, *there), project.config.cycling, exact=prepared.exact
    ).times
    index = times.index()
    rows = [*range(len(places)), *(index[spot_id] for spot_id, _day in newcomers)]
    ids = (*(place.place_id for place in places), *(c.candidate_id for c in newcomers.values()))
    grid = np.ix_(rows, rows)
    return TravelTimes(ids, times.seconds[grid], times.metres[grid], times.one_house)
