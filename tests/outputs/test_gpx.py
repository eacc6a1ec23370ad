"""The .gpx files, read back as a bicycle computer does."""

from dataclasses import replace

import gpxpy
import samples
from gpxpy.gpx import GPX

from scheduler.model.roster import Roster
from scheduler.outputs.gpx import files, track

TUESDAY = 2  # of consultant 1: two visits, desk work, a home visit


def _read(roster: Roster, number: int, *, hostile: bool = False) -> list[GPX]:
    round_, rides = roster.rounds[number], samples.rides(roster, hostile=hostile)
    parts = range(len(files(roster, round_)))
    return [gpxpy.parse(track(roster, round_, rides, part).decode()) for part in parts]


def _points(gpx: GPX) -> list[tuple[float, float]]:
    """The points of a file's only segment."""
    ((segment,),) = [each.segments for each in gpx.tracks]
    return [(point.latitude, point.longitude) for point in segment.points]


def test_a_day_is_one_track_of_one_segment_with_a_waypoint_a_stop() -> None:
    roster = samples.roster()
    assert files(roster, roster.rounds[0]) == ("gpx/2009-05-11-r1.gpx",)
    (gpx,) = _read(roster, 0)
    rides = samples.rides(roster)
    there, on, back = (
        list(rides[pair].points)
        for pair in (("base", "vesterbrogade"), ("vesterbrogade", "matthaeusgade"), ("matthaeusgade", "base"))
    )
    assert there[-1] == on[0]
    assert on[-1] == back[0]
    assert _points(gpx) == [*there, *on[1:], *back[1:]]  # where one ride ends, the next begins
    assert [point.name for point in gpx.waypoints] == [
        "Jobcenter København", "Praksis Vesterbrogade", "Praksis Matthæusgade",
    ]  # fmt: skip
    assert gpx.waypoints[1].description == "9:45–11:20, 2 conversations, Vesterbrogade 140, 1620 København V"
    assert gpx.name == "11 May 2009, Rådgiver 1"


def test_home_visits_and_the_rides_around_them_are_left_out() -> None:
    roster = samples.roster()
    own = roster.rounds[TUESDAY]
    home = next(stop for stop in own.stops if stop.kind == "home_visit")
    parts = _read(roster, TUESDAY)
    assert parts
    for gpx in parts:
        assert home.lat is not None
        assert home.lon is not None
        assert (home.lat, home.lon) not in _points(gpx)
    assert {point.name for gpx in parts for point in gpx.waypoints} == {
        "Jobcenter København", *(stop.name for stop in own.stops if stop.kind == "visit")
    }  # fmt: skip
    for part in range(len(parts)):
        text = track(roster, own, samples.rides(roster), part).decode()
        assert samples.HOME_ADDRESS not in text
        assert str(home.lat) not in text


def test_each_part_beside_a_home_has_a_file_of_its_own() -> None:
    roster = samples.roster()
    own = roster.rounds[TUESDAY]
    home = next(stop for stop in own.stops if stop.kind == "home_visit")
    visits = [stop for stop in own.stops if stop.kind == "visit"]
    assert len(visits) == 2
    first, second = visits
    # The home lies between the two visits.
    between = replace(own, stops=(first, home, second))
    rounds = tuple(between if each is own else each for each in roster.rounds)
    roster = roster.replace(rounds=rounds)
    assert files(roster, between) == ("gpx/2009-05-12-r1.1.gpx", "gpx/2009-05-12-r1.2.gpx")
    one, two = _read(roster, TUESDAY)
    rides = samples.rides(roster)
    assert _points(one) == list(rides["base", first.place_id].points)
    assert _points(two) == list(rides[second.place_id, "base"].points)
    assert [point.name for point in one.waypoints] == ["Jobcenter København", first.name]
    assert [point.name for point in two.waypoints] == ["Jobcenter København", second.name]
    assert [gpx.name for gpx in (one, two)] == [
        "12 May 2009, Rådgiver 1, part 1 of 2",
        "12 May 2009, Rådgiver 1, part 2 of 2",
    ]


def test_who_is_visited_in_the_same_house_is_on_the_track() -> None:
    roster = samples.roster()
    first, *others = (stop for stop in roster.rounds[0].stops if stop.kind == "visit")
    neighbour = replace(
        first, id="upstairs", place_id="upstairs", name="Upstairs", ride_seconds=0, ride_metres=0
    )
    # The way on begins upstairs, where it begins downstairs.
    rides = {**samples.rides(roster)}
    rides["upstairs", others[0].place_id] = rides[first.place_id, others[0].place_id]
    changed = replace(roster.rounds[0], stops=(first, neighbour, *others))
    roster = roster.replace(rounds=(changed, *roster.rounds[1:]))
    gpx = gpxpy.parse(track(roster, changed, rides).decode())
    assert [point.name for point in gpx.waypoints][1:3] == [first.name, "Upstairs"]


def test_a_day_without_a_ride_and_one_to_a_home_alone_have_no_file() -> None:
    roster = samples.roster()
    assert files(roster, roster.rounds[1]) == ()
    own = roster.rounds[TUESDAY]
    home = next(stop for stop in own.stops if stop.kind == "home_visit")
    only = replace(own, stops=(home,))
    roster = roster.replace(rounds=tuple(only if each is own else each for each in roster.rounds))
    assert files(roster, only) == ()


def test_hostile_texts_come_back_as_they_were() -> None:
    roster = samples.roster(hostile=True)
    for number, round_ in enumerate(roster.rounds):
        stops = {stop.name for stop in round_.stops}
        for gpx in _read(roster, number, hostile=True):
            assert all(point.name in stops or point.name == roster.bases[0].name for point in gpx.waypoints)


def test_control_characters_do_not_break_the_file() -> None:
    roster = samples.roster()
    named = tuple(
        type(c)(**{**{name: getattr(c, name) for name in c.__slots__}, "name": "x\x00\x0b\ud800y"})
        for c in roster.consultants
    )
    (gpx,) = _read(roster.replace(consultants=named), 0)
    assert gpx.name == "11 May 2009, xy"
