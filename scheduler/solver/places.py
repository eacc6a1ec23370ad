"""What one visit costs at every place where it can be: all others in place, or free to move.

With all others in place every consultant-day is a chain of stops whose hours are settled. The visit is put between any
two of them, for all its starts at once, and the rest of the day is carried through (`week.schedule.Link`). With the
others free, the week is chosen again with the visit forced there, from the same rounds for all places.
"""

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from scheduler.model.problem import Problem, PublishedVisit, Request, RoomSlot, Settled
from scheduler.model.roster import REQUESTED, Roster
from scheduler.solver.choose import Chooser
from scheduler.solver.deadline import Deadline
from scheduler.solver.generate import Forced
from scheduler.solver.parts import pin_points
from scheduler.solver.reasons import Reasoner
from scheduler.solver.rounds import best_order
from scheduler.week.assemble import assemble, ways_s
from scheduler.week.inplace import as_told, by_start, in_order
from scheduler.week.replanning import published_visits
from scheduler.week.schedule import INFEASIBLE, DayModel, DaySchedule
from scheduler.week.score import Balance, request_points, unmet_points
from scheduler.week.stops import StopOption

#: So many places of a visit are looked at together with the others free: more make the keys long.
_TOGETHER = 60


@dataclass(frozen=True, slots=True)
class At:
    """A place of a visit: a consultant-day of the problem, by number, a start, and a number of conversations."""

    day: int
    start_s: int
    conversations: int


@dataclass(frozen=True, slots=True)
class FreePrice:
    """What a visit costs at a place when all others may move: points, whether that is proven, and who moves, by id."""

    points: int
    proven: bool
    moved: tuple[str, ...]


class Places:
    """The places of one visit in a roster.

    Prices are points more than now; of a visit that is not made now, more than without it being asked for. What moving
    it changes of what was published is not among them; what moving others changes is.

    Parameters
    ----------
    problem
        The week.
    roster
        Where the others are.
    request_id
        Which visit.
    """

    def __init__(self, problem: Problem, roster: Roster, request_id: str) -> None:
        self._told = published_visits(roster)
        self._problem = problem.replace(
            requests=tuple(dataclasses.replace(r, published=None) for r in problem.requests),
            max_changes=None,
        )
        self._number = next(i for i, r in enumerate(problem.requests) if r.request_id == request_id)
        self._models = [DayModel(self._problem, day) for day in problem.days]
        self._others = [self._in_place(model) for model in self._models]
        self._before = [model.best_schedule(in_order(others, model)) for model, others in self._days()]
        self._balance = Balance.of(problem)
        self._known_ways: dict[tuple[int, bool], tuple[int, int]] = {}
        who = {c.consultant_id: i for i, c in enumerate(problem.consultants)}
        self._who = [who[day.consultant_id] for day in problem.days]

    @property
    def request(self) -> Request:
        """The request of the visit."""
        return self._problem.requests[self._number]

    def _days(self) -> Iterator[tuple[DayModel, list[StopOption]]]:
        return zip(self._models, self._others, strict=True)

    def _in_place(self, model: DayModel) -> list[StopOption]:
        """Return the other visits of a day, each with the start that it has; without what the day no longer allows."""
        return [
            option
            for request in self._problem.requests
            if request is not self.request
            for option in as_told(model, request, self._told.get(request.request_id))
        ]

    # --- all others in place ------------------------------------------------------------------------

    def in_place(self) -> dict[At, int | None]:
        """Return every legal place with its price, all others in place; None where they leave no room."""
        now = self.now
        found: dict[At, int | None] = {}
        for day, model in enumerate(self._models):
            before = self._before[day]
            for option in model.options(self.request):
                alone = by_start(model, [], option)
                among = by_start(model, self._others[day], option) if before else None
                for i, start_s in enumerate(option.starts_s.tolist()):
                    place = At(day, start_s, option.conversations)
                    if before and among is not None and among[i] < INFEASIBLE:
                        more = int(among[i]) - before.points
                        found[place] = self._score(day, option.load_s, more) - now
                    elif alone[i] < INFEASIBLE:
                        found[place] = None
        return found

    def _score(self, day: int | None = None, load_s: int = 0, more: int = 0) -> int:
        """Return the score with all others in place, a day's visits lasting longer and costing more points."""
        visit_s = [0] * len(self._problem.consultants)
        for who, others in zip(self._who, self._others, strict=True):
            visit_s[who] += sum(stop.load_s for stop in others)
        if day is not None:
            visit_s[self._who[day]] += load_s
        points = sum(before.points for before in self._before if before)
        balance = self._balance.points(visit_s, self._problem.weights["imbalance_minute"])
        return unmet_points(self._problem) + points + more + balance

    @cached_property
    def now(self) -> int:
        """Return the score of the roster; where the visit is not in it, as if it had not been asked for."""
        if self._here is not None:
            day, option, more = self._here
            return self._score(day, option.load_s, more)
        request = self.request
        return self._score() - request_points(self._problem, request, request.conversations)

    @cached_property
    def _here(self) -> tuple[int, StopOption, int] | None:
        """Where the roster has the visit: the day, the option, and the points that it costs there; None where nowhere."""
        told = self._told.get(self.request.request_id)
        for day, model in enumerate(self._models):
            before = self._before[day]
            for option in as_told(model, self.request, told):
                points = int(by_start(model, self._others[day], option)[0])
                if before and points < INFEASIBLE:
                    return day, option, points - before.points
        return None

    def more_ways_s(self, place: At) -> tuple[int, int]:
        """Return how many seconds more than in the roster are ridden and waited with the visit at a place.

        All others are in place, and must leave room for it there.
        """
        (option,) = self._options(place)
        here = self._here[:2] if self._here else None
        touched = {place.day, here[0]} if here else {place.day}
        found = [0, 0]
        for day in touched:
            there = option if day == place.day else None
            was = here[1] if here and day == here[0] else None
            for i, (after, before) in enumerate(
                zip(self._ways_s(day, there), self._ways_s(day, was), strict=True)
            ):
                found[i] += after - before
        return found[0], found[1]

    def _ways_s(self, day: int, option: StopOption | None) -> tuple[int, int]:
        """Return the seconds ridden and waited on a day with all others in place, and the visit as an option or not."""
        model, visits = self._models[day], self._others[day]
        if option is None or (self._here and option is self._here[1]):
            key = (day, option is not None)
            if key not in self._known_ways:
                self._known_ways[key] = self._walked_s(model, [*visits, *([option] if option else ())])
            return self._known_ways[key]
        return self._walked_s(model, [*visits, option])

    def _walked_s(self, model: DayModel, visits: Sequence[StopOption]) -> tuple[int, int]:
        schedule = model.best_schedule(in_order(visits, model))
        return ways_s(self._problem, model, schedule) if schedule else (0, 0)

    def schedules(self, place: At) -> tuple[DaySchedule, ...]:
        """Return the days with the visit at a place and all others in place."""
        made = list(self._before)
        model = self._models[place.day]
        (option,) = self._options(place)
        made[place.day] = model.best_schedule(in_order([*self._others[place.day], option], model))
        return tuple(schedule for schedule in made if schedule)

    def roster(self, place: At) -> tuple[Problem, Roster]:
        """Return the week, without what was published, and its roster with the visit at a place, all others in place.

        Nothing is proven of it.
        """
        began = time.monotonic()
        schedules = self.schedules(place)
        reasoner = Reasoner(self._problem, self._models, Deadline(began), None)
        roster = assemble(
            self._problem,
            schedules,
            bound=0,
            unassigned=reasoner.explain(schedules),
            solve_seconds=time.monotonic() - began,
            seed=0,
        )
        return self._problem, roster

    def _options(self, place: At) -> Iterator[StopOption]:
        for option in self._models[place.day].options(self.request):
            if option.conversations == place.conversations:
                yield option.only(option.starts_s == place.start_s)

    # --- all others free ----------------------------------------------------------------------------

    def free(
        self, places: Sequence[At], *, time_limit_s: float, stop: Callable[[], bool] = lambda: False
    ) -> dict[At, FreePrice]:
        """Return the price at some places when all others may move, for the points that the week has for a change.

        Places that leave no valid roster are not among them, nor those for which time ran out.
        """
        deadline = Deadline(time.monotonic() + time_limit_s, stop)
        found: dict[At, FreePrice] = {}
        for number in sorted({place.conversations for place in places}):
            its = [place for place in places if place.conversations == number]
            for first in range(0, len(its), _TOGETHER):
                found.update(self._free(its[first : first + _TOGETHER], number, deadline))
        return found

    def best_of_days(self, *, time_limit_s: float) -> dict[At, FreePrice]:
        """Return the best place of each day that can have the visit, when all others may move."""
        deadline = Deadline(time.monotonic() + time_limit_s)
        chooser = self._chooser(self._with_others(self.request))
        found: dict[At, FreePrice] = {}
        for day, model in enumerate(self._models):
            if model.options(self.request):
                solved = self._solved(chooser, Forced(self._number, None, day), deadline)
                found.update([solved] if solved else [])
        return found

    def _free(self, places: Sequence[At], number: int, deadline: Deadline) -> Iterator[tuple[At, FreePrice]]:
        chooser = self._chooser(self._narrowed(places, number))
        for place in places:
            solved = self._solved(chooser, Forced(self._number, number, place.day, place.start_s), deadline)
            if solved is not None:
                yield solved

    def _chooser(self, problem: Problem) -> Chooser:
        points, id_ = pin_points(problem), self.request.request_id
        models = [DayModel(problem, day, pin_points=points, apart=id_) for day in problem.days]
        return Chooser(problem, models, pin_points=points)

    def _solved(self, chooser: Chooser, forced: Forced, deadline: Deadline) -> tuple[At, FreePrice] | None:
        """Choose with the visit forced somewhere; None where other pins or locks cannot be kept, or time ran out."""
        solved = chooser.solve(deadline, forced=forced)
        most = chooser.pool.pin_points
        if solved is None or (most and solved[1].score >= most):
            return None
        table, choice = solved
        schedules = [
            best_order(day.model, day.stops(row - int(table.starts[table.day[row]])))
            for row in sorted(choice.rounds)
            for day in (table.days[table.day[row]],)
        ]
        made = [schedule for schedule in schedules if schedule]
        (place,) = (
            At(number, stop.start_s, stop.option.conversations)
            for number, schedule in enumerate(made)
            for stop in schedule.stops
            if stop.option.id == self.request.request_id and stop.option.kind in REQUESTED
        )
        return place, FreePrice(choice.score - self.now, choice.score == choice.bound, self._moved(made))

    def _narrowed(self, places: Sequence[At], number: int) -> Problem:
        """Return the week with nothing but some places for the visit, and the others as published."""
        (duration_s,) = {
            option.duration_s
            for model in self._models
            for option in model.options(self.request)
            if option.conversations == number
        }
        days = self._problem.days
        slots = {
            RoomSlot(date=days[p.day].date, start_s=p.start_s, end_s=p.start_s + duration_s) for p in places
        }
        lock = self.request.lock or Settled()
        return self._with_others(
            dataclasses.replace(
                self.request,
                slots=tuple(sorted(slots, key=lambda slot: (slot.date, slot.start_s))),
                lock=dataclasses.replace(lock, conversations=number or None),
            )
        )

    def _with_others(self, mine: Request) -> Problem:
        """Return the week with the visit's own request, and the others as published."""
        return self._problem.replace(
            requests=tuple(
                mine
                if request is self.request
                else request
                if request.has_happened
                else dataclasses.replace(request, published=self._told.get(request.request_id))
                for request in self._problem.requests
            )
        )

    def _moved(self, schedules: Sequence[DaySchedule]) -> tuple[str, ...]:
        """Return the other visits that some schedules have elsewhere than the roster, or not at all."""
        made = {
            stop.option.id: PublishedVisit(
                date=schedule.day.date,
                start_s=stop.start_s,
                consultant_id=schedule.day.consultant_id,
                conversations=stop.option.conversations,
            )
            for schedule in schedules
            for stop in schedule.stops
            if stop.option.kind in REQUESTED
        }
        asked = {r.request_id for r in self._problem.requests if not r.has_happened}
        asked.discard(self.request.request_id)
        return tuple(id_ for id_, told in self._told.items() if id_ in asked and made.get(id_) != told)
