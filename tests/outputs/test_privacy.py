"""What leaves a consultant's own page: everything but where home visits are."""

import dataclasses

from worked_week import TUESDAY, the_roster

from scheduler.base import i18n
from scheduler.model.clock import at
from scheduler.model.roster import Roster, Unassigned
from scheduler.model.text import Text
from scheduler.model.texts import word
from scheduler.outputs.privacy import public


def _with_lunch_at(place_id: str) -> Roster:
    """Let Bo's lunch be had in the wait at a place, instead of at the practice p3."""
    roster = the_roster()
    *others, bo = roster.rounds
    secret = f"Secret {place_id}"
    stops = tuple(
        dataclasses.replace(stop, place_id=place_id, address=secret) if stop.kind == "lunch" else stop
        for stop in bo.stops
    )
    return roster.replace(rounds=(*others, dataclasses.replace(bo, stops=stops)))


def test_a_home_visit_loses_its_name_address_and_point_and_nothing_else() -> None:
    roster = the_roster()
    *others, bo = roster.rounds
    home, *rest = bo.stops
    # So it is in files of earlier versions.
    home = dataclasses.replace(home, name="Name h1")
    roster = roster.replace(rounds=(*others, dataclasses.replace(bo, stops=(home, *rest))))
    assert (home.kind, home.name, home.address, home.lat) == ("home_visit", "Name h1", "Secret h1", 55.6)
    hidden = dataclasses.replace(home, name=Text("home_visit"), address="", lat=None, lon=None)
    expected = roster.replace(rounds=(*others, dataclasses.replace(bo, stops=(hidden, *rest))))
    assert public(roster) == expected


def test_a_lunch_in_the_wait_at_a_home_visit_loses_its_place_too() -> None:
    lunch, shown = (
        next(stop for stop in roster.rounds[-1].stops if stop.kind == "lunch")
        for roster in (_with_lunch_at("h1"), public(_with_lunch_at("h1")))
    )
    assert lunch.address == "Secret h1"
    assert shown == dataclasses.replace(lunch, address="", lat=None, lon=None)


def test_a_lunch_elsewhere_keeps_its_place() -> None:
    for place_id in ("p3", "base"):
        (lunch,) = (
            stop for stop in public(_with_lunch_at(place_id)).rounds[-1].stops if stop.kind == "lunch"
        )
        assert (lunch.place_id, lunch.address) == (place_id, f"Secret {place_id}")
        assert (lunch.lat, lunch.lon) == (55.6, 12.5)


def test_a_practice_at_which_there_is_a_lunch_is_no_secret() -> None:
    shown = public(_with_lunch_at("p3")).rounds[-1].stops[-1]
    assert (shown.kind, shown.name, shown.address) == ("visit", "Name p3", "Secret p3")
    assert shown.start == at(TUESDAY, 13 * 3600)


def test_a_home_visit_that_is_not_made_loses_its_name() -> None:
    practice = Unassigned(id="p4", kind="visit", name="Name p4", requested=0, held=0, reason=Text("dearer"))
    home = Unassigned(id="h1", kind="home_visit", name="Name h1", requested=0, held=0, reason=Text("dearer"))
    roster = the_roster().replace(unassigned=(practice, home))
    assert public(roster).unassigned == (practice, dataclasses.replace(home, name=Text("home_visit")))
    with i18n.using("da"):
        assert [word(item.name) for item in public(roster).unassigned] == ["Name p4", "Hjemmebesøg"]
        assert word(public(roster).rounds[-1].stops[0].name) == "Hjemmebesøg"
