"""The stops that a consultant-day may have: when each can start, and what it costs by itself."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scheduler.model.problem import ConsultantDay, Problem, PublishedVisit, Request, RequestKind, RoomSlot
from scheduler.week.score import AGREEMENT_TOLERANCE_S, request_points


@dataclass(frozen=True, slots=True, eq=False)
class StopOption:
    """A stop that a day may have: a request with its number of conversations, an engagement, or a gap of the shift.

    `starts_s` are its possible starts in ascending order; `points` says what each costs by itself:
    agreement, change and own consultant, less what leaving the request out would cost. Of starts
    that cost the same, people like the one nearest to `preferred_s` best, else the earliest. `kept`
    tells that it is a published visit just as it is; only where the changes are limited.
    """

    kind: RequestKind | Literal["engagement", "gap", "base"]
    id: str
    place_id: str
    conversations: int
    duration_s: int
    starts_s: NDArray[np.int64]
    points: NDArray[np.int64]
    preferred_s: int = 0
    kept: bool = False

    def only(self, starts: NDArray[np.bool_] | NDArray[np.intp] | int) -> "StopOption":
        """Return the option with some of its starts."""
        index = np.atleast_1d(starts)
        return dataclasses.replace(self, starts_s=self.starts_s[index], points=self.points[index])

    @property
    def load_s(self) -> int:
        """Seconds that count as load."""
        return self.duration_s if self.kind in ("visit", "home_visit") else 0


def fixed_stop(
    kind: Literal["engagement", "gap", "base"], id_: str, place_id: str, start_s: int, duration_s: int
) -> StopOption:
    """Return a stop that has one start and costs nothing by itself."""
    starts_s = np.array([start_s], dtype=np.int64)
    return StopOption(kind, id_, place_id, 0, duration_s, starts_s, np.zeros(1, dtype=np.int64))


def visit_options(
    problem: Problem, day: ConsultantDay, base_id: str, request: Request, *, pin_points: int
) -> tuple[StopOption, ...]:
    """Return the ways in which a day can meet a request: one for each number of conversations.

    Where the changes are limited, what keeps a published visit is an option of its own.
    `base_id` is where the consultant rides from; `pin_points` are taken off for keeping a pin.
    """
    if not _may_serve(day, base_id, request) or all(slot.date != day.date for slot in request.slots):
        return ()
    if request.has_happened or (day.happened and day.happened.is_over):
        return ()
    settled = request.settled
    if request.kind != "visit":
        numbers = range(1)
    else:
        numbers = range(1, request.max_conversations + 1)
        if settled and settled.conversations is not None:
            numbers = range(settled.conversations, settled.conversations + 1)
    found = (_option(problem, day, request, n, pin_points) for n in numbers)
    if problem.max_changes is not None and request.published is not None:
        found = (part for option in found for part in _kept_apart(problem, option, request.published, day))
    return tuple(option for option in found if len(option.starts_s))


def _kept_apart(
    problem: Problem, option: StopOption, published: PublishedVisit, day: ConsultantDay
) -> Iterator[StopOption]:
    """Yield what of an option keeps a published visit, and what moves it."""
    kept = option.starts_s == published.start_s
    kept &= (published.date, published.consultant_id) == (day.date, day.consultant_id)
    kept &= published.conversations in (None, option.conversations)
    points = option.points - problem.kept_points * kept
    yield dataclasses.replace(option, starts_s=option.starts_s[kept], points=points[kept], kept=True)
    yield dataclasses.replace(option, starts_s=option.starts_s[~kept], points=points[~kept])


def _may_serve(day: ConsultantDay, base_id: str, request: Request) -> bool:
    if request.base_id not in (None, base_id):
        return False
    if request.only_by not in (None, day.consultant_id):
        return False
    settled = request.settled
    return settled is None or settled.allows(day.date, None, day.consultant_id, None)


def _option(
    problem: Problem, day: ConsultantDay, request: Request, conversations: int, pin_points: int
) -> StopOption:
    defaults = problem.defaults
    duration_s = request.duration_s
    if request.kind == "visit":
        duration_s = defaults.setup_s + conversations * defaults.conversation_s
    grid_s = defaults.start_grid_s
    starts: set[int] = set()
    for slot in request.slots:
        if slot.date == day.date:
            earliest = -(-max(slot.start_s, day.start_s) // grid_s) * grid_s
            latest = min(slot.end_s, day.end_s) - duration_s
            starts.update(range(earliest, latest + 1, grid_s))
    if request.settled and request.settled.start_s is not None:
        starts &= {request.settled.start_s}
    starts_s = np.array(sorted(starts), dtype=np.int64)
    planned = [p for p in (request.published, request.agreement) if p and p.date == day.date]
    return StopOption(
        kind=request.kind,
        id=request.request_id,
        place_id=request.place_id,
        conversations=conversations,
        duration_s=duration_s,
        starts_s=starts_s,
        points=_points(problem, day, request, conversations, starts_s)
        - (pin_points if request.settled else 0),
        preferred_s=planned[0].start_s if planned else 0,
    )


def _points(
    problem: Problem, day: ConsultantDay, request: Request, conversations: int, starts_s: NDArray[np.int64]
) -> NDArray[np.int64]:
    weights = problem.weights
    points = np.full(len(starts_s), -request_points(problem, request, conversations), dtype=np.int64)
    if request.kind == "visit" and request.consultant_id not in (None, day.consultant_id):
        points += weights["continuity"]
    if request.agreement:
        near = np.abs(starts_s - request.agreement.start_s) <= AGREEMENT_TOLERANCE_S
        kept = near & (request.agreement.date == day.date)
        points[~kept] += weights["moved_from_agreement"]
    if request.published:
        near = np.abs(starts_s - request.published.start_s) <= AGREEMENT_TOLERANCE_S
        same = (request.published.date, request.published.consultant_id) == (day.date, day.consultant_id)
        points[near & same] -= weights["change"] * request.change_counts
    return points


def slot_of(request: Request, day: ConsultantDay, start_s: int, end_s: int) -> RoomSlot | None:
    """Return the room slot in which a visit lies; else the nearest one of the day, if there is one."""
    of_day = (slot for slot in request.slots if slot.date == day.date)
    return min(of_day, key=lambda slot: max(slot.start_s - start_s, end_s - slot.end_s, 0), default=None)
