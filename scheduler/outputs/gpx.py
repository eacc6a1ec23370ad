"""A .gpx file a day, for bicycle computers and phones: one track of one segment, which is what they follow.

Home visits, and the rides to and from them, are left out; where they part a day, each part has a file. A day
without a ride has none.
"""

from collections import defaultdict
from itertools import chain, groupby
from typing import TYPE_CHECKING

from scheduler.base.i18n import _, clock, day, number
from scheduler.model.geo import RidePath
from scheduler.model.roster import Roster, Round, Stop
from scheduler.outputs import names, words
from scheduler.outputs.itinerary import Leg, Rides, base_of, legs
from scheduler.outputs.privacy import public
from scheduler.outputs.totals import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gpxpy.gpx import GPXWaypoint

#: The path of any ride, where only its being there counts.
_ANY = RidePath((), (), 0, 0)


def files(roster: Roster, round_: Round) -> tuple[str, ...]:
    """Return the names of a round's tracks, in the order in which they are ridden."""
    parts = len(_parts(*_public(roster, round_), defaultdict(lambda: _ANY)))
    return tuple(names.gpx(round_, part if parts > 1 else 0) for part in range(1, parts + 1))


def track(roster: Roster, round_: Round, rides: Rides, part: int = 0) -> bytes:
    """Return one of a round's `files` as GPX 1.1: a track, and a waypoint for every place on it.

    Parameters
    ----------
    roster, round_
        Whose track.
    rides
        The path between two places by their ids.
    part
        Which of the files, from 0.
    """
    from gpxpy.gpx import GPX, GPXTrack, GPXTrackPoint, GPXTrackSegment

    roster, round_ = _public(roster, round_)
    parts = _parts(roster, round_, rides)
    gpx = GPX()
    gpx.creator = "hjul"
    gpx.name = printable(f"{day(round_.date, 'year')}, {roster.consultant_names[round_.consultant_id]}")
    if len(parts) > 1:
        told = _("{name}, part {part} of {parts}")
        gpx.name = told.format(name=gpx.name, part=number(part + 1), parts=number(len(parts)))
    gpx.description = words.edition(roster) or None
    gpx.waypoints += _waypoints(roster, round_, parts[part])
    points = chain.from_iterable(leg.path.points for leg in parts[part] if leg.path)
    line = GPXTrack(name=gpx.name)
    # Where one ride ends, the next one begins.
    line.segments.append(GPXTrackSegment([GPXTrackPoint(*point) for point, _same in groupby(points)]))
    gpx.tracks.append(line)
    return str(gpx.to_xml(version="1.1")).encode()


def _public(roster: Roster, round_: Round) -> tuple[Roster, Round]:
    roster = public(roster)
    key = (round_.consultant_id, round_.date)
    return roster, next(own for own in roster.rounds if (own.consultant_id, own.date) == key)


def _parts(roster: Roster, round_: Round, rides: Rides) -> list[list[Leg]]:
    """Return the rides that may be shown, those that follow on each other together."""
    together = groupby(legs(roster, round_, rides), key=lambda leg: leg.path is not None)
    return [list(part) for shown, part in together if shown]


def _waypoints(roster: Roster, round_: Round, part: list[Leg]) -> "Iterator[GPXWaypoint]":
    """Yield base, if the part comes by it, and the stops at the places of the part, each once."""
    from gpxpy.gpx import GPXWaypoint

    base = base_of(roster, round_)
    on_it = {place_id for leg in part for place_id in (leg.from_id, leg.to_id)}
    if base.place_id in on_it and base.lat is not None:
        yield GPXWaypoint(base.lat, base.lon, name=printable(base.name))
    # Within a house nobody rides: who is visited at a place of the part's is on it, too.
    spots = {(stop.lat, stop.lon) for stop in round_.stops if stop.place_id in on_it}
    for stop in round_.stops:
        if _is_away(stop, base.place_id) and (stop.lat, stop.lon) in spots:
            name = printable(words.stop_title(stop))
            yield GPXWaypoint(stop.lat, stop.lon, name=name, description=_described(stop))


def _is_away(stop: Stop, base_id: str) -> bool:
    return stop.kind != "lunch" and stop.place_id != base_id and stop.lat is not None


def _described(stop: Stop) -> str:
    text = f"{clock(stop.start)}–{clock(stop.end)}"
    if stop.conversations:
        text += f", {words.conversations(stop.conversations)}"
    if stop.address:
        text += f", {stop.address}"
    return printable(text)
