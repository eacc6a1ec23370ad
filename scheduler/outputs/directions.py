"""The streets to follow on a ride, in words."""

import math
from dataclasses import dataclass
from itertools import pairwise

from scheduler.i18n import _, km, number
from scheduler.mapdata import Point, RidePath

_MAIN_STREETS = 3
_MAIN_SHARE = 0.12
_NAMELESS_M = 60
_SIGHT_M = 25.0


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch along one street: where to turn at its beginning ("" at the start), and how far."""

    turn: str
    street: str
    distance: str


def distance(metres: float) -> str:
    """Write a short distance in tens of metres, a longer one in kilometres."""
    return km(metres) if metres >= 1000 else f"{number(max(10, round(metres, -1)))} m"


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


def steps(path: RidePath) -> tuple[Step, ...]:
    """Return the ride street by street, with the turn that leads into each.

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
    words = {"left": _("left"), "right": _("right"), "straight": _("straight on"), "back": _("turn back")}
    return tuple(
        Step(
            turn=words[line.turn(start)] if i else "",
            street=name or _("path without a name"),
            distance=distance(length),
        )
        for i, (name, length, start) in enumerate(stretches)
    )


class _Line:
    """A ride's line, to look up bearings by the metres that its streets count."""

    def __init__(self, points: tuple[Point, ...], metres: float) -> None:
        east = 111_320 * math.cos(math.radians(points[0][0]))
        self._xy = [(lon * east, lat * 110_570) for lat, lon in points]
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

    def turn(self, at_m: float) -> str:
        """Tell which way the line turns at a distance from its start."""
        before, here, after = (self._point(at_m * self._scale + d) for d in (-_SIGHT_M, 0.0, _SIGHT_M))
        (ax, ay), (bx, by) = (
            (here[0] - before[0], here[1] - before[1]),
            (after[0] - here[0], after[1] - here[1]),
        )
        angle = math.degrees(math.atan2(ax * by - ay * bx, ax * bx + ay * by))
        if abs(angle) < 35:
            return "straight"
        if abs(angle) > 150:
            return "back"
        return "left" if angle > 0 else "right"
