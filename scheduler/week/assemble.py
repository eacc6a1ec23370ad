"""Day schedules -> the roster, stop by stop on the clock."""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from scheduler.model.clock import at, seconds_of
from scheduler.model.problem import Back, Happened, Problem, Request
from scheduler.model.roster import (
    BasePlace,
    ConsultantWeek,
    Roster,
    Round,
    ShiftHours,
    Stop,
    StopKind,
    StopSlot,
    Unassigned,
)
from scheduler.model.text import Text
from scheduler.week import score
from scheduler.week.hours import without
from scheduler.week.schedule import DayModel, DaySchedule, ScheduledStop
from scheduler.week.stops import slot_of


@dataclass(slots=True)
class _Walk:
    """Walks through one day's schedule, writing down its stops."""

    problem: Problem
    model: DayModel
    stops: list[Stop] = field(default_factory=list)
    leaves_s: int | None = None
    returns_s: int | None = None
    metres: int = 0

    def round(self, schedule: DaySchedule) -> Round:
        """Return the round of a schedule that has at least one stop."""
        happened = self.model.day.happened
        if happened and happened.round:
            return happened.round
        place, free_s = self.model.start.place_id, int(self.model.start.starts_s[0])
        stops = self._without_gaps(schedule)
        led = None
        if happened:
            self._note_happened(happened)
            led = happened.back
        for scheduled, over_gap in stops:
            self._go(place, free_s, scheduled, over_gap=over_gap, led=led)
            led = None
            place, free_s = scheduled.option.place_id, scheduled.start_s + scheduled.option.duration_s
        # A day in the house of the base begins and ends with what is held there.
        held = [stop for stop in self.stops if stop.kind != "lunch"]
        return Round(
            consultant_id=schedule.day.consultant_id,
            date=schedule.day.date,
            leaves_base=held[0].start if self.leaves_s is None else self._at(self.leaves_s),
            returns_base=held[-1].end if self.returns_s is None else self._at(self.returns_s),
            ride_seconds=sum(stop.ride_seconds for stop in self.stops) + self._way_back_s(stops),
            ride_metres=self.metres,
            waiting_seconds=sum(stop.waiting_seconds for stop in self.stops),
            conversations=sum(stop.conversations for stop in self.stops),
            stops=tuple(self.stops),
        )

    def _without_gaps(self, schedule: DaySchedule) -> list[tuple[ScheduledStop, bool]]:
        """Return the stops that are listed, and whether a gap is before each: between two away it is time at a desk."""
        found: list[tuple[ScheduledStop, bool]] = []
        in_gap = lunch = False
        for scheduled in schedule.stops:
            in_gap, lunch = in_gap or scheduled.option.kind == "gap", lunch or scheduled.lunch
            if scheduled.option.kind == "gap":
                continue
            before = found[-1][0].option.place_id if found else self.model.start.place_id
            at_base = map(self.model.ways.at_base, (before, scheduled.option.place_id))
            back = in_gap and not any(at_base)
            listed = dataclasses.replace(scheduled, via_base=scheduled.via_base or back, lunch=lunch)
            found.append((listed, in_gap))
            in_gap = lunch = False
        return found

    def _way_back_s(self, stops: Sequence[tuple[ScheduledStop, bool]]) -> int:
        happened = self.model.day.happened
        if len(stops) == 1 and happened and happened.back:
            return happened.back.ride_s
        last = stops[-2][0].option if len(stops) > 1 else self.model.start
        return self.model.ways.ride_s(last.place_id, self.model.base_id)

    def _note_happened(self, happened: Happened) -> None:
        """Write down the stops that have happened, and when the rides to them began and ended."""
        place, parking_s = self.model.base_id, self.problem.defaults.parking_s
        for stop in happened.stops:
            if stop.kind != "lunch" and not self.model.ways.one_house(place, stop.place_id):
                arrival_s = seconds_of(stop.arrival, self.model.day.date)
                self._rode(arrival_s - stop.ride_seconds - parking_s, arrival_s)
            place = place if stop.kind == "lunch" else stop.place_id
            self.metres += stop.ride_metres
            self.stops.append(stop)
        if happened.back:
            self._rode(happened.back.arrival_s, happened.back.arrival_s)
            self.metres += happened.back.ride_m

    def _note_desk(self, back: Back, leave_s: int) -> None:
        """Write down a way back to base that has begun as one to work there: the round goes out again."""
        arrival = self._at(back.arrival_s)
        others = self.stops
        after = next((i for i, stop in enumerate(others) if stop.start >= arrival), len(others))
        self.stops = others[:after]
        times_s = back.arrival_s, back.arrival_s, leave_s
        ride = back.ride_s, back.ride_m
        self._note("desk", "desk", self.model.base_id, Text("desk"), times_s=times_s, ride=ride)
        self.stops += others[after:]

    def _at(self, time_s: int) -> dt.datetime:
        return at(self.model.day.date, time_s)

    def _ride(self, from_id: str, to_id: str) -> tuple[int, int]:
        """Return a ride's own seconds and metres, counting the metres of the round."""
        if self.model.ways.one_house(from_id, to_id):
            return 0, 0
        index = self.problem.travel.index()
        metres = int(self.problem.travel.metres[index[from_id], index[to_id]])
        self.metres += metres
        return self.model.ways.ride_s(from_id, to_id), metres

    def _go(
        self, place: str, free_s: int, scheduled: ScheduledStop, *, over_gap: bool, led: Back | None
    ) -> None:
        """Write down the way to a stop, what happens on it, and the stop itself.

        `led` is a way back to base that has begun before.
        """
        base, parking_s = self.model.base_id, self.problem.defaults.parking_s
        to, start_s, ways = scheduled.option.place_id, scheduled.start_s, self.model.ways
        if scheduled.via_base:
            ride = self._ride(place, base)
            desk_s = free_s + ride[0] + parking_s
            leave_s = start_s - parking_s - ways.ride_s(base, to)
            self._note("desk", "desk", base, Text("desk"), times_s=(desk_s, desk_s, leave_s), ride=ride)
            self._lunch(scheduled, base, desk_s, leave_s)
            place, free_s = base, desk_s
        if over_gap and ways.at_base(place):
            place = base
        # Over a gap one is at base, not elsewhere in its house.
        ride = self._ride(place, base if over_gap and ways.at_base(to) else to)
        rides = not ways.one_house(place, to)
        moving_s = ride[0] + parking_s if rides else 0
        from_base, to_base = ways.at_base(place), ways.at_base(to)
        arrival_s = start_s if from_base else free_s + moving_s
        if led and to_base:
            ride, arrival_s = (led.ride_s, led.ride_m), led.arrival_s
        elif led:
            self._note_desk(led, start_s - moving_s)
        if rides:
            self._rode(arrival_s - moving_s, arrival_s)
        if not from_base:
            self._lunch(scheduled, base if to_base else to, arrival_s, start_s)
        elif not scheduled.via_base:
            self._lunch(scheduled, base, free_s, start_s - moving_s)
        if scheduled.option.kind != "base":
            waiting_s = 0 if from_base or to_base else max(start_s - arrival_s, 0)
            if waiting_s and scheduled.lunch:
                waiting_s -= self.model.day.lunch_s
            self._stop(scheduled, arrival_s, ride, waiting_s)

    def _rode(self, left_s: int, parked_s: int) -> None:
        """Remember when the round leaves base, with its first ride, and is back, with its last."""
        self.leaves_s = left_s if self.leaves_s is None else self.leaves_s
        self.returns_s = parked_s

    def _lunch(self, scheduled: ScheduledStop, place: str, from_s: int, to_s: int) -> None:
        """Put the lunch of this way into its free time, as near to the middle of the window as can be."""
        if not scheduled.lunch:
            return
        defaults, lunch_s = self.problem.defaults, self.model.day.lunch_s
        middle = (defaults.lunch_from_s + defaults.lunch_to_s - lunch_s) // 2
        free = max(from_s, defaults.lunch_from_s), min(to_s, defaults.lunch_to_s)
        starts_s = [
            min(max(earliest, middle), end_s - lunch_s)
            for earliest, end_s in without(free, self.model.day.gaps)
            if end_s - earliest >= lunch_s
        ]
        start_s = min(starts_s, key=lambda start_s: abs(start_s - middle))
        self._note("lunch", "lunch", place, Text("lunch"), times_s=(start_s, start_s, start_s + lunch_s))

    def _stop(self, scheduled: ScheduledStop, arrival_s: int, ride: tuple[int, int], waiting_s: int) -> None:
        option, start_s = scheduled.option, scheduled.start_s
        end_s = start_s + option.duration_s
        if option.kind == "engagement":
            titles = {e.engagement_id: e.title for e in self.model.day.engagements}
            self._note(
                "engagement",
                option.id,
                option.place_id,
                titles[option.id],
                times_s=(arrival_s, start_s, end_s),
                ride=ride,
                waiting_s=waiting_s,
            )
            return
        defaults = self.problem.defaults
        request = next(r for r in self.problem.requests if r.request_id == option.id)
        slot = slot_of(request, self.model.day, start_s, end_s)
        self._note(
            request.kind,
            option.id,
            option.place_id,
            named(self.problem, request),
            times_s=(arrival_s, start_s, end_s),
            ride=ride,
            waiting_s=waiting_s,
            conversation_starts=tuple(
                self._at(start_s + defaults.setup_s + i * defaults.conversation_s)
                for i in range(option.conversations)
            ),
            slot=StopSlot(start=self._at(slot.start_s), end=self._at(slot.end_s), room=slot.room)
            if slot
            else None,
        )

    def _note(
        self,
        kind: StopKind,
        id_: str,
        place_id: str,
        name: str | Text,
        *,
        times_s: tuple[int, int, int],
        ride: tuple[int, int] = (0, 0),
        waiting_s: int = 0,
        conversation_starts: tuple[dt.datetime, ...] = (),
        slot: StopSlot | None = None,
    ) -> None:
        place = self.problem.places[place_id]
        self.stops.append(
            Stop(
                kind=kind,
                id=id_,
                place_id=place_id,
                name=name,
                address=place.full_address,
                district=place.district,
                lat=place.lat,
                lon=place.lon,
                arrival=self._at(times_s[0]),
                start=self._at(times_s[1]),
                end=self._at(times_s[2]),
                ride_seconds=ride[0],
                ride_metres=ride[1],
                waiting_seconds=waiting_s,
                conversations=len(conversation_starts),
                conversation_starts=conversation_starts,
                slot=slot,
            )
        )


def assemble(
    problem: Problem,
    schedules: Sequence[DaySchedule],
    *,
    bound: int,
    unassigned: Sequence[Unassigned],
    solve_seconds: float,
    seed: int,
) -> Roster:
    """Make the roster of the week from the schedules of its days."""
    models = [DayModel(problem, schedule.day) for schedule in schedules]
    rounds = tuple(
        _Walk(problem, model).round(schedule)
        for model, schedule in zip(models, schedules, strict=True)
        if _is_round(schedule)
    )
    terms = score.terms(problem, rounds)
    points = sum(term.points for term in terms.values())
    return Roster(
        week=str(problem.week),
        status="optimal" if bound == points else "feasible",
        score=points,
        bound=bound,
        gap=(points - bound) / points if points else 0.0,
        weights=dict(problem.weights),
        terms=terms,
        solve_seconds=round(solve_seconds, 3),
        seed=seed,
        inputs_sha256=problem.inputs_sha256,
        rounds=rounds,
        unassigned=tuple(unassigned),
        bases=_bases(problem),
        consultants=_consultants(problem, rounds),
        closed_days=problem.closed_days,
        notes=(*problem.notes, *_waived(problem)),
        max_changes=problem.max_changes,
    )


def ways_s(problem: Problem, model: DayModel, schedule: DaySchedule) -> tuple[int, int]:
    """Return the seconds on the bicycle, and the seconds of waiting between stops, of the schedule of a day."""
    if not _is_round(schedule):
        return 0, 0
    made = _Walk(problem, model).round(schedule)
    return made.ride_seconds, made.waiting_seconds


def _is_round(schedule: DaySchedule) -> bool:
    """Tell whether a day has anything but time at base, or has had."""
    happened = schedule.day.happened
    had = happened is not None and any(stop.kind != "lunch" for stop in happened.stops)
    return had or any(stop.option.kind not in ("gap", "base") for stop in schedule.stops)


def named(problem: Problem, request: Request) -> str | Text:
    """Return what a roster calls a request: the practice's name, the task's title; home visits have none."""
    if request.kind == "home_visit":
        return Text("home_visit")
    return request.title if request.kind == "task" else problem.places[request.place_id].name


def _bases(problem: Problem) -> tuple[BasePlace, ...]:
    ids = dict.fromkeys(consultant.base_id for consultant in problem.consultants)
    places = [problem.places[id_] for id_ in ids]
    return tuple(
        BasePlace(
            place_id=place.place_id,
            name=place.name,
            address=place.full_address,
            lat=place.lat,
            lon=place.lon,
        )
        for place in places
    )


def _consultants(problem: Problem, rounds: Sequence[Round]) -> tuple[ConsultantWeek, ...]:
    balance = score.Balance.of(problem)
    visit_s = score.visit_seconds(problem, rounds)
    return tuple(
        ConsultantWeek(
            consultant_id=consultant.consultant_id,
            name=consultant.name,
            base_id=consultant.base_id,
            availability_seconds=balance.availability_s[i],
            visit_seconds=visit_s[i],
            load_seconds=round(float(Fraction(visit_s[i]) * balance.rate[i]), 3),
            shifts=tuple(
                ShiftHours(date=d.date, start=at(d.date, start_s), end=at(d.date, end_s))
                for d in problem.days
                if d.consultant_id == consultant.consultant_id
                for start_s, end_s in d.spans
            ),
        )
        for i, consultant in enumerate(problem.consultants)
    )


def _waived(problem: Problem) -> Iterator[Text]:
    for day in problem.days:
        params = {"consultant_id": day.consultant_id, "date": str(day.date)}
        model = DayModel(problem, day)
        if day.happened:
            if model.lunch_waived:
                yield Text("lunch_waived_by_what_happened", params)
            continue
        match model.waives_lunch:
            case "engagements":
                yield Text("lunch_waived", params)
            case "gaps":
                yield Text("lunch_waived_by_gaps", params)
            case "both":
                yield Text("lunch_waived_by_both", params)
