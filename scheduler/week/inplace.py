"""One more visit in a consultant-day whose other visits stay where a roster has them."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from scheduler.model.problem import PublishedVisit, Request
from scheduler.week.schedule import INFEASIBLE, DayModel, Profile
from scheduler.week.stops import StopOption


def as_told(model: DayModel, request: Request, told: PublishedVisit | None) -> list[StopOption]:
    """Return the option of a day that is a visit of a roster, with its one start; none where it is not of this day."""
    if told is None or (told.date, told.consultant_id) != (model.day.date, model.day.consultant_id):
        return []
    found = (
        option.only(option.starts_s == told.start_s)
        for option in model.options(request)
        if told.conversations in (None, option.conversations)
    )
    return [option for option in found if len(option.starts_s)][:1]


def in_order(visits: Sequence[StopOption], model: DayModel) -> list[StopOption]:
    """Return visits of one start each, and what the day has in any case, in the order of the clock."""
    return sorted((*visits, *model.engagements), key=lambda s: (int(s.starts_s[0]), s.duration_s))


def by_start(model: DayModel, others: Sequence[StopOption], option: StopOption) -> Profile:
    """Return the points of a day with a visit beside others of one start each, by start of the visit."""
    points = np.full(len(option.starts_s), INFEASIBLE, dtype=np.int64)
    most = model.most_held
    held = option.conversations + sum(other.conversations for other in others)
    if most is not None and held > most:
        return points
    chain = [model.start, *in_order(others, model), model.end]
    profile = model.initial()
    for place, (before, after) in enumerate(pairwise(chain)):
        earliest_s = int(before.starts_s[0]) + before.duration_s
        latest_s = int(after.starts_s[0]) - option.duration_s
        mine = (option.starts_s >= earliest_s) & (option.starts_s <= latest_s)
        if mine.any():
            points[mine] = _rest(model, profile, [before, option.only(mine), *chain[place + 1 :]])
        link = model.link(before, after)
        if link is None:
            break
        profile = link(profile)
    return points


def _rest(model: DayModel, profile: Profile, chain: Sequence[StopOption]) -> Profile:
    """Return the points of a day from a stop on, by start of the next: those of all starts are carried at once."""
    visit = chain[1]
    link = model.link(chain[0], visit)
    count = len(visit.starts_s)
    if link is None:
        return np.full(count, INFEASIBLE, dtype=np.int64)
    arrived = link(profile)
    carried = np.full((count, 2, count), INFEASIBLE, dtype=np.int64)
    carried[np.arange(count), :, np.arange(count)] = arrived.T
    for first, second in pairwise(chain[1:]):
        onward = model.link(first, second)
        if onward is None:
            return np.full(count, INFEASIBLE, dtype=np.int64)
        carried = onward(carried)
    # Lunch must have been had in the end.
    final: Profile = carried[:, 1, 0]
    return final
