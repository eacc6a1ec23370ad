"""What a map shows: routes in colours, markers with their words, and the background behind them.

A scene is drawn twice from the same numbers: as a live Folium map (`maps`) and as a static SVG
(`svgmap`).
"""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from scheduler.base.i18n import _, clock, day, km, minutes
from scheduler.model.geo import Background, Point
from scheduler.model.roster import BasePlace, Roster, Round, Stop
from scheduler.outputs import itinerary, words
from scheduler.outputs.basemap import Basemap, basemap
from scheduler.outputs.cards import stop_lines
from scheduler.outputs.directions import numbered
from scheduler.outputs.geometry import XY, Box, Frame, Strand, side_by_side
from scheduler.outputs.itinerary import Rides
from scheduler.outputs.labels import TURN, Name, Placing

#: How many colours (by weekday) and dash patterns (by consultant) `map.css` has.
COLOURS, DASHES = 7, 4

_MARGIN = 0.17
_SMALLEST_M = 1200.0
_MARKER_PX, _DOT_PX = 19.0, 8.0
_TURN_PX, _TURN_LIFT_PX = 10.0, 15.0
#: How many colours the scale of cells has in `map.css`.
LEVELS = 6
_ROUND_LOOK = (5.0, 8.0, 90.0)
_WEEK_LOOK = (3.5, 4.5, 170.0)


@dataclass(frozen=True, slots=True)
class Sign:
    """How a place is marked: a label of a few letters, in a colour of `map.css`; a `minor` one is a dot."""

    label: str
    colour: int = 0
    base: bool = False
    minor: bool = False


@dataclass(frozen=True, slots=True)
class Marker:
    """A sign at a place; `title` is what a screen reader says of it, `lines` are the words that it opens."""

    sign: Sign
    point: Point
    title: str
    lines: tuple[str, ...]


BASE = Sign("B", base=True)


@dataclass(frozen=True, slots=True)
class Cell:
    """An area in a colour of the scale in `map.css` (0 is the least); `lines` are the words that it opens."""

    rings: tuple[tuple[XY, ...], ...]
    level: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """A round as drawn. `letter` is "" where the map has only one round; `arrows` show the direction."""

    letter: str
    name: str
    colour: int
    dash: int
    strands: tuple[Strand, ...]
    markers: tuple[Marker, ...]
    arrows: bool = True


@dataclass(frozen=True, eq=False)
class Scene:
    """All of a map. `view` is to be seen at first; the background reaches as far as `extent`.

    On the screen, lines are `line_px` wide in lanes of `lane_px`, with an arrow each `arrow_px`. `cells`
    lie over the background and below all else; `places` are there whatever routes are shown. `turns` are
    the numbers that a list of turns gives them.
    """

    basemap: Basemap
    view: Box
    extent: Box
    routes: tuple[Route, ...]
    places: tuple[Marker, ...]
    line_px: float
    lane_px: float
    arrow_px: float
    cells: tuple[Cell, ...] = ()
    turns: tuple[Name, ...] = ()

    @property
    def markers(self) -> tuple[Marker, ...]:
        """The markers of the places and of every route, in order."""
        return (*self.places, *(marker for route in self.routes for marker in route.markers))

    @cached_property
    def names(self) -> Placing:
        """The names of the background and the numbers of turns, which keep clear of the markers and of each other.

        Names keep clear of all rides, too.
        """
        metres = self.basemap.frame.metres
        marks = [
            (metres(marker.point), _DOT_PX if marker.sign.minor else _MARKER_PX) for marker in self.markers
        ]
        lines = [strand.points for route in self.routes for strand in route.strands]
        return Placing((*self.turns, *self.basemap.names), marks, lines)


def round_scene(roster: Roster, round_: Round, rides: Rides, background: Background) -> Scene:
    """Return the scene of one round, each ride beside those that share its streets."""
    frame = _frame(roster, [round_])
    paths = _paths(roster, round_, rides, frame)
    base = itinerary.base_of(roster, round_)
    route = Route(
        letter="",
        name=_name(roster, round_),
        colour=_colour(round_),
        dash=0,
        strands=tuple(side_by_side(paths, range(len(paths)))),
        markers=tuple(_stop_markers(roster, round_)),
    )
    scene = _scene(frame, background, (route,), _base_markers([base], round_), _ROUND_LOOK)
    return dataclasses.replace(scene, turns=tuple(_turns(roster, round_, rides, frame)))


def week_scene(roster: Roster, rides: Rides, background: Background) -> Scene:
    """Return the scene of all rounds; on a street that several share, each has a lane.

    `roster` is a public one (see `privacy`): a stop without coordinates is not on the map, nor are
    the rides to and from it.
    """
    frame = _frame(roster, roster.rounds)
    paths: list[list[XY]] = []
    owners: list[int] = []
    for i, round_ in enumerate(roster.rounds):
        own = _paths(roster, round_, rides, frame)
        paths += own
        owners += [i] * len(own)
    strands = side_by_side(paths, owners, directed=False)
    ids = [consultant.consultant_id for consultant in roster.consultants]
    routes = tuple(
        Route(
            letter=letter(i),
            name=_name(roster, round_),
            colour=_colour(round_),
            dash=ids.index(round_.consultant_id) % DASHES,
            strands=tuple(s for s, owner in zip(strands, owners, strict=True) if owner == i),
            markers=tuple(_stop_markers(roster, round_, letter(i))),
        )
        for i, round_ in enumerate(roster.rounds)
    )
    return _scene(frame, background, routes, _base_markers(roster.bases), _WEEK_LOOK)


def letter(index: int) -> str:
    """Return the letter of a round: A to Z, then AA, AB and so on."""
    head, tail = divmod(index, 26)
    return (letter(head - 1) if head else "") + chr(ord("A") + tail)


def extent_of(view: Box) -> Box:
    """Return how far the background is to reach around a view.

    The pages show the map about square, on a phone as on a desk: its edges are to have background.
    """
    return view.grown(_MARGIN * max(view.width, view.height)).shaped(1.1, 1.1)


def _frame(roster: Roster, rounds: Sequence[Round]) -> Frame:
    """Centre on the first place known, so that all maps of a roster share the background's work."""
    stops = (stop for round_ in rounds for stop in round_.stops)
    places: tuple[BasePlace | Stop, ...] = (*roster.bases, *stops)
    lat, lon = next(((p.lat, p.lon) for p in places if p.lat is not None and p.lon is not None), (0.0, 0.0))
    return Frame(lat, lon)


def _scene(
    frame: Frame,
    background: Background,
    routes: tuple[Route, ...],
    bases: tuple[Marker, ...],
    look: tuple[float, float, float],
) -> Scene:
    seen = [frame.metres(marker.point) for marker in bases]
    for route in routes:
        seen += [frame.metres(marker.point) for marker in route.markers]
        seen += [xy for strand in route.strands for xy in strand.points]
    view = Box.around(seen or [(0.0, 0.0)])
    view = view.grown(max(0.0, _SMALLEST_M - max(view.width, view.height)) / 2)
    extent = extent_of(view)
    return Scene(basemap(background, frame, extent), view, extent, routes, bases, *look)


def _paths(roster: Roster, round_: Round, rides: Rides, frame: Frame) -> list[list[XY]]:
    return [
        [frame.metres(point) for point in leg.path.points]
        for leg in itinerary.legs(roster, round_, rides)
        if leg.path is not None
    ]


def _turns(roster: Roster, round_: Round, rides: Rides, frame: Frame) -> Iterator[Name]:
    """Yield the numbers of the turns, each on the right of its ride, as lanes are."""
    for steps in numbered(leg.path for leg in itinerary.legs(roster, round_, rides)):
        for step in steps:
            if step.number:
                yield Name(
                    text=step.number,
                    kind=TURN,
                    at=frame.metres(step.point),
                    angle=step.bearing + 90,
                    room_m=math.inf,
                    size_px=_TURN_PX,
                    rank=-math.inf,
                    lift=_TURN_LIFT_PX,
                )


def _name(roster: Roster, round_: Round) -> str:
    return f"{day(round_.date)} · {roster.consultant_names[round_.consultant_id]}"


def _colour(round_: Round) -> int:
    return round_.date.weekday() % COLOURS


def _base_markers(bases: Sequence[BasePlace], round_: Round | None = None) -> tuple[Marker, ...]:
    """Return the markers of bases; where there is but one round, with when it leaves and is back."""
    hours = itinerary.hours(round_) if round_ else ()
    return tuple(
        Marker(BASE, (base.lat, base.lon), _("Base: {name}").format(name=base.name), (base.address, *hours))
        for base in bases
        if base.lat is not None and base.lon is not None
    )


def _stop_markers(roster: Roster, round_: Round, prefix: str = "") -> list[Marker]:
    """Return a marker a place, in visiting order; a place visited twice says both."""
    labels = itinerary.numbers(roster, round_)
    onward = _onward(roster, round_)
    found: dict[str, Marker] = {}
    for i, stop in enumerate(round_.stops):
        if stop.kind == "lunch" or stop.place_id not in labels or stop.lat is None or stop.lon is None:
            continue
        label = prefix + labels[stop.place_id]
        lines = (f"{clock(stop.start)} {words.stop_title(stop)}", *stop_lines(stop))
        if i in onward:
            lines = (*lines, onward[i])
        if before := found.get(stop.place_id):
            found[stop.place_id] = dataclasses.replace(
                before, title=f"{before.title}; {lines[0]}", lines=before.lines + lines
            )
        else:
            found[stop.place_id] = Marker(
                sign=Sign(label, _colour(round_)),
                point=(stop.lat, stop.lon),
                title=f"{label}: {lines[0]}",
                lines=(lines[0], stop.address, *lines[1:]),
            )
    return list(found.values())


def _onward(roster: Roster, round_: Round) -> dict[int, str]:
    """Return, by the index of a stop, the ride that leads on from it in words."""
    base = itinerary.base_of(roster, round_)
    found: dict[int, str] = {}
    last = None
    for i, stop in enumerate(round_.stops):
        if stop.kind == "lunch":
            continue
        if last is not None and stop.ride_metres:
            to = _("base") if stop.place_id == base.place_id else words.stop_named(stop)
            found[last] = _ride_words(stop.ride_seconds, stop.ride_metres, to)
        last = i
    if last is not None and round_.stops[last].place_id != base.place_id and round_.back_metres:
        found[last] = _ride_words(round_.back_seconds, round_.back_metres, _("base"))
    return found


def _ride_words(seconds: int, metres: int, to: str) -> str:
    return _("then {minutes}, {distance} to {place}").format(
        minutes=minutes(seconds), distance=km(metres), place=to
    )
