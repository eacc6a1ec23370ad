"""What single thing would help a week most: a room, an hour of work, or an appointment moved.

Every suggestion is a variant of the problem. Prices from the week as it is say how much a variant can
gain at most; the variants are solved again in the order of that, until none that is left can gain
more than the ten best do. So the ranking is exact, unless the time runs out.
"""

import dataclasses
import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from scheduler.base.i18n import _
from scheduler.base.progress import Progress, Silent
from scheduler.model.problem import ConsultantDay, Engagement, Problem, Request, RoomSlot
from scheduler.model.roster import Roster
from scheduler.model.text import Text
from scheduler.week.schedule import DayModel

#: How many suggestions are given.
MOST = 10
#: How many of the week's usual room hours are tried for practices.
_USUAL_HOURS = 4
_SHIFT_STEP_S = 3600
_MOVES_S = (-7200, -3600, -1800, 1800, 3600, 7200)


@dataclass(frozen=True, slots=True)
class Variant:
    """The week with one thing different, and what that is.

    `subject` is whose room, shift or appointment it is; of variants of the same subject on the same
    date only the best is suggested.
    """

    kind: Literal["room", "shift", "engagement"]
    subject: str
    date: dt.date
    text: Text
    problem: Problem


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a variant gains, from a week solved again; all figures are gains, so more is better."""

    kind: Literal["room", "shift", "engagement"]
    text: Text
    points: int
    conversations: int
    cycling_s: int
    waiting_s: int


@dataclass(frozen=True, slots=True)
class Advice:
    """The best suggestions, best first. `complete` tells that none better was left untried."""

    roster: Roster
    suggestions: tuple[Suggestion, ...]
    tried: int
    complete: bool


def advise(
    problem: Problem,
    *,
    time_limit_s: float = 60.0,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> Advice:
    """Find the single things that would help a week most, each verified by solving it again."""
    from scheduler.solver.engine import better, solve
    from scheduler.solver.limits import Limits

    progress, stop = progress or Silent(), stop or (lambda: False)
    end = time.monotonic() + time_limit_s
    progress.step(_("The week as it is"))
    roster = solve(problem, time_limit_s=time_limit_s / 2, stop=stop).roster
    progress.step(_("What each suggestion could gain at most"))
    limits = Limits(problem)
    hopes: list[tuple[int, Variant]] = []
    complete = True
    for variant in variants(problem):
        if stop() or time.monotonic() > end:
            complete = False
            break
        hopes.append((roster.score - limits.bound(variant.problem), variant))
    hopes.sort(key=lambda hope: -hope[0])
    progress.step(_("Solving the week again with the best suggestions"))
    found: dict[tuple[str, str, dt.date], Suggestion] = {}
    tried = 0
    for hope, variant in hopes:
        gains = sorted((suggestion.points for suggestion in found.values()), reverse=True)
        worst = gains[MOST - 1] if len(gains) >= MOST else 0
        if hope <= worst:
            break
        left_s = end - time.monotonic()
        if stop() or left_s <= 0:
            complete = False
            break
        tried += 1
        other = better(
            variant.problem, roster.score - worst, time_limit_s=left_s, stop=stop, near=roster.prices
        )
        if other is None:
            continue
        key = (variant.kind, variant.subject, variant.date)
        if roster.score - other.score > (found[key].points if key in found else 0):
            found[key] = _suggestion(variant, roster, other)
    best = sorted(found.values(), key=lambda suggestion: -suggestion.points)
    return Advice(roster, tuple(best[:MOST]), tried, complete)


def _suggestion(variant: Variant, before: Roster, after: Roster) -> Suggestion:
    held = [sum(round_.conversations for round_ in roster.rounds) for roster in (before, after)]
    cycling, waiting = (
        int(before.terms[name].count - after.terms[name].count)
        for name in ("cycling_second", "waiting_second")
    )
    points = before.score - after.score
    return Suggestion(variant.kind, variant.text, points, held[1] - held[0], cycling, waiting)


def variants(problem: Problem) -> Iterator[Variant]:
    """Yield every variant that is looked at."""
    yield from _rooms(problem)
    yield from _shifts(problem)
    yield from _engagements(problem)


def _rooms(problem: Problem) -> Iterator[Variant]:
    """Yield a room of a practice at hours that are usual this week, on a day when it lends none."""
    usual = Counter(
        (slot.start_s, slot.end_s) for r in problem.requests if r.kind == "visit" for slot in r.slots
    )
    # Of suggestions that gain the same, the smaller favour is asked for: shorter hours come first.
    hours = sorted((hours for hours, _count in usual.most_common(_USUAL_HOURS)), key=lambda h: h[1] - h[0])
    dates = sorted({d.date for d in problem.days})
    for number, request in enumerate(problem.requests):
        if request.kind != "visit" or request.pin:
            continue
        taken = {slot.date for slot in request.slots} | {c.slot.date for c in request.closed_slots}
        for date in dates:
            if date in taken:
                continue
            for start_s, end_s in hours:
                slot = RoomSlot(date=date, start_s=start_s, end_s=end_s)
                params = {"practice_id": request.request_id, "date": str(date)}
                text = Text("advise_room", {**params, "start_s": start_s, "end_s": end_s})
                yield Variant(
                    "room",
                    request.request_id,
                    date,
                    text,
                    _with_request(problem, number, _with_slot(request, slot)),
                )


def _with_slot(request: Request, slot: RoomSlot) -> Request:
    slots = tuple(sorted((*request.slots, slot), key=lambda s: (s.date, s.start_s)))
    return dataclasses.replace(request, slots=slots)


def _with_request(problem: Problem, number: int, request: Request) -> Problem:
    requests = (*problem.requests[:number], request, *problem.requests[number + 1 :])
    return problem.replace(requests=requests)


def _with_days(problem: Problem, changed: dict[int, ConsultantDay]) -> Problem:
    return problem.replace(days=tuple(changed.get(n, day_) for n, day_ in enumerate(problem.days)))


def _shifts(problem: Problem) -> Iterator[Variant]:
    """Yield an hour more of a consultant's shift, in the morning or in the afternoon."""
    for number, shift in enumerate(problem.days):
        for start_s, end_s in (
            (shift.start_s - _SHIFT_STEP_S, shift.end_s),
            (shift.start_s, shift.end_s + _SHIFT_STEP_S),
        ):
            if start_s < 0 or end_s > 86_400:
                continue
            params = {"consultant_id": shift.consultant_id, "date": str(shift.date)}
            text = Text("advise_shift", {**params, "start_s": start_s, "end_s": end_s})
            longer = dataclasses.replace(shift, start_s=start_s, end_s=end_s)
            yield Variant(
                "shift", shift.consultant_id, shift.date, text, _with_days(problem, {number: longer})
            )


def _engagements(problem: Problem) -> Iterator[Variant]:
    """Yield an appointment some time earlier or later on its day, for all who have it."""
    held = dict.fromkeys((d.date, e.engagement_id) for d in problem.days for e in d.engagements)
    for date, engagement_id in held:
        for by_s in _MOVES_S:
            moved = {
                number: shift
                for number, old in enumerate(problem.days)
                if old.date == date and (shift := _moved(problem, old, engagement_id, by_s)) is not None
            }
            everybody = sum(
                d.date == date and any(e.engagement_id == engagement_id for e in d.engagements)
                for d in problem.days
            )
            if len(moved) != everybody:
                continue
            start_s = next(
                e.start_s
                for shift in moved.values()
                for e in shift.engagements
                if e.engagement_id == engagement_id
            )
            params = {"engagement_id": engagement_id, "date": str(date)}
            text = Text("advise_engagement", {**params, "start_s": start_s, "before_s": start_s - by_s})
            yield Variant("engagement", engagement_id, date, text, _with_days(problem, moved))


def holds(problem: Problem, day_: ConsultantDay) -> bool:
    """Tell whether the engagements of a day can be kept, one after the other."""
    model = DayModel(problem, day_)
    return model.best_schedule(model.engagements) is not None


def _moved(problem: Problem, shift: ConsultantDay, engagement_id: str, by_s: int) -> ConsultantDay | None:
    """Return the day with its engagement moved; None where it has none, or no day could hold it."""

    def shifted(engagement: Engagement) -> Engagement:
        if engagement.engagement_id != engagement_id:
            return engagement
        start_s, end_s = engagement.start_s + by_s, engagement.end_s + by_s
        return dataclasses.replace(engagement, start_s=start_s, end_s=end_s)

    engagements = tuple(sorted(map(shifted, shift.engagements), key=lambda e: e.start_s))
    if engagements == shift.engagements:
        return None
    other = dataclasses.replace(shift, engagements=engagements)
    return other if holds(problem, other) else None
