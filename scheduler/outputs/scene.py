"""What a map shows: routes in colours, markers with their words, and the background behind them.

A scene is drawn twice from the same numbers: as a live Folium map (`maps`) and as a static SVG
(`svgmap`).
"""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from scheduler.base.i18n import _, capitalized, clock, day, km, minutes, weekday
from scheduler.model.geo import Background, Point
from scheduler.model.roster import BasePlace, Roster, Round, Stop
from scheduler.outputs import itinerary, words
from scheduler.outputs.basemap import Basemap, basemap
from scheduler.outputs.cards import stop_lines
from scheduler.outputs.directions import main_streets, numbered
from scheduler.outputs.geometry import XY, Box, Frame, Strand, side_by_side
from scheduler.outputs.itinerary import Rides
from scheduler.outputs.labels import TURN, Disc, Name, Placing
from scheduler.outputs.ribbons import Shared, shared
from scheduler.outputs.signs import BASE, SIGN_PX, Sign, pills

#: How many colours (by weekday) and dash patterns (by consultant) `map.css` has.
COLOURS, DASHES = 7, 4

#: The background is so many frames wide and high; a frame has room for markers around the view.
_FRAMES = 1.5
_UPRIGHT = 0.5
_ROOM = 0.17
_SMALLEST_M = 1200.0
_MARKER_PX, _DOT_PX = 19.0, 8.0
_TURN_PX, _TURN_LIFT_PX = 10.0, 15.0
#: How many colours the scale of cells has in `map.css`.
LEVELS = 6
_ROUND_LOOK = (5.0, 8.0, 90.0)
_WEEK_LOOK = (3.5, 4.5, 170.0)


@dataclass(frozen=True, slots=True)
class Marker:
    """A sign at a place; `title` is what a screen reader says of it, `lines` are the words that it opens."""

    sign: Sign
    point: Point
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """An area in a colour of the scale in `map.css` (0 is the least); `lines` are the words that it opens."""

    rings: tuple[tuple[XY, ...], ...]
    level: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """A round as drawn. `letter` is "" where the map has only one round; `arrows` show the direction.

    `words` are what each strand opens; in a week's map, `day` and `who` are the chips that it answers to.
    """

    letter: str
    name: str
    colour: int
    dash: int
    strands: tuple[Strand, ...]
    markers: tuple[Marker, ...]
    arrows: bool = True
    words: tuple[tuple[str, ...], ...] = ()
    day: str = ""
    who: str = ""


@dataclass(frozen=True, eq=False)
class Scene:
    """All of a map. `view` is to be seen at first; the background reaches as far as `extent`.

    On the screen, lines are `line_px` wide in lanes of `lane_px`, with an arrow each `arrow_px`. `cells`
    lie over the background and below all else; `places` are there whatever routes are shown. Where routes
    are `shared`, their strands are what lies between the ribbons. `turns` are the numbers that a list of turns
    gives them.
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
    shared: Shared | None = None
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
        lines = [strand.points for route in self.routes for strand in route.strands]
        if self.shared:
            lines += [run.points for run, _riders in self.shared.ribbons()]
        return Placing((*self.turns, *self.basemap.names), self._marks, lines)

    def _marks(self, metres_per_px: float) -> list[Disc]:
        """Return discs that cover the markers at a scale, and the pills that some of them are."""
        metres = self.basemap.frame.metres
        spots = [
            (marker.sign, (x / metres_per_px, y / metres_per_px))
            for marker in self.markers
            for x, y in [metres(marker.point)]
        ]
        discs = [(x, y, _DOT_PX if sign.minor else _MARKER_PX) for sign, (x, y) in spots]
        for pill in pills([(sign, at) for sign, at in spots if not sign.minor]):
            (x, y), (width, height) = pill.at, pill.size
            discs += [
                (x + part * (width - SIGN_PX) / 2, y + side * (height - SIGN_PX) / 2, _MARKER_PX)
                for part in (-1.0, -0.5, 0.0, 0.5, 1.0)
                for side in (-1.0, 1.0)
            ]
        return discs


def round_scene(roster: Roster, round_: Round, rides: Rides, background: Background) -> Scene:
    """Return the scene of one round, each ride beside those that share its streets."""
    frame = _frame(roster, [round_])
    legs = [leg for leg in itinerary.legs(roster, round_, rides) if leg.path]
    paths = _paths(roster, round_, rides, frame)
    base = itinerary.base_of(roster, round_)
    route = Route(
        letter="",
        name=_name(roster, round_),
        colour=_colour(round_),
        dash=0,
        strands=tuple(side_by_side(paths, range(len(paths)))),
        markers=tuple(_stop_markers(roster, round_)),
        words=tuple(_leg_words(leg, base) for leg in legs),
    )
    scene = _scene(frame, background, (route,), _base_markers([base], round_), _ROUND_LOOK)
    return dataclasses.replace(scene, turns=tuple(_turns(roster, round_, rides, frame)))


def week_scene(roster: Roster, rides: Rides, background: Background) -> Scene:
    """Return the scene of all rounds; on a street that two share, each has a lane, and more are a ribbon.

    `roster` is a public one (see `privacy`): a stop without coordinates is not on the map, nor are
    the rides to and from it.
    """
    frame = _frame(roster, roster.rounds)
    streets = shared([_paths(roster, round_, rides, frame) for round_ in roster.rounds])
    ids = [consultant.consultant_id for consultant in roster.consultants]
    routes = tuple(
        Route(
            letter=letter(i),
            name=_name(roster, round_),
            colour=_colour(round_),
            dash=ids.index(round_.consultant_id) % DASHES,
            strands=streets.lanes(i),
            markers=tuple(_stop_markers(roster, round_, letter(i))),
            day=capitalized(weekday(round_.date.weekday(), "short")),
            who=roster.consultant_names[round_.consultant_id],
        )
        for i, round_ in enumerate(roster.rounds)
    )
    return _scene(frame, background, routes, _base_markers(roster.bases), _WEEK_LOOK, streets=streets)


def letter(index: int) -> str:
    """Return the letter of a round: A to Z, then AA, AB and so on."""
    head, tail = divmod(index, 26)
    return (letter(head - 1) if head else "") + chr(ord("A") + tail)


def extent_of(view: Box) -> Box:
    """Return how far the background is to reach around a view.

    The pages show the map about square, on a phone as on a desk, and on an upright phone also alone on the screen:
    there, too, its edges are to have background.
    """
    frame = view.grown(_ROOM * max(view.width, view.height)).shaped(1.1, 1.1)
    wide = frame.grown((_FRAMES - 1) / 2 * frame.width)
    upright = frame.shaped(_UPRIGHT, _UPRIGHT)
    return Box.around(
        [
            (wide.west, upright.south),
            (wide.east, upright.north),
            (wide.west, wide.south),
            (wide.east, wide.north),
        ]
    )


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
    *,
    streets: Shared | None = None,
) -> Scene:
    seen = [frame.metres(marker.point) for marker in bases]
    for route in routes:
        seen += [frame.metres(marker.point) for marker in route.markers]
        seen += [xy for strand in route.strands for xy in strand.points]
    seen += [xy for run in (streets.runs if streets else ()) for xy in run.points]
    view = Box.around(seen or [(0.0, 0.0)])
    view = view.grown(max(0.0, _SMALLEST_M - max(view.width, view.height)) / 2)
    extent = extent_of(view)
    return Scene(basemap(background, frame, extent), view, extent, routes, bases, *look, shared=streets)


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
    whose = (_name(roster, round_),) if prefix else ()
    found: dict[str, Marker] = {}
    for i, stop in enumerate(round_.stops):
        if stop.kind == "lunch" or stop.place_id not in labels or stop.lat is None or stop.lon is None:
            continue
        label = prefix + labels[stop.place_id]
        lines = (f"{clock(stop.start)} {words.stop_title(stop)}", *whose, *stop_lines(stop))
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


def _leg_words(leg: itinerary.Leg, base: BasePlace) -> tuple[str, ...]:
    """Return what a ride says of itself on the map: where to, how long, and by which streets."""
    to = words.stop_named(leg.stop) if leg.stop and leg.to_id != base.place_id else _("base")
    via = main_streets(leg.path) if leg.path else ""
    return (
        _("To {place}").format(place=to),
        _("leaves {time}").format(time=clock(leg.departs)),
        f"{minutes(leg.seconds)} · {km(leg.metres)}",
        _("via {streets}").format(streets=via) if via else "",
    )


def _ride_words(seconds: int, metres: int, to: str) -> str:
    return _("then {minutes}, {distance} to {place}").format(
        minutes=minutes(seconds), distance=km(metres), place=to
    )
