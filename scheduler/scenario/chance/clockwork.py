"""A roster carried out in many draws of chance at once: when stops begin, and what is held.

How a day goes:

- Nobody leaves a place before the roster says so; who is late there leaves at once when free.
- A ride takes what is drawn, parking what is planned. Whoever arrives early waits.
- A visit begins at its booked time or on arrival, whichever is later; then comes the setup as planned.
- A conversation begins at its booked time or when the consultant is free, whichever is later. If the
  citizen does not come, it takes no time, and the next one still begins no earlier than booked.
- The room is left when its slot ends. A conversation that could not begin at least
  `shortest_conversation_minutes` before that is not held; one that is held is cut short there. A home
  visit keeps to its interval in the same way.
- An engagement ends when it is booked to end, and a consultant who is late joins it late. One who would
  come after its end misses it, and goes on from there.
- Lunch is taken in full, where the roster has it or as soon after that as the consultant is free.
- Work at base between two stops gives way to delays.
- A consultant who is ill makes nothing of the day's round, and nobody stands in.

Without variation everything is as booked.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from scheduler.model.clock import seconds_of
from scheduler.model.problem import ConsultantDay, Problem, own_ride_s
from scheduler.model.roster import Roster, Round, Stop
from scheduler.scenario.chance.draws import Chances, Draws, Seconds


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlayedConversation:
    """A booked conversation in all draws, as if the consultant were at work.

    `seen` tells in which draws there is time for a citizen who comes, and `late_s` how long after the
    booked time that is; `comes` tells in which the citizen does.
    """

    booked: dt.datetime
    late_s: Seconds
    seen: Chances
    comes: Chances

    @property
    def held(self) -> Chances:
        """In which draws the conversation is held."""
        return self.seen & self.comes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlayedStop:
    """A stop with a booked time (all but desk work) in all draws, as if the consultant were at work.

    `made` tells that it takes place; `late_s` is how long after its booked time the consultant is there
    to begin.
    """

    stop: Stop
    late_s: Seconds
    made: Chances
    conversations: tuple[PlayedConversation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlayedRound:
    """A round in all draws. `works` tells in which the consultant is not ill.

    `back_s` is when the last ride is over and the bicycle parked, in seconds after midnight; without
    rides it is the start of the shift.
    """

    round: Round
    day: ConsultantDay
    works: Chances
    back_s: Seconds
    stops: tuple[PlayedStop, ...]


def play(problem: Problem, roster: Roster, draws: Draws, *, slack_s: int = 0) -> tuple[PlayedRound, ...]:
    """Carry out a roster.

    Parameters
    ----------
    problem
        The week as it is: its ride times are the means.
    roster
        A valid roster of the problem, or of the same week with longer parking.
    draws
        What happens.
    slack_s
        By how much longer parking is in the roster's plan than in the problem.
    """
    days = {(day.consultant_id, day.date): day for day in problem.days}
    ill = {
        consultant.consultant_id: draws.ill(
            consultant.consultant_id,
            [day.date for day in problem.days if day.consultant_id == consultant.consultant_id],
        )
        for consultant in problem.consultants
    }
    return tuple(
        _Walk(problem, round_, days[round_.consultant_id, round_.date], draws, slack_s).walked(
            ~ill[round_.consultant_id][round_.date]
        )
        for round_ in roster.rounds
    )


class _Walk:
    """Walks one round in all draws at once.

    `_place` is where the consultant is, and `_free_s` since when there is nothing to do there, by draw;
    `_leave_s` is when the roster leaves a place away from base. `_arrived_s` is when the last ride was
    over.
    """

    def __init__(
        self, problem: Problem, round_: Round, day: ConsultantDay, draws: Draws, slack_s: int
    ) -> None:
        self._problem = problem
        self._round = round_
        self._day = day
        self._draws = draws
        self._slack_s = slack_s
        self._consultant = next(c for c in problem.consultants if c.consultant_id == day.consultant_id)
        self._rows = problem.travel.index()
        self._least_s = round(draws.settings.shortest_conversation_minutes * 60)
        self._place = self._consultant.base_id
        self._leave_s = day.start_s
        self._free_s: Seconds = np.full(draws.count, day.start_s, dtype=np.int64)
        self._arrived_s = self._free_s

    def walked(self, works: Chances) -> PlayedRound:
        """Return the round with all its stops but those at a desk."""
        stops = [self._play(stop) for stop in self._round.stops]
        self._go(self._consultant.base_id, self._leave_s)
        return PlayedRound(
            round=self._round,
            day=self._day,
            works=works,
            back_s=self._arrived_s,
            stops=tuple(stop for stop in stops if stop is not None),
        )

    def _play(self, stop: Stop) -> PlayedStop | None:
        """Go to a stop and be there."""
        leave_s = self._leave_s
        if self._one_house(self._consultant.base_id):
            leave_s = self._s(stop.arrival) - self._planned_s(stop.place_id) - self._slack_s
        self._go(stop.place_id, leave_s)
        match stop.kind:
            case "desk":
                return None
            case "lunch":
                return self._lunch(stop)
            case "engagement":
                played = self._engagement(stop)
            case "home_visit" | "task":
                played = self._stay(stop)
            case "visit":
                played = self._visit(stop)
        self._leave_s = self._s(stop.end)
        return played

    def _s(self, moment: dt.datetime) -> int:
        return seconds_of(moment, self._day.date)

    def _ride_s(self, to_id: str) -> int:
        cell = self._rows[self._place], self._rows[to_id]
        ride_s = int(self._problem.travel.seconds[cell])
        return own_ride_s(ride_s, self._problem.speed_kph, self._consultant.speed_kph)

    def _planned_s(self, to_id: str) -> int:
        """Return the seconds from leaving this place until the bicycle is parked at another, as planned."""
        return 0 if self._one_house(to_id) else self._ride_s(to_id) + self._problem.defaults.parking_s

    def _one_house(self, place_id: str) -> bool:
        """Tell whether a place is in the house where the consultant is."""
        return place_id == self._place or (self._place, place_id) in self._problem.travel.one_house

    def _go(self, to_id: str, leave_s: int) -> None:
        if self._one_house(to_id):
            self._place = to_id
            return
        ride_s = self._draws.ride_s(self._day.date, self._place, to_id, self._ride_s(to_id))
        parking_s = self._problem.defaults.parking_s
        self._free_s = self._arrived_s = np.maximum(self._free_s, leave_s) + ride_s + parking_s
        self._place = to_id

    def _begin(self, stop: Stop) -> tuple[Seconds, Seconds]:
        """Return when the consultant is there to begin, and how late that is."""
        booked_s = self._s(stop.start)
        begin_s = np.maximum(self._free_s, booked_s)
        return begin_s, begin_s - booked_s

    def _lunch(self, stop: Stop) -> PlayedStop:
        begin_s, late_s = self._begin(stop)
        self._free_s = begin_s + (self._s(stop.end) - self._s(stop.start))
        return PlayedStop(stop=stop, late_s=late_s, made=np.ones(self._draws.count, dtype=np.bool_))

    def _engagement(self, stop: Stop) -> PlayedStop:
        begin_s, late_s = self._begin(stop)
        end_s = self._s(stop.end)
        self._free_s = np.maximum(begin_s, end_s)
        return PlayedStop(stop=stop, late_s=late_s, made=(begin_s < end_s) | (late_s == 0))

    def _stay(self, stop: Stop) -> PlayedStop:
        begin_s, late_s = self._begin(stop)
        booked_s, left_s = self._s(stop.end) - self._s(stop.start), self._left_s(stop)
        stay_s = self._draws.stay_s(stop.id, 0, booked_s, self._problem.defaults.conversation_s)
        made = begin_s <= left_s - min(self._least_s, booked_s)
        self._free_s = np.where(made, np.minimum(begin_s + stay_s, left_s), begin_s)
        return PlayedStop(stop=stop, late_s=late_s, made=made)

    def _visit(self, stop: Stop) -> PlayedStop:
        defaults = self._problem.defaults
        conversation_s, left_s = defaults.conversation_s, self._left_s(stop)
        latest_s = left_s - min(self._least_s, conversation_s)
        begin_s, late_s = self._begin(stop)
        ready_s = begin_s + defaults.setup_s
        made = np.maximum(ready_s, self._s(stop.conversation_starts[0])) <= latest_s
        free_s = np.where(made, ready_s, begin_s)  # who comes too late sets nothing up
        conversations = []
        for number, booked in enumerate(stop.conversation_starts):
            booked_s = self._s(booked)
            talk_s = np.maximum(free_s, booked_s)
            talk = PlayedConversation(
                booked=booked,
                late_s=talk_s - booked_s,
                seen=made & (talk_s <= latest_s),
                comes=self._draws.comes(stop.id, number),
            )
            over_s = talk_s + self._draws.stay_s(stop.id, number, conversation_s, conversation_s)
            free_s = np.where(talk.held, np.minimum(over_s, left_s), free_s)
            conversations.append(talk)
        self._free_s = free_s
        return PlayedStop(stop=stop, late_s=late_s, made=made, conversations=tuple(conversations))

    def _left_s(self, stop: Stop) -> int:
        """Return when the room, the home or the task's place must be left."""
        return self._s(stop.slot.end if stop.slot else stop.end)
