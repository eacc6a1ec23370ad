"""One draw of one round, step by step with whole numbers: what `scheduler.scenario.chance.clockwork` must agree with.

Written from the rules alone. Rides and departures are those that the roster's fields say.
"""

from scheduler.model.problem import Problem
from scheduler.model.roster import Round, Stop
from scheduler.scenario.chance.draws import Draws


def seconds(moment: object) -> int:
    """Return the seconds of the clock since midnight."""
    hour, minute, second = (int(part) for part in str(moment)[11:19].split(":"))
    return hour * 3600 + minute * 60 + second


def name(stop: Stop) -> str:
    """Return what tells a stop from the others of its round."""
    return f"{stop.kind} {stop.id} {stop.start}"


class Day:
    """What happens on a round in one draw.

    `starts` and `missed` are by `name`; `talks` and `held` by practice and number of conversation.
    """

    def __init__(self, problem: Problem, round_: Round, draws: Draws, draw: int, *, slack_s: int = 0) -> None:
        self.starts: dict[str, int] = {}
        self.missed: set[str] = set()
        self.talks: dict[tuple[str, int], int] = {}
        self.held: set[tuple[str, int]] = set()
        self._defaults = problem.defaults
        self._round, self._draws, self._draw, self._slack_s = round_, draws, draw, slack_s
        who = round_.consultant_id
        self._base_id = next(c.base_id for c in problem.consultants if c.consultant_id == who)
        shift = next(d for d in problem.days if (d.consultant_id, d.date) == (who, round_.date))
        self._place_id, self._clock_s = self._base_id, shift.start_s
        self._leave_s = self.back_s = shift.start_s
        self._live()

    def _live(self) -> None:
        for position, stop in enumerate(self._round.stops):
            if self._place_id != stop.place_id:
                # Lunch at the next place: the ride there is written on what comes after it.
                rest = (s for s in self._round.stops[position:] if s.place_id == stop.place_id)
                self._ride(stop.place_id, next((s for s in rest if s.ride_seconds), None))
            if stop.kind == "desk":
                continue
            self._clock_s = max(self._clock_s, seconds(stop.start))
            self.starts[name(stop)] = self._clock_s
            if stop.kind == "lunch":
                self._clock_s += seconds(stop.end) - seconds(stop.start)
                continue
            self._leave_s = seconds(stop.end)
            stay = {
                "engagement": self._engagement,
                "home_visit": self._stay,
                "task": self._stay,
                "visit": self._visit,
            }
            stay[stop.kind](stop)
        if self._place_id != self._base_id:
            self._ride(self._base_id, None)

    def _ride(self, to_id: str, ridden: Stop | None) -> None:
        """Ride as a stop has it written, or the way back that is left over."""
        planned_s = self._round.ride_seconds - sum(stop.ride_seconds for stop in self._round.stops)
        if ridden is not None:
            planned_s = ridden.ride_seconds
            if self._place_id == self._base_id:
                way_s = planned_s + self._defaults.parking_s + self._slack_s
                self._leave_s = seconds(ridden.arrival) - way_s
        takes = self._draws.ride_s(self._round.date, self._place_id, to_id, planned_s)
        self._clock_s = max(self._clock_s, self._leave_s) + int(takes[self._draw]) + self._defaults.parking_s
        self._place_id, self.back_s = to_id, self._clock_s

    def _engagement(self, stop: Stop) -> None:
        if self._clock_s >= seconds(stop.end) and self._clock_s > seconds(stop.start):
            self.missed.add(name(stop))
        self._clock_s = max(self._clock_s, seconds(stop.end))

    def _least_s(self, booked_s: int) -> int:
        return min(booked_s, int(self._draws.settings.shortest_conversation_minutes * 60))

    def _stay(self, stop: Stop) -> None:
        assert stop.slot is not None
        booked_s, over_s = seconds(stop.end) - seconds(stop.start), seconds(stop.slot.end)
        if over_s - self._clock_s < self._least_s(booked_s):
            self.missed.add(name(stop))
            return
        takes = self._draws.stay_s(stop.id, 0, booked_s, self._defaults.conversation_s)
        self._clock_s = min(self._clock_s + int(takes[self._draw]), over_s)

    def _visit(self, stop: Stop) -> None:
        assert stop.slot is not None
        length_s, over_s = self._defaults.conversation_s, seconds(stop.slot.end)
        ready_s = self._clock_s + self._defaults.setup_s
        if over_s - max(seconds(stop.conversation_starts[0]), ready_s) < self._least_s(length_s):
            self.missed.add(name(stop))
            return
        self._clock_s = ready_s
        for number, booked in enumerate(stop.conversation_starts):
            begins_s = max(self._clock_s, seconds(booked))
            self.talks[stop.id, number] = begins_s
            comes = self._draws.comes(stop.id, number)[self._draw]
            if comes and over_s - begins_s >= self._least_s(length_s):
                takes = self._draws.stay_s(stop.id, number, length_s, length_s)
                self._clock_s = min(begins_s + int(takes[self._draw]), over_s)
                self.held.add((stop.id, number))
