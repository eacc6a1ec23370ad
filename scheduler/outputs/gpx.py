"""A .gpx file a round, for bicycle computers and phones."""

from collections.abc import Mapping

from gpxpy.gpx import GPX, GPXTrack, GPXTrackPoint, GPXTrackSegment, GPXWaypoint

from scheduler.base.i18n import clock, day
from scheduler.model.geo import RidePath
from scheduler.model.roster import Roster, Round, Stop
from scheduler.outputs import words
from scheduler.outputs.itinerary import base_of, legs
from scheduler.outputs.privacy import public
from scheduler.outputs.totals import printable


def track(roster: Roster, round_: Round, rides: Mapping[tuple[str, str], RidePath]) -> bytes:
    """Return a round as GPX 1.1: a segment a ride, and a waypoint for base and every stop.

    Home visits, and the rides to and from them, are left out. `rides` has the path between two
    places by their ids.
    """
    roster = public(roster)
    key = (round_.consultant_id, round_.date)
    round_ = next(own for own in roster.rounds if (own.consultant_id, own.date) == key)
    gpx = GPX()
    gpx.creator = "hjul"
    gpx.name = printable(f"{day(round_.date, 'year')}, {roster.consultant_names[round_.consultant_id]}")
    gpx.description = words.edition(roster) or None
    base = base_of(roster, round_)
    if base.lat is not None:
        gpx.waypoints.append(GPXWaypoint(base.lat, base.lon, name=printable(base.name)))
    gpx.waypoints += [_waypoint(stop) for stop in round_.stops if _is_away(stop, base.place_id)]
    line = GPXTrack(name=gpx.name)
    for leg in legs(roster, round_, rides):
        if leg.path:
            line.segments.append(GPXTrackSegment([GPXTrackPoint(*point) for point in leg.path.points]))
    gpx.tracks.append(line)
    return str(gpx.to_xml(version="1.1")).encode()


def _is_away(stop: Stop, base_id: str) -> bool:
    return stop.kind != "lunch" and stop.place_id != base_id and stop.lat is not None


def _waypoint(stop: Stop) -> GPXWaypoint:
    text = f"{clock(stop.start)}–{clock(stop.end)}"
    if stop.conversations:
        text += f", {words.conversations(stop.conversations)}"
    if stop.address:
        text += f", {stop.address}"
    name = printable(words.stop_title(stop))
    return GPXWaypoint(stop.lat, stop.lon, name=name, description=printable(text))
