"""What a roster leaves free: lent rooms without a visit, and the time of consultants that would hold one there."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from scheduler.model.beside import Bend, Beside, Debt, FreeTime, Room
from scheduler.model.clock import Moment, at
from scheduler.model.problem import Problem, Request, RoomSlot
from scheduler.model.project import Practice, Project
from scheduler.model.roster import REQUESTED, Roster, Stop
from scheduler.week.calendar import room_slots
from scheduler.week.inplace import as_told, by_start, in_order
from scheduler.week.replanning import published_visits
from scheduler.week.schedule import INFEASIBLE, DayModel
from scheduler.week.score import is_moved
from scheduler.week.stops import StopOption

#: No visit is looked for with more conversations than this; no day holds as many.
_MOST = 12


def beside(project: Project, problem: Problem, roster: Roster, debts: Iterable[Debt] = ()) -> Beside:
    """Return what stands beside a roster of a week: which wishes it bends, what is held, and what is free.

    Free is told exactly: a visit that is told would keep every rule with all other visits where they are; lunch and
    work at base may make room for it.
    """
    lent = tuple(_lent(project, problem))
    visits = [
        (round_.date, stop) for round_ in roster.rounds for stop in round_.stops if stop.kind == "visit"
    ]
    used = {room for room in lent for date, stop in visits if room.slot.date == date and room.has(stop)}
    unused = [room for room in lent if room not in used]
    # On a day on which a practice is visited it is not visited again.
    there = {(date, stop.place_id) for date, stop in visits}
    open_ = [room for room in unused if (room.slot.date, room.practice.practice_id) not in there]
    fits = tuple(_fits(problem, roster, open_))
    return Beside(
        bends=dict(_bends(problem, roster)),
        rooms=tuple(_room(project, room, fits) for room in unused),
        used_rooms=len(used),
        free=tuple(_free(project, fits)),
        debts=tuple(debts),
    )


class _Lent(NamedTuple):
    practice: Practice
    slot: RoomSlot

    @property
    def start(self) -> Moment:
        return at(self.slot.date, self.slot.start_s)

    @property
    def end(self) -> Moment:
        return at(self.slot.date, self.slot.end_s)

    def has(self, stop: Stop) -> bool:
        """Tell whether a visit of its date is in it."""
        same = stop.slot is None or stop.slot.room.casefold() == self.slot.room.casefold()
        here = stop.place_id == self.practice.practice_id
        return here and same and stop.start < self.end and self.start < stop.end


@dataclass(frozen=True, slots=True)
class _Fit:
    """A visit that would fit: in which room, in which free stretch of which consultant's day, and how long."""

    room: _Lent
    consultant_id: str
    stretch: int
    start: Moment
    end: Moment
    conversations: int


def _bends(problem: Problem, roster: Roster) -> Iterator[tuple[str, Bend]]:
    """Yield the visits that bend a wish or are held, as the score counts them."""
    requests = {request.request_id: request for request in problem.requests}
    for round_ in roster.rounds:
        for stop in round_.stops:
            request = requests.get(stop.id) if stop.kind in REQUESTED else None
            if request is None:
                continue
            own = request.consultant_id if request.kind == "visit" else None
            agreement = request.agreement
            moved = agreement is not None and is_moved(stop, agreement)
            bend = Bend(
                instead_of=own if own != round_.consultant_id else None,
                moved_from=at(agreement.date, agreement.start_s) if agreement and moved else None,
                pinned=request.pin is not None,
                locked=request.lock is not None,
            )
            if bend != Bend():
                yield stop.id, bend


def _lent(project: Project, problem: Problem) -> Iterator[_Lent]:
    """Yield every room of the week, due or not, in the order of the clock."""
    known = set(problem.travel.place_ids)
    lent = [
        _Lent(practice, slot)
        for practice in project.practices
        if practice.practice_id in known
        for slot in room_slots(project, practice, problem.week)[0]
    ]
    yield from sorted(
        lent, key=lambda room: (room.start, room.end, room.practice.practice_id, room.slot.room)
    )


def _fits(problem: Problem, roster: Roster, rooms: Sequence[_Lent]) -> Iterator[_Fit]:
    """Yield for each consultant-day, free stretch and room the visit with most conversations that fits."""
    plain = problem.replace(
        requests=tuple(dataclasses.replace(r, published=None) for r in problem.requests), max_changes=None
    )
    for day in plain.days:
        model = DayModel(plain, day)
        others = _others(model, roster)
        if others is None or model.best_schedule(in_order(others, model)) is None:
            continue
        held = sum(other.conversations for other in others)
        most = _MOST if model.most_held is None else min(_MOST, model.most_held - held)
        chain = (model.start, *in_order(others, model), model.end)
        stretches = [
            (int(before.starts_s[0]) + before.duration_s, int(after.starts_s[0]))
            for before, after in pairwise(chain)
        ]
        for room in rooms:
            if room.slot.date == day.date:
                yield from _fits_in(model, others, room, stretches, most)


def _others(model: DayModel, roster: Roster) -> list[StopOption] | None:
    """Return the visits of a day, each with the start that it has; None where the week does not ask for one of them."""
    told = published_visits(roster)
    mine = {
        stop.id
        for round_ in roster.rounds
        if (round_.consultant_id, round_.date) == (model.day.consultant_id, model.day.date)
        for stop in round_.stops
        if stop.kind in REQUESTED
    }
    requests = {request.request_id: request for request in model.problem.requests}
    found = []
    for id_ in mine:
        request = requests.get(id_)
        if request is not None and request.has_happened:
            continue
        options = as_told(model, request, told.get(id_)) if request else []
        if not options:
            return None
        found += options
    return found


def _fits_in(
    model: DayModel,
    others: Sequence[StopOption],
    room: _Lent,
    stretches: Sequence[tuple[int, int]],
    most: int,
) -> Iterator[_Fit]:
    defaults = model.problem.defaults
    for number, (from_s, to_s) in enumerate(stretches):
        hours = max(from_s, room.slot.start_s), min(to_s, room.slot.end_s)
        longest = (hours[1] - hours[0] - defaults.setup_s) // defaults.conversation_s
        for conversations in range(min(longest, most, room.practice.max_conversations or _MOST), 0, -1):
            starts_s = [
                start_s
                for option in model.options(_further(room, conversations, hours))
                if option.conversations == conversations
                for start_s, points in zip(
                    option.starts_s.tolist(), by_start(model, others, option).tolist(), strict=True
                )
                if points < INFEASIBLE
            ]
            if starts_s:
                stay_s = defaults.setup_s + conversations * defaults.conversation_s
                start, end = (at(model.day.date, time_s) for time_s in (starts_s[0], starts_s[-1] + stay_s))
                yield _Fit(room, model.day.consultant_id, number, start, end, conversations)
                break


def _further(room: _Lent, conversations: int, hours: tuple[int, int]) -> Request:
    """Return one more visit in a room, within some hours of it."""
    slot = dataclasses.replace(room.slot, start_s=hours[0], end_s=hours[1])
    return Request(
        request_id=f"{room.practice.practice_id} {room.slot.room} {conversations} {hours}",
        kind="visit",
        place_id=room.practice.practice_id,
        conversations=conversations,
        max_conversations=conversations,
        base_id=room.practice.base_id,
        slots=(slot,),
    )


def _room(project: Project, room: _Lent, fits: Iterable[_Fit]) -> Room:
    here = [fit for fit in fits if fit.room == room]
    best = max(here, key=lambda fit: fit.conversations, default=None)
    return Room(
        practice=_names(project)[room.practice.practice_id],
        start=room.start,
        end=room.end,
        room=room.slot.room,
        consultant_id=best.consultant_id if best else None,
        conversations=best.conversations if best else 0,
    )


def _free(project: Project, fits: Iterable[_Fit]) -> Iterator[FreeTime]:
    """Yield the free times: visits that fit into one stretch and overlap are told together."""
    together: list[list[_Fit]] = []
    for fit in sorted(fits, key=lambda fit: (fit.consultant_id, fit.start, fit.end)):
        last = together[-1] if together else []
        same = [other for other in last if other.consultant_id == fit.consultant_id and other.end > fit.start]
        if any(other.stretch == fit.stretch for other in same):
            last.append(fit)
        else:
            together.append([fit])
    for here in together:
        best = sorted(here, key=lambda fit: -fit.conversations)
        yield FreeTime(
            consultant_id=best[0].consultant_id,
            start=here[0].start,
            end=max(fit.end for fit in here),
            conversations=best[0].conversations,
            practices=tuple(dict.fromkeys(_names(project)[fit.room.practice.practice_id] for fit in best)),
        )


def _names(project: Project) -> Mapping[str, str]:
    return {place.place_id: place.name for place in project.places}
