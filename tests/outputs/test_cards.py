import dataclasses

import pytest
import samples

from scheduler.base import i18n
from scheduler.model.roster import Roster
from scheduler.outputs.cards import RideCard, StopCard, cards


@pytest.fixture(scope="module")
def roster() -> Roster:
    return samples.roster()


def _kinds(roster: Roster, index: int) -> list[str]:
    made = cards(roster, roster.rounds[index], samples.rides(roster))
    return [card.kind if isinstance(card, StopCard) else "ride" for card in made]


@pytest.mark.parametrize(
    ("index", "kinds"),
    [
        # Lunch in a wait comes after the ride to where one waits.
        (0, ["engagement", "ride", "visit", "ride", "lunch", "visit", "ride", "base"]),
        # A day at base has no ride, and nobody comes back.
        (1, ["engagement", "lunch", "engagement"]),
        (
            2,
            ["ride", "visit", "ride", "visit", "ride", "desk", "lunch", "ride", "home_visit", "ride", "base"],
        ),
        # Lunch at base before leaving.
        (5, ["lunch", "ride", "visit", "ride", "visit", "ride", "base"]),
        # Back at base for a meeting.
        (6, ["ride", "visit", "ride", "engagement", "lunch", "base"]),
    ],
)
def test_cards_in_the_order_of_the_day(roster: Roster, index: int, kinds: list[str]) -> None:
    assert _kinds(roster, index) == kinds


def test_a_visit_says_what_one_needs_there(roster: Roster) -> None:
    made = cards(roster, roster.rounds[2], samples.rides(roster))
    visit = made[3]
    assert isinstance(visit, StopCard)
    assert (visit.number, visit.time, visit.title) == ("2", "10:05", "Praksis Borgbjergsvej")
    assert visit.place == "Borgbjergsvej 20, 2450 København SV"
    assert visit.lines == (
        "there at 9:56",
        "room 9:00–12:00",
        "2 conversations: 10:10, 10:55",
        "until 11:40",
    )
    assert visit.geo.startswith("geo:55.65166,12.53753?q=55.65166,12.53753(Borgbjergsvej%2020%2C")
    assert visit.web.startswith("https://www.openstreetmap.org/")


def test_a_ride_says_its_streets(roster: Roster) -> None:
    ride = cards(roster, roster.rounds[2], samples.rides(roster))[4]
    assert isinstance(ride, RideCard)
    assert (ride.departs, ride.minutes, ride.distance) == ("11:40", "9 min", "2.4 km")
    assert ride.via == "Enghavevej, Sønder Boulevard"
    assert ride.to == "Jobcenter København"
    assert ride.steps[0].startswith("Head ")
    for street in ("Enghavevej", "Sønder Boulevard"):
        assert any(f" {street}, " in step for step in ride.steps)


def test_a_home_visit_has_no_web_link(roster: Roster) -> None:
    home = cards(roster, roster.rounds[2], samples.rides(roster))[8]
    assert isinstance(home, StopCard)
    assert (home.title, home.web) == ("Home visit", "")
    assert home.geo.startswith("geo:55.66589,12.54504")


def test_a_home_visit_is_named_as_sentences_name_it(roster: Roster) -> None:
    round_ = roster.rounds[2]
    home = next(stop for stop in round_.stops if stop.kind == "home_visit")
    stops = [
        dataclasses.replace(stop, place_id=home.place_id) if stop.kind == "lunch" else stop
        for stop in round_.stops
    ]
    with i18n.using("da"):
        made = cards(roster, dataclasses.replace(round_, stops=tuple(stops)), samples.rides(roster))
    lunch = next(card for card in made if isinstance(card, StopCard) and card.kind == "lunch")
    assert lunch.lines[0].endswith(", ved et hjemmebesøg")
    assert "et hjemmebesøg" in [card.to for card in made if isinstance(card, RideCard)]
