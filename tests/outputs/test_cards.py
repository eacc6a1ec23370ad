import dataclasses
import datetime as dt
from collections import defaultdict
from itertools import pairwise
from random import Random

import pytest
import samples
from random_problems import small_week, tiny_problem, without_pins

from scheduler.base import i18n
from scheduler.model.clock import at
from scheduler.model.geo import RidePath, StreetLeg
from scheduler.model.project import BASE, Practice
from scheduler.model.roster import Roster, Round, Stop
from scheduler.outputs import itinerary
from scheduler.outputs.cards import Card, RideCard, StopCard, WaitCard, cards, tel_link, way_link
from scheduler.outputs.privacy import public
from scheduler.solver.engine import solve

#: The path of any ride, where only its being there counts.
RIDE = RidePath(((55.66, 12.54), (55.67, 12.55)), (StreetLeg("Enghavevej", 900, 200),), 200, 900)


@pytest.fixture(scope="module")
def roster() -> Roster:
    return samples.roster()


def _kinds(made: tuple[Card, ...]) -> list[str]:
    return [
        card.kind if isinstance(card, StopCard) else "wait" if isinstance(card, WaitCard) else "ride"
        for card in made
    ]


def _cards(roster: Roster, index: int) -> tuple[Card, ...]:
    return cards(roster, roster.rounds[index], samples.rides(roster))


@pytest.mark.parametrize(
    ("index", "kinds"),
    [
        # Lunch in a wait comes after the ride to where one waits; what is left of the wait is told.
        (0, ["base", "engagement", "ride", "visit", "ride", "lunch", "wait", "visit", "ride", "base"]),
        # A day at base has no ride, and nobody comes back.
        (1, ["base", "engagement", "lunch", "engagement"]),
        # Desk work is being at base.
        (
            2,
            ["ride", "visit", "ride", "visit", "ride", "base", "lunch", "ride", "home_visit", "ride", "base"],
        ),
        # Lunch at base before leaving.
        (5, ["base", "lunch", "ride", "visit", "ride", "visit", "ride", "base"]),
        # Back at base for a meeting and lunch: being back comes first.
        (6, ["ride", "visit", "ride", "base", "engagement", "lunch"]),
    ],
)
def test_cards_in_the_order_of_the_day(roster: Roster, index: int, kinds: list[str]) -> None:
    made = _kinds(_cards(roster, index))
    if index != 0:
        made = [kind for kind in made if kind != "wait"]
    assert made == kinds


def _checked(roster: Roster, round_: Round) -> None:
    """Hold a day's list against its round: in order of time, complete, and at base only between rides."""
    rides: itinerary.Rides = defaultdict(lambda: RIDE)
    made = cards(roster, round_, rides)
    assert [card.starts for card in made] == sorted(card.starts for card in made)
    for before, after in pairwise(made):
        inside = isinstance(before, StopCard) and before.kind == "base"
        assert before.ends <= after.starts or inside, (before, after)
    told = [card for card in made if isinstance(card, StopCard) and card.kind != "base"]
    assert len(told) == sum(stop.kind != "desk" for stop in round_.stops)
    ridden = [card for card in made if isinstance(card, RideCard)]
    assert [card.starts for card in ridden] == [leg.departs for leg in itinerary.legs(roster, round_, rides)]
    at_base = False
    last: Card | None = None
    for card in made:
        if isinstance(card, RideCard):
            at_base = False
        elif isinstance(card, StopCard) and card.kind == "base":
            at_base = True
            assert isinstance(last, RideCard) == bool(card.time)
        elif isinstance(card, StopCard):
            assert card.at_base <= at_base
        if isinstance(card, WaitCard):
            assert card.ends - card.starts >= dt.timedelta(minutes=10)
            assert not isinstance(last, StopCard) or last.away
        last = card
    if itinerary.rides_out(round_):
        # The last that is ridden leads to base, and the list says when one is there.
        after = made[made.index(ridden[-1]) + 1]
        assert isinstance(after, StopCard)
        assert (after.kind, after.starts) == ("base", round_.returns_base)


@pytest.mark.parametrize("seed", range(24))
def test_the_list_of_any_roster_is_in_order_of_time(seed: int) -> None:
    problem = without_pins(tiny_problem(Random(seed)))
    roster = solve(problem, time_limit_s=5.0).roster
    for each in (roster, public(roster)):
        for round_ in each.rounds:
            _checked(each, round_)


@pytest.mark.parametrize("seed", range(2))
def test_the_list_of_a_week_like_the_services_is_in_order_of_time(seed: int) -> None:
    roster = solve(small_week(seed), time_limit_s=5.0).roster
    assert len(roster.rounds) > 3
    for round_ in roster.rounds:
        _checked(roster, round_)


def test_what_happens_at_base_stands_under_being_there(roster: Roster) -> None:
    made = _cards(roster, 6)
    base, meeting, lunch = made[3:]
    assert isinstance(base, StopCard)
    assert (base.number, base.time, base.title) == ("B", "10:18", "At base")
    assert isinstance(meeting, StopCard)
    assert isinstance(lunch, StopCard)
    assert meeting.at_base
    assert (meeting.number, meeting.lines) == ("", ("10:45–11:45",))
    assert lunch.lines == ("12:00–12:30",)
    # Being there lasts as long as what happens there.
    assert base.ends == lunch.ends
    last = _cards(roster, 0)[-1]
    assert isinstance(last, StopCard)
    assert last.title == "Back at base"


def test_desk_work_is_told_where_one_is_at_base(roster: Roster) -> None:
    base = _cards(roster, 2)[5]
    assert isinstance(base, StopCard)
    assert (base.kind, base.lines) == ("base", ("desk work until 13:08",))


def test_a_visit_says_what_one_needs_there(roster: Roster) -> None:
    visit = next(card for card in _cards(roster, 2) if isinstance(card, StopCard) and card.number == "2")
    assert (visit.time, visit.title) == ("10:05", "Praksis Borgbjergsvej")
    assert visit.place == "Borgbjergsvej 20, 2450 København SV"
    assert visit.lines == (
        "there at 9:56",
        "room 9:00–12:00",
        "2\N{NO-BREAK SPACE}conversations: 10:10, 10:55",
        "until 11:40",
    )
    assert visit.departs is not None
    assert i18n.clock(visit.departs) == "9:50"
    # From the stop before.
    assert visit.way == (
        "https://www.openstreetmap.org/directions?engine=fossgis_osrm_bike"
        "&route=55.65180,12.52737;55.65166,12.53753"
    )
    assert (visit.phone, visit.call, visit.note) == ("", "", "")


def test_the_practice_tells_its_telephone_and_its_door(roster: Roster) -> None:
    practice = Practice(practice_id="borgbjergsvej", phone="+45 33 00 00 01", note="Gården, 2. sal")
    home = Practice(practice_id="hb-1", phone="33 00 00 02", note="Ingen")
    made = cards(roster, roster.rounds[2], samples.rides(roster), [practice, home])
    told = {card.title: card for card in made if isinstance(card, StopCard)}
    visit = told["Praksis Borgbjergsvej"]
    assert (visit.phone, visit.call, visit.note) == ("+45 33 00 00 01", "tel:+4533000001", "Gården, 2. sal")
    assert (told["Home visit"].call, told["Home visit"].note) == ("", "")
    assert told["Praksis Sjælør Boulevard"].call == ""


@pytest.mark.parametrize(
    ("phone", "link"),
    [
        ("33 00 00 01", "tel:33000001"),
        ("33-00 (1)", "tel:33001"),
        (" +45/33.00", "tel:+453300"),
        ("", ""),
        ("ring", ""),
    ],
)
def test_a_telephone_becomes_a_link_of_digits(phone: str, link: str) -> None:
    assert tel_link(phone) == link


def test_directions_are_asked_for_where_one_comes_from_a_home() -> None:
    assert way_link((None, None), (55.1, 12.1)).endswith("&route=;55.10000,12.10000")
    assert way_link((55.1, 12.1), (None, 12.1)) == ""


def test_no_link_tells_where_a_home_is(roster: Roster) -> None:
    round_ = roster.rounds[2]
    *others, home = round_.stops
    assert home.kind == "home_visit"
    # A visit after the home, and lunch there.
    later = dataclasses.replace(others[0], start=home.end, end=home.end, arrival=home.end)
    lunch = dataclasses.replace(
        next(stop for stop in others if stop.kind == "lunch"), place_id=home.place_id, start=home.end
    )
    day = dataclasses.replace(
        round_, stops=(*others, home, lunch, later), returns_base=at(round_.date, 80_000)
    )
    made = cards(roster, day, defaultdict(lambda: RIDE))
    told = [card for card in made if isinstance(card, StopCard)]
    assert next(card for card in told if card.kind == "home_visit").way == ""
    assert told[-2].way.endswith("&route=;55.65180,12.52737")
    assert not [card for card in told if f"{home.lat:.5f}" in card.way]


def test_a_ride_says_its_streets(roster: Roster) -> None:
    ride = _cards(roster, 2)[4]
    assert isinstance(ride, RideCard)
    assert (ride.departs, ride.minutes, ride.distance) == ("11:40", "9 min", "2.4 km")
    assert ride.via == "Enghavevej, Sønder Boulevard"
    assert ride.to == "Jobcenter København"
    assert ride.steps[0].words.startswith("Head ")
    for street in ("Enghavevej", "Sønder Boulevard"):
        assert any(f" {street}, " in step.words for step in ride.steps)


def test_turns_are_numbered_through_the_list(roster: Roster) -> None:
    steps = [step for card in _cards(roster, 2) if isinstance(card, RideCard) for step in card.steps]
    numbers = [int(step.number) for step in steps if step.number]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(steps) - len(numbers) == 5  # rides


def _at(round_: Round, clock: str) -> dt.datetime:
    hour, minute = clock.split(":")
    return at(round_.date, int(hour) * 3600 + int(minute) * 60)


def _moved(stop: Stop, start: dt.datetime) -> Stop:
    return dataclasses.replace(stop, start=start, end=start + (stop.end - stop.start))


@pytest.mark.parametrize(("start", "waits"), [("10:06", [("9:56", "10 min")]), ("10:05", []), ("9:56", [])])
def test_a_wait_of_ten_minutes_is_told(roster: Roster, start: str, waits: list[tuple[str, str]]) -> None:
    round_ = roster.rounds[2]
    visit = round_.stops[1]
    arrival = visit.arrival.replace(second=0)
    moved = dataclasses.replace(_moved(visit, _at(round_, start)), arrival=arrival)
    day = dataclasses.replace(round_, stops=(round_.stops[0], moved, *round_.stops[2:]))
    made = cards(roster, day, samples.rides(roster))
    found = [(card.time, card.length) for card in made if isinstance(card, WaitCard)]
    assert found == waits


def test_nobody_waits_at_base(roster: Roster) -> None:
    # An hour between desk work and the next ride, and between two meetings.
    assert not [card for card in _cards(roster, 1) if isinstance(card, WaitCard)]
    assert [stop.place_id for stop in roster.rounds[1].stops] == [BASE] * 3


def test_lunch_beside_a_home_names_the_district(roster: Roster) -> None:
    round_ = roster.rounds[2]
    home = next(stop for stop in round_.stops if stop.kind == "home_visit")
    stops = [
        dataclasses.replace(stop, place_id=home.place_id, district="Vesterbro")
        if stop.kind == "lunch"
        else stop
        for stop in round_.stops
    ]
    with i18n.using("da"):
        made = cards(roster, dataclasses.replace(round_, stops=tuple(stops)), samples.rides(roster))
    lunch = next(card for card in made if isinstance(card, StopCard) and card.kind == "lunch")
    assert lunch.lines == ("12.05–12.35, Vesterbro",)
    assert "et hjemmebesøg" in [card.to for card in made if isinstance(card, RideCard)]


def test_lunch_beside_a_practice_names_it(roster: Roster) -> None:
    lunch = next(card for card in _cards(roster, 0) if isinstance(card, StopCard) and card.kind == "lunch")
    assert lunch.lines == ("11:30–12:00, at Praksis Matthæusgade",)


def test_what_is_sent_names_homes_by_their_district(roster: Roster) -> None:
    open_ = public(roster)
    home = next(card for card in _cards(open_, 2) if isinstance(card, StopCard) and card.kind == "home_visit")
    assert (home.title, home.place, home.way) == ("Home visit", "Vesterbro", "")
    # To and from it nobody is shown the way.
    assert [bool(card.steps) for card in _cards(open_, 2) if isinstance(card, RideCard)] == [
        True, True, True, False, False,
    ]  # fmt: skip
