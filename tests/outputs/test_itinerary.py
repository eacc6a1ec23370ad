import dataclasses

import pytest
import samples

from scheduler.base import i18n
from scheduler.model.project import BASE
from scheduler.model.roster import Roster, Round
from scheduler.outputs import itinerary
from scheduler.outputs.privacy import public


@pytest.fixture(scope="module")
def roster() -> Roster:
    return samples.roster()


@pytest.fixture(scope="module")
def tuesday(roster: Roster) -> Round:
    return roster.rounds[2]


def test_legs_lead_round_by_base(roster: Roster, tuesday: Round) -> None:
    legs = itinerary.legs(roster, tuesday, samples.rides(roster))
    assert [(leg.from_id, leg.to_id) for leg in legs] == [
        (BASE, "sjaeloer"),
        ("sjaeloer", "borgbjergsvej"),
        ("borgbjergsvej", BASE),
        (BASE, "hb-1"),
        ("hb-1", BASE),
    ]
    assert sum(leg.seconds for leg in legs) == tuesday.ride_seconds
    assert sum(leg.metres for leg in legs) == tuesday.ride_metres
    assert legs[-1].stop is None
    # On from a stop at once; from base just in time.
    assert [i18n.clock(leg.departs) for leg in legs] == ["8:46", "9:50", "11:40", "13:08", "14:15"]


def test_within_a_house_there_is_no_leg(roster: Roster, tuesday: Round) -> None:
    first, second, *others = tuesday.stops
    upstairs = dataclasses.replace(second, ride_seconds=0, ride_metres=0, arrival=first.end)
    housed = dataclasses.replace(tuesday, stops=(first, upstairs, *others))
    legs = itinerary.legs(roster, housed, samples.rides(roster))
    assert [(leg.from_id, leg.to_id) for leg in legs] == [
        (BASE, "sjaeloer"),
        ("borgbjergsvej", BASE),
        (BASE, "hb-1"),
        ("hb-1", BASE),
    ]
    assert [i18n.clock(leg.departs) for leg in legs] == ["8:46", "11:40", "13:08", "14:15"]


def test_the_way_to_a_home_is_hidden_where_its_place_is(roster: Roster) -> None:
    open_ = public(roster)
    legs = itinerary.legs(open_, open_.rounds[2], samples.rides(roster))
    assert [leg.path is None for leg in legs] == [False, False, False, True, True]


def test_stops_are_numbered_as_they_are_visited(roster: Roster, tuesday: Round) -> None:
    numbers = itinerary.numbers(roster, tuesday)
    assert numbers == {"sjaeloer": "1", "borgbjergsvej": "2", "hb-1": "3"}
    again = dataclasses.replace(tuesday, stops=(*tuesday.stops, tuesday.stops[0]))
    assert itinerary.numbers(roster, again)["sjaeloer"] == "1·4"


def test_facts_in_danish(tuesday: Round) -> None:
    with i18n.using("da"):
        assert "9,0 km" in itinerary.facts(tuesday)
