"""What a map shows: routes in colours, markers with their words, and the background behind them.

A scene is drawn twice from the same numbers: as a live Folium map (`maps`) and as a static SVG
(`svgmap`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from scheduler.base.i18n import _, clock, day, km, minutes
from scheduler.model.geo import Background
from scheduler.model.roster import BasePlace, Roster, Round, Stop
from scheduler.outputs import itinerary, words
from scheduler.outputs.basemap import Basemap, basemap
from scheduler.outputs.cards import stop_lines
from scheduler.outputs.geometry import XY, Box, Frame, Strand, side_by_side
from scheduler.outputs.itinerary import Rides
from scheduler.outputs.labels import Placing

#: How many colours (by weekday) and dash patterns (by consultant) `map.css` has.
COLOURS, DASHES = 7, 4

_MARGIN = 0.17
_SMALLEST_M = 1200.0
_MARKER_PX, _DOT_PX = 19.0, 8.0
#: How many colours the scale of cells has in `map.css`.
LEVELS = 6
_ROUND_LOOK = (5.0, 8.0, 90.0)
_WEEK_LOOK = (3.5, 4.5, 170.0)


@dataclass(frozen=True, slots=True)
class Marker:
    """A place with a label of a few letters. `lines` are the words that it opens; a `minor` one is a dot."""

    label: str
    xy: XY
    title: str
    lines: tuple[str, ...]
    colour: int = 0
    base: bool = False
    minor: bool = False


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
    lie over the background and below all else.
    """

    basemap: Basemap
    view: Box
    extent: Box
    routes: tuple[Route, ...]
    bases: tuple[Marker, ...]
    line_px: float
    lane_px: float
    arrow_px: float
    cells: tuple[Cell, ...] = ()

    @property
    def markers(self) -> tuple[Marker, ...]:
        """The markers of the bases and of every route, in order."""
        return (*self.bases, *(marker for route in self.routes for marker in route.markers))

    @cached_property
    def names(self) -> Placing:
        """The names of the background, which keep clear of the markers and of all rides."""
        marks = [(marker.xy, _DOT_PX if marker.minor else _MARKER_PX) for marker in self.markers]
        lines = [strand.points for route in self.routes for strand in route.strands]
        return Placing(self.basemap.names, marks, lines)


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
        markers=tuple(_stop_markers(roster, round_, frame, "")),
    )
    bases = (_base_marker(base, frame, _base_lines(base, round_)),) if base.lat is not None else ()
    return _scene(frame, background, (route,), bases, _ROUND_LOOK)


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
            markers=tuple(_stop_markers(roster, round_, frame, letter(i))),
        )
        for i, round_ in enumerate(roster.rounds)
    )
    bases = tuple(_base_marker(base, frame, (base.address,)) for base in roster.bases if base.lat is not None)
    return _scene(frame, background, routes, bases, _WEEK_LOOK)


def letter(index: int) -> str:
    """Return the letter of a round: A to Z, then AA, AB and so on."""
    head, tail = divmod(index, 26)
    return (letter(head - 1) if head else "") + chr(ord("A") + tail)


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
    seen = [marker.xy for marker in bases]
    for route in routes:
        seen += [marker.xy for marker in route.markers]
        seen += [xy for strand in route.strands for xy in strand.points]
    view = Box.around(seen or [(0.0, 0.0)])
    view = view.grown(max(0.0, _SMALLEST_M - max(view.width, view.height)) / 2)
    # The pages show the map about square, on a phone as on a desk: its edges are to have background.
    margin = _MARGIN * max(view.width, view.height)
    extent = view.grown(margin).shaped(1.1, 1.1)
    return Scene(basemap(background, frame, extent), view, extent, routes, bases, *look)


def _paths(roster: Roster, round_: Round, rides: Rides, frame: Frame) -> list[list[XY]]:
    return [
        [frame.metres(point) for point in leg.path.points]
        for leg in itinerary.legs(roster, round_, rides)
        if leg.path is not None
    ]


def _name(roster: Roster, round_: Round) -> str:
    return f"{day(round_.date)} · {itinerary.consultant_name(roster, round_.consultant_id)}"


def _colour(round_: Round) -> int:
    return round_.date.weekday() % COLOURS


def _base_marker(base: BasePlace, frame: Frame, lines: tuple[str, ...]) -> Marker:
    xy = frame.metres((base.lat or 0.0, base.lon or 0.0))
    return Marker("B", xy, _("Base: {name}").format(name=base.name), lines, base=True)


def _base_lines(base: BasePlace, round_: Round) -> tuple[str, ...]:
    return (
        base.address,
        _("from base {time}").format(time=clock(round_.leaves_base)),
        _("back {time}").format(time=clock(round_.returns_base)),
    )


def _stop_markers(roster: Roster, round_: Round, frame: Frame, prefix: str) -> list[Marker]:
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
            found[stop.place_id] = Marker(
                label, before.xy, f"{before.title}; {lines[0]}", before.lines + lines, before.colour
            )
        else:
            found[stop.place_id] = Marker(
                label=label,
                xy=frame.metres((stop.lat, stop.lon)),
                title=f"{label}: {lines[0]}",
                lines=(lines[0], stop.address, *lines[1:]),
                colour=_colour(round_),
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
    if last is not None and round_.stops[last].place_id != base.place_id:
        seconds = round_.ride_seconds - sum(stop.ride_seconds for stop in round_.stops)
        metres = round_.ride_metres - sum(stop.ride_metres for stop in round_.stops)
        found[last] = _ride_words(seconds, metres, _("base"))
    return found


def _ride_words(seconds: int, metres: int, to: str) -> str:
    return _("then {minutes}, {distance} to {place}").format(
        minutes=minutes(seconds), distance=km(metres), place=to
    )
