"""What a map needs to be drawn: rides along the streets, and the background behind them.

Plain data between the network, which makes it, and the outputs, which draw it. All points are
(lat, lon) in WGS84 degrees.
"""

from dataclasses import dataclass
from typing import Literal

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class StreetLeg:
    """A stretch of a ride along one street; `name` is empty where the way has none."""

    name: str
    metres: int
    seconds: int


@dataclass(frozen=True, slots=True)
class RidePath:
    """The ride between two places: its line, and the streets in the order they are ridden.

    `points` leads from the first place itself over the streets to the second. `seconds` and
    `metres` are those of the travel-time matrix.
    """

    points: tuple[Point, ...]
    streets: tuple[StreetLeg, ...]
    seconds: int
    metres: int


@dataclass(frozen=True, slots=True)
class Line:
    """A street, track or railway to draw; `kind` is the value of its highway or railway tag."""

    kind: str
    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """An outline to fill; the first ring is the outer one, further ones are holes."""

    kind: Literal["water", "park", "cemetery"]
    name: str
    rings: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True, slots=True)
class Label:
    """A name at a point: a district or a station."""

    kind: Literal["district", "station"]
    name: str
    point: Point


@dataclass(frozen=True, slots=True)
class Background:
    """Everything behind the rides. `simplified` is true for the built-in map drawn by hand."""

    streets: tuple[Line, ...] = ()
    railways: tuple[Line, ...] = ()
    areas: tuple[Area, ...] = ()
    labels: tuple[Label, ...] = ()
    attribution: str = "© OpenStreetMap contributors"
    simplified: bool = False


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches of the network that a rider should know of, each drawn in the direction of the ride.

    `kind` is "oneway" (ridden one way only), "contraflow" (the direction against the cars), "pushed"
    (walked, or carried on stairs) or "cut_off" (left out: not to be reached from the rest).
    """

    kind: Literal["oneway", "contraflow", "pushed", "cut_off"]
    km: float
    lines: tuple[tuple[Point, ...], ...]
