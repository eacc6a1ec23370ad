"""Rooms that several practices of one house name at the same hours: one room holds one visit at a time."""

from collections import defaultdict
from collections.abc import Mapping
from itertools import combinations

from scheduler.base.errors import InputProblem
from scheduler.base.i18n import _, clock
from scheduler.model.project import Project, RoomRule, problem_at
from scheduler.places.houses import house_of
from scheduler.week.hours import overlap


def shared_rooms(project: Project) -> tuple[InputProblem, ...]:
    """Return a warning for every two practices that name the same room of one address at overlapping hours.

    Planning does not keep the two apart.
    """
    reason = _(
        "{practice_id} and {other_id} name the same room in one house, {room}, at overlapping hours "
        "({hours} and {other_hours}): two visits may be planned into it at the same time"
    )
    warnings: dict[tuple[str, str, str], InputProblem] = {}
    for rules in _by_room(project).values():
        for one, other in combinations(rules, 2):
            key = (one.practice_id, other.practice_id, one.room.casefold())
            if one.practice_id == other.practice_id or key in warnings or not _meet(one, other):
                continue
            said = reason.format(
                practice_id=one.practice_id,
                other_id=other.practice_id,
                room=one.room,
                hours=_hours(one),
                other_hours=_hours(other),
            )
            warnings[key] = problem_at(other.origin, said, "room")
    return tuple(warnings.values())


def _by_room(project: Project) -> Mapping[object, list[RoomRule]]:
    """Return the rows of every named room by its house and name, in the order of the table."""
    houses = {place.place_id: house_of(place) for place in project.places}
    found: dict[object, list[RoomRule]] = defaultdict(list)
    for rule in project.rooms:
        house = houses.get(rule.practice_id)
        if rule.room and house is not None:
            found[house, rule.room.casefold()].append(rule)
    return found


def _meet(one: RoomRule, other: RoomRule) -> bool:
    """Tell whether two rooms are lent at the same time on some day."""
    if not overlap((one.start_s, one.end_s), (other.start_s, other.end_s)):
        return False
    if one.date is not None and other.date is not None:
        return one.date == other.date
    for dated, weekly in ((one, other), (other, one)):
        if dated.date is not None:
            return weekly.weekday == dated.date.weekday() and weekly.holds_on(dated.date)
    in_time = all(
        a.valid_to is None or b.valid_from is None or b.valid_from <= a.valid_to
        for a, b in ((one, other), (other, one))
    )
    return (
        in_time
        and one.weekday == other.weekday
        and ("all" in (one.weeks, other.weeks) or one.weeks == other.weeks)
    )


def _hours(rule: RoomRule) -> str:
    return f"{clock(rule.start_s)}–{clock(rule.end_s)}"
