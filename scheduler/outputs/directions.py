"""The streets to follow on a ride, in words."""

import dataclasses
import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count, pairwise

from scheduler.base.i18n import _, km, number, tied
from scheduler.model.geo import Point, RidePath

_NORTH = 110_570.0  # metres a degree
_MAIN_STREETS = 3
_MAIN_SHARE = 0.12
_NAMELESS_M = 60
#: How far before and after a junction the bearings are taken: past its kerbs and corners.
_SIGHT_M = 25.0
#: From how many degrees on a change of bearing is called so.
_SLIGHT_DEGREES, _TURN_DEGREES, _SHARP_DEGREES, _BACK_DEGREES = 25.0, 55.0, 120.0, 160.0


@dataclass(frozen=True, slots=True)
class Step:
    """A street of a ride in words, and where it begins.

    `bearing` is where one comes from and goes to there, between the two: degrees clockwise from north.
    `number` is what list and map call the turn into it; "" for the ride's first street.
    """

    words: str
    point: Point
    bearing: float
    number: str = ""


def distance(metres: float) -> str:
    """Write a short distance in tens of metres, a longer one in kilometres."""
    return tied(km(metres) if metres >= 1000 else f"{number(max(10, round(metres, -1)))} m")


def main_streets(path: RidePath) -> str:
    """Name the streets that take up most of a ride, in the order they are ridden."""
    along: dict[str, int] = {}
    for leg in path.streets:
        if leg.name:
            along[leg.name] = along.get(leg.name, 0) + leg.metres
    total = sum(along.values())
    longest = sorted(along, key=lambda name: -along[name])[:_MAIN_STREETS]
    worth = {name for i, name in enumerate(longest) if i < 2 or along[name] > _MAIN_SHARE * total}
    return ", ".join(name for name in along if name in worth)


def numbered(paths: Iterable[RidePath | None]) -> tuple[tuple[Step, ...], ...]:
    """Return the steps of each ride of a day, with its turns numbered through; none of a ride that is not shown."""
    numbers = count(1)
    return tuple(
        tuple(
            dataclasses.replace(step, number=str(next(numbers))) if i else step
            for i, step in enumerate(steps(path))
        )
        if path
        else ()
        for path in paths
    )


def steps(path: RidePath) -> tuple[Step, ...]:
    """Return the ride street by street, a sentence each: how to turn into it, and how far it is ridden.

    Short nameless pieces (crossings, a few metres of path) count to the street before them.
    """
    stretches: list[tuple[str, float, float]] = []  # name, metres, metres from the start
    at_m = 0.0
    for leg in path.streets:
        short = not leg.name and leg.metres < _NAMELESS_M
        if stretches and (short or leg.name == stretches[-1][0]):
            name, length, start = stretches[-1]
            stretches[-1] = (name, length + leg.metres, start)
        elif not short or len(path.streets) == 1:
            stretches.append((leg.name, leg.metres, at_m))
        at_m += leg.metres
    line = _Line(path.points, at_m)
    head = _("Head {direction} along {street}, {distance}")
    return tuple(
        Step(
            (_turn(line.turn_degrees(start)) if i else head).format(
                direction=_directions()[line.heading(start)],
                street=name or _("a path without a name"),
                distance=distance(length),
            ),
            line.degrees(start),
            line.bearing(start),
        )
        for i, (name, length, start) in enumerate(stretches)
    )


def _directions() -> tuple[str, ...]:
    """Return the eight points of the compass, clockwise from north."""
    return (
        _("north"),
        _("north-east"),
        _("east"),
        _("south-east"),
        _("south"),
        _("south-west"),
        _("west"),
        _("north-west"),
    )


class _Line:
    """A ride's line, to look up bearings by the metres that its streets count."""

    def __init__(self, points: tuple[Point, ...], metres: float) -> None:
        self._east = 111_320 * math.cos(math.radians(points[0][0]))
        self._xy = [(lon * self._east, lat * _NORTH) for lat, lon in points]
        self._at = [0.0]
        for a, b in pairwise(self._xy):
            self._at.append(self._at[-1] + math.dist(a, b))
        self._scale = self._at[-1] / metres if metres else 1.0

    def _point(self, at_m: float) -> tuple[float, float]:
        for i, (a, b) in enumerate(pairwise(self._at)):
            if at_m <= b and b > a:
                t = max(0.0, (at_m - a) / (b - a))
                (x1, y1), (x2, y2) = self._xy[i], self._xy[i + 1]
                return x1 + t * (x2 - x1), y1 + t * (y2 - y1)
        return self._xy[-1]

    def degrees(self, at_m: float) -> Point:
        """Return lat and lon at a distance from the start."""
        x, y = self._point(at_m * self._scale)
        return y / _NORTH, x / self._east

    def bearing(self, at_m: float) -> float:
        """Return the direction past a place, from a little before it to a little after it."""
        (x1, y1), (x2, y2) = (self._point(at_m * self._scale + d) for d in (-_SIGHT_M, _SIGHT_M))
        return math.degrees(math.atan2(x2 - x1, y2 - y1))

    def heading(self, at_m: float) -> int:
        """Return where the line leads from there, as the number of a point of the compass, 0 to 7."""
        (x1, y1), (x2, y2) = (self._point(at_m * self._scale + d) for d in (0.0, 2 * _SIGHT_M))
        return round(math.degrees(math.atan2(x2 - x1, y2 - y1)) / 45) % 8

    def turn_degrees(self, at_m: float) -> float:
        """Return by how much the line turns to the left at a distance from its start."""
        before, here, after = (self._point(at_m * self._scale + d) for d in (-_SIGHT_M, 0.0, _SIGHT_M))
        ax, ay = here[0] - before[0], here[1] - before[1]
        bx, by = after[0] - here[0], after[1] - here[1]
        return math.degrees(math.atan2(ax * by - ay * bx, ax * bx + ay * by))


def _turn(left_degrees: float) -> str:
    """Return the sentence for a turn, with places for the street and the distance."""
    size, left = abs(left_degrees), left_degrees > 0
    if size < _SLIGHT_DEGREES:
        return _("Continue straight on along {street}, {distance}")
    if size > _BACK_DEGREES:
        return _("Turn round and follow {street}, {distance}")
    if size < _TURN_DEGREES:
        return _("Bear left into {street}, {distance}") if left else _("Bear right into {street}, {distance}")
    if size < _SHARP_DEGREES:
        return _("Turn left into {street}, {distance}") if left else _("Turn right into {street}, {distance}")
    return (
        _("Turn sharp left into {street}, {distance}")
        if left
        else _("Turn sharp right into {street}, {distance}")
    )
