"""What has happened of a published roster at a moment: from where and when everybody goes on."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scheduler.base.errors import InputError, InputProblem
from scheduler.base.i18n import _
from scheduler.model.clock import seconds_of
from scheduler.model.locks import Delay
from scheduler.model.problem import Back, ConsultantDay, Engagement, Happened, Problem, Request
from scheduler.model.project import Consultant, Place
from scheduler.model.roster import REQUESTED, Roster, Round, Stop
from scheduler.model.text import Param, Text
from scheduler.week.schedule import DayModel
from scheduler.week.ways import DayWays

_DAY_S = 86_400


def since(
    problem: Problem, published: Roster, moment: dt.datetime | None, delays: Sequence[Delay] = ()
) -> Problem:
    """Return a week in which stays what has begun at a moment, is waited for or being ridden to.

    Days before are as they were published. A consultant who is late goes on later. What a consultant can no longer
    keep of the engagements of the day is left out, with a note.

    Raises
    ------
    InputError
        When somebody is late who does not work then, or somebody or something has been visited that is no longer known.
    """
    if moment is None and not delays:
        return problem
    cut = _Cut(problem, moment, _late(problem, published, delays))
    rounds = {(round_.consultant_id, round_.date): round_ for round_ in published.rounds}
    days = {(day.consultant_id, day.date): day for day in problem.days}
    found = [cut.day(key, days.get(key), rounds.get(key)) for key in dict.fromkeys((*days, *rounds))]
    made = sorted((day for day in found if day), key=lambda day: (day.date, day.consultant_id))
    order = {(day.consultant_id, day.date): number for number, day in enumerate(problem.days)}
    if all((day.consultant_id, day.date) in order for day in made):
        made.sort(key=lambda day: order[day.consultant_id, day.date])
    return cut.week(tuple(made))


def _late(problem: Problem, published: Roster, delays: Sequence[Delay]) -> Mapping[tuple[str, dt.date], int]:
    """Return from when consultants who are late go on, in seconds after midnight."""
    at_work = {(day.consultant_id, day.date) for day in problem.days}
    at_work |= {(round_.consultant_id, round_.date) for round_ in published.rounds}
    late: dict[tuple[str, dt.date], int] = {}
    wrong = []
    for delay in delays:
        key = (delay.consultant_id, delay.free.date())
        if key not in at_work:
            reason = _("{consultant_id} is late, but does not work on {date}")
            wrong.append(InputProblem(reason.format(consultant_id=key[0], date=key[1])))
        late[key] = max(late.get(key, 0), seconds_of(delay.free, key[1]))
    if wrong:
        raise InputError(wrong)
    return late


@dataclass(slots=True)
class _Cut:
    """Cuts the days of a week at a moment."""

    problem: Problem
    moment: dt.datetime | None
    late: Mapping[tuple[str, dt.date], int]
    notes: list[Text] = field(default_factory=list)

    def day(
        self, key: tuple[str, dt.date], day: ConsultantDay | None, round_: Round | None
    ) -> ConsultantDay | None:
        """Return a day as it goes on; None where there is neither a shift nor anything that has happened."""
        consultant_id, date = key
        moment_s = 0 if self.moment is None else seconds_of(self.moment, date)
        if moment_s >= _DAY_S:
            return self._over(day, round_)
        if moment_s <= 0 and key not in self.late:
            return day
        consultant = next((c for c in self.problem.consultants if c.consultant_id == consultant_id), None)
        if consultant is None:
            return day
        fixed = _Fixed(self.problem, consultant, date, round_, moment_s)
        if day is None:
            if not fixed.stops or round_ is None:
                return None
            # Whoever is away now has been at work until then.
            day = _worked(round_)
        free_s = max(fixed.free_s(day.start_s), self.late.get(key, 0))
        if not fixed.stops and fixed.back is None and free_s <= day.start_s:
            return day
        return self._going_on(day, consultant, fixed, free_s)

    def _over(self, day: ConsultantDay | None, round_: Round | None) -> ConsultantDay | None:
        """Return a day that is over."""
        if round_ is None and day is None:
            return None
        known = {consultant.consultant_id: consultant for consultant in self.problem.consultants}
        day = day or (_worked(round_) if round_ else None)
        if day is None or day.consultant_id not in known:
            raise InputError(_unknown(round_.consultant_id if round_ else ""))
        return dataclasses.replace(
            day,
            engagements=(),
            happened=Happened(
                stops=round_.stops if round_ else (),
                round=round_,
                is_over=True,
                back=_ridden_back(round_),
                place_id=known[day.consultant_id].base_id,
                free_s=day.end_s,
                end_s=day.end_s,
            ),
        )

    def _going_on(
        self, day: ConsultantDay, consultant: Consultant, fixed: "_Fixed", free_s: int
    ) -> ConsultantDay:
        """Return a day from a moment on, without the engagements that can no longer be kept."""
        ways = DayWays(self.problem, day, consultant)
        base = consultant.base_id
        home_s = free_s
        if not ways.at_base(fixed.place_id):
            home_s += ways.ride_s(fixed.place_id, base) + self.problem.defaults.parking_s
        gaps = tuple((max(from_s, home_s), to_s) for from_s, to_s in day.gaps if to_s > home_s)
        happened = Happened(
            stops=fixed.stops,
            back=fixed.back,
            place_id=fixed.place_id,
            free_s=free_s,
            end_s=max(day.end_s, home_s),
            gaps=gaps,
        )
        begun = {stop.id for stop in fixed.stops if stop.kind == "engagement"}
        ahead = tuple(e for e in day.engagements if e.engagement_id not in begun)
        there = dataclasses.replace(day, engagements=ahead, happened=happened)
        while there.engagements and not _can_keep(self.problem, there):
            first, *rest = there.engagements
            self._miss(day, first)
            there = dataclasses.replace(there, engagements=tuple(rest))
        return there

    def _miss(self, day: ConsultantDay, engagement: Engagement) -> None:
        params: dict[str, Param] = {"consultant_id": day.consultant_id, "date": str(day.date)}
        self.notes.append(Text("engagement_missed", {**params, "title": engagement.title}))

    def week(self, days: tuple[ConsultantDay, ...]) -> Problem:
        """Return the week with these days, and what has happened in its requests."""
        made = {
            stop.id: (day, stop)
            for day in days
            if day.happened
            for stop in day.happened.stops
            if stop.kind in REQUESTED
        }
        asked = {request.request_id for request in self.problem.requests}
        gone = [stop for id_, (_day, stop) in made.items() if id_ not in asked]
        places = dict(self.problem.places)
        for stop in gone:
            places.setdefault(stop.place_id, _place(stop))
        requests = [
            *(_met(r, made[r.request_id][1]) if r.request_id in made else r for r in self.problem.requests),
            *(_met(_request(stop), stop) for stop in gone),
        ]
        unridden = [
            day.happened.place_id
            for day in days
            if day.happened and day.happened.place_id not in self.problem.travel.place_ids
        ]
        if unridden:
            raise InputError(_unknown(place_id) for place_id in unridden)
        return self.problem.replace(
            days=days, requests=tuple(requests), places=places, notes=(*self.problem.notes, *self.notes)
        )


def _unknown(id_: str) -> InputProblem:
    reason = _("{id} is in the published roster, but no longer in the tables, from where the day goes on")
    return InputProblem(reason.format(id=id_))


def _can_keep(problem: Problem, day: ConsultantDay) -> bool:
    model = DayModel(problem, day)
    return model.best_schedule(model.engagements) is not None


def _worked(round_: Round) -> ConsultantDay:
    """Return a shift as long as a round."""
    return ConsultantDay(
        consultant_id=round_.consultant_id,
        date=round_.date,
        start_s=seconds_of(round_.leaves_base, round_.date),
        end_s=seconds_of(round_.returns_base, round_.date),
        lunch_s=0,
    )


def _ridden_back(round_: Round | None) -> Back | None:
    if round_ is None:
        return None
    return Back(
        ride_s=round_.back_seconds,
        ride_m=round_.back_metres,
        arrival_s=seconds_of(round_.returns_base, round_.date),
    )


def _met(request: Request, stop: Stop) -> Request:
    """Return a request whose visit has been made."""
    return dataclasses.replace(
        request,
        conversations=max(request.conversations, stop.conversations),
        max_conversations=max(request.max_conversations, stop.conversations),
        has_happened=True,
        published=None,
        pin=None,
        lock=None,
    )


def _request(stop: Stop) -> Request:
    """Return a request for a visit that nobody asks for any more."""
    kind = stop.kind
    assert kind in ("visit", "home_visit", "task")  # noqa: S101 - so it was filtered
    return Request(
        request_id=stop.id,
        kind=kind,
        place_id=stop.place_id,
        title=stop.name if kind == "task" and isinstance(stop.name, str) else "",
        conversations=stop.conversations,
        max_conversations=stop.conversations,
        duration_s=0 if kind == "visit" else int((stop.end - stop.start).total_seconds()),
        base_id=None,
    )


def _place(stop: Stop) -> Place:
    name = stop.name if isinstance(stop.name, str) else ""
    return Place(
        place_id=stop.place_id,
        name=name,
        address=stop.address,
        district=stop.district,
        lat=stop.lat,
        lon=stop.lon,
    )


class _Fixed:
    """The stops of a round that stay at a moment, in seconds after midnight of its day, and where that leaves one."""

    def __init__(
        self,
        problem: Problem,
        consultant: Consultant,
        date: dt.date,
        round_: Round | None,
        moment_s: int,
    ) -> None:
        self._date, self._moment_s = date, moment_s
        self._houses = problem.travel.one_house
        self._base, self._parking_s = consultant.base_id, problem.defaults.parking_s
        self.place_id, self._free_s, self._ate_until_s = self._base, 0, 0
        self.back: Back | None = None
        self._desk: tuple[int, Stop] | None = None
        self._kept: list[Stop] = []
        if round_ is not None:
            self._walk(round_)
        if self._is_base(self.place_id):
            self._free_s = max(self._free_s, moment_s)
        self.stops = tuple(self._kept)

    def free_s(self, start_s: int) -> int:
        """Return from when the consultant goes on, on a day that begins then."""
        return self._free_s if self.stops or self.back else max(self._free_s, start_s)

    def _is_base(self, place_id: str) -> bool:
        return place_id == self._base or (place_id, self._base) in self._houses

    def _moves(self, stop: Stop) -> bool:
        return stop.place_id != self.place_id and (self.place_id, stop.place_id) not in self._houses

    def _walk(self, round_: Round) -> None:
        """Go from stop to stop as far as the moment."""
        ahead: list[Stop] = []
        for stop in round_.stops:
            if stop.kind == "lunch":
                self._eat(stop, ahead)
            elif not self._goes(stop, ahead):
                break
        else:
            if not self._is_base(self.place_id) and self._moment_s > self._free_s:
                self._turn_back(round_.back_seconds, round_.back_metres, round_.returns_base)

    def _eat(self, lunch: Stop, ahead: list[Stop]) -> None:
        """Have a lunch that has begun; one that has not is had if the stop after it stays."""
        if self._seconds(lunch.start) >= self._moment_s:
            ahead.append(lunch)
            return
        self._kept.append(lunch)
        if self._is_base(lunch.place_id) and not self._is_base(self.place_id):
            # Had after the way back, which what follows tells of.
            self._ate_until_s = self._seconds(lunch.end)
        else:
            self._free_s = max(self._free_s, self._seconds(lunch.end))

    def _goes(self, stop: Stop, ahead: list[Stop]) -> bool:
        """Keep a stop that has begun, is waited for or is being ridden to; tell whether it is one of them."""
        way_s = stop.ride_seconds + self._parking_s if self._moves(stop) else 0
        departs_s, start_s = self._seconds(stop.arrival) - way_s, self._seconds(stop.start)
        if departs_s >= self._moment_s and (start_s > self._moment_s or stop.kind == "desk"):
            return False
        if stop.kind == "desk":
            # Whether it becomes one is decided by what follows.
            self._desk = len(self._kept), stop
            self._turn_back(stop.ride_seconds, stop.ride_metres, stop.arrival)
            return True
        if stop.kind == "engagement" and self._is_base(stop.place_id) and start_s > self._moment_s:
            # The tables say when it is; the consultant only rides home.
            if way_s:
                self._turn_back(stop.ride_seconds, stop.ride_metres, stop.arrival)
            return False
        if self.back and self._desk:
            self._kept.insert(*self._desk)
            self.back = self._desk = None
        self._kept += [*ahead, stop]
        ahead.clear()
        self.place_id, self._free_s = stop.place_id, self._seconds(stop.end)
        return True

    def _seconds(self, moment: dt.datetime) -> int:
        return seconds_of(moment, self._date)

    def _turn_back(self, ride_s: int, ride_m: int, arrival: dt.datetime) -> None:
        """Remember that the consultant rides back to base."""
        arrival_s = self._seconds(arrival)
        self.back = Back(ride_s=ride_s, ride_m=ride_m, arrival_s=arrival_s)
        self.place_id, self._free_s = self._base, max(arrival_s, self._moment_s, self._ate_until_s)
