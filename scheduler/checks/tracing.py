"""What the clock times of a round imply: when it leaves, rides, arrives, waits, and is free."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from scheduler.checks.reading import SeenRound, SeenStop
from scheduler.model.problem import Back, ConsultantDay, Problem, own_ride_s
from scheduler.model.project import Consultant


@dataclass(frozen=True, slots=True)
class Leg:
    """The way from one place to a stop, and the free time that comes with it.

    From base the free time (at base) comes before the ride, elsewhere after it (at the stop's
    place): rule 3. It is negative where the ride takes longer than there is time. `wait_s` is the
    part that is waiting away from base, lunch not taken off.
    """

    ride_s: int
    ride_m: int
    departs_s: int
    arrives_s: int
    free_from_s: int
    free_to_s: int
    free_place_id: str
    wait_s: int
    is_ride: bool

    @property
    def free_s(self) -> int:
        """Seconds of free time; negative where the leg is impossible."""
        return self.free_to_s - self.free_from_s

    def holds(self, from_s: int, to_s: int) -> bool:
        """Tell whether an interval lies in the free time."""
        return self.free_from_s <= from_s and to_s <= self.free_to_s


@dataclass(frozen=True, slots=True)
class Trace:
    """A round retraced: one leg to each stop but lunch, and `back` to base.

    `stop_waits_s` are the seconds of waiting that the score counts at each of those stops, lunch
    taken off.
    """

    legs: tuple[Leg, ...]
    back: Leg
    leaves_s: int
    returns_s: int
    stop_waits_s: tuple[int, ...]

    @property
    def ride_s(self) -> int:
        """Ride seconds of the round, the way back included."""
        return sum(leg.ride_s for leg in (*self.legs, self.back))

    @property
    def ride_m(self) -> int:
        """Metres of the round, the way back included."""
        return sum(leg.ride_m for leg in (*self.legs, self.back))


class Ways:
    """The ways of one consultant between places."""

    def __init__(self, problem: Problem, consultant: Consultant) -> None:
        self._problem = problem
        self._consultant = consultant
        self._row = problem.travel.index()

    def leg(self, from_id: str, free_s: int, to_id: str, start_s: int) -> Leg:
        """Go from a place where one is free at `free_s` to a stop that starts at `start_s`."""
        problem, base_id = self._problem, self._consultant.base_id
        ride_s = ride_m = way_s = 0
        is_ride = not self.in_one_house(from_id, to_id)
        if is_ride:
            cell = self._row[from_id], self._row[to_id]
            project_s = int(problem.travel.seconds[cell])
            ride_s = own_ride_s(project_s, problem.speed_kph, self._consultant.speed_kph)
            ride_m = int(problem.travel.metres[cell])
            way_s = ride_s + problem.defaults.parking_s
        from_base, to_base = self.in_one_house(from_id, base_id), self.in_one_house(to_id, base_id)
        departs_s = start_s - way_s if from_base else free_s
        arrives_s = departs_s + way_s
        waits = not from_base and not to_base
        return Leg(
            ride_s=ride_s,
            ride_m=ride_m,
            departs_s=departs_s,
            arrives_s=arrives_s,
            free_from_s=free_s if from_base else arrives_s,
            free_to_s=departs_s if from_base else start_s,
            free_place_id=base_id if from_base or to_base else to_id,
            wait_s=max(start_s - arrives_s, 0) if waits else 0,
            is_ride=is_ride,
        )

    def is_base(self, place_id: str) -> bool:
        """Tell whether a place counts as base: it is in its house."""
        return self.in_one_house(place_id, self._consultant.base_id)

    def in_one_house(self, from_id: str, to_id: str) -> bool:
        """Tell whether two places are in one house, or the same."""
        return from_id == to_id or (from_id, to_id) in self._problem.travel.one_house

    def free_times(self, day: ConsultantDay) -> Iterator[tuple[int, int]]:
        """Yield every interval that a day's engagements alone can leave free."""
        base_id = self._consultant.base_id
        begins_id, begin_s = beginning(day, base_id)
        begins = (begins_id, begin_s, begin_s)
        kept = sorted(
            [(e.place_id, e.start_s, e.end_s) for e in day.engagements]
            + [(base_id, from_s, to_s) for from_s, to_s in gaps_of(day)],
            key=lambda stay: stay[1:],
        )
        back_at_base = (base_id, end_of(day), end_of(day))
        for (from_id, _start, free_s), (to_id, start_s, _end) in pairwise([begins, *kept, back_at_base]):
            direct = self.leg(from_id, free_s, to_id, start_s)
            yield direct.free_from_s, direct.free_to_s
            if not self.is_base(from_id) and not self.is_base(to_id):
                inward = self.leg(from_id, free_s, base_id, start_s)
                desk = self.leg(base_id, inward.arrives_s, to_id, start_s)
                if desk.free_s >= self._problem.defaults.desk_s:
                    yield desk.free_from_s, desk.free_to_s


def beginning(day: ConsultantDay, base_id: str) -> tuple[str, int]:
    """Return where and when a day begins, or goes on."""
    return (day.happened.place_id, day.happened.free_s) if day.happened else (base_id, day.start_s)


def end_of(day: ConsultantDay) -> int:
    """Return by when the consultant is back at base."""
    return day.happened.end_s if day.happened else day.end_s


def gaps_of(day: ConsultantDay) -> tuple[tuple[int, int], ...]:
    """Return the gaps of a day that are to come."""
    return day.happened.gaps if day.happened else day.gaps


def owes_lunch(problem: Problem, consultant: Consultant, day: ConsultantDay) -> bool:
    """Tell whether a round of this day must have its lunch (rule 5).

    Not where the shift and the lunch window hardly meet, nor where the engagements alone leave no
    room: then lunch is waived for the day, whatever else the round holds. Nor where it has been had.
    """
    if day.happened and (day.happened.is_over or day.happened.has_lunch):
        return False
    window_from_s = max(problem.defaults.lunch_from_s, day.start_s)
    window_to_s = min(problem.defaults.lunch_to_s, day.end_s)
    return day.lunch_s > 0 and any(
        min(to_s, window_to_s) - max(from_s, window_from_s) >= day.lunch_s
        for from_s, to_s in Ways(problem, consultant).free_times(day)
    )


def trace(problem: Problem, seen: SeenRound) -> Trace:
    """Retrace a round from the starts and ends of its stops."""
    ways = Ways(problem, seen.consultant)
    stops = seen.fixed_stops
    legs = list(_happened_legs(problem, seen, ways))
    place_id, free_s = beginning(seen.day, seen.base_id)
    led = seen.happened.back if seen.happened else None
    for stop in stops[len(legs) :]:
        to_id = stop.stop.place_id
        if led is not None:
            before, led = led, None
            legs.append(_led_leg(problem, seen, before, stop.start_s))
            if stop.stop.kind == "desk":
                continue
            place_id, free_s = to_id, stop.end_s
            continue
        if any(free_s <= from_s and to_s <= stop.start_s for from_s, to_s in gaps_of(seen.day)):
            # Over a gap one is at base, not elsewhere in its house.
            place_id, to_id = (seen.base_id if ways.is_base(id_) else id_ for id_ in (place_id, to_id))
        legs.append(ways.leg(place_id, free_s, to_id, stop.start_s))
        place_id = stop.stop.place_id
        # At a desk one is free from the beginning, and leaves just in time for the next stop.
        free_s = stop.start_s if stop.stop.kind == "desk" else stop.end_s
    back = ways.leg(place_id, free_s, seen.base_id, end_of(seen.day))
    if led is not None:
        back = _led_leg(problem, seen, led, end_of(seen.day))
    rides = [leg for leg in (*legs, back) if leg.is_ride]
    # Without any ride, the round is as long as its stops; lunch at base makes it no longer.
    edges = [stop.start_s for stop in stops[:1]] + [stop.end_s for stop in stops[-1:]]
    return Trace(
        legs=tuple(legs),
        back=back,
        leaves_s=rides[0].departs_s if rides else min(edges, default=seen.leaves_s),
        returns_s=rides[-1].arrives_s if rides else max(edges, default=seen.returns_s),
        stop_waits_s=_counted_waits(problem, seen, legs),
    )


def _happened_legs(problem: Problem, seen: SeenRound, ways: Ways) -> Iterator[Leg]:
    """Yield the ways to the stops that have happened, as they were published."""
    place_id = seen.base_id
    for stop in seen.fixed_stops:
        if not seen.has_happened(stop):
            return
        is_ride = not ways.in_one_house(place_id, stop.stop.place_id)
        way_s = stop.stop.ride_seconds + problem.defaults.parking_s if is_ride else 0
        yield Leg(
            ride_s=stop.stop.ride_seconds,
            ride_m=stop.stop.ride_metres,
            departs_s=stop.arrival_s - way_s,
            arrives_s=stop.arrival_s,
            free_from_s=stop.arrival_s,
            free_to_s=max(stop.arrival_s, stop.start_s),
            free_place_id=stop.stop.place_id,
            wait_s=stop.stop.waiting_seconds,
            is_ride=is_ride,
        )
        place_id = stop.stop.place_id


def _led_leg(problem: Problem, seen: SeenRound, back: Back, until_s: int) -> Leg:
    """Return a way back to base that had begun: one is free there from when the day goes on."""
    free_s = seen.happened.free_s if seen.happened else back.arrival_s
    return Leg(
        ride_s=back.ride_s,
        ride_m=back.ride_m,
        departs_s=back.arrival_s - back.ride_s - problem.defaults.parking_s,
        arrives_s=back.arrival_s,
        free_from_s=min(free_s, until_s) if until_s == back.arrival_s else free_s,
        free_to_s=until_s,
        free_place_id=seen.base_id,
        wait_s=0,
        is_ride=True,
    )


def _counted_waits(problem: Problem, seen: SeenRound, legs: list[Leg]) -> tuple[int, ...]:
    """Take lunch off the wait in which it lies, once."""
    waits = [leg.wait_s for leg in legs]
    lunch: SeenStop | None = next(iter(seen.lunches), None)
    if lunch and owes_lunch(problem, seen.consultant, seen.day):
        for position, leg in enumerate(legs):
            if leg.wait_s and leg.holds(lunch.start_s, lunch.end_s):
                waits[position] = max(leg.wait_s - seen.day.lunch_s, 0)
                break
    return tuple(waits)
