"""The .gpx files, read back as a bicycle computer does."""

import gpxpy
import samples
from gpxpy.gpx import GPX

from scheduler.model.roster import Roster
from scheduler.outputs.gpx import track

TUESDAY = 2  # of consultant 1: two visits, desk work, a home visit


def _read(roster: Roster, number: int, *, hostile: bool = False) -> GPX:
    content = track(roster, roster.rounds[number], samples.rides(roster, hostile=hostile))
    return gpxpy.parse(content.decode())


def test_a_segment_a_ride_and_a_waypoint_a_stop() -> None:
    roster = samples.roster()
    gpx = _read(roster, 0)
    rides = samples.rides(roster)
    pairs = [("base", "vesterbrogade"), ("vesterbrogade", "matthaeusgade"), ("matthaeusgade", "base")]
    segments = gpx.tracks[0].segments
    assert [[(p.latitude, p.longitude) for p in segment.points] for segment in segments] == [
        list(rides[pair].points) for pair in pairs
    ]
    assert [point.name for point in gpx.waypoints] == [
        "Jobcenter København", "Praksis Vesterbrogade", "Praksis Matthæusgade",
    ]  # fmt: skip
    assert gpx.waypoints[1].description == "9:45–11:20, 2 conversations, Vesterbrogade 140, 1620 København V"


def test_home_visits_and_the_rides_around_them_are_left_out() -> None:
    roster = samples.roster()
    gpx = _read(roster, TUESDAY)
    assert len(gpx.tracks[0].segments) == 3  # to two visits and back to base
    home = next(stop for stop in roster.rounds[TUESDAY].stops if stop.kind == "home_visit")
    assert home.lat is not None
    assert home.lon is not None
    points = [(point.latitude, point.longitude) for s in gpx.tracks[0].segments for point in s.points]
    assert (home.lat, home.lon) not in points
    assert len(gpx.waypoints) == 3
    text = track(roster, roster.rounds[TUESDAY], samples.rides(roster)).decode()
    assert samples.HOME_ADDRESS not in text
    assert str(home.lat) not in text


def test_a_day_at_base_has_no_ride() -> None:
    gpx = _read(samples.roster(), 1)
    assert gpx.tracks[0].segments == []
    assert [point.name for point in gpx.waypoints] == ["Jobcenter København"]


def test_hostile_texts_come_back_as_they_were() -> None:
    roster = samples.roster(hostile=True)
    for number, round_ in enumerate(roster.rounds):
        gpx = _read(roster, number, hostile=True)
        stops = {stop.name for stop in round_.stops}
        assert all(point.name in stops or point.name == roster.bases[0].name for point in gpx.waypoints)


def test_control_characters_do_not_break_the_file() -> None:
    roster = samples.roster()
    named = tuple(
        type(c)(**{**{name: getattr(c, name) for name in c.__slots__}, "name": "x\x00\x0b\ud800y"})
        for c in roster.consultants
    )
    gpx = _read(roster.replace(consultants=named), 0)
    assert gpx.name == "11 May 2009, xy"
